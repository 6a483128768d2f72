//! The fault matrix for reads: each fault has its class, its number of tries, an end in time, and a recovery.

use std::time::Duration;

use atc::domain::{Fault, FaultKind, JobId};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Limits, Options};
use atc::provider::port::{LogBody, TaskQuery};
use serde_json::json;
use tokio::time::Instant;

use crate::server::{Reply, Server, Step, answer, json as reply};
use crate::support::{CANARY, at, fault, github, kind, options, repo, short};

use FaultKind::{Authentication, Gone, Invalid, Offline, RateLimited, Server as Broken, Timeout, TooLarge, Unreadable};

const RETRIED: usize = 3;

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

/// A deflate stream of `n` times 258 zero bytes in 13 bits each, as gzip.
fn bomb(n: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut byte, mut used) = (0_u8, 0);
    let mut push = |bit: u8, out: &mut Vec<u8>| {
        byte |= bit << used;
        used += 1;
        if used == 8 {
            out.push(byte);
            (byte, used) = (0, 0);
        }
    };
    let head = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    let zeros = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    for bit in head.into_iter().chain(std::iter::repeat_n(zeros, n).flatten()).chain([0; 15]) {
        push(bit, &mut out);
    }
    out.extend([0; 8]);
    out
}

/// Name, what the server does with every request, the class, the requests seen, the requests a log needs.
fn matrix() -> Vec<(&'static str, Reply, FaultKind, usize)> {
    let deep = format!("{{\"tasks\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    let gzip = |body: Vec<u8>| {
        Reply::from(answer(200, body).with("content-type", "application/json").with("content-encoding", "gzip"))
    };
    let every = Duration::from_millis(50);
    let many = "x-one: y\r\n".repeat(500);
    let wide = format!("x-wide: {}\r\n", "y".repeat(600_000));
    let status = |code| Reply::from(reply(code, &json!({"message": "no"})));
    vec![
        ("H-05 reset before bytes", Reply(vec![Step::Reset]), Offline, RETRIED),
        ("H-06 reset mid-header", then("HTTP/1.1 200 OK\r\ncont", Step::Reset), Offline, RETRIED),
        ("H-07 reset mid-body", then(head("content-length: 100\r\n") + "{\"ta", Step::Reset), Offline, RETRIED),
        ("closed without a word", Reply(vec![]), Offline, RETRIED),
        ("H-15 black hole", Reply(vec![Step::Stall]), Timeout, RETRIED),
        ("H-16 slow headers", Reply(vec![Step::Trickle(head("").into_bytes(), every)]), Timeout, RETRIED),
        (
            "H-17 slow body",
            Reply(vec![Step::Send(head("content-length: 99\r\n").into()), Step::Trickle(vec![b' '; 99], every)]),
            Timeout,
            RETRIED,
        ),
        (
            "H-18 stall at the end",
            then(head("content-length: 13\r\n") + "{\"tasks\":[]", Step::Stall),
            Timeout,
            RETRIED,
        ),
        ("H-22 body shorter than said", bytes(head("content-length: 99\r\n") + "{\"tasks\":[]}"), Offline, RETRIED),
        ("H-24 chunks break off", bytes(head("transfer-encoding: chunked\r\n") + "5\r\n{\"tas"), Offline, RETRIED),
        ("H-25 bad chunk", bytes(head("transfer-encoding: chunked\r\n") + "zz\r\n{\"tasks\":[]}"), Unreadable, RETRIED),
        ("H-27 bad gzip", gzip(b"\x1f\x8b not gzip at all".to_vec()), Unreadable, RETRIED),
        ("H-28 gzip bomb", gzip(bomb(400_000_000 / 258)), TooLarge, 1),
        ("H-29 400 MB said", bytes(head("content-length: 400000000\r\n")), TooLarge, 1),
        ("H-29 400 MB sent", then(head(""), Step::Flood(vec![b' '; 65_536])), TooLarge, 1),
        ("H-30 500 headers", bytes(head(&many) + "{\"tasks\":[]}"), Offline, RETRIED),
        ("H-31 wide header", bytes(head(&wide) + "{\"tasks\":[]}"), Offline, RETRIED),
        ("H-32 garbage status line", bytes("HELLO WORLD\r\n\r\n"), Offline, RETRIED),
        ("TLS bytes", bytes(b"\x15\x03\x01\x00\x02\x02\x28".to_vec()), Offline, RETRIED),
        (
            "H-33 early hints flood",
            Reply(vec![Step::Flood(b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec())]),
            Timeout,
            RETRIED,
        ),
        ("H-35 empty 200", page(""), Unreadable, 1),
        ("blank 200", page(" \n"), Unreadable, 1),
        ("204", answer(204, "").into(), Unreadable, 1),
        ("H-36 a page", answer(200, "<html>sign in</html>").with("content-type", "text/html").into(), Unreadable, 1),
        ("a page that says it is JSON", page("<html>sign in</html>"), Unreadable, 1),
        ("H-37 JSON breaks off", page("{\"tasks\":[{"), Unreadable, 1),
        ("H-38 wrong root", page("[]"), Unreadable, 1),
        ("H-39 no tasks", page("{}"), Unreadable, 1),
        ("H-40 deep JSON", page(deep), Unreadable, 1),
        ("H-41 invalid UTF-8", page(b"{\"tasks\":[\"\xff\xfe\"]}".to_vec()), Unreadable, 1),
        ("H-48 plain-text error", answer(500, "Oops").into(), Broken, RETRIED),
        ("H-49 401", status(401), Authentication, 1),
        ("H-51 429", status(429), RateLimited, 1),
        ("H-59 410", status(410), Gone, 2),
        ("H-59 451", status(451), Gone, 1),
        ("H-60 422", status(422), Invalid, 1),
        ("H-62 500 for ever", status(500), Broken, RETRIED),
        ("502", status(502), Broken, RETRIED),
        ("503", status(503), Broken, RETRIED),
        ("599", status(599), Broken, RETRIED),
        ("H-63 304 unasked", answer(304, "").into(), Unreadable, 1),
        ("a status of no sense", answer(299, "").with("content-type", "text/html").into(), Unreadable, 1),
        ("100 and nothing", bytes("HTTP/1.1 100 Continue\r\n\r\n"), Offline, RETRIED),
    ]
}

