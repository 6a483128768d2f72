//! Keys of one's own: presets, sequences, and that every text names the key that works.

use atc::console::event::{LogNews, LogOrigin, Mouse, MouseKind, News, What};
use atc::console::keys::{Chord, Context, Key, Keymap, Preset};
use atc::console::state::place::Pane;
use atc::console::{Effect, guide};
use atc::domain::{SessionId, Source, SourceChoice, State};
use atc::keys::{file, parse};
use atc::transcript::Format;
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, repo, task};

fn console_with(keymap: Keymap, width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    console.model.settings.keymap = keymap;
    console
}

fn preset(preset: Preset) -> Console {
    console_with(Keymap::of(preset), 80, 24)
}

/// The default keys with these over them.
fn own(text: &str) -> Console {
    let (changes, unread) = file::read_text(text);
    assert_eq!(unread, [], "{text}");
    let (keymap, wrong) = Keymap::build(Preset::Default, &changes);
    assert_eq!(wrong, [], "{text}");
    console_with(keymap, 80, 24)
}

/// Presses keys as they are written in the config.
fn press(console: &mut Console, keys: &str) -> Vec<Effect> {
    keys.split_whitespace().flat_map(|key| console.happen(What::Key(parse::chord(key).unwrap()))).collect()
}

fn last_line(console: &Console) -> String {
    text(&console.model).lines().last().unwrap_or_default().to_owned()
}

