//! The timeline of a pull request.

use atc::domain::{FaultKind, Happened, Timeline};
use atc::provider::Provider;
use atc::provider::port::{Fetched, Validator};
use serde_json::{Value, json};

use crate::server::{Answer, Seen, Server, answer, json as reply};
use crate::support::{github, kind, repo};

fn event(n: usize) -> Value {
    json!({"event": "commented", "actor": {"login": "mona"}, "created_at": "2026-11-06T08:00:00Z", "body": format!("{n}")})
}

/// Events in pages of a hundred, each page with a tag of what is on it.
fn page(seen: &Seen, base: &str, all: &[Value]) -> Answer {
    let number = |key: &str| seen.query().iter().find(|(name, _)| name == key).and_then(|(_, n)| n.parse().ok());
    let (size, at): (usize, usize) = (number("per_page").unwrap(), number("page").unwrap_or(1));
    let here: Vec<Value> = all.iter().skip((at - 1) * size).take(size).cloned().collect();
    let tag = format!("\"{at}-{}\"", here.len());
    if seen.header("if-none-match") == Some(&tag) {
        return answer(304, "").with("etag", tag);
    }
    let more = all.len() > at * size;
    let page = reply(200, &Value::Array(here)).with("etag", tag);
    let next = format!("<{base}/repos/acme/billing/issues/7/timeline?per_page={size}&page={}>; rel=\"next\"", at + 1);
    if more { page.with("link", next) } else { page }
}

async fn serving(count: std::sync::Arc<std::sync::atomic::AtomicUsize>) -> Server {
    Server::start(move |seen: &Seen, _| {
        let base = format!("http://{}", seen.header("host").unwrap());
        let all: Vec<Value> = (0..count.load(std::sync::atomic::Ordering::SeqCst)).map(event).collect();
        page(seen, &base, &all)
    })
    .await
}

fn new(fetched: Fetched<Timeline>) -> (Timeline, Option<Validator>) {
    match fetched {
        Fetched::New { value, validator } => (value, validator),
        Fetched::Same => panic!("something is new"),
    }
}

#[tokio::test]
async fn every_page_is_read_and_one_that_changed_is_read_again_with_all_others() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(250));
    let server = serving(count.clone()).await;
    let github = github(&server);
    let (timeline, proof) = new(github.timeline(&repo(), 7, None).await.unwrap());
    assert_eq!((timeline.events.len(), timeline.unreadable, timeline.more), (250, 0, false));
    assert_eq!(timeline.events[249].text.as_ref().unwrap().raw_for_match(), "249");
    assert_eq!(server.seen().len(), 3);
    assert_eq!(github.timeline(&repo(), 7, proof.clone()).await.unwrap(), Fetched::Same);
    assert_eq!((server.seen().len(), github.budget().unchanged), (6, 3), "three proofs, nothing transferred");
    count.store(251, std::sync::atomic::Ordering::SeqCst);
    let (timeline, proof) = new(github.timeline(&repo(), 7, proof).await.unwrap());
    assert_eq!((timeline.events.len(), proof.is_some()), (251, true));
}

#[tokio::test]
async fn a_last_page_that_is_full_proves_nothing() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(100));
    let server = serving(count.clone()).await;
    let (timeline, proof) = new(github(&server).timeline(&repo(), 7, None).await.unwrap());
    assert_eq!((timeline.events.len(), proof), (100, None), "the next event would open another page");
}

#[tokio::test]
async fn more_than_a_thousand_events_are_cut_and_that_is_known() {
    let server = serving(std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(1200))).await;
    let (timeline, proof) = new(github(&server).timeline(&repo(), 7, None).await.unwrap());
    assert_eq!((timeline.events.len(), timeline.more, proof), (1000, true, None));
}

#[tokio::test]
async fn a_short_timeline_that_grew_costs_one_request() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(2));
    let server = serving(count.clone()).await;
    let github = github(&server);
    let (_, proof) = new(github.timeline(&repo(), 7, None).await.unwrap());
    count.store(3, std::sync::atomic::Ordering::SeqCst);
    let (timeline, _) = new(github.timeline(&repo(), 7, proof).await.unwrap());
    assert_eq!((timeline.events.len(), server.seen().len()), (3, 2));
}

#[tokio::test]
async fn one_bad_event_never_hides_the_others_and_an_answer_without_a_list_is_a_fault() {
    let server = Server::start(|_, _| reply(200, &json!([null, {"event": "new_word"}, 7, {"event": ""}]))).await;
    let (timeline, _) = new(github(&server).timeline(&repo(), 7, None).await.unwrap());
    assert_eq!((timeline.events.len(), timeline.unreadable), (1, 3));
    assert_eq!(timeline.events[0].what, Happened::Other("new_word".into()));
    let server = Server::start(|_, _| reply(200, &json!({"message": "ok"}))).await;
    assert_eq!(kind(github(&server).timeline(&repo(), 7, None).await), FaultKind::Unreadable);
    let server = Server::start(|_, _| answer(404, "{\"message\":\"Not Found\"}")).await;
    assert_eq!(kind(github(&server).timeline(&repo(), 7, None).await), FaultKind::NotFound);
}

#[tokio::test]
async fn as_many_files_of_a_pull_request_are_read_as_the_service_lists_and_no_more() {
    for (there, read, more) in [(1200, 1200, false), (3000, 3000, false), (3001, 3000, true)] {
        let file =
            |n: usize| json!({"filename": format!("src/{n}.rs"), "status": "modified", "additions": 1, "deletions": 0});
        let all: Vec<Value> = (0..there).map(file).collect();
        let server =
            Server::start(move |seen: &Seen, _| page(seen, &format!("http://{}", seen.header("host").unwrap()), &all))
                .await;
        let Fetched::New { value, .. } = github(&server).pull_files(&repo(), 7, None).await.unwrap() else {
            panic!("something is new")
        };
        assert_eq!((value.files.len(), value.more), (read, more), "{there}");
        assert_eq!(server.seen().len(), read.div_ceil(100), "{there}");
    }
}
