//! One session of a task: one go of the agent.

use super::{Instant, RunId, SessionBeyond, SessionId, State, Usage};
use crate::text::Untrusted;

/// Source: `sessions[]` of GET `/agents/repos/{owner}/{repo}/tasks/{task_id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub state: State,
    pub name: Option<Untrusted>,
    pub prompt: Option<Untrusted>,
    /// As the service wrote it; [`Session::model_name`] drops routing prefix and suffix.
    pub model: Option<Untrusted>,
    pub head_ref: Option<Untrusted>,
    pub base_ref: Option<Untrusted>,
    pub created_at: Instant,
    pub updated_at: Option<Instant>,
    pub completed_at: Option<Instant>,
    pub usage: Option<Usage>,
    pub error: Option<Untrusted>,
    /// The Actions run, where the service named it.
    pub run: Option<RunId>,
    pub beyond: SessionBeyond,
}

impl Session {
    /// `sweagent-capi:claude-sonnet-4.5[ReasoningEffort=medium]` is `claude-sonnet-4.5`.
    pub fn model_name(&self) -> Option<Untrusted> {
        self.model_for_match().map(Untrusted::from)
    }

    /// [`Session::model_name`] for comparing. The result must not be shown.
    pub fn model_for_match(&self) -> Option<&str> {
        let raw = self.model.as_ref()?.raw_for_match();
        let raw = raw.split_once('[').map_or(raw, |(name, _)| name);
        let raw = raw.rsplit_once(':').map_or(raw, |(_, name)| name).trim();
        (!raw.is_empty()).then_some(raw)
    }

    /// No model and no usage: a local session mirrored in, not a cloud run.
    pub fn is_mirrored(&self) -> bool {
        self.usage.is_none() && self.model_for_match().is_none()
    }
}
