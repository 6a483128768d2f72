//! Which logs are in sight: the selected task's session, or the one chosen by hand, and from which source it is read.

use super::news::time_at;
use super::{big, record, wall};
use crate::console::effect::{Effect, Heard};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::log::{Attended, LogPane, Shown};
use crate::console::state::place::Pane;
use crate::domain::{SessionId, Source, SourceChoice, Task, TaskId, TaskRef};

/// Called at the end of every update: shows the log of the selected task's latest session (or of the one chosen by
/// hand) and asks the runtime to attend to it when that changed.
pub fn follow_selection(model: &mut Model, effects: &mut Vec<Effect>) {
    let wall = wall::settle(model);
    let covered = model.log.wall.is_some()
        || model.log.found.is_some()
        || model.place.ledger.pane.is_some()
        || model.place.cancels.is_some();
    let pane = model.place.panes().log.filter(|_| !covered);
    follow_in(model, pane, wall, effects);
}

pub(super) fn follow_in(model: &mut Model, pane: Option<Area>, wall: Vec<Heard>, effects: &mut Vec<Effect>) {
    give_back(model);
    if model.log.lent {
        // The log of a check stands there until it is left: the task is attended to without one.
        let (task, _) = wanted(model);
        attend(model, pane, (task, None), wall, effects);
    } else if !model.place.log_only {
        // A file stands alone: nothing is selected and nothing is asked for.
        let (task, session) = wanted(model);
        let stays = session.is_some() && model.log.pinned().is_some_and(|pinned| pinned.session == session);
        let id = task.as_ref().map(|task| task.id.clone());
        let now = model.log.following().as_ref().map(|shown| (shown.task.clone(), shown.session.clone()));
        // A log that stays is not shown twice: the other half goes on with what it had.
        if !stays && now.unwrap_or_default() != (id.clone(), session.clone()) {
            let opened = id.map(|id| open(&mut model.log, id, session.clone()));
            *model.log.following() = opened;
            model.log.moved = true;
        }
        attend(model, pane, (task, session), wall, effects);
    }
    if let Some(pane) = pane {
        let (own, other) = model.log.halves(pane);
        let LogPane { shown, beside, wrap, moved, .. } = &mut *model.log;
        for (shown, area) in [(shown, Some(own)), (beside, other)] {
            if let (Some(shown), Some(area)) = (shown, area) {
                *moved |= shown.reader.settle(shown.transcript.entries(), shown.sheet(area, *wrap));
                big::settle(shown, model.now, effects);
                record::settle(shown, area);
            }
        }
    }
}

/// Tells which logs are in sight: the selection's is attended to, the others are listened to.
fn attend(
    model: &mut Model,
    pane: Option<Area>,
    (task, session): (Option<TaskRef>, Option<SessionId>),
    wall: Vec<Heard>,
    effects: &mut Vec<Effect>,
) {
    let other = pane.and_then(|pane| model.log.halves(pane).1);
    let shown = model.log.shown.as_ref().filter(|_| pane.is_some());
    let beside = model.log.beside.as_ref().filter(|_| other.is_some());
    let in_sight = || shown.into_iter().chain(beside);
    let log = session.filter(|session| in_sight().any(|shown| shown.session.as_ref() == Some(session)));
    let others = in_sight().filter(|shown| shown.session != log);
    let beside = others.filter_map(|shown| wall::heard(model, shown, false)).chain(wall).collect();
    let log = log.and_then(|log| in_sight().find(|shown| shown.session.as_ref() == Some(&log))?.wish());
    let attended = Attended { task, log, beside };
    if attended != model.log.attended {
        model.log.attended = attended.clone();
        let Attended { task, log, beside } = attended;
        let known =
            task.as_ref().and_then(|at| model.world.tasks.get(&at.id)).map(|known| Box::new(known.task.clone()));
        effects.push(Effect::Attend { task, known, log, beside });
    }
}

/// A log that holds nothing yet, to be read from the source that was chosen for it.
fn open(pane: &mut LogPane, task: TaskId, session: Option<SessionId>) -> Shown {
    pane.openings += 1;
    let chosen = session.as_ref().and_then(|session| pane.sources.get(session));
    let choice = chosen.map_or(SourceChoice::Auto, |source| SourceChoice::Only(*source));
    Shown { opening: pane.openings, choice, ..Shown::new(Some(task), session) }
}

/// Reads the log from this source from now on. The reader comes to stand where it was in time.
pub(in crate::console::update) fn choose_source(model: &mut Model, choice: SourceChoice) {
    let Some(shown) = &model.log.shown else { return };
    let (Some(task), Some(session)) = (shown.task.clone(), shown.session.clone()) else { return };
    match choice {
        SourceChoice::Auto => drop(model.log.sources.remove(&session)),
        SourceChoice::Only(source) => drop(model.log.sources.insert(session.clone(), source)),
    }
    if shown.choice == choice {
        return;
    }
    let land = shown.land.or_else(|| time_at(shown));
    let follow = shown.reader.follow;
    // What was told of the source before is not about this one.
    model.world.freshness.remove(&Source::Log(session.clone()));
    let mut shown = open(&mut model.log, task, Some(session));
    shown.land = land.filter(|_| !follow);
    model.log.shown = Some(shown);
    model.dirty = true;
}

/// The selected task and the session of it whose log belongs on the screen.
fn wanted(model: &mut Model) -> (Option<TaskRef>, Option<SessionId>) {
    let Some(task) = selected(model) else { return (None, None) };
    let chosen = model.log.chosen.as_ref().filter(|(id, _)| *id == task.at.id).map(|(_, session)| session);
    let exists = |id: &&SessionId| task.sessions.iter().flatten().any(|session| session.id == **id);
    let session = chosen.filter(exists).or_else(|| task.latest_session().map(|session| &session.id));
    let wanted = (Some(task.at.clone()), session.cloned());
    if chosen.is_none() {
        model.log.chosen = None;
    }
    wanted
}

fn selected(model: &Model) -> Option<&Task> {
    let id = model.queue.selected.as_ref()?;
    model.world.tasks.get(id).map(|known| &known.task)
}

/// Shows the log of this session of the selected task. The latest is followed by one that is newer still.
pub(in crate::console::update) fn choose_session(model: &mut Model, session: SessionId) {
    let Some(task) = selected(model) else { return };
    let latest = task.latest_session().map(|session| &session.id) == Some(&session);
    model.log.chosen = (!latest).then(|| (task.at.id.clone(), session));
    model.dirty = true;
}

/// Left for another pane: the selected task's log is shown again.
fn give_back(model: &mut Model) {
    if model.log.lent && model.place.focus != Pane::Log {
        model.log.lent = false;
        model.log.shown = None;
    }
}
