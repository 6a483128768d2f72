//! `atc ledger …` as a shell sees it, on a file that was written before.

use std::path::{Path, PathBuf};

use atc::domain::Instant;
use atc::ledger::{Action, Granted, Intent, Kind, Outcome, Seen};
use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use crate::program::{atc, one_line};

fn at(minute: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

fn intent(number: u128, minute: i64) -> Intent {
    Intent {
        id: Uuid::from_u128(number),
        at: at(minute),
        action: Action::Start,
        repo: "acme/billing".parse().unwrap(),
        task: None,
        who: "mona".into(),
        host: "github.com".into(),
        token_kind: "oauth".into(),
        request: "{}".into(),
        prompt_hash: Some([7; 32]),
        template: Some("bugfix".into()),
        template_hash: Some([1; 32]),
        login: Some("octo-mona".into()),
        machine: Some("desk-7".into()),
        granted: Some(Granted {
            verdict: "reason".into(),
            rule: "starts_per_hour".into(),
            reason: Some("=HYPERLINK(\"http://evil\")".into()),
            policy_hash: None,
        }),
        prompt: Some("=1+1\nfix \u{202e}it\u{1b}[2J".into()),
        model: Some("gpt-5.4".into()),
        ticket: Some("OPS-1".into()),
        session: None,
        run: None,
        pull: None,
        plan: None,
        key: None,
    }
}

fn seen(task: &str, kind: Kind, became: &str, minute: i64) -> Seen {
    Seen {
        host: "github.com".into(),
        repo: "acme/billing".parse().unwrap(),
        task: task.into(),
        kind,
        at: at(minute),
        since: None,
        touched: Some(at(minute)),
        begun: Some(at(10)),
        became: became.into(),
        reason: None,
        nano_credits: None,
        premium_requests: None,
        model: None,
        session: None,
        run: None,
        pull: None,
    }
}

/// A home with a ledger: a task from its start to its merge, one refused start, one nobody knows of.
fn home() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".local/state/atc/ledger.db");
    let ledger = atc::ledger::open(&file);
    ledger.writable().unwrap();
    ledger.claim(&intent(1, 0)).unwrap();
    ledger.record(Uuid::from_u128(1), at(1), &Outcome::Confirmed("t-1".into())).unwrap();
    ledger.claim(&intent(2, 2)).unwrap();
    ledger.record(Uuid::from_u128(2), at(3), &Outcome::Rejected("422: no such model".into())).unwrap();
    ledger.claim(&intent(3, 4)).unwrap();
    ledger.record(Uuid::from_u128(3), at(5), &Outcome::Unknown("the line broke".into())).unwrap();
    let cost = Seen { nano_credits: Some(2_000_000_000), ..seen("t-1", Kind::State, "completed", 30) };
    let looks = [
        seen("t-1", Kind::State, "queued", 6),
        seen("t-1", Kind::State, "in_progress", 8),
        seen("t-1", Kind::Pull, "open", 12),
        seen("t-1", Kind::Review, "none", 12),
        cost,
        seen("t-1", Kind::Review, "approved", 40),
        seen("t-1", Kind::Pull, "merged", 50),
    ];
    assert_eq!(ledger.observe(&looks).unwrap(), 7);
    (home, file)
}

fn sql(file: &Path, statement: &str) {
    rusqlite::Connection::open(file).unwrap().execute_batch(statement).unwrap();
}

#[test]
fn without_a_ledger_that_is_said_and_none_is_made() {
    let home = tempfile::tempdir().unwrap();
    let run = atc(home.path(), &["ledger", "list"]);
    assert_eq!(run.code, 1);
    one_line(&run.err, &["there is no ledger", "ledger.db"]);
    assert!(!home.path().join(".local").exists());
}

