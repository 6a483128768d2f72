//! The diff of a pull request as it is read: files, hunks, lines with their signs, and what is searched for in it.
//!
//! Nothing of it is trusted: lines are made safe where they are drawn. Inside a hunk the numbers of its head decide what is
//! a line of the file, so that a file that looks like a diff is none.

use std::ops::Range;

use crate::domain::{Fault, PullDiff, PullTarget};
use crate::text::Untrusted;

#[derive(Debug)]
pub struct DiffPane {
    pub target: PullTarget,
    pub state: State,
    /// The first line seen.
    pub top: usize,
    pub search: Option<Search>,
}

#[derive(Debug)]
pub enum State {
    Loading,
    Failed(Fault),
    There(Box<Doc>),
}

impl DiffPane {
    pub fn new(target: PullTarget) -> Self {
        Self { target, state: State::Loading, top: 0, search: None }
    }

    pub fn doc(&self) -> Option<&Doc> {
        match &self.state {
            State::There(doc) => Some(doc),
            _ => None,
        }
    }
}

/// What is looked for, and the lines that hold it.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub text: String,
    pub hits: Vec<usize>,
    /// The hit that was last gone to.
    pub at: Option<usize>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The first line of a file.
    File,
    /// What git says of the file.
    Meta,
    Hunk,
    Context,
    Added,
    Removed,
}

#[derive(Debug, Default)]
pub struct Doc {
    text: Box<str>,
    lines: Vec<(Mark, Range<usize>)>,
    pub files: Vec<FilePart>,
    /// It goes on beyond what was taken.
    pub cut: bool,
}

/// A file of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePart {
    pub path: Untrusted,
    /// Its first line.
    pub line: usize,
    pub added: u32,
    pub removed: u32,
}

impl Doc {
    pub fn read(diff: &PullDiff) -> Self {
        let text: Box<str> = diff.text.raw_for_match().into();
        let mut reading = Reading::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches('\n').len();
            reading.line(text.get(start..end).unwrap_or_default(), start..end);
            start += line.len();
        }
        Self { lines: reading.lines, files: reading.files, cut: diff.cut, text }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line with this number and what it is.
    pub fn line(&self, number: usize) -> Option<(Mark, Untrusted)> {
        let (mark, range) = self.lines.get(number)?;
        Some((*mark, self.text.get(range.clone())?.into()))
    }

    /// The file a line belongs to, and its number.
    pub fn file_at(&self, line: usize) -> Option<(usize, &FilePart)> {
        let at = self.files.partition_point(|file| file.line <= line).checked_sub(1)?;
        Some((at, self.files.get(at)?))
    }

    /// Lines that hold the text; letters of either case are the same where it has none in upper case.
    pub fn find(&self, wanted: &str) -> Vec<usize> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let exact = wanted.chars().any(char::is_uppercase);
        let holds = |range: &Range<usize>| {
            let line = self.text.get(range.clone()).unwrap_or_default();
            if exact { line.contains(wanted) } else { line.to_lowercase().contains(wanted) }
        };
        let lines = self.lines.iter().enumerate();
        lines.filter(|(_, (_, range))| holds(range)).map(|(number, _)| number).collect()
    }
}

#[derive(Default)]
struct Reading {
    lines: Vec<(Mark, Range<usize>)>,
    files: Vec<FilePart>,
    /// Lines of the hunk still to come: before and after the change.
    left: (u64, u64),
}

impl Reading {
    fn line(&mut self, line: &str, range: Range<usize>) {
        let mark = self.mark(line);
        if let Some(file) = self.files.last_mut() {
            match mark {
                Mark::Added => file.added = file.added.saturating_add(1),
                Mark::Removed => file.removed = file.removed.saturating_add(1),
                // It is the surer name, and that of a file that goes is the one before.
                Mark::Meta => {
                    let named = line.strip_prefix("+++ ").or_else(|| line.strip_prefix("--- "));
                    if let Some(path) = named.filter(|path| *path != "/dev/null").and_then(|path| path.get(2..)) {
                        file.path = path.into();
                    }
                }
                _ => {}
            }
        }
        self.lines.push((mark, range));
    }

