//! What a row of cells really shows: which columns begin a character, which are the right half of a wide one, and which
//! differences between two cells nobody can see.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A cell's text longer than this is cut to its first character: no cell may cost a frame's worth of bytes.
const LONGEST: usize = 32;

/// One column of a row.
#[derive(Clone, Copy, Debug, Eq)]
pub enum Glyph<'a> {
    /// A character (with what is combined with it) starts here.
    /// `link`: the number of the link it belongs to, 0 without one.
    Lead { text: &'a str, wide: bool, look: Look, link: u16 },
    /// The right half of the wide character before it.
    Tail,
}

impl PartialEq for Glyph<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Lead { text, wide, look, link },
                Glyph::Lead { text: its_text, wide: its_wide, look: its_look, link: its_link },
            ) => (look, wide, link) == (its_look, its_wide, its_link) && same_text(text, its_text),
            (Self::Tail, Glyph::Tail) => true,
            _ => false,
        }
    }
}

/// Every character of every picture is compared: the short ones, nearly all there are, without a call.
pub fn same_text(one: &str, other: &str) -> bool {
    match (one.as_bytes(), other.as_bytes()) {
        ([one], [other]) => one == other,
        (one, other) if one.len() == 3 && other.len() == 3 => one.first_chunk::<3>() == other.first_chunk::<3>(),
        (one, other) => one == other,
    }
}

/// The colours and modifiers of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub fg: Color,
    pub bg: Color,
    pub modifier: Modifier,
}

impl Default for Look {
    fn default() -> Self {
        Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() }
    }
}

/// Modifiers that show on a space.
pub const ON_SPACE: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

impl Glyph<'_> {
    pub const BLANK: Glyph<'static> = Glyph::Lead {
        text: " ",
        wide: false,
        look: Look { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() },
        link: 0,
    };

    /// Nothing to see here: what an erased line is made of.
    pub fn is_blank(&self) -> bool {
        *self == Self::BLANK
    }

    pub fn bytes(&self) -> usize {
        match self {
            Glyph::Lead { text, .. } => text.len(),
            Glyph::Tail => 0,
        }
    }
}

/// What a row of cells shows.
pub fn read(cells: &[Cell]) -> Vec<Glyph<'_>> {
    let mut row = Vec::with_capacity(cells.len());
    let mut tail = false;
    for (x, cell) in cells.iter().enumerate() {
        if tail {
            tail = false;
            row.push(Glyph::Tail);
            continue;
        }
        let (text, wide) = text_of(cell, cells.len() - x);
        tail = wide;
        row.push(Glyph::Lead { text, wide, look: look_of(cell, text), link: 0 });
    }
    row
}

/// Every terminal takes as many columns for this as we do: one character of those that were narrow or wide long before
/// terminals began to differ. They differ on what is combined, joined or selected, on emoji, and on what is new.
pub fn is_sure(text: &str) -> bool {
    if text.len() == 1 {
        return true;
    }
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return false };
    matches!(c,
        // Latin, Greek, Cyrillic, Hebrew and Arabic letters.
        '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{482}' | '\u{48a}'..='\u{52f}'
        | '\u{5d0}'..='\u{5ea}' | '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' | '\u{1e00}'..='\u{1eff}'
        // Punctuation, currencies, letter-like signs, arrows, mathematics.
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20bf}' | '\u{2100}'..='\u{218b}'
        | '\u{2190}'..='\u{2319}' | '\u{231c}'..='\u{23e8}' | '\u{2400}'..='\u{2426}'
        // Circled numbers, boxes, blocks, shapes; of the other signs those that are ours.
        | '\u{2460}'..='\u{25fc}' | '\u{2713}' | '\u{2717}' | '\u{26a0}' | '\u{27e8}' | '\u{27e9}' | '\u{29d7}'
        | '\u{2800}'..='\u{28ff}'
        // East Asian.
        | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}' | '\u{3400}'..='\u{4db5}'
        | '\u{4e00}'..='\u{9fa5}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff9d}')
}

/// The most columns a terminal may take for a text it does not see as we do: one for a mark, two for all else.
pub fn most(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() || c.width() == Some(0) { 1 } else { 2 }).sum()
}

