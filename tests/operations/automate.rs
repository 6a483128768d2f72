//! What is done to automations: nothing without leave, nothing to another version, nothing twice.

use std::sync::Arc;

use atc::domain::automation::plan::{Step, Wanted, plan};
use atc::domain::automation::{Act, Automation, Definition, Pinned, RunOrder, file};
use atc::domain::policy::{AutomationSays, InForce, Policy, Rule, Says, Words};
use atc::domain::{AutomationOrder, FaultKind, TaskId};
use atc::ledger::memory::Memory;
use atc::ledger::{Action, Kind, Ledger, Outcome, Said, Span};
use atc::ops::automate::{self, Done, Ran, gather};
use atc::ops::{Context, Gate};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fake::{Fake, clock, context, repo};
use crate::shop::{automation, lost, obey, task_of};

pub struct Bench {
    pub fake: Arc<Fake>,
    pub book: Arc<Memory>,
    pub context: Context,
}

pub fn bench(there: Vec<Automation>) -> Bench {
    let fake = Arc::new(Fake::new(clock()));
    *fake.shop.there.lock().unwrap() = there;
    *fake.shop.on_act.lock().unwrap() = Box::new(|there, _, order| Ok(obey(there, order)));
    let book = Arc::new(Memory::default());
    let context = context(&fake, &book);
    Bench { fake, book, context }
}

pub fn pinned(one: &Automation) -> Pinned {
    Pinned::of(one).unwrap()
}

pub fn order(act: Act) -> AutomationOrder {
    AutomationOrder::new(Uuid::new_v4(), repo(), act)
}

pub fn of(value: Value) -> Definition {
    Definition::take_from(&mut value.as_object().unwrap().clone())
}

impl Bench {
    pub fn sent(&self) -> usize {
        self.fake.shop.acted.lock().unwrap().len()
    }

    /// What the ledger has, as action and outcome.
    pub fn recorded(&self) -> Vec<(Action, Option<&'static str>)> {
        let entries = self.book.recent(10).unwrap();
        entries.iter().rev().map(|one| (one.intent.action, one.outcome.as_ref().map(|(_, o)| o.word()))).collect()
    }

    fn under(&mut self, says: AutomationSays) {
        let says = Says { automations: says, ..Says::default() };
        let policy = Policy { everywhere: vec![Rule::everywhere("team", says)], ..Policy::unlimited() };
        self.context.gate = Gate::holding(InForce::of(policy));
    }
}

