//! What a rule of the policy may stop: off by default, first only in words, never twice, never on what is not known.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::domain::policy::{InForce, Mode, Policy, Rule, Says, StopSays};
use atc::domain::{CancelPhase, CancelProgress, RunStatus, State, TaskRef, Usage};
use atc::ledger::Ledger as _;
use atc::ledger::memory::{Memory, On};
use atc::ledger::port::{Action, Outcome};
use atc::ops;
use atc::ops::auto_stop::{Case, Watchman};
use atc::ops::cancel::Patience;
use atc::provider::port::{CancelAnswer, LogBody};
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, repo, run, session, task};
use crate::ledger::entries;

fn after(minutes: u32, mode: Option<Mode>) -> Policy {
    saying(StopSays { after_minutes: Some(minutes), mode, ..StopSays::default() })
}

fn saying(stop: StopSays) -> Policy {
    let mut policy = Policy::default();
    policy.everywhere.insert(0, Rule::everywhere("everywhere", Says { stop, ..Says::default() }));
    policy
}

struct Stage {
    fake: Arc<Fake>,
    book: Arc<Memory>,
    context: ops::Context,
    watchman: Watchman,
    /// What the logs say now.
    log: Arc<Mutex<Result<Vec<u8>, atc::domain::Fault>>>,
    at_work: Vec<TaskRef>,
}

/// So many tasks at work that the service has not touched for 12 minutes, with a log each.
fn stage(policy: Policy, tasks: usize) -> Stage {
    let fake = Fake::new(clock());
    let begun = (fake.now)() - TimeDelta::minutes(12);
    let mut at_work = Vec::new();
    for n in 1..=tasks {
        let mut one = task(&format!("t{n}"), State::InProgress, begun);
        let mut its = session(State::InProgress, begun, "x");
        its.id = atc::domain::SessionId::new(format!("s{n}"));
        one.sessions = Some(vec![its]);
        at_work.push(one.at.clone());
        fake.tasks.lock().unwrap().insert(one.at.id.clone(), one);
    }
    let log = Arc::new(Mutex::new(Ok(b"data: {}\n".to_vec())));
    let said = log.clone();
    *fake.on_log.lock().unwrap() = Some(Box::new(move |_| said.lock().unwrap().clone().map(LogBody::Bytes)));
    let start = (fake.now)();
    *fake.on_branch.lock().unwrap() = Box::new(move |_| Ok(vec![run(11, RunStatus::InProgress, start)]));
    *fake.on_run.lock().unwrap() = Box::new(move |id| Ok(run(id.0, RunStatus::InProgress, start)));
    *fake.on_cancel.lock().unwrap() = Box::new(|_| Ok(CancelAnswer::Accepted));
    let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
    let in_force = InForce { hash: Some([7; 32]), ..InForce::of(policy) };
    let context = ops::Context {
        provider: fake.clone(),
        ledger: book.clone(),
        now: fake.now.clone(),
        who: "op".into(),
        gate: ops::Gate::holding(in_force),
    };
    Stage { watchman: Watchman::new(context.clone()), fake, book, context, log, at_work }
}

impl Stage {
    /// A round a minute.
    async fn minutes(&mut self, minutes: u64) -> Vec<Case> {
        let mut cases = Vec::new();
        for _ in 0..minutes {
            tokio::time::sleep(Duration::from_mins(1)).await;
            cases.extend(self.watchman.round(&self.at_work).await);
        }
        cases
    }

