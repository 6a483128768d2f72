//! News of what the operator asked for.

use super::{cancel, compose, found, inbox, ledger, net, queue, record};
use crate::console::effect::Effect;
use crate::console::event::{BudgetNews, Op};
use crate::console::state::Model;
use crate::console::state::place::Pane;
use crate::domain::{Fault, FaultKind, Instant, Task, age};

/// The new task is in the queue at once and under the cursor.
fn started(model: &mut Model, task: Task, pull_asked: bool) {
    let id = task.at.id.clone();
    model.notes.say(model.now, false, format!("started in {}: {}", task.at.repo, task.name.show_line()));
    net::merge_task(model, task);
    if let Some(known) = model.world.tasks.get_mut(&id) {
        known.changed = false;
        known.evidence.pull_asked = pull_asked;
    }
    queue::rebuild(model);
    queue::reveal(model, &id);
}

/// A start that nobody knew the outcome of: the cursor stays where it is, for this comes when it comes.
fn settled(model: &mut Model, claimed_at: Instant, task: Task) {
    let when = age::short(model.now - claimed_at);
    let said = format!("the start of {when} ago in {} had happened: {}", task.at.repo, task.name.show_line());
    model.notes.say(model.now, false, said);
    net::merge_task(model, task);
    model.dirty = true;
}

fn refused(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::UnknownOutcome => format!("the start may have happened: {fault}"),
        _ => format!("not started: {fault}"),
    }
}

pub fn news(model: &mut Model, op: Op, effects: &mut Vec<Effect>) {
    match op {
        Op::Ledger(news) => ledger::news(model, news),
        Op::Unresolved(rows) => inbox::unresolved(model, rows),
        Op::Ring(bytes) => effects.push(Effect::Ring(bytes)),
        Op::Cancel(progress) => cancel::progress(model, progress),
        Op::Started { request, result } => {
            model.dirty = true;
            let pull_asked = compose::asked_pull(model, request);
            compose::started(model, request, &result, effects);
            match result {
                Ok(task) => started(model, *task, pull_asked),
                // What the form says of it goes with the form; this stays to be read.
                Err(fault) => model.notes.say(model.now, true, refused(&fault)),
            }
        }
        Op::Settled { claimed_at, task } => settled(model, claimed_at, *task),
        Op::Weighed { repo, facts, policy } => {
            model.compose.gate.learn(repo, *facts, policy);
            model.dirty |= model.place.focus == Pane::Compose;
        }
        Op::Note { bad, text } => {
            model.notes.say(model.now, bad, text);
            model.dirty = true;
        }
        Op::Agents { repo, result } => {
            compose::agents(model, &repo, result);
            model.dirty |= model.place.focus == Pane::Compose;
        }
        Op::Record(news) => record::news(model, *news),
        Op::Grep(news) => found::news(model, news),
        Op::Budget(budget) => {
            // What only `:budget` tells moves with every request.
            let shown = |budget: &BudgetNews| (budget.spent, budget.allowed);
            model.dirty |= shown(&model.world.budget) != shown(&budget);
            model.world.budget = budget;
        }
    }
}
