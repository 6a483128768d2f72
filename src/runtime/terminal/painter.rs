//! From two pictures to the fewest bytes that lead from one to the other.
//!
//! Scrolled full-width panes are moved by a scroll region first; what still differs is written cell by cell with the
//! shortest cursor moves and only the changes of colour. An unchanged picture is no bytes at all. What is remembered
//! between frames: the picture, the pen, the scroll region, where the cursor stands and whether it is shown.

use std::io::Write;
use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::glyphs::{self, Glyph, same_text};
use super::links::{Links, Spans};
use super::pen::Pen;
use super::scroll::{self, Row};
use crate::console::view::Drawn;
use crate::console::view::links::Link;

/// A frame of more bytes than this is shown at once, by terminals that can (mode 2026).
const SYNCHRONISED: usize = 1024;
/// At most so many panes are looked for that scrolled in one frame.
const SCROLLS: usize = 3;
/// Unchanged cells up to this many bytes are written again rather than jumped over.
const GAP: usize = 4;
/// Erasing to the end of a line is taken for more blanks than this.
const BLANKS: usize = 4;

#[derive(Debug)]
pub struct Painter {
    previous: Buffer,
    /// What each row of `previous` says, in short.
    marks: Vec<u64>,
    /// The mark of a row that says nothing.
    blank: u64,
    /// The links of `previous`.
    linked: Spans,
    links: Links,
    /// The terminal shows `previous`. Otherwise it is cleared before the next frame.
    valid: bool,
    /// Scroll regions may be used.
    regions: bool,
    pen: Pen,
    /// Column and row, while they are certain.
    at: Option<(usize, usize)>,
    shown: bool,
    /// The first and last row of the scroll region, where it is not the whole screen. It stays set from frame to frame: who
    /// follows a log scrolls the same rows again and again.
    region: Option<(usize, usize)>,
    body: Vec<u8>,
}

impl Painter {
    pub fn new(regions: bool) -> Self {
        Self {
            previous: Buffer::empty(Rect::default()),
            marks: Vec::new(),
            blank: 0,
            linked: Spans::default(),
            links: Links::default(),
            valid: false,
            regions,
            pen: Pen::default(),
            at: None,
            shown: false,
            region: None,
            body: Vec::new(),
        }
    }

    /// The terminal shows something else: the next frame starts from nothing.
    pub fn invalidate(&mut self) {
        self.valid = false;
    }

    /// Appends what makes the terminal show `next`, with the text cursor at `cursor` or hidden.
    pub fn frame(&mut self, next: &Buffer, cursor: Option<(u16, u16)>, out: &mut Vec<u8>) {
        self.linked(next, &[], cursor, out);
    }

    /// The same, with links round some of the cells.
    pub fn linked(&mut self, next: &Buffer, links: &[Link], cursor: Option<(u16, u16)>, out: &mut Vec<u8>) {
        self.drawn(next, &Drawn { cursor, rows: None }, links, out);
    }

    /// The same, where only some of the rows may differ.
    pub fn drawn(&mut self, next: &Buffer, drawn: &Drawn, links: &[Link], out: &mut Vec<u8>) {
        if self.links.are_many() {
            self.links = Links::default();
            self.valid = false;
        }
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        let mut previous = std::mem::take(&mut self.previous);
        let mut rows = drawn.rows.as_deref();
        if !self.valid || previous.area != next.area {
            rows = None;
            previous.resize(next.area);
            previous.reset();
            self.blank = scroll::mark(cells(&previous, 0));
            self.marks = vec![self.blank; usize::from(next.area.height)];
            self.start_over(&mut body);
        }
        let spans = self.links.spans(links);
        let before = std::mem::take(&mut self.linked);
        let differing = differing((&previous, &before), (next, &spans), rows);
        self.paint(&differing, (&previous, &before), (next, &spans), &mut body);
        self.linked = spans;
        self.links.close(&mut body);
        for y in differing {
            keep(&mut previous, next, y);
        }
        self.previous = previous;
        self.place_cursor(drawn.cursor, &mut body);
        if body.len() > SYNCHRONISED {
            out.extend_from_slice(b"\x1b[?2026h");
            out.extend_from_slice(&body);
            out.extend_from_slice(b"\x1b[?2026l");
        } else {
            out.extend_from_slice(&body);
        }
        self.body = body;
    }

