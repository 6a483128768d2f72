//! What is written on a pull request, and where it goes: to the agent about its task, into a new task on its branch, or
//! to whoever reviews it.

use uuid::Uuid;

use super::editor::Editor;
use super::{CommentOn, Draft};
use crate::console::state::layout::Area;
use crate::console::state::place::Place;
use crate::console::state::tone::wrap;
use crate::domain::follow_up::MENTION;
use crate::domain::{PullTarget, RepoName, TaskRef};
use crate::text::{Safe, width};

/// Rows over the lower part of the screen: the rule, the text, where it goes, what is wrong.
const ROWS: u16 = 10;
/// Of these, those that are not text.
const FIXED: u16 = 3;
/// Rows of the question above the text, on top of these.
const ASKED: usize = 3;
/// Columns before the question.
pub const LABEL: u16 = 7;

/// Where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A comment on the pull request.
    Comment,
    /// A new task on the same branch, through the form.
    NewTask,
}

/// What it is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// Its work: the text goes to the agent.
    Task(TaskRef),
    /// A pull request: the text is for whoever reads there.
    Pull(PullTarget),
}

#[derive(Debug)]
pub struct FollowUp {
    /// As a draft.
    pub id: Uuid,
    pub about: About,
    pub name: Safe,
    /// What the agent asked when this was opened: nothing moves under what is being typed.
    pub asks: Option<Safe>,
    /// The pull request's.
    pub number: u64,
    /// `None`: it is not known, only a comment is possible.
    pub branch: Option<String>,
    pub to: To,
    pub editor: Editor,
    /// Why it was not sent.
    pub fault: Option<&'static str>,
    /// An earlier one may have been written.
    pub maybe_written: bool,
    /// What stands here was sent under this id, and nobody knows what became of it.
    pub sent: Option<Uuid>,
    /// Since then something else was made of it.
    pub rewritten: bool,
    /// It is a draft that was kept, as it was left.
    pub goes_on: bool,
}

impl About {
    pub fn repo(&self) -> &RepoName {
        match self {
            Self::Task(task) => &task.repo,
            Self::Pull(target) => &target.at.repo,
        }
    }

    /// The task it is for the agent of.
    pub fn task(&self) -> Option<&str> {
        match self {
            Self::Task(task) => Some(task.id.raw()),
            Self::Pull(_) => None,
        }
    }
}

impl FollowUp {
    /// Nothing is lost with it.
    pub fn says_nothing(&self) -> bool {
        let text = self.editor.text();
        text.trim().is_empty() || (self.about.task().is_some() && text.trim() == MENTION)
    }

    pub fn to_draft(&self) -> Draft {
        let task = self.about.task().map(str::to_owned);
        let on = CommentOn { number: self.number, task, sent: self.sent, rewritten: self.rewritten };
        Draft {
            id: self.id,
            repo: Some(self.about.repo().clone()),
            prompt: self.editor.text(),
            maybe_started: self.maybe_written && self.sent.is_some(),
            comment: Some(Box::new(on)),
            ..Draft::default()
        }
    }

    pub fn area(&self, place: &Place) -> Area {
        let asked = self.question(place.size.width).len();
        place.over(ROWS.saturating_add(u16::try_from(asked).unwrap_or(0)))
    }

    fn question(&self, width: u16) -> Vec<Safe> {
        let Some(asks) = &self.asks else { return Vec::new() };
        let columns = usize::from(width.saturating_sub(LABEL + 1));
        let mut rows = wrap(asks, columns);
        if rows.len() > ASKED {
            rows.truncate(ASKED);
            if let Some(last) = rows.last_mut() {
                *last = Safe::new(width::cut_end(&format!("{last} …"), columns));
            }
        }
        rows
    }

    /// The question above the text in rows, where the text keeps its room.
    pub fn asked(&self, area: Area) -> Vec<Safe> {
        let rows = self.question(area.width);
        if usize::from(area.height) >= usize::from(ROWS) + rows.len() { rows } else { Vec::new() }
    }

    /// Columns and rows of the text.
    pub fn text_size(&self, area: Area) -> (usize, usize) {
        let rows = usize::from(area.height.saturating_sub(FIXED)).saturating_sub(self.asked(area).len());
        (usize::from(area.width.saturating_sub(2)), rows)
    }

    /// The text without the agent's name at its beginning: a new task needs none.
    pub fn as_prompt(&self) -> String {
        let text = self.editor.text();
        text.trim_start().strip_prefix(MENTION).map_or_else(|| text.clone(), |rest| rest.trim_start().to_owned())
    }
}
