//! All that can be written of an automation: what is created, edited, exported and applied.
//!
//! It is kept as the service's own fields, verbatim, so that a trigger or a field nobody here knows goes out as it came
//! in. A change is sent as the fields that differ and no others: what is left out of a PATCH stays as it is.

use serde_json::{Map, Value, json};

use super::item::{Revision, Scope, UsageLimit};
use super::trigger::{Trigger, triggers_of};
use crate::text::Untrusted;

/// Named values in the order they came in.
pub type Fields = Map<String, Value>;

/// What can be written, in the order it is sent, shown and exported.
pub const FIELDS: &[&str] = &[
    "name",
    "description",
    "enabled",
    "owner_type",
    "write_scope",
    "require_actor_write_permission",
    "model",
    "reasoning_effort",
    "triggers",
    "usage_limits",
    "tools",
    "permissions",
    "github_mcp_toolsets",
    "allowed_custom_agents",
    "prompt",
];

/// Said when it is created, never after.
pub const IMMUTABLE: &[&str] = &["owner_type"];

/// Their order means nothing.
const SETS: &[&str] = &["tools", "github_mcp_toolsets", "allowed_custom_agents", "usage_limits"];

/// The writable fields of one automation. A field that is not there is not said: at the service it stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definition(Fields);

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub field: &'static str,
    pub was: Option<Value>,
    pub becomes: Value,
}

/// The service refuses `null`: a field that has a value cannot be emptied with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeedsValue(pub &'static str);

impl Definition {
    /// Takes what can be written out of an object and leaves the rest. `null` is nothing.
    pub fn take_from(object: &mut Fields) -> Self {
        let mut fields = Fields::new();
        for name in FIELDS {
            if let Some(value) = object.shift_remove(*name).filter(|value| !value.is_null()) {
                fields.insert((*name).to_owned(), value);
            }
        }
        Self(fields)
    }

    pub fn fields(&self) -> &Fields {
        &self.0
    }

    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// Sets a field in its place. One that cannot be written is left alone, and `null` takes the field out.
    pub fn set(&mut self, field: &str, value: Value) {
        if value.is_null() {
            self.0.shift_remove(field);
        } else if FIELDS.contains(&field) {
            self.0.insert(field.to_owned(), value);
            let mut fields = std::mem::take(&mut self.0);
            *self = Self::take_from(&mut fields);
        }
    }

    pub fn text(&self, field: &str) -> Option<Untrusted> {
        self.0.get(field)?.as_str().map(Untrusted::from)
    }

    pub fn flag(&self, field: &str) -> Option<bool> {
        self.0.get(field)?.as_bool()
    }

    pub fn name(&self) -> Untrusted {
        self.text("name").unwrap_or_default()
    }

    pub fn prompt(&self) -> Untrusted {
        self.text("prompt").unwrap_or_default()
    }

    pub fn triggers(&self) -> Option<Vec<Trigger>> {
        triggers_of(self.0.get("triggers")?)
    }

    pub fn write_scope(&self) -> Option<Scope> {
        self.0.get("write_scope")?.as_str().map(Scope::parse)
    }

