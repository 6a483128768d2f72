//! The assistant's markdown, simply: headings, lists, check lists, quotes, fences, bold and code. What is not one of
//! these stays as it was written; nothing is taken away but the marks that became an ink.

use super::flow::{Parts, Rows};
use super::lines::Ink;
use crate::text::Safe;

/// Lays out one text line by line.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    fenced: bool,
}

impl Markdown {
    pub(super) fn line(&mut self, rows: &mut Rows, raw: &str) {
        let line = Safe::new(raw);
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        if text.starts_with("```") || text.starts_with("~~~") {
            self.fenced = !self.fenced;
            rows.flow(vec![(Ink::Dim, line)], indent);
        } else if self.fenced {
            rows.flow(vec![(Ink::Code, line)], indent);
        } else if let Some(heading) = heading(text) {
            let mut parts = Parts::new();
            inline(heading, &mut parts);
            for (ink, _) in &mut parts {
                *ink = Ink::Strong;
            }
            rows.flow(parts, 0);
        } else if text.starts_with("> ") {
            rows.flow(vec![(Ink::Dim, line)], indent + 2);
        } else {
            let (mark, ink, rest) = item(text);
            let mut parts = Parts::new();
            if indent > 0 {
                parts.push((Ink::Plain, Safe::new(" ".repeat(indent))));
            }
            if !mark.is_empty() {
                parts.push((ink, Safe::new(mark)));
            }
            inline(rest, &mut parts);
            rows.flow(parts, indent + crate::text::width::width(mark));
        }
    }
}

/// The words of `## words`.
fn heading(text: &str) -> Option<&str> {
    let words = text.trim_start_matches('#');
    let level = text.len() - words.len();
    (1..=6).contains(&level).then(|| words.strip_prefix(' ')).flatten().map(str::trim)
}

/// The mark of a list item, its ink, and the words after it. No mark: no item.
fn item(text: &str) -> (&str, Ink, &str) {
    for (mark, ink) in [("[x] ", Ink::Good), ("[X] ", Ink::Good), ("[ ] ", Ink::Dim)] {
        let rest = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")).and_then(|rest| rest.strip_prefix(mark));
        if let Some(rest) = rest {
            return (mark, ink, rest);
        }
    }
    for mark in ["- ", "* ", "+ "] {
        if let Some(rest) = text.strip_prefix(mark) {
            return ("• ", Ink::Dim, rest);
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.get(digits..) {
        Some(rest) if (1..=3).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ")) => {
            let (mark, rest) = text.split_at_checked(digits + 2).unwrap_or((text, ""));
            (mark, Ink::Plain, rest)
        }
        _ => ("", Ink::Plain, text),
    }
}

/// Bold and code within a line. A mark without its partner is text.
fn inline(text: &str, parts: &mut Parts) {
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`']) {
        let (before, marked) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let mark = if marked.starts_with("**") { "**" } else { "`" };
        let inner = marked.strip_prefix(mark).and_then(|inner| inner.split_once(mark));
        let Some((inner, after)) = inner.filter(|(inner, _)| !inner.trim().is_empty()) else {
            // Not a pair: everything up to behind the mark stays as it is.
            let end = at + marked.chars().next().map_or(0, char::len_utf8);
            let (kept, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            push(parts, Ink::Plain, kept);
            rest = after;
            continue;
        };
        push(parts, Ink::Plain, before);
        push(parts, if mark == "`" { Ink::Code } else { Ink::Strong }, inner);
        rest = after;
    }
    push(parts, Ink::Plain, rest);
}

fn push(parts: &mut Parts, ink: Ink, text: &str) {
    if !text.is_empty() {
        parts.push((ink, Safe::new(text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(text: &str, width: u16) -> Vec<String> {
        let mut rows = Rows::new(width, true);
        let mut markdown = Markdown::default();
        text.lines().for_each(|line| markdown.line(&mut rows, line));
        rows.done.iter().map(|row| row.parts.iter().map(|(_, text)| text.as_str()).collect()).collect()
    }

    fn inks(line: &str) -> Vec<(Ink, String)> {
        let mut rows = Rows::new(80, true);
        Markdown::default().line(&mut rows, line);
        let parts = rows.done.into_iter().flat_map(|row| row.parts);
        parts.map(|(ink, text)| (ink, text.to_string())).collect()
    }

    #[test]
    fn marks_become_inks() {
        assert_eq!(inks("## Plan"), [(Ink::Strong, "Plan".to_owned())]);
        assert_eq!(laid("### ✅ **Done**", 80), ["✅ Done"]);
        assert_eq!(
            inks("a **b** `c`"),
            [
                (Ink::Plain, "a ".to_owned()),
                (Ink::Strong, "b".to_owned()),
                (Ink::Plain, " ".to_owned()),
                (Ink::Code, "c".to_owned())
            ]
        );
        assert_eq!(inks("- [x] done").first(), Some(&(Ink::Good, "[x] ".to_owned())));
    }

    #[test]
    fn what_is_no_mark_stays() {
        for text in ["2 * 3 * 4", "a ** b", "`open", "#hashtag", "snake_case_name", "**", "****", "1.5 is", "-x"] {
            assert_eq!(laid(text, 80), [text]);
        }
    }

    #[test]
    fn items_hang_below_themselves() {
        assert_eq!(laid("- one two three", 9), ["• one two", "  three"]);
        assert_eq!(laid("12. one two", 8), ["12. one", "    two"]);
        assert_eq!(laid("- [ ] one two", 9), ["[ ] one", "    two"]);
    }

    #[test]
    fn nothing_in_a_fence_is_a_mark() {
        assert_eq!(laid("```rust\n# **not** bold\n```\n# yes", 80), ["```rust", "# **not** bold", "```", "yes"]);
    }
}
