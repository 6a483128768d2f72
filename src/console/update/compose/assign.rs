//! The form about an issue: opening it, asking, sending, what the answer means, and the task that comes of it.

use uuid::Uuid;

use crate::console::effect::Effect;
use crate::console::issue::Wish;
use crate::console::state::Model;
use crate::console::state::compose::{Draft, Form, Subject};
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::place::Pane;
use crate::console::update::{net, queue};
use crate::domain::assign::{AssignOrder, Assignment, LOOKED_FOR, Looked, Work};
use crate::domain::policy::Verdict;
use crate::domain::{Fault, FaultKind, IssueRef};
use crate::text::{Safe, Untrusted, width};

use super::list;
use super::say::say;
use super::start::{self, AGAIN, OPENING, at_the_gate};

/// A form about an issue, with what a draft had of it. The issue itself is read anew.
pub(super) fn open(model: &mut Model, at: IssueRef, title: Untrusted, draft: &Draft, effects: &mut Vec<Effect>) {
    effects.push(Effect::Issue(Wish::Look(at.clone())));
    let mut subject = Subject::new(at, title);
    subject.looked.under_way = true;
    list::open_form(model, |_, _| Form::for_issue(subject, draft), effects);
}

/// Sending was asked for and nothing in the form stands in the way: a question, or why there is none.
pub(super) fn ask(model: &mut Model) {
    let Some(form) = &model.compose.form else { return };
    let (Some(subject), Some(assignment)) = (&form.issue, form.assignment()) else { return };
    let Some(looked) = subject.looked.value() else {
        return say(model, false, "the issue is being read: once more in a moment");
    };
    let judged = model.compose.gate.judge_form(form, model.now);
    if let Some(judged) = judged.as_ref().filter(|judged| judged.verdict() == Verdict::Refused) {
        let line = judged.line();
        return say(model, true, &format!("not assigned: {line}"));
    }
    let known = judged.as_ref().map(|judged| judged.duplicates().to_vec()).unwrap_or_default();
    let again = !known.is_empty() || !looked.standing.is_clear();
    let title = format!("Assign the agent to {}?", assignment.issue);
    let mut body: Vec<Safe> =
        looked.standing.lines().iter().map(|line| Safe::new(format!("This is under way already? {line}"))).collect();
    body.extend(at_the_gate(judged.as_ref(), &known));
    body.extend(describe(form, looked, &assignment));
    let order = AssignOrder { id: Uuid::nil(), assignment, reason: None, again };
    let mut dialog = Dialog::new(model.now, title, body, "Yes, assign it", Ask::Assign(Box::new(order)));
    dialog.reason = judged.is_some_and(|judged| judged.verdict() == Verdict::NeedsReason);
    if again && !dialog.reason {
        dialog.word = Some(Safe::new(AGAIN));
    }
    model.dialog = Some(dialog);
    model.dirty = true;
}

fn describe(form: &Form, looked: &Looked, assignment: &Assignment) -> Vec<Safe> {
    let or = |value: &Option<String>, none: &str| value.clone().unwrap_or_else(|| none.to_owned());
    let mut body = Vec::new();
    if form.maybe_started {
        body.push("An earlier assignment may have happened: look at the issue first.".to_owned());
    }
    body.push(looked.issue.title.show_line().to_string());
    let others: Vec<String> = looked.issue.assignees.iter().map(|one| one.login.show_line().to_string()).collect();
    let others = if others.is_empty() { "nobody yet".to_owned() } else { others.join(", ") };
    body.push(format!("the agent is added to those assigned ({others}) and opens a draft pull request"));
    body.push(format!("base {}", or(&assignment.base_branch, "default branch")));
    body.push(format!("model {} · agent {}", or(&assignment.model, "automatic"), or(&assignment.custom_agent, "none")));
    if !looked.issue.open {
        body.push("note: the issue is closed".to_owned());
    }
    let lines: Vec<&str> = assignment.instructions.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        body.push("no instructions besides the issue's own words".to_owned());
    } else {
        body.push(format!("instructions, {} characters:", assignment.instructions.chars().count()));
        body.extend(lines.into_iter().take(OPENING).map(|line| format!("  {}", width::cut_words(line, 72))));
    }
    body.into_iter().map(Safe::new).collect()
}

