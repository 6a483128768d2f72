//! Bad input, told from the outside in: arguments, configuration, terminal, token, disk.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::harness::{ATC, Spec, Term};
use crate::program::{atc, command, one_line, run};
use crate::serve::Served;

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// On a terminal, where the path holds no `gh`.
fn console(args: &[&str], env: &[(&str, &str)]) -> Term {
    let spec = Spec::new(ATC, args).env("PATH", "/nonexistent").size(32, 120);
    env.iter().fold(spec, |spec, (name, value)| spec.env(name, value)).start()
}

/// What it said and how it ended, without having taken the terminal.
fn refused(args: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
    let (status, _, raw) = console(args, env).end();
    let text = String::from_utf8(raw).unwrap();
    assert!(!text.contains('\x1b'), "{text:?}");
    // It is one line, broken between words where the terminal ends: here as it was said.
    let rows: Vec<&str> = text.lines().filter(|row| !row.trim().is_empty()).collect();
    let starts = |row: &&&str| row.starts_with("atc: ");
    assert!(rows.iter().filter(starts).count() <= 1, "{text:?}");
    (status.code(), rows.join(" ") + "\n")
}

/// A service that refuses every request, repeats the header it was sent, and counts.
fn refusing() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 8192];
            let read = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            counted.fetch_add(1, Ordering::SeqCst);
            let header = request.lines().find(|line| line.to_lowercase().starts_with("authorization:"));
            let body =
                serde_json::json!({"message": format!("Bad credentials: {}", header.unwrap_or("none"))}).to_string();
            let _ = stream.write_all(
                format!(
                    "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                )
                .as_bytes(),
            );
        }
    });
    (address, asked)
}

#[test]
fn an_unknown_argument_is_a_wrong_use_with_a_hint() {
    let home = home();
    for args in [&["--frobnicate"][..], &["frobnicate"], &["demo", "--speed", "fast"], &["open"], &["config"]] {
        let run = atc(home.path(), args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains("--help"), "{args:?}: {}", run.err);
    }
}

#[test]
fn a_broken_config_is_told_with_file_line_and_key() {
    let home = home();
    let file = home.path().join("bad.toml");
    for (text, wanted) in [
        ("repos = [\"a/b\"]\nhos = \"x\"\n", &[":2:1: hos: ", "did you mean host?"][..]),
        ("[ui]\nascii = 3\n", &[":2:9: ui.ascii: must be"]),
        ("[ui]\n\ncolor = true\n", &[":3:1: ui.color: ", "did you mean ui.colour?"]),
        ("repos = [\"a/b\"\n", &["bad.toml:1:"]),
        ("[nonsense]\nx = 1\n", &[":1:2: nonsense: "]),
        ("token = \"x\"\n", &[":1:1: token: there is no such option"]),
    ] {
        std::fs::write(&file, text).unwrap();
        // The console and the check say the same, before any terminal is asked for.
        for args in [
            &["--config", "bad.toml"][..],
            &["--config", "bad.toml", "config", "check"],
            &["--config", "bad.toml", "demo"],
        ] {
            let run = atc(home.path(), args);
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?} {text}");
            let first = run.err.lines().next().unwrap();
            assert!(
                first.starts_with("atc: ") && wanted.iter().all(|words| first.contains(words)),
                "{text}: {}",
                run.err
            );
            assert!(run.err.contains("Correct it"), "{}", run.err);
        }
    }
    let run = atc(home.path(), &["--config", "not-there.toml", "config", "check"]);
    assert!(run.code == 2 && run.err.contains("not-there.toml: cannot be read"), "{}", run.err);
}

#[test]
fn a_service_that_must_not_be_talked_to_is_refused() {
    let home = home();
    for (args, words) in [
        (["--api-url", "http://example.com"], "plain http is only for a loopback address"),
        (["--api-url", "ftp://127.0.0.1"], "must begin with https://"),
        (["--host", "ghes.example.com"], "GitHub Enterprise Server has no agent tasks"),
        (["--host", "github.com.evil"], "must be github.com"),
        (["--repo", "acme"], "owner/name"),
    ] {
        let run = atc(home.path(), &args);
        assert!(run.code == 2 && run.err.contains(words) && run.err.contains(args[0]), "{args:?}: {}", run.err);
        let run = run_with(home.path(), args);
        assert!(run.0 == 2 && run.1.contains(words), "as a variable: {}", run.1);
    }
}

