//! When the automations read differently by themselves: a computed run comes nearer, or has come.

use crate::console::state::Model;
use crate::console::state::automations::pane::{AutomationsPane, list_rows};
use crate::console::state::automations::rows::Entry;
use crate::domain::{Instant, age};

/// When something of them is to be computed anew.
pub fn recheck_at(model: &Model) -> Option<Instant> {
    let pane = seen(model)?;
    let calendar = pane.calendar.as_ref().and_then(|calendar| calendar.recheck_at);
    pane.recheck_at.into_iter().chain(calendar).min()
}

/// When the words of one of the times in sight change.
pub fn next_words(model: &Model) -> Option<Instant> {
    let pane = seen(model)?;
    let body = model.place.panes().body?;
    let ahead = |at: Instant| if at > model.now { age::next_step(at, model.now) } else { at };
    let of = |entry: &Entry| entry.next.map(ahead);
    match (&pane.page, &pane.calendar) {
        (Some(page), _) => {
            let runs = &model.world.automations.known.get(&page.at)?.track;
            let tasks = runs.iter().flat_map(|track| &track.tasks);
            let known = tasks.filter_map(|task| model.world.tasks.get(&task.id));
            let aged = known.map(|known| age::next_change(known.task.created_at, model.now));
            let next = pane.entries.iter().find(|entry| entry.at == page.at).and_then(of);
            aged.chain(next).min()
        }
        (None, Some(calendar)) => {
            let seen = calendar.rows.len().min(calendar.top + body.body_rows());
            let rows = calendar.rows.get(calendar.top..seen).unwrap_or_default();
            rows.iter().filter_map(|row| calendar.run_of(row)).map(|run| ahead(run.at)).min()
        }
        (None, None) => {
            let rows = pane.top..(pane.top + list_rows(body)).min(pane.rows.len());
            rows.filter_map(|row| pane.entry_at(row)).filter_map(of).min()
        }
    }
}

/// The pane, where nothing covers it.
fn seen(model: &Model) -> Option<&AutomationsPane> {
    let place = &model.place;
    place.automations.as_deref().filter(|_| place.help.is_none() && place.detail.is_none())
}
