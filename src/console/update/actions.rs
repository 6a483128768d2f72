//! What the keys and the commands do, outside the log, the compose form and the lines being typed.

use super::{cancel, cancel_marked, compose, dialog, line, log, open_marked, queue, scroll, tour, trail, wall};
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::compose::Draft;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::layout::COLUMNS_FROM;
use crate::console::state::line::LineKind;
use crate::console::state::place::Pane;
use crate::console::state::world::{Known, PullOf};
use crate::console::state::{Model, detail};
use crate::domain::Order;
use crate::domain::capability::ReadOnly;
use crate::domain::limited::{self, Hold};
use crate::text::{Safe, Untrusted};

/// Why nothing is changed, and what would be done about it.
pub fn read_only_words(model: &Model) -> String {
    let why = model.settings.why_read_only.clone().unwrap_or_else(ReadOnly::asked_for);
    format!("read-only, {}: nothing is changed from here — {}", why.why, why.next)
}

pub fn refuse(model: &mut Model) {
    if model.place.log_only {
        return only_a_file(model);
    }
    let words = read_only_words(model);
    model.notes.say(model.now, true, words);
    model.dirty = true;
}

/// Carries out an intent. Where it cannot, a note says why.
pub fn run(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) {
    if intent.writes() && model.settings.read_only {
        return refuse(model);
    }
    if model.place.log_only && !of_a_file(intent) {
        return only_a_file(model);
    }
    if scroll::intent(model, intent) {
        return;
    }
    if of_the_task(intent, model) && !on_its_task(model) {
        let reviews = "no task here names this pull request — {reviews.open} opens it in the browser";
        let text = match model.place.focus {
            Pane::Reviews if model.reviewed_pull().is_none() => "no pull request is selected",
            Pane::Reviews => reviews,
            _ => "its task is not known any more",
        };
        let text = model.filled(text);
        model.notes.say(model.now, true, text);
        model.dirty = true;
        return;
    }
    match intent {
        Intent::Quit => return quit(model, effects),
        Intent::Suspend => return effects.push(Effect::Suspend),
        Intent::Redraw => return effects.push(Effect::Redraw),
        Intent::Refresh => {
            effects.push(Effect::Refresh);
            model.notes.say(model.now, false, "asking every source …");
        }
        Intent::Mouse => mouse(model, !model.settings.mouse, effects),
        Intent::Cancel if on_the_marked(model) => cancel_marked::ask(model),
        Intent::Cancel => cancel::ask(model),
        Intent::Cancels => super::cancels::open(model),
        Intent::Open if on_the_marked(model) => open_marked::ask(model, effects),
        Intent::Open => give(model, Target::Address, Effect::Open, "opening", effects),
        Intent::Copy if on_the_marked(model) => copy_marked(model, effects),
        Intent::Copy => give(model, Target::Address, Effect::Copy, "copied", effects),
        Intent::CopyBranch => give(model, Target::Branch, Effect::Copy, "copied", effects),
        Intent::FollowUp => follow_up(model, effects),
        Intent::Retry => retry(model, effects),
        Intent::Ledger => super::ledger::open(model, String::new(), effects),
        Intent::Inbox => super::inbox::open(model, effects),
        Intent::Automations => super::automations::pane::open(model),
        Intent::Automation => super::automations::pane::of_task(model),
        Intent::Calendar => super::automations::calendar::open(model),
        Intent::Compose => compose_with(model, None, effects),
        Intent::Plan => compose::show_plan(model, effects),
        Intent::Back if model.place.help.is_none() && trail::lead_back(model, effects) => {}
        Intent::Back => back(model),
        Intent::GoBack => trail::step(model, false, effects),
        Intent::GoForward => trail::step(model, true, effects),
        Intent::NextPane => step_pane(model, true, effects),
        Intent::PreviousPane => step_pane(model, false, effects),
        _ => return go(model, intent),
    }
    model.dirty = true;
}

