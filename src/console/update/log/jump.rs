//! Jumps to the next thing of a kind, and the outline of turns.

use super::pointer::WHEEL;
use crate::console::event::MouseKind;
use crate::console::keys::Intent;
use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::reader::Reader;
use crate::transcript::{Facet, Transcript};

const HIDDEN: &str = "none among the entries that are shown — {log.facet-0} shows all";

/// To the next entry of a kind that can be seen. What it says instead: there is none.
pub(in crate::console::update) fn to(
    reader: &mut Reader,
    log: &Transcript,
    facet: Facet,
    forward: bool,
) -> Option<&'static str> {
    let facets = log.facets();
    let step = |from: usize| if forward { facets.next(from, facet) } else { facets.previous(from, facet) };
    let first = step(reader.cursor);
    let visible = std::iter::successors(first, |at| step(*at)).find(|at| reader.is_visible(*at));
    match visible {
        Some(index) => reader.show(log.entries(), index),
        None if first.is_some() => return Some(HIDDEN),
        None => return Some(none(facet, forward)),
    }
    None
}

fn none(facet: Facet, forward: bool) -> &'static str {
    match (facet, forward) {
        (Facet::Error, true) => "no error further down",
        (Facet::Error, false) => "no error further up",
        (Facet::File, true) => "no file changed further down",
        (Facet::File, false) => "no file changed further up",
        (Facet::User, true) => "no message of a person further down",
        (Facet::User, false) => "no message of a person further up",
        (_, true) => "no tool call further down",
        (_, false) => "no tool call further up",
    }
}

/// To the next turn, or to the beginning of this one and then to the one before.
pub(in crate::console::update) fn turn(shown: &mut Shown, forward: bool) -> Option<&'static str> {
    let here = shown.turn()?;
    let begun = shown.turn_start(here).is_none_or(|start| shown.reader.cursor <= start);
    if !forward && !begun {
        go(shown, here);
        return None;
    }
    step(shown, forward)
}

fn step(shown: &mut Shown, forward: bool) -> Option<&'static str> {
    let here = shown.turn()?;
    match shown.turn_beside(here, forward) {
        Some(turn) => go(shown, turn),
        None if forward => return Some("no turn further down"),
        None => return Some("no turn further up"),
    }
    None
}

fn go(shown: &mut Shown, turn: usize) {
    if let Some(start) = shown.turn_start(turn) {
        shown.reader.put_on_top(shown.transcript.entries(), start);
    }
}

/// A key while the outline is open. False: it means what it means without.
pub(super) fn outline(shown: &mut Shown, pane: Option<Area>, intent: Intent) -> bool {
    if !shown.outline {
        return false;
    }
    let rows = pane.and_then(|pane| shown.parts(pane).outline).map_or(1, |area| usize::from(area.height).max(2) - 1);
    let count = shown.transcript.outline().turns().len();
    match intent {
        Intent::Up => steps(shown, 1, false),
        Intent::Down => steps(shown, 1, true),
        Intent::PageUp => steps(shown, rows, false),
        Intent::PageDown => steps(shown, rows, true),
        Intent::Top | Intent::Bottom => {
            let shows = |turn: &usize| shown.turn_start(*turn).is_some();
            let end = if intent == Intent::Top { (0..count).find(shows) } else { (0..count).rfind(shows) };
            if let Some(turn) = end {
                go(shown, turn);
            }
        }
        Intent::Fold | Intent::Enter | Intent::Outline | Intent::Back => shown.outline = false,
        _ => return false,
    }
    true
}

fn steps(shown: &mut Shown, count: usize, forward: bool) {
    for _ in 0..count {
        if step(shown, forward).is_some() {
            return;
        }
    }
}

/// A click on a turn goes there, the wheel goes on by some. False: not on the outline.
pub(super) fn mouse(shown: &mut Shown, pane: Area, kind: MouseKind, (column, row): (u16, u16)) -> bool {
    let Some(area) = shown.parts(pane).outline.filter(|area| area.contains(column, row)) else { return false };
    match kind {
        MouseKind::WheelUp => steps(shown, WHEEL, false),
        MouseKind::WheelDown => steps(shown, WHEEL, true),
        MouseKind::Click => {
            // The first row names the columns.
            let turns = shown.turns_in_sight(usize::from(area.height.saturating_sub(1)));
            let line = usize::from(row - area.y).checked_sub(1);
            if let Some(turn) = line.map(|line| turns.start + line).filter(|turn| turns.contains(turn)) {
                go(shown, turn);
            }
        }
    }
    true
}
