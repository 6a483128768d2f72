//! The stand that says what somebody else has recorded: three listeners, each question as it was sent, each answer as it
//! was given.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use atc::demo::{Addresses, Question, Said, Stand};

use crate::client::{Answer, send};

fn said(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Said {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Said { status, headers, body: body.to_vec() }
}

fn addr(base: &str) -> SocketAddr {
    base.strip_prefix("http://").unwrap().parse().unwrap()
}

/// A stand that gives this answer to all, and what it was asked.
async fn stand(answer: Said) -> (Stand, Arc<Mutex<Vec<(Question, Addresses)>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    let speaker = Arc::new(move |question: &Question, ours: &Addresses| {
        notes.lock().unwrap().push((question.clone(), ours.clone()));
        (answer.clone(), tokio::time::Instant::now())
    });
    (Stand::start(speaker).await.unwrap(), heard)
}

async fn ask(base: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    send(addr(base), method, target, headers, body).await.expect("an answer")
}

#[tokio::test]
async fn every_listener_hands_on_the_whole_question_and_says_whose_it_is() {
    let (stand, heard) = stand(said(200, &[], b"yes")).await;
    let all = stand.addresses().clone();
    let bases = [&all.api, &all.copilot, &all.blobs];
    for base in bases {
        assert!(addr(base).ip().is_loopback() && !base.ends_with('/'), "{base}");
        let answer = ask(base, "PUT", "/a%2Fb/c?page=2&q=%22x%22", &[("If-None-Match", "W/\"7\"")], b"{\"a\":1}").await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"yes"[..]));
    }
    let heard = heard.lock().unwrap();
    let services: Vec<String> = heard.iter().map(|(question, _)| format!("{:?}", question.service)).collect();
    assert_eq!(services, ["Api", "Copilot", "Blobs"]);
    for (question, ours) in heard.iter() {
        assert_eq!((question.method.as_str(), question.target.as_str()), ("PUT", "/a%2Fb/c?page=2&q=%22x%22"));
        assert_eq!((question.if_none_match.as_deref(), question.body.as_slice()), (Some("W/\"7\""), &b"{\"a\":1}"[..]));
        assert_eq!(ours, &all, "so that an answer can lead to another listener");
    }
}

#[tokio::test]
async fn an_answer_is_given_as_it_is_with_every_header_of_a_name() {
    let headers =
        [("Link", "<a>; rel=\"next\""), ("Set-Thing", "one"), ("Set-Thing", "two"), ("X-RateLimit-Remaining", "7")];
    let (stand, _) = stand(said(429, &headers, b"\xff\x00raw")).await;
    let answer = ask(&stand.addresses().api, "GET", "/", &[], b"").await;
    assert_eq!((answer.status, answer.body.as_slice()), (429, &b"\xff\x00raw"[..]));
    assert_eq!(answer.header("link"), Some("<a>; rel=\"next\""));
    let things: Vec<_> =
        answer.headers.iter().filter(|(name, _)| name == "set-thing").map(|(_, value)| value).collect();
    assert_eq!(things, ["one", "two"]);
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("7"));
}

#[tokio::test]
async fn what_cannot_be_said_over_http_breaks_nothing() {
    for (status, expected) in [(0, 500), (99, 500), (1000, 500), (304, 304), (204, 204)] {
        let (stand, _) = stand(said(status, &[("bad name", "x"), ("x", "bad\nvalue"), ("fine", "yes")], b"")).await;
        let answer = ask(&stand.addresses().api, "GET", "/", &[], b"").await;
        assert_eq!((answer.status, answer.header("fine")), (expected, Some("yes")), "{status}");
        assert!(answer.header("x").is_none() && answer.headers.iter().all(|(name, _)| name != "bad name"));
    }
    // More than anybody asks with is not kept.
    let (stand, heard) = stand(said(200, &[], b"")).await;
    ask(&stand.addresses().api, "POST", "/", &[], &vec![b'x'; 5 << 20]).await;
    assert!(heard.lock().unwrap()[0].0.body.is_empty());
}

#[tokio::test]
async fn it_is_gone_with_its_owner() {
    let (stand, _) = stand(said(200, &[], b"")).await;
    let all = stand.addresses().clone();
    drop(stand);
    for base in [&all.api, &all.copilot, &all.blobs] {
        let mut gone = false;
        for _ in 0..200 {
            gone = send(addr(base), "GET", "/", &[], b"").await.is_err();
            if gone {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(gone, "{base} still answers");
    }
}
