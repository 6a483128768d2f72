//! How wide text is on a terminal, and cutting, padding and wrapping it to a width.
//!
//! The width of a text is the sum of the widths of its user-perceived characters, because that is how they are put in
//! cells; the width of the text as a whole can differ where neighbours form a ligature.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns the text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { cells(text).map(|(_, columns)| columns).sum() }
}

/// The user-perceived characters of the text and the columns each takes.
pub fn cells(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (first, after) = rest.split_at_checked(first_len(rest)).filter(|(first, _)| !first.is_empty())?;
        rest = after;
        Some((first, columns(first)))
    })
}

/// Columns of one user-perceived character. The lines of U+2500 to U+257F, which rules are made of, are not looked up.
fn columns(character: &str) -> usize {
    match character.as_bytes() {
        [_] | [0xe2, 0x94 | 0x95, _] => 1,
        _ => character.width(),
    }
}

/// Bytes of the first user-perceived character. Nearly all that is drawn is of letters and signs that never join with
/// each other, and is told by its bytes; the rest is asked of the tables.
fn first_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    match never_joins(bytes)
        .filter(|len| bytes.get(*len..).is_some_and(|rest| rest.is_empty() || never_joins(rest).is_some()))
    {
        Some(len) => len,
        None => text.graphemes(true).next().map_or(0, str::len),
    }
}

/// Bytes of the character at the start, if it never joins with another such: ASCII but for the carriage return, which
/// joins with a line feed; dashes, quotes and the ellipsis; and U+2180 to U+2BFF, with all arrows, lines, blocks and marks
/// that the screen is made of.
fn never_joins(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\r', ..] => None,
        [first, ..] if first.is_ascii() => Some(1),
        [0xe2, 0x86..=0xaf, _, ..] | [0xe2, 0x80, 0x90..=0xa7, ..] => Some(3),
        _ => None,
    }
}

/// Bytes of the longest start of `text` that takes at most `max` columns, and the columns it takes.
fn fit(text: &str, max: usize) -> (usize, usize) {
    if text.is_ascii() {
        return (text.len().min(max), text.len().min(max));
    }
    let (mut bytes, mut used) = (0, 0);
    for (grapheme, w) in cells(text) {
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

/// The same of a sentence: it ends behind a whole word where one ends in its second half.
pub fn cut_words(text: &str, max: usize) -> String {
    let cut = cut_end(text, max);
    let Some(kept) = cut.strip_suffix('…').filter(|kept| cut != text && !kept.is_empty()) else { return cut };
    // A blank or the end behind what was kept: the last word is whole.
    if text.get(kept.len()..).is_none_or(|rest| rest.starts_with(char::is_whitespace)) {
        return cut;
    }
    match kept.rfind(char::is_whitespace).and_then(|at| kept.get(..at)) {
        // A dot between two parts says nothing behind the last.
        Some(whole) if width(whole) * 2 >= max => format!("{}…", whole.trim_end_matches([' ', '·'])),
        _ => cut,
    }
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

    proptest::proptest! {
        #[test]
        fn characters_are_told_apart_as_the_tables_do(
            text in "([a-zé\\r\\n─│…●✓❤日\u{0301}\u{200d}\u{fe0f}\u{1f469}\u{1f1e9}\u{1f1ea}\u{0e33}\u{0600}\u{1100}\u{1161}\u{20dd}\u{2180}\u{2bff}]|\\PC){0,24}",
        ) {
            let ours: Vec<&str> = cells(&text).map(|(cell, _)| cell).collect();
            proptest::prop_assert_eq!(ours, text.graphemes(true).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_two_characters_that_are_told_by_their_bytes_ever_join() {
        let quick = |c: &char| never_joins(c.to_string().as_bytes()) == Some(c.len_utf8());
        let all: Vec<char> = (0..=0x2fff).filter_map(char::from_u32).filter(quick).collect();
        assert!(all.len() > 2_000, "{}", all.len());
        for a in &all {
            for b in ['a', '\n', '─', '…', '❤', '⏩'].iter().chain([a]) {
                assert_eq!(format!("{a}{b}").graphemes(true).count(), 2, "{a:?} {b:?}");
                assert_eq!(format!("{b}{a}").graphemes(true).count(), 2, "{b:?} {a:?}");
            }
        }
    }

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
    fn a_sentence_is_cut_behind_a_word_that_ends_near_enough() {
        assert_eq!(cut_words("the public search", 17), "the public search");
        assert_eq!(cut_words("the public search", 16), "the public…");
        assert_eq!(cut_words("the public search", 11), "the public…", "that word is whole");
        assert_eq!(cut_words("the unbreakable", 12), "the unbreak…", "else most of it would be gone");
        assert_eq!(cut_words("unbreakable", 4), "unb…");
        assert_eq!(cut_words("unsent · copilot", 12), "unsent…", "nor a dot");
        for max in 0..20 {
            assert!(width(&cut_words("日本語 the public search", max)) <= max, "{max}");
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
