//! The pane as a whole: the list one starts from, the form when one is open.

use std::collections::HashMap;

use uuid::Uuid;

use super::follow_up::FollowUp;
use super::gate::GateSide;
use super::plan::PlanPane;
use super::{Agents, Control, Draft, Form, IssueSide, Picker};
use crate::console::keys::Context;
use crate::domain::{Fault, Instant, RepoName};
use crate::template::{Template, TemplateFault};

#[derive(Debug, Default)]
pub struct ComposePane {
    pub templates: Vec<Template>,
    /// Files that could not be used, shown below the others.
    pub faults: Vec<TemplateFault>,
    /// The row of the list that has the keys.
    pub cursor: usize,
    /// Unsent prompts, automations and comments, and comments whose answer is still to come, newest first.
    pub drafts: Vec<Draft>,
    /// Why drafts are not on disk, and will be lost with this console.
    pub unkept: Option<Fault>,
    pub form: Option<Form>,
    /// Forms opened so far: with the time it makes a draft's id.
    pub opened: u32,
    pub agents: HashMap<RepoName, Agents>,
    /// A start on its way. Until it is answered nothing else is started and the form stays as it was sent.
    pub sending: Option<Uuid>,
    /// The repositories are being chosen.
    pub picker: Option<Box<Picker>>,
    /// One prompt to several repositories.
    pub plan: Option<Box<PlanPane>>,
    /// What the policy says.
    pub gate: GateSide,
    /// Issues and branches.
    pub issues: IssueSide,
    /// The text to an agent being written, over whatever is shown.
    pub follow_up: Option<Box<FollowUp>>,
}

/// One row of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    Draft(&'a Draft),
    Template(&'a Template),
    /// A prompt without a template.
    Blank,
}

impl ComposePane {
    /// Which keys apply.
    pub fn context(&self) -> Context {
        if self.picker.is_some() {
            Context::Repos
        } else if self.shown_plan().is_some() {
            Context::Plan
        } else if self.form.is_some() {
            Context::Form
        } else if self.issues.list.is_some() {
            Context::Issues
        } else {
            Context::Templates
        }
    }

    /// The plan, where its table covers form and list.
    pub fn shown_plan(&self) -> Option<&PlanPane> {
        self.plan.as_deref().filter(|plan| plan.shown)
    }

    pub fn rows(&self) -> Vec<Row<'_>> {
        let drafts = self.drafts.iter().map(Row::Draft);
        drafts.chain(self.templates.iter().map(Row::Template)).chain([Row::Blank]).collect()
    }

    pub fn selected(&self) -> Row<'_> {
        self.rows().get(self.cursor).copied().unwrap_or(Row::Blank)
    }

    pub fn template(&self, id: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.id == id)
    }

    /// What is known of the agents of the form's repository.
    pub fn agents_here(&self) -> Option<&Agents> {
        self.agents.get(&self.form.as_ref()?.repo()?)
    }

    /// Texts the field in use can be set to by the choice keys, beside its own choices.
    pub fn suggestions(&self) -> Vec<String> {
        let Some(form) = &self.form else { return Vec::new() };
        let field = form.focused().filter(|field| matches!(field.control, Control::Line(_)));
        match (field.map(|field| field.kind), form.repo()) {
            (Some("branch"), Some(repo)) => self.issues.branch_names(&repo),
            (Some("issue"), Some(repo)) => {
                let issues = self.issues.issues(&repo).map(|issues| issues.issues.as_slice()).unwrap_or_default();
                issues.iter().map(|issue| format!("#{}", issue.at.number)).collect()
            }
            _ => form.suggestions(self.agents_here()),
        }
    }

    /// Recomputes what follows from the form's fields.
    pub fn refresh_form(&mut self) {
        if let Some(mut form) = self.form.take() {
            form.refresh(form.repo().and_then(|repo| self.agents.get(&repo)));
            self.form = Some(form);
        }
    }

    /// An id for a form that is opened now.
    pub fn new_id(&mut self, now: Instant) -> Uuid {
        self.opened += 1;
        Uuid::from_u64_pair(now.timestamp_nanos_opt().unwrap_or_default().cast_unsigned(), self.opened.into())
    }

    /// Takes the draft out of the list; the cursor stays on its row.
    pub fn take_draft(&mut self, which: impl Fn(&Draft) -> bool) -> Option<Draft> {
        let index = self.drafts.iter().position(which)?;
        self.cursor -= usize::from(self.cursor > index);
        Some(self.drafts.remove(index))
    }

    pub fn push_draft(&mut self, draft: Draft) {
        self.drafts.retain(|other| other.id != draft.id);
        self.drafts.insert(0, draft);
    }
}
