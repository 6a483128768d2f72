//! A file of a pull request. Source: GET `/repos/{owner}/{repo}/pulls/{number}/files`.

use serde::Deserialize;

use super::lenient::opt;
use crate::domain::pull_look::{Change, ChangedFile};
use crate::text::Untrusted;

#[derive(Debug, Deserialize)]
pub struct File {
    filename: Untrusted,
    #[serde(default, deserialize_with = "opt")]
    previous_filename: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    status: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    additions: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    deletions: Option<u64>,
}

impl From<File> for ChangedFile {
    fn from(file: File) -> Self {
        Self {
            path: file.filename,
            before: file.previous_filename,
            change: Change::parse(file.status.as_deref().unwrap_or_default()),
            added: file.additions.unwrap_or_default(),
            removed: file.deletions.unwrap_or_default(),
        }
    }
}
