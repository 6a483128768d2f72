//! Runs of every workflow, orders to a run, artifacts and run logs.

use atc::domain::{FaultKind, RunId, RunStatus, UserId};
use atc::provider::github::{GitHub, Options, RunQuery, RunState};
use atc::provider::port::LogBody;
use serde_json::json;

use crate::server::{Server, answer, json as reply};
use crate::support::{fault, github, kind, options, repo, time};
use crate::world;

#[tokio::test]
async fn every_filter_of_a_run_search_is_sent_and_none_that_was_not_asked_for() {
    let server = Server::start(|_, _| reply(200, &json!({"total_count": 0, "workflow_runs": []}))).await;
    let github = github(&server);
    github.find_runs(&repo(), &RunQuery::default()).await.unwrap();
    assert_eq!(server.only().target, "/repos/acme/billing/actions/runs");
    let query = RunQuery {
        actor: Some("mona".into()),
        branch: Some("copilot/fix&1".into()),
        event: Some("dynamic".into()),
        state: Some(RunState::ActionRequired),
        created_from: Some(time("2026-11-01T00:00:00Z")),
        created_to: None,
        head_sha: Some("abc".into()),
        check_suite: Some(9),
        leave_out_pulls: true,
        per_page: Some(200),
    };
    github.find_runs(&repo(), &query).await.unwrap();
    let expected = [
        ("actor", "mona"),
        ("branch", "copilot/fix&1"),
        ("event", "dynamic"),
        ("status", "action_required"),
        ("created", ">=2026-11-01T00:00:00Z"),
        ("head_sha", "abc"),
        ("check_suite_id", "9"),
        ("exclude_pull_requests", "true"),
        ("per_page", "100"),
    ];
    assert_eq!(server.seen()[1].query(), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    for (from, to, expected) in [
        (Some("2026-11-01T00:00:00Z"), Some("2026-11-02T00:00:00Z"), "2026-11-01T00:00:00Z..2026-11-02T00:00:00Z"),
        (None, Some("2026-11-02T00:00:00Z"), "<=2026-11-02T00:00:00Z"),
    ] {
        let query = RunQuery { created_from: from.map(time), created_to: to.map(time), ..RunQuery::default() };
        github.find_runs(&repo(), &query).await.unwrap();
        assert_eq!(server.seen().pop().unwrap().query(), [("created".to_owned(), expected.to_owned())]);
    }
}

#[tokio::test]
async fn a_search_tells_the_agent_s_runs_from_others_and_names_the_next_page() {
    let server = Server::start(|seen, nth| {
        let mut build = world::run(2);
        build["path"] = json!(".github/workflows/build.yml@main");
        build["event"] = json!("push");
        build["pull_requests"] = json!([{"id": 2000, "number": 7}, null]);
        build["actor"] = json!({"id": 8, "login": "hubot"});
        let mut null_pulls = world::run(1);
        null_pulls["pull_requests"] = json!(null);
        let page = reply(200, &json!({"total_count": 40, "workflow_runs": [null_pulls, build, {"id": 0}]}));
        let next =
            format!("<http://{}/repos/acme/billing/actions/runs?page=2>; rel=\"next\"", seen.header("host").unwrap());
        if nth == 0 { page.with("link", next) } else { page }
    })
    .await;
    let github = github(&server);
    let page = github.find_runs(&repo(), &RunQuery::default()).await.unwrap();
    assert_eq!((page.runs.len(), page.unreadable, page.total), (2, 1, Some(40)));
    assert!(page.runs[0].is_agent && !page.runs[1].is_agent);
    assert_eq!(page.runs[0].run.status, RunStatus::InProgress);
    assert_eq!(page.runs[1].facts.event.as_ref().unwrap().raw_for_match(), "push");
    assert_eq!(page.runs[1].facts.actor.as_ref().unwrap().id, Some(UserId(8)));
    assert_eq!((page.runs[1].facts.pulls.len(), page.runs[1].facts.pulls[0].number), (1, 7));
    let more = github.find_more_runs(&repo(), &page.next.unwrap()).await.unwrap();
    assert_eq!(server.seen()[1].target, "/repos/acme/billing/actions/runs?page=2");
    assert_eq!(more.next, None);
}

#[tokio::test]
async fn the_next_page_is_never_taken_to_another_host_with_the_token() {
    let other =
        Server::start(|_, _| reply(200, &json!({"total_count": 0, "workflow_runs": [], "artifacts": []}))).await;
    let link = format!("<{}/repos/acme/billing/actions/runs?page=2>; rel=\"next\"", other.base());
    let server = Server::start(move |_, _| {
        reply(200, &json!({"workflow_runs": [], "artifacts": []})).with("link", link.clone())
    })
    .await;
    let github = github(&server);
    let page = github.find_runs(&repo(), &RunQuery::default()).await.unwrap();
    assert_eq!(kind(github.find_more_runs(&repo(), &page.next.unwrap()).await), FaultKind::Unreadable);
    assert_eq!(kind(github.run_artifacts(&repo(), RunId(1)).await), FaultKind::Unreadable);
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn a_search_without_its_list_is_a_fault_and_not_an_empty_page() {
    let server = Server::start(|_, _| reply(200, &json!({"total_count": 0}))).await;
    assert_eq!(kind(github(&server).find_runs(&repo(), &RunQuery::default()).await), FaultKind::Unreadable);
}

#[tokio::test]
async fn a_run_is_run_again_or_approved_once_and_only_a_201_says_so() {
    let server = Server::start(|seen, nth| match nth {
        0..=3 => reply(201, &json!({})),
        4 => {
            reply(403, &json!({"message": "Unable to retry this workflow run because it was created over a month ago"}))
        }
        5 => reply(200, &json!({})),
        6 => answer(502, ""),
        _ => reply(404, &json!({"message": seen.path()})),
    })
    .await;
    let github = github(&server);
    github.rerun(&repo(), RunId(1), false).await.unwrap();
    github.rerun(&repo(), RunId(1), true).await.unwrap();
    github.rerun_failed_jobs(&repo(), RunId(1), true).await.unwrap();
    github.approve_run(&repo(), RunId(1)).await.unwrap();
    let old = fault(github.rerun_failed_jobs(&repo(), RunId(2), false).await);
    assert_eq!(old.kind, FaultKind::Permission);
    assert!(old.what.contains("over a month ago"), "{old}");
    for _ in 0..2 {
        assert_eq!(kind(github.rerun(&repo(), RunId(3), false).await), FaultKind::UnknownOutcome);
    }
    assert_eq!(kind(github.approve_run(&repo(), RunId(4)).await), FaultKind::Permission);
    let seen = server.seen();
    assert_eq!(seen.len(), 8, "each was sent once");
    let sent: Vec<_> = seen.iter().take(4).map(|seen| (seen.target.as_str(), seen.body.as_str())).collect();
    assert_eq!(
        sent,
        [
            ("/repos/acme/billing/actions/runs/1/rerun", ""),
            ("/repos/acme/billing/actions/runs/1/rerun", r#"{"enable_debug_logging":true}"#),
            ("/repos/acme/billing/actions/runs/1/rerun-failed-jobs", r#"{"enable_debug_logging":true}"#),
            ("/repos/acme/billing/actions/runs/1/approve", ""),
        ]
    );
    assert!(seen.iter().all(|seen| seen.method == "POST"));
}

#[tokio::test]
async fn read_only_sends_none_of_the_orders() {
    let server = Server::start(|_, _| reply(201, &json!({}))).await;
    let github = GitHub::new(Options { read_only: true, ..options(&server.base()) }).unwrap();
    assert_eq!(kind(github.rerun(&repo(), RunId(1), false).await), FaultKind::Refused);
    assert_eq!(kind(github.rerun_failed_jobs(&repo(), RunId(1), false).await), FaultKind::Refused);
    assert_eq!(kind(github.approve_run(&repo(), RunId(1)).await), FaultKind::Refused);
    assert_eq!(kind(github.close_pull(&repo(), 1).await), FaultKind::Refused);
    assert_eq!(kind(github.request_review(&repo(), 1, &["mona".into()], &[]).await), FaultKind::Refused);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn artifacts_are_listed_over_all_pages_and_a_bad_one_is_counted() {
    let server = Server::start(|seen, nth| {
        let page = json!({"total_count": 3, "artifacts": [
            {"id": 11 + nth, "name": "results", "size_in_bytes": 456, "expired": nth == 1,
             "created_at": "2026-11-06T08:20:00Z", "expires_at": null, "digest": "sha256:ab"}, {"name": "no id"},
        ]});
        let next = format!("<http://{}/next>; rel=\"next\"", seen.header("host").unwrap());
        if nth == 0 { reply(200, &page).with("link", next) } else { reply(200, &page) }
    })
    .await;
    let found = github(&server).run_artifacts(&repo(), RunId(1)).await.unwrap();
    assert_eq!(server.seen()[0].target, "/repos/acme/billing/actions/runs/1/artifacts?per_page=100");
    assert_eq!(server.seen()[1].target, "/next");
    assert_eq!(
        found.items.iter().map(|one| (one.id, one.expired)).collect::<Vec<_>>(),
        [(11, Some(false)), (12, Some(true))]
    );
    assert_eq!((found.unreadable, found.more), (2, false));
    assert_eq!(found.items[0].created_at, Some(time("2026-11-06T08:20:00Z")));
}

#[tokio::test]
async fn a_list_without_end_is_cut_and_says_so() {
    let server = Server::start(|seen, nth| {
        let next = format!("<http://{}/{nth}>; rel=\"next\"", seen.header("host").unwrap());
        reply(200, &json!({"artifacts": [{"id": nth + 1}]})).with("link", next)
    })
    .await;
    let found = github(&server).run_artifacts(&repo(), RunId(1)).await.unwrap();
    assert_eq!((found.items.len(), found.more, server.count()), (10, true, 10));
}

#[tokio::test]
async fn an_archive_lies_behind_a_link_that_is_followed_without_the_token() {
    const ZIP: &[u8] = b"PK\x03\x04\x00\xff";
    let storage = Server::start(|_, _| answer(200, ZIP).with("content-type", "application/zip")).await;
    let target = format!("{}/blob?sig=SECRET", storage.base());
    let server = Server::start(move |_, _| answer(302, "").with("location", target.clone())).await;
    let github = github(&server);
    assert_eq!(github.artifact_zip(&repo(), 11).await.unwrap(), ZIP);
    assert_eq!(github.run_log_zip(&repo(), RunId(1)).await.unwrap(), LogBody::Bytes(ZIP.to_vec()));
    let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, ["/repos/acme/billing/actions/artifacts/11/zip", "/repos/acme/billing/actions/runs/1/logs"]);
    for hop in storage.seen() {
        for name in ["authorization", "cookie", "x-github-api-version"] {
            assert_eq!(hop.header(name), None, "{name}");
        }
    }
    assert_eq!(storage.count(), 2);
}

#[tokio::test]
async fn an_expired_archive_is_gone_and_a_log_that_is_not_there_yet_is_no_fault() {
    let server = Server::start(|seen, _| match seen.path() {
        "/repos/acme/billing/actions/artifacts/11/zip" => reply(410, &json!({"message": "Artifact has expired"})),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    let gone = fault(github.artifact_zip(&repo(), 11).await);
    assert_eq!(gone.kind, FaultKind::Gone);
    assert!(gone.what.contains("Artifact has expired"), "{gone}");
    assert_eq!(kind(github.artifact_zip(&repo(), 12).await), FaultKind::NotFound);
    assert_eq!(github.run_log_zip(&repo(), RunId(1)).await.unwrap(), LogBody::NotYet);
}
