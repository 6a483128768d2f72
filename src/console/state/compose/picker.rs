//! Choosing the repositories a prompt goes to: those that are watched, narrowed by what is typed, and any other by name.

use std::collections::BTreeSet;

use super::editor::Editor;
use crate::domain::{RepoName, RepoPattern};

#[derive(Debug)]
pub struct Picker {
    /// What narrows the list, or names one that is not in it.
    pub typed: Editor,
    /// Watched, or named before.
    all: Vec<RepoName>,
    marked: BTreeSet<RepoName>,
    pub cursor: usize,
    /// First row shown.
    pub top: usize,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub repo: RepoName,
    pub marked: bool,
    /// Only typed so far.
    pub new: bool,
}

impl Picker {
    /// `chosen`: what is marked from the start, whether it is watched or not.
    pub fn new(watched: &[RepoName], chosen: &[RepoName]) -> Self {
        let mut all = watched.to_vec();
        all.extend(chosen.iter().filter(|repo| !watched.contains(repo)).cloned());
        Self { typed: Editor::line(""), all, marked: chosen.iter().cloned().collect(), cursor: 0, top: 0 }
    }

    pub fn known(&self) -> usize {
        self.all.len()
    }

    /// What is marked, in the order of the list, whether what is typed hides it or not.
    pub fn chosen(&self) -> Vec<RepoName> {
        self.all.iter().filter(|repo| self.marked.contains(repo)).cloned().collect()
    }

    /// What is to be seen: those for which every word holds, then the one that is typed out and is none of them.
    pub fn listed(&self) -> Vec<Choice> {
        let text = self.typed.text();
        let words: Vec<Word> = text.split_whitespace().map(Word::of).collect();
        let holds = |repo: &&RepoName| words.iter().all(|word| word.holds(repo));
        let row = |repo: &RepoName| Choice { repo: repo.clone(), marked: self.marked.contains(repo), new: false };
        let mut rows: Vec<Choice> = self.all.iter().filter(holds).map(row).collect();
        if let Some(repo) = self.typed_out() {
            rows.push(Choice { repo, marked: false, new: true });
        }
        rows
    }

    /// A whole name that is not among them.
    fn typed_out(&self) -> Option<RepoName> {
        let repo: RepoName = self.typed.text().trim().parse().ok()?;
        // The service's names are one whatever their case.
        let known = self.all.iter().any(|known| known.as_str().eq_ignore_ascii_case(repo.as_str()));
        (!known).then_some(repo)
    }

    /// Marks the row under the cursor, or takes its mark away.
    pub fn mark(&mut self) {
        let Some(row) = self.listed().into_iter().nth(self.cursor) else { return };
        if row.new {
            self.all.push(row.repo.clone());
            self.typed.set("");
            self.cursor = self.all.len() - 1;
        }
        if !self.marked.remove(&row.repo) {
            self.marked.insert(row.repo);
        }
    }

    /// Marks everything listed; where that is so already, takes those marks away.
    pub fn mark_all(&mut self) {
        let listed: Vec<Choice> = self.listed().into_iter().filter(|row| !row.new).collect();
        let all = listed.iter().all(|row| row.marked);
        for row in listed {
            if all {
                self.marked.remove(&row.repo);
            } else {
                self.marked.insert(row.repo);
            }
        }
    }

    /// The cursor on a row there is, and that row in sight.
    pub fn settle(&mut self, height: usize) {
        self.cursor = self.cursor.min(self.listed().len().saturating_sub(1));
        self.top = super::wrap::visible_top(self.top, self.cursor, height.max(1), self.listed().len());
    }
}

/// One word of what is typed: a part of the name, or with a star a pattern.
enum Word {
    Part(String),
    Pattern(RepoPattern),
}

impl Word {
    fn of(word: &str) -> Self {
        let whole = if word.contains('/') { word.to_owned() } else { format!("*/{word}") };
        match whole.parse() {
            Ok(pattern) if word.contains('*') => Self::Pattern(pattern),
            _ => Self::Part(word.to_ascii_lowercase()),
        }
    }

    fn holds(&self, repo: &RepoName) -> bool {
        match self {
            Self::Part(part) => repo.as_str().to_ascii_lowercase().contains(part),
            Self::Pattern(pattern) => pattern.matches(repo),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn repos(names: &[&str]) -> Vec<RepoName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn picker() -> Picker {
        let watched = repos(&["acme/api", "acme/web-shop", "acme/web-docs", "other/web"]);
        Picker::new(&watched, &repos(&["acme/api"]))
    }

    fn names(picker: &Picker) -> Vec<String> {
        picker.listed().iter().map(|row| format!("{}{}", if row.new { "+" } else { "" }, row.repo)).collect()
    }

    #[test]
    fn words_and_patterns_narrow_the_list() {
        for (typed, listed) in [
            ("", &["acme/api", "acme/web-shop", "acme/web-docs", "other/web"][..]),
            ("WEB", &["acme/web-shop", "acme/web-docs", "other/web"]),
            ("acme web", &["acme/web-shop", "acme/web-docs"]),
            ("acme/web-*", &["acme/web-shop", "acme/web-docs"]),
            ("web*", &["acme/web-shop", "acme/web-docs", "other/web"]),
            ("*/web", &["other/web"]),
            ("nothing", &[]),
        ] {
            let mut picker = picker();
            picker.typed.set(typed);
            assert_eq!(names(&picker), listed, "{typed}");
        }
    }

    #[test]
    fn a_name_that_is_typed_out_joins_the_list_with_its_mark() {
        let mut picker = picker();
        picker.typed.set("new/one");
        assert_eq!(names(&picker), ["+new/one"]);
        picker.mark();
        assert_eq!(picker.chosen(), repos(&["acme/api", "new/one"]));
        assert_eq!((picker.typed.text().as_str(), picker.cursor), ("", 4), "seen where it stands now");
        picker.typed.set("ACME/api");
        assert_eq!(names(&picker), ["acme/api"], "it is one of them, whatever its case");
    }

    #[test]
    fn all_that_is_listed_is_marked_and_what_is_hidden_stays_as_it_was() {
        let mut picker = picker();
        picker.typed.set("web-");
        picker.mark_all();
        assert_eq!(picker.chosen(), repos(&["acme/api", "acme/web-shop", "acme/web-docs"]));
        picker.mark_all();
        assert_eq!(picker.chosen(), repos(&["acme/api"]));
    }
}
