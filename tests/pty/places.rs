//! L-24 to L-32, L-42: terminals, locales and sizes of all kinds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::harness::{Spec, Term};

fn refused(spec: Spec) {
    let (status, _, raw) = spec.start().end();
    assert_eq!(status.code(), Some(2));
    assert!(!raw.contains(&0x1b), "{:?}", String::from_utf8_lossy(&raw));
    assert!(String::from_utf8_lossy(&raw).contains("TERM"));
}

#[test]
fn l24_a_dumb_terminal_gets_no_escapes_and_a_hint() {
    refused(Spec::demo().env("TERM", "dumb"));
}

#[test]
fn l25_so_does_one_without_a_name() {
    refused(Spec::demo().without("TERM"));
    refused(Spec::demo().env("TERM", ""));
}

fn coloured(screen: &vt100::Screen) -> bool {
    let (rows, cols) = screen.size();
    (0..rows.get()).any(|row| {
        (0..cols.get()).any(|col| screen.cell(row, col).is_some_and(|c| c.fgcolor() != vt100::Color::Default))
    })
}

#[test]
fn l26_no_color_means_none() {
    let t = Spec::demo().env("NO_COLOR", "1").start();
    t.console();
    t.answers();
    assert!(!coloured(&t.screen()));
    t.send("q");
    t.restored(0);
}

#[test]
fn l27_every_kind_of_terminal_is_drawn_on_and_restored() {
    for term in ["xterm", "xterm-256color", "xterm-direct", "linux", "screen", "tmux-256color", "vt100"] {
        let t = Spec::demo().env("TERM", term).start();
        t.console();
        t.send("q");
        t.restored(0);
    }
}

fn grows_and_quits(t: Term) {
    t.wait("the alternate screen", |screen| screen.alternate_screen().then_some(()));
    t.resize(30, 100);
    t.console();
    t.answers();
    t.send("q");
    t.restored(0);
}

#[test]
fn l28_tiny_and_odd_sizes_are_borne() {
    for (rows, cols) in [(1, 1), (1, 2), (200, 1), (5, 500)] {
        grows_and_quits(Spec::demo().size(rows, cols).start());
    }
}

#[test]
fn l29_a_terminal_that_does_not_know_its_size_is_taken_for_80_by_24() {
    let t = Spec::demo().size(0, 0).start();
    t.wait("the alternate screen", |screen| screen.alternate_screen().then_some(()));
    grows_and_quits(t);
}

#[test]
fn l30_a_giant_terminal_does_not_cost_a_giants_memory() {
    let t = Spec::demo().size(u16::MAX, u16::MAX).start();
    t.console();
    t.send("q");
    t.restored(0);
}

/// A log of a thousand steps, so that there is something on every screen.
fn saved_log(folder: &Path) -> PathBuf {
    let file = folder.join("job.log");
    let lines: Vec<String> = (0..1000)
        .map(|n| {
            format!("2026-11-20T12:{:02}:{:02}.0000000Z step {n}: a line that is long enough to be cut", n / 60, n % 60)
        })
        .collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    file
}

#[test]
fn l31_a_thousand_resizes_end_in_the_last() {
    let folder = tempfile::tempdir().unwrap();
    for spec in [Spec::log(&saved_log(folder.path())), Spec::still()] {
        let t = spec.start();
        t.console();
        for n in 0..1000_u16 {
            t.resize(10 + n * 7 % 50, 40 + n * 13 % 160);
        }
        t.resize(24, 80);
        t.answers();
        t.console();
        t.send("q");
        t.restored(0);
    }
}

/// Whatever the sizes before, what stands there is what a picture from nothing shows.
#[test]
fn l31_after_resizes_the_screen_is_that_of_a_fresh_picture() {
    let folder = tempfile::tempdir().unwrap();
    let t = Spec::log(&saved_log(folder.path())).start();
    t.text("step 999");
    for n in 0..1000_u16 {
        t.resize(1 + n * 7 % 60, 1 + n * 13 % 200);
        if n % 100 == 99 {
            // The size is even: something of the log fits.
            t.resize(12 + n / 50, 60 + n / 10);
            t.answers();
            t.text("step 999");
            t.same_as_fresh(Duration::from_millis(200), Duration::from_millis(300));
        }
    }
    t.send("q");
    t.restored(0);
}

#[test]
fn l32_a_resize_while_something_covers_the_screen() {
    let t = Spec::demo().start();
    t.console();
    t.send("?");
    for (rows, cols) in [(10, 40), (1, 1), (60, 200), (24, 80)] {
        t.resize(rows, cols);
        t.answers();
    }
    // The escape key alone, as kitty sends it, so that nothing waits.
    t.send("\x1b[27u");
    t.answers();
    t.send("\x03");
    t.restored(0);
}

#[test]
fn l42_any_locale_will_do() {
    for locale in ["C", "POSIX", "de_DE.ISO-8859-1", ""] {
        let t = Spec::demo().env("LANG", locale).env("LC_ALL", locale).start();
        t.console();
        t.send("q");
        t.restored(0);
    }
    let t = Spec::demo().without("LANG").start();
    t.console();
    t.send("q");
    t.restored(0);
}

/// D-13: the file is the operator's. It is read once and written by nobody.
#[test]
fn a_config_that_is_edited_meanwhile_stays_as_it_is_and_counts_from_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let name = file.to_str().unwrap();
    let console = || Spec::new(crate::harness::ATC, &["demo", "--config", name]);
    let plain = "[ui]\nascii = true\n";
    std::fs::write(&file, plain).unwrap();
    let t = console().start();
    t.console();
    for edited in ["[ui]\nascii = false\n", "ascii = ", ""] {
        std::fs::write(&file, edited).unwrap();
        t.resize(30, 100);
        t.answers();
        t.resize(24, 80);
        t.answers();
        assert!(!t.screen().contents().contains('●'), "as it was read");
    }
    std::fs::write(&file, "[ui]\nasci = true\n").unwrap();
    t.send("q");
    t.restored(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "[ui]\nasci = true\n");
    let (status, _, raw) = console().start().end();
    assert_eq!(status.code(), Some(2));
    assert!(String::from_utf8_lossy(&raw).contains("asci"), "the next start says what is wrong with it");
}