    /// Every text of a field that is a list.
    pub fn list(&self, field: &str) -> Vec<Untrusted> {
        let items = self.0.get(field).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).map(Untrusted::from).collect()
    }

    /// Replaces one trigger, or adds it; all others stay as they are, known or not.
    pub fn set_trigger(&mut self, trigger: &Trigger) {
        let mut triggers = self.0.get("triggers").and_then(Value::as_object).cloned().unwrap_or_default();
        triggers.insert(trigger.id.raw_for_wire().to_owned(), Value::Object(trigger.fields.clone()));
        self.set("triggers", Value::Object(triggers));
    }

    pub fn remove_trigger(&mut self, id: &Untrusted) {
        if let Some(mut triggers) = self.0.get("triggers").and_then(Value::as_object).cloned() {
            triggers.shift_remove(id.raw_for_match());
            self.set("triggers", Value::Object(triggers));
        }
    }

    pub fn set_limits(&mut self, limits: &[UsageLimit]) {
        let one = |limit: &UsageLimit| {
            let period = match &limit.period {
                super::Period::Unknown(word) => word.raw_for_wire().to_owned(),
                known => known.word().to_string(),
            };
            json!({ "period": period, "limit": limit.limit })
        };
        self.set("usage_limits", Value::Array(limits.iter().map(one).collect()));
    }

    /// The body of the POST that makes it.
    pub fn create_body(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// What would change at the service if this were written over `now`, in the order of [`FIELDS`].
    pub fn changes_from(&self, now: &Self) -> Vec<Change> {
        let differs = |field: &&'static str| {
            let becomes = self.0.get(*field)?;
            let was = now.0.get(*field);
            let is_so = was.map_or_else(|| is_empty(becomes), |was| same(field, was, becomes));
            (!is_so).then(|| Change { field, was: was.cloned(), becomes: becomes.clone() })
        };
        FIELDS.iter().filter_map(differs).collect()
    }

    /// The first field that `now` has and this one has not, where somebody took it out.
    pub fn emptied_from(&self, now: &Self) -> Option<NeedsValue> {
        FIELDS.iter().find(|field| now.0.contains_key(**field) && !self.0.contains_key(**field)).map(|f| NeedsValue(f))
    }

    /// The body of the PATCH that leads from `now` to this: what differs, guarded by the revision. `None`: nothing does.
    pub fn patch_from(&self, now: &Self, revision: Option<&Revision>) -> Option<Value> {
        let changes = self.changes_from(now);
        patch(changes.into_iter().map(|change| (change.field, change.becomes)), revision)
    }

    /// All that this says is so in `now`.
    pub fn holds_in(&self, now: &Self) -> bool {
        self.changes_from(now).is_empty()
    }
}

/// A PATCH of these fields. `None`: there are none.
pub(super) fn patch(
    fields: impl IntoIterator<Item = (&'static str, Value)>,
    revision: Option<&Revision>,
) -> Option<Value> {
    let mut body: Fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    if body.is_empty() {
        return None;
    }
    if let Some(revision) = revision {
        body.insert("expected_revision_id".to_owned(), revision.0.clone());
    }
    Some(Value::Object(body))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn same(field: &str, a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) if SETS.contains(&field) => {
            a.len() == b.len() && a.iter().all(|one| b.contains(one)) && b.iter().all(|one| a.contains(one))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn of(value: Value) -> Definition {
        Definition::take_from(&mut value.as_object().unwrap().clone())
    }

    #[test]
    fn an_edit_sends_what_differs_and_keeps_what_nobody_here_knows() {
        let now = of(json!({
            "name": "deps", "model": "m", "prompt": "p", "tools": ["a", "b"],
            "triggers": {"moon_phase": {"phase": "full", "x": {"deep": [1, null]}}, "issues": {"types": ["opened"]}},
        }));
        let mut wanted = now.clone();
        let mut issues = wanted.triggers().unwrap().remove(1);
        issues.fields.insert("labels".into(), json!(["bug"]));
        wanted.set_trigger(&issues);
        let revision = Revision(json!(7));
        let patch = wanted.patch_from(&now, Some(&revision)).unwrap();
        assert_eq!(
            patch,
            json!({
                "triggers": {
                    "moon_phase": {"phase": "full", "x": {"deep": [1, null]}},
                    "issues": {"types": ["opened"], "labels": ["bug"]},
                },
                "expected_revision_id": 7,
            })
        );
        assert_eq!(now.patch_from(&now, Some(&revision)), None);
    }

    #[test]
    fn the_order_of_a_set_is_no_change_and_neither_is_nothing_for_nothing() {
        let now = of(json!({"tools": ["b", "a"], "name": "n"}));
        assert!(of(json!({"tools": ["a", "b"], "github_mcp_toolsets": [], "description": ""})).holds_in(&now));
        assert!(!of(json!({"tools": ["a"]})).holds_in(&now));
    }

    #[test]
    fn a_field_that_was_taken_out_is_noticed() {
        let now = of(json!({"name": "n", "model": "m"}));
        assert_eq!(of(json!({"name": "n"})).emptied_from(&now), Some(NeedsValue("model")));
        assert_eq!(now.emptied_from(&now), None);
    }

    #[test]
    fn what_cannot_be_written_is_never_taken() {
        let mut object =
            json!({"id": "x", "name": "n", "created_at": "t", "prompt": null}).as_object().unwrap().clone();
        let definition = Definition::take_from(&mut object);
        assert_eq!(definition.create_body(), json!({"name": "n"}));
        assert_eq!(object.keys().collect::<Vec<_>>(), ["id", "created_at"]);
    }
}