#[tokio::test]
async fn every_fault_of_a_list_has_its_class_and_tries_and_ends_in_time() {
    for (name, script, expected, tries) in matrix() {
        let server = Server::start(move |_, _| script.clone()).await;
        let begin = Instant::now();
        let result = github(&server).tasks(&TaskQuery::default()).await;
        let fault = fault(result);
        assert_eq!(fault.kind, expected, "{name}: {fault}");
        // The call's own time may end before the last try.
        let fewer = expected == Timeout;
        let seen = server.count();
        assert!(seen == tries || (fewer && (1..tries).contains(&seen)), "{name}: {seen} requests");
        assert!(begin.elapsed() < Duration::from_secs(4), "{name}: {:?}", begin.elapsed());
    }
}

#[tokio::test]
async fn after_every_fault_the_next_poll_works() {
    for (name, script, expected, tries) in matrix() {
        if expected == RateLimited || expected == Timeout {
            continue;
        }
        let server =
            Server::start(move |_, nth| if nth < tries { script.clone() } else { page("{\"tasks\":[]}") }).await;
        let github = github(&server);
        fault(github.tasks(&TaskQuery::default()).await);
        assert!(github.tasks(&TaskQuery::default()).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn a_detail_fails_with_the_same_classes() {
    for (name, script, expected, _) in matrix() {
        if expected == Timeout {
            continue;
        }
        let server = Server::start(move |_, _| script.clone()).await;
        assert_eq!(kind(github(&server).task(&at("t1"), None).await), expected, "{name}");
    }
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
            fault::<()>(github.start(&crate::support::start()).await.map(|_| ()));
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
