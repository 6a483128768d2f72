#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::domain::{
    Conclusion, Mergeable, NodeId, PullId, ReviewDecision, RunId, RunStatus, SessionId, TaskId, TaskRef,
};

fn at(minutes: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

fn state(word: &str) -> State {
    State::parse(word)
}

/// A task begun at 0:00 and touched at 0:10, its one session in `session`.
fn task(word: &str, session: &str) -> Task {
    let session = Session {
        beyond: crate::domain::SessionBeyond::default(),
        id: SessionId::new("s"),
        state: state(session),
        name: None,
        prompt: None,
        model: None,
        head_ref: None,
        base_ref: None,
        created_at: at(0),
        updated_at: Some(at(10)),
        completed_at: (!state(session).is_active()).then_some(at(10)),
        usage: None,
        error: None,
        run: None,
    };
    Task {
        beyond: crate::domain::Beyond::default(),
        at: TaskRef { repo: "acme/api".parse().unwrap(), id: TaskId::new("t") },
        name: "x".into(),
        state: state(word),
        created_at: at(0),
        updated_at: Some(at(10)),
        archived_at: None,
        creator: None,
        custom_agent: None,
        automation: None,
        session_count: Some(1),
        artifacts: vec![],
        html_url: None,
        sessions: Some(vec![session]),
    }
}

fn run(status: RunStatus, updated: i64) -> Run {
    let conclusion = (status == RunStatus::Completed).then_some(Conclusion::Success);
    Run {
        id: RunId(1),
        name: None,
        status,
        conclusion,
        head_branch: None,
        attempt: None,
        created_at: at(0),
        started_at: Some(at(1)),
        updated_at: at(updated),
        html_url: "".into(),
    }
}

fn pull(state: PullState, updated: i64) -> Pull {
    Pull {
        id: PullId(7),
        node: NodeId::new("PR_7"),
        repo: "acme/api".parse().unwrap(),
        number: 77,
        title: "x".into(),
        url: "".into(),
        state,
        head_ref: "b".into(),
        base_ref: "main".into(),
        author: None,
        created_at: at(1),
        updated_at: at(updated),
        additions: 0,
        deletions: 0,
        review: ReviewDecision::NoRule,
        requested: vec![],
        changes_by: vec![],
        mergeable: Mergeable::Yes,
        checks: None,
        standing: crate::domain::Standing::default(),
    }
}

fn sides(task: &Task) -> Sides<'_> {
    Sides {
        task,
        task_since: at(10),
        session: task.latest_session(),
        told_together: true,
        run: None,
        pull: None,
        pull_asked: false,
    }
}

fn whats(sides: Sides<'_>) -> Vec<What> {
    sides.suspicions().map(|suspicion| suspicion.is.what).collect()
}

fn says(sides: Sides<'_>) -> Vec<String> {
    sides.suspicions().map(|suspicion| suspicion.is.says(&sides, at(15))).collect()
}

#[test]
fn sides_that_agree_raise_no_suspicion() {
    for word in ["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "hibernating"] {
        let task = task(word, word);
        assert_eq!(whats(sides(&task)), [], "{word}");
    }
    // A word nobody here knows contradicts nothing.
    for (task_word, session_word) in [("paused", "idle"), ("in_progress", "paused"), ("paused", "resting")] {
        assert_eq!(whats(sides(&task(task_word, session_word))), [], "{task_word} {session_word}");
    }
    let works = task("in_progress", "in_progress");
    let (runs, open) = (run(RunStatus::InProgress, 10), pull(PullState::Draft, 10));
    assert_eq!(whats(Sides { run: Some(&runs), pull: Some(PullTold::Known(&open)), ..sides(&works) }), []);
    let done = task("completed", "completed");
    let (ended, merged) = (run(RunStatus::Completed, 10), pull(PullState::Merged, 12));
    assert_eq!(whats(Sides { run: Some(&ended), pull: Some(PullTold::Known(&merged)), ..sides(&done) }), []);
    // A task that waits for an answer may wait without a run.
    let waits = task("waiting_for_user", "waiting_for_user");
    assert_eq!(whats(Sides { run: Some(&ended), ..sides(&waits) }), []);
}

