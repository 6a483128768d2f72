//! Where the token comes from, and what is refused before anything is sent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use atc::domain::FaultKind;
use atc::provider::Provider;
use atc::provider::github::token::{Places, discover};
use atc::provider::github::{GitHub, Host, Options, Token, TokenKind};

use crate::support::{CANARY, assert_no_token, fault, now};

/// Tests that start programs take turns: a script still open for writing in one cannot be started in another.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

type Vars = HashMap<&'static str, &'static str>;

async fn find(
    base: Option<&str>,
    vars: &[(&'static str, &'static str)],
    gh: &str,
) -> Result<String, atc::domain::Fault> {
    let vars: Vars = vars.iter().copied().collect();
    let env = move |name: &str| vars.get(name).map(|value| (*value).to_owned());
    let host = Host::resolve(None, base).unwrap();
    let places = Places { gh: gh.into(), ..Places::new(None, &env) };
    discover(&host, &places).await.map(|found| found.source.to_string())
}

#[tokio::test]
async fn the_first_source_with_something_in_it_decides() {
    let _turn = TURN.lock().await;
    let gh = None;
    let other = Some("https://ghes.example/api/v3");
    let all = [
        ("ATC_TOKEN", "ghp_a"),
        ("GH_TOKEN", "ghp_b"),
        ("GITHUB_TOKEN", "ghp_c"),
        ("GH_ENTERPRISE_TOKEN", "ghp_d"),
        ("GITHUB_ENTERPRISE_TOKEN", "ghp_e"),
    ];
    for (base, from, codespaces, expected) in [
        (gh, 0, false, Some("ATC_TOKEN")),
        (gh, 1, false, Some("GH_TOKEN")),
        (gh, 2, false, Some("GITHUB_TOKEN")),
        (gh, 3, false, None),
        (gh, 3, true, None),
        (other, 0, false, Some("ATC_TOKEN")),
        (other, 1, false, Some("GH_ENTERPRISE_TOKEN")),
        (other, 1, true, Some("GH_ENTERPRISE_TOKEN")),
        (other, 4, false, Some("GITHUB_ENTERPRISE_TOKEN")),
    ] {
        let mut vars = all[from..].to_vec();
        if codespaces {
            vars.push(("CODESPACES", "true"));
        }
        let found = find(base, &vars, "/nonexistent/gh").await.ok();
        assert_eq!(found.as_deref(), expected, "{base:?} {vars:?}");
    }
    let workflow = [("GITHUB_TOKEN", "ghp_c"), ("GH_TOKEN", "ghp_b")];
    assert!(find(other, &workflow, "/nonexistent/gh").await.is_err(), "github.com's token stays with github.com");
    let codespace = [("GITHUB_TOKEN", "ghp_c"), ("GH_TOKEN", "ghp_b"), ("CODESPACES", "true")];
    assert_eq!(find(other, &codespace, "/nonexistent/gh").await.unwrap(), "GITHUB_TOKEN");
    assert_eq!(find(gh, &[("ATC_TOKEN", "  "), ("GH_TOKEN", "ghp_b\n")], "/nonexistent/gh").await.unwrap(), "GH_TOKEN");
}

#[tokio::test]
async fn a_bad_token_is_a_fault_and_no_reason_to_look_further() {
    for (text, said) in
        [("ghs_installation", "ghs_"), ("ghr_refresh", "ghr_"), ("two words", "GH_TOKEN"), ("\u{1b}[2J", "GH_TOKEN")]
    {
        let vars = HashMap::from([("GH_TOKEN", text), ("GITHUB_TOKEN", "ghp_good")]);
        let env = move |name: &str| vars.get(name).map(|value| (*value).to_owned());
        let host = Host::resolve(None, None).unwrap();
        let found = discover(&host, &Places::new(None, &env)).await.map(|_| ());
        let fault = fault(found);
        assert_eq!(fault.kind, FaultKind::Authentication);
        assert!(fault.what.contains(said) && fault.next_step.contains("gh auth login"), "{fault}");
    }
}

