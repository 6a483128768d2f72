//! Back and forward through the places visited.

use super::{actions, automations, cancels, command, doctor, found, inbox, ledger, queue, reviews, wall};
use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::place::Pane;
use crate::console::state::trail::{At, Spot, push};

/// What comes next is a way to another place, also where it leads to another row of the same pane.
pub fn leap(model: &mut Model) {
    model.place.trail.leap = true;
}

/// What comes next leads from an overview to one of the things in it.
pub fn through(model: &mut Model) {
    model.place.trail.through = true;
}

/// Back to the overview this place was opened from, past what was visited since. False: it was opened from none.
pub fn lead_back(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let trail = &mut model.place.trail;
    let from = trail.here.as_ref().and_then(|here| here.from.as_ref());
    let Some(at) = from.and_then(|from| trail.back.iter().rposition(|spot| spot.at == *from)) else { return false };
    trail.back.truncate(at + 1);
    step(model, false, effects);
    true
}

/// Called at the end of every update: notes where the operator is, and lets the log land.
pub(super) fn settle(model: &mut Model) {
    land(model);
    if let Some(now) = Spot::of(model) {
        model.place.trail.visit(now);
    }
}

/// To the place before, or after. What is gone is left out, and that is said.
pub fn step(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    let left = model.place.trail.here.clone();
    let mut gone = 0;
    model.dirty = true;
    loop {
        let trail = &mut model.place.trail;
        let next = if forward { trail.forward.pop() } else { trail.back.pop() };
        let Some(spot) = next else { break nowhere(model, forward, gone) };
        // What was left without a trace of its own is no step.
        let same = left.as_ref().is_some_and(|left| Spot { from: spot.from.clone(), ..left.clone() } == spot);
        if same || !go(model, &spot, effects) {
            gone += usize::from(!same);
            continue;
        }
        let trail = &mut model.place.trail;
        if let Some(left) = left {
            push(if forward { &mut trail.back } else { &mut trail.forward }, left);
        }
        // It is the one that was gone to, whatever the next look makes of it.
        let here = Spot::of(model).map(|here| Spot { from: spot.from.clone(), ..here }).or(Some(spot));
        model.place.trail.here = here;
        model.place.trail.leap = false;
        if gone > 0 {
            model.notes.say(model.now, false, format!("left out {}", places(gone)));
        }
        return;
    }
}

fn places(gone: usize) -> String {
    match gone {
        1 => "a place that is gone".to_owned(),
        _ => format!("{gone} places that are gone"),
    }
}

fn nowhere(model: &mut Model, forward: bool, gone: usize) {
    let end = if forward { "this is the newest place" } else { "this is the first place" };
    let said = if gone > 0 { format!("{end}; left out {}", places(gone)) } else { end.to_owned() };
    model.notes.say(model.now, false, said);
}

/// To a place. False: it is gone.
pub fn go(model: &mut Model, spot: &Spot, effects: &mut Vec<Effect>) -> bool {
    match &spot.at {
        At::Queue(view) => {
            let Some(view) = model.settings.views.iter().position(|known| known.word() == *view) else { return false };
            // A task of its own that is gone takes nothing from the view.
            actions::view(model, view);
            on_the_row(model, spot);
        }
        At::Log(task) => {
            if !queue::reveal(model, task) {
                return false;
            }
            actions::focus(model, Pane::Log);
            model.place.trail.land = spot.entry.clone().map(|entry| (task.clone(), entry));
        }
        At::Detail(task) => {
            if !queue::reveal(model, task) {
                return false;
            }
            actions::focus(model, spot.pane);
            model.place.detail = Some(spot.top);
        }
        At::Reviews => {
            actions::focus(model, Pane::Reviews);
            (model.reviews.page, model.reviews.diff) = (None, None);
            on_the_row(model, spot);
        }
        At::Pull(key) | At::Diff(key) => {
            if !command::to_pull(model, key) {
                return false;
            }
            if let Some(page) = &mut model.reviews.page {
                page.top = spot.top;
            }
            if matches!(spot.at, At::Diff(_)) {
                reviews::open_diff(model, effects);
            }
        }
        At::Compose if model.settings.read_only => return false,
        At::Compose => {
            on_the_row(model, spot);
            actions::focus(model, Pane::Compose);
        }
        _ => return over(model, spot, effects),
    }
    model.dirty = true;
    true
}

/// What stands over the panes.
fn over(model: &mut Model, spot: &Spot, effects: &mut Vec<Effect>) -> bool {
    on_the_row(model, spot);
    actions::focus(model, spot.pane);
    match &spot.at {
        At::Inbox => {
            inbox::open(model, effects);
            if let Some(pane) = &mut model.place.inbox.pane {
                pane.selected.clone_from(&spot.entry_of_inbox);
            }
        }
        At::Ledger { query, task } => ledger::open_at(model, query.clone(), task.clone(), effects),
        At::Automations { .. } | At::Automation(_) | At::Calendar => return automations::pane::go(model, spot),
        At::Cancels => cancels::open(model),
        At::Doctor => doctor::open(model, effects),
        At::Wall { all } => {
            let is_there = wall::open(model, if *all { &["all"] } else { &[] }, effects).is_ok();
            if let Some(wall) = &mut model.log.wall {
                wall.wanted.clone_from(&spot.tile);
            }
            return is_there;
        }
        At::Found(pattern) => return found::open(model, &[pattern], effects).is_ok(),
        _ => return false,
    }
    model.dirty = true;
    true
}

/// View and cursors as they were, where what they were on is still there.
fn on_the_row(model: &mut Model, spot: &Spot) {
    if let Some(view) = model.settings.views.iter().position(|known| known.word() == spot.view) {
        queue::set_view(model, view);
    }
    if let Some(task) = spot.task.as_ref().filter(|task| model.queue.selected.as_ref() != Some(*task)) {
        let slot = model.world.tasks.slot(task);
        // Settled first: the view may have been another one.
        queue::rebuild(model);
        let row = slot.map(crate::console::state::queue::Row::Task);
        if let Some(index) = row.and_then(|row| model.queue.rows.iter().position(|known| *known == row)) {
            queue::select(model, index);
        }
    }
    if let Some(key) = &spot.pull {
        reviews::reveal(model, key);
    }
}

/// The log that was gone back to comes to stand where it stood.
fn land(model: &mut Model) {
    let Some((task, entry)) = model.place.trail.land.clone() else { return };
    let shown = model.log.shown.as_mut().filter(|shown| shown.task.as_ref() == Some(&task));
    model.place.trail.land = None;
    let Some(shown) = shown else { return };
    let entries = shown.transcript.entries();
    if entries.is_empty() {
        shown.land = entry.at;
        return;
    }
    if let Some(index) = entries.iter().position(|known| known.id == entry.id) {
        shown.reader.pause();
        shown.reader.show(entries, index);
        model.dirty = true;
    }
}
