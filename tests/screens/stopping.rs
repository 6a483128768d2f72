//! The list of cancels, what rules say of sessions, a text to the agent, and a retry that has to wait.

use atc::console::Effect;
use atc::console::event::{News, Op, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::cancels::Ruled;
use atc::domain::cancel::{Answer, Asked, Matched};
use atc::domain::follow_up::{Comment, Earlier, Step, Told};
use atc::domain::{CancelPhase, CancelProgress, Conclusion, Fault, FaultKind, RunId, Source, State, TaskId};
use atc::text::{Safe, Untrusted};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::draw::text;
use crate::world::{Console, ago, every_state, now, repo, settings, task};

fn at(console: &Console, id: &str) -> atc::domain::TaskRef {
    console.model.world.tasks.get(&TaskId::new(id)).unwrap().task.at.clone()
}

fn told(console: &mut Console, id: &str, phase: CancelPhase, asked: Vec<Asked>) {
    let progress = CancelProgress {
        runs: asked.iter().map(|asked| asked.run).collect(),
        matched: (!asked.is_empty()).then_some(Matched::ByBranch),
        asked,
        ..CancelProgress::new(at(console, id), phase, console.at)
    };
    console.happen(What::Op(Op::Cancel(progress)));
}

fn asked(run: u64, answer: Answer, ended: Option<Conclusion>) -> Asked {
    Asked { run: RunId(run), answer, ended }
}

fn later(console: &mut Console, seconds: i64) {
    console.wait(TimeDelta::seconds(seconds));
}

#[test]
fn the_list_of_cancels_tells_how_each_was_found_asked_and_proved() {
    let mut console = Console::full(100, 30);
    told(&mut console, "retry", CancelPhase::Looking, vec![]);
    later(&mut console, 1);
    told(&mut console, "retry", CancelPhase::Requested, vec![asked(7, Answer::Accepted, None)]);
    later(&mut console, 9);
    let both = vec![
        asked(7, Answer::Accepted, Some(Conclusion::Cancelled)),
        asked(
            8,
            Answer::Refused(Fault::new(FaultKind::Permission, "403 the token may not do this", "ask an owner")),
            None,
        ),
    ];
    told(&mut console, "retry", CancelPhase::Stubborn, both);
    console.keys("K");
    insta::assert_snapshot!(text(&console.model));
}

#[test]
fn an_empty_list_says_how_it_is_filled() {
    let mut console = Console::new(80, 24);
    console.keys("K");
    let screen = text(&console.model);
    assert!(screen.contains("Nothing was cancelled."), "{screen}");
    console.keys("xwy");
    console.press(Key::Enter);
    assert!(console.effects.iter().all(|effect| !matches!(effect, Effect::Cancel(_) | Effect::Withdraw(_))));
    console.press(Key::Esc);
    assert!(!text(&console.model).contains("── Cancels"));
}

#[test]
fn what_waits_for_its_run_is_taken_back_by_its_own_key_and_nothing_else_is() {
    let mut console = Console::full(80, 24);
    told(&mut console, "retry", CancelPhase::Looking, vec![]);
    told(&mut console, "retry", CancelPhase::Waiting, vec![]);
    console.select("retry");
    console.keys("x");
    assert!(console.model.dialog.is_none(), "it is asked for already");
    assert!(console.model.notes.current.as_ref().is_some_and(|note| note.text.contains("w there takes it back")));
    console.keys("K");
    let screen = text(&console.model);
    assert!(screen.contains("nothing is guessed") && screen.contains("w withdraw"), "{screen}");
    let effects = console.keys("w");
    assert_eq!(effects, [Effect::Withdraw(at(&console, "retry"))]);
    told(&mut console, "retry", CancelPhase::Withdrawn, vec![]);
    let screen = text(&console.model);
    assert!(screen.contains("withdrawn") && !screen.contains("w withdraw "), "{screen}");
    assert!(console.keys("w").is_empty());
    told(&mut console, "axum", CancelPhase::Looking, vec![]);
    told(&mut console, "axum", CancelPhase::Requested, vec![asked(9, Answer::Accepted, None)]);
    console.keys("g");
    assert!(console.keys("w").is_empty());
    assert!(console.model.notes.current.as_ref().unwrap().text.contains("too late"));
}

#[test]
fn from_the_list_a_stubborn_run_is_forced_after_another_question_and_enter_leads_to_the_task() {
    let mut console = Console::full(80, 24);
    console.select("retry");
    console.keys("x");
    later(&mut console, 1);
    console.keys("y");
    told(&mut console, "retry", CancelPhase::Requested, vec![asked(7, Answer::Accepted, None)]);
    told(&mut console, "retry", CancelPhase::Stubborn, vec![asked(7, Answer::Accepted, None)]);
    console.keys("gK");
    console.keys("x");
    assert_eq!(console.model.dialog.as_ref().unwrap().title.as_str(), "Force-cancel this run?");
    later(&mut console, 1);
    let effects = console.keys("y");
    assert!(matches!(effects.as_slice(), [Effect::Cancel(targets)] if targets[0].force), "{effects:?}");
    let screen = text(&console.model);
    assert!(screen.contains("3 in all"), "a forced one is a story of its own:\n{screen}");
    console.press(Key::Enter);
    assert!(console.model.place.detail.is_some() && console.model.place.cancels.is_none());
    assert_eq!(console.model.queue.selected, Some(TaskId::new("retry")));
}

#[test]
fn a_cancel_of_an_earlier_run_stands_on_its_row_as_soon_as_the_task_is_known() {
    let mut console = Console::new(100, 30);
    let task_ref = every_state().into_iter().find(|t| t.at.id == TaskId::new("retry")).unwrap().at;
    let progress = CancelProgress {
        taken_up: true,
        asked: vec![asked(7, Answer::Accepted, None)],
        ..CancelProgress::new(task_ref, CancelPhase::Requested, ago(5))
    };
    console.happen(What::Op(Op::Cancel(progress)));
    console.fill();
    console.select("retry");
    let screen = text(&console.model);
    assert!(screen.lines().any(|line| line.contains("Fix flaky") && line.contains("cancelling")), "{screen}");
    console.keys("KG");
    let screen = text(&console.model);
    assert!(screen.contains("an earlier run of the program, at 13:58:00: only its end is looked at"), "{screen}");
}

#[test]
fn what_a_rule_would_stop_is_said_and_listed_and_what_it_stops_tells_its_story() {
    let mut console = Console::full(100, 28);
    let ruled = |console: &Console, id: &str, dry| Ruled {
        task: at(console, id),
        name: Safe::new("Fix flaky retry test in scheduler"),
        rule: Safe::new("api-team"),
        why: Safe::new("no sign of progress for 47 min, limit 45"),
        dry,
    };
    let news = ruled(&console, "retry", true);
    console.happen(What::Op(Op::Ruled(Box::new(news))));
    assert!(text(&console.model).contains("would be stopped (dry run) by rule api-team"));
    console.keys("K");
    let screen = text(&console.model);
    assert!(screen.contains("would stop") && screen.contains("dry run of rule api-team"), "{screen}");
    let news = ruled(&console, "retry", false);
    console.happen(What::Op(Op::Ruled(Box::new(news))));
    told(&mut console, "retry", CancelPhase::Looking, vec![]);
    told(&mut console, "retry", CancelPhase::Requested, vec![asked(7, Answer::Accepted, None)]);
    console.keys("g");
    insta::assert_snapshot!(text(&console.model));
}

#[test]
fn leaving_says_what_becomes_of_cancels_under_way() {
    let mut console = Console::full(80, 24);
    console.keys("q");
    let body = &console.model.dialog.as_ref().unwrap().body;
    assert!(body[0].contains("the next run looks how it ended"), "{body:?}");
}

#[test]
fn a_batch_is_no_larger_than_the_operator_allows() {
    let mut console =
        Console::with(atc::console::state::settings::Settings { cancel_batch_max: 2, ..settings() }, 80, 24);
    let tasks = (0..3).map(|n| task(&format!("m{n}"), "api", &format!("Work {n}"), State::InProgress, 10, 1));
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: tasks.collect(), unreadable: 0 });
    console.keys("*x");
    assert!(console.model.dialog.is_none() && text(&console.model).contains("at most 2 are cancelled at once"));
}

