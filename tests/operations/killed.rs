//! Every order, killed at every stage: the program that comes after it finds one line in the ledger, makes it true, asks
//! for attention where it cannot, and sends nothing again.
//!
//! | killed | the ledger has | afterwards |
//! |---|---|---|
//! | before the intent | nothing | nothing |
//! | after the intent, and the request never arrived | the intent | it stays open, and the inbox asks to look |
//! | after the request was carried out, before its answer | the intent | confirmed, as soon as it shows |
//! | after the answer, before that was recorded | the intent | confirmed, as soon as it shows |

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{Event, Op, What};
use atc::console::ledger::Row;
use atc::console::reviews::{News, Wish};
use atc::domain::assign::{AssignOrder, Assignment};
use atc::domain::follow_up::Comment;
use atc::domain::pull_order::PullAct;
use atc::domain::start::Order as StartOrder;
use atc::domain::{
    Assignee, CancelTarget, Conclusion, Fault, FaultKind, Happened, Instant, Issue, IssueRef, PullOrder, PullTarget,
    RunId, RunStatus, SessionId, StartRequest, State, TaskId, TaskRef, Timeline, TimelineEvent,
};
use atc::ledger::Ledger as _;
use atc::ledger::memory::{Memory, On};
use atc::ledger::port::{Action, Outcome};
use atc::ops::cancel::Patience;
use atc::ops::settle::{self, Settled};
use atc::ops::{self, Context};
use atc::provider::port::{CancelAnswer, Fetched};
use atc::runtime::engine::{Engine, Pace};
use atc::runtime::notify::watch_unresolved;
use chrono::TimeDelta;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::acting::pull;
use crate::fake::{self, Fake, clock, page, repo, run, session, task};
use crate::ledger::{entries, outcomes};

const WORDS: &str = "please @copilot";
const HEAD: &str = "aaaaaaaaa";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    BeforeTheIntent,
    Unsent,
    Unheard,
    Unrecorded,
}

const STAGES: [Killed; 4] = [Killed::BeforeTheIntent, Killed::Unsent, Killed::Unheard, Killed::Unrecorded];

/// All that can be ordered but what is done to automations.
const ORDERS: [Action; 10] = [
    Action::Start,
    Action::Cancel,
    Action::ForceCancel,
    Action::Comment,
    Action::MarkReady,
    Action::Assign,
    Action::RequestReview,
    Action::ApproveRun,
    Action::Approve,
    Action::Close,
];

type DoneAt = Arc<Mutex<Option<Instant>>>;

