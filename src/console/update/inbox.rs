//! `I`, `:inbox`: what waits for the operator, kept up with what is known, and one key to where it is dealt with.

use std::collections::HashMap;

use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::ledger::Row;
use crate::console::state::Model;
use crate::console::state::automations::{self, Pointed};
use crate::console::state::inbox::{self, Ask, Entry, Subject};
use crate::console::state::place::Pane;
use crate::console::state::world::{Known, PullOf};
use crate::domain::automation::{Concern, Switch};
use crate::domain::transition::{Kind, Notice, Transition, Turn};
use crate::domain::{Instant, TaskRef};
use crate::text::{Safe, Untrusted};

use super::automations::pane;
use super::scroll::rows_by;
use super::{actions, diagnosis, ledger, queue, reviews, trail};

/// `:notify test`.
pub fn notify(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    if arguments != ["test"] {
        return Err("it is `notify test`".to_owned());
    }
    model.notes.say(model.now, false, "sending one of each …");
    effects.push(Effect::TestNotify);
    Ok(())
}

pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let focus = model.place.focus;
    // Whatever stands over the panes goes.
    actions::focus(model, focus);
    model.place.inbox.open();
    // Another console may have read some of it meanwhile.
    keep(model, Vec::new(), effects);
    model.dirty = true;
}

fn close(model: &mut Model) {
    model.dirty |= model.place.inbox.close();
}

/// What was read, here or by another console. While more is on its way to the disk, what stands here is newer.
pub fn read(model: &mut Model, read: Option<Vec<(String, Instant)>>) {
    let inbox = &mut model.place.inbox;
    inbox.writing = inbox.writing.saturating_sub(1);
    if let Some(read) = read.filter(|_| inbox.writing == 0) {
        inbox.know_read(read);
        model.dirty = true;
    }
}

fn keep(model: &mut Model, marks: Vec<(String, Option<Instant>)>, effects: &mut Vec<Effect>) {
    model.place.inbox.writing += 1;
    effects.push(Effect::KeepRead(marks));
}

/// What has no known outcome. One more than at the last reading is news.
pub fn unresolved(model: &mut Model, rows: Vec<Row>) {
    let inbox = &mut model.place.inbox;
    let before = std::mem::replace(&mut inbox.lines, rows);
    let was_read = std::mem::replace(&mut inbox.lines_read, true);
    inbox.due |= before != inbox.lines;
    let (rules, all) = (&model.settings.notify, model.settings.transitions);
    if !was_read || (rules.is_empty() && !all) {
        return;
    }
    let new = inbox.lines.iter().filter(|row| !before.iter().any(|known| known.at == row.at && known.repo == row.repo));
    let told = new.map(|row| {
        let turn =
            Turn { kind: Kind::ActionUnresolved, became: row.at.timestamp_millis().to_string().into(), over: false };
        let transition = Transition {
            repo: row.repo.clone(),
            task: row.task.as_ref().map(|task| task.id.clone()),
            turn,
            at: row.at,
            name: row.title.as_str().into(),
            pull: None,
            url: None,
            more: row.detail.as_str().into(),
        };
        Notice::new(transition, rules, None)
    });
    model.queue.roster.notices.extend(told);
}

/// Called at the end of every update: entries made anew if due, the cursor on its row, what became of tasks told on.
pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let notices = std::mem::take(&mut model.queue.roster.notices);
    if !notices.is_empty() {
        effects.push(Effect::Notify(notices));
    }
    let changed = std::mem::take(&mut model.queue.roster.asks_changed);
    let inbox = &mut model.place.inbox;
    if std::mem::take(&mut inbox.due) || changed || inbox.past_at.is_some_and(|at| at <= model.now) {
        rebuild(model, effects);
    }
    let height = model.place.panes().body.map_or(0, inbox::rows);
    let inbox = &mut model.place.inbox;
    if let Some(pane) = &mut inbox.pane {
        pane.settle(&inbox.entries, height);
    }
    show_evidence(model);
}