/// The text to the agent of a task whose pull request is open.
fn writing(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    console.select("migrate-tax");
    console.keys("f");
    assert!(console.model.compose.follow_up.is_some());
    console
}

#[test]
fn a_follow_up_is_written_over_the_screen_and_says_where_it_goes() {
    let mut console = writing(80, 24);
    console.keys("use half-even rounding for invoices before 2024");
    insta::assert_snapshot!(text(&console.model));
    console.press(Key::Tab);
    assert!(text(&console.model).contains("[x] new task on copilot/"), "{}", text(&console.model));
}

#[test]
fn a_comment_is_sent_only_after_a_question_and_only_when_it_asks_the_agent() {
    let mut console = writing(80, 24);
    let send = Chord::ctrl('s');
    console.happen(What::Key(send));
    assert!(text(&console.model).contains("there is nothing in it but @copilot"));
    console.keys("go on");
    console.happen(What::Key(send));
    let screen = text(&console.model);
    assert!(screen.contains("Write this comment on acme/billing#1288?") && screen.contains("go on"), "{screen}");
    assert!(console.keys("y").is_empty(), "keys of the first quarter second are not heard");
    later(&mut console, 1);
    let effects = console.keys("y");
    let [Effect::KeepDraft(_), Effect::FollowUp(comment)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((comment.number, comment.text.as_str()), (1288, "@copilot go on"));
    assert!(!comment.id.is_nil() && console.model.compose.follow_up.is_none());
}

fn sent(console: &mut Console) -> Comment {
    console.keys("go on");
    console.happen(What::Key(Chord::ctrl('s')));
    later(console, 1);
    let effects = console.keys("y");
    let [Effect::KeepDraft(_), Effect::FollowUp(comment)] = effects.as_slice() else { panic!("{effects:?}") };
    (**comment).clone()
}

#[test]
fn what_the_agent_does_about_a_comment_stands_in_the_detail() {
    let mut console = writing(100, 40);
    let comment = sent(&mut console);
    let steps =
        [Step::Written, Step::Began, Step::Answered(Untrusted::from("Half-even it is.\u{1b}[2J")), Step::Finished];
    for step in steps {
        later(&mut console, 20);
        let told = Told { comment: comment.id, task: comment.task.clone(), at: console.at, step };
        console.happen(What::Op(Op::FollowedUp(Box::new(told))));
    }
    console.keys("d");
    let screen = text(&console.model);
    for words in ["“@copilot go on”", "written 14:03:21", "the agent began", "Half-even it is.", "it finished 14:04:21"]
    {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

#[test]
fn what_an_earlier_run_wrote_stands_under_its_task_again_with_what_came_of_it() {
    let mut console = writing(100, 40);
    let now_written = sent(&mut console);
    let text_of = |text: &str, id: u128| Comment { id: Uuid::from_u128(id), text: text.into(), ..now_written.clone() };
    let lost = Fault::new(FaultKind::UnknownOutcome, "the program ended before the answer came", "look first");
    let before = |minutes: i64| now() - TimeDelta::minutes(minutes);
    for (comment, at, step) in [
        (text_of("@copilot add a test", 71), before(90), Step::Written),
        (text_of("@copilot rename it", 72), before(50), Step::Unknown(lost)),
    ] {
        let earlier = Earlier { comment, at, known: (at, step) };
        // It may be told twice.
        console.happen(What::Op(Op::FollowedBefore(Box::new(earlier.clone()))));
        console.happen(What::Op(Op::FollowedBefore(Box::new(earlier))));
    }
    let (task, comment) = (now_written.task.clone(), Uuid::from_u128(71));
    let step = Step::Began;
    console.happen(What::Op(Op::FollowedUp(Box::new(Told { comment, task: task.clone(), at: before(89), step }))));
    assert!(!text(&console.model).contains("has begun"), "what began long ago is no news");
    let step = Step::Answered("Added three.".into());
    console.happen(What::Op(Op::FollowedUp(Box::new(Told { comment, task, at: before(80), step }))));
    assert!(text(&console.model).contains("the agent answered on"), "{}", text(&console.model));
    console.keys("d");
    let screen = text(&console.model);
    let place = |words: &str| screen.find(words).unwrap_or_else(|| panic!("{words}:\n{screen}"));
    let order =
        ["“@copilot add a test”", "Added three.", "“@copilot rename it”", "may have been written", "“@copilot go on”"];
    assert!(order.map(place).is_sorted(), "{screen}");
    assert_eq!(screen.matches("“@copilot add a test”").count(), 1);
}

#[test]
fn a_comment_that_may_have_been_written_keeps_its_text_and_says_so() {
    let mut console = writing(80, 24);
    let comment = sent(&mut console);
    let step = Step::Unknown(Fault::new(FaultKind::UnknownOutcome, "reset", "look first"));
    let told = Told { comment: comment.id, task: comment.task.clone(), at: console.at, step };
    console.happen(What::Op(Op::FollowedUp(Box::new(told))));
    assert!(text(&console.model).contains("may have been written"));
    console.keys("f");
    let screen = text(&console.model);
    assert!(screen.contains("@copilot go on") && screen.contains("look at the pull request first"), "{screen}");
}

#[test]
fn a_text_that_was_not_sent_is_there_again_and_may_become_a_new_task() {
    let mut console = writing(80, 30);
    console.keys("round half-even");
    console.press(Key::Esc);
    console.keys("f");
    assert!(text(&console.model).contains("@copilot round half-even"));
    console.press(Key::Tab);
    console.happen(What::Key(Chord::ctrl('s')));
    let form = console.model.compose.form.as_ref().unwrap();
    assert_eq!(form.prompt.text(), "round half-even");
    assert!(form.request().is_some_and(|request| request.head_ref.is_some()));
}

#[test]
fn a_paste_into_the_text_is_text() {
    let mut console = writing(80, 24);
    console.happen(What::Paste(Untrusted::from("line one\nline two\u{1b}[31m")));
    let follow = console.model.compose.follow_up.as_ref().unwrap();
    assert_eq!(follow.editor.text(), "@copilot line one\nline two");
}

/// The form of a retry of work that failed three minutes ago, with these words.
fn retrying(words: &str, limited_for: TimeDelta) -> Console {
    let mut console = Console::full(100, 30);
    console.model.settings.limited_for = limited_for;
    let mut failed = every_state().into_iter().find(|t| t.at.id == TaskId::new("e2e")).unwrap();
    let mut session =
        crate::world::with_session(failed.clone(), "Fix the end-to-end tests").sessions.unwrap().remove(0);
    session.completed_at = Some(now() - TimeDelta::minutes(3));
    session.error = Some(words.into());
    failed.updated_at = Some(now());
    failed.sessions = Some(vec![session]);
    console.good(Source::Task(failed.at.id.clone()), News::Task(Box::new(failed)));
    console.keys("6");
    console.select("e2e");
    console.keys("R");
    console
}

#[test]
fn a_retry_after_a_limit_that_named_no_time_is_held_for_what_is_configured_and_the_question_says_so() {
    let words = "429 Too Many Requests: rate limit exceeded";
    let mut console = retrying(words, TimeDelta::minutes(20));
    let screen = text(&console.model);
    assert!(screen.contains("not before 14:20: the agent was rate-limited (no time was named"), "{screen}");
    assert!(screen.contains("retry.limited_minutes)"), "{screen}");
    console.happen(What::Key(Chord::ctrl('s')));
    assert!(console.model.dialog.is_none());
    later(&mut console, 17 * 60 + 1);
    console.happen(What::Key(Chord::ctrl('s')));
    let screen = text(&console.model);
    assert!(console.model.dialog.is_some() && screen.contains("nobody said until when"), "{screen}");
    // Where nothing is to be assumed, it is asked at once, and never silently.
    let mut console = retrying(words, TimeDelta::zero());
    console.happen(What::Key(Chord::ctrl('s')));
    let screen = text(&console.model);
    assert!(console.model.dialog.is_some() && screen.contains("nobody said until when"), "{screen}");
    // Other failures are nobody's limit.
    let mut console = retrying("The tests failed", TimeDelta::minutes(20));
    console.happen(What::Key(Chord::ctrl('s')));
    let screen = text(&console.model);
    assert!(console.model.dialog.is_some() && !screen.contains("rate-limited"), "{screen}");
}

#[test]
fn a_retry_waits_as_long_as_the_agent_was_told_to() {
    let words = "You have exceeded your premium request rate limit. Please try again in 40 minutes.";
    let mut console = retrying(words, TimeDelta::minutes(20));
    let screen = text(&console.model);
    assert!(screen.contains("not before 14:40: the agent was rate-limited"), "{screen}");
    console.happen(What::Key(Chord::ctrl('s')));
    assert!(console.model.dialog.is_none());
    assert!(!console.effects.iter().any(|effect| matches!(effect, Effect::Start(_))));
    later(&mut console, 37 * 60 + 1);
    console.happen(What::Key(Chord::ctrl('s')));
    assert!(console.model.dialog.is_some(), "{}", text(&console.model));
}
