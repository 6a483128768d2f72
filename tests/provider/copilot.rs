//! Live session logs: where they are asked for, with what, and when they are given up.

use atc::domain::{FaultKind, RunId, SessionId, State};
use atc::provider::Provider;
use atc::provider::github::{CopilotApi, GitHub, Options, Token};
use atc::provider::port::{LiveLogs, LogBody};
use serde_json::json;

use crate::server::{Answer, Seen, Server, answer, json as reply};
use crate::support::{fault, kind, options};

/// A GitHub that names `copilot` as the session log service.
async fn naming(copilot: &Server) -> Server {
    let named = copilot.base();
    Server::start(move |_, _| reply(200, &json!({"data": {"viewer": {"copilotEndpoints": {"api": named}}}}))).await
}

pub async fn both(script: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> (Server, Server, GitHub) {
    let copilot = Server::start(script).await;
    let api = naming(&copilot).await;
    let github = GitHub::new(options(&api.base())).unwrap();
    (copilot, api, github)
}

fn id() -> SessionId {
    SessionId::new("s1-opaque")
}

#[tokio::test]
async fn a_session_is_read_where_github_says_with_the_fewest_headers() {
    let (copilot, api, github) = both(|_, nth| {
        let (run, error) =
            if nth == 0 { (json!("77"), json!({"code": "x", "message": "boom"})) } else { (json!(78), json!(null)) };
        reply(
            200,
            &json!({"id": "s1-opaque", "state": "in_progress", "workflow_run_id": run, "error": error,
            "last_updated_at": 1_762_831_566, "resource_id": 0}),
        )
    })
    .await;
    let first = github.agent_session(&id()).await.unwrap();
    assert_eq!((first.id, first.state, first.run), (id(), State::InProgress, Some(RunId(77))));
    assert_eq!(first.error.unwrap().raw_for_match(), "boom");
    let second = github.agent_session(&id()).await.unwrap();
    assert_eq!((second.run, second.error), (Some(RunId(78)), None));
    assert_eq!(api.only().target, "/graphql", "the service is looked up once");
    let seen = &copilot.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/agents/sessions/s1-opaque"));
    let mut names: Vec<String> = seen.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "authorization", "host", "user-agent"]);
    assert!(seen.header("user-agent").unwrap().starts_with("atc/"));
}

#[tokio::test]
async fn a_log_comes_whole_or_is_not_there_yet() {
    let (copilot, _api, github) = both(|_, nth| match nth {
        0 => reply(404, &json!({})),
        1 => answer(404, "Not found"),
        _ => answer(200, "data: {}\n\n").with("content-type", "text/event-stream"),
    })
    .await;
    assert_eq!(github.session_log(&id()).await.unwrap(), LogBody::NotYet);
    assert_eq!(github.session_log(&id()).await.unwrap(), LogBody::NotYet);
    assert_eq!(github.session_log(&id()).await.unwrap(), LogBody::Bytes(b"data: {}\n\n".to_vec()));
    assert_eq!(copilot.seen()[0].target, "/agents/sessions/s1-opaque/logs");
}

#[tokio::test]
async fn the_first_no_ends_it_for_the_run_and_the_reason_stays() {
    for status in [401, 403] {
        let (copilot, api, github) = both(move |_, _| answer(status, "Unauthorized: no seat\u{1b}[2J")).await;
        assert_eq!(github.live_logs(), LiveLogs::Available);
        let refused = fault(github.session_log(&id()).await);
        assert_eq!(refused.kind, FaultKind::Unsupported, "the token itself is not in doubt");
        assert!(refused.what.contains("no seat"), "a plain-text body is shown as text: {refused}");
        let LiveLogs::Off(why) = github.live_logs() else { panic!() };
        assert!(why.contains("no seat"), "{why}");
        let sent = copilot.count() + api.count();
        assert_eq!(kind(github.session_log(&id()).await), FaultKind::Unsupported);
        assert_eq!(kind(github.agent_session(&id()).await), FaultKind::Unsupported);
        assert_eq!(copilot.count() + api.count(), sent, "nothing more is sent");
    }
}

#[tokio::test]
async fn a_403_that_is_a_limit_is_a_wait_and_not_a_no() {
    let (copilot, _api, github) =
        both(|_, _| reply(403, &json!({"message": "secondary rate limit"})).with("retry-after", "30")).await;
    assert_eq!(kind(github.session_log(&id()).await), FaultKind::RateLimited);
    assert_eq!(github.live_logs(), LiveLogs::Available);
    assert_eq!(kind(github.session_log(&id()).await), FaultKind::RateLimited);
    assert_eq!(copilot.count(), 1, "nothing is sent while it lasts");
}

