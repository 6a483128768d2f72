//! A request for new work.

use super::RepoName;

/// Source: the body of POST `/agents/repos/{owner}/{repo}/tasks`. Written by the operator, so its texts are our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRequest {
    pub repo: RepoName,
    pub prompt: String,
    /// `None`: the service chooses.
    pub model: Option<String>,
    /// File name without extension of an agent in `.github/agents`.
    pub custom_agent: Option<String>,
    pub create_pull_request: bool,
    pub base_ref: Option<String>,
    /// With `base_ref`: continue on this branch's open pull request.
    pub head_ref: Option<String>,
}

/// First-party clients cut a prompt near 30,000 characters: warn from here on.
pub const PROMPT_WARN_CHARS: usize = 29_950;
