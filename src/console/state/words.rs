//! Pull requests and cancels in words: the same in queue, detail and reviews.

use super::settings::Settings;
use super::tone::{Tone, Words};
use super::trust::clock_seconds;
use super::world::Known;
use crate::domain::blocked::{Blocked, Whom, Why};
use crate::domain::cancel::{Answer, Asked, ended_word};
use crate::domain::{
    CancelPhase, Checks, FaultKind, Instant, Mergeable, Pull, PullState, ReviewDecision, Severity, Sight, State,
};
use crate::text::{Safe, Untrusted, width};

/// How grave a finding in a log is.
pub fn severity(severity: Severity) -> (Tone, &'static str) {
    let tone = match severity {
        Severity::Note => Tone::Dim,
        Severity::Warning => Tone::Warn,
        Severity::Error => Tone::Bad,
    };
    (tone, severity.word())
}

pub fn pull_state(state: PullState) -> (Tone, &'static str) {
    match state {
        PullState::Open => (Tone::Plain, "ready"),
        PullState::Draft => (Tone::Dim, "draft"),
        PullState::Closed => (Tone::Dim, "closed"),
        PullState::Merged => (Tone::Good, "merged"),
    }
}

/// `✗ lint (11/12)`, `◌ 3/12`, `✓ 14`, `needs approval`, `checks not visible`, `no checks`.
pub fn checks(checks: Option<&Checks>) -> Words {
    checks_within(checks, usize::MAX)
}

/// The same in so many columns: a long name is cut, never the numbers after it.
pub fn checks_within(checks: Option<&Checks>, columns: usize) -> Words {
    let Some(checks) = checks else { return Words::one(Tone::Dim, "no checks") };
    let (sign, tone) = checks_sign(Some(checks));
    let (passed, total) = (checks.passed, checks.total());
    if checks.needs_approval > 0 {
        Words::one(tone, format!("{sign} needs approval"))
    } else if checks.failed > 0 {
        let more = if checks.failed > 1 { format!(" +{}", checks.failed - 1) } else { String::new() };
        // What may not be seen may as well have passed.
        let count = match checks.sight {
            Sight::Hidden if checks.failing.is_empty() => " failed".to_owned(),
            _ => format!(" ({passed}/{total})"),
        };
        let room = columns.saturating_sub(width::width(sign) + 1 + more.len() + count.len());
        let first = checks.failing.first().filter(|_| room > 1);
        let first = first.map(|name| format!(" {}", width::cut_end(&name.show_line(), room))).unwrap_or_default();
        Words::one(tone, format!("{sign}{first}{more}")).with(Tone::Dim, count)
    } else if checks.pending > 0 {
        Words::one(tone, format!("{sign} {passed}/{total}"))
    } else if let Some(word) = checks.unclear() {
        let long = format!("checks {word}");
        Words::one(tone, if width::width(&long) <= columns { long } else { word.to_owned() })
    } else if total == 0 {
        Words::one(Tone::Dim, if checks.skipped > 0 { "all skipped" } else { "no checks" })
    } else {
        Words::one(tone, format!("{sign} {passed}"))
    }
}

/// The checks in one sign: failed, waiting for approval, running, not known, passed, none.
pub fn checks_sign(checks: Option<&Checks>) -> (&'static str, Tone) {
    match checks {
        Some(c) if c.needs_approval > 0 => ("◆", Tone::Warn),
        Some(c) if c.failed > 0 => ("✗", Tone::Bad),
        Some(c) if c.pending > 0 => ("◌", Tone::Dim),
        Some(c) if c.unclear().is_some() => ("?", Tone::Dim),
        Some(c) if c.total() > 0 => ("✓", Tone::Good),
        _ => ("–", Tone::Dim),
    }
}

/// How loud it is that a pull request waits, and its sign.
pub fn blocked(on: &Blocked<'_>) -> (Tone, &'static str) {
    match on.whom {
        Whom::Me | Whom::Ready | Whom::Approval => (Tone::WarnStrong, "◆"),
        Whom::Nobody => (Tone::Warn, "◇"),
        Whom::Checks if matches!(on.why, Why::Failed { .. }) => (Tone::Bad, "✗"),
        Whom::Checks => (Tone::Dim, "◌"),
        Whom::Conflict => (Tone::Bad, "✗"),
        Whom::Reviewer => (Tone::Plain, "○"),
        Whom::Agent => (Tone::Accent, "●"),
        Whom::Unknown => (Tone::Dim, "?"),
    }
}