/// The same as an environment variable.
fn run_with(home: &Path, [name, value]: [&str; 2]) -> (i32, String) {
    let variable = match name {
        "--repo" => "ATC_REPOS",
        "--host" => "ATC_HOST",
        _ => "ATC_API_URL",
    };
    let run = run(command(home, &[]).env(variable, value));
    (run.code, run.err)
}

#[test]
fn without_a_terminal_there_is_a_hint_and_not_one_escape() {
    let home = home();
    for args in [&[][..], &["demo"], &["open", "log.txt"]] {
        let piped = run(command(home.path(), args).env("ATC_TOKEN", "x"));
        assert_eq!((piped.code, piped.out.as_str()), (2, ""), "{args:?}");
        one_line(&piped.err, &["atc: standard output is not a terminal", "run atc in a terminal", "--help"]);
    }
    let (code, said) = refused(&["demo"], &[("TERM", "dumb")]);
    assert_eq!(code, Some(2));
    one_line(&said, &["TERM=dumb", "--help"]);
}

#[test]
fn without_a_token_one_line_says_what_to_do() {
    let (code, said) = refused(&["--repo", "a/b"], &[]);
    assert_eq!(code, Some(4));
    one_line(&said.replace("\r\n", "\n"), &["atc: no token", "ATC_TOKEN", "gh auth login", "atc demo"]);
}

