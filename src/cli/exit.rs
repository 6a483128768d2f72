//! What the shell is told.

use crate::domain::{Fault, FaultKind};

/// The exit codes, as the README lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    /// Arguments or configuration that cannot be right.
    Usage = 2,
    /// No token, or one that was refused.
    Authentication = 4,
    /// Refused here before anything was sent.
    Refused = 5,
    /// A write may or may not have happened.
    Unknown = 6,
    /// What was waited for ended, and not well.
    EndedBadly = 7,
}

impl Exit {
    /// What each code means, for the README.
    pub const MEANINGS: &[(Self, &str)] = &[
        (Self::Done, "it went well"),
        (Self::Failed, "it went wrong; the last line on the error output says what and what to do next"),
        (Self::Usage, "arguments or configuration that cannot be right, or no terminal to draw on"),
        (Self::Authentication, "no token, or one that was refused"),
        (
            Self::Refused,
            "refused here before anything was sent: by the policy, read-only, a confirmation that is missing (the flag \
             is named), or a ledger that cannot be written; `atc automation audit`: one violates the policy",
        ),
        (
            Self::Unknown,
            "it was sent and no answer came: it may have happened; `atc ledger reconcile` looks for what became of it",
        ),
        (Self::EndedBadly, "`--wait`: the task ended without success, or would not end when it was cancelled"),
    ];

    /// How the program ends otherwise.
    pub const OTHERS: &[(&str, &str)] = &[
        ("128 + n", "ended by signal n: 129 hang-up or a terminal that is gone, 130 interrupt, 143 terminate"),
        ("70", "atc itself is wrong: the terminal is restored and a report names what happened"),
    ];

    pub fn code(self) -> u8 {
        self as u8
    }

    /// Of several results the one that somebody must look at first.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let weight = |exit: Self| match exit {
            Self::Done => 0,
            Self::EndedBadly => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::Authentication => 5,
            Self::Unknown => 6,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

impl From<&Fault> for Exit {
    fn from(fault: &Fault) -> Self {
        match fault.kind {
            FaultKind::Authentication => Self::Authentication,
            FaultKind::Invalid => Self::Usage,
            FaultKind::Refused => Self::Refused,
            FaultKind::UnknownOutcome => Self::Unknown,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_results_the_one_to_look_at_first_counts() {
        let all = [Exit::Done, Exit::EndedBadly, Exit::Done, Exit::Failed, Exit::Refused];
        assert_eq!(all.into_iter().fold(Exit::Done, Exit::worse), Exit::Failed);
        assert_eq!(Exit::Failed.worse(Exit::Unknown), Exit::Unknown);
        assert_eq!(Exit::Unknown.worse(Exit::Failed), Exit::Unknown);
    }
}
