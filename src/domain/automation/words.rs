//! Triggers and values in plain English. What this program does not know is shown verbatim, never left out.

use serde_json::Value;

use super::trigger::Trigger;
use crate::text::{Safe, Untrusted};

/// Trigger ids with the noun a sentence begins with.
const NOUNS: &[(&str, &str)] = &[
    ("issue", "issue"),
    ("issues", "issue"),
    ("pull_request", "pull request"),
    ("pull_request_review", "review"),
    ("pull_request_review_comment", "review comment"),
    ("issue_comment", "comment"),
    ("comment", "comment"),
    ("discussion", "discussion"),
    ("discussion_comment", "discussion comment"),
    ("push", "push"),
    ("release", "release"),
    ("workflow_run", "workflow run"),
    ("automation", "another automation"),
    ("manual", "by hand"),
];

/// The words of a field, in the order they are said in. `{}` is the list.
const CLAUSES: &[(&str, &str, Join)] = &[
    ("states", "with review state", Join::Or),
    ("labels", "with label", Join::Quoted),
    ("assignees", "assigned to", Join::Or),
    ("categories", "in category", Join::Quoted),
    ("comment_types", "on", Join::Or),
    ("workflows", "of workflow", Join::Quoted),
    ("conclusions", "that ended in", Join::Or),
    ("paths", "touching", Join::Quoted),
    ("automation_ids", "after automation", Join::Or),
    ("query", "matching", Join::Quoted),
    ("body_substring", "whose text has", Join::Quoted),
    ("write_scope", "writing to the", Join::Or),
];

#[derive(Clone, Copy, PartialEq)]
enum Join {
    Or,
    Quoted,
}

/// “issue labelled bug matching is:open”, with the two in backticks; “weekly, Monday 06:00 UTC”.
pub(super) fn trigger(trigger: &Trigger) -> Safe {
    let mut said: Vec<String> = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    if let Some(schedule) = trigger.schedule() {
        known.extend(["cadence", "types", "minute_utc", "hour_utc", "day_of_week"]);
        said.push(schedule.words().to_string());
    } else {
        let id = trigger.id.raw_for_match();
        let noun = NOUNS.iter().find(|(name, _)| *name == id).map(|(_, noun)| (*noun).to_owned());
        said.push(noun.unwrap_or_else(|| trigger.id.show_line().to_string()));
        let (types, labels) = (trigger.list("types"), trigger.list("labels"));
        if types == ["labeled"] && !labels.is_empty() {
            known.extend(["types", "labels"]);
            said.push(format!("labelled {}", join(&labels, Join::Quoted)));
        } else if !types.is_empty() {
            known.push("types");
            said.push(join(&types, Join::Or));
        }
    }
    for (key, words, how) in CLAUSES {
        if let Some(value) = trigger.fields.get(*key).filter(|_| !known.contains(key))
            && let Some(list) = texts(value)
        {
            known.push(key);
            if !list.is_empty() {
                let list: Vec<&str> = list.iter().map(String::as_str).collect();
                said.push(format!("{words} {}", join(&list, *how)));
            }
        }
    }
    for (key, value) in trigger.fields.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
        let value = show_value(value);
        said.push(if key.is_empty() { value.to_string() } else { format!("{} {value}", shown(key)) });
    }
    Safe::new(said.join(" "))
}

/// A text or a number, or a list of them.
fn texts(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(items) => items.iter().map(one).collect(),
        other => Some(vec![one(other)?]),
    }
}

fn join(list: &[&str], how: Join) -> String {
    let shown: Vec<String> = list
        .iter()
        .map(|text| match how {
            Join::Quoted => format!("`{}`", shown(text)),
            Join::Or => shown(text).replace('_', " "),
        })
        .collect();
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

fn shown(text: &str) -> Safe {
    Untrusted::from(text).show_line()
}

/// Any value of the service on one line: a text as it is, anything else as JSON.
pub fn show_value(value: &Value) -> Safe {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::json;

    use super::super::trigger::triggers_of;
    use super::*;

    fn words(value: Value) -> String {
        triggers_of(&value).unwrap()[0].words().to_string()
    }

    #[test]
    fn a_trigger_reads_as_a_sentence() {
        for (value, expected) in [
            (
                json!({"issues": {"types": ["labeled"], "labels": ["bug"], "query": "is:open"}}),
                "issue labelled `bug` matching `is:open`",
            ),
            (json!({"interval": {"cadence": ["weekly"], "hour_utc": 6, "day_of_week": 1}}), "weekly, Monday 06:00 UTC"),
            (
                json!({"workflow_run": {"workflows": ["CI", "Deploy"], "conclusions": ["failure", "timed_out"]}}),
                "workflow run of workflow `CI` or `Deploy` that ended in failure or timed out",
            ),
            (json!({"push": {"paths": ["src/**"]}}), "push touching `src/**`"),
            (json!({"automation": {"automation_ids": ["a", 2]}}), "another automation after automation a or 2"),
            (json!({"manual": null}), "by hand"),
        ] {
            assert_eq!(words(value), expected);
        }
    }

    #[test]
    fn what_is_not_known_is_shown_verbatim() {
        let value = json!({"moon_phase": {"phase": "full", "within": {"hours": 3}, "labels": [{"x": 1}]}});
        assert_eq!(words(value), r#"moon_phase phase full within {"hours":3} labels [{"x":1}]"#);
        assert_eq!(words(json!({"issues": "opened"})), "issue opened");
        assert_eq!(words(json!({"is\u{1b}[2Jsues": {}})), "issues ␛1");
    }
}
