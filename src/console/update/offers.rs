//! What may stand at the cursor of the query being typed: offered as it is typed, taken key by key.
//!
//! ```text
//! edit ──> offered ──tab──> the first stands in the line ──tab──> the next in its place …
//!          ╰──┼───└──→──> taken: what may follow is offered
//!       click └──esc, click elsewhere──> closed until the next edit, or tab
//! ```

use super::{command, line};
use crate::console::state::Model;
use crate::console::state::line::{Line, LineKind, Offers};
use crate::domain::Automation;
use crate::domain::automation::{Switch, query};
use crate::domain::query::{Completions, Tasks, Vocabulary, Wrong, complete, unfinished_of};
use crate::text::Untrusted;
use crate::transcript::filter;

/// Branches are taken from so many of the first tasks: there is about one a task.
const BRANCHES: usize = 2000;

/// After an edit: offers what could be meant by what is being typed.
pub fn renew(model: &mut Model) {
    let offers = model.line.as_ref().and_then(|line| {
        let typed = line.text.get(..line.cursor).unwrap_or_default();
        // Where nothing is begun, nothing pushes itself forward.
        let begun = typed.ends_with(|c: char| !c.is_whitespace());
        begun.then(|| found(model)).flatten()
    });
    if let Some(line) = &mut model.line {
        line.offers = offers;
    }
}

/// The next of them, or the one before, stands in the line. One alone is taken at once.
pub fn choose(model: &mut Model, forward: bool) {
    if model.line.as_ref().is_some_and(|line| line.offers.is_none()) {
        let found = found(model);
        if let Some(line) = &mut model.line {
            line.offers = found;
        }
    }
    let Some(line) = &mut model.line else { return };
    let Some(offers) = &mut line.offers else { return };
    let (count, is_command) = (offers.all.len(), line.kind == LineKind::Command);
    let at = match offers.at {
        None if forward => 0,
        None => count - 1,
        Some(at) if forward => (at + 1) % count,
        Some(at) => (at + count - 1) % count,
    };
    put(model, at);
    match (count, is_command) {
        // Behind a command's word the next one begins.
        (1, true) => go_on(model),
        (1, false) => renew(model),
        _ => {}
    }
}

/// One of them stands in the line.
fn put(model: &mut Model, at: usize) {
    let Some(line) = &mut model.line else { return };
    let Some(offers) = &mut line.offers else { return };
    let Some(insert) = offers.all.get(at).map(|offer| offer.insert.clone()) else { return };
    offers.at = Some(at);
    let replace = offers.replace.clone();
    offers.replace = replace.start..replace.start + insert.len();
    line.text.replace_range(replace.clone(), &insert);
    line.cursor = replace.start + insert.len();
    line.back = 0;
    line::follow(model);
}

/// Takes the one that stands in the line, or the first, and goes on to what may follow. False: nothing is offered, or
/// the cursor has a character to step over.
pub fn take(model: &mut Model) -> bool {
    let at_end = |line: &&Line| line.cursor == line.text.len();
    let Some(chosen) = model.line.as_ref().filter(at_end).and_then(|line| Some(line.offers.as_ref()?.at.is_some()))
    else {
        return false;
    };
    if !chosen {
        choose(model, true);
    }
    go_on(model);
    true
}

/// What may follow is offered, behind a blank where a word has ended.
fn go_on(model: &mut Model) {
    let Some(line) = &mut model.line else { return };
    let at_end = line.cursor == line.text.len();
    if at_end && !line.text.ends_with(':') && !line.text.ends_with(' ') {
        line.insert(" ");
        line::follow(model);
    }
    renew(model);
}

/// A click while they are open takes the one under the pointer, and closes them anywhere else. False: none are open.
pub fn click(model: &mut Model, column: u16, row: u16) -> bool {
    let Some(offers) = model.line.as_ref().and_then(|line| line.offers.as_ref()) else { return false };
    let area = offers.area(&model.place);
    // The first row is the rule.
    let below = row.checked_sub(area.y + 1).filter(|_| area.contains(column, row));
    let at = below.map(|below| offers.first(area) + usize::from(below)).filter(|at| *at < offers.all.len());
    match at {
        Some(at) => {
            put(model, at);
            go_on(model);
        }
        None => {
            close(model);
        }
    }
    model.dirty = true;
    true
}

/// The pointer is on them.
pub fn cover(model: &Model, column: u16, row: u16) -> bool {
    let offers = model.line.as_ref().and_then(|line| line.offers.as_ref());
    offers.is_some_and(|offers| offers.area(&model.place).contains(column, row))
}

