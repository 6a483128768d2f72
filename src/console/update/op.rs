//! News of what the operator asked for.

use super::{
    automations, cancel, cancels, compose, doctor, follow_up, found, inbox, ledger, net, queue, record, reviews,
};
use crate::console::effect::Effect;
use crate::console::event::{BudgetNews, Checkout, Op};
use crate::console::state::Model;
use crate::console::state::compose::Draft;
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

/// The form opens on what was found; what the agent will not see is said where it can be read.
fn here(model: &mut Model, found: Result<Checkout, Fault>, effects: &mut Vec<Effect>) {
    model.dirty = true;
    let Checkout { repo, base_ref, head_ref, unseen } = match found {
        Ok(checkout) => checkout,
        Err(fault) => return model.notes.say(model.now, true, fault.to_string()),
    };
    let said = format!("from this checkout of {repo}");
    let draft = Draft { repo: Some(repo), base_ref, head_ref, ..Draft::default() };
    compose::open(model, Some(draft), effects);
    match unseen {
        Some(unseen) => model.notes.say(model.now, true, unseen),
        None => model.notes.say(model.now, false, said),
    }
}

pub fn news(model: &mut Model, op: Op, effects: &mut Vec<Effect>) {
    match op {
        Op::Automations(news) => automations::news(model, *news, effects),
        Op::Ledger(news) => ledger::news(model, news),
        Op::Issue(news) => compose::issue_news(model, news, effects),
        Op::Examined(news) => doctor::news(model, news),
        Op::ReadOnly(why) => doctor::read_only(model, why),
        Op::Reviews(news) => reviews::news(model, *news, effects),
        Op::Unresolved(rows) => inbox::unresolved(model, rows),
        Op::Ring(bytes) => effects.push(Effect::Ring(bytes)),
        Op::Cancel(progress) => cancel::progress(model, progress),
        Op::FollowedUp(told) => follow_up::told(model, *told, effects),
        Op::FollowedBefore(earlier) => follow_up::earlier(model, *earlier, effects),
        Op::Ruled(ruled) => cancels::ruled(model, *ruled),
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
        Op::Settled { claimed_at, task } => {
            compose::plan_settled(model, &task, effects);
            settled(model, claimed_at, *task);
        }
        Op::Weighed { repo, facts, policy } => {
            model.compose.gate.learn(repo.clone(), *facts, policy);
            compose::weighed(model, &repo);
            model.dirty |= model.place.focus == Pane::Compose;
        }
        Op::Plan { plan, news } => compose::plan_news(model, plan, news, effects),
        Op::PlanKnown { plan, told } => compose::plan_known(model, plan, told, effects),
        Op::Found { id, text } => {
            model.notes.say(model.now, false, text);
            follow_up::draft::found(model, id, effects);
            model.dirty = true;
        }
        Op::Note { bad, text } => {
            model.notes.say(model.now, bad, text);
            model.dirty = true;
        }
        Op::Agents { repo, result } => {
            compose::agents(model, &repo, result);
            model.dirty |= model.place.focus == Pane::Compose;
        }
        Op::Here(found) => here(model, found, effects),
        Op::Record(news) => record::news(model, *news),
        Op::Grep(news) => found::news(model, news),
        Op::Budget(budget) => {
            // What only `:budget` tells moves with every request.
            let shown = |budget: &BudgetNews| (budget.spent, budget.allowed);
            model.place.header_moved |= shown(&model.world.budget) != shown(&budget);
            model.world.budget = budget;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::console::state::settings::Settings;
    use crate::console::update::command;
    use crate::domain::Instant;
    use crate::text::Safe;

    fn note(model: &Model) -> String {
        model.notes.current.as_ref().map(|note| note.text.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_task_is_written_for_the_checkout_and_what_is_not_pushed_is_said() {
        let mut model = Model::new(Instant::UNIX_EPOCH, Settings::default());
        let mut effects = Vec::new();
        command::run(&mut model, "here head", &mut effects).unwrap();
        assert_eq!(effects, [Effect::LookHere { go_on: true }]);
        assert!(command::run(&mut model, "here tail", &mut effects).is_err());
        let found = Checkout {
            repo: "acme/api".parse().unwrap(),
            base_ref: Some("main".into()),
            head_ref: Some("topic".into()),
            unseen: Some(Safe::new("2 commits not pushed: the agent will not see them")),
        };
        news(&mut model, Op::Here(Ok(found)), &mut effects);
        let request = model.compose.form.as_ref().unwrap().request().unwrap();
        assert_eq!(request.repo.as_str(), "acme/api");
        assert_eq!((request.base_ref.as_deref(), request.head_ref.as_deref()), (Some("main"), Some("topic")));
        assert!(model.place.focus == Pane::Compose && note(&model).contains("2 commits not pushed"));
    }

    #[test]
    fn where_there_is_no_checkout_nothing_opens_and_read_only_does_not_even_look() {
        let mut model = Model::new(Instant::UNIX_EPOCH, Settings::default());
        let fault = Fault::new(FaultKind::Local, "this is no checkout", "go into one");
        news(&mut model, Op::Here(Err(fault)), &mut Vec::new());
        assert!(model.compose.form.is_none() && note(&model).contains("no checkout"));
        model.settings.read_only = true;
        let mut effects = Vec::new();
        assert!(command::run(&mut model, "here", &mut effects).unwrap_err().contains("read-only"));
        assert_eq!(effects, []);
    }
}
