//! What is kept of a prompt being written, so that a lost line loses nothing.

use uuid::Uuid;

use crate::console::state::automations::form::Written;
use crate::domain::{Instant, IssueRef, RepoName};

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
    /// That limit named no time; this one is assumed.
    pub assumed: bool,
    /// The repositories it goes to, where they are several.
    pub repos: Vec<RepoName>,
    /// A part of it was sent, as this plan.
    #[serde(with = "as_text")]
    pub plan: Option<Uuid>,
    /// Number of the issue it is about; `None`: it is a start.
    pub issue: Option<u64>,
    pub issue_title: Option<String>,
    /// It is an automation that is being written, and this is what else was said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automation: Option<Box<Written>>,
}

/// An id as it is written.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};
    use uuid::Uuid;

    #[expect(clippy::ref_option, reason = "the form serde asks for")]
    pub fn serialize<S: Serializer>(id: &Option<Uuid>, serializer: S) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => serializer.serialize_some(&id.to_string()),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}

impl Draft {
    /// The issue it is about.
    pub fn subject(&self) -> Option<IssueRef> {
        Some(IssueRef { repo: self.repo.clone()?, number: self.issue? })
    }

    /// The first words of the prompt, for a list.
    pub fn opening(&self) -> &str {
        self.prompt.lines().map(|line| line.trim_start_matches('#').trim()).find(|line| !line.is_empty()).unwrap_or("")
    }
}
