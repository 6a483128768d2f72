//! What holds of every screen, however small and in whatever it is painted: the way out, the accent, whole words.

use atc::console::keys::{Context, Key};
use atc::console::view::{Theme, Tone};
use atc::domain::look::{Ink, Marks, Paint, Palette};
use chrono::TimeDelta;
use ratatui::style::Color;

use crate::draw::{buffer, lines, text};
use crate::world::Console;

/// Keys that lead from the queue to a screen.
const WAYS: [(&str, Context); 16] = [
    ("d", Context::Detail),
    ("l", Context::Log),
    ("p", Context::Reviews),
    ("p\r", Context::Pull),
    ("pD", Context::Diff),
    ("n", Context::Templates),
    ("nG\r", Context::Form),
    ("A", Context::Ledger),
    ("As", Context::Ledger),
    ("I", Context::Inbox),
    ("K", Context::Cancels),
    ("T", Context::Automations),
    ("TC", Context::Calendar),
    (":doctor\r", Context::Doctor),
    (":wall\r", Context::Wall),
    (":grep fix\r", Context::Found),
];

fn type_in(console: &mut Console, way: &str) {
    for c in way.chars() {
        console.press(if c == '\r' { Key::Enter } else { Key::Char(c) });
    }
}

fn at(way: &str, width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    type_in(&mut console, way);
    // What was said on the way is gone.
    console.wait(TimeDelta::minutes(2));
    console
}

fn last_line(console: &Console) -> String {
    text(&console.model).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_way_out_is_in_every_footer_and_always_at_its_end() {
    for (way, context) in WAYS {
        for (width, height) in [(40, 10), (60, 20), (80, 24), (160, 45)] {
            let console = at(way, width, height);
            assert_eq!(console.model.context(), context, "{way}");
            let footer = last_line(&console);
            let out = if context.takes_text() { "esc back" } else { "esc back   ? keys" };
            assert!(footer.trim_end().ends_with(out), "{way} at {width}x{height}: {footer}");
        }
    }
}

#[test]
fn a_list_without_rows_names_no_key_for_one() {
    for way in ["K", ":grep fix\r", "A", "As"] {
        let mut console = Console::new(80, 24);
        type_in(&mut console, way);
        console.wait(TimeDelta::minutes(2));
        let footer = last_line(&console);
        for word in ["enter", "y copy", "d detail"] {
            assert!(!footer.contains(word), "{way}: {footer}");
        }
    }
}

#[test]
fn one_thing_alone_has_the_accent_of_the_keys() {
    let theme = Theme::default();
    for (way, _) in WAYS {
        let console = at(way, 80, 24);
        let screen = buffer(&console.model, &theme);
        let accented =
            |y: u16| (0..80).any(|x| screen[(x, y)].fg == Color::Cyan && screen[(x, y)].modifier.bits() != 0);
        let over = matches!(way, "d" | "A" | "As" | "I" | "K" | "TC" | ":doctor\r" | ":wall\r" | ":grep fix\r");
        assert_eq!(accented(1), !over, "{way}: {}", lines(&screen)[1]);
    }
}

#[test]
fn the_help_cuts_no_word() {
    for width in [40, 60, 80, 120] {
        for (way, _) in WAYS {
            let mut console = at(way, width, 24);
            if console.model.context().takes_text() {
                continue;
            }
            console.keys("?");
            let shown = text(&console.model);
            assert!(shown.contains("── Help"), "{way}");
            assert!(!shown.lines().skip(3).any(|line| line.ends_with('…')), "{way} at {width}:\n{shown}");
        }
    }
}

#[test]
fn in_ascii_no_sign_of_ours_is_left() {
    let theme = Theme::default().in_ascii();
    let plain = |console: &Console| {
        for line in lines(&buffer(&console.model, &theme)) {
            let ours: String = line.chars().filter(|c| !c.is_ascii()).collect();
            assert!(ours.is_empty(), "{ours} in {line}");
        }
    };
    let mut console = Console::full(160, 45);
    type_in(&mut console, ":tour\r");
    for _ in 0..8 {
        plain(&console);
        console.press(Key::Enter);
    }
    // The caret of a question that wants something typed.
    assert_eq!(atc::text::signs::ascii("▏"), Some("|"));
}

#[test]
fn a_theme_without_a_colour_shows_none_of_strangers_either() {
    let mono = Palette::default().reduced(atc::domain::look::Depth::None);
    let red = Paint::new(Some(Ink::Ansi(1)), Marks::NONE);
    assert_eq!(Theme::new(&mono, atc::domain::look::Depth::True).lent(red).fg, None);
    assert_eq!(Theme::default().lent(red).fg, Theme::default().style(Tone::Bad).fg);
}

#[test]
fn what_was_said_goes_with_the_place_once_it_was_read() {
    let mut console = Console::full(80, 24);
    console.keys("p");
    console.model.notes.say(console.at, true, "it could not be read");
    let said = last_line(&console);
    assert!(said.contains("it could not be read"), "{said}");
    // Nobody has read it yet.
    console.keys("I");
    assert_eq!(last_line(&console), said);
    console.wait(TimeDelta::seconds(2));
    assert_eq!(last_line(&console), said, "it stays where it is looked at");
    console.keys("Q");
    assert!(last_line(&console).contains("? keys"), "{}", last_line(&console));
}
