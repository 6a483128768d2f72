//! Edits as diffs: out of arguments, out of results, out of patches.

use super::entry::{Edit, EditVerb};
use crate::text::Untrusted;

/// The lines of an edit: one text and one mark a line, however many lines there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Joined by newlines, without their signs.
    text: Untrusted,
    marks: Box<[Mark]>,
    pub added: u32,
    pub removed: u32,
}

/// What a line of a diff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Hunk,
    Context,
    Added,
    Removed,
}

impl Diff {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// All the lines, without their signs.
    pub fn text(&self) -> &Untrusted {
        &self.text
    }

    pub fn lines(&self) -> impl Iterator<Item = (Mark, Untrusted)> {
        self.marks.iter().copied().zip(self.text.raw_for_match().split('\n').map(Untrusted::from))
    }
}

/// A diff being put together.
#[derive(Debug, Default)]
struct Draft {
    text: String,
    marks: Vec<Mark>,
}

impl Draft {
    fn for_bytes(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), marks: Vec::with_capacity(bytes / 32) }
    }

    fn push(&mut self, mark: Mark, line: &str) {
        if !self.marks.is_empty() {
            self.text.push('\n');
        }
        self.marks.push(mark);
        self.text.push_str(line);
    }

    fn all(mut self, mark: Mark, text: &str) -> Self {
        lines(text).for_each(|line| self.push(mark, line));
        self
    }

    /// A line of a unified diff, its sign before it.
    fn signed(&mut self, line: &str) {
        match line.as_bytes().first() {
            Some(b'+') => self.push(Mark::Added, line.get(1..).unwrap_or_default()),
            Some(b'-') => self.push(Mark::Removed, line.get(1..).unwrap_or_default()),
            Some(b' ') => self.push(Mark::Context, line.get(1..).unwrap_or_default()),
            _ if line.starts_with("@@") => self.push(Mark::Hunk, line),
            _ => self.push(Mark::Context, line),
        }
    }

    fn done(self) -> Diff {
        let count = |of: Mark| u32::try_from(self.marks.iter().filter(|mark| **mark == of).count()).unwrap_or(u32::MAX);
        let (added, removed) = (count(Mark::Added), count(Mark::Removed));
        Diff { text: self.text.into(), marks: self.marks.into(), added, removed }
    }
}

fn edit(verb: EditVerb, path: Untrusted, diff: Draft) -> Edit {
    Edit { verb, path, diff: diff.done(), said: None, done: false }
}

/// A new file: every line added.
pub(super) fn all_added(path: Untrusted, text: &str) -> Edit {
    edit(EditVerb::Create, path, Draft::for_bytes(text.len()).all(Mark::Added, text))
}

/// What an edit asks for, until the tool answers with what it did.
pub(super) fn replaced(path: Untrusted, old: &str, new: &str) -> Edit {
    let draft = Draft::for_bytes(old.len() + new.len() + 1);
    edit(EditVerb::Edit, path, draft.all(Mark::Removed, old).all(Mark::Added, new))
}

/// A patch in the `*** Begin Patch` form or as a unified diff. The path is that of the first file, through `short`.
pub(super) fn patch(text: &str, short: fn(&str) -> Untrusted) -> Edit {
    let mut path = None;
    let mut draft = Draft::for_bytes(text.len());
    let mut files = 0;
    for line in lines(text) {
        if matches!(line, "*** Begin Patch" | "*** End Patch" | "*** End of File") {
            continue;
        }
        let file =
            ["*** Update File: ", "*** Add File: ", "*** Delete File: "].iter().find_map(|p| line.strip_prefix(p));
        if let Some(file) = file {
            files += 1;
            path.get_or_insert(file);
            if files > 1 || line.starts_with("*** Delete") {
                draft.push(Mark::Hunk, line);
            }
        } else if line.starts_with("*** ") || is_header(line) {
            if let Some(file) = line.strip_prefix("+++ ") {
                path.get_or_insert(file.trim_start_matches("b/"));
            }
            draft.push(Mark::Hunk, line);
        } else {
            draft.signed(line);
        }
    }
    let path = short(path.unwrap_or_default());
    let path = match files {
        2.. => format!("{} and {} more", path.raw_for_match(), files - 1).into(),
        _ => path,
    };
    edit(EditVerb::Patch, path, draft)
}

/// What a tool answered to an edit: the diff of what it did, or words.
pub(super) fn answer(edit: &mut Edit, result: &str) {
    edit.done = true;
    let Some(hunks) = hunks(result) else {
        edit.said = Some(result.trim()).filter(|said| !said.is_empty()).map(Into::into);
        return;
    };
    // A new file is shown as what was written; its answer says the same with a header.
    if edit.verb == EditVerb::Create && !edit.diff.is_empty() {
        return;
    }
    // One hunk over the whole file needs no heading.
    let (first, rest) = hunks.split_once('\n').unwrap_or((hunks, ""));
    let whole = first.starts_with("@@ -1,") && !rest.starts_with("@@") && !rest.contains("\n@@");
    let mut draft = Draft::for_bytes(hunks.len());
    lines(if whole { rest } else { hunks }).for_each(|line| draft.signed(line));
    edit.diff = draft.done();
}

/// What was read: the answer to a view is dressed as a diff. `None`: it is not, and is what was read.
pub(super) fn contents(result: &str) -> Option<String> {
    let (_, read) = hunks(result)?.split_once('\n').unwrap_or_default();
    let mut out = String::with_capacity(read.len() + 1);
    for line in lines(read) {
        out.push_str(line.strip_prefix([' ', '+', '-']).unwrap_or(line));
        out.push('\n');
    }
    out.pop();
    Some(out)
}

