//! The form of an assignment: the same fields and the same text area as a start's, about one issue. What is typed is what
//! the agent is told besides the issue's own words.

use super::issues::Asked;
use super::{Draft, FieldId, Form};
use crate::domain::assign::{Assignment, Looked};
use crate::domain::policy::Fact;
use crate::domain::{IssueRef, StartRequest};
use crate::text::Untrusted;

/// The issue a form is about.
#[derive(Debug)]
pub struct Subject {
    pub at: IssueRef,
    /// As far as it is known.
    pub title: Untrusted,
    pub looked: Asked<Looked>,
}

impl Subject {
    pub fn new(at: IssueRef, title: Untrusted) -> Self {
        Self { at, title, looked: Asked::default() }
    }

    /// Why the agent cannot be put in charge.
    pub(super) fn blocks(&self) -> Vec<String> {
        let mut blocks = Vec::new();
        if let (None, Some(fault)) = (self.looked.value(), &self.looked.fault) {
            blocks.push(format!("the issue could not be read: {fault}"));
        }
        if self.looked.value().is_some_and(|looked| looked.enabled == Fact::Known(false)) {
            blocks.push(format!("the agent cannot be assigned in {}: it is not enabled there for you", self.at.repo));
        }
        blocks
    }

    /// What is to be known before it is put in charge.
    pub(super) fn hints(&self) -> Vec<String> {
        let Some(looked) = self.looked.value() else { return Vec::new() };
        let mut hints: Vec<String> = looked.standing.lines().iter().map(ToString::to_string).collect();
        if !looked.issue.open {
            hints.push("the issue is closed".to_owned());
        }
        if let Fact::Unknown(why) = &looked.enabled {
            hints.push(format!("whether the agent can be assigned here is not known: {why}"));
        }
        hints
    }
}

impl Form {
    /// A form about an issue, with what a draft had of it.
    pub fn for_issue(subject: Subject, draft: &Draft) -> Self {
        let repo = subject.at.repo.clone();
        let mut form = Self::new(None, std::slice::from_ref(&repo), Some(&repo));
        form.fields.retain(|field| !matches!(field.id, FieldId::HeadRef | FieldId::CreatePull));
        form.issue = Some(Box::new(subject));
        form.at = form.fields.len();
        form.fill(draft);
        form.id = draft.id;
        form.maybe_started = draft.maybe_started;
        form.prompt.set(&draft.prompt);
        form.refresh(None);
        form
    }

    pub fn subject_mut(&mut self) -> Option<&mut Subject> {
        self.issue.as_deref_mut()
    }

    /// The assignment as it stands. `None`: the form is that of a start.
    pub fn assignment(&self) -> Option<Assignment> {
        let subject = self.issue.as_ref()?;
        let given = |id: &FieldId| Some(self.value(id)).filter(|text| !text.is_empty());
        Some(Assignment {
            issue: subject.at.clone(),
            base_branch: given(&FieldId::BaseRef),
            instructions: self.prompt.text().trim_end().to_owned(),
            custom_agent: given(&FieldId::CustomAgent),
            model: given(&FieldId::Model),
        })
    }

    /// The body as it would be sent. Empty without a repository.
    pub fn body_text(&self) -> String {
        let assignment = self.assignment().map(|assignment| assignment.body_text());
        assignment.or_else(|| self.request().as_ref().map(StartRequest::body_text)).unwrap_or_default()
    }

    /// What the work is for, as far as the form says.
    pub fn ticket(&self) -> Option<String> {
        let stamped = || self.stamp().and_then(|stamp| stamp.ticket);
        self.assignment().map(|assignment| assignment.ticket()).or_else(stamped)
    }

    /// What is done when it is sent: `start`, `assign`.
    pub fn verb(&self) -> &'static str {
        if self.issue.is_some() { "assign" } else { "start" }
    }
}