/// The question was answered with Yes: the one place an assignment leaves the console.
pub fn confirmed(model: &mut Model, order: Box<AssignOrder>, effects: &mut Vec<Effect>) {
    start::send(model, order.id, Effect::Issue(Wish::Assign(order)), effects);
}

/// The answer to an assignment.
pub(super) fn answered(model: &mut Model, request: Uuid, result: Result<IssueRef, Fault>, effects: &mut Vec<Effect>) {
    if model.compose.sending.is_some_and(|id| id != request) {
        return;
    }
    model.compose.sending = None;
    model.dirty = true;
    match result {
        Ok(issue) => assigned(model, issue, effects),
        Err(fault) => failed(model, &fault, effects),
    }
}

fn assigned(model: &mut Model, issue: IssueRef, effects: &mut Vec<Effect>) {
    if let Some(form) = model.compose.form.take() {
        effects.push(Effect::DropDraft(form.id));
    }
    model.compose.issues.list = None;
    model.compose.cursor = 0;
    // Who is in charge has changed.
    model.compose.issues.lists.remove(&issue.repo);
    // Whoever went on to something else meanwhile is not pulled away from it.
    if model.place.focus == Pane::Compose {
        model.place.focus = Pane::Queue;
    }
    let text = format!("{issue} assigned; looking for its pull request …");
    model.notes.hold(model.now, text, LOOKED_FOR + 5);
    model.compose.issues.awaited = Some((issue, model.queue.selected.clone()));
}

fn failed(model: &mut Model, fault: &Fault, effects: &mut Vec<Effect>) {
    let unknown = fault.kind == FaultKind::UnknownOutcome;
    if let Some(form) = &mut model.compose.form {
        form.fault = Some(fault.clone());
        form.maybe_started |= unknown;
        form.touched = true;
        if unknown {
            effects.push(Effect::KeepDraft(Box::new(form.to_draft())));
        }
        // Who is in charge may have changed.
        if let Some(subject) = &mut form.issue {
            subject.looked.under_way = true;
            effects.push(Effect::Issue(Wish::Look(subject.at.clone())));
        }
    }
    let text = match unknown {
        true => format!("it may have been assigned, look at the issue before you send it again: {fault}"),
        false if fault.what.starts_with("not assigned") => fault.to_string(),
        false => format!("not assigned: {fault}"),
    };
    say(model, true, &text);
}

/// What was seen of the agent's work. Its task is selected, unless the operator went on to something else meanwhile.
pub(super) fn work(model: &mut Model, issue: &IssueRef, work: Work) {
    let awaited = model.compose.issues.awaited.take_if(|(awaited, _)| awaited == issue);
    let pull = work.pull.as_ref().map(|pull| format!("{}#{}", pull.repo, pull.number));
    let text = match (work.task, &pull) {
        (Some(task), _) => {
            let id = task.at.id.clone();
            let name = task.name.show_line();
            net::merge_task(model, task);
            if let Some(known) = model.world.tasks.get_mut(&id) {
                known.changed = false;
                known.evidence.pull_asked = true;
            }
            queue::rebuild(model);
            let still = awaited.is_some_and(|(_, selected)| selected == model.queue.selected);
            if still && model.place.focus == Pane::Queue && model.dialog.is_none() && model.line.is_none() {
                queue::reveal(model, &id);
            }
            format!("{issue} is worked on: {name}{}", pull.map(|pull| format!(" · {pull}")).unwrap_or_default())
        }
        (None, Some(pull)) => format!("{issue}: the pull request {pull} is open; its task is not in the list yet"),
        (None, None) => {
            format!("{issue} is assigned; its pull request was not seen yet after {LOOKED_FOR} s: it may take longer")
        }
    };
    model.notes.tell(model.now, text);
    model.dirty = true;
}
