//! What can be asked of the ledger.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::voice::Looks;
use crate::domain::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum LedgerVerb {
    /// Print what was done and what became of it, newest first; what is unresolved before it
    List {
        #[command(flatten)]
        about: About,
        /// At most so many lines
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        /// Only what has no known outcome
        #[arg(long)]
        unresolved: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Print everything about a task, or about one action, oldest first
    Show {
        /// A task's id or the beginning of it, its pull request as OWNER/NAME#NUMBER, or an action's id
        #[arg(value_name = "TASK|ACTION")]
        id: String,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Check that nothing was changed, removed or inserted
    Verify {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Look for what became of the actions nobody knows the outcome of, and write down what is found; nothing is sent again
    Reconcile(ReconcileArgs),
    /// Print every line, oldest first, for another program
    Export {
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        #[command(flatten)]
        about: About,
    },
    /// Count tasks by repository, template, model and day: how they ended, how long it took, what it cost
    Stats {
        #[command(flatten)]
        about: About,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

/// `atc ledger reconcile`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ReconcileArgs {
    /// Print what would be looked for; ask nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub looks: Looks,
}

/// Which lines. `--repo` is the program's own option.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct About {
    /// From then on: 2026-11-01, 2026-11-01T08:00:00Z, or as long ago as 90m, 24h, 7d, 4w
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub since: Option<Moment>,
    /// Before then
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub until: Option<Moment>,
    /// Only of this task: its id or the beginning of it, or its pull request as OWNER/NAME#NUMBER
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Jsonl,
    Csv,
}

/// A time, or so long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    At(Instant),
    Ago(TimeDelta),
}

impl Moment {
    pub fn at(self, now: Instant) -> Instant {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => now.checked_sub_signed(ago).unwrap_or(Instant::MIN_UTC),
        }
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Moment::At(at.to_utc()));
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(Moment::At(day.and_time(NaiveTime::MIN).and_utc()));
    }
    let minutes = [("m", 1), ("h", 60), ("d", 24 * 60), ("w", 7 * 24 * 60)];
    let ago = minutes.into_iter().find_map(|(unit, minutes)| {
        let number = text.strip_suffix(unit)?.parse::<u32>().ok()?;
        TimeDelta::try_minutes(i64::from(number) * minutes)
    });
    ago.map(Moment::Ago)
        .ok_or_else(|| "a day as 2026-11-01, a time as 2026-11-01T08:00:00Z, or 90m, 24h, 7d, 4w".into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_moment_is_a_day_a_time_or_so_long_ago() {
        let now = DateTime::parse_from_rfc3339("2026-11-21T12:00:00Z").unwrap().to_utc();
        let at = |text: &str| moment(text).map(|moment| moment.at(now).to_rfc3339());
        assert_eq!(at("2026-11-01").unwrap(), "2026-11-01T00:00:00+00:00");
        assert_eq!(at("2026-11-01T02:00:00+02:00").unwrap(), "2026-11-01T00:00:00+00:00");
        assert_eq!(at("90m").unwrap(), "2026-11-21T10:30:00+00:00");
        assert_eq!(at("7d").unwrap(), "2026-11-14T12:00:00+00:00");
        assert_eq!(moment("5000000000w").unwrap_err(), moment("yesterday").unwrap_err());
        assert_eq!(moment("99999999w").map(|moment| moment.at(now)), Ok(Instant::MIN_UTC));
        assert!(moment("-3d").is_err() && moment("").is_err() && moment("d").is_err());
    }
}
