//! Which columns there are at a width, and where. Widths follow from all that is listed, never from the rows in sight:
//! nothing moves sideways when the list scrolls.
//!
//! ```text
//! ▌● on  ▲ Weekly dependency bump   acme/api   weekly, Monday 06:00 UTC   2d ✓✓✗✓ 75 %   0.4    3.1   12.9  4/3/1
//! │└ switch │ └ name, as wide as what is left                        next run ┘
//! └ cursor  └ pointed out
//! ```

use crate::console::state::Model;
use crate::console::state::automations::pane::{AutomationsPane, By};
use crate::console::view::columns::{self, Room};
use crate::domain::RepoName;
use crate::text::width;

/// Behind cursor, switch and sign.
pub const NAME_AT: u16 = 9;
/// The name keeps at least this much beside what matters,
const NAME_LEAST: u16 = 22;
/// and this much when more is added.
const NAME_GOOD: u16 = 30;
const NAME_MOST: usize = 60;
/// Triggers in words say something from here on.
const TRIGGERS: u16 = 24;
const TRIGGERS_MOST: usize = 48;
const REPO_MOST: usize = 24;
pub const STRIP: u16 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Repo,
    Triggers,
    Next,
    Runs,
    Good,
    /// What it cost in a day, a week, a month.
    Cost(usize),
    Pulls,
    Scope,
    Owner,
    Model,
}

/// The most important first: the last that has room is the last that is shown.
const BY_WORTH: [Column; 12] = [
    Column::Next,
    Column::Runs,
    Column::Cost(0),
    Column::Good,
    Column::Repo,
    Column::Cost(1),
    Column::Pulls,
    Column::Cost(2),
    Column::Triggers,
    Column::Scope,
    Column::Owner,
    Column::Model,
];

const ON_SCREEN: [Column; 12] = [
    Column::Repo,
    Column::Triggers,
    Column::Scope,
    Column::Owner,
    Column::Model,
    Column::Next,
    Column::Runs,
    Column::Good,
    Column::Cost(0),
    Column::Cost(1),
    Column::Cost(2),
    Column::Pulls,
];

pub type Cell = columns::Cell<Column>;

#[derive(Debug, Default)]
pub struct Columns {
    pub name: u16,
    pub cells: Vec<Cell>,
}

impl Column {
    pub fn head(self) -> &'static str {
        match self {
            Self::Repo => "repository",
            Self::Triggers => "triggers",
            // Nobody tells it: it is computed, and so it is about then.
            Self::Next => "~next",
            Self::Runs => "runs",
            Self::Good => "good",
            // Over the numbers; behind them stands a sign where a limit is near.
            Self::Cost(0) => "cr 24h ",
            Self::Cost(1) => "cr 7d ",
            Self::Cost(_) => "cr 30d ",
            Self::Pulls => "PR o/m/u",
            Self::Scope => "writes",
            Self::Owner => "owner",
            Self::Model => "model",
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Self::Next | Self::Runs | Self::Good | Self::Cost(_) | Self::Pulls)
    }
}

impl Columns {
    pub fn new(model: &Model, pane: &AutomationsPane, screen: u16) -> Self {
        // A blank behind the name, and the last column stays free.
        let mut room = Room::new(screen.saturating_sub(NAME_AT + 2));
        for (column, least) in by_worth(model, pane) {
            if let Some(wanted) = room.fits([wants(model, pane, column)], least + 1) {
                room.take(column, wanted);
            }
        }
        // What is left goes to the triggers, then to the name.
        let widest = widest(pane.entries.iter().map(|entry| width::width(&entry.triggers)), 0, TRIGGERS_MOST);
        let more = room.spare.saturating_sub(NAME_GOOD).min(widest.saturating_sub(TRIGGERS));
        room.widen(Column::Triggers, more);
        Self { name: room.spare.min(name_width(pane)), cells: room.place(&ON_SCREEN, screen) }
    }
}

/// In order of their worth with what the name keeps beside them. What the rows are sorted by comes first: it must be
/// seen.
fn by_worth(model: &Model, pane: &AutomationsPane) -> Vec<(Column, u16)> {
    let sorted = match pane.habits.arranged.order.by {
        By::Name => None,
        By::Next => Some(Column::Next),
        By::Cost => Some(Column::Cost(2)),
        By::Success => Some(Column::Good),
    };
    let grouped = pane.habits.arranged.grouped.unwrap_or(model.settings.repos.len() > 1);
    // What the headings say no row needs to repeat; of one repository alone nobody asks which.
    let is_said = grouped || model.settings.repos.len() == 1;
    let rest = BY_WORTH.into_iter().filter(|column| Some(*column) != sorted);
    let least = |column: Column| match column {
        Column::Next | Column::Runs | Column::Cost(0) | Column::Good | Column::Repo => NAME_LEAST,
        _ => NAME_GOOD,
    };
    sorted
        .into_iter()
        .map(|column| (column, NAME_LEAST / 2))
        .chain(rest.map(|column| (column, least(column))))
        .filter(|(column, _)| !(is_said && *column == Column::Repo))
        .collect()
}

fn widest(texts: impl Iterator<Item = usize>, least: usize, most: usize) -> u16 {
    u16::try_from(texts.max().unwrap_or(least).clamp(least, most)).unwrap_or(u16::MAX)
}

fn name_width(pane: &AutomationsPane) -> u16 {
    widest(pane.entries.iter().map(|entry| width::width(&entry.name)), 12, NAME_MOST)
}

fn wants(model: &Model, pane: &AutomationsPane, column: Column) -> u16 {
    let known = || pane.entries.iter().filter_map(|entry| model.world.automations.known.get(&entry.at));
    let columns = |text: &crate::text::Untrusted| width::width(&text.show_line());
    match column {
        Column::Repo => {
            let one = |repo: &RepoName| if one_owner(model) { repo.name().len() } else { repo.as_str().len() };
            widest(model.settings.repos.iter().map(one), 10, REPO_MOST)
        }
        Column::Triggers => TRIGGERS,
        Column::Next => 5,
        Column::Runs => STRIP,
        Column::Good => 5,
        // With a sign behind it where a limit is near.
        Column::Cost(_) => 8,
        Column::Pulls => 8,
        Column::Scope => 10,
        Column::Owner => {
            let login = |one: &crate::domain::Automation| {
                one.creator.as_ref().and_then(|person| person.login.as_ref()).map_or(0, columns)
            };
            widest(known().map(|known| 7 + login(&known.automation)), 5, 18)
        }
        Column::Model => widest(known().filter_map(|known| known.automation.model.as_ref()).map(columns), 9, 18),
    }
}

/// Where all have one owner, its name tells nothing.
pub fn one_owner(model: &Model) -> bool {
    model.settings.repos.windows(2).all(|pair| matches!(pair, [a, b] if a.owner() == b.owner()))
}
