//! `atc schema VERB`: the JSON Schema of what a verb prints with `--json`, made of the tables that write it.

use serde_json::{Value, json};

use super::entry_fields::ENTRY;
use super::joined::TASK;
use super::moved::MOVED;
use super::pull_fields::REVIEW;
use super::shape;
use crate::cli::automation;
use crate::cli::config_verbs::{CHECKED, FILE, OPTION};
use crate::cli::ledger_verbs::STATS;

/// The verbs whose output is described here, as they are typed.
pub const VERBS: &[&str] = &[
    "list",
    "view",
    "logs",
    "reviews",
    "watch",
    "stats",
    "automation-list",
    "automation-view",
    "automation-runs",
    "automation-run",
    "automation-enable",
    "automation-disable",
    "automation-create",
    "automation-edit",
    "automation-delete",
    "automation-diff",
    "automation-audit",
    "automation-export",
    "automation-apply",
    "automation-calendar",
    "config-show",
    "config-path",
    "config-check",
];

/// `None`: no such verb.
pub fn of(verb: &str) -> Option<Value> {
    let (what, schema) = match verb {
        "list" => ("one task a line of `atc list --json`", shape::schema(TASK)),
        "view" => ("the object of `atc view --json`", shape::schema(TASK)),
        "logs" => ("one entry a line of `atc logs --format jsonl`", shape::schema(ENTRY)),
        "reviews" => ("one pull request a line of `atc reviews --json`", shape::schema(REVIEW)),
        "watch" => ("one transition a line of `atc watch`", shape::schema(MOVED)),
        "automation-list" => {
            ("one automation a line of `atc automation list --json`", shape::schema(automation::AUTOMATION))
        }
        "automation-view" => ("the object of `atc automation view --json`", shape::schema(automation::AUTOMATION)),
        "automation-runs" => ("one task a line of `atc automation runs --json`", shape::schema(automation::RUN)),
        "automation-run" | "automation-enable" | "automation-disable" | "automation-create" | "automation-edit"
        | "automation-delete" | "automation-apply" => {
            ("one automation a line, as it was acted on with `--json`", shape::schema(automation::ACTED))
        }
        "automation-diff" => (
            "one step a line of `atc automation diff --json`, and of `apply --dry-run`",
            shape::schema(automation::STEP),
        ),
        "automation-audit" => {
            ("one finding a line of `atc automation audit --json`", shape::schema(automation::VIOLATION))
        }
        "automation-export" => {
            ("one file a line of `atc automation export --json`", shape::schema(automation::EXPORTED))
        }
        "automation-calendar" => {
            ("one coming run a line of `atc automation calendar --json`", shape::schema(automation::COMING))
        }
        "stats" => ("the object of `atc stats --json`", shape::schema(STATS)),
        "config-show" => ("one option a line of `atc config show --json`", shape::schema(OPTION)),
        "config-path" => ("one file a line of `atc config path --json`", shape::schema(FILE)),
        "config-check" => ("the object of `atc config check --json`", shape::schema(CHECKED)),
        _ => return None,
    };
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": what,
    });
    if let (Some(whole), Value::Object(schema)) = (whole.as_object_mut(), schema) {
        whole.extend(schema);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_verb_has_a_schema_that_allows_no_other_fields() {
        for verb in VERBS {
            let schema = of(verb).unwrap();
            assert_eq!(schema["additionalProperties"], false, "{verb}");
            assert!(jsonschema::meta::is_valid(&schema), "{verb}");
        }
        assert_eq!(of("burn"), None);
    }
}
