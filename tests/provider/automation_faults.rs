//! Everything that can go wrong with an answer, against everything that is asked about automations.

use atc::domain::automation::{Act, RunOrder};
use atc::domain::{Fault, FaultKind};
use atc::provider::github::GitHub;
use serde_json::json;

use crate::automations::{at, detail, granted, pinned, port};
use crate::server::{Reply, Server, Step, answer, json as reply};
use crate::support::{fault, github, repo};

use FaultKind::{
    Authentication, Conflict, Gone, Invalid, NotFound, Permission, RateLimited, Timeout, UnknownOutcome, Unreadable,
};

fn refused(status: u16) -> Reply {
    reply(status, &json!({"message": "no"})).into()
}

fn bytes(text: &str) -> Reply {
    answer(200, text).with("content-type", "application/json").into()
}

/// More is promised than comes.
fn torn() -> Reply {
    let whole = detail().to_string();
    let half = &whole[..whole.len() / 2];
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", whole.len());
    Reply(vec![Step::Send(format!("{head}{half}").into_bytes())])
}

/// The answer, what it is to a read, and what to a write. `None`: it is read all the same.
fn cases() -> Vec<(&'static str, Reply, FaultKind, FaultKind)> {
    let wrong = |name, text: &str| (name, bytes(text), Unreadable, UnknownOutcome);
    vec![
        ("401", refused(401), Authentication, Authentication),
        ("403", refused(403), Permission, Permission),
        ("404", refused(404), NotFound, NotFound),
        ("409", refused(409), Conflict, Conflict),
        ("410", refused(410), Gone, Gone),
        ("422", refused(422), Invalid, Invalid),
        ("429", reply(429, &json!({})).with("retry-after", "60").into(), RateLimited, RateLimited),
        ("500", refused(500), FaultKind::Server, UnknownOutcome),
        ("502, not JSON", answer(502, "<html>").into(), FaultKind::Server, UnknownOutcome),
        ("503", refused(503), FaultKind::Server, UnknownOutcome),
        ("a black hole", Reply(vec![Step::Stall]), Timeout, UnknownOutcome),
        ("a reset", Reply(vec![Step::Reset]), FaultKind::Offline, UnknownOutcome),
        ("half an answer", torn(), FaultKind::Offline, UnknownOutcome),
        wrong("an empty body", ""),
        wrong("half of the JSON", r#"{"automations":[{"id":"a"#),
        wrong("garbage", "\u{0}\u{1}\u{2}"),
        wrong("a page of HTML", "<html><body>Sign in</body></html>"),
        wrong("a number", "7"),
        wrong("a text", "\"automations\""),
        wrong("null", "null"),
        wrong("a list under another name", r#"{"items":[]}"#),
        wrong("an object instead of the list", r#"{"automations":{"a":1},"tasks":{"a":1},"id":["x"],"tool_groups":7}"#),
    ]
}

const READS: [&str; 5] = ["of_repo", "mine", "one", "tasks_of", "triggers"];

async fn read(call: &str, github: &GitHub) -> Result<(), Fault> {
    let port = port(github);
    match call {
        "of_repo" => port.of_repo(&repo()).await.map(drop),
        "mine" => port.mine().await.map(drop),
        "one" => port.one(&at()).await.map(drop),
        "tasks_of" => port.tasks_of(&at(), None).await.map(drop),
        _ => port.triggers(&repo()).await.map(drop),
    }
}

#[tokio::test]
async fn no_read_passes_for_an_empty_answer_when_something_went_wrong() {
    for (name, script, expected, _) in cases() {
        let server = Server::start(move |_, _| script.clone()).await;
        for call in READS {
            // A service that fails again and again is not asked for a while: each is asked by a door of its own.
            let result = read(call, &github(&server)).await;
            // W-39: that there are no automations here is an answer, not a fault.
            if expected == NotFound && ["of_repo", "mine", "triggers"].contains(&call) {
                assert!(result.is_ok(), "{name}, {call}: {result:?}");
                continue;
            }
            let found = fault(result);
            let same = found.kind == expected
                // What was cut off may be told as either.
                || (expected == FaultKind::Offline && found.kind == Unreadable);
            assert!(same, "{name}, {call}: {:?}, {found}", found.kind);
        }
    }
}

#[tokio::test]
async fn every_write_is_sent_once_and_a_doubtful_answer_is_not_known() {
    let pinned = pinned().await;
    let acts = [
        ("create", Act::Create(pinned.seen.clone())),
        ("edit", Act::Edit(pinned.clone(), changed(&pinned))),
        ("switch", Act::Switch(pinned.clone(), true)),
        ("run", Act::Run(pinned.clone(), RunOrder::default())),
        ("delete", Act::Delete(pinned)),
    ];
    for (name, script, _, expected) in cases() {
        for (call, act) in &acts {
            let script = script.clone();
            let server = Server::start(move |_, _| script.clone()).await;
            let result = port(&github(&server)).act(&granted(act.clone())).await;
            assert!(server.count() <= 1, "{name}, {call}: sent {} times", server.count());
            // A run was accepted, and something was deleted, whatever the body says.
            let whole = expected == UnknownOutcome && name != "half an answer" && is_ok_status(name);
            if whole && ["run", "delete"].contains(call) {
                assert!(result.is_ok(), "{name}, {call}: {result:?}");
                continue;
            }
            if name == "half an answer" && *call == "delete" && result.is_ok() {
                continue;
            }
            let found = fault(result);
            // To somebody who may read a repository, where something new would be is not missing but barred.
            let expected = if (name, *call) == ("404", "create") { Permission } else { expected };
            assert_eq!(found.kind, expected, "{name}, {call}: {found}");
        }
    }
}

fn is_ok_status(name: &str) -> bool {
    !["500", "502, not JSON", "503", "a black hole", "a reset"].contains(&name)
}

fn changed(pinned: &atc::domain::automation::Pinned) -> atc::domain::automation::Definition {
    let mut definition = pinned.seen.clone();
    definition.set("model", "another".into());
    definition
}
