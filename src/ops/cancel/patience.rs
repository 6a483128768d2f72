//! How patient a cancel is. Measured on the clock that nobody can set.

use std::time::Duration;

use chrono::TimeDelta;

use super::leave::Leave;
use crate::ledger::port::Granted;

#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub between_looks: Duration,
    /// Between two looks for a run that is not there yet.
    pub between_tries: Duration,
    /// A run that cannot be found for so long is given up.
    pub find: TimeDelta,
    /// From the request to a completed run; then force-cancel may be offered.
    pub run: TimeDelta,
    /// From the completed run to the session's end; then it is an orphan.
    pub session: TimeDelta,
    /// After this the service itself ends a session.
    pub session_limit: TimeDelta,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            between_looks: Duration::from_secs(3),
            between_tries: Duration::from_secs(10),
            find: TimeDelta::hours(1),
            run: TimeDelta::seconds(90),
            session: TimeDelta::seconds(90),
            session_limit: TimeDelta::minutes(59),
        }
    }
}

/// How one cancel is carried out.
#[derive(Clone, Debug, Default)]
pub struct How {
    pub patience: Patience,
    /// By which it can be withdrawn while it waits.
    pub leave: Leave,
    /// The rule it follows from, where nobody asked for it by hand.
    pub granted: Option<Granted>,
}

impl From<Patience> for How {
    fn from(patience: Patience) -> Self {
        Self { patience, ..Self::default() }
    }
}

pub(super) fn time(delta: TimeDelta) -> Duration {
    delta.to_std().unwrap_or_default()
}
