//! The calendar of the coming runs: opened, moved in, a day or a week.

use super::pane;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::automations::calendar::{self, Calendar, bar_rows, list_rows};
use crate::console::state::layout::Area;
use crate::console::update::scroll;

pub fn open(model: &mut Model) {
    if model.place.automations.is_none() {
        pane::open(model);
    }
    if let Some(pane) = &mut model.place.automations {
        pane.page = None;
        pane.calendar = Some(Calendar::default());
    }
    model.dirty = true;
}

/// `:calendar [day|week]`.
pub fn command(
    model: &mut Model,
    arguments: &[&str],
    _: &mut Vec<crate::console::effect::Effect>,
) -> Result<(), String> {
    let week = match arguments {
        [] => None,
        [word] if "day".starts_with(word) => Some(false),
        [word] if "week".starts_with(word) => Some(true),
        _ => return Err("it is `calendar day` or `calendar week`".to_owned()),
    };
    open(model);
    if let (Some(week), Some(pane)) = (week, &mut model.place.automations) {
        (pane.habits.week, pane.habits.turned) = (week, true);
    }
    Ok(())
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent) -> bool {
    let body = model.place.panes().body.unwrap_or_default();
    let Some(pane) = &mut model.place.automations else { return false };
    let Some(calendar) = &mut pane.calendar else { return false };
    let page = list_rows(calendar, body).max(2) - 1;
    let at = calendar.index;
    match intent {
        Intent::NextGroup => calendar.step_day(true),
        Intent::PreviousGroup => calendar.step_day(false),
        Intent::NextView | Intent::PreviousView => {
            (pane.habits.week, pane.habits.turned) = (!pane.habits.week, true);
            calendar.revision = None;
        }
        Intent::Enter | Intent::Detail => {
            let at = calendar.selected().map(|run| run.automation.clone());
            if !at.is_some_and(|at| pane::show(model, &at)) {
                model.notes.say(model.now, false, "no run is under the cursor");
            }
        }
        Intent::Back | Intent::Calendar | Intent::Automations => pane.calendar = None,
        moved => {
            let Some(row) = scroll::through(moved, at, page, scroll::ENDLESS) else { return false };
            // From the first run up its day comes into sight.
            calendar.top = if moved == Intent::Up && row == 0 { 0 } else { calendar.top };
            calendar.select(row);
        }
    }
    true
}

/// `row`: below the title.
pub fn click(calendar: &mut Calendar, row: usize, body: Area) -> bool {
    let Some(row) = row.checked_sub(bar_rows(calendar, body)) else { return false };
    let index = calendar.top + row;
    if row >= list_rows(calendar, body) || !matches!(calendar.rows.get(index), Some(calendar::Row::Run(_))) {
        return false;
    }
    calendar.index = index;
    true
}

/// Computed anew where something was told, another span is wanted, or the first of the runs has come.
pub fn settle(model: &mut Model) {
    let revision = model.world.automations.revision;
    let Some(body) = model.place.panes().body else { return };
    let Some(calendar) = model.place.automations.as_ref().and_then(|pane| pane.calendar.as_ref()) else { return };
    let time_has_come = calendar.recheck_at.is_some_and(|at| at <= model.now);
    if calendar.revision != Some(revision) || time_has_come {
        calendar::rebuild(model);
    }
    if let Some(calendar) = model.place.automations.as_mut().and_then(|pane| pane.calendar.as_mut()) {
        let height = list_rows(calendar, body);
        calendar.settle(height);
    }
}
