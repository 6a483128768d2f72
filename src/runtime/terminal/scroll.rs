//! Finds the pane that scrolled between two pictures, where moving its rows in the terminal is cheaper than writing
//! them again. Rows move over the whole width, so this pays for full-width panes; everything else is left to the plain
//! difference.

use ratatui::buffer::Cell;

use super::glyphs::Glyph;

pub type Row<'a> = Vec<Glyph<'a>>;

/// Rows `top..=bottom` move up by `by` rows (down where it is negative); the rows that come free are blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    pub top: usize,
    pub bottom: usize,
    pub by: isize,
}

/// Bytes of a scroll: region, cursor, region back, colours off.
const OVERHEAD: isize = 20;
/// How many distances are looked at closely.
const CANDIDATES: usize = 3;

/// The scroll that saves the most bytes on the way from `old` to `new`, if any saves some.
pub fn find(old: &[Row<'_>], new: &[Row<'_>]) -> Option<Scroll> {
    let best = distances(old, new).into_iter().filter_map(|by| along(old, new, by)).max_by_key(|(_, saved)| *saved)?;
    (best.1 > 0).then_some(best.0)
}

/// Moves the rows as the terminal will.
pub fn apply(rows: &mut [Row<'_>], scroll: Scroll) {
    let Some(region) = rows.get_mut(scroll.top..=scroll.bottom) else { return };
    let by = scroll.by.unsigned_abs().min(region.len());
    let freed = if scroll.by > 0 {
        region.rotate_left(by);
        region.len() - by..region.len()
    } else {
        region.rotate_right(by);
        0..by
    };
    for row in region.get_mut(freed).unwrap_or_default() {
        row.fill(Glyph::BLANK);
    }
}

/// The distances over which most rows are found again, those first.
fn distances(old: &[Row<'_>], new: &[Row<'_>]) -> Vec<isize> {
    let (was, is): (Vec<u64>, Vec<u64>) = (old.iter().map(hash).collect(), new.iter().map(hash).collect());
    let blank = |row: &Row<'_>| row.iter().all(Glyph::is_blank);
    let worth: Vec<bool> = new.iter().zip(&is).zip(&was).map(|((row, is), was)| is != was && !blank(row)).collect();
    let rows = isize::try_from(new.len()).unwrap_or(isize::MAX);
    let mut found: Vec<(usize, isize)> = (1 - rows..rows)
        .filter(|by| *by != 0)
        .map(|by| {
            let hits = (0..new.len())
                .filter(|r| worth.get(*r) == Some(&true))
                .filter(|r| r.checked_add_signed(by).and_then(|from| was.get(from)) == is.get(*r));
            (hits.count(), by)
        })
        .filter(|(hits, _)| *hits > 0)
        .collect();
    found.sort_by_key(|(hits, by)| (std::cmp::Reverse(*hits), by.unsigned_abs()));
    found.into_iter().take(CANDIDATES).map(|(_, by)| by).collect()
}

/// The best run of rows to move by this distance, and how many bytes that saves.
fn along(old: &[Row<'_>], new: &[Row<'_>], by: isize) -> Option<(Scroll, isize)> {
    let here: Vec<isize> = old.iter().zip(new).map(|(old, new)| cost(old, new)).collect();
    let gain = |r: usize| {
        let from = old.get(r.checked_add_signed(by)?)?;
        Some(here.get(r)? - cost(from, new.get(r)?))
    };
    let (first, last, gained) = best_run((0..new.len()).map(gain))?;
    let far = by.unsigned_abs();
    let (top, bottom, mut freed) = if by > 0 {
        (first, last + far, last + 1..last + far + 1)
    } else {
        (first.checked_sub(far)?, last, first - far..first)
    };
    if bottom >= new.len() {
        return None;
    }
    let repainted: isize = freed.by_ref().filter_map(|r| Some(cost_from_blank(new.get(r)?) - here.get(r)?)).sum();
    let steps = isize::try_from(far).ok()?;
    Some((Scroll { top, bottom, by }, gained - repainted - OVERHEAD - steps))
}

/// First and last index of the run with the greatest sum, and the sum. A `None` ends a run.
fn best_run(gains: impl Iterator<Item = Option<isize>>) -> Option<(usize, usize, isize)> {
    let mut best = None;
    let (mut start, mut sum) = (0, 0);
    for (r, gain) in gains.enumerate() {
        let Some(gain) = gain else {
            (start, sum) = (r + 1, 0);
            continue;
        };
        if sum <= 0 {
            (start, sum) = (r, 0);
        }
        sum += gain;
        if best.is_none_or(|(_, _, most)| sum > most) {
            best = Some((start, r, sum));
        }
    }
    best
}

/// About how many bytes it takes to write `new` over `old`.
fn cost(old: &Row<'_>, new: &Row<'_>) -> isize {
    weigh(old.iter().zip(new).map(|(old, new)| (old != new, new)))
}

fn cost_from_blank(new: &Row<'_>) -> isize {
    weigh(new.iter().map(|new| (!new.is_blank(), new)))
}

fn weigh<'a, 'b: 'a>(cells: impl Iterator<Item = (bool, &'a Glyph<'b>)>) -> isize {
    const MOVE: usize = 5;
    const COLOUR: usize = 5;
    let (mut bytes, mut writing, mut last) = (0, false, None);
    for (differs, glyph) in cells {
        if differs {
            bytes += glyph.bytes() + if writing { 0 } else { MOVE };
            if let Glyph::Lead { look, .. } = glyph
                && last != Some(look)
            {
                bytes += if last.is_some() { COLOUR } else { 0 };
                last = Some(look);
            }
        }
        writing = differs;
    }
    isize::try_from(bytes).unwrap_or(isize::MAX)
}

