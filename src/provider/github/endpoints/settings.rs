//! A repository's settings for the cloud agent. Source: `/repos/{owner}/{repo}/copilot/cloud-agent/configuration`.

use serde::Deserialize;
use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone};
use super::super::wire::lenient::{items, opt};
use crate::domain::{Fault, RepoName};
use crate::text::Untrusted;

/// Every field is optional: `None` is "the service did not say", never "off".
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CloudAgentConfig {
    #[serde(default, deserialize_with = "opt")]
    pub enabled_tools: Option<AgentTools>,
    /// Workflows on the agent's pushes wait for a person.
    #[serde(default, deserialize_with = "opt")]
    pub require_actions_workflow_approval: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub is_firewall_enabled: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub is_firewall_recommended_allowlist_enabled: Option<bool>,
    #[serde(default, deserialize_with = "items")]
    pub custom_allowlist: Vec<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub is_automations_enabled: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub require_write_access_for_automation_triggers: Option<bool>,
    /// Whether servers are configured; their addresses may hold credentials and are not kept.
    #[serde(rename = "mcp_configuration", default, deserialize_with = "is_there")]
    pub has_mcp_servers: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct AgentTools {
    #[serde(default, deserialize_with = "opt")]
    pub codeql: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub copilot_code_review: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub secret_scanning: Option<bool>,
    #[serde(default, deserialize_with = "opt")]
    pub dependency_vulnerability_checks: Option<bool>,
}

fn is_there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(from)?.as_object().is_some_and(|object| !object.is_empty()))
}

impl GitHub {
    /// What the cloud agent may do in a repository, for checks before a start.
    pub async fn cloud_agent_config(&self, repo: &RepoName) -> Result<CloudAgentConfig, Fault> {
        let path = ["repos", repo.owner(), repo.name(), "copilot", "cloud-agent", "configuration"];
        let op = Op::new(format!("read the cloud-agent settings of {repo}"), Need::ReadMetadata);
        self.read(&Request::get(op, Zone::Rest, self.url(&path)?), "settings").await
    }
}