#[test]
fn the_list_has_what_is_unresolved_first_and_then_the_newest() {
    let (home, _) = home();
    let run = atc(home.path(), &["ledger", "list", "--limit", "3"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", run.out);
    assert!(lines[0].contains("start unknown") && lines[0].contains("(un"), "{}", run.out);
    assert!(lines[1].contains("PR merged") && lines[2].contains("review approved"), "{}", run.out);
    // Another program gets every field whole, and may ask on by the action's id.
    let fields: Vec<Vec<&str>> = lines.iter().map(|line| line.split('\t').collect()).collect();
    assert!(fields.iter().all(|fields| fields.len() == 7), "{}", run.out);
    assert!(fields[0][5].parse::<Uuid>().is_ok() && fields[1][0].parse::<u64>().is_ok(), "{}", run.out);
    let none = atc(home.path(), &["--repo", "acme/other", "ledger", "list"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    let open = atc(home.path(), &["ledger", "list", "--unresolved", "--json"]);
    let open: Value = serde_json::from_str(&open.out).unwrap();
    assert_eq!(open["outcome"], "unknown");
}

#[test]
fn a_task_is_shown_from_its_start_to_its_merge() {
    let (home, _) = home();
    let run = atc(home.path(), &["ledger", "show", "t-1"]);
    assert_eq!(run.out.lines().count(), 9, "{}", run.out);
    assert!(run.out.lines().next().unwrap().contains("reason by starts_per_hour"), "{}", run.out);
    let refused = atc(home.path(), &["ledger", "show", &Uuid::from_u128(2).to_string()]);
    assert!(refused.out.contains("422: no such model"), "{}", refused.out);
    let nothing = atc(home.path(), &["ledger", "show", "t-9\u{1b}[2J"]);
    assert_eq!(nothing.code, 1);
    one_line(&nothing.err, &["has nothing of t-9"]);
}

#[test]
fn a_task_is_named_by_the_beginning_of_its_id_or_by_its_pull_request() {
    let (home, file) = home();
    let ledger = atc::ledger::open(&file);
    let (one, two) = ("1a2b3c4d-0001-x", "1a2b3c4d-0002-x");
    let of_pull = Seen { pull: Some(12), ..seen(one, Kind::Pull, "open", 60) };
    ledger.observe(&[seen(one, Kind::State, "queued", 59), of_pull, seen(two, Kind::State, "queued", 61)]).unwrap();
    drop(ledger);
    let asked: [&[&str]; 4] = [
        &["ledger", "show", "--json"],
        &["ledger", "list", "--json", "--task"],
        &["ledger", "export", "--task"],
        &["ledger", "stats", "--json", "--task"],
    ];
    for args in asked {
        let run = |word: &str| atc(home.path(), &[args, &[word]].concat());
        let whole = run(one);
        assert_eq!(whole.code, 0, "{args:?}: {}", whole.err);
        for word in ["1a2b3c4d-0001", "ACME/Billing#12", "acme/billing#12", "https://github.com/acme/billing/pull/12"] {
            let run = run(word);
            assert_eq!((run.code, &run.out), (0, &whole.out), "{args:?} {word}: {}", run.err);
        }
        let several = run("1a2b");
        assert_eq!((several.code, several.out.as_str()), (2, ""), "{args:?}");
        one_line(&several.err, &["1a2b could be", one, two]);
        for word in ["9f9f9f9f", "acme/billing#13", "x", "acme/other#12"] {
            let nothing = run(word);
            assert_eq!((nothing.code, nothing.out.as_str()), (1, ""), "{args:?} {word}");
            one_line(&nothing.err, &["the ledger has nothing of", word]);
        }
    }
    assert_eq!(atc(home.path(), &["ledger", "list", "--task", one, "--until", "2001-01-01"]).code, 0, "it is there");
}

#[test]
fn verifying_tells_an_intact_ledger_from_an_edited_one() {
    let (home, file) = home();
    let run = atc(home.path(), &["ledger", "verify"]);
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("intact: 13 rows, 3 starts among them\nlast hash: "), "{}", run.out);
    sql(&file, "DROP TRIGGER observed_keep; UPDATE observed SET became = 'failed' WHERE row = 11");
    let run = atc(home.path(), &["ledger", "verify", "--json"]);
    assert_eq!(run.code, 1);
    let told: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&told["intact"], &told["row"]), (&Value::Bool(false), &Value::from(11)));
}

#[test]
fn json_lines_lose_nothing_and_hold_nothing_a_terminal_acts_on() {
    let (home, _) = home();
    let run = atc(home.path(), &["ledger", "export"]);
    assert_eq!(run.out.lines().count(), 13);
    assert!(run.out.is_ascii());
    let first: Value = serde_json::from_str(run.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["prompt"], "=1+1\nfix \u{202e}it\u{1b}[2J");
    assert_eq!(first["policy_hash"], Value::Null);
    assert_eq!(first["template_hash"], "01".repeat(32));
    let since = atc(home.path(), &["ledger", "export", "--since", "2024-10-04T00:30:00Z"]);
    assert_eq!(since.out.lines().count(), 3, "{}", since.out);
    assert_eq!(atc(home.path(), &["ledger", "export", "--since", "yesterday"]).code, 2);
}

#[test]
fn no_cell_of_the_csv_is_a_formula_and_every_record_is_one_line() {
    let (home, _) = home();
    let run = atc(home.path(), &["ledger", "export", "--format", "csv"]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 14);
    assert!(lines[1].contains("\"'=1+1"), "{}", lines[1]);
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{}", lines[1]);
    assert!(!run.out.contains(['\u{202e}', '\u{1b}']));
    let columns = lines[0].split(',').count();
    for line in &lines {
        let mut quoted = false;
        let commas = line.chars().filter(|c| {
            quoted ^= *c == '"';
            *c == ',' && !quoted
        });
        assert_eq!(commas.count() + 1, columns, "{line}");
    }
}

#[test]
fn the_numbers_are_those_of_the_lines_and_what_is_unknown_is_not_guessed() {
    let (home, _) = home();
    let run = atc(home.path(), &["ledger", "stats", "--json"]);
    let told: Value = serde_json::from_str(&run.out).unwrap();
    let all = &told["all"];
    let count = |name: &str| all[name].as_u64().unwrap();
    assert_eq!(
        ["started", "finished", "failed", "refused", "unknown", "pulls", "merged"].map(count),
        [1, 1, 0, 1, 1, 1, 1]
    );
    assert_eq!(all["to_start"]["median_s"], 8 * 60);
    assert_eq!(all["to_pull"]["p90_s"], 10 * 60);
    assert_eq!(all["to_review"]["median_s"], 30 * 60);
    assert_eq!(all["to_merge"]["median_s"], 40 * 60);
    assert_eq!(all["cost_per_merge"]["nano_credits"], 2_000_000_000);
    assert_eq!(told["by_template"][0]["template"], "bugfix");
    let run = atc(home.path(), &["ledger", "stats"]);
    assert!(run.out.contains("2.0 cr") && run.out.contains("100 %"), "{}", run.out);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let (home, _) = home();
    let mut command = crate::program::command(home.path(), &["ledger", "export"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