/// What makes sense where a saved log stands alone.
fn of_a_file(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::Quit
            | Intent::Suspend
            | Intent::Redraw
            | Intent::Help
            | Intent::Command
            | Intent::Back
            | Intent::Mouse
            | Intent::Filter
            | Intent::Log
            | Intent::Down
            | Intent::Up
            | Intent::PageDown
            | Intent::PageUp
            | Intent::Top
            | Intent::Bottom
    )
}

fn only_a_file(model: &mut Model) {
    let text = model.filled("a saved log is all that is open here — {global.quit} quits");
    model.notes.say(model.now, false, text);
    model.dirty = true;
}

/// Intents that only change where the operator is and how things stand.
fn go(model: &mut Model, intent: Intent) {
    let place = &mut model.place;
    match intent {
        Intent::Help => place.help = if place.help.is_some() { None } else { Some(0) },
        Intent::Command => line::open(model, LineKind::Command),
        Intent::Palette => super::palette::open(model),
        Intent::Queue => focus(model, Pane::Queue),
        Intent::Log => focus(model, Pane::Log),
        Intent::Reviews => focus(model, Pane::Reviews),
        Intent::Zoom => zoom(model),
        Intent::Layout => layout(model, None),
        Intent::Grow => resize(model, 1),
        Intent::Shrink => resize(model, -1),
        Intent::Filter if place.focus == Pane::Log => line::open(model, LineKind::LogSearch),
        Intent::Filter => {
            focus(model, Pane::Queue);
            line::open(model, LineKind::QueueFilter);
        }
        Intent::NextView => queue::step_view(model, true),
        Intent::PreviousView => queue::step_view(model, false),
        Intent::SortNext => queue::next_sort(model),
        Intent::SortReverse => {
            let order = model.queue.order();
            queue::set_sort(model, Order { reversed: !order.reversed, ..order });
        }
        Intent::GroupNext => queue::step_group(model),
        Intent::NextGroup => group(model, true),
        Intent::PreviousGroup => group(model, false),
        Intent::View(n) => view(model, usize::from(n).saturating_sub(1)),
        Intent::Mark => queue::mark(model),
        Intent::MarkRange => queue::mark_range(model),
        Intent::MarkAll => queue::mark_all(model),
        Intent::UnmarkAll => queue::unmark_all(model),
        Intent::Enter => enter(model),
        Intent::Detail => open_detail(model),
        _ => return,
    }
    model.dirty = true;
}

/// Gives a pane the keys.
pub fn focus(model: &mut Model, pane: Pane) {
    model.place.help = None;
    model.place.detail = None;
    model.log.wall = None;
    model.log.found = None;
    model.place.ledger.pane = None;
    super::automations::pane::close(model);
    model.place.cancels = None;
    model.place.doctor.pane = None;
    model.place.inbox.close();
    model.place.focus = pane;
    model.dirty = true;
}

fn step_pane(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    let panes: Vec<Pane> = Pane::ALL.into_iter().filter(|p| *p != Pane::Compose || !model.settings.read_only).collect();
    let at = panes.iter().position(|p| *p == model.place.focus).unwrap_or(0);
    let step = if forward { 1 } else { panes.len() - 1 };
    match panes.get((at + step) % panes.len()) {
        // A form that is open is gone on with; without one there is something to choose.
        Some(Pane::Compose) if model.compose.form.is_none() => compose_with(model, None, effects),
        Some(pane) => focus(model, *pane),
        None => {}
    }
}

fn back(model: &mut Model) {
    let place = &mut model.place;
    if place.help.is_some() {
        place.help = None;
    } else if place.detail.is_some() {
        place.detail = None;
    } else if model.log.wall.is_some() {
        model.log.wall = None;
    } else if place.log_only {
        let text = model.filled("{global.quit} quits");
        model.notes.say(model.now, false, text);
    } else if place.zoomed && place.may_zoom() {
        place.zoomed = false;
    } else if place.focus != Pane::Queue {
        place.focus = Pane::Queue;
    } else if !model.queue.typed.text.is_empty() {
        line::filter(model, String::new());
    } else if model.queue.tally().marked > 0 {
        queue::unmark_all(model);
    } else if model.notes.current.is_some() {
        model.notes.current = None;
    } else if tour::decline(model) {
        model.notes.say(model.now, false, "the tour is there whenever you want it: :tour");
    } else {
        let text = model.filled("{global.quit} quits");
        model.notes.say(model.now, false, text);
    }
}

