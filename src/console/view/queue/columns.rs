//! Which columns there are at a width, and where. Widths follow from what is known of all tasks, never from the rows in
//! sight: nothing moves sideways when the list scrolls.
//!
//! ```text
//! ▌•● running    48m ▲ Migrate billing … silent 22m   acme/billing #1288 draft ✗ … 48m
//! ││ └ state      │ │ └ name, as wide as what is left, with the evidence of the sign at its end
//! │└ mark         │ └ stuck, or changed                 └ the others, from the right end
//! └ cursor        └ time in the state
//! ```

use crate::console::state::Model;
use crate::console::view::columns::{self, Room};
use crate::domain::{Column, Group, RepoName};

/// Columns of the state's word.
pub const WORD: u16 = 10;
/// Cursor, mark, glyph, blank: there the word begins.
pub const WORD_AT: u16 = 4;
/// Behind the word come a blank, the flag and a blank.
const NAME_AT: u16 = WORD_AT + WORD + 3;
pub const AGE: u16 = 4;
/// Columns of the checks in words, and where fewer are left.
const CHECKS: [u16; 2] = [18, 12];
/// The checks as one sign.
pub const SIGN: u16 = 1;
/// The name keeps at least this much beside pull request, repository and time in the state,
const NAME_LEAST: u16 = 28;
/// this much when others are added,
const NAME_GOOD: u16 = 36;
/// and this much beside the column the rows are sorted by.
const NAME_BESIDE_SORT: u16 = 10;
/// Wider than this no name needs to be; the rest is left between the columns.
const NAME_MOST: u16 = 64;
/// From this width on an owner that all repositories share is written out, too.
const OWNER_FROM: u16 = 100;

/// The columns of a view that names none, the most important first. Of the others a view can ask.
const BY_WORTH: [Column; 8] = [
    Column::Pull,
    Column::Repo,
    Column::InState,
    Column::Creator,
    Column::Sessions,
    Column::Agent,
    Column::Cost,
    Column::Checks,
];

/// From left to right behind the name.
const ON_SCREEN: [Column; 9] = [
    Column::Repo,
    Column::Pull,
    Column::Checks,
    Column::Agent,
    Column::Model,
    Column::Creator,
    Column::Sessions,
    Column::Cost,
    Column::Updated,
];

pub type Cell = columns::Cell<Column>;

#[derive(Debug, Default)]
pub struct Columns {
    pub name_at: u16,
    pub name: u16,
    /// The time in the state stands behind its word.
    pub in_state: bool,
    /// The repository's own name, without its owner.
    pub short_repo: bool,
    /// The sign of the checks stands with the pull request.
    pub sign: bool,
    pub cells: Vec<Cell>,
    pub age_at: u16,
}

impl Columns {
    pub fn new(model: &Model, width: u16) -> Self {
        let mut columns = Self { name_at: NAME_AT, age_at: width.saturating_sub(1 + AGE), ..Self::default() };
        // A blank between name and age.
        let mut room = Room::new(columns.age_at.saturating_sub(NAME_AT + 1));
        let sort = model.queue.order().by;
        for column in by_worth(model) {
            let least = match column {
                _ if column == sort => NAME_BESIDE_SORT,
                Column::Pull | Column::Repo | Column::InState => NAME_LEAST,
                _ => NAME_GOOD,
            };
            let Some(wanted) = room.fits(wants(model, column, width), least) else { continue };
            if column == Column::InState {
                // It brings its own blank before it.
                columns.in_state = true;
                columns.name_at += wanted;
                room.spare -= wanted;
                continue;
            }
            room.take(column, wanted);
            columns.short_repo |= column == Column::Repo && wanted < repo_widths(model).0;
        }
        columns.sign = !room.has(Column::Checks);
        if !columns.sign {
            room.narrow(Column::Pull, SIGN + 1);
        }
        columns.name = room.spare.min(NAME_MOST.max(width / 3));
        columns.cells = room.place(&ON_SCREEN, columns.age_at);
        columns
    }
}

/// The columns that may be left out, the last one first. What the rows are sorted by must be seen: it comes first.
fn by_worth(model: &Model) -> Vec<Column> {
    let sort = model.queue.order().by;
    let look = model.queue.views.look();
    let wanted = look.columns.unwrap_or_else(|| BY_WORTH.to_vec());
    // What the headings say no row needs to repeat.
    let said = match look.group {
        Some(Group::Repo) => Some(Column::Repo),
        Some(Group::Creator) => Some(Column::Creator),
        Some(Group::Agent) => Some(Column::Agent),
        Some(Group::State | Group::Day) | None => None,
    };
    let can = |column: &Column| !matches!(column, Column::State | Column::Name | Column::Age);
    let rest = wanted.into_iter().filter(|column| *column != sort && Some(*column) != said);
    std::iter::once(sort).chain(rest).filter(can).collect()
}

/// The widths a column is good with, the widest first.
fn wants(model: &Model, column: Column, width: u16) -> Vec<u16> {
    let sorted = model.queue.order().by == column;
    let seen = &model.world.seen;
    let within = |widest: usize, least: u16, most: u16| u16::try_from(widest).unwrap_or(most).clamp(least, most);
    match column {
        Column::State | Column::Name | Column::Age => Vec::new(),
        Column::InState => vec![AGE],
        Column::Repo => {
            let (full, short) = repo_widths(model);
            // Where all have one owner, a narrow screen has better use for its columns.
            if width < OWNER_FROM && model.settings.has_one_owner() { vec![short] } else { vec![full, short] }
        }
        Column::Pull => vec![number_width(model) + 1 + 6 + 1 + SIGN],
        Column::Checks if sorted => vec![CHECKS[0], CHECKS[1], SIGN],
        Column::Checks if model.queue.asks_for(column) => CHECKS.to_vec(),
        Column::Checks => vec![CHECKS[0]],
        Column::Agent => vec![within(seen.agents.widest(), 6, 20), 12],
        Column::Model => vec![within(seen.models.widest(), 6, 20)],
        // With `by ` before it.
        Column::Creator => vec![3 + within(seen.logins.widest(), 4, 14)],
        Column::Sessions => vec![3],
        Column::Cost => vec![8],
        // With `upd ` before it.
        Column::Updated => vec![4 + AGE],
    }
}

/// `#` and the longest number.
pub fn number_width(model: &Model) -> u16 {
    1 + u16::try_from(model.reviews.digits.max(2)).unwrap_or(2)
}

/// What the widest watched repository needs: with its owner, and without.
fn repo_widths(model: &Model) -> (u16, u16) {
    let widest = |len: fn(&RepoName) -> usize, most: usize| {
        // Where own tasks of any repository are shown, nobody knows how long their names are.
        let any = model.settings.reach_beyond().then_some(most);
        let widest = any.or(model.settings.repos.iter().map(len).max()).unwrap_or(8);
        u16::try_from(widest.min(most)).unwrap_or(u16::MAX)
    };
    (widest(|r| r.as_str().len(), 22), widest(|r| r.name().len(), 12))
}
