#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::console::Effect;
use crate::console::automations::{News as Told, Wish};
use crate::console::event::{Event, Net, News, Op, What};
use crate::console::keys::{Chord, Key};
use crate::console::state::Model;
use crate::console::state::automations::List;
use crate::console::state::inbox::Subject;
use crate::console::state::layout::Size;
use crate::console::state::settings::Settings;
use crate::console::update::update;
use crate::domain::automation::{Definition, Detail, Fields, Listed, Off, Outcome, Switch, Track};
use crate::domain::freshness::Verdict;
use crate::domain::policy::{AutomationSays, InForce, Policy, Rule, Says};
use crate::domain::{
    Automation, AutomationId, AutomationRef, Fault, FaultKind, Instant, RepoName, Source, State, Task, TaskId,
};

fn at(seconds: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn repo() -> RepoName {
    "acme/api".parse().unwrap()
}

fn of(id: &str) -> AutomationRef {
    AutomationRef { repo: repo(), id: AutomationId::new(id) }
}

struct Console {
    model: Model,
    generation: u64,
}

impl Console {
    fn new() -> Self {
        let settings = Settings { repos: vec![repo()], ..Settings::default() };
        let mut console = Self { model: Model::new(at(1000), settings), generation: 0 };
        console.happens(What::Resize(Size { width: 100, height: 30 }));
        console
    }

    fn happens(&mut self, what: What) -> Vec<Effect> {
        let now = self.model.now + TimeDelta::seconds(1);
        update(&mut self.model, Event { at: now, what })
    }

    fn hears(&mut self, source: Source, result: Result<News, Fault>) -> Vec<Effect> {
        self.generation += 1;
        self.happens(What::Net(Net { source, generation: self.generation, next_try: None, result }))
    }

    fn lists(&mut self, automations: Vec<Automation>) -> Vec<Effect> {
        let listed = Listed::Here { automations, unreadable: 0, more: false };
        self.hears(Source::Automations(repo()), Ok(News::Automations(listed)))
    }

    fn reads(&mut self, automation: Automation) -> Vec<Effect> {
        self.hears(Source::Automation(automation.at.clone()), Ok(News::Automation(Some(Box::new(automation)))))
    }

    fn runs(&mut self, id: &str, tasks: Vec<Task>, track: Track) -> Vec<Effect> {
        self.hears(
            Source::AutomationRuns(of(id)),
            Ok(News::AutomationRuns { tasks: Some(tasks), track: Box::new(track) }),
        )
    }

    fn known(&self) -> Vec<&str> {
        self.model.world.automations.known.keys().map(|at| at.id.raw()).collect()
    }

    fn task(&self, id: &str) -> &Task {
        &self.model.world.tasks.get(&TaskId::new(id)).unwrap().task
    }

    /// What the inbox says of automations: the name and all that is pointed out.
    fn pointed_out(&self) -> Vec<String> {
        let entries = self.model.place.inbox.entries.iter();
        let of_these = entries.filter(|entry| matches!(entry.subject, Subject::Automation { .. }));
        of_these.map(|entry| format!("{}: {}", entry.name, entry.more)).collect()
    }

    fn press(&mut self, key: Key) -> Vec<Effect> {
        self.happens(What::Key(Chord::plain(key)))
    }
}

/// With its detail, which says this.
fn detailed(id: &str, fields: Value) -> Automation {
    let mut fields = fields.as_object().unwrap().clone();
    let definition = Definition::take_from(&mut fields);
    Automation {
        write_scope: definition.write_scope(),
        actor_must_write: definition.flag("require_actor_write_permission"),
        triggers: definition.triggers(),
        updated_at: Some(at(5)),
        detail: Some(Box::new(Detail {
            prompt: definition.prompt(),
            revision: None,
            tools: Vec::new(),
            permissions: Fields::new(),
            toolsets: Vec::new(),
            agents: Vec::new(),
            limit_reached: None,
            spending: None,
            limits: None,
            definition,
        })),
        ..Automation::bare(id)
    }
}

fn wide(id: &str) -> Automation {
    detailed(id, json!({"name": id, "write_scope": "repository", "prompt": "Do it"}))
}

#[test]
fn what_a_list_no_longer_names_is_gone_unless_it_may_be_among_what_could_not_be_read() {
    let mut console = Console::new();
    console.lists(vec![Automation::bare("a"), Automation::bare("b")]);
    for (unreadable, more) in [(1, false), (0, true)] {
        let listed = Listed::Here { automations: vec![Automation::bare("a")], unreadable, more };
        console.hears(Source::Automations(repo()), Ok(News::Automations(listed)));
        assert_eq!(console.known(), ["a", "b"]);
        let told = console.model.world.automations.lists[&repo()];
        assert_eq!(told, List { not_here: false, unreadable, more });
    }
    console.lists(vec![Automation::bare("a")]);
    assert_eq!(console.known(), ["a"]);
    console.hears(Source::Automation(of("a")), Ok(News::Automation(None)));
    assert_eq!(console.known(), [""; 0]);
    console.lists(vec![Automation::bare("a")]);
    console.hears(Source::Automations(repo()), Ok(News::Automations(Listed::NotHere)));
    assert!(console.model.world.automations.lists[&repo()].not_here && console.known().is_empty());
}

#[test]
fn a_list_that_fails_keeps_what_the_last_good_one_told_with_its_age() {
    for kind in [FaultKind::Authentication, FaultKind::Permission, FaultKind::Server, FaultKind::Timeout] {
        let mut console = Console::new();
        console.lists(vec![wide("a")]);
        let read_at = console.model.now;
        let fault = Fault::new(kind, "no", "look again");
        console.hears(Source::Automations(repo()), Err(fault));
        let source = Source::Automations(repo());
        assert_eq!(console.known(), ["a"]);
        assert!(matches!(console.model.verdict(&source), Verdict::Failed(..)));
        assert_eq!(console.model.world.freshness[&source].good_at, Some(read_at));
        assert_eq!(console.model.failing(), 0, "the header tells of what the operator relies on all the time");
    }
}

#[test]
fn what_a_detail_told_stays_under_a_list_that_tells_less_and_keeps_its_own_age() {
    let mut console = Console::new();
    console.reads(wide("a"));
    let read_at = console.model.now;
    let off = Switch::Off(Off::default());
    console.lists(vec![Automation { detail: None, switch: off.clone(), ..wide("a") }]);
    let known = &console.model.world.automations.known[&of("a")];
    assert_eq!(known.automation.prompt().unwrap().raw_for_match(), "Do it");
    assert_eq!((&known.automation.switch, known.detailed_at), (&off, Some(read_at)));
}

#[test]
fn an_answer_about_a_repository_that_is_not_watched_any_more_changes_nothing() {
    let mut console = Console::new();
    console.lists(vec![wide("a")]);
    console.model.settings.repos = vec!["acme/web".parse().unwrap()];
    console.model.world.automations.keep(&["acme/web".parse().unwrap()]);
    console.lists(vec![wide("a")]);
    console.reads(wide("a"));
    console.runs("a", vec![Task::queued("t1")], Track::default());
    assert!(console.known().is_empty() && console.model.world.tasks.is_empty());
    assert!(console.model.world.automations.lists.is_empty());
}

#[test]
fn a_task_keeps_what_started_it_whatever_later_answers_leave_out() {
    let mut console = Console::new();
    let task = |touched, automation: Option<&str>| Task {
        updated_at: Some(at(touched)),
        automation: automation.map(AutomationId::new),
        ..Task::queued("t1")
    };
    let a = Some(AutomationId::new("a"));
    console.lists(vec![wide("a")]);
    console.runs("a", vec![task(10, Some("a"))], Track::default());
    let silent = News::Tasks { tasks: vec![Task { state: State::InProgress, ..task(20, None) }], unreadable: 0 };
    console.hears(Source::Tasks(repo()), Ok(silent));
    assert_eq!((&console.task("t1").automation, &console.task("t1").state), (&a, &State::InProgress));
    console.hears(Source::Task(TaskId::new("t1")), Ok(News::Task(Box::new(task(30, None)))));
    assert_eq!(console.task("t1").automation, a);
    // An older answer tells it, too.
    let mut other = Console::new();
    other.hears(Source::Tasks(repo()), Ok(News::Tasks { tasks: vec![task(20, None)], unreadable: 0 }));
    other.runs("a", vec![task(10, Some("a"))], Track::default());
    assert_eq!(other.task("t1").automation, a);
    assert_eq!(other.task("t1").touched_at(), at(20));
}

#[test]
fn who_looks_for_tasks_by_the_name_of_an_automation_finds_them_once_it_is_known() {
    let mut console = Console::new();
    let tasks = vec![Task { automation: Some(AutomationId::new("a")), ..Task::queued("t1") }, Task::queued("t2")];
    console.hears(Source::Tasks(repo()), Ok(News::Tasks { tasks, unreadable: 0 }));
    console.model.queue.typed.text = "automation:nightly*".to_owned();
    console.model.queue.typed.query = crate::domain::Query::parse("automation:nightly*").unwrap();
    console.model.queue.requery = true;
    console.happens(What::Wake);
    assert_eq!(console.model.listed().count(), 0);
    console.lists(vec![Automation { name: "Nightly deps".into(), ..Automation::bare("a") }]);
    let listed: Vec<&str> = console.model.listed().map(|known| known.task.at.id.raw()).collect();
    assert_eq!(listed, ["t1"]);
}

#[test]
fn what_is_to_be_pointed_out_of_one_that_is_on_comes_into_the_inbox_without_anybody_asking() {
    let mut console = Console::new();
    console.lists(vec![Automation { detail: None, limits: Some(Vec::new()), ..wide("a") }]);
    assert_eq!(console.model.world.automations.concerns(&of("a")).len(), 2);
    let said = "a: its runs may write to the whole repository";
    assert_eq!(console.pointed_out(), [said], "a list tells of limits only how far they are used up");
    console.reads(wide("a"));
    assert_eq!(console.pointed_out(), ["a: its runs may write to the whole repository"]);
    let entry = console.model.place.inbox.entries[0].clone();
    assert_eq!(entry.since, at(5), "it is so since it was edited last");
    let track = Track { outcomes: vec![Outcome::Failed, Outcome::Failed], ..Track::default() };
    console.runs("a", Vec::new(), track);
    let said = "a: its runs fail: 2 of the last 2; its runs may write to the whole repository";
    assert_eq!(console.pointed_out(), [said], "one entry an automation, the worst first");
    assert_ne!(console.model.place.inbox.entries[0].key(), entry.key(), "something else than before is unread");
    console.reads(Automation { switch: Switch::Off(Off::default()), ..wide("a") });
    assert_eq!(console.pointed_out(), [""; 0]);
    console.reads(wide("a"));
    console.lists(Vec::new());
    assert_eq!(console.pointed_out(), [""; 0]);
}

#[test]
fn a_circle_is_pointed_out_to_all_that_are_in_it_and_to_none_once_it_is_broken() {
    let mut console = Console::new();
    let after = |id: &str, other: &str| detailed(id, json!({"triggers": {"automation": {"automation_ids": [other]}}}));
    console.reads(after("a", "b"));
    assert_eq!(console.pointed_out(), [""; 0]);
    console.reads(after("b", "a"));
    assert_eq!(console.pointed_out().len(), 2);
    console.reads(after("b", "c"));
    assert_eq!(console.pointed_out(), [""; 0]);
}

#[test]
fn the_policy_is_asked_for_once_and_what_breaks_it_comes_before_everything_else() {
    let mut console = Console::new();
    console.lists(vec![Automation::bare("a")]);
    let effects = console.reads(wide("a"));
    let asks = |effects: &[Effect]| effects.contains(&Effect::Automations(Wish::Policy));
    assert!(asks(&effects));
    assert!(!asks(&console.reads(wide("b"))));
    let automations = AutomationSays { usage_limit: Some(true), ..AutomationSays::default() };
    let says = Says { automations, ..Says::default() };
    let rule = Rule::everywhere("limits", says);
    let policy = Arc::new(InForce::of(Policy { everywhere: vec![rule], ..Policy::unlimited() }));
    console.happens(What::Op(Op::Automations(Box::new(Told::Policy(policy)))));
    let said =
        "it has no usage limit: one is required here (rule `limits`); its runs may write to the whole repository";
    assert_eq!(console.pointed_out(), [format!("a: {said}"), format!("b: {said}")]);
    assert_eq!(console.model.world.automations.violations(&of("a")).len(), 1);
}

#[test]
fn an_entry_leads_to_its_automation_and_has_been_read() {
    let mut console = Console::new();
    console.reads(wide("a"));
    console.reads(wide("b"));
    console.press(Key::Char('I'));
    assert!(console.model.place.inbox.pane.is_some());
    console.press(Key::Char('j'));
    let effects = console.press(Key::Enter);
    assert!(console.model.place.inbox.pane.is_none());
    assert_eq!(console.model.automation().map(|known| known.automation.at.id.raw()), Some("b"));
    let key = |id: &str| format!("automation acme/api {id} writes_repository");
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::KeepRead(marks) => marks.first().map(|(key, _)| key.clone()),
        _ => None,
    });
    assert_eq!(kept, Some(key("b")));
    assert_eq!(console.model.place.inbox.unread(), 1);
}
