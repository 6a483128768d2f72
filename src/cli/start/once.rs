//! `--once-per` and `--key`: at most one start in a time, among everybody who shares the ledger.

use chrono::TimeDelta;

use super::args::OncePer;
use super::row::Came;
use crate::domain::Instant;
use crate::ledger::line::started;
use crate::ledger::port::Entry;
use crate::ops::start::OnceSince;
use crate::text::Safe;

/// A job that runs once a day runs a little earlier on some days than on others, and is not to be skipped for that:
/// the time that is looked back over is shorter by a twentieth, and by no more than this.
const EARLY: TimeDelta = TimeDelta::minutes(15);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    key: String,
    per: TimeDelta,
}

impl Once {
    pub fn of(args: &OncePer) -> Option<Self> {
        Some(Self { key: args.key.clone()?, per: args.once_per? })
    }

    pub fn claim(&self, now: Instant) -> OnceSince {
        let back = self.per - (self.per / 20).min(EARLY);
        OnceSince { key: self.key.clone(), since: now.checked_sub_signed(back).unwrap_or(Instant::MIN_UTC) }
    }

    /// Somebody was first.
    pub fn skipped(entry: &Entry) -> Came {
        let task = entry.outcome.as_ref().and_then(|(_, outcome)| started(&entry.intent, outcome));
        Came::Skipped { at: entry.intent.at, task: task.map(Safe::new) }
    }
}
