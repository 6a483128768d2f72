//! The strings, and pictures of them.

use atc::console::state::layout::Area;
use atc::console::view::safe::put;
use atc::runtime::terminal::Painter;
use atc::text::{Safe, Untrusted, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

pub const COLUMNS: u16 = 100;
pub const ROWS: u16 = 40;

pub fn strings() -> Vec<String> {
    let lines = include_str!("corpus.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(unescape).collect()
}

fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('t') {
            out.push('\t');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("u{") {
            let (digits, after) = after.split_once('}').unwrap();
            out.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
            rest = after;
        } else {
            out.push('\\');
        }
    }
    out + rest
}

/// One string as it is drawn.
pub struct Drawn {
    pub text: Safe,
    pub y: u16,
    /// Where the mark behind it stands.
    pub mark: u16,
}

/// A screen full of strings, each between `<` and `>`.
pub fn page(strings: &[String]) -> (Buffer, Vec<Drawn>) {
    let mut picture = Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS));
    let area = Area { x: 0, y: 0, width: COLUMNS, height: ROWS };
    let mut drawn = Vec::new();
    for (y, string) in (0..ROWS).zip(strings) {
        let text = Safe::new(width::cut_end(&Untrusted::from(string.as_str()).show_line(), 90));
        put(&mut picture, area, 0, y, "<", Style::new());
        let mark = put(&mut picture, area, 1, y, &text, Style::new().fg(Color::Cyan));
        assert_eq!(usize::from(mark), 1 + width::width(&text), "{text:?} is put in as many cells as it is wide");
        put(&mut picture, area, mark, y, ">", Style::new());
        drawn.push(Drawn { text, y, mark });
    }
    (picture, drawn)
}

/// Every page with words behind the marks, and the bytes that lead to it from a page that differs in the strings alone:
/// the marks and words stay where they are and need not be written.
pub fn changed_pages() -> Vec<(Vec<u8>, Vec<Drawn>)> {
    let area = Area { x: 0, y: 0, width: COLUMNS, height: ROWS };
    let change = |strings: &[String]| {
        let (mut after, drawn) = page(strings);
        let (mut before, _) = page(&[]);
        for one in &drawn {
            for picture in [&mut before, &mut after] {
                put(picture, area, one.mark, one.y, BEHIND, Style::new());
            }
            put(&mut before, area, 0, one.y, "<", Style::new());
            for x in 1..one.mark {
                put(&mut before, area, x, one.y, "x", Style::new());
            }
        }
        let (mut painter, mut bytes) = (Painter::new(true), Vec::new());
        painter.frame(&before, None, &mut bytes);
        painter.frame(&after, None, &mut bytes);
        (bytes, drawn)
    };
    strings().chunks(usize::from(ROWS) - 1).map(change).collect()
}

/// What stands behind the strings of such a page.
pub const BEHIND: &str = ">words";

/// Every page, with the bytes that lead to it from nothing over the page before.
pub fn pages() -> Vec<(Vec<u8>, Vec<Drawn>)> {
    let strings = strings();
    let pages: Vec<&[String]> = strings.chunks(usize::from(ROWS) - 1).collect();
    let mut out = Vec::new();
    for (n, strings) in pages.iter().enumerate() {
        let mut painter = Painter::new(true);
        let mut bytes = Vec::new();
        let before = pages[(n + pages.len() - 1) % pages.len()];
        painter.frame(&page(before).0, None, &mut bytes);
        let (picture, drawn) = page(strings);
        painter.frame(&picture, None, &mut bytes);
        out.push((bytes, drawn));
    }
    out
}

/// The same strings written as they are, one after the other, without the painter's care.
pub fn careless(drawn: &[Drawn]) -> Vec<u8> {
    let mut bytes = b"\x1b[m\x1b[H\x1b[2J".to_vec();
    for one in drawn {
        bytes.extend_from_slice(format!("\x1b[{};1H<{}>", one.y + 1, one.text.as_str()).as_bytes());
    }
    bytes
}

#[test]
fn the_corpus_holds_three_hundred_strings_and_none_twice() {
    let mut strings = strings();
    let all = strings.len();
    strings.sort();
    strings.dedup();
    assert!(all >= 300 && strings.len() == all, "{all}, of them {} different", strings.len());
}
