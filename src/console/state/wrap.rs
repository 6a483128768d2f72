//! Safe text in lines of at most a width.

use crate::text::{Safe, width};

/// Breaks at spaces; a word longer than a line is cut. Never empty.
pub fn wrap(text: &Safe, columns: usize) -> Vec<Safe> {
    let lines: Vec<Safe> = width::wrap(text, columns.max(2)).into_iter().map(Safe::new).collect();
    if lines.is_empty() { vec![Safe::default()] } else { lines }
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
}
