//! Edits as diffs: out of arguments, out of results, out of patches.

use super::entry::{DiffLine, Edit, EditVerb};
use crate::text::Untrusted;

/// A new file: every line added.
pub(super) fn all_added(verb: EditVerb, text: &str) -> Edit {
    counted(verb, text.lines().map(|line| DiffLine::Added(line.into())).collect())
}

/// What an edit asks for, until the tool answers with what it did.
pub(super) fn replaced(old: &str, new: &str) -> Edit {
    let removed = old.lines().map(|line| DiffLine::Removed(line.into()));
    let added = new.lines().map(|line| DiffLine::Added(line.into()));
    counted(EditVerb::Edit, removed.chain(added).collect())
}

/// A patch in the `*** Begin Patch` form or as a unified diff. The path is that of the first file.
pub(super) fn patch(text: &str) -> Edit {
    let mut path = None;
    let mut diff = Vec::new();
    let mut files = 0;
    for line in text.lines() {
        if matches!(line, "*** Begin Patch" | "*** End Patch" | "*** End of File") {
            continue;
        }
        let file =
            ["*** Update File: ", "*** Add File: ", "*** Delete File: "].iter().find_map(|p| line.strip_prefix(p));
        if let Some(file) = file {
            files += 1;
            path.get_or_insert(file);
            if files > 1 || line.starts_with("*** Delete") {
                diff.push(DiffLine::Hunk(line.into()));
            }
        } else if line.starts_with("*** ") || is_header(line) {
            if let Some(file) = line.strip_prefix("+++ ") {
                path.get_or_insert(file.trim_start_matches("b/"));
            }
            diff.push(DiffLine::Hunk(line.into()));
        } else {
            diff.push(diff_line(line));
        }
    }
    let path = match files {
        2.. => format!("{} and {} more", path.unwrap_or_default(), files - 1).into(),
        _ => Untrusted::from(path.unwrap_or_default()),
    };
    Edit { path, ..counted(EditVerb::Patch, diff) }
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
    let mut lines: Vec<_> = hunks.lines().map(diff_line).collect();
    // One hunk over the whole file needs no heading.
    if let [DiffLine::Hunk(only), rest @ ..] = lines.as_slice()
        && only.raw_for_match().starts_with("@@ -1,")
        && !rest.iter().any(|line| matches!(line, DiffLine::Hunk(_)))
    {
        lines.remove(0);
    }
    let Edit { diff, added, removed, .. } = counted(edit.verb, lines);
    (edit.diff, edit.added, edit.removed) = (diff, added, removed);
}

/// What was read: the answer to a view is dressed as a diff.
pub(super) fn contents(result: &str) -> Untrusted {
    let Some(hunks) = hunks(result) else { return result.into() };
    let mut out = String::with_capacity(hunks.len());
    for line in hunks.lines().skip(1) {
        out.push_str(line.strip_prefix([' ', '+', '-']).unwrap_or(line));
        out.push('\n');
    }
    out.pop();
    out.into()
}

/// The text from its first hunk heading on.
fn hunks(result: &str) -> Option<&str> {
    let mut at = 0;
    for line in result.split_inclusive('\n') {
        if line.starts_with("@@") {
            return result.get(at..);
        }
        at += line.len();
    }
    None
}

fn is_header(line: &str) -> bool {
    ["diff --git ", "index ", "--- ", "+++ ", "new file mode", "deleted file mode"].iter().any(|h| line.starts_with(h))
}

fn diff_line(line: &str) -> DiffLine {
    if let Some(added) = line.strip_prefix('+') {
        DiffLine::Added(added.into())
    } else if let Some(removed) = line.strip_prefix('-') {
        DiffLine::Removed(removed.into())
    } else if line.starts_with("@@") {
        DiffLine::Hunk(line.into())
    } else {
        DiffLine::Context(line.strip_prefix(' ').unwrap_or(line).into())
    }
}

fn counted(verb: EditVerb, diff: Vec<DiffLine>) -> Edit {
    let count = |of: fn(&DiffLine) -> bool| u32::try_from(diff.iter().filter(|l| of(l)).count()).unwrap_or(u32::MAX);
    let added = count(|line| matches!(line, DiffLine::Added(_)));
    let removed = count(|line| matches!(line, DiffLine::Removed(_)));
    Edit { verb, path: Untrusted::default(), diff, added, removed, said: None, done: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(edit: &Edit) -> String {
        edit.diff
            .iter()
            .map(|line| match line {
                DiffLine::Hunk(_) => '@',
                DiffLine::Context(_) => '.',
                DiffLine::Added(_) => '+',
                DiffLine::Removed(_) => '-',
            })
            .collect()
    }

    #[test]
    fn an_edit_shows_what_was_done_once_the_tool_says_it() {
        let mut edit = replaced("old", "new\nnewer");
        assert_eq!((shape(&edit).as_str(), edit.added, edit.removed), ("-++", 2, 1));
        answer(&mut edit, "\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -41,3 +41,4 @@\n keep\n-old\n+new\n+newer\n");
        assert_eq!((shape(&edit).as_str(), edit.added, edit.removed), ("@.-++", 2, 1));
        assert!(edit.done);
        assert_eq!(edit.said, None);
    }

    #[test]
    fn an_edit_that_failed_keeps_what_it_wanted_and_says_why() {
        let mut edit = replaced("old", "new");
        answer(&mut edit, "No match found for old_str.");
        assert_eq!(shape(&edit), "-+");
        assert_eq!(edit.said, Some("No match found for old_str.".into()));
    }

    #[test]
    fn a_created_file_is_all_added() {
        let mut edit = all_added(EditVerb::Create, "a\nb\n");
        answer(&mut edit, "--- a/dev/null\n+++ b/x\n@@ -1,0 +1,2 @@\n+a\n+b\n");
        assert_eq!((shape(&edit).as_str(), edit.added), ("++", 2));
        let mut unknown = all_added(EditVerb::Create, "");
        answer(&mut unknown, "@@ -1,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(shape(&unknown), "++", "what was written comes from the answer, where the call did not say");
    }

    #[test]
    fn a_patch_names_its_files() {
        let one = patch("*** Begin Patch\n*** Update File: src/a.rs\n@@ fn main\n-x\n+y\n*** End Patch");
        assert_eq!((one.path.raw_for_match(), shape(&one).as_str()), ("src/a.rs", "@-+"));
        let two = patch("*** Begin Patch\n*** Add File: a\n+x\n*** Delete File: b\n*** End Patch");
        assert_eq!((two.path.raw_for_match(), shape(&two).as_str()), ("a and 1 more", "+@"));
        let unified = patch("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n");
        assert_eq!((unified.path.raw_for_match(), unified.added, unified.removed), ("x", 1, 1));
    }

    #[test]
    fn what_was_read_is_not_a_diff() {
        let read = contents("\ndiff --git a/f b/f\nindex 0..0\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n # foo\n \n-x\n");
        assert_eq!(read.raw_for_match(), "# foo\n\nx");
        assert_eq!(contents("plain\n").raw_for_match(), "plain\n");
        assert_eq!(contents("@@ -1 +1 @@").raw_for_match(), "");
    }
}
