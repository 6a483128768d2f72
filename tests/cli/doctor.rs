//! `atc doctor`: the same questions for a shell, on a demo behind a socket. It leaves nothing behind.

use std::path::Path;

use crate::program::{Run, command, run};
use crate::serve::Served;

fn doctor(home: &Path, token: &str, args: &[&str]) -> Run {
    let all: Vec<&str> = ["doctor"].iter().chain(args).copied().collect();
    run(command(home, &all).env("ATC_TOKEN", token))
}

/// What differs from run to run.
fn settled(text: &str, home: &Path, address: &str) -> String {
    let text = text.replace(&*home.to_string_lossy(), "HOME").replace(address, "ADDRESS");
    // Which session is the newest depends on the hour.
    let log = |line: &str| match line.find("session logs are full") {
        Some(at) => line[..at + 22].to_owned(),
        None => line.to_owned(),
    };
    let text = text.lines().map(log).collect::<Vec<_>>().join("\n");
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || "-:".contains(c))) {
        let (body, end) =
            word.split_at(word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || "-:".contains(c))).len());
        let digits = body.chars().filter(char::is_ascii_digit).count();
        let is_id = body.len() == 36 && body.matches('-').count() == 4;
        let is_time = body.len() >= 5
            && body.trim_end_matches(':').contains(':')
            && digits >= 4
            && !body.contains(char::is_alphabetic);
        let is_date = body.len() == 10
            && body.starts_with("20")
            && body.matches('-').count() == 2
            && !body.starts_with("2026-03-10")
            && !body.starts_with("2022-");
        out.push_str(match () {
            () if is_id => "ID",
            () if is_time => "TIME",
            () if is_date => "DATE",
            () if digits >= 9 => "NUMBER",
            () => body,
        });
        out.push_str(end);
    }
    out
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn all_that_is_needed_works_and_every_row_says_what_it_rests_on() {
    let (served, home) = (Served::start(), tempfile::tempdir().unwrap());
    let url = format!("http://{}", served.address);
    let args = ["--api-url", url.as_str(), "--repo", "acme/api"];
    let text = doctor(home.path(), "gho_all", &args);
    assert_eq!((text.code, text.err.as_str()), (0, ""), "{}", text.out);
    insta::assert_snapshot!("doctor_text", settled(&text.out, home.path(), &served.address));
    let json = doctor(home.path(), "gho_all", &[&args[..], &["--json"]].concat());
    assert_eq!(json.code, 0);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&value["verdict"], &value["exit_code"]), (&"works".into(), &0.into()));
    for key in ["at", "host", "token_kind", "read_only", "rows", "not_asked"] {
        assert!(value.get(key).is_some(), "{key}");
    }
    let rows = value["rows"].as_array().unwrap();
    for row in rows {
        for key in ["id", "group", "repo", "title", "answer", "says", "evidence", "at", "next", "needed"] {
            assert!(row.get(key).is_some(), "{key}: {row}");
        }
    }
    let table: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {} {}",
                row["group"].as_str().unwrap(),
                row["id"].as_str().unwrap(),
                row["answer"].as_str().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!("doctor_ids", table.join("\n"));
    assert_eq!(files(home.path()), 0, "it wrote something");
}

#[test]
fn the_exit_code_says_whether_what_is_needed_works() {
    let (served, home) = (Served::start(), tempfile::tempdir().unwrap());
    let url = format!("http://{}", served.address);
    let args = ["--api-url", url.as_str(), "--repo", "acme/api"];
    for (token, more, code, words) in [
        ("ghp_readonly", &[][..], 1, "needed and off: start agent tasks in acme/api, cancel Actions runs in acme/api"),
        ("ghp_readonly", &["--read-only"][..], 0, "all that is needed works"),
        ("github_pat_x", &[][..], 0, "all that is needed works"),
        ("gho_all", &["--repo", "acme/nowhere"][..], 1, "visible in acme/nowhere"),
        ("ghp_rejected", &[][..], 4, "there is no token that is accepted"),
        ("ghs_x", &[][..], 4, "there is no token that is accepted"),
        ("", &[][..], 4, "there is no token that is accepted"),
    ] {
        let run = doctor(home.path(), token, &[&args[..], more].concat());
        assert_eq!(run.code, code, "{token} {more:?}: {}{}", run.out, run.err);
        assert!(run.out.contains(words), "{token} {more:?}: {}", run.out);
    }
    assert_eq!(files(home.path()), 0, "it wrote something");
}

