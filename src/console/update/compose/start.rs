//! Asking, sending, and what the answer means.

use uuid::Uuid;

use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::compose::{Form, known_duplicates};
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::place::Pane;
use crate::domain::policy::{Duplicate, Judgement, Verdict};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, StartRequest, Task};
use crate::text::{Safe, width};

use super::assign;
use super::say::say;

/// Typed to start what may be under way already.
pub(super) const AGAIN: &str = "again";
/// Lines of the prompt a dialog shows.
pub(super) const OPENING: usize = 3;

/// The form can be sent as it stands; else it is said why not.
pub(super) fn is_ready(model: &mut Model) -> bool {
    if model.settings.read_only {
        let words = super::super::actions::read_only_words(model);
        say(model, true, &words);
        return false;
    }
    if model.compose.sending.is_some() {
        say(model, true, "a start is on its way: its answer comes first");
        return false;
    }
    model.compose.refresh_form();
    let Some(form) = &mut model.compose.form else { return false };
    if let Some(first) = form.first_fault() {
        form.preview = None;
        form.at = first;
        let why = why_not(model).unwrap_or_default();
        say(model, true, &why);
        return false;
    }
    true
}

/// What of the form has to be mended first, as it is said when it is to be started.
pub(super) fn why_not(model: &Model) -> Option<String> {
    let form = model.compose.form.as_ref()?;
    let field = form.fields.get(form.first_fault()?);
    let why = field.and_then(|field| Some(format!("{} {}", field.label, field.fault.as_ref()?)));
    let why = why.or_else(|| form.verdict.blocks.first().cloned()).unwrap_or_default();
    let not = if form_is_about_an_issue(model) { "not assigned" } else { "not started" };
    Some(format!("{not}: {why}"))
}

/// Start was pressed: a question, or why there is none.
pub(super) fn ask(model: &mut Model) {
    if !is_ready(model) {
        return;
    }
    if form_is_about_an_issue(model) {
        return assign::ask(model);
    }
    let Some(form) = &model.compose.form else { return };
    let Some(request) = form.request() else { return };
    if let Some(hold) = form.held(model.now) {
        let held = format!("{}; the draft is kept", model.held_words(hold));
        return say(model, true, &held);
    }
    let judged = model.compose.gate.judge_form(form, model.now);
    if let Some(judged) = judged.as_ref().filter(|judged| judged.verdict() == Verdict::Refused) {
        let line = judged.line();
        return say(model, true, &format!("not started: {line}"));
    }
    let mut duplicates = judged.as_ref().map(|judged| judged.duplicates().to_vec()).unwrap_or_default();
    duplicates.extend(known_duplicates(&model.world, &request, &duplicates));
    let stamp = form.stamp();
    let title = format!("Start a task in {}?", request.repo);
    let mut body = at_the_gate(judged.as_ref(), &duplicates);
    body.extend(describe(form, &request));
    let order = Order {
        template: stamp.as_ref().map(|stamp| stamp.id.clone()),
        template_hash: stamp.as_ref().map(|stamp| stamp.hash),
        ticket: stamp.and_then(|stamp| stamp.ticket),
        again: !duplicates.is_empty(),
        not_before: form.not_before,
        ..Order::new(Uuid::nil(), request)
    };
    let mut dialog = Dialog::new(model.now, title, body, "Yes, start it", Ask::Start(Box::new(order)));
    dialog.reason = judged.is_some_and(|judged| judged.verdict() == Verdict::NeedsReason);
    if !duplicates.is_empty() && !dialog.reason {
        dialog.word = Some(Safe::new(AGAIN));
    }
    model.dialog = Some(dialog);
    model.dirty = true;
}

fn form_is_about_an_issue(model: &Model) -> bool {
    model.compose.form.as_ref().is_some_and(|form| form.issue.is_some())
}

/// What the policy says, and what may be the same work already: before all else, so that it is never left out.
pub(super) fn at_the_gate(judged: Option<&Judgement>, duplicates: &[Duplicate]) -> Vec<Safe> {
    let mut lines: Vec<Safe> =
        duplicates.iter().map(|duplicate| Safe::new(format!("This is under way already? {duplicate}"))).collect();
    lines.extend(judged.map(Judgement::line));
    lines
}

