//! When the screen must be woken although nothing happened. A still screen sleeps: there is no tick.

use chrono::TimeDelta;

use super::{automations, log};
use crate::console::state::Model;
use crate::console::state::world::Known;
use crate::domain::disagreement::Side;
use crate::domain::{Column, Freshness, Instant, Source, age};

/// Ages in lists may read old for this long, so that a screenful of them wakes the console at most six times a minute.
const GRID: i64 = 10;

/// When the screen will read differently by itself: an age, the clock, a note that ends, data that turns stale, a
/// verdict that time alone changes. `None`: sleep until something happens.
pub fn next_wake(model: &Model) -> Option<Instant> {
    next(model).map(|next| next.wake)
}

/// Reckons when the screen reads differently, and when it is woken for that.
pub(super) fn reckon(model: &mut Model) {
    let next = next(model);
    (model.place.wake, model.place.holds_until) = (next.map(|next| next.wake), next.map(|next| next.changes));
}

/// The next moment at which something reads differently.
#[derive(Clone, Copy)]
struct Next {
    changes: Instant,
    /// Not before that, but it may be a little later.
    wake: Instant,
}

fn next(model: &Model) -> Option<Next> {
    if model.place.too_small() {
        return None;
    }
    let listed = ages(model).chain([clock(model)]).chain(stale(model)).chain(plan(model));
    let listed = listed.chain(automations::next_words(model)).filter(|at| *at > model.now).min();
    let exact = [
        automations::recheck_at(model),
        model.notes.current.as_ref().map(|n| n.until),
        model.queue.recheck_at,
        log_wake(model),
        model.settings.ends,
    ];
    let exact = exact.into_iter().flatten().filter(|at| *at > model.now).min();
    let changes = listed.into_iter().chain(exact).min()?;
    let wake = listed.map(up_to_grid).into_iter().chain(exact).min()?;
    Some(Next { changes, wake })
}

/// Time has come to the moment the last update asked for: what is drawn now reads differently.
pub fn due(model: &mut Model) {
    if model.notes.current.as_ref().is_some_and(|n| n.until <= model.now) {
        model.notes.current = None;
        model.dirty = true;
    }
    if model.settings.ends.take_if(|at| *at <= model.now).is_some() {
        model.notes.tell(model.now, "the recording ends here: nothing that is shown changes any more");
        model.dirty = true;
    }
    model.place.aged |= model.place.holds_until.is_some_and(|at| at <= model.now);
    if model.place.wake.is_some_and(|at| at <= model.now) {
        model.dirty = true;
    }
}

fn log_wake(model: &Model) -> Option<Instant> {
    model.place.panes().log.and_then(|_| log::next_wake(model))
}

/// The ages in sight.
fn ages(model: &Model) -> impl Iterator<Item = Instant> + '_ {
    let panes = model.place.panes();
    let covered = model.place.help.is_some() || model.place.detail.is_some();
    let rows = |area: Option<crate::console::state::layout::Area>| {
        area.filter(|_| !covered).map_or(0, crate::console::state::layout::Area::body_rows)
    };
    let queue = model.queue.rows.iter().skip(model.queue.top).take(rows(panes.queue));
    let tasks = queue.filter_map(|row| model.known_at(*row));
    // The detail shows the selected task, wherever its row is.
    let selected = model.selected().filter(|_| panes.detail.is_some() || model.place.detail.is_some());
    let updated = model.queue.asks_for(Column::Updated);
    let of_tasks = tasks.chain(selected).flat_map(move |k| {
        let touched = updated.then(|| k.task.touched_at());
        let stuck = k.stuck(&model.settings, model.now).map(|stuck| stuck.since());
        [Some(k.task.created_at), Some(k.condition_since(model.now)), touched, stuck].into_iter().flatten()
    });
    let told = selected.into_iter().flat_map(|k| told_ages(model, k));
    let run = selected.and_then(|k| k.run.as_ref()?.run.as_ref()).filter(|r| !r.is_completed());
    let reviews = model.reviews.rows.iter().skip(model.reviews.top).take(rows(panes.reviews));
    let of_pulls = reviews.filter_map(|row| Some(model.world.pulls.get(row.key()?)?.as_ref()?.created_at));
    let inbox = &model.place.inbox;
    let waiting = inbox.pane.as_ref().map_or(&[][..], |pane| inbox.entries.get(pane.top..).unwrap_or_default());
    of_tasks
        .chain(of_pulls)
        .chain(waiting.iter().take(rows(panes.body)).map(|entry| entry.since))
        .chain(told)
        .chain(run.map(|r| r.started_at.unwrap_or(r.created_at)))
        .map(|since| age::next_change(since, model.now))
}