#[test]
fn where_nobody_answers_it_is_not_said_that_all_works_and_little_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}");
    let away = doctor(home.path(), "gho_all", &["--api-url", &url, "--repo", "acme/api", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&away.out).unwrap();
    assert_eq!((away.code, &value["verdict"], &value["exit_code"]), (1, &"unknown".into(), &1.into()), "{value:#}");
    let asked = value["rows"].as_array().unwrap().iter().filter(|row| row["group"] == "repo").count();
    assert!(asked == 0 && !value["not_asked"].as_array().unwrap().is_empty(), "{value:#}");
    let text = doctor(home.path(), "gho_all", &["--api-url", &url, "--repo", "acme/api"]);
    assert!(text.out.contains("needed and not found out: accepted"), "{}", text.out);
}

#[test]
fn a_state_folder_that_cannot_be_made_is_needed_to_change_and_not_to_look() {
    let (served, home) = (Served::start(), tempfile::tempdir().unwrap());
    let url = format!("http://{}", served.address);
    let file = home.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let ask = |more: &[&str]| {
        let args = [&["doctor", "--api-url", &url, "--repo", "acme/api"][..], more].concat();
        run(command(home.path(), &args).env("ATC_TOKEN", "gho_all").env("XDG_STATE_HOME", file.join("state")))
    };
    let unmade = ask(&[]);
    assert_eq!(unmade.code, 1, "{}", unmade.out);
    assert!(unmade.out.contains("not there, and it cannot be made"), "{}", unmade.out);
    assert!(unmade.out.contains("needed and off: state folder is private"), "{}", unmade.out);
    assert_eq!(ask(&["--read-only"]).code, 0);
}

#[test]
fn a_broken_policy_is_needed_to_start_and_not_to_look() {
    let (served, home) = (Served::start(), tempfile::tempdir().unwrap());
    let url = format!("http://{}", served.address);
    let file = home.path().join("policy.toml");
    std::fs::write(&file, "[all]\nactve = 1\n").unwrap();
    let ask = |more: &[&str]| {
        let args = [&["doctor", "--api-url", &url, "--repo", "acme/api"][..], more].concat();
        run(command(home.path(), &args).env("ATC_TOKEN", "gho_all").env("ATC_POLICY_FILE", &file))
    };
    let broken = ask(&[]);
    assert!(
        broken.code == 1 && broken.out.contains("nothing may start") && broken.out.contains("actve"),
        "{}",
        broken.out
    );
    assert_eq!(ask(&["--read-only"]).code, 0);
}

#[test]
fn where_there_is_a_place_for_it_a_look_leaves_a_line_in_the_journal() {
    let (served, home) = (Served::start(), tempfile::tempdir().unwrap());
    let url = format!("http://{}", served.address);
    let state = home.path().join("state/atc");
    let ask = |verb: &[&str]| {
        let args = [verb, &["--api-url", &url]].concat();
        let mut command = command(home.path(), &args);
        run(command.env("ATC_TOKEN", "gho_all").env("XDG_STATE_HOME", home.path().join("state")))
    };
    let journal = || std::fs::read_to_string(state.join("atc.log")).unwrap_or_default();
    assert_eq!(ask(&["doctor", "--repo", "acme/api"]).code, 0);
    assert!(!state.exists(), "a doctor makes no folder");
    // Whether one may be started is another question.
    assert!(ask(&["policy", "explain", "acme/api"]).code <= 1);
    let told = journal();
    assert!(told.contains("token found") && told.contains("a start was judged, not sent repo=acme/api"), "{told}");
    assert_eq!(ask(&["doctor", "--repo", "acme/api"]).code, 0);
    let told = journal();
    assert!(told.contains("the doctor looked works=true"), "{told}");
    assert!(!told.contains("gho_all"), "{told}");
}
