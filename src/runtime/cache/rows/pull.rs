//! A pull request as it was last seen.

use serde::{Deserialize, Serialize};

use super::At;
use super::standing::{self, StandingRow};
use super::task::{json, parse_pull_state, pull_state};
use crate::domain::{Checks, Mergeable, NodeId, Pull, PullId, RepoName, ReviewDecision, Sight};
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
    /// Whether all checks are known. A program that did not tell took what it could not see for no checks.
    #[serde(rename = "i", skip_serializing_if = "Option::is_none")]
    sight: Option<T>,
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

#[derive(Debug, Default, Serialize, Deserialize)]
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
    #[serde(rename = "u", default)]
    untold: u32,
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
            untold: checks.untold,
            failing: raw(&checks.failing),
        }),
        sight: Some(sight_word(pull.checks.as_ref().map_or(Sight::Whole, |checks| checks.sight))),
        standing: standing::encode(&pull.standing),
    })
}

fn raw(texts: &[Untrusted]) -> Vec<&str> {
    texts.iter().map(Untrusted::raw_for_disk).collect()
}

fn word(word: &'static str) -> Choice<&'static str> {
    Choice { word: Some(word), other: None }
}

fn sight_word(sight: Sight) -> &'static str {
    match sight {
        Sight::Whole => "w",
        Sight::Untold => "u",
        Sight::Hidden => "h",
    }
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
    let standing = row.standing.map(standing::decode).unwrap_or_default();
    let sight = match row.sight.as_ref().map(Untrusted::raw_for_match) {
        Some("w") => Sight::Whole,
        Some("h") => Sight::Hidden,
        None if row.checks.is_some() && standing.more_checks == 0 => Sight::Whole,
        _ => Sight::Untold,
    };
    let checks = row.checks.or((sight != Sight::Whole).then(ChecksRow::default));
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
        checks: checks.map(|checks| Checks {
            passed: checks.passed,
            failed: checks.failed,
            pending: checks.pending,
            needs_approval: checks.needs_approval,
            skipped: checks.skipped,
            untold: checks.untold,
            failing: checks.failing,
            sight,
        }),
        standing,
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
