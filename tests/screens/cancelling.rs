//! Cancelling, from the key to the end that was proved.

use atc::console::Effect;
use atc::console::event::{News, Op, What};
use atc::console::keys::{Chord, Key};
use atc::domain::Condition;
use atc::domain::cancel::Matched;
use atc::domain::{CancelPhase, CancelProgress, Fault, FaultKind, Instant, RunStatus, Source, State, TaskId};
use atc::text::Untrusted;
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, ago, every_state, now, repo, run, settings, task};

fn later(console: &mut Console, milliseconds: i64) {
    console.at += TimeDelta::milliseconds(milliseconds);
}

/// A console with the question whether to cancel “retry” open long enough to be answered.
fn asked() -> Console {
    let mut console = Console::full(80, 24);
    console.select("retry");
    console.keys("x");
    later(&mut console, 300);
    console
}

fn progress(console: &mut Console, id: &str, phase: CancelPhase, at: Instant) {
    let task = console.model.world.tasks.get(&TaskId::new(id)).unwrap().task.at.clone();
    console.happen(What::Op(Op::Cancel(CancelProgress::new(task, phase, at))));
}

fn word(console: &Console, id: &str) -> String {
    console.model.world.tasks.get(&TaskId::new(id)).unwrap().condition(console.at).word().to_string()
}

#[test]
fn the_letter_or_the_chosen_button_says_yes_and_nothing_else_does() {
    let yes: &[&[Chord]] = &[
        &[Chord::char('y')],
        &[Chord::plain(Key::Tab), Chord::plain(Key::Enter)],
        &[Chord::plain(Key::Right), Chord::plain(Key::Enter)],
        &[Chord::plain(Key::Left), Chord::plain(Key::Enter)],
    ];
    let no: &[&[Chord]] = &[
        &[Chord::plain(Key::Enter)],
        &[Chord::char('n')],
        &[Chord::plain(Key::Esc)],
        &[Chord::plain(Key::Tab), Chord::plain(Key::Tab), Chord::plain(Key::Enter)],
        &[Chord::char('x'), Chord::char('Y'), Chord::char(' '), Chord::plain(Key::Enter)],
    ];
    for (keys, expected) in yes.iter().map(|k| (k, true)).chain(no.iter().map(|k| (k, false))) {
        let mut console = asked();
        let mut effects = Vec::new();
        for chord in *keys {
            effects.extend(console.happen(What::Key(*chord)));
        }
        let cancelled = effects.iter().any(|e| matches!(e, Effect::Cancel(_)));
        assert_eq!(cancelled, expected, "{keys:?}");
        assert!(console.model.dialog.is_none(), "{keys:?}");
    }
}

#[test]
fn keys_of_the_first_quarter_second_were_not_meant_for_the_question() {
    let mut console = Console::full(80, 24);
    console.select("retry");
    console.keys("x");
    for _ in 0..8 {
        later(&mut console, 30);
        assert_eq!(console.keys("y"), []);
        console.press(Key::Enter);
        console.press(Key::Tab);
    }
    assert!(console.model.dialog.as_ref().is_some_and(|d| !d.on_yes));
    // They go on: it is not the clock but the keyboard that must have been still.
    later(&mut console, 249);
    assert_eq!(console.keys("y"), []);
    later(&mut console, 250);
    assert!(matches!(console.keys("y").as_slice(), [Effect::Cancel(_)]));
}

#[test]
fn a_paste_answers_no_question() {
    let mut console = asked();
    for text in ["y", "y\n", "\t\n", "\u{1b}[201~y"] {
        assert_eq!(console.happen(What::Paste(Untrusted::from(text))), []);
    }
    assert!(console.model.dialog.is_some());
}

