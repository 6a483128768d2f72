//! Starting and cancelling while the answer, or everything, is in trouble.

use std::time::Duration;

use atc::console::Effect;
use atc::domain::{CancelPhase, CancelTarget, FaultKind, SessionId, Source, StartRequest, TaskId, TaskRef};
use atc::ledger::Ledger as _;
use atc::ledger::port::Outcome;
use tokio::time::Instant as Tick;
use uuid::Uuid;

use crate::bench::{Bench, Call, noon, repo};
use crate::cases::{How, Post, Want};
use crate::runs::{LONG, Run, SLACK, kind_word};
use crate::service::{NAME, SESSION, TASK};

/// What else is so while the answer to the POST is in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The service did what was asked.
    Done,
    /// It did not.
    Undone,
    /// Nothing at all can be read.
    Dark,
}

pub fn request(prompt: &str) -> StartRequest {
    StartRequest {
        repo: repo(),
        prompt: prompt.into(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    }
}

fn stages(post: Post, reads: Want, how: How) -> Vec<Stage> {
    let dark = matches!(reads, Want::Fault(..));
    let mut stages = match post {
        // The line is down for everything or for nothing.
        _ if matches!(how, How::Line(_)) => vec![Stage::Undone],
        Post::Unknown => vec![Stage::Done, Stage::Undone],
        Post::Fine => vec![Stage::Done],
        _ => vec![Stage::Undone],
    };
    if dark && !matches!(how, How::Line(_)) {
        stages.push(Stage::Dark);
    }
    if matches!(how, How::Line(_)) && post == Post::Fine {
        stages = vec![Stage::Done];
    }
    stages
}

pub async fn create(run: &mut Run) {
    let mut words = Vec::new();
    for stage in stages(run.case.create, run.case.list, run.case.how) {
        words.push(create_once(run, stage).await);
    }
    words.dedup();
    run.word = words.join(" / ");
}

async fn create_once(run: &mut Run, stage: Stage) -> &'static str {
    let mut bench = Bench::new(run.case.how).await;
    bench.watch();
    bench.until(SLACK * 20, |bench| !bench.model.queue.rows.is_empty()).await;
    bench.pass(SLACK).await;
    bench.service.do_nothing(stage == Stage::Undone);
    let all = stage == Stage::Dark || matches!(run.case.how, How::Line(_));
    bench.trouble((!all).then_some(Call::Create));
    let begun = Tick::now();
    let start = |prompt: &str| Effect::Start(Box::new(atc::domain::start::Order::new(Uuid::new_v4(), request(prompt))));
    bench.perform(start("Fix it once"));
    if !bench.until(LONG, |bench| !bench.started.is_empty()).await {
        run.wrong.push(format!("{stage:?}: nothing was ever told"));
        return "never told";
    }
    let (at, result, screen) = bench.started.remove(0);
    run.took(at - begun);
    run.look_for_secrets(&screen);
    // Time enough for something to send it again.
    bench.pass(Duration::from_secs(30)).await;
    let posts = bench.seen(Call::Create, begun);
    run.posts = run.posts.max(posts);
    let unsent = matches!(run.case.create, Post::Unsent(_));
    run.check(posts == usize::from(!unsent), || format!("{stage:?}: {posts} POSTs"));
    let entries = bench.ledger.recent(10).unwrap();
    run.check(entries.len() == 1, || format!("{stage:?}: {} rows in the ledger", entries.len()));
    let outcome = entries.first().and_then(|entry| entry.outcome.clone()).map(|(_, outcome)| outcome);
    let said = match &result {
        Ok(_) => "started in",
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => "may have happened",
        Err(_) => "not started",
    };
    run.check(screen.contains(said), || format!("{stage:?}: “{said}” is not on the screen:\n{screen}"));
    let word = match (run.case.create, stage, &outcome) {
        (Post::Fine, _, Some(Outcome::Confirmed(_))) => "confirmed",
        (Post::Unknown, Stage::Done, Some(Outcome::Confirmed(_))) => "found",
        (Post::Unknown, Stage::Undone | Stage::Dark, Some(Outcome::Unknown(_))) => "unknown",
        (Post::Refused(kind) | Post::Unsent(kind), _, Some(Outcome::Rejected(_))) => {
            let found = result.as_ref().err().map(|fault| fault.kind);
            run.check(found == Some(kind), || format!("{stage:?}: {found:?} instead of {kind:?}"));
            if unsent { "not sent" } else { "rejected" }
        }
        (post, _, outcome) => {
            run.wrong.push(format!("{stage:?}: {post:?} ended as {outcome:?}, {result:?}"));
            "wrong"
        }
    };
    bench.peace();
    bench.service.do_nothing(false);
    // The poller may have met the limit once more meanwhile.
    let faults = result.err().into_iter().chain(bench.told.iter().filter_map(|told| told.fault.clone()));
    let limit = faults.filter_map(|fault| fault.retry_at).max();
    let wait = limit.map_or(Duration::ZERO, |at| (at - bench.now()).to_std().unwrap_or_default());
    bench.pass(wait + SLACK).await;
    bench.perform(start("Fix it twice"));
    bench.until(SLACK * 20, |bench| !bench.started.is_empty()).await;
    let again = bench.started.pop().map(|(_, result, _)| result);
    run.check(matches!(again, Some(Ok(_))), || format!("{stage:?}: the next start fails: {again:?}"));
    word
}

