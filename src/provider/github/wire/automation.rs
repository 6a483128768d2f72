//! Automations. Source: `/agents/automations`, `/agents/repos/{owner}/{repo}/automations` and their single answers.
//!
//! Every field is optional but the id; a key nobody here knows is kept. The addresses of MCP servers are taken out before
//! anything else looks at the answer: they may hold credentials.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::lenient::{NumberId, TextId, Time, many};
use crate::domain::automation::{
    Automation, AutomationRef, Definition, Detail, Fields, LimitStatus, Off, OfferedField, OfferedTool, OfferedTrigger,
    Owner, Period, Revision, Scope, Spending, Switch, ToolGroup, UsageLimit,
};
use crate::domain::{AutomationId, Instant, Person, RepoName, UserId};
use crate::text::Untrusted;

/// Inside a description of MCP servers: what may hold credentials.
const SECRET: [&str; 4] = ["url", "headers", "env", "args"];
/// Names used by another form of the same answer, and the public ones.
const PRIVATE: [(&str, &str); 1] = [("ownership", "owner_type")];

/// Takes the addresses of MCP servers out, wherever they are. Says whether there were any.
pub fn without_addresses(value: &mut Value) -> bool {
    scrub(value, false)
}

fn scrub(value: &mut Value, inside: bool) -> bool {
    match value {
        Value::Array(items) => {
            let mut found = false;
            // All of them: the first that is found is not the last.
            for item in items {
                found |= scrub(item, inside);
            }
            found
        }
        Value::Object(fields) => {
            let before = fields.len();
            if inside {
                fields.retain(|key, _| !SECRET.contains(&key.as_str()));
            }
            let found = before != fields.len();
            fields.iter_mut().fold(found, |found, (key, value)| {
                scrub(value, inside || matches!(key.as_str(), "mcp_servers" | "mcp_server" | "mcpServers")) || found
            })
        }
        _ => false,
    }
}

fn read<T: DeserializeOwned>(value: Option<Value>) -> Option<T> {
    T::deserialize(value?).ok()
}

fn text(value: Option<Value>) -> Option<Untrusted> {
    read::<String>(value).filter(|text| !text.is_empty()).map(Untrusted::from)
}

fn time(value: Option<Value>) -> Option<Instant> {
    read::<Time>(value).map(|time| time.0)
}

/// Nano credits: whole, as a number or as its digits; a number with an exponent counts too.
fn nano(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number.as_f64().filter(|float| *float >= 0.0)?;
            super::lenient::whole(float).and_then(|whole| u64::try_from(whole).ok())
        }),
        Value::String(text) => text.parse().ok(),
        // As a session's usage is told.
        Value::Object(fields) => nano(fields.get("amount").or_else(|| fields.get("credits"))),
        _ => None,
    }
}

/// `None`: it is no automation, as it has no id. `listed`: the repository asked, where one was.
pub fn automation(mut value: Value, listed: Option<&RepoName>) -> Option<Automation> {
    let has_addresses = {
        let tools = value.get_mut("tools").is_some_and(without_addresses);
        without_addresses(&mut value);
        tools
    };
    let Value::Object(mut fields) = value else { return None };
    let id = AutomationId::new(read::<TextId>(fields.shift_remove("id"))?.0);
    let repo = listed.cloned().or_else(|| repo_of(&fields))?;
    for (private, public) in PRIVATE {
        if let Some(value) = fields.shift_remove(private).filter(|_| !fields.contains_key(public)) {
            fields.insert(public.to_owned(), value);
        }
    }
    let switch = switch(&mut fields);
    let is_detail = fields.contains_key("prompt") || fields.contains_key("current_revision_id");
    let created_at = time(fields.shift_remove("created_at"));
    let updated_at = time(fields.shift_remove("updated_at"));
    let creator = fields.shift_remove("created_by").as_ref().and_then(person);
    let limits = fields.shift_remove("usage_limit_status").and_then(|value| {
        let items = value.as_array()?;
        Some(items.iter().filter_map(limit_status).collect())
    });
    let revision = fields.shift_remove("current_revision_id").filter(|v| v.is_string() || v.is_number()).map(Revision);
    let limit_reached = fields.shift_remove("active_limit_reached").as_ref().and_then(Value::as_bool);
    let spending = fields.shift_remove("usage").as_ref().and_then(spending);
    let mut definition = Definition::take_from(&mut fields);
    if has_addresses {
        // It cannot be sent back as it came, so it is not sent at all: then it stays as it is.
        definition.set("tools", Value::Null);
    }
    let shown = shown(&definition);
    let detail = is_detail.then(|| {
        Box::new(Detail {
            prompt: definition.prompt(),
            revision,
            tools: definition.get("tools").and_then(Value::as_array).cloned().unwrap_or_default(),
            permissions: definition.get("permissions").and_then(Value::as_object).cloned().unwrap_or_default(),
            toolsets: definition.list("github_mcp_toolsets"),
            agents: definition.list("allowed_custom_agents"),
            limit_reached,
            spending,
            limits: definition
                .get("usage_limits")
                .and_then(Value::as_array)
                .map(|all| all.iter().filter_map(limit).collect()),
            definition,
        })
    });
    let Shown { name, description, owner, write_scope, actor_must_write, triggers, model, reasoning_effort } = shown;
    Some(Automation {
        at: AutomationRef { repo, id },
        name,
        description,
        switch,
        owner,
        creator,
        write_scope,
        actor_must_write,
        triggers,
        model,
        reasoning_effort,
        created_at,
        updated_at,
        limits,
        detail,
        other: fields,
    })
}