fn story(at: Instant) -> Vec<TimelineEvent> {
    let event = |what: Happened, record: &str| TimelineEvent {
        at: Some(at),
        what,
        by: Some("Mona".into()),
        app: None,
        text: Some(WORDS.into()),
        record: record.into(),
    };
    vec![
        event(Happened::Commented, "{}"),
        event(Happened::Other("ready_for_review".into()), "{}"),
        event(Happened::Other("closed".into()), "{}"),
        event(Happened::Other("review_requested".into()), r#"{"requested_reviewer":{"login":"hubot"}}"#),
        event(Happened::Other("review_requested".into()), r#"{"requested_team":{"slug":"core"}}"#),
        event(Happened::Reviewed("approved".into()), r#"{"commit_id":"aaaaaaaaa"}"#),
        event(Happened::Assigned { to: "Copilot".into(), agent: true }, "{}"),
    ]
}

fn issue(in_charge: bool) -> Issue {
    let agent = Assignee { login: "Copilot".into(), agent: true };
    Issue {
        at: IssueRef { repo: repo(), number: 412 },
        title: "Fails now and then".into(),
        body: "About one run in twelve.".into(),
        open: true,
        labels: Vec::new(),
        assignees: in_charge.then_some(agent).into_iter().collect(),
        author: None,
        created_at: None,
        html_url: None,
    }
}

/// A service that shows what was done to it from that moment on. `hears`: requests to do something arrive.
fn world(hears: bool) -> (Arc<Fake>, DoneAt) {
    let (fake, done) = (Fake::new(clock()), DoneAt::default());
    let (now, start) = (fake.now.clone(), (fake.now)());
    let act = {
        let (now, done) = (now.clone(), done.clone());
        move || {
            if hears {
                *done.lock().unwrap() = Some(now());
            }
        }
    };
    let is_done = {
        let done = done.clone();
        move || done.lock().unwrap().is_some()
    };
    let mut running = task("t1", State::InProgress, start - TimeDelta::minutes(12));
    running.sessions = Some(vec![session(State::InProgress, start - TimeDelta::minutes(12), "x")]);
    let mut made = task("made", State::Queued, start);
    made.sessions = Some(vec![session(State::Queued, start, WORDS)]);
    let known = [running, made.clone()].map(|task| (task.at.id.clone(), task));
    fake.tasks.lock().unwrap().extend(known);

    let (acts, first) = (act.clone(), made.clone());
    *fake.on_start.lock().unwrap() = Box::new(move |_| {
        acts();
        Ok(first.clone())
    });
    let is = is_done.clone();
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(if is() { vec![made.clone()] } else { Vec::new() })));
    let acts = act.clone();
    *fake.on_cancel.lock().unwrap() = Box::new(move |_| {
        acts();
        Ok(CancelAnswer::Accepted)
    });
    let is = is_done.clone();
    *fake.on_task.lock().unwrap() = Box::new(move |task| {
        if is() && task.at.id.raw() == "t1" {
            task.state = State::Cancelled;
            task.sessions.as_mut().unwrap()[0].state = State::Cancelled;
        }
    });
    let is = is_done.clone();
    *fake.on_run.lock().unwrap() = Box::new(move |id| {
        let waits = id.0 == 77;
        let status = if waits || is() { RunStatus::Completed } else { RunStatus::InProgress };
        let conclusion = match (waits, is()) {
            (true, false) => Some(Conclusion::ActionRequired),
            (false, true) => Some(Conclusion::Cancelled),
            _ => None,
        };
        Ok(atc::domain::Run { conclusion, ..run(id.0, status, start) })
    });
    *fake.waiting.lock().unwrap() = vec![run(77, RunStatus::Completed, start)];
    *fake.on_pulls.lock().unwrap() = Box::new(|refs| Ok(vec![Some(pull(HEAD)); refs.len()]));
    let acts = act.clone();
    *fake.on_act.lock().unwrap() = Box::new(move |_| {
        acts();
        Ok("4711".to_owned())
    });
    let is = done.clone();
    *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
        let events = is.lock().unwrap().map(story).unwrap_or_default();
        Ok(Fetched::New { value: Timeline { events, ..Timeline::default() }, validator: None })
    });
    let is = is_done.clone();
    *fake.on_issue.lock().unwrap() = Box::new(move |_| Ok(issue(is())));
    *fake.on_assign.lock().unwrap() = Box::new(move |_| {
        act();
        Ok(issue(true))
    });
    (Arc::new(fake), done)
}

/// Requests that change something.
fn sent(fake: &Fake) -> usize {
    let writes = |call: &&String| {
        matches!(call.as_str(), "start" | "assign") || call.starts_with("act ") || call.starts_with("cancel ")
    };
    fake.calls.lock().unwrap().iter().filter(writes).count()
}

fn cancel_target(force: bool) -> CancelTarget {
    CancelTarget {
        task: TaskRef { repo: repo(), id: TaskId::new("t1") },
        session: Some(SessionId::new("s1")),
        run: Some(RunId(11)),
        branch: Some("copilot/fix".into()),
        since: chrono::DateTime::from_timestamp(1_790_000_000 - 720, 0).unwrap(),
        force,
    }
}

fn on_pull(act: PullAct) -> PullOrder {
    PullOrder { id: Uuid::new_v4(), target: PullTarget::of(&pull(HEAD)), act }
}

