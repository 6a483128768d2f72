//! Actions runs and jobs. Source: `/repos/{owner}/{repo}/actions/…`.

use serde::Deserialize;

use super::lenient::{NumberId, Time, items, opt};
use crate::text::Untrusted;

/// A list, of which nothing is missing or wrong.
#[derive(Debug, Deserialize)]
pub struct Runs {
    pub workflow_runs: Vec<Run>,
}

/// A list, of which nothing is missing or wrong.
#[derive(Debug, Deserialize)]
pub struct Jobs {
    pub jobs: Vec<Job>,
}

#[derive(Debug, Deserialize)]
pub struct Run {
    pub id: NumberId,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
    /// May end in `@ref`.
    #[serde(default, deserialize_with = "opt")]
    pub path: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub conclusion: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub head_branch: Option<Untrusted>,
    #[serde(rename = "run_attempt", default, deserialize_with = "opt")]
    pub attempt: Option<u32>,
    pub created_at: Time,
    #[serde(default, deserialize_with = "opt")]
    pub updated_at: Option<Time>,
    #[serde(rename = "run_started_at", default, deserialize_with = "opt")]
    pub started_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub html_url: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub struct Job {
    pub id: NumberId,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub conclusion: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub started_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub completed_at: Option<Time>,
    #[serde(default, deserialize_with = "items")]
    pub steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
pub struct Step {
    #[serde(default, deserialize_with = "opt")]
    pub number: Option<u32>,
    #[serde(default, deserialize_with = "opt")]
    pub name: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    pub status: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub conclusion: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    pub started_at: Option<Time>,
    #[serde(default, deserialize_with = "opt")]
    pub completed_at: Option<Time>,
}