#[test]
fn the_target_is_the_one_the_question_named_whatever_moves() {
    let mut console = asked();
    let mut tasks: Vec<_> = every_state().into_iter().filter(|t| t.at.repo == repo("api")).collect();
    tasks.retain(|t| t.at.id != TaskId::new("retry"));
    for task in &mut tasks {
        task.updated_at = Some(now());
    }
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    console.good(Source::Tasks(repo("api")), News::Gone(vec![TaskId::new("axum")]));
    let effects = console.keys("y");
    let [Effect::Cancel(targets)] = effects.as_slice() else { panic!("{effects:?}") };
    let [target] = targets.as_slice() else { panic!("{targets:?}") };
    assert_eq!(target.task.id, TaskId::new("retry"));
    assert_eq!(target.branch, Some("copilot/retry".into()));
    assert_eq!((target.since, target.force), (ago(12), false));
}

#[test]
fn the_run_is_named_only_when_the_service_named_it() {
    for (matched, named) in [(Matched::BySession, true), (Matched::ByBranch, false)] {
        let mut console = Console::full(80, 24);
        console.joined("retry", "api", run(7, RunStatus::InProgress, 11), matched);
        console.select("retry");
        console.keys("x");
        let screen = text(&console.model);
        assert!(screen.contains("run 7 ("), "{screen}");
        later(&mut console, 300);
        let effects = console.keys("y");
        let [Effect::Cancel(targets)] = effects.as_slice() else { panic!("{effects:?}") };
        let [target] = targets.as_slice() else { panic!("{targets:?}") };
        assert_eq!(target.run.is_some(), named, "{matched:?}");
    }
}

#[test]
fn a_row_is_never_cancelled_on_our_word_alone() {
    let mut console = asked();
    console.keys("y");
    assert_eq!(word(&console, "retry"), "cancelling");
    for (phase, seconds) in
        [(CancelPhase::Looking, 9), (CancelPhase::Requested, 10), (CancelPhase::RunEnded, 22), (CancelPhase::Ended, 41)]
    {
        let at = now() + TimeDelta::seconds(seconds);
        progress(&mut console, "retry", phase, at);
        assert_eq!(word(&console, "retry"), "cancelling");
    }
    let mut task = every_state().into_iter().find(|t| t.at.id == TaskId::new("retry")).unwrap();
    task.state = State::Cancelled;
    task.updated_at = Some(now() + TimeDelta::seconds(41));
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![task], unreadable: 0 });
    assert_eq!(word(&console, "retry"), "cancelled");
    let screen = text(&console.model);
    let life = "◐ requested 14:03:10 → run ended 14:03:22 → session ended 14:03:41";
    assert!(screen.contains(life), "{screen}");
}

#[test]
fn a_run_that_does_not_obey_may_be_forced_after_a_second_question() {
    let mut console = asked();
    console.keys("y");
    progress(&mut console, "retry", CancelPhase::Requested, now());
    console.keys("x");
    assert!(console.model.dialog.is_none(), "a cancel under way is not asked for twice");
    progress(&mut console, "retry", CancelPhase::Stubborn, now() + TimeDelta::seconds(90));
    assert_eq!(word(&console, "retry"), "cancelling");
    console.keys("x");
    let dialog = console.model.dialog.clone().unwrap();
    assert_eq!(dialog.title.as_str(), "Force-cancel this run?");
    later(&mut console, 300);
    let effects = console.keys("y");
    assert!(matches!(effects.as_slice(), [Effect::Cancel(targets)] if targets[0].force), "{effects:?}");
    let known = &console.model.world.tasks.get(&TaskId::new("retry")).unwrap();
    assert_eq!(known.cancel_steps.len(), 1, "a new try tells its own story");
}

#[test]
fn what_went_wrong_stays_to_be_read_and_the_task_keeps_its_state() {
    let fault = Fault::new(FaultKind::Permission, "the token may not write Actions", "ask an owner");
    for (phase, said, state) in [
        (CancelPhase::Refused(fault), "ask an owner", "running"),
        (CancelPhase::NotFindable, "nothing was cancelled", "running"),
        (CancelPhase::Orphaned { frees_at: Some(ago(-40)) }, "frees itself", "orphaned"),
    ] {
        let mut console = asked();
        console.keys("y");
        progress(&mut console, "retry", phase, now());
        assert_eq!(word(&console, "retry"), state);
        console.wait(TimeDelta::seconds(30));
        let screen = text(&console.model);
        assert!(screen.contains(said), "{screen}");
    }
}

