//! Cancelling is reported as it really went: requested, run ended, session ended, or whatever stood in the way.

use std::sync::Arc;

use atc::domain::Conclusion;
use atc::domain::{
    CancelPhase, CancelTarget, Fault, FaultKind, Run, RunId, RunStatus, SessionId, State, TaskId, TaskRef,
};
use atc::ledger::Ledger as _;
use atc::ledger::port::{Action, Outcome};
use atc::ops;
use atc::ops::cancel::{How, Leave, Patience};
use atc::provider::port::CancelAnswer;
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, repo, run, session, task};
use crate::ledger::entries;
use atc::ledger::memory::Memory;

/// A running task whose run ends `run_after` seconds after a cancel was accepted, its session `session_after` seconds
/// after the start of the test. `None`: never.
fn world(run_after: Option<i64>, session_after: Option<i64>) -> Fake {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    let mut running = task("t1", State::InProgress, start - TimeDelta::minutes(12));
    running.sessions = Some(vec![session(State::InProgress, start - TimeDelta::minutes(12), "x")]);
    fake.tasks.lock().unwrap().insert(running.at.id.clone(), running);
    let now = fake.now.clone();
    *fake.on_task.lock().unwrap() = Box::new(move |task| {
        if session_after.is_some_and(|after| now() - start >= TimeDelta::seconds(after)) {
            task.state = State::Cancelled;
            task.sessions.as_mut().unwrap()[0].state = State::Cancelled;
        }
    });
    let now = fake.now.clone();
    let state = move |id: u64| -> Run {
        let done = run_after.is_some_and(|after| now() - start >= TimeDelta::seconds(after));
        run(id, if done { RunStatus::Completed } else { RunStatus::InProgress }, start - TimeDelta::minutes(12))
    };
    let by_id = state.clone();
    *fake.on_run.lock().unwrap() = Box::new(move |id| Ok(by_id(id.0)));
    *fake.on_branch.lock().unwrap() = Box::new(move |_| Ok(vec![state(11)]));
    *fake.on_cancel.lock().unwrap() = Box::new(|_| Ok(CancelAnswer::Accepted));
    fake
}

fn target() -> CancelTarget {
    CancelTarget {
        task: TaskRef { repo: repo(), id: TaskId::new("t1") },
        session: Some(SessionId::new("s1")),
        run: None,
        branch: Some("copilot/fix".into()),
        since: chrono::DateTime::from_timestamp(1_790_000_000 - 720, 0).unwrap(),
        force: false,
    }
}

async fn phases(fake: Fake, target: CancelTarget) -> (Vec<CancelPhase>, Arc<Fake>, Arc<Memory>) {
    let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
    let context = crate::fake::context(&fake, &book);
    let (report, mut reports) = mpsc::channel(32);
    ops::cancel::cancel(&context, &target, Patience::default(), report).await;
    let mut phases = Vec::new();
    while let Some(progress) = reports.recv().await {
        phases.push(progress.phase);
    }
    (phases, fake, book)
}

use CancelPhase::{
    Ended, Looking, NotFindable, Orphaned, Refused, Requested, RunEnded, RunsOn, Stubborn, Unheard, Unverified,
    Waiting, Withdrawn,
};

#[tokio::test(start_paused = true)]
async fn a_202_is_only_a_request_until_run_and_session_have_ended() {
    let (phases, fake, book) = phases(world(Some(10), Some(20)), target()).await;
    assert_eq!(phases, [Looking, Requested, RunEnded, Ended]);
    assert_eq!(fake.calls("cancel 11"), 1);
    assert_eq!(entries(&book).len(), 1, "claimed before it was sent");
}

