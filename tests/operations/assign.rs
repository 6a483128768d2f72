//! Assigning an issue to the agent: the gate first, one POST, and an honest outcome, down to the task that comes of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use atc::domain::assign::{AssignOrder, Assignment};
use atc::domain::policy::{InForce, Key, Policy, Rule, Says};
use atc::domain::{
    Artifact, Assignee, Fault, FaultKind, Happened, Instant, Issue, IssueRef, Pull, PullId, PullState, Reference,
    ReviewDecision, State, Task, Timeline, TimelineEvent,
};
use atc::ledger::memory::Memory;
use atc::ledger::port::{Action, Outcome};
use atc::ledger::{Ledger as _, Wanted};
use atc::ops;
use atc::ops::assign::{Answer, assign};
use atc::provider::port::Fetched;
use uuid::Uuid;

use crate::fake::{Fake, clock, page, repo, task};
use crate::ledger::{entries, outcomes};

fn at() -> IssueRef {
    IssueRef { repo: repo(), number: 412 }
}

fn issue(logins: &[&str]) -> Issue {
    let assignee = |login: &&str| Assignee { login: (*login).into(), agent: *login == "Copilot" };
    Issue {
        at: at(),
        title: "Fails now and then".into(),
        body: "About one run in twelve.".into(),
        open: true,
        labels: Vec::new(),
        assignees: logins.iter().map(assignee).collect(),
        author: None,
        created_at: None,
        html_url: None,
    }
}

fn order() -> AssignOrder {
    let assignment = Assignment {
        issue: at(),
        base_branch: None,
        instructions: "Only the gateway.".into(),
        custom_agent: None,
        model: None,
    };
    AssignOrder { id: Uuid::new_v4(), assignment, reason: None, again: false }
}

fn event(what: Happened, at: Instant) -> TimelineEvent {
    TimelineEvent { at: Some(at), what, by: None, app: None, text: None, record: "{}".into() }
}

fn names_it(number: u64, at: Instant) -> TimelineEvent {
    let from = Reference {
        repo: repo(),
        number,
        title: "[WIP] Fix".into(),
        url: None,
        by_agent: true,
        pull: true,
        open: true,
        created_at: Some(at),
    };
    event(Happened::Referenced(Box::new(from)), at)
}

#[expect(clippy::unnecessary_wraps, reason = "what a script answers")]
fn timeline(events: Vec<TimelineEvent>) -> Result<Fetched<Timeline>, Fault> {
    Ok(Fetched::New { value: Timeline { events, ..Timeline::default() }, validator: None })
}

fn pull(number: u64, at: Instant) -> Pull {
    Pull {
        id: PullId(number * 7),
        node: atc::domain::NodeId::new("PR_1"),
        repo: repo(),
        number,
        title: "t".into(),
        url: "https://github.com/acme/api/pull/1".into(),
        state: PullState::Draft,
        head_ref: "copilot/fix".into(),
        base_ref: "main".into(),
        author: None,
        created_at: at,
        updated_at: at,
        additions: 0,
        deletions: 0,
        review: ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: atc::domain::Mergeable::Conflicting,
        checks: None,
        standing: atc::domain::Standing::default(),
    }
}

fn with_pull(id: &str, number: u64, at: Instant) -> Task {
    let artifact = Artifact::Pull { id: PullId(number * 7), node: None, state: None };
    Task { artifacts: vec![artifact], ..task(id, State::InProgress, at) }
}

/// An issue nobody is in charge of, and a service that takes the assignment; two tasks with pull requests of their own.
fn willing() -> Fake {
    let fake = Fake::new(clock());
    *fake.on_issue.lock().unwrap() = Box::new(|_| Ok(issue(&["mona"])));
    *fake.on_assign.lock().unwrap() = Box::new(|_| Ok(issue(&["mona", "Copilot"])));
    *fake.on_timeline.lock().unwrap() = Box::new(|_| timeline(Vec::new()));
    let now = fake.now.clone();
    *fake.on_list.lock().unwrap() =
        Box::new(move |_| Ok(page(vec![with_pull("other", 1289, now()), with_pull("mine", 1290, now())])));
    let now = fake.now.clone();
    *fake.on_pulls.lock().unwrap() = Box::new(move |refs| {
        Ok(refs.iter().map(|wanted| Some(Pull { id: wanted.id, ..pull(wanted.id.0 / 7, now()) })).collect())
    });
    fake
}

