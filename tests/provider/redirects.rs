//! Redirects: where the token goes and where it never does.

use atc::domain::{FaultKind, JobId};
use atc::provider::Provider;
use atc::provider::port::TaskQuery;

use crate::server::{Server, answer, json as reply};
use crate::support::{github, granted, kind, repo};
use crate::world;

const CODES: [u16; 5] = [301, 302, 303, 307, 308];

#[tokio::test]
async fn within_the_host_a_read_is_followed_with_the_token() {
    for code in CODES {
        let server = Server::start(move |seen, _| match seen.path() {
            "/agents/tasks" => answer(code, "").with("location", "/agents/moved?x=1"),
            _ => reply(200, &world::list(&[])),
        })
        .await;
        github(&server).tasks(&TaskQuery::default()).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen[1].target, "/agents/moved?x=1");
        assert_eq!(seen[1].method, "GET");
        assert!(seen[1].header("authorization").is_some(), "{code}");
    }
}

#[tokio::test]
async fn data_is_never_taken_from_another_host_and_it_is_not_even_asked() {
    for code in CODES {
        let other = Server::start(|_, _| reply(200, &world::list(&[world::task("forged")]))).await;
        let port = other.address.port();
        for target in [
            other.base(),
            format!("http://127.0.0.2:{port}/"),
            format!("http://user:pw@127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            "https://evil.example/".to_owned(),
            "ftp://127.0.0.1/".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            let to = target.clone();
            let server = Server::start(move |_, _| answer(code, "").with("location", to.clone())).await;
            let found = github(&server).tasks(&TaskQuery::default()).await;
            assert_eq!(kind(found), FaultKind::Unreadable, "{code} {target}");
        }
        assert_eq!(other.count(), 0, "{code}");
    }
}

#[tokio::test]
async fn a_log_is_followed_elsewhere_without_the_token_and_the_way_back_stays_without() {
    for code in CODES {
        let home = Server::start(|_, _| answer(200, "log")).await;
        let back = home.base();
        let away = Server::start(move |_, _| answer(code, "").with("location", back.clone())).await;
        let out = away.base();
        let api = Server::start(move |seen, _| match seen.path() {
            "/back" => answer(200, "log"),
            _ => answer(code, "").with("location", out.clone()),
        })
        .await;
        github(&api).job_log(&repo(), JobId(1)).await.unwrap();
        for hop in [away.only(), home.only()] {
            assert_eq!(hop.header("authorization"), None, "{code}");
            assert_eq!(hop.header("x-github-api-version"), None, "{code}");
        }
    }
}

#[tokio::test]
async fn a_log_that_leaves_and_comes_home_is_fetched_without_the_token() {
    let (tx, rx) = std::sync::mpsc::sync_channel::<String>(1);
    let home = std::sync::Mutex::new(rx);
    let known = std::sync::OnceLock::<String>::new();
    let away = Server::start(move |_, _| {
        let base = known.get_or_init(|| home.lock().unwrap().recv().unwrap());
        answer(302, "").with("location", format!("{base}/back"))
    })
    .await;
    let out = away.base();
    let api = Server::start(move |seen, _| match seen.path() {
        "/back" => answer(200, "log"),
        _ => answer(302, "").with("location", out.clone()),
    })
    .await;
    tx.send(api.base()).unwrap();
    github(&api).job_log(&repo(), JobId(1)).await.unwrap();
    let seen = api.seen();
    assert_eq!(seen[1].path(), "/back");
    assert_eq!(seen[1].header("authorization"), None);
}

#[tokio::test]
async fn a_log_is_not_followed_to_where_the_link_could_be_read_by_others() {
    for target in ["http://evil.example/x", "http://localhost:1/x", "ftp://127.0.0.1/x", "https://u:p@evil.example/x"] {
        let server = Server::start(move |_, _| answer(302, "").with("location", target)).await;
        assert_eq!(kind(github(&server).job_log(&repo(), JobId(1)).await), FaultKind::Unreadable, "{target}");
    }
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::start(|_, _| answer(302, "").with("location", "/agents/tasks")).await;
    assert_eq!(kind(github(&server).tasks(&TaskQuery::default()).await), FaultKind::Unreadable);
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_named() {
    let server = Server::start(|_, _| answer(302, "")).await;
    assert_eq!(kind(github(&server).tasks(&TaskQuery::default()).await), FaultKind::Unreadable);
}

#[tokio::test]
async fn a_write_is_never_followed_anywhere() {
    for (code, expected) in [
        (301, FaultKind::Invalid),
        (307, FaultKind::Invalid),
        (308, FaultKind::Invalid),
        (302, FaultKind::UnknownOutcome),
        (303, FaultKind::UnknownOutcome),
    ] {
        let server = Server::start(move |_, _| answer(code, "").with("location", "/agents/repos/acme/new/tasks")).await;
        assert_eq!(kind(github(&server).start(&granted()).await), expected, "{code}");
        assert_eq!(server.count(), 1, "{code}");
    }
}
