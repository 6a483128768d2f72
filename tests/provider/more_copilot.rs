//! The session service beyond logs: lists of sessions, jobs, access, models, custom agents.

use atc::domain::{FaultKind, PullId, RunId, SessionId, State};
use atc::provider::Provider;
use atc::provider::github::{AgentAccess, AgentQuery, CopilotApi, GitHub, Options, SessionQuery};
use atc::provider::port::LiveLogs;
use serde_json::{Value, json};

use crate::copilot::both;
use crate::server::{Server, answer, json as reply};
use crate::support::{fault, kind, options, repo, time};

fn session(id: &str, with: Value) -> Value {
    let mut session = json!({
        "id": id, "state": "in_progress", "name": "Fix it", "user_id": 7, "resource_type": "", "resource_id": 0,
        "created_at": "2026-11-06T08:00:00Z", "last_updated_at": "2026-11-06T08:30:00Z",
        "completed_at": "0001-01-01T00:00:00Z", "premium_requests": 0.33, "workflow_run_id": 0, "error": null,
    });
    session.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    session
}

#[tokio::test]
async fn sessions_are_listed_by_pages_until_one_is_not_full() {
    let (copilot, _api, github) = both(|_, nth| match nth {
        0 => reply(200, &json!({"sessions": [session("a", json!({})), {"no": "id"}]})),
        1 => reply(200, &json!({"sessions": [session("b", json!({}))]})),
        2 => reply(200, &json!({"sessions": null})),
        _ => reply(200, &json!({"sessions": []})),
    })
    .await;
    let query = SessionQuery { repo: Some(repo()), open_only: true, per_page: Some(2), page: None };
    let first = github.cloud_sessions(&query).await.unwrap();
    assert_eq!(
        (first.sessions.len(), first.unreadable, first.next),
        (1, 1, Some(2)),
        "an unreadable entry fills it too"
    );
    let last = github.cloud_sessions(&SessionQuery { page: first.next, ..query }).await.unwrap();
    assert_eq!(last.next, None);
    assert_eq!(kind(github.cloud_sessions(&SessionQuery::default()).await), FaultKind::Unreadable);
    github.cloud_sessions(&SessionQuery::default()).await.unwrap();
    let seen = copilot.seen();
    let pairs = |n: usize| seen[n].query().into_iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>();
    assert_eq!(seen[0].path(), "/agents/sessions");
    let asked = [
        "page_size=2",
        "page_number=2",
        "sort=last_updated_at,desc",
        "resource_state=draft,open",
        "repo_nwo=acme/billing",
    ];
    assert_eq!(pairs(1), asked);
    assert_eq!(pairs(3), ["page_size=50", "page_number=1", "sort=last_updated_at,desc"]);
    let mut names: Vec<String> = seen[0].headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "authorization", "host", "user-agent"]);
}

#[tokio::test]
async fn errors_times_and_run_ids_are_read_in_all_their_forms() {
    let (_copilot, _api, github) = both(|_, _| {
        let list = json!([
            session("a", json!({"error": {"code": "x", "message": "boom"}, "workflow_run_id": "77"})),
            session("b", json!({"error": "bang", "workflow_run_id": 78, "last_updated_at": 1_793_954_977})),
            session("c", json!({"error": null, "workflow_run_id": null, "last_updated_at": "0001-01-01T00:00:00Z"})),
            session("d", json!({"error": {}, "state": "dreaming", "created_at": null})),
        ]);
        reply(200, &json!({"sessions": list}))
    })
    .await;
    let page = github.cloud_sessions(&SessionQuery::default()).await.unwrap();
    let errors: Vec<_> = page.sessions.iter().map(|s| s.error.as_ref().map(|e| e.raw_for_match().to_owned())).collect();
    assert_eq!(errors, [Some("boom".to_owned()), Some("bang".to_owned()), None, None]);
    let runs: Vec<_> = page.sessions.iter().map(|session| session.run).collect();
    assert_eq!(runs, [Some(RunId(77)), Some(RunId(78)), None, None]);
    let times: Vec<_> = page.sessions.iter().map(|session| session.updated_at).collect();
    let usual = Some(time("2026-11-06T08:30:00Z"));
    assert_eq!(times, [usual, Some(time("2026-11-06T08:49:37Z")), None, usual]);
    assert_eq!((&page.sessions[3].state, page.sessions[3].completed_at), (&State::Unknown("dreaming".into()), None));
    assert_eq!(page.sessions[0].premium_requests, Some(0.33));
}

#[tokio::test]
async fn sessions_without_a_pull_request_are_all_kept_and_of_the_others_the_newest() {
    let (_copilot, _api, github) = both(|_, _| {
        let of = |id: &str, pull: u64| session(id, json!({"resource_id": pull}));
        let list = json!([of("a", 0), of("b", 2000), of("c", 0), of("d", 2000), of("e", 2001), of("f", 0)]);
        reply(200, &json!({"sessions": list}))
    })
    .await;
    let page = github.cloud_sessions(&SessionQuery::default()).await.unwrap();
    assert_eq!(page.sessions.len(), 6);
    let kept = page.newest_of_each_pull();
    assert_eq!(kept.iter().map(|session| session.id.raw()).collect::<Vec<_>>(), ["a", "b", "c", "e", "f"]);
}

