//! What the poller asks about automations, and when: hardly anything while nobody looks, and never more than is on the
//! screen.

use std::sync::Arc;
use std::time::Duration;

use atc::console::Effect;
use atc::console::automations::{Sight, Wish};
use atc::console::event::{Event, Net, News, What};
use atc::domain::automation::Listed;
use atc::domain::{Artifact, AutomationId, AutomationRef, Fault, FaultKind, PullId, RepoName, Source, State, Task};
use atc::ledger::Ledger as _;
use atc::ledger::memory::Memory;
use atc::ops::automate::seen_origin;
use atc::ops::cancel::Patience;
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, page, repo, task};
use crate::shop::{automation, task_of};

struct Stage {
    engine: Engine,
    fake: Arc<Fake>,
    received: mpsc::Receiver<Event>,
    told: Vec<Net>,
}

impl Stage {
    fn new(fake: Fake) -> Self {
        Self::with(fake, Pace::default(), &Arc::default(), &[repo()])
    }

    fn with(fake: Fake, pace: Pace, book: &Arc<Memory>, repos: &[RepoName]) -> Self {
        let fake = Arc::new(fake);
        let (desk, received) = crate::fake::desk(&fake);
        let context = crate::fake::context(&fake, book);
        let mut engine = Engine::spawn(desk, context, pace, Patience::default());
        engine.perform(Effect::Watch(repos.to_vec()));
        Self { engine, fake, received, told: Vec::new() }
    }

    async fn pass(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while let Ok(Some(event)) = tokio::time::timeout_at(end, self.received.recv()).await {
            if let What::Net(net) = event.what {
                self.told.push(net);
            }
        }
    }

    fn look(&mut self, rows: &[&str], chosen: Option<&str>) {
        let rows = rows.iter().map(|id| at(id)).collect();
        self.engine.perform(Effect::Automations(Wish::Look(Some(Sight { rows, chosen: chosen.map(at) }))));
    }

    fn close(&mut self) {
        self.engine.perform(Effect::Automations(Wish::Look(None)));
    }

    fn asked(&self, what: &str) -> usize {
        self.fake.shop.asked(what)
    }

    fn forget(&mut self) {
        self.fake.shop.asked.lock().unwrap().clear();
        self.told.clear();
    }
}

fn at(id: &str) -> AutomationRef {
    AutomationRef { repo: repo(), id: AutomationId::new(id) }
}

fn fake(automations: &[&str]) -> Fake {
    let fake = Fake::new(clock());
    *fake.on_list.lock().unwrap() = Box::new(|_| Ok(page(Vec::new())));
    *fake.shop.there.lock().unwrap() = automations.iter().map(|id| automation(id, 1, json!({}))).collect();
    fake
}

const HOUR: Duration = Duration::from_hours(1);
const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn while_nobody_looks_each_repository_is_asked_for_its_list_once_an_hour_and_for_nothing_else() {
    let repos: Vec<RepoName> = (0..4).map(|n| format!("acme/r{n}").parse().unwrap()).collect();
    let mut stage = Stage::with(fake(&["a", "b"]), Pace::default(), &Arc::default(), &repos);
    stage.pass(9 * MINUTE).await;
    assert_eq!(stage.asked(""), 0, "what nobody waits for is not what a start is spent on");
    stage.pass(3 * MINUTE).await;
    assert_eq!(stage.asked("list"), 4);
    stage.pass(6 * HOUR).await;
    for repo in &repos {
        let asked = stage.asked(&format!("list {repo}"));
        assert!((6..=7).contains(&asked), "{asked} lists of {repo} in six hours and a little");
    }
    assert_eq!(stage.asked("one") + stage.asked("runs"), 0);
}

