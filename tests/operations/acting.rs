//! What is done to a pull request: claimed first, sent once, refused where it is not what was seen, and looked for where the
//! answer was lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use atc::domain::pull::{Asked, Opinion, ReviewerKind, Verdict};
use atc::domain::timeline::Happened;
use atc::domain::{
    Conclusion, Fault, FaultKind, Mergeable, NodeId, Pull, PullAct, PullId, PullOrder, PullState, PullTarget,
    ReviewDecision, RunStatus, Standing, Timeline, TimelineEvent,
};
use atc::ledger::memory::Memory;
use atc::ledger::port::{Action, Outcome};
use atc::ops;
use atc::provider::port::Fetched;

use crate::fake::{Fake, Whose, clock, open_gate, repo, run};
use crate::ledger::{entries, outcomes};

pub fn pull(head: &str) -> Pull {
    Pull {
        id: PullId(5),
        node: NodeId::new("PR_5"),
        repo: repo(),
        number: 12,
        title: "Fix the flaky test".into(),
        url: "https://github.com/acme/api/pull/12".into(),
        state: PullState::Draft,
        head_ref: "copilot/fix".into(),
        base_ref: "main".into(),
        author: None,
        created_at: atc::domain::Instant::UNIX_EPOCH,
        updated_at: atc::domain::Instant::UNIX_EPOCH,
        additions: 1,
        deletions: 1,
        review: ReviewDecision::ReviewRequired,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Yes,
        checks: None,
        standing: Standing { head: Some(head.into()), ..Standing::default() },
    }
}

pub fn order(act: PullAct) -> PullOrder {
    PullOrder { id: uuid::Uuid::new_v4(), target: PullTarget::of(&pull("aaaaaaaaa")), act }
}

fn acts() -> Vec<(PullAct, Action)> {
    let (people, teams) = (vec!["mona".to_owned()], vec!["core".to_owned()]);
    vec![
        (PullAct::Comment("please @copilot".to_owned()), Action::Comment),
        (PullAct::RequestReview { people, teams }, Action::RequestReview),
        (PullAct::MarkReady, Action::MarkReady),
        (PullAct::ApproveRuns, Action::ApproveRun),
        (PullAct::Approve, Action::Approve),
        (PullAct::Close, Action::Close),
    ]
}

/// A pull request that shows what was done to it once `done` is set.
pub fn world(done: &Arc<AtomicBool>) -> Fake {
    let fake = Fake::new(clock());
    let (is, now) = (Arc::clone(done), fake.now.clone());
    *fake.on_pulls.lock().unwrap() = Box::new(move |refs| {
        let mut found = pull("aaaaaaaaa");
        if is.load(Ordering::SeqCst) {
            found.state = PullState::Open;
            let head = found.standing.head.clone();
            found.standing.opinions = vec![Opinion { by: "mona".into(), verdict: Verdict::Approved, commit: head }];
            let asked = |name: &str, kind| Asked { name: name.into(), kind };
            found.standing.asked = vec![asked("Mona", ReviewerKind::User), asked("acme/core", ReviewerKind::Team)];
        }
        Ok(vec![Some(found); refs.len()])
    });
    *fake.waiting.lock().unwrap() = vec![run(77, RunStatus::Completed, (fake.now)())];
    let is = Arc::clone(done);
    *fake.on_run.lock().unwrap() = Box::new(move |id| {
        let mut waiting = run(id.0, RunStatus::Completed, now());
        waiting.conclusion = (!is.load(Ordering::SeqCst)).then_some(Conclusion::ActionRequired);
        Ok(waiting)
    });
    let (is, now) = (Arc::clone(done), fake.now.clone());
    *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
        let mut value = Timeline::default();
        if is.load(Ordering::SeqCst) {
            value.events.push(TimelineEvent {
                at: Some(now()),
                what: Happened::Commented,
                by: Some("mona".into()),
                app: None,
                text: Some("please @copilot".into()),
                record: "{}".into(),
            });
        }
        Ok(Fetched::New { value, validator: None })
    });
    fake
}

