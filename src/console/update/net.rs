//! Answers of the service, merged into the world by id. Late ones are dropped, failed ones keep the last good data.

use chrono::Timelike;

use super::{automations, diagnosis, log, queue};
use crate::console::event::{LogNews, Net, News};
use crate::console::state::Model;
use crate::console::state::evidence::{Asked, ToldByLog};
use crate::console::state::tasks::Slot;
use crate::console::state::world::{Known, RunJoin};
use crate::domain::freshness::Verdict;
use crate::domain::{Fault, Instant, Pull, PullRef, RepoName, Source, State, Task, age};

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
            let read_before = freshness.good_at;
            freshness.good(model.now, next_try);
            // A log's title says how old it is, and now it is new.
            let read_old = |at| age::coarse(model.now - at) != "now";
            model.log.moved |= matches!(source, Source::Log(_)) && read_before.is_some_and(read_old);
            take(model, &source, news, same_sweep);
            settle(model, &source, read_before);
        }
        Err(fault) => freshness.failed(model.now, fault, next_try),
    }
    if is_told(model, &source) && shown(model, &source) != before {
        model.dirty = true;
    }
}

/// An answer without news may be what a suspicion waited for.
fn settle(model: &mut Model, source: &Source, read_before: Option<Instant>) {
    let settled: Vec<Slot> = model.world.settled_by(source, read_before, model.now).collect();
    model.dirty |= !settled.is_empty();
    for slot in settled {
        model.world.tasks.at_mut(slot);
    }
    // The whole detail tells how old each source is.
    model.dirty |= model.place.detail.is_some() && concerns_selected(model, source);
}

fn concerns_selected(model: &Model, source: &Source) -> bool {
    model.selected().is_some_and(|known| match source {
        Source::Tasks(repo) => known.task.at.repo == *repo,
        Source::OwnTasks => model.world.is_own(&known.task),
        Source::Task(id) | Source::Run(id) | Source::Diagnosis(id) => known.task.at.id == *id,
        Source::Pulls => !known.task.artifacts.is_empty(),
        Source::Viewer
        | Source::Log(_)
        | Source::People
        | Source::Automations(_)
        | Source::Automation(_)
        | Source::AutomationRuns(_) => false,
    })
}

/// A repository that was taken off the list may still have an answer under way.
fn is_watched(model: &Model, net: &Net) -> bool {
    let watched = |repo: &RepoName| model.settings.repos.contains(repo);
    match (&net.source, &net.result) {
        (Source::Tasks(repo) | Source::Automations(repo), _) => watched(repo),
        (Source::Automation(at) | Source::AutomationRuns(at), _) => watched(&at.repo),
        (Source::Task(id), Ok(News::Task(task))) => model.world.tasks.contains_key(id) || watched(&task.at.repo),
        (Source::Task(id) | Source::Run(id) | Source::Diagnosis(id), _) => model.world.tasks.contains_key(id),
        _ => true,
    }
}

/// Of the sources of single tasks only those of the selected one are told on the screen.
fn is_told(model: &Model, source: &Source) -> bool {
    match source {
        Source::Task(id) | Source::Run(id) => model.queue.selected.as_ref() == Some(id),
        // Read behind the screen: only what it finds is told.
        Source::Diagnosis(_) => false,
        Source::Automations(_) | Source::Automation(_) | Source::AutomationRuns(_) => model.place.automations.is_some(),
        _ => true,
    }
}

/// What the screen says of a source: two verdicts that read the same are the same.
#[derive(PartialEq)]
enum Shown {
    Loading,
    Fresh,
    Stale,
    /// The fault, the minute it happened in, and the next try.
    Failed(Fault, (u32, u32), Option<Instant>),
}

fn shown(model: &Model, source: &Source) -> Shown {
    match model.verdict(source) {
        Verdict::Loading => Shown::Loading,
        Verdict::Fresh => Shown::Fresh,
        Verdict::Stale(_) => Shown::Stale,
        Verdict::Failed(fault, at) => {
            let next_try = model.world.freshness.get(source).and_then(|freshness| freshness.next_try);
            Shown::Failed(fault.clone(), (at.hour(), at.minute()), next_try)
        }
    }
}

