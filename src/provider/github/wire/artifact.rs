//! What a run left behind. Source: `/repos/{owner}/{repo}/actions/runs/{id}/artifacts`.

use serde::Deserialize;

use super::ids::text;
use super::lenient::{NumberId, Time, as_type, opt, opt_as};
use crate::domain::Instant;
use crate::text::Untrusted;

/// An archive a run has uploaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RunArtifact {
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub id: u64,
    #[serde(default, deserialize_with = "text")]
    pub name: Option<Untrusted>,
    #[serde(rename = "size_in_bytes", default, deserialize_with = "opt")]
    pub bytes: Option<u64>,
    /// It is listed, but its archive is gone.
    #[serde(default, deserialize_with = "opt")]
    pub expired: Option<bool>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub created_at: Option<Instant>,
    #[serde(default, deserialize_with = "opt_as::<_, Time, _>")]
    pub expires_at: Option<Instant>,
    #[serde(default, deserialize_with = "text")]
    pub digest: Option<Untrusted>,
}
