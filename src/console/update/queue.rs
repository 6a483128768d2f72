//! The queue: which rows, in which order, which one is selected.

use std::cmp::Ordering;

use chrono::TimeDelta;

use crate::console::state::Model;
use crate::console::state::queue::{Column, QueueView, Tally};
use crate::console::state::world::{Known, PullOf, World};
use crate::domain::Condition;
use crate::domain::{Freshness, Instant, RepoName, Source, State, Task, TaskId};

/// Rebuilds rows, counts and selection from the world. One pass over the tasks, one sort.
pub fn rebuild(model: &mut Model) {
    model.queue.due = false;
    let now = model.now;
    let words: Vec<String> = model.queue.filter.split_whitespace().map(str::to_lowercase).collect();
    let mut tally = Tally::default();
    let mut recheck: Option<Instant> = None;
    let mut rows: Vec<(Key<'_>, Instant, &TaskId)> = Vec::new();
    for (id, known) in &model.world.tasks {
        let condition = known.condition(now);
        let stuck = model.world.stuck(known, &model.settings, now).is_some();
        count(&mut tally, known, &condition, stuck);
        if let Some(at) = known.next_verdict(&model.settings, now) {
            recheck = Some(recheck.map_or(at, |r| r.min(at)));
        }
        if in_view(model.queue.view, &condition, known, stuck) && passes(&model.world, known, &condition, &words) {
            rows.push((key(&model.world, model.queue.sort, known, now), known.task.created_at, id));
        }
    }
    let reversed = model.queue.reversed;
    rows.sort_by(|(a, a_created, a_id), (b, b_created, b_id)| {
        let by_key = a.compare(b);
        // Ties keep their order both ways, the newest first, so that turning the sort round moves nothing it need not.
        let by_key = if reversed { by_key.reverse() } else { by_key };
        by_key.then_with(|| b_created.cmp(a_created)).then_with(|| a_id.cmp(b_id))
    });
    let rows: Vec<TaskId> = rows.into_iter().map(|(.., id)| id.clone()).collect();
    let queue = &mut model.queue;
    if queue.rows != rows || queue.tally != tally {
        model.dirty = true;
    }
    queue.rows = rows;
    queue.tally = tally;
    queue.recheck_at = recheck;
    if !model.queue.settled {
        model.queue.selected = None;
        model.queue.index = 0;
    }
    reselect(model);
}

/// Every repository has answered once, with tasks or with a fault.
pub fn all_read(model: &Model) -> bool {
    let repos = &model.settings.repos;
    let answered =
        |repo: &RepoName| model.world.freshness.get(&Source::Tasks(repo.clone())).is_some_and(Freshness::is_answered);
    repos.iter().all(answered)
}

/// Finds the selected task again where it stands now; if it is gone, the row that took its place.
fn reselect(model: &mut Model) {
    let queue = &mut model.queue;
    let found = match &queue.selected {
        // Most rebuilds move nothing.
        Some(id) if queue.rows.get(queue.index) == Some(id) => Some(queue.index),
        Some(id) => queue.rows.iter().position(|row| row == id),
        None => None,
    };
    let before = queue.index;
    let index = found.unwrap_or(before.min(queue.rows.len().saturating_sub(1)));
    let selected = queue.rows.get(index).cloned();
    // The row under the cursor stays where the eye is; at the top, new rows push it down instead of hiding.
    if queue.top > 0 && index != before {
        queue.top = (queue.top + index).saturating_sub(before);
    }
    if queue.selected != selected || queue.index != index {
        model.dirty = true;
    }
    queue.selected = selected;
    queue.index = index;
}

/// Puts the selection on a row.
pub fn select(model: &mut Model, index: usize) {
    let queue = &mut model.queue;
    let index = index.min(queue.rows.len().saturating_sub(1));
    let selected = queue.rows.get(index).cloned();
    if queue.selected != selected {
        queue.selected = selected;
        queue.index = index;
        model.place.detail = model.place.detail.map(|_| 0);
        model.dirty = true;
    }
}

/// Shows a task wherever it is: the view and the filter give way if they hide it. False: it is not known.
pub fn reveal(model: &mut Model, id: &TaskId) -> bool {
    if !model.world.tasks.contains_key(id) {
        return false;
    }
    if !model.queue.rows.contains(id) {
        model.queue.view = QueueView::All;
        model.queue.filter.clear();
        rebuild(model);
    }
    if let Some(index) = model.queue.rows.iter().position(|row| row == id) {
        select(model, index);
    }
    true
}

pub fn set_view(model: &mut Model, view: QueueView) {
    model.queue.view = view;
    model.queue.due = true;
    model.dirty = true;
}

pub fn step_view(model: &mut Model, forward: bool) {
    set_view(model, step(&QueueView::ALL, model.queue.view, forward));
}

pub fn set_sort(model: &mut Model, column: Column, reversed: bool) {
    model.queue.sort = column;
    model.queue.reversed = reversed;
    model.queue.due = true;
    model.dirty = true;
}

pub fn next_sort(model: &mut Model) {
    set_sort(model, step(&Column::ALL, model.queue.sort, true), false);
}

fn step<T: Copy + PartialEq>(all: &[T], now: T, forward: bool) -> T {
    let at = all.iter().position(|v| *v == now).unwrap_or(0);
    let to = if forward { at + 1 } else { at + all.len() - 1 } % all.len();
    all.get(to).copied().unwrap_or(now)
}

fn count(tally: &mut Tally, known: &Known, condition: &Condition<'_>, stuck: bool) {
    tally.all += 1;
    tally.active += usize::from(known.task.state.is_active());
    tally.stuck += usize::from(stuck || *condition == Condition::Orphaned);
    tally.changed += usize::from(known.changed);
    match condition {
        Condition::State(State::Queued) => tally.queued += 1,
        Condition::State(State::InProgress) | Condition::Cancelling => tally.running += 1,
        Condition::State(State::WaitingForUser) => tally.needs_me += 1,
        Condition::State(State::Failed | State::TimedOut) => tally.failed += 1,
        Condition::State(State::Completed) => tally.done += 1,
        Condition::Orphaned | Condition::State(State::Idle | State::Cancelled | State::Unknown(_)) => {}
    }
}

fn in_view(view: QueueView, condition: &Condition<'_>, known: &Known, stuck: bool) -> bool {
    match view {
        QueueView::All => true,
        QueueView::NeedsMe => matches!(condition, Condition::State(State::WaitingForUser)),
        QueueView::Active => known.task.state.is_active(),
        QueueView::Stuck => stuck || *condition == Condition::Orphaned,
        QueueView::Failed => matches!(condition, Condition::State(State::Failed | State::TimedOut)),
        QueueView::Done => matches!(condition, Condition::State(State::Completed)),
    }
}

/// Every word of the filter is somewhere: name, repository, creator, agent, state, pull number.
fn passes(world: &World, known: &Known, condition: &Condition<'_>, words: &[String]) -> bool {
    words.iter().all(|word| {
        known.hay.contains(word.as_str())
            || condition.word().to_lowercase().contains(word.as_str())
            || known.task.state.wire().contains(word.as_str())
            || pull_number(world, &known.task).is_some_and(|n| format!("#{n}").contains(word.as_str()))
    })
}

fn pull_number(world: &World, task: &Task) -> Option<u64> {
    match world.pull_of(task) {
        Some(PullOf::Known(pull)) => Some(pull.number),
        _ => None,
    }
}

/// What the filter looks through and that changes only with the task or a person's name.
pub fn hay(world: &World, task: &Task) -> Box<str> {
    let agent = task.custom_agent.as_ref().map_or("", |a| a.raw_for_match());
    let login = world.login(task).map_or("", |l| l.raw_for_match());
    let name = task.name.raw_for_match();
    format!("{name}\n{}\n{agent}\n{login}", task.at.repo).to_lowercase().into()
}

/// What one task is sorted by. What is not known comes last, in both directions of a first look.
enum Key<'a> {
    Text(Option<String>),
    Repo(&'a str),
    Number(Option<u64>),
    Rank(u8, Instant),
    /// Newest first.
    Time(Instant),
    Cost(Option<u128>, u64),
}

impl Key<'_> {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => known_first(a.as_ref(), b.as_ref(), Ord::cmp),
            (Self::Repo(a), Self::Repo(b)) => a.cmp(b),
            // Big numbers first: the newest pull, the most sessions.
            (Self::Number(a), Self::Number(b)) => known_first(a.as_ref(), b.as_ref(), |a, b| b.cmp(a)),
            (Self::Rank(a, a_at), Self::Rank(b, b_at)) => a.cmp(b).then_with(|| b_at.cmp(a_at)),
            (Self::Time(a), Self::Time(b)) => b.cmp(a),
            (Self::Cost(a, a_more), Self::Cost(b, b_more)) => {
                known_first(a.as_ref(), b.as_ref(), |a, b| b.cmp(a)).then_with(|| b_more.cmp(a_more))
            }
            _ => Ordering::Equal,
        }
    }
}

