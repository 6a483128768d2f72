//! Trouble on order, and the record of what was asked.

use std::time::Duration;

use atc::demo::{Fault, Options, Server, Service, TOKEN};
use serde_json::Value;

use crate::client::send;
use crate::stage::Stage;

#[tokio::test]
async fn an_ordered_answer_comes_as_often_as_ordered_with_its_headers() {
    let stage = Stage::open().await;
    stage.server.faults().add(Fault::on("/agents/repos/*/*/tasks").method("GET").times(2).answer(
        503,
        &[("Retry-After", "7")],
        "busy",
    ));
    for _ in 0..2 {
        let answer = stage.get("/agents/repos/acme/api/tasks").await;
        assert_eq!((answer.status, answer.header("retry-after"), answer.text().as_str()), (503, Some("7"), "busy"));
    }
    assert_eq!(stage.get("/agents/repos/acme/api/tasks").await.status, 200);
}

#[tokio::test]
async fn a_dropped_connection_closes_without_a_byte() {
    let stage = Stage::open().await;
    stage.server.faults().add(Fault::on("/user").hang_up().times(1));
    let headers = [("Authorization", "Bearer x")];
    assert!(send(stage.server.addr(), "GET", "/user", &headers, b"").await.is_err());
    assert_eq!(send(stage.server.addr(), "GET", "/user", &headers, b"").await.unwrap().status, 200);
    assert_eq!(stage.server.requests()[0].status, 0);
}

#[tokio::test]
async fn a_cut_answer_ends_before_its_announced_length() {
    let stage = Stage::open().await;
    stage.server.faults().add(Fault::on("/agents/sessions/*/logs").service(Service::Copilot).cut_after(100));
    let task = stage.task_named("acme/api", "Fix flaky retry test").await;
    let id = task["sessions"][0]["id"].as_str().unwrap();
    let answer = stage.copilot(&format!("/agents/sessions/{id}/logs")).await;
    assert!(answer.cut);
    assert_eq!(answer.body.len(), 100);
    stage.server.faults().clear();
    assert!(!stage.copilot(&format!("/agents/sessions/{id}/logs")).await.cut);
}

#[tokio::test(start_paused = true)]
async fn a_delay_waits_on_the_runtimes_clock() {
    let stage = Stage::open().await;
    stage.server.faults().add(Fault::on("/versions").delay(Duration::from_secs(40)));
    let began = tokio::time::Instant::now();
    assert_eq!(stage.get("/versions").await.status, 200);
    assert!(began.elapsed() >= Duration::from_secs(40));
}

#[tokio::test]
async fn every_request_is_recorded_as_it_came() {
    let stage = Stage::open().await;
    stage.ask("POST", "/agents/repos/acme/api/tasks?x=%20y", &[("X-Own", "1")], r#"{"prompt":"x"}"#).await;
    stage.copilot("/agents/swe/models").await;
    let all = stage.server.requests();
    let first = &all[0];
    assert_eq!(
        (first.method.as_str(), first.path.as_str(), first.query.as_str()),
        ("POST", "/agents/repos/acme/api/tasks", "x=%20y")
    );
    assert_eq!((first.body.as_str(), first.status, first.service), (r#"{"prompt":"x"}"#, 201, Service::Api));
    assert_eq!(first.header("x-own"), Some("1"));
    assert_eq!(first.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(all[1].service, Service::Copilot);
}

#[tokio::test]
async fn the_record_is_bounded() {
    let stage = Stage::open().await;
    for _ in 0..4_200 {
        stage.server.faults().clear();
        let _ = send(stage.server.blobs_addr(), "GET", "/", &[], b"").await;
    }
    assert!(stage.server.requests().len() <= 4_096);
}

#[tokio::test]
async fn a_dropped_server_stops_serving() {
    let stage = Stage::open().await;
    let addr = stage.server.addr();
    drop(stage);
    for _ in 0..200 {
        if send(addr, "GET", "/versions", &[], b"").await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it still serves");
}

#[tokio::test]
async fn only_loopback_is_served() {
    let options = Options {
        bind: "0.0.0.0:0".parse().unwrap(),
        speed: 1.0,
        seed: 1,
        now: std::sync::Arc::new(crate::stage::origin),
    };
    let fault = Server::start(options).await.unwrap_err();
    assert!(fault.to_string().contains("loopback"), "{fault}");
}

#[tokio::test]
async fn a_taken_port_is_an_error_and_not_a_panic() {
    let stage = Stage::open().await;
    let options =
        Options { bind: stage.server.addr(), speed: 1.0, seed: 1, now: std::sync::Arc::new(crate::stage::origin) };
    assert!(Server::start(options).await.is_err());
    let _: Value = stage.read("/versions").await;
}
