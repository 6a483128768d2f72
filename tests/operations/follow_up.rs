//! Writing to the agent: once, recorded, and what it does about it.

use std::sync::Arc;

use atc::domain::follow_up::{Comment, Step};
use atc::domain::{Fault, FaultKind, Happened, Instant, TaskId, TaskRef, Timeline, TimelineEvent};
use atc::ledger::memory::{Memory, On};
use atc::ledger::port::{Action, Outcome};
use atc::ops;
use atc::provider::port::Fetched;
use chrono::TimeDelta;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::fake::{Fake, clock, repo};
use crate::ledger::{entries, outcomes};

const TEXT: &str = "@copilot use half-even rounding";

fn comment(text: &str) -> Comment {
    let task = TaskRef { repo: repo(), id: TaskId::new("t1") };
    Comment { id: Uuid::from_u128(9), task, number: 12, text: text.into() }
}

fn event(at: Instant, what: Happened, by: &str, text: &str) -> TimelineEvent {
    TimelineEvent { at: Some(at), what, by: Some(by.into()), app: None, text: Some(text.into()), record: "{}".into() }
}

/// The pull request's story, by the time that has passed.
fn story(fake: &Fake, tell: impl Fn(TimeDelta, Instant) -> Vec<TimelineEvent> + Send + 'static) {
    let (now, start) = (fake.now.clone(), (fake.now)());
    *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
        let events = tell(now() - start, start);
        Ok(Fetched::New { value: Timeline { events, unreadable: 0, more: false }, validator: None })
    });
}

async fn steps(fake: Fake, comment: &Comment) -> (Vec<Step>, Arc<Fake>, Arc<Memory>) {
    steps_in(fake, Memory::new(), comment).await
}

async fn steps_in(fake: Fake, book: Memory, comment: &Comment) -> (Vec<Step>, Arc<Fake>, Arc<Memory>) {
    let (fake, book) = (Arc::new(fake), Arc::new(book));
    let context = ops::Context {
        provider: fake.clone(),
        ledger: book.clone(),
        now: fake.now.clone(),
        who: "op".into(),
        gate: crate::fake::open_gate(),
    };
    let (report, mut reports) = mpsc::channel(64);
    ops::follow_up::follow_up(&context, comment, report).await;
    let mut steps = Vec::new();
    while let Some(told) = reports.recv().await {
        steps.push(told.step);
    }
    (steps, fake, book)
}

fn lost() -> Fault {
    Fault::new(FaultKind::UnknownOutcome, "reset", "look at the pull request")
}

#[tokio::test(start_paused = true)]
async fn a_comment_is_claimed_written_and_its_answers_are_told() {
    let fake = Fake::new(clock());
    *fake.on_comment.lock().unwrap() = Box::new(|_| Ok(()));
    story(&fake, |passed, start| {
        let at = |seconds| start + TimeDelta::seconds(seconds);
        let mut events = vec![event(at(-900), Happened::WorkFinished, "copilot", "")];
        events.push(event(at(1), Happened::Commented, "mona", TEXT));
        let later = [
            (30, Happened::WorkStarted, ""),
            (50, Happened::Commented, "Half-even it is."),
            (300, Happened::WorkFinished, ""),
        ];
        let happened = later.into_iter().filter(|(seconds, ..)| passed >= TimeDelta::seconds(*seconds));
        events.extend(happened.map(|(seconds, what, text)| event(at(seconds), what, "Copilot", text)));
        events
    });
    let (steps, fake, book) = steps(fake, &comment(TEXT)).await;
    let expected =
        [Step::Sending, Step::Written, Step::Began, Step::Answered("Half-even it is.".into()), Step::Finished];
    assert_eq!(steps, expected);
    assert_eq!(fake.calls("comment 12"), 1);
    let entry = &entries(&book)[0];
    assert_eq!((entry.intent.action, entry.intent.pull, entry.intent.id), (Action::Comment, Some(12), comment("").id));
    assert_eq!(entry.intent.request, TEXT);
    assert!(matches!(&entry.outcome, Some((_, Outcome::Confirmed(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_comment_whose_answer_was_lost_is_looked_for_and_never_written_twice() {
    for (there, by) in [(true, "mona"), (true, "MONA"), (true, "hubot"), (false, "mona")] {
        let fake = Fake::new(clock());
        *fake.on_comment.lock().unwrap() = Box::new(|_| Err(lost()));
        story(&fake, move |_, start| {
            let text = "@copilot use half-even rounding  \r\n";
            if there { vec![event(start, Happened::Commented, by, text)] } else { Vec::new() }
        });
        let (steps, fake, book) = steps(fake, &comment(TEXT)).await;
        let found = there && by.eq_ignore_ascii_case("mona");
        assert_eq!(steps[1], if found { Step::Written } else { Step::Unknown(lost()) }, "{there} {by}");
        assert_eq!(fake.calls("comment"), 1);
        let outcome = outcomes(&book).remove(0).unwrap();
        assert_eq!(outcome.is_final(), found, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_asks_nobody_or_cannot_be_recorded_is_not_sent() {
    let (steps, fake, book) = steps(Fake::new(clock()), &comment("use half-even rounding")).await;
    assert!(matches!(&steps[..], [Step::Sending, Step::Refused(fault)] if fault.what.contains("@copilot")));
    assert_eq!((fake.calls("comment"), entries(&book).len()), (0, 0));
    let book = Memory::new();
    book.fail_next(On::Claim, Fault::new(FaultKind::Local, "disk full", "make room"));
    let (steps, fake, _) = steps_in(Fake::new(clock()), book, &comment(TEXT)).await;
    assert!(matches!(&steps[..], [Step::Sending, Step::Refused(_)]), "{steps:?}");
    assert_eq!(fake.calls("comment"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_and_final() {
    let fake = Fake::new(clock());
    *fake.on_comment.lock().unwrap() =
        Box::new(|_| Err(Fault::new(FaultKind::Permission, "403", "give the token Issues: write")));
    let (steps, _, book) = steps(fake, &comment(TEXT)).await;
    assert!(matches!(&steps[..], [Step::Sending, Step::Refused(fault)] if fault.kind == FaultKind::Permission));
    assert!(matches!(outcomes(&book)[0], Some(Outcome::Rejected(_))));
}