fn known_first<T>(a: Option<&T>, b: Option<&T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn key<'a>(world: &World, column: Column, known: &'a Known, now: Instant) -> Key<'a> {
    let task = &known.task;
    let since = minute(known.condition_since(now));
    match column {
        Column::State => Key::Rank(known.condition(now).rank(), since),
        Column::Name => Key::Text(Some(task.name.raw_for_match().to_lowercase())),
        Column::Repo => Key::Repo(task.at.repo.as_str()),
        Column::Pull => Key::Number(pull_number(world, task)),
        Column::Sessions => Key::Number(known.sessions()),
        Column::Agent => Key::Text(task.custom_agent.as_ref().map(|a| a.raw_for_match().to_lowercase())),
        Column::Creator => Key::Text(world.login(task).map(|l| l.raw_for_match().to_lowercase())),
        Column::Cost => {
            let cost = task.cost();
            let premium = cost.map_or(0.0, |c| c.premium_requests);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price, only to sort by")]
            Key::Cost(cost.map(|c| c.nano_credits), (premium * 100.0) as u64)
        }
        Column::InState => Key::Time(since),
        Column::Age => Key::Time(task.created_at),
    }
}

/// The whole minute: a time the service touches again within it moves no row.
fn minute(at: Instant) -> Instant {
    at - TimeDelta::seconds(at.timestamp().rem_euclid(60))
        - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()))
}
