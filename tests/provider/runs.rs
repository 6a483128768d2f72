//! Runs, jobs, people, repositories, custom agents, settings.

use atc::domain::{Conclusion, FaultKind, JobId, RunId, RunStatus, UserId};
use atc::provider::Provider;
use atc::provider::github::CloudAgentConfig;
use atc::provider::port::{CancelAnswer, LogBody};
use serde_json::json;

use crate::server::{Server, answer, json as reply};
use crate::support::{fault, github, kind, repo, time};
use crate::world;

#[tokio::test]
async fn only_the_agent_s_runs_of_a_branch_are_listed_newest_first() {
    let server = Server::start(|_, _| {
        let mut at_ref = world::run(2);
        at_ref["path"] = json!("dynamic/copilot-swe-agent/copilot@refs/heads/main");
        at_ref["created_at"] = json!("2026-11-06T09:00:00Z");
        let mut review = world::run(3);
        review["path"] = json!("dynamic/copilot-pull-request-reviewer/copilot");
        let mut build = world::run(4);
        build["path"] = json!(".github/workflows/build.yml@main");
        let mut odd = world::run(5);
        odd["status"] = json!("dreaming");
        odd["conclusion"] = json!("startup_failure");
        odd["created_at"] = json!("2026-11-06T07:00:00Z");
        let runs = json!([world::run(1), at_ref, review, build, odd, {"id": "x"}]);
        reply(200, &json!({"total_count": 6, "workflow_runs": runs}))
    })
    .await;
    let runs = github(&server).agent_runs(&repo(), &"copilot/fix&1".into()).await.unwrap();
    let seen = server.only();
    assert_eq!(seen.path(), "/repos/acme/billing/actions/runs");
    assert!(seen.query().contains(&("branch".into(), "copilot/fix&1".into())));
    assert!(seen.query().contains(&("event".into(), "dynamic".into())));
    assert_eq!(runs.iter().map(|run| run.id.0).collect::<Vec<_>>(), [2, 1, 5]);
    assert_eq!(runs[1].status, RunStatus::InProgress);
    assert_eq!((runs[1].conclusion.clone(), runs[1].attempt), (None, Some(1)));
    assert_eq!(runs[1].started_at, Some(time("2026-11-06T08:01:06Z")));
    assert_eq!(runs[2].status, RunStatus::Unknown("dreaming".into()));
    assert_eq!(runs[2].conclusion, Some(Conclusion::StartupFailure));
}

#[tokio::test]
async fn a_run_is_read_by_its_id() {
    let server = Server::start(|_, _| reply(200, &world::run(18_402_211))).await;
    let run = github(&server).run(&repo(), RunId(18_402_211)).await.unwrap();
    assert_eq!(server.only().target, "/repos/acme/billing/actions/runs/18402211");
    assert_eq!((run.id, run.head_branch.unwrap().raw_for_match()), (RunId(18_402_211), "copilot/fix-1"));
}