fn request() -> StartRequest {
    StartRequest {
        repo: repo(),
        prompt: WORDS.to_owned(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    }
}

async fn order(context: &Context, action: Action, to_the_agent: bool) {
    let act = match action {
        Action::Start => {
            let _ = ops::start::start(context, &StartOrder::new(Uuid::new_v4(), request())).await;
            return;
        }
        Action::Assign => {
            let assignment = Assignment {
                issue: issue(false).at,
                base_branch: None,
                instructions: String::new(),
                custom_agent: None,
                model: None,
            };
            let order = AssignOrder { id: Uuid::new_v4(), assignment, reason: None, again: false };
            let assigned = ops::assign::assign(context, &order).await.result.unwrap();
            assigned.work(context).await;
            return;
        }
        Action::Cancel | Action::ForceCancel => {
            let (report, _nobody) = mpsc::channel(64);
            let target = cancel_target(action == Action::ForceCancel);
            return ops::cancel::cancel(context, &target, Patience::default(), report).await;
        }
        Action::Comment if to_the_agent => {
            let task = TaskRef { repo: repo(), id: TaskId::new("t1") };
            let comment = Comment { id: Uuid::new_v4(), task, number: 12, text: WORDS.to_owned() };
            let _ = ops::follow_up::write(context, &comment).await;
            return;
        }
        Action::Comment => PullAct::Comment(WORDS.to_owned()),
        Action::MarkReady => PullAct::MarkReady,
        Action::RequestReview => {
            PullAct::RequestReview { people: vec!["hubot".to_owned()], teams: vec!["core".to_owned()] }
        }
        Action::ApproveRun => PullAct::ApproveRuns,
        Action::Approve => PullAct::Approve,
        Action::Close => PullAct::Close,
        other => panic!("{other:?} is not among them"),
    };
    let _ = ops::on_pull::act(context, &on_pull(act)).await;
}

/// Sends the order and ends in the middle of it.
async fn die(fake: &Arc<Fake>, book: &Arc<Memory>, (action, to_the_agent): (Action, bool), killed: Killed) {
    let context = fake::context(fake, book);
    if killed == Killed::Unrecorded {
        book.fail_next(On::Record, Fault::new(FaultKind::Local, "the power was lost", "look"));
    }
    let sending = tokio::spawn(async move { order(&context, action, to_the_agent).await });
    if killed == Killed::BeforeTheIntent {
        tokio::time::sleep(Duration::from_millis(10)).await;
    } else {
        while sent(fake) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // An answer takes 20 ms.
        let heard = Duration::from_millis(if killed == Killed::Unrecorded { 30 } else { 5 });
        tokio::time::sleep(heard).await;
    }
    sending.abort();
    let _ = sending.await;
}

/// A console for half an hour: what its inbox asks to look at in the end.
async fn come_back(fake: &Arc<Fake>, book: &Arc<Memory>) -> Vec<Row> {
    let (desk, mut events) = fake::desk(fake);
    let engine = Engine::spawn(desk.clone(), fake::context(fake, book), Pace::default(), Patience::default());
    engine.look_for_answers();
    let watching = tokio::spawn(watch_unresolved(desk, book.clone()));
    let end = tokio::time::Instant::now() + Duration::from_mins(30);
    let mut rows = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.recv()).await {
        if let Some(told) = unresolved(event) {
            rows = told;
        }
    }
    drop(engine);
    watching.abort();
    rows
}

fn unresolved(event: Event) -> Option<Vec<Row>> {
    match event.what {
        What::Op(Op::Unresolved(rows)) => Some(rows),
        _ => None,
    }
}

async fn try_out(order: (Action, bool), killed: Killed) {
    let (fake, _) = world(killed != Killed::Unsent);
    let book = Arc::new(Memory::new());
    die(&fake, &book, order, killed).await;
    let writes = sent(&fake);
    assert_eq!(writes, usize::from(killed != Killed::BeforeTheIntent), "{order:?} {killed:?}");
    if killed != Killed::BeforeTheIntent {
        assert_eq!(outcomes(&book), [None], "{order:?} {killed:?}: the intent stands there before the request");
    }
    tokio::time::sleep(Duration::from_secs(7)).await;
    let rows = come_back(&fake, &book).await;
    assert_eq!(sent(&fake), writes, "{order:?} {killed:?}: nothing is sent again");
    let entries = entries(&book);
    let titles: Vec<&str> = rows.iter().map(|row| row.title.as_str()).collect();
    match (killed, &entries[..]) {
        (Killed::BeforeTheIntent, []) => assert!(rows.is_empty(), "{order:?} {killed:?}: {titles:?}"),
        (Killed::Unsent, [entry]) => {
            let open = entry.outcome.as_ref().is_none_or(|(_, outcome)| matches!(outcome, Outcome::Unknown(_)));
            assert!(open, "{order:?} {killed:?}: {:?}", entry.outcome);
            let word = order.0.word().replace('_', " ");
            assert!(titles.len() == 1 && titles[0].starts_with(&word), "{order:?} {killed:?}: {titles:?}");
        }
        (Killed::Unheard | Killed::Unrecorded, [entry]) => {
            let told = matches!(entry.outcome, Some((_, Outcome::Confirmed(_))));
            assert!(told, "{order:?} {killed:?}: {:?}", entry.outcome);
            assert!(rows.is_empty(), "{order:?} {killed:?}: {titles:?}");
        }
        _ => panic!("{order:?} {killed:?}: one line each: {entries:#?}"),
    }
    for entry in &entries {
        assert_eq!(entry.intent.action, order.0);
        assert_eq!(entry.intent.login.as_deref(), Some("mona"), "{order:?}: on whose authority it was done");
    }
}

#[tokio::test(start_paused = true)]
async fn every_order_that_is_killed_at_any_stage_comes_back_as_one_true_line() {
    for killed in STAGES {
        for action in ORDERS {
            try_out((action, false), killed).await;
        }
        try_out((Action::Comment, true), killed).await;
    }
}