/// Shows a saved view of the queue, wherever the operator is.
pub fn view(model: &mut Model, view: usize) {
    match model.settings.views.len() {
        all if view >= all => model.notes.say(model.now, true, format!("there are only {all} views")),
        _ => {
            focus(model, Pane::Queue);
            queue::set_view(model, view);
        }
    }
}

/// To the first row of the next group, or of this one and then the one before.
pub fn group(model: &mut Model, forward: bool) {
    if !queue::to_group(model, forward) {
        let text = model.filled("there are no groups — {queue.group-next} puts rows together");
        model.notes.say(model.now, false, text);
    }
}

fn enter(model: &mut Model) {
    if model.selected().is_none() {
        return model.notes.say(model.now, true, "no task is selected");
    }
    focus(model, Pane::Log);
}

fn open_detail(model: &mut Model) {
    if model.selected().is_some() {
        model.place.detail = Some(0);
    } else {
        model.notes.say(model.now, true, "no task is selected");
    }
}

/// What is done to one task, or with it.
fn of_the_task(intent: Intent, model: &Model) -> bool {
    match intent {
        Intent::Enter | Intent::Detail | Intent::Cancel | Intent::FollowUp | Intent::Retry | Intent::Automation => true,
        // In the reviews they are about the pull request.
        Intent::Open | Intent::CopyBranch => model.place.focus != Pane::Reviews || model.log.wall.is_some(),
        _ => false,
    }
}

/// In the reviews the task is the one behind the pull request under the cursor and no other, on the wall and in the log
/// that stays the one whose log it is.
fn on_its_task(model: &mut Model) -> bool {
    if model.place.detail.is_some() {
        return true;
    }
    if model.log.wall.is_some() {
        return wall::select_its_task(model);
    }
    match model.place.focus {
        Pane::Reviews => select_task_of_pull(model),
        Pane::Log => log::select_its_task(model),
        Pane::Queue | Pane::Compose => true,
    }
}

/// Puts the queue's cursor on the task behind the selected pull request.
fn select_task_of_pull(model: &mut Model) -> bool {
    let Some((repo, id)) = model.reviewed_pull().map(|pull| (pull.repo.clone(), pull.id)) else { return false };
    let task = model.world.task_of(&repo, id).map(|k| k.task.at.id.clone());
    task.is_some_and(|id| queue::reveal(model, &id))
}

fn zoom(model: &mut Model) {
    if model.place.may_zoom() {
        model.place.zoomed = !model.place.zoomed;
    } else {
        model.notes.say(model.now, false, "this pane has the whole screen already");
    }
}

fn resize(model: &mut Model, by: i16) {
    if !model.place.is_dashboard() {
        return model.notes.say(model.now, false, "sizes change where several panes stand together (from 30 rows on)");
    }
    let before = model.place.panes();
    let place = &mut model.place;
    match place.focus {
        Pane::Queue => place.queue_extra = place.queue_extra.saturating_add(by),
        Pane::Log => place.queue_extra = place.queue_extra.saturating_sub(by),
        Pane::Reviews => place.reviews_extra = place.reviews_extra.saturating_add(by),
        Pane::Compose => {}
    }
    // A wish that changes nothing is not remembered: it would have to be taken back key by key.
    if place.panes() == before {
        match place.focus {
            Pane::Queue => place.queue_extra = place.queue_extra.saturating_sub(by),
            Pane::Log => place.queue_extra = place.queue_extra.saturating_add(by),
            Pane::Reviews => place.reviews_extra = place.reviews_extra.saturating_sub(by),
            Pane::Compose => {}
        }
    }
}

