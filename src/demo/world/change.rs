//! What a pull request changes, file by file: the paths are those its sessions worked on, the lines are made up, and both
//! come to the very numbers the pull request tells of itself.

use std::fmt::Write as _;

use super::core::World;
use super::pull::PullView;
use super::script::Tool;

/// Lines round a change, as git shows them.
const CONTEXT: u64 = 3;
/// Changed lines of one hunk, at most.
const HUNK: u64 = 14;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    pub path: String,
    pub created: bool,
    pub added: u64,
    pub removed: u64,
}

impl World {
    /// The files, in the order of their names.
    pub fn changes(&self, view: &PullView<'_>) -> Vec<FileChange> {
        let wanted = usize::try_from(view.work.files).unwrap_or(0);
        let mut files: Vec<FileChange> = Vec::new();
        for session in self.sessions_on(view.pull.repo, &view.pull.branch) {
            for call in session.script.turns.iter().flat_map(|turn| &turn.calls) {
                let (path, created) = match &call.tool {
                    Tool::Edit { path, .. } => (path, false),
                    Tool::Create { path } => (path, true),
                    _ => continue,
                };
                let path = session.fill.apply(path).trim_start_matches('/').to_owned();
                if files.len() < wanted && !files.iter().any(|file| file.path == path) {
                    files.push(FileChange { path, created, added: 0, removed: 0 });
                }
            }
        }
        let ending = match self.repos.get(view.pull.repo).map_or("", |repo| repo.language.as_str()) {
            "Rust" => "rs",
            "Kotlin" => "kt",
            _ => "ts",
        };
        for nth in files.len()..wanted {
            let path = format!("src/parts/part_{nth:03}.{ending}");
            files.push(FileChange { path, created: false, added: 0, removed: 0 });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        share(&mut files, view.work.additions, view.work.deletions);
        files
    }

    /// The diff, as git writes one.
    pub fn diff(&self, view: &PullView<'_>) -> String {
        let mut out = String::new();
        for file in self.changes(view) {
            one(&mut out, &file, self.chance.of(&file.path, view.pull.id.unsigned_abs()));
        }
        out
    }
}

/// Every file gets its part, the first the rest. Nothing is removed from a file that is new.
fn share(files: &mut [FileChange], additions: u64, deletions: u64) {
    let all = files.len() as u64;
    let old = files.iter().filter(|file| !file.created).count() as u64;
    let mut left = (additions, deletions);
    for file in files.iter_mut() {
        file.added = additions.checked_div(all).unwrap_or(0);
        file.removed = if file.created { 0 } else { deletions.checked_div(old).unwrap_or(0) };
        left = (left.0 - file.added, left.1 - file.removed);
    }
    if let Some(first) = files.first_mut() {
        first.added += left.0;
    }
    match files.iter().position(|file| !file.created) {
        Some(at) => {
            if let Some(file) = files.get_mut(at) {
                file.removed += left.1;
            }
        }
        None if left.1 > 0 => {
            // Something must have been there of what was taken away.
            if let Some(first) = files.first_mut() {
                (first.created, first.removed) = (false, left.1);
            }
        }
        None => {}
    }
}

fn one(out: &mut String, file: &FileChange, chance: super::chance::Chance) {
    // Writing to a string cannot fail.
    let FileChange { path, created, added, removed } = file;
    let (before, after) = (chance.of("before", 0).hex(7), chance.of("after", 0).hex(7));
    let _ = writeln!(out, "diff --git a/{path} b/{path}");
    if *created {
        let _ = writeln!(out, "new file mode 100644\nindex 0000000..{after}");
    } else {
        let _ = writeln!(out, "index {before}..{after} 100644");
    }
    if added + removed == 0 {
        return;
    }
    let from = if *created { "/dev/null".to_owned() } else { format!("a/{path}") };
    let _ = writeln!(out, "--- {from}\n+++ b/{path}");
    if *created {
        let _ = writeln!(out, "@@ -0,0 +1,{added} @@");
        (0..*added).for_each(|nth| text(out, '+', chance, nth));
        return;
    }
    let mut left = (*added, *removed);
    let (mut old_line, mut new_line) = (1 + chance.of("start", 0).below(40), 0);
    new_line += old_line;
    let mut nth = 0;
    while left.0 + left.1 > 0 {
        let take = (left.0.min(HUNK - HUNK / 2), left.1.min(HUNK / 2));
        let span = (take.1 + 2 * CONTEXT, take.0 + 2 * CONTEXT);
        let _ = writeln!(out, "@@ -{old_line},{} +{new_line},{} @@", span.0, span.1);
        for (sign, count) in [(' ', CONTEXT), ('-', take.1), ('+', take.0), (' ', CONTEXT)] {
            for _ in 0..count {
                text(out, sign, chance, nth);
                nth += 1;
            }
        }
        let gap = 5 + chance.of("gap", nth).below(60);
        (old_line, new_line) = (old_line + span.0 + gap, new_line + span.1 + gap);
        left = (left.0 - take.0, left.1 - take.1);
    }
}

fn text(out: &mut String, sign: char, chance: super::chance::Chance, nth: u64) {
    const LINES: [&str; 10] = [
        "let total = lines.sum(round);",
        "if deadline.passed(now) { return retry; }",
        "// Old invoices keep the rounding they were made with.",
        "for item in page.items() {",
        "}",
        "",
        "assert_eq!(answer.status, 200);",
        "log.info(\"started\", id);",
        "const limit = config.limit ?? 100;",
        "return next(cursor);",
    ];
    let line = chance.of("line", nth).pick(&LINES).copied().unwrap_or_default();
    let indent = if line.is_empty() { "" } else { "    " };
    let _ = writeln!(out, "{sign}{indent}{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_come_to_the_whole_and_a_new_file_loses_nothing() {
        let file = |created| FileChange { path: "a".to_owned(), created, added: 0, removed: 0 };
        for files in [vec![file(true), file(false), file(false)], vec![file(true)], vec![file(true), file(true)]] {
            let mut files = files;
            share(&mut files, 101, 17);
            let sums = files.iter().fold((0, 0), |sum, file| (sum.0 + file.added, sum.1 + file.removed));
            assert_eq!(sums, (101, 17));
            assert!(files.iter().all(|file| !file.created || file.removed == 0));
        }
    }
}