#[tokio::test]
async fn switched_off_or_with_a_token_that_cannot_nothing_is_sent() {
    let (copilot, api, _) = both(|_, _| reply(200, &json!({}))).await;
    let off = Options { copilot_api: CopilotApi::Off, ..options(&api.base()) };
    let fine = Options { token: Token::new("github_pat_11ABC_def", "x").unwrap(), ..options(&api.base()) };
    for options in [off, fine] {
        let github = GitHub::new(options).unwrap();
        let LiveLogs::Off(why) = github.live_logs() else { panic!() };
        assert!(why.contains("copilot_api") || why.contains("fine-grained"), "{why}");
        assert_eq!(kind(github.session_log(&id()).await), FaultKind::Unsupported);
    }
    assert_eq!(copilot.count() + api.count(), 0);
}

#[tokio::test]
async fn the_token_goes_to_no_address_that_is_not_safe() {
    for named in [
        json!(null),
        json!(""),
        json!("http://evil.example/"),
        json!("ftp://127.0.0.1/"),
        json!("not an address"),
        json!("http://user:pw@127.0.0.1:9/"),
        json!("http://localhost:9/"),
        json!("javascript:alert(1)"),
        json!("https://api.github.com.evil.example/"),
        json!("https://evilgithubcopilot.com/"),
        json!("https://githubcopilot.com.evil.example/"),
        json!("https://api.githubcopilot.com@evil.example/"),
    ] {
        let shown = named.clone();
        let api =
            Server::start(move |_, _| reply(200, &json!({"data": {"viewer": {"copilotEndpoints": {"api": named}}}})))
                .await;
        let github = GitHub::new(options(&api.base())).unwrap();
        for _ in 0..2 {
            assert_eq!(kind(github.session_log(&id()).await), FaultKind::Unsupported, "{shown}");
        }
        assert!(matches!(github.live_logs(), LiveLogs::Off(_)));
        assert_eq!(api.count(), 1, "what GitHub does not name is not asked for again");
    }
}

#[tokio::test]
async fn an_operator_s_extra_header_goes_to_the_session_log_service_alone() {
    let copilot = Server::start(|_, _| reply(200, &json!({"id": "s1", "state": "idle"}))).await;
    let api = naming(&copilot).await;
    let extra = |name: &str, value: &str| Options {
        extra_headers: vec![(name.to_owned(), value.to_owned())],
        ..options(&api.base())
    };
    let github = GitHub::new(extra("X-Corp-Route", "blue")).unwrap();
    github.agent_session(&id()).await.unwrap();
    assert_eq!(copilot.only().header("x-corp-route"), Some("blue"));
    assert_eq!(api.only().header("x-corp-route"), None);
    for (name, value) in
        [("Authorization", "x"), ("accept", "x"), ("User-Agent", "x"), ("a b", "x"), ("x", "a\nb"), ("Host", "x")]
    {
        assert_eq!(kind(GitHub::new(extra(name, value))), FaultKind::Invalid, "{name}");
    }
}

#[tokio::test]
async fn a_session_log_elsewhere_is_fetched_without_token_and_extra_header() {
    let elsewhere = Server::start(|_, _| answer(200, "data: {}\n\n")).await;
    let target = elsewhere.base();
    let (_copilot, _api, github) = both(move |_, _| answer(302, "").with("location", target.clone())).await;
    assert_eq!(github.session_log(&id()).await.unwrap(), LogBody::Bytes(b"data: {}\n\n".to_vec()));
    assert_eq!(elsewhere.only().header("authorization"), None);
}

#[tokio::test]
async fn a_passing_fault_on_the_way_does_not_end_it() {
    let copilot = Server::start(|_, nth| match nth {
        0..=2 => answer(503, ""),
        _ => reply(200, &json!({"id": "s1", "state": "idle"})),
    })
    .await;
    let named = copilot.base();
    let api = Server::start(move |_, nth| match nth {
        0 => answer(502, ""),
        _ => reply(200, &json!({"data": {"viewer": {"copilotEndpoints": {"api": named}}}})),
    })
    .await;
    let github = GitHub::new(options(&api.base())).unwrap();
    assert_eq!(kind(github.agent_session(&id()).await), FaultKind::Server);
    assert_eq!(kind(github.agent_session(&id()).await), FaultKind::Server);
    assert_eq!(github.live_logs(), LiveLogs::Available);
    assert_eq!(github.agent_session(&id()).await.unwrap().state, State::Idle);
}
