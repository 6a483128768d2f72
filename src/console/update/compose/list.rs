//! From nothing to a form: the list of drafts and templates, and what is loaded for it.

use uuid::Uuid;

use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::compose::clean::clean;
use crate::console::state::compose::{Agents, Draft, Form, Row, layout};
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::place::Pane;
use crate::domain::agents::CustomAgent;
use crate::domain::{Fault, RepoName};
use crate::template::{Template, TemplateFault, shipped};
use crate::text::Safe;

use super::super::{actions, automations, dialog, follow_up};
use super::plan;
use super::say::say;
use super::{assign, form, issues};

/// The pane was opened: with what a task gave (retry, follow-up) or empty-handed.
pub fn open(model: &mut Model, prefill: Option<Draft>, effects: &mut Vec<Effect>) {
    model.place.focus = Pane::Compose;
    model.dirty = true;
    if model.compose.templates.is_empty() {
        model.compose.templates = shipped();
    }
    if model.compose.sending.is_some() {
        return say(model, false, "a start is on its way: its answer comes first");
    }
    set_aside(model);
    model.compose.picker = None;
    // A plan goes on, or can still be looked at: `:plan`.
    if let Some(plan) = &mut model.compose.plan {
        plan.shown = false;
    }
    model.compose.issues.list = None;
    look(model, effects);
    model.compose.cursor = 0;
    if let Some(draft) = prefill {
        open_draft(model, &draft, effects);
    }
}

/// The open form becomes a draft if there is something to lose, and goes.
/// What was changed in it is on disk already.
pub(super) fn set_aside(model: &mut Model) -> bool {
    let Some(form) = model.compose.form.take() else { return false };
    if form.touched {
        model.compose.push_draft(form.to_draft());
    }
    form.touched
}

/// Templates are files that others edit: whenever somebody may look at them they are looked at again.
pub fn look(model: &Model, effects: &mut Vec<Effect>) {
    if model.place.focus == Pane::Compose {
        effects.push(Effect::LookForTemplates);
    }
}

/// An intent in the list. False: not one of the list's.
pub(super) fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let last = model.compose.rows().len().saturating_sub(1);
    let cursor = model.compose.cursor.min(last);
    let to = match intent {
        Intent::Down => cursor + 1,
        Intent::Up => cursor.saturating_sub(1),
        Intent::Top | Intent::PageUp => 0,
        Intent::Bottom | Intent::PageDown => last,
        Intent::Enter => {
            choose(model, effects);
            return true;
        }
        Intent::Cancel => return forget(model),
        Intent::New => {
            let template = match model.compose.selected() {
                Row::Template(template) => Some(template.clone()),
                Row::Draft(_) | Row::Blank => None,
            };
            automations::form::create(model, template, effects);
            return true;
        }
        Intent::Issues => {
            issues::open_here(model, effects);
            return true;
        }
        Intent::Back => {
            model.place.focus = Pane::Queue;
            model.dirty = true;
            return true;
        }
        _ => return false,
    };
    model.compose.cursor = to.min(last);
    model.dirty = true;
    true
}

/// A click puts the cursor on a row. False: there is none.
pub(super) fn click(model: &mut Model, row: usize) -> bool {
    let rows = model.compose.rows().len();
    let cursor = model.compose.cursor.min(rows.saturating_sub(1));
    let (top, room) = layout::list(layout::pane(model), rows, cursor);
    let hit = row < room && top + row < rows;
    if hit {
        model.compose.cursor = top + row;
        model.dirty = true;
    }
    hit
}

fn choose(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.compose.selected() {
        Row::Draft(draft) => {
            let draft = draft.clone();
            if draft.automation.is_some() {
                return automations::take_up(model, &draft, effects);
            }
            if draft.comment.is_some() {
                return follow_up::draft::take_up(model, draft);
            }
            model.compose.drafts.retain(|other| other.id != draft.id);
            open_draft(model, &draft, effects);
            if let Some(form) = &mut model.compose.form {
                form.touched = true;
            }
        }
        Row::Template(template) => {
            let template = template.clone();
            open_form(model, |repos, repo| Form::new(Some(template), repos, repo), effects);
        }
        Row::Blank => open_form(model, |repos, repo| Form::new(None, repos, repo), effects),
    }
}

