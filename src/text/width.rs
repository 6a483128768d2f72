//! How wide text is on a terminal, and cutting, padding and wrapping it to a width.
//!
//! The width of a text is the sum of the widths of its user-perceived characters, because that is how they are put in
//! cells; the width of the text as a whole can differ where neighbours form a ligature.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns the text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// Bytes of the longest start of `text` that takes at most `max` columns, and the columns it takes.
fn fit(text: &str, max: usize) -> (usize, usize) {
    if text.is_ascii() {
        return (text.len().min(max), text.len().min(max));
    }
    let (mut bytes, mut used) = (0, 0);
    for grapheme in text.graphemes(true) {
        let w = grapheme.width();
        if used + w > max {
            break;
        }
        bytes += grapheme.len();
        used += w;
    }
    (bytes, used)
}

/// A joiner at a cut would join with what stands there now.
fn trim(text: &str) -> &str {
    text.trim_end_matches(['\u{200c}', '\u{200d}'])
}

/// The longest start of `text` of at most `max` bytes.
pub fn cut_bytes(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The longest start of `text` of at most `max` columns.
pub fn first_columns(text: &str, max: usize) -> &str {
    let mut columns = 0;
    let end = text.grapheme_indices(true).find(|(_, grapheme)| {
        columns += width(grapheme);
        columns > max
    });
    end.map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

/// At most `max` columns; what is longer ends in `…`, which follows a word and no blank: in ASCII that would be a full stop.
pub fn cut_end(text: &str, max: usize) -> String {
    if text.len() <= max || width(text) <= max {
        return text.to_owned();
    }
    let Some(room) = max.checked_sub(1) else { return String::new() };
    let (bytes, _) = fit(text, room);
    let kept = trim(text.get(..bytes).unwrap_or_default());
    // Of blanks alone one is seen to be cut.
    let mut out = if kept.trim_end().is_empty() { kept } else { kept.trim_end() }.to_owned();
    out.push('…');
    out
}

/// At most `max` columns; what is longer has `…` in the middle, and more of its end than of its start: the end of a path
/// says more.
pub fn cut_middle(text: &str, max: usize) -> String {
    if text.len() <= max || width(text) <= max {
        return text.to_owned();
    }
    let Some(room) = max.checked_sub(1) else { return String::new() };
    let (head, used) = fit(text, room * 2 / 5);
    let mut tail = text.len();
    let mut left = room - used;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        let Some(rest) = left.checked_sub(grapheme.width()) else { break };
        left = rest;
        tail = at;
    }
    let head = trim(text.get(..head).unwrap_or_default());
    format!("{head}…{}", text.get(tail..).unwrap_or_default())
}

/// Exactly `columns` columns: cut at the end, or padded with spaces on the right.
pub fn pad_right(text: &str, columns: usize) -> String {
    let mut out = cut_end(text, columns);
    let missing = columns.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// Exactly `columns` columns: cut at the end, or padded with spaces on the left.
pub fn pad_left(text: &str, columns: usize) -> String {
    let cut = cut_end(text, columns);
    let mut out = " ".repeat(columns.saturating_sub(width(&cut)));
    out.push_str(&cut);
    out
}

/// Rows of at most `columns` columns, broken at spaces where there are any in reach. Spaces at a break belong to no row;
/// an indent is kept. Never empty. A character wider than `columns` stands in a row of its own.
pub fn wrap(text: &str, columns: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut rest = text;
    loop {
        let (row, next) = row(rest, columns);
        rows.push(row);
        match next {
            Some(next) => rest = next,
            None => return rows,
        }
    }
}

/// The first row of `text`, as [`wrap`] would make it, and what is left after it: always an end of `text`.
pub fn row(text: &str, columns: usize) -> (&str, Option<&str>) {
    let (bytes, _) = fit(text, columns);
    if bytes == text.len() {
        return (text, None);
    }
    let bytes = match bytes {
        0 => text.graphemes(true).next().map_or(text.len(), str::len),
        bytes => bytes,
    };
    let (start, rest) = text.split_at_checked(bytes).unwrap_or((text, ""));
    let indent = spaces(start);
    let at = if spaces(rest) > 0 {
        Some(bytes)
    } else {
        start.rmatch_indices(' ').map(|(at, _)| at).find(|at| spaces(text.get(*at..).unwrap_or_default()) > 0)
    };
    let (row, rest) = match at.filter(|at| *at > indent) {
        Some(at) => text.split_at_checked(at).unwrap_or((start, rest)),
        None => (start, rest),
    };
    let next = rest.get(spaces(rest)..).unwrap_or_default();
    let row = if row.len() > indent { row.trim_end_matches(' ') } else { row };
    (trim(row), (!next.is_empty()).then_some(next))
}

/// How many spaces the text begins with. A space that carries a mark is none.
fn spaces(text: &str) -> usize {
    let rest = text.trim_start_matches(' ');
    let spaces = text.len() - rest.len();
    let marked = rest.chars().next().is_some_and(|c| c.width() == Some(0));
    if marked { spaces.saturating_sub(1) } else { spaces }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_says_so_and_fits() {
        assert_eq!(cut_end("migrate", 7), "migrate");
        assert_eq!(cut_end("migrate", 6), "migra…");
        assert_eq!(cut_end("the public search", 11), "the public…", "no blank before it");
        assert_eq!(cut_end("日本語", 5), "日本…");
        assert_eq!(cut_end("日本語", 4), "日…", "a wide character is never split");
        assert_eq!((cut_end("ab", 1), cut_end("ab", 0)), ("…".to_owned(), String::new()));
        assert_eq!(cut_middle("src/console/view/log.rs", 15), "src/c…ew/log.rs");
        assert_eq!(cut_middle("src/log.rs", 10), "src/log.rs");
        for max in 0..12 {
            assert!(width(&cut_middle("日本語/日本語", max)) <= max, "{max}");
        }
    }

    #[test]
    fn padding_makes_exactly_the_width() {
        assert_eq!(pad_right("日", 4), "日  ");
        assert_eq!(pad_left("7", 3), "  7");
        assert_eq!(pad_right("日本", 3), "日…");
        assert_eq!(pad_left("日本", 2), " …");
    }

    #[test]
    fn rows_break_at_spaces_and_keep_the_indent() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("  indented text", 10), ["  indented", "text"]);
        assert_eq!(wrap("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("a unbreakable", 4), ["a", "unbr", "eaka", "ble"]);
        assert_eq!(wrap("日本語", 5), ["日本", "語"]);
        assert_eq!(wrap("日", 1), ["日"]);
        assert_eq!(wrap("exact fit", 9), ["exact fit"]);
        assert_eq!(wrap("exact    gap", 5), ["exact", "gap"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("      ", 3), ["   "]);
        assert_eq!(wrap("ab", 0), ["a", "b"]);
    }

    #[test]
    fn the_width_is_that_of_the_cells() {
        assert_eq!(width("لا"), 2, "a ligature is still put in two cells");
        assert_eq!(width("👩‍👩‍👧"), 2);
        assert_eq!(width("e\u{301}"), 1);
    }
}
