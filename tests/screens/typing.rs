//! Keys: where they go, what the `:` line understands, what it says when it does not.

use atc::console::Effect;
use atc::console::event::{Local, What};
use atc::console::keys::{Chord, Context, Key};
use atc::console::state::place::Pane;
use atc::text::{Safe, Untrusted};

use crate::draw::text;
use crate::world::{Console, repo};

fn command(console: &mut Console, text: &str) -> Vec<Effect> {
    console.keys(":");
    let mut effects = console.keys(text);
    effects.extend(console.press(Key::Enter));
    effects
}

fn fault(console: &Console) -> Option<&str> {
    console.model.line.as_ref()?.fault.as_deref()
}

#[test]
fn commands_and_their_clear_beginnings_do_what_they_say() {
    for (typed, expected) in [
        ("refresh", vec![Effect::Refresh]),
        ("ref", vec![Effect::Refresh]),
        ("mouse off", vec![Effect::Mouse(false)]),
        ("open", vec![Effect::Open("https://github.com/acme/billing/agents/tasks/migrate-tax".into())]),
        ("repo only acme/api", vec![Effect::Watch(vec![repo("api")])]),
        ("", vec![]),
    ] {
        let mut console = Console::full(80, 24);
        assert_eq!(command(&mut console, typed), expected, "{typed}");
        assert!(console.model.line.is_none(), "{typed}: {:?}", fault(&console));
    }
    for (typed, pane) in [("log", Pane::Log), ("rev", Pane::Reviews), ("queue", Pane::Queue)] {
        let mut console = Console::full(80, 24);
        command(&mut console, typed);
        assert_eq!(console.model.place.focus, pane, "{typed}");
    }
}

#[test]
fn what_is_wrong_with_a_command_is_said_in_the_line() {
    for (typed, said) in [
        ("re", "“re” could be repo, reviews, refresh, retry"),
        ("fly", "unknown command :fly (:help lists all)"),
        ("foo", "unknown command :foo – did you mean :follow-up?"),
        ("sort nonsense", "no column “nonsense”; there are state, age"),
        ("sort", "write: sort COLUMN [reverse]"),
        ("repo add api", "a repository is written owner/name"),
        ("repo add acme/api", "acme/api is already watched"),
        ("repo remove acme/none", "acme/none is not watched"),
        ("view sideways", "no view “sideways”"),
        ("mouse maybe", "“maybe” is neither on nor off"),
        ("quit now", "“quit” takes nothing after it"),
        ("layout", "write: layout columns|rows|reset"),
    ] {
        let mut console = Console::full(160, 24);
        command(&mut console, typed);
        assert!(fault(&console).is_some_and(|f| f.starts_with(said)), "{typed}: {:?}", fault(&console));
        assert!(text(&console.model).contains(said), "{typed}");
        console.happen(What::Resize(atc::console::state::layout::Size { width: 40, height: 12 }));
        let narrow = text(&console.model).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(narrow.contains(said), "whole on a narrow screen, too: {narrow}");
        console.keys("x");
        assert_eq!(fault(&console), None, "typing on takes the fault away");
    }
}

#[test]
fn the_arrows_bring_back_what_was_typed_before() {
    let mut console = Console::full(80, 24);
    for typed in ["zoom", "sort name", "zoom"] {
        command(&mut console, typed);
    }
    console.keys(":");
    let line = |c: &Console| c.model.line.as_ref().unwrap().text.clone();
    console.press(Key::Up);
    assert_eq!(line(&console), "zoom");
    console.press(Key::Up);
    assert_eq!(line(&console), "sort name");
    console.press(Key::Up);
    assert_eq!(line(&console), "sort name", "there is nothing older");
    console.press(Key::Down);
    console.press(Key::Down);
    assert_eq!(line(&console), "");
}

#[test]
fn tab_completes_a_command_and_goes_on_to_the_next_that_may_be_meant() {
    let mut console = Console::full(80, 24);
    let complete = |console: &mut Console, typed: &str, tabs: usize| {
        console.keys(":");
        console.keys(typed);
        for _ in 0..tabs {
            console.press(Key::Tab);
        }
        let text = console.model.line.as_ref().unwrap().text.clone();
        console.press(Key::Esc);
        console.press(Key::Esc);
        assert!(console.model.line.is_none());
        text
    };
    assert_eq!(complete(&mut console, "fol", 1), "follow-up ");
    assert_eq!(complete(&mut console, "lay", 1), "layout ");
    assert_eq!(complete(&mut console, "layout r", 1), "layout rows");
    assert_eq!(complete(&mut console, "layout r", 2), "layout reset");
    assert_eq!(complete(&mut console, "l", 1), "log");
    assert_eq!(complete(&mut console, "l", 2), "layout ", "log or layout");
    assert_eq!(complete(&mut console, "zzz", 1), "zzz");
}

