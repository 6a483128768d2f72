//! A write is sent once. What became of it is known, or said to be unknown.

use atc::domain::{FaultKind, RunId};
use atc::provider::Provider;
use serde_json::json;

use crate::server::{Reply, Server, Step, answer, json as reply};
use crate::support::{fault, github, granted, kind, options, repo};

/// What the server does with the POST, and what must be said of it.
fn scripts() -> Vec<(&'static str, Reply, FaultKind)> {
    use FaultKind::{Authentication, Conflict, Gone, Invalid, Permission, RateLimited, UnknownOutcome};
    let status = |code: u16| Reply::from(reply(code, &json!({"message": "no"})));
    let bytes = |text: &str| Reply(vec![Step::Send(text.as_bytes().to_vec())]);
    vec![
        ("reset before an answer", Reply(vec![Step::Reset]), UnknownOutcome),
        ("closed before an answer", Reply(vec![]), UnknownOutcome),
        ("silence", Reply(vec![Step::Stall]), UnknownOutcome),
        ("half a head", bytes("HTTP/1.1 20"), UnknownOutcome),
        ("garbage", bytes("\u{1}\u{2}\u{3}\r\n\r\n"), UnknownOutcome),
        ("body breaks off", bytes("HTTP/1.1 201 X\r\ncontent-length: 100\r\n\r\n{\"id\""), UnknownOutcome),
        ("empty 201", Reply::from(answer(201, "")), UnknownOutcome),
        ("a page", Reply::from(answer(200, "<html>sign in").with("content-type", "text/html")), UnknownOutcome),
        ("not a task", Reply::from(reply(201, &json!({"hello": 1}))), UnknownOutcome),
        ("408", status(408), UnknownOutcome),
        ("500", status(500), UnknownOutcome),
        ("502", status(502), UnknownOutcome),
        ("503", status(503), UnknownOutcome),
        ("504", status(504), UnknownOutcome),
        ("303", status(303), UnknownOutcome),
        ("400", status(400), Invalid),
        ("401", status(401), Authentication),
        ("403", status(403), Permission),
        ("404", status(404), Permission),
        ("409", status(409), Conflict),
        ("410", status(410), Gone),
        ("422", status(422), Invalid),
        ("429", status(429), RateLimited),
        ("451", status(451), Gone),
        ("307", Reply::from(answer(307, "").with("location", "/x")), Invalid),
        ("304", Reply::from(answer(304, "")), UnknownOutcome),
    ]
}

#[tokio::test]
async fn a_start_is_posted_once_whatever_happens() {
    for (name, script, expected) in scripts() {
        let server = Server::start(move |_, _| script.clone()).await;
        let fault = fault(github(&server).start(&granted()).await);
        assert_eq!(fault.kind, expected, "{name}: {fault}");
        assert_eq!(server.count(), 1, "{name}");
        if expected == FaultKind::UnknownOutcome {
            assert!(fault.next_step.contains("look before sending it again"), "{name}: {fault}");
        }
    }
}

#[tokio::test]
async fn a_cancel_is_posted_once_whatever_happens() {
    for (name, script, expected) in scripts() {
        let server = Server::start(move |_, _| script.clone()).await;
        let result = github(&server).cancel_run(&repo(), RunId(1), false).await;
        match name {
            "409" => assert!(result.is_ok(), "a conflict is an answer"),
            _ => assert_eq!(kind(result), expected, "{name}"),
        }
        assert_eq!(server.count(), 1, "{name}");
    }
}

#[tokio::test]
async fn what_was_never_sent_did_not_happen() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let github = atc::provider::github::GitHub::new(options(&base)).unwrap();
    assert_eq!(kind(github.start(&granted()).await), FaultKind::Offline);
    assert_eq!(kind(github.cancel_run(&repo(), RunId(1), false).await), FaultKind::Offline);
}

#[tokio::test]
async fn after_an_unknown_outcome_the_next_request_works() {
    let server = Server::start(|_, nth| match nth {
        0 => Reply(vec![Step::Reset]),
        _ => reply(202, &json!({})).into(),
    })
    .await;
    let github = github(&server);
    assert_eq!(kind(github.cancel_run(&repo(), RunId(1), false).await), FaultKind::UnknownOutcome);
    github.cancel_run(&repo(), RunId(1), false).await.unwrap();
}