#[tokio::test]
async fn cancel_tells_accepted_from_conflict_and_names_the_permission_it_lacks() {
    let server = Server::start(|seen, _| match seen.path() {
        "/repos/acme/billing/actions/runs/1/cancel" | "/repos/acme/billing/actions/runs/2/force-cancel" => {
            reply(202, &json!({}))
        }
        "/repos/acme/billing/actions/runs/3/cancel" => reply(409, &json!({"message": "Cannot cancel"})),
        "/repos/acme/billing/actions/runs/4/cancel" => {
            reply(403, &json!({"message": "Resource not accessible by personal access token"}))
                .with("x-accepted-github-permissions", "actions=write")
        }
        "/repos/acme/billing/actions/runs/6/cancel" => answer(200, "<html>").with("content-type", "text/html"),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    assert_eq!(github.cancel_run(&repo(), RunId(1), false).await.unwrap(), CancelAnswer::Accepted);
    assert_eq!(github.cancel_run(&repo(), RunId(2), true).await.unwrap(), CancelAnswer::Accepted);
    assert_eq!(github.cancel_run(&repo(), RunId(3), false).await.unwrap(), CancelAnswer::Conflict);
    let refused = fault(github.cancel_run(&repo(), RunId(4), false).await);
    assert_eq!(refused.kind, FaultKind::Permission);
    assert!(refused.next_step.contains("actions=write"), "{refused}");
    assert_eq!(kind(github.cancel_run(&repo(), RunId(5), false).await), FaultKind::Permission);
    assert_eq!(kind(github.cancel_run(&repo(), RunId(6), false).await), FaultKind::UnknownOutcome);
    assert!(server.seen().iter().all(|seen| seen.method == "POST" && seen.body.is_empty()));
    assert_eq!(server.count(), 6, "each was sent once");
}

#[tokio::test]
async fn jobs_come_with_their_steps_and_gaps() {
    let server = Server::start(|_, _| {
        reply(
            200,
            &json!({"total_count": 2, "jobs": [
                {"id": 11, "run_id": 1, "name": "copilot", "status": "completed", "conclusion": "success",
                 "started_at": "2026-11-06T08:01:10Z", "completed_at": "2026-11-06T08:20:00Z",
                 "steps": [{"name": "Set up job", "number": 1, "status": "completed", "conclusion": "success"}, null,
                           {"name": "Run agent", "number": 2, "status": "in_progress", "conclusion": null}]},
                {"id": 12, "name": "copilot", "status": "queued", "conclusion": null, "completed_at": null, "steps": null},
                "broken",
            ]}),
        )
    })
    .await;
    let jobs = github(&server).jobs(&repo(), RunId(1)).await.unwrap();
    let seen = server.only();
    assert_eq!(seen.path(), "/repos/acme/billing/actions/runs/1/jobs");
    assert!(seen.query().contains(&("filter".into(), "latest".into())));
    assert_eq!((jobs.len(), jobs[0].id, jobs[0].steps.len()), (2, JobId(11), 2));
    assert_eq!(jobs[0].conclusion, Some(Conclusion::Success));
    assert_eq!((jobs[0].steps[1].number, &jobs[0].steps[1].status), (2, &RunStatus::InProgress));
    assert_eq!((&jobs[1].status, jobs[1].steps.len()), (&RunStatus::Queued, 0));
}

#[tokio::test]
async fn a_log_lies_behind_a_link_that_is_followed_without_the_token() {
    let storage =
        Server::start(|_, _| answer(200, "2026-11-06T08:01:10.0000000Z hello\n").with("content-type", "text/plain"))
            .await;
    let target = format!("{}/blob?sig=SECRET", storage.base());
    let server = Server::start(move |_, _| answer(302, "").with("location", target.clone())).await;
    let log = github(&server).job_log(&repo(), JobId(11)).await.unwrap();
    assert_eq!(log, LogBody::Bytes(b"2026-11-06T08:01:10.0000000Z hello\n".to_vec()));
    assert_eq!(server.only().target, "/repos/acme/billing/actions/jobs/11/logs");
    assert!(server.only().header("authorization").is_some());
    let hop = storage.only();
    assert_eq!(hop.target, "/blob?sig=SECRET");
    for name in ["authorization", "cookie", "x-github-api-version"] {
        assert_eq!(hop.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_log_that_is_not_there_yet_is_no_fault_on_either_hop() {
    let here = Server::start(|_, _| reply(404, &json!({"message": "Not Found"}))).await;
    assert_eq!(github(&here).job_log(&repo(), JobId(11)).await.unwrap(), LogBody::NotYet);
    let storage = Server::start(|_, _| {
        answer(404, "<Error><Code>BlobNotFound</Code></Error>").with("content-type", "application/xml")
    })
    .await;
    let target = storage.base();
    let server = Server::start(move |_, _| answer(302, "").with("location", target.clone())).await;
    assert_eq!(github(&server).job_log(&repo(), JobId(11)).await.unwrap(), LogBody::NotYet);
}

#[tokio::test]
async fn an_expired_log_is_gone_and_an_expired_link_is_asked_for_again() {
    let server = Server::start(|_, _| reply(410, &json!({"message": "Gone"}))).await;
    assert_eq!(kind(github(&server).job_log(&repo(), JobId(11)).await), FaultKind::Gone);
    let storage =
        Server::start(|_, nth| answer(if nth == 0 { 403 } else { 200 }, "log").with("content-type", "text/plain"))
            .await;
    let target = storage.base();
    let server = Server::start(move |_, _| answer(302, "").with("location", target.clone())).await;
    assert_eq!(github(&server).job_log(&repo(), JobId(11)).await.unwrap(), LogBody::Bytes(b"log".to_vec()));
    assert_eq!((server.count(), storage.count()), (2, 2), "a fresh link each time");
}

#[tokio::test]
async fn people_are_found_by_token_and_by_id() {
    let server = Server::start(|seen, _| match seen.path() {
        "/user" => reply(200, &json!({"id": 7, "login": "mona", "extra": 1})),
        "/user/8" => reply(200, &json!({"id": 8, "login": "hubot"})),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    let me = github.viewer().await.unwrap();
    assert_eq!((me.id, me.login.raw_for_match()), (UserId(7), "mona"));
    assert_eq!(github.user(UserId(8)).await.unwrap().login.raw_for_match(), "hubot");
    assert_eq!(kind(github.user(UserId(9)).await), FaultKind::NotFound);
}

#[tokio::test]
async fn the_default_branch_is_the_test_for_a_readable_repository() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(200, &json!({"id": 1000, "full_name": "acme/billing", "default_branch": "trunk"})),
        1 => reply(200, &json!({"id": 1000, "default_branch": null})),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    assert_eq!(github.default_branch(&repo()).await.unwrap().raw_for_match(), "trunk");
    assert_eq!(kind(github.default_branch(&repo()).await), FaultKind::Unreadable);
    let gone = fault(github.default_branch(&repo()).await);
    assert_eq!(gone.kind, FaultKind::Permission);
    assert!(gone.next_step.contains("name"), "{gone}");
}

#[tokio::test]
async fn custom_agents_are_the_files_a_cloud_task_may_use() {
    let server = Server::start(|seen, _| match seen.path() {
        "/repos/acme/billing/contents/.github/agents" => reply(
            200,
            &json!([
                {"name": "tax.agent.md", "type": "file"}, {"name": "fixer.md", "type": "file"},
                {"name": "editor.agent.md", "type": "file"}, {"name": "broken.md", "type": "file"},
                {"name": "notes.txt", "type": "file"}, {"name": "old.md", "type": "dir"}, null,
            ]),
        ),
        "/repos/acme/billing/contents/.github/agents/tax.agent.md" => {
            answer(200, "---\ndescription: Knows taxes\ntarget: github-copilot\n---\nbody")
                .with("content-type", "text/html")
        }
        "/repos/acme/billing/contents/.github/agents/fixer.md" => answer(200, "---\ndescription: 'Fixes'\n---\n"),
        "/repos/acme/billing/contents/.github/agents/editor.agent.md" => {
            answer(200, "---\ndescription: x\ntarget: vscode\n---\n")
        }
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let agents = github(&server).custom_agents(&repo()).await.unwrap();
    let found: Vec<_> = agents.iter().map(|a| (a.id.raw_for_match(), a.description.raw_for_match())).collect();
    assert_eq!(found, [("fixer", "Fixes"), ("tax", "Knows taxes")]);
    let file = server.seen().into_iter().find(|seen| seen.path().ends_with("tax.agent.md")).unwrap();
    assert_eq!(file.header("accept"), Some("application/vnd.github.raw+json"));
    assert_eq!(server.count(), 5, "the folder and four files");
}

#[tokio::test]
async fn a_repository_without_agents_has_none() {
    let server = Server::start(|_, _| reply(404, &json!({"message": "Not Found"}))).await;
    assert_eq!(github(&server).custom_agents(&repo()).await.unwrap(), []);
}

#[tokio::test]
async fn every_setting_of_the_cloud_agent_is_optional_and_server_addresses_are_not_kept() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(
            200,
            &json!({
                "mcp_configuration": {"mcpServers": {"x": {"url": "https://u:SECRET@h"}}},
                "enabled_tools": {"codeql": true, "secret_scanning": false},
                "require_actions_workflow_approval": true, "is_firewall_enabled": true, "custom_allowlist": ["a.example", 5],
            }),
        ),
        _ => reply(200, &json!({"mcp_configuration": null})),
    })
    .await;
    let github = github(&server);
    let full = github.cloud_agent_config(&repo()).await.unwrap();
    assert_eq!(server.only().target, "/repos/acme/billing/copilot/cloud-agent/configuration");
    assert!(full.has_mcp_servers && !format!("{full:?}").contains("SECRET"));
    assert_eq!(full.enabled_tools.unwrap().codeql, Some(true));
    assert_eq!(full.require_actions_workflow_approval, Some(true));
    assert_eq!(full.is_automations_enabled, None);
    assert_eq!(full.custom_allowlist.len(), 1);
    assert_eq!(github.cloud_agent_config(&repo()).await.unwrap(), CloudAgentConfig::default());
}