#[test]
fn keys_typed_into_a_line_are_text_and_never_commands() {
    let mut console = Console::full(80, 24);
    console.keys("/xqy?:nRL");
    assert_eq!(console.model.queue.typed.text, "xqy?:nRL");
    assert_eq!(console.effects, []);
    console.press(Key::Backspace);
    assert_eq!(console.model.queue.typed.text, "xqy?:nR");
    console.press(Key::Esc);
    assert_eq!((console.model.line.is_none(), console.model.queue.typed.text.as_str()), (true, ""));
}

#[test]
fn keys_typed_while_composing_are_text() {
    let mut console = Console::full(80, 24);
    console.keys("n");
    assert_eq!(console.model.place.focus, Pane::Compose);
    if console.model.context() == Context::Form {
        let effects = console.keys("qxR:/?Qlp1");
        assert!(!effects.contains(&Effect::Quit));
        assert_eq!(console.model.place.focus, Pane::Compose);
        assert!(console.model.line.is_none() && console.model.dialog.is_none());
    }
}

#[test]
fn a_paste_into_a_list_is_no_command() {
    let mut console = Console::full(80, 24);
    let effects = console.happen(What::Paste(Untrusted::from("q:quit\nx y")));
    assert_eq!(effects, []);
    assert!(console.model.dialog.is_none() && console.model.line.is_none());
    console.keys("/");
    console.happen(What::Paste(Untrusted::from("flaky\nretry\u{1b}[0m")));
    assert!(console.model.queue.typed.text.starts_with("flaky"));
}

#[test]
fn esc_goes_back_one_step_at_a_time() {
    let mut console = Console::full(160, 45);
    console.keys("vzld?");
    assert_eq!(console.model.context(), Context::Help);
    let mut seen = Vec::new();
    for _ in 0..5 {
        console.press(Key::Esc);
        seen.push((console.model.context(), console.model.place.zoomed));
    }
    assert_eq!(
        seen,
        [
            (Context::Detail, true),
            (Context::Log, true),
            (Context::Log, false),
            (Context::Queue, false),
            (Context::Queue, false)
        ]
    );
}

#[test]
fn panes_are_reached_by_letter_and_in_turn() {
    let mut console = Console::full(80, 24);
    for (key, pane) in [('l', Pane::Log), ('p', Pane::Reviews), ('Q', Pane::Queue)] {
        console.keys(&key.to_string());
        assert_eq!(console.model.place.focus, pane);
    }
    console.press(Key::Tab);
    console.press(Key::Tab);
    assert_eq!(console.model.place.focus, Pane::Reviews);
    console.press(Key::BackTab);
    console.press(Key::BackTab);
    assert_eq!(console.model.place.focus, Pane::Queue);
    console.press(Key::BackTab);
    assert_eq!((console.model.place.focus, console.model.context()), (Pane::Compose, Context::Templates));
    assert!(!console.model.compose.templates.is_empty(), "there is something to choose");
}

#[test]
fn a_start_goes_from_the_form_through_the_question_to_the_queue() {
    let mut console = Console::full(80, 24);
    console.select("retry");
    console.keys("R");
    assert_eq!(console.model.context(), Context::Form);
    console.happen(What::Key(Chord::ctrl('s')));
    assert_eq!(console.model.context(), Context::Dialog, "{}", text(&console.model));
    console.at += chrono::TimeDelta::milliseconds(300);
    // The task it is taken from still works on the same prompt: that is said, and must be wanted.
    assert!(text(&console.model).contains("again"), "{}", text(&console.model));
    console.keys("again");
    let effects = console.press(Key::Enter);
    let sent = effects.iter().find_map(|e| match e {
        Effect::Start(order) => Some(order.request.clone()),
        _ => None,
    });
    let sent = sent.expect("a start");
    assert_eq!((sent.repo, sent.prompt.trim()), (repo("api"), "The retry test fails one time in six."));
}

#[test]
fn leaving_and_repainting_work_everywhere() {
    for keys in ["", "?", "d", "/", ":", "n", "jx"] {
        let mut console = Console::full(80, 24);
        console.keys(keys);
        for (c, effect) in [('l', Effect::Redraw), ('z', Effect::Suspend)] {
            assert!(console.happen(What::Key(Chord::ctrl(c))).contains(&effect), "ctrl+{c} after {keys:?}");
        }
    }
}