/// What keeps it from being merged whatever the reviewers say.
fn obstacle(pull: &Pull) -> Words {
    match &pull.mergeable {
        Mergeable::Yes => Words::new(),
        Mergeable::Conflicting => Words::one(Tone::Bad, "conflicts"),
        Mergeable::Computing => Words::one(Tone::Dim, "computing"),
        Mergeable::Unknown(word) => Words::one(Tone::Plain, word.show_line()),
    }
}

/// Where the pull request stands between the reviewers and the merge: conflicts first, then the decision. Empty where
/// its state says it all: merged or closed.
pub fn verdict(pull: &Pull) -> Words {
    if matches!(pull.state, PullState::Merged | PullState::Closed) {
        return Words::new();
    }
    let mut words = obstacle(pull);
    let review = match &pull.review {
        ReviewDecision::Approved => Words::one(Tone::Good, "✓ approved"),
        ReviewDecision::ChangesRequested => {
            Words::one(Tone::Warn, with_names("changes requested by", "changes requested", &pull.changes_by))
        }
        ReviewDecision::ReviewRequired => {
            Words::one(Tone::Plain, with_names("review required:", "review required", &pull.requested))
        }
        ReviewDecision::NoRule if pull.requested.is_empty() => Words::one(Tone::Dim, "no review asked"),
        ReviewDecision::NoRule => Words::one(Tone::Plain, with_names("review asked:", "review asked", &pull.requested)),
        ReviewDecision::Unknown(word) => Words::one(Tone::Plain, word.show_line()),
    };
    words.gap(" · ");
    words.extend(review);
    words
}

fn with_names(with: &str, without: &str, names: &[Untrusted]) -> Safe {
    if names.is_empty() {
        return Safe::new(without);
    }
    let names: Vec<String> = names.iter().map(|n| n.show_line().to_string()).collect();
    Safe::new(format!("{with} {}", names.join(", ")))
}

/// What the life of a cancel is told from.
#[derive(Clone, Copy, Debug)]
pub struct Life<'a> {
    pub steps: &'a [(Instant, CancelPhase)],
    pub asked: &'a [Asked],
    /// The task's state now; `None`: it is not known.
    pub state: Option<&'a State>,
    /// When the service ends the session, as well as that is known now.
    pub deadline: Option<Instant>,
}

/// The cancel's life so far: `◐ requested 14:03:10 → run cancelled 14:03:22 → session ended 14:03:41`.
pub fn cancel_life(known: &Known, settings: &Settings) -> Words {
    let asked = known.cancel.as_ref().map(|cancel| cancel.asked.as_slice()).unwrap_or_default();
    let deadline = Some(known.deadline(settings).at);
    life(&Life { steps: &known.cancel_steps, asked, state: Some(&known.task.state), deadline }, settings)
}

pub fn life(told: &Life<'_>, settings: &Settings) -> Words {
    let mut words = Words::new();
    let steps = told.steps;
    for (i, (at, phase)) in steps.iter().enumerate() {
        // Looking is only worth a word while nothing came of it.
        if matches!(phase, CancelPhase::Looking) && i + 1 < steps.len() {
            continue;
        }
        let (tone, text) = step(told, i, *at, phase, settings);
        if words.is_empty() {
            words.push(tone, if matches!(phase, CancelPhase::Orphaned { .. }) { "⚠ " } else { "◐ " });
        }
        if words.0.len() > 1 {
            words.push(Tone::Dim, " → ");
        }
        words.push(tone, text);
    }
    words
}

