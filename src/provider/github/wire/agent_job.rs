//! What the agent service says of its own work: jobs, models, custom agents. Not documented, so all is optional but the
//! ids. Source: `/agents/swe/…` of the Copilot API.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::ids::text;
use super::lenient::{Amount, ErrorText, NumberId, TextId, Time, as_type, items, opt, opt_as};
use super::person::Login;
use crate::domain::{Instant, PullId, RunId, SessionId};
use crate::text::Untrusted;

/// A job: one order to the agent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AgentJob {
    #[serde(rename = "job_id", deserialize_with = "as_type::<_, TextId, _>")]
    pub id: Untrusted,
    #[serde(rename = "session_id", default, deserialize_with = "opt_as::<_, TextId, _>")]
    pub session: Option<SessionId>,
    #[serde(default, deserialize_with = "text")]
    pub problem_statement: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub custom_agent: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub event_type: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub content_filter_mode: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub status: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub result: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub actor: Option<Login>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub created_at: Option<Instant>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub updated_at: Option<Instant>,
    /// Missing right after the start.
    #[serde(rename = "pull_request", default, deserialize_with = "opt")]
    pub pull: Option<JobPull>,
    #[serde(rename = "workflow_run", default, deserialize_with = "run_of")]
    pub run: Option<RunId>,
    #[serde(default, deserialize_with = "opt")]
    pub error: Option<JobError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct JobPull {
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub id: PullId,
    #[serde(default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub number: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub base_ref: Option<Untrusted>,
}

/// Why a job failed, and which service said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    pub message: Untrusted,
    pub status: Option<u64>,
    pub service: Option<Untrusted>,
}

impl<'de> Deserialize<'de> for JobError {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        struct Rest {
            /// A number inside text.
            #[serde(rename = "response_status_code", default, deserialize_with = "opt_as::<_, NumberId, _>")]
            status: Option<u64>,
            #[serde(default, deserialize_with = "text")]
            service: Option<Untrusted>,
        }
        let value = Value::deserialize(from)?;
        let Rest { status, service } = Rest::deserialize(&value).unwrap_or_default();
        let ErrorText(message) = ErrorText::deserialize(value).map_err(|_| serde::de::Error::custom("no error"))?;
        Ok(Self { message, status, service })
    }
}

/// `{"id": …}`, the id a number here and text there.
fn run_of<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RunId>, D::Error> {
    Ok(opt::<_, super::lenient::HasId>(from)?.map(|run| run.id.into()))
}

/// A model the agent can work with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AgentModel {
    #[serde(deserialize_with = "as_type::<_, TextId, _>")]
    pub id: Untrusted,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub billing: Option<ModelBilling>,
    #[serde(default, deserialize_with = "opt")]
    pub policy: Option<ModelPolicy>,
    #[serde(default, deserialize_with = "opt")]
    pub preview: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct ModelBilling {
    #[serde(default, deserialize_with = "opt_as::<_, Amount, _>")]
    pub multiplier: Option<f64>,
    #[serde(default, deserialize_with = "opt")]
    pub is_premium: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModelPolicy {
    #[serde(default, deserialize_with = "text")]
    pub state: Option<Untrusted>,
}

/// A custom agent, from the repository or from above it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedAgent {
    pub name: Untrusted,
    #[serde(default, deserialize_with = "text")]
    pub display_name: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub description: Option<Untrusted>,
    #[serde(default, deserialize_with = "items")]
    pub tools: Vec<Untrusted>,
    #[serde(default, deserialize_with = "opt_as::<_, TextId, _>")]
    pub version: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub model: Option<Untrusted>,
    /// Its file is wrong, and how.
    #[serde(default, deserialize_with = "opt_as::<_, ErrorText, _>")]
    pub config_error: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub user_invocable: Option<bool>,
}
