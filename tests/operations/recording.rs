//! What the poller learns of tasks, in the ledger: beside the poller, once, and never in its way.

use std::sync::Arc;
use std::time::Duration;

use atc::console::event::News;
use atc::domain::{Artifact, Fault, FaultKind, PullId, PullRef, PullState, ReviewDecision, State, Usage};
use atc::ledger::memory::{Memory, On};
use atc::ledger::{Kind, Ledger as _, Observed, Said, Span};
use atc::runtime::cache::Cache;
use atc::runtime::engine::desk::Desk;
use atc::runtime::engine::recorder::{self, Recorder, Writing};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, repo, session, task};

fn start(book: &Arc<Memory>) -> (Recorder, Writing, Arc<Fake>) {
    let fake = Arc::new(Fake::new(clock()));
    let (events, _) = mpsc::channel(1);
    let desk = Desk { provider: fake.clone(), now: fake.now.clone(), events, cache: Cache::default() };
    let (recorder, writing) = recorder::start(book.clone(), &desk);
    (recorder, writing, fake)
}

fn records(book: &Memory) -> Vec<Observed> {
    let lines = book.lines(&Span { oldest_first: true, ..Span::default() }, 1000).unwrap();
    let record = |said| if let Said::Observed(observed) = said { Some(*observed) } else { None };
    lines.into_iter().filter_map(|line| record(line.said)).collect()
}

fn one(task: atc::domain::Task) -> News {
    News::Tasks { tasks: vec![task], unreadable: 0 }
}

#[tokio::test(start_paused = true)]
async fn a_life_is_recorded_with_its_reason_its_cost_and_its_pull_request() {
    let book = Arc::new(Memory::new());
    let (mut recorder, writing, fake) = start(&book);
    let now = (fake.now)();
    recorder.hear(&one(task("t1", State::Queued, now)), now);
    let mut running = task("t1", State::InProgress, now);
    running.updated_at = Some(now + TimeDelta::seconds(5));
    running.artifacts = vec![Artifact::Pull { id: PullId(900), node: None, state: None }];
    recorder.hear(&one(running.clone()), now + TimeDelta::seconds(8));
    let asked = PullRef { repo: repo(), id: PullId(900), node: None };
    let mut pull = atc_pull(now);
    recorder.hear(&News::Pulls(vec![(asked.clone(), Some(pull.clone()))]), now + TimeDelta::seconds(9));
    let mut failed =
        atc::domain::Task { state: State::Failed, updated_at: Some(now + TimeDelta::seconds(60)), ..running };
    let mut session = session(State::Failed, now, "fix it");
    session.error = Some("no tests \u{1b}[31m".into());
    session.usage = Some(Usage::AiCredits(1_500_000_000));
    session.completed_at = Some(now + TimeDelta::seconds(59));
    failed.sessions = Some(vec![session]);
    recorder.hear(&News::Task(Box::new(failed)), now + TimeDelta::seconds(61));
    pull.state = PullState::Merged;
    pull.review = ReviewDecision::Approved;
    pull.updated_at += TimeDelta::seconds(90);
    recorder.hear(&News::Pulls(vec![(asked, Some(pull))]), now + TimeDelta::seconds(91));
    writing.finish().await;

    let found = records(&book);
    let words: Vec<_> =
        found.iter().map(|record| (record.seen.kind, record.was.as_deref(), &*record.seen.became)).collect();
    assert_eq!(
        words,
        [
            (Kind::State, None, "queued"),
            (Kind::State, Some("queued"), "in_progress"),
            (Kind::Pull, None, "draft"),
            (Kind::Review, None, "none"),
            (Kind::State, Some("in_progress"), "failed"),
            (Kind::Pull, Some("draft"), "merged"),
            (Kind::Review, Some("none"), "approved"),
        ]
    );
    let end = &found[4].seen;
    assert_eq!((end.nano_credits, end.since), (Some(1_500_000_000), Some(now + TimeDelta::seconds(59))));
    assert_eq!(end.reason.as_deref(), Some("no tests \u{1b}[31m"));
    assert_eq!((found[5].seen.pull, found[5].seen.since), (Some(42), None));
}

fn atc_pull(now: atc::domain::Instant) -> atc::domain::Pull {
    atc::domain::Pull {
        id: PullId(900),
        node: atc::domain::NodeId::new("PR_900"),
        repo: repo(),
        number: 42,
        title: "x".into(),
        url: "https://github.com/a/b/pull/42".into(),
        state: PullState::Draft,
        head_ref: "copilot/x".into(),
        base_ref: "main".into(),
        author: None,
        created_at: now,
        updated_at: now,
        additions: 0,
        deletions: 0,
        review: ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: atc::domain::Mergeable::Yes,
        checks: None,
        standing: atc::domain::Standing::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_told_once_is_not_told_again() {
    let book = Arc::new(Memory::new());
    let (mut recorder, writing, fake) = start(&book);
    let now = (fake.now)();
    for second in 0..100 {
        recorder.hear(&one(task("t1", State::Queued, now)), now + TimeDelta::seconds(second));
    }
    writing.finish().await;
    assert_eq!(records(&book).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_loses_nothing_that_the_queue_can_hold() {
    let book = Arc::new(Memory::new());
    for _ in 0..3 {
        book.fail_next(On::Record, Fault::new(FaultKind::Local, "the disk is full", "make room"));
    }
    let (mut recorder, writing, fake) = start(&book);
    let now = (fake.now)();
    recorder.hear(&one(task("t1", State::Queued, now)), now);
    tokio::time::sleep(Duration::from_secs(15)).await;
    recorder.hear(&one(task("t2", State::Queued, now)), now);
    assert_eq!(records(&book).len(), 0);
    tokio::time::sleep(Duration::from_mins(1)).await;
    writing.finish().await;
    assert_eq!(records(&book).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_written_is_left_out_and_nothing_else_with_it() {
    let book = Arc::new(Memory::new());
    let odd = || Fault::new(FaultKind::Unreadable, "it does not hold what it should", "keep it for recovery");
    book.fail_next(On::Record, odd());
    let (mut recorder, writing, fake) = start(&book);
    let now = (fake.now)();
    recorder.hear(&one(task("t1", State::Queued, now)), now);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(records(&book).len(), 0);
    book.fail_next(On::Record, odd());
    let more = ["t2", "t3", "t4"].map(|id| task(id, State::Queued, now)).to_vec();
    recorder.hear(&News::Tasks { tasks: more, unreadable: 0 }, now);
    writing.finish().await;
    let tasks: Vec<_> = records(&book).into_iter().map(|record| record.seen.task).collect();
    assert_eq!(tasks, ["t2", "t3", "t4"], "in their order, and the first one is not tried again");
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_falls_behind_is_told_again_and_the_poller_never_waits() {
    let book = Arc::new(Memory::new());
    let (mut recorder, writing, fake) = start(&book);
    let now = (fake.now)();
    // Nothing is taken from the queue meanwhile: all of this happens between two turns of the runtime.
    for number in 0..400 {
        recorder.hear(&one(task(&format!("t{number}"), State::Queued, now)), now);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let written = records(&book).len();
    assert!((256..400).contains(&written), "{written}");
    for number in 0..400 {
        recorder.hear(&one(task(&format!("t{number}"), State::Queued, now)), now);
    }
    writing.finish().await;
    assert_eq!(records(&book).len(), 400);
}
