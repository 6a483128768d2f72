//! The form's draft: kept with every change, gone on with, forgotten.
//!
//! ```text
//! change ──keep──> on disk ──esc──> in the list of the compose pane ──enter, or the next change of the same one──> take_up
//!    └── as it was at first, or done: forget
//! ```

use super::acts::say;
use super::form;
use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::automations::form::{AutomationForm, Purpose};
use crate::console::state::compose::Draft;
use crate::console::update::actions;
use crate::domain::Automation;
use crate::template::shipped;

/// Goes on with what was kept as a draft, over what is there now.
pub fn take_up(model: &mut Model, draft: &Draft, effects: &mut Vec<Effect>) {
    if model.settings.read_only {
        return actions::refuse(model);
    }
    if model.compose.templates.is_empty() {
        model.compose.templates = shipped();
    }
    let templates = model.compose.templates.clone();
    let Some(form) = AutomationForm::of_draft(draft, &model.settings.repos, templates) else { return };
    let (about, is_template_gone) = (form.about(), draft.template.is_some() && form.template.is_none());
    if !form::open(model, form, effects) {
        return;
    }
    model.compose.drafts.retain(|other| other.id != draft.id);
    if about.is_none() {
        effects.push(Effect::LookForTemplates);
    }
    say(model, false, "the draft goes on where it was left");
    if let (true, Some(id)) = (is_template_gone, &draft.template) {
        say(model, true, format!("the template {id} is not there any more: the prompt is kept as it was"));
    }
    let known = about.and_then(|at| model.world.automations.known.get(&at));
    if let Some(now) = known.map(|known| known.automation.clone()).filter(|now| now.detail.is_some()) {
        over(model, &now);
    }
}

/// What was seen when the draft was begun may not be so any more.
fn over(model: &mut Model, now: &Automation) {
    let Some(form) = &mut model.world.automations.desk.form else { return };
    let is_other = match &form.purpose {
        Purpose::Edit(pinned) => {
            pinned.revision.as_ref() != now.revision() || now.definition().is_some_and(|now| *now != pinned.seen)
        }
        Purpose::Create | Purpose::Run(..) => false,
    };
    if is_other {
        form::take_new(model, now);
    }
}

/// The form that is open becomes a draft if there is something to lose, and goes.
pub(super) fn set_aside(model: &mut Model) {
    let form = model.world.automations.desk.form.take();
    let draft = form.filter(|form| form.is_touched()).and_then(|form| form.to_draft());
    if let Some(draft) = draft {
        model.compose.push_draft(draft);
    }
}

/// The draft on disk is what is written now. What looks like a secret is not written: then the last that was stays.
pub(super) fn keep(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(form) = &mut model.world.automations.desk.form else { return };
    if !form.is_touched() {
        forget(form, effects);
    } else if let Some(draft) = form.to_draft() {
        form.is_kept = true;
        effects.push(Effect::KeepDraft(Box::new(draft)));
    }
}

/// There is nothing to go on with.
pub(super) fn forget(form: &mut AutomationForm, effects: &mut Vec<Effect>) {
    if std::mem::take(&mut form.is_kept) {
        effects.push(Effect::DropDraft(form.id));
    }
}