fn help(keymap: Keymap) -> String {
    let console = console_with(keymap, 80, 24);
    let lines = guide::lines(&console.model)
        .into_iter()
        .take_while(|line| !matches!(line, guide::Line::Heading(text) if text.as_str().starts_with("Commands")));
    let line = |line| match line {
        guide::Line::Heading(text) | guide::Line::Text(text) => text.to_string(),
        guide::Line::Row(keys, what) => format!("  {keys:<22}{what}").trim_end().to_owned(),
        guide::Line::Blank => String::new(),
    };
    lines.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_help_of_the_vim_preset() {
    insta::assert_snapshot!(help(Keymap::of(Preset::Vim)));
}

#[test]
fn the_help_of_the_emacs_preset() {
    insta::assert_snapshot!(help(Keymap::of(Preset::Emacs)));
}

#[test]
fn keys_in_the_help_never_run_into_their_meaning() {
    for (_, preset) in Preset::WORDS {
        let console = console_with(Keymap::of(*preset), 80, 24);
        for line in guide::lines(&console.model) {
            if let guide::Line::Row(keys, what) = line {
                let width = atc::text::width::width(&keys);
                assert!(width < usize::from(guide::keys_columns(80)) || what.as_str().is_empty(), "{keys} {what}");
            }
        }
    }
}

#[test]
fn a_beginning_shows_what_may_follow_and_the_rest_of_it_acts() {
    let mut console = preset(Preset::Vim);
    press(&mut console, "G");
    let at_end = console.model.queue.index;
    assert!(at_end > 0);
    press(&mut console, "g");
    insta::assert_snapshot!(last_line(&console), @" g …   t view   T previous view   q queue   l log   p reviews   …   esc drop it");
    assert_eq!(console.model.queue.index, at_end, "nothing yet");
    press(&mut console, "g");
    assert_eq!((console.model.queue.index, console.model.prefix()), (0, &[][..]));
}

#[test]
fn a_beginning_shows_what_may_follow_also_while_a_line_is_typed() {
    let above = |console: &Console| {
        let text = text(&console.model);
        let lines: Vec<&str> = text.lines().collect();
        (lines[lines.len() - 2].to_owned(), lines[lines.len() - 1].to_owned())
    };
    for opening in ["alt+x", "ctrl+s", "ctrl+k"] {
        let mut console = preset(Preset::Emacs);
        press(&mut console, opening);
        press(&mut console, "a b");
        let before = text(&console.model);
        press(&mut console, "ctrl+x");
        let (_, line) = above(&console);
        assert!(line.contains("ab") && line.ends_with("ctrl+x …   ctrl+c quit   esc drop it"), "{opening}: {line}");
        press(&mut console, "esc");
        assert_eq!(text(&console.model), before, "it is dropped, and nothing else");
        press(&mut console, &"w ".repeat(60));
        press(&mut console, "ctrl+x");
        let (hint, line) = above(&console);
        assert!(line.contains("www") && hint.starts_with(" ctrl+x …   ctrl+c quit"), "{opening}: {hint}\n{line}");
    }
}

#[test]
fn what_may_follow_has_the_line_for_itself_and_says_when_that_is_too_short() {
    for (which, keys, all) in [(Preset::Vim, "g", 130), (Preset::Emacs, "ctrl+x", 240)] {
        for width in [40, 80, all] {
            let mut console = console_with(Keymap::of(which), width, 24);
            console.model.place.tour.offered = true;
            press(&mut console, keys);
            let line = last_line(&console);
            assert!(!line.contains(":tour"), "{line}");
            assert_eq!(line.ends_with("   …   esc drop it"), width < all, "{width}: {line}");
            assert!(line.ends_with("   esc drop it"), "{width}: {line}");
        }
    }
}

#[test]
fn what_does_not_belong_to_a_beginning_drops_it_and_does_nothing_itself() {
    for other in ["x", "esc", "q", "ctrl+i"] {
        let mut console = preset(Preset::Vim);
        let before = text(&console.model);
        let effects = press(&mut console, &format!("g {other}"));
        assert_eq!((text(&console.model), effects), (before, vec![]), "{other}");
    }
    let drop: [(&str, What); 3] = [
        ("a paste", What::Paste("g".into())),
        ("a click", What::Mouse(Mouse { kind: MouseKind::Click, column: 5, row: 6 })),
        ("a wheel step", What::Mouse(Mouse { kind: MouseKind::WheelDown, column: 5, row: 6 })),
    ];
    for (name, what) in drop {
        let mut console = preset(Preset::Vim);
        press(&mut console, "G g");
        console.happen(what);
        let at = console.model.queue.index;
        press(&mut console, "g");
        assert_eq!(console.model.queue.index, at, "{name}");
    }
}

/// A cancel is under way, so that leaving is asked about. The answer is no.
fn asks_to_quit(console: &mut Console, keys: &str) {
    press(console, keys);
    let title = console.model.dialog.as_ref().map(|dialog| dialog.title.to_string());
    assert_eq!(title.as_deref(), Some("Quit now?"), "{keys}");
    console.wait(TimeDelta::seconds(1));
    console.press(Key::Esc);
    assert!(console.model.dialog.is_none());
}

#[test]
fn vim_hands_go_about_and_quit() {
    let mut console = preset(Preset::Vim);
    press(&mut console, "g p");
    assert_eq!(console.model.place.focus, Pane::Reviews);
    press(&mut console, "h");
    assert_eq!(console.model.place.focus, Pane::Queue);
    press(&mut console, "l");
    assert_eq!(console.model.place.focus, Pane::Log);
    press(&mut console, "g q 1 g t");
    assert_eq!((console.model.place.focus, console.model.queue.views.at), (Pane::Queue, 1));
    press(&mut console, "g T ctrl+w w");
    assert_eq!((console.model.place.focus, console.model.queue.views.at), (Pane::Log, 0));
    asks_to_quit(&mut console, "Z Z");
    asks_to_quit(&mut console, "Z Q");
    press(&mut console, "g q d d");
    assert!(console.model.dialog.is_none(), "two letters destroy nothing");
}

/// Which row of the pane, from 0 under its title, the cursor's line is on.
fn row_of_cursor(console: &Console) -> usize {
    let model = &console.model;
    match model.place.focus {
        Pane::Queue => model.queue.index - model.queue.top,
        Pane::Reviews => model.reviews.index - model.reviews.top,
        _ => model.log.shown.as_ref().unwrap().reader.cursor_row(),
    }
}

fn many(console: &mut Console) {
    let tasks =
        (0..60).map(|n| task(&format!("t{n:02}"), "api", &format!("task {n:02}"), State::Queued, 60 + n, 60 + n));
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: tasks.collect(), unreadable: 0 });
}

#[test]
fn vim_hands_put_the_line_of_the_cursor_where_they_want_it() {
    let mut console = preset(Preset::Vim);
    many(&mut console);
    press(&mut console, &"j ".repeat(30));
    let (at, rows) = (console.model.queue.index, console.model.place.panes().queue.unwrap().body_rows());
    for (keys, row) in [("z t", 0), ("z z", (rows - 1) / 2), ("z b", rows - 1)] {
        press(&mut console, keys);
        assert_eq!((console.model.queue.index, row_of_cursor(&console)), (at, row), "{keys}");
    }
    assert!(!console.model.place.zoomed);
    press(&mut console, "g g");
    for keys in ["z z", "z b"] {
        press(&mut console, keys);
        assert_eq!(console.model.queue.top, 0, "there is nothing above the first line to put under it");
    }
    press(&mut console, "G z t");
    assert_eq!(row_of_cursor(&console), rows - 1, "nor below the last");
}

