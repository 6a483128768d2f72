//! The log pane: follow the selection, take in news, scroll, fold, search.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{big, diagnosis, wall};
use crate::console::effect::{Effect, Heard};
use crate::console::event::{LogNews, LogOrigin, Mouse, MouseKind};
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::big::Step;
use crate::console::state::layout::Area;
use crate::console::state::log::{Attended, LogPane, Shown};
use crate::console::state::reader::Reader;
use crate::domain::{Instant, SessionId, Task, TaskRef, age};
use crate::text::{Safe, Untrusted};
use crate::transcript::{Entry, Format, Rules, Transcript};

/// Rows of a wheel step.
const WHEEL: usize = 3;

/// Called at the end of every update: shows the log of the selected task's latest session (or of the one chosen by
/// hand) and asks the runtime to attend to it when that changed.
pub fn follow_selection(model: &mut Model, effects: &mut Vec<Effect>) {
    let wall = wall::settle(model);
    let covered = model.log.wall.is_some() || model.log.found.is_some();
    let pane = model.place.panes().log.filter(|_| !covered);
    follow_in(model, pane, wall, effects);
}

fn follow_in(model: &mut Model, pane: Option<Area>, wall: Vec<Heard>, effects: &mut Vec<Effect>) {
    // A file stands alone: nothing is selected and nothing is asked for.
    if !model.place.log_only {
        let (task, session) = wanted(model);
        let stays = session.is_some() && model.log.pinned().is_some_and(|pinned| pinned.session == session);
        let id = task.as_ref().map(|task| task.id.clone());
        let following = model.log.following();
        let now = following.as_ref().map(|shown| (shown.task.clone(), shown.session.clone()));
        // A log that stays is not shown twice: the other half goes on with what it had.
        if !stays && now.unwrap_or_default() != (id.clone(), session.clone()) {
            *following = id.map(|id| Shown::new(Some(id), session.clone()));
            model.dirty = true;
        }
        attend(model, pane, (task, session), wall, effects);
    }
    if let Some(pane) = pane {
        let (own, other) = model.log.halves(pane);
        let LogPane { shown, beside, wrap, .. } = &mut model.log;
        for (shown, area) in [(shown, Some(own)), (beside, other)] {
            if let (Some(shown), Some(area)) = (shown, area) {
                model.dirty |= shown.reader.settle(shown.transcript.entries(), shown.sheet(area, *wrap));
                big::settle(shown, model.now, effects);
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
    let attended = Attended { task, log, beside };
    if attended != model.log.attended {
        model.log.attended = attended.clone();
        effects.push(Effect::Attend { task: attended.task, log: attended.log, beside: attended.beside });
    }
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

/// An intent pressed in the log pane. False: not one of the log's.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    match intent {
        Intent::Session => next_session(model),
        Intent::Diagnosis => diagnosis::jump(model),
        Intent::Split => split::toggle(model),
        Intent::NextPane | Intent::PreviousPane if split::step(model, intent) => {}
        Intent::Wrap => model.log.wrap = !model.log.wrap,
        _ => {
            let pane = model.place.panes().log;
            return read(model, pane, intent, effects);
        }
    }
    model.dirty = true;
    true
}

/// The intents that move the reader.
fn read(model: &mut Model, pane: Option<Area>, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let known = matches!(
        intent,
        Intent::Up
            | Intent::Down
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Top
            | Intent::Bottom
            | Intent::Fold
            | Intent::Enter
            | Intent::FoldAll
            | Intent::Follow
            | Intent::NextEntry
            | Intent::PreviousEntry
            | Intent::NextError
            | Intent::PreviousError
            | Intent::NextHit
            | Intent::PreviousHit
            | Intent::Copy
    );
    let half = pane.map(|pane| model.log.halves(pane).0);
    let Some(shown) = model.log.shown.as_mut().filter(|_| known) else { return known };
    if let Some(area) = half {
        let sheet = shown.sheet(area, model.log.wrap);
        shown.reader.settle(shown.transcript.entries(), sheet);
    }
    if shown.big.is_some() && intent != Intent::Copy {
        let page = shown.reader.page();
        let step = match intent {
            Intent::Up => Step::Up(1),
            Intent::Down => Step::Down(1),
            Intent::PageUp => Step::Up(page),
            Intent::PageDown => Step::Down(page),
            other => Step::Key(other),
        };
        return big::step(model, step);
    }
    let (reader, entries) = (&mut shown.reader, shown.transcript.entries());
    model.dirty = true;
    let note = match intent {
        Intent::NextError | Intent::PreviousError => next_error(reader, entries, intent == Intent::NextError),
        Intent::NextHit | Intent::PreviousHit => {
            let found = reader.next_hit(entries, intent == Intent::NextHit);
            (!found).then_some("nothing found: / searches the log")
        }
        Intent::Copy => {
            let copy = entries.get(reader.cursor).map(|entry| Effect::Copy(copied(entry)));
            let note = if copy.is_some() { "copied the entry" } else { "there is nothing here to copy yet" };
            effects.extend(copy);
            Some(note)
        }
        _ => {
            step(reader, entries, intent);
            None
        }
    };
    if let Some(text) = note {
        model.notes.say(model.now, false, text);
    }
    true
}

pub(super) fn step(reader: &mut Reader, entries: &[Entry], intent: Intent) {
    let page = reader.page();
    match intent {
        Intent::Up => reader.up(entries, 1),
        Intent::Down => reader.down(entries, 1),
        Intent::PageUp => reader.up(entries, page),
        Intent::PageDown => reader.down(entries, page),
        Intent::Top => reader.to_top(entries),
        Intent::Follow if reader.follow => reader.pause(),
        Intent::Follow | Intent::Bottom => reader.resume(),
        Intent::Fold | Intent::Enter => reader.fold(entries),
        Intent::FoldAll => reader.fold_all(entries),
        Intent::NextEntry => reader.show(entries, reader.cursor + 1),
        Intent::PreviousEntry => reader.show(entries, reader.cursor.saturating_sub(1)),
        _ => {}
    }
}

pub(super) fn next_error(reader: &mut Reader, entries: &[Entry], forward: bool) -> Option<&'static str> {
    let is_error = |index: &usize| entries.get(*index).is_some_and(Entry::is_error);
    let found = if forward {
        (reader.cursor + 1..entries.len()).find(is_error)
    } else {
        (0..reader.cursor).rev().find(is_error)
    };
    match found {
        Some(index) => {
            reader.show(entries, index);
            None
        }
        None if forward => Some("no error further down"),
        None => Some("no error further up"),
    }
}

/// The words of an entry, for the clipboard.
fn copied(entry: &Entry) -> Untrusted {
    let texts: Vec<&str> = entry.kind.texts().iter().map(|text| text.raw_for_match()).collect();
    texts.join("\n").into()
}

/// The session before the one shown; before the first comes the latest again.
fn next_session(model: &mut Model) {
    let Some(task) = selected(model) else { return };
    let mut sessions: Vec<_> = task.sessions.iter().flatten().map(|s| (s.created_at, s.id.clone())).collect();
    if sessions.len() < 2 {
        return model.notes.say(model.now, false, "this task has no other session");
    }
    sessions.sort();
    let task = task.at.id.clone();
    let shown = model.log.shown.as_ref().and_then(|shown| shown.session.clone());
    let at = sessions.iter().position(|(_, id)| Some(id) == shown.as_ref()).unwrap_or(0);
    let latest = sessions.len() - 1;
    let next = at.checked_sub(1).unwrap_or(latest);
    // Back at the latest, a newer one will be followed again.
    let chosen = sessions.into_iter().nth(next).map(|(_, id)| id).filter(|_| next != latest);
    model.log.chosen = chosen.map(|session| (task, session));
}

/// New bytes of the log; ignored when they are of another session than the one shown.
pub fn news(model: &mut Model, news: LogNews) {
    let now = model.now;
    let rules = model.log.rules.clone();
    let Some(shown) = model.log.of(&news.session) else { return };
    if news.reset || news.format != shown.transcript.format() {
        shown.transcript = Transcript::new(news.format);
        shown.reader.restart();
        diagnosis::judge(shown, rules.as_ref());
    }
    shown.origin = Some(news.origin);
    shown.because = news.because;
    shown.fetched_at = Some(now);
    shown.complete = news.complete;
    absorb(shown, &news.bytes);
    if let Some(seek) = shown.seek.take_if(|_| !shown.transcript.entries().is_empty()) {
        shown.reader.search(shown.transcript.entries(), &seek, true);
    }
    model.dirty = true;
}

fn absorb(shown: &mut Shown, bytes: &[u8]) {
    let mut change = shown.transcript.absorb(bytes);
    if shown.complete {
        let last = shown.transcript.finish();
        change.added += last.added;
        change.updated.extend(last.updated);
    }
    shown.reader.grew(shown.transcript.entries(), &change);
    shown.judged.absorb(&shown.transcript, &change);
}

/// A log opened from disk: `atc open`.
pub fn open_file(model: &mut Model, name: Safe, format: Format, bytes: &[u8]) {
    let mut shown = Shown::new(None, None);
    shown.file = Some(name);
    shown.origin = Some(LogOrigin::File);
    shown.transcript = Transcript::new(format);
    shown.complete = true;
    diagnosis::judge(&mut shown, model.log.rules.as_ref());
    absorb(&mut shown, bytes);
    model.log.shown = Some(shown);
    model.dirty = true;
}

/// More of a file that is held whole.
pub(super) fn more(shown: &mut Shown, rules: Option<&Arc<Rules>>, bytes: &[u8], replaced: bool) {
    if replaced {
        shown.transcript = Transcript::new(shown.transcript.format());
        shown.reader.restart();
        diagnosis::judge(shown, rules);
    }
    shown.complete = false;
    absorb(shown, bytes);
}

/// The `/` line of the log changed (on every key) or was accepted.
pub fn search(model: &mut Model, pattern: &str, accepted: bool) {
    if big::search(model, pattern, accepted) {
        return;
    }
    if let Some(shown) = &mut model.log.shown {
        shown.reader.search(shown.transcript.entries(), pattern, accepted);
        model.dirty = true;
    }
}

/// A click or a wheel step inside the log's area.
pub fn mouse(model: &mut Model, mouse: Mouse, _effects: &mut Vec<Effect>) {
    let Some(pane) = model.place.panes().log else { return };
    let other = split::turn_to(model, pane, mouse.row);
    let half = model.log.halves(pane).0;
    mouse_in(model, half, mouse);
    // The wheel moves what is under the pointer; a click gives it the keys.
    if other && mouse.kind != MouseKind::Click {
        model.log.swap();
    }
    model.dirty |= other;
}

/// A click puts the cursor on an entry; on its heading it folds or opens it.
fn mouse_in(model: &mut Model, pane: Area, mouse: Mouse) {
    let step = match mouse.kind {
        MouseKind::WheelUp => Some(Step::Up(WHEEL)),
        MouseKind::WheelDown => Some(Step::Down(WHEEL)),
        MouseKind::Click => None,
    };
    if step.is_some_and(|step| big::step(model, step)) {
        return;
    }
    let Some(shown) = &mut model.log.shown else { return };
    let text = shown.text_area(pane);
    let (reader, entries) = (&mut shown.reader, shown.transcript.entries());
    model.dirty = true;
    match mouse.kind {
        MouseKind::WheelUp => reader.up(entries, WHEEL),
        MouseKind::WheelDown => reader.down(entries, WHEEL),
        MouseKind::Click => {
            let row = mouse.row.checked_sub(text.y).and_then(|row| reader.rows.get(usize::from(row)));
            let Some((at, fold)) = row.map(|row| (row.at, row.fold)) else { return };
            if at.entry + 1 < entries.len() {
                reader.pause();
            }
            reader.cursor = at.entry;
            if fold.is_some() {
                reader.fold(entries);
            }
        }
    }
}

/// When what the log shows will read differently by itself (its source's age, a pending call's clock).
pub fn next_wake(model: &Model) -> Option<Instant> {
    let wall = model.log.wall.iter().flat_map(|wall| &wall.tiles);
    let panes = model.log.shown.iter().chain(&model.log.beside).filter(|_| model.log.wall.is_none());
    panes.chain(wall).filter_map(|shown| wake(model, shown)).min()
}

fn wake(model: &Model, shown: &Shown) -> Option<Instant> {
    if let Some(big) = &shown.big {
        return big.told_at().filter(|at| *at > model.now);
    }
    if shown.complete {
        return None;
    }
    let entries = shown.transcript.entries();
    let pending = shown.reader.rows.iter().filter(|row| row.at.row == 0).filter_map(|row| {
        let entry = entries.get(row.at.entry).filter(|entry| entry.kind.is_pending())?;
        Some(age::next_change(entry.at?, model.now))
    });
    let good = shown.good_at(&model.world);
    let aged = good.map(|at| age::next_change(at, model.now));
    let stale = good.map(|at| at + model.settings.stale_after + TimeDelta::seconds(1)).filter(|at| *at > model.now);
    let clock = shown.deadline_from(&model.world, &model.settings).map(|from| age::next_change(from, model.now));
    pending.chain(aged).chain(stale).chain(clock).min()
}

mod split;
#[cfg(test)]
pub(in crate::console) mod tests;

pub use split::select_its_task;