/// A form with the template of this id.
pub fn open_template(model: &mut Model, id: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    if model.compose.templates.is_empty() {
        model.compose.templates = shipped();
    }
    let Some(template) = model.compose.template(id).cloned() else {
        let all: Vec<_> = model.compose.templates.iter().map(|template| template.id.as_str()).collect();
        return Err(format!("no template “{id}”; there are {}", all.join(", ")));
    };
    actions::focus(model, Pane::Compose);
    open(model, None, effects);
    if model.compose.sending.is_none() {
        open_form(model, |repos, repo| Form::new(Some(template), repos, repo), effects);
    }
    Ok(())
}

fn open_draft(model: &mut Model, draft: &Draft, effects: &mut Vec<Effect>) {
    if let Some(at) = draft.subject() {
        let title = draft.issue_title.clone().unwrap_or_default();
        return assign::open(model, at, title.into(), draft, effects);
    }
    let template = draft.template.as_ref().and_then(|id| model.compose.template(id)).cloned();
    if let (Some(id), None) = (&draft.template, &template) {
        say(model, true, &format!("the template {id} is not there any more: the prompt is kept as it was"));
    }
    open_form(model, |repos, repo| Form::from_draft(draft, template, repos, repo), effects);
    if draft.plan.is_some() {
        plan::open(model, effects);
    }
    // A task's prompt may be somebody else's words: what was in it and could not be seen is not passed on in silence.
    let (_, hidden) = clean(&draft.prompt);
    if hidden > 0 {
        say(model, true, &format!("{} left out of the prompt", form::hidden(hidden)));
    }
}

/// A form for the repository of the task selected in the queue, else the first one.
pub(super) fn open_form(
    model: &mut Model,
    form: impl FnOnce(&[RepoName], Option<&RepoName>) -> Form,
    effects: &mut Vec<Effect>,
) {
    let selected = model.queue.selected.as_ref().and_then(|id| model.world.tasks.get(id));
    let repo = selected.map(|known| known.task.at.repo.clone());
    let mut form = form(&model.settings.repos, repo.as_ref());
    if form.id.is_nil() {
        form.id = model.compose.new_id(model.now);
    }
    model.compose.form = Some(form);
    model.dirty = true;
    want_agents(model, effects);
    issues::want_choices(model, effects);
    model.compose.refresh_form();
}

/// Asks for the custom agents of the form's repository, once; again after a failure when the form asks anew.
pub(super) fn want_agents(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(repo) = model.compose.form.as_ref().and_then(Form::repo) else { return };
    want_facts(model, effects);
    if !matches!(model.compose.agents.get(&repo), Some(Agents::Asked | Agents::Known(_))) {
        model.compose.agents.insert(repo.clone(), Agents::Asked);
        effects.push(Effect::LoadAgents(repo));
    }
}

/// Asks for what the policy needs to know of the form's repository, where that is not known or old.
pub(super) fn want_facts(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(repo) = model.compose.form.as_ref().and_then(Form::repo) else { return };
    if !model.settings.read_only && model.compose.gate.wants(&repo, model.now) {
        effects.push(Effect::Weigh(repo));
    }
}

/// Whether drafts can be written.
pub fn drafts_kept(model: &mut Model, kept: Result<(), Fault>) {
    model.compose.unkept = kept.err();
    match &model.compose.unkept {
        Some(fault) => {
            let fault = fault.to_string();
            say(model, true, &fault);
        }
        None => say(model, false, "drafts are kept again: what was written meanwhile is on disk"),
    }
    model.dirty = true;
}

/// What is said when a draft was put aside.
pub(super) fn say_kept(model: &mut Model) {
    if model.compose.unkept.is_some() {
        say(model, true, "the draft stands first in the list, but not on disk: it is lost when atc ends");
    } else {
        say(model, false, "the draft is kept: it stands first in the list");
    }
}

