//! The gate before every start: caps hold, nothing is sent on a refusal, and what was allowed is in the ledger with why.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use atc::config::policy::{PolicyFile, load};
use atc::domain::policy::{InForce, Key, Policy, Rule, Says, Verdict};
use atc::domain::start::Order;
use atc::domain::{Artifact, Fault, FaultKind, Instant, PullId, StartRequest, State};
use atc::ledger::memory::{Memory, On};
use atc::ledger::port::{Action, Outcome};
use atc::ledger::{Ledger as _, Wanted};
use atc::ops::start::{Began, OnceSince};
use atc::ops::{self, Gate};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::fake::{Fake, clock, page, repo, task};
use crate::ledger::{entries, outcomes};

fn order(prompt: &str) -> Order {
    let request = StartRequest {
        repo: repo(),
        prompt: prompt.into(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    };
    Order::new(Uuid::new_v4(), request)
}

fn holding(policy: Policy) -> Gate {
    Gate::holding(InForce::of(policy))
}

/// Limits on everything together.
fn in_all(says: Says) -> Policy {
    Policy { all: vec![Rule::everywhere("all", says)], ..Policy::unlimited() }
}

/// Limits on each repository.
fn each(says: Says) -> Policy {
    Policy { everywhere: vec![Rule::everywhere("everywhere", says)], ..Policy::unlimited() }
}

struct Stand {
    fake: Arc<Fake>,
    book: Arc<Memory>,
    context: ops::Context,
}

impl Stand {
    fn new(gate: Gate) -> Self {
        Self::at(gate, clock())
    }

    /// Every start that comes through becomes a task.
    fn at(gate: Gate, now: atc::domain::Now) -> Self {
        let fake = Fake::new(now.clone());
        let mut number = 0;
        let at = now.clone();
        *fake.on_start.lock().unwrap() = Box::new(move |_| {
            number += 1;
            Ok(task(&format!("t{number}"), State::Completed, at()))
        });
        *fake.on_list.lock().unwrap() = Box::new(|_| Ok(page(Vec::new())));
        let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
        let context = ops::Context { provider: fake.clone(), ledger: book.clone(), now, who: "op".into(), gate };
        Self { fake, book, context }
    }

    async fn start(&self, order: &Order) -> Result<(), Fault> {
        ops::start::start(&self.context, order).await.result.map(|_| ())
    }

    fn sent(&self) -> usize {
        self.fake.calls("start")
    }
}

#[tokio::test(start_paused = true)]
async fn the_eleventh_start_in_an_hour_is_refused_and_nothing_is_sent() {
    let stand = Stand::new(holding(in_all(Says { starts_per_hour: Some(10), ..Says::default() })));
    for n in 0..10 {
        stand.start(&order(&format!("prompt {n}"))).await.unwrap();
    }
    let fault = stand.start(&order("one more")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.what.contains("10 of 10 starts in an hour in all") && fault.what.contains("`all`"), "{fault}");
    assert_eq!((stand.sent(), entries(&stand.book).len()), (10, 10), "a refusal is no intent");
    tokio::time::advance(Duration::from_secs(3601)).await;
    stand.start(&order("one more")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_repository_typed_in_another_case_has_no_starts_of_its_own() {
    let stand = Stand::new(holding(each(Says { starts_per_hour: Some(2), ..Says::default() })));
    let spelt = |prompt: &str, name: String| {
        let mut order = order(prompt);
        order.request.repo = name.parse().unwrap();
        order
    };
    stand.start(&spelt("one", repo().to_string())).await.unwrap();
    stand.start(&spelt("two", repo().to_string().to_uppercase())).await.unwrap();
    for name in [repo().to_string(), repo().to_string().to_uppercase()] {
        let fault = stand.start(&spelt("three", name)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    }
    let again = stand.start(&spelt("one", repo().to_string().to_uppercase())).await.unwrap_err();
    assert_eq!((again.kind, stand.sent()), (FaultKind::Refused, 2));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_resets_no_cap() {
    let skew = Arc::new(AtomicI64::new(0));
    let (by, real) = (skew.clone(), clock());
    let now: atc::domain::Now = Arc::new(move || real() + TimeDelta::seconds(by.load(Ordering::SeqCst)));
    let stand = Stand::at(holding(in_all(Says { starts_per_hour: Some(2), ..Says::default() })), now);
    for n in 0..2 {
        stand.start(&order(&format!("prompt {n}"))).await.unwrap();
    }
    for seconds in [0, 7_200, -7_200, 400_000, -400_000] {
        skew.store(seconds, Ordering::SeqCst);
        let fault = stand.start(&order("one more")).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "the clock was set by {seconds} s: {fault}");
    }
    assert_eq!(stand.sent(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_fourth_task_at_work_is_refused_and_those_that_wait_do_not_count() {
    for (running, expected) in [(2, true), (3, false)] {
        let stand = Stand::new(holding(Policy::default()));
        *stand.fake.on_own.lock().unwrap() = Box::new(move |query| {
            assert!(query.repo.is_none() && query.states.contains(&State::Queued));
            let mut tasks: Vec<_> =
                (0..running).map(|n| task(&format!("r{n}"), State::InProgress, Instant::UNIX_EPOCH)).collect();
            tasks.push(task("waits", State::WaitingForUser, Instant::UNIX_EPOCH));
            Ok(page(tasks))
        });
        let result = stand.start(&order("x")).await;
        assert_eq!(result.is_ok(), expected, "{running} running: {result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn starts_at_the_same_moment_do_not_slip_through_together() {
    let stand = Stand::new(holding(in_all(Says { starts_per_hour: Some(3), ..Says::default() })));
    let orders: Vec<Order> = (0..20).map(|n| order(&format!("prompt {n}"))).collect();
    let results = futures_util::future::join_all(orders.iter().map(|order| stand.start(order))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    assert_eq!(stand.sent(), 3);
}

#[tokio::test(start_paused = true)]
async fn two_consoles_on_one_ledger_share_its_caps() {
    let policy = || in_all(Says { starts_per_hour: Some(3), ..Says::default() });
    let one = Stand::new(holding(policy()));
    let gate = holding(policy());
    let other = ops::Context { gate, ..one.context.clone() };
    let orders: Vec<Order> = (0..12).map(|n| order(&format!("prompt {n}"))).collect();
    let results = futures_util::future::join_all(orders.iter().enumerate().map(|(n, order)| {
        let context = if n % 2 == 0 { &one.context } else { &other };
        ops::start::start(context, order)
    }))
    .await;
    assert_eq!(results.iter().filter(|answer| answer.result.is_ok()).count(), one.sent());
    assert!(one.sent() <= 3, "{} were sent", one.sent());
    let rejected = outcomes(&one.book).iter().filter(|o| matches!(o, Some(Outcome::Rejected(_)))).count();
    assert_eq!(entries(&one.book).len(), one.sent() + rejected, "who came too late is recorded as rejected");
}

#[tokio::test(start_paused = true)]
async fn what_allowed_a_start_is_in_the_ledger_with_the_reason_that_was_typed() {
    let says = Says { open_pulls: Some(0), reason_beyond: Some(vec![Key::OpenPulls]), ..Says::default() };
    let stand = Stand::new(holding(each(says)));
    let fault = stand.start(&order("x")).await.unwrap_err();
    assert!(fault.what.contains("needs a reason: 0 of 0 open PRs") && fault.next_step.contains("reason"), "{fault}");
    assert_eq!((stand.sent(), entries(&stand.book).len()), (0, 0));
    let order = Order { reason: Some("the release waits for it".into()), ticket: Some("OPS-7".into()), ..order("x") };
    stand.start(&order).await.unwrap();
    let intent = entries(&stand.book).remove(0).intent;
    let granted = intent.granted.unwrap();
    assert_eq!((granted.verdict.as_str(), granted.rule.as_str()), ("reason", "everywhere"));
    assert_eq!(granted.reason.as_deref(), Some("the release waits for it"));
    assert_eq!((intent.ticket.as_deref(), intent.prompt.as_deref()), (Some("OPS-7"), Some("x")));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_read_in_full_is_not_known() {
    let says = || Says { open_pulls: Some(100), ..Says::default() };
    let stand = Stand::new(holding(each(says())));
    let pull = |id| Artifact::Pull { id: PullId(id), node: None, state: None };
    *stand.fake.on_list.lock().unwrap() = Box::new(move |_| {
        let mut one = task("a", State::Completed, Instant::UNIX_EPOCH);
        one.artifacts = vec![pull(1)];
        Ok(page(vec![one]))
    });
    let answer = ops::start::start(&stand.context, &order("x")).await;
    assert_eq!(answer.judged.verdict(), Verdict::NeedsReason, "the pull request cannot be seen");
    assert!(answer.judged.line().contains("1 of 1 pull requests cannot be seen"), "{}", answer.judged.line());
    let stand = Stand::new(holding(each(says())));
    *stand.fake.on_list.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::Timeout, "no answer", "wait")));
    let answer = ops::start::start(&stand.context, &order("x")).await;
    assert!(answer.judged.line().contains("open PRs not known: no answer"), "{}", answer.judged.line());
    assert_eq!(stand.sent(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_prompt_is_started_again_only_when_that_was_confirmed() {
    let stand = Stand::new(holding(Policy::unlimited()));
    *stand.fake.on_list.lock().unwrap() =
        Box::new(|_| Ok(page(vec![task("t1", State::InProgress, Instant::UNIX_EPOCH)])));
    stand.start(&order("the same")).await.unwrap();
    let fault = stand.start(&order("the same")).await.unwrap_err();
    assert!(fault.what.contains("the same prompt is task t1") && fault.next_step.contains("confirm"), "{fault}");
    stand.start(&order("another")).await.unwrap();
    stand.start(&Order { again: true, ..order("the same") }).await.unwrap();
    assert_eq!(stand.sent(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_read_lets_nothing_through_a_cap() {
    let stand = Stand::new(holding(in_all(Says { starts_per_hour: Some(10), ..Says::default() })));
    stand.book.fail_next(On::Read, Fault::new(FaultKind::Local, "the disk is gone", "look"));
    let fault = stand.start(&order("x")).await.unwrap_err();
    assert!(fault.what.contains("not known: the disk is gone"), "{fault}");
    assert_eq!(stand.sent(), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_under_a_policy_that_is_broken_and_everything_again_once_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    let file = PolicyFile { path: path.clone(), named: false };
    let gate = Gate::new(Arc::new(move || load(&file)));
    let stand = Stand::new(gate);
    let broken: [&[u8]; 6] =
        [b"[all", b"[all]\nactive = -1", b"[al]\nactive = 1", b"\xff\xfe", b"[[rule]]\nid = \"x\"", b"all = 3"];
    for bytes in broken {
        std::fs::write(&path, bytes).unwrap();
        let order = Order { reason: Some("a reason long enough".into()), again: true, ..order("x") };
        let fault = stand.start(&order).await.unwrap_err();
        assert!(fault.what.contains("policy.toml:") && fault.what.contains("mended"), "{fault}");
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(stand.start(&order("x")).await.unwrap_err().what.contains("is no file"));
    assert_eq!((stand.sent(), entries(&stand.book).len()), (0, 0));
    std::fs::remove_dir(&path).unwrap();
    stand.start(&order("x")).await.unwrap();
    assert_eq!(entries(&stand.book)[0].intent.granted.as_ref().unwrap().policy_hash, None, "the defaults");
    std::fs::write(&path, "[all]\nactive = 2\n").unwrap();
    stand.start(&order("y")).await.unwrap();
    let wanted = Wanted { action: Some(Action::Start), ..Wanted::default() };
    let newest = stand.book.find(&wanted, 1).unwrap().remove(0).intent.granted.unwrap();
    assert_eq!(newest.policy_hash, load(&PolicyFile { path, named: true }).hash);
    assert!(newest.policy_hash.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_policy_file_that_was_named_must_be_there() {
    let file = PolicyFile { path: "/nowhere/policy.toml".into(), named: true };
    let stand = Stand::new(Gate::new(Arc::new(move || load(&file))));
    assert!(stand.start(&order("x")).await.unwrap_err().what.contains("no such file"));
    assert_eq!(stand.sent(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_who_is_not_named_cannot_start() {
    let stand = Stand::new(holding(each(Says { who: Some(vec!["hubot".into()]), ..Says::default() })));
    let fault = stand.start(&order("x")).await.unwrap_err();
    assert!(fault.what.contains("mona may not start tasks here"), "{fault}");
    stand.fake.viewer.lock().unwrap().login = "hubot".into();
    stand.start(&order("x")).await.unwrap();
    assert_eq!(entries(&stand.book)[0].intent.login.as_deref(), Some("hubot"));
}

#[tokio::test(start_paused = true)]
async fn of_one_key_one_is_started_in_a_time_and_the_next_asks_nobody_anything() {
    let stand = Stand::new(holding(Policy::unlimited()));
    let once =
        |ago: i64| OnceSince { key: "release-notes".into(), since: (stand.context.now)() - TimeDelta::seconds(ago) };
    let begun = async |order: &Order, ago: i64| ops::start::start_once(&stand.context, order, &once(ago)).await;
    let first = order("notes");
    assert!(matches!(begun(&first, 3600).await, Began::Answered(answer) if answer.result.is_ok()));
    let lists = stand.fake.calls("");
    let Began::Used(entry) = begun(&order("notes"), 3600).await else { panic!("it was started twice") };
    assert_eq!((entry.intent.id, stand.fake.calls("")), (first.id, lists));
    assert_eq!(stand.sent(), 1);
    tokio::time::advance(Duration::from_secs(3601)).await;
    // The same prompt is a duplicate only while it is open; the first has ended.
    let again = Order { again: true, ..order("notes") };
    assert!(matches!(begun(&again, 3600).await, Began::Answered(answer) if answer.result.is_ok()));
    assert_eq!(stand.sent(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_was_refused_uses_up_nothing() {
    let stand = Stand::new(holding(in_all(Says { starts_per_hour: Some(0), ..Says::default() })));
    let once = OnceSince { key: "k".into(), since: (stand.context.now)() - TimeDelta::hours(1) };
    for _ in 0..2 {
        let Began::Answered(answer) = ops::start::start_once(&stand.context, &order("x"), &once).await else {
            panic!("a refusal is no start")
        };
        assert_eq!(answer.result.unwrap_err().kind, FaultKind::Refused);
    }
    assert_eq!(stand.sent(), 0);
}
