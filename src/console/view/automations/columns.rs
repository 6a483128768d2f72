//! Which columns there are at a width, and where. Widths follow from all that is listed, never from the rows in sight:
//! nothing moves sideways when the list scrolls.
//!
//! ```text
//! ▌● on  ▲ Weekly dependency bump   acme/api   weekly, Monday 06:00 UTC   2d ✓✓✗✓ 75 %   0.4    3.1   12.9  4/3/1
//! │└ switch │ └ name, as wide as what is left                        next run ┘
//! └ cursor  └ pointed out
//! ```

use crate::console::state::Model;
use crate::console::state::automations::pane::AutomationsPane;
use crate::console::view::columns::{self, Room};
use crate::domain::RepoName;
use crate::domain::automation::Column;
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

/// The columns of a view that names none, the most important first: the last that has room is the last that is shown.
const BY_WORTH: [Column; 12] = [
    Column::Next,
    Column::Runs,
    Column::CostDay,
    Column::Success,
    Column::Repo,
    Column::CostWeek,
    Column::Pulls,
    Column::CostMonth,
    Column::Triggers,
    Column::Writes,
    Column::Owner,
    Column::Model,
];

const ON_SCREEN: [Column; 12] = [
    Column::Repo,
    Column::Triggers,
    Column::Writes,
    Column::Owner,
    Column::Model,
    Column::Next,
    Column::Runs,
    Column::Success,
    Column::CostDay,
    Column::CostWeek,
    Column::CostMonth,
    Column::Pulls,
];

pub type Cell = columns::Cell<Column>;

#[derive(Debug, Default)]
pub struct Columns {
    pub name: u16,
    pub cells: Vec<Cell>,
}

pub fn head(column: Column) -> &'static str {
    match column {
        Column::Name => "name",
        Column::State => "",
        Column::Repo => "repository",
        Column::Triggers => "triggers",
        // Nobody tells it: it is computed, and so it is about then.
        Column::Next => "~next",
        Column::Runs => "runs",
        Column::Success => "good",
        // Over the numbers; behind them stands a sign where a limit is near.
        Column::CostDay => "cr 24h ",
        Column::CostWeek => "cr 7d ",
        Column::CostMonth => "cr 30d ",
        Column::Pulls => "PR o/m/u",
        Column::Writes => "writes",
        Column::Owner => "owner",
        Column::Model => "model",
    }
}

pub fn is_number(column: Column) -> bool {
    let others = [Column::Next, Column::Runs, Column::Success, Column::Pulls];
    column.period().is_some() || others.contains(&column)
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
    let sorted = pane.habits.views.order().by;
    let named = pane.habits.views.columns();
    let wanted = named.unwrap_or(&BY_WORTH);
    // What the headings say no row needs to repeat; of one repository alone nobody asks which.
    let is_said = model.automations_by_repo(pane) || model.settings.repos.len() == 1;
    let least = |column: Column| match column {
        _ if column == sorted => NAME_LEAST / 2,
        // What a view asks for is worth more than the end of a name.
        _ if named.is_some() => NAME_LEAST,
        Column::Next | Column::Runs | Column::CostDay | Column::Success | Column::Repo => NAME_LEAST,
        _ => NAME_GOOD,
    };
    let rest = wanted.iter().copied().filter(|column| *column != sorted);
    let can = |column: &Column| match column {
        Column::Name | Column::State => false,
        Column::Repo => !is_said,
        _ => true,
    };
    std::iter::once(sorted).chain(rest).filter(can).map(|column| (column, least(column))).collect()
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
        Column::Name | Column::State => 0,
        Column::Triggers => TRIGGERS,
        Column::Next => 5,
        Column::Runs => STRIP,
        Column::Success => 5,
        // With a sign behind it where a limit is near.
        Column::CostDay | Column::CostWeek | Column::CostMonth => 8,
        Column::Pulls => 8,
        Column::Writes => 10,
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