#[tokio::test]
async fn a_pull_request_tells_its_sessions_in_short_and_whole() {
    let (copilot, _api, github) = both(|seen, _| match seen.path() {
        "/agents/resource/pull/2000" => reply(
            200,
            &json!({"id": "r", "user_id": 7, "resource_type": "pull", "resource_id": 2000, "resource_global_id": "PR_x",
                "resource_state": "draft", "session_count": 2, "state": "completed", "last_updated_at": 1_793_954_977,
                "sessions": [{"id": "a", "name": "Fix", "state": "", "last_updated_at": 1_793_954_977}, {"id": null}]}),
        ),
        "/agents/sessions/resource/pull/2000" => {
            reply(200, &json!({"sessions": [session("a", json!({"resource_id": 2000}))]}))
        }
        _ => answer(404, "404 page not found"),
    })
    .await;
    let pull = github.agent_pull(PullId(2000)).await.unwrap().unwrap();
    assert_eq!(pull.updated_at, Some(time("2026-11-06T08:49:37Z")), "unix seconds here");
    assert_eq!((pull.pull, pull.session_count, pull.state), (Some(PullId(2000)), Some(2), Some(State::Completed)));
    assert_eq!((pull.sessions.len(), &pull.sessions[0].id, &pull.sessions[0].state), (1, &SessionId::new("a"), &None));
    assert_eq!(github.agent_pull(PullId(1)).await.unwrap(), None);
    let whole = github.sessions_of_pull(PullId(2000)).await.unwrap();
    assert_eq!((whole.items[0].pull, copilot.count()), (Some(PullId(2000)), 3));
    assert_eq!(kind(github.sessions_of_pull(PullId(1)).await), FaultKind::NotFound);
    assert_eq!(github.live_logs(), LiveLogs::Available, "what is not there says nothing about the token");
}

#[tokio::test]
async fn a_job_is_found_by_its_id_and_by_its_session_with_the_run_as_number_or_text() {
    let (copilot, _api, github) = both(|_, nth| {
        let job = |run: Value, error: Value| {
            json!({"job_id": "1-2-x", "session_id": "s1", "problem_statement": "Fix", "event_type": "agent_task",
                "content_filter_mode": "hidden", "status": "queued", "result": null, "actor": {"id": 7, "login": "mona"},
                "created_at": "2026-11-06T08:00:00Z", "workflow_run": run, "error": error})
        };
        match nth {
            0 => reply(200, &job(json!({"id": "77"}), json!({"message": "no", "response_status_code": "422", "service": "s"}))),
            1 => {
                let mut with_pull = job(json!({"id": 78}), json!("plain"));
                with_pull["pull_request"] = json!({"id": 2000, "number": 7});
                reply(200, &with_pull)
            }
            2 => reply(200, &job(json!(null), json!(null))),
            3 => reply(200, &json!({"error": {"message": "x"}})),
            _ => reply(404, &json!({})),
        }
    })
    .await;
    let job = github.agent_job(&repo(), &"1-2-x/y".into()).await.unwrap();
    assert_eq!(copilot.only().target, "/agents/swe/v1/jobs/acme/billing/1-2-x%2Fy");
    assert_eq!((job.run, job.pull, job.session), (Some(RunId(77)), None, Some(SessionId::new("s1"))));
    let error = job.error.unwrap();
    assert_eq!((error.message.raw_for_match(), error.status), ("no", Some(422)));
    let job = github.agent_job_of_session(&repo(), &SessionId::new("s1")).await.unwrap();
    assert_eq!(copilot.seen()[1].target, "/agents/swe/v1/jobs/acme/billing/session/s1");
    assert_eq!((job.run, job.pull.unwrap().number), (Some(RunId(78)), Some(7)));
    assert_eq!(job.error.unwrap().message.raw_for_match(), "plain");
    let job = github.agent_job(&repo(), &"x".into()).await.unwrap();
    assert_eq!((job.run, job.error), (None, None));
    assert_eq!(kind(github.agent_job(&repo(), &"x".into()).await), FaultKind::Unreadable);
    assert_eq!(kind(github.agent_job(&repo(), &"x".into()).await), FaultKind::NotFound);
}

