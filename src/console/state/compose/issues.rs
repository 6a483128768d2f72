//! The issues one can start from, and the branches a form can name: what is known of each repository, and the list that is
//! open.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::clean::clean_line;
use super::editor::Editor;
use super::wrap;
use crate::console::state::layout::Area;
use crate::console::state::tone::Tone;
use crate::domain::policy::Fact;
use crate::domain::{Branches, Fault, Instant, Issue, IssueRef, Issues, RepoName, TaskId};
use crate::text::Untrusted;

/// Older than this it is asked for again when it is wanted; what is known stays until the answer is there.
const FRESH: TimeDelta = TimeDelta::minutes(2);

#[derive(Debug, Default)]
pub struct IssueSide {
    /// The list is open.
    pub list: Option<IssueList>,
    pub lists: HashMap<RepoName, Asked<Issues>>,
    pub branches: HashMap<RepoName, Asked<Branches>>,
    /// Where the agent can be put in charge.
    pub enabled: HashMap<RepoName, Fact<bool>>,
    /// An issue whose work is looked for, and the row that was selected when it was assigned.
    pub awaited: Option<(IssueRef, Option<TaskId>)>,
}

/// The part of the list that is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Rows of the pane above it, the rule among them.
    pub above: usize,
    /// The first row seen.
    pub top: usize,
    /// How many have room.
    pub room: usize,
}

/// Something that is loaded when it is first wanted.
#[derive(Debug)]
pub struct Asked<T> {
    pub known: Option<(T, Instant)>,
    /// Why the newest try brought nothing.
    pub fault: Option<Fault>,
    pub under_way: bool,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { known: None, fault: None, under_way: false }
    }
}

impl<T> Asked<T> {
    /// It is to be asked for now; from here on it is under way.
    pub fn wants(&mut self, now: Instant) -> bool {
        let fresh = self.fault.is_none() && self.known.as_ref().is_some_and(|(_, at)| now - *at < FRESH);
        let wants = !fresh && !self.under_way;
        self.under_way |= wants;
        wants
    }

    pub fn learn(&mut self, now: Instant, result: Result<T, Fault>) {
        self.under_way = false;
        match result {
            Ok(value) => (self.known, self.fault) = (Some((value, now)), None),
            Err(fault) => self.fault = Some(fault),
        }
    }

    pub fn value(&self) -> Option<&T> {
        self.known.as_ref().map(|(value, _)| value)
    }
}

/// The open list.
#[derive(Debug)]
pub struct IssueList {
    pub repo: RepoName,
    /// What is typed: the rows it holds for are shown.
    pub filter: Editor,
    /// The issue under the cursor; `None`, or one that is not shown: the first.
    pub chosen: Option<u64>,
}

impl IssueList {
    pub fn new(repo: RepoName) -> Self {
        Self { repo, filter: Editor::line(""), chosen: None }
    }

    /// The issues every word of the filter is found in.
    pub fn rows<'a>(&self, issues: &'a Issues) -> Vec<&'a Issue> {
        let filter = self.filter.text().to_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        issues.issues.iter().filter(|issue| words.is_empty() || has_all(issue, &words)).collect()
    }

    /// The row under the cursor.
    pub fn at(&self, rows: &[&Issue]) -> usize {
        rows.iter().position(|issue| Some(issue.at.number) == self.chosen).unwrap_or(0)
    }

    /// A number typed for an issue that is not among the rows.
    pub fn typed_number(&self) -> Option<IssueRef> {
        IssueRef::parse(self.filter.text().trim(), Some(&self.repo))
    }
}

fn has_all(issue: &Issue, words: &[&str]) -> bool {
    let people = issue.assignees.iter().map(|one| &one.login).chain(&issue.author);
    let texts = people.chain(&issue.labels).chain([&issue.title]);
    let hay = texts.map(|text| text.raw_for_match().to_lowercase()).collect::<Vec<_>>().join("\n");
    let number = issue.at.number.to_string();
    words.iter().all(|word| hay.contains(word) || number.starts_with(word.trim_start_matches('#')))
}

impl IssueSide {
    pub fn issues(&self, repo: &RepoName) -> Option<&Issues> {
        self.lists.get(repo)?.value()
    }

    /// The rows of the open list.
    pub fn rows(&self) -> Vec<&Issue> {
        let list = self.list.as_ref();
        list.and_then(|list| Some(list.rows(self.issues(&list.repo)?))).unwrap_or_default()
    }

    /// What is to be known before one is chosen.
    pub fn notes(&self, list: &IssueList) -> Vec<(Tone, String)> {
        let mut notes = Vec::new();
        match self.enabled.get(&list.repo) {
            Some(Fact::Known(false)) => {
                let line = format!("✗ the agent cannot be assigned in {}: it is not enabled there for you", list.repo);
                notes.push((Tone::Bad, line));
            }
            Some(Fact::Unknown(why)) => {
                notes.push((Tone::Warn, format!("whether the agent can be assigned here is not known: {why}")));
            }
            _ => {}
        }
        let asked = self.lists.get(&list.repo);
        if let Some(fault) = asked.and_then(|asked| asked.fault.as_ref()) {
            notes.push((Tone::Bad, format!("✗ {fault}")));
        }
        if let Some(issues) = asked.and_then(|asked| asked.value()) {
            if issues.issues.is_empty() {
                notes.push((Tone::Dim, "No issue is open here.".to_owned()));
            } else if self.rows().is_empty() {
                let line = match list.typed_number() {
                    Some(at) => format!("None of the open issues. Enter opens {at}."),
                    None => "None of the open issues holds all of these words.".to_owned(),
                };
                notes.push((Tone::Dim, line));
            }
        }
        notes
    }

    /// Where the rows of the open list stand in the pane.
    pub fn shown(&self, list: &IssueList, pane: Area) -> Shown {
        let rows = self.rows();
        // Under the pane's rule there is what is typed, then the notes.
        let above = 2 + self.notes(list).len();
        let left = usize::from(pane.height).saturating_sub(above);
        // The list has at most half of the pane when there is more to say below it.
        let room = left.min((left / 2).max(rows.len().min(6)));
        Shown { above, top: wrap::visible_top(0, list.at(&rows), room, rows.len()), room }
    }

    /// The names of branches that can be typed as they are, those of no folder first: they are what work is based on.
    pub fn branch_names(&self, repo: &RepoName) -> Vec<String> {
        let names = self.branches.get(repo).and_then(Asked::value).map(|branches| &branches.names);
        let plain = |name: &Untrusted| {
            let (text, hidden) = clean_line(name.raw_for_match());
            (hidden == 0).then_some(text)
        };
        let mut names: Vec<String> = names.into_iter().flatten().filter_map(plain).collect();
        names.sort_by_key(|name| name.contains('/'));
        names
    }

    /// What a value of an issue field means, where that is one of the open issues that are known.
    pub fn named(&self, repo: &RepoName, value: &str) -> Option<&Issue> {
        let at = IssueRef::parse(value, Some(repo))?;
        self.issues(&at.repo)?.issues.iter().find(|issue| issue.at == at)
    }
}
