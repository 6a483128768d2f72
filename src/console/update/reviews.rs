//! The reviews: what waits for the operator first, then the oldest; what is decided last.

use std::cmp::Reverse;

use crate::console::state::Model;
use crate::console::state::place::Pane;
use crate::console::state::reviews::waits;
use crate::domain::{Pull, PullId, PullState, RepoName};

/// Rebuilds rows, counts and selection from the world.
pub fn rebuild(model: &mut Model) {
    model.reviews.due = false;
    let viewer = model.world.viewer.as_ref();
    let mut known: Vec<(&(RepoName, PullId), &Pull, bool)> = model
        .world
        .pulls
        .iter()
        .filter_map(|(key, pull)| Some((key, pull.as_ref()?)))
        .map(|(key, pull)| (key, pull, waits(pull, viewer).is_some()))
        .collect();
    known.sort_by_key(|(key, pull, waiting)| {
        let newest = if is_open(pull) { None } else { Some(Reverse(pull.updated_at)) };
        (!is_open(pull), !waiting, newest, pull.created_at, *key)
    });
    let open = known.iter().filter(|(_, pull, _)| is_open(pull)).count();
    let waiting = known.iter().filter(|(.., waiting)| *waiting).count();
    let digits = known.iter().map(|(_, p, _)| p.number.checked_ilog10().unwrap_or(0) as usize + 1).max().unwrap_or(1);
    let rows: Vec<_> = known.into_iter().map(|(key, ..)| key.clone()).collect();
    let reviews = &mut model.reviews;
    (reviews.open, reviews.waiting, reviews.digits) = (open, waiting, digits);
    reviews.chosen |= model.place.focus == Pane::Reviews;
    if !reviews.chosen {
        reviews.selected = None;
        reviews.index = 0;
    }
    let found = reviews.selected.as_ref().and_then(|key| rows.iter().position(|row| row == key));
    let index = found.unwrap_or(reviews.index.min(rows.len().saturating_sub(1)));
    if reviews.top > 0 && index != reviews.index {
        reviews.top = (reviews.top + index).saturating_sub(reviews.index);
    }
    reviews.index = index;
    reviews.selected = rows.get(index).cloned();
    reviews.rows = rows;
    model.dirty = true;
}

fn is_open(pull: &Pull) -> bool {
    matches!(pull.state, PullState::Open | PullState::Draft)
}

/// Puts the selection on a row.
pub fn select(model: &mut Model, index: usize) {
    let reviews = &mut model.reviews;
    reviews.chosen = true;
    let index = index.min(reviews.rows.len().saturating_sub(1));
    let selected = reviews.rows.get(index).cloned();
    if reviews.selected != selected {
        reviews.selected = selected;
        reviews.index = index;
        model.dirty = true;
    }
}

/// Puts the selection on this one. False: it is not among them.
pub fn reveal(model: &mut Model, key: &(RepoName, PullId)) -> bool {
    let found = model.reviews.rows.iter().position(|row| row == key);
    found.map(|index| select(model, index)).is_some()
}