/// Side by side or stacked; `None`: the other way.
pub fn layout(model: &mut Model, columns: Option<bool>) {
    model.place.columns = columns.unwrap_or(!model.place.columns);
    model.place.columns_chosen = true;
    model.dirty = true;
    if model.place.columns && model.place.size.width < COLUMNS_FROM {
        let text =
            format!("panes stand side by side from {COLUMNS_FROM} columns on; this is {}", model.place.size.width);
        model.notes.say(model.now, false, text);
    }
}

pub fn mouse(model: &mut Model, on: bool, effects: &mut Vec<Effect>) {
    model.settings.mouse = on;
    effects.push(Effect::Mouse(on));
    let text = if on {
        "mouse on — {global.mouse} leaves it to the terminal, which then selects text"
    } else {
        "mouse off: the terminal selects text — {global.mouse} takes it again"
    };
    let text = model.filled(text);
    model.notes.say(model.now, false, text);
}

/// Ends the program; what is being written is kept already.
pub fn leave(effects: &mut Vec<Effect>) {
    effects.push(Effect::Quit);
}

fn quit(model: &mut Model, effects: &mut Vec<Effect>) {
    let under_way = model.world.tasks.values().filter(|k| k.is_cancelling()).count();
    let plan = model.compose.plan.as_ref().filter(|plan| plan.is_running()).map(|plan| plan.progress());
    let desk = &model.world.automations.desk;
    // What is written is kept, but for what looks like a secret.
    let lost = desk.form.as_ref().is_some_and(|form| form.is_touched() && form.to_draft().is_none());
    let unkept = &model.compose.unkept;
    let orders = desk.acting.len();
    if under_way == 0 && plan.is_none() && !lost && unkept.is_none() && orders == 0 {
        return leave(effects);
    }
    let mut body = Vec::new();
    if let Some((over, all)) = plan {
        body.push(Safe::new(format!(
            "A plan is under way: {over} of {all} rows are over. What is not sent is kept in its draft and can be sent later."
        )));
    }
    if under_way > 0 {
        let what = if under_way == 1 { "A cancel is" } else { "Several cancels are" };
        body.push(Safe::new(format!(
            "{what} under way. What was requested stays requested: the next run looks how it ended. What waits for a run is dropped."
        )));
    }
    if orders > 0 {
        body.push(Safe::new(
            "What was asked for an automation is under way. It is in the ledger, and the next run looks what became of it.",
        ));
    }
    if let Some(fault) = unkept {
        body.push(Safe::new(format!("What was written is lost: {}.", fault.what)));
    }
    if lost {
        body.push(Safe::new(
            "An automation is being written, and something in it looks like a secret: it is not kept anywhere.",
        ));
    }
    dialog::open(model, Dialog::new(model.now, "Quit now?", body, "Yes, quit", Ask::Quit));
}

#[derive(Clone, Copy)]
enum Target {
    Address,
    Branch,
}

/// Hands an address or a branch to the browser or the clipboard.
fn give(
    model: &mut Model,
    target: Target,
    effect: fn(Untrusted) -> Effect,
    verb: &'static str,
    effects: &mut Vec<Effect>,
) {
    let reviews = model.place.focus == Pane::Reviews && model.place.detail.is_none();
    let text = match (target, reviews) {
        (Target::Address, true) => model.reviewed_pull().map(|p| p.url.clone()),
        (Target::Branch, true) => model.reviewed_pull().map(|p| p.head_ref.clone()),
        (Target::Address, false) => model.selected().and_then(|k| address(model, k)),
        (Target::Branch, false) => model.selected().and_then(|k| k.task.head_ref().cloned()),
    };
    let Some(text) = text.filter(|t| !t.is_empty()) else {
        let what = if matches!(target, Target::Address) { "address" } else { "branch" };
        return model.notes.say(model.now, true, format!("no {what} is known here"));
    };
    model.notes.say(model.now, false, format!("{verb} {}", text.show_line()));
    effects.push(effect(text));
}

