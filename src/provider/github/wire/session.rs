//! A session as the Copilot API knows it. Source: `/agents/sessions/{id}` there.

use serde::Deserialize;

use super::lenient::{ErrorText, NumberId, TextId, opt};

#[derive(Debug, Deserialize)]
pub struct AgentSession {
    pub id: TextId,
    pub state: String,
    /// Text here, a number there.
    #[serde(default, deserialize_with = "opt")]
    pub workflow_run_id: Option<NumberId>,
    #[serde(default, deserialize_with = "opt")]
    pub error: Option<ErrorText>,
}