fn target() -> CancelTarget {
    CancelTarget {
        task: TaskRef { repo: repo(), id: TaskId::new(TASK) },
        session: Some(SessionId::new(SESSION)),
        run: None,
        branch: Some("copilot/fix-1".into()),
        since: noon(),
        force: false,
    }
}

/// A cancel that was accepted while the service could be read, and then not any more.
const BLIND: &str = "not verified";

pub async fn cancel(run: &mut Run) {
    let mut words = Vec::new();
    for stage in stages(run.case.cancel, run.case.list, run.case.how) {
        words.push(Box::pin(cancel_once(run, stage)).await);
    }
    if matches!(run.case.list, Want::Fault(..)) {
        let found = Box::pin(blind(run)).await;
        run.check(found == BLIND, || format!("blind after the request: {found}"));
    }
    words.dedup();
    run.word = words.join(" / ");
}

async fn cancel_once(run: &mut Run, stage: Stage) -> &'static str {
    let mut bench = ready(run).await;
    bench.service.do_nothing(stage == Stage::Undone);
    let all = stage == Stage::Dark || matches!(run.case.how, How::Line(_));
    bench.trouble((!all).then_some(Call::Cancel));
    let begun = Tick::now();
    bench.perform(Effect::Cancel(vec![target()]));
    let first = |bench: &Bench| bench.cancels.iter().any(|(_, told, _)| told.phase != CancelPhase::Looking);
    if !bench.until(LONG, first).await {
        run.wrong.push(format!("{stage:?}: nothing was ever told"));
        return "never told";
    }
    let (at, answered, screen) = bench.cancels.iter().find(|(_, told, _)| told.phase != CancelPhase::Looking).unwrap();
    run.took(*at - begun);
    run.look_for_secrets(screen);
    if let CancelPhase::Refused(fault) = &answered.phase {
        let said: String = fault.what.chars().take(40).collect();
        run.check(screen.contains(said.trim()), || format!("{stage:?}: “{said}” is not on the screen:\n{screen}"));
    }
    let phase = to_the_end(run, &mut bench, stage).await;
    let posts = bench.seen(Call::Cancel, begun);
    run.posts = run.posts.max(posts);
    let unsent = stage == Stage::Dark || matches!(run.case.cancel, Post::Unsent(_));
    run.check(posts == usize::from(!unsent), || format!("{stage:?}: {posts} POSTs"));
    let rows = bench.ledger.recent(10).unwrap().len();
    run.check(rows == posts, || format!("{stage:?}: {rows} rows in the ledger for {posts} POSTs"));
    match (run.case.cancel, stage, phase) {
        (Post::Unsent(kind), _, Some(CancelPhase::Refused(fault))) => {
            run.check(run.case.is_told_as(kind, fault.kind), || {
                format!("{stage:?}: {:?} instead of {kind:?}: {fault}", fault.kind)
            });
            "not sent"
        }
        (_, Stage::Dark, Some(CancelPhase::Refused(_))) => "not sent",
        (Post::Fine, Stage::Done, Some(CancelPhase::Ended)) => "ended",
        (Post::Unknown, Stage::Done, Some(CancelPhase::Ended)) => "seen to end",
        (Post::Unknown, Stage::Undone, Some(CancelPhase::Unverified(_))) => "seen to go on",
        (Post::Refused(kind), _, Some(CancelPhase::Refused(fault))) => {
            run.check(fault.kind == kind, || format!("{stage:?}: {:?} instead of {kind:?}: {fault}", fault.kind));
            let _ = kind_word(kind);
            "rejected"
        }
        (post, _, phase) => {
            run.wrong.push(format!("{stage:?}: {post:?} ended as {phase:?}"));
            "wrong"
        }
    }
}