    async fn carry_out(&self, case: &Case) -> Vec<CancelPhase> {
        let (report, mut reports) = mpsc::channel::<CancelProgress>(64);
        ops::cancel::cancel_as(&self.context, &case.target, case.how(Patience::default()), report).await;
        let mut phases = Vec::new();
        while let Some(progress) = reports.recv().await {
            phases.push(progress.phase);
        }
        phases
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_looked_at_or_stopped_where_no_rule_says_so() {
    let mut stage = stage(Policy::default(), 2);
    assert!(stage.minutes(120).await.is_empty());
    assert_eq!((stage.fake.calls("task"), stage.fake.calls("log"), entries(&stage.book).len()), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_once_what_it_would_have_stopped_and_sends_nothing() {
    let mut stage = stage(after(20, None), 1);
    let cases = stage.minutes(60).await;
    assert_eq!(cases.len(), 1, "once for a session");
    assert!(cases[0].is_dry());
    let entries = entries(&stage.book);
    assert_eq!(entries.len(), 1);
    let intent = &entries[0].intent;
    assert_eq!((intent.action, intent.session.as_deref(), intent.run), (Action::Cancel, Some("s1"), None));
    let granted = intent.granted.as_ref().unwrap();
    assert_eq!((granted.verdict.as_str(), granted.rule.as_str()), ("dry run", "everywhere"));
    assert_eq!(granted.policy_hash, Some([7; 32]));
    assert!(granted.reason.as_ref().unwrap().contains("no sign of progress"));
    assert!(matches!(&entries[0].outcome, Some((_, Outcome::Rejected(text))) if text.contains("would have been")));
    assert_eq!(stage.fake.calls("cancel"), 0);
    // The next run of the program knows that it was said.
    let mut again = Watchman::new(stage.context.clone());
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert!(again.round(&stage.at_work).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_acts_stops_by_the_same_life_cycle_and_says_why_in_the_ledger() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    let cases = stage.minutes(40).await;
    assert_eq!(cases.len(), 1);
    assert_eq!(stage.fake.calls("cancel"), 0, "a ruling alone sends nothing");
    let phases = stage.carry_out(&cases[0]).await;
    assert_eq!(phases, [CancelPhase::Looking, CancelPhase::Requested, CancelPhase::Stubborn]);
    let entries = entries(&stage.book);
    let granted = entries[0].intent.granted.clone().unwrap();
    assert_eq!((granted.verdict.as_str(), granted.policy_hash), ("stopped by rule", Some([7; 32])));
    assert!(stage.minutes(120).await.is_empty(), "never twice the same session");
    assert_eq!(stage.fake.calls("cancel"), 1);
}

fn reset() -> atc::domain::Fault {
    atc::domain::Fault::new(atc::domain::FaultKind::Offline, "reset", "wait")
}

#[tokio::test(start_paused = true)]
async fn a_fault_before_anything_was_claimed_is_no_stop_and_the_next_round_tries_again() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    let case = stage.minutes(40).await.remove(0);
    let found = std::mem::replace(&mut *stage.fake.on_branch.lock().unwrap(), Box::new(|_| Err(reset())));
    let phases = stage.carry_out(&case).await;
    assert!(matches!(&phases[..], [CancelPhase::Looking, CancelPhase::Refused(_)]), "{phases:?}");
    assert!(entries(&stage.book).is_empty() && stage.minutes(5).await.is_empty(), "not unless it is taken back");
    for _ in 0..5 {
        stage.watchman.take_back(&case);
        assert_eq!(stage.minutes(1).await.len(), 1, "what never happened does not count against the hour");
    }
    *stage.fake.on_branch.lock().unwrap() = found;
    stage.carry_out(&case).await;
    stage.watchman.take_back(&case);
    assert!(stage.minutes(120).await.is_empty(), "what was claimed is never brought again, whoever takes it back");
    assert_eq!(stage.fake.calls("cancel"), 1);
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_looked_at_does_not_keep_the_others_from_their_turn() {
    let mut stage = stage(after(20, Some(Mode::Act)), 3);
    stage.minutes(19).await;
    let mut turns = Vec::new();
    while turns.len() < 7 {
        for case in stage.minutes(1).await {
            turns.push(case.task.at.id.raw().to_owned());
            stage.watchman.take_back(&case);
        }
    }
    assert_eq!(turns, ["t1", "t2", "t3", "t1", "t2", "t3", "t1"]);
}

#[tokio::test(start_paused = true)]
async fn a_console_that_obeys_rules_stops_once_what_it_could_not_look_at_the_first_time() {
    let Stage { fake, book, context, at_work, .. } = stage(after(20, Some(Mode::Act)), 1);
    let listed = fake.tasks.lock().unwrap().values().cloned().collect::<Vec<_>>();
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(crate::fake::page(listed.clone())));
    let start = (fake.now)();
    *fake.on_branch.lock().unwrap() = Box::new(|_| Err(reset()));
    let (desk, mut received) = crate::fake::desk(&fake);
    tokio::spawn(async move { while received.recv().await.is_some() {} });
    let mut engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
    engine.perform(Effect::Watch(vec![at_work[0].repo.clone()]));
    engine.obey_rules();
    tokio::time::sleep(Duration::from_mins(40)).await;
    assert!(fake.calls("runs") > 0 && entries(&book).is_empty());
    *fake.on_branch.lock().unwrap() = Box::new(move |_| Ok(vec![run(11, RunStatus::InProgress, start)]));
    tokio::time::sleep(Duration::from_mins(40)).await;
    assert_eq!((fake.calls("cancel"), entries(&book).len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn silence_counts_from_when_it_was_first_heard_and_a_new_line_begins_it_anew() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    // The service's own time is 12 minutes old: of the log nothing is known before it was read.
    assert!(stage.minutes(19).await.is_empty());
    *stage.log.lock().unwrap() = Ok(b"data: {} and more\n".to_vec());
    assert!(stage.minutes(19).await.is_empty());
    assert_eq!(stage.minutes(3).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_is_not_silent() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    let fault = atc::domain::Fault::new(atc::domain::FaultKind::Offline, "reset", "wait");
    *stage.log.lock().unwrap() = Err(fault);
    assert!(stage.minutes(120).await.is_empty());
    let mut deaf = self::stage(after(20, Some(Mode::Act)), 1);
    *deaf.fake.on_log.lock().unwrap() = None;
    assert!(deaf.minutes(120).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_gap_in_the_listening_is_not_silence() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    assert!(stage.minutes(5).await.is_empty());
    tokio::time::sleep(Duration::from_hours(1)).await;
    assert!(stage.minutes(1).await.is_empty(), "it was read twice, an hour apart");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_cannot_be_read_is_left_alone() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    stage.minutes(10).await;
    stage.fake.tasks.lock().unwrap().clear();
    assert!(stage.minutes(120).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_round_brings_one_to_stop_and_an_hour_three() {
    let mut stage = stage(after(20, Some(Mode::Act)), 6);
    tokio::time::sleep(Duration::from_mins(1)).await;
    let mut most = 0;
    let mut all = Vec::new();
    for _ in 0..55 {
        tokio::time::sleep(Duration::from_mins(1)).await;
        let cases = stage.watchman.round(&stage.at_work).await;
        most = most.max(cases.len());
        all.extend(cases);
    }
    assert_eq!((most, all.len()), (1, 3));
    assert_eq!(stage.minutes(70).await.len(), 3, "and the next hour three more");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_somebody_cancelled_needs_no_rule() {
    let mut stage = stage(after(20, Some(Mode::Act)), 1);
    let mut intent = stage.context.intent(uuid::Uuid::new_v4(), Action::Cancel, &repo(), "run 11".into()).await;
    intent.task = Some("t1".into());
    intent.session = Some("s1".into());
    stage.book.claim(&intent).unwrap();
    assert!(stage.minutes(120).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_read_or_written_stops_nothing() {
    let mut stage = stage(after(20, None), 1);
    let fault = atc::domain::Fault::new(atc::domain::FaultKind::Local, "full", "make room");
    stage.book.close(Some(fault.clone()));
    assert!(stage.minutes(60).await.is_empty());
    let mut stage = self::stage(after(20, Some(Mode::Act)), 1);
    stage.minutes(18).await;
    for _ in 0..200 {
        stage.book.fail_next(On::Read, fault.clone());
    }
    assert!(stage.minutes(30).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_costs_too_much_is_stopped_and_one_of_unknown_cost_is_not() {
    let dear = saying(StopSays { over_credits: Some(5), mode: Some(Mode::Act), ..StopSays::default() });
    let mut stage = stage(dear, 1);
    assert!(stage.minutes(30).await.is_empty());
    *stage.fake.on_task.lock().unwrap() =
        Box::new(|task| task.sessions.as_mut().unwrap()[0].usage = Some(Usage::AiCredits(5_100_000_000)));
    let cases = stage.minutes(2).await;
    assert_eq!(cases[0].ruling.why.as_str(), "it has cost 5.1 credits, limit 5");
    assert_eq!(stage.fake.calls("log"), 0, "no log is read where only the cost counts");
}

#[tokio::test(start_paused = true)]
async fn under_a_policy_that_cannot_be_read_nothing_is_stopped() {
    let mut stage = stage(Policy::default(), 1);
    stage.context.gate = ops::Gate::holding(InForce::broken("line 3"));
    stage.watchman = Watchman::new(stage.context.clone());
    assert!(stage.minutes(60).await.is_empty());
}
