//! Answers of the service, merged into the world by id. Late ones are dropped, failed ones keep the last good data.

use chrono::Timelike;

use super::{log, queue};
use crate::console::event::{LogNews, Net, News};
use crate::console::state::Model;
use crate::console::state::tasks::Slot;
use crate::console::state::world::{Known, RunJoin, World};
use crate::domain::freshness::Verdict;
use crate::domain::{Fault, Pull, PullRef, RepoName, Source, Task};

pub fn answer(model: &mut Model, net: Net) {
    if !is_watched(model, &net) {
        return;
    }
    let Net { source, generation, next_try, result } = net;
    let newest = model.world.generations.insert(source.clone(), generation);
    if let Some(newest) = newest.filter(|newest| generation < *newest) {
        model.world.generations.insert(source, newest);
        return;
    }
    let same_sweep = newest == Some(generation);
    let before = shown(model, &source);
    let freshness = model.world.freshness.entry(source.clone()).or_default();
    match result {
        Ok(news) => {
            freshness.good(model.now, next_try);
            take(model, &source, news, same_sweep);
        }
        Err(fault) => freshness.failed(model.now, fault, next_try),
    }
    if is_told(model, &source) && shown(model, &source) != before {
        model.dirty = true;
    }
}

/// A repository that was taken off the list may still have an answer under way.
fn is_watched(model: &Model, net: &Net) -> bool {
    let watched = |repo: &RepoName| model.settings.repos.contains(repo);
    match (&net.source, &net.result) {
        (Source::Tasks(repo), _) => watched(repo),
        (Source::Task(id), Ok(News::Task(task))) => model.world.tasks.contains_key(id) || watched(&task.at.repo),
        (Source::Task(id) | Source::Run(id), _) => model.world.tasks.contains_key(id),
        _ => true,
    }
}

/// Of the sources of single tasks only those of the selected one are told on the screen.
fn is_told(model: &Model, source: &Source) -> bool {
    match source {
        Source::Task(id) | Source::Run(id) => model.queue.selected.as_ref() == Some(id),
        _ => true,
    }
}

/// What the screen says of a source: two verdicts that read the same are the same.
#[derive(PartialEq)]
enum Shown {
    Loading,
    Fresh,
    Stale,
    /// The fault and the minute it happened in.
    Failed(Fault, (u32, u32)),
}

fn shown(model: &Model, source: &Source) -> Shown {
    match model.verdict(source) {
        Verdict::Loading => Shown::Loading,
        Verdict::Fresh => Shown::Fresh,
        Verdict::Stale(_) => Shown::Stale,
        Verdict::Failed(fault, at) => Shown::Failed(fault.clone(), (at.hour(), at.minute())),
    }
}

/// `same_sweep`: another page of the answer before.
fn take(model: &mut Model, source: &Source, news: News, same_sweep: bool) {
    match news {
        News::Same => {}
        News::Viewer(viewer) => {
            if model.world.viewer.as_ref() != Some(&viewer) {
                model.world.people.insert(viewer.id, viewer.login.clone());
                model.world.viewer = Some(viewer);
                model.reviews.due = true;
                model.dirty = true;
            }
        }
        News::Tasks { tasks, unreadable } => {
            if let Source::Tasks(repo) = source {
                model.world.first_read.entry(repo.clone()).or_insert(model.now);
                unreadable_items(model, repo, unreadable, same_sweep);
            }
            for task in tasks {
                merge_task(model, task);
            }
        }
        News::Gone(ids) => {
            for id in ids {
                model.dirty |= model.world.tasks.remove(&id).is_some();
            }
        }
        News::Task(task) => merge_task(model, *task),
        News::Person(person) => person_known(model, person),
        News::Pulls(pulls) => {
            for (at, pull) in pulls {
                merge_pull(model, at, pull);
            }
        }
        News::Run { task, run, matched, jobs } => {
            let seen_at = model.now;
            if let Some(known) = model.world.tasks.get_mut(&task.id) {
                let same = known.run.as_ref().is_some_and(|j| j.run == run && j.matched == matched && j.jobs == jobs);
                known.run = Some(RunJoin { run, matched, jobs, seen_at });
                model.dirty |= !same;
            }
        }
        News::Log(news) => log_grew(model, news),
    }
}

fn unreadable_items(model: &mut Model, repo: &RepoName, count: u32, same_sweep: bool) {
    let before = model.world.unreadable.get(repo).copied().unwrap_or(0);
    let now = if same_sweep { before.saturating_add(count) } else { count };
    model.world.unreadable.insert(repo.clone(), now);
    model.dirty |= before != now;
}

fn person_known(model: &mut Model, person: crate::domain::Person) {
    let Some(login) = person.login else { return };
    if model.world.people.get(&person.id) == Some(&login) {
        return;
    }
    model.world.seen.logins.add(&login);
    model.world.people.insert(person.id, login);
    let theirs = |k: &Known| k.task.creator.as_ref().is_some_and(|c| c.id == person.id);
    let slots: Vec<Slot> = model.world.tasks.iter().filter(|(_, known)| theirs(known)).map(|(slot, _)| slot).collect();
    look_through_anew(&mut model.world, &slots);
    model.dirty = true;
}