fn step(told: &Life<'_>, index: usize, at: Instant, phase: &CancelPhase, settings: &Settings) -> (Tone, String) {
    let time = clock_seconds(settings, at);
    match phase {
        CancelPhase::Looking => (Tone::Warn, format!("looking for its run since {time}")),
        CancelPhase::Waiting if index + 1 < told.steps.len() => (Tone::Warn, format!("no run yet {time}")),
        CancelPhase::Waiting => {
            let how = settings.keymap.fill("{queue.cancels} then {cancels.withdraw} withdraws it");
            (Tone::Warn, format!("no run yet {time}: looked for again, {how}"))
        }
        CancelPhase::Requested => (Tone::Warn, format!("requested {time}")),
        CancelPhase::Unheard => (Tone::WarnStrong, format!("sent {time}, not known whether it arrived")),
        CancelPhase::RunEnded => (Tone::Warn, format!("{} {time}", ended_word(told.asked))),
        CancelPhase::Ended => {
            let asked = told
                .steps
                .iter()
                .take(index)
                .any(|(_, step)| matches!(step, CancelPhase::Requested | CancelPhase::Unheard));
            let asked = asked || told.asked.iter().any(|asked| asked.answer != Answer::NotSent);
            let by_itself = if asked { "" } else { " by itself, nothing was sent" };
            (Tone::Good, format!("session ended {time}{by_itself}"))
        }
        CancelPhase::Orphaned { frees_at } => {
            // The run or its log may have told more of the deadline than was known to the cancel.
            let frees = told.deadline.or(*frees_at).filter(|frees| *frees > at);
            let frees = frees.map(|at| format!("; frees itself at {}", super::trust::clock(settings, at)));
            (Tone::Odd, format!("orphaned {time}: its run is gone{}", frees.unwrap_or_default()))
        }
        CancelPhase::RunsOn(run) => {
            let again = settings.keymap.fill("{queue.cancel} asks again");
            (Tone::Bad, format!("run {run} works in its place at {time}: {again}"))
        }
        // It may end by itself after all, and then there is nothing left to force.
        CancelPhase::Stubborn => match told.state {
            Some(state) if !state.is_active() => {
                (Tone::Plain, format!("still running at {time} → {} by itself", state.word()))
            }
            _ => {
                let force = settings.keymap.fill("{queue.cancel} offers to force it");
                (Tone::Bad, format!("still running at {time}: {force}"))
            }
        },
        CancelPhase::NotFindable => (Tone::Bad, format!("no run found by {time}: nothing was cancelled")),
        CancelPhase::Withdrawn => (Tone::Dim, format!("withdrawn {time}, nothing was sent")),
        CancelPhase::Refused(fault) => (Tone::Bad, format!("refused {time}: {fault}")),
        CancelPhase::Unverified(fault) if fault.kind == FaultKind::UnknownOutcome => {
            (Tone::Bad, format!("not seen to end by {time}: {fault}"))
        }
        CancelPhase::Unverified(fault) => (Tone::Bad, format!("not verified by {time}, it cannot be read: {fault}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_checks_have_little_room_the_name_is_cut_and_the_numbers_stay() {
        let checks = Checks { passed: 5, failed: 2, failing: vec!["test (stable)".into()], ..Checks::default() };
        assert_eq!(checks_within(Some(&checks), 40).plain(), "✗ test (stable) +1 (5/7)");
        assert_eq!(checks_within(Some(&checks), 18).plain(), "✗ test (… +1 (5/7)");
        assert_eq!(checks_within(Some(&checks), 6).plain(), "✗ +1 (5/7)");
    }

    #[test]
    fn checks_that_may_not_be_seen_are_called_so() {
        let hidden = |of: Checks| Checks { sight: Sight::Hidden, ..of };
        let none = hidden(Checks::default());
        assert_eq!(checks_within(Some(&none), 18).plain(), "checks not visible");
        assert_eq!(checks_within(Some(&none), 12).plain(), "not visible");
        assert_eq!(checks_sign(Some(&none)).0, "?");
        let passed = hidden(Checks { passed: 2, untold: 1, ..Checks::default() });
        assert_eq!(super::checks(Some(&passed)).plain(), "checks not visible");
        let failed = hidden(Checks { failed: 1, untold: 2, ..Checks::default() });
        assert_eq!(super::checks(Some(&failed)).plain(), "✗ failed");
        let runs = hidden(Checks { pending: 1, untold: 2, ..Checks::default() });
        assert_eq!(super::checks(Some(&runs)).plain(), "◌ 0/3");
    }
}
