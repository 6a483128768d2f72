//! One prompt to several repositories: what is said of each row before it is sent, and what became of it.
//!
//! ```text
//! form ──several repositories──> Planned ──ctrl+s, yes──> Running ──> Ended ──all started──> draft forgotten
//!                                 ^    │                                └──ctrl+s: the rest, under the same id
//!                                 └────┘ verdicts asked for, a few at a time; rows taken in and left out
//! ```

use std::collections::VecDeque;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::domain::plan::{Turn, Weighed};
use crate::domain::policy::Verdict;
use crate::domain::start::Order;
use crate::domain::{Instant, RepoName, RepoPattern, TaskRef};
use crate::text::Safe;

/// A verdict older than this says how old it is.
const FRESH: TimeDelta = TimeDelta::minutes(2);

#[derive(Clone, Debug)]
pub struct PlanPane {
    /// It covers the form.
    pub shown: bool,
    /// Under which it was sent. `None`: nothing of it was.
    pub id: Option<Uuid>,
    /// The draft it is kept as.
    pub draft: Uuid,
    /// Of the template.
    pub title: Safe,
    /// What every row sends; repository and base are the row's own.
    pub order: Order,
    /// The repositories the template is for; none named: all.
    pub only: Vec<RepoPattern>,
    pub rows: Vec<Row>,
    pub cursor: usize,
    /// First row shown.
    pub top: usize,
    pub stage: Stage,
    /// Repositories that are still to be asked about.
    pub to_ask: VecDeque<RepoName>,
    /// The service asked for a pause until then, and why.
    pub holds: Option<(Instant, Safe)>,
    /// Why it ended before its last row.
    pub ended_by: Option<Safe>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What was sent of it before is being read from the ledger.
    Looking,
    Planned,
    Running {
        /// The row that is on its way is the last.
        stopping: bool,
    },
    Ended,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub repo: RepoName,
    /// It starts at its repository's default branch, whatever the form says.
    pub own_base: bool,
    /// Taken in or left out by hand.
    pub choice: Option<bool>,
    /// What is said of it, and when that was asked. `None`: it is being asked.
    pub weighed: Option<(Weighed, Instant)>,
    /// Its repository's default branch, where that is known.
    pub default_branch: Option<Safe>,
    /// What became of it.
    pub turn: Option<Turn>,
    /// It is one of those the run is about.
    pub in_run: bool,
}

/// How a row stands, in order of what an operator wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Asking,
    Allowed,
    NeedsReason,
    /// The same work may be under way there.
    Duplicate,
    Refused,
    /// In the run, its turn still to come.
    Waiting,
    Sending,
    Started,
    /// Refused at its turn.
    Stopped,
    Rejected,
    Unknown,
    NotSent,
}

impl Row {
    pub fn new(repo: RepoName) -> Self {
        Self { repo, own_base: false, choice: None, weighed: None, default_branch: None, turn: None, in_run: false }
    }

    pub fn task(&self) -> Option<&TaskRef> {
        match &self.turn {
            Some(Turn::Started(task)) => Some(task),
            _ => None,
        }
    }

    /// What became of it; before that, what is said of it.
    pub fn standing(&self, running: bool) -> Standing {
        match &self.turn {
            None if running && self.in_run => Standing::Waiting,
            None => self.before(),
            Some(Turn::Sending) => Standing::Sending,
            Some(Turn::Started(_)) => Standing::Started,
            Some(Turn::Refused(_)) => Standing::Stopped,
            Some(Turn::Rejected(_)) => Standing::Rejected,
            Some(Turn::Unknown(_)) => Standing::Unknown,
            Some(Turn::NotSent(_)) => Standing::NotSent,
        }
    }

    /// What is said of it.
    pub fn before(&self) -> Standing {
        match &self.weighed {
            None => Standing::Asking,
            Some((weighed, _)) if weighed.verdict == Verdict::Refused => Standing::Refused,
            Some((weighed, _)) if weighed.is_duplicate() => Standing::Duplicate,
            Some((weighed, _)) if weighed.verdict == Verdict::NeedsReason => Standing::NeedsReason,
            Some(_) => Standing::Allowed,
        }
    }

