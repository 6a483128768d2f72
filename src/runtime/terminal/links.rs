//! Links in the terminal (OSC 8): which cells belong to which, the bytes that begin and end one, and which terminals
//! understand them.
//!
//! A link has a number as long as the painter lives, and the number is its `id` for the terminal: cells that are written at
//! different times, or stand in two rows, are one link. No frame ends with a link open.

use std::collections::HashMap;
use std::io::Write;

use super::glyphs::Glyph;
use crate::console::view::links::Link;

pub const CLOSE: &[u8] = b"\x1b]8;;\x1b\\";
/// So many addresses are remembered before all is drawn anew.
const MOST: usize = 2000;
/// A longer address costs more than it is worth on every line it stands in.
const LONGEST: usize = 512;

/// Addresses and their numbers, and which of them is open.
#[derive(Debug, Default)]
pub struct Links {
    numbers: HashMap<String, u16>,
    addresses: Vec<String>,
    open: u16,
}

/// Rows of cells and their links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    y: u16,
    x: u16,
    end: u16,
    link: u16,
}

impl Spans {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn row(&self, y: u16) -> &[Span] {
        let (from, to) = (self.0.partition_point(|span| span.y < y), self.0.partition_point(|span| span.y <= y));
        self.0.get(from..to).unwrap_or_default()
    }

    pub fn same_in_row(&self, other: &Self, y: u16) -> bool {
        self.row(y) == other.row(y)
    }

    /// Gives the glyphs of a row their links.
    pub fn tie(&self, y: u16, row: &mut [Glyph<'_>]) {
        for span in self.row(y) {
            for glyph in row.get_mut(usize::from(span.x)..usize::from(span.end)).unwrap_or_default() {
                if let Glyph::Lead { link, .. } = glyph {
                    *link = span.link;
                }
            }
        }
    }
}

impl Links {
    pub fn are_many(&self) -> bool {
        self.addresses.len() >= MOST
    }

    /// The spans of a frame, in the order of its rows. What is no plain address of a decent length is no link.
    pub fn spans(&mut self, links: &[Link]) -> Spans {
        let mut spans: Vec<Span> = Vec::with_capacity(links.len());
        for link in links {
            let url = &link.url;
            let plain =
                url.starts_with("https://") && url.len() <= LONGEST && url.bytes().all(|b| b.is_ascii_graphic());
            if let Some(number) = plain.then(|| self.number(url)).flatten() {
                let rows = link.area.y..link.area.bottom();
                spans.extend(rows.map(|y| Span { y, x: link.area.x, end: link.area.right(), link: number }));
            }
        }
        spans.sort_unstable();
        Spans(spans)
    }

    fn number(&mut self, url: &str) -> Option<u16> {
        if let Some(number) = self.numbers.get(url) {
            return Some(*number);
        }
        let number = u16::try_from(self.addresses.len() + 1).ok()?;
        self.addresses.push(url.to_owned());
        self.numbers.insert(url.to_owned(), number);
        Some(number)
    }

    /// Writing the glyph now would give it its own link.
    pub fn fits(&self, glyph: &Glyph<'_>) -> bool {
        !matches!(glyph, Glyph::Lead { link, .. } if *link != self.open)
    }

    /// What is written from here on belongs to the link; 0: to none.
    pub fn open(&mut self, link: u16, out: &mut Vec<u8>) {
        if self.open == link {
            return;
        }
        let Some(address) = usize::from(link).checked_sub(1).and_then(|at| self.addresses.get(at)) else {
            return self.close(out);
        };
        self.open = link;
        // A write to memory cannot fail.
        let _ = write!(out, "\x1b]8;id=a{link};{address}\x1b\\");
    }

    pub fn close(&mut self, out: &mut Vec<u8>) {
        if self.open != 0 {
            self.open = 0;
            out.extend_from_slice(CLOSE);
        }
    }
}

/// What tells whether a terminal understands links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    pub term: String,
    /// `TERM_PROGRAM` and its version.
    pub program: String,
    pub version: String,
    /// `VTE_VERSION`: 5000 is 0.50.
    pub vte: Option<u32>,
    /// Windows Terminal, kitty, `WezTerm`, Konsole: variables that only they set.
    pub marks: bool,
    pub tmux: bool,
    /// What tmux says it knows of the terminal under it (`client_termfeatures`), where it was asked.
    pub tmux_features: Option<String>,
}

impl Env {
    /// Of this process. `features`: asked of tmux.
    pub fn here(features: Option<String>) -> Self {
        let text = |name: &str| std::env::var(name).unwrap_or_default();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            term: text("TERM"),
            program: text("TERM_PROGRAM"),
            version: text("TERM_PROGRAM_VERSION"),
            vte: text("VTE_VERSION").parse().ok(),
            marks: ["WT_SESSION", "KITTY_WINDOW_ID", "WEZTERM_PANE", "KONSOLE_VERSION", "GHOSTTY_RESOURCES_DIR"]
                .into_iter()
                .any(set),
            tmux: set("TMUX"),
            tmux_features: features,
        }
    }

    /// Links are understood, as far as names tell. What is not known to understand them gets none: it might show them.
    pub fn has_links(&self) -> bool {
        let term = self.term.as_str();
        if self.tmux || term.starts_with("tmux") || self.program == "tmux" {
            // What stands outside is tmux's business: without its word nothing is sent.
            return self
                .tmux_features
                .as_deref()
                .is_some_and(|list| list.split(',').any(|name| name.trim() == "hyperlinks"));
        }
        if term.starts_with("screen") || matches!(term, "dumb" | "linux") {
            return false;
        }
        let by_term = ["xterm-kitty", "foot", "wezterm", "xterm-ghostty", "alacritty", "contour", "rio"];
        let by_program =
            ["iterm.app", "wezterm", "ghostty", "kitty", "vscode", "rio", "tabby", "hyper", "warpterminal", "contour"];
        let program = self.program.to_ascii_lowercase();
        self.vte.is_some_and(|version| version >= 5000)
            || self.marks
            || by_term.iter().any(|name| term.starts_with(name))
            || by_program.contains(&program.as_str())
    }
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod drawn;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn env(term: &str, program: &str) -> Env {
        Env { term: term.to_owned(), program: program.to_owned(), ..Env::default() }
    }

    #[test]
    fn links_are_sent_only_to_terminals_that_are_known_to_understand_them() {
        let tmux = |features: Option<&str>| Env {
            tmux: true,
            // What the terminal outside left in the environment says nothing of what is between.
            marks: true,
            vte: Some(7600),
            tmux_features: features.map(str::to_owned),
            ..env("tmux-256color", "tmux")
        };
        for (env, has) in [
            (env("xterm-kitty", ""), true),
            (env("foot", ""), true),
            (env("xterm-ghostty", "ghostty"), true),
            (env("xterm-256color", "WezTerm"), true),
            (env("xterm-256color", "iTerm.app"), true),
            (Env { vte: Some(7600), ..env("xterm-256color", "") }, true),
            (Env { vte: Some(4602), ..env("xterm-256color", "") }, false),
            (Env { marks: true, ..env("xterm-256color", "") }, true),
            (env("xterm-256color", ""), false),
            (env("xterm-256color", "Apple_Terminal"), false),
            (env("linux", ""), false),
            (env("dumb", "iTerm.app"), false),
            (Env { marks: true, ..env("screen.xterm-256color", "") }, false),
            (tmux(Some("256,RGB,hyperlinks,title")), true),
            (tmux(Some("256,RGB,title")), false),
            (tmux(None), false),
        ] {
            assert_eq!(env.has_links(), has, "{env:?}");
        }
    }
}