fn commented(at: Instant) -> TimelineEvent {
    story(at).remove(0)
}

/// The story of the pull request from now on.
fn tell(fake: &Fake, events: Vec<TimelineEvent>) {
    *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
        let value = Timeline { events: events.clone(), ..Timeline::default() };
        Ok(Fetched::New { value, validator: None })
    });
}

#[tokio::test(start_paused = true)]
async fn a_comment_of_the_same_words_that_was_written_before_does_not_prove_the_second() {
    let (fake, _) = world(true);
    let book = Arc::new(Memory::new());
    let context = fake::context(&fake, &book);
    let first = (fake.now)();
    order(&context, Action::Comment, false).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    // The second is lost on the way, and the first is all that shows.
    *fake.on_act.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::UnknownOutcome, "the line broke", "look")));
    tell(&fake, vec![commented(first)]);
    order(&context, Action::Comment, true).await;
    assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Confirmed(_)), Some(Outcome::Unknown(_))]));
    let open = settle::open(&context, &[]).await.unwrap().remove(0);
    assert!(matches!(settle::settle(&context, &open).await.unwrap(), Settled::Open(_)));
    tell(&fake, vec![commented(first), commented(open.intent.at + TimeDelta::seconds(2))]);
    assert!(matches!(settle::settle(&context, &open).await.unwrap(), Settled::Confirmed(_)));
    assert_eq!(settle::open(&context, &[]).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn an_approval_of_another_commit_does_not_prove_this_one() {
    for (commit, proves) in [("bbbbbbbbb", false), (HEAD, true)] {
        let (fake, _) = world(false);
        let book = Arc::new(Memory::new());
        die(&fake, &book, (Action::Approve, false), Killed::Unsent).await;
        let open = entries(&book).remove(0);
        let record = format!(r#"{{"commit_id":"{commit}"}}"#).into();
        let approved = Happened::Reviewed("approved".into());
        tell(&fake, vec![TimelineEvent { what: approved, record, ..commented(open.intent.at) }]);
        tokio::time::sleep(Duration::from_mins(1)).await;
        let settled = settle::settle(&fake::context(&fake, &book), &open).await.unwrap();
        assert_eq!(matches!(settled, Settled::Confirmed(_)), proves, "{commit}: {settled:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_is_watched_to_its_end_asks_for_no_attention_meanwhile() {
    for (obeys, asks) in [(true, 0), (false, 1)] {
        let (fake, _) = world(obeys);
        let book = Arc::new(Memory::new());
        let (desk, mut events) = fake::desk(&fake);
        let watching = tokio::spawn(watch_unresolved(desk, book.clone()));
        let context = fake::context(&fake, &book);
        let cancelling = tokio::spawn(async move { order(&context, Action::Cancel, false).await });
        let mut told = Vec::new();
        let end = tokio::time::Instant::now() + Duration::from_mins(10);
        while let Ok(Some(event)) = tokio::time::timeout_at(end, events.recv()).await {
            told.extend(unresolved(event).filter(|rows| !rows.is_empty()));
        }
        cancelling.await.unwrap();
        watching.abort();
        assert_eq!(told.len(), asks, "{told:?}");
        assert_eq!(book.unresolved().unwrap().len(), asks);
    }
}

#[tokio::test(start_paused = true)]
async fn an_act_whose_answer_was_lost_is_told_as_done_once_it_shows() {
    let (fake, done) = world(false);
    *fake.on_act.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::UnknownOutcome, "the line broke", "look")));
    let book = Arc::new(Memory::new());
    let (desk, mut events) = fake::desk(&fake);
    let mut engine = Engine::spawn(desk, fake::context(&fake, &book), Pace::default(), Patience::default());
    engine.perform(Effect::Reviews(Wish::Act(Box::new(on_pull(PullAct::Comment(WORDS.to_owned()))))));
    let told = AtomicUsize::new(0);
    let end = tokio::time::Instant::now() + Duration::from_mins(10);
    let mut results = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.recv()).await {
        let What::Op(Op::Reviews(news)) = event.what else { continue };
        let News::Acted { result, .. } = *news else { continue };
        results.push(result.map(|said| said.to_string()).map_err(|fault| fault.kind));
        if told.fetch_add(1, Ordering::SeqCst) == 0 {
            *done.lock().unwrap() = Some(entries(&book)[0].intent.at + TimeDelta::seconds(40));
        }
    }
    let after_all = "acme/api#12: it did happen: the comment is there".to_owned();
    assert_eq!(results, [Err(FaultKind::UnknownOutcome), Ok(after_all)]);
    assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Confirmed(_))]));
    assert_eq!(fake.calls("act "), 1);
}
