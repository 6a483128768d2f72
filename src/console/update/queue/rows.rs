//! From tasks to rows: what was touched is looked at again, the order is mended, the rows are listed anew.

use std::cmp::Reverse;

use super::group::Grouper;
use super::key;
use super::list::{Listing, list};
use super::select::reselect;
use crate::console::state::Model;
use crate::console::state::inbox;
use crate::console::state::queue::{Entry, Groups, Roster, Tally, kind};
use crate::console::state::settings::Settings;
use crate::console::state::tasks::Slot;
use crate::console::state::world::{Known, PullOf, World};
use crate::domain::query::{Facts, Needs};
use crate::domain::transition::{self, Kind, Notice, Standing, Transition, Turn};
use crate::domain::{Condition, Freshness, Group, Instant, Order, Pull, Query, Source, State, Task};

/// Brings rows, counts and selection up to what the world is now.
pub fn rebuild(model: &mut Model) {
    let now = model.now;
    model.queue.relist = false;
    let mut touched = model.world.tasks.take_touched();
    let Model { world, settings, queue, .. } = model;
    let eyes = Eyes { world, settings, query: &queue.typed.query, order: queue.order(), now };
    let before = (queue.roster.tally, queue.roster.counts.clone());
    let (reorder, requery) = (std::mem::take(&mut queue.reorder), std::mem::take(&mut queue.requery));
    let group = queue.group();
    let roster = &mut queue.roster;
    // A query that time alone answers otherwise changes when each task is looked at again.
    let by_time = requery && (roster.timed || eyes.query.is_timed());
    roster.timed = eyes.query.is_timed();
    if std::mem::take(&mut queue.due) || by_time || touched.len() * 4 > world.tasks.len() {
        eyes.look_at_all(roster, reorder);
        eyes.group_all(roster, group);
    } else {
        due_again(roster, now, &mut touched);
        eyes.look_at(roster, &touched);
        if roster.groups.by == group {
            eyes.group(roster, &touched);
        } else {
            eyes.group_all(roster, group);
        }
        if requery {
            eyes.ask_all(roster);
        }
        if reorder {
            eyes.order_all(roster);
        }
    }
    roster.tally.marked = world.tasks.marks().count();
    queue.recheck_at = next_recheck(&mut queue.roster);
    let Listing { rows, headings, marked } = list(queue, world.tasks.marks());
    let changed = queue.rows != rows
        || queue.headings != headings
        || queue.marked_listed != marked
        || before.0 != queue.roster.tally
        || before.1 != queue.roster.counts;
    queue.rows = rows;
    queue.headings = headings;
    queue.marked_listed = marked;
    model.dirty |= changed;
    if !model.queue.settled {
        model.queue.selected = None;
        model.queue.index = 0;
    }
    reselect(model);
}

/// Every list has answered once, with tasks or with a fault.
pub fn all_read(model: &Model) -> bool {
    let answered = |list: &Source| model.world.freshness.get(list).is_some_and(Freshness::is_answered);
    model.lists().iter().all(answered)
}

/// What free words of a query are looked for in; changes with the task, a person's name or a pull request's number.
pub fn hay(world: &World, task: &Task) -> Box<str> {
    let agent = task.custom_agent.as_ref().map_or("", |a| a.raw_for_match());
    let login = world.login(task).map_or("", |l| l.raw_for_match());
    let name = task.name.raw_for_match();
    let mut text = format!("{name}\n{}\n{agent}\n{login}", task.at.repo).to_lowercase();
    if let Some(PullOf::Known(pull)) = world.pull_of(task) {
        text.push_str(&format!("\n#{}", pull.number));
    }
    text.into()
}

/// Whose token this is may be known later than the tasks are: those are the viewer's own from then on, with a name.
pub fn meet_viewer(model: &mut Model) {
    let viewer = model.world.viewer.as_ref().map(|viewer| viewer.id);
    if model.queue.roster.viewer == viewer {
        return;
    }
    model.queue.due |= model.queue.roster.viewer.is_some();
    model.queue.roster.viewer = viewer;
    let world = &mut model.world;
    let own: Vec<Slot> =
        world.tasks.iter().filter(|(_, known)| known.task.is_of(viewer)).map(|(slot, _)| slot).collect();
    look_through_anew(world, &own);
}

/// A name or a number that free words are looked for in is another one.
pub fn look_through_anew(world: &mut World, slots: &[Slot]) {
    for slot in slots {
        let Some(hay) = world.tasks.at(*slot).map(|known| hay(world, &known.task)) else { continue };
        if let Some(known) = world.tasks.at_mut(*slot) {
            known.hay = hay;
        }
    }
}

/// Those whose verdict changes by time alone, when that time has come.
fn due_again(roster: &mut Roster, now: Instant, touched: &mut Vec<Slot>) {
    while next_recheck(roster).is_some_and(|at| at <= now) {
        touched.extend(roster.rechecks.pop().map(|Reverse((_, slot))| slot));
    }
}

