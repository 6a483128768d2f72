#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use serde_json::json;

use super::load::read;
use super::tape::{Plan, Recorder, Summary};
use super::{Player, load};
use crate::demo::{Addresses, Question, Said, Service};
use crate::domain::{Instant, Now};
use crate::provider::Tap;
use crate::provider::tap::{Door, Heard};

/// A clock that is set by hand.
#[derive(Clone)]
struct Hands(Arc<Mutex<Instant>>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(start())))
    }

    fn at(&self, ms: i64) {
        *self.0.lock().unwrap() = start() + TimeDelta::milliseconds(ms);
    }

    fn now(&self) -> Now {
        let hands = self.0.clone();
        Arc::new(move || *hands.lock().unwrap())
    }
}

fn start() -> Instant {
    chrono::DateTime::from_timestamp(1_795_176_000, 0).unwrap()
}

fn heard(path: &str, status: u16, etag: Option<&str>, body: &str) -> Heard {
    let mut headers = vec![("set-cookie".to_owned(), "CANARY".to_owned())];
    headers.extend(etag.map(|tag| ("etag".to_owned(), tag.to_owned())));
    Heard {
        door: Door::Api,
        origin: "https://api.github.com".into(),
        method: "GET",
        path: path.into(),
        query: None,
        asked: None,
        waited: std::time::Duration::ZERO,
        status,
        headers,
        body: body.into(),
    }
}

fn plan(file: &std::path::Path, cap: u64) -> Plan {
    let repos = vec!["acme/api".parse().unwrap()];
    Plan { file: file.into(), host: "github.com".into(), token_kind: "gho_", repos, anonymous: false, cap }
}

/// Records these answers, each at its time.
fn record(cap: u64, answers: Vec<(i64, Heard)>) -> (String, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.atc");
    let hands = Hands::new();
    let recorder = Recorder::start(plan(&file, cap), hands.now()).unwrap();
    for (ms, heard) in answers {
        hands.at(ms);
        recorder.heard(heard);
    }
    let summary = recorder.finish();
    (std::fs::read_to_string(&file).unwrap(), summary)
}

fn ours() -> Addresses {
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    Addresses { api: at(1), copilot: at(2), blobs: at(3) }
}

fn ask(player: &Player, target: &str, tag: Option<&str>) -> Said {
    let question = Question {
        service: Service::Api,
        method: "GET".into(),
        target: target.into(),
        if_none_match: tag.map(str::to_owned),
        body: Vec::new(),
    };
    player.answer(&question, &ours()).0
}

fn player(text: &str, hands: &Hands) -> Arc<Player> {
    Player::new(read(text.as_bytes()).unwrap(), hands.now())
}

#[test]
fn a_body_that_grows_or_stays_is_written_once_and_read_whole_at_its_time() {
    let log = |text: &str| heard("/log", 200, Some(&format!("\"{}\"", text.len())), text);
    let same = heard("/log", 304, Some("\"10\""), "");
    let (text, summary) = record(
        1 << 20,
        vec![(10_000, log("one\ntwo\n")), (20_000, log("one\ntwo\n3\n")), (30_000, same), (40_000, log("new"))],
    );
    assert_eq!((summary.answers, summary.counts.headers), (4, 4));
    assert_eq!(text.matches("one").count(), 1, "{text}");
    assert!(!text.contains("CANARY"));
    let hands = Hands::new();
    let player = player(&text, &hands);
    let words = |tag| {
        let said = ask(&player, "/log", tag);
        (said.status, String::from_utf8(said.body).unwrap())
    };
    for (ms, body) in [
        (0, "one\ntwo\n"),
        (15_000, "one\ntwo\n"),
        (19_500, "one\ntwo\n3\n"),
        (35_000, "one\ntwo\n3\n"),
        (99_000, "new"),
    ] {
        hands.at(ms);
        assert_eq!(words(None), (200, body.to_owned()), "{ms}");
    }
    hands.at(35_000);
    assert_eq!(words(Some("\"10\"")), (304, String::new()));
    assert_eq!(words(Some("\"8\"")).0, 200);
}

/// An answer that took so long.
fn late(ms: u64, heard: Heard) -> Heard {
    Heard { waited: std::time::Duration::from_millis(ms), ..heard }
}

#[test]
fn an_answer_is_said_when_it_came_and_each_question_has_its_own() {
    let list = |body: &str| heard("/list", 200, None, body);
    // Asked at 10,000 and, of two in the same moment, at 12,000; a slow one is overtaken.
    let (text, _) = record(
        1 << 20,
        vec![(10_400, late(400, list("a"))), (12_100, late(100, list("b"))), (14_000, late(2000, list("c")))],
    );
    let hands = Hands::new();
    let player = player(&text, &hands);
    let question = Question {
        service: Service::Api,
        method: "GET".into(),
        target: "/list".into(),
        if_none_match: None,
        body: Vec::new(),
    };
    let ask = |ms| {
        hands.at(ms);
        let (said, at) = player.answer(&question, &ours());
        (String::from_utf8(said.body).unwrap(), (at - start()).num_milliseconds())
    };
    assert_eq!(ask(9_950), ("a".into(), 10_400), "a little early is still that question");
    assert_eq!(ask(10_500).0, "a", "there is no newer one yet");
    assert_eq!(ask(12_000), ("b".into(), 12_100));
    assert_eq!(ask(12_000), ("c".into(), 14_000));
    assert_eq!(ask(60_000), ("c".into(), 14_000), "what is past is said at once");
}

