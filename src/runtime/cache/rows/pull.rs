//! A pull request as it was last seen.

use serde::{Deserialize, Serialize};

use super::At;
use super::standing::{self, StandingRow};
use super::task::{json, parse_pull_state, pull_state};
use crate::domain::{Checks, Mergeable, NodeId, Pull, PullId, RepoName, ReviewDecision};
use crate::text::Untrusted;

#[derive(Debug, Serialize, Deserialize)]
struct PullRow<T> {
    #[serde(rename = "o")]
    node: T,
    #[serde(rename = "R")]
    repo: RepoName,
    #[serde(rename = "n")]
    number: u64,
    #[serde(rename = "t")]
    title: T,
    #[serde(rename = "h")]
    url: T,
    #[serde(rename = "s")]
    state: T,
    #[serde(rename = "b")]
    head_ref: T,
    #[serde(rename = "r")]
    base_ref: T,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    author: Option<T>,
    #[serde(rename = "c")]
    created: At,
    #[serde(rename = "u")]
    updated: At,
    #[serde(rename = "p")]
    additions: u64,
    #[serde(rename = "m")]
    deletions: u64,
    #[serde(rename = "v")]
    review: Choice<T>,
    #[serde(rename = "q", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    requested: Vec<T>,
    #[serde(rename = "x", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    changes_by: Vec<T>,
    #[serde(rename = "g")]
    mergeable: Choice<T>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    checks: Option<ChecksRow<T>>,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    standing: Option<StandingRow<T>>,
}

/// One of our own words (`w`), or the service's for what we do not know (`o`).
#[derive(Debug, Serialize, Deserialize)]
struct Choice<T> {
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    word: Option<T>,
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    other: Option<T>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChecksRow<T> {
    #[serde(rename = "p", default)]
    passed: u32,
    #[serde(rename = "f", default)]
    failed: u32,
    #[serde(rename = "w", default)]
    pending: u32,
    #[serde(rename = "a", default)]
    needs_approval: u32,
    #[serde(rename = "s", default)]
    skipped: u32,
    #[serde(rename = "x", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    failing: Vec<T>,
}

/// The row of a pull request.
pub fn encode(pull: &Pull) -> String {
    json(&PullRow {
        node: pull.node.raw(),
        repo: pull.repo.clone(),
        number: pull.number,
        title: pull.title.raw_for_disk(),
        url: pull.url.raw_for_disk(),
        state: pull_state(pull.state),
        head_ref: pull.head_ref.raw_for_disk(),
        base_ref: pull.base_ref.raw_for_disk(),
        author: pull.author.as_ref().map(Untrusted::raw_for_disk),
        created: At(pull.created_at),
        updated: At(pull.updated_at),
        additions: pull.additions,
        deletions: pull.deletions,
        review: review_row(&pull.review),
        requested: raw(&pull.requested),
        changes_by: raw(&pull.changes_by),
        mergeable: mergeable_row(&pull.mergeable),
        checks: pull.checks.as_ref().map(|checks| ChecksRow {
            passed: checks.passed,
            failed: checks.failed,
            pending: checks.pending,
            needs_approval: checks.needs_approval,
            skipped: checks.skipped,
            failing: raw(&checks.failing),
        }),
        standing: standing::encode(&pull.standing),
    })
}

fn raw(texts: &[Untrusted]) -> Vec<&str> {
    texts.iter().map(Untrusted::raw_for_disk).collect()
}

fn word(word: &'static str) -> Choice<&'static str> {
    Choice { word: Some(word), other: None }
}

fn review_row(review: &ReviewDecision) -> Choice<&str> {
    match review {
        ReviewDecision::Approved => word("approved"),
        ReviewDecision::ChangesRequested => word("changes"),
        ReviewDecision::ReviewRequired => word("required"),
        ReviewDecision::NoRule => word("none"),
        ReviewDecision::Unknown(other) => Choice { word: None, other: Some(other.raw_for_disk()) },
    }
}

fn mergeable_row(mergeable: &Mergeable) -> Choice<&str> {
    match mergeable {
        Mergeable::Yes => word("yes"),
        Mergeable::Conflicting => word("conflict"),
        Mergeable::Computing => word("computing"),
        Mergeable::Unknown(other) => Choice { word: None, other: Some(other.raw_for_disk()) },
    }
}

/// The pull request of a row. `None`: the row cannot be read.
pub fn decode(id: PullId, row: &[u8]) -> Option<Pull> {
    let row: PullRow<Untrusted> = serde_json::from_slice(row).ok()?;
    Some(Pull {
        id,
        node: NodeId::new(row.node.raw_for_disk()),
        repo: row.repo,
        number: row.number,
        title: row.title,
        url: row.url,
        state: parse_pull_state(&row.state)?,
        head_ref: row.head_ref,
        base_ref: row.base_ref,
        author: row.author,
        created_at: row.created.0,
        updated_at: row.updated.0,
        additions: row.additions,
        deletions: row.deletions,
        review: review(row.review)?,
        requested: row.requested,
        changes_by: row.changes_by,
        mergeable: mergeable(row.mergeable)?,
        checks: row.checks.map(|checks| Checks {
            passed: checks.passed,
            failed: checks.failed,
            pending: checks.pending,
            needs_approval: checks.needs_approval,
            skipped: checks.skipped,
            failing: checks.failing,
        }),
        standing: row.standing.map(standing::decode).unwrap_or_default(),
    })
}

fn review(row: Choice<Untrusted>) -> Option<ReviewDecision> {
    match row.word.as_ref().map(Untrusted::raw_for_match) {
        Some("approved") => Some(ReviewDecision::Approved),
        Some("changes") => Some(ReviewDecision::ChangesRequested),
        Some("required") => Some(ReviewDecision::ReviewRequired),
        Some("none") => Some(ReviewDecision::NoRule),
        Some(_) => None,
        None => row.other.map(ReviewDecision::Unknown),
    }
}

fn mergeable(row: Choice<Untrusted>) -> Option<Mergeable> {
    match row.word.as_ref().map(Untrusted::raw_for_match) {
        Some("yes") => Some(Mergeable::Yes),
        Some("conflict") => Some(Mergeable::Conflicting),
        Some("computing") => Some(Mergeable::Computing),
        Some(_) => None,
        None => row.other.map(Mergeable::Unknown),
    }
}
