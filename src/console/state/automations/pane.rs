//! The automations as they are looked at: over the panes, where they are open.
//!
//! ```text
//! list ──enter──> page ──enter──> the log of a run
//!   └──C──> calendar ──enter──> page        (esc goes back the same way)
//! ```
//!
//! The rows are made anew when something was told of an automation, when what is asked of them changes, and when the next
//! of the computed runs has come; never for a picture.

use super::Known;
use super::calendar::Calendar;
use super::page::Page;
use super::rows::{Entry, Row, Totals};
use crate::console::automations::Sight;
use crate::console::keys::Context;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::seat::Arranged;
use crate::domain::automation::query::Query;
use crate::domain::query::Wrong;
use crate::domain::{AutomationRef, Instant};

#[derive(Clone, Debug, Default)]
pub struct AutomationsPane {
    /// The one under the cursor.
    pub selected: Option<AutomationRef>,
    /// One of them as a page, over list and calendar.
    pub page: Option<Page>,
    /// The coming runs, over the list.
    pub calendar: Option<Calendar>,
    pub habits: Habits,
    /// What is typed besides the query of the view.
    pub query: Query,
    pub wrong: Option<Wrong>,
    /// All of them, by repository and id, whatever the query lets through.
    pub entries: Vec<Entry>,
    pub rows: Vec<Row>,
    /// Where `selected` stands in `rows`.
    pub index: usize,
    pub top: usize,
    /// How many each view holds.
    pub counts: Vec<usize>,
    /// What those in sight of the query cost in 24 hours, 7 days, 30 days.
    pub totals: Totals,
    /// Make the rows anew at the end of the update.
    pub due: bool,
    /// Of what is known of the automations, when the rows were made.
    pub revision: Option<u64>,
    /// When they read differently by themselves.
    pub recheck_at: Option<Instant>,
}

/// What stays when the pane is closed.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub habits: Habits,
    /// What the runtime was last told that is looked at.
    pub looking: Option<Sight>,
}

/// How the operator likes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Also kept for the next start.
    pub arranged: Arranged,
    /// As it was typed.
    pub text: String,
    pub selected: Option<AutomationRef>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    pub by: By,
    pub reversed: bool,
}

/// What the rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Name,
    /// The soonest first.
    Next,
    /// What cost most first.
    Cost,
    /// Where most failed first.
    Success,
}

impl By {
    pub const ALL: [Self; 4] = [Self::Name, Self::Next, Self::Cost, Self::Success];

    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Next => "next run",
            Self::Cost => "cost",
            Self::Success => "success",
        }
    }

    #[must_use]
    pub fn after(self) -> Self {
        let at = Self::ALL.iter().position(|by| *by == self).map_or(0, |at| at + 1);
        Self::ALL.get(at).copied().unwrap_or_default()
    }
}

/// A query with a name, for a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    pub name: &'static str,
    pub query: &'static str,
    /// What to say when nothing is in it.
    pub empty: &'static str,
}

const fn view(name: &'static str, query: &'static str, empty: &'static str) -> View {
    View { name, query, empty }
}

/// From left to right.
pub const VIEWS: [View; 7] = [
    view("All", "", "No automation is known."),
    view("On", "state:on", "None is switched on."),
    view("Off", "state:off", "None is switched off."),
    view("Failing", "concern:runs_fail", "The runs of none are known to fail."),
    view("Concerns", "concern:any", "There is nothing to be pointed out."),
    view("Policy", "violates:any", "None is known to violate the policy."),
    view("Limit", "limit:reached,near", "None is near its limit."),
];

impl AutomationsPane {
    pub fn of(habits: Habits) -> Self {
        Self { selected: habits.selected.clone(), habits, due: true, ..Self::default() }
    }

    /// Where the next key goes.
    pub fn context(&self) -> Context {
        match (&self.page, &self.calendar) {
            (Some(_), _) => Context::Automation,
            (None, Some(_)) => Context::Calendar,
            (None, None) => Context::Automations,
        }
    }

    pub fn view(&self) -> &'static View {
        VIEWS.get(self.habits.arranged.view).unwrap_or(&VIEWS[0])
    }

    /// The automation on a row. `None`: a heading, or something that is said.
    pub fn entry_at(&self, row: usize) -> Option<&Entry> {
        match self.rows.get(row)? {
            Row::One(entry) => self.entries.get(*entry),
            Row::Heading(_) | Row::Note(..) => None,
        }
    }

    pub fn chosen(&self) -> Option<&Entry> {
        self.entry_at(self.index)
    }
}

/// The list, and under it what is told of the one under the cursor, where there is room.
pub fn split(body: Area) -> (Area, Option<Area>) {
    if body.height < FOOT_FROM {
        return (body, None);
    }
    let list = Area { height: body.height - FOOT, ..body };
    (list, Some(Area { y: list.bottom(), height: FOOT, ..body }))
}

/// A rule and so many lines.
const FOOT: u16 = 6;
const FOOT_FROM: u16 = 16;

/// Rows for automations: one is the title, one the heads of the columns.
pub fn list_rows(body: Area) -> usize {
    split(body).0.body_rows().saturating_sub(1)
}

impl Model {
    /// The automation of the page, else the one under the cursor of the list.
    pub fn automation(&self) -> Option<&Known> {
        let pane = self.place.automations.as_ref()?;
        let at = pane.page.as_ref().map(|page| &page.at).or(pane.selected.as_ref())?;
        self.world.automations.known.get(at)
    }
}
