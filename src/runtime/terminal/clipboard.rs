//! The way to the clipboard of the terminal the operator sits at: OSC 52, through tmux where tmux lets it, else tmux's own
//! buffer. Only base64 goes between the escapes.
//!
//! ```text
//! no tmux ─ known to take none? ──yes──> nowhere: the text is shown
//!     ├─ may take none ──────────────> OSC 52, and it is said that nobody knows
//!     └─ else ───────────────────────> OSC 52
//! tmux ─ set-clipboard on ─────────> OSC 52, which tmux takes for itself and passes on
//!   ├─ allow-passthrough on, all ──> OSC 52 in tmux's own wrapping
//!   ├─ else ───────────────────────> load-buffer (-w from 3.2 on)
//!   └─ it did not answer ──────────> OSC 52 in its wrapping: nothing better is known
//! ```

use crate::runtime::tmux::{self, Tmux};
use crate::text::sink;

/// By its name one of the two runs on the machine that this one was reached from.
const BETWEEN: &str = "tmux or screen stands between and may keep it: see its set-clipboard";
/// Terminals made of VTE took none for long.
const NOT_ALL: &str = "not every terminal of this kind takes it";

/// Where a copied text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    #[default]
    Terminal,
    /// The same, and whether it arrives nobody here can know.
    Unsure(&'static str),
    /// Wrapped for tmux to pass on.
    Passed,
    /// tmux's buffer, and what `-w` makes of it.
    Buffer { pass_on: bool },
    /// This terminal is known to take none.
    Nowhere,
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It was sent to the terminal.
    Sent,
    /// The same, with what may have kept it from the clipboard.
    Unsure(&'static str),
    /// It is in tmux's buffer.
    InTmux,
    /// It is more than terminals take.
    TooLong,
    Nowhere,
}

impl Way {
    /// Of this process. `tmux`: what it said of itself.
    pub fn here(tmux: Option<&Tmux>) -> Self {
        let text = |name: &str| std::env::var(name).unwrap_or_default();
        let is_vte = !text("VTE_VERSION").is_empty();
        Self::of(!text("TMUX").is_empty(), tmux, &text("TERM"), &text("TERM_PROGRAM"), is_vte)
    }

    fn of(in_tmux: bool, tmux: Option<&Tmux>, term: &str, program: &str, is_vte: bool) -> Self {
        match (in_tmux, tmux) {
            (false, _) if matches!(term, "linux" | "dumb") || program == "Apple_Terminal" => Self::Nowhere,
            (false, _) if term.starts_with("tmux") || term.starts_with("screen") => Self::Unsure(BETWEEN),
            (false, _) if is_vte => Self::Unsure(NOT_ALL),
            (false, _) => Self::Terminal,
            (true, None) => Self::Passed,
            (true, Some(tmux)) => match (tmux.set_clipboard.as_str(), tmux.allow_passthrough.as_str()) {
                ("on", _) => Self::Terminal,
                // As a number up to 3.3, as a word since.
                (_, "on" | "all" | "1" | "2") => Self::Passed,
                _ => Self::Buffer { pass_on: tmux.has_load_w() },
            },
        }
    }

    /// The bytes for the terminal, if any, and what becomes of the text.
    pub fn send(self, text: &str) -> (Copied, Option<String>) {
        let Some(data) = sink::clipboard(text) else { return (Copied::TooLong, None) };
        let sequence = format!("\x1b]52;c;{data}\x1b\\");
        match self {
            Self::Terminal => (Copied::Sent, Some(sequence)),
            Self::Unsure(why) => (Copied::Unsure(why), Some(sequence)),
            // tmux passes on what stands between its own escapes, with every escape inside doubled.
            Self::Passed => (Copied::Sent, Some(format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")))),
            Self::Buffer { pass_on } => {
                tmux::load_buffer(text.to_owned(), pass_on);
                (Copied::InTmux, None)
            }
            Self::Nowhere => (Copied::Nowhere, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clipboard_gets_base64_and_nothing_else() {
        let sent = |way: Way, text: &str| way.send(text).1;
        assert_eq!(sent(Way::Terminal, "a\x1b]0;x\x07").as_deref(), Some("\x1b]52;c;YRtdMDt4Bw==\x1b\\"));
        assert_eq!(sent(Way::Passed, "hi").as_deref(), Some("\x1bPtmux;\x1b\x1b]52;c;aGk=\x1b\x1b\\\x1b\\"));
        assert_eq!(Way::Terminal.send(&"x".repeat(100_000)), (Copied::TooLong, None));
        assert_eq!(Way::Nowhere.send("hi"), (Copied::Nowhere, None));
    }

    #[test]
    fn what_stands_between_decides_the_way() {
        let says = |set: &str, pass: &str, version: &str| {
            let (set_clipboard, allow_passthrough) = (set.to_owned(), pass.to_owned());
            Tmux { set_clipboard, allow_passthrough, version: version.to_owned(), ..Tmux::default() }
        };
        for (tmux, way) in [
            (says("on", "off", "3.4"), Way::Terminal),
            (says("external", "on", "3.4"), Way::Passed),
            (says("off", "all", "3.4"), Way::Passed),
            (says("external", "1", "3.3a"), Way::Passed),
            (says("external", "0", "3.3a"), Way::Buffer { pass_on: true }),
            (says("external", "off", "3.4"), Way::Buffer { pass_on: true }),
            (says("external", "", "3.1"), Way::Buffer { pass_on: false }),
        ] {
            assert_eq!(Way::of(true, Some(&tmux), "tmux-256color", "tmux", false), way, "{tmux:?}");
        }
        assert_eq!(Way::of(true, None, "screen", "", false), Way::Passed);
        assert_eq!(Way::of(false, None, "xterm-256color", "", false), Way::Terminal);
        assert_eq!(Way::of(false, None, "linux", "", false), Way::Nowhere);
        assert_eq!(Way::of(false, None, "xterm-256color", "Apple_Terminal", true), Way::Nowhere);
        for term in ["tmux-256color", "screen"] {
            assert_eq!(Way::of(false, None, term, "", false), Way::Unsure(BETWEEN), "one elsewhere, as over SSH");
        }
        assert_eq!(Way::of(false, None, "xterm-256color", "", true), Way::Unsure(NOT_ALL));
        assert!(matches!(Way::Unsure(NOT_ALL).send("hi"), (Copied::Unsure(NOT_ALL), Some(_))));
    }
}
