//! What the roll-ups of a pull request were made of, as last seen.

use serde::{Deserialize, Serialize};

use crate::domain::pull::{Asked, Opinion, ReviewerKind, Threads, Verdict};
use crate::domain::{Check, Conclusion, JobId, Standing};
use crate::text::Untrusted;

#[derive(Debug, Serialize, Deserialize)]
pub struct StandingRow<T> {
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    head: Option<T>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    #[serde(rename = "k", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckRow<T>>,
    #[serde(rename = "m", default, skip_serializing_if = "is_zero")]
    more_checks: u32,
    #[serde(rename = "q", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    asked: Vec<AskedRow<T>>,
    #[serde(rename = "o", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    opinions: Vec<OpinionRow<T>>,
    /// Unresolved, all, and whether there are more.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    threads: Option<(u32, u32, bool)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CheckRow<T> {
    #[serde(rename = "n")]
    name: T,
    /// The service's word.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    conclusion: Option<T>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    #[serde(rename = "j", skip_serializing_if = "Option::is_none")]
    job: Option<u64>,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    url: Option<T>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AskedRow<T> {
    #[serde(rename = "n")]
    name: T,
    /// `t` a team, `b` a bot, `m` a mannequin; otherwise a person.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    kind: Option<T>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OpinionRow<T> {
    #[serde(rename = "n")]
    by: T,
    #[serde(rename = "v")]
    verdict: T,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    commit: Option<T>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// `None`: there is nothing to keep.
pub fn encode(standing: &Standing) -> Option<StandingRow<&str>> {
    if *standing == Standing::default() {
        return None;
    }
    Some(StandingRow {
        head: standing.head.as_ref().map(Untrusted::raw_for_disk),
        files: standing.files,
        checks: standing.checks.iter().map(check).collect(),
        more_checks: standing.more_checks,
        asked: standing.asked.iter().map(|of| AskedRow { name: of.name.raw_for_disk(), kind: kind(of.kind) }).collect(),
        opinions: standing.opinions.iter().map(opinion).collect(),
        threads: standing.threads.map(|threads| (threads.unresolved, threads.total, threads.cut)),
    })
}

fn check(of: &Check) -> CheckRow<&str> {
    CheckRow {
        name: of.name.raw_for_disk(),
        conclusion: of.conclusion.as_ref().map(word),
        required: of.required,
        job: of.job.map(|job| job.0),
        url: of.url.as_ref().map(Untrusted::raw_for_disk),
    }
}

fn opinion(of: &Opinion) -> OpinionRow<&str> {
    let verdict = match &of.verdict {
        Verdict::Approved => "APPROVED",
        Verdict::ChangesRequested => "CHANGES_REQUESTED",
        Verdict::Dismissed => "DISMISSED",
        Verdict::Unknown(word) => word.raw_for_disk(),
    };
    OpinionRow { by: of.by.raw_for_disk(), verdict, commit: of.commit.as_ref().map(Untrusted::raw_for_disk) }
}

fn kind(kind: ReviewerKind) -> Option<&'static str> {
    match kind {
        ReviewerKind::User => None,
        ReviewerKind::Team => Some("t"),
        ReviewerKind::Bot => Some("b"),
        ReviewerKind::Mannequin => Some("m"),
    }
}

/// The word [`Conclusion::parse`] reads.
fn word(conclusion: &Conclusion) -> &str {
    match conclusion {
        Conclusion::Success => "success",
        Conclusion::Failure => "failure",
        Conclusion::Neutral => "neutral",
        Conclusion::Cancelled => "cancelled",
        Conclusion::Skipped => "skipped",
        Conclusion::TimedOut => "timed_out",
        Conclusion::ActionRequired => "action_required",
        Conclusion::Stale => "stale",
        Conclusion::StartupFailure => "startup_failure",
        Conclusion::Unknown(word) => word.raw_for_disk(),
    }
}

pub fn decode(row: StandingRow<Untrusted>) -> Standing {
    let check = |row: CheckRow<Untrusted>| Check {
        name: row.name,
        conclusion: row.conclusion.map(|word| Conclusion::parse(word.raw_for_match())),
        required: row.required,
        job: row.job.map(JobId),
        url: row.url,
    };
    let asked = |row: AskedRow<Untrusted>| Asked {
        kind: match row.kind.as_ref().map(Untrusted::raw_for_match) {
            Some("t") => ReviewerKind::Team,
            Some("b") => ReviewerKind::Bot,
            Some("m") => ReviewerKind::Mannequin,
            _ => ReviewerKind::User,
        },
        name: row.name,
    };
    let opinion = |row: OpinionRow<Untrusted>| Opinion {
        verdict: match row.verdict.raw_for_match() {
            "APPROVED" => Verdict::Approved,
            "CHANGES_REQUESTED" => Verdict::ChangesRequested,
            "DISMISSED" => Verdict::Dismissed,
            _ => Verdict::Unknown(row.verdict),
        },
        by: row.by,
        commit: row.commit,
    };
    Standing {
        head: row.head,
        files: row.files,
        checks: row.checks.into_iter().map(check).collect(),
        more_checks: row.more_checks,
        asked: row.asked.into_iter().map(asked).collect(),
        opinions: row.opinions.into_iter().map(opinion).collect(),
        threads: row.threads.map(|(unresolved, total, cut)| Threads { unresolved, total, cut }),
    }
}
