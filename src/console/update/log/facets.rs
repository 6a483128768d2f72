//! Which entries of a log are to be seen: the facets' keys, the `&` line, the search that becomes a filter.

use crate::console::state::Model;
use crate::console::state::line::{Line, LineKind};
use crate::console::state::log::Shown;
use crate::console::state::log::facets::of_key;
use crate::domain::query::Wrong;
use crate::transcript::{Facet, Filter, Pattern};

/// A log of which only a window is held cannot be filtered: what lies beyond it is not known.
const LARGE: &str = "a log this large is not held whole and cannot be filtered: {log.filter} searches all of it";

/// A digit: only entries of this kind, or every entry when it is so already. 0: every entry.
pub(super) fn key(shown: &mut Shown, key: u8) -> Option<&'static str> {
    if shown.big.is_some() {
        return Some(LARGE);
    }
    let facet = of_key(key);
    let in_force = |facet: &Facet| shown.reader.filter().is_some_and(|filter| filter.is_just(*facet));
    let filter = facet.filter(|facet| !in_force(facet)).map(Filter::from).unwrap_or_default();
    let anchor = shown.reader.anchor();
    shown.reader.sift(&shown.transcript, filter, anchor);
    None
}

/// Opens the line with the filter in force.
pub(super) fn open(model: &mut Model) -> Option<&'static str> {
    let Some(shown) = &mut model.log.shown else { return None };
    if shown.big.is_some() {
        return Some(LARGE);
    }
    shown.sifting = Some(shown.reader.anchor());
    let text = shown.reader.filter().map_or_else(String::new, |filter| filter.text().to_owned());
    model.line = Some(Line::new(LineKind::LogFilter, text));
    None
}

/// The line changed: what is understood of it is in force at once. What is wrong with the rest is given back.
pub fn typed(model: &mut Model, text: &str) -> Option<Wrong> {
    let (filter, wrong) = Filter::parse(text);
    if let Some(shown) = model.log.shown.as_mut().filter(|shown| shown.big.is_none()) {
        let anchor = shown.sifting.unwrap_or_else(|| shown.reader.anchor());
        // Blanks and half a term change nothing.
        if shown.reader.filter() != Some(&filter) {
            shown.reader.sift(&shown.transcript, filter, anchor);
        }
        model.dirty = true;
    }
    wrong
}

/// The line is closed, accepted or not.
pub fn close(model: &mut Model) {
    if let Some(shown) = &mut model.log.shown {
        shown.sifting = None;
    }
}

/// Only the entries that hold what is searched for.
pub fn only_hits(model: &mut Model, text: &str) -> Result<(), Wrong> {
    let Some(pattern) = Pattern::read(text, model.log.mode)? else { return Ok(()) };
    let Some(shown) = &mut model.log.shown else { return Ok(()) };
    if shown.big.is_some() {
        let text = model.settings.keymap.fill(LARGE);
        model.notes.say(model.now, false, text);
        return Ok(());
    }
    let anchor = shown.reader.anchor();
    shown.reader.sift(&shown.transcript, Filter::holding(&pattern), anchor);
    model.dirty = true;
    Ok(())
}

/// Everything is to be seen again. False: it was.
pub fn clear(model: &mut Model) -> bool {
    let Some(shown) = model.log.shown.as_mut().filter(|shown| shown.reader.filter().is_some()) else { return false };
    let anchor = shown.reader.anchor();
    shown.reader.sift(&shown.transcript, Filter::default(), anchor);
    model.dirty = true;
    true
}
