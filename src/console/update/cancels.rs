//! `:cancels`: the list of cancels, and what can be done about one.

use super::{actions, cancel, queue, scroll};
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::cancels::{By, CancelsPane, Entry, Ruled, split, told};
use crate::domain::{CancelPhase, CancelProgress, TaskRef};
use crate::text::Safe;

pub fn open(model: &mut Model) {
    let focus = model.place.focus;
    // Whatever stands over the panes goes.
    actions::focus(model, focus);
    model.place.cancels = Some(CancelsPane::default());
}

pub(super) fn settle(model: &mut Model) {
    let (rows, body) = (model.world.cancels.all.len(), model.place.panes().body);
    if let (Some(pane), Some(body)) = (&mut model.place.cancels, body) {
        pane.settle(rows, split(body).0.body_rows());
    }
}

fn selected(model: &Model) -> Option<&Entry> {
    model.world.cancels.listed().nth(model.place.cancels.as_ref()?.cursor)
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = model.place.panes().body.map_or(1, |body| split(body).0.body_rows().max(2) - 1);
    let Some(pane) = &mut model.place.cancels else { return false };
    let at = &mut pane.cursor;
    match intent {
        Intent::Enter | Intent::Detail => to_task(model),
        Intent::Cancel => match selected(model).map(|entry| entry.task.id.clone()) {
            Some(id) => cancel::ask_about(model, &id),
            None => nothing(model),
        },
        Intent::Withdraw => withdraw(model, effects),
        Intent::Copy => copy(model, effects),
        Intent::Back | Intent::Cancels => model.place.cancels = None,
        moved => match scroll::through(moved, *at, page, scroll::ENDLESS) {
            Some(row) => *at = row,
            None => return false,
        },
    }
    model.dirty = true;
    true
}

fn nothing(model: &mut Model) {
    model.notes.say(model.now, false, "nothing was cancelled yet");
}

fn to_task(model: &mut Model) {
    let Some(task) = selected(model).map(|entry| entry.task.clone()) else { return nothing(model) };
    if queue::reveal(model, &task.id) {
        let focus = model.place.focus;
        actions::focus(model, focus);
        actions::run(model, Intent::Detail, &mut Vec::new());
    } else {
        model.notes.say(model.now, false, "the task is not among those that are watched");
    }
}

fn withdraw(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(entry) = selected(model) else { return nothing(model) };
    match entry.phase() {
        Some(CancelPhase::Looking | CancelPhase::Waiting) => effects.push(Effect::Withdraw(entry.task.clone())),
        Some(phase) if !phase.is_final() => {
            model.notes.say(model.now, true, "too late: it was sent, and a request cannot be taken back");
        }
        _ => model.notes.say(model.now, false, "nothing waits here: it is over"),
    }
}

fn copy(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(entry) = selected(model) else { return nothing(model) };
    let head = format!("{} {}", entry.task.repo, entry.name);
    let lines = told(model, entry).into_iter().map(|(label, words)| format!("{label}: {}", words.plain()));
    let text: Vec<String> = [head].into_iter().chain(lines).collect();
    effects.push(Effect::Copy(text.join("\n").into()));
    model.notes.say(model.now, false, "copied what is told of it");
}

/// A click puts the cursor on a row; a second one goes to its task. `row`: from the rule on.
pub fn click(model: &mut Model, row: usize) -> bool {
    let rows = model.world.cancels.all.len();
    let height = model.place.panes().body.map_or(0, |body| split(body).0.body_rows());
    let Some(pane) = &mut model.place.cancels else { return false };
    let Some(row) = row.checked_sub(1).filter(|row| *row < height) else { return false };
    let index = pane.top + row;
    if index >= rows {
        return false;
    }
    model.dirty = true;
    pane.cursor = index;
    true
}

/// What a task is called, as far as anything here knows it.
pub(super) fn name(model: &Model, task: &TaskRef) -> Safe {
    let known = model.world.tasks.get(&task.id).map(|known| known.task.name.show_line());
    let told = || model.world.cancels.all.iter().rev().find(|entry| entry.task.id == task.id);
    known.or_else(|| told().map(|entry| entry.name.clone())).unwrap_or_else(|| task.id.show())
}

/// A cancel that was just confirmed.
pub(super) fn begun(model: &Model, progress: &CancelProgress, force: bool) -> Entry {
    Entry {
        task: progress.task.clone(),
        name: name(model, &progress.task),
        by: By::Operator,
        force,
        begun: progress.at,
        progress: Some(progress.clone()),
        steps: vec![(progress.at, progress.phase.clone())],
    }
}

/// A rule of the policy judged a session: it would have stopped it, or is about to.
pub fn ruled(model: &mut Model, ruled: Ruled) {
    let what = if ruled.dry { "would be stopped (dry run)" } else { "is being stopped" };
    let shows = model.filled("{queue.cancels} shows it");
    let text = format!("“{}” {what} by rule {}: {} — {shows}", ruled.name, ruled.rule, ruled.why);
    model.notes.say(model.now, !ruled.dry, text);
    model.world.cancels.begin(Entry {
        task: ruled.task.clone(),
        name: ruled.name.clone(),
        by: By::Rule(ruled),
        force: false,
        begun: model.now,
        progress: None,
        steps: Vec::new(),
    });
    model.dirty = true;
}
