//! Odd answers that are read all the same, and what is said of those that are not. Every fault against every call is in
//! `tests/faults`.

use std::time::Duration;

use atc::domain::{Fault, FaultKind, JobId};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Limits, Options};
use atc::provider::port::{LogBody, TaskQuery};
use serde_json::json;

use crate::server::{Reply, Server, Step, answer};
use crate::support::{CANARY, fault, github, kind, options, repo, short};

use FaultKind::{Authentication, Offline, Server as Broken, Timeout, TooLarge, Unreadable};

fn bytes(text: impl Into<Vec<u8>>) -> Reply {
    Reply(vec![Step::Send(text.into())])
}

fn head(extra: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{extra}\r\n")
}

fn page(body: impl Into<Vec<u8>>) -> Reply {
    answer(200, body).with("content-type", "application/json").into()
}

fn then(text: impl Into<Vec<u8>>, last: Step) -> Reply {
    Reply(vec![Step::Send(text.into()), last])
}

#[tokio::test]
async fn a_passing_fault_passes_unseen() {
    for script in [Reply(vec![Step::Reset]), answer(502, "").into(), answer(503, "").with("retry-after", "0").into()] {
        let server = Server::start(move |_, nth| if nth < 2 { script.clone() } else { page("{\"tasks\":[]}") }).await;
        github(&server).tasks(&TaskQuery::default()).await.unwrap();
        assert_eq!(server.count(), 3);
    }
}

#[tokio::test]
async fn a_long_wait_asked_for_by_a_broken_service_is_left_to_the_caller() {
    let server = Server::start(|_, _| answer(503, "").with("retry-after", "120")).await;
    let fault = fault(github(&server).tasks(&TaskQuery::default()).await);
    assert_eq!(fault.kind, Broken);
    assert_eq!(fault.retry_at, Some(crate::support::time("2026-11-06T08:51:37Z")));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn nobody_listening_is_offline_and_says_what_to_check() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let fault = fault(GitHub::new(options(&base)).unwrap().tasks(&TaskQuery::default()).await);
    assert_eq!(fault.kind, Offline);
    assert!(fault.what.to_lowercase().contains("refused"), "{fault}");
    assert!(fault.next_step.contains("network"), "{fault}");
}