/// Escape closes them where one of them was chosen; those of a command that were not go with the line. False: none.
pub fn dismiss(model: &mut Model) -> bool {
    let goes = |line: &Line| line.kind == LineKind::Command && line.offers.as_ref().is_some_and(|o| o.at.is_none());
    !model.line.as_ref().is_some_and(goes) && close(model)
}

/// Closes them. False: none are open.
pub fn close(model: &mut Model) -> bool {
    model.line.as_mut().is_some_and(|line| line.offers.take().is_some())
}

fn found(model: &Model) -> Option<Offers> {
    let line = model.line.as_ref()?;
    let completions = match line.kind {
        LineKind::QueueFilter => of_query(model, &line.text, line.cursor),
        LineKind::AutomationFilter => of_automations(model, &line.text, line.cursor),
        LineKind::Command => command::complete(model, &line.text, line.cursor),
        LineKind::LogFilter => filter::complete(&line.text, line.cursor),
        _ => return None,
    };
    let same = |insert: &str| line.text.get(completions.replace.clone()) == Some(insert);
    let all: Vec<_> = completions.all.into_iter().filter(|offer| !same(&offer.insert)).collect();
    (!all.is_empty()).then_some(Offers { replace: completions.replace, all, at: None })
}

/// What a query of the queue can go on with.
pub fn of_query(model: &Model, text: &str, cursor: usize) -> Completions {
    of_tasks(model, |vocabulary| complete(text, cursor, vocabulary))
}

/// A name in a query of the queue that was not typed to its end.
pub fn unfinished(model: &Model, text: &str) -> Option<Wrong> {
    of_tasks(model, |vocabulary| unfinished_of::<Tasks>(text, vocabulary))
}

fn of_tasks<T>(model: &Model, ask: impl FnOnce(&Vocabulary<'_>) -> T) -> T {
    let seen = &model.world.seen;
    // Whatever the query lets through: half a branch matches nothing yet.
    let first = model.queue.roster.order.iter().take(BRANCHES).filter_map(|place| model.world.tasks.at(place.slot));
    let mut branches: Vec<Untrusted> = first.filter_map(|known| known.task.head_ref().cloned()).collect();
    branches.sort();
    let known = model.world.automations.known.values();
    let automations: Vec<Untrusted> = known.map(|known| known.automation.name.clone()).collect();
    let vocabulary = Vocabulary {
        repos: &model.settings.repos,
        automations: &automations,
        logins: seen.logins.all(),
        agents: seen.agents.all(),
        models: seen.models.all(),
        branches: &branches,
        rules: seen.rules.all(),
        states: seen.states.all(),
    };
    ask(&vocabulary)
}

/// What a query of automations can go on with.
pub fn of_automations(model: &Model, text: &str, cursor: usize) -> Completions {
    of_pane(model, |vocabulary| query::complete(text, cursor, vocabulary))
}

/// A name in a query of automations that was not typed to its end.
pub fn unfinished_of_automations(model: &Model, text: &str) -> Option<Wrong> {
    of_pane(model, |vocabulary| unfinished_of::<query::Automations>(text, vocabulary))
}

fn of_pane<T>(model: &Model, ask: impl FnOnce(&query::Vocabulary<'_>) -> T) -> T {
    let all = || model.world.automations.known.values().map(|known| &known.automation);
    let once = |names: Vec<&Untrusted>| -> Vec<Untrusted> {
        let mut names: Vec<Untrusted> = names.into_iter().cloned().collect();
        names.sort();
        names.dedup();
        names
    };
    let names = once(all().map(|one| &one.name).collect());
    let logins = once(all().filter_map(|one| one.creator.as_ref()?.login.as_ref()).collect());
    let models = once(all().filter_map(|one| one.model.as_ref()).collect());
    let triggers = once(all().flat_map(Automation::trigger_list).map(|trigger| &trigger.id).collect());
    let reasons = once(
        all()
            .filter_map(|one| match &one.switch {
                Switch::Off(off) => off.reason.as_ref(),
                Switch::On | Switch::Untold => None,
            })
            .collect(),
    );
    let broken = model.world.automations.pointed().flat_map(|(_, pointed)| &pointed.violations);
    let mut rules: Vec<Untrusted> = broken.map(|found| found.rule.as_str().into()).collect();
    rules.sort();
    rules.dedup();
    let vocabulary = query::Vocabulary {
        repos: &model.settings.repos,
        names: &names,
        logins: &logins,
        models: &models,
        triggers: &triggers,
        rules: &rules,
        reasons: &reasons,
    };
    ask(&vocabulary)
}
