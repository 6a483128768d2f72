//! What the console sends, pane by pane, against what GitHub describes. Nothing else checks the requests of the real loop:
//! the paths it really takes, with the queries, headers and bodies it really makes.

use std::collections::BTreeSet;
use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::{Recorded, Service};
use atc::provider::github::CopilotApi;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Flow, Setup, TOKEN};
use crate::openapi::{Sent, spec};

/// Queue, detail, log, reviews, automations, compose with its agents, start, cancel.
async fn every_pane(flow: &Flow) {
    flow.select("Fix flaky retry test in scheduler").await;
    flow.until("its log", |text| text.contains("entries")).await;
    flow.keys("d").await;
    flow.pass(Duration::from_secs(5)).await;
    flow.press(Key::Esc).await;
    turn_to(flow, "Stream CSV exports").await;
    flow.press(Key::Enter).await;
    flow.until("a finished log", |text| text.contains("entries")).await;
    flow.keys("p").await;
    flow.until("reviews", |text| text.contains("need you") && text.contains("your review")).await;
    // The pull request under the cursor is left alone while nobody looks at the reviews.
    flow.keys("Q").await;
    flow.keys("T").await;
    flow.sees("Keep dependencies fresh").await;
    flow.sees("automations yet").await;
    flow.pass(Duration::from_secs(20)).await;
    flow.press(Key::Esc).await;
    start(flow).await;
    cancel(flow).await;
    flow.pass(Duration::from_mins(1)).await;
}

/// Another task than the one the queue is filtered by.
async fn turn_to(flow: &Flow, name: &str) {
    flow.keys("Q").await;
    flow.press(Key::Esc).await;
    flow.select(name).await;
}

async fn start(flow: &Flow) {
    flow.keys("n").await;
    flow.sees("Fix a flaky test").await;
    flow.press(Key::Enter).await;
    flow.sees("ctrl+s start").await;
    flow.keys("retry::deadline").await;
    for _ in 0..12 {
        flow.press(Key::Tab).await;
        flow.pass(Duration::from_millis(300)).await;
    }
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Start a task in").await;
    flow.pass(Duration::from_millis(300)).await;
    flow.keys("y").await;
    flow.sees("started in acme/").await;
}

async fn cancel(flow: &Flow) {
    turn_to(flow, "Stop the cache stampede on price").await;
    flow.keys("x").await;
    flow.sees("Cancel this session?").await;
    flow.pass(Duration::from_millis(300)).await;
    flow.keys("y").await;
    flow.sees("session ended").await;
}

/// The requests of a console that used every pane, with the session log service and without it.
async fn everything_sent() -> (Vec<Recorded>, Vec<Value>) {
    let mut all = Vec::new();
    let mut answers = Vec::new();
    for copilot_api in [CopilotApi::Auto, CopilotApi::Off] {
        let flow = Flow::with(Setup { copilot_api, ..Setup::default() }).await;
        every_pane(&flow).await;
        let sent = flow.server.requests();
        // Bodies of answers are not recorded, so each document is asked once more.
        let mut seen = BTreeSet::new();
        for request in sent.iter().filter(|request| request.path == "/graphql") {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            if seen.insert(body["query"].to_string()) {
                answers.push(ask_again(&flow, &request.body).await);
            }
        }
        all.extend(sent);
    }
    (all, answers)
}

async fn ask_again(flow: &Flow, body: &str) -> Value {
    let mut stream = TcpStream::connect(flow.server.addr()).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer x\r\nuser-agent: x\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, json) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn named(request: &Recorded) -> String {
    format!("{} {}?{}", request.method, request.path, request.query)
}

/// What the flow must have sent, or it shows nothing.
const USED: &[(&str, &str)] = &[
    ("GET", "/agents/repos/acme/api/tasks"),
    ("GET", "/agents/repos/acme/api/tasks/"),
    ("GET", "/actions/runs"),
    ("GET", "/actions/runs/"),
    ("GET", "/jobs"),
    ("GET", "/logs"),
    ("GET", "/agents/sessions/"),
    ("GET", "/contents/.github/agents"),
    ("GET", "/agents/repos/acme/reports/automations"),
    ("GET", "/agents/repos/acme/api/automations/"),
    ("GET", "/user"),
    ("POST", "/graphql"),
    ("POST", "/tasks"),
    ("POST", "/cancel"),
];

