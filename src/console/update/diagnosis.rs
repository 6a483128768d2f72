//! Diagnosis: the log on the screen is judged as it grows and when it has ended; what is found goes into the world, for
//! rows, detail and queries, and what is final to the disk.

use std::sync::Arc;

use crate::console::effect::Effect;
use crate::console::event::LogOrigin;
use crate::console::state::Model;
use crate::console::state::evidence::ToldByLog;
use crate::console::state::layout::Area;
use crate::console::state::log::{LogPane, Shown};
use crate::console::state::world::World;
use crate::domain::{Diagnosed, TaskId};
use crate::text::Safe;
use crate::transcript::{Ending, Rules, RunFacts};

/// The rules were read. What is on the screen is judged by them.
pub fn rules(model: &mut Model, rules: Arc<Rules>) {
    for rule in rules.rules() {
        model.world.seen.rules.add(&rule.id);
    }
    if let Some(first) = rules.faults().first() {
        let (file, reason) = (first.file.show_line(), first.reason.show_line());
        let more = match rules.faults().len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more; the journal lists them)"),
        };
        model.notes.say(model.now, true, format!("{file}:{}: {reason}{more}", first.line));
    }
    model.log.rules = Some(rules);
    let LogPane { shown, beside, rules, .. } = &mut *model.log;
    for shown in shown.iter_mut().chain(beside) {
        judge(shown, rules.as_ref());
    }
}

/// Judges a log from its beginning.
pub(super) fn judge(shown: &mut Shown, rules: Option<&Arc<Rules>>) {
    // Of a log that is read by windows nobody has seen the whole: what is found in one says nothing.
    if shown.big.is_none() {
        shown.judged.anew(rules, &shown.transcript);
    }
}

/// Called at the end of every update: judges the end of the logs in sight once it has come, tells on what is new.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let pane = model.place.panes().log;
    let areas = pane.map(|pane| model.log.halves(pane));
    let Model { log, world, dirty, .. } = model;
    let own = areas.map(|(own, _)| own);
    let halves = [(&mut log.shown, own), (&mut log.beside, areas.and_then(|(_, other)| other))];
    let halves = halves.into_iter().filter_map(|(shown, area)| Some((shown.as_mut()?, area)));
    let tiles = log.wall.iter_mut().flat_map(|wall| &mut wall.tiles).map(|tile| (tile, None));
    for (shown, area) in halves.chain(tiles).filter(|(shown, _)| shown.big.is_none()) {
        if let Some(rules) = log.rules.as_ref().filter(|_| shown.judged.is_blank()) {
            shown.judged.anew(Some(rules), &shown.transcript);
        }
        shown.judged.end(&shown.transcript, ending(shown, world));
        *dirty |= tell(shown, world, effects) | keep_still(shown, area);
    }
}

/// Tells the world what was found. True: that is news.
fn tell(shown: &mut Shown, world: &mut World, effects: &mut Vec<Effect>) -> bool {
    let Some(told) = shown.session.as_ref().and_then(|session| shown.judged.take_news(session)) else { return false };
    let task = shown.task.as_ref().filter(|_| says_something(shown));
    let Some(task) = task.and_then(|task| Some(&world.tasks.get(task)?.task)) else { return false };
    let is_final = shown.judged.has_ended();
    let at = task.at.clone();
    let is_latest = task.latest_session().is_some_and(|latest| latest.id == told.session);
    effects.extend((is_final && is_latest).then(|| Effect::KeepDiagnosis(at.clone(), Box::new(told.clone()))));
    keep(world, &at.id, told, is_final)
}

/// The line of the finding came or went: a reader who has paused sees the same text in the same rows.
fn keep_still(shown: &mut Shown, area: Option<Area>) -> bool {
    let Some(area) = area else { return false };
    let has_line = shown.finding_row(area).is_some();
    let changed = std::mem::replace(&mut shown.judged.has_line, has_line) != has_line;
    if changed {
        shown.reader.nudge(shown.transcript.entries(), has_line);
    }
    changed
}

