//! What went wrong, in words an operator can act on.

use std::fmt;

use super::Instant;
use crate::text::Safe;

/// Every fault says what happened and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub what: Safe,
    pub next_step: Safe,
    /// The earliest time another try makes sense, when the service or we set one.
    pub retry_at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// No connection: refused, no name, TLS, reset.
    Offline,
    /// No answer in time.
    Timeout,
    /// 401, or a token that can never work.
    Authentication,
    /// 403 that is a permission, or 404 where the token sees nothing.
    Permission,
    NotFound,
    /// A limit of the service, primary or secondary.
    RateLimited,
    /// 400, 422: the request itself.
    Invalid,
    /// 409.
    Conflict,
    /// 410, 451: gone for good.
    Gone,
    /// 5xx.
    Server,
    /// Not sent: its host failed so often in a row that only a probe goes now and then.
    HeldBack,
    /// An answer that is not what the contract says: HTML, an empty 200, broken JSON.
    Unreadable,
    /// More bytes than we are willing to hold.
    TooLarge,
    /// This service, host, token or build cannot do it.
    Unsupported,
    /// Refused here before anything was sent.
    Refused,
    /// A write may or may not have happened.
    UnknownOutcome,
    /// A file, the disk, the ledger.
    Local,
}

/// What to do where whoever asked goes on asking.
pub const ASKED_AGAIN: &str = "nothing to do: it is asked again";

impl Fault {
    /// The same for somebody who asked once and has gone.
    #[must_use]
    pub fn once(self) -> Self {
        let next_step = Safe::new(self.next_step.replacen(ASKED_AGAIN, "try again", 1));
        Self { next_step, ..self }
    }

    pub fn new(kind: FaultKind, what: impl AsRef<str>, next_step: impl AsRef<str>) -> Self {
        Self { kind, what: Safe::new(what), next_step: Safe::new(next_step), retry_at: None }
    }

    #[must_use]
    pub fn retry_at(mut self, at: Instant) -> Self {
        self.retry_at = Some(at);
        self
    }

    /// Another try of the same read may work without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::Offline
                | FaultKind::Timeout
                | FaultKind::RateLimited
                | FaultKind::Server
                | FaultKind::HeldBack
                | FaultKind::Unreadable
        )
    }
}

/// Between who failed and what was wanted of it: `HOST could not DO THIS: CAUSE`.
pub const COULD_NOT: &str = " could not ";

/// The cause, and who could not do what, of what is said in that way; else all of it is the cause. For places where room
/// is short: who and what are said of every failure, the cause of this one alone.
pub fn cause_first(what: &str) -> (&str, &str) {
    let of_it = what.find(COULD_NOT).and_then(|at| Some(at + what.get(at..)?.find(": ")?));
    let parts = of_it.and_then(|at| Some((what.get(at + 2..)?, what.get(..at)?)));
    parts.filter(|(cause, _)| !cause.is_empty()).unwrap_or((what, ""))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} — {}", self.what, self.next_step)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::cause_first;

    #[test]
    fn the_cause_stands_behind_who_could_not_do_what() {
        let host = "127.0.0.1:44769 could not start a task in acme/billing";
        assert_eq!(cause_first(&format!("{host}: 422: no such branch")), ("422: no such branch", host));
        for whole in ["token refused", "a: b", "it could not be read", "it could not be read: ", ""] {
            assert_eq!(cause_first(whole), (whole, ""), "{whole}");
        }
    }
}
