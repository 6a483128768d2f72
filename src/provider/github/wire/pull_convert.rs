//! A pull request of the wire as one of the domain: its roll-ups, and what they are made of.

use super::pull;
use crate::domain::pull::{Asked, Opinion, ReviewerKind, Threads, Verdict};
use crate::domain::{
    Check, Checks, Conclusion, JobId, Mergeable, NodeId, Pull, PullId, PullState, RepoName, ReviewDecision, Sight,
    Standing,
};
use crate::text::Untrusted;

/// What went wrong with the checks, as the errors beside the answer tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flawed {
    /// All or some of them are missing.
    pub checks: Sight,
    /// Something of one of them is missing: where not as many came as there are, the whole of it.
    pub in_check: Sight,
}

/// `repo` and `id`: what was asked for; an answer about anything else is `None`.
pub fn pull(wire: pull::Pull, required: &pull::Required, flawed: Flawed, repo: &RepoName, id: PullId) -> Option<Pull> {
    let theirs = &wire.repository.name_with_owner;
    let meant = theirs.eq_ignore_ascii_case(repo.as_str()) && wire.full_database_id.is_none_or(|n| n.0 == id.0);
    if !meant {
        return None;
    }
    let checks = checks(&wire, flawed);
    let standing = standing(&wire, required);
    let review = review(wire.review_decision.as_deref());
    Some(Pull {
        id,
        node: NodeId::new(wire.id.0),
        repo: repo.clone(),
        number: wire.number.0,
        title: wire.title.unwrap_or_default(),
        url: wire.url,
        state: pull_state(&wire.state, wire.is_draft),
        head_ref: wire.head_ref_name.unwrap_or_default(),
        base_ref: wire.base_ref_name.unwrap_or_default(),
        author: wire.author.map(|who| who.login),
        created_at: wire.created_at.0,
        updated_at: wire.updated_at.unwrap_or(wire.created_at).0,
        additions: wire.additions.unwrap_or_default(),
        deletions: wire.deletions.unwrap_or_default(),
        requested: requested(wire.review_requests),
        changes_by: if review == ReviewDecision::ChangesRequested {
            changes_by(wire.latest_opinionated_reviews)
        } else {
            Vec::new()
        },
        review,
        mergeable: mergeable(wire.mergeable.as_deref()),
        checks,
        standing,
    })
}

fn pull_state(word: &str, draft: Option<bool>) -> PullState {
    match word {
        "MERGED" => PullState::Merged,
        "CLOSED" => PullState::Closed,
        _ if draft == Some(true) => PullState::Draft,
        _ => PullState::Open,
    }
}

fn review(word: Option<&str>) -> ReviewDecision {
    match word {
        None => ReviewDecision::NoRule,
        Some("APPROVED") => ReviewDecision::Approved,
        Some("CHANGES_REQUESTED") => ReviewDecision::ChangesRequested,
        Some("REVIEW_REQUIRED") => ReviewDecision::ReviewRequired,
        Some(other) => ReviewDecision::Unknown(other.into()),
    }
}

fn mergeable(word: Option<&str>) -> Mergeable {
    match word {
        Some("MERGEABLE") => Mergeable::Yes,
        Some("CONFLICTING") => Mergeable::Conflicting,
        None | Some("UNKNOWN") => Mergeable::Computing,
        Some(other) => Mergeable::Unknown(other.into()),
    }
}

fn requested(wire: Option<pull::Nodes<pull::ReviewRequest>>) -> Vec<Untrusted> {
    let nodes = wire.map(|requests| requests.nodes).unwrap_or_default();
    nodes.into_iter().filter_map(|r| r.requested_reviewer.login.or(r.requested_reviewer.name)).collect()
}

fn changes_by(wire: Option<pull::Nodes<pull::Review>>) -> Vec<Untrusted> {
    let reviews = wire.map(|reviews| reviews.nodes).unwrap_or_default().into_iter();
    reviews.filter(|r| r.state == "CHANGES_REQUESTED").filter_map(|r| r.author.map(|who| who.login)).collect()
}

/// `None` when there is not one check: a roll-up without contexts is no check either, where nothing went wrong.
fn checks(wire: &pull::Pull, flawed: Flawed) -> Option<Checks> {
    let mut checks = Checks { sight: flawed.checks, ..Checks::default() };
    if let Some(rollup) = &wire.status_check_rollup {
        for check in rollup.contexts.iter().flat_map(|contexts| &contexts.nodes) {
            let name = check.name.as_ref().or(check.context.as_ref()).cloned().unwrap_or_default();
            checks.add(&name, check_conclusion(check).as_ref());
        }
        beyond(&mut checks, rollup, flawed.in_check);
    }
    let commits = wire.commits.iter().flat_map(|commits| &commits.nodes);
    let suites = commits.filter_map(|node| node.commit.check_suites.as_ref()).flat_map(|suites| &suites.nodes);
    let waiting = suites.filter(|suite| {
        let runs = suite.check_runs.as_ref().map_or(0, |runs| runs.total_count);
        suite.conclusion.as_deref() == Some("ACTION_REQUIRED") && runs == 0
    });
    checks.needs_approval += u32::try_from(waiting.count()).unwrap_or(u32::MAX);
    (checks != Checks::default()).then_some(checks)
}