/// `same_sweep`: another page of the answer before.
fn take(model: &mut Model, source: &Source, news: News, same_sweep: bool) {
    match news {
        News::Same => automations::answer(model, source, News::Same),
        News::Viewer(viewer) => {
            if model.world.viewer.as_ref() != Some(&viewer) {
                model.world.people.insert(viewer.id, viewer.login.clone());
                model.world.viewer = Some(viewer);
                model.reviews.due = true;
                model.dirty = true;
            }
        }
        News::Tasks { mut tasks, unreadable } => {
            match source {
                Source::Tasks(repo) => {
                    model.world.first_read.entry(repo.clone()).or_insert(model.now);
                }
                Source::OwnTasks => own_tasks(model, &mut tasks),
                _ => {}
            }
            unreadable_items(model, source, unreadable, same_sweep);
            for task in tasks {
                merge_task(model, task);
            }
        }
        News::Gone(ids) => {
            for id in ids {
                model.dirty |= model.world.forget_task(&id);
            }
        }
        News::Task(task) => merge_task(model, *task),
        News::Person(person) => person_known(model, person),
        News::Pulls(pulls) => {
            let of_runs = matches!(source, Source::AutomationRuns(_));
            for (at, pull) in pulls {
                let key = (at.repo.clone(), at.id);
                if !of_runs {
                    model.world.of_runs.remove(&key);
                } else if !model.world.pulls.contains_key(&key) {
                    model.world.of_runs.insert(key);
                }
                merge_pull(model, at, pull);
            }
        }
        News::Run { task, run, matched, jobs } => {
            let seen_at = model.now;
            if let Some(known) = model.world.tasks.get_mut(&task.id) {
                let same = known.run.as_ref().is_some_and(|j| j.run == run && j.matched == matched && j.jobs == jobs);
                known.run = Some(Box::new(RunJoin { run, matched, jobs, seen_at }));
                model.dirty |= !same;
            }
        }
        news @ (News::Automations(_) | News::Automation(_) | News::AutomationRuns { .. }) => {
            automations::answer(model, source, news);
        }
        News::Log(news) => log_grew(model, news),
        News::LogSame(look) => log::same(model, &look),
        News::Diagnosis { task, told, facts } => {
            if let Some(told) = told {
                diagnosis::told(model, &task, *told, facts);
            }
        }
    }
}

fn unreadable_items(model: &mut Model, source: &Source, count: u32, same_sweep: bool) {
    let before = model.world.unreadable.get(source).copied().unwrap_or(0);
    let now = if same_sweep { before.saturating_add(count) } else { count };
    model.world.unreadable.insert(source.clone(), now);
    model.dirty |= before != now;
}

/// Of the viewer's own tasks, those that belong on the screen. A repository nobody named is read from here on.
fn own_tasks(model: &mut Model, tasks: &mut Vec<Task>) {
    let (repos, beyond) = (&model.settings.repos, model.settings.reach_beyond());
    tasks.retain(|task| beyond || repos.contains(&task.at.repo));
    for task in tasks.iter().filter(|task| !repos.contains(&task.at.repo)) {
        model.world.first_read.entry(task.at.repo.clone()).or_insert(model.now);
    }
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
    queue::look_through_anew(&mut model.world, &slots);
    model.dirty = true;
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
        // Whom its pull request waits on depends on it.
        model.reviews.due |= !task.artifacts.is_empty();
        model.world.tasks.insert(Known { changed: is_news, ..Known::new(task, hay) });
        super::cancel::attach(model, &id);
        model.dirty = true;
        return;
    };
    let remembered = old.remembered;
    let (task, sessions_are_new) = merged(&old.task, task, remembered);
    let as_of = if sessions_are_new { Some(task.touched_at()) } else { old.sessions_as_of };
    if task == old.task && as_of == old.sessions_as_of && !remembered {
        return;
    }
    let hay = queue::hay(&model.world, &task);
    let state_changed = old.task.state != task.state;
    let visible = state_changed
        || old.task.name != task.name
        || old.task.artifacts != task.artifacts
        || old.task.session_count != task.session_count;
    let at_work_again = started_again(old, &task);
    let waited = old.task.state == State::WaitingForUser;
    model.reviews.due |= visible && !task.artifacts.is_empty();
    let Some(known) = model.world.tasks.renew(&id, task) else { return };
    if state_changed {
        // A service's clock may run ahead of ours, and its time may be older than the change we saw.
        known.state_since = known.task.touched_at().min(now);
        known.since_seen = true;
    } else if !known.since_seen {
        known.state_since = known.task.first_seen_since();
    }
    if state_changed && waited {
        // Whatever it asked was answered; what it asks next stands in its log.
        known.evidence.asked = None;
    }
    if at_work_again {
        known.cancel = None;
        known.cancel_steps.clear();
    }
    known.changed |= visible && !selected;
    known.sessions_as_of = as_of;
    known.hay = hay;
    known.remembered = false;
    model.dirty = true;
}

/// The newer of two answers about one task, with what only the other knows; and whether its sessions are the new ones.
/// `remembered`: the old one is of an earlier run, and whatever the service says is newer.
fn merged(old: &Task, new: Task, remembered: bool) -> (Task, bool) {
    let is_older = !remembered && new.touched_at() < old.touched_at();
    let brings_sessions = new.sessions.is_some() && !(is_older && old.sessions.is_some());
    let (mut base, other) = if is_older { (old.clone(), new) } else { (new, old.clone()) };
    if base.sessions.is_none() {
        base.sessions = other.sessions;
    }
    if base.name.raw_for_match().trim().is_empty() {
        base.name = other.name;
    }
    if let (Some(base), Some(other)) = (&mut base.creator, &other.creator)
        && base.id == other.id
        && base.login.is_none()
    {
        base.login.clone_from(&other.login);
    }
    base.creator = base.creator.or(other.creator);
    // Not every answer about a task tells what started it, and that never changes.
    base.automation = base.automation.or(other.automation);
    base.session_count = base.session_count.or(other.session_count);
    base.html_url = base.html_url.or(other.html_url);
    base.beyond.keep(&other.beyond);
    (base, brings_sessions && !is_older)
}