#[test]
fn nothing_to_cancel_is_said_and_not_asked() {
    for id in ["logo", "pager", "e2e", "stop-me"] {
        let mut console = Console::full(80, 24);
        console.select(id);
        console.keys("x");
        assert!(console.model.dialog.is_none(), "{id}");
        assert!(console.model.notes.current.as_ref().is_some_and(|n| n.bad), "{id}");
    }
}

#[test]
fn a_run_that_ended_without_its_task_makes_an_orphan_after_a_while() {
    let mut console = Console::full(80, 24);
    let mut ended = run(9, RunStatus::Completed, 11);
    ended.updated_at = now() - TimeDelta::seconds(30);
    console.joined("retry", "api", ended, Matched::BySession);
    assert_eq!(word(&console, "retry"), "running", "the task may follow in a moment");
    console.wait(TimeDelta::seconds(91));
    assert_eq!(word(&console, "retry"), "orphaned");
    assert_eq!(console.model.queue.tally().stuck, 3, "two orphans and a silent one");
}

#[test]
fn a_task_that_ended_by_itself_is_not_offered_to_be_forced() {
    let mut console = asked();
    console.keys("y");
    progress(&mut console, "retry", CancelPhase::Requested, now());
    progress(&mut console, "retry", CancelPhase::Stubborn, now() + TimeDelta::seconds(90));
    assert!(text(&console.model).contains("x offers to force it"));
    let mut task = every_state().into_iter().find(|t| t.at.id == TaskId::new("retry")).unwrap();
    task.state = State::Completed;
    task.updated_at = Some(now() + TimeDelta::seconds(120));
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![task], unreadable: 0 });
    let screen = text(&console.model);
    assert!(!screen.contains("x offers"), "{screen}");
    assert!(screen.contains("→ done by itself"), "{screen}");
}

#[test]
fn a_task_at_work_again_has_forgotten_its_cancel() {
    let mut console = Console::full(80, 24);
    let mut task = every_state().into_iter().find(|t| t.at.id == TaskId::new("stop-me")).unwrap();
    for (state, minutes) in [(State::Cancelled, 1), (State::InProgress, 0)] {
        task.state = state;
        task.updated_at = Some(ago(minutes));
        console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![task.clone()], unreadable: 0 });
    }
    let known = &console.model.world.tasks.get(&TaskId::new("stop-me")).unwrap();
    assert_eq!(known.condition(console.at), Condition::State(&State::InProgress));
    assert!(known.cancel_steps.is_empty());
}

#[test]
fn read_only_hides_writes_and_refuses_them() {
    let mut settings = settings();
    settings.read_only = true;
    let mut console = Console::with(settings, 80, 24);
    console.fill();
    console.select("retry");
    assert!(!text(&console.model).contains("x cancel"));
    for keys in ["x", "n", "f", "R", ":cancel\n", ":new\n", ":retry\n"] {
        for c in keys.chars() {
            console.press(if c == '\n' { Key::Enter } else { Key::Char(c) });
        }
        assert!(console.model.dialog.is_none(), "{keys}");
        let note = console.model.notes.current.clone().unwrap();
        assert!(note.bad && note.text.starts_with("read-only"), "{keys}: {}", note.text);
    }
    assert!(!console.effects.iter().any(|e| matches!(e, Effect::Cancel(_) | Effect::Start(_))));
}

#[test]
fn leaving_while_a_cancel_is_under_way_is_asked_about() {
    let mut console = Console::full(80, 24);
    assert_eq!(console.keys("q"), []);
    assert!(console.model.dialog.is_some());
    later(&mut console, 300);
    assert_eq!(console.keys("y"), [Effect::Quit]);
    let mut calm = Console::new(80, 24);
    assert_eq!(calm.keys("q"), [Effect::Quit]);
    let mut hasty = asked();
    assert_eq!(hasty.happen(What::Key(Chord::ctrl('c'))), [Effect::Quit]);
}