/// The ages that only the detail tells: of what differs, and in the whole detail of each source.
fn told_ages<'a>(model: &'a Model, known: &'a Known) -> impl Iterator<Item = Instant> + 'a {
    let differs = known.disagreements(&model.world, model.now).map(|differs| differs.since);
    let sides = [Side::Task, Side::Session, Side::Run, Side::Pull].into_iter().filter(|_| model.place.detail.is_some());
    differs.chain(sides.filter_map(|side| model.world.read_at(known, side)))
}

/// The age of the verdicts in a plan's table.
fn plan(model: &Model) -> Option<Instant> {
    model.place.panes().compose?;
    model.compose.shown_plan()?.next_change(model.now)
}

/// The clock in the header reads hours and minutes.
fn clock(model: &Model) -> Instant {
    let into = model.now.timestamp().rem_euclid(60);
    let whole = model.now - TimeDelta::nanoseconds(i64::from(model.now.timestamp_subsec_nanos()));
    whole + TimeDelta::seconds(60 - into)
}

/// When data will be called stale, how old stale data reads, and how far away the next try of what failed.
fn stale(model: &Model) -> impl Iterator<Item = Instant> + '_ {
    let own = model.queue.selected.iter().flat_map(|id| [Source::Task(id.clone()), Source::Run(id.clone())]);
    model.standing_sources().chain(own).filter_map(|source| {
        let freshness = model.world.freshness.get(&source)?;
        let try_again = freshness.next_try.filter(|at| freshness.fault.is_some() && *at > model.now);
        try_again.map(|at| age::next_step(at, model.now)).into_iter().chain(turns_stale(model, freshness)).min()
    })
}

/// When this data will be called stale, or read older than it does.
fn turns_stale(model: &Model, freshness: &Freshness) -> Option<Instant> {
    let good = freshness.good_at?;
    let turns = freshness.stale_from(model.settings.stale_after)? + TimeDelta::milliseconds(1);
    let stays_fresh = turns > model.now && !freshness.remembered;
    Some(if stays_fresh { turns } else { age::next_change(good, model.now) })
}

fn up_to_grid(at: Instant) -> Instant {
    let late = at.timestamp().rem_euclid(GRID);
    let nanos = i64::from(at.timestamp_subsec_nanos());
    if late == 0 && nanos == 0 {
        return at;
    }
    at - TimeDelta::nanoseconds(nanos) + TimeDelta::seconds(GRID - late)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::console::event::{Event, What};
    use crate::console::state::layout::Size;
    use crate::console::state::settings::Settings;
    use crate::console::update::update;

    #[test]
    fn the_end_of_what_is_replayed_wakes_the_console_and_is_said_once() {
        let start = Instant::UNIX_EPOCH;
        let end = start + TimeDelta::seconds(7);
        let mut model = Model::new(start, Settings { ends: Some(end), ..Settings::default() });
        let mut happens = |at, what| {
            update(&mut model, Event { at, what });
            (model.place.wake, model.notes.current.take().map(|note| note.text.to_string()))
        };
        assert_eq!(happens(start, What::Resize(Size { width: 80, height: 24 })), (Some(end), None));
        let (_, said) = happens(end, What::Wake);
        assert!(said.unwrap().starts_with("the recording ends here"));
        assert_eq!(happens(end + TimeDelta::seconds(1), What::Wake).1, None);
    }
}