/// When to look at some task again; what was overtaken is forgotten.
fn next_recheck(roster: &mut Roster) -> Option<Instant> {
    while let Some(Reverse((at, slot))) = roster.rechecks.peek() {
        if roster.entries.get(slot.index()).is_some_and(|entry| entry.recheck == Some(*at)) {
            return Some(*at);
        }
        roster.rechecks.pop();
    }
    None
}

/// What a task is looked at with.
struct Eyes<'a> {
    world: &'a World,
    settings: &'a Settings,
    query: &'a Query,
    order: Order,
    now: Instant,
}

impl Eyes<'_> {
    /// Everything of every task; `reorder`: in another order than before.
    fn look_at_all(&self, roster: &mut Roster, reorder: bool) {
        let tasks = &self.world.tasks;
        roster.entries.clear();
        roster.asks_changed = true;
        roster.entries.resize(tasks.slots(), Entry::default());
        roster.counts = vec![0; self.settings.views.len()];
        roster.tally = Tally::default();
        roster.rechecks.clear();
        for (slot, known) in tasks.iter() {
            self.enter(roster, slot, known);
        }
        let listed = |roster: &Roster| roster.order.iter().filter(|place| tasks.at(place.slot).is_some()).count();
        if reorder || listed(roster) != tasks.len() {
            return self.order_all(roster);
        }
        // Where most stand where they stood, finding that out is cheaper than sorting.
        roster.order.retain(|place| tasks.at(place.slot).is_some());
        for place in &mut roster.order {
            if let Some(known) = tasks.at(place.slot) {
                *place = key::place(self.world, self.order, place.slot, known, self.now);
            }
        }
        roster.order.sort_by(|a, b| key::compare(tasks, self.order, a, b));
    }

    /// The typed query alone.
    fn ask_all(&self, roster: &mut Roster) {
        let everything = self.query.is_empty();
        let needs = self.query.needs();
        for (slot, known) in self.world.tasks.iter() {
            if let Some(entry) = roster.entries.get_mut(slot.index()) {
                let facts = || self.world.facts(slot, known, self.settings, self.now, needs);
                entry.passes = everything || self.query.matches(&facts());
            }
        }
    }

    /// The groups alone.
    fn group_all(&self, roster: &mut Roster, by: Option<Group>) {
        roster.groups = Groups::new(by);
        let Some(by) = by else { return };
        let mut grouper = Grouper::new(self.world, self.settings, by, self.now);
        for (slot, known) in self.world.tasks.iter() {
            if let Some(entry) = roster.entries.get_mut(slot.index()) {
                entry.group = grouper.of(&mut roster.groups, known);
            }
        }
    }

    fn group(&self, roster: &mut Roster, touched: &[Slot]) {
        let Some(by) = roster.groups.by else { return };
        let mut grouper = Grouper::new(self.world, self.settings, by, self.now);
        for slot in touched {
            if let (Some(known), Some(entry)) = (self.world.tasks.at(*slot), roster.entries.get_mut(slot.index())) {
                entry.group = grouper.of(&mut roster.groups, known);
            }
        }
    }

    /// The places alone.
    fn order_all(&self, roster: &mut Roster) {
        let tasks = &self.world.tasks;
        roster.order.clear();
        let place = |(slot, known)| key::place(self.world, self.order, slot, known, self.now);
        roster.order.extend(tasks.iter().map(place));
        key::sort(tasks, self.order, &mut roster.order);
    }

    fn look_at(&self, roster: &mut Roster, touched: &[Slot]) {
        if touched.is_empty() {
            return;
        }
        let tasks = &self.world.tasks;
        roster.entries.resize(tasks.slots(), Entry::default());
        roster.counts.resize(self.settings.views.len(), 0);
        let mut moved = vec![false; tasks.slots()];
        for slot in touched {
            let is_first = moved.get_mut(slot.index()).is_some_and(|m| !std::mem::replace(m, true));
            if is_first {
                leave(roster, *slot);
            }
        }
        roster.order.retain(|place| !moved.get(place.slot.index()).copied().unwrap_or(false));
        let old = roster.order.len();
        for slot in touched {
            let is_first = moved.get_mut(slot.index()).is_some_and(std::mem::take);
            if let Some(known) = tasks.at(*slot).filter(|_| is_first) {
                self.enter(roster, *slot, known);
                roster.order.push(key::place(self.world, self.order, *slot, known, self.now));
            }
        }
        let compare = |a: &_, b: &_| key::compare(tasks, self.order, a, b);
        if let Some(new) = roster.order.get_mut(old..) {
            new.sort_unstable_by(compare);
        }
        // Two runs, each in order: the stable sort only merges them.
        roster.order.sort_by(compare);
        if roster.rechecks.len() > 64 + 4 * tasks.len() {
            let entries = &roster.entries;
            let newest = |slot: &Slot, at: &Instant| entries.get(slot.index()).is_some_and(|e| e.recheck == Some(*at));
            roster.rechecks.retain(|Reverse((at, slot))| newest(slot, at));
        }
    }

    /// What became of it since it was last looked at.
    fn turned(&self, roster: &mut Roster, slot: Slot, known: &Known, facts: &Facts<'_>) {
        if roster.standings.len() <= slot.index() {
            roster.standings.resize(self.world.tasks.slots(), None);
        }
        let Some(place) = roster.standings.get_mut(slot.index()) else { return };
        let id = &known.task.at.id;
        let before = place.take().filter(|before| before.is_of(id));
        let mut turns = Vec::new();
        // What was there before the console was is no news.
        let began = self.world.first_read.get(&known.task.at.repo);
        let is_new = before.is_none() && !known.remembered && began.is_some_and(|at| known.task.created_at > *at);
        let after = Standing::of(facts);
        if is_new {
            turns.push(Turn::new_task(&known.task.state));
        }
        let before = before.or_else(|| is_new.then(|| Standing::blank(id.clone())));
        let after = match before {
            Some(before) => {
                let after = after.after(&before);
                turns.extend(transition::compare(&before, &after));
                after
            }
            None => after,
        };
        *place = Some(after);
        // A log that was only now read says nothing new of what ended long ago.
        let is_old =
            |turn: &Turn| turn.kind == Kind::DiagnosisFound && began.is_some_and(|at| facts.task.touched_at() < *at);
        let rules = &self.settings.notify;
        if rules.is_empty() && !self.settings.transitions {
            return;
        }
        let told = turns.into_iter().filter(|turn| !is_old(turn)).map(|turn| Transition::new(turn, facts));
        roster.notices.extend(told.map(|transition| Notice::new(transition, rules, Some(facts))));
    }

    /// Looks at a task and counts it in.
    fn enter(&self, roster: &mut Roster, slot: Slot, known: &Known) {
        let facts = self.world.facts(slot, known, self.settings, self.now, Needs::ALL);
        let mut recheck = known.next_verdict(self.settings, self.now);
        let mut ask = |query: &Query| {
            if query.is_timed() {
                recheck = earliest(recheck, query.next_change(&facts));
            }
            query.is_empty() || query.matches(&facts)
        };
        let mut views = 0;
        for (n, (view, count)) in self.settings.views.iter().zip(&mut roster.counts).enumerate() {
            if ask(&view.query) {
                views |= 1 << n;
                *count += 1;
            }
        }
        let asks = inbox::asks(&facts, self.world.viewer.as_ref());
        let entry = Entry { views, passes: ask(self.query), kinds: kinds(&facts), group: 0, asks, recheck };
        self.turned(roster, slot, known, &facts);
        // What is asked, and what is asked of which name, may both be other than they were.
        // Where several name one pull request, it waits for what the newest of them does.
        let shares = |pull: &Pull| self.world.tasks.naming(&(pull.repo.clone(), pull.id)).len() > 1;
        roster.asks_changed |= asks != 0 || facts.pull.is_some_and(shares);
        roster.tally.count(entry.kinds);
        roster.rechecks.extend(recheck.map(|at| Reverse((at, slot))));
        if let Some(place) = roster.entries.get_mut(slot.index()) {
            *place = entry;
        }
    }
}

