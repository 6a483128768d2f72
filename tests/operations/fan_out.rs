//! One prompt to several repositories: one start after the other, each with its own end, nothing lost and nothing twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atc::domain::plan::{Plan, PlanNews, Turn};
use atc::domain::policy::{InForce, Policy, Rule, Says, Verdict};
use atc::domain::start::Order;
use atc::domain::{Fault, FaultKind, RepoName, StartRequest, State, Task};
use atc::ledger::memory::{Memory, On};
use atc::ledger::port::{Action, Outcome};
use atc::ledger::{Ledger as _, Wanted};
use atc::ops::fan_out::{self, Pace, fan_out};
use atc::ops::{self, Gate};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant as Tick;
use uuid::Uuid;

use crate::fake::{Fake, clock, open_gate, page, session, task};
use crate::ledger::{entries, outcomes};

const PLAN: Uuid = Uuid::from_u128(42);

fn repo(name: &str) -> RepoName {
    format!("acme/{name}").parse().unwrap()
}

fn order(name: &str) -> Order {
    let request = StartRequest {
        repo: repo(name),
        prompt: "Move to the new client".into(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    };
    Order::new(Uuid::new_v4(), request)
}

fn plan(names: &[&str]) -> Plan {
    Plan { id: PLAN, orders: names.iter().map(|name| order(name)).collect() }
}

fn started(request: &StartRequest, at: atc::domain::Instant) -> Task {
    let mut task = task(&format!("t-{}", request.repo.name()), State::Queued, at);
    task.at.repo = request.repo.clone();
    task
}

struct Stand {
    fake: Arc<Fake>,
    book: Arc<Memory>,
    context: ops::Context,
    stop: watch::Sender<bool>,
    sent_at: Arc<std::sync::Mutex<Vec<(String, Duration)>>>,
}

impl Stand {
    fn new(gate: Gate) -> Self {
        Self::answering(gate, |_| None)
    }

    /// Every start becomes a task but those that meet a fault.
    fn answering(gate: Gate, fault: impl Fn(&str) -> Option<Fault> + Send + 'static) -> Self {
        let now = clock();
        let fake = Fake::new(now.clone());
        let (at, sent_at, begun) = (now.clone(), Arc::default(), Tick::now());
        let seen: Arc<std::sync::Mutex<Vec<(String, Duration)>>> = Arc::clone(&sent_at);
        *fake.on_start.lock().unwrap() = Box::new(move |request| {
            seen.lock().unwrap().push((request.repo.name().to_owned(), begun.elapsed()));
            fault(request.repo.name()).map_or_else(|| Ok(started(&request, at())), Err)
        });
        *fake.on_list.lock().unwrap() = Box::new(|_| Ok(page(Vec::new())));
        let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
        let context = ops::Context { provider: fake.clone(), ledger: book.clone(), now, who: "op".into(), gate };
        Self { fake, book, context, stop: watch::channel(false).0, sent_at }
    }

    async fn run(&self, plan: Plan) -> Vec<PlanNews> {
        let (report, mut reports) = mpsc::channel(4);
        let all = async {
            let mut all = Vec::new();
            while let Some(news) = reports.recv().await {
                all.push(news);
            }
            all
        };
        tokio::join!(fan_out(&self.context, plan, Pace::default(), self.stop.subscribe(), report), all).1
    }

    /// How each row ended, in the order of their ends.
    async fn ends(&self, plan: Plan) -> Vec<(String, Turn)> {
        ends(self.run(plan).await)
    }

    fn sent(&self) -> Vec<String> {
        self.sent_at.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }

    async fn look(&self) -> Vec<(String, Turn)> {
        let told = fan_out::look(&self.context, PLAN).await.unwrap();
        told.into_iter().map(|(repo, turn)| (repo.name().to_owned(), turn)).collect()
    }
}

fn ends(all: Vec<PlanNews>) -> Vec<(String, Turn)> {
    let end = |news| match news {
        PlanNews::Row { repo, turn, .. } if turn.is_final() => Some((repo.name().to_owned(), turn)),
        _ => None,
    };
    all.into_iter().filter_map(end).collect()
}

/// One word for each end.
fn words(ends: &[(String, Turn)]) -> Vec<String> {
    let word = |turn: &Turn| match turn {
        Turn::Sending => "sending",
        Turn::Started(_) => "started",
        Turn::Refused(_) => "refused",
        Turn::Rejected(_) => "rejected",
        Turn::Unknown(_) => "unknown",
        Turn::NotSent(_) => "not sent",
    };
    ends.iter().map(|(name, turn)| format!("{name} {}", word(turn))).collect()
}

fn why<'a>(ends: &'a [(String, Turn)], name: &str) -> &'a str {
    let (_, turn) = ends.iter().find(|(row, _)| row == name).unwrap();
    turn.why().unwrap()
}

fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, format!("the service says {kind:?}"), "do something")
}

#[tokio::test(start_paused = true)]
async fn rows_go_one_after_the_other_at_the_documented_pace_and_share_the_plans_id() {
    let stand = Stand::new(open_gate());
    let all = stand.run(plan(&["a", "b", "c", "d"])).await;
    assert!(matches!(all.last(), Some(PlanNews::Ended { why: None })));
    let turns: Vec<bool> = all
        .iter()
        .filter_map(|news| match news {
            PlanNews::Row { turn, .. } => Some(turn.is_final()),
            _ => None,
        })
        .collect();
    assert_eq!(turns, [false, true].repeat(4), "never two at once");
    assert_eq!(words(&ends(all)), ["a started", "b started", "c started", "d started"]);
    let times: Vec<Duration> = stand.sent_at.lock().unwrap().iter().map(|(_, at)| *at).collect();
    assert!(times.windows(2).all(|two| two[1] >= two[0] + Duration::from_secs(1)), "{times:?}");
    assert!(entries(&stand.book).iter().all(|entry| entry.intent.plan == Some(PLAN)));
    let ids: std::collections::HashSet<Uuid> = entries(&stand.book).iter().map(|entry| entry.intent.id).collect();
    assert_eq!(ids.len(), 4, "every row has an intent of its own");
    let wanted = Wanted { plan: Some(PLAN), ..Wanted::default() };
    assert_eq!(stand.book.number(&wanted).unwrap(), 4);
    let other = Wanted { plan: Some(Uuid::nil()), ..Wanted::default() };
    assert_eq!(stand.book.number(&other).unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_the_middle_is_nothing_to_the_other_rows() {
    for (kind, word) in [
        (FaultKind::Invalid, "rejected"),
        (FaultKind::Permission, "rejected"),
        (FaultKind::Gone, "rejected"),
        (FaultKind::UnknownOutcome, "unknown"),
    ] {
        let stand = Stand::answering(open_gate(), move |name| (name == "b").then(|| fault(kind)));
        let ends = stand.ends(plan(&["a", "b", "c"])).await;
        assert_eq!(words(&ends), ["a started", &format!("b {word}"), "c started"]);
        assert!(why(&ends, "b").contains(&format!("{kind:?}")), "{ends:?}");
        assert_eq!(stand.sent(), ["a", "b", "c"], "each once");
    }
}

#[tokio::test(start_paused = true)]
async fn the_gate_judges_each_at_its_turn_and_closes_when_the_rows_before_have_filled_it() {
    let says = Says { starts_per_hour: Some(2), ..Says::default() };
    let policy = Policy { all: vec![Rule::everywhere("team", says)], ..Policy::unlimited() };
    let stand = Stand::new(Gate::holding(InForce::of(policy)));
    let orders = plan(&["a", "b", "c", "d"]).orders;
    let before = fan_out::lay_out(&stand.context, orders.clone(), &[]).await;
    assert!(before.iter().all(|(_, weighed)| weighed.verdict == Verdict::Allowed), "each by itself may go");
    let ends = stand.ends(Plan { id: PLAN, orders }).await;
    assert_eq!(words(&ends), ["a started", "b started", "c refused", "d refused"]);
    assert!(why(&ends, "d").contains("2 of 2 starts in an hour in all (rule `team`)"), "{ends:?}");
    assert_eq!(entries(&stand.book).len(), 2, "a refusal is no intent");
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_hits_every_row_ends_the_plan_and_the_rest_can_be_sent_later() {
    for (kind, second) in [
        (FaultKind::Authentication, "b rejected"),
        (FaultKind::Unsupported, "b rejected"),
        (FaultKind::Offline, "b not sent"),
        (FaultKind::HeldBack, "b not sent"),
    ] {
        let broken = Arc::new(AtomicUsize::new(1));
        let is_broken = Arc::clone(&broken);
        let stand = Stand::answering(open_gate(), move |name| {
            (name == "b" && is_broken.load(Ordering::SeqCst) == 1).then(|| fault(kind))
        });
        let all = stand.run(plan(&["a", "b", "c", "d"])).await;
        let Some(PlanNews::Ended { why: Some(ended_by) }) = all.last() else { panic!("{all:?}") };
        assert!(ended_by.contains(&format!("{kind:?}")), "{ended_by}");
        let ends = ends(all);
        assert_eq!(words(&ends), ["a started", second, "c not sent", "d not sent"]);
        assert!(why(&ends, "d").contains(&format!("{kind:?}")), "why not is said of each");
        assert_eq!(stand.sent(), ["a", "b"]);
        assert_eq!(entries(&stand.book).len(), 2, "what was not sent is not recorded");
        // Mended: the rest goes under the same id.
        broken.store(0, Ordering::SeqCst);
        let ends = stand.ends(plan(&["b", "c", "d"])).await;
        assert_eq!(words(&ends), ["b started", "c started", "d started"]);
        let told = stand.look().await;
        assert_eq!(words(&told).len(), 4, "of each the newest: {told:?}");
        assert!(told.iter().all(|(_, turn)| matches!(turn, Turn::Started(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_record_ends_the_plan_before_anything_is_sent() {
    let stand = Stand::new(open_gate());
    stand.book.fail_next(On::Claim, Fault::new(FaultKind::Local, "the disk is full", "make room"));
    let ends = stand.ends(plan(&["a", "b"])).await;
    assert_eq!(words(&ends), ["a not sent", "b not sent"]);
    assert!(why(&ends, "b").contains("the disk is full"), "{ends:?}");
    assert!(stand.sent().is_empty());
    assert_eq!(words(&stand.ends(plan(&["a", "b"])).await), ["a started", "b started"]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_the_service_is_waited_for_and_the_second_in_a_row_ends_the_plan() {
    let now = clock();
    let limited = move |name: &str| {
        let seconds = match name {
            "b" => 30,
            "x" | "y" => 20,
            "long" => 3000,
            _ => return None,
        };
        Some(fault(FaultKind::RateLimited).retry_at(now() + chrono::TimeDelta::seconds(seconds)))
    };
    let stand = Stand::answering(open_gate(), limited);
    let all = stand.run(plan(&["a", "b", "c"])).await;
    assert!(all.iter().any(|news| matches!(news, PlanNews::Holds { why, .. } if why.contains("RateLimited"))));
    assert_eq!(words(&ends(all)), ["a started", "b rejected", "c started"]);
    let times = stand.sent_at.lock().unwrap().clone();
    assert!(times[2].1 >= times[1].1 + Duration::from_secs(29), "{times:?}");
    let ends = stand.ends(plan(&["x", "y", "z"])).await;
    assert_eq!(words(&ends), ["x rejected", "y rejected", "z not sent"]);
    let begun = Tick::now();
    let ends = stand.ends(plan(&["long", "z"])).await;
    assert_eq!(words(&ends), ["long rejected", "z not sent"]);
    assert!(begun.elapsed() < Duration::from_secs(10), "nobody waits an hour beside it");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_names_no_time_is_given_a_minute() {
    let stand = Stand::answering(open_gate(), |name| (name == "a").then(|| fault(FaultKind::RateLimited)));
    assert_eq!(words(&stand.ends(plan(&["a", "b"])).await), ["a rejected", "b started"]);
    let times = stand.sent_at.lock().unwrap().clone();
    assert!(times[1].1 >= times[0].1 + Duration::from_mins(1), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_the_row_on_its_way_end_and_sends_no_other() {
    let stand = Stand::new(open_gate());
    let (report, mut reports) = mpsc::channel(4);
    let watching = async {
        let mut all = Vec::new();
        while let Some(news) = reports.recv().await {
            if matches!(&news, PlanNews::Row { repo, turn: Turn::Sending, .. } if repo.name() == "b") {
                stand.stop.send_replace(true);
            }
            all.push(news);
        }
        all
    };
    let rows = plan(&["a", "b", "c", "d"]);
    let run = fan_out(&stand.context, rows, Pace::default(), stand.stop.subscribe(), report);
    let ((), all) = tokio::join!(run, watching);
    assert!(matches!(all.last(), Some(PlanNews::Ended { why: Some(_) })));
    assert_eq!(words(&ends(all)), ["a started", "b started", "c not sent", "d not sent"]);
    assert_eq!(stand.sent(), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_between_two_rows_the_rest_is_simply_not_started_and_goes_on() {
    let stand = Stand::new(open_gate());
    let (report, _nobody) = mpsc::channel(64);
    let rows = plan(&["a", "b", "c", "d"]);
    let run = fan_out(&stand.context, rows, Pace::default(), stand.stop.subscribe(), report);
    // Dropped in the pause after the second row.
    tokio::time::timeout(Duration::from_millis(1_600), run).await.unwrap_err();
    assert_eq!(stand.sent(), ["a", "b"]);
    let told = stand.look().await;
    assert_eq!(words(&told), ["a started", "b started"], "of the others nothing is known, for nothing happened");
    assert_eq!(words(&stand.ends(plan(&["c", "d"])).await), ["c started", "d started"]);
    assert_eq!(stand.sent(), ["a", "b", "c", "d"], "none twice");
}

#[tokio::test(start_paused = true)]
async fn after_a_kill_in_the_middle_of_a_request_its_task_is_looked_for_and_never_sent_again() {
    for found in [true, false] {
        let stand = Stand::new(open_gate());
        let (report, _nobody) = mpsc::channel(64);
        let run = fan_out(&stand.context, plan(&["a", "b"]), Pace::default(), stand.stop.subscribe(), report);
        // Each answer takes 20 ms, and first it is asked whose token it is: the intent is there, its outcome is not.
        tokio::time::timeout(Duration::from_millis(30), run).await.unwrap_err();
        assert_eq!((stand.sent().len(), outcomes(&stand.book)), (1, vec![None]));
        let told = stand.look().await;
        assert_eq!(words(&told), ["a unknown"], "another console may be waiting for the answer");
        assert_eq!(outcomes(&stand.book), [None]);

        tokio::time::advance(Duration::from_secs(90)).await;
        let now = (stand.context.now)();
        let made = entries(&stand.book)[0].intent.at;
        if found {
            let mut there = started(&order("a").request, made);
            there.sessions = Some(vec![session(State::Queued, made, "Move to the new client")]);
            stand.fake.tasks.lock().unwrap().insert(there.at.id.clone(), there.clone());
            *stand.fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(vec![there.clone()])));
        }
        let told = stand.look().await;
        let expected = if found { "a started" } else { "a unknown" };
        assert_eq!(words(&told), [expected], "looked for at {now}");
        match &outcomes(&stand.book)[..] {
            [Some(Outcome::Confirmed(id))] if found => assert_eq!(id, "t-a"),
            // It stays open, and is looked for again.
            [None] if !found => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(stand.sent().len(), 1, "looking sends nothing");
        assert_eq!(words(&stand.look().await), [expected], "and says the same again");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_started_goes_again_only_when_that_was_wanted() {
    let first = Arc::new(AtomicUsize::new(0));
    let tries = Arc::clone(&first);
    let stand = Stand::answering(open_gate(), move |_| {
        (tries.fetch_add(1, Ordering::SeqCst) == 0).then(|| fault(FaultKind::UnknownOutcome))
    });
    assert_eq!(words(&stand.ends(plan(&["a"])).await), ["a unknown"]);
    let ends = stand.ends(plan(&["a"])).await;
    assert_eq!(words(&ends), ["a refused"]);
    assert!(why(&ends, "a").contains("the same prompt may have been started"), "{ends:?}");
    let mut again = plan(&["a"]);
    again.orders[0].again = true;
    assert_eq!(words(&stand.ends(again).await), ["a started"]);
    assert_eq!(stand.book.count(Action::Start, chrono::DateTime::UNIX_EPOCH).unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_laid_out_with_what_is_said_of_each_row_a_few_asked_about_at_a_time() {
    let says = Says { open_pulls: Some(3), ..Says::default() };
    let policy = Policy { everywhere: vec![Rule::everywhere("team", says)], ..Policy::unlimited() };
    let stand = Stand::new(Gate::holding(InForce::of(policy)));
    let failing = repo("c");
    *stand.fake.on_list.lock().unwrap() = Box::new(move |query| {
        if query.repo.as_ref() == Some(&failing) { Err(fault(FaultKind::Timeout)) } else { Ok(page(Vec::new())) }
    });
    stand.run(plan(&["b"])).await;
    let mut orders = plan(&["a", "b", "c", "other", "d", "e", "f", "g", "h"]).orders;
    for order in &mut orders {
        order.template = Some("bump".into());
    }
    let only = ["acme/a*", "acme/b", "acme/c", "acme/d", "acme/e", "acme/f", "acme/g", "acme/h"];
    let only: Vec<_> = only.iter().map(|text| text.parse().unwrap()).collect();
    let begun = Tick::now();
    let rows = fan_out::lay_out(&stand.context, orders, &only).await;
    assert!(begun.elapsed() >= Duration::from_millis(40), "eight questions, four at a time, are two turns");
    let said: Vec<(&str, Verdict, &str)> = rows
        .iter()
        .map(|(order, weighed)| (order.request.repo.name(), weighed.verdict, weighed.line.as_str()))
        .collect();
    assert_eq!(said[0], ("a", Verdict::Allowed, "allowed by rule `team`: 0 of 3 open PRs"));
    assert!(said[2].1 == Verdict::NeedsReason && said[2].2.contains("open PRs not known"), "{said:?}");
    assert!(said[3].1 == Verdict::Refused && said[3].2.contains("bump is not for acme/other"), "{said:?}");
    assert!(rows[1].1.is_duplicate() && !rows[0].1.is_duplicate(), "{:?}", rows[1].1);
    assert_eq!(said.iter().map(|row| row.0).collect::<String>(), "abcotherdefgh", "in the order they were given");
}
