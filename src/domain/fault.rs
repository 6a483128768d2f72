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

impl Fault {
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} — {}", self.what, self.next_step)
    }
}

impl std::error::Error for Fault {}