/// In the queue, marks are what an action is about; elsewhere it is the task that is looked at.
fn on_the_marked(model: &Model) -> bool {
    model.place.focus == Pane::Queue && model.place.detail.is_none() && model.queue.tally().marked > 0
}

/// The addresses of all that is marked, one a line.
fn copy_marked(model: &mut Model, effects: &mut Vec<Effect>) {
    let all: Vec<String> = queue::marked(model)
        .filter_map(|known| Some(address(model, known)?.raw_for_wire().lines().next()?.to_owned()))
        .collect();
    model.notes.say(model.now, all.is_empty(), format!("copied the addresses of {} tasks", all.len()));
    effects.push(Effect::Copy(all.join("\n").into()));
}

/// The task's own page, else its pull request's. Given by the service, never built.
pub(super) fn address(model: &Model, known: &Known) -> Option<Untrusted> {
    known.task.html_url.clone().filter(|u| !u.is_empty()).or_else(|| match model.world.pull_of(&known.task) {
        Some(PullOf::Known(pull)) => Some(pull.url.clone()),
        _ => None,
    })
}

pub(super) fn compose_with(model: &mut Model, draft: Option<Draft>, effects: &mut Vec<Effect>) {
    focus(model, Pane::Compose);
    compose::open(model, draft, effects);
}

fn follow_up(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(known) = model.selected() else {
        return model.notes.say(model.now, true, "no task is selected");
    };
    if let Some(number) = super::follow_up::open_pull(model, known).map(|pull| pull.number) {
        let known = known.clone();
        return super::follow_up::open(model, &known, number);
    }
    let Some(draft) = on_its_branch(known) else {
        return model.notes.say(model.now, true, "its branch is not known yet — a follow-up continues on a branch");
    };
    compose_with(model, Some(draft), effects);
}

/// A new task that goes on on the branch of an old one. `None`: the branch is not known.
pub(super) fn on_its_branch(known: &Known) -> Option<Draft> {
    let head_ref = known.task.head_ref()?.raw_for_wire().to_owned();
    Some(Draft { head_ref: Some(head_ref), ..draft_of(known) })
}

fn retry(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(known) = model.selected() else {
        return model.notes.say(model.now, true, "no task is selected");
    };
    let prompt = known.task.latest_session().and_then(|s| s.prompt.as_ref()).filter(|p| !p.is_empty());
    let Some(prompt) = prompt.map(|p| p.raw_for_wire().to_owned()) else {
        let why =
            if known.task.sessions.is_none() { "not loaded yet — try again in a moment" } else { "not recorded" };
        return model.notes.say(model.now, true, format!("its prompt is {why}"));
    };
    let hold = held_back(model, known);
    let assumed = hold.is_some_and(|hold| hold.assumed);
    let draft = Draft { prompt, not_before: hold.map(|hold| hold.until), assumed, ..draft_of(known) };
    compose_with(model, Some(draft), effects);
}

/// What holds another try back. One that was only assumed is told also when it is over: nobody knows better.
fn held_back(model: &Model, known: &Known) -> Option<Hold> {
    let hold = limited::hold(&known.task, model.world.diagnosed_of(&known.task), model.settings.limited_for)?;
    (hold.until > model.now || hold.assumed).then_some(hold)
}

/// What a new task takes over from an old one.
fn draft_of(known: &Known) -> Draft {
    let text = |t: Untrusted| t.raw_for_wire().to_owned();
    let model = known.task.latest_session().and_then(crate::domain::Session::model_name);
    Draft {
        repo: Some(known.task.at.repo.clone()),
        base_ref: detail::base_ref(known).cloned().map(text),
        custom_agent: known.task.custom_agent.clone().map(text),
        model: model.map(text),
        ..Draft::default()
    }
}
