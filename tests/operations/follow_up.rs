//! Writing to the agent: once, recorded, and what it does about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atc::domain::follow_up::{Comment, Step, Told};
use atc::domain::{Fault, FaultKind, Happened, Instant, TaskId, TaskRef, Timeline, TimelineEvent};
use atc::ledger::memory::{Memory, On};
use atc::ledger::port::{Action, Outcome};
use atc::ops;
use atc::ops::follow_up::Turns;
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
    let context = crate::fake::context(&fake, &book);
    let (report, mut reports) = mpsc::channel(64);
    ops::follow_up::follow_up(&context, comment, &Every::default(), report).await;
    let mut steps = Vec::new();
    while let Some(told) = reports.recv().await {
        steps.push(told.step);
    }
    (steps, fake, book)
}

/// Gives a turn now and then, and counts them.
#[derive(Default)]
struct Every {
    pause: Duration,
    given: AtomicUsize,
}

impl Turns for Every {
    type Held = ();

    async fn turn(&self) {
        tokio::time::sleep(self.pause).await;
        self.given.fetch_add(1, Ordering::Relaxed);
    }
}

/// A run ends right after it wrote, and another looks what became of it when so much time has passed.
struct Restart {
    fake: Arc<Fake>,
    book: Arc<Memory>,
    told: Vec<Told>,
    turns: Every,
}

impl Restart {
    async fn after(away: Duration, fake: Fake, all: &[Comment]) -> Self {
        Self::at_pace(away, Every::default(), fake, all).await
    }

    async fn at_pace(away: Duration, turns: Every, fake: Fake, all: &[Comment]) -> Self {
        let (fake, book) = (Arc::new(fake), Arc::new(Memory::new()));
        let context = crate::fake::context(&fake, &book);
        for comment in all {
            let _ = ops::follow_up::write(&context, comment).await;
        }
        fake.calls.lock().unwrap().clear();
        tokio::time::sleep(away).await;
        let (report, mut reports) = mpsc::channel(64);
        let earlier = ops::follow_up::earlier(&context).await.unwrap();
        ops::follow_up::take_up(&context, earlier, &turns, report).await;
        let mut told = Vec::new();
        while let Some(one) = reports.recv().await {
            told.push(one);
        }
        Self { fake, book, told, turns }
    }

    fn steps(&self) -> Vec<Step> {
        self.told.iter().map(|told| told.step.clone()).collect()
    }
}

