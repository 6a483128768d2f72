//! The painter against a terminal: whatever the pictures, the screen ends as if each were painted on an empty one; and
//! what the common moves cost.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, reason = "pictures are made by hand here")]

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::style::{Modifier, Style};

use super::*;

fn terminal(width: u16, height: u16) -> vt100::Parser {
    vt100::Parser::new(NonZeroU16::new(height).unwrap(), NonZeroU16::new(width).unwrap(), 0)
}

fn frame(painter: &mut Painter, picture: &Buffer, cursor: Option<(u16, u16)>) -> Vec<u8> {
    let mut out = Vec::new();
    painter.frame(&picture.clone(), cursor, &mut out);
    out
}

/// Everything a reader sees of a cell. The colour of a blank's invisible letter is not.
#[derive(Debug, PartialEq)]
enum Seen<'a> {
    Half,
    Blank { bg: vt100::Color },
    Cell { text: &'a str, fg: vt100::Color, bg: vt100::Color, marks: [bool; 5] },
}

fn seen(screen: &vt100::Screen, row: u16, col: u16) -> Seen<'_> {
    let cell = screen.cell(row, col).unwrap();
    let text = if cell.has_contents() { cell.contents() } else { " " };
    if cell.is_wide_continuation() {
        Seen::Half
    } else if text == " " && !cell.inverse() && !cell.underline() {
        Seen::Blank { bg: cell.bgcolor() }
    } else {
        let marks = [cell.inverse(), cell.underline(), cell.bold(), cell.dim(), cell.italic()];
        Seen::Cell { text, fg: cell.fgcolor(), bg: cell.bgcolor(), marks }
    }
}

fn assert_same(incremental: &vt100::Screen, picture: &Buffer, cursor: Option<(u16, u16)>) {
    let (width, height) = (picture.area.width, picture.area.height);
    let mut fresh = terminal(width, height);
    fresh.process(&frame(&mut Painter::new(false), picture, cursor));
    let fresh = fresh.screen();
    for row in 0..height {
        for col in 0..width {
            assert_eq!(seen(incremental, row, col), seen(fresh, row, col), "row {row} column {col}");
        }
    }
    assert_eq!(incremental.hide_cursor(), cursor.is_none());
    if let Some((x, y)) = cursor {
        assert_eq!(incremental.cursor_position(), (y, x));
    }
}

/// What can happen to a picture.
#[derive(Clone, Debug)]
enum Change {
    Write { x: u16, y: u16, text: String, style: Style },
    Scroll { top: u16, bottom: u16, by: i16 },
    ClearRow(u16),
    Resize(u16, u16),
    Cursor(Option<(u16, u16)>),
    Garbled,
}

fn styles() -> impl Strategy<Value = Style> {
    let colours = prop_oneof![
        Just(Color::Reset),
        Just(Color::Red),
        Just(Color::LightCyan),
        Just(Color::Indexed(200)),
        Just(Color::Rgb(9, 8, 7)),
    ];
    (colours.clone(), colours, 0_u16..512).prop_map(|(fg, bg, bits)| {
        // The judge knows no blinking and hidden cells, and none that are bold and dim at once.
        let mut shown = Modifier::BOLD | Modifier::DIM | Modifier::ITALIC | Modifier::UNDERLINED | Modifier::REVERSED;
        if bits & 1 == 1 {
            shown.remove(Modifier::DIM);
        }
        Style::reset().fg(fg).bg(bg).add_modifier(Modifier::from_bits_truncate(bits).intersection(shown))
    })
}

fn changes() -> impl Strategy<Value = Change> {
    let write = (0_u16..40, 0_u16..16, "[a-d 漢字é]{1,30}", prop_oneof![Just(Style::reset()), styles()]);
    prop_oneof![
        6 => write.prop_map(|(x, y, text, style)| Change::Write { x, y, text, style }),
        4 => (0_u16..16, 0_u16..16, -5_i16..6).prop_map(|(a, b, by)| Change::Scroll { top: a.min(b), bottom: a.max(b), by }),
        1 => (0_u16..16).prop_map(Change::ClearRow),
        1 => (1_u16..40, 1_u16..16).prop_map(|(w, h)| Change::Resize(w, h)),
        1 => prop::option::of((0_u16..40, 0_u16..16)).prop_map(Change::Cursor),
        1 => Just(Change::Garbled),
    ]
}

