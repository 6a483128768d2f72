//! The first emulator: the `vt100` crate, which counts every character by itself.

use crate::corpus::{BEHIND, COLUMNS, Drawn, ROWS, careless, changed_pages, pages};

fn shown(bytes: &[u8]) -> vt100::Parser {
    let size = |n| std::num::NonZeroU16::new(n).unwrap();
    let mut terminal = vt100::Parser::new(size(ROWS), size(COLUMNS), 0);
    terminal.process(bytes);
    terminal
}

/// What stands from the mark on.
fn behind_mark(terminal: &vt100::Parser, one: &Drawn) -> String {
    let screen = terminal.screen();
    let cell = |x| screen.cell(one.y, x).map(|cell| cell.contents().to_owned()).unwrap_or_default();
    let text: String = (one.mark..COLUMNS).map(|x| if cell(x).is_empty() { " ".to_owned() } else { cell(x) }).collect();
    text.trim_end().to_owned()
}

#[test]
fn behind_every_string_the_mark_stands_where_we_believe_and_nothing_stands_behind_it() {
    for (bytes, drawn) in pages() {
        let terminal = shown(&bytes);
        for one in &drawn {
            let row = terminal.screen().contents_between(one.y, 0, one.y, COLUMNS);
            assert_eq!(behind_mark(&terminal, one), ">", "{:?}: {row:?}", one.text);
        }
    }
}

#[test]
fn a_string_that_changes_alone_leaves_what_stands_behind_it_whole() {
    for (bytes, drawn) in changed_pages() {
        let terminal = shown(&bytes);
        for one in &drawn {
            assert_eq!(behind_mark(&terminal, one), BEHIND, "{:?}", one.text);
            let row = terminal.screen().contents_between(one.y, 0, one.y, COLUMNS);
            assert!(!row.contains('x') || one.text.as_str().contains('x'), "left over: {row:?}");
        }
    }
}

#[test]
fn without_the_painters_care_the_marks_would_not_line_up() {
    let off = |(_, drawn): &(Vec<u8>, Vec<Drawn>)| {
        let terminal = shown(&careless(drawn));
        drawn.iter().filter(|one| behind_mark(&terminal, one) != ">").count()
    };
    let off: usize = pages().iter().map(off).sum();
    assert!(off >= 20, "only {off} strings are measured differently: the corpus proves nothing");
}