#[tokio::test]
async fn a_repository_that_keeps_the_agent_out_does_not_end_the_session_logs() {
    let (copilot, _api, github) = both(|_, nth| match nth {
        0 => reply(200, &json!({})),
        1 => answer(403, "disabled by policy\u{1b}[2J"),
        2 => reply(422, &json!({"error": {"message": "a ruleset forbids the branch"}})),
        3 => reply(404, &json!({})),
        4 => reply(403, &json!({"message": "secondary rate limit"})).with("retry-after", "30"),
        _ => answer(200, ""),
    })
    .await;
    assert_eq!(github.agent_access(&repo()).await.unwrap(), AgentAccess::Enabled);
    assert_eq!(copilot.only().target, "/agents/swe/v1/jobs/acme/billing/enabled");
    let AgentAccess::Disabled(why) = github.agent_access(&repo()).await.unwrap() else { panic!() };
    assert!(why.contains("disabled by policy") && !why.contains('\u{1b}'), "{why}");
    let AgentAccess::AgainstRules(why) = github.agent_access(&repo()).await.unwrap() else { panic!() };
    assert_eq!(why.as_str(), "a ruleset forbids the branch");
    assert_eq!(kind(github.agent_access(&repo()).await), FaultKind::NotFound);
    assert_eq!(kind(github.agent_access(&repo()).await), FaultKind::RateLimited, "a limit is not an answer");
    assert_eq!(github.live_logs(), LiveLogs::Available);
}

#[tokio::test]
async fn a_token_that_is_refused_there_ends_all_of_it_for_the_run() {
    let (copilot, api, github) = both(|_, _| answer(401, "Unauthorized")).await;
    let refused = fault(github.agent_access(&repo()).await);
    assert_eq!(refused.kind, FaultKind::Unsupported, "the token may still be good for everything else");
    assert!(refused.what.contains("Unauthorized"), "{refused}");
    let sent = copilot.count() + api.count();
    assert_eq!(kind(github.cloud_sessions(&SessionQuery::default()).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_models().await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_pull(PullId(1)).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_job(&repo(), &"x".into()).await), FaultKind::Unsupported);
    assert_eq!(copilot.count() + api.count(), sent, "nothing more is sent");
    let (copilot, _api, github) = both(|_, _| answer(403, "no seat")).await;
    assert_eq!(kind(github.agent_models().await), FaultKind::Unsupported);
    assert_eq!(kind(github.sessions_of_pull(PullId(1)).await), FaultKind::Unsupported);
    assert_eq!(copilot.count(), 1);
}

#[tokio::test]
async fn switched_off_nothing_of_it_is_sent() {
    let api = Server::start(|_, _| reply(200, &json!({}))).await;
    let github = GitHub::new(Options { copilot_api: CopilotApi::Off, ..options(&api.base()) }).unwrap();
    let agents = AgentQuery { with_broken: false, repo_only: false };
    assert_eq!(kind(github.cloud_sessions(&SessionQuery::default()).await), FaultKind::Unsupported);
    assert_eq!(kind(github.sessions_of_pull(PullId(1)).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_pull(PullId(1)).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_job(&repo(), &"x".into()).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_job_of_session(&repo(), &SessionId::new("x")).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_access(&repo()).await), FaultKind::Unsupported);
    assert_eq!(kind(github.agent_models().await), FaultKind::Unsupported);
    assert_eq!(kind(github.listed_agents(&repo(), agents).await), FaultKind::Unsupported);
    assert_eq!(api.count(), 0);
}

#[tokio::test]
async fn models_and_custom_agents_are_lists_of_which_a_bad_entry_hides_none() {
    let (copilot, _api, github) = both(|seen, nth| match (seen.path(), nth) {
        ("/agents/swe/models", 0) => reply(
            200,
            &json!({"data": [{"id": "gpt-5.4", "name": "GPT-5.4", "billing": {"multiplier": 1.5, "is_premium": true},
                "policy": {"state": "enabled"}, "preview": false}, {"name": "no id"}, {"id": "bare", "billing": null}]}),
        ),
        ("/agents/swe/custom-agents/acme/billing", _) => reply(
            200,
            &json!({"agents": [{"name": "tax", "display_name": "Tax", "tools": ["*", 5], "version": 3, "user_invocable": true},
                {"name": "bad", "config_error": "no description"}, null]}),
        ),
        _ => reply(200, &json!({"models": []})),
    })
    .await;
    let models = github.agent_models().await.unwrap();
    assert_eq!(models.iter().map(|model| model.id.raw_for_match()).collect::<Vec<_>>(), ["gpt-5.4", "bare"]);
    assert_eq!(models[0].billing.unwrap().multiplier, Some(1.5));
    let query = AgentQuery { with_broken: true, repo_only: false };
    let agents = github.listed_agents(&repo(), query).await.unwrap();
    assert_eq!((agents.len(), agents[0].tools.len()), (2, 1));
    assert_eq!(agents[0].version.as_ref().unwrap().raw_for_match(), "3");
    assert_eq!(agents[1].config_error.as_ref().unwrap().raw_for_match(), "no description");
    let asked = copilot.seen()[1].query();
    for pair in [
        ("target", "github-copilot"),
        ("exclude_invalid_config", "false"),
        ("dedupe", "true"),
        ("include_sources", "repo,org,enterprise"),
    ] {
        assert!(asked.contains(&(pair.0.to_owned(), pair.1.to_owned())), "{pair:?} {asked:?}");
    }
    assert_eq!(kind(github.agent_models().await), FaultKind::Unreadable, "no list is no empty list");
}