#[tokio::test(start_paused = true)]
async fn every_request_of_every_pane_is_one_that_github_describes() {
    let (sent, answers) = everything_sent().await;
    for (method, part) in USED {
        assert!(sent.iter().any(|r| r.method == *method && r.path.contains(part)), "no pane sent {method} {part}");
    }
    for service in [Service::Copilot, Service::Blobs] {
        assert!(sent.iter().any(|r| r.service == service), "nothing was asked of {service:?}");
    }
    let mut faults = BTreeSet::new();
    for request in &sent {
        faults.extend(faults_of(request).into_iter().map(|fault| format!("{}: {fault}", named(request))));
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(!answers.is_empty(), "no GraphQL document was sent");
    for answer in answers {
        assert!(answer.get("errors").is_none() && answer["data"].is_object(), "{answer:#}");
    }
}

fn faults_of(request: &Recorded) -> Vec<String> {
    let mut faults = match request.service {
        Service::Api if request.path == "/graphql" => Vec::new(),
        Service::Api if request.path.contains("/automations") => of_automations(request),
        Service::Api => described(request),
        Service::Copilot => only(request, COPILOT),
        Service::Blobs => only(request, BLOBS),
    };
    for (what, text) in [("path", &request.path), ("query", &request.query), ("body", &request.body)] {
        if text.contains(TOKEN) {
            faults.push(format!("the token is in the {what}"));
        }
    }
    for (name, value) in &request.headers {
        if name != "authorization" && value.contains(TOKEN) {
            faults.push(format!("the token is in {name}"));
        }
    }
    faults
}

/// A request that is not in the slice is no way round the check: the console has no other.
fn described(request: &Recorded) -> Vec<String> {
    let Recorded { method, path, query, headers, body, .. } = request;
    if !spec().covers(method, path) {
        return vec!["not described".to_owned()];
    }
    spec().check_request(&Sent { method, path, query, headers, body }).err().unwrap_or_default()
}

/// GitHub's description does not have these yet, only its reference: what there is to read, page by page.
fn of_automations(request: &Recorded) -> Vec<String> {
    let parts: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    let known = matches!(
        parts.as_slice(),
        ["agents", "repos", _, _, "automations"]
            | ["agents", "repos", _, _, "automations", _]
            | ["agents", "repos", _, _, "automations", _, "tasks"]
    );
    let keys: Vec<&str> =
        request.query.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, _)| key).collect();
    let mut faults = only(request, REST);
    if !known || request.method != "GET" || !request.body.is_empty() {
        faults.push("not in the reference".to_owned());
    }
    faults.extend(
        keys.iter().filter(|key| !["page", "per_page", "sort"].contains(key)).map(|key| format!("{key} is no filter")),
    );
    faults
}

const REST: &[&str] = &["authorization", "user-agent", "x-github-api-version", "if-none-match"];
/// What a request carries by itself, whoever sends it.
const HTTP: &[&str] = &["host", "accept", "accept-encoding", "connection"];
const COPILOT: &[&str] = &["authorization", "user-agent"];
const BLOBS: &[&str] = &["user-agent"];

fn only(request: &Recorded, known: &[&str]) -> Vec<String> {
    let is_known = |name: &str| HTTP.contains(&name) || known.contains(&name);
    let mut faults: Vec<String> =
        request.headers.iter().filter(|(name, _)| !is_known(name)).map(|(name, _)| format!("carries {name}")).collect();
    if known.contains(&"authorization") && !request.header("authorization").is_some_and(|v| v.starts_with("Bearer ")) {
        faults.push("carries no token".to_owned());
    }
    faults
}

/// The judge itself: each thing that must not be is named.
#[test]
fn what_must_not_be_sent_is_found() {
    let headers = |all: &[(&str, &str)]| all.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let request = |service, path: &str, all: &[(&str, &str)]| Recorded {
        service,
        method: "GET".into(),
        path: path.into(),
        query: String::new(),
        headers: headers(all),
        body: String::new(),
        status: 200,
    };
    let bearer = ("authorization", "Bearer x");
    assert_eq!(faults_of(&request(Service::Copilot, "/agents/sessions/1", &[bearer])), Vec::<String>::new());
    for bad in ["x-github-api-version", "copilot-integration-id", "cookie", "x-client"] {
        assert_eq!(faults_of(&request(Service::Copilot, "/", &[bearer, (bad, "x")])), [format!("carries {bad}")]);
    }
    assert_eq!(faults_of(&request(Service::Blobs, "/", &[bearer])), ["carries authorization"]);
    assert_eq!(faults_of(&request(Service::Api, "/internal", &[])), ["not described"]);
    let secret = format!("/logs/{TOKEN}");
    assert_eq!(faults_of(&request(Service::Blobs, &secret, &[])), ["the token is in the path"]);
}
