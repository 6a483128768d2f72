//! The log pane: what its keys do.
//!
//! ```text
//! selection ─> follow ─Effect::Attend─> runtime ─LogNews─> news ─> Shown{transcript, reader}
//! key ─> here: scroll, fold, copy, search ─> jump (to the next of a kind, the outline), facets (what is seen), split
//! click, wheel ─> pointer        time ─> wake
//! ```
//!
//! Not here: logs too large to be held (`big`), the wall (`wall`), one record (`record`).

use super::{big, diagnosis, list, record, wall};
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::big::Step;
use crate::console::state::layout::{Area, Put};
use crate::console::state::log::{Shown, Times};
use crate::console::state::place::Pane;
use crate::console::state::reader::Reader;
use crate::domain::query::Wrong;
use crate::text::Untrusted;
use crate::transcript::{Entry, Facet, Pattern};

pub mod facets;
#[cfg(test)]
mod filter_tests;
mod follow;
pub(super) mod jump;
mod news;
mod pointer;
mod split;
#[cfg(test)]
pub(in crate::console) mod tests;
mod wake;

pub use follow::follow_selection;
pub(super) use follow::{choose_session, choose_source};
pub(super) use news::{lend, more};
pub use news::{news, open_file, same};
pub use pointer::mouse;
pub use split::select_its_task;
pub use wake::{next_wake, work};

pub(super) const NOTHING_FOUND: &str = "nothing found: {log.filter} searches the log";

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
    let mut moves = false;
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
            moves = true;
            None
        }
    };
    (model.log.moved, model.dirty) = (true, model.dirty || !moves);
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
