//! The picture of an earlier run: taken up where nothing is known yet, and never above what the service says.

use std::collections::hash_map::Entry;

use super::{net, queue};
use crate::console::event::{Remembered, RememberedTask};
use crate::console::state::Model;
use crate::console::state::world::{Known, World};
use crate::domain::{RepoName, Source};

/// Takes up a part.
pub fn take(model: &mut Model, part: Remembered) {
    let Remembered { viewer, people, tasks, pulls, good_at, origins } = part;
    let repos = &model.settings.repos;
    let watched = |repo: &RepoName| repos.contains(repo);
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
            world.seen.logins.add(&login);
            place.insert(login);
        }
    }
    if let (None, Some(viewer)) = (&world.viewer, viewer) {
        world.people.insert(viewer.id, viewer.login.clone());
        world.viewer = Some(viewer);
        model.reviews.due = true;
    }
    for remembered in tasks.into_iter().filter(|remembered| watched(&remembered.task.at.repo)) {
        take_task(world, remembered);
    }
    for (id, automation) in origins {
        if world.tasks.get(&id).is_some_and(|known| known.task.automation.is_none())
            && let Some(known) = world.tasks.get_mut(&id)
        {
            known.task.automation = Some(automation);
        }
    }
    let pulls: Vec<_> = pulls.into_iter().filter(|(at, _)| watched(&at.repo)).collect();
    for (at, pull) in pulls {
        if !model.world.pulls.contains_key(&(at.repo.clone(), at.id)) {
            net::merge_pull(model, at, Some(pull));
        }
    }
}

fn take_task(world: &mut World, RememberedTask { task, sessions_as_of, diagnosed }: RememberedTask) {
    if !world.tasks.contains_key(&task.at.id) {
        world.diagnosed.extend(diagnosed.map(|diagnosed| (diagnosed.session.clone(), diagnosed)));
        world.seen.task(&task);
        let hay = queue::hay(world, &task);
        world.tasks.insert(Known { remembered: true, sessions_as_of, ..Known::new(task, hay) });
    }
}

/// Another viewer may see less than the one the picture was kept for: what the service says to this one is asked anew.
pub fn forget(model: &mut Model) {
    let world = &mut model.world;
    world.tasks.retain(|_| false);
    world.pulls.clear();
    world.diagnosed.clear();
    world.automations.keep(&[]);
    world.people.clear();
    world.people.extend(world.viewer.iter().map(|viewer| (viewer.id, viewer.login.clone())));
    world.first_read.clear();
    world.unreadable.clear();
    world.freshness.retain(|source, _| matches!(source, Source::Viewer | Source::Log(_)));
    model.queue.settled = false;
    model.reviews.due = true;
}
