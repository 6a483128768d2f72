//! An automation as the service tells it: the summary of a list, and all of it.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::super::world::automation::Automation;
use super::super::world::automations::LimitView;
use super::super::world::core::World;
use super::super::world::schedule::Period;

/// What only the whole automation tells, of what people set.
const DETAILS: [&str; 6] =
    ["prompt", "tools", "permissions", "github_mcp_toolsets", "allowed_custom_agents", "usage_limits"];

/// Keys of the summary, in the order they are told, of what people set.
const SUMMARY: [&str; 10] = [
    "name",
    "description",
    "enabled",
    "disabled",
    "owner_type",
    "ownership",
    "write_scope",
    "require_actor_write_permission",
    "triggers",
    "model",
];

pub fn summary(world: &World, index: usize) -> Value {
    world.automations.get(index).map_or(Value::Null, |automation| Value::Object(shared(world, index, automation)))
}

fn shared(world: &World, index: usize, automation: &Automation) -> Map<String, Value> {
    let stamp = |tick| world.clock.stamp(tick);
    let mut out = Map::new();
    out.insert("id".to_owned(), automation.id.as_str().into());
    for key in SUMMARY {
        if let Some(value) = automation.set.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("reasoning_effort", automation.set.get("reasoning_effort").cloned().unwrap_or(Value::Null));
    put(
        "disabled_state",
        match &automation.switched_off {
            Some((reason, at)) => json!({ "reason": reason, "disabled_at": stamp(*at) }),
            None => Value::Null,
        },
    );
    if let Some(repo) = world.repos.get(automation.repo) {
        put("repository", json!({ "id": repo.id, "name": repo.name.name(), "full_name": repo.name.as_str() }));
    }
    put("created_at", stamp(automation.created).into());
    put("updated_at", stamp(automation.updated).into());
    put(
        "created_by",
        match world.person(automation.creator) {
            Some(person) => json!({ "id": person.id, "login": person.login }),
            None => Value::Null,
        },
    );
    let limits: Vec<Value> = world.limits_of(index, world.now).iter().map(limit).collect();
    put("usage_limit_status", limits.into());
    out
}

fn limit(view: &LimitView) -> Value {
    json!({
        "period": match view.period {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        },
        "limit": view.limit,
        "used": view.used,
        "resets_at": view.resets.to_rfc3339_opts(SecondsFormat::Secs, true),
        "reached": view.reached(),
    })
}

pub fn detail(world: &World, index: usize) -> Value {
    let Some(automation) = world.automations.get(index) else { return Value::Null };
    let mut out = shared(world, index, automation);
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    for key in DETAILS {
        let empty = if key == "permissions" { json!({}) } else { json!([]) };
        put(key, automation.set.get(key).cloned().unwrap_or(empty));
    }
    put("current_revision_id", automation.revision_id().into());
    put("active_limit_reached", world.limits_of(index, world.now).into_iter().any(LimitView::reached).into());
    let lately = |hours| world.spent_lately(index, hours);
    put(
        "usage",
        json!({
            "last_24_hours": lately(24),
            "last_7_days": lately(7 * 24),
            "last_30_days": lately(30 * 24),
        }),
    );
    // What nobody here knows stands at the end, as it came.
    for (key, value) in &automation.set {
        if !out.contains_key(key) {
            out.insert(key.clone(), value.clone());
        }
    }
    Value::Object(out)
}
