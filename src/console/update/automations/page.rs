//! The page of one automation: moved in, and the ways from it to its runs and back.

use super::{calendar, pane};
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::automations::Known;
use crate::console::state::automations::page::{Page, To, lines};
use crate::console::state::place::Pane;
use crate::console::update::{actions, queue, scroll, trail};
use crate::domain::{TaskId, TaskRef};
use crate::text::Untrusted;

/// An intent pressed on it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let height = model.place.panes().body.map_or(1, |body| body.body_rows().max(2) - 1);
    if intent == Intent::Back && trail::lead_back(model, effects) {
        return true;
    }
    let Some(page) = model.place.automations.as_mut().and_then(|pane| pane.page.as_mut()) else { return false };
    let at = &mut page.cursor;
    match intent {
        Intent::NextEntry | Intent::PreviousEntry => {
            if !page.to_run(intent == Intent::NextEntry) {
                model.notes.say(model.now, false, "there is no further run here");
            }
        }
        Intent::Enter | Intent::Detail => enter(model, intent, effects),
        Intent::Calendar => {
            close(model);
            calendar::open(model);
        }
        Intent::Open => give(model, Effect::Open, "opening", effects),
        Intent::Copy => give(model, Effect::Copy, "copied", effects),
        Intent::Back | Intent::Automations => close(model),
        moved => match scroll::through(moved, *at, height, scroll::ENDLESS) {
            Some(row) => *at = row,
            None => return false,
        },
    }
    true
}

fn close(model: &mut Model) {
    if let Some(pane) = &mut model.place.automations {
        pane.page = None;
    }
}

/// To the log or the detail of the run under the cursor, or to the page of the automation the line names.
fn enter(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) {
    let page = model.place.automations.as_ref().and_then(|pane| pane.page.as_ref());
    match page.and_then(Page::selected).cloned() {
        Some(To::Automation(at)) => {
            pane::show(model, &at);
        }
        Some(To::Run(task)) => to_run(model, &task.id, intent, effects),
        None => {
            let text = model.filled("no run is on this line — {automation.next-entry} goes to the next one");
            model.notes.say(model.now, false, text);
        }
    }
}

fn to_run(model: &mut Model, task: &TaskId, intent: Intent, effects: &mut Vec<Effect>) {
    if !queue::reveal(model, task) {
        let text =
            model.filled("the task is not among those that are watched — {automation.open} opens it in the browser");
        return model.notes.say(model.now, true, text);
    }
    trail::through(model);
    if intent == Intent::Detail {
        let focus = model.place.focus;
        actions::focus(model, focus);
        actions::run(model, Intent::Detail, effects);
    } else {
        actions::focus(model, Pane::Log);
    }
}

/// Hands its address to the browser or the clipboard. The service gives it, or there is none: it is never built.
pub fn give(model: &mut Model, effect: fn(Untrusted) -> Effect, verb: &'static str, effects: &mut Vec<Effect>) {
    let Some(known) = model.automation() else {
        return model.notes.say(model.now, false, "there is no automation under the cursor");
    };
    let told = match run_under_the_cursor(model) {
        Some(run) => address_of_run(model, known, &run),
        None => ["html_url", "url"]
            .into_iter()
            .find_map(|key| known.automation.other.get(key)?.as_str())
            .map(Untrusted::from),
    };
    match told.filter(|address| !address.is_empty()) {
        Some(address) => {
            model.notes.say(model.now, false, format!("{verb} {}", address.show_line()));
            effects.push(effect(address));
        }
        None if verb == "copied" => {
            let Some(name) = pane::named(model) else { return };
            model.notes.say(model.now, false, format!("the service tells no address: copied {name}"));
            effects.push(effect(name.as_str().into()));
        }
        None => model.notes.say(model.now, true, "the service tells no address of it"),
    }
}

fn run_under_the_cursor(model: &Model) -> Option<TaskRef> {
    match model.place.automations.as_ref()?.page.as_ref()?.selected()? {
        To::Run(task) => Some(task.clone()),
        To::Automation(_) => None,
    }
}

fn address_of_run(model: &Model, known: &Known, run: &TaskRef) -> Option<Untrusted> {
    let told = || known.runs.iter().find(|task| task.at == *run)?.html_url.clone();
    model.world.tasks.get(&run.id).and_then(|task| actions::address(model, task)).or_else(told)
}

/// The lines made anew where something of them may read differently; gone with its automation.
pub fn settle(model: &mut Model) {
    let Some(body) = model.place.panes().body else { return };
    let Some(mut pane) = model.place.automations.take() else { return };
    let known = pane.page.as_ref().map(|page| model.world.automations.known.get(&page.at));
    if let Some(None) = known {
        pane.page = None;
        model.notes.say(model.now, true, "the automation is gone, or not visible to this token any more");
        model.dirty = true;
    }
    let wanted = (body.width, model.world.automations.revision, model.now);
    let is_stale = |page: &Page| page.made != Some(wanted) && (model.dirty || page.made.is_none());
    // What is said of it is found among the rows.
    let page = pane.page.take();
    model.place.automations = Some(pane);
    let Some(mut page) = page else { return };
    if is_stale(&page)
        && let Some(known) = model.world.automations.known.get(&page.at)
    {
        page.lines = lines(model, known, body.width);
        page.made = Some(wanted);
    }
    page.settle(body.body_rows());
    if let Some(pane) = &mut model.place.automations {
        pane.page = Some(page);
    }
}
