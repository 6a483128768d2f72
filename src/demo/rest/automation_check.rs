//! Whether what is sent makes an automation: names, switches, triggers, limits. Says no as the other agent endpoints do.

use serde_json::{Map, Value};

use super::super::http::Reply;
use super::super::world::automation::Automation;
use super::super::world::core::World;
use super::super::world::schedule::Period;
use super::automation_offers::{self as offers, Field};

const TEXTS: [&str; 5] = ["name", "description", "prompt", "model", "reasoning_effort"];
const LISTS: [&str; 3] = ["tools", "github_mcp_toolsets", "allowed_custom_agents"];
const SWITCHES: [&str; 2] = ["enabled", "require_actor_write_permission"];
const CHOICES: [(&str, [&str; 2]); 2] =
    [("owner_type", ["user", "repository"]), ("write_scope", ["trigger", "repository"])];
/// What the service says of an automation, and nobody sets.
pub const TOLD: [&str; 12] = [
    "id",
    "repository",
    "created_at",
    "updated_at",
    "created_by",
    "disabled_state",
    "usage_limit_status",
    "current_revision_id",
    "active_limit_reached",
    "usage",
    "expected_revision_id",
    "ownership",
];
/// The longest name, prompt.
const NAME_MOST: usize = 100;
const PROMPT_MOST: usize = 30_000;

type Verdict = Result<(), Reply>;

fn invalid(message: &str) -> Reply {
    Reply::invalid_task("invalid", message)
}

/// What a new one needs.
pub fn new(world: &World, repo: usize, sent: &Map<String, Value>) -> Verdict {
    for key in ["name", "prompt"] {
        if sent.get(key).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty())
            && !sent.get(key).is_some_and(|value| !value.is_string() && !value.is_null())
        {
            return Err(Reply::invalid_task("missing_field", &format!("{key} is required")));
        }
    }
    fields(world, repo, sent, None)
}

/// What may be changed: nothing is taken away by null, and an owner stays what it is.
pub fn change(world: &World, automation: &Automation, sent: &Map<String, Value>) -> Verdict {
    if let Some((key, _)) = sent.iter().find(|(_, value)| value.is_null()) {
        return Err(invalid(&format!("{key} cannot be null")));
    }
    if sent.get("owner_type").is_some_and(|wanted| automation.set.get("owner_type") != Some(wanted)) {
        return Err(invalid("owner_type cannot be changed"));
    }
    fields(world, automation.repo, sent, Some(automation))
}

fn fields(world: &World, repo: usize, sent: &Map<String, Value>, before: Option<&Automation>) -> Verdict {
    let given = || sent.iter().filter(|(_, value)| !value.is_null());
    for (key, value) in given() {
        let key = key.as_str();
        let fits = match key {
            _ if TEXTS.contains(&key) => value.is_string(),
            _ if LISTS.contains(&key) => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            _ if SWITCHES.contains(&key) => value.is_boolean(),
            "triggers" | "permissions" => value.is_object(),
            "usage_limits" => value.is_array(),
            _ => true,
        };
        if !fits {
            return Err(invalid(&format!("{key} is of the wrong type")));
        }
    }
    let text = |key: &str| sent.get(key).and_then(Value::as_str);
    for (key, most) in [("name", NAME_MOST), ("prompt", PROMPT_MOST)] {
        if text(key).is_some_and(|text| text.trim().is_empty()) {
            return Err(invalid(&format!("{key} cannot be blank")));
        }
        if text(key).is_some_and(|text| text.chars().count() > most) {
            return Err(invalid(&format!("{key} is too long (maximum is {most} characters)")));
        }
    }
    for (key, choices) in CHOICES {
        if given().any(|(name, value)| name == key && !value.as_str().is_some_and(|word| choices.contains(&word))) {
            return Err(invalid(&format!("{key} must be one of: {}", choices.join(", "))));
        }
    }
    let known = |id: &str| offers::is_tool(id) || id.contains('/');
    let unknown = sent.get("tools").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(id) = unknown.into_iter().find(|id| !known(id)) {
        return Err(invalid(&format!("tools contains an unknown tool: {id}")));
    }
    limits(sent)?;
    for (id, config) in sent.get("triggers").and_then(Value::as_object).into_iter().flatten() {
        // One that is there already stays as it is, whether or not it is still offered.
        if before.and_then(|before| before.trigger(id)) != Some(config) {
            trigger(world, repo, id, config)?;
        }
    }
    Ok(())
}

