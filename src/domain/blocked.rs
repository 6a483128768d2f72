//! On whom a pull request waits, and why. The first line of the table that holds decides; what is not known is never taken
//! for the better.
//!
//! | | holds | waits on |
//! |---|---|---|
//! | 1 | a session of the agent works on it | the agent |
//! | 2 | its session waits for an answer | me |
//! | 3 | changes are requested at the commit it stands at | the agent |
//! | 4 | it conflicts with its base | conflict |
//! | 5 | workflows wait for somebody to let them run | workflow approval |
//! | 6 | a check failed that is required, or of which nobody told whether it is | checks |
//! | 7 | my review is asked for, or I requested changes and commits came since | me |
//! | 8 | a check has not completed that is required, or of which nobody told | checks |
//! | 9 | others are asked, or requested changes and commits came since | another reviewer |
//! | 10 | a review is required and nobody is asked | nobody assigned |
//! | 11 | there is no rule, nobody is asked and nobody has approved | nobody assigned |
//! | 12 | whether it can be merged is not known | not known |
//! | 13 | not all of its checks are known or may be seen | not known |
//! | 14 | it is a draft | me |
//! | 15 | nothing of this | ready |
//!
//! A failed check that is not required keeps nothing back, and is told with the reason.

use super::pull::{Asked, Check, Opinion, ReviewerKind, Verdict};
use super::{Mergeable, Pull, PullState, ReviewDecision, State};
use crate::text::{Safe, Untrusted};

/// In the order the groups stand on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whom {
    Me,
    Ready,
    Approval,
    Nobody,
    Reviewer,
    Checks,
    Conflict,
    Agent,
    Unknown,
}

impl Whom {
    pub const ALL: [Self; 9] = [
        Self::Me,
        Self::Ready,
        Self::Approval,
        Self::Nobody,
        Self::Reviewer,
        Self::Checks,
        Self::Conflict,
        Self::Agent,
        Self::Unknown,
    ];

