//! Agent tasks: what is asked, what comes out, and what must not hide what.

use atc::domain::capability::{Answer, TASKS_READ};
use atc::domain::{Artifact, FaultKind, NodeId, PullId, PullState, SessionId, State, TaskId, Usage, UserId};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Options, Token};
use atc::provider::port::{Fetched, PageCursor, TaskPage, TaskQuery};
use atc::text::Untrusted;
use serde_json::{Value, json};

use crate::server::{Seen, Server, answer, json as reply};
use crate::support::{at, fault, github, kind, options, repo, start, time};
use crate::world;

fn page(fetched: Fetched<TaskPage>) -> TaskPage {
    match fetched {
        Fetched::New { value, .. } => value,
        Fetched::Same => panic!("a page was expected"),
    }
}

fn of_repo() -> TaskQuery {
    TaskQuery { repo: Some(repo()), ..TaskQuery::default() }
}

#[tokio::test]
async fn a_list_of_a_repository_sends_every_choice_and_reads_every_field() {
    let server = Server::start(|_, _| reply(200, &world::list(&[world::task("s1-not-a-uuid")]))).await;
    let query = TaskQuery {
        per_page: Some(50),
        states: vec![State::Queued, State::InProgress],
        archived: true,
        since: Some(time("2026-11-01T00:00:00Z")),
        creators: vec![UserId(7), UserId(8)],
        by_created: true,
        ascending: true,
        ..of_repo()
    };
    let page = page(github(&server).tasks(&query).await.unwrap());

    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.path()), ("GET", "/agents/repos/acme/billing/tasks"));
    let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    assert_eq!(
        seen.query(),
        [
            pair("per_page", "50"),
            pair("sort", "created_at"),
            pair("direction", "asc"),
            pair("state", "queued,in_progress"),
            pair("is_archived", "true"),
            pair("since", "2026-11-01T00:00:00Z"),
            pair("creator_id", "7"),
            pair("creator_id", "8"),
        ]
    );
    assert_eq!(seen.header("accept"), Some("application/vnd.github+json"));
    assert_eq!(seen.header("x-github-api-version"), Some("2026-03-10"));
    assert!(seen.header("authorization").unwrap().starts_with("Bearer ghp_"));
    assert!(seen.header("user-agent").unwrap().starts_with("atc/"));

    assert_eq!((page.unreadable, page.active_total, page.next), (0, Some(3), None));
    let task = &page.tasks[0];
    assert_eq!(task.at, at("s1-not-a-uuid"));
    assert_eq!((task.name.raw_for_match(), &task.state), ("Fix the flaky test", &State::InProgress));
    assert_eq!(task.created_at, time("2026-11-06T08:00:00Z"));
    assert_eq!(task.updated_at, Some(time("2026-11-06T08:30:00Z")));
    assert_eq!((task.archived_at, task.session_count), (None, Some(2)));
    assert_eq!(task.creator.as_ref().map(|who| who.id), Some(UserId(7)));
    assert_eq!(task.custom_agent.as_ref().map(Untrusted::raw_for_match), Some("fixer"));
    assert_eq!(task.sessions, None, "a list never carries sessions");
    let pull = Artifact::Pull { id: PullId(2000), node: Some(NodeId::new("PR_kwDNA-jNB9A")), state: None };
    let branch = Artifact::Branch { head_ref: "copilot/fix-1".into(), base_ref: Some("main".into()) };
    assert_eq!(task.artifacts, [pull, branch]);
}

#[tokio::test]
async fn the_default_question_has_no_query_at_all() {
    let server = Server::start(|_, _| reply(200, &world::list(&[]))).await;
    github(&server).tasks(&of_repo()).await.unwrap();
    assert_eq!(server.only().target, "/agents/repos/acme/billing/tasks");
}