/// As `str::lines`, at the speed that reading a log of a gigabyte wants.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let ends = memchr::memchr_iter(b'\n', body.as_bytes()).chain((!text.is_empty()).then_some(body.len()));
    let mut from = 0;
    ends.map(move |end| {
        let line = body.get(from..end).unwrap_or_default();
        from = end + 1;
        // A return belongs to the newline after it.
        if end < text.len() { line.strip_suffix('\r').unwrap_or(line) } else { line }
    })
}

/// The text from its first hunk heading on.
fn hunks(result: &str) -> Option<&str> {
    let at = if result.starts_with("@@") { 0 } else { memchr::memmem::find(result.as_bytes(), b"\n@@")? + 1 };
    result.get(at..)
}

fn is_header(line: &str) -> bool {
    ["diff --git ", "index ", "--- ", "+++ ", "new file mode", "deleted file mode"].iter().any(|h| line.starts_with(h))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(edit: &Edit) -> String {
        edit.diff
            .lines()
            .map(|(mark, _)| match mark {
                Mark::Hunk => '@',
                Mark::Context => '.',
                Mark::Added => '+',
                Mark::Removed => '-',
            })
            .collect()
    }

    fn counts(edit: &Edit) -> (u32, u32) {
        (edit.diff.added, edit.diff.removed)
    }

    fn path() -> Untrusted {
        "x".into()
    }

    #[test]
    fn an_edit_shows_what_was_done_once_the_tool_says_it() {
        let mut edit = replaced(path(), "old", "new\nnewer");
        assert_eq!((shape(&edit).as_str(), counts(&edit)), ("-++", (2, 1)));
        answer(&mut edit, "\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -41,3 +41,4 @@\n keep\n-old\n+new\n+newer\n");
        assert_eq!((shape(&edit).as_str(), counts(&edit)), ("@.-++", (2, 1)));
        assert_eq!(edit.diff.text().raw_for_match(), "@@ -41,3 +41,4 @@\nkeep\nold\nnew\nnewer");
        assert!(edit.done);
        assert_eq!(edit.said, None);
    }

    #[test]
    fn one_hunk_over_the_whole_file_has_no_heading() {
        let mut edit = replaced(path(), "a", "b");
        answer(&mut edit, "@@ -1,2 +1,2 @@\n-a\n+b\n c\n");
        assert_eq!(shape(&edit), "-+.");
        answer(&mut edit, "@@ -1,2 +1,2 @@\n-a\n+b\n@@ -9 +9 @@\n-c\n");
        assert_eq!(shape(&edit), "@-+@-", "of two hunks both have theirs");
    }

    #[test]
    fn an_edit_that_failed_keeps_what_it_wanted_and_says_why() {
        let mut edit = replaced(path(), "old", "new");
        answer(&mut edit, "No match found for old_str.");
        assert_eq!(shape(&edit), "-+");
        assert_eq!(edit.said, Some("No match found for old_str.".into()));
    }

    #[test]
    fn a_created_file_is_all_added() {
        let mut edit = all_added(path(), "a\nb\n");
        answer(&mut edit, "--- a/dev/null\n+++ b/x\n@@ -1,0 +1,2 @@\n+a\n+b\n");
        assert_eq!((shape(&edit).as_str(), counts(&edit)), ("++", (2, 0)));
        let mut unknown = all_added(path(), "");
        answer(&mut unknown, "@@ -1,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(shape(&unknown), "++", "what was written comes from the answer, where the call did not say");
    }

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "\n", "\n\n", "a", "a\n", "a\r\nb", "\r\n", "a\n\nb\n", "\r", "a\rb\n", "é\nü"] {
            assert!(lines(text).eq(text.lines()), "{text:?}");
        }
    }

    #[test]
    fn empty_lines_are_lines() {
        let edit = all_added(path(), "\n\na\n");
        let lines: Vec<_> = edit.diff.lines().map(|(_, line)| line.raw_for_match().to_owned()).collect();
        assert_eq!(lines, ["", "", "a"]);
        assert_eq!(all_added(path(), "").diff.lines().count(), 0);
    }

    #[test]
    fn a_patch_names_its_files() {
        let patch = |text| patch(text, |path| path.into());
        let one = patch("*** Begin Patch\n*** Update File: src/a.rs\n@@ fn main\n-x\n+y\n*** End Patch");
        assert_eq!((one.path.raw_for_match(), shape(&one).as_str()), ("src/a.rs", "@-+"));
        let two = patch("*** Begin Patch\n*** Add File: a\n+x\n*** Delete File: b\n*** End Patch");
        assert_eq!((two.path.raw_for_match(), shape(&two).as_str()), ("a and 1 more", "+@"));
        let unified = patch("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n");
        assert_eq!((unified.path.raw_for_match(), counts(&unified)), ("x", (1, 1)));
    }

    #[test]
    fn what_was_read_is_not_a_diff() {
        let read = contents("\ndiff --git a/f b/f\nindex 0..0\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n # foo\n \n-x\n");
        assert_eq!(read.as_deref(), Some("# foo\n\nx"));
        assert_eq!(contents("plain\n"), None);
        assert_eq!(contents("@@ -1 +1 @@").as_deref(), Some(""));
    }
}
