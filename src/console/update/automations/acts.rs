//! What is done to automations: asked first, pinned to what was seen, one order of one automation at a time.
//!
//! ```text
//! key ──pinned──> the policy is asked ──refused──> said, nothing stands
//!                       └──> question ──yes──> under way ──> done, said
//!                               ^                 ├── not done: why, and what to do
//!                               │                 ├── a run: accepted ──> its task, or that none was seen
//!                               └── take the new one ── edited since: both versions
//! ```

use super::{draft, form, question, stale};
use crate::console::automations::{Became, News, NotDone, Wish};
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::automations::desk::{Asking, Said};
use crate::console::state::automations::form::{Purpose, Waits};
use crate::console::update::{actions, dialog, net};
use crate::domain::automation::{Act, Pinned, RunOrder};
use crate::domain::policy::{Judgement, Verdict};
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, FaultKind, Instant, Task};

/// What was asked for beside the poller.
pub fn news(model: &mut Model, news: News, effects: &mut Vec<Effect>) {
    model.dirty = true;
    match news {
        News::Policy(policy) => {
            model.world.automations.hold_to(policy);
            form::refresh(model);
        }
        News::Offers(repo, result) => {
            model.world.automations.desk.learn_offers(repo.clone(), result);
            form::offered(model, &repo);
        }
        News::Judged(order, judgement) => judged(model, &order, &judgement),
        News::Acted { order, result } => done(model, &order, result, effects),
        News::Ran { order, task } => ran(model, &order, task.map(|task| *task)),
    }
}

/// False: no key that does something to an automation.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    match intent {
        Intent::New => form::create(model, None, effects),
        Intent::Switch => {
            if let Some((automation, pinned)) = target(model) {
                let on = !automation.switch.is_on();
                ask(model, automation.at.repo, Act::Switch(pinned, on), effects);
            }
        }
        Intent::Delete => {
            if let Some((automation, pinned)) = target(model) {
                ask(model, automation.at.repo, Act::Delete(pinned), effects);
            }
        }
        Intent::RunNow => {
            if let Some((automation, pinned)) = target(model) {
                if automation.trigger_list().is_empty() {
                    ask(model, automation.at.repo, Act::Run(pinned, RunOrder::default()), effects);
                } else {
                    form::run(model, &automation, effects);
                }
            }
        }
        Intent::Edit => {
            if let Some((automation, _)) = target(model) {
                form::edit(model, &automation, effects);
            }
        }
        _ => return false,
    }
    model.dirty = true;
    true
}

/// The automation that is looked at, as it is seen, if something may be done to it now.
fn target(model: &mut Model) -> Option<(Automation, Pinned)> {
    let Some(known) = model.automation() else {
        say(model, true, "no automation is selected");
        return None;
    };
    let automation = known.automation.clone();
    let Some(pinned) = Pinned::of(&automation) else {
        say(model, true, "what it says is still being read: try again in a moment");
        return None;
    };
    if model.world.automations.desk.is_acting(&automation.at) {
        say(model, true, UNDER_WAY);
        return None;
    }
    Some((automation, pinned))
}

const UNDER_WAY: &str = "what was asked for it before is still under way";

pub(super) fn say(model: &mut Model, bad: bool, text: impl AsRef<str>) {
    model.notes.say(model.now, bad, text);
    model.dirty = true;
}

fn ask(model: &mut Model, repo: crate::domain::RepoName, act: Act, effects: &mut Vec<Effect>) {
    ask_of(model, AutomationOrder::new(uuid::Uuid::nil(), repo, act), effects);
}

/// What the policy says comes first; then it is asked.
pub(super) fn ask_of(model: &mut Model, order: AutomationOrder, effects: &mut Vec<Effect>) {
    if model.settings.read_only {
        return actions::refuse(model);
    }
    let from = model.screen();
    model.world.automations.desk.asking = Some(Box::new(Asking { order: order.clone(), from }));
    say(model, false, "asking what the policy says …");
    effects.push(Effect::Automations(Wish::Judge(Box::new(order))));
}

/// What the policy says of the order that is to be asked about. Of any other it is of no use any more.
fn judged(model: &mut Model, order: &AutomationOrder, judgement: &Judgement) {
    let desk = &mut model.world.automations.desk;
    let Some(asking) = desk.asking.take_if(|asking| asking.order == *order) else { return };
    if let Some(form) = desk.form.as_deref_mut().filter(|form| form.waits == Some(Waits::Verdict)) {
        form.waits = None;
        form.judged = Some(judgement.clone());
    }
    if model.settings.read_only {
        return actions::refuse(model);
    }
    if model.context() != asking.from {
        return say(model, false, "nothing was asked: you had gone elsewhere");
    }
    if judgement.verdict() == Verdict::Refused {
        return say(model, true, format!("nothing was sent: {}", judgement.line()));
    }
    model.notes.current = None;
    let question = question::of(model, asking.order, judgement);
    dialog::open(model, question);
}

/// Yes was said: the one place an order leaves the console, under the id its answer will name.
pub fn confirmed(
    model: &mut Model,
    mut order: Box<AutomationOrder>,
    (asked_at, reason): (Instant, Option<String>),
    effects: &mut Vec<Effect>,
) {
    let at = order.at();
    let desk = &mut model.world.automations.desk;
    if at.as_ref().is_some_and(|at| desk.is_acting(at)) {
        return say(model, true, UNDER_WAY);
    }
    let of_form = desk.form.as_deref_mut().filter(|form| form.waits.is_none() && form.order() == *order);
    order.reason = reason;
    order.id = dialog::made_id(asked_at, &order);
    if let Some(form) = of_form {
        form.fault = None;
        form.waits = Some(Waits::Answer(order.id));
    }
    desk.acting.push((order.id, at));
    say(model, false, format!("{} …", order.words()));
    effects.push(Effect::Automations(Wish::Act(order)));
}