/// The pull request is named on the timeline from its `nth` reading on; the gate's is the first.
fn named_from(fake: &Fake, nth: usize) {
    let (asked, now) = (AtomicUsize::new(0), fake.now.clone());
    *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
        let there = asked.fetch_add(1, Ordering::SeqCst) + 1 >= nth;
        timeline(if there { vec![names_it(1290, now())] } else { Vec::new() })
    });
}

struct Stage {
    fake: Arc<Fake>,
    book: Arc<Memory>,
    context: ops::Context,
}

fn stage(fake: Fake) -> Stage {
    under(fake, Policy::unlimited())
}

fn under(fake: Fake, policy: Policy) -> Stage {
    let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
    let context = ops::Context {
        provider: fake.clone(),
        ledger: book.clone(),
        now: fake.now.clone(),
        who: "op".into(),
        gate: ops::Gate::holding(InForce::of(policy)),
    };
    Stage { fake, book, context }
}

fn lost() -> Fault {
    Fault::new(
        FaultKind::UnknownOutcome,
        "the connection broke after the request was sent",
        "look before sending again",
    )
}

fn fault(answer: Answer) -> Fault {
    answer.result.expect_err("a fault was expected")
}

#[tokio::test(start_paused = true)]
async fn an_assigned_issue_is_followed_to_its_task_and_the_ledger_names_it() {
    let fake = willing();
    named_from(&fake, 4);
    let Stage { fake, book, context } = stage(fake);
    let begun = tokio::time::Instant::now();
    let assigned = assign(&context, &order()).await.result.unwrap();
    let [Some(Outcome::Unknown(so_far))] = &outcomes(&book)[..] else { panic!("not a task yet") };
    assert!(so_far.contains("assigned to acme/api#412"), "{so_far}");
    let work = assigned.work(&context).await;
    assert!(begun.elapsed().as_secs() < 6, "{:?}", begun.elapsed());
    assert_eq!((work.task.unwrap().at.id.raw(), work.pull.unwrap().number), ("mine", 1290));
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("mine".into()))]);
    let intent = &entries(&book)[0].intent;
    assert_eq!((intent.action, intent.ticket.as_deref()), (Action::Assign, Some("acme/api#412")));
    assert!(intent.request.contains("copilot-swe-agent[bot]") && intent.request.contains("Only the gateway."));
    assert!(intent.granted.is_some() && intent.prompt_hash.is_some());
    assert_eq!(fake.calls("assign"), 1);
    let of_task = Wanted { task: Some("mine".into()), ..Wanted::default() };
    assert_eq!(book.number(&of_task).unwrap(), 1, "the task's history begins with it");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_seen_within_a_minute_is_confirmed_without_a_task() {
    let Stage { fake, book, context } = stage(willing());
    let begun = tokio::time::Instant::now();
    let work = assign(&context, &order()).await.result.unwrap().work(&context).await;
    assert_eq!((work.task, work.pull), (None, None));
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("#412".into()))]);
    let looks = fake.calls("timeline");
    assert!((15..=25).contains(&looks), "closely at first, then with more patience: {looks}");
    assert_eq!(fake.calls("assign"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pull_request_whose_task_is_not_listed_is_named_in_its_place() {
    let fake = willing();
    named_from(&fake, 2);
    *fake.on_list.lock().unwrap() = Box::new(|_| Ok(page(vec![with_pull("other", 7, Instant::UNIX_EPOCH)])));
    let Stage { book, context, .. } = stage(fake);
    let work = assign(&context, &order()).await.result.unwrap().work(&context).await;
    assert!(work.task.is_none(), "never guessed");
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("#412 → acme/api#1290".into()))]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_service_is_recorded_as_one() {
    for (kind, what) in [(FaultKind::Permission, "403: the token may not do this"), (FaultKind::Gone, "410: gone")] {
        let fake = willing();
        *fake.on_assign.lock().unwrap() = Box::new(move |_| Err(Fault::new(kind, what, "see")));
        let Stage { book, context, .. } = stage(fake);
        assert_eq!(fault(assign(&context, &order()).await).kind, kind);
        assert_eq!(outcomes(&book), [Some(Outcome::Rejected(what.into()))]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_issue_that_cannot_be_seen_is_not_assigned_and_not_recorded() {
    let fake = willing();
    *fake.on_issue.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::NotFound, "404: not there", "check")));
    let Stage { fake, book, context } = stage(fake);
    assert_eq!(fault(assign(&context, &order()).await).kind, FaultKind::NotFound);
    assert!(entries(&book).is_empty());
    assert_eq!(fake.calls("assign"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_the_service_leaves_out_in_silence_is_said_to_be() {
    let fake = willing();
    *fake.on_assign.lock().unwrap() = Box::new(|_| Ok(issue(&["mona"])));
    let Stage { fake, book, context } = stage(fake);
    let fault = fault(assign(&context, &order()).await);
    assert!(fault.what.starts_with("not assigned: the service took the call but"), "{fault}");
    assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Rejected(_))]));
    assert_eq!((fake.calls("issue"), fake.calls("assign")), (2, 1), "read once more before it is said");
}

