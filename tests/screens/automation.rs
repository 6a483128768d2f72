//! Builds an automation from what the service would say of it.

use atc::domain::automation::{Definition, Detail, Off, Revision, Switch, triggers_of};
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