#[test]
fn a_kind_is_known_by_its_prefix_and_the_provider_says_it_without_the_token() {
    for (text, kind, word) in [
        ("github_pat_11AB_CD", TokenKind::FineGrained, "fine-grained"),
        (CANARY, TokenKind::Classic, "classic"),
        ("gho_x", TokenKind::OAuth, "oauth"),
        ("ghu_x", TokenKind::AppUser, "app user"),
        ("0123456789abcdef0123456789abcdef01234567", TokenKind::Unknown, "other"),
    ] {
        let token = Token::new(text, "test").unwrap();
        assert_eq!(token.kind(), kind);
        let github = GitHub::new(Options::new(Host::resolve(None, None).unwrap(), token, now())).unwrap();
        let authority = github.authority();
        assert_eq!((authority.host.as_str(), authority.token_kind.as_str()), ("github.com", word));
        assert_no_token(&format!("{github:?} {authority:?} {:?}", github.budget()));
        assert!(!format!("{github:?}").contains(text));
    }
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    async fn from_file(path: &Path) -> Result<String, atc::domain::Fault> {
        let host = Host::resolve(None, None).unwrap();
        let env = |name: &str| (name == "ATC_TOKEN").then(|| "ghp_env".to_owned());
        discover(&host, &Places::new(Some(path), &env)).await.map(|found| found.source.to_string())
    }

    fn file(dir: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[tokio::test]
    async fn a_token_file_comes_first_and_must_be_ours_alone() {
        let dir = tempfile::tempdir().unwrap();
        for mode in [0o600, 0o400] {
            let path = file(dir.path(), &format!("good{mode:o}"), "ghp_file\n", mode);
            assert!(from_file(&path).await.unwrap().contains("token file"));
        }
        for mode in [0o644, 0o640, 0o604, 0o660, 0o601] {
            let path = file(dir.path(), &format!("bad{mode:o}"), CANARY, mode);
            let fault = fault(from_file(&path).await);
            assert_eq!(fault.kind, FaultKind::Authentication);
            assert!(fault.next_step.contains("chmod 600"), "{fault}");
        }
    }

    #[tokio::test]
    async fn a_link_a_folder_a_missing_or_an_odd_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let good = file(dir.path(), "good", "ghp_file", 0o600);
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&good, &link).unwrap();
        let bad = [
            link,
            dir.path().to_owned(),
            dir.path().join("missing"),
            file(dir.path(), "empty", "\n", 0o600),
            file(dir.path(), "two", "ghp_a\nghp_b\n", 0o600),
            file(dir.path(), "long", &"x".repeat(100_000), 0o600),
            file(dir.path(), "installation", "ghs_x", 0o600),
        ];
        for path in bad {
            assert_eq!(fault(from_file(&path).await).kind, FaultKind::Authentication, "{path:?}");
        }
    }

    /// A `gh` that runs this script.
    fn gh(dir: &Path, script: &str) -> String {
        file(dir, "gh", &format!("#!/bin/sh\n{script}\n"), 0o700).to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn gh_is_asked_last_for_the_host_in_question() {
        let _turn = TURN.lock().await;
        let dir = tempfile::tempdir().unwrap();
        let args = dir.path().join("args");
        let gh = gh(dir.path(), &format!("echo \"$@\" > {}; echo gho_fromgh", args.display()));
        assert_eq!(find(None, &[], &gh).await.unwrap(), "gh auth token");
        assert_eq!(std::fs::read_to_string(&args).unwrap().trim(), "auth token --hostname github.com");
        find(Some("https://ghes.example/api/v3"), &[("GH_TOKEN", "ghp_x")], &gh).await.unwrap();
        assert_eq!(std::fs::read_to_string(&args).unwrap().trim(), "auth token --hostname ghes.example");
        for (api, host) in [
            ("https://api.octocorp.ghe.com", "octocorp.ghe.com"),
            ("https://octocorp.ghe.com/api/v3", "octocorp.ghe.com"),
            ("https://api.github.com", "github.com"),
            ("https://api.github.com.example", "api.github.com.example"),
            ("http://127.0.0.1:4010", "127.0.0.1"),
            ("http://[::1]:4010", "[::1]"),
        ] {
            find(Some(api), &[], &gh).await.unwrap();
            let asked = std::fs::read_to_string(&args).unwrap();
            assert_eq!(asked.trim(), format!("auth token --hostname {host}"), "{api}");
        }
    }

    #[tokio::test]
    async fn a_gh_that_is_missing_fails_or_talks_nonsense_is_one_clear_line() {
        let _turn = TURN.lock().await;
        let dir = tempfile::tempdir().unwrap();
        for script in
            ["exit 1", "true", "printf 'gho_x\\033[2J'", "echo a b c", "printf '\\377'", "yes gho_x", "echo ghs_x"]
        {
            let gh = gh(dir.path(), script);
            let fault = fault(find(None, &[], &gh).await);
            assert_eq!(fault.kind, FaultKind::Authentication, "{script}");
            assert!(fault.next_step.contains("gh auth login"), "{fault}");
        }
        let missing = fault(find(None, &[], "/nonexistent/gh").await);
        assert!(missing.what.contains("not installed"), "{missing}");
    }

    /// On virtual time: the limit is three seconds, and the child is ended with the question.
    #[tokio::test(start_paused = true)]
    async fn a_gh_that_hangs_is_given_three_seconds() {
        let _turn = TURN.lock().await;
        let dir = tempfile::tempdir().unwrap();
        let gh = gh(dir.path(), "exec sleep 600");
        let start = tokio::time::Instant::now();
        let fault = fault(find(None, &[], &gh).await);
        assert!(fault.what.contains("3 s"), "{fault}");
        assert_eq!(start.elapsed().as_secs(), 3);
    }
}