fn limits(sent: &Map<String, Value>) -> Verdict {
    let mut seen = Vec::new();
    for entry in sent.get("usage_limits").and_then(Value::as_array).into_iter().flatten() {
        let period = entry.get("period").and_then(Value::as_str).and_then(Period::read);
        let period = period.ok_or_else(|| invalid("usage_limits: period must be one of: day, week, month"))?;
        if entry.get("limit").and_then(Value::as_i64).is_none_or(|limit| limit <= 0) {
            return Err(invalid("usage_limits: limit must be a positive integer"));
        }
        if seen.contains(&period) {
            return Err(Reply::invalid_task("already_exists", "usage_limits: one limit for each period"));
        }
        seen.push(period);
    }
    Ok(())
}

fn trigger(world: &World, repo: usize, id: &str, config: &Value) -> Verdict {
    let known = offers::trigger(id).ok_or_else(|| invalid(&format!("triggers: unknown trigger {id}")))?;
    let Some(given) = config.as_object() else { return Err(invalid(&format!("triggers.{id} must be an object"))) };
    for field in known.fields {
        // The cadence goes by an older name too.
        let older = if field.id == "cadence" { "types" } else { field.id };
        match given.get(field.id).or_else(|| given.get(older)) {
            Some(value) => self::field(id, field, value)?,
            None if field.required => {
                return Err(Reply::invalid_task("missing_field", &format!("triggers.{id}.{} is required", field.id)));
            }
            None => {}
        }
    }
    match known.id {
        "interval" => anchors(id, config),
        "automation" => chain(world, repo, config),
        _ => Ok(()),
    }
}

fn field(trigger: &str, field: &Field, value: &Value) -> Verdict {
    let wrong = || invalid(&format!("triggers.{trigger}.{} is of the wrong type", field.id));
    let words: Vec<String> = match field.kind {
        "string_array" => {
            let list = value.as_array().ok_or_else(wrong)?;
            let words = list.iter().map(|word| word.as_str().map(str::to_owned).ok_or_else(wrong));
            words.collect::<Result<_, _>>()?
        }
        "integer" => vec![value.as_i64().ok_or_else(wrong)?.to_string()],
        _ => vec![value.as_str().ok_or_else(wrong)?.to_owned()],
    };
    if field.required && words.is_empty() {
        return Err(Reply::invalid_task("missing_field", &format!("triggers.{trigger}.{} cannot be empty", field.id)));
    }
    match words.iter().find(|word| !field.options.is_empty() && !field.options.contains(&word.as_str())) {
        Some(word) => Err(invalid(&format!("triggers.{trigger}.{} cannot be {word}", field.id))),
        None => Ok(()),
    }
}

fn anchors(id: &str, config: &Value) -> Verdict {
    let hour = config.get("hour_utc").and_then(Value::as_i64);
    if hour.is_some_and(|hour| !(0..24).contains(&hour)) {
        return Err(invalid(&format!("triggers.{id}.hour_utc must be from 0 to 23")));
    }
    Ok(())
}

fn chain(world: &World, repo: usize, config: &Value) -> Verdict {
    let ids = config.get("automation_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if !(1..=3).contains(&ids.len()) {
        return Err(invalid("triggers.automation.automation_ids must name one to three automations"));
    }
    let here =
        |id: &Value| world.automations.iter().any(|one| one.repo == repo && !one.deleted && id == one.id.as_str());
    match ids.iter().find(|id| !here(id)) {
        Some(id) => Err(Reply::invalid_task("missing", &format!("triggers.automation: there is no automation {id}"))),
        None => Ok(()),
    }
}