fn rebuild(model: &mut Model, effects: &mut Vec<Effect>) {
    let old = std::mem::take(&mut model.place.inbox.entries);
    let known: HashMap<String, Instant> = old.iter().map(|entry| (entry.key(), entry.since)).collect();
    let mut entries = Vec::new();
    for (slot, task) in model.world.tasks.iter() {
        let asks = model.queue.roster.entries.get(slot.index()).map_or(0, |entry| entry.asks);
        let asked = Ask::ALL.into_iter().filter(|ask| asks & ask.bit() != 0);
        entries.extend(asked.filter_map(|ask| entry(model, task, ask, &known)));
    }
    entries.extend(model.place.inbox.lines.iter().map(|row| Entry {
        ask: Ask::Unresolved,
        since: row.at,
        name: row.title.clone(),
        more: row.detail.clone(),
        subject: Subject::Line(Box::new(row.clone())),
    }));
    entries.extend(model.world.automations.pointed().filter_map(|(known, pointed)| automation(known, pointed)));
    entries.sort_by_cached_key(|entry| (entry.ask, entry.since, entry.key()));
    let inbox = &mut model.place.inbox;
    inbox.past_at =
        entries.iter().filter(|entry| entry.ask == Ask::Failed).map(|entry| entry.since).min().and_then(inbox::past_at);
    // What was dealt with may be asked again: then it is unread.
    let stays: std::collections::HashSet<String> = entries.iter().map(Entry::key).collect();
    let gone: Vec<_> = old.iter().filter(|entry| is_known(&model.world.tasks, entry)).map(Entry::key).collect();
    let gone: Vec<_> = gone.into_iter().filter(|key| !stays.contains(key) && inbox.has_mark(key)).collect();
    inbox.mark(gone.iter().map(|key| (key, None)));
    if !gone.is_empty() {
        keep(model, gone.into_iter().map(|key| (key, None)).collect(), effects);
    }
    model.dirty |= old != entries;
    model.place.inbox.list(entries);
}

/// Of a task that is not known just now nobody can say that it asks for nothing.
fn is_known(tasks: &crate::console::state::tasks::Tasks, entry: &Entry) -> bool {
    match &entry.subject {
        Subject::Line(_) | Subject::Automation { .. } => true,
        Subject::Task(task) | Subject::Pull { task, .. } => tasks.contains_key(&task.id),
    }
}

/// One that is switched on. What lists say is enough, but for limits: of these they tell how far they are used up.
fn automation(known: &automations::Known, pointed: &Pointed) -> Option<Entry> {
    let automation = &known.automation;
    if matches!(automation.switch, Switch::Off(_)) {
        return None;
    }
    let mut pointed = pointed.clone();
    pointed.concerns.retain(|concern| automation.detail.is_some() || *concern != Concern::NoUsageLimit);
    if pointed.is_empty() {
        return None;
    }
    let said: Vec<String> = pointed.says().map(|one| one.to_string()).collect();
    Some(Entry {
        ask: Ask::Automation,
        // It has been so since it was made so; the same after a restart.
        since: automation.updated_at.or(automation.created_at).or(known.detailed_at)?,
        name: automation.name.show_line(),
        more: Safe::new(said.join("; ")),
        subject: Subject::Automation { at: automation.at.clone(), words: pointed.words() },
    })
}

fn entry(model: &Model, known: &Known, ask: Ask, before: &HashMap<String, Instant>) -> Option<Entry> {
    let task = known.task.at.clone();
    let name = |name: &Untrusted| name.show_line();
    let mut new = if ask.is_of_pull() {
        let Some(PullOf::Known(pull)) = model.world.pull_of(&known.task) else { return None };
        // Two tasks may share one: it waits once, and for what it does in the reviews.
        if model.world.task_of(&pull.repo, pull.id).is_some_and(|of| of.task.at != task) {
            return None;
        }
        Entry {
            ask,
            since: pull.updated_at,
            name: name(if pull.title.is_empty() { &known.task.name } else { &pull.title }),
            more: model.blocked(pull)?.why.words(),
            subject: Subject::Pull { task, id: pull.id, number: pull.number },
        }
    } else {
        Entry {
            ask,
            since: known.condition_since(model.now),
            name: name(&known.task.name),
            more: more_of_task(model, known, ask),
            subject: Subject::Task(task),
        }
    };
    // What moves while it is asked does not make the asking younger.
    if let Some(since) = before.get(&new.key()) {
        new.since = *since;
    }
    (!inbox::is_past(ask, new.since, model.now)).then_some(new)
}

fn more_of_task(model: &Model, known: &Known, ask: Ask) -> Safe {
    match ask {
        Ask::Failed => {
            let worst = model.world.diagnosed_of(&known.task).and_then(|told| told.worst());
            worst
                .map(|found| Safe::new(format!("{} → {}", found.title.show_line(), found.next.show_line())))
                .unwrap_or_default()
        }
        Ask::Orphaned => Safe::new("its run is gone, the task still says that it works"),
        _ => Safe::new("the agent has stopped to ask, and waits for an answer"),
    }
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = model.place.panes().body.map_or(1, |body| inbox::rows(body).max(2) - 1);
    match intent {
        Intent::Enter => enter(model, effects),
        Intent::Detail => detail(model, effects),
        Intent::Mark => toggle(model, effects),
        Intent::MarkAll => all_read(model, effects),
        Intent::Back | Intent::Inbox => close(model),
        moved => match rows_by(moved, page) {
            Some(by) => step(model, by),
            None => return false,
        },
    }
    true
}