#[tokio::test(start_paused = true)]
async fn an_answer_older_than_its_change_is_read_again() {
    let fake = willing();
    *fake.on_assign.lock().unwrap() = Box::new(|_| Ok(issue(&["mona"])));
    let asked = AtomicUsize::new(0);
    *fake.on_issue.lock().unwrap() =
        Box::new(move |_| Ok(issue(if asked.fetch_add(1, Ordering::SeqCst) == 0 { &[] } else { &["Copilot"] })));
    let Stage { context, .. } = stage(fake);
    assign(&context, &order()).await.result.unwrap().work(&context).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_the_agent_is_no_refusal_where_the_issue_cannot_be_read_again() {
    // The first reading is the gate's.
    for faults in [1, 3, usize::MAX - 1] {
        let fake = willing();
        *fake.on_assign.lock().unwrap() = Box::new(|_| Ok(issue(&["mona"])));
        let asked = AtomicUsize::new(0);
        *fake.on_issue.lock().unwrap() = Box::new(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(issue(&[])),
            nth if nth <= faults => Err(Fault::new(FaultKind::Server, "502", "wait")),
            _ => Ok(issue(&["Copilot"])),
        });
        let Stage { fake, book, context } = stage(fake);
        let begun = tokio::time::Instant::now();
        let answer = assign(&context, &order()).await;
        assert_eq!(answer.result.is_ok(), faults <= 3, "a fault that passes is waited for");
        let [Some(Outcome::Unknown(so_far))] = &outcomes(&book)[..] else { panic!("{:?}", outcomes(&book)) };
        if let Err(fault) = answer.result {
            assert_eq!(fault.kind, FaultKind::UnknownOutcome);
            assert!(so_far.contains("could not be read again"), "{so_far}");
            assert_eq!((begun.elapsed().as_secs(), fake.calls("assign")), (15, 1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_on_the_issue_and_found() {
    let fake = willing();
    *fake.on_assign.lock().unwrap() = Box::new(|_| Err(lost()));
    let asked = AtomicUsize::new(0);
    *fake.on_issue.lock().unwrap() =
        Box::new(move |_| Ok(issue(if asked.fetch_add(1, Ordering::SeqCst) < 2 { &[] } else { &["Copilot"] })));
    named_from(&fake, 2);
    let Stage { fake, book, context } = stage(fake);
    assign(&context, &order()).await.result.unwrap().work(&context).await;
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("mine".into()))]);
    assert_eq!(fake.calls("assign"), 1, "never sent again by itself");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_that_is_not_found_stays_unknown_and_is_not_sent_again() {
    let fake = willing();
    *fake.on_assign.lock().unwrap() = Box::new(|_| Err(lost()));
    let Stage { fake, book, context } = stage(fake);
    let begun = tokio::time::Instant::now();
    assert_eq!(fault(assign(&context, &order()).await).kind, FaultKind::UnknownOutcome);
    assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Unknown(_))]));
    assert_eq!(fake.calls("assign"), 1);
    assert!(begun.elapsed().as_secs() <= 16, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn where_the_agent_was_in_charge_before_only_an_event_since_proves_a_lost_assignment() {
    for proof in [false, true] {
        let fake = willing();
        *fake.on_issue.lock().unwrap() = Box::new(|_| Ok(issue(&["Copilot"])));
        *fake.on_assign.lock().unwrap() = Box::new(|_| Err(lost()));
        let now = fake.now.clone();
        let asked = AtomicUsize::new(0);
        *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
            let put = event(Happened::Assigned { to: "Copilot".into(), agent: true }, now());
            timeline(if proof && asked.fetch_add(1, Ordering::SeqCst) > 0 { vec![put] } else { Vec::new() })
        });
        let Stage { context, .. } = stage(fake);
        let answer = assign(&context, &AssignOrder { again: true, ..order() }).await;
        assert_eq!(answer.result.is_ok(), proof);
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_may_be_under_way_must_be_wanted_again() {
    let before = |fake: &Fake, assigned: bool, open: bool| {
        let now = fake.now.clone();
        if assigned {
            *fake.on_issue.lock().unwrap() = Box::new(|_| Ok(issue(&["Copilot"])));
        }
        if open {
            *fake.on_timeline.lock().unwrap() = Box::new(move |_| timeline(vec![names_it(1200, now())]));
        }
    };
    for (assigned, open, word) in [(true, false, "assigned already"), (false, true, "acme/api#1200 for it is open")] {
        let fake = willing();
        before(&fake, assigned, open);
        let Stage { fake, book, context } = stage(fake);
        let refused = fault(assign(&context, &order()).await);
        assert_eq!(refused.kind, FaultKind::Refused);
        assert!(refused.what.contains(word), "{refused}");
        assert!(entries(&book).is_empty() && fake.calls("assign") == 0);
        let again = assign(&context, &AssignOrder { again: true, ..order() }).await.result;
        let work = again.unwrap().work(&context).await;
        assert_eq!(work.pull, None, "the pull request of before is no news");
    }
}

#[tokio::test(start_paused = true)]
async fn pull_requests_that_cannot_be_looked_for_are_not_taken_for_none() {
    let fake = willing();
    *fake.on_timeline.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::Permission, "403 there", "give more")));
    let Stage { fake, context, .. } = stage(fake);
    let refused = fault(assign(&context, &order()).await);
    assert!(refused.what.contains("not known: 403 there"), "{refused}");
    assert_eq!(fake.calls("assign"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_ticket_is_a_duplicate_whichever_way_it_was_started() {
    let fake = willing();
    named_from(&fake, 2);
    let Stage { fake, context, .. } = stage(fake);
    assign(&context, &order()).await.result.unwrap().work(&context).await;
    *fake.on_timeline.lock().unwrap() = Box::new(|_| timeline(Vec::new()));
    let other = Assignment { instructions: "Something else.".into(), ..order().assignment };
    let refused = fault(assign(&context, &AssignOrder { assignment: other, ..order() }).await);
    assert!(refused.what.contains("the same ticket is task mine"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn the_gate_judges_it_like_a_start_and_counts_it_as_one() {
    let mut policy = Policy::unlimited();
    policy.everywhere.insert(0, Rule::everywhere("one a day", Says { starts_per_day: Some(1), ..Says::default() }));
    let fake = willing();
    named_from(&fake, 2);
    let Stage { fake, book, context } = under(fake, policy);
    assign(&context, &order()).await.result.unwrap().work(&context).await;
    let other = Assignment { issue: IssueRef { number: 413, ..at() }, ..order().assignment };
    *fake.on_timeline.lock().unwrap() = Box::new(|_| timeline(Vec::new()));
    let refused = fault(assign(&context, &AssignOrder { assignment: other, ..order() }).await);
    assert!(refused.what.contains("1 of 1 starts in a day (rule `one a day`)"), "{refused}");
    assert_eq!((fake.calls("assign"), entries(&book).len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_asks_for_a_reason_has_it_in_the_ledger() {
    let says =
        Says { agents: None, starts_per_day: Some(0), reason_beyond: Some(vec![Key::StartsPerDay]), ..Says::default() };
    let mut policy = Policy::unlimited();
    policy.everywhere.insert(0, Rule::everywhere("ask", says));
    let fake = willing();
    named_from(&fake, 3);
    let Stage { book, context, .. } = under(fake, policy);
    assert!(fault(assign(&context, &order()).await).what.contains("needs a reason"));
    let order = AssignOrder { reason: Some("the release waits for it".into()), ..order() };
    assign(&context, &order).await.result.unwrap().work(&context).await;
    let granted = entries(&book)[0].intent.granted.clone().unwrap();
    assert_eq!((granted.rule.as_str(), granted.reason.as_deref()), ("ask", Some("the release waits for it")));
}

#[tokio::test(start_paused = true)]
async fn where_the_agent_is_not_enabled_nothing_is_sent_and_where_nobody_knows_it_is() {
    let fake = willing();
    *fake.on_assignable.lock().unwrap() = Box::new(|_| Ok(false));
    let Stage { fake, book, context } = stage(fake);
    let refused = fault(assign(&context, &order()).await);
    assert!(refused.what.contains("not enabled there for you"), "{refused}");
    assert!(entries(&book).is_empty() && fake.calls("assign") == 0);
    let fake = willing();
    *fake.on_assignable.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::Permission, "no GraphQL", "see")));
    let Stage { context, .. } = stage(fake);
    let assigned = assign(&context, &order()).await.result;
    assert!(assigned.is_ok(), "the service decides");
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_cannot_be_recorded_is_not_sent() {
    let Stage { fake, book, context } = stage(willing());
    book.close(Some(Fault::new(FaultKind::Local, "the disk is full", "make room")));
    assert!(fault(assign(&context, &order()).await).what.contains("nothing was sent"));
    assert_eq!(fake.calls("assign"), 0);
}

#[tokio::test(start_paused = true)]
async fn two_orders_at_once_are_not_both_sent_where_one_is_the_limit() {
    let mut policy = Policy::unlimited();
    policy.everywhere.insert(0, Rule::everywhere("one", Says { starts_per_hour: Some(1), ..Says::default() }));
    let Stage { fake, context, .. } = under(willing(), policy);
    let results = Mutex::new(Vec::new());
    let one = |number| {
        let (context, results) = (&context, &results);
        let assignment = Assignment { issue: IssueRef { number, ..at() }, ..order().assignment };
        async move {
            let answer = assign(context, &AssignOrder { assignment, ..order() }).await;
            results.lock().unwrap().push(answer.result.is_ok());
        }
    };
    tokio::join!(one(1), one(2));
    assert_eq!(results.lock().unwrap().iter().filter(|sent| **sent).count(), 1);
    assert_eq!(fake.calls("assign"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_assignment_is_settled_later_by_the_pull_request_that_names_its_issue() {
    let fake = willing();
    *fake.on_assign.lock().unwrap() = Box::new(|_| Err(lost()));
    let Stage { fake, book, context } = stage(fake);
    assert_eq!(fault(assign(&context, &order()).await).kind, FaultKind::UnknownOutcome);
    let claimed = entries(&book)[0].intent.at;
    *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
        timeline(vec![names_it(1200, claimed - chrono::TimeDelta::hours(3)), names_it(1290, claimed)])
    });
    let open = || async { ops::settle::waiting(&context).await.unwrap() };
    let intent = open().await.pop().unwrap().intent;
    assert_eq!(ops::reconcile::settle(&context, &intent).await.unwrap(), None, "it may still be on its way");
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    let task = ops::reconcile::settle(&context, &intent).await.unwrap().unwrap();
    assert_eq!(task.at.id.raw(), "mine", "not the one behind the earlier pull request");
    assert_eq!(outcomes(&book), [Some(Outcome::Confirmed("mine".into()))]);
    assert!(open().await.is_empty());
    assert_eq!(fake.calls("assign"), 1);
}

#[tokio::test(start_paused = true)]
async fn one_task_is_never_two_assignments() {
    let fake = willing();
    named_from(&fake, 2);
    let Stage { fake, book, context } = stage(fake);
    assign(&context, &order()).await.result.unwrap().work(&context).await;
    *fake.on_assign.lock().unwrap() = Box::new(|_| Err(lost()));
    let again = AssignOrder { again: true, ..order() };
    assert_eq!(fault(assign(&context, &again).await).kind, FaultKind::UnknownOutcome);
    tokio::time::sleep(std::time::Duration::from_mins(2)).await;
    let intent = ops::settle::waiting(&context).await.unwrap().pop().unwrap().intent;
    assert_eq!(ops::reconcile::settle(&context, &intent).await.unwrap(), None);
    assert!(outcomes(&book).iter().any(|outcome| matches!(outcome, Some(Outcome::Unknown(_)))));
}
