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
}

impl Exit {
    /// What each code means, for the README.
    pub const MEANINGS: &[(Self, &str)] = &[
        (Self::Done, "it went well"),
        (Self::Failed, "it went wrong; the last line on the error output says what and what to do next"),
        (Self::Usage, "arguments or configuration that cannot be right, or no terminal to draw on"),
        (Self::Authentication, "no token, or one that was refused"),
    ];

    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<&Fault> for Exit {
    fn from(fault: &Fault) -> Self {
        match fault.kind {
            FaultKind::Authentication => Self::Authentication,
            FaultKind::Invalid => Self::Usage,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
