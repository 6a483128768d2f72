//! What is kept of a prompt or a comment being written, so that a lost line loses nothing.

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
    /// It is a comment that is being written, and this is where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Box<CommentOn>>,
}

/// Where a comment is written, in the draft's repository, and how far it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct CommentOn {
    /// The pull request's.
    pub number: u64,
    /// It is for the agent, about this task. `None`: for whoever reads there.
    pub task: Option<String>,
    /// It was sent under this id, and what became of it is not known yet.
    #[serde(with = "as_text")]
    pub sent: Option<Uuid>,
    /// Since it was sent something else was made of it.
    pub rewritten: bool,
}

impl CommentOn {
    /// What became of it is known: nothing of it is on its way any more.
    pub fn settle(&mut self) {
        (self.sent, self.rewritten) = (None, false);
    }
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

    /// A comment whose answer is still to come: nothing is to be done with it until then.
    pub fn is_on_its_way(&self) -> bool {
        !self.maybe_started && self.sent_as().is_some()
    }

    /// The id a comment was sent under, as long as nobody knows what became of it.
    pub fn sent_as(&self) -> Option<Uuid> {
        self.comment.as_ref()?.sent
    }

    /// The first words of the prompt, for a list.
    pub fn opening(&self) -> &str {
        self.prompt.lines().map(|line| line.trim_start_matches('#').trim()).find(|line| !line.is_empty()).unwrap_or("")
    }
}