#[tokio::test(start_paused = true)]
async fn every_step_is_told_even_when_the_session_is_the_first_to_end() {
    for (run_after, session_after) in [(10, 10), (10, 1)] {
        let (phases, ..) = phases(world(Some(run_after), Some(session_after)), target()).await;
        assert_eq!(phases, [Looking, Requested, RunEnded, Ended], "run {run_after} s, session {session_after} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_outlives_its_run_is_an_orphan_with_the_time_it_frees_itself() {
    let (phases, ..) = phases(world(Some(5), None), target()).await;
    let frees_at = Some(target().since + TimeDelta::minutes(59));
    assert_eq!(phases, [Looking, Requested, RunEnded, Orphaned { frees_at }]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_obey_is_called_stubborn_and_not_cancelled() {
    let (phases, fake, _) = phases(world(None, None), target()).await;
    assert_eq!(phases, [Looking, Requested, Stubborn]);
    assert_eq!(fake.calls("cancel"), 1, "force is a second decision");
}

#[tokio::test(start_paused = true)]
async fn of_a_run_that_cannot_be_read_nothing_is_claimed() {
    let fake = world(Some(5), Some(10));
    let start = (fake.now)();
    let now = fake.now.clone();
    *fake.on_run.lock().unwrap() = Box::new(move |id| match now() - start {
        passed if passed < TimeDelta::seconds(4) => Ok(run(id.0, RunStatus::InProgress, start)),
        _ => Err(Fault::new(FaultKind::Offline, "reset", "check the network")),
    });
    *fake.on_task.lock().unwrap() = Box::new(|_| {});
    let (phases, ..) = phases(fake, target()).await;
    assert!(matches!(&phases[..], [Looking, Requested, Unverified(fault)] if fault.kind == FaultKind::Offline));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_cannot_be_read_is_not_called_an_orphan() {
    let fake = world(Some(5), None);
    fake.tasks.lock().unwrap().clear();
    let (phases, ..) = phases(fake, target()).await;
    assert!(matches!(&phases[..], [Looking, Requested, RunEnded, Unverified(_)]), "{phases:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_neither_shortens_nor_lengthens_patience() {
    for hours in [-1, 1] {
        let mut fake = world(Some(20), Some(40));
        let (real, begin) = (fake.now.clone(), (fake.now)());
        fake.now = Arc::new(move || {
            let now = real();
            if now - begin > TimeDelta::seconds(6) { now + TimeDelta::hours(hours) } else { now }
        });
        let begun = tokio::time::Instant::now();
        let (phases, ..) = phases(fake, target()).await;
        assert_eq!(phases, [Looking, Requested, RunEnded, Ended], "{hours} h");
        assert!(begun.elapsed().as_secs() < 60, "{hours} h: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn force_cancel_uses_its_own_request() {
    let (phases, fake, _) = phases(world(Some(3), Some(6)), CancelTarget { force: true, ..target() }).await;
    assert_eq!(phases.last(), Some(&Ended));
    assert_eq!(fake.calls("cancel 11 true"), 1);
}

/// The same, without a word about the branch before that many seconds have passed. `None`: never.
fn without_a_branch(fake: Fake, until: Option<i64>) -> Fake {
    let (now, start) = (fake.now.clone(), (fake.now)());
    let before = std::mem::replace(&mut *fake.on_task.lock().unwrap(), Box::new(|_| {}));
    let mut before = before;
    *fake.on_task.lock().unwrap() = Box::new(move |task| {
        before(task);
        let known = until.is_some_and(|until| now() - start >= TimeDelta::seconds(until));
        task.sessions.as_mut().unwrap()[0].head_ref = known.then(|| "copilot/fix".into());
    });
    fake
}

#[tokio::test(start_paused = true)]
async fn without_a_branch_or_a_run_nothing_is_guessed() {
    let fake = without_a_branch(world(None, None), None);
    let (phases, fake, book) = phases(fake, CancelTarget { branch: None, ..target() }).await;
    assert_eq!(phases, [Looking, Waiting, NotFindable]);
    assert_eq!(fake.calls("cancel"), 0);
    assert!(entries(&book).is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_runs_in_flight_are_both_asked() {
    let fake = world(Some(10), Some(20));
    let start = (fake.now)();
    *fake.on_branch.lock().unwrap() =
        Box::new(move |_| Ok(vec![run(11, RunStatus::InProgress, start), run(12, RunStatus::Queued, start)]));
    let (phases, fake, book) = phases(fake, target()).await;
    assert_eq!(phases.last(), Some(&Ended));
    assert_eq!((fake.calls("cancel 11"), fake.calls("cancel 12")), (1, 1));
    assert_eq!(entries(&book).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_on_a_run_that_has_completed_goes_on_to_verify_the_session() {
    let fake = world(None, Some(20));
    let start = (fake.now)();
    *fake.on_cancel.lock().unwrap() = Box::new(|_| Ok(CancelAnswer::Conflict));
    *fake.on_run.lock().unwrap() = Box::new(move |id| Ok(run(id.0, RunStatus::Completed, start)));
    let (phases, ..) = phases(fake, target()).await;
    assert_eq!(phases, [Looking, RunEnded, Ended], "never «requested»: the request was refused");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_on_a_run_that_still_runs_is_told_with_the_run_number() {
    let fake = world(None, None);
    *fake.on_cancel.lock().unwrap() = Box::new(|_| Ok(CancelAnswer::Conflict));
    let (phases, ..) = phases(fake, target()).await;
    let [Looking, Refused(fault)] = &phases[..] else { panic!("{phases:?}") };
    assert!(fault.what.contains("run 11") && fault.kind == FaultKind::Conflict, "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_passed_on_as_it_is() {
    let fake = world(None, None);
    *fake.on_cancel.lock().unwrap() =
        Box::new(|_| Err(Fault::new(FaultKind::Permission, "403", "give the token Actions: write")));
    let (phases, ..) = phases(fake, target()).await;
    assert!(matches!(&phases[..], [Looking, Refused(fault)] if fault.kind == FaultKind::Permission));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_cancel_is_settled_by_looking_at_the_run() {
    let fake = world(Some(10), Some(20));
    *fake.on_cancel.lock().unwrap() =
        Box::new(|_| Err(Fault::new(FaultKind::UnknownOutcome, "reset", "look at the run")));
    let (phases, fake, _) = phases(fake, target()).await;
    assert_eq!(phases.last(), Some(&Ended));
    assert_eq!(fake.calls("cancel"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_had_already_ended_is_never_asked_again() {
    let fake = world(Some(0), None);
    let (phases, fake, _) = phases(fake, target()).await;
    assert!(matches!(&phases[..], [Looking, RunEnded, Orphaned { .. }]), "{phases:?}");
    assert_eq!(fake.calls("cancel"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_whose_run_has_ended_has_nothing_to_cancel_and_is_no_orphan() {
    for run_after in [Some(0), None] {
        let fake = world(run_after, None);
        *fake.on_task.lock().unwrap() = Box::new(|task| {
            task.state = State::Idle;
            task.sessions.as_mut().unwrap()[0].state = State::Idle;
        });
        if run_after.is_none() {
            *fake.on_branch.lock().unwrap() = Box::new(|_| Ok(Vec::new()));
        }
        let (phases, fake, book) = phases(fake, target()).await;
        assert!(matches!(&phases[..], [Looking, Refused(fault)] if fault.kind == FaultKind::Refused), "{phases:?}");
        assert_eq!((fake.calls("cancel"), entries(&book).len()), (0, 0));
    }
    // One whose run still works is cancelled like any other.
    let fake = world(Some(3), Some(6));
    let mut before = std::mem::replace(&mut *fake.on_task.lock().unwrap(), Box::new(|_| {}));
    *fake.on_task.lock().unwrap() = Box::new(move |task| {
        task.state = State::Idle;
        task.sessions.as_mut().unwrap()[0].state = State::Idle;
        before(task);
    });
    let (phases, fake, _) = phases(fake, target()).await;
    assert_eq!((phases.last(), fake.calls("cancel")), (Some(&Ended), 1));
}

#[tokio::test(start_paused = true)]
async fn the_run_the_service_named_is_the_only_one_touched() {
    let (phases, fake, _) = phases(world(Some(3), Some(6)), CancelTarget { run: Some(RunId(99)), ..target() }).await;
    assert_eq!(phases.last(), Some(&Ended));
    assert_eq!((fake.calls("cancel 99"), fake.calls("runs")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_with_a_session_that_says_it_runs_has_ended() {
    let fake = world(Some(3), None);
    *fake.on_task.lock().unwrap() = Box::new(|task| task.state = State::Failed);
    let (phases, ..) = phases(fake, target()).await;
    assert_eq!(phases.last(), Some(&Ended));
}

#[tokio::test(start_paused = true)]
async fn several_are_asked_one_a_second_and_one_that_is_refused_holds_up_no_other() {
    let fake = world(None, None);
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (now, times) = (fake.now.clone(), asked.clone());
    *fake.on_cancel.lock().unwrap() = Box::new(move |(run, _)| {
        times.lock().unwrap().push((now(), run));
        let denied = Fault::new(FaultKind::Permission, "403", "give the token Actions: write");
        if run == RunId(12) { Err(denied) } else { Ok(CancelAnswer::Accepted) }
    });
    let (start, clock) = ((fake.now)(), fake.now.clone());
    *fake.on_run.lock().unwrap() = Box::new(move |id| {
        let done = clock() - start >= TimeDelta::seconds(30);
        let status = if done { RunStatus::Completed } else { RunStatus::InProgress };
        Ok(run(id.0, status, start - TimeDelta::minutes(12)))
    });
    let clock = fake.now.clone();
    *fake.on_task.lock().unwrap() = Box::new(move |task| {
        if clock() - start >= TimeDelta::seconds(40) {
            task.state = State::Cancelled;
            task.sessions.as_mut().unwrap()[0].state = State::Cancelled;
        }
    });
    let fake = Arc::new(fake);
    let (ledger, now) = (Arc::new(Memory::new()), fake.now.clone());
    let context = ops::Context {
        provider: fake.clone(),
        ledger: ledger.clone(),
        now,
        who: "op".into(),
        gate: crate::fake::open_gate(),
    };
    let targets = [11, 12, 13].map(|id| CancelTarget { run: Some(RunId(id)), ..target() }).to_vec();
    let (report, mut reports) = mpsc::channel(64);
    ops::cancel::cancel_all(&context, targets, Patience::default(), report).await;
    let mut last = Vec::new();
    while let Some(progress) = reports.recv().await {
        if progress.phase.is_final() {
            last.push(progress.phase);
        }
    }
    assert!(matches!(&last[..], [Refused(_), Ended, Ended]), "{last:?}");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.iter().map(|(_, run)| run.0).collect::<Vec<_>>(), [11, 12, 13]);
    assert!(asked.windows(2).all(|pair| pair[1].0 - pair[0].0 >= TimeDelta::seconds(1)), "{asked:?}");
    assert_eq!(entries(&ledger).len(), 3, "each has its own intent");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_not_there_yet_is_waited_for_and_then_cancelled() {
    let fake = without_a_branch(world(Some(60), Some(70)), Some(35));
    let begun = tokio::time::Instant::now();
    let (phases, fake, book) = phases(fake, CancelTarget { branch: None, ..target() }).await;
    assert_eq!(phases, [Looking, Waiting, Requested, RunEnded, Ended]);
    assert_eq!((fake.calls("cancel 11"), entries(&book).len()), (1, 1));
    assert!(begun.elapsed().as_secs() >= 60);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_while_its_run_is_waited_for_needs_no_request() {
    let fake = without_a_branch(world(None, Some(25)), None);
    let (phases, fake, book) = phases(fake, CancelTarget { branch: None, ..target() }).await;
    assert_eq!(phases, [Looking, Waiting, Ended]);
    assert_eq!((fake.calls("cancel"), entries(&book).len()), (0, 0));
}

/// A cancel under way, with the leave it needs, and what it told so far.
fn started(
    fake: Fake,
    target: CancelTarget,
) -> (Leave, mpsc::Receiver<atc::domain::CancelProgress>, Arc<Fake>, Arc<Memory>) {
    let (context, fake, book) = context(fake);
    let how = How::default();
    let leave = how.leave.clone();
    let (report, reports) = mpsc::channel(64);
    tokio::spawn(async move { ops::cancel::cancel_as(&context, &target, how, report).await });
    (leave, reports, fake, book)
}

fn context(fake: Fake) -> (ops::Context, Arc<Fake>, Arc<Memory>) {
    let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
    let context = ops::Context {
        provider: fake.clone(),
        ledger: book.clone(),
        now: fake.now.clone(),
        who: "op".into(),
        gate: crate::fake::open_gate(),
    };
    (context, fake, book)
}

async fn rest(mut reports: mpsc::Receiver<atc::domain::CancelProgress>) -> Vec<CancelPhase> {
    let mut phases = Vec::new();
    while let Some(progress) = reports.recv().await {
        phases.push(progress.phase);
    }
    phases
}

#[tokio::test(start_paused = true)]
async fn what_waits_can_be_taken_back_and_what_was_sent_cannot() {
    let fake = without_a_branch(world(None, None), Some(30));
    let (leave, reports, fake, book) = started(fake, CancelTarget { branch: None, ..target() });
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    assert!(leave.withdraw());
    assert_eq!(rest(reports).await, [Looking, Waiting, Withdrawn]);
    assert_eq!((fake.calls("cancel"), entries(&book).len()), (0, 0));

    let (leave, reports, fake, _) = started(world(Some(10), Some(20)), target());
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(!leave.withdraw(), "the request is out");
    assert_eq!(rest(reports).await.last(), Some(&Ended));
    assert_eq!(fake.calls("cancel"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_while_it_waited_sends_nothing_when_it_wakes() {
    let mut fake = without_a_branch(world(None, None), Some(100));
    let (real, begin) = (fake.now.clone(), (fake.now)());
    fake.now = Arc::new(move || {
        let now = real();
        if now - begin > TimeDelta::seconds(60) { now + TimeDelta::hours(8) } else { now }
    });
    let (phases, fake, _) = phases(fake, CancelTarget { branch: None, ..target() }).await;
    assert_eq!(phases, [Looking, Waiting, NotFindable]);
    assert_eq!(fake.calls("cancel"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_began_before_the_session_is_not_its_run() {
    let fake = without_a_branch(world(None, Some(40)), None);
    let start = (fake.now)();
    *fake.on_branch.lock().unwrap() =
        Box::new(move |_| Ok(vec![run(7, RunStatus::InProgress, start - TimeDelta::minutes(30))]));
    let (phases, fake, _) = phases(fake, target()).await;
    assert_eq!(phases, [Looking, Waiting, Ended]);
    assert_eq!(fake.calls("cancel"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_started_again_is_not_called_cancelled() {
    let fake = world(None, None);
    let (now, start) = (fake.now.clone(), (fake.now)());
    *fake.on_run.lock().unwrap() = Box::new(move |id| {
        let again = now() - start > TimeDelta::seconds(8);
        Ok(Run { attempt: Some(if again { 2 } else { 1 }), ..run(id.0, RunStatus::InProgress, start) })
    });
    let (phases, _, book) = phases(fake, target()).await;
    assert_eq!(phases, [Looking, Requested, RunsOn(RunId(11))]);
    let outcome = entries(&book)[0].outcome.clone().unwrap().1;
    assert!(matches!(outcome, Outcome::Confirmed(text) if text.contains("works in its place")));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_another_run_works_for_is_no_orphan() {
    let fake = world(Some(5), None);
    let (now, start) = (fake.now.clone(), (fake.now)());
    *fake.on_branch.lock().unwrap() = Box::new(move |_| {
        let first = run(11, RunStatus::InProgress, start);
        let other = run(12, RunStatus::InProgress, start);
        Ok(if now() - start < TimeDelta::seconds(5) { vec![first] } else { vec![other] })
    });
    let (phases, fake, _) = phases(fake, target()).await;
    assert_eq!(phases, [Looking, Requested, RunEnded, RunsOn(RunId(12))]);
    assert_eq!(fake.calls("cancel"), 1, "another run is another question");
}

#[tokio::test(start_paused = true)]
async fn an_accepted_cancel_is_final_in_the_ledger_only_once_its_end_was_seen() {
    let (_, mut reports, _, book) = started(world(Some(10), Some(20)), target());
    while reports.recv().await.unwrap().phase != Requested {}
    assert!(matches!(&entries(&book)[0].outcome, Some((_, Outcome::Unknown(text))) if text.contains("202")));
    assert_eq!(rest(reports).await, [RunEnded, Ended]);
    let (_, outcome) = entries(&book)[0].outcome.clone().unwrap();
    assert!(matches!(outcome, Outcome::Confirmed(text) if text.contains("session ended")));
}

#[tokio::test(start_paused = true)]
async fn what_ended_by_itself_is_not_called_cancelled_in_the_ledger_or_to_the_shell() {
    for (end, by_itself) in [(Conclusion::Success, true), (Conclusion::Failure, true), (Conclusion::Cancelled, false)] {
        let fake = world(Some(10), Some(20));
        let (now, start, how) = (fake.now.clone(), (fake.now)(), end.clone());
        *fake.on_run.lock().unwrap() = Box::new(move |id| {
            let over = now() - start > TimeDelta::seconds(10);
            let status = if over { RunStatus::Completed } else { RunStatus::InProgress };
            Ok(Run { conclusion: over.then(|| how.clone()), ..run(id.0, status, start) })
        });
        let (_, mut reports, _, book) = started(fake, target());
        let mut last = None;
        while let Some(progress) = reports.recv().await {
            last = Some(progress);
        }
        let last = last.unwrap();
        assert_eq!((last.phase.clone(), last.ended_by_itself().is_some()), (Ended, by_itself), "{end:?}");
        let outcome = entries(&book)[0].outcome.clone().unwrap().1;
        assert_eq!(
            matches!(outcome, Outcome::Rejected(ref why) if why.contains("by itself")),
            by_itself,
            "{outcome:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_run_of_the_program_looks_how_it_ended_and_sends_nothing() {
    /// How far it came, when run and session end after that, and what is seen of it.
    type Seen = (Option<Outcome>, Option<i64>, Option<i64>, &'static [CancelPhase]);
    let seen: [Seen; 3] = [
        (
            Some(Outcome::Unknown("run 11: accepted (202), not verified yet".into())),
            Some(0),
            Some(0),
            &[RunEnded, Ended],
        ),
        (Some(Outcome::Unknown("the answer was lost".into())), Some(20), Some(30), &[RunEnded, Ended]),
        (None, Some(20), Some(30), &[RunEnded, Ended]),
    ];
    let never_heard = (None, None, None, &[][..]);
    let accepted = seen[0].0.clone();
    for (outcome, run_after, session_after, expected) in seen.into_iter().chain([never_heard]) {
        let (context, fake, book) = context(world(run_after, session_after));
        let mut intent = context.intent(uuid::Uuid::new_v4(), Action::Cancel, &repo(), "run 11".into()).await;
        intent.task = Some("t1".into());
        intent.session = Some("s1".into());
        intent.run = Some(11);
        book.claim(&intent).unwrap();
        if let Some(outcome) = &outcome {
            book.record(intent.id, intent.at, outcome).unwrap();
        }
        let open = ops::cancel::open_cancels(&context).await.unwrap();
        assert_eq!(open.len(), 1);
        let (report, mut reports) = mpsc::channel(64);
        ops::cancel::take_up(&context, &open[0], Patience::default(), report).await;
        let first = reports.recv().await.unwrap();
        // Of what nobody answered nothing is said to be accepted.
        let begins = if outcome == accepted { Requested } else { Unheard };
        assert_eq!((first.phase, first.at, first.taken_up), (begins, intent.at, true));
        let phases = rest(reports).await;
        if expected.is_empty() {
            assert!(
                matches!(&phases[..], [Unverified(fault)] if fault.kind == FaultKind::UnknownOutcome),
                "{phases:?}"
            );
        } else {
            assert_eq!(phases, expected, "{outcome:?}");
        }
        assert_eq!(fake.calls("cancel"), 0, "nothing is sent again");
        let left = ops::cancel::open_cancels(&context).await.unwrap().len();
        assert_eq!(left, usize::from(expected.is_empty()), "what has ended is not looked at again");
        assert_eq!(entries(&book).len(), 1, "and nothing new is claimed");
    }
}

/// What the service answers to a cancel, and what becomes of the run then.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Service {
    /// 202, and it ends.
    Obeys,
    /// 202, and it goes on.
    Ignores,
    Forbids,
    /// 409, and it runs on.
    Zombie,
    /// 409: it had ended.
    Done,
    /// 500, and nothing was done.
    Breaks,
}

#[tokio::test(start_paused = true)]
async fn of_several_each_ends_as_its_own_service_lets_it() {
    use Service::{Breaks, Done, Forbids, Ignores, Obeys, Zombie};
    // what one of them meets changes nothing for the others, in any mix and order.
    let batches: [&[Service]; 12] = [
        &[Obeys, Obeys, Obeys],
        &[Forbids, Obeys, Obeys],
        &[Obeys, Forbids, Obeys],
        &[Obeys, Obeys, Forbids],
        &[Zombie, Obeys],
        &[Breaks, Obeys],
        &[Done, Obeys, Breaks],
        &[Forbids, Forbids, Forbids],
        &[Ignores, Obeys],
        &[Obeys, Forbids, Zombie, Breaks, Done, Ignores],
        &[Breaks, Breaks, Obeys],
        &[Done, Done],
    ];
    for batch in batches {
        let fake = Fake::new(clock());
        let start = (fake.now)();
        let of = move |run: RunId| batch[usize::try_from(run.0 - 1).unwrap()];
        for (n, _) in batch.iter().enumerate() {
            let mut one = task(&format!("t{}", n + 1), State::InProgress, start);
            let mut its = session(State::InProgress, start, "x");
            its.id = SessionId::new(format!("s{}", n + 1));
            one.sessions = Some(vec![its]);
            fake.tasks.lock().unwrap().insert(one.at.id.clone(), one);
        }
        let now = fake.now.clone();
        let is_over = move |service| match service {
            Obeys => now() - start > TimeDelta::seconds(30),
            Done => true,
            _ => false,
        };
        let over = is_over.clone();
        *fake.on_run.lock().unwrap() = Box::new(move |id| {
            Ok(run(id.0, if over(of(id)) { RunStatus::Completed } else { RunStatus::InProgress }, start))
        });
        *fake.on_task.lock().unwrap() = Box::new(move |task| {
            let run = RunId(task.at.id.raw()[1..].parse().unwrap());
            if is_over(of(run)) {
                task.state = State::Cancelled;
                task.sessions.as_mut().unwrap()[0].state = State::Cancelled;
            }
        });
        *fake.on_cancel.lock().unwrap() = Box::new(move |(run, _)| match of(run) {
            Obeys | Ignores => Ok(CancelAnswer::Accepted),
            Forbids => Err(Fault::new(FaultKind::Permission, "403", "give the token Actions: write")),
            Zombie | Done => Ok(CancelAnswer::Conflict),
            Breaks => Err(Fault::new(FaultKind::UnknownOutcome, "500", "look at the run")),
        });
        let (context, fake, book) = context(fake);
        let targets = (1..=batch.len() as u64).map(|n| CancelTarget {
            task: TaskRef { repo: repo(), id: TaskId::new(format!("t{n}")) },
            session: Some(SessionId::new(format!("s{n}"))),
            run: Some(RunId(n)),
            ..target()
        });
        let (report, mut reports) = mpsc::channel(256);
        ops::cancel::cancel_all(&context, targets.collect(), Patience::default(), report).await;
        let mut last = std::collections::BTreeMap::new();
        while let Some(progress) = reports.recv().await {
            last.insert(progress.task.id.raw().to_owned(), progress.phase);
        }
        for (n, service) in batch.iter().enumerate() {
            let phase = &last[&format!("t{}", n + 1)];
            let expected = match service {
                Obeys | Done => *phase == Ended,
                Ignores => *phase == Stubborn,
                Breaks => matches!(phase, Unverified(fault) if fault.kind == FaultKind::UnknownOutcome),
                Forbids => matches!(phase, Refused(fault) if fault.kind == FaultKind::Permission),
                Zombie => matches!(phase, Refused(fault) if fault.kind == FaultKind::Conflict),
            };
            assert!(expected, "{batch:?}: {service:?} ended as {phase:?}");
        }
        let sent = batch.iter().filter(|service| **service != Done).count();
        assert_eq!(fake.calls("cancel"), sent, "{batch:?}: each is asked once");
        assert_eq!(entries(&book).len(), sent, "{batch:?}: and claimed once");
    }
}
