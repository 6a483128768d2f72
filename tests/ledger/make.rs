//! Intents and outcomes to write.

use std::path::{Path, PathBuf};

use atc::domain::Instant;
use atc::ledger::sqlite::Sqlite;
use atc::ledger::{Action, Granted, Intent, Kind, Ledger, Outcome, Seen};
use chrono::TimeDelta;
use uuid::Uuid;

pub fn at(second: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second) + TimeDelta::nanoseconds(second)
}

pub fn intent(number: u128) -> Intent {
    let at = at(i64::try_from(number % 1_000_000).unwrap());
    Intent {
        who: "mona".to_owned(),
        host: "github.com".to_owned(),
        token_kind: "oauth".to_owned(),
        request: format!(r#"{{"prompt":"fix test {number}"}}"#),
        prompt_hash: Some([7; 32]),
        template: Some("bugfix".to_owned()),
        ..Intent::new(Uuid::from_u128(number), at, Action::Start, "acme/billing".parse().unwrap())
    }
}

/// The same, with everything that can be known.
pub fn whole(number: u128) -> Intent {
    Intent {
        template_hash: Some([9; 32]),
        login: Some("octo-mona".to_owned()),
        machine: Some("desk-7".to_owned()),
        granted: Some(Granted {
            verdict: "reason".to_owned(),
            rule: "starts per hour".to_owned(),
            reason: Some("the release waits for it".to_owned()),
            policy_hash: Some([3; 32]),
        }),
        prompt: Some(format!("fix test {number}")),
        model: Some("gpt-5.4".to_owned()),
        ticket: Some("OPS-12".to_owned()),
        session: Some("s-1".to_owned()),
        run: Some(u64::MAX),
        pull: Some(7),
        plan: Some(Uuid::from_u128(77)),
        ..intent(number)
    }
}

/// The long form of the matrix: hours instead of seconds.
pub fn is_long() -> bool {
    std::env::var_os("ATC_LONG").is_some()
}

pub fn rounds(short: u32, long: u32) -> u32 {
    if is_long() { long } else { short }
}

pub fn confirmed(id: &str) -> Outcome {
    Outcome::Confirmed(id.to_owned())
}

pub fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("state").join("ledger.db")
}

pub fn open(file: &Path) -> Sqlite {
    Sqlite::open(file).unwrap()
}

/// Numbers of the intents in the ledger, oldest first.
pub fn numbers(ledger: &dyn Ledger) -> Vec<u128> {
    let mut all: Vec<_> = ledger.recent(usize::MAX).unwrap().iter().map(|entry| entry.intent.id.as_u128()).collect();
    all.reverse();
    all
}

/// A look at the state of a task of `acme/billing`; the service's time of it is the time of the look.
pub fn seen(task: &str, became: &str, second: i64) -> Seen {
    Seen {
        host: "github.com".to_owned(),
        repo: "acme/billing".parse().unwrap(),
        task: task.to_owned(),
        kind: Kind::State,
        at: at(second),
        since: None,
        touched: Some(at(second)),
        begun: Some(at(0)),
        became: became.to_owned(),
        reason: None,
        nano_credits: None,
        premium_requests: None,
        model: None,
        session: None,
        run: None,
        pull: None,
    }
}
