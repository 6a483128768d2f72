//! The picture of an earlier run: taken up where nothing is known yet, and never above what the service says.

use std::collections::hash_map::Entry;

use super::net;
use crate::console::event::{Remembered, RememberedTask};
use crate::console::state::Model;
use crate::console::state::world::World;
use crate::domain::{RepoName, Source};

/// Takes up a part. Rows are only rebuilt for the first and the last one.
pub fn take(model: &mut Model, part: Remembered) {
    let first = model.world.tasks.is_empty();
    let Remembered { viewer, people, tasks, pulls, good_at, more } = part;
    let watched = |repo: &RepoName| model.settings.repos.contains(repo);
    let world = &mut model.world;
    for (source, at) in good_at {
        if let Source::Tasks(repo) = &source {
            if !watched(repo) {
                continue;
            }
            // What was created since then is news.
            world.first_read.entry(repo.clone()).or_insert(at);
        }
        world.freshness.entry(source).or_default().remember(at);
    }
    for person in people {
        if let (Entry::Vacant(place), Some(login)) = (world.people.entry(person.id), person.login) {
            place.insert(login);
        }
    }
    if let (None, Some(viewer)) = (&world.viewer, viewer) {
        world.people.insert(viewer.id, viewer.login.clone());
        world.viewer = Some(viewer);
    }
    for (at, pull) in pulls.into_iter().filter(|(at, _)| watched(&at.repo)) {
        world.pulls.entry((at.repo, at.id)).or_insert(Some(pull));
        model.reviews.due = true;
    }
    for remembered in tasks.into_iter().filter(|remembered| watched(&remembered.task.at.repo)) {
        take_task(world, remembered);
    }
    if first || !more {
        model.queue.due = true;
        model.reviews.due = true;
        model.dirty = true;
    }
}

fn take_task(world: &mut World, RememberedTask { task, sessions_as_of }: RememberedTask) {
    let id = task.at.id.clone();
    if world.tasks.contains_key(&id) {
        return;
    }
    let mut known = net::new_task(world, task, false);
    known.sessions_as_of = sessions_as_of;
    world.remembered.insert(id.clone());
    world.tasks.insert(id, known);
}

/// Another viewer may see less than the one the picture was kept for: what the service says to this one is asked anew.
pub fn forget(model: &mut Model) {
    let world = &mut model.world;
    world.tasks.clear();
    world.remembered.clear();
    world.pulls.clear();
    world.people.clear();
    world.people.extend(world.viewer.iter().map(|viewer| (viewer.id, viewer.login.clone())));
    world.first_read.clear();
    world.unreadable.clear();
    world.freshness.retain(|source, _| matches!(source, Source::Viewer | Source::Log(_)));
    model.queue.settled = false;
    model.queue.due = true;
    model.reviews.due = true;
}