#[test]
fn what_waits_for_a_key_takes_any_and_works_in_the_log_and_in_a_diff() {
    let mut console = own(
        "[keys.log]\n\"ctrl+t\" = \"line-to-top\"\nZ = \"center-line\"\n\"g b\" = \"line-to-bottom\"\ng = \"none\"\n",
    );
    console.select("retry");
    press(&mut console, "enter");
    let said = |n| {
        format!(
            "data: {{\"id\":\"r{n}\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"delta\":{{\"role\":\"assistant\",\"content\":\"word {n}\"}}}}]}}\n\n"
        )
    };
    let bytes = (0..90).map(said).collect::<String>().into_bytes();
    let session = SessionId::new("s-retry");
    let news = LogNews {
        session: session.clone(),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset: true,
        bytes,
        complete: true,
        because: None,
        choice: SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
    };
    console.good(Source::Log(session), News::Log(news));
    press(&mut console, &"[ ".repeat(40));
    let reader = |console: &Console| console.model.log.shown.as_ref().unwrap().reader.cursor;
    let at = reader(&console);
    let rows = console.model.log.shown.as_ref().unwrap().reader.rows.len();
    for (keys, row) in [("ctrl+t", 0), ("Z", (rows - 1) / 2), ("g b", rows - 1)] {
        press(&mut console, keys);
        assert_eq!((reader(&console), row_of_cursor(&console)), (at, row), "{keys}");
    }
    press(&mut console, "G ctrl+t");
    assert!(console.model.log.shown.as_ref().unwrap().reader.follow, "the end stays the end");
    let help = help(Keymap::of(Preset::Vim));
    assert!(help.contains("z z") && help.contains("put the line of the cursor into the middle of the pane"), "{help}");
}

#[test]
fn emacs_hands_go_about_type_and_quit_from_anywhere() {
    let mut console = preset(Preset::Emacs);
    press(&mut console, "ctrl+n ctrl+n");
    assert_eq!(console.model.queue.index, 2);
    press(&mut console, "alt+> alt+<");
    assert_eq!(console.model.queue.index, 0);
    press(&mut console, "alt+x");
    assert_eq!(console.model.context(), Context::Line);
    press(&mut console, "ctrl+g ctrl+s r e ctrl+g ctrl+g");
    assert_eq!((console.model.context(), console.model.queue.typed.text.as_str()), (Context::Queue, ""));
    press(&mut console, "ctrl+x o ctrl+x k");
    assert_eq!(console.model.place.focus, Pane::Queue);
    press(&mut console, "ctrl+x ctrl+f enter");
    assert_eq!(console.model.context(), Context::Form);
    press(&mut console, "ctrl+x");
    press(&mut console, "z");
    let form = console.model.compose.form.as_ref().unwrap();
    assert!(!form.fields.iter().any(|field| field.value().contains('z')), "it is dropped, not typed");
    asks_to_quit(&mut console, "ctrl+x ctrl+c");
    press(&mut console, "ctrl+g ctrl+g");
    console.select("retry");
    press(&mut console, "x");
    assert_eq!(console.model.context(), Context::Dialog);
    console.wait(TimeDelta::seconds(1));
    assert_eq!(press(&mut console, "ctrl+x ctrl+c"), [Effect::Quit], "also before a question is answered");
    press(&mut console, "ctrl+g");
    assert_eq!(console.model.context(), Context::Queue, "ctrl+g says no");
}

#[test]
fn half_a_page_goes_by_half_of_what_is_seen() {
    let mut console = preset(Preset::Default);
    let half = console.model.place.panes().queue.unwrap().body_rows() / 2;
    press(&mut console, "ctrl+d");
    assert_eq!(console.model.queue.index, half);
    press(&mut console, "ctrl+u");
    assert_eq!(console.model.queue.index, 0);
    press(&mut console, "?");
    press(&mut console, "ctrl+d");
    assert_eq!(console.model.place.help, Some(console.model.place.panes().body.unwrap().body_rows() / 2));
}

