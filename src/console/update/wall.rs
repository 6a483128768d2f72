//! The wall: which tasks are on it, where its cursor is, what is done to the task under it.

use crate::console::effect::{Effect, Heard};
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::place::Pane;
use crate::console::state::reader::Sheet;
use crate::console::state::wall::Wall;
use crate::console::state::world::Known;
use crate::domain::{State, TaskId};

use super::{actions, queue, scroll, trail};

/// `:wall [all]`.
pub fn open(model: &mut Model, arguments: &[&str], _effects: &mut Vec<Effect>) -> Result<(), String> {
    let all = match arguments {
        [] => false,
        ["all"] => true,
        _ => return Err("wall, or wall all".to_owned()),
    };
    if candidates(model, all).is_empty() {
        let view = if all { "" } else { " in this view: `:wall all` shows what runs in any" };
        return Err(format!("nothing runs{view}"));
    }
    model.place.help = None;
    model.place.detail = None;
    model.log.wall = Some(Wall { all, ..Wall::default() });
    model.dirty = true;
    Ok(())
}

/// At work, and so far that there is something to read.
fn runs(known: &Known) -> bool {
    known.task.state.is_active() && known.task.state != State::Queued
}

fn candidates(model: &Model, all: bool) -> Vec<TaskId> {
    let id = |known: &Known| known.task.at.id.clone();
    if !all {
        return model.listed().filter(|known| runs(known)).map(id).collect();
    }
    let mut running: Vec<&Known> = model.world.tasks.values().filter(|known| runs(known)).collect();
    running.sort_by_key(|known| (known.task.created_at, known.task.at.id.clone()));
    running.into_iter().map(id).collect()
}

/// Called at the end of every update: fits the wall to what runs and to the screen, and says which logs it shows.
pub(super) fn settle(model: &mut Model) -> Vec<Heard> {
    let Some(body) = model.place.panes().body else { return Vec::new() };
    let Some(mut wall) = model.log.wall.take() else { return Vec::new() };
    let before = (wall.tasks.clone(), sessions(&wall));
    let under = wall.wanted.take().or_else(|| wall.selected().cloned());
    let running = candidates(model, wall.all);
    take_in(model, &mut wall, &running, body);
    wall.cursor = under
        .and_then(|id| wall.tasks.iter().position(|task| *task == id))
        .unwrap_or(wall.cursor)
        .min(wall.tasks.len().saturating_sub(1));
    fill(model, &mut wall, body);
    model.dirty |= before != (wall.tasks.clone(), sessions(&wall));
    for (tile, area) in wall.tiles.iter_mut().zip(Wall::areas(body, wall.tasks.len())) {
        let sheet = sheet(area);
        model.dirty |= tile.reader.headings(tile.transcript.entries(), sheet);
    }
    let heard = wall.tiles.iter().filter_map(|tile| heard(model, tile, true)).collect();
    model.log.wall = Some(wall);
    heard
}

/// A log as the runtime is told of it.
pub(super) fn heard(model: &Model, shown: &Shown, glance: bool) -> Option<Heard> {
    let task = model.world.tasks.get(shown.task.as_ref()?)?.task.clone();
    Some(Heard { task, log: shown.wish()?, glance })
}

/// A tile's lines are cut, not wrapped: each is one thing that happened.
pub fn sheet(area: Area) -> Sheet {
    let left = crate::console::state::log::margin(area.width);
    Sheet { width: area.width.saturating_sub(left + 1), height: area.height.saturating_sub(1), wrap: false }
}

fn sessions(wall: &Wall) -> Vec<Option<crate::domain::SessionId>> {
    wall.tiles.iter().map(|tile| tile.session.clone()).collect()
}

/// New tasks come behind the others. One that has ended gives its place to one that runs, if there is no other place.
fn take_in(model: &Model, wall: &mut Wall, running: &[TaskId], body: Area) {
    wall.tasks.retain(|id| model.world.tasks.get(id).is_some());
    for id in running {
        if wall.tasks.contains(id) {
            continue;
        }
        let full = wall.tasks.len() >= Wall::capacity(body, wall.tasks.len() + 1);
        let ended = |id: &TaskId| model.world.tasks.get(id).is_none_or(|known| !known.task.state.is_active());
        match wall.tasks.iter_mut().find(|id| full && ended(id)) {
            Some(place) => *place = id.clone(),
            None => wall.tasks.push(id.clone()),
        }
    }
}

/// The logs of this page, those already shown kept.
fn fill(model: &Model, wall: &mut Wall, body: Area) {
    let page = wall.page(body).to_vec();
    let mut before = std::mem::take(&mut wall.tiles);
    for id in page {
        let latest = model.world.tasks.get(&id).and_then(|known| known.task.latest_session()).map(|s| s.id.clone());
        let same = |tile: &Shown| tile.task.as_ref() == Some(&id) && tile.session == latest;
        let tile = before.iter().position(same).map(|at| before.swap_remove(at));
        wall.tiles.push(tile.unwrap_or_else(|| Shown::new(Some(id), latest)));
    }
}

/// An intent pressed on the wall. False: not one of the wall's.
pub fn intent(model: &mut Model, intent: Intent) -> bool {
    let Some(body) = model.place.panes().body else { return false };
    let Some(wall) = &mut model.log.wall else { return false };
    let last = wall.tasks.len().saturating_sub(1);
    let page = Wall::capacity(body, wall.tasks.len());
    match intent {
        Intent::NextPane => wall.cursor = (wall.cursor + 1).min(last),
        Intent::PreviousPane => wall.cursor = wall.cursor.saturating_sub(1),
        Intent::Enter => {
            if select_its_task(model) {
                model.log.wall = None;
                model.log.chosen = None;
                actions::focus(model, Pane::Log);
                trail::through(model);
            }
        }
        moved => match scroll::through(moved, wall.cursor, page, last) {
            Some(row) => wall.cursor = row,
            None => return false,
        },
    }
    model.dirty = true;
    true
}

/// A click gives a tile the cursor; a second one opens its log.
pub fn click(model: &mut Model, column: u16, row: u16) -> bool {
    let Some(body) = model.place.panes().body else { return false };
    let Some(wall) = &mut model.log.wall else { return false };
    let areas = Wall::areas(body, wall.tasks.len());
    let Some(tile) = areas.iter().position(|area| area.contains(column, row)) else { return false };
    let start = wall.cursor / areas.len().max(1) * areas.len().max(1);
    if start + tile >= wall.tasks.len() {
        return false;
    }
    wall.cursor = start + tile;
    model.dirty = true;
    true
}

/// What is done to a task from the wall is done to the one under its cursor.
pub fn select_its_task(model: &mut Model) -> bool {
    let Some(id) = model.log.wall.as_ref().and_then(|wall| wall.selected()).cloned() else { return false };
    queue::reveal(model, &id)
}
