//! The judge: its own list of what must never come out, and an emulator that must not notice anything.

use atc::text::{Safe, StyledLine, Untrusted, sink, width};

/// Every way out of [`Untrusted`] and every sink, by name, with what it gave.
pub fn every_way_out(raw: &str) -> Vec<(&'static str, String)> {
    let untrusted = Untrusted::from(raw);
    let join = |lines: Vec<Safe>| lines.iter().map(Safe::as_str).collect::<Vec<_>>().join("\n");
    let log: Vec<String> = untrusted.show_log().iter().map(StyledLine::plain).collect();
    vec![
        ("line", untrusted.show_line().to_string()),
        ("block", join(untrusted.show_block())),
        ("log", log.join("\n")),
        ("spelled", join(untrusted.show_spelled())),
        ("own words", Safe::new(raw).to_string()),
        ("debug", format!("{untrusted:?}")),
        ("plain", sink::plain(raw)),
        ("title", sink::title(raw)),
        ("argument", sink::argument(raw)),
        ("csv", sink::csv_cell(raw)),
        ("file name", sink::file_name(raw)),
        ("clipboard", sink::clipboard(raw).unwrap_or_default()),
        ("link", sink::link(&format!("https://github.com/{raw}"), &["github.com"]).unwrap_or_default()),
    ]
}

/// The ways out that must be printable ASCII.
pub const ASCII_ONLY: &[&str] = &["plain", "title", "argument", "csv", "file name", "clipboard", "link"];

/// What must never come out, in the words of the specification.
pub fn forbidden(c: char) -> Option<&'static str> {
    let n = u32::from(c);
    Some(match n {
        0x0a => return None,
        0..=0x1f => "C0",
        0x7f => "DEL",
        0x80..=0x9f => "C1",
        0x061c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 => "bidi control",
        0x00ad | 0x034f | 0x200b | 0x2060..=0x2065 | 0x206a..=0x206f | 0xfeff => "invisible",
        0x115f | 0x1160 | 0x3164 | 0xffa0 | 0x17b4 | 0x17b5 | 0x180b..=0x180f => "filler",
        0x2028 | 0x2029 => "separator",
        0xfff0..=0xfffb => "special",
        0xe0000..=0xe0fff => "tag",
        0xe000..=0xf8ff | 0xf0000..=0xffffd | 0x10_0000..=0x10_fffd => "private use",
        0xfe00..=0xfe0e => "variation selector",
        _ => return None,
    })
}

/// Panics when the way out let something through.
pub fn judge(way: &str, raw: &str, out: &str) {
    for c in out.chars() {
        if let Some(class) = forbidden(c) {
            panic!("{way} let {class} U+{:04X} through: {raw:?} gave {out:?}", u32::from(c));
        }
        assert!(
            !ASCII_ONLY.contains(&way) || (' '..='~').contains(&c),
            "{way} let U+{:04X} through: {raw:?} gave {out:?}",
            u32::from(c)
        );
    }
    for line in out.split('\n') {
        assert!(line.len() <= 16 * 1024 + 512, "{way}: a line of {} bytes", line.len());
    }
    let cells = width::width(&out.replace('\n', ""));
    assert!(out.len() <= 64 * cells.max(1) + 64, "{way}: {} bytes in {cells} cells", out.len());
}