#[test]
fn an_answer_that_nothing_changed_brings_its_own_headers() {
    let left = |heard: Heard, left: &str| {
        let more = [("x-ratelimit-remaining".to_owned(), left.to_owned())];
        Heard { headers: heard.headers.into_iter().chain(more).collect(), ..heard }
    };
    let (text, _) = record(
        1 << 20,
        vec![
            (0, left(heard("/list", 200, Some("\"t\""), "[]"), "50")),
            (10_000, left(heard("/list", 304, Some("\"t\""), ""), "49")),
        ],
    );
    let hands = Hands::new();
    let player = player(&text, &hands);
    hands.at(10_000);
    for (tag, status) in [(Some("\"t\""), 304), (None, 200)] {
        let said = ask(&player, "/list", tag);
        let left = said.headers.iter().find(|(name, _)| name == "x-ratelimit-remaining").map(|(_, left)| left.as_str());
        assert_eq!((said.status, left), (status, Some("49")));
    }
}

#[test]
fn a_question_that_was_not_asked_gets_an_honest_404_and_a_change_is_refused() {
    let (text, _) = record(1 << 20, vec![(1, heard("/a", 200, None, "{}"))]);
    let player = player(&text, &Hands::new());
    let said = ask(&player, "/b?page=2", None);
    assert!(said.status == 404 && String::from_utf8_lossy(&said.body).contains("not in it"));
    assert_eq!(player.missed(), ["GET /b?page=2"]);
    assert_eq!(ask(&player, "/a?since=2026-01-01T00:00:00Z", None).status, 200, "since when is no other question");
    for (method, body) in [("POST", "{}"), ("PATCH", "{}"), ("DELETE", ""), ("POST", r#"{"query":"mutation{x}"}"#)] {
        let question = Question {
            service: Service::Api,
            method: method.into(),
            target: "/a".into(),
            if_none_match: None,
            body: body.into(),
        };
        assert_eq!(player.answer(&question, &ours()).0.status, 403, "{method} {body}");
    }
}

#[test]
fn nothing_a_recording_says_leads_out_of_it() {
    let mut moved = heard("/logs", 302, None, "");
    moved.headers.push(("location".into(), "https://x.blob.example/a/b?sig=CANARY".into()));
    let mut page = heard("/list", 200, None, "[]");
    page.headers.push(("link".into(), "<https://api.github.com/list?page=2>; rel=\"next\"".into()));
    let mut foreign = heard("/other", 200, None, "[]");
    foreign.headers.push(("link".into(), "<https://evil.example/list>; rel=\"next\"".into()));
    let logs = Heard {
        method: "POST",
        asked: Some(("query{x}".into(), json!({}))),
        ..heard(
            "/graphql",
            200,
            None,
            r#"{"data":{"viewer":{"copilotEndpoints":{"api":"https://api.evil.example/v1"}}}}"#,
        )
    };
    let (text, summary) = record(1 << 20, vec![(1, moved), (2, page), (3, foreign), (4, logs)]);
    assert!(!text.contains("CANARY") && summary.counts.addresses == 1, "{text}");
    let player = player(&text, &Hands::new());
    let header = |target: &str, name: &str| {
        ask(&player, target, None).headers.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    };
    assert_eq!(header("/logs", "location").as_deref(), Some("http://127.0.0.1:3/a/b"));
    assert_eq!(header("/list", "link").as_deref(), Some("<http://127.0.0.1:1/list?page=2>; rel=\"next\""));
    assert_eq!(header("/other", "link"), None);
    let question = Question {
        service: Service::Api,
        method: "POST".into(),
        target: "/graphql".into(),
        if_none_match: None,
        body: br#"{"query":"query{x}","variables":{}}"#.to_vec(),
    };
    let said = String::from_utf8(player.answer(&question, &ours()).0.body).unwrap();
    assert!(said.contains("http://127.0.0.1:2/v1") && !said.contains("evil"), "{said}");
}

#[test]
fn pull_requests_are_told_by_id_whatever_heap_they_are_asked_in() {
    let asked = |ids: serde_json::Value, ms: i64, body: serde_json::Value| {
        let heard = Heard {
            method: "POST",
            asked: Some(("query($ids){nodes}".into(), json!({ "ids": ids }))),
            ..heard("/graphql", 200, None, &body.to_string())
        };
        (ms, heard)
    };
    let (text, _) = record(
        1 << 20,
        vec![
            asked(json!(["A", "B"]), 10, json!({"data":{"nodes":[{"n":1},{"n":2}],"r0":{"a":1},"r1":null}})),
            asked(json!(["B"]), 20, json!({"data":{"nodes":[{"n":3}],"r0":{"b":1}}})),
        ],
    );
    let hands = Hands::new();
    let player = player(&text, &hands);
    hands.at(25);
    let body = json!({"query":"query($ids,$i0){other heap}","variables":{"ids":["B","A","C"]}}).to_string();
    let question = Question {
        service: Service::Api,
        method: "POST".into(),
        target: "/graphql".into(),
        if_none_match: None,
        body: body.into_bytes(),
    };
    let said: serde_json::Value = serde_json::from_slice(&player.answer(&question, &ours()).0.body).unwrap();
    assert_eq!(said["data"]["nodes"], json!([{"n":3},{"n":1},null]));
    assert_eq!((&said["data"]["r0"], &said["data"]["r1"]), (&json!({"b":1}), &json!({"a":1})));
}

#[test]
fn a_full_recording_ends_in_order_and_says_so() {
    let big = |n: usize| heard(&format!("/{n}"), 200, None, &"x".repeat(10_000));
    let (text, summary) = record(64 << 10, (0..20).map(|n| (1, big(n))).collect());
    assert!(summary.full && summary.answers < 7 && summary.bytes <= 64 << 10, "{summary:?}");
    assert!(text.len() <= 64 << 10);
    let recording = read(text.as_bytes()).unwrap();
    assert_eq!(recording.answers.len(), summary.answers);
    assert!(recording.notes[0].contains("full"), "{:?}", recording.notes);
    assert!(summary.words("x".as_ref()).contains("--max-mb"));
}

#[test]
fn a_recording_that_breaks_off_is_replayed_as_far_as_it_goes() {
    let (text, _) = record(1 << 20, (0..5).map(|n| (n, heard(&format!("/{n}"), 200, None, "{}"))).collect());
    let lines: Vec<&str> = text.lines().collect();
    for torn in [lines[..4].join("\n"), lines[..4].join("\n") + "\n", lines[..4].join("\n") + "\n{\"ms\":9,\"do"] {
        let recording = read(torn.as_bytes()).unwrap();
        assert_eq!(recording.answers.len(), 3);
        assert!(recording.notes[0].contains("breaks off"));
    }
}

#[test]
fn what_is_no_recording_of_ours_is_refused_with_the_reason() {
    let (good, _) =
        record(1 << 20, vec![(1, heard("/a", 200, Some("\"x\""), "{}")), (2, heard("/b", 200, None, "{}"))]);
    let lines: Vec<&str> = good.lines().collect();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let cases = [
        (String::new(), "empty"),
        ("{}\n".into(), "no recording of atc"),
        ("\u{7f}ELF\n".into(), "no recording of atc"),
        (with("\"atc_recording\":1", "\"atc_recording\":2"), "a newer atc"),
        (with("\"atc_recording\":1", "\"atc_recording\":0"), "never was"),
        (with("acme/api", "../../etc"), "repository"),
        (with("2026-", "when-"), "not a time"),
        (lines[0].to_owned() + "\n", "not one answer"),
        (with("\"ask\":\"/a\"", "\"ask\":\"/a\\u001b[2J\""), "line 2: its address"),
        (with("\"ask\":\"/a\"", "\"ask\":\"a\""), "line 2: its address"),
        (with("\"status\":200", "\"status\":99"), "line 2: its status"),
        (with("\"status\":200", "\"status\":\"CANARY\""), "line 2: this is no answer"),
        (with("\"door\":\"api\"", "\"door\":\"back\""), "no door"),
        (with("https://api.github.com", "file:///etc"), "line 2: its host"),
        (with("\"method\":\"GET\"", "\"method\":\"EVIL\""), "line 2: its method"),
        (with("\"etag\":", "\"set-cookie\":"), "a header"),
        (with("\\\"x\\\"", "x\\r\\ny: z"), "a header"),
        (with("\"text\":\"{}\"", "\"text\":\"{}\",\"after\":7"), "not before it"),
        ([lines[0], "nonsense", lines[1], lines[2]].join("\n"), "line 2: this is no answer"),
        (with("\"answers\":2", "\"answers\":3"), "says it has 3 answers"),
        (format!("{good}{}\n", lines[1]), "after its end"),
    ];
    for (text, reason) in cases {
        let why = read(text.as_bytes()).unwrap_err();
        assert!(why.contains(reason), "{reason}: {why}");
        assert!(!why.contains("CANARY") && !why.contains('\u{1b}'), "{why:?}");
    }
    let huge = std::io::BufReader::new(std::io::Read::take(std::io::repeat(b'x'), super::form::LINE + 10));
    assert!(read(huge).unwrap_err().contains("longer than"));
    for file in ["/dev/null", "/nowhere/x.atc", "/"] {
        assert!(load(file.as_ref()).is_err(), "{file}");
    }
}