/// The selected draft is not wanted any more: asked once more, because nothing brings it back.
fn forget(model: &mut Model) -> bool {
    let Some(draft) = model.compose.drafts.get(model.compose.cursor) else { return false };
    if draft.is_on_its_way() {
        say(model, true, "it is being sent: its answer comes first");
        return true;
    }
    let mut body = vec![Safe::new(draft.opening())];
    if draft.plan.is_some() {
        body.push(Safe::new("A part of it was sent. What was not sent yet goes with it."));
    }
    let ask = Ask::DropDraft(draft.id);
    dialog::open(model, Dialog::new(model.now, "Throw this draft away?", body, "Yes, throw it away", ask));
    true
}

/// Yes, it goes, wherever it stands by now.
pub fn forgotten(model: &mut Model, id: Uuid, effects: &mut Vec<Effect>) {
    let Some(at) = model.compose.drafts.iter().position(|draft| draft.id == id) else { return };
    if model.compose.drafts.get(at).is_some_and(Draft::is_on_its_way) {
        return say(model, true, "it is being sent: its answer comes first");
    }
    model.compose.drafts.remove(at);
    effects.push(Effect::DropDraft(id));
    model.compose.plan.take_if(|plan| plan.draft == id && !plan.is_running());
    say(model, false, "the draft was thrown away");
    model.dirty = true;
}

/// The templates were read, or read again. The selected row stays selected.
pub fn templates(model: &mut Model, templates: Vec<Template>, faults: Vec<TemplateFault>) {
    let pane = &mut model.compose;
    let selected = match pane.selected() {
        Row::Template(template) => Some(template.id.clone()),
        Row::Draft(_) | Row::Blank => None,
    };
    let on_blank = pane.form.is_none() && !pane.templates.is_empty() && pane.selected() == Row::Blank;
    let changed = pane.form.as_ref().and_then(|form| form.template.as_ref()).filter(|open| {
        templates.iter().find(|template| template.id == open.id).is_none_or(|now| now.hash != open.hash)
    });
    let changed =
        changed.map(|open| format!("the template {} has changed: this form keeps the one it began with", open.id));
    pane.templates = templates;
    pane.faults = faults;
    let place = |id: &String| pane.templates.iter().position(|template| template.id == *id);
    if on_blank {
        pane.cursor = pane.drafts.len() + pane.templates.len();
    } else if let Some(index) = selected.as_ref().and_then(place) {
        pane.cursor = pane.drafts.len() + index;
    }
    pane.cursor = pane.cursor.min(pane.drafts.len() + pane.templates.len());
    model.dirty = true;
    if let Some(changed) = changed {
        say(model, false, &changed);
    }
}

pub fn agents(model: &mut Model, repo: &RepoName, result: Result<Vec<CustomAgent>, Fault>) {
    let known = result.map_or_else(Agents::Failed, Agents::Known);
    model.compose.agents.insert(repo.clone(), known);
    model.compose.refresh_form();
    model.dirty = true;
}

/// The drafts found at start, newest first.
pub fn drafts(model: &mut Model, drafts: Vec<Draft>) {
    let says_something = |draft: &Draft| {
        let filled = draft.values.iter().any(|(_, value)| !value.is_empty());
        !draft.prompt.trim().is_empty() || filled || draft.issue.is_some() || draft.automation.is_some()
    };
    let drafts: Vec<Draft> = drafts.into_iter().filter(says_something).collect();
    let count = drafts.len();
    // The row that was chosen meanwhile stays chosen.
    if model.compose.cursor > 0 {
        model.compose.cursor += count;
    }
    let comments = drafts.iter().filter(|draft| draft.comment.is_some()).count();
    model.compose.drafts.extend(drafts);
    let what = if comments == count { "comment" } else { "prompt" };
    let kept = if comments == 0 || comments == count { format!("unsent {what}s") } else { "unsent drafts".to_owned() };
    match count {
        0 => {}
        1 => say(model, false, &format!("an unsent {what} was kept: it stands first in the compose pane")),
        _ => say(model, false, &format!("{count} {kept} were kept: they stand first in the compose pane")),
    }
}
