//! The compose pane: a template, its fields, the prompt, the request.

use crate::domain::RepoName;

#[derive(Debug, Default)]
pub struct ComposePane {}

/// What is kept of a prompt being written, so that a lost line loses nothing.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Draft {
    pub repo: Option<RepoName>,
    pub template: Option<String>,
    pub values: Vec<(String, String)>,
    pub prompt: String,
}