/// A list of steps, or nothing, says nothing of what the agent did.
fn says_something(shown: &Shown) -> bool {
    !shown.transcript.entries().is_empty() && shown.origin != Some(LogOrigin::JobSteps)
}

/// How the session of a log ended, once all of the log is there. A file is what there is.
fn ending(shown: &Shown, world: &World) -> Option<Ending> {
    if !shown.complete || !says_something(shown) {
        return None;
    }
    if shown.file.is_some() {
        return Some(Ending::default());
    }
    let session = shown.session.as_ref()?;
    let task = &world.tasks.get(shown.task.as_ref()?)?.task;
    let own = task.sessions.iter().flatten().find(|known| known.id == *session).map(|known| &known.state);
    // A task may have ended while its session still says that it runs: the task is right, about its latest.
    let is_latest = task.latest_session().is_some_and(|latest| latest.id == *session);
    let of_task = Ending::of(&task.state).filter(|_| is_latest);
    of_task.or_else(|| Ending::of(own?))
}

/// Puts what was found into the world. False: nothing of it is new, or nothing is known of the task.
fn keep(world: &mut World, task: &TaskId, told: Diagnosed, is_final: bool) -> bool {
    let Some(known) = world.tasks.get(task) else { return false };
    // What is read of a log before all of it is there is less than what was found in the whole.
    let less = !is_final && !known.task.state.is_active() && world.diagnosed.contains_key(&told.session);
    if less || world.diagnosed.get(&told.session) == Some(&told) {
        return false;
    }
    world.diagnosed.insert(told.session.clone(), told);
    // Rows and views look at it again.
    world.tasks.get_mut(task);
    true
}

/// A log that nobody looked at was diagnosed behind the screen.
pub fn told(model: &mut Model, task: &TaskId, told: Diagnosed, facts: Option<Box<RunFacts>>) {
    let by_screen = model.log.shown.as_ref().filter(|shown| shown.session.as_ref() == Some(&told.session));
    let judged = by_screen.is_some_and(|shown| shown.judged.has_ended());
    let session = told.session.clone();
    // Under the help nobody sees it.
    let seen = model.place.help.is_none();
    model.dirty |= !judged && keep(&mut model.world, task, told, true) && seen;
    let Some(told) = facts.and_then(|facts| ToldByLog::read(&session, &facts)) else { return };
    let Some(known) = model.world.tasks.get(task) else { return };
    let is_latest = known.task.latest_session().is_some_and(|latest| latest.id == session);
    if is_latest
        && known.evidence.log.as_deref() != Some(&told)
        && let Some(known) = model.world.tasks.get_mut(task)
    {
        known.evidence.log = Some(Box::new(told));
        model.dirty |= seen;
    }
}

/// The next finding's evidence, beginning with the worst's.
pub fn jump(model: &mut Model) {
    let now = model.now;
    let Some(shown) = &mut model.log.shown else { return };
    if shown.big.is_some() {
        return model.notes.say(now, false, "a log this large is read by windows and not diagnosed");
    }
    let all = shown.judged.findings().len();
    let Some((number, finding)) = shown.judged.go_on() else {
        let why = match (&model.log.rules, shown.complete) {
            (None, _) => "the rules of the diagnosis are not read yet",
            (_, true) => "no rule of the diagnosis holds for this log",
            (_, false) => "nothing was found so far; the end is judged when the session has ended",
        };
        return model.notes.say(now, false, why);
    };
    // The line above the log says what; here is what to do about it.
    let note = format!("{number} of {all} → {}", finding.next);
    let (entry, line) = (finding.evidence.entry, finding.evidence.line.show_line());
    shown.reader.show_words(shown.transcript.entries(), entry, &line);
    model.notes.say(now, false, Safe::new(note));
    model.dirty = true;
}