/// The cell's text as it may be sent, and whether it takes two columns. A control character never leaves here, nor what
/// would hang over the edge, on any terminal: it would wrap there, or scroll the screen.
fn text_of(cell: &Cell, room: usize) -> (&str, bool) {
    let symbol = cell.symbol();
    match symbol.as_bytes() {
        // Letters, and the lines of U+2500 to U+257F: nearly all there is.
        [b' '..=b'~'] | [0xe2, 0x94 | 0x95, _] => return (symbol, false),
        [] => return (" ", false),
        _ => {}
    }
    if symbol.chars().any(char::is_control) {
        return ("\u{fffd}", false);
    }
    let symbol = if symbol.len() > LONGEST {
        symbol.chars().next().and_then(|c| symbol.get(..c.len_utf8())).unwrap_or(" ")
    } else {
        symbol
    };
    let fits = |text: &str| if is_sure(text) { text.width() <= room } else { most(text) <= room };
    let symbol = if fits(symbol) {
        symbol
    } else {
        let first = symbol.chars().next().and_then(|c| symbol.get(..c.len_utf8())).unwrap_or(" ");
        if fits(first) { first } else { " " }
    };
    match symbol.width() {
        1 => (symbol, false),
        2 => (symbol, true),
        // Nothing to see.
        _ => (" ", false),
    }
}

/// The look, without what a space does not show.
fn look_of(cell: &Cell, text: &str) -> Look {
    let (fg, bg, modifier) = (cell.fg, cell.bg, cell.modifier);
    if text != " " {
        return Look { fg, bg, modifier };
    }
    let modifier = modifier.intersection(ON_SPACE);
    Look { fg: if modifier.is_empty() { Color::Reset } else { fg }, bg, modifier }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "hostile cells are what is tested")]
    #![allow(clippy::indexing_slicing)]

    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn row(buffer: &Buffer) -> Vec<Glyph<'_>> {
        read(&buffer.content)
    }

    #[test]
    fn a_wide_character_owns_the_column_after_it() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer[(0, 0)].set_symbol("漢");
        buffer[(1, 0)].set_symbol("x");
        let row = row(&buffer);
        assert!(matches!(row[0], Glyph::Lead { text: "漢", wide: true, .. }));
        assert_eq!(row[1], Glyph::Tail);
        assert!(row[2].is_blank());
    }

    #[test]
    fn a_wide_character_in_the_last_column_is_not_sent() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        buffer[(1, 0)].set_symbol("漢");
        assert!(row(&buffer)[1].is_blank());
    }

    #[test]
    fn what_some_terminal_would_hang_over_the_edge_is_cut_to_what_none_does() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer[(0, 0)].set_symbol("👩\u{200d}🚀");
        buffer[(3, 0)].set_symbol("👩\u{200d}🚀");
        buffer[(5, 0)].set_symbol("e\u{301}");
        let row = row(&buffer);
        assert!(matches!(row[0], Glyph::Lead { text: "👩\u{200d}🚀", wide: true, .. }));
        assert!(matches!(row[3], Glyph::Lead { text: "👩", wide: true, .. }));
        assert!(matches!(row[5], Glyph::Lead { text: "e", wide: false, .. }));
    }

    #[test]
    fn every_sign_of_ours_is_one_column_everywhere() {
        for sign in
            ["●", "◆", "✓", "✗", "⧗", "⊘", "◐", "⚠", "▌", "▲", "·", "…", "─", "│", "•", "◌", "○", "␛", "▾", "→", "“"]
        {
            assert!(is_sure(sign) && sign.width() == 1, "{sign}");
        }
        for other in ["e\u{301}", "👍", "☰", "❤\u{fe0f}", "🇩🇪", "1\u{fe0f}\u{20e3}", "क\u{94d}ष", "⌚", "\u{1f1e6}"]
        {
            assert!(!is_sure(other), "{other}");
        }
    }

    #[test]
    fn every_line_is_one_column() {
        for line in '\u{2500}'..='\u{257f}' {
            assert!(is_sure(&line.to_string()) && line.width() == Some(1), "{line}");
        }
    }

    #[test]
    fn control_characters_do_not_leave_the_cell() {
        for hostile in ["\x1b[31m", "\u{9b}2J", "\r", "\x07", "a\x08"] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
            buffer[(0, 0)].set_symbol(hostile);
            assert!(matches!(row(&buffer)[0], Glyph::Lead { text: "\u{fffd}", .. }), "{hostile:?}");
        }
    }

    #[test]
    fn a_cell_with_a_heap_of_marks_is_cut_to_its_letter() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
        buffer[(0, 0)].set_symbol(&format!("e{}", "\u{301}".repeat(1000)));
        assert!(matches!(row(&buffer)[0], Glyph::Lead { text: "e", .. }));
    }

    #[test]
    fn the_foreground_of_a_space_is_no_difference() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        buffer[(0, 0)].set_style(Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        buffer[(1, 0)].set_style(Style::new().bg(Color::Red));
        let row = row(&buffer);
        assert!(row[0].is_blank());
        assert!(!row[1].is_blank());
    }
}