fn describe(form: &Form, request: &StartRequest) -> Vec<Safe> {
    let or = |value: &Option<String>, none: &str| value.clone().unwrap_or_else(|| none.to_owned());
    let mut body = Vec::new();
    if form.assumed {
        body.push("The agent was rate-limited, and nobody said until when: it may be held back again.".to_owned());
    }
    if form.maybe_started {
        body.push("An earlier start of this prompt may have happened: look at the queue first.".to_owned());
    }
    let source = match (&form.template, form.edited) {
        (Some(template), false) => template.title.clone(),
        (Some(template), true) => format!("{}, prompt edited by hand", template.title),
        (None, _) => "none".to_owned(),
    };
    body.push(format!("template {source}"));
    body.extend(form.stamp().and_then(|stamp| stamp.ticket).map(|ticket| format!("ticket {ticket}")));
    body.push(format!(
        "base {} · head {}",
        or(&request.base_ref, "default branch"),
        or(&request.head_ref, "a new branch")
    ));
    body.push(format!("model {} · agent {}", or(&request.model, "automatic"), or(&request.custom_agent, "none")));
    let pull = if request.create_pull_request { "a draft pull request is opened" } else { "no pull request is opened" };
    body.push(pull.to_owned());
    body.extend(form.verdict.hints.iter().map(|hint| format!("note: {hint}")));
    let chars = request.prompt.chars().count();
    body.push(format!("prompt, {chars} characters:"));
    let lines = request.prompt.lines().filter(|line| !line.trim().is_empty());
    body.extend(lines.take(OPENING).map(|line| format!("  {}", width::cut_words(line, 72))));
    body.into_iter().map(Safe::new).collect()
}

/// The question was answered with Yes: the one place a start leaves the console, under the id its answer will name.
pub fn confirmed(model: &mut Model, order: Box<Order>, effects: &mut Vec<Effect>) {
    send(model, order.id, Effect::Start(order), effects);
}

/// What the form asked for leaves the console, one at a time, under the id its answer will name.
pub(super) fn send(model: &mut Model, id: Uuid, what: Effect, effects: &mut Vec<Effect>) {
    if model.compose.sending.is_some() {
        return say(model, true, "a start is on its way: its answer comes first");
    }
    model.compose.sending = Some(id);
    if let Some(form) = &mut model.compose.form {
        form.fault = None;
        // Kept before it is sent: if this program ends now, what was written is still there.
        effects.push(Effect::KeepDraft(Box::new(form.to_draft())));
    }
    effects.push(what);
    model.dirty = true;
}

/// The start that was sent under this id asked for a pull request of its own.
pub fn asked_pull(model: &Model, request: Uuid) -> bool {
    // The form stands still until the answer is here.
    let form = model.compose.form.as_ref().filter(|_| model.compose.sending == Some(request));
    form.and_then(Form::request).is_some_and(|request| request.create_pull_request && request.head_ref.is_none())
}

/// The answer to a start.
pub fn started(model: &mut Model, request: Uuid, result: &Result<Box<Task>, Fault>, effects: &mut Vec<Effect>) {
    if model.compose.sending.is_some_and(|id| id != request) {
        return;
    }
    model.compose.sending = None;
    model.dirty = true;
    match result {
        Ok(task) => confirmed_start(model, task, effects),
        Err(fault) => failed_start(model, fault, effects),
    }
}

fn confirmed_start(model: &mut Model, task: &Task, effects: &mut Vec<Effect>) {
    if let Some(form) = model.compose.form.take() {
        effects.push(Effect::DropDraft(form.id));
    }
    model.compose.cursor = 0;
    model.queue.selected = Some(task.at.id.clone());
    // Whoever went on to something else meanwhile is not pulled away from it.
    if model.place.focus == Pane::Compose {
        model.place.focus = Pane::Queue;
    }
    let name = task.name.show_line();
    let what = if name.is_empty() { task.at.id.show() } else { name };
    say(model, false, &format!("started in {}: {what}", task.at.repo));
}

fn failed_start(model: &mut Model, fault: &Fault, effects: &mut Vec<Effect>) {
    let unknown = fault.kind == FaultKind::UnknownOutcome;
    let text = if unknown {
        "the start may have happened: look at the queue before you send it again".to_owned()
    } else {
        format!("not started: {fault}")
    };
    if let Some(form) = &mut model.compose.form {
        form.fault = Some(fault.clone());
        if fault.kind == FaultKind::RateLimited {
            form.not_before = form.not_before.max(fault.retry_at);
            form.assumed &= fault.retry_at.is_none();
        }
        form.maybe_started |= unknown;
        form.touched = true;
        if unknown {
            effects.push(Effect::KeepDraft(Box::new(form.to_draft())));
        }
    }
    say(model, true, &text);
}
