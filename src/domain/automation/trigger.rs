//! What sets an automation off: an id and its fields, all of them as they came.
//!
//! Only what this program has to act on is read out of the fields; nothing is ever left out of them, so that a trigger
//! nobody here has heard of survives an edit.

use serde_json::Value;

use super::definition::Fields;
use super::item::Scope;
use super::schedule::Schedule;
use crate::domain::AutomationId;
use crate::text::{Safe, Untrusted};

/// One entry of `triggers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    pub id: Untrusted,
    pub fields: Fields,
}

/// The entries of a `triggers` object, in its order. What an entry holds besides an object is kept under an empty name.
pub fn triggers_of(value: &Value) -> Option<Vec<Trigger>> {
    let map = value.as_object()?;
    let one = |(id, fields): (&String, &Value)| {
        let fields = match fields {
            Value::Object(fields) => fields.clone(),
            Value::Null => Fields::new(),
            other => Fields::from_iter([(String::new(), other.clone())]),
        };
        Trigger { id: id.as_str().into(), fields }
    };
    Some(map.iter().map(one).collect())
}

impl Trigger {
    /// The texts of a field; one text alone counts as a list.
    pub fn list(&self, key: &str) -> Vec<&str> {
        match self.fields.get(key) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => vec![text],
            _ => Vec::new(),
        }
    }

    pub fn is_schedule(&self) -> bool {
        matches!(self.id.raw_for_match(), "interval" | "schedule")
    }

    pub fn schedule(&self) -> Option<Schedule> {
        self.is_schedule().then(|| Schedule::of(&self.fields))
    }

    /// Set off by people, whoever they are: by what they write, label, open or push. Not by the clock, by a workflow or
    /// by another automation.
    pub fn is_set_off_by_people(&self) -> bool {
        !self.is_schedule()
            && !matches!(self.id.raw_for_match(), "manual" | "workflow_run")
            && self.chained().is_empty()
    }

    /// The automations whose runs set this one off.
    pub fn chained(&self) -> Vec<AutomationId> {
        let Some(Value::Array(ids)) = self.fields.get("automation_ids") else { return Vec::new() };
        let id = |value: &Value| match value {
            Value::String(id) if !id.is_empty() => Some(AutomationId::new(id.as_str())),
            Value::Number(id) => Some(AutomationId::new(id.to_string())),
            _ => None,
        };
        ids.iter().filter_map(id).collect()
    }

    /// Its own write scope, where it has one.
    pub fn write_scope(&self) -> Option<Scope> {
        self.fields.get("write_scope").and_then(Value::as_str).map(Scope::parse)
    }

    /// Branches it names, as texts that may hold `*`.
    pub fn branches(&self) -> Vec<&str> {
        ["branches", "base_branches", "head_branches", "branch", "base_ref", "ref"]
            .iter()
            .flat_map(|key| self.list(key))
            .collect()
    }

    /// In plain English; each kind of trigger has its own sentence.
    pub fn words(&self) -> Safe {
        super::words::trigger(self)
    }
}
