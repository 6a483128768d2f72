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
use crate::console::state::place::Place;
use crate::console::state::views::Views;
use crate::domain::automation::query::{Automations, Query};
use crate::domain::automation::{Group, SavedView};
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
    /// Something was done here: from now on the cursor stays with its automation. Before, it stands on the first row,
    /// whichever repository answered first.
    pub settled: bool,
    /// What is typed besides the query of the view.
    pub query: Query,
    pub wrong: Option<Wrong>,
    /// All of them, by repository and id, whatever the query lets through.
    pub entries: Vec<Entry>,
    pub rows: Vec<Row>,
    /// Those that may belong here, too: what is asked of them is not known yet.
    pub unknown: Vec<AutomationRef>,
    /// Where `selected` stands in `rows`.
    pub index: usize,
    pub top: usize,
    /// How many each view holds.
    pub counts: Vec<Count>,
    /// What those in sight of the query cost in 24 hours, 7 days, 30 days.
    pub totals: Totals,
    /// Make the rows anew at the end of the update.
    pub due: bool,
    /// Of what is known of the automations, when the rows were made.
    pub revision: Option<u64>,
    /// When they read differently by themselves.
    pub recheck_at: Option<Instant>,
}

/// How many a view holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub held: usize,
    /// Others may be in it: what its query asks about is not known of them yet.
    pub is_least: bool,
}

/// What stays when the pane is closed.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub habits: Habits,
    /// What the runtime was last told that is looked at.
    pub looking: Option<Sight>,
}

/// How the operator likes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Habits {
    /// Which of the saved views is shown, and how each is turned; also kept for the next start.
    pub views: Views<Automations>,
    /// The calendar shows a week, not a day; kept, too.
    pub week: bool,
    /// What is kept for the next start may be another since that was last told on.
    pub turned: bool,
    /// As it was typed.
    pub text: String,
    pub selected: Option<AutomationRef>,
}

impl AutomationsPane {
    pub fn of(habits: Habits) -> Self {
        let selected = habits.selected.clone();
        Self { settled: selected.is_some(), selected, habits, due: true, ..Self::default() }
    }

    /// Where the next key goes.
    pub fn context(&self) -> Context {
        match (&self.page, &self.calendar) {
            (Some(_), _) => Context::Automation,
            (None, Some(_)) => Context::Calendar,
            (None, None) => Context::Automations,
        }
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

impl Place {
    /// How the operator likes the automations, whether they are open or not.
    pub fn habits(&self) -> &Habits {
        self.automations.as_ref().map_or(&self.automating.habits, |pane| &pane.habits)
    }

    pub fn habits_mut(&mut self) -> &mut Habits {
        match &mut self.automations {
            Some(pane) => &mut pane.habits,
            None => &mut self.automating.habits,
        }
    }
}

impl Model {
    /// The view of the automations that is shown.
    pub fn automation_view(&self) -> Option<&SavedView> {
        self.settings.automation_views.get(self.place.habits().views.at)
    }

    /// Their rows stand together by repository: because the view says so, or because there are several.
    pub fn automations_by_repo(&self, pane: &AutomationsPane) -> bool {
        let several = self.settings.repos.len() > 1;
        pane.habits.views.group().map_or(several, |group| group == Group::Repo)
    }
}
