//! `atc schema VERB`: the JSON Schema of what a verb prints with `--json`, made of the tables that write it.

use serde_json::{Value, json};

use super::entry_fields::ENTRY;
use super::joined::TASK;
use super::moved::MOVED;
use super::pull_fields::REVIEW;
use super::shape;
use crate::cli::assign::ASSIGN;
use crate::cli::automation;
use crate::cli::cancel::CANCEL;
use crate::cli::config_verbs::{CHECKED, FILE, OPTION};
use crate::cli::doctor::REPORT;
use crate::cli::follow_up::COMMENT;
use crate::cli::ledger_verbs::reconcile::RECONCILED;
use crate::cli::ledger_verbs::{STATS, VERIFIED, line_schema};
use crate::cli::policy_verbs::EXPLAINED;
use crate::cli::start::{DRY, ROW};
use crate::cli::template::{LINT, LIST, RENDERED};

/// What one verb prints.
struct Spoken {
    /// As it is typed, with `-` between its words.
    verb: &'static str,
    what: &'static str,
    /// One of these.
    shapes: &'static [fn() -> Value],
}

const STARTED: fn() -> Value = || shape::schema(ROW);
const TRIED: fn() -> Value = || shape::schema(DRY);
/// What every verb that changes an automation prints.
const ACTED: &[fn() -> Value] = &[|| shape::schema(automation::ACTED)];

const fn spoken(verb: &'static str, what: &'static str, shapes: &'static [fn() -> Value]) -> Spoken {
    Spoken { verb, what, shapes }
}

const SPOKEN: &[Spoken] = &[
    spoken("list", "one task a line of `atc list --json`", &[|| shape::schema(TASK)]),
    spoken("view", "the object of `atc view --json`", &[|| shape::schema(TASK)]),
    spoken("logs", "one entry a line of `atc logs --format jsonl`", &[|| shape::schema(ENTRY)]),
    spoken("reviews", "one pull request a line of `atc reviews --json`", &[|| shape::schema(REVIEW)]),
    spoken("watch", "one transition a line of `atc watch`", &[|| shape::schema(MOVED)]),
    spoken("start", "one start a line of `atc start --json`, or of the same with `--dry-run`", &[STARTED, TRIED]),
    spoken("cancel", "one task a line of `atc cancel --json`", &[|| shape::schema(CANCEL)]),
    spoken("retry", "the start of `atc retry --json`, or of the same with `--dry-run`", &[STARTED, TRIED]),
    spoken(
        "follow-up",
        "the start of `atc follow-up --json`, or of the same with `--dry-run`; or its comment, with `--comment`",
        &[STARTED, TRIED, || shape::schema(COMMENT)],
    ),
    spoken("assign", "the object of `atc assign --json`", &[|| shape::schema(ASSIGN)]),
    spoken("stats", "the object of `atc stats --json`", &[|| shape::schema(STATS)]),
    spoken("doctor", "the object of `atc doctor --json`", &[|| shape::schema(REPORT)]),
    spoken(
        "automation-list",
        "one automation a line of `atc automation list --json`",
        &[|| shape::schema(automation::AUTOMATION)],
    ),
    spoken(
        "automation-view",
        "the object of `atc automation view --json`",
        &[|| shape::schema(automation::AUTOMATION)],
    ),
    spoken("automation-runs", "one task a line of `atc automation runs --json`", &[|| shape::schema(automation::RUN)]),
    spoken("automation-run", "the line of `atc automation run --json`", ACTED),
    spoken("automation-enable", "one automation a line of `atc automation enable --json`", ACTED),
    spoken("automation-disable", "one automation a line of `atc automation disable --json`", ACTED),
    spoken("automation-create", "the line of `atc automation create --json`", ACTED),
    spoken("automation-edit", "the line of `atc automation edit --json`", ACTED),
    spoken("automation-delete", "the line of `atc automation delete --json`", ACTED),
    spoken("automation-apply", "one automation a line of `atc automation apply --json`", ACTED),
    spoken(
        "automation-diff",
        "one step a line of `atc automation diff --json`, and of `apply --dry-run`",
        &[|| shape::schema(automation::STEP)],
    ),
    spoken(
        "automation-audit",
        "one finding a line of `atc automation audit --json`",
        &[|| shape::schema(automation::VIOLATION)],
    ),
    spoken(
        "automation-export",
        "one file a line of `atc automation export --json`",
        &[|| shape::schema(automation::EXPORTED)],
    ),
    spoken(
        "automation-calendar",
        "one coming run a line of `atc automation calendar --json`",
        &[|| shape::schema(automation::COMING)],
    ),
    spoken("config-show", "one option a line of `atc config show --json`", &[|| shape::schema(OPTION)]),
    spoken("config-path", "one file a line of `atc config path --json`", &[|| shape::schema(FILE)]),
    spoken("config-check", "the object of `atc config check --json`", &[|| shape::schema(CHECKED)]),
    spoken("policy-explain", "the object of `atc policy explain --json`", &[|| shape::schema(EXPLAINED)]),
    spoken("template-list", "the object of `atc template list --json`", &[|| shape::schema(LIST)]),
    spoken("template-lint", "the object of `atc template lint --json`", &[|| shape::schema(LINT)]),
    spoken("template-render", "the object of `atc template render --json`", &[|| shape::schema(RENDERED)]),
    spoken("ledger-list", "one line of `atc ledger list --json`", &[line_schema]),
    spoken("ledger-show", "one line of `atc ledger show --json`", &[line_schema]),
    spoken("ledger-export", "one line of `atc ledger export`", &[line_schema]),
    spoken("ledger-verify", "the object of `atc ledger verify --json`", &[|| shape::schema(VERIFIED)]),
    spoken("ledger-stats", "the object of `atc ledger stats --json`", &[|| shape::schema(STATS)]),
    spoken("ledger-reconcile", "one action a line of `atc ledger reconcile --json`", &[|| shape::schema(RECONCILED)]),
];