    /// The heading of its group.
    pub fn word(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Ready => "ready",
            Self::Approval => "workflow approval",
            Self::Nobody => "nobody assigned",
            Self::Reviewer => "another reviewer",
            Self::Checks => "checks",
            Self::Conflict => "conflict",
            Self::Agent => "the agent",
            Self::Unknown => "not known yet",
        }
    }

    /// The next step is this operator's, or may be.
    pub fn is_here(self) -> bool {
        matches!(self, Self::Me | Self::Ready | Self::Approval)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// A session works on it.
    AtWork,
    /// Its session asks something.
    Asks,
    /// Nothing was pushed since.
    ChangesRequested(Vec<&'a Untrusted>),
    Conflicts,
    /// So many workflows wait.
    Approval(u32),
    Failed {
        check: Option<&'a Untrusted>,
        more: usize,
        /// Nobody told whether they are required.
        unsure: bool,
    },
    YourReview,
    /// Commits came since I requested changes.
    YourReviewAgain,
    /// `true`: others, that are not required, are left out.
    Pending(u32, bool),
    Asked(Vec<&'a Asked>),
    /// Commits came since they requested changes.
    Again(Vec<&'a Untrusted>),
    /// The roll-up says that a review is missing, and names nobody of whom we know.
    NobodyAsked,
    NoReview,
    Computing,
    /// Of its checks not all are known: what they are instead.
    Checks(&'static str),
    /// The service's own word for what nobody here knows.
    Strange(&'a Untrusted),
    Draft,
    Ready {
        /// Failed checks that are not required.
        failed: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked<'a> {
    pub whom: Whom,
    pub why: Why<'a>,
}

/// What is known besides the pull request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Case<'a> {
    /// The operator's login; `None`: not known, so nothing waits on them by name.
    pub me: Option<&'a str>,
    /// The state of the task that opened it.
    pub task: Option<&'a State>,
}

/// `None`: it is merged or closed.
pub fn blocked<'a>(pull: &'a Pull, case: &Case<'_>) -> Option<Blocked<'a>> {
    if !pull.is_open() {
        return None;
    }
    agent(pull, case)
        .or_else(|| obstacle(pull))
        .or_else(|| own(pull, case))
        .or_else(|| others(pull))
        .or_else(|| rest(pull))
}

#[expect(clippy::unnecessary_wraps, reason = "each step ends with it")]
fn on(whom: Whom, why: Why<'_>) -> Option<Blocked<'_>> {
    Some(Blocked { whom, why })
}

/// 1 to 3.
fn agent<'a>(pull: &'a Pull, case: &Case<'_>) -> Option<Blocked<'a>> {
    match case.task {
        Some(State::Queued | State::InProgress) => return on(Whom::Agent, Why::AtWork),
        Some(State::WaitingForUser) => return on(Whom::Me, Why::Asks),
        _ => {}
    }
    let by = requested_changes(pull, true);
    if pull.review == ReviewDecision::ChangesRequested && (!by.is_empty() || pull.standing.opinions.is_empty()) {
        // Where no opinion was told, the roll-up speaks.
        let by = if by.is_empty() { pull.changes_by.iter().collect() } else { by };
        return on(Whom::Agent, Why::ChangesRequested(by));
    }
    None
}

/// 4 to 6.
fn obstacle(pull: &Pull) -> Option<Blocked<'_>> {
    if pull.mergeable == Mergeable::Conflicting {
        return on(Whom::Conflict, Why::Conflicts);
    }
    let checks = pull.checks.as_ref()?;
    if checks.needs_approval > 0 {
        return on(Whom::Approval, Why::Approval(checks.needs_approval));
    }
    if checks.failed == 0 {
        return None;
    }
    let failed = pull.standing.failed();
    if failed.is_empty() || pull.standing.more_checks > 0 && failed.len() < checks.failed as usize {
        let more = (checks.failed as usize).saturating_sub(1);
        return on(Whom::Checks, Why::Failed { check: checks.failing.first(), more, unsure: true });
    }
    let blocking: Vec<&Check> = failed.into_iter().filter(|check| check.required != Some(false)).collect();
    let first = blocking.first()?;
    let unsure = first.required.is_none();
    on(Whom::Checks, Why::Failed { check: Some(&first.name), more: blocking.len() - 1, unsure })
}

/// 7 and 8.
fn own<'a>(pull: &'a Pull, case: &Case<'_>) -> Option<Blocked<'a>> {
    let is_me = |name: &Untrusted| case.me.is_some_and(|me| name.raw_for_match().eq_ignore_ascii_case(me));
    if asked(pull).iter().any(|asked| asked.kind == ReviewerKind::User && is_me(&asked.name)) {
        return on(Whom::Me, Why::YourReview);
    }
    // What an earlier run knew has names alone.
    if pull.standing.asked.is_empty() && pull.requested.iter().any(is_me) {
        return on(Whom::Me, Why::YourReview);
    }
    if requested_changes(pull, false).into_iter().any(is_me) {
        return on(Whom::Me, Why::YourReviewAgain);
    }
    let checks = pull.checks.as_ref().filter(|checks| checks.pending > 0)?;
    let listed = pull.standing.checks.iter().filter(|check| check.conclusion.is_none());
    let (listed, optional) =
        listed.fold((0, 0), |(all, optional), check| (all + 1, optional + u32::from(check.required == Some(false))));
    let keep = checks.pending.max(listed).saturating_sub(optional);
    if keep > 0 { on(Whom::Checks, Why::Pending(keep, optional > 0)) } else { None }
}

/// 9 to 11.
fn others(pull: &Pull) -> Option<Blocked<'_>> {
    let again = requested_changes(pull, false);
    if pull.review == ReviewDecision::ChangesRequested {
        let by = if again.is_empty() { pull.changes_by.iter().collect() } else { again };
        return on(Whom::Reviewer, Why::Again(by));
    }
    let asked = asked(pull);
    let wanting = match pull.review {
        ReviewDecision::ReviewRequired => true,
        ReviewDecision::NoRule => !is_approved(pull),
        _ => return None,
    };
    match (wanting, asked.is_empty() && pull.requested.is_empty(), &pull.review) {
        (false, ..) => None,
        (true, true, ReviewDecision::ReviewRequired) => on(Whom::Nobody, Why::NobodyAsked),
        (true, true, _) => on(Whom::Nobody, Why::NoReview),
        (true, false, _) => on(Whom::Reviewer, Why::Asked(asked)),
    }
}

/// 12 to 15.
fn rest(pull: &Pull) -> Option<Blocked<'_>> {
    let unclear = pull.checks.as_ref().and_then(|checks| checks.sight.word());
    match (&pull.mergeable, &pull.review, unclear) {
        (Mergeable::Unknown(word), ..) | (_, ReviewDecision::Unknown(word), _) => on(Whom::Unknown, Why::Strange(word)),
        (Mergeable::Computing, ..) => on(Whom::Unknown, Why::Computing),
        (.., Some(word)) => on(Whom::Unknown, Why::Checks(word)),
        _ if pull.state == PullState::Draft => on(Whom::Me, Why::Draft),
        _ => on(Whom::Ready, Why::Ready { failed: pull.checks.as_ref().map_or(0, |checks| checks.failed) }),
    }
}

fn asked(pull: &Pull) -> Vec<&Asked> {
    pull.standing.asked.iter().collect()
}

fn is_approved(pull: &Pull) -> bool {
    pull.standing.opinions.iter().any(|opinion| opinion.verdict == Verdict::Approved)
}

/// Who requested changes: at the commit it stands at, or at one before it. A commit nobody told of is taken for the present
/// one.
fn requested_changes(pull: &Pull, at_head: bool) -> Vec<&Untrusted> {
    let is_now = |opinion: &Opinion| match (&opinion.commit, &pull.standing.head) {
        (Some(of), Some(head)) => of == head,
        _ => true,
    };
    let wanted = |opinion: &&Opinion| opinion.verdict == Verdict::ChangesRequested && is_now(opinion) == at_head;
    pull.standing.opinions.iter().filter(wanted).map(|opinion| &opinion.by).collect()
}

impl Why<'_> {
    pub fn words(&self) -> Safe {
        let text = match self {
            Self::AtWork => "a session works on it".to_owned(),
            Self::Asks => "its session waits for your answer".to_owned(),
            Self::ChangesRequested(by) => named("changes requested", " by ", by),
            Self::Conflicts => "conflicts with its base".to_owned(),
            Self::Approval(1) => "a workflow waits for approval".to_owned(),
            Self::Approval(n) => format!("{n} workflows wait for approval"),
            Self::Failed { check, more, unsure } => failed(*check, *more, *unsure),
            Self::YourReview => "your review is asked for".to_owned(),
            Self::YourReviewAgain => "commits since you requested changes".to_owned(),
            Self::Pending(1, false) => "a check has not completed".to_owned(),
            Self::Pending(n, false) => format!("{n} checks have not completed"),
            Self::Pending(1, true) => "a required check has not completed".to_owned(),
            Self::Pending(n, true) => format!("{n} required checks have not completed"),
            Self::Asked(asked) if asked.is_empty() => "a review is asked for".to_owned(),
            Self::Asked(asked) => {
                let names: Vec<String> = asked.iter().map(|asked| asked.show().to_string()).collect();
                format!("review asked of {}", names.join(", "))
            }
            Self::Again(by) => named("commits since changes were requested", " by ", by),
            Self::NobodyAsked => "a review is required, nobody is asked".to_owned(),
            Self::NoReview => "no review asked, none given".to_owned(),
            Self::Computing => "whether it can be merged is computing".to_owned(),
            Self::Checks(word) => format!("its checks are {word}"),
            Self::Strange(word) => format!("GitHub says {}", word.show_line()),
            Self::Draft => "approved, still a draft".to_owned(),
            Self::Ready { failed: 0 } => "ready to merge".to_owned(),
            Self::Ready { failed: 1 } => "ready to merge; a check not required failed".to_owned(),
            Self::Ready { failed } => format!("ready to merge; {failed} checks not required failed"),
        };
        Safe::new(text)
    }
}

fn named(what: &str, link: &str, names: &[&Untrusted]) -> String {
    if names.is_empty() {
        return what.to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| name.show_line().to_string()).collect();
    format!("{what}{link}{}", names.join(", "))
}

fn failed(check: Option<&Untrusted>, more: usize, unsure: bool) -> String {
    let name = check.map_or_else(|| "a check".to_owned(), |name| name.show_line().to_string());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let sure = if unsure { " (required? not known)" } else { "" };
    format!("{name}{more} failed{sure}")
}

impl Asked {
    /// `mona`, `@acme/billing`, `copilot (bot)`.
    pub fn show(&self) -> Safe {
        let name = self.name.show_line();
        match self.kind {
            ReviewerKind::User => name,
            ReviewerKind::Team => Safe::new(format!("@{name}")),
            ReviewerKind::Bot => Safe::new(format!("{name} (bot)")),
            ReviewerKind::Mannequin => Safe::new(format!("{name} (placeholder)")),
        }
    }
}

#[cfg(test)]
mod tests;
