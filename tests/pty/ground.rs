//! The terminal is asked for its background, and what it says is followed; whatever it says or does not say is no key.

use std::time::Duration;

use crate::harness::{Spec, Term};

const ASKED: &str = "\x1b]11;?\x1b\\\x1b[c";
/// The accents of the shipped themes on 256 colours.
const DARK: vt100::Color = vt100::Color::Idx(6);
const LIGHT: vt100::Color = vt100::Color::Idx(25);

fn painted(t: &Term, accent: vt100::Color) {
    t.wait(&format!("accents in {accent:?}"), |screen| {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let cells = (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x)));
        let mut cells = cells.filter_map(|(y, x)| screen.cell(y, x));
        cells.any(|cell| cell.fgcolor() == accent).then_some(())
    });
}

fn asked(t: &Term) {
    t.bytes("the question", |raw| raw.contains(ASKED).then_some(()));
}

#[test]
fn the_first_picture_waits_for_no_answer_and_a_light_background_repaints_it() {
    let t = Spec::demo().start();
    t.console();
    painted(&t, DARK);
    asked(&t);
    t.send("\x1b]11;rgb:ffff/ffff/f0f0\x1b\\\x1b[?62;22c");
    painted(&t, LIGHT);
    // The terminal says by itself when it changes.
    t.send("\x1b[?997;1n");
    painted(&t, DARK);
    t.send("q");
    t.restored(0);
}

#[test]
fn an_answer_in_pieces_is_heard_and_none_of_it_is_a_key() {
    let t = Spec::demo().start();
    t.console();
    asked(&t);
    // Pieces with time between them: a slow line. As keys these would open things, or leave.
    for piece in ["\x1b]11;rg", "b:ffff/ff", "ff/ffff\x1b", "\\\x1b[?6", "2;22c"] {
        t.send(piece);
        assert!(!t.within(Duration::from_millis(60), |screen| screen.contents().contains("Commands")));
    }
    painted(&t, LIGHT);
    t.answers();
    t.send("q");
    t.restored(0);
}

#[test]
fn who_says_what_the_background_is_is_not_asked_and_news_change_nothing() {
    let t = Spec::demo().env("ATC_UI_BACKGROUND", "light").start();
    t.console();
    painted(&t, LIGHT);
    t.send("\x1b]11;rgb:0000/0000/0000\x1b\\");
    t.answers();
    painted(&t, LIGHT);
    let raw = String::from_utf8_lossy(&t.raw()).into_owned();
    assert!(!raw.contains(ASKED) && !raw.contains("\x1b[?2031h"), "asked all the same");
    t.send("q");
    t.restored(0);
}

#[test]
fn before_an_answer_the_environment_is_believed() {
    let t = Spec::demo().env("COLORFGBG", "0;15").start();
    t.console();
    painted(&t, LIGHT);
    t.send("q");
    t.restored(0);
}

#[test]
fn a_theme_file_that_changes_repaints_and_one_that_breaks_leaves_the_last_good_theme() {
    let t = Spec::demo().env("ATC_UI_THEME", "mine").start();
    t.console();
    t.wait("what is wrong with it", |screen| {
        let words: Vec<String> = screen.contents().split_whitespace().map(str::to_owned).collect();
        words.join(" ").contains("no theme “mine”").then_some(())
    });
    let folder = t.home.join(".config/atc/themes");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |text: &str| {
        std::fs::write(folder.join("new"), text).unwrap();
        std::fs::rename(folder.join("new"), folder.join("mine.toml")).unwrap();
        // Also where nobody tells of files: the operator comes back from the editor.
        t.send("\x1b[I");
    };
    write("[accent]\nfg = 201\n");
    painted(&t, vt100::Color::Idx(201));
    write("[accent]\nfg = 999\n");
    t.text("mine.toml:2:6");
    painted(&t, vt100::Color::Idx(201));
    write("[accent]\nfg = 202\n");
    painted(&t, vt100::Color::Idx(202));
    t.send("q");
    t.restored(0);
}