pub fn step(model: &mut Model, by: isize) {
    let inbox = &mut model.place.inbox;
    let Some(pane) = &mut inbox.pane else { return };
    let last = inbox.entries.len().saturating_sub(1);
    pane.index = pane.index.saturating_add_signed(by).min(last);
    pane.selected = inbox.entries.get(pane.index).map(Entry::key);
    model.dirty = true;
}

/// A click puts the cursor on an entry; a second one leads to where it is dealt with.
pub fn click(model: &mut Model, row: usize) -> bool {
    let height = model.place.panes().body.map_or(0, inbox::rows);
    let Some(pane) = &model.place.inbox.pane else { return false };
    let index = pane.top + row;
    if row >= height || index >= model.place.inbox.entries.len() {
        return false;
    }
    let by = index.cast_signed() - pane.index.cast_signed();
    step(model, by);
    true
}

fn mark(model: &mut Model, keys: Vec<(String, Option<Instant>)>, effects: &mut Vec<Effect>) {
    model.place.inbox.mark(keys.iter().map(|(key, at)| (key, *at)));
    model.dirty = true;
    keep(model, keys, effects);
}

/// When it counts as read: the service's clock may be ahead of ours.
fn read_at(entry: &Entry, now: Instant) -> Instant {
    entry.since.max(now)
}

fn toggle(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(entry) = model.place.inbox.selected() else { return };
    let at = (!model.place.inbox.is_read(entry)).then(|| read_at(entry, model.now));
    let keys = vec![(entry.key(), at)];
    mark(model, keys, effects);
}

fn all_read(model: &mut Model, effects: &mut Vec<Effect>) {
    let inbox = &model.place.inbox;
    let unread = inbox.entries.iter().filter(|entry| !inbox.is_read(entry));
    let keys: Vec<_> = unread.map(|entry| (entry.key(), Some(read_at(entry, model.now)))).collect();
    if keys.is_empty() {
        return model.notes.say(model.now, false, "all of it was read");
    }
    model.notes.say(model.now, false, format!("{} marked as read", keys.len()));
    mark(model, keys, effects);
}

fn detail(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(Entry { subject: Subject::Automation { .. }, .. }) = model.place.inbox.selected() {
        return enter(model, effects);
    }
    let task = model.place.inbox.selected().and_then(|entry| entry.subject.task().cloned());
    trail::through(model);
    if reveal(model, task.as_ref()) {
        actions::run(model, Intent::Detail, effects);
    }
}

/// Puts the queue's cursor on the task, with the inbox closed.
fn reveal(model: &mut Model, task: Option<&TaskRef>) -> bool {
    let known = task.is_some_and(|task| queue::reveal(model, &task.id));
    if known {
        actions::focus(model, Pane::Queue);
    } else {
        model.notes.say(model.now, true, "its task is not known any more");
        model.dirty = true;
    }
    known
}

/// To where it is dealt with; with that it has been read.
fn enter(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(entry) = model.place.inbox.selected().cloned() else { return };
    if !model.place.inbox.is_read(&entry) {
        let at = read_at(&entry, model.now);
        mark(model, vec![(entry.key(), Some(at))], effects);
    }
    trail::through(model);
    match &entry.subject {
        Subject::Automation { at, .. } => {
            close(model);
            if !pane::show(model, at) {
                model.notes.say(model.now, true, "the automation is not known any more");
            }
        }
        Subject::Line(row) => {
            ledger::open(model, String::new(), effects);
            ledger::go_to(model, row.at);
        }
        Subject::Pull { task, id, .. } => {
            actions::focus(model, Pane::Reviews);
            if !reviews::reveal(model, &(task.repo.clone(), *id)) {
                model.notes.say(model.now, true, "its pull request is not known any more");
            }
        }
        Subject::Task(task) => {
            if reveal(model, Some(task)) {
                actions::focus(model, Pane::Log);
                model.place.inbox.evidence = (entry.ask == Ask::Failed).then(|| task.id.clone());
            }
        }
    }
}

/// The log of what failed opens where it says why, as soon as it is there.
fn show_evidence(model: &mut Model) {
    let Some(wanted) = &model.place.inbox.evidence else { return };
    let looks_elsewhere = model.place.focus != Pane::Log || model.queue.selected.as_ref() != Some(wanted);
    let shown = model.log.shown.as_ref().filter(|shown| shown.task.as_ref() == Some(wanted));
    let is_there = shown.is_some_and(|shown| shown.complete && !shown.judged.findings().is_empty());
    let is_empty = shown.is_some_and(|shown| shown.complete && shown.judged.has_ended());
    if looks_elsewhere || is_there || is_empty {
        model.place.inbox.evidence = None;
    }
    if is_there && !looks_elsewhere {
        diagnosis::jump(model);
    }
}

#[cfg(test)]
mod tests;
