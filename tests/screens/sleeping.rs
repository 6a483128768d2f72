//! The screen sleeps until it will read differently, and is never caught telling an old time.

use atc::console::event::{News, Op, What};
use atc::console::keys::Key;
use atc::domain::{Source, State, TaskId};
use atc::text::Safe;
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, ago, now, repo, settings, task};

#[test]
fn nothing_on_the_screen_changes_before_the_wake_that_was_asked_for() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = Console::full(width, height);
        console.happen(What::Op(Op::Note { bad: false, text: Safe::new("hello") }));
        for _ in 0..200 {
            let wake = console.wake().expect("ages and the clock go on");
            assert!(wake > console.at);
            let before = text(&console.model);
            // The picture of a moment before the wake, drawn from the same state.
            let slack = TimeDelta::seconds(10);
            if wake - console.at > slack {
                console.model.now = wake - slack - TimeDelta::milliseconds(1);
                assert_eq!(text(&console.model), before, "at {}", console.model.now);
            }
            console.model.dirty = false;
            console.at = wake;
            console.happen(What::Wake);
            assert!(console.model.dirty, "woken for nothing at {wake}");
        }
    }
}

#[test]
fn the_evidence_of_a_row_in_sight_is_kept_true_and_of_one_that_is_not_it_wakes_nobody() {
    let mut settings = settings();
    settings.repos = vec![repo("api")];
    let mut console = Console::with(settings, 160, 24);
    let mut silent = task("silent", "api", "Says nothing", State::InProgress, 50, 45);
    silent.updated_at = Some(ago(45) - TimeDelta::seconds(30));
    let other = task("other", "api", "Is done", State::Completed, 600, 600);
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![silent, other], unreadable: 0 });
    console.keys("QG");
    assert_eq!(console.model.queue.selected.as_ref().map(TaskId::raw), Some("other"));
    assert!(text(&console.model).contains("silent 45m"), "{}", text(&console.model));

    let in_sight = console.wake().unwrap();
    assert!(in_sight <= now() + TimeDelta::seconds(40), "{in_sight}");
    console.keys("?");
    assert!(console.wake().unwrap() > now() + TimeDelta::seconds(40), "the help is over the list");
    console.press(Key::Esc);
    console.at = in_sight;
    console.happen(What::Wake);
    assert!(text(&console.model).contains("silent 46m"), "{}", text(&console.model));
}

#[test]
fn a_wake_that_comes_too_early_draws_nothing() {
    let mut console = Console::full(80, 24);
    console.model.dirty = false;
    console.at += TimeDelta::milliseconds(10);
    console.happen(What::Wake);
    assert!(!console.model.dirty);
}

#[test]
fn other_events_do_not_swallow_the_redraw_that_was_due() {
    let mut console = Console::full(80, 24);
    console.model.dirty = false;
    console.at = console.wake().unwrap() + TimeDelta::milliseconds(5);
    console.happen(What::Focus(true));
    assert!(console.model.dirty);
}

#[test]
fn a_screenful_of_ages_wakes_at_most_six_times_a_minute() {
    let mut console = Console::full(160, 45);
    let mut wakes = 0;
    while console.at < now() + TimeDelta::minutes(10) {
        console.at = console.wake().unwrap();
        console.happen(What::Wake);
        wakes += 1;
    }
    assert!(wakes <= 60, "{wakes} in ten minutes");
}

#[test]
fn a_note_goes_by_itself() {
    let mut console = Console::full(80, 24);
    console.happen(What::Op(Op::Note { bad: false, text: Safe::new("hello there") }));
    assert!(text(&console.model).contains("hello there"));
    assert!(console.wake().unwrap() <= console.at + TimeDelta::seconds(5));
    console.wait(TimeDelta::seconds(5));
    assert!(!text(&console.model).contains("hello there"));
}

#[test]
fn data_turns_stale_on_time_and_says_so() {
    let mut console = Console::full(80, 24);
    assert!(!text(&console.model).contains("stale"));
    while !text(&console.model).contains("stale 1m") {
        console.at = console.wake().unwrap();
        console.happen(What::Wake);
        assert!(console.at <= now() + TimeDelta::seconds(100), "{}", text(&console.model));
    }
    assert!(console.at > now() + TimeDelta::seconds(90));
}

#[test]
fn a_screen_too_small_to_show_anything_sleeps() {
    assert_eq!(Console::full(30, 5).wake(), None);
}
