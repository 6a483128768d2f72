//! What somebody wants done to an automation, pinned to the one that was shown.

use serde_json::{Value, json};
use uuid::Uuid;

use super::definition::{self, Definition};
use super::item::{Automation, AutomationRef, Revision};
use crate::domain::{AutomationId, RepoName, StartRequest};
use crate::text::{Safe, Untrusted};

/// The automation as it was when the operator was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pinned {
    pub id: AutomationId,
    pub name: Untrusted,
    /// `None`: the service told none, and nothing guards against an edit in between.
    pub revision: Option<Revision>,
    pub seen: Definition,
}

impl Pinned {
    /// `None`: only a list told of it, and more must be known before anything is done to it.
    pub fn of(automation: &Automation) -> Option<Self> {
        let detail = automation.detail.as_ref()?;
        Some(Self {
            id: automation.at.id.clone(),
            name: automation.name.clone(),
            revision: detail.revision.clone(),
            seen: detail.definition.clone(),
        })
    }
}

/// Sets it off now, as if this had happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOrder {
    /// `manual`, or one of its triggers.
    pub event: String,
    /// Of a trigger about a resource: `opened`, `labeled`.
    pub kind: Option<String>,
    /// Of `workflow_run`.
    pub conclusion: Option<String>,
    /// The issue or pull request it is to work on.
    pub resource: Option<String>,
}

impl Default for RunOrder {
    fn default() -> Self {
        Self { event: "manual".to_owned(), kind: None, conclusion: None, resource: None }
    }
}

impl RunOrder {
    fn body(&self) -> Value {
        let mut body = json!({ "event": self.event });
        for (key, value) in [("type", &self.kind), ("conclusion", &self.conclusion), ("resource_url", &self.resource)] {
            if let (Some(body), Some(value)) = (body.as_object_mut(), value) {
                body.insert(key.to_owned(), value.as_str().into());
            }
        }
        body
    }

    /// `as manual`, `as issues opened on https://…`: what a confirmation names.
    pub fn words(&self) -> Safe {
        let mut words = format!("as {}", self.event);
        for (before, part) in [(" ", &self.kind), (" ended in ", &self.conclusion), (" on ", &self.resource)] {
            if let Some(part) = part {
                words.push_str(before);
                words.push_str(part);
            }
        }
        Untrusted::from(words).show_line()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Create(Definition),
    /// To this, from what was seen.
    Edit(Pinned, Definition),
    Switch(Pinned, bool),
    Run(Pinned, RunOrder),
    Delete(Pinned),
}

/// An act with everything the gate and the ledger need to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomationOrder {
    /// The intent's, made by whoever orders.
    pub id: Uuid,
    pub repo: RepoName,
    pub act: Act,
    /// The template its prompt was made from.
    pub template: Option<String>,
    /// SHA-256 of the template's file.
    pub template_hash: Option<[u8; 32]>,
    /// As it was typed, where the policy asks for one.
    pub reason: Option<String>,
}

impl AutomationOrder {
    pub fn new(id: Uuid, repo: RepoName, act: Act) -> Self {
        Self { id, repo, act, template: None, template_hash: None, reason: None }
    }

    /// The one it is done to; `None`: it is still to be made.
    pub fn pinned(&self) -> Option<&Pinned> {
        match &self.act {
            Act::Create(_) => None,
            Act::Edit(pinned, _) | Act::Switch(pinned, _) | Act::Run(pinned, _) | Act::Delete(pinned) => Some(pinned),
        }
    }

    pub fn at(&self) -> Option<AutomationRef> {
        self.pinned().map(|pinned| AutomationRef { repo: self.repo.clone(), id: pinned.id.clone() })
    }

    pub fn name(&self) -> Untrusted {
        match &self.act {
            Act::Create(definition) => definition.name(),
            _ => self.pinned().map(|pinned| pinned.name.clone()).unwrap_or_default(),
        }
    }

    /// What it will be afterwards: what the policy is held against. Of a deletion, what it was.
    pub fn afterwards(&self) -> Definition {
        match &self.act {
            Act::Create(definition) => definition.clone(),
            Act::Edit(pinned, wanted) => {
                let mut all = pinned.seen.clone();
                for (field, value) in wanted.fields() {
                    all.set(field, value.clone());
                }
                all
            }
            Act::Switch(pinned, on) => {
                let mut all = pinned.seen.clone();
                all.set("enabled", (*on).into());
                all
            }
            Act::Run(pinned, _) | Act::Delete(pinned) => pinned.seen.clone(),
        }
    }

    /// The body as it is sent and as it is shown before. `None`: there is nothing to send.
    pub fn body(&self) -> Option<Value> {
        match &self.act {
            Act::Create(definition) => Some(definition.create_body()),
            Act::Edit(pinned, wanted) => wanted.patch_from(&pinned.seen, pinned.revision.as_ref()),
            Act::Switch(pinned, on) => definition::patch([("enabled", (*on).into())], pinned.revision.as_ref()),
            Act::Run(_, run) => Some(run.body()),
            Act::Delete(_) => None,
        }
    }

    /// [`AutomationOrder::body`] as an operator reads it: one field a line, in order.
    pub fn body_text(&self) -> String {
        self.body().and_then(|body| serde_json::to_string_pretty(&body).ok()).unwrap_or_default()
    }

    /// The start it comes to, as the gate knows one.
    pub fn as_request(&self) -> StartRequest {
        let definition = self.afterwards();
        StartRequest {
            repo: self.repo.clone(),
            prompt: definition.prompt().raw_for_wire().to_owned(),
            model: definition.text("model").map(|model| model.raw_for_wire().to_owned()),
            custom_agent: None,
            create_pull_request: true,
            base_ref: None,
            head_ref: None,
        }
    }

    /// It can make tasks start that would not start without it.
    pub fn lets_work_start(&self) -> bool {
        match &self.act {
            Act::Create(_) | Act::Edit(..) | Act::Run(..) => true,
            Act::Switch(_, on) => *on,
            Act::Delete(_) => false,
        }
    }

    /// `run “Nightly deps” in acme/api now, as manual`.
    pub fn words(&self) -> Safe {
        let (name, repo) = (self.name().show_line(), &self.repo);
        Safe::new(match &self.act {
            Act::Create(_) => format!("create “{name}” in {repo}"),
            Act::Edit(..) => format!("change “{name}” in {repo}"),
            Act::Switch(_, true) => format!("switch on “{name}” in {repo}"),
            Act::Switch(_, false) => format!("switch off “{name}” in {repo}"),
            Act::Run(_, run) => format!("run “{name}” in {repo} now, {}", run.words()),
            Act::Delete(_) => format!("delete “{name}” in {repo}"),
        })
    }
}