#[test]
fn a_token_that_can_never_work_is_refused_before_any_request() {
    let (address, asked) = refusing();
    for (token, words) in [
        ("ghs_CANARY0123456789abcdef", "installation token"),
        ("ghr_CANARY0123456789abcdef", "refresh token"),
        ("two words", "not a token"),
    ] {
        let (code, said) = refused(&["--repo", "a/b", "--api-url", &address], &[("ATC_TOKEN", token)]);
        assert_eq!(code, Some(4), "{said}");
        one_line(&said, &["ATC_TOKEN", words, "gh auth login"]);
        assert!(!said.contains("CANARY"), "{said}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nothing was sent");
}

#[test]
fn a_token_file_is_ours_alone_and_there() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    let file = home.path().join("token");
    let name = file.to_str().unwrap();
    let refused = || refused(&["--repo", "a/b", "--token-file", name], &[]);
    let (code, said) = refused();
    assert_eq!(code, Some(4), "{said}");
    one_line(&said, &["is not there", "--token-file"]);
    std::fs::write(&file, "ghp_CANARY0123456789abcdef\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, said) = refused();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("other users") && said.contains("chmod 600") && !said.contains("CANARY"), "{said}");
}

#[test]
fn a_file_that_holds_no_certificates_is_told_before_anything_is_sent() {
    let (address, asked) = refusing();
    let home = home();
    let file = home.path().join("ca.pem");
    let name = file.to_str().unwrap();
    let refused =
        || refused(&["--repo", "a/b", "--api-url", &address], &[("ATC_TOKEN", "ghp_x"), ("ATC_CA_FILE", name)]);
    let (code, said) = refused();
    assert_eq!(code, Some(1), "{said}");
    one_line(&said.replace("\r\n", "\n"), &["ca_file", name, "No such file", "PEM certificates"]);
    for (text, why) in [
        ("-----BEGIN PRIVATE KEY-----\naGk=\n-----END PRIVATE KEY-----\n", "no certificate in it"),
        ("-----BEGIN CERTIFICATE-----\naGk=\n-----END CERTIFICATE-----\n", "certificate 1 cannot be used"),
    ] {
        std::fs::write(&file, text).unwrap();
        let (_, said) = refused();
        one_line(&said.replace("\r\n", "\n"), &["ca_file", name, why]);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nothing was sent");
}

#[test]
fn a_refused_token_is_told_on_the_screen_with_what_to_do_next() {
    let (address, asked) = refusing();
    let token = "ghp_CANARY0123456789abcdef";
    let t = console(&["--repo", "a/b", "--api-url", &address], &[("ATC_TOKEN", token)]);
    t.wait("the refusal", |screen| {
        let text = screen.contents();
        ["a/b", "401", "not accepted", "gh auth login"].iter().all(|words| text.contains(words)).then_some(())
    });
    let text = t.screen().contents();
    assert!(!text.contains("No agent tasks") && !text.contains("No pull requests by agents yet"), "{text}");
    assert!(asked.load(Ordering::SeqCst) > 0);
    assert!(!String::from_utf8_lossy(&t.raw()).contains("CANARY"));
    t.send("q");
    t.restored(0);
}

#[test]
fn a_log_that_is_not_there_is_one_line() {
    let (code, said) = refused(&["open", "/nowhere/log.txt"], &[]);
    assert_eq!(code, Some(1));
    one_line(&said.replace("\r\n", "\n"), &["atc: /nowhere/log.txt cannot be read", "give the path"]);
    let (code, said) = refused(&["open", "/"], &[]);
    assert_eq!(code, Some(1), "{said}");
    one_line(&said, &["cannot be read"]);
}

#[test]
fn a_home_that_is_no_place_to_keep_files_in_is_told() {
    let home = home();
    let run = run(command(home.path(), &["config", "path"]).env("HOME", "relative"));
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    one_line(&run.err, &["HOME is relative", "begins with /"]);
}

/// A folder that cannot be made: its parent is a file. Unlike a mode, that holds for every user.
#[test]
fn where_nothing_can_be_written_the_console_still_opens_and_changes_nothing() {
    let served = Served::start();
    let home = home();
    let in_the_way = home.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let address = format!("http://{}", served.address);
    let args = ["--repo", "acme/billing", "--api-url", &address];
    let state = in_the_way.join("state");
    let t = console(&args, &[("ATC_TOKEN", "demo"), ("XDG_STATE_HOME", state.to_str().unwrap())]);
    let name = "Stop the cache stampede";
    t.text(name);
    t.text("could not make");
    t.send("/");
    for end in 1..=5 {
        t.press(&"price"[end - 1..end]);
        t.text(&"/price"[..=end]);
    }
    t.press("\r");
    t.wait("the task, selected", |screen| {
        let (_, cols) = screen.size();
        screen.rows(0, cols.get()).any(|row| row.starts_with('▌') && row.contains(name)).then_some(())
    });
    t.press("x");
    t.text("Cancel this session?");
    // A yes that comes too early to be meant is not heard, nor is one that comes right after another key.
    while t.screen().contents().contains("Cancel this session?") {
        t.send("y");
        t.within(std::time::Duration::from_millis(400), |screen| !screen.contents().contains("Cancel this session?"));
    }
    t.text("nothing was sent");
    t.answers();
    t.send("q");
    t.restored(0);
    assert_eq!(std::fs::read(&in_the_way).unwrap(), b"", "the file in the way is as it was");
    assert!(served.ask("/agents/repos/acme/billing/tasks", Some("demo")).1.contains("in_progress"));
}

#[test]
fn a_check_of_the_configuration_says_what_a_console_would_stumble_over_later() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    file("token", "ghp_secret");
    file("rules.toml", "[[rule]]\nid = 7\n");
    file("policy.toml", "[all]\nactve = 1\n");
    file(
        "mine.toml",
        "token_file = \"token\"\ndiagnosis_file = \"rules.toml\"\npolicy_file = \"policy.toml\"\n\
         [notify]\nwebhook_url = \"https://hooks.example/x\"\n[aliases]\nup = \"nowhere\"\n",
    );
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(home.path().join("token"), open).unwrap();
    let check = atc(home.path(), &["--config", "mine.toml", "config", "check"]);
    assert_eq!((check.code, check.out.as_str()), (2, ""), "{}", check.err);
    for words in ["aliases: `up`", "can be read by other users", "the webhook has no secret", "rules.toml:2:", "actve"]
    {
        assert!(check.err.contains(words), "{words} is missing:\n{}", check.err);
    }
    assert!(!check.err.contains("ghp_secret"), "{}", check.err);
    let json = atc(home.path(), &["--config", "mine.toml", "config", "check", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&value["ok"], value["problems"].as_array().unwrap().len()), (&false.into(), 5), "{value:#}");
}