#[tokio::test(start_paused = true)]
async fn where_there_are_none_to_be_had_it_is_asked_again_after_six_hours_or_when_the_operator_wants_to_know() {
    let fake = fake(&["a"]);
    *fake.shop.here.lock().unwrap() = false;
    let mut stage = Stage::new(fake);
    stage.pass(5 * HOUR).await;
    assert_eq!(stage.asked("list"), 1);
    assert!(stage.told.iter().any(|net| matches!(net.result, Ok(News::Automations(Listed::NotHere)))));
    stage.look(&[], None);
    stage.pass(10 * MINUTE).await;
    assert_eq!(stage.asked("list"), 1, "to look does not bring them there");
    stage.engine.perform(Effect::Refresh);
    stage.pass(MINUTE).await;
    assert_eq!(stage.asked("list"), 2);
    stage.close();
    stage.pass(5 * HOUR).await;
    assert_eq!(stage.asked("list"), 2);
    // Intervals differ by up to a tenth, so that not everything is asked at once.
    stage.pass(2 * HOUR).await;
    assert_eq!(stage.asked("list"), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_switched_off_is_never_asked_whoever_looks() {
    let mut stage =
        Stage::with(fake(&["a"]), Pace { automations: false, ..Pace::default() }, &Arc::default(), &[repo()]);
    stage.look(&["a"], Some("a"));
    stage.pass(2 * HOUR).await;
    stage.engine.perform(Effect::Refresh);
    stage.pass(MINUTE).await;
    assert_eq!(stage.asked(""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pane_that_is_opened_while_a_busy_fleet_takes_all_there_is_to_spend_does_not_stay_empty() {
    let repos: Vec<RepoName> = (0..8).map(|n| format!("acme/r{n}").parse().unwrap()).collect();
    let fake = fake(&["a"]);
    let now = fake.now.clone();
    *fake.on_list.lock().unwrap() = Box::new(move |query| {
        let repo = query.repo.clone().unwrap();
        // Every look finds every row moved: the worst there is.
        let moved =
            |n: usize| Task { updated_at: Some(now()), ..task(&format!("{repo}-{n}"), State::InProgress, now()) };
        Ok(page((0..6).map(moved).collect()))
    });
    let mut stage = Stage::with(fake, Pace::default(), &Arc::default(), &repos);
    stage.pass(9 * MINUTE).await;
    assert_eq!(stage.asked("list"), 0);
    stage.look(&[], None);
    // A thousand an hour are sixteen a minute: half of these.
    stage.pass(MINUTE).await;
    for repo in &repos {
        assert!(stage.asked(&format!("list {repo}")) >= 1, "the list of {repo} is still waited for");
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_pane_is_kept_up_with_at_a_price_that_does_not_grow_with_its_rows() {
    let ids: Vec<String> = (0..40).map(|n| format!("a{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut stage = Stage::new(fake(&ids));
    stage.look(&ids[..3], Some("a0"));
    stage.pass(Duration::from_secs(5)).await;
    assert_eq!((stage.asked("list"), stage.asked("one"), stage.asked("runs")), (1, 3, 3), "all of it at once");
    stage.forget();
    stage.pass(10 * MINUTE).await;
    assert!((6..=8).contains(&stage.asked("list")), "{} lists in ten minutes", stage.asked("list"));
    for (what, least, most) in [("one a0", 9, 12), ("runs a0", 9, 12), ("one a1", 1, 1), ("runs a1", 2, 2)] {
        let asked = stage.asked(what);
        assert!((least..=most).contains(&asked), "{what}: {asked} times in ten minutes");
    }
    assert_eq!(stage.asked("one a3") + stage.asked("runs a3"), 0, "it is not in sight");
    stage.look(&ids, None);
    stage.pass(15 * MINUTE).await;
    stage.forget();
    stage.pass(HOUR).await;
    let asked = stage.asked("one") + stage.asked("runs");
    assert!((400..=600).contains(&asked), "{asked} looks at forty rows in an hour");
    stage.close();
    stage.forget();
    stage.pass(HOUR).await;
    assert!(stage.asked("") <= 2, "nobody looks: {:?}", stage.fake.shop.asked.lock().unwrap());
}

#[tokio::test(start_paused = true)]
async fn who_scrolls_back_is_not_told_again_what_was_told_a_moment_ago() {
    let mut stage = Stage::new(fake(&["a", "b"]));
    for _ in 0..10 {
        for id in ["a", "b"] {
            stage.look(&[id], None);
            stage.pass(Duration::from_secs(3)).await;
        }
    }
    assert_eq!((stage.asked("one"), stage.asked("runs")), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_told_as_a_failure_left_alone_for_an_hour_and_tried_at_once_when_somebody_looks() {
    for kind in [FaultKind::Authentication, FaultKind::Permission, FaultKind::Server, FaultKind::Unreadable] {
        let fake = fake(&["a"]);
        *fake.shop.fault.lock().unwrap() = Some(Fault::new(kind, "no", "look again"));
        let mut stage = Stage::new(fake);
        stage.pass(50 * MINUTE).await;
        assert_eq!(stage.asked("list"), 1, "{kind:?}");
        let failed = |net: &&Net| net.source == Source::Automations(repo()) && net.result.is_err();
        assert!(stage.told.iter().find(failed).is_some_and(|net| net.next_try.is_some()));
        stage.fake.shop.fault.lock().unwrap().take();
        stage.look(&[], None);
        stage.pass(Duration::from_secs(5)).await;
        assert_eq!(stage.asked("list"), 2, "{kind:?}");
        let told = stage.told.iter().filter_map(|net| net.result.as_ref().ok());
        assert!(
            told.into_iter().any(
                |news| matches!(news, News::Automations(Listed::Here { automations, .. }) if automations.len() == 1)
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_edited_is_read_anew_and_one_that_is_gone_is_told_to_be() {
    let mut stage = Stage::new(fake(&["a", "b"]));
    stage.look(&["a", "b"], None);
    stage.pass(MINUTE).await;
    stage.forget();
    let edited = (stage.fake.now)();
    stage.fake.shop.there.lock().unwrap()[0].updated_at = Some(edited);
    stage.pass(2 * MINUTE).await;
    assert_eq!((stage.asked("one a"), stage.asked("one b")), (1, 0), "the list says which was edited");
    stage.fake.shop.there.lock().unwrap().retain(|one| one.at != at("b"));
    stage.look(&["a"], Some("b"));
    stage.pass(2 * MINUTE).await;
    let gone =
        |net: &Net| net.source == Source::Automation(at("b")) && matches!(net.result, Ok(News::Automation(None)));
    assert!(stage.told.iter().any(gone));
}

fn named(news: &[Net], id: &str) -> Vec<Option<AutomationId>> {
    let of = |net: &Net| match &net.result {
        Ok(News::Tasks { tasks, .. } | News::AutomationRuns { tasks: Some(tasks), .. }) => tasks.clone(),
        Ok(News::Task(task)) => vec![(**task).clone()],
        _ => Vec::new(),
    };
    let tasks: Vec<Task> = news.iter().flat_map(of).collect();
    tasks.into_iter().filter(|task| task.at.id.raw() == id).map(|task| task.automation).collect()
}

#[tokio::test(start_paused = true)]
async fn what_started_a_task_is_told_with_every_answer_about_it_once_it_is_known() {
    let fake = fake(&["a"]);
    let start = (fake.now)();
    // The repository's list does not say what started it.
    let (now, silent) = (fake.now.clone(), task("t1", State::InProgress, start));
    *fake.on_list.lock().unwrap() =
        Box::new(move |_| Ok(page(vec![Task { updated_at: Some(now()), ..silent.clone() }])));
    *fake.shop.tasks.lock().unwrap() = vec![task_of("t1", "a", start)];
    let mut stage = Stage::new(fake);
    stage.pass(30 * Duration::from_secs(1)).await;
    assert!(named(&stage.told, "t1").iter().all(Option::is_none));
    stage.look(&["a"], None);
    stage.pass(5 * Duration::from_secs(1)).await;
    stage.told.clear();
    stage.pass(2 * MINUTE).await;
    let told = named(&stage.told, "t1");
    assert!(told.len() > 5 && told.iter().all(|one| *one == Some(AutomationId::new("a"))), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_ledger_recorded_of_a_task_is_told_without_asking_the_service() {
    let fake = fake(&["a"]);
    let start = (fake.now)();
    let book: Arc<Memory> = Arc::default();
    book.observe(&[seen_origin(&task_of("t1", "a", start), "fake", start).unwrap()]).unwrap();
    let tasks = vec![task("t1", State::Completed, start), task("t2", State::Completed, start)];
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(tasks.clone())));
    let mut stage = Stage::with(fake, Pace { automations: false, ..Pace::default() }, &book, &[repo()]);
    stage.pass(5 * Duration::from_secs(1)).await;
    assert_eq!(named(&stage.told, "t1")[0], Some(AutomationId::new("a")));
    assert_eq!(named(&stage.told, "t2")[0], None);
    assert_eq!(stage.asked(""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_names_an_automation_brings_the_list_forward_and_its_turns_its_runs() {
    let fake = fake(&["a"]);
    let start = (fake.now)();
    let now = fake.now.clone();
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let ended = now() - start > TimeDelta::seconds(90);
        let state = if ended { State::Completed } else { State::InProgress };
        let touched = if ended { start + TimeDelta::seconds(90) } else { start };
        Ok(page(vec![Task { state, updated_at: Some(touched), ..task_of("t1", "a", start) }]))
    });
    let mut stage = Stage::new(fake);
    stage.pass(Duration::from_secs(20)).await;
    assert_eq!(stage.asked("list"), 1, "whose work it is cannot be told by an id");
    stage.look(&["a"], None);
    stage.pass(Duration::from_mins(1)).await;
    assert_eq!(stage.asked("runs"), 1);
    stage.pass(Duration::from_secs(40)).await;
    assert_eq!(stage.asked("runs"), 2, "one of its tasks has ended");
}

#[tokio::test(start_paused = true)]
async fn runs_tell_of_their_pull_requests_and_ask_only_about_those_that_may_still_change() {
    use atc::domain::PullState;
    let fake = fake(&["a"]);
    let start = (fake.now)();
    let with = |id: &str, pull: u64| Task {
        artifacts: vec![Artifact::Pull { id: PullId(pull), node: None, state: None }],
        state: State::Completed,
        ..task_of(id, "a", start - TimeDelta::hours(2))
    };
    *fake.shop.tasks.lock().unwrap() = vec![with("t1", 1), with("t2", 2)];
    let asked: Arc<std::sync::Mutex<Vec<Vec<u64>>>> = Arc::default();
    let seen = asked.clone();
    *fake.on_pulls.lock().unwrap() = Box::new(move |refs| {
        seen.lock().unwrap().push(refs.iter().map(|at| at.id.0).collect());
        Ok(refs
            .iter()
            .map(|at| {
                let state = if at.id.0 == 1 { PullState::Merged } else { PullState::Open };
                Some(atc::domain::Pull { state, ..pull(at) })
            })
            .collect())
    });
    let mut stage = Stage::new(fake);
    stage.look(&["a"], None);
    stage.pass(Duration::from_secs(5)).await;
    let track = stage.told.iter().find_map(|net| match &net.result {
        Ok(News::AutomationRuns { track, .. }) => Some(track.pulls),
        _ => None,
    });
    let pulls = track.expect("its runs were told");
    assert_eq!((pulls.opened, pulls.merged, pulls.unreviewed, pulls.unknown), (2, 1, 1, 0));
    assert!(stage.told.iter().any(|net| matches!(&net.result, Ok(News::Pulls(pulls)) if pulls.len() == 2)));
    asked.lock().unwrap().clear();
    stage.pass(6 * MINUTE).await;
    assert!(!asked.lock().unwrap().is_empty() && asked.lock().unwrap().iter().flatten().all(|id| *id == 2));
    let last = stage.told.iter().rev().find_map(|net| match &net.result {
        Ok(News::AutomationRuns { track, .. }) => Some(track.pulls),
        _ => None,
    });
    assert_eq!(last, Some(pulls), "what was settled still counts");
}

/// What its runs were said to come to last.
fn told_last(stage: &Stage) -> Option<atc::domain::automation::Track> {
    stage.told.iter().rev().find_map(|net| match &net.result {
        Ok(News::AutomationRuns { track, .. }) => Some((**track).clone()),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn a_list_of_runs_that_proves_the_same_is_not_read_again_but_its_pull_requests_are_asked_about() {
    use atc::domain::PullState;
    let fake = fake(&["a"]);
    *fake.shop.proves.lock().unwrap() = true;
    let start = (fake.now)();
    let run = Task {
        artifacts: vec![Artifact::Pull { id: PullId(1), node: None, state: None }],
        state: State::Completed,
        ..task_of("t1", "a", start - TimeDelta::hours(2))
    };
    *fake.shop.tasks.lock().unwrap() = vec![run.clone()];
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(vec![run.clone()])));
    let merged: Arc<std::sync::atomic::AtomicBool> = Arc::default();
    let seen = merged.clone();
    *fake.on_pulls.lock().unwrap() = Box::new(move |refs| {
        let is_merged = seen.load(std::sync::atomic::Ordering::Relaxed);
        let state = || if is_merged { PullState::Merged } else { PullState::Open };
        Ok(refs.iter().map(|at| Some(atc::domain::Pull { state: state(), ..pull(at) })).collect())
    });
    let mut stage = Stage::new(fake);
    stage.look(&["a"], None);
    stage.pass(Duration::from_secs(5)).await;
    assert_eq!(told_last(&stage).map(|track| (track.pulls.unreviewed, track.pulls.merged)), Some((1, 0)));
    merged.store(true, std::sync::atomic::Ordering::Relaxed);
    stage.forget();
    stage.pass(6 * MINUTE).await;
    assert_eq!((stage.asked("runs a"), stage.asked("runs a whole")), (1, 0), "the proof is given back");
    let track = told_last(&stage).expect("its pull request was asked about all the same");
    assert_eq!((track.pulls.unreviewed, track.pulls.merged, track.outcomes.len()), (0, 1, 1));
    let whole = |net: &Net| matches!(net.result, Ok(News::AutomationRuns { tasks: Some(_), .. }));
    assert!(!stage.told.iter().any(whole), "the tasks are not told again");
    stage.forget();
    stage.pass(30 * MINUTE).await;
    assert_eq!(stage.asked("runs a whole"), 0, "there is no page behind the first");
    assert!(told_last(&stage).is_none(), "and nothing left to be asked");
}

#[tokio::test(start_paused = true)]
async fn a_change_behind_the_newest_page_of_runs_is_seen_at_the_pace_of_whole_sweeps_or_when_its_task_turns() {
    let fake = fake(&["a"]);
    *fake.shop.proves.lock().unwrap() = true;
    let start = (fake.now)();
    let run = |n: i64| Task { state: State::Completed, ..task_of(&format!("t{n}"), "a", start - TimeDelta::hours(n)) };
    *fake.shop.tasks.lock().unwrap() = (1..=150).map(run).collect();
    let mut stage = Stage::new(fake);
    stage.look(&[], Some("a"));
    stage.pass(Duration::from_secs(5)).await;
    assert_eq!(told_last(&stage).map(|track| track.done()), Some(150));
    let oldest = |stage: &Stage| stage.fake.shop.tasks.lock().unwrap()[149].clone();
    stage.fake.shop.tasks.lock().unwrap()[149].state = State::Failed;
    stage.forget();
    stage.pass(20 * MINUTE).await;
    assert!(stage.asked("runs a") > 15 && stage.asked("runs a whole") == 0, "{}", stage.asked("runs a"));
    assert!(told_last(&stage).is_none(), "the newest page is the same");
    stage.pass(15 * MINUTE).await;
    assert_eq!((stage.asked("runs a whole"), told_last(&stage).map(|track| track.done())), (1, Some(149)));
    // The repository's own list tells of a turn at once.
    stage.fake.shop.tasks.lock().unwrap()[149].state = State::Cancelled;
    let (now, turned) = (stage.fake.now.clone(), oldest(&stage));
    *stage.fake.on_list.lock().unwrap() =
        Box::new(move |_| Ok(page(vec![Task { updated_at: Some(now()), ..turned.clone() }])));
    stage.forget();
    stage.pass(3 * MINUTE).await;
    assert!(stage.asked("runs a whole") >= 1, "it is not waited for");
}

fn pull(at: &atc::domain::PullRef) -> atc::domain::Pull {
    use atc::domain::{Mergeable, NodeId, PullState, ReviewDecision, Standing};
    atc::domain::Pull {
        id: at.id,
        node: NodeId::new(format!("PR_{}", at.id)),
        repo: at.repo.clone(),
        number: at.id.0,
        title: "Bump it".into(),
        url: "https://github.com/acme/api/pull/1".into(),
        state: PullState::Open,
        head_ref: "copilot/bump".into(),
        base_ref: "main".into(),
        author: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
        additions: 1,
        deletions: 0,
        review: ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Yes,
        checks: None,
        standing: Standing::default(),
    }
}
