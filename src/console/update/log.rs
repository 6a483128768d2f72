//! The log pane: follow the selection, take in news, scroll, fold, search.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{big, diagnosis, list, record, wall};
use crate::console::effect::{Effect, Heard};
use crate::console::event::{LogLook, LogNews, LogOrigin, Mouse, MouseKind};
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::big::Step;
use crate::console::state::layout::{Area, Put};
use crate::console::state::log::facets::bar as bar_of;
use crate::console::state::log::{Attended, LogPane, Shown, Times};
use crate::console::state::place::Pane;
use crate::console::state::reader::Reader;
use crate::domain::query::Wrong;
use crate::domain::{Instant, SessionId, Source, SourceChoice, Task, TaskId, TaskRef, age};
use crate::text::{Safe, Untrusted};
use crate::transcript::{Entry, Facet, Format, Pattern, Rules, Transcript};

pub mod facets;
pub(super) mod jump;

pub(super) const NOTHING_FOUND: &str = "nothing found: {log.filter} searches the log";

/// Rows of a wheel step.
const WHEEL: usize = 3;

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

fn follow_in(model: &mut Model, pane: Option<Area>, wall: Vec<Heard>, effects: &mut Vec<Effect>) {
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
            model.dirty = true;
        }
        attend(model, pane, (task, session), wall, effects);
    }
    if let Some(pane) = pane {
        let (own, other) = model.log.halves(pane);
        let LogPane { shown, beside, wrap, .. } = &mut *model.log;
        for (shown, area) in [(shown, Some(own)), (beside, other)] {
            if let (Some(shown), Some(area)) = (shown, area) {
                model.dirty |= shown.reader.settle(shown.transcript.entries(), shown.sheet(area, *wrap));
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
        effects.push(Effect::Attend { task: attended.task, log: attended.log, beside: attended.beside });
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
pub(super) fn choose_source(model: &mut Model, choice: SourceChoice) {
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

/// The time of the entry under the cursor, or of the nearest before it that has one.
fn time_at(shown: &Shown) -> Option<Instant> {
    let before = shown.transcript.entries().get(..=shown.reader.cursor)?;
    before.iter().rev().find_map(|entry| entry.at)
}

/// Puts the reader at the entry nearest in time to this.
fn land(shown: &mut Shown, at: Instant) {
    let entries = shown.transcript.entries();
    let away = |entry: &Entry| entry.at.map(|time| (time - at).abs());
    let nearest = entries.iter().enumerate().filter_map(|(index, entry)| Some((away(entry)?, index))).min();
    if let Some((_, index)) = nearest {
        shown.reader.show(entries, index);
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
        Intent::Sessions => list::sessions(model),
        Intent::Source => list::sources(model),
        Intent::Record => record::open(model, effects),
        Intent::Diagnosis => diagnosis::jump(model),
        Intent::Split => split::toggle(model),
        Intent::NextPane | Intent::PreviousPane if split::step(model, intent) => {}
        Intent::Wrap => model.log.wrap = !model.log.wrap,
        Intent::Times => times(model),
        Intent::Sift => {
            if let Some(text) = facets::open(model) {
                let text = model.filled(text);
                model.notes.say(model.now, false, text);
            }
        }
        Intent::Back if model.log.lent && !model.log.shown.as_ref().is_some_and(|shown| shown.outline) => {
            if !facets::clear(model) {
                model.place.focus = Pane::Reviews;
            }
        }
        Intent::Back => return close(model),
        _ => {
            let pane = model.place.panes().log;
            return read(model, pane, intent, effects);
        }
    }
    model.dirty = true;
    true
}

/// The next way to tell the times.
fn times(model: &mut Model) {
    model.log.times = match model.log.times {
        Times::Clock => Times::Since,
        Times::Since => Times::Gap,
        Times::Gap => Times::Clock,
    };
    let text = match model.log.times {
        Times::Clock => "times of day",
        Times::Since if model.log.shown.as_ref().is_some_and(|shown| shown.big.is_some()) => {
            "times since the start: not known of a log this large, whose start is not read"
        }
        Times::Since => "times since the start",
        Times::Gap => "times since the entry above",
    };
    model.notes.say(model.now, false, text);
}

/// Going back closes what is open over the whole log first: the outline, then the filter. False: nothing was.
fn close(model: &mut Model) -> bool {
    if let Some(shown) = model.log.shown.as_mut().filter(|shown| shown.outline) {
        shown.outline = false;
        model.dirty = true;
        return true;
    }
    facets::clear(model)
}

/// The log is too large to be held whole.
pub fn is_large(model: &Model) -> bool {
    model.log.shown.as_ref().is_some_and(|shown| shown.big.is_some() && !shown.outline)
}

/// The intents that move the reader.
fn read(model: &mut Model, pane: Option<Area>, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let known = matches!(
        intent,
        Intent::Up
            | Intent::Down
            | Intent::PageUp
            | Intent::PageDown
            | Intent::HalfUp
            | Intent::HalfDown
            | Intent::Top
            | Intent::Bottom
            | Intent::CenterLine
            | Intent::LineToTop
            | Intent::LineToBottom
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
            | Intent::Next(_)
            | Intent::Previous(_)
            | Intent::NextTurn
            | Intent::PreviousTurn
            | Intent::Facet(_)
            | Intent::Outline
            | Intent::Copy
    );
    let half = pane.map(|pane| model.log.halves(pane).0);
    let Some(shown) = model.log.shown.as_mut().filter(|_| known) else { return known };
    if let Some(area) = half {
        let sheet = shown.sheet(area, model.log.wrap);
        shown.reader.settle(shown.transcript.entries(), sheet);
    }
    if jump::outline(shown, half, intent) {
        model.dirty = true;
        return true;
    }
    if shown.big.is_some() && !matches!(intent, Intent::Copy | Intent::Facet(_) | Intent::Outline) {
        let page = shown.reader.page();
        let step = match intent {
            Intent::Up => Step::Up(1),
            Intent::Down => Step::Down(1),
            Intent::PageUp => Step::Up(page),
            Intent::PageDown => Step::Down(page),
            Intent::HalfUp => Step::Up((page / 2).max(1)),
            Intent::HalfDown => Step::Down((page / 2).max(1)),
            other => Step::Key(other),
        };
        return big::step(model, step);
    }
    let Shown { reader, transcript, .. } = &mut *shown;
    let entries = transcript.entries();
    model.dirty = true;
    let note = match intent {
        Intent::NextError => jump::to(reader, transcript, Facet::Error, true),
        Intent::PreviousError => jump::to(reader, transcript, Facet::Error, false),
        Intent::Next(facet) => jump::to(reader, transcript, facet, true),
        Intent::Previous(facet) => jump::to(reader, transcript, facet, false),
        Intent::NextTurn => jump::turn(shown, true),
        Intent::PreviousTurn => jump::turn(shown, false),
        Intent::Facet(key) => facets::key(shown, key),
        Intent::Outline => {
            shown.outline = true;
            None
        }
        Intent::NextHit | Intent::PreviousHit => {
            let found = reader.next_hit(entries, intent == Intent::NextHit);
            let hidden = reader.search.as_ref().is_some_and(|search| search.hidden() > 0);
            let why = if hidden {
                "no hit among the entries that are shown — {log.facet-0} shows all"
            } else {
                NOTHING_FOUND
            };
            (!found).then_some(why)
        }
        Intent::Copy => {
            let copy = reader.at_cursor(entries).map(|entry| Effect::Copy(copied(entry)));
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
        let text = model.filled(text);
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
        Intent::NextEntry => reader.show(entries, reader.beside(entries, true)),
        Intent::PreviousEntry => reader.show(entries, reader.beside(entries, false)),
        other => {
            if let Some(put) = Put::of(other) {
                reader.put(entries, put, true);
            }
        }
    }
}

/// The words of an entry, for the clipboard.
fn copied(entry: &Entry) -> Untrusted {
    let texts: Vec<&str> = entry.kind.texts().iter().map(|text| text.raw_for_match()).collect();
    texts.join("\n").into()
}

/// Shows the log of this session of the selected task. The latest is followed by one that is newer still.
pub(super) fn choose_session(model: &mut Model, session: SessionId) {
    let Some(task) = selected(model) else { return };
    let latest = task.latest_session().map(|session| &session.id) == Some(&session);
    model.log.chosen = (!latest).then(|| (task.at.id.clone(), session));
    model.dirty = true;
}

/// New bytes of the log; ignored when they are of another session or another source than the one shown.
pub fn news(model: &mut Model, news: LogNews) {
    let now = model.now;
    let rules = model.log.rules.clone();
    let Some(shown) = shown_of(model, &news.session, news.choice) else { return };
    if shown.fetched_at.is_none() && !news.reset && !news.bytes.is_empty() {
        // The end of what was read for an opening before this one.
        return;
    }
    shown.cost.looks += 1;
    shown.cost.received += news.received;
    shown.cost.parsed += news.bytes.len() as u64;
    // Where the source changed by itself, the reader keeps its place in time as well as that is possible.
    let moved = shown.origin.is_some_and(|origin| origin.source() != news.origin.source());
    if moved && !shown.reader.follow && shown.land.is_none() {
        shown.land = time_at(shown);
    }
    if news.reset || news.format != shown.transcript.format() {
        shown.cost.anew += u64::from(shown.fetched_at.is_some());
        shown.transcript = Transcript::new(news.format);
        shown.reader.restart();
        diagnosis::judge(shown, rules.as_ref());
    }
    shown.origin = Some(news.origin);
    shown.because = news.because;
    shown.tried = news.tried;
    shown.fetched_at = Some(now);
    shown.complete = news.complete;
    absorb(shown, &news.bytes);
    if !shown.transcript.entries().is_empty()
        && let Some(at) = shown.land.take()
    {
        land(shown, at);
    }
    if let Some(seek) = shown.seek.take_if(|_| !shown.transcript.entries().is_empty()) {
        shown.reader.search(shown.transcript.entries(), Pattern::new(&seek), true);
    }
    model.dirty = true;
}

/// A look that brought nothing new.
pub fn same(model: &mut Model, look: &LogLook) {
    let listed = model.log.list.is_some();
    let Some(shown) = shown_of(model, &look.session, look.choice) else { return };
    shown.cost.looks += 1;
    shown.cost.same += 1;
    shown.cost.proved += u64::from(look.received == 0);
    shown.cost.received += look.received;
    // What looking costs is told in the list of the sources.
    model.dirty |= listed;
}

fn shown_of<'a>(model: &'a mut Model, session: &SessionId, choice: SourceChoice) -> Option<&'a mut Shown> {
    model.log.of(session).filter(|shown| shown.choice == choice)
}

fn absorb(shown: &mut Shown, bytes: &[u8]) {
    let mut change = shown.transcript.absorb(bytes);
    if shown.complete {
        let last = shown.transcript.finish();
        change.added += last.added;
        change.updated.extend(last.updated);
    }
    shown.reader.grew(&shown.transcript, &change);
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

/// The log of a check, in place of the selected task's until it is left.
pub(super) fn lend(model: &mut Model, name: Safe, bytes: &[u8]) {
    (model.log.split, model.log.beside) = (None, None);
    open_file(model, name, Format::JobLog, bytes);
    model.log.lent = true;
    model.place.focus = Pane::Log;
    if let Some(shown) = &mut model.log.shown {
        shown.origin = Some(LogOrigin::JobLog);
        // Why it failed stands at the first error, where there is one.
        jump::to(&mut shown.reader, &shown.transcript, Facet::Error, true);
    }
}

/// Left for another pane: the selected task's log is shown again.
fn give_back(model: &mut Model) {
    if model.log.lent && model.place.focus != Pane::Log {
        model.log.lent = false;
        model.log.shown = None;
    }
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

/// The `/` line of the log changed (on every key) or was accepted. What is wrong with it is given back, and what was found
/// before stays.
pub fn search(model: &mut Model, text: &str, accepted: bool) -> Option<Wrong> {
    let pattern = match Pattern::read(text, model.log.mode) {
        Ok(pattern) => pattern,
        Err(wrong) => return Some(wrong),
    };
    if big::search(model, pattern.clone(), accepted) {
        return None;
    }
    if let Some(shown) = &mut model.log.shown {
        shown.reader.search(shown.transcript.entries(), pattern, accepted);
        model.dirty = true;
    }
    None
}

/// Time has come for the next piece of what is being looked for.
pub fn work(model: &mut Model) {
    let LogPane { shown, beside, .. } = &mut *model.log;
    for shown in shown.iter_mut().chain(beside).filter(|shown| shown.big.is_none()) {
        if shown.reader.is_busy(shown.transcript.entries()) {
            shown.reader.work(&shown.transcript, model.now);
            model.dirty = true;
        }
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
    if let Some(shown) = &mut model.log.shown
        && jump::mouse(shown, pane, mouse.kind, (mouse.column, mouse.row))
    {
        model.dirty = true;
        return;
    }
    let step = match mouse.kind {
        MouseKind::WheelUp => Some(Step::Up(WHEEL)),
        MouseKind::WheelDown => Some(Step::Down(WHEEL)),
        MouseKind::Click => None,
    };
    if record::wheel(model, pane, step) || step.is_some_and(|step| big::step(model, step)) {
        return;
    }
    let Some(shown) = &mut model.log.shown else { return };
    if shown.record.is_some() {
        return;
    }
    let at = (mouse.column, mouse.row);
    let parts = shown.parts(pane);
    if let Some(bar) = parts.bar.filter(|bar| mouse.kind == MouseKind::Click && bar.contains(at.0, at.1)) {
        let item = bar_of(shown, bar).into_iter().find(|item| item.area.contains(at.0, at.1));
        let note = item.and_then(|item| facets::key(shown, item.key));
        if let Some(text) = note {
            let text = model.settings.keymap.fill(text);
            model.notes.say(model.now, false, text);
        }
        model.dirty = true;
        return;
    }
    let text = parts.text;
    let (reader, entries) = (&mut shown.reader, shown.transcript.entries());
    model.dirty = true;
    match mouse.kind {
        MouseKind::WheelUp => reader.up(entries, WHEEL),
        MouseKind::WheelDown => reader.down(entries, WHEEL),
        MouseKind::Click => {
            let row = mouse.row.checked_sub(text.y).and_then(|row| reader.rows.get(usize::from(row)));
            let Some((at, fold)) = row.map(|row| (row.at, row.fold)) else { return };
            if !reader.is_last(entries, at.entry) {
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
    if shown.reader.is_busy(shown.transcript.entries()) {
        return Some(model.now + TimeDelta::milliseconds(1));
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

#[cfg(test)]
mod filter_tests;
mod split;
#[cfg(test)]
pub(in crate::console) mod tests;

pub use split::select_its_task;