/// Written at once; the agent begins after half a minute, answers, and is done when so many seconds have passed.
fn answering(done: i64) -> Fake {
    let fake = Fake::new(clock());
    *fake.on_comment.lock().unwrap() = Box::new(|_| Ok(()));
    story(&fake, move |passed, start| {
        let all = [
            (1, Happened::Commented, "mona", TEXT),
            (30, Happened::WorkStarted, "Copilot", ""),
            (50, Happened::Commented, "Copilot", "Half-even it is."),
            (done, Happened::WorkFinished, "Copilot", ""),
        ];
        let happened = all.into_iter().filter(|(seconds, ..)| passed >= TimeDelta::seconds(*seconds));
        happened.map(|(at, what, by, text)| event(start + TimeDelta::seconds(at), what, by, text)).collect()
    });
    fake
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
    assert_eq!(entry.intent.comment(), TEXT);
    assert_eq!(entry.intent.request, format!(r#"{{"body":"{TEXT}"}}"#), "as it was sent");
    assert!(matches!(&entry.outcome, Some((_, Outcome::Confirmed(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_review_of_the_code_meanwhile_is_not_taken_for_the_agents_answer() {
    const REVIEWER: &str = "copilot-pull-request-reviewer";
    for failed in [false, true] {
        let fake = Fake::new(clock());
        *fake.on_comment.lock().unwrap() = Box::new(|_| Ok(()));
        story(&fake, move |passed, start| {
            let ended = if failed { Happened::WorkFailed } else { Happened::WorkFinished };
            let all = [
                (20, Happened::WorkStarted, REVIEWER),
                (60, ended, REVIEWER),
                (90, Happened::WorkStarted, "copilot-swe-agent"),
                (300, Happened::WorkFinished, "copilot-swe-agent"),
            ];
            let happened = all.into_iter().filter(|(seconds, ..)| passed >= TimeDelta::seconds(*seconds));
            let mut events = vec![event(start + TimeDelta::seconds(1), Happened::Commented, "mona", TEXT)];
            events.extend(happened.map(|(seconds, what, app)| TimelineEvent {
                app: Some(app.into()),
                ..event(start + TimeDelta::seconds(seconds), what, "mona", "")
            }));
            events
        });
        let begun = fake.now.clone();
        let start = begun();
        let (steps, ..) = steps(fake, &comment(TEXT)).await;
        assert_eq!(steps, [Step::Sending, Step::Written, Step::Began, Step::Finished]);
        assert!(begun() - start >= TimeDelta::seconds(300), "it is looked until the agent itself is done");
    }
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

#[tokio::test(start_paused = true)]
async fn after_a_restart_the_answer_is_found_with_one_look() {
    let restart = Restart::after(Duration::from_hours(9), answering(300), &[comment(TEXT)]).await;
    assert_eq!(restart.steps(), [Step::Began, Step::Answered("Half-even it is.".into()), Step::Finished]);
    assert_eq!(restart.told[1].task, comment(TEXT).task);
    assert_eq!((restart.fake.calls("timeline"), restart.turns.given.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(restart.fake.calls("comment"), 0, "nothing is written again");
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_an_agent_at_work_is_watched_as_long_as_it_would_have_been() {
    let restart = Restart::after(Duration::from_mins(5), answering(8 * 60), &[comment(TEXT)]).await;
    assert_eq!(restart.steps().last(), Some(&Step::Finished));
    let looks = restart.fake.calls("timeline");
    assert!((9..=11).contains(&looks), "every 20 s for 3 min: {looks}");
    // One that never ends is left after the time that any comment is given, and an old one after one look.
    for (away, looks) in [(Duration::from_mins(5), 29..=31), (Duration::from_hours(2), 1..=1)] {
        let restart = Restart::after(away, answering(1_000_000), &[comment(TEXT)]).await;
        let asked = restart.fake.calls("timeline");
        assert!(looks.contains(&asked), "{asked} looks after {away:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_written_more_than_a_day_ago_or_asks_nobody_is_not_looked_for() {
    let restart = Restart::after(Duration::from_hours(25), answering(300), &[comment(TEXT)]).await;
    assert_eq!((restart.told.len(), restart.fake.calls("timeline")), (0, 0));
    let restart = Restart::after(Duration::from_hours(1), answering(300), &[comment("thanks, all")]).await;
    assert_eq!((restart.told.len(), restart.fake.calls("timeline")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_a_comment_whose_answer_was_lost_is_found_and_recorded_and_so_is_what_came_of_it() {
    let fake = answering(300);
    *fake.on_comment.lock().unwrap() = Box::new(|_| Err(lost()));
    let told = fake.now.clone();
    let start = told();
    // It shows only later than whoever wrote it looked.
    story(&fake, move |passed, _| {
        let finished = event(start + TimeDelta::seconds(90), Happened::WorkFinished, "Copilot", "");
        let written = event(start, Happened::Commented, "mona", TEXT);
        if passed > TimeDelta::minutes(5) { vec![written, finished] } else { Vec::new() }
    });
    let restart = Restart::after(Duration::from_mins(10), fake, &[comment(TEXT)]).await;
    assert_eq!(restart.steps(), [Step::Written, Step::Finished]);
    assert!(matches!(&outcomes(&restart.book)[0], Some(Outcome::Confirmed(_))));

    // What never shows stays open, whatever the agent does there otherwise.
    let fake = answering(300);
    *fake.on_comment.lock().unwrap() = Box::new(|_| Err(lost()));
    story(&fake, move |_, at| vec![event(at + TimeDelta::seconds(90), Happened::WorkFinished, "Copilot", "")]);
    let restart = Restart::after(Duration::from_hours(1), fake, &[comment(TEXT)]).await;
    assert_eq!(restart.steps(), []);
    assert!(matches!(&outcomes(&restart.book)[0], Some(Outcome::Unknown(_))));
}

#[tokio::test(start_paused = true)]
async fn one_reading_serves_all_that_was_written_on_a_pull_request_and_waits_for_its_turn() {
    let other = Comment { id: Uuid::from_u128(10), ..comment(TEXT) };
    let turns = Every { pause: Duration::from_secs(45), ..Every::default() };
    let restart = Restart::at_pace(Duration::from_hours(1), turns, answering(300), &[comment(TEXT), other]).await;
    assert_eq!((restart.told.len(), restart.fake.calls("timeline")), (6, 1));
    let turns = Every { pause: Duration::from_mins(4), ..Every::default() };
    let restart = Restart::at_pace(Duration::from_mins(1), turns, answering(1_000_000), &[comment(TEXT)]).await;
    let looks = restart.fake.calls("timeline");
    assert!((3..=5).contains(&looks), "a look every 4 min 20 s for 14 min: {looks}");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_tried_again() {
    let fake = answering(300);
    let restart = {
        let (mut failures, now, start) = (3, fake.now.clone(), (fake.now)());
        *fake.on_timeline.lock().unwrap() = Box::new(move |_| {
            failures -= 1;
            if failures >= 0 {
                return Err(Fault::new(FaultKind::Offline, "no line", "wait"));
            }
            assert!(now() > start);
            let events = vec![
                event(start, Happened::Commented, "mona", TEXT),
                event(start + TimeDelta::seconds(40), Happened::WorkFailed, "Copilot", ""),
            ];
            Ok(Fetched::New { value: Timeline { events, unreadable: 0, more: false }, validator: None })
        });
        Restart::after(Duration::from_hours(3), fake, &[comment(TEXT)]).await
    };
    assert_eq!((restart.steps(), restart.fake.calls("timeline")), (vec![Step::Failed], 4));
}