/// A cancelled task at work again: the old cancel is no longer about it.
fn started_again(known: &Known, task: &Task) -> bool {
    !known.task.state.is_active() && task.state.is_active() && known.cancel.is_some()
}

pub(super) fn merge_pull(model: &mut Model, at: PullRef, pull: Option<Pull>) {
    let key = (at.repo, at.id);
    model.world.pulls_read.insert(key.clone(), model.now);
    if pull.is_some() && !model.world.pulls_seen.contains(&key.0) {
        model.world.pulls_seen.insert(key.0.clone());
        model.queue.due = true;
    }
    let before = model.world.pulls.get(&key);
    if before == Some(&pull) {
        return;
    }
    let was_known = matches!(before, Some(Some(_)));
    model.world.pulls.insert(key.clone(), pull);
    model.reviews.due = true;
    model.dirty = true;
    let naming = model.world.tasks.naming(&key).to_vec();
    queue::look_through_anew(&mut model.world, &naming);
    let task = model.world.task_of(&key.0, key.1).map(|k| k.task.at.id.clone());
    let unseen = task.filter(|id| was_known && model.queue.selected.as_ref() != Some(id));
    if let Some(known) = unseen.and_then(|id| model.world.tasks.get_mut(&id)) {
        known.changed = true;
    }
}

/// A log tells when work was last done, and how long its run may take.
fn log_grew(model: &mut Model, news: LogNews) {
    let session = news.session.clone();
    // Growth while we look is a sign of work; the first bytes of a log may be old.
    let looking = model.log.of(&session);
    let grew = looking.as_ref().is_some_and(|s| s.fetched_at.is_some()) && !news.reset && !news.bytes.is_empty();
    let task = looking.and_then(|s| s.task.clone());
    log::news(model, news);
    let Some(slot) = task.and_then(|id| model.world.tasks.slot(&id)) else { return };
    let (Some(known), Some(shown)) = (model.world.tasks.at(slot), model.log.of(&session)) else { return };
    let is_latest = known.task.latest_session().is_some_and(|latest| latest.id == session);
    let written = shown.written_at().filter(|at| is_latest && *at <= model.now);
    let sign = written.max(grew.then_some(model.now)).max(known.last_sign);
    let told = ToldByLog::read(&session, shown.transcript.facts()).map(Box::new);
    let told = told.or_else(|| known.evidence.log.clone());
    // Of a log that is read by windows nobody knows whether this one is its end.
    let reads_its_end = is_latest && shown.big.is_none();
    let asked = if reads_its_end {
        Asked::read(&session, shown.transcript.entries()).map(Box::new)
    } else {
        known.evidence.asked.clone()
    };
    let asks_anew = asked != known.evidence.asked;
    if sign == known.last_sign && told == known.evidence.log && !asks_anew {
        return;
    }
    if let Some(known) = model.world.tasks.at_mut(slot) {
        known.last_sign = sign;
        known.evidence.log = told;
        known.evidence.asked = asked;
    }
    model.dirty |= asks_anew;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{Person, TaskId, UserId};

    fn named(name: &str, seconds: i64) -> Task {
        let updated_at = Some(Instant::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds));
        Task { name: name.into(), updated_at, ..Task::queued("t1") }
    }

    #[test]
    fn an_answer_without_a_name_or_a_creator_does_not_take_away_the_known_one() {
        for (nameless, seconds) in [("", 5), ("", 9), (" \n", 9), ("", 1)] {
            let mut model = Model::new(Instant::UNIX_EPOCH, crate::console::state::settings::Settings::default());
            let creator = Some(Person { id: UserId(7), login: Some("mona".into()) });
            merge_task(&mut model, Task { creator, ..named("Fix the flaky test", 5) });
            let details = Task { state: State::InProgress, sessions: Some(Vec::new()), ..named(nameless, seconds) };
            merge_task(&mut model, details);
            let known = &model.world.tasks.get(&TaskId::new("t1")).unwrap().task;
            assert_eq!(known.name.raw_for_match(), "Fix the flaky test", "{nameless:?} at {seconds}");
            assert!(known.creator.is_some() && known.sessions.is_some());
            assert_eq!(known.state == State::InProgress, seconds >= 5, "all else of the newer answer holds");
        }
    }

    #[test]
    fn another_name_replaces_the_known_one_and_the_first_name_an_empty_one() {
        let mut model = Model::new(Instant::UNIX_EPOCH, crate::console::state::settings::Settings::default());
        for (seconds, name, shown) in [(1, "", ""), (2, "Fix", "Fix"), (3, "Fix it", "Fix it")] {
            merge_task(&mut model, named(name, seconds));
            let known = &model.world.tasks.get(&TaskId::new("t1")).unwrap().task;
            assert_eq!(known.name.raw_for_match(), shown);
        }
    }
}