#[test]
fn every_text_names_the_key_that_works() {
    let mut console = own("[keys.global]\n\"ctrl+n\" = \"compose\"\nn = \"none\"\nF9 = \"quit\"\nq = \"none\"\n\
                           [keys.queue]\nX = \"cancel\"\nx = \"none\"\n\"g b\" = \"group-next\"\nb = \"none\"\n");
    console.select("retry");
    assert!(last_line(&console).contains("X cancel"), "{}", last_line(&console));
    console.happen(What::Paste("x".into()));
    assert!(text(&console.model).contains("press ctrl+n to write a prompt"));
    press(&mut console, "}");
    assert!(text(&console.model).contains("g b puts rows together"));
    press(&mut console, "x");
    assert!(console.model.dialog.is_none(), "its old key does nothing");
    press(&mut console, "esc esc");
    assert!(text(&console.model).contains("f9 quits"), "{}", text(&console.model));
    press(&mut console, "X");
    assert!(console.model.dialog.is_some());
    let mut console = own("[keys.line]\n\"ctrl+q\" = \"back\"\n\"ctrl+j\" = \"accept\"\n");
    press(&mut console, ":");
    assert!(last_line(&console).contains("ctrl+j run") && last_line(&console).contains("ctrl+q back"));
}

#[test]
fn keys_that_only_some_terminals_tell_apart_are_the_same_where_they_are_not_bound() {
    let mut console = preset(Preset::Default);
    press(&mut console, "ctrl+i");
    assert_eq!(console.model.place.focus, Pane::Log, "tab");
    press(&mut console, "ctrl+[");
    assert_eq!(console.model.place.focus, Pane::Queue, "esc");
    let mut console = own("[keys.global]\n\"ctrl+i\" = \"reviews\"\n");
    press(&mut console, "ctrl+i");
    assert_eq!(console.model.place.focus, Pane::Reviews);
}

/// Two clicks at one place, with so much time between them.
fn clicks(console: &mut Console, column: u16, row: u16, between: i64) {
    for _ in 0..2 {
        console.happen(What::Mouse(Mouse { kind: MouseKind::Click, column, row }));
        console.wait(TimeDelta::milliseconds(between));
    }
}

#[test]
fn a_double_click_opens_and_two_slow_ones_only_choose() {
    let mut console = preset(Preset::Default);
    let queue = console.model.place.panes().queue.unwrap();
    clicks(&mut console, 5, queue.y + 3, 600);
    assert_eq!((console.model.context(), console.model.queue.index), (Context::Queue, 2));
    clicks(&mut console, 5, queue.y + 3, 200);
    assert_eq!(console.model.context(), Context::Log);

    let mut console = preset(Preset::Default);
    console.keys("p");
    let reviews = console.model.place.panes().reviews.unwrap();
    clicks(&mut console, 5, reviews.y + 2, 200);
    assert_eq!((console.model.context(), console.model.reviews.index), (Context::Pull, 1));

    let mut console = preset(Preset::Default);
    console.keys("n");
    let compose = console.model.place.panes().compose.unwrap();
    let last = u16::try_from(console.model.compose.rows().len()).unwrap();
    clicks(&mut console, 5, compose.y + last, 600);
    assert_eq!((console.model.context(), console.model.compose.cursor), (Context::Templates, usize::from(last) - 1));
    clicks(&mut console, 5, compose.y + last, 200);
    assert_eq!(console.model.context(), Context::Form, "the blank prompt");
}

#[test]
fn the_key_for_the_mouse_says_how_to_turn_it_back() {
    let mut console = own("[keys.global]\n\"ctrl+t\" = \"mouse\"\n");
    assert_eq!(press(&mut console, "ctrl+t"), [Effect::Mouse(false)]);
    assert!(text(&console.model).contains("the terminal selects text — ctrl+t takes it again"));
    assert_eq!(press(&mut console, "M"), [Effect::Mouse(true)]);
}

#[test]
fn own_keys_are_no_way_round_a_question() {
    let mut console = own("[keys.dialog]\n\"!\" = \"yes\"\ny = \"none\"\n");
    console.select("retry");
    press(&mut console, "x");
    assert!(last_line(&console).contains("! yes"), "{}", last_line(&console));
    press(&mut console, "!");
    assert!(console.model.dialog.is_some(), "too soon after it appeared");
    console.wait(TimeDelta::seconds(1));
    press(&mut console, "y");
    console.press(Key::Esc);
    assert!(console.model.dialog.is_none());
    assert_eq!(
        console.happen(What::Key(Chord::char('y'))),
        [Effect::Copy("https://github.com/acme/api/agents/tasks/retry".into())]
    );
}