#[test]
fn a_saved_log_has_no_dead_keys_and_leads_nowhere_else() {
    let mut console = Console::new(80, 24);
    let bytes = b"data: {}\n".to_vec();
    let format = atc::transcript::Format::SessionLog;
    console.happen(What::Local(Local::LogFile { name: Safe::new("saved.log"), format, bytes }));
    for key in "QpnzxdfRroL+-".chars() {
        console.keys(&key.to_string());
        assert_eq!((console.model.place.focus, console.model.context()), (Pane::Log, Context::Log), "{key}");
        assert!(console.model.notes.current.is_some(), "{key} says nothing");
        console.model.notes.current = None;
    }
    command(&mut console, "sort name");
    assert_eq!(fault(&console), Some("a saved log is all that is open here"));
    console.press(Key::Esc);
    console.keys("?");
    assert_eq!(console.model.context(), Context::Help);
    console.press(Key::Esc);
    assert_eq!(console.keys("q"), [Effect::Quit]);
}

#[test]
fn help_scrolls_to_its_end_and_no_further() {
    let mut console = Console::full(80, 24);
    console.keys("?G");
    let end = text(&console.model);
    console.keys("jjj");
    assert_eq!(text(&console.model), end);
    console.keys("k");
    assert_ne!(text(&console.model), end);
    console.keys("?");
    assert_eq!(console.model.place.help, None);
}

#[test]
fn every_key_in_the_footer_does_something() {
    use atc::console::keys::{Keymap, footer, table};
    let mut console = Console::full(80, 24);
    for _ in 0..13 {
        let context = console.model.context();
        let shown = footer(context, &console.model).keys;
        assert!((3..=7).contains(&shown.len()), "{shown:?}");
        for (key, _) in &shown {
            let bound = table::TABLE
                .iter()
                .flat_map(|(_, own)| *own)
                .any(|b| b.chord.to_string() == *key && Keymap::default().lookup(context, b.chord) == Some(b.intent));
            assert!(bound, "{key} in {context:?}");
        }
        console.keys("j");
    }
}

#[test]
fn a_key_right_after_escape_is_heard_though_it_arrives_as_one_with_alt() {
    let mut console = Console::full(80, 24);
    let alt = |c| What::Key(Chord { alt: true, ..Chord::char(c) });
    console.keys("?");
    console.happen(alt('p'));
    assert_eq!((console.model.context(), console.model.place.help), (Context::Reviews, None));
    console.keys("Q/zebra");
    console.happen(alt('l'));
    assert_eq!((console.model.context(), console.model.queue.typed.text.as_str()), (Context::Log, ""));
    let before = text(&console.model);
    console.keys("Qn");
    console.press(Key::End);
    console.press(Key::Enter);
    console.happen(alt('q'));
    assert_eq!(console.model.context(), Context::Form, "where text is typed Alt is the text's own");
    assert_ne!(text(&console.model), before);
}

#[test]
fn zoom_says_where_there_is_nothing_to_take_the_screen_from_and_leaves_no_trace() {
    let mut console = Console::full(80, 24);
    console.keys("z");
    assert!(text(&console.model).contains("has the whole screen already"));
    assert!(!console.model.place.zoomed);
    console.happen(What::Resize(atc::console::state::layout::Size { width: 80, height: 40 }));
    console.keys("pz");
    console.happen(What::Resize(atc::console::state::layout::Size { width: 80, height: 24 }));
    console.press(Key::Esc);
    assert_eq!(console.model.context(), Context::Queue, "escape does what is seen");
}

#[test]
fn copying_says_so_in_every_pane() {
    for pane in ["Q", "l", "p"] {
        let mut console = Console::full(80, 24);
        console.select("migrate-tax");
        console.keys(pane);
        console.keys("y");
        let screen = text(&console.model);
        assert!(screen.contains("copied") || screen.contains("nothing here to copy"), "{pane}: {screen}");
    }
}

#[test]
fn in_the_reviews_a_command_is_about_the_task_behind_the_pull_request() {
    let mut console = Console::full(80, 24);
    console.select("axum");
    console.keys("p");
    while console.model.selected_pull().is_some_and(|pull| pull.number != 1288) {
        console.keys("j");
    }
    command(&mut console, "cancel");
    let asked = console.model.dialog.as_ref().map(|d| d.body[0].to_string()).unwrap_or_default();
    assert!(asked.contains("Migrate billing"), "{asked}");
}

#[test]
fn sorting_by_command_shows_what_was_sorted() {
    let mut console = Console::full(80, 24);
    console.keys("l");
    command(&mut console, "sort name");
    assert_eq!(console.model.context(), Context::Queue);
}

#[test]
fn tab_completes_what_may_follow_a_command_too() {
    for (typed, completed) in [
        ("so", "sort "),
        ("sort cr", "sort creator "),
        ("sort c", "sort checks"),
        ("sort cost r", "sort cost reverse "),
        ("view st", "view stuck "),
        ("view ne", "view needs-me"),
        ("layout c", "layout columns "),
        ("repo o", "repo only "),
        ("quit n", "quit n"),
    ] {
        let mut console = Console::full(80, 24);
        console.keys(":");
        console.keys(typed);
        console.press(Key::Tab);
        assert_eq!(console.model.line.as_ref().unwrap().text, completed);
    }
}
