//! The compose pane: a template, its fields, the prompt, the request.

use crate::console::keys::Context;
use crate::domain::RepoName;

#[derive(Debug, Default)]
pub struct ComposePane {}

impl ComposePane {
    /// Which keys count here: those of the template list, or those of the form.
    pub fn context(&self) -> Context {
        Context::Form
    }
}

/// What is kept of a prompt being written, so that a lost line loses nothing.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Draft {
    pub repo: Option<RepoName>,
    pub template: Option<String>,
    pub values: Vec<(String, String)>,
    pub prompt: String,
}
