//! The judge: its own list of what must never come out, and an emulator that must not notice anything.

use atc::text::{Safe, StyledLine, Untrusted, sink, width};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

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
    for line in out.split('\n').filter(|_| !ASCII_ONLY.contains(&way)) {
        assert!(line.len() <= 16 * 1024 + 512, "{way}: a line of {} bytes", line.len());
    }
    // The quoted form may spell one half of a character and not the other.
    for grapheme in out.graphemes(true).filter(|g| *g != "\n" && way != "debug") {
        assert!(grapheme.width() > 0, "{way}: {grapheme:?} takes no cell and would vanish: {raw:?} gave {out:?}");
    }
    let cells = width::width(&out.replace('\n', ""));
    assert!(out.len() <= 64 * cells.max(1) + 64, "{way}: {} bytes in {cells} cells", out.len());
}

/// A terminal that everything that came out is written to. It must show text and notice nothing else.
#[cfg(unix)]
pub struct Terminal(vt100::Parser<Noticed>);

#[cfg(unix)]
#[derive(Default)]
pub struct Noticed(pub Vec<String>);

#[cfg(unix)]
impl Terminal {
    pub fn new() -> Self {
        let size = |n: u16| n.try_into().unwrap();
        Self(vt100::Parser::new_with_callbacks(size(24), size(400), 0, Noticed::default()))
    }

    /// Writes lines as the console would: each from the first column on.
    pub fn write(&mut self, text: &str) {
        self.0.process(text.replace('\n', "\r\n").as_bytes());
        self.0.process(b"\r\n");
    }

    /// Panics when anything but text was shown since the start.
    pub fn judge(&self) {
        assert!(self.0.callbacks().0.is_empty(), "the terminal noticed {:?}", self.0.callbacks().0);
        let (now, fresh) = (self.0.screen(), Self::new());
        assert_eq!(now.input_mode_formatted(), fresh.0.screen().input_mode_formatted(), "modes");
        assert_eq!(now.attributes_formatted(), fresh.0.screen().attributes_formatted(), "attributes");
        assert!(!now.alternate_screen() && !now.hide_cursor());
        let row = now.rows(0, 400).last().unwrap();
        assert_eq!((now.cursor_position(), row.as_str()), ((23, 0), ""), "the cursor is where the last line left it");
    }
}

#[cfg(unix)]
impl vt100::Callbacks for Noticed {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("bell".into());
    }
    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("visual bell".into());
    }
    fn resize(&mut self, _: &mut vt100::Screen, to: (u16, u16)) {
        self.0.push(format!("resize {to:?}"));
    }
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, name: &[u8]) {
        self.0.push(format!("icon {name:?}"));
    }
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.0.push(format!("title {title:?}"));
    }
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.0.push(format!("copy {data:?}"));
    }
    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.0.push("paste".into());
    }
    fn unhandled_control(&mut self, _: &mut vt100::Screen, b: u8) {
        self.0.push(format!("control {b}"));
    }
    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, b: u8) {
        self.0.push(format!("escape {b}"));
    }
    fn unhandled_csi(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, _: &[&[u16]], c: char) {
        self.0.push(format!("csi {c}"));
    }
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, parameters: &[&[u8]]) {
        self.0.push(format!("osc {parameters:?}"));
    }
}

/// Elsewhere there is no emulator to ask.
#[cfg(not(unix))]
pub struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    pub fn new() -> Self {
        Self
    }
    pub fn write(&mut self, _text: &str) {}
    pub fn judge(&self) {}
}
