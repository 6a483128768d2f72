//! A host that does not answer is left alone but for a probe now and then. On paused time over real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use atc::domain::{Fault, FaultKind, Instant, Now, SessionId};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Limits, Options};
use atc::provider::port::TaskQuery;
use serde_json::json;
use tokio::time::Instant as Tick;

use crate::server::{Reply, Seen, Server, Step, answer, json as reply};
use crate::support::{fault, granted, kind, options, time};

/// A service that answers 502, or nothing at all, to the paths that begin so, while it is ill.
struct Ward {
    server: Server,
    ill: Arc<AtomicBool>,
    github: Arc<GitHub>,
    began: Tick,
    /// While this lives tokio does not move the paused clock by itself.
    _still: std::sync::mpsc::SyncSender<()>,
}

fn well(seen: &Seen, base: &str) -> Reply {
    match seen.path() {
        "/graphql" => reply(200, &json!({"data": {"viewer": {"copilotEndpoints": {"api": base}}}})).into(),
        "/user" => reply(200, &json!({"id": 7, "login": "mona"})).into(),
        path if path.starts_with("/agents/sessions/") => {
            reply(200, &json!({"id": "s1", "state": "in_progress"})).into()
        }
        _ if seen.method == "POST" => reply(
            201,
            &json!({"id": "t1", "state": "queued", "created_at": "2026-11-06T08:00:00Z",
                "html_url": "https://github.com/acme/billing/copilot/tasks/t1"}),
        )
        .into(),
        _ => reply(200, &json!({"tasks": []})).into(),
    }
}

impl Ward {
    async fn new(trouble: &Reply, prefix: &'static str) -> Self {
        let (still, until) = std::sync::mpsc::sync_channel::<()>(0);
        tokio::task::spawn_blocking(move || {
            let _ = until.recv();
        });
        let ill = Arc::new(AtomicBool::new(false));
        let (is_ill, trouble) = (ill.clone(), trouble.clone());
        let base = Arc::new(std::sync::OnceLock::<String>::new());
        let at = base.clone();
        let server = Server::start(move |seen, _| {
            let hit = is_ill.load(Ordering::SeqCst) && seen.path().starts_with(prefix);
            if hit { trouble.clone() } else { well(seen, at.get().unwrap()) }
        })
        .await;
        base.set(server.base()).unwrap();
        let began = Tick::now();
        let now: Now = Arc::new(move || noon() + began.elapsed());
        let limits = Limits { retries: 0, ..Limits::default() };
        let github = Arc::new(GitHub::new(Options { limits, now, ..options(&server.base()) }).unwrap());
        // Builds the client and finds the log service while all is well.
        github.viewer().await.unwrap();
        github.agent_session(&SessionId::new("s1")).await.unwrap();
        ill.store(true, Ordering::SeqCst);
        Self { server, ill, github, began, _still: still }
    }

    fn now(&self) -> Instant {
        noon() + self.began.elapsed()
    }

    async fn list(&self) -> Result<(), Fault> {
        self.github.tasks(&TaskQuery::default()).await.map(|_| ())
    }

    /// Fails until nothing more is sent; returns how many requests that took.
    async fn wear_out(&self) -> usize {
        let before = self.server.count();
        for _ in 0..20 {
            if kind(self.list().await) == FaultKind::HeldBack {
                return self.server.count() - before;
            }
        }
        panic!("it never stopped asking");
    }
}

fn noon() -> Instant {
    time("2026-11-06T12:00:00Z")
}

fn secs(s: u64) -> Duration {
    Duration::from_secs(s)
}

fn bad() -> Reply {
    answer(502, "").into()
}

#[tokio::test(start_paused = true)]
async fn after_five_failures_in_a_row_nothing_is_sent_before_the_probe_and_its_answer_ends_it() {
    for trouble in [bad(), Reply(vec![Step::Reset])] {
        let ward = Ward::new(&trouble, "/agents").await;
        assert_eq!(ward.wear_out().await, 5);
        let held = fault(ward.list().await);
        assert!(held.retry_at == Some(ward.now() + secs(5)) && held.what.contains("not asked"), "{held}");
        tokio::time::advance(secs(5)).await;
        let before = ward.server.count();
        assert_ne!(kind(ward.list().await), FaultKind::HeldBack, "the probe goes");
        tokio::time::advance(secs(9)).await;
        assert_eq!(kind(ward.list().await), FaultKind::HeldBack, "and the pause is twice as long");
        assert_eq!(ward.server.count(), before + 1);
        ward.ill.store(false, Ordering::SeqCst);
        tokio::time::advance(secs(2)).await;
        ward.list().await.unwrap();
        ward.list().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_told_as_the_next_try_is_when_it_really_goes() {
    let ward = Ward::new(&bad(), "/agents").await;
    for _ in 0..4 {
        assert_eq!(fault(ward.list().await).retry_at, None);
    }
    for _ in 0..6 {
        // The one whose failure opened it, or was the probe, and one that was held back.
        let failed = fault(ward.list().await);
        assert_eq!(failed.kind, FaultKind::Server);
        let held = fault(ward.list().await);
        assert_eq!(held.kind, FaultKind::HeldBack);
        let (failed, held) = (failed.retry_at.unwrap(), held.retry_at.unwrap());
        assert!(failed > held, "who failed last comes after the others: {failed} {held}");
        let now = ward.now();
        tokio::time::advance((held - now).to_std().unwrap()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_probe_goes_and_the_others_wait_for_what_becomes_of_it() {
    let ward = Ward::new(&bad(), "/agents").await;
    ward.wear_out().await;
    tokio::time::advance(secs(5)).await;
    let before = ward.server.count();
    let all = futures_util::future::join_all((0..10).map(|_| ward.list())).await;
    assert_eq!(ward.server.count(), before + 1);
    assert_eq!(all.into_iter().filter(|one| one.as_ref().unwrap_err().kind == FaultKind::HeldBack).count(), 9);
    ward.ill.store(false, Ordering::SeqCst);
    tokio::time::advance(secs(10)).await;
    let all = futures_util::future::join_all((0..10).map(|_| ward.list())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
}

#[tokio::test(start_paused = true)]
async fn the_api_and_the_log_service_are_nothing_to_each_other() {
    let session = SessionId::new("s1");
    let api = Ward::new(&bad(), "/agents/tasks").await;
    api.wear_out().await;
    api.github.agent_session(&session).await.unwrap();
    let logs = Ward::new(&bad(), "/agents/sessions").await;
    for _ in 0..8 {
        logs.github.agent_session(&session).await.unwrap_err();
    }
    assert_eq!(kind(logs.github.agent_session(&session).await), FaultKind::HeldBack);
    logs.list().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_operator_asks_for_is_not_held_back() {
    let ward = Ward::new(&bad(), "/agents/tasks").await;
    ward.wear_out().await;
    let before = ward.server.count();
    ward.github.insist();
    assert_eq!(kind(ward.list().await), FaultKind::Server, "a refresh asks");
    assert_eq!(kind(ward.list().await), FaultKind::HeldBack, "once");
    assert_eq!(ward.server.count(), before + 1);
    ward.github.start(&granted()).await.unwrap();
    ward.ill.store(false, Ordering::SeqCst);
    ward.list().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_an_answer() {
    for status in [401, 403, 404, 422] {
        let ward = Ward::new(&answer(status, "").into(), "/agents").await;
        for _ in 0..12 {
            assert_ne!(kind(ward.list().await), FaultKind::HeldBack, "{status}");
        }
    }
}
