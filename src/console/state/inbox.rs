//! The inbox: what waits for the operator, oldest first within a kind, and what of it was read.
//!
//! ```text
//! rows and ledger ─> entries (made anew when one of them changed) ─┬─ dealt with: gone by itself, its mark with it
//!                                                                  └─ read: stays, without the mark, until dealt with
//! ```
//!
//! Not for transitions: those are told once, an entry stays as long as what it asks for is not done.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::layout::Area;
use crate::console::ledger::Row;
use crate::domain::blocked::{Blocked, Case, Whom, Why, blocked};
use crate::domain::query::Facts;
use crate::domain::{AutomationRef, Condition, Instant, PullId, PullState, RepoName, State, TaskId, TaskRef, Viewer};
use crate::text::Safe;

/// What failed longer ago than this waits for nobody any more.
const FAILED_FOR: TimeDelta = TimeDelta::days(7);

/// What is asked of the operator, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// The agent waits for an answer.
    Answer,
    /// The run is gone, the task still says it works.
    Orphaned,
    /// Something was done from here, and nobody knows what became of it.
    Unresolved,
    /// It failed, and the log says why.
    Failed,
    /// Workflows wait for somebody to let them run.
    Approval,
    /// A review was asked for by name, or commits came since one asked for changes.
    Review,
    /// Nothing keeps it back any more, but that it may be a draft.
    Merge,
    /// Something is to be pointed out of what starts work by itself.
    Automation,
}

impl Ask {
    pub const ALL: [Self; 8] = [
        Self::Answer,
        Self::Orphaned,
        Self::Unresolved,
        Self::Failed,
        Self::Approval,
        Self::Review,
        Self::Merge,
        Self::Automation,
    ];

    /// What is to be done, in a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::Answer => "answer it",
            Self::Orphaned => "orphaned",
            Self::Unresolved => "outcome unknown",
            Self::Failed => "failed, diagnosed",
            Self::Approval => "let workflows run",
            Self::Review => "review it",
            Self::Merge => "merge it",
            Self::Automation => "automation",
        }
    }

    /// In the file of what was read. Never change one.
    fn key(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Orphaned => "orphaned",
            Self::Unresolved => "unresolved",
            Self::Failed => "failed",
            Self::Approval => "approval",
            Self::Review => "review",
            Self::Merge => "merge",
            Self::Automation => "automation",
        }
    }

    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// It is about the task's pull request.
    pub fn is_of_pull(self) -> bool {
        matches!(self, Self::Approval | Self::Review | Self::Merge)
    }
}

/// What a task asks of the operator: a bit for each.
pub fn asks(facts: &Facts<'_>, viewer: Option<&Viewer>) -> u8 {
    if facts.task.archived_at.is_some() {
        return 0;
    }
    let of_state = match facts.condition {
        Condition::State(State::WaitingForUser) => Ask::Answer.bit(),
        Condition::Orphaned => Ask::Orphaned.bit(),
        Condition::State(State::Failed | State::TimedOut)
            if facts.diagnosed.is_some_and(|told| told.worst().is_some()) =>
        {
            Ask::Failed.bit()
        }
        _ => 0,
    };
    let Some(pull) = facts.pull.filter(|pull| matches!(pull.state, PullState::Open | PullState::Draft)) else {
        return of_state;
    };
    let me = viewer.map(|viewer| viewer.login.raw_for_match());
    // Nothing works on what an orphan says it works on.
    let task = (facts.condition != Condition::Orphaned).then_some(&facts.task.state);
    of_state | blocked(pull, &Case { me, task }).and_then(|on| of_pull(&on)).map_or(0, Ask::bit)
}

/// What a pull request asks that waits for the operator: the same as the reviews say of it.
fn of_pull(on: &Blocked<'_>) -> Option<Ask> {
    match (on.whom, &on.why) {
        (Whom::Approval, _) => Some(Ask::Approval),
        // Approved, and a draft: one more step.
        (Whom::Ready, _) | (Whom::Me, Why::Draft) => Some(Ask::Merge),
        // Of its session, which the task asks itself.
        (Whom::Me, Why::Asks) => None,
        (Whom::Me, _) => Some(Ask::Review),
        _ => None,
    }
}

/// It failed so long ago that nobody looks at it any more.
pub fn is_past(ask: Ask, since: Instant, now: Instant) -> bool {
    ask == Ask::Failed && past_at(since).is_some_and(|at| at <= now)
}

/// When that will be so of what failed then.
pub fn past_at(since: Instant) -> Option<Instant> {
    since.checked_add_signed(FAILED_FOR)
}

/// What it is about, and so where it is dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Task(TaskRef),
    Pull {
        task: TaskRef,
        id: PullId,
        number: u64,
    },
    Line(Box<Row>),
    /// `words`: what is pointed out, in words that never change.
    Automation {
        at: AutomationRef,
        words: String,
    },
}

