//! Sessions as the agent service lists them, for a person and for a pull request. Not documented, so all is optional
//! but the id. Source: `/agents/sessions`, `/agents/resource/pull/{id}` of the Copilot API.

use serde::Deserialize;

use super::ids::{opt_state, state, text};
use super::lenient::{Amount, ErrorText, NumberId, TextId, Time, as_type, items, opt, opt_as};
use crate::domain::{Instant, NodeId, PullId, RunId, SessionId, State, UserId};
use crate::text::Untrusted;

/// A session of the viewer's.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CloudSession {
    #[serde(deserialize_with = "as_type::<_, TextId, _>")]
    pub id: SessionId,
    #[serde(deserialize_with = "state")]
    pub state: State,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<Untrusted>,
    #[serde(rename = "user_id", default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub user: Option<UserId>,
    #[serde(default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub owner_id: Option<u64>,
    #[serde(default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub repo_id: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub resource_type: Option<Untrusted>,
    /// The pull request; the service says 0 before there is one.
    #[serde(rename = "resource_id", default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub pull: Option<PullId>,
    #[serde(rename = "resource_global_id", default, deserialize_with = "opt_as::<_, TextId, _>")]
    pub node: Option<NodeId>,
    #[serde(default, deserialize_with = "text")]
    pub resource_state: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub created_at: Option<Instant>,
    #[serde(rename = "last_updated_at", default, deserialize_with = "opt_as::<_, Time, _>")]
    pub updated_at: Option<Instant>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub completed_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    pub event_type: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt_as::<_, Amount, _>")]
    pub premium_requests: Option<f64>,
    /// Text here, a number there.
    #[serde(rename = "workflow_run_id", default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub run: Option<RunId>,
    #[serde(default, deserialize_with = "opt_as::<_, ErrorText, _>")]
    pub error: Option<Untrusted>,
}

/// The newest session of each pull request, and every session without one. `sessions`: newest first, as listed.
pub fn newest_of_each_pull(sessions: Vec<CloudSession>) -> Vec<CloudSession> {
    let mut seen = std::collections::HashSet::new();
    sessions.into_iter().filter(|session| session.pull.is_none_or(|pull| seen.insert(pull))).collect()
}

/// A pull request as the agent service knows it. Its times are numbers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AgentPull {
    #[serde(rename = "resource_id", default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub pull: Option<PullId>,
    #[serde(rename = "resource_global_id", default, deserialize_with = "opt_as::<_, TextId, _>")]
    pub node: Option<NodeId>,
    #[serde(rename = "user_id", default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub user: Option<UserId>,
    #[serde(default, deserialize_with = "text")]
    pub resource_state: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub session_count: Option<u64>,
    #[serde(default, deserialize_with = "opt_state")]
    pub state: Option<State>,
    #[serde(rename = "last_updated_at", default, deserialize_with = "opt_as::<_, Time, _>")]
    pub updated_at: Option<Instant>,
    #[serde(deserialize_with = "items")]
    pub sessions: Vec<PullSession>,
}

/// A session of a pull request, in few words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PullSession {
    #[serde(deserialize_with = "as_type::<_, TextId, _>")]
    pub id: SessionId,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt_state")]
    pub state: Option<State>,
    #[serde(rename = "last_updated_at", default, deserialize_with = "opt_as::<_, Time, _>")]
    pub updated_at: Option<Instant>,
}
