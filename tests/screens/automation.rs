//! Builds an automation from what the service would say of it; one of them, and what is offered to build it from.

use atc::console::automations::Offers;
use atc::domain::automation::{
    Definition, Detail, Off, Offered, OfferedField, OfferedTool, OfferedTrigger, Revision, Switch, ToolGroup,
    triggers_of,
};
use atc::domain::{Automation, AutomationId, AutomationRef};
use serde_json::{Value, json};

use crate::world::repo;

pub fn at(id: &str) -> AutomationRef {
    AutomationRef { repo: repo("api"), id: AutomationId::new(id) }
}

/// As the service would tell it.
pub fn automation(id: &str, said: Value, revision: u64) -> Automation {
    let mut fields = said.as_object().unwrap().clone();
    let definition = Definition::take_from(&mut fields);
    let texts = |field: &str| definition.list(field);
    Automation {
        at: at(id),
        name: definition.name(),
        description: definition.text("description"),
        switch: match definition.flag("enabled") {
            Some(true) => Switch::On,
            Some(false) => Switch::Off(Off::default()),
            None => Switch::Untold,
        },
        owner: None,
        creator: None,
        write_scope: definition.write_scope(),
        actor_must_write: definition.flag("require_actor_write_permission"),
        triggers: definition.get("triggers").and_then(triggers_of),
        model: definition.text("model"),
        reasoning_effort: definition.text("reasoning_effort"),
        created_at: None,
        updated_at: None,
        limits: None,
        detail: Some(Box::new(Detail {
            prompt: definition.prompt(),
            revision: Some(Revision(json!(format!("r{revision}")))),
            tools: Vec::new(),
            permissions: serde_json::Map::new(),
            toolsets: texts("github_mcp_toolsets"),
            agents: texts("allowed_custom_agents"),
            limit_reached: None,
            spending: None,
            limits: None,
            definition,
        })),
        other: fields,
    }
}

/// A schedule, an issue trigger with a field nobody knows, and a trigger nobody knows.
pub fn nightly() -> Value {
    json!({
        "name": "Nightly deps",
        "description": "One crate a night.",
        "enabled": true,
        "write_scope": "trigger",
        "require_actor_write_permission": true,
        "model": "claude-sonnet-4.6",
        "triggers": {
            "interval": {"cadence": ["weekly"], "day_of_week": 1, "hour_utc": 6},
            "issues": {"types": ["labeled"], "labels": ["bug"], "since": {"deep": [1, null]}},
            "moon_phase": {"phase": "full", "within": {"hours": 3}},
        },
        "usage_limits": [{"period": "week", "limit": 20_000_000_000_u64}, {"period": "fortnight", "limit": 7}],
        "tools": ["read_repository", "vault/read", {"id": "odd", "mode": 3}],
        "permissions": {"contents": "write"},
        "prompt": "## Goal\nBump one crate.\n\n## Non-goals\nNothing else.\n\n## Validation\n`cargo test`\n\n## Pull request\nSay why.",
        "future_key": {"kept": true},
    })
}

pub fn offers() -> Offers {
    let field = |id: &str, kind: &str, required: bool, options: &[&str]| OfferedField {
        id: id.into(),
        label: Some(format!("The {id}").as_str().into()),
        kind: kind.into(),
        required,
        options: options.iter().map(|&option| option.into()).collect(),
        description: None,
    };
    let trigger = |id: &str, title: &str, run: bool, fields: Vec<OfferedField>| OfferedTrigger {
        id: id.into(),
        title: Some(title.into()),
        description: Some(format!("When {title} happens.").as_str().into()),
        fields,
        can_run_now: Some(run),
    };
    let tool = |id: &str, title: &str, writes: bool| OfferedTool {
        id: id.into(),
        title: Some(title.into()),
        description: None,
        writes: Some(writes),
    };
    let days = ["0", "1", "2", "3", "4", "5", "6"];
    let triggers = vec![
        trigger(
            "interval",
            "Schedule",
            true,
            vec![
                field("cadence", "string_array", true, &["hourly", "daily", "weekly"]),
                field("hour_utc", "integer", false, &[]),
                field("minute_utc", "integer", false, &["0", "15", "30", "45"]),
                field("day_of_week", "integer", false, &days),
            ],
        ),
        trigger(
            "issues",
            "Issue",
            true,
            vec![
                field("types", "string_array", true, &["opened", "labeled"]),
                field("labels", "string_array", false, &[]),
                field("query", "string", false, &[]),
                field("weight", "fraction", false, &[]),
            ],
        ),
        trigger(
            "workflow_run",
            "Workflow run",
            true,
            vec![
                field("types", "string_array", true, &["completed"]),
                field("workflows", "string_array", true, &[]),
                field("conclusions", "string_array", true, &["success", "failure"]),
            ],
        ),
        trigger("automation", "Another automation", false, vec![field("automation_ids", "string_array", true, &[])]),
    ];
    let tools = vec![ToolGroup {
        id: "repository".into(),
        title: Some("Repository".into()),
        tools: vec![tool("read_repository", "Read files", false), tool("push_to_branches", "Push to branches", true)],
    }];
    Offers { triggers: Offered::Here(triggers), tools: Offered::Here(tools) }
}
