//! Agent tasks and their sessions. Source: `/agents/repos/{owner}/{repo}/tasks` and its single answers.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::convert;
use super::lenient::{Amount, ErrorText, HasId, NumberId, TextId, Time, is_strict, items, opt};
use crate::domain;
use crate::text::Untrusted;

#[derive(Debug, Deserialize)]
pub struct Task {
    pub id: TextId,
    pub state: String,
    pub created_at: Time,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub html_url: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub creator: Option<HasId>,
    #[serde(default, deserialize_with = "opt")]
    pub repository: Option<HasId>,
    #[serde(default, deserialize_with = "opt")]
    pub session_count: Option<u32>,
    /// Of a task an automation started; not every answer has it.
    #[serde(default, deserialize_with = "opt")]
    pub automation_id: Option<TextId>,
    #[serde(default, deserialize_with = "items")]
    pub artifacts: Vec<Produced>,
    #[serde(default, deserialize_with = "opt")]
    pub archived_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub updated_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub custom_agent: Option<CustomAgent>,
    #[serde(default, deserialize_with = "opt")]
    pub owner: Option<HasId>,
    #[serde(default, deserialize_with = "opt")]
    pub creator_type: Option<String>,
    #[serde(default, deserialize_with = "items")]
    pub user_collaborators: Vec<HasId>,
    /// Only single answers carry them.
    #[serde(default, deserialize_with = "opt")]
    pub sessions: Option<Vec<Value>>,
}

/// A page of a list, of which nothing is missing or wrong.
#[derive(Debug, Deserialize)]
pub struct Page {
    pub tasks: Vec<Task>,
    #[serde(default, deserialize_with = "opt")]
    pub total_active_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub struct CustomAgent {
    pub id: Untrusted,
}

/// An artifact, or what only the service knows what it is, as it was written.
#[derive(Debug)]
pub enum Produced {
    Known(domain::Artifact),
    Other(Untrusted),
}

impl<'de> Deserialize<'de> for Produced {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if is_strict() {
            let known = convert::artifact(Artifact::deserialize(from)?).map(Self::Known);
            return known.ok_or_else(|| serde::de::Error::custom("not a known artifact"));
        }
        let value = Value::deserialize(from)?;
        let known = Artifact::deserialize(&value).ok().and_then(convert::artifact);
        Ok(known.map_or_else(|| Self::Other(value.to_string().into()), Self::Known))
    }
}

/// `data` depends on `type`, and on who wrote it.
#[derive(Debug, Deserialize)]
pub struct Artifact {
    #[serde(rename = "type")]
    pub kind: String,
    pub data: ArtifactData,
}

#[derive(Debug, Deserialize)]
pub struct ArtifactData {
    /// Of a `github_resource`.
    #[serde(rename = "type", default, deserialize_with = "opt")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub id: Option<NumberId>,
    #[serde(default, deserialize_with = "opt")]
    pub global_id: Option<TextId>,
    #[serde(default, deserialize_with = "opt")]
    pub state: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub head_ref: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub base_ref: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub struct Session {
    pub id: TextId,
    pub state: String,
    pub created_at: Time,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub prompt: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub model: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub head_ref: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub base_ref: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub updated_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub completed_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub usage: Option<Usage>,
    #[serde(default, deserialize_with = "opt")]
    pub error: Option<ErrorText>,
    #[serde(default, deserialize_with = "opt")]
    pub workflow_run_id: Option<NumberId>,
    #[serde(default, deserialize_with = "opt")]
    pub user: Option<HasId>,
    #[serde(default, deserialize_with = "opt")]
    pub owner: Option<HasId>,
    #[serde(default, deserialize_with = "opt")]
    pub resource_number: Option<NumberId>,
    #[serde(default, deserialize_with = "opt")]
    pub reasoning_effort: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub agent_slug: Option<Untrusted>,
}

/// Fields of a task that are read, or say again what is known: its address at the API.
pub const KNOWN: &[&str] = &[
    "id",
    "url",
    "state",
    "created_at",
    "name",
    "html_url",
    "creator",
    "repository",
    "session_count",
    "artifacts",
    "archived_at",
    "updated_at",
    "custom_agent",
    "owner",
    "creator_type",
    "user_collaborators",
    "sessions",
];

/// The same of a session: its task and its repository are those it stands in.
pub const KNOWN_OF_SESSION: &[&str] = &[
    "id",
    "task_id",
    "repository",
    "state",
    "created_at",
    "name",
    "prompt",
    "model",
    "head_ref",
    "base_ref",
    "updated_at",
    "completed_at",
    "usage",
    "error",
    "workflow_run_id",
    "user",
    "owner",
    "resource_number",
    "reasoning_effort",
    "agent_slug",
];

/// The documented name is `amount`; live answers were seen with `credits`.
#[derive(Debug, Deserialize)]
pub struct Usage {
    #[serde(rename = "type", default, deserialize_with = "opt")]
    pub kind: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub amount: Option<Amount>,
    #[serde(default, deserialize_with = "opt")]
    pub credits: Option<Amount>,
}