/// The task is on the screen, with its session.
async fn ready(run: &mut Run) -> Bench {
    let mut bench = Bench::new(run.case.how).await;
    bench.watch();
    let source = Source::Task(TaskId::new(TASK));
    let found = bench.until(SLACK * 20, |bench| bench.of(&source).any(|told| told.fault.is_none())).await;
    run.check(found, || "the honest service could not be read".into());
    bench.pass(SLACK).await;
    bench
}

/// Until nothing more will happen by itself; meanwhile nothing may be said that is not so.
async fn to_the_end(run: &mut Run, bench: &mut Bench, stage: Stage) -> Option<CancelPhase> {
    let last = |bench: &Bench| bench.cancels.last().is_some_and(|(_, told, _)| told.phase.is_final());
    let mut looked = 0;
    while !last(bench) {
        let known = bench.cancels.len();
        if !bench.until(LONG, |bench| bench.cancels.len() > known).await {
            run.wrong.push(format!("{stage:?}: the cancel never came to an end"));
            return None;
        }
        looked = tell_the_truth(run, bench, stage, looked);
    }
    tell_the_truth(run, bench, stage, looked);
    bench.cancels.last().map(|(_, told, _)| told.phase.clone())
}

fn tell_the_truth(run: &mut Run, bench: &Bench, stage: Stage, from: usize) -> usize {
    let (run_ended, session_ended) = (bench.service.run_has_ended(), bench.service.session_has_ended());
    for (_, told, screen) in &bench.cancels[from..] {
        let row = screen.lines().find(|line| line.contains(NAME)).unwrap_or_default();
        let so = match told.phase {
            CancelPhase::Ended => session_ended,
            CancelPhase::RunEnded | CancelPhase::Orphaned { .. } => run_ended,
            CancelPhase::Stubborn => !run_ended,
            _ => true,
        };
        run.check(so, || format!("{stage:?}: {:?} is not so", told.phase));
        run.check(session_ended || !row.contains("cancelled"), || format!("{stage:?}: {row}"));
    }
    bench.cancels.len()
}

async fn blind(run: &mut Run) -> &'static str {
    let mut bench = ready(run).await;
    bench.service.do_nothing(true);
    bench.perform(Effect::Cancel(vec![target()]));
    let asked = |bench: &Bench| {
        bench.cancels.iter().any(|(_, told, _)| matches!(told.phase, CancelPhase::Requested | CancelPhase::Unheard))
    };
    bench.until(SLACK * 20, asked).await;
    bench.trouble(None);
    let last = to_the_end(run, &mut bench, Stage::Dark).await;
    let screen = bench.screen();
    run.check(screen.contains("what came of it cannot be read"), || format!("blind, and not said so:\n{screen}"));
    match last {
        Some(CancelPhase::Unverified(_)) => BLIND,
        Some(CancelPhase::Stubborn) => "called stubborn",
        Some(CancelPhase::Ended) => "called ended",
        Some(CancelPhase::Orphaned { .. }) => "called an orphan",
        _ => "something else",
    }
}

/// Leave to start that, from a policy without limits.
pub fn grant(prompt: &str) -> atc::domain::policy::Grant {
    use atc::domain::policy::{Case, Facts, Policy, Stage};
    let request = request(prompt);
    let case = Case { request: &request, template: None, ticket: None };
    Policy::unlimited().judge(&case, &Facts::default(), Stage::Gate).grant(None, false).unwrap()
}