/// What lists and single answers both tell of the writable fields.
struct Shown {
    name: Untrusted,
    description: Option<Untrusted>,
    owner: Option<Owner>,
    write_scope: Option<Scope>,
    actor_must_write: Option<bool>,
    triggers: Option<Vec<crate::domain::automation::Trigger>>,
    model: Option<Untrusted>,
    reasoning_effort: Option<Untrusted>,
}

fn shown(definition: &Definition) -> Shown {
    let text = |field: &str| definition.text(field).filter(|text| !text.is_empty());
    Shown {
        name: definition.name(),
        description: text("description"),
        owner: definition.get("owner_type").and_then(Value::as_str).map(Owner::parse),
        write_scope: definition.write_scope(),
        actor_must_write: definition.flag("require_actor_write_permission"),
        triggers: definition.triggers(),
        model: text("model"),
        reasoning_effort: text("reasoning_effort"),
    }
}

/// Off when any of the three says so. The writable form of it stays among the fields, and says what was found.
fn switch(fields: &mut Fields) -> Switch {
    let enabled = fields.shift_remove("enabled").as_ref().and_then(Value::as_bool);
    let disabled = fields.shift_remove("disabled").as_ref().and_then(Value::as_bool);
    let state = fields.shift_remove("disabled_state");
    let state = state.as_ref().and_then(Value::as_object).filter(|state| !state.is_empty());
    let told = enabled.is_some() || disabled.is_some() || state.is_some();
    let off = enabled == Some(false) || disabled == Some(true) || state.is_some();
    if told {
        fields.insert("enabled".to_owned(), (!off).into());
    }
    match (told, off) {
        (false, _) => Switch::Untold,
        (true, false) => Switch::On,
        (true, true) => Switch::Off(Off {
            reason: text(state.and_then(|state| state.get("reason")).cloned()),
            at: time(state.and_then(|state| state.get("disabled_at")).cloned()),
        }),
    }
}

/// An object with an id, or the id alone.
fn person(value: &Value) -> Option<Person> {
    let id = value.get("id").unwrap_or(value);
    let id = read::<NumberId>(Some(id.clone()))?;
    Some(Person { id: UserId(id.0), login: text(value.get("login").cloned()) })
}

/// The repository an entry of a list over all of them is in.
fn repo_of(fields: &Fields) -> Option<RepoName> {
    let repo = fields.get("repository")?;
    let full = repo.get("full_name").or_else(|| repo.get("nwo")).or_else(|| repo.get("name_with_owner"));
    let full = full.or(Some(repo)).and_then(Value::as_str).and_then(|name| name.parse().ok());
    full.or_else(|| {
        let owner = repo.get("owner").and_then(|owner| owner.get("login").unwrap_or(owner).as_str())?;
        RepoName::from_parts(owner, repo.get("name")?.as_str()?).ok()
    })
}

