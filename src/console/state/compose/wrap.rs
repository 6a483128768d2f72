//! Lines into rows of a width, and the way between a place in the text and a cell. Words stay whole where they fit.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::width;

const TAB: usize = 4;

/// One row of the screen: a part of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub line: usize,
    /// Bytes of the line.
    pub start: usize,
    pub end: usize,
    /// Characters of the line before and after the row: what a cursor counts in.
    pub from: usize,
    pub to: usize,
}

/// Columns a grapheme takes at column `x`.
fn columns(grapheme: &str, x: usize) -> usize {
    if grapheme == "\t" { TAB - x % TAB } else { width::width(grapheme) }
}

/// The rows of a text. There is at least one for each line.
pub fn rows(lines: &[String], columns: usize) -> Vec<Row> {
    let mut out = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        wrap_line(index, line, columns.max(2), &mut out);
    }
    out
}

fn wrap_line(index: usize, line: &str, room: usize, out: &mut Vec<Row>) {
    let mut row = Row { line: index, start: 0, end: 0, from: 0, to: 0 };
    // Where the row may end: after the newest space, as (byte, character, column).
    let mut border: Option<(usize, usize, usize)> = None;
    let mut x = 0;
    for (byte, grapheme) in line.grapheme_indices(true) {
        // One space may hang over the edge, so that the next row starts with a word.
        let hangs = grapheme == " " && x == room;
        while x + columns(grapheme, x) > room && !hangs && row.end > row.start {
            let (end, to, at) = border.unwrap_or((byte, row.to, x));
            out.push(Row { end, to, ..row });
            row = Row { line: index, start: end, end: row.end, from: to, to: row.to };
            x -= at;
            border = None;
        }
        x += columns(grapheme, x);
        row.end = byte + grapheme.len();
        row.to += grapheme.chars().count();
        if grapheme == " " || grapheme == "\t" {
            border = Some((row.end, row.to, x));
        }
    }
    out.push(row);
}

/// Row and column of a place in the text (line, characters before it).
pub fn place(rows: &[Row], lines: &[String], (line, column): (usize, usize)) -> (usize, usize) {
    let on = |row: &Row| row.line == line && row.from <= column;
    let index = rows.iter().rposition(on).unwrap_or_default();
    let Some((row, text)) = rows.get(index).zip(text_of(rows.get(index), lines)) else { return (0, 0) };
    let chars = column.saturating_sub(row.from);
    let bytes = text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    (index, text.get(..bytes).map_or(0, |before| before.graphemes(true).fold(0, |x, g| x + columns(g, x))))
}

/// The place in the text nearest to a column of a row.
pub fn at(rows: &[Row], lines: &[String], row: usize, x: usize) -> (usize, usize) {
    let Some(found) = rows.get(row.min(rows.len().saturating_sub(1))) else { return (0, 0) };
    let text = text_of(Some(found), lines).unwrap_or_default();
    let last_of_line = lines.get(found.line).is_none_or(|line| found.end == line.len());
    let (mut used, mut column) = (0, found.from);
    for grapheme in text.graphemes(true) {
        let wide = columns(grapheme, used);
        let next = column + grapheme.chars().count();
        // The place after a row that goes on is the first of the next row.
        if used + wide > x || (next == found.to && !last_of_line) {
            break;
        }
        used += wide;
        column = next;
    }
    (found.line, column)
}

pub fn text_of<'a>(row: Option<&Row>, lines: &'a [String]) -> Option<&'a str> {
    let row = row?;
    lines.get(row.line)?.get(row.start..row.end)
}

/// The row with its tabs as spaces.
pub fn expanded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut x = 0;
    for grapheme in text.graphemes(true) {
        let wide = columns(grapheme, x);
        if grapheme == "\t" {
            out.extend(std::iter::repeat_n(' ', wide));
        } else {
            out.push_str(grapheme);
        }
        x += wide;
    }
    out
}

/// The first row shown, so that the cursor's row is in sight and the text moves as little as it can.
pub fn visible_top(top: usize, cursor: usize, height: usize, rows: usize) -> usize {
    let height = height.max(1);
    let lowest = (cursor + 1).saturating_sub(height);
    top.clamp(lowest, cursor.max(lowest)).min(rows.saturating_sub(height).max(lowest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, room: usize) -> Vec<String> {
        let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        rows(&lines, room).iter().map(|row| lines[row.line][row.start..row.end].to_owned()).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(texts("one two three", 8), ["one two ", "three"]);
        assert_eq!(texts("onetwothree", 4), ["onet", "woth", "ree"]);
        assert_eq!(texts("four five", 4), ["four ", "five"], "one space hangs over the edge");
        assert_eq!(texts("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(texts("日本語です", 4), ["日本", "語で", "す"]);
    }

    #[test]
    fn the_cursor_of_a_wrapped_line_is_in_the_row_it_belongs_to() {
        let lines = vec!["one two three".to_owned()];
        let rows = rows(&lines, 8);
        assert_eq!(place(&rows, &lines, (0, 7)), (0, 7));
        assert_eq!(place(&rows, &lines, (0, 8)), (1, 0));
        assert_eq!(place(&rows, &lines, (0, 13)), (1, 5));
        assert_eq!(at(&rows, &lines, 0, 99), (0, 7), "the end of a row that goes on is before its border");
        assert_eq!(at(&rows, &lines, 1, 99), (0, 13));
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        assert_eq!(visible_top(0, 3, 5, 9), 0);
        assert_eq!(visible_top(0, 5, 5, 9), 1);
        assert_eq!(visible_top(4, 2, 5, 9), 2);
        assert_eq!(visible_top(9, 3, 5, 4), 0, "no empty rows below a text that became short");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_cover_the_text_and_fit_and_places_come_back(
            text in "(a|b| |\t|日|é|e\u{301}|👩|\n){0,60}", room in 2usize..12,
        ) {
            let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            let rows = rows(&lines, room);
            for (index, line) in lines.iter().enumerate() {
                let joined: String = rows.iter().filter(|r| r.line == index).map(|r| &line[r.start..r.end]).collect();
                prop_assert_eq!(&joined, line);
                let mut column = 0;
                for grapheme in line.graphemes(true).chain([""]) {
                    let (row, x) = place(&rows, &lines, (index, column));
                    prop_assert!(x <= room + 3, "{} in {}", x, room);
                    prop_assert_eq!(at(&rows, &lines, row, x), (index, column));
                    column += grapheme.chars().count();
                }
            }
        }
    }
}