/// A console with so many running tasks of two repositories, all marked.
fn marked(count: usize, repos: &[&str]) -> Console {
    let mut console = Console::new(80, 24);
    for of in repos {
        let mine = (0..count).filter(|n| repos[n % repos.len()] == *of);
        let tasks = mine.map(|n| task(&format!("m{n:02}"), of, &format!("Work {n}"), State::InProgress, 10, 1));
        let news = News::Tasks { tasks: tasks.collect(), unreadable: 0 };
        console.good(Source::Tasks(repo(of)), news);
    }
    console.keys("*");
    assert_eq!(console.model.queue.tally().marked, count);
    console
}

fn told(console: &mut Console, id: &str, phase: CancelPhase) {
    let task = console.model.world.tasks.get(&TaskId::new(id)).unwrap().task.at.clone();
    let progress = CancelProgress::new(task, phase, console.at);
    console.happen(What::Op(Op::Cancel(progress)));
}

#[test]
fn what_is_marked_is_cancelled_by_one_answer_and_each_row_has_its_own_result() {
    let mut console = marked(3, &["api", "web"]);
    console.keys("x");
    let screen = text(&console.model);
    assert!(screen.contains("Cancel 3 sessions?") && screen.contains("acme/web  Work 1   running for"), "{screen}");
    console.wait(TimeDelta::seconds(1));
    let effects = console.keys("y");
    let [Effect::Cancel(targets)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(targets.len(), 3);
    assert!(text(&console.model).matches("cancelling").count() >= 3);
    told(&mut console, "m00", CancelPhase::Ended);
    assert!(text(&console.model).contains("cancelling 3: 1 ended, 2 under way"));
    told(&mut console, "m01", CancelPhase::NotFindable);
    told(&mut console, "m02", CancelPhase::Ended);
    assert!(text(&console.model).contains("cancelled 3: 2 ended, 1 without a run"));
    let still: Vec<_> =
        atc::console::update::queue::marked(&console.model).map(|k| k.task.at.id.raw().to_owned()).collect();
    assert_eq!(still, ["m01"], "what went wrong stays marked for another try");
}

#[test]
fn more_than_five_are_cancelled_only_when_the_repositorys_name_is_typed() {
    let mut console = marked(6, &["api"]);
    console.keys("x");
    console.wait(TimeDelta::seconds(1));
    assert!(console.keys("y").is_empty() && console.model.dialog.is_some(), "a letter is only a letter here");
    assert!(console.press(Key::Enter).is_empty() && console.model.dialog.is_some(), "half a word is no answer");
    console.press(Key::Backspace);
    console.keys("acme/api");
    assert!(text(&console.model).contains("type acme/api and press enter: acme/api"), "{}", text(&console.model));
    let effects = console.press(Key::Enter);
    assert!(matches!(effects.as_slice(), [Effect::Cancel(targets)] if targets.len() == 6), "{effects:?}");
}

#[test]
fn where_the_marked_are_of_several_repositories_their_number_is_typed() {
    let mut console = marked(8, &["api", "web"]);
    console.keys("x");
    console.wait(TimeDelta::seconds(1));
    console.keys("8");
    assert!(matches!(console.press(Key::Enter).as_slice(), [Effect::Cancel(targets)] if targets.len() == 8));
}

#[test]
fn more_than_twenty_are_not_even_asked_about() {
    let mut console = marked(21, &["api"]);
    console.keys("x");
    assert!(console.model.dialog.is_none() && text(&console.model).contains("at most 20 are cancelled at once"));
}

#[test]
fn the_marked_that_are_not_listed_are_told_before_they_are_cancelled() {
    let mut console = marked(3, &["api"]);
    console.keys("/work 1");
    console.press(Key::Enter);
    console.keys("x");
    assert!(text(&console.model).contains("2 of them are marked but not listed now"));
}
