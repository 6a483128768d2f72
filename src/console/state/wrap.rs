//! Text cut to fit: whole words where possible, never half a character.

use unicode_segmentation::UnicodeSegmentation;

use crate::text::{Safe, width};

/// The text as lines of at most `columns`. Breaks at spaces; a word longer than a line is cut. Never empty.
pub fn wrap(text: &Safe, columns: usize) -> Vec<Safe> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_word_bounds_by_space() {
        let w = width::width(word);
        if used + width::width(word.trim_end()) > columns && used > 0 {
            lines.push(Safe::new(line.trim_end()));
            line.clear();
            used = 0;
        }
        if w > columns {
            for grapheme in word.graphemes(true) {
                let w = width::width(grapheme);
                if used + w > columns {
                    lines.push(Safe::new(&line));
                    line.clear();
                    used = 0;
                }
                line.push_str(grapheme);
                used += w;
            }
        } else {
            line.push_str(word);
            used += w;
        }
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(Safe::new(line.trim_end()));
    }
    lines
}

trait BySpace {
    /// Words with the spaces that follow them.
    fn split_word_bounds_by_space(&self) -> impl Iterator<Item = &str>;
}

impl BySpace for Safe {
    fn split_word_bounds_by_space(&self) -> impl Iterator<Item = &str> {
        let text = self.as_str();
        let mut start = 0;
        let mut previous = ' ';
        let mut cuts: Vec<usize> = Vec::new();
        for (at, c) in text.char_indices() {
            if c != ' ' && previous == ' ' && at > 0 {
                cuts.push(at);
            }
            previous = c;
        }
        cuts.push(text.len());
        cuts.into_iter().filter_map(move |end| {
            let word = text.get(start..end);
            start = end;
            word.filter(|w| !w.is_empty())
        })
    }
}

/// At most `columns`, with `…` in the middle: for paths and names whose end tells them apart.
pub fn cut_middle(text: &str, columns: usize) -> String {
    if width::width(text) <= columns {
        return text.to_owned();
    }
    if columns < 3 {
        return width::cut_end(text, columns);
    }
    let graphemes: Vec<&str> = text.graphemes(true).collect();
    let tail_room = (columns - 1) / 2;
    let head = take(graphemes.iter().copied(), columns - 1 - tail_room);
    let mut tail = take(graphemes.iter().rev().copied(), tail_room);
    tail.reverse();
    format!("{}…{}", head.concat(), tail.concat())
}

/// The first of these that together take at most `room` columns.
fn take<'a>(from: impl Iterator<Item = &'a str>, room: usize) -> Vec<&'a str> {
    let mut used = 0;
    from.take_while(|g| {
        used += width::width(g);
        used <= room
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<String> {
        wrap(&Safe::new(text), columns).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_stay_whole_while_they_fit() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("exactly8 x", 8), ["exactly8", "x"]);
        assert_eq!(wrapped("", 8), [""]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("  indented", 20), ["  indented"]);
    }

    #[test]
    fn a_wide_character_is_never_cut_in_half() {
        for columns in 2..9 {
            for line in wrapped("日本語のテキスト abc 漢字", columns) {
                assert!(width::width(&line) <= columns, "{line} in {columns}");
            }
        }
    }

    #[test]
    fn the_middle_of_a_path_gives_way() {
        assert_eq!(cut_middle("acme/very-long-name", 11), "acme/…-name");
        assert_eq!(cut_middle("short", 11), "short");
        assert_eq!(width::width(&cut_middle("日本語日本語日本語", 8)), 7);
    }
}