/// The last word about an automation, in the footer now and on its page until the next.
fn tell(model: &mut Model, at: Option<AutomationRef>, bad: bool, text: &str) {
    if let Some(at) = at {
        let said = Said { at: model.now, bad, text: crate::text::Safe::new(text) };
        model.world.automations.desk.said.insert(at, said);
    }
    model.dirty = true;
    if bad {
        return model.notes.say(model.now, true, text);
    }
    // What was asked for stays long enough to be read.
    model.notes.tell(model.now, text);
}

/// What became of an order.
fn done(model: &mut Model, order: &AutomationOrder, result: Result<Became, NotDone>, effects: &mut Vec<Effect>) {
    let desk = &mut model.world.automations.desk;
    let is_under_way = matches!(result, Ok(Became::Accepted));
    // An answer that comes twice, or to nothing that was asked, says what is so and no more.
    let ours = desk.acting.iter().any(|(id, _)| *id == order.id);
    if !is_under_way {
        desk.over(order.id);
    }
    match result {
        Ok(became) => {
            if let Some(form) = desk.sent_form(order.id) {
                draft::forget(form, effects);
                desk.form = None;
            }
            well(model, order, became);
        }
        Err(not_done) => {
            badly(model, order, not_done, ours);
            // That it may have been sent is a part of the draft.
            draft::keep(model, effects);
        }
    }
}

fn well(model: &mut Model, order: &AutomationOrder, became: Became) {
    let name = order.name().show_line();
    match became {
        Became::Stands(automation) => {
            let at = automation.at.clone();
            let text = match &order.act {
                Act::Create(_) => format!("“{name}” was created in {}", order.repo),
                Act::Switch(_, true) => match automation.next_run(model.now) {
                    Some(next) => {
                        let next = crate::domain::automation::schedule::next_words(next, &model.settings.zone);
                        format!("“{name}” is on; next run {next}")
                    }
                    None => format!("“{name}” is on"),
                },
                Act::Switch(_, false) => format!("“{name}” is off: nothing runs by it any more"),
                _ => format!("“{name}” was changed"),
            };
            model.world.automations.stands(*automation, model.now);
            if let (Act::Create(_), Some(pane)) = (&order.act, &mut model.place.automations) {
                pane.selected = Some(at.clone());
            }
            tell(model, Some(at), false, &text);
        }
        Became::Accepted => {
            tell(model, order.at(), false, &format!("the run of “{name}” was accepted; its task is being looked for"));
        }
        Became::Deleted => {
            if let Some(at) = order.at() {
                model.world.automations.gone(&at);
                model.world.automations.desk.said.remove(&at);
            }
            say(model, false, format!("“{name}” in {} was deleted", order.repo));
        }
    }
}

fn badly(model: &mut Model, order: &AutomationOrder, NotDone { fault, judged, edited }: NotDone, ours: bool) {
    let text = meaning(order, &fault);
    if let Some(form) = model.world.automations.desk.sent_form(order.id) {
        form.waits = None;
        form.maybe_sent |= fault.kind == FaultKind::UnknownOutcome;
        form.fault = Some(fault);
        if let Some(judged) = judged {
            form.judged = Some(*judged);
        }
    }
    if let Some(edited) = edited {
        model.world.automations.stands((*edited).clone(), model.now);
        if ours {
            stale::found(model, order, *edited);
        }
    }
    tell(model, order.at(), true, &text);
}

/// What a refusal, or an answer that was lost, means for whoever asked.
fn meaning(order: &AutomationOrder, fault: &Fault) -> String {
    let (words, name) = (order.words(), order.name().show_line());
    match fault.kind {
        FaultKind::UnknownOutcome => format!("{words}: it may have happened, and does not show: {fault}"),
        FaultKind::Conflict => format!("“{name}” is not what it was: {fault}"),
        FaultKind::NotFound | FaultKind::Gone => {
            format!("“{name}” is not there any more, or automations are not offered to this account: {fault}")
        }
        FaultKind::Permission => format!("could not {words}, which takes a right that is missing: {fault}"),
        FaultKind::Invalid => format!("the service does not take it as it is written: {fault}"),
        _ => format!("could not {words}: {fault}"),
    }
}

/// What was looked for after a run was accepted.
fn ran(model: &mut Model, order: &AutomationOrder, task: Option<Task>) {
    model.world.automations.desk.over(order.id);
    let name = order.name().show_line();
    let Some(mut task) = task else {
        let text = format!(
            "no task of “{name}” was seen: its run was accepted and may still come — look at its runs before you ask again"
        );
        return tell(model, order.at(), true, &text);
    };
    if task.automation.is_none() {
        task.automation = order.at().map(|at| at.id);
    }
    let text = format!("“{name}” runs: {}", task.name.show_line());
    net::merge_task(model, task);
    tell(model, order.at(), false, &text);
}

/// Whether an order that makes a form go is of the form that is open.
pub(super) fn is_of_form(model: &Model, at: Option<&AutomationRef>) -> bool {
    let form = model.world.automations.desk.form.as_deref();
    form.is_some_and(|form| matches!(form.purpose, Purpose::Edit(_) | Purpose::Run(..)) && form.about().as_ref() == at)
}
