//! What is kept of a prompt being written, so that a lost line loses nothing.

use uuid::Uuid;

use crate::domain::{Instant, RepoName};

/// Also what a retry or a follow-up opens the form with. Everything that is not said has the template's value, then
/// none.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Which one it is, here and as the name of its file. Nil: not kept yet.
    #[serde(skip)]
    pub id: Uuid,
    pub repo: Option<RepoName>,
    pub template: Option<String>,
    pub values: Vec<(String, String)>,
    pub prompt: String,
    pub base_ref: Option<String>,
    pub head_ref: Option<String>,
    pub model: Option<String>,
    pub custom_agent: Option<String>,
    pub create_pull_request: Option<bool>,
    /// It was sent once and nobody knows whether that started a task.
    pub maybe_started: bool,
    /// The agent was held back by a limit until then.
    pub not_before: Option<Instant>,
}

impl Draft {
    /// The first words of the prompt, for a list.
    pub fn opening(&self) -> &str {
        self.prompt.lines().map(|line| line.trim_start_matches('#').trim()).find(|line| !line.is_empty()).unwrap_or("")
    }
}
