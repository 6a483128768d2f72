//! From what was typed to what is said of the automation. What was not touched goes out as it came in.

use serde_json::{Value, json};

use super::piece::{Part, Piece};
use super::{AutomationForm, credits};
use crate::domain::automation::{Definition, Fields};

impl AutomationForm {
    /// What it is to be.
    pub fn definition(&self) -> Definition {
        let mut wanted = self.base.clone();
        for piece in self.pieces.iter().filter(|piece| piece.is_changed()) {
            if let Part::Said(field) = piece.part {
                match piece.wire() {
                    Some(value) => wanted.set(field, value),
                    // An empty text, and an empty list, are values.
                    None if piece.shape == super::Shape::List => wanted.set(field, json!([])),
                    None if field == "description" => wanted.set(field, "".into()),
                    None => {}
                }
            }
        }
        self.collect_triggers(&mut wanted);
        self.collect_limits(&mut wanted);
        self.collect_tools(&mut wanted);
        let prompt = self.prompt.text();
        if self.has_prompt() && prompt != self.first_prompt {
            wanted.set("prompt", prompt.trim_end().into());
        }
        wanted
    }

    fn any_changed(&self, of: impl Fn(&Part) -> bool) -> bool {
        self.pieces.iter().any(|piece| of(&piece.part) && piece.is_changed())
    }

    fn collect_triggers(&self, wanted: &mut Definition) {
        if !self.any_changed(|part| matches!(part, Part::Trigger(_) | Part::OfTrigger(..))) {
            return;
        }
        let before = self.base.get("triggers").and_then(Value::as_object).cloned().unwrap_or_default();
        let is_on = |id: &str| {
            let toggle = self.pieces.iter().find(|piece| matches!(&piece.part, Part::Trigger(of) if of == id));
            toggle.map(|toggle| toggle.field.value() == "true")
        };
        let mut after = Fields::new();
        for (id, fields) in &before {
            if is_on(id).unwrap_or(true) {
                after.insert(id.clone(), self.trigger(id, fields));
            }
        }
        for piece in &self.pieces {
            if let Part::Trigger(id) = &piece.part
                && !before.contains_key(id)
                && is_on(id) == Some(true)
            {
                after.insert(id.clone(), self.trigger(id, &Value::Object(Fields::new())));
            }
        }
        wanted.set("triggers", Value::Object(after));
    }

    fn trigger(&self, id: &str, before: &Value) -> Value {
        let of_it = |piece: &&Piece| matches!(&piece.part, Part::OfTrigger(of, _) if of == id) && piece.is_changed();
        let changed: Vec<&Piece> = self.pieces.iter().filter(of_it).collect();
        if changed.is_empty() {
            return before.clone();
        }
        let mut fields = before.as_object().cloned().unwrap_or_default();
        for piece in changed {
            let Part::OfTrigger(_, key) = &piece.part else { continue };
            match piece.wire() {
                Some(value) => drop(fields.insert(key.clone(), value)),
                None => drop(fields.shift_remove(key)),
            }
        }
        Value::Object(fields)
    }

    fn collect_limits(&self, wanted: &mut Definition) {
        if !self.any_changed(|part| matches!(part, Part::Limit(_))) {
            return;
        }
        let mut limits = self.base.get("usage_limits").and_then(Value::as_array).cloned().unwrap_or_default();
        for piece in self.pieces.iter().filter(|piece| piece.is_changed()) {
            let Part::Limit(period) = &piece.part else { continue };
            let of_it = |entry: &Value| entry.get("period").and_then(Value::as_str) == Some(period);
            let value = piece.field.value();
            match credits::nano(&value) {
                // What is no amount stands as a fault with its field.
                None if !value.trim().is_empty() => {}
                None => limits.retain(|entry| !of_it(entry)),
                Some(nano) => match limits.iter_mut().find(|entry| of_it(entry)).and_then(Value::as_object_mut) {
                    Some(entry) => drop(entry.insert("limit".to_owned(), nano.into())),
                    None => limits.push(json!({ "period": period, "limit": nano })),
                },
            }
        }
        wanted.set("usage_limits", Value::Array(limits));
    }

    fn collect_tools(&self, wanted: &mut Definition) {
        if !self.any_changed(|part| matches!(part, Part::Tool(_))) {
            return;
        }
        let mut tools = self.base.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
        for piece in self.pieces.iter().filter(|piece| piece.is_changed()) {
            let Part::Tool(id) = &piece.part else { continue };
            tools.retain(|tool| tool.as_str() != Some(id));
            if piece.field.value() == "true" {
                tools.push(id.as_str().into());
            }
        }
        wanted.set("tools", Value::Array(tools));
    }
}