fn scroll_rows(picture: &mut Buffer, top: u16, bottom: u16, by: i16) {
    let before = picture.clone();
    for y in top..=bottom.min(picture.area.height.saturating_sub(1)) {
        for x in 0..picture.area.width {
            let from = i32::from(y) + i32::from(by);
            let source = u16::try_from(from).ok().filter(|from| (top..=bottom).contains(from));
            picture[(x, y)] = source.and_then(|from| before.cell((x, from)).cloned()).unwrap_or_default();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_row_of_pictures_ends_in_the_screen_of_the_last(
        regions in any::<bool>(),
        frames in prop::collection::vec(prop::collection::vec(changes(), 1..8), 1..12),
    ) {
        let (mut width, mut height) = (30, 12);
        let mut picture = Buffer::empty(Rect::new(0, 0, width, height));
        let mut screen = terminal(width, height);
        let mut painter = Painter::new(regions);
        let mut cursor = None;
        for frame_changes in frames {
            for change in frame_changes {
                match change {
                    Change::Write { x, y, text, style } if x < width && y < height => {
                        picture.set_string(x, y, text, style);
                    }
                    Change::Write { .. } => {}
                    Change::Scroll { top, bottom, by } => scroll_rows(&mut picture, top, bottom, by),
                    Change::ClearRow(y) => scroll_rows(&mut picture, y, y, 1),
                    Change::Resize(w, h) => {
                        (width, height) = (w, h);
                        picture = Buffer::empty(Rect::new(0, 0, w, h));
                        screen.set_size(NonZeroU16::new(h).unwrap(), NonZeroU16::new(w).unwrap());
                    }
                    Change::Cursor(at) => cursor = at,
                    Change::Garbled => {
                        screen.process(b"\x1b[3;5r\x1b[41;1mnoise of another program\x1b[?25h");
                        painter.invalidate();
                    }
                }
            }
            let shown = cursor.filter(|(x, y)| *x < width && *y < height);
            screen.process(&frame(&mut painter, &picture, shown));
            assert_same(screen.screen(), &picture, shown);
        }
    }
}

fn list(from: usize, rows: usize, selected: usize) -> Buffer {
    let mut picture = Buffer::empty(Rect::new(0, 0, 120, 40));
    picture.set_string(0, 0, format!("{:120}", "atc · queue · 500 tasks"), Style::new());
    for row in 0..rows {
        let n = from + row;
        let y = u16::try_from(row + 1).unwrap();
        let line = format!(
            "● working  Fix the flaky test number {n:<5} owner/repository-{:<3} {:>3}m  #{:<5} 2.5 AIC",
            n % 7,
            n % 60,
            n * 31
        );
        picture.set_string(2, y, format!("{line:118}"), Style::new());
        picture.set_string(2, y, "●", Style::new().fg(Color::Cyan));
        if row == selected {
            picture.set_string(0, y, "▌", Style::new().fg(Color::Cyan));
        }
    }
    picture.set_string(0, 39, "j down  k up  enter log  ? help", Style::new().add_modifier(Modifier::DIM));
    picture
}

fn log(from: usize) -> Buffer {
    let mut picture = Buffer::empty(Rect::new(0, 0, 120, 40));
    picture.set_string(0, 0, "a title", Style::new());
    for row in 0..20_u16 {
        if row < 19 {
            picture.set_string(0, row + 1, format!("static row {row} of the queue above the log"), Style::new());
        }
        picture.set_string(0, row + 20, log_line(from + usize::from(row)), Style::new());
    }
    picture
}

fn log_line(n: usize) -> String {
    format!("{:66}", format!("12:00:{:02} compiling crate number {n} with features a, b and c {}", n % 60, n * 7919))
        .trim()
        .to_owned()
}

/// Bytes of the second picture after the first; both are judged.
fn cost(first: &Buffer, second: &Buffer) -> usize {
    let mut painter = Painter::new(true);
    let mut screen = terminal(first.area.width, first.area.height);
    screen.process(&frame(&mut painter, first, None));
    let bytes = frame(&mut painter, second, None);
    screen.process(&bytes);
    assert_same(screen.screen(), second, None);
    bytes.len()
}

#[test]
fn the_same_picture_costs_nothing() {
    assert_eq!(cost(&list(0, 38, 3), &list(0, 38, 3)), 0);
}

#[test]
fn a_marker_moves_for_at_most_30_bytes() {
    for (from, to) in [(3, 4), (4, 3), (9, 10), (0, 37)] {
        let bytes = cost(&list(0, 38, from), &list(0, 38, to));
        assert!(bytes <= 30, "{from} to {to}: {bytes}");
    }
}

#[test]
fn a_list_scrolled_by_one_costs_at_most_170_bytes() {
    for (from, to, selected) in [(0, 1, 37), (1, 0, 0), (5, 6, 37)] {
        let bytes = cost(&list(from, 38, selected), &list(to, 38, selected));
        assert!(bytes <= 170, "{from} to {to}: {bytes}");
    }
}

#[test]
fn a_line_appended_to_a_full_width_pane_costs_its_text_and_25_bytes() {
    let bytes = cost(&log(0), &log(1));
    assert!(bytes <= log_line(20).len() + 25, "{bytes}");
}

#[test]
fn a_burst_of_lines_costs_one_picture() {
    assert!(cost(&log(0), &log(1000)) <= 1700);
}

#[test]
fn a_full_first_picture_fits_in_a_packet_or_four() {
    let bytes = frame(&mut Painter::new(true), &list(0, 38, 0), None).len();
    assert!(bytes <= 4600, "{bytes}");
}

#[test]
fn large_frames_are_shown_at_once_and_small_ones_are_not_wrapped() {
    let mut painter = Painter::new(true);
    let first = frame(&mut painter, &list(0, 38, 0), None);
    assert!(first.starts_with(b"\x1b[?2026h") && first.ends_with(b"\x1b[?2026l"));
    let second = frame(&mut painter, &list(0, 38, 1), None);
    assert!(!second.windows(5).any(|w| w == b"?2026"));
}

#[test]
fn no_control_character_of_a_cell_reaches_the_terminal() {
    // Each by itself: between two of them the painter goes back a column, which is a control character of its own.
    for hostile in ["\x1b]0;x\x07", "\u{9b}2J", "\x08", "\x7f", "\u{85}"] {
        let mut picture = Buffer::empty(Rect::new(0, 0, 10, 1));
        picture[(0, 0)].set_symbol(hostile);
        let bytes = frame(&mut Painter::new(true), &picture, None);
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("\x1b]") && text.chars().all(|c| c == '\x1b' || !c.is_control()), "{text:?}");
    }
}

#[test]
fn terminals_without_regions_get_none() {
    let mut painter = Painter::new(false);
    frame(&mut painter, &log(0), None);
    let bytes = frame(&mut painter, &log(1), None);
    assert!(!String::from_utf8(bytes).unwrap().contains("r\x1b["));
}