fn limit_status(value: &Value) -> Option<LimitStatus> {
    Some(LimitStatus {
        period: Period::parse(value.get("period")?.as_str()?),
        limit: nano(value.get("limit")),
        used: nano(value.get("used")),
        resets_at: time(value.get("resets_at").cloned()),
        reached: value.get("reached").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn limit(value: &Value) -> Option<UsageLimit> {
    Some(UsageLimit { period: Period::parse(value.get("period")?.as_str()?), limit: nano(value.get("limit"))? })
}

fn spending(value: &Value) -> Option<Spending> {
    value.as_object()?;
    Some(Spending {
        day: nano(value.get("last_24_hours")),
        week: nano(value.get("last_7_days")),
        month: nano(value.get("last_30_days")),
    })
}

/// Groups of tools: the answer itself, or its `tool_groups`. MCP servers that are listed beside them are groups too.
pub fn tool_groups(mut body: Value) -> Option<Vec<ToolGroup>> {
    without_addresses(&mut body);
    let servers = body.get_mut("mcp_servers").map(Value::take);
    let groups = match body {
        Value::Array(_) => body,
        mut body => body
            .get_mut("tool_groups")
            .map(Value::take)
            .or_else(|| servers.as_ref().map(|_| Value::Array(Vec::new())))?,
    };
    groups.as_array()?;
    let (mut all, _) = many::<Value>(groups);
    all.extend(servers.map(|servers| many::<Value>(servers).0).unwrap_or_default());
    Some(all.into_iter().filter_map(tool_group).collect())
}

fn tool_group(value: Value) -> Option<ToolGroup> {
    let Value::Object(mut fields) = value else { return None };
    let name = text(fields.shift_remove("id")).or_else(|| text(fields.get("name").cloned()))?;
    let tools = fields.shift_remove("tools").map(|tools| many::<Value>(tools).0).unwrap_or_default();
    Some(ToolGroup {
        id: name,
        title: text(fields.shift_remove("title")).or_else(|| text(fields.shift_remove("name"))),
        tools: tools.into_iter().filter_map(tool).collect(),
    })
}

fn tool(value: Value) -> Option<OfferedTool> {
    match value {
        Value::String(id) if !id.is_empty() => Some(OfferedTool { id: id.into(), ..OfferedTool::default() }),
        Value::Object(mut fields) => Some(OfferedTool {
            id: text(fields.shift_remove("id")).or_else(|| text(fields.shift_remove("name")))?,
            title: text(fields.shift_remove("title")),
            description: text(fields.shift_remove("description")),
            writes: match fields.get("scope").and_then(Value::as_str) {
                Some("write") => Some(true),
                Some("read") => Some(false),
                _ => None,
            },
        }),
        _ => None,
    }
}

/// The triggers on offer: the answer itself, or its `triggers`.
pub fn offered_triggers(mut body: Value) -> Option<Vec<OfferedTrigger>> {
    let list = match body {
        Value::Array(_) => body,
        _ => body.get_mut("triggers").or(None).map(Value::take)?,
    };
    list.as_array()?;
    Some(many::<Value>(list).0.into_iter().filter_map(offered_trigger).collect())
}

fn offered_trigger(value: Value) -> Option<OfferedTrigger> {
    let Value::Object(mut fields) = value else { return None };
    let inner = fields.shift_remove("fields").map(|inner| many::<Value>(inner).0).unwrap_or_default();
    Some(OfferedTrigger {
        id: text(fields.shift_remove("id"))?,
        title: text(fields.shift_remove("title")),
        description: text(fields.shift_remove("description")),
        fields: inner.into_iter().filter_map(offered_field).collect(),
        can_run_now: fields.get("supports_run_now").and_then(Value::as_bool),
    })
}

fn offered_field(value: Value) -> Option<OfferedField> {
    let Value::Object(mut fields) = value else { return None };
    let option = |value: &Value| match value {
        Value::String(text) => Some(Untrusted::from(text.as_str())),
        Value::Number(number) => Some(Untrusted::from(number.to_string())),
        other => other.get("value").or_else(|| other.get("id"))?.as_str().map(Untrusted::from),
    };
    let options = fields.shift_remove("options");
    Some(OfferedField {
        id: text(fields.shift_remove("id"))?,
        label: text(fields.shift_remove("label")),
        kind: text(fields.shift_remove("type")).unwrap_or_default(),
        required: fields.get("required").and_then(Value::as_bool).unwrap_or(false),
        options: options.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(option).collect(),
        description: text(fields.shift_remove("description")),
    })
}
