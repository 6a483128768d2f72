//! From what the wire readers read to the domain's own ids, times and words.

use serde::{Deserialize as _, Deserializer};

use super::lenient::{Amount, ErrorText, NumberId, TextId, Time, opt};
use crate::domain::{Conclusion, Instant, JobId, NodeId, PullId, RunId, RunStatus, SessionId, State, UserId};
use crate::text::Untrusted;

macro_rules! from_number {
    ($($id:ident),*) => {$(
        impl From<NumberId> for $id {
            fn from(id: NumberId) -> Self {
                Self(id.0)
            }
        }
    )*};
}

from_number!(JobId, PullId, RunId, UserId);

impl From<NumberId> for u64 {
    fn from(id: NumberId) -> Self {
        id.0
    }
}

impl From<TextId> for SessionId {
    fn from(id: TextId) -> Self {
        Self::new(id.0)
    }
}

impl From<TextId> for NodeId {
    fn from(id: TextId) -> Self {
        Self::new(id.0)
    }
}

impl From<TextId> for Untrusted {
    fn from(id: TextId) -> Self {
        id.0.into()
    }
}

impl From<ErrorText> for Untrusted {
    fn from(error: ErrorText) -> Self {
        error.0
    }
}

impl From<Time> for Instant {
    fn from(time: Time) -> Self {
        time.0
    }
}

impl From<Amount> for f64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// The state of a session: required, any word.
pub fn state<'de, D: Deserializer<'de>>(from: D) -> Result<State, D::Error> {
    String::deserialize(from).map(|word| State::parse(&word))
}

/// The state of a session where it may be missing.
pub fn opt_state<'de, D: Deserializer<'de>>(from: D) -> Result<Option<State>, D::Error> {
    Ok(opt::<_, String>(from)?.filter(|word| !word.is_empty()).map(|word| State::parse(&word)))
}

/// The status of a run or a check; without one it is unknown.
pub fn status<'de, D: Deserializer<'de>>(from: D) -> Result<RunStatus, D::Error> {
    Ok(opt::<_, String>(from)?.map_or_else(no_status, |word| RunStatus::parse(&word)))
}

pub fn no_status() -> RunStatus {
    RunStatus::parse("unknown")
}

/// How a run or a check ended.
pub fn conclusion<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Conclusion>, D::Error> {
    Ok(opt::<_, String>(from)?.map(|word| Conclusion::parse(&word)))
}

/// Text that is there: an empty one is none.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Untrusted>, D::Error> {
    Ok(opt::<_, Untrusted>(from)?.filter(|text| !text.is_empty()))
}
