//! The assistant's markdown, simply: headings, lists, check lists, quotes, fences, tables, links, bold and code. What is
//! not one of these stays as it was written; nothing is taken away but the marks that became an ink.

use super::flow::{Parts, Rows};
use super::lines::Ink;
use crate::text::{Safe, width};

/// Lays out one text line by line, from its first.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    fenced: bool,
    tables: Vec<Table>,
    /// Lines laid out so far.
    line: usize,
}

impl Markdown {
    /// Of this text: how wide the columns of a table are is known when all of it was seen.
    pub(super) fn of(text: &str) -> Self {
        Self { tables: tables(text), ..Self::default() }
    }

    pub(super) fn line(&mut self, rows: &mut Rows, raw: &str) {
        let nth = self.line;
        self.line += 1;
        if let Some(table) = self.tables.iter().find(|table| table.lines.contains(&nth))
            && table.columns() <= rows.width
        {
            return rows.flow(table.row(nth, raw), 0);
        }
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
            rows.flow(parts, indent + width::width(mark));
        }
    }
}

/// A table: which lines it is, how wide its columns are and which of them stand at the right.
#[derive(Debug)]
struct Table {
    lines: std::ops::Range<usize>,
    widths: Vec<(usize, bool)>,
}

const BETWEEN: &str = " │ ";

/// A row of bars, a row of dashes below it, and the rows of bars that follow.
fn tables(text: &str) -> Vec<Table> {
    let mut found: Vec<Table> = Vec::new();
    // Most texts have none.
    if !text.contains('|') {
        return found;
    }
    let mut fenced = false;
    let mut above: Option<(usize, &str)> = None;
    for (n, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
        }
        if fenced || !line.contains('|') {
            above = None;
            continue;
        }
        match found.last_mut().filter(|table| table.lines.end == n) {
            Some(table) => {
                table.widen(line);
                table.lines.end = n + 1;
            }
            None => {
                if let Some((first, heading)) = above.filter(|(_, heading)| is_rule(line, cells(heading).len())) {
                    let right = cells(line).into_iter().map(|cell| (0, cell.ends_with(':') && !cell.starts_with(':')));
                    let mut table = Table { lines: first..n + 1, widths: right.collect() };
                    table.widen(heading);
                    found.push(table);
                }
            }
        }
        above = Some((n, line));
    }
    found
}

fn is_rule(line: &str, columns: usize) -> bool {
    let cells = cells(line);
    let dashes = |cell: &str| cell.trim_matches(':').len() > 1 && cell.trim_matches(':').bytes().all(|b| b == b'-');
    cells.len() == columns && columns > 0 && cells.iter().all(|cell| dashes(cell))
}

/// What stands between the bars. `\|` is a bar of the text.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let (mut from, mut before) = (0, ' ');
    for (at, c) in line.char_indices() {
        if c == '|' && before != '\\' {
            cells.push(line.get(from..at).unwrap_or_default().trim());
            from = at + 1;
        }
        before = c;
    }
    let last = line.get(from..).unwrap_or_default().trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}

fn cell(text: &str) -> (Parts, usize) {
    let mut parts = Parts::new();
    inline(&text.replace("\\|", "|"), &mut parts);
    let wide = parts.iter().map(|(_, text)| width::width(text)).sum();
    (parts, wide)
}

impl Table {
    fn widen(&mut self, line: &str) {
        for (column, text) in self.widths.iter_mut().zip(cells(line)) {
            column.0 = column.0.max(cell(text).1);
        }
    }

    fn columns(&self) -> usize {
        self.widths.iter().map(|(wide, _)| wide + width::width(BETWEEN)).sum::<usize>()
    }

    fn row(&self, nth: usize, line: &str) -> Parts {
        let at = nth - self.lines.start;
        let mut parts = Parts::new();
        if at == 1 {
            let dashes: Vec<String> = self.widths.iter().map(|(wide, _)| "─".repeat(*wide)).collect();
            parts.push((Ink::Dim, Safe::new(dashes.join("─┼─"))));
            return parts;
        }
        let mut cells = cells(line).into_iter();
        for (n, (wide, right)) in self.widths.iter().enumerate() {
            if n > 0 {
                parts.push((Ink::Dim, Safe::new(BETWEEN)));
            }
            let (mut words, own) = cell(cells.next().unwrap_or_default());
            let gap = (Ink::Plain, Safe::new(" ".repeat(wide.saturating_sub(own))));
            words.insert(if *right { 0 } else { words.len() }, gap);
            if at == 0 {
                for (ink, _) in &mut words {
                    *ink = Ink::Strong;
                }
            }
            parts.extend(words);
        }
        // More cells than the heading has are not lost.
        for more in cells {
            parts.push((Ink::Dim, Safe::new(BETWEEN)));
            inline(more, &mut parts);
        }
        parts
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

/// Bold, code and links within a line. A mark without its partner is text.
fn inline(text: &str, parts: &mut Parts) {
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`', '[']) {
        let (before, marked) = rest.split_at_checked(at).unwrap_or((rest, ""));
        if let Some((words, to, after)) = link(marked) {
            push(parts, Ink::Plain, before.strip_suffix('!').unwrap_or(before));
            push(parts, Ink::Link, words);
            // An address is told, not hidden behind words.
            if to != words {
                push(parts, Ink::Dim, &format!(" ({to})"));
            }
            rest = after;
            continue;
        }
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

/// Words and address of `[words](address)`, and what follows it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (to, after) = rest.split_once(')')?;
    let plain = !words.is_empty() && !words.contains(['[', ']', '`']) && !to.is_empty();
    (plain && !to.contains(char::is_whitespace)).then_some((words, to, after))
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
        let mut markdown = Markdown::of(text);
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

    #[test]
    fn a_table_stands_in_columns_where_it_fits_and_as_it_was_written_where_not() {
        let table = "| crate | tests |\n|---|---:|\n| `scheduler` | 118 |\n| a \\| b | **7** | more |\nafter";
        assert_eq!(
            laid(table, 40),
            ["crate     │ tests", "──────────┼──────", "scheduler │   118", "a | b     │     7 │ more", "after"]
                .map(|row| row.trim_end().to_owned())
        );
        assert_eq!(laid("| crate | tests |\n|---|---:|", 12).first().map(String::as_str), Some("| crate |"));
        for text in ["a | b\nc | d", "```\na|b\n-|-\n```", "|---|---|", "a | b\n--- | --- | ---"] {
            assert_eq!(laid(text, 40), text.lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_link_is_words_and_where_it_leads() {
        assert_eq!(laid("see [the run](https://x.y/1) now", 80), ["see the run (https://x.y/1) now"]);
        assert_eq!(laid("![shot](a.png)", 80), ["shot (a.png)"]);
        assert_eq!(inks("[a](b)").first(), Some(&(Ink::Link, "a".to_owned())));
        for text in ["[x] y", "a[0](", "[a]( b )", "list[i](n + 1)", "[](x)"] {
            assert_eq!(laid(text, 80), [text]);
        }
    }
}