#[tokio::test]
async fn ones_own_tasks_find_their_repository_by_address_or_by_id() {
    let server = Server::start(|seen, _| match seen.path() {
        "/agents/tasks" => {
            let mut copilot = world::task("b");
            copilot["html_url"] = json!("https://github.com/copilot/tasks/b");
            let mut again = world::task("c");
            again["html_url"] = Value::Null;
            again["repository"]["id"] = json!(555);
            let mut gone = world::task("d");
            gone["html_url"] = json!("https://github.com/copilot/agents/d/x");
            gone["repository"]["id"] = json!(404);
            let mut nameless = world::task("e");
            nameless["html_url"] = Value::Null;
            nameless["repository"] = Value::Null;
            copilot["repository"]["id"] = json!(555);
            reply(200, &world::list(&[world::task("a"), copilot, again, gone, nameless]))
        }
        "/repositories/555" => reply(200, &json!({"id": 555, "full_name": "acme/web"})),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    let first = page(github.tasks(&TaskQuery::default()).await.unwrap());
    let names: Vec<_> = first.tasks.iter().map(|task| (task.at.id.raw(), task.at.repo.as_str())).collect();
    assert_eq!(names, [("a", "acme/billing"), ("b", "acme/web"), ("c", "acme/web")]);
    assert_eq!(first.unreadable, 2, "what has no repository is counted, not hidden");
    let asked = server.count();
    github.tasks(&TaskQuery::default()).await.unwrap();
    assert_eq!(server.count(), asked + 1, "names and misses are remembered");
}

#[tokio::test]
async fn a_name_that_cannot_be_told_just_now_hides_no_other_task_and_is_not_asked_for_with_every_list() {
    let server = Server::start(|seen, _| match seen.path() {
        "/agents/tasks" => {
            let mut nameless = world::task("b");
            nameless["html_url"] = Value::Null;
            nameless["repository"]["id"] = json!(555);
            reply(200, &world::list(&[world::task("a"), nameless]))
        }
        // No answer to what was asked.
        _ => reply(200, &json!([])),
    })
    .await;
    let github = github(&server);
    let first = page(github.tasks(&TaskQuery::default()).await.unwrap());
    assert_eq!((first.tasks.len(), first.unreadable), (1, 1));
    let asked = server.count();
    github.tasks(&TaskQuery::default()).await.unwrap();
    assert_eq!(server.count(), asked + 1);
}

#[tokio::test]
async fn one_bad_item_never_hides_the_other_ninety_nine() {
    let mut tasks: Vec<Value> = (0..100).map(|n| world::task(&format!("t{n}"))).collect();
    tasks[42] = json!({"id": null, "state": 7});
    let body = world::list(&tasks);
    let server = Server::start(move |_, _| reply(200, &body)).await;
    let page = page(github(&server).tasks(&of_repo()).await.unwrap());
    assert_eq!((page.tasks.len(), page.unreadable), (99, 1));
}

#[tokio::test]
async fn unknown_words_null_fields_and_odd_types_are_read_as_far_as_they_go() {
    let odd = json!({
        "id": 12, "state": "hibernating", "created_at": 1_762_831_566, "name": null, "creator": "mona",
        "updated_at": "yesterday", "session_count": -1, "html_url": 5, "custom_agent": [], "surprise": {"a": [1]},
        "artifacts": [null, 5, {"type": "pull", "data": {"id": "2000"}}, {"type": "hologram", "data": {}},
            {"type": "pull", "data": {"id": 1.5}},
            {"type": "github_resource", "data": {"type": "pull", "id": 9, "state": "merged"}}],
    });
    let body = world::list(&[odd]);
    let server = Server::start(move |_, _| reply(200, &body)).await;
    let page = page(github(&server).tasks(&of_repo()).await.unwrap());
    let task = &page.tasks[0];
    assert_eq!(task.at.id, TaskId::new("12"));
    assert_eq!(task.state, State::Unknown("hibernating".into()));
    assert_eq!(task.created_at, time("2025-11-11T03:26:06Z"));
    assert!(task.name.is_empty() && task.creator.is_none() && task.updated_at.is_none());
    let pulls = [
        Artifact::Pull { id: PullId(2000), node: None, state: None },
        Artifact::Pull { id: PullId(9), node: None, state: Some(PullState::Merged) },
    ];
    assert_eq!(task.artifacts, pulls);
}

#[tokio::test]
async fn a_200_without_a_list_is_a_fault_and_never_an_empty_list() {
    for body in ["{}", r#"{"tasks":null}"#, r#"{"tasks":{}}"#, "[]", "null", "5", r#""tasks""#] {
        let server = Server::start(move |_, _| answer(200, body).with("content-type", "application/json")).await;
        assert_eq!(kind(github(&server).tasks(&of_repo()).await), FaultKind::Unreadable, "{body}");
    }
}

#[tokio::test]
async fn a_page_leads_to_the_next_one_as_the_service_wrote_it() {
    let server = Server::start(|seen, nth| {
        let host = seen.header("host").unwrap();
        let next = format!("<http://{host}/agents/repos/acme/billing/tasks?page=2&cursor=x%2Fy>; rel=\"next\"");
        let loops = format!("<http://{host}{}>; rel=\"next\"", seen.target);
        reply(200, &world::list(&[world::task(&format!("t{nth}"))])).with("link", if nth == 0 { next } else { loops })
    })
    .await;
    let github = github(&server);
    let first = page(github.tasks(&of_repo()).await.unwrap());
    let second = github.more_tasks(&of_repo(), &first.next.unwrap()).await.unwrap();
    assert_eq!(server.seen()[1].target, "/agents/repos/acme/billing/tasks?page=2&cursor=x%2Fy");
    assert_eq!(second.tasks[0].at, at("t1"));
    assert_eq!(second.next, None, "a page that names itself as the next is the last");
}

#[tokio::test]
async fn a_next_page_on_another_host_is_never_asked_for() {
    let server = Server::start(|_, _| reply(200, &world::list(&[]))).await;
    let github = github(&server);
    let port = server.address.port();
    for link in [
        "https://evil.example/agents/tasks?page=2".to_owned(),
        format!("https://127.0.0.1:{port}/agents/tasks"),
        format!("http://127.0.0.1:{}/agents/tasks", port ^ 1),
        format!("http://127.0.0.2:{port}/agents/tasks"),
        format!("http://user@127.0.0.1:{port}/agents/tasks"),
        format!("http://127.0.0.1:{port}@evil.example/agents/tasks"),
        "not an address".to_owned(),
    ] {
        let found = github.more_tasks(&of_repo(), &PageCursor(link.as_str().into())).await;
        assert_eq!(kind(found), FaultKind::Unreadable, "{link}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_proof_of_no_change_is_sent_back_for_the_same_question_alone() {
    let server = Server::start(|seen, _| match seen.header("if-none-match") {
        Some("W/\"abc\"") => answer(304, ""),
        _ => reply(200, &world::list(&[world::task("a")])).with("etag", "W/\"abc\""),
    })
    .await;
    let github = github(&server);
    let Fetched::New { validator, .. } = github.tasks(&of_repo()).await.unwrap() else { panic!() };
    assert!(validator.is_some());
    let again = TaskQuery { validator: validator.clone(), ..of_repo() };
    assert_eq!(github.tasks(&again).await.unwrap(), Fetched::Same);
    let other = TaskQuery { per_page: Some(5), validator, ..of_repo() };
    assert!(matches!(github.tasks(&other).await.unwrap(), Fetched::New { .. }));
    let budget = github.budget();
    assert_eq!((budget.sent, budget.counted), (3, 2), "a 304 is free");
}

#[tokio::test]
async fn an_answer_without_a_tag_is_read_again_only_where_a_byte_of_it_is_another() {
    let server = Server::start(|seen, count| match (seen.path(), count) {
        ("/agents/repos/acme/billing/tasks", 3) => reply(200, &world::list(&[world::task("b")])),
        ("/agents/repos/acme/billing/tasks", _) => reply(200, &world::list(&[world::task("a")])),
        _ => reply(200, &world::task("a")),
    })
    .await;
    let github = github(&server);
    let Fetched::New { validator, .. } = github.tasks(&of_repo()).await.unwrap() else { panic!() };
    let again = TaskQuery { validator: validator.clone(), ..of_repo() };
    assert_eq!(github.tasks(&again).await.unwrap(), Fetched::Same);
    let other = TaskQuery { per_page: Some(5), ..again.clone() };
    assert!(matches!(github.tasks(&other).await.unwrap(), Fetched::New { .. }), "the same answer to another question");
    let Fetched::New { value, .. } = github.tasks(&again).await.unwrap() else { panic!("another task") };
    assert_eq!(value.tasks[0].at.id.raw(), "b");
    let Fetched::New { validator, .. } = github.task(&at("a"), None).await.unwrap() else { panic!() };
    assert_eq!(github.task(&at("a"), validator.clone()).await.unwrap(), Fetched::Same);
    assert!(matches!(github.task(&at("b"), validator).await.unwrap(), Fetched::New { .. }));
    assert!(server.seen().iter().all(|seen| seen.header("if-none-match").is_none()), "there is no tag to send");
    let budget = github.budget();
    assert_eq!((budget.counted, budget.unchanged), (budget.sent, 0), "each of them counts");
}

#[tokio::test]
async fn a_304_nobody_asked_for_is_no_answer() {
    let server = Server::start(|_, _| answer(304, "")).await;
    assert_eq!(kind(github(&server).tasks(&of_repo()).await), FaultKind::Unreadable);
}

#[tokio::test]
async fn a_single_task_carries_its_sessions_and_the_task_s_own_state_wins() {
    let server = Server::start(|_, _| {
        let mut body = world::task("t1");
        body["state"] = json!("failed");
        let mut running = world::session("s2");
        running["state"] = json!("in_progress");
        running["usage"] = json!({"type": "ai_credits", "credits": 40_000_000.0});
        running["error"] = json!("it broke");
        running["workflow_run_id"] = json!("77");
        running["completed_at"] = json!("0001-01-01T00:00:00Z");
        let mut premium = world::session("s3");
        premium["usage"] = json!({"type": "premium_requests", "amount": 0.33});
        premium["error"] = json!({"message": "object"});
        let mut odd = world::session("s4");
        odd["usage"] = json!({"type": "gold", "amount": 1});
        odd["error"] = Value::Null;
        body["sessions"] = json!([world::session("s1-opaque"), running, premium, odd, {"id": 5}]);
        reply(200, &body)
    })
    .await;
    let Fetched::New { value: task, .. } = github(&server).task(&at("t1"), None).await.unwrap() else { panic!() };
    assert_eq!(server.only().target, "/agents/repos/acme/billing/tasks/t1");
    assert_eq!(task.state, State::Failed);
    let sessions = task.sessions.as_ref().unwrap();
    assert_eq!(sessions.len(), 4, "the one without state is left out");
    assert_eq!(sessions[0].id, SessionId::new("s1-opaque"));
    assert_eq!(sessions[0].usage, Some(Usage::AiCredits(43_380_350_000)));
    assert_eq!(sessions[0].model_name().unwrap().raw_for_match(), "claude-sonnet-4.5");
    assert_eq!(sessions[1].state, State::InProgress);
    assert_eq!(sessions[1].usage, Some(Usage::AiCredits(40_000_000)));
    assert_eq!(sessions[1].error.as_ref().unwrap().raw_for_match(), "it broke");
    assert_eq!(sessions[1].run.map(|id| id.0), Some(77));
    assert_eq!(sessions[1].completed_at, None);
    assert_eq!(sessions[2].usage, Some(Usage::PremiumRequests(0.33)));
    assert_eq!(sessions[2].error.as_ref().unwrap().raw_for_match(), "object");
    assert_eq!((sessions[3].usage, &sessions[3].error), (None, &None));
    assert_eq!(task.cost().unwrap().to_string(), "43.4 cr + 0.33 pr");
}

#[tokio::test]
async fn a_task_id_can_never_reach_another_path() {
    let server = Server::start(|_, _| reply(200, &world::task("x"))).await;
    let github = github(&server);
    for id in ["", ".", ".."] {
        assert_eq!(kind(github.task(&at(id), None).await), FaultKind::Invalid, "{id:?}");
    }
    assert_eq!(server.count(), 0);
    for id in [
        "../../../user",
        "..%2f..%2fuser",
        "%2e%2e",
        "%2e%2e/x",
        "a/b",
        "a\\b",
        "a?b=c",
        "a#b",
        "a b",
        "a\tb",
        "a\nb",
        "a\r\nX: y",
        "a;b",
        "a:b@c",
        "//evil.example",
        "http://evil.example",
        "a%00b",
        "ü",
        "\u{202e}x",
        "a&b",
    ] {
        github.task(&at(id), None).await.unwrap();
        let seen = server.seen().pop().unwrap();
        let rest = seen.target.strip_prefix("/agents/repos/acme/billing/tasks/").unwrap();
        assert!(!rest.contains(['/', '?', '#', '\\', ' ']) && !rest.is_empty() && rest != "..", "{id:?} became {rest}");
        assert!(!rest.to_lowercase().starts_with("%2e%2e"), "{id:?} became {rest}");
    }
}

#[tokio::test]
async fn starting_sends_exactly_the_body_that_was_shown_and_reads_the_new_task() {
    let server = Server::start(|_, _| {
        let mut body = world::task("new");
        body["state"] = json!("queued");
        reply(201, &body)
    })
    .await;
    let github = github(&server);
    let mut request = start();
    request.model = Some("claude-sonnet-4.6".into());
    request.custom_agent = Some("fixer".into());
    request.base_ref = Some("main".into());
    request.head_ref = Some(String::new());
    let task = github.start(&crate::support::leave(&request)).await.unwrap();
    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/agents/repos/acme/billing/tasks"));
    assert_eq!(seen.json(), request.body());
    assert_eq!(
        seen.json(),
        json!({
            "prompt": "Fix the flaky test", "create_pull_request": true, "model": "claude-sonnet-4.6",
            "custom_agent": "fixer", "base_ref": "main",
        })
    );
    assert_eq!((task.at, task.state), (at("new"), State::Queued));
}

#[tokio::test]
async fn the_version_header_falls_back_once_and_the_winner_stays() {
    let server = Server::start(|seen, _| match (seen.header("x-github-api-version"), seen.path()) {
        (Some("2022-11-28"), "/agents/tasks") => reply(200, &world::list(&[])),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    github.tasks(&TaskQuery::default()).await.unwrap();
    assert_eq!(server.count(), 2);
    github.tasks(&TaskQuery::default()).await.unwrap();
    assert_eq!(server.count(), 3, "the old version is sent at once");
    assert_eq!(kind(github.task(&at("gone"), None).await), FaultKind::NotFound);
    assert_eq!(server.count(), 4, "a later 404 is real");
}

#[tokio::test]
async fn a_404_after_the_new_version_was_answered_is_real() {
    let server = Server::start(|seen, _| match seen.path() {
        "/agents/tasks" => reply(200, &world::list(&[])),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    github.tasks(&TaskQuery::default()).await.unwrap();
    assert_eq!(kind(github.tasks(&of_repo()).await), FaultKind::Permission);
    assert_eq!(server.count(), 2);
}

/// What is found out about whether tasks of the repository can be read.
async fn told_of_tasks(github: &GitHub) -> Answer {
    let mut told = None;
    for probe in github.probes(&[repo()], true).into_iter().filter(|probe| probe.words.contains("what may be done")) {
        let rows = github.probe(&probe).await;
        told = told.or(rows.iter().find(|row| row.topic.id == TASKS_READ.id).map(|row| row.answer));
    }
    told.unwrap()
}

#[tokio::test]
async fn tasks_that_are_told_under_the_old_version_alone_can_be_read_for_whoever_finds_out_too() {
    let agents = |seen: &Seen| seen.path().starts_with("/agents/");
    let server = Server::start(move |seen, _| match (seen.header("x-github-api-version"), agents(seen)) {
        (Some("2022-11-28"), true) => reply(200, &world::list(&[])),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let asked = || server.seen().iter().filter(|seen| agents(seen)).count();
    let github = github(&server);
    assert_eq!((told_of_tasks(&github).await, asked()), (Answer::Yes, 2));
    assert_eq!((told_of_tasks(&github).await, asked()), (Answer::Yes, 3), "the old version is sent at once");
    github.tasks(&of_repo()).await.unwrap();
    assert_eq!(asked(), 4, "what was found out holds for all else");
}

#[tokio::test]
async fn tasks_that_are_told_under_neither_version_cannot_be_read() {
    let server = Server::start(|_, _| reply(404, &json!({"message": "Not Found"}))).await;
    assert_eq!(told_of_tasks(&github(&server)).await, Answer::No);
}

#[tokio::test]
async fn a_write_is_not_sent_twice_for_the_sake_of_the_version() {
    let server = Server::start(|_, _| reply(404, &json!({"message": "Not Found"}))).await;
    assert_eq!(kind(github(&server).start(&crate::support::granted()).await), FaultKind::Permission);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_refusal_says_what_the_service_said_and_which_permission_is_missing() {
    let server = Server::start(|_, _| {
        reply(403, &json!({"message": "Resource not accessible", "errors": [{"code": "custom", "message": "no\u{1b}[31mseat"}]}))
    })
    .await;
    let fault = fault(github(&server).start(&crate::support::granted()).await);
    assert_eq!(fault.kind, FaultKind::Permission);
    assert!(fault.what.contains("start a task in acme/billing"), "{fault}");
    assert!(fault.what.contains("403") && fault.what.contains("Resource not accessible"), "{fault}");
    assert!(fault.next_step.contains("repo"), "{fault}");
}

#[tokio::test]
async fn single_sign_on_and_fine_grained_tokens_get_their_own_next_step() {
    let server = Server::start(|_, nth| {
        let answer = reply(403, &json!({"message": "Resource protected by organization SAML enforcement"}));
        if nth == 0 { answer.with("x-github-sso", "required; url=https://evil.example/sso") } else { answer }
    })
    .await;
    let token = Token::new("github_pat_11ABC_def", "test").unwrap();
    let github = GitHub::new(Options { token, ..options(&server.base()) }).unwrap();
    let sso = fault(github.tasks(&TaskQuery::default()).await);
    assert!(sso.next_step.contains("https://github.com/settings/tokens"), "{sso}");
    let fine = fault(github.tasks(&TaskQuery::default()).await);
    assert!(fine.next_step.contains("give the token Agent tasks: read"), "{fine}");
}

#[tokio::test]
async fn a_task_of_which_only_the_id_is_known_says_itself_where_it_lives() {
    let server = Server::start(|seen, nth| {
        let mut task = world::task("t-1");
        task["sessions"] = json!([world::session("s-1")]);
        match (seen.path(), nth) {
            ("/repositories/1000", _) => reply(200, &json!({"id": 1000, "full_name": "acme/ledger"})),
            (_, 0) => reply(200, &task),
            (_, 1) => {
                task["html_url"] = json!("https://github.com/copilot/tasks/t-1");
                reply(200, &task)
            }
            (_, 3) => {
                task["html_url"] = json!(null);
                task["repository"] = json!(null);
                reply(200, &task)
            }
            _ => reply(404, &json!({"message": "Not Found"})),
        }
    })
    .await;
    // A client of its own each time: what one has learned would answer for the next.
    let ask = async || github(&server).task_by_id(&TaskId::new("t/1")).await;
    let task = ask().await.unwrap();
    assert_eq!(server.only().target, "/agents/tasks/t%2F1");
    assert_eq!((task.at.repo.as_str(), task.sessions.unwrap().len()), ("acme/billing", 1));
    assert_eq!(ask().await.unwrap().at.repo.as_str(), "acme/ledger", "`copilot` is no owner");
    assert_eq!(server.seen()[2].target, "/repositories/1000");
    assert_eq!(kind(ask().await), FaultKind::Unreadable);
    assert_eq!(kind(ask().await), FaultKind::NotFound);
}
