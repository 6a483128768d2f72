//! Intents and outcomes to write.

use std::path::{Path, PathBuf};

use atc::domain::Instant;
use atc::ledger::sqlite::Sqlite;
use atc::ledger::{Action, Intent, Ledger, Outcome};
use chrono::TimeDelta;
use uuid::Uuid;

pub fn at(second: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second) + TimeDelta::nanoseconds(second)
}

pub fn intent(number: u128) -> Intent {
    Intent {
        id: Uuid::from_u128(number),
        at: at(i64::try_from(number % 1_000_000).unwrap()),
        action: Action::Start,
        repo: "acme/billing".parse().unwrap(),
        task: None,
        who: "mona".to_owned(),
        host: "github.com".to_owned(),
        token_kind: "oauth".to_owned(),
        request: format!(r#"{{"prompt":"fix test {number}"}}"#),
        prompt_hash: Some([7; 32]),
        template: Some("bugfix".to_owned()),
    }
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