/// A name or a number that free words are looked for in is another one.
fn look_through_anew(world: &mut World, slots: &[Slot]) {
    for slot in slots {
        let Some(hay) = world.tasks.at(*slot).map(|known| queue::hay(world, &known.task)) else { continue };
        if let Some(known) = world.tasks.at_mut(*slot) {
            known.hay = hay;
        }
    }
}

/// Puts a task into the world. What an older or thinner answer lacks is kept from the richer one.
pub fn merge_task(model: &mut Model, task: Task) {
    model.world.seen.task(&task);
    let now = model.now;
    let id = task.at.id.clone();
    let selected = model.queue.selected.as_ref() == Some(&id);
    let Some(old) = model.world.tasks.get(&id) else {
        // Only what was created since we began to look is news; the first reading is not.
        let is_news = model.world.first_read.get(&task.at.repo).is_some_and(|first| task.created_at > *first);
        let hay = queue::hay(&model.world, &task);
        model.world.tasks.insert(Known { changed: is_news, ..Known::new(task, hay) });
        model.dirty = true;
        return;
    };
    let (task, sessions_are_new) = merged(&old.task, task);
    let as_of = if sessions_are_new { Some(task.touched_at()) } else { old.sessions_as_of };
    if task == old.task && as_of == old.sessions_as_of {
        return;
    }
    let hay = queue::hay(&model.world, &task);
    let state_changed = old.task.state != task.state;
    let visible = state_changed
        || old.task.name != task.name
        || old.task.artifacts != task.artifacts
        || old.task.session_count != task.session_count;
    let at_work_again = started_again(old, &task);
    let Some(known) = model.world.tasks.renew(&id, task) else { return };
    if state_changed {
        // A service's clock may run ahead of ours, and its time may be older than the change we saw.
        known.state_since = known.task.touched_at().min(now);
        known.since_seen = true;
    } else if !known.since_seen {
        known.state_since = known.task.first_seen_since();
    }
    if at_work_again {
        known.cancel = None;
        known.cancel_steps.clear();
    }
    known.changed |= visible && !selected;
    known.sessions_as_of = as_of;
    known.hay = hay;
    model.dirty = true;
}

/// The newer of two answers about one task, with what only the other knows; and whether its sessions are the new ones.
fn merged(old: &Task, new: Task) -> (Task, bool) {
    let is_older = new.touched_at() < old.touched_at();
    let brings_sessions = new.sessions.is_some() && !(is_older && old.sessions.is_some());
    let (mut base, other) = if is_older { (old.clone(), new) } else { (new, old.clone()) };
    if base.sessions.is_none() {
        base.sessions = other.sessions;
    }
    if let (Some(base), Some(other)) = (&mut base.creator, other.creator)
        && base.id == other.id
        && base.login.is_none()
    {
        base.login = other.login;
    }
    base.session_count = base.session_count.or(other.session_count);
    base.html_url = base.html_url.or(other.html_url);
    (base, brings_sessions && !is_older)
}

/// A cancelled task at work again: the old cancel is no longer about it.
fn started_again(known: &Known, task: &Task) -> bool {
    !known.task.state.is_active() && task.state.is_active() && known.cancel.is_some()
}

fn merge_pull(model: &mut Model, at: PullRef, pull: Option<Pull>) {
    let key = (at.repo, at.id);
    let before = model.world.pulls.get(&key);
    if before == Some(&pull) {
        return;
    }
    let was_known = matches!(before, Some(Some(_)));
    model.world.pulls.insert(key.clone(), pull);
    model.reviews.due = true;
    model.dirty = true;
    let naming = model.world.tasks.naming(&key).to_vec();
    look_through_anew(&mut model.world, &naming);
    let task = model.world.task_of(&key.0, key.1).map(|k| k.task.at.id.clone());
    let unseen = task.filter(|id| was_known && model.queue.selected.as_ref() != Some(id));
    if let Some(known) = unseen.and_then(|id| model.world.tasks.get_mut(&id)) {
        known.changed = true;
    }
}

fn log_grew(model: &mut Model, news: LogNews) {
    // Growth while we look is a sign of work; the first bytes of a log may be old.
    let looking = model.log.shown.as_ref().filter(|s| s.session.as_ref() == Some(&news.session));
    let grew = looking.is_some_and(|s| s.fetched_at.is_some()) && !news.reset && !news.bytes.is_empty();
    let task = looking.and_then(|s| s.task.clone()).filter(|_| grew);
    if let Some(known) = task.and_then(|id| model.world.tasks.get_mut(&id)) {
        known.last_sign = Some(model.now);
    }
    log::news(model, news);
}