/// A mark of what a row of cells says, whatever its colours: the same for rows that are the same, and quick. Rows whose
/// marks are the same by chance are told apart when their cost is weighed.
pub fn mark(cells: &[Cell]) -> u64 {
    cells.iter().fold(0, |mark, cell| add(mark, cell.symbol()))
}

/// By the marks of their rows one picture may be the other, scrolled: something new stood in another row before. Most
/// pictures are told by this, and no row of them is read but those that differ.
pub fn may(old: &[u64], new: &[u64], blank: u64) -> bool {
    old.iter().zip(new).any(|(was, is)| was != is && *is != blank && old.contains(is))
}

fn hash(row: &Row<'_>) -> u64 {
    row.iter().fold(0, |mark, glyph| match glyph {
        Glyph::Lead { text, .. } => add(mark, text),
        Glyph::Tail => add(mark, " "),
    })
}

fn add(mark: u64, text: &str) -> u64 {
    let piece = text.bytes().fold(0, |piece: u64, byte| piece << 8 ^ u64::from(byte));
    (mark ^ piece).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::super::glyphs;
    use super::*;

    fn rows(buffer: &Buffer) -> Vec<Row<'_>> {
        (0..buffer.area.height)
            .map(|y| {
                glyphs::read(&buffer.content[usize::from(y * buffer.area.width)..][..usize::from(buffer.area.width)])
            })
            .collect()
    }

    fn lines(range: std::ops::Range<usize>) -> Buffer {
        let mut text: Vec<String> =
            range.map(|i| format!("line {i} of a log with some words in it {}", i * 7919)).collect();
        text.insert(0, "title of the pane that does not move, ever".to_owned());
        text.push("footer with the keys, quite still".to_owned());
        Buffer::with_lines(text.iter().map(|l| format!("{l:60}")))
    }

    #[test]
    fn a_log_that_went_on_by_two_lines_scrolls_up_between_title_and_footer() {
        let (a, b) = (lines(0..10), lines(2..12));
        assert_eq!(find(&rows(&a), &rows(&b)), Some(Scroll { top: 1, bottom: 10, by: 2 }));
        assert_eq!(find(&rows(&b), &rows(&a)), Some(Scroll { top: 1, bottom: 10, by: -2 }));
    }

    #[test]
    fn nothing_scrolls_between_equal_or_unlike_pictures() {
        let (a, b) = (lines(0..10), lines(50..60));
        assert_eq!(find(&rows(&a), &rows(&a)), None);
        assert_eq!(find(&rows(&a), &rows(&b)), None);
    }

    #[test]
    fn applying_the_scroll_leaves_the_new_lines_blank() {
        let (a, b) = (lines(0..10), lines(1..11));
        let mut moved = rows(&a);
        apply(&mut moved, Scroll { top: 1, bottom: 10, by: 1 });
        let differing: Vec<usize> =
            moved.iter().zip(&rows(&b)).enumerate().filter(|(_, (x, y))| x != y).map(|(i, _)| i).collect();
        assert_eq!(differing, [10]);
    }
}