/// The verbs whose output is described here, as they are typed after `atc schema`.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    SPOKEN.iter().map(|spoken| spoken.verb)
}

/// `None`: no such verb.
pub fn of(verb: &str) -> Option<Value> {
    let spoken = SPOKEN.iter().find(|spoken| spoken.verb == verb)?;
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": spoken.what,
    });
    let schema = match spoken.shapes {
        [one] => one(),
        several => json!({ "anyOf": several.iter().map(|shape| shape()).collect::<Vec<_>>() }),
    };
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
        for verb in verbs() {
            let schema = of(verb).unwrap();
            assert!(jsonschema::meta::is_valid(&schema), "{verb}");
            let shapes = schema.get("anyOf").and_then(Value::as_array).cloned();
            for shape in shapes.unwrap_or_else(|| vec![schema.clone()]) {
                assert_eq!(shape["additionalProperties"], false, "{verb}");
            }
        }
        assert_eq!(of("burn"), None);
    }

    /// Every verb that can be told `--json`, as it is typed.
    fn json_verbs(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let path = if path.is_empty() { verb.get_name().to_owned() } else { format!("{path}-{}", verb.get_name()) };
            let json = verb.get_arguments().any(|arg| arg.get_long() == Some("json"));
            if json && verb.get_subcommands().next().is_none() {
                found.push(path.clone());
            }
            json_verbs(verb, &path, found);
        }
    }

    #[test]
    fn every_verb_that_can_be_told_json_has_a_schema() {
        let mut found = Vec::new();
        json_verbs(&crate::cli::args::definition(), "", &mut found);
        assert!(found.len() >= 20, "{found:?}");
        let missing: Vec<_> = found.iter().filter(|verb| !verbs().any(|known| known == **verb)).collect();
        assert!(missing.is_empty(), "no schema: {missing:?}");
    }
}