/// What the list of checks leaves out, as more are there than it holds or they may not be seen: the roll-up's own word is
/// about all of them.
fn beyond(checks: &mut Checks, rollup: &pull::Rollup, in_check: Sight) {
    let listed = rollup.contexts.as_ref().map_or(0, |contexts| contexts.nodes.len() as u64);
    let all = rollup.contexts.as_ref().and_then(|contexts| contexts.total).unwrap_or(0);
    let mut left = u32::try_from(all.saturating_sub(listed)).unwrap_or(u32::MAX);
    if left > 0 {
        checks.sight = checks.sight.max(in_check);
    } else if rollup.contexts.is_none() {
        checks.sight = checks.sight.max(Sight::Untold);
    }
    let is_quiet = checks.failed == 0 && checks.needs_approval == 0;
    let is_whole = checks.sight == Sight::Whole;
    match rollup.state.as_deref() {
        Some("SUCCESS") if is_whole => checks.passed += std::mem::take(&mut left),
        Some("FAILURE" | "ERROR") if is_quiet => {
            checks.failed = 1;
            left = left.saturating_sub(1);
        }
        // "Pending" is also what the service says of nothing at all.
        Some("PENDING") if listed == 0 && left == 0 && is_whole => {}
        Some("PENDING" | "EXPECTED") if is_quiet && checks.pending == 0 => {
            checks.pending = 1;
            left = left.saturating_sub(1);
        }
        _ => {}
    }
    checks.untold = left;
    if left > 0 {
        checks.sight = checks.sight.max(Sight::Untold);
    }
}

/// `None` while it has not completed.
fn check_conclusion(check: &pull::Check) -> Option<Conclusion> {
    match (check.state.as_deref(), check.conclusion.as_deref()) {
        (Some("SUCCESS"), _) => Some(Conclusion::Success),
        (Some("FAILURE" | "ERROR"), _) => Some(Conclusion::Failure),
        (None, _) if check.status.as_deref().is_some_and(|status| status != "COMPLETED") => None,
        (None, Some(word)) => Some(Conclusion::parse(&word.to_ascii_lowercase())),
        (Some(_), _) | (None, None) => None,
    }
}

fn standing(wire: &pull::Pull, required: &pull::Required) -> Standing {
    let contexts = wire.status_check_rollup.as_ref().and_then(|rollup| rollup.contexts.as_ref());
    let listed = contexts.map(|contexts| contexts.nodes.as_slice()).unwrap_or_default();
    let needed = required.status_check_rollup.as_ref().and_then(|rollup| rollup.contexts.as_ref());
    let needed = needed.map(|contexts| contexts.nodes.as_slice()).unwrap_or_default();
    let more = contexts.and_then(|contexts| contexts.total).unwrap_or(0).saturating_sub(listed.len() as u64);
    Standing {
        head: wire.head_ref_oid.clone(),
        files: wire.changed_files,
        checks: listed.iter().map(|one| check(one, needed)).collect(),
        more_checks: u32::try_from(more).unwrap_or(u32::MAX),
        asked: wire.review_requests.iter().flat_map(|asked| &asked.nodes).filter_map(asked).collect(),
        opinions: wire.latest_opinionated_reviews.iter().flat_map(|all| &all.nodes).filter_map(opinion).collect(),
        threads: wire.review_threads.as_ref().map(threads),
    }
}

fn check(wire: &pull::Check, needed: &[pull::Check]) -> Check {
    let same = |other: &&pull::Check| match (wire.database_id, other.database_id) {
        (Some(id), Some(other)) => id.0 == other.0,
        (None, None) => wire.context.is_some() && wire.context == other.context,
        _ => false,
    };
    // Only an Actions job has a log to read, and its check run has the job's id.
    let app = wire.suite.as_ref().and_then(|suite| suite.app.as_ref());
    let is_job = app.is_some_and(|app| app.slug == "github-actions");
    Check {
        name: wire.name.as_ref().or(wire.context.as_ref()).cloned().unwrap_or_default(),
        conclusion: check_conclusion(wire),
        required: needed.iter().find(same).and_then(|other| other.is_required),
        job: wire.database_id.filter(|_| is_job).map(|id| JobId(id.0)),
        url: wire.details_url.as_ref().or(wire.target_url.as_ref()).cloned(),
    }
}

fn asked(wire: &pull::ReviewRequest) -> Option<Asked> {
    let who = &wire.requested_reviewer;
    let kind = match who.kind.as_deref() {
        Some("Team") => ReviewerKind::Team,
        Some("Bot") => ReviewerKind::Bot,
        Some("Mannequin") => ReviewerKind::Mannequin,
        _ if who.login.is_none() => ReviewerKind::Team,
        _ => ReviewerKind::User,
    };
    let name = who.login.as_ref().or(who.combined_slug.as_ref()).or(who.name.as_ref())?;
    Some(Asked { name: name.clone(), kind })
}

fn opinion(wire: &pull::Review) -> Option<Opinion> {
    let verdict = match wire.state.as_str() {
        "APPROVED" => Verdict::Approved,
        "CHANGES_REQUESTED" => Verdict::ChangesRequested,
        "DISMISSED" => Verdict::Dismissed,
        other => Verdict::Unknown(other.into()),
    };
    let by = wire.author.as_ref().map(|who| who.login.clone())?;
    Some(Opinion { by, verdict, commit: wire.commit.as_ref().map(|commit| commit.oid.clone()) })
}

fn threads(wire: &pull::Nodes<pull::Thread>) -> Threads {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let seen = count(wire.nodes.len());
    let total = wire.total.map_or(seen, |total| u32::try_from(total).unwrap_or(u32::MAX));
    let unresolved = count(wire.nodes.iter().filter(|thread| !thread.is_resolved).count());
    Threads { unresolved, total, cut: total > seen }
}