    fn mark(&mut self, line: &str) -> Mark {
        let (before, after) = self.left;
        if before + after > 0 {
            match line.as_bytes().first() {
                Some(b'+') => {
                    self.left.1 = after.saturating_sub(1);
                    return Mark::Added;
                }
                Some(b'-') => {
                    self.left.0 = before.saturating_sub(1);
                    return Mark::Removed;
                }
                Some(b'\\') => return Mark::Meta,
                // An empty line whose one space was lost on the way.
                Some(b' ') | None => {
                    self.left = (before.saturating_sub(1), after.saturating_sub(1));
                    return Mark::Context;
                }
                _ => self.left = (0, 0),
            }
        }
        if let Some(names) = line.strip_prefix("diff --git ") {
            let path = names.split_once(" b/").map_or(names, |(_, path)| path);
            let line = self.lines.len();
            self.files.push(FilePart { path: path.into(), line, added: 0, removed: 0 });
            return Mark::File;
        }
        if let Some(left) = hunk(line) {
            self.left = left;
            return Mark::Hunk;
        }
        Mark::Meta
    }
}

/// `@@ -41,7 +41,11 @@ fn f()`: lines before and after.
fn hunk(line: &str) -> Option<(u64, u64)> {
    let (numbers, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (before, after) = numbers.split_once(" +")?;
    let lines = |text: &str| text.split_once(',').map_or(Ok(1), |(_, lines)| lines.parse()).ok();
    Some((lines(before)?, lines(after)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use proptest::prelude::*;

    use super::Mark::{Added, Context, File, Hunk, Meta, Removed};
    use super::*;

    const DIFF: &str = "\
diff --git a/src/a.rs b/src/a.rs
index 1..2 100644
--- a/src/a.rs
+++ b/src/a.rs
@@ -1,3 +1,3 @@ fn a()
 one
--- two
+diff --git a/x b/x
 three
diff --git a/old.md b/old.md
deleted file mode 100644
--- a/old.md
+++ /dev/null
@@ -1 +0,0 @@
-gone
\\ No newline at end of file
diff --git a/logo.png b/logo.png
new file mode 100644
Binary files /dev/null and b/logo.png differ
";

    fn doc(text: &str) -> Doc {
        Doc::read(&PullDiff { text: text.into(), cut: false })
    }

    #[test]
    fn files_and_their_lines_are_told_apart_also_where_a_line_looks_like_a_head() {
        let doc = doc(DIFF);
        let files: Vec<_> = doc.files.iter().map(|f| (f.path.raw_for_match(), f.line, f.added, f.removed)).collect();
        assert_eq!(files, [("src/a.rs", 0, 1, 1), ("old.md", 9, 0, 1), ("logo.png", 16, 0, 0)]);
        let marks: Vec<Mark> = (0..doc.len()).map(|line| doc.line(line).unwrap().0).collect();
        assert_eq!(marks[..9], [File, Meta, Meta, Meta, Hunk, Context, Removed, Added, Context]);
        assert_eq!(marks[9..], [File, Meta, Meta, Meta, Hunk, Removed, Meta, File, Meta, Meta]);
        assert_eq!(doc.file_at(8).unwrap().0, 0);
        assert_eq!(doc.file_at(9).unwrap().0, 1);
    }

    #[test]
    fn a_search_minds_case_only_where_it_has_some() {
        let doc = doc("diff --git a/x b/x\n@@ -0,0 +1,2 @@\n+Retry\n+retry\n");
        assert_eq!(doc.find("retry"), [2, 3]);
        assert_eq!(doc.find("Retry"), [2]);
        assert_eq!(doc.find(""), [0_usize; 0]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_line_by_line(text in "([ +@-]|diff --git |@@ -1 \\+1,9 @@|[a-zé\\n]){0,60}") {
            let doc = doc(&text);
            prop_assert_eq!(doc.len(), text.lines().count());
            for (number, line) in text.lines().enumerate() {
                let read = doc.line(number).unwrap().1;
                prop_assert_eq!(read.raw_for_match(), line);
            }
        }
    }
}