#[tokio::test]
async fn odd_but_whole_answers_are_read() {
    let chunked = head("transfer-encoding: chunked\r\n") + "4\r\n{\"ta\r\n8\r\nsks\":[]}\r\n0\r\n\r\n";
    for (name, script) in [
        ("H-42 byte order mark", page("\u{feff}{\"tasks\":[]}")),
        ("H-43 duplicate keys", page("{\"tasks\":5,\"tasks\":[]}")),
        ("chunked", bytes(chunked)),
        ("no length", bytes(head("") + "{\"tasks\":[]}")),
        ("H-23 more than said", bytes(head("content-length: 12\r\n") + "{\"tasks\":[]}trailing")),
        ("no content type", answer(200, "{\"tasks\":[]}").into()),
        ("one early hint", bytes(format!("HTTP/1.1 103 Early Hints\r\n\r\n{}", head("") + "{\"tasks\":[]}"))),
        (
            "H-21 sliced",
            Reply(vec![Step::Trickle((head("") + "{\"tasks\":[]}").into_bytes(), Duration::from_micros(100))]),
        ),
    ] {
        let server = Server::start(move |_, _| script.clone()).await;
        let result = github(&server).tasks(&TaskQuery::default()).await;
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}

#[tokio::test]
async fn odd_ids_and_numbers_in_items_cost_at_most_the_item() {
    let body = "{\"tasks\":[\
        {\"id\":\"a\",\"state\":\"queued\",\"created_at\":\"2026-11-06T08:00:00Z\",\"repository\":{\"id\":99999999999999999999999},\
         \"html_url\":\"https://github.com/a/b/copilot/tasks/a\",\"session_count\":1e400},\
        {\"id\":\"b\",\"state\":\"queued\",\"created_at\":\"2026-11-06T08:00:00Z\",\"creator\":{\"id\":1.0e3},\
         \"html_url\":\"https://github.com/a/b/copilot/tasks/b\"}]}";
    let server = Server::start(move |_, _| page(body)).await;
    let result = github(&server).tasks(&TaskQuery::default()).await;
    // 1e400 is no number of JSON for any reader of doubles, so the page as a whole cannot be read.
    assert_eq!(kind(result), Unreadable);
    let server = Server::start(move |_, _| page(body.replace("1e400", "1e40"))).await;
    let found = github(&server).tasks(&TaskQuery::default()).await.unwrap();
    let atc::provider::port::Fetched::New { value, .. } = found else { panic!() };
    assert_eq!((value.tasks.len(), value.unreadable), (2, 0));
}

#[tokio::test]
async fn a_log_s_faults_are_told_from_a_log_that_is_not_there_yet() {
    for (name, script, expected) in [
        ("a page", Reply::from(answer(200, "<html>").with("content-type", "text/html")), Unreadable),
        ("reset mid-body", then("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nlo", Step::Reset), Offline),
        ("too large", then("HTTP/1.1 200 OK\r\n\r\n", Step::Flood(vec![b'x'; 65_536])), TooLarge),
        ("500", answer(500, "").into(), Broken),
        ("401", answer(401, "").into(), Authentication),
        ("stall", then("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nlo", Step::Stall), Timeout),
    ] {
        let server = Server::start(move |_, _| script.clone()).await;
        let limits = Limits { log_bytes: 2 << 20, ..short() };
        let github = GitHub::new(Options { limits, ..options(&server.base()) }).unwrap();
        assert_eq!(kind(github.job_log(&repo(), JobId(1)).await), expected, "{name}");
    }
}

#[tokio::test]
async fn a_large_body_that_keeps_coming_is_given_the_time_it_needs() {
    let piece = vec![b'x'; 64 << 10];
    let mut steps =
        vec![Step::Send(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", piece.len() * 16).into_bytes())];
    for _ in 0..16 {
        steps.extend([Step::Send(piece.clone()), Step::Wait(Duration::from_millis(50))]);
    }
    let script = Reply(steps);
    let server = Server::start(move |_, _| script.clone()).await;
    let log = github(&server).job_log(&repo(), JobId(1)).await.unwrap();
    assert!(matches!(log, LogBody::Bytes(bytes) if bytes.len() == 1 << 20), "it took longer than one attempt may");
}

#[tokio::test]
async fn a_service_that_repeats_the_token_does_not_get_it_on_the_screen() {
    for status in [400, 401, 403, 404, 409, 410, 422, 429, 500] {
        for body in [
            json!({"message": format!("bad credentials {CANARY}")}).to_string(),
            json!({"error": {"message": format!("Bearer {CANARY}")}}).to_string(),
            json!({"message": "x", "errors": [{"message": CANARY}]}).to_string(),
            format!("text {CANARY} text"),
        ] {
            let server =
                Server::start(move |_, _| answer(status, body.clone()).with("x-accepted-github-permissions", CANARY))
                    .await;
            let github = github(&server);
            fault(github.tasks(&TaskQuery::default()).await);
            fault::<()>(github.start(&crate::support::granted()).await.map(|_| ()));
        }
    }
}

#[tokio::test]
async fn every_way_an_error_is_written_is_read() {
    for (body, said) in [
        (
            json!({"message": "Validation Failed", "errors": [{"code": "missing_field"}]}).to_string(),
            "Validation Failed; missing_field",
        ),
        (json!({"error": {"message": "inner"}}).to_string(), "inner"),
        (json!({"error": "flat"}).to_string(), "flat"),
        (json!("just text").to_string(), "just text"),
        ("Unauthorized".to_owned(), "Unauthorized"),
        ("{}".to_owned(), "422"),
        ("<html><body>no</body></html>".to_owned(), "422"),
        ("\u{1b}]0;evil\u{7}text".to_owned(), "text"),
    ] {
        let server = Server::start(move |_, _| answer(422, body.clone())).await;
        let fault: Fault = fault(github(&server).tasks(&TaskQuery::default()).await);
        assert!(fault.what.contains(said) && !fault.what.contains("html"), "{said}: {fault}");
    }
}
