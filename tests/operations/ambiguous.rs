//! A start whose answer is lost, or whose program dies, at any moment: at most one task for each intent at the service,
//! and the record finds out which one it is. The same over real sockets: `tests/faults`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::domain::start::Order;
use atc::domain::{Fault, FaultKind, Instant, StartRequest, State, Task};
use atc::ledger::memory::Memory;
use atc::ledger::port::Outcome;
use atc::ops::cancel::Patience;
use atc::ops::{self, start};
use atc::runtime::engine::{Engine, Pace};
use uuid::Uuid;

use crate::fake::{self, Fake, clock, page, repo, session, task};
use crate::ledger::entries;

/// Runs in a row; what comes of chance is the same each time.
const RUNS: u64 = 1_000;

const PROMPT: &str = "Mend it once";

/// A chance that can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.roll(most))
    }
}

/// What the service has, and from when on a list shows it.
#[derive(Default)]
struct Service {
    made: Vec<(Task, Instant)>,
    posts: usize,
    /// Lists fail until then.
    dark: Option<Instant>,
}

fn request() -> StartRequest {
    StartRequest {
        repo: repo(),
        prompt: PROMPT.to_owned(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    }
}

fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, "the line broke", "look before sending again")
}

/// A service that does, or does not do, what it is asked before its answer is lost; lists show a task late.
fn stage(dice: &mut Dice) -> (Arc<Fake>, Arc<Mutex<Service>>) {
    let fake = Fake::new(clock());
    for nth in 0..4 {
        let mut known = task(&format!("made-{nth}"), State::Queued, (fake.now)());
        known.sessions = Some(vec![session(State::Queued, (fake.now)(), PROMPT)]);
        fake.tasks.lock().unwrap().insert(known.at.id.clone(), known);
    }
    let service = Arc::new(Mutex::new(Service::default()));
    let (now, at, mut luck) = (fake.now.clone(), Arc::clone(&service), Dice(dice.roll(u64::MAX >> 33)));
    *fake.on_start.lock().unwrap() = Box::new(move |request| {
        let mut service = at.lock().unwrap();
        service.posts += 1;
        let kind = luck.roll(6);
        if kind == 0 {
            return Err(fault(FaultKind::Invalid));
        }
        let nth = service.made.len();
        assert_eq!(request.prompt, PROMPT);
        let made = task(&format!("made-{nth}"), State::Queued, now());
        if kind != 1 {
            service.made.push((made.clone(), now() + luck.millis(90_000)));
        }
        if kind == 5 { Ok(made) } else { Err(fault(FaultKind::UnknownOutcome)) }
    });
    let (now, at) = (fake.now.clone(), Arc::clone(&service));
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let service = at.lock().unwrap();
        if service.dark.is_some_and(|until| now() < until) {
            return Err(fault(FaultKind::Timeout));
        }
        let shown = service.made.iter().rev().filter(|(_, from)| *from <= now());
        Ok(page(shown.map(|(task, _)| task.clone()).collect()))
    });
    (Arc::new(fake), service)
}

/// Sends, and dies at some moment or lives on.
async fn send(context: &ops::Context, order: Order, dice: &mut Dice) {
    let context = context.clone();
    let sending = tokio::spawn(async move { start::start(&context, &order).await.result });
    if dice.roll(2) == 0 {
        tokio::time::sleep(dice.millis(200)).await;
        sending.abort();
    }
    let _ = sending.await;
}

async fn run(seed: u64) {
    let mut dice = Dice(seed);
    let (fake, service) = stage(&mut dice);
    let book = Arc::new(Memory::new());
    let context = fake::context(&fake, &book);
    if dice.roll(3) == 0 {
        service.lock().unwrap().dark = Some((fake.now)() + dice.millis(600_000));
    }
    let starts = 1 + dice.roll(2);
    for _ in 0..starts {
        // The second of the same prompt was wanted twice.
        let order = Order { again: true, ..Order::new(Uuid::new_v4(), request()) };
        send(&context, order.clone(), &mut dice).await;
        if dice.roll(4) == 0 {
            // A key that is held down, or a second console that was handed the same order.
            send(&context, order, &mut dice).await;
        }
        tokio::time::sleep(dice.millis(40_000)).await;
    }

    // The console is started anew, some seconds or minutes later.
    let posts = service.lock().unwrap().posts;
    tokio::time::sleep(dice.millis(120_000)).await;
    let (desk, mut events) = fake::desk(&fake);
    let engine = Engine::spawn(desk, fake::context(&fake, &book), Pace::default(), Patience::default());
    let end = tokio::time::Instant::now() + Duration::from_mins(30);
    while tokio::time::timeout_at(end, events.recv()).await.is_ok_and(|event| event.is_some()) {}
    drop(engine);

    let service = service.lock().unwrap();
    let entries = entries(&book);
    assert_eq!(service.posts, posts, "{seed}: nothing is sent again by itself");
    assert!(service.made.len() <= entries.len() && posts <= entries.len(), "{seed}: {entries:?}");
    let mut found: Vec<String> = Vec::new();
    for entry in &entries {
        if let Some((_, Outcome::Confirmed(id))) = &entry.outcome {
            found.push(id.clone());
        }
    }
    found.sort();
    let made: Vec<String> = service.made.iter().map(|(task, _)| task.at.id.raw().to_owned()).collect();
    assert_eq!(found, made, "{seed}: each task is one intent's, and each intent knows its own: {entries:?}");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_ambiguous_starts_make_at_most_one_task_for_each_intent_and_find_it() {
    for seed in 0..RUNS {
        run(seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_of_another_account_is_left_to_its_own() {
    let (fake, service) = stage(&mut Dice(3));
    let book = Arc::new(Memory::new());
    let context = fake::context(&fake, &book);
    let mut intent = context.intent(Uuid::new_v4(), atc::ledger::Action::Start, &repo(), "{}".to_owned()).await;
    intent.login = Some("hubot".to_owned());
    let fault = ops::reconcile::settle(&context, &intent).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Permission);
    assert!(fault.what.contains("hubot") && service.lock().unwrap().posts == 0);
    assert_eq!(fake.calls("list"), 0);
}