/// Takes back what a task added to the counts when it was looked at last.
fn leave(roster: &mut Roster, slot: Slot) {
    let Some(entry) = roster.entries.get_mut(slot.index()).map(std::mem::take) else { return };
    roster.tally.uncount(entry.kinds);
    roster.asks_changed |= entry.asks != 0;
    for (n, count) in roster.counts.iter_mut().enumerate() {
        *count = count.saturating_sub(usize::from(entry.views & 1 << n != 0));
    }
}

fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn kinds(facts: &Facts<'_>) -> u16 {
    let one = |is: bool, kind: u16| if is { kind } else { 0 };
    let of_state = match facts.condition {
        Condition::State(State::Queued) => kind::QUEUED,
        Condition::State(State::InProgress) => kind::RUNNING,
        Condition::State(State::WaitingForUser) => kind::NEEDS_ME,
        Condition::State(State::Failed | State::TimedOut) => kind::FAILED,
        Condition::State(State::Completed) => kind::DONE,
        Condition::Cancelling
        | Condition::Orphaned
        | Condition::State(State::Idle | State::Cancelled | State::Unknown(_)) => 0,
    };
    kind::ALL
        | of_state
        | one(facts.task.state.is_active(), kind::ACTIVE)
        | one(facts.stuck.is_some() || facts.condition == Condition::Orphaned, kind::STUCK)
        | one(facts.changed, kind::CHANGED)
}