pub fn context(fake: Fake, book: &Arc<Memory>) -> (Arc<Fake>, ops::Context) {
    let fake = Arc::new(fake);
    let context = ops::Context {
        provider: fake.clone(),
        ledger: book.clone(),
        now: fake.now.clone(),
        who: "op".into(),
        gate: open_gate(),
    };
    (fake, context)
}

pub fn lost() -> Fault {
    Fault::new(FaultKind::UnknownOutcome, "it is not known whether this happened", "look")
}

#[tokio::test(start_paused = true)]
async fn each_act_is_claimed_with_its_target_sent_once_and_confirmed() {
    for (act, action) in acts() {
        let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
        let fake = world(&done);
        let seen = book.clone();
        *fake.on_act.lock().unwrap() = Box::new(move |_| {
            assert_eq!(outcomes(&seen), [None], "the intent is there before the request");
            Ok("4711".to_owned())
        });
        let (fake, context) = context(fake, &book);
        let order = order(act.clone());
        let said = ops::on_pull::act(&context, &order).await.unwrap();
        assert!(said.contains("acme/api#12"), "{said}");
        let entry = entries(&book).remove(0);
        assert_eq!((entry.intent.id, entry.intent.action, entry.intent.pull), (order.id, action, Some(12)), "{act:?}");
        assert!(matches!(entry.outcome, Some((_, Outcome::Confirmed(_)))), "{act:?}");
        assert_eq!(fake.calls("act "), 1, "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_service_refuses_is_recorded_as_refused_and_never_sent_again() {
    let kinds = [FaultKind::Permission, FaultKind::NotFound, FaultKind::Conflict, FaultKind::Invalid];
    for (act, _) in acts() {
        for kind in kinds {
            let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
            let fake = world(&done);
            *fake.on_act.lock().unwrap() = Box::new(move |_| Err(Fault::new(kind, "no: because", "do this")));
            let (fake, context) = context(fake, &book);
            let fault = ops::on_pull::act(&context, &order(act.clone())).await.unwrap_err();
            assert_eq!(fault.kind, kind, "{act:?}");
            assert!(fault.what.contains("because") && !fault.next_step.is_empty(), "{act:?}: {fault}");
            assert!(matches!(&outcomes(&book)[..], [Some(Outcome::Rejected(_))]), "{act:?} {kind:?}");
            assert_eq!(fake.calls("act "), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_before_anything_is_claimed() {
    for (act, _) in acts() {
        for shows in [true, false] {
            let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
            let fake = world(&done);
            let is = Arc::clone(&done);
            *fake.on_act.lock().unwrap() = Box::new(move |_| {
                is.store(shows, Ordering::SeqCst);
                Err(lost())
            });
            if matches!(act, PullAct::Close) {
                let is = Arc::clone(&done);
                *fake.on_pulls.lock().unwrap() = Box::new(move |refs| {
                    let state = if is.load(Ordering::SeqCst) { PullState::Closed } else { PullState::Draft };
                    Ok(vec![Some(Pull { state, ..pull("aaaaaaaaa") }); refs.len()])
                });
            }
            let (fake, context) = context(fake, &book);
            let result = ops::on_pull::act(&context, &order(act.clone())).await;
            assert_eq!(result.is_ok(), shows, "{act:?}");
            match &outcomes(&book)[..] {
                [Some(Outcome::Confirmed(_))] => assert!(shows, "{act:?}"),
                [Some(Outcome::Unknown(_))] => assert!(!shows, "{act:?}"),
                other => panic!("{act:?}: {other:?}"),
            }
            assert_eq!(fake.calls("act "), 1, "{act:?}: never sent again by itself");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_to_a_commit_that_was_not_seen() {
    for (act, _) in acts() {
        let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
        let fake = world(&done);
        *fake.on_pulls.lock().unwrap() = Box::new(|refs| Ok(vec![Some(pull("bbbbbbbbb")); refs.len()]));
        *fake.on_act.lock().unwrap() = Box::new(|_| Ok("1".to_owned()));
        let (fake, context) = context(fake, &book);
        let result = ops::on_pull::act(&context, &order(act.clone())).await;
        if act.is_about_a_commit() {
            let fault = result.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Refused, "{act:?}");
            assert!(fault.what.contains("aaaaaaa was seen, it is at bbbbbbb now"), "{fault}");
            assert_eq!((fake.calls("act "), entries(&book).len()), (0, 0), "{act:?}");
        } else {
            result.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_or_decided_by_now_is_left_alone() {
    for state in [None, Some(PullState::Merged), Some(PullState::Closed)] {
        for (act, _) in acts() {
            let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
            let fake = world(&done);
            *fake.on_pulls.lock().unwrap() =
                Box::new(move |refs| Ok(vec![state.map(|state| Pull { state, ..pull("aaaaaaaaa") }); refs.len()]));
            let (fake, context) = context(fake, &book);
            let fault = ops::on_pull::act(&context, &order(act)).await.unwrap_err();
            assert!(fault.what.starts_with("nothing was sent"), "{fault}");
            assert_eq!((fake.calls("act "), entries(&book).len()), (0, 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_intent_that_cannot_be_recorded_sends_nothing() {
    for (act, _) in acts() {
        let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
        book.close(Some(Fault::new(FaultKind::Local, "the disk is full", "make room")));
        let (fake, context) = context(world(&done), &book);
        let fault = ops::on_pull::act(&context, &order(act)).await.unwrap_err();
        assert!(fault.what.contains("nothing was sent"), "{fault}");
        assert_eq!(fake.calls("act "), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn of_several_workflows_one_that_is_refused_takes_nothing_from_the_others() {
    let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
    let fake = world(&done);
    *fake.waiting.lock().unwrap() = [1, 2, 3].map(|id| run(id, RunStatus::Completed, (fake.now)())).to_vec();
    let mut nth = 0;
    *fake.on_act.lock().unwrap() = Box::new(move |_| {
        nth += 1;
        if nth == 2 { Err(Fault::new(FaultKind::Permission, "403: not this one", "ask")) } else { Ok(String::new()) }
    });
    let (fake, context) = context(fake, &book);
    let fault = ops::on_pull::act(&context, &order(PullAct::ApproveRuns)).await.unwrap_err();
    assert!(fault.what.contains("2 of 3 workflows") && fault.what.contains("not this one"), "{fault}");
    assert_eq!(fake.calls("act let_run"), 3);
    let runs: Vec<Option<u64>> = entries(&book).iter().map(|entry| entry.intent.run).collect();
    assert_eq!(runs, [Some(1), Some(2), Some(3)]);
}

#[tokio::test(start_paused = true)]
async fn who_acts_is_asked_before_the_claim_where_it_is_not_known_and_nothing_fails_for_want_of_it() {
    for (whose, login, asked) in [
        (Whose::Known, Some("mona"), 0),
        (Whose::Asked, Some("mona"), 1),
        (Whose::Refused, None, 1),
        (Whose::Silent, None, 1),
    ] {
        let (done, book) = (Arc::new(AtomicBool::new(false)), Arc::new(Memory::new()));
        let fake = world(&done);
        *fake.whose.lock().unwrap() = whose;
        let claimed = Arc::clone(&book);
        *fake.on_comment.lock().unwrap() = Box::new(move |_| {
            assert_eq!(entries(&claimed).len(), 1, "claimed before it is sent");
            Ok(())
        });
        *fake.on_act.lock().unwrap() = Box::new(|_| Ok("done".to_owned()));
        let (fake, context) = context(fake, &book);
        ops::on_pull::act(&context, &order(PullAct::Comment("look here".to_owned()))).await.unwrap();
        assert_eq!(entries(&book)[0].intent.login.as_deref(), login, "{whose:?}");
        let calls = fake.calls.lock().unwrap().clone();
        let place = |verb: &str| calls.iter().position(|call| call.starts_with(verb));
        assert_eq!(calls.iter().filter(|call| *call == "viewer").count(), asked, "{whose:?}: {calls:?}");
        assert!(place("viewer") < place("act").or(place("comment")), "{whose:?}: {calls:?}");
    }
}
