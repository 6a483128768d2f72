//! Starting a task: an intent first, one POST, and an honest outcome.

use std::sync::Arc;

use atc::domain::start::Order;
use atc::domain::{Fault, FaultKind, StartRequest, State};
use atc::ledger::port::Outcome;
use atc::ops;
use atc::provider::port::{Fetched, TaskPage};
use uuid::Uuid;

use crate::fake::{Fake, clock, repo, session, task};
use crate::ledger::{entries, outcomes};
use atc::ledger::memory::Memory;

fn request() -> StartRequest {
    StartRequest {
        repo: repo(),
        prompt: "Make the retry test deterministic".into(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    }
}

fn order() -> Order {
    Order::new(Uuid::new_v4(), request())
}

fn context(fake: Fake, book: &Arc<Memory>) -> (Arc<Fake>, ops::Context) {
    let fake = Arc::new(fake);
    let context = crate::fake::context(&fake, book);
    (fake, context)
}

fn lost() -> Fault {
    Fault::new(
        FaultKind::UnknownOutcome,
        "the connection broke after the request was sent",
        "look before sending again",
    )
}

#[tokio::test(start_paused = true)]
async fn a_started_task_is_recorded_with_its_id() {
    let fake = Fake::new(clock());
    let now = fake.now.clone();
    *fake.on_start.lock().unwrap() = Box::new(move |_| Ok(task("t9", State::Queued, now())));
    let book = Arc::new(Memory::new());
    let (_, context) = context(fake, &book);
    let order =
        Order { template: Some("flaky".into()), template_hash: Some([7; 32]), ticket: Some("OPS-1".into()), ..order() };
    ops::start::start(&context, &order).await.result.unwrap();
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("t9".into()))]);
    let entries = entries(&book);
    assert_eq!(entries[0].intent.template.as_deref(), Some("flaky"));
    assert_eq!(entries[0].intent.template_hash, Some([7; 32]));
    assert_eq!(entries[0].intent.ticket.as_deref(), Some("OPS-1"));
    assert!(entries[0].intent.prompt_hash.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_cannot_be_recorded_is_not_sent() {
    let book = Arc::new(Memory::new());
    book.close(Some(Fault::new(FaultKind::Local, "the disk is full", "make room")));
    let (fake, context) = context(Fake::new(clock()), &book);
    let fault = ops::start::start(&context, &order()).await.result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.what.contains("nothing was sent"), "{fault}");
    assert_eq!(fake.calls("start"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_recorded_as_one() {
    let fake = Fake::new(clock());
    *fake.on_start.lock().unwrap() =
        Box::new(|_| Err(Fault::new(FaultKind::Invalid, "422: prompt is missing", "write one")));
    let book = Arc::new(Memory::new());
    let (_, context) = context(fake, &book);
    ops::start::start(&context, &order()).await.result.unwrap_err();
    assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Rejected(_))]));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_and_found_by_its_prompt() {
    let fake = Fake::new(clock());
    *fake.on_start.lock().unwrap() = Box::new(|_| Err(lost()));
    let now = (fake.now)();
    for (id, prompt) in [("other", "Something else"), ("mine", "Make the retry test deterministic")] {
        let mut started = task(id, State::Queued, now);
        started.sessions = Some(vec![session(State::Queued, now, prompt)]);
        fake.tasks.lock().unwrap().insert(started.at.id.clone(), started);
    }
    *fake.on_list.lock().unwrap() = Box::new(move |query| {
        assert_eq!(query.creators, [atc::domain::UserId(7)]);
        assert!(query.by_created);
        let tasks = ["other", "mine"].map(|id| task(id, State::Queued, now)).to_vec();
        Ok(Fetched::New { value: TaskPage { tasks, unreadable: 0, next: None, active_total: None }, validator: None })
    });
    let book = Arc::new(Memory::new());
    let (fake, context) = context(fake, &book);
    let found = ops::start::start(&context, &order()).await.result.unwrap();
    assert_eq!(found.at.id.raw(), "mine");
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("mine".into()))]);
    assert_eq!(fake.calls("start"), 1, "never sent again by itself");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_that_is_not_found_stays_unknown_and_is_not_sent_again() {
    let fake = Fake::new(clock());
    *fake.on_start.lock().unwrap() = Box::new(|_| Err(lost()));
    *fake.on_list.lock().unwrap() = Box::new(|_| {
        Ok(Fetched::New {
            value: TaskPage { tasks: Vec::new(), unreadable: 0, next: None, active_total: None },
            validator: None,
        })
    });
    let book = Arc::new(Memory::new());
    let (fake, context) = context(fake, &book);
    let fault = ops::start::start(&context, &order()).await.result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::UnknownOutcome);
    assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Unknown(_))]));
    assert_eq!(fake.calls("start"), 1);
}