    /// It would be sent if the plan went off now. What may be there already only goes when somebody took it in.
    pub fn is_in(&self) -> bool {
        let may = !matches!(self.turn, Some(Turn::Started(_) | Turn::Sending));
        let by_itself = !matches!(self.turn, Some(Turn::Unknown(_)));
        may && match self.before() {
            Standing::Refused => false,
            Standing::Duplicate => self.choice == Some(true),
            _ => self.choice.unwrap_or(by_itself),
        }
    }

    pub fn is_asking(&self) -> bool {
        self.weighed.is_none() && !matches!(self.turn, Some(Turn::Started(_)))
    }
}

impl PlanPane {
    pub fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running { .. })
    }

    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    pub fn row_mut(&mut self, repo: &RepoName) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.repo == *repo)
    }

    /// Nothing of it is left to be sent.
    pub fn is_done(&self) -> bool {
        !self.is_running() && self.rows.iter().all(|row| row.task().is_some())
    }

    /// The order of a row as it would be sent, without an id of its own.
    pub fn order_of(&self, row: &Row) -> Order {
        let mut order = self.order.clone();
        order.request.repo = row.repo.clone();
        if row.own_base {
            order.request.base_ref = None;
        }
        order.plan = self.id;
        order.again = row.weighed.as_ref().is_some_and(|(weighed, _)| weighed.is_duplicate());
        order
    }

    /// The branch a row starts at, as far as it is known.
    pub fn base_of(&self, row: &Row) -> Safe {
        let given = self.order.request.base_ref.as_ref().filter(|_| !row.own_base);
        given.map(Safe::new).or_else(|| row.default_branch.clone()).unwrap_or_else(|| Safe::new("default"))
    }

    /// Rows of the run, and those of them that are over.
    pub fn progress(&self) -> (usize, usize) {
        let run = || self.rows.iter().filter(|row| row.in_run);
        (run().filter(|row| row.turn.as_ref().is_some_and(Turn::is_final)).count(), run().count())
    }

    /// How many rows stand how, while it is under way only those of the run: `9 allowed, 2 need a reason, 1 refused`.
    pub fn counts(&self) -> String {
        let running = self.is_running();
        counts(self.rows.iter().filter(|row| !running || row.in_run), running)
    }

    /// The age of the oldest verdict that still counts, where it is worth a word.
    pub fn oldest_verdict(&self, now: Instant) -> Option<Instant> {
        let open = self.rows.iter().filter(|row| row.turn.is_none() && !self.is_running());
        let oldest = open.filter_map(|row| row.weighed.as_ref().map(|(_, at)| *at)).min();
        oldest.filter(|at| now - *at >= FRESH)
    }

    /// When the table reads differently by itself.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let oldest = self.rows.iter().filter(|row| row.turn.is_none());
        let oldest = oldest.filter_map(|row| row.weighed.as_ref().map(|(_, at)| *at)).min()?;
        let turns = oldest + FRESH;
        Some(if turns > now { turns } else { crate::domain::age::next_change(oldest, now) })
    }

    pub fn settle(&mut self, height: usize) {
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.top = super::wrap::visible_top(self.top, self.cursor, height.max(1), self.rows.len());
    }
}

/// How many of these rows stand how.
pub fn counts<'a>(rows: impl Iterator<Item = &'a Row>, running: bool) -> String {
    let standings: Vec<Standing> = rows.map(|row| row.standing(running)).collect();
    let words: [(&[Standing], &str, &str); 11] = [
        (&[Standing::Started], "started", "started"),
        (&[Standing::Allowed], "allowed", "allowed"),
        (&[Standing::NeedsReason], "needs a reason", "need a reason"),
        (&[Standing::Duplicate], "duplicate", "duplicates"),
        (&[Standing::Refused, Standing::Stopped], "refused", "refused"),
        (&[Standing::Rejected], "rejected", "rejected"),
        (&[Standing::Unknown], "unknown", "unknown"),
        (&[Standing::NotSent], "not sent", "not sent"),
        (&[Standing::Sending], "on its way", "on their way"),
        (&[Standing::Waiting], "waits", "wait"),
        (&[Standing::Asking], "asked about", "asked about"),
    ];
    let said = words.into_iter().filter_map(|(which, one, many)| {
        match standings.iter().filter(|standing| which.contains(standing)).count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}