impl Subject {
    pub fn task(&self) -> Option<&TaskRef> {
        match self {
            Self::Task(task) | Self::Pull { task, .. } => Some(task),
            Self::Line(row) => row.task.as_ref(),
            Self::Automation { .. } => None,
        }
    }

    pub fn repo(&self) -> &RepoName {
        match self {
            Self::Task(task) | Self::Pull { task, .. } => &task.repo,
            Self::Line(row) => &row.repo,
            Self::Automation { at, .. } => &at.repo,
        }
    }
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub ask: Ask,
    pub subject: Subject,
    pub since: Instant,
    pub name: Safe,
    /// What is asked, more closely: the finding, what was said.
    pub more: Safe,
}

impl Entry {
    /// The same for the same thing, also after a restart.
    pub fn key(&self) -> String {
        let repo = self.subject.repo();
        match &self.subject {
            Subject::Line(row) => format!("{} {repo} {} {}", self.ask.key(), row.title, row.at.timestamp_millis()),
            Subject::Task(task) | Subject::Pull { task, .. } => {
                format!("{} {repo} {}", self.ask.key(), task.id.raw())
            }
            // Where something else is pointed out it is another entry, and unread.
            Subject::Automation { at, words } => format!("{} {repo} {} {words}", self.ask.key(), at.id.raw()),
        }
    }
}

/// The inbox, open or not.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// Over the panes, where it is open.
    pub pane: Option<InboxPane>,
    /// As it was left: the cursor stands there again.
    pub left: InboxPane,
    /// Given by [`Inbox::list`].
    pub entries: Vec<Entry>,
    /// What was read, and when: it is unread again when something newer is asked of the same.
    read: HashMap<String, Instant>,
    /// Counted when one of these two changes: it stands in the header of every picture.
    unread: usize,
    /// Changes of that which are not answered yet.
    pub writing: u32,
    /// What was done from here and has no known outcome.
    pub lines: Vec<Row>,
    /// Make the entries anew at the end of the update.
    pub due: bool,
    /// When the first of them is past.
    pub past_at: Option<Instant>,
    /// Outcomes that are not known were read once: those there were then are no news.
    pub lines_read: bool,
    /// Whose evidence is to be shown once its log is there.
    pub evidence: Option<TaskId>,
}

#[derive(Clone, Debug, Default)]
pub struct InboxPane {
    /// The entry under the cursor.
    pub selected: Option<String>,
    /// Where it stands.
    pub index: usize,
    pub top: usize,
}

impl Inbox {
    pub fn is_read(&self, entry: &Entry) -> bool {
        self.read.get(&entry.key()).is_some_and(|at| *at >= entry.since)
    }

    pub fn unread(&self) -> usize {
        self.unread
    }

    /// What waits now.
    pub fn list(&mut self, entries: Vec<Entry>) {
        self.entries = entries;
        self.count();
    }

    /// All that was read.
    pub fn know_read(&mut self, read: impl IntoIterator<Item = (String, Instant)>) {
        self.read = read.into_iter().collect();
        self.count();
    }

    /// What of these was read, and when; `None`: it is unread.
    pub fn mark<'a>(&mut self, marks: impl IntoIterator<Item = (&'a String, Option<Instant>)>) {
        for (key, at) in marks {
            match at {
                Some(at) => self.read.insert(key.clone(), at),
                None => self.read.remove(key),
            };
        }
        self.count();
    }

    /// It was read, and may have been asked again since.
    pub fn has_mark(&self, key: &str) -> bool {
        self.read.contains_key(key)
    }

    fn count(&mut self) {
        self.unread = self.entries.iter().filter(|entry| !self.is_read(entry)).count();
    }

    pub fn selected(&self) -> Option<&Entry> {
        self.entries.get(self.pane.as_ref()?.index)
    }

    /// As it was left.
    pub fn open(&mut self) {
        self.pane = Some(self.left.clone());
    }

    /// False: it was not open.
    pub fn close(&mut self) -> bool {
        let Some(pane) = self.pane.take() else { return false };
        self.left = pane;
        true
    }
}

impl InboxPane {
    /// Keeps the cursor on its entry, and the entry on its row, whatever came or went above it.
    pub fn settle(&mut self, entries: &[Entry], height: usize) {
        let found = self.selected.as_ref().and_then(|key| entries.iter().position(|entry| entry.key() == *key));
        let index = found.unwrap_or(self.index).min(entries.len().saturating_sub(1));
        let moved = index.cast_signed() - self.index.cast_signed();
        if self.top > 0 || moved > 0 {
            self.top = self.top.saturating_add_signed(moved);
        }
        self.index = index;
        self.selected = entries.get(index).map(Entry::key);
        let height = height.max(1);
        self.top = self.top.min(entries.len().saturating_sub(height)).clamp((index + 1).saturating_sub(height), index);
    }
}

/// Rows that are left for the entries: the last two of a body that has them to spare tell of the one under the cursor.
pub fn rows(body: Area) -> usize {
    let rows = body.body_rows();
    if rows >= 8 { rows - 3 } else { rows }
}