    fn start_over(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\x1b[?25l\x1b[r\x1b[m\x1b[H\x1b[2J");
        self.shown = false;
        self.pen = Pen::default();
        self.region = None;
        self.at = Some((0, 0));
        self.linked.clear();
        self.valid = true;
    }

    fn paint(
        &mut self,
        differing: &[u16],
        (old, was): (&Buffer, &Spans),
        (new, is): (&Buffer, &Spans),
        out: &mut Vec<u8>,
    ) {
        let (Some(first), Some(last)) = (differing.first().copied(), differing.last().copied()) else { return };
        let before = self.marks.clone();
        for y in differing {
            if let Some(mark) = self.marks.get_mut(usize::from(*y)) {
                *mark = scroll::mark(cells(new, *y));
            }
        }
        let span = usize::from(first)..usize::from(last) + 1;
        let marks = before.get(span.clone()).zip(self.marks.get(span.clone()));
        let may_scroll = |(before, after)| scroll::may(before, after, self.blank);
        if self.regions && span.len() > 2 && marks.is_some_and(may_scroll) {
            let (mut was, is) = (rows(old, was, first..=last), rows(new, is, first..=last));
            for _ in 0..SCROLLS {
                let Some(found) = scroll::find(&was, &is) else { break };
                let height = usize::from(new.area.height);
                self.scroll(found.top + span.start, found.bottom + span.start, found.by, height, out);
                scroll::apply(&mut was, found);
            }
            for (y, (was, is)) in span.zip(was.iter().zip(&is)) {
                self.row(y, was, is, out);
            }
        } else {
            for y in differing {
                self.row(usize::from(*y), &row(old, was, *y), &row(new, is, *y), out);
            }
        }
    }

    /// Moves rows in the terminal. The rows that come free take the pen's background, so it must be the default.
    fn scroll(&mut self, top: usize, bottom: usize, by: isize, height: usize, out: &mut Vec<u8>) {
        if !self.pen.erases_to(Color::Reset) {
            self.pen.plain(out);
        }
        let region = (top > 0 || bottom + 1 < height).then_some((top, bottom));
        if self.region != region {
            match region {
                Some((top, bottom)) => put(out, format_args!("\x1b[{};{}r", top + 1, bottom + 1)),
                None => out.extend_from_slice(b"\x1b[r"),
            }
            self.region = region;
            self.at = Some((0, 0));
        }
        // Index and reverse index at the edge of the region: every terminal with regions has them.
        let (edge, step): (usize, &[u8]) = if by > 0 { (bottom, b"\n") } else { (top, b"\x1bM") };
        self.go(0, edge, out);
        for _ in 0..by.unsigned_abs() {
            out.extend_from_slice(step);
        }
    }

    fn row(&mut self, y: usize, was: &Row<'_>, is: &Row<'_>, out: &mut Vec<u8>) {
        if was == is {
            return;
        }
        let text_end = is.iter().rposition(|g| !g.is_blank()).map_or(0, |x| x + 1);
        let to_erase = was.iter().skip(text_end).filter(|g| !g.is_blank()).count();
        let end = if to_erase > BLANKS { text_end } else { is.len() };
        // Up to here the terminal may show something else than was believed.
        let mut smeared = 0;
        for (x, (old, glyph)) in was.iter().zip(is).enumerate().take(end) {
            if old == glyph && x >= smeared {
                continue;
            }
            // A right half that differs was written with its left half, which differs too.
            let Glyph::Lead { text, wide, link, .. } = glyph else { continue };
            self.reach(x, y, is, out);
            self.pen.take(glyph, out);
            self.links.open(*link, out);
            let after = x + 1 + usize::from(*wide);
            if !glyphs::is_sure(text) {
                let stood = was.get(x..after).is_some_and(|old| old.iter().any(|old| !old.is_blank()));
                if stood || x < smeared {
                    // A terminal that sees fewer columns leaves what stood in the others.
                    out.extend_from_slice(if *wide { b"  " } else { b" " });
                    self.moved_on(after, y, is.len(), " ");
                    self.go(x, y, out);
                }
                smeared = x + glyphs::most(text);
            }
            out.extend_from_slice(text.as_bytes());
            self.moved_on(after, y, is.len(), text);
        }
        if to_erase > BLANKS {
            self.reach(end, y, is, out);
            if !self.pen.erases_to(Color::Reset) {
                self.pen.plain(out);
            }
            self.links.close(out);
            out.extend_from_slice(b"\x1b[K");
        }
    }

    /// Where the cursor is after `text`. Terminals differ at the right edge, and on the width of much that is not plain.
    fn moved_on(&mut self, x: usize, y: usize, width: usize, text: &str) {
        self.at = (x < width && glyphs::is_sure(text)).then_some((x, y));
    }

    /// Brings the cursor to (x, y), over a few unchanged cells by writing them again.
    fn reach(&mut self, x: usize, y: usize, row: &Row<'_>, out: &mut Vec<u8>) {
        if let Some((from, at)) = self.at
            && at == y
            && from < x
            && let Some(gap) = row.get(from..x)
            && gap.iter().map(Glyph::bytes).sum::<usize>() <= GAP
            && gap.iter().all(|g| matches!(g, Glyph::Lead { wide: false, text, .. } if glyphs::is_sure(text)))
            && gap.iter().all(|g| self.pen.fits(g) && self.links.fits(g))
        {
            for glyph in gap {
                if let Glyph::Lead { text, .. } = glyph {
                    out.extend_from_slice(text.as_bytes());
                }
            }
            self.at = Some((x, y));
            return;
        }
        self.go(x, y, out);
    }

    /// Moves the cursor the shortest way.
    fn go(&mut self, x: usize, y: usize, out: &mut Vec<u8>) {
        if self.at == Some((x, y)) {
            return;
        }
        let mut best = absolute(x, y);
        if let Some((from_x, from_y)) = self.at
            && let Some(steps) = self.vertical(from_y, y)
        {
            for across in horizontal(from_x, x) {
                if steps.len() + across.len() < best.len() {
                    best = [steps.as_slice(), &across].concat();
                }
            }
        }
        out.extend_from_slice(&best);
        self.at = Some((x, y));
    }

    /// Up or down in the same column. Not across the edges of a region: they stop the cursor, or scroll.
    fn vertical(&self, from: usize, to: usize) -> Option<Vec<u8>> {
        let inside = self.region.is_none_or(|(top, bottom)| [from, to].iter().all(|y| (top..=bottom).contains(y)));
        match to.cmp(&from) {
            std::cmp::Ordering::Equal => Some(Vec::new()),
            _ if !inside => None,
            std::cmp::Ordering::Greater if to - from <= 3 => Some(vec![b'\n'; to - from]),
            std::cmp::Ordering::Greater => Some(relative(to - from, 'B')),
            std::cmp::Ordering::Less => Some(relative(from - to, 'A')),
        }
    }

    fn place_cursor(&mut self, cursor: Option<(u16, u16)>, out: &mut Vec<u8>) {
        if let Some((x, y)) = cursor {
            self.go(usize::from(x), usize::from(y), out);
        }
        if self.shown != cursor.is_some() {
            self.shown = cursor.is_some();
            out.extend_from_slice(if self.shown { b"\x1b[?25h" } else { b"\x1b[?25l" });
        }
    }
}

/// The rows that are to be painted, of those that may differ.
fn differing((old, was): (&Buffer, &Spans), (new, is): (&Buffer, &Spans), rows: Option<&[bool]>) -> Vec<u16> {
    let may = |y: u16| rows.is_none_or(|rows| rows.get(usize::from(y)) != Some(&false));
    let differs = |y: u16| !same(cells(old, y), cells(new, y)) || !was.same_in_row(is, y);
    (0..new.area.height).filter(|y| may(*y) && differs(*y)).collect()
}

fn same(old: &[Cell], new: &[Cell]) -> bool {
    let look = |cell: &Cell| (cell.fg, cell.bg, cell.modifier);
    let same = |old: &Cell, new: &Cell| look(old) == look(new) && same_text(old.symbol(), new.symbol());
    old.iter().zip(new).all(|(old, new)| same(old, new))
}

fn cells(buffer: &Buffer, y: u16) -> &[Cell] {
    buffer.content.get(span(buffer, y)).unwrap_or_default()
}

/// The row is in the picture from now on.
fn keep(picture: &mut Buffer, next: &Buffer, y: u16) {
    let span = span(picture, y);
    if let Some(row) = picture.content.get_mut(span) {
        row.clone_from_slice(cells(next, y));
    }
}

/// Where the cells of a row are.
fn span(buffer: &Buffer, y: u16) -> Range<usize> {
    let width = usize::from(buffer.area.width);
    let start = usize::from(y) * width;
    start..start + width
}

/// What a row shows.
fn row<'a>(buffer: &'a Buffer, links: &Spans, y: u16) -> Row<'a> {
    let mut row = glyphs::read(cells(buffer, y));
    links.tie(y, &mut row);
    row
}

fn rows<'a>(buffer: &'a Buffer, links: &Spans, rows: std::ops::RangeInclusive<u16>) -> Vec<Row<'a>> {
    rows.map(|y| row(buffer, links, y)).collect()
}

/// A write to memory cannot fail.
fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn absolute(x: usize, y: usize) -> Vec<u8> {
    match (x, y) {
        (0, 0) => "\x1b[H".to_owned(),
        (0, y) => format!("\x1b[{}H", y + 1),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
    }
    .into_bytes()
}

fn relative(n: usize, to: char) -> Vec<u8> {
    if n == 1 { format!("\x1b[{to}") } else { format!("\x1b[{n}{to}") }.into_bytes()
}

/// The ways from one column to another in the same row.
fn horizontal(from: usize, to: usize) -> Vec<Vec<u8>> {
    match to.cmp(&from) {
        std::cmp::Ordering::Equal => vec![Vec::new()],
        std::cmp::Ordering::Greater => vec![relative(to - from, 'C')],
        std::cmp::Ordering::Less if to == 0 => vec![b"\r".to_vec()],
        std::cmp::Ordering::Less if from - to <= 3 => vec![vec![0x08; from - to]],
        std::cmp::Ordering::Less => vec![relative(from - to, 'D')],
    }
}

#[cfg(test)]
#[path = "painter_tests.rs"]
mod tests;