#[test]
fn every_contradiction_is_said_in_a_sentence() {
    let (works, done) = (task("in_progress", "in_progress"), task("completed", "completed"));
    let (ended, goes_on) = (run(RunStatus::Completed, 11), run(RunStatus::InProgress, 11));
    let (merged, closed) = (pull(PullState::Merged, 12), pull(PullState::Closed, 12));
    let mut two = done.clone();
    two.session_count = Some(2);
    for (sides, expected) in [
        (Sides { run: Some(&ended), ..sides(&works) }, "its run ended 4m ago (success), the task says running"),
        (sides(&task("in_progress", "completed")), "its session ended 5m ago (done), the task says running"),
        (
            Sides { pull: Some(PullTold::Known(&merged)), ..sides(&works) },
            "#77 was merged 3m ago, the task says running",
        ),
        (
            Sides { pull: Some(PullTold::Known(&closed)), ..sides(&works) },
            "#77 was closed 3m ago, the task says running",
        ),
        (Sides { run: Some(&goes_on), ..sides(&done) }, "the task ended 5m ago (done), its run says in progress"),
        (sides(&task("failed", "in_progress")), "the task says failed, its session running: believe the task"),
        (sides(&task("in_progress", "waiting_for_user")), "the task says running, its session needs you"),
        (sides(&task("completed", "failed")), "the task says done, its session failed"),
        (
            Sides { pull: Some(PullTold::Gone), ..sides(&done) },
            "the task names a pull request that is gone or hidden from this token",
        ),
        (Sides { pull_asked: true, ..sides(&done) }, "a pull request was asked for, the task says done and has none"),
        (sides(&two), "the task counts 2 sessions, its details hold 1"),
    ] {
        assert_eq!(says(sides), [expected]);
    }
}

#[test]
fn what_ended_before_the_newest_session_began_is_not_its_own() {
    let mut works = task("in_progress", "in_progress");
    for session in works.sessions.iter_mut().flatten() {
        session.created_at = at(9);
    }
    let (ended, merged) = (run(RunStatus::Completed, 8), pull(PullState::Merged, 8));
    assert_eq!(whats(Sides { run: Some(&ended), pull: Some(PullTold::Known(&merged)), ..sides(&works) }), []);
}

#[test]
fn a_source_that_is_late_by_seconds_is_never_called_a_contradiction() {
    let works = task("in_progress", "in_progress");
    let ended = run(RunStatus::Completed, 20);
    let suspicion = Sides { run: Some(&ended), ..sides(&works) }.suspicions().next().unwrap();
    assert_eq!((suspicion.late, suspicion.is.since), (Some(Side::Task), at(20)));
    // Nothing that the clock says counts, only when the task was read.
    for (read, expected) in [
        (None, false),
        (Some(at(19)), false),
        (Some(at(20) + TimeDelta::seconds(29)), false),
        (Some(at(20) + GRACE), true),
    ] {
        assert_eq!(suspicion.counts(read, at(500)), expected, "{read:?}");
    }
}

#[test]
fn two_sides_of_one_answer_need_no_second_reading_but_the_same_grace() {
    let task = task("failed", "in_progress");
    let told = |together| Sides { told_together: together, ..sides(&task) }.suspicions().next().unwrap();
    let together = told(true);
    assert_eq!(together.late, None);
    assert!(!together.counts(None, at(10) + TimeDelta::seconds(29)) && together.counts(None, at(10) + GRACE));
    let apart = told(false);
    assert_eq!(apart.late, Some(Side::Session));
    assert!(!apart.counts(Some(at(10)), at(500)) && apart.counts(Some(at(11)), at(11)));
}

#[test]
fn a_run_may_clean_up_after_its_task_has_ended() {
    let done = task("completed", "completed");
    let goes_on = run(RunStatus::InProgress, 11);
    let suspicion = Sides { run: Some(&goes_on), ..sides(&done) }.suspicions().next().unwrap();
    assert!(!suspicion.counts(Some(at(11)), at(11)));
    assert!(suspicion.counts(Some(at(12)), at(12)));
}

#[test]
fn a_working_session_that_is_touched_all_the_time_does_not_put_its_contradiction_off() {
    let mut task = task("waiting_for_user", "in_progress");
    for session in task.sessions.iter_mut().flatten() {
        session.updated_at = Some(at(100));
    }
    assert_eq!(sides(&task).suspicions().next().unwrap().is.since, at(10));
}

#[test]
fn the_gravest_comes_first() {
    let mut task = task("in_progress", "completed");
    task.session_count = Some(3);
    let ended = run(RunStatus::Completed, 11);
    let all = whats(Sides { run: Some(&ended), ..sides(&task) });
    assert_eq!(all, [What::RunEnded, What::SessionEnded, What::Count]);
}