#[tokio::test(start_paused = true)]
async fn every_act_is_claimed_before_it_is_sent_and_confirmed_after() {
    let one = automation("a", 1, json!({}));
    let renamed = of(json!({"name": "other"}));
    let made = of(json!({"name": "new", "prompt": "p"}));
    for (act, action) in [
        (Act::Create(made), Action::AutomationCreate),
        (Act::Edit(pinned(&one), renamed), Action::AutomationEdit),
        (Act::Switch(pinned(&one), false), Action::AutomationDisable),
        (Act::Delete(pinned(&one)), Action::AutomationDelete),
    ] {
        let bench = bench(vec![one.clone()]);
        let book = bench.book.clone();
        *bench.fake.shop.on_act.lock().unwrap() = Box::new(move |there, _, order| {
            let [open] = &book.unresolved().unwrap()[..] else { panic!("the intent is not in the ledger yet") };
            assert_eq!((open.intent.id, open.outcome.is_none()), (order.id, true));
            Ok(obey(there, order))
        });
        automate::act(&bench.context, &order(act)).await.result.unwrap();
        assert_eq!((bench.recorded(), bench.sent()), (vec![(action, Some("confirmed"))], 1));
        let key = bench.book.recent(1).unwrap()[0].intent.key.clone().unwrap();
        assert!(key == "automation:a" || key == "automation:new:new", "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_edited_since_it_was_seen_is_refused_with_both_versions_and_nothing_is_sent() {
    let seen = automation("a", 1, json!({"model": "old"}));
    let now = automation("a", 2, json!({"model": "new"}));
    for act in [
        Act::Edit(pinned(&seen), of(json!({"model": "mine"}))),
        Act::Switch(pinned(&seen), false),
        Act::Run(pinned(&seen), RunOrder::default()),
        Act::Delete(pinned(&seen)),
    ] {
        let bench = bench(vec![now.clone()]);
        let answer = automate::act(&bench.context, &order(act)).await;
        let fault = answer.result.unwrap_err();
        assert_eq!((fault.kind, bench.sent(), bench.recorded()), (FaultKind::Conflict, 0, vec![]));
        assert!(fault.what.contains("model: old → new"), "{fault}");
        let stale = answer.stale.unwrap();
        assert_eq!((stale.seen, &stale.now), (pinned(&seen), &now));
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_the_service_calls_stale_comes_back_with_both_versions() {
    // W-43: it was edited between the look and the PATCH.
    let one = automation("a", 1, json!({"model": "old"}));
    for kind in [FaultKind::Conflict, FaultKind::Invalid] {
        let bench = bench(vec![one.clone()]);
        *bench.fake.shop.on_act.lock().unwrap() = Box::new(move |there, _, _| {
            *there = vec![automation("a", 2, json!({"model": "theirs"}))];
            Err(atc::domain::Fault::new(kind, "stale", "look"))
        });
        let answer = automate::act(&bench.context, &order(Act::Edit(pinned(&one), of(json!({"model": "mine"}))))).await;
        assert_eq!(answer.result.unwrap_err().kind, FaultKind::Conflict);
        assert_eq!(answer.stale.unwrap().now.model.unwrap().raw_for_match(), "theirs");
        assert_eq!(bench.recorded(), [(Action::AutomationEdit, Some("rejected"))]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_policy_forbids_is_not_sent_and_what_makes_less_start_is_never_forbidden() {
    let one = automation("a", 1, json!({"enabled": false, "write_scope": "repository"}));
    let mut bench = bench(vec![one.clone()]);
    bench.under(AutomationSays { write_scopes: Some(Words(vec!["trigger".into()])), ..AutomationSays::default() });
    for act in [
        Act::Switch(pinned(&one), true),
        Act::Run(pinned(&one), RunOrder::default()),
        Act::Create(of(json!({"name": "n", "prompt": "p", "write_scope": "repository"}))),
    ] {
        let answer = automate::act(&bench.context, &order(act)).await;
        let fault = answer.result.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused);
        assert!(fault.what.contains("write scope repository is not among trigger (rule `team`)"), "{fault}");
    }
    assert_eq!((bench.sent(), bench.recorded()), (0, vec![]));
    // What it violated before stands in no edit's way, so that rules can be met step by step.
    automate::act(&bench.context, &order(Act::Edit(pinned(&one), of(json!({"model": "m"}))))).await.result.unwrap();
    let one = bench.fake.shop.there.lock().unwrap()[0].clone();
    automate::act(&bench.context, &order(Act::Delete(pinned(&one)))).await.result.unwrap();
    bench.context.gate = Gate::holding(InForce::broken("nobody can read it"));
    let on = automation("b", 1, json!({}));
    bench.fake.shop.there.lock().unwrap().push(on.clone());
    automate::act(&bench.context, &order(Act::Switch(pinned(&on), false))).await.result.unwrap();
    let off = bench.fake.shop.there.lock().unwrap()[0].clone();
    let answer = automate::act(&bench.context, &order(Act::Switch(pinned(&off), true))).await;
    assert_eq!(answer.result.unwrap_err().kind, FaultKind::Refused);
}

#[tokio::test(start_paused = true)]
async fn no_more_automations_are_made_than_the_policy_allows_and_none_of_a_name_that_is_there() {
    let mut bench = bench(vec![automation("a", 1, json!({}))]);
    bench.under(AutomationSays { per_repo: Some(1), ..AutomationSays::default() });
    let create = |name: &str| order(Act::Create(of(json!({"name": name, "prompt": "p"}))));
    let fault = automate::act(&bench.context, &create("new")).await.result.unwrap_err();
    assert!(fault.what.contains("1 of 1 automations"), "{fault}");
    bench.under(AutomationSays::default());
    let fault = automate::act(&bench.context, &create("name of a")).await.result.unwrap_err();
    assert!(fault.what.contains("already") && bench.sent() == 0, "{fault}");
    *bench.fake.shop.here.lock().unwrap() = false;
    assert_eq!(automate::act(&bench.context, &create("new")).await.result.unwrap_err().kind, FaultKind::Unsupported);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_it_is_looked_for_and_never_sent_again() {
    let one = automation("a", 1, json!({}));
    let made = of(json!({"name": "new", "prompt": "p"}));
    for act in [
        Act::Create(made),
        Act::Edit(pinned(&one), of(json!({"model": "m"}))),
        Act::Switch(pinned(&one), false),
        Act::Delete(pinned(&one)),
    ] {
        for happened in [true, false] {
            let bench = bench(vec![one.clone()]);
            *bench.fake.shop.on_act.lock().unwrap() = Box::new(move |there, _, order| {
                if happened {
                    obey(there, order);
                }
                Err(lost())
            });
            let order = order(act.clone());
            let answer = automate::act(&bench.context, &order).await;
            let expected = if happened { "confirmed" } else { "unknown" };
            assert_eq!(answer.result.is_ok(), happened, "{}", order.words());
            assert_eq!((bench.sent(), bench.recorded()[0].1), (1, Some(expected)), "{}", order.words());
            if !happened {
                // It comes after all, and whoever reconciles finds it.
                obey(&mut bench.fake.shop.there.lock().unwrap(), &order);
                let open = bench.book.unresolved().unwrap().remove(0);
                assert!(automate::settle(&bench.context, &open.intent).await.unwrap(), "{}", order.words());
                assert_eq!((bench.recorded()[0].1, bench.sent()), (Some("confirmed"), 1));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_is_accepted_and_then_its_task_is_looked_for() {
    let one = automation("a", 1, json!({}));
    let bench = bench(vec![one.clone()]);
    let now = (bench.fake.now)();
    bench.fake.shop.tasks.lock().unwrap().push(task_of("earlier", "a", now));
    *bench.fake.shop.on_act.lock().unwrap() =
        Box::new(|_, _, _| Ok(atc::provider::port::Acted::Accepted(atc::domain::automation::Accepted::default())));
    let answer = automate::act(&bench.context, &order(Act::Run(pinned(&one), RunOrder::default()))).await;
    let Ok(Done::Ran(run)) = answer.result else { panic!("{answer:?}") };
    // W-38: until its task is seen nobody says that it was confirmed.
    assert_eq!(bench.recorded(), [(Action::AutomationRun, Some("unknown"))]);
    let fake = bench.fake.clone();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_secs(12)).await;
        let mut tasks = fake.shop.tasks.lock().unwrap();
        tasks.push(task_of("of another", "b", (fake.now)()));
        tasks.push(task_of("new", "a", (fake.now)()));
    });
    let Ran::Task(task) = run.task(&bench.context).await else { panic!("not found") };
    assert_eq!((task.at.id, bench.sent()), (TaskId::new("new"), 1));
    let entry = bench.book.recent(1).unwrap().remove(0);
    assert!(matches!(&entry.outcome, Some((_, Outcome::Confirmed(id))) if id == "new"));
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_answer_was_lost_and_whose_task_was_found_names_that_task_at_once() {
    let one = automation("a", 1, json!({}));
    let bench = bench(vec![one.clone()]);
    let now = (bench.fake.now)();
    *bench.fake.shop.on_act.lock().unwrap() = Box::new(move |_, tasks, _| {
        tasks.push(task_of("new", "a", now));
        Err(lost())
    });
    let answer = automate::act(&bench.context, &order(Act::Run(pinned(&one), RunOrder::default()))).await;
    let Ok(Done::Ran(run)) = answer.result else { panic!("{answer:?}") };
    let begun = tokio::time::Instant::now();
    let Ran::Task(task) = run.task(&bench.context).await else { panic!("not found") };
    assert_eq!((task.at.id, begun.elapsed().as_secs(), bench.sent()), (TaskId::new("new"), 0, 1));
    assert_eq!(bench.recorded(), [(Action::AutomationRun, Some("confirmed"))]);
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_task_does_not_come_is_reported_missing_and_found_when_it_comes_late() {
    let one = automation("a", 1, json!({}));
    let bench = bench(vec![one.clone()]);
    *bench.fake.shop.on_act.lock().unwrap() = Box::new(|_, _, _| Err(lost()));
    let answer = automate::act(&bench.context, &order(Act::Run(pinned(&one), RunOrder::default()))).await;
    assert_eq!(answer.result.unwrap_err().kind, FaultKind::UnknownOutcome);
    let open = bench.book.unresolved().unwrap().remove(0);
    tokio::time::advance(std::time::Duration::from_mins(5)).await;
    assert!(atc::ops::reconcile::settle(&bench.context, &open.intent).await.unwrap().is_none());
    let at = open.intent.at + TimeDelta::minutes(3);
    bench.fake.shop.tasks.lock().unwrap().push(task_of("late", "a", at));
    let found = atc::ops::reconcile::settle(&bench.context, &open.intent).await.unwrap().unwrap();
    assert_eq!((found.at.id, bench.sent()), (TaskId::new("late"), 1));
    assert!(bench.book.unresolved().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_counts_against_the_limits_on_starts() {
    let one = automation("a", 1, json!({}));
    let mut bench = bench(vec![one.clone()]);
    let says = Says { starts_per_hour: Some(1), ..Says::default() };
    let policy = Policy { everywhere: vec![Rule::everywhere("one", says)], ..Policy::unlimited() };
    bench.context.gate = Gate::holding(InForce::of(policy));
    *bench.fake.shop.on_act.lock().unwrap() =
        Box::new(|_, _, _| Ok(atc::provider::port::Acted::Accepted(atc::domain::automation::Accepted::default())));
    let run = || order(Act::Run(pinned(&one), RunOrder::default()));
    automate::act(&bench.context, &run()).await.result.unwrap();
    let fault = automate::act(&bench.context, &run()).await.result.unwrap_err();
    assert!(fault.what.contains("1 of 1 starts in an hour") && bench.sent() == 1, "{fault}");
}

#[tokio::test(start_paused = true)]
async fn the_ledger_knows_which_tasks_an_automation_started() {
    let one = automation("a", 1, json!({}));
    let bench = bench(vec![one.clone()]);
    bench.fake.shop.tasks.lock().unwrap().push(task_of("t", "a", (bench.fake.now)()));
    for _ in 0..2 {
        gather::tasks(&bench.context, &one.at).await.unwrap();
    }
    let lines = bench.book.lines(&Span::default(), 10).unwrap();
    let [line] = &lines[..] else { panic!("once: {lines:?}") };
    let Said::Observed(seen) = &line.said else { panic!("{line:?}") };
    assert_eq!(
        (seen.seen.kind, seen.seen.task.as_str(), seen.seen.became.as_str()),
        (Kind::Origin, "t", "automation:a")
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_exported_and_applied_again_changes_nothing_and_a_change_is_made_once() {
    let there = vec![automation("a", 1, json!({})), automation("b", 1, json!({"model": "m"}))];
    let bench = bench(there.clone());
    let all = automate::plan::read(&bench.context, &[repo()]).await.unwrap();
    let wanted = |one: &Automation| {
        let text = file::write(&one.at, one.definition().unwrap());
        Wanted { file: atc::text::Safe::new(one.at.id.raw()), says: file::read(&text).unwrap() }
    };
    let mut files: Vec<Wanted> = there.iter().map(wanted).collect();
    let steps: Vec<&str> = plan(&files, &all, true).iter().map(|one| one.step.word()).collect();
    assert_eq!(steps, ["unchanged", "unchanged"]);

    files[0].says.definition.set("model", "other".into());
    files.remove(1);
    let new = of(json!({"name": "new", "prompt": "p"}));
    files.push(Wanted {
        file: atc::text::Safe::new("new"),
        says: file::Written { repo: repo(), id: None, definition: new },
    });
    let steps: Vec<&str> = plan(&files, &all, false).iter().map(|one| one.step.word()).collect();
    assert_eq!(steps, ["change", "create", "left_alone"]);
    let planned = plan(&files, &all, true);
    assert!(automate::plan::carry_out(&bench.context, &planned, None, |_, _| {}).await);
    assert_eq!(bench.recorded().len(), 3);
    let all = automate::plan::read(&bench.context, &[repo()]).await.unwrap();
    assert!(plan(&files, &all, true).iter().all(|one| matches!(one.step, Step::Unchanged(_))));
}

#[tokio::test(start_paused = true)]
async fn a_plan_with_a_conflict_says_which_file_and_the_first_failure_is_the_last_step() {
    let twins = [automation("a", 1, json!({"name": "same"})), automation("b", 1, json!({"name": "same"}))];
    let says = |id: Option<&str>, value: Value| Wanted {
        file: atc::text::Safe::new(value.to_string()),
        says: file::Written { repo: repo(), id: id.map(atc::domain::AutomationId::new), definition: of(value) },
    };
    for (wanted, why) in [
        (vec![says(None, json!({"name": "same"}))], "several automations of this name"),
        (vec![says(Some("gone"), json!({"name": "x"}))], "take the id out"),
        (vec![says(None, json!({"name": "x"}))], "no prompt"),
        (vec![says(Some("a"), json!({"name": "same", "owner_type": "user"}))], "never changes"),
        (vec![says(Some("a"), json!({"name": "p"})), says(Some("a"), json!({"name": "q"}))], "the same automation"),
    ] {
        let planned = plan(&wanted, &twins, true);
        let Step::Conflict(said) = &planned[0].step else { panic!("{planned:?}") };
        assert!(said.contains(why), "{said}");
    }
    let bench = bench(twins.to_vec());
    *bench.fake.shop.on_act.lock().unwrap() =
        Box::new(|_, _, _| Err(atc::domain::Fault::new(FaultKind::Permission, "no", "ask")));
    let wanted = [says(Some("a"), json!({"name": "p"})), says(Some("b"), json!({"name": "q"}))];
    let planned = plan(&wanted, &twins, true);
    assert!(!automate::plan::carry_out(&bench.context, &planned, None, |_, _| {}).await);
    assert_eq!((bench.sent(), bench.recorded()), (1, vec![(Action::AutomationEdit, Some("rejected"))]));
}

#[tokio::test(start_paused = true)]
async fn the_audit_names_every_violation_with_its_rule_and_what_is_pointed_out_unasked() {
    let loose = json!({
        "write_scope": "repository", "require_actor_write_permission": false, "usage_limits": [], "model": "gpt-x",
        "triggers": {"issues": {"types": ["opened"]}, "push": {"branches": ["release/1"]}},
    });
    let mut bench = bench(vec![automation("a", 1, loose), automation("b", 1, json!({}))]);
    let words = |words: &[&str]| Some(Words(words.iter().map(|word| (*word).to_owned()).collect()));
    bench.under(AutomationSays {
        triggers: words(&["odd", "push"]),
        write_scopes: words(&["trigger"]),
        actor_permission: Some(true),
        usage_limit: Some(true),
        models: words(&["automatic"]),
        per_repo: Some(1),
        forbidden_branches: words(&["release/*"]),
    });
    let audit = gather::audit(&bench.context, &[repo()], gather::Depth::Detailed).await.unwrap();
    let said: Vec<String> = audit
        .violations
        .iter()
        .map(|one| {
            let id = one.automation.as_ref().map_or("-", |(at, _)| at.id.raw());
            format!("{id} {} {}", one.finding.key.unwrap().word(), one.finding.rule)
        })
        .collect();
    let of = |id: &str, key: &str| format!("{id} automations.{key} team");
    for expected in [
        of("-", "per_repo"),
        of("a", "triggers"),
        of("a", "write_scopes"),
        of("a", "actor_permission_required"),
        of("a", "usage_limit_required"),
        of("a", "models"),
        of("a", "forbidden_branches"),
    ] {
        assert!(said.contains(&expected), "{expected} is not among {said:?}");
    }
    assert_eq!(said.len(), 7, "{said:?}");
    let concerns: Vec<&str> =
        audit.survey.found[0].concerns.iter().map(atc::domain::automation::Concern::word).collect();
    assert_eq!(concerns, ["writes_repository", "anyone_triggers"]);
}
