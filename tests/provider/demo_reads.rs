//! Every read this provider knows, against the demo: it is a GitHub that was written without looking at this client.

use atc::domain::{Artifact, Conclusion, PullRef, PullState, RepoName, TaskRef};
use atc::provider::Provider;
use atc::provider::github::{AgentAccess, AgentQuery, GitHub, Host, Options, RunQuery, RunState, SessionQuery, Token};
use atc::provider::port::{Fetched, LogBody, TaskQuery};

use crate::support::{now, short};

/// A demo and a client of it. The world's clock stands still.
async fn stage() -> (atc::demo::Server, GitHub) {
    let bind = "127.0.0.1:0".parse().unwrap();
    let server = atc::demo::Server::start(atc::demo::Options { bind, speed: 1.0, seed: 7, now: now() }).await.unwrap();
    let host = Host::resolve(None, Some(&format!("http://{}", server.addr()))).unwrap();
    let token = Token::new("gho_demo_reads", "the test").unwrap();
    let limits = atc::provider::github::Limits {
        attempt: std::time::Duration::from_secs(10),
        read: std::time::Duration::from_secs(10),
        call: std::time::Duration::from_secs(20),
        ..short()
    };
    let github = GitHub::new(Options { limits, ..Options::new(host, token, now()) }).unwrap();
    (server, github)
}

async fn tasks(github: &GitHub, repo: &RepoName) -> Vec<TaskRef> {
    let query = TaskQuery { repo: Some(repo.clone()), per_page: Some(100), ..TaskQuery::default() };
    let Fetched::New { value, .. } = github.tasks(&query).await.unwrap() else { panic!() };
    assert_eq!(value.unreadable, 0);
    value.tasks.into_iter().map(|task| task.at).collect()
}

#[tokio::test]
async fn a_task_is_the_same_with_and_without_its_repository() {
    let (_server, github) = stage().await;
    let Fetched::New { value: mine, .. } = github.tasks(&TaskQuery::default()).await.unwrap() else { panic!() };
    assert!(!mine.tasks.is_empty());
    for listed in mine.tasks.iter().take(3) {
        let Fetched::New { value: named, .. } = github.task(&listed.at, None).await.unwrap() else { panic!() };
        assert_eq!(github.task_by_id(&listed.at.id).await.unwrap(), named);
    }
}

#[tokio::test]
async fn what_a_run_left_behind_can_be_read() {
    let (server, github) = stage().await;
    let (mut runs, mut artifacts) = (0, 0);
    for repo in server.repos() {
        let found = github.find_runs(repo, &RunQuery { per_page: Some(100), ..RunQuery::default() }).await.unwrap();
        assert_eq!(found.unreadable, 0);
        for run in &found.runs {
            runs += 1;
            assert!(run.facts.path.is_some() && run.facts.event.is_some(), "{run:?}");
            let left = github.run_artifacts(repo, run.run.id).await.unwrap();
            artifacts += left.items.len();
            for artifact in left.items.iter().take(1) {
                let zip = github.artifact_zip(repo, artifact.id).await;
                assert_eq!(zip.is_err(), artifact.expired == Some(true), "{artifact:?} {:?}", zip.err());
            }
        }
        let query = RunQuery { state: Some(RunState::Success), ..RunQuery::default() };
        for run in github.find_runs(repo, &query).await.unwrap().runs {
            assert_eq!(run.run.conclusion, Some(Conclusion::Success));
        }
    }
    assert!(runs > 5 && artifacts > 0, "{runs} runs, {artifacts} artifacts");
}

#[tokio::test]
async fn every_pull_request_reads_the_same_by_every_way() {
    let (server, github) = stage().await;
    let mut seen = 0;
    for repo in server.repos() {
        let mut refs: Vec<PullRef> = Vec::new();
        for at in tasks(&github, repo).await {
            let Fetched::New { value: task, .. } = github.task(&at, None).await.unwrap() else { panic!() };
            refs.extend(task.artifacts.into_iter().filter_map(|artifact| match artifact {
                Artifact::Pull { id, node, .. } => Some(PullRef { repo: repo.clone(), id, node }),
                Artifact::Branch { .. } => None,
            }));
        }
        for pull in github.pulls(&refs).await.unwrap().into_iter().flatten().take(4) {
            seen += 1;
            let rest = github.pull_by_number(repo, pull.number).await.unwrap();
            assert_eq!((rest.id, rest.state, rest.facts.node), (pull.id, pull.state, Some(pull.node)));
            assert_eq!(rest.facts.mergeable, Some(pull.mergeable));
            let head = rest.facts.head.unwrap();
            assert_eq!(head.branch, pull.head_ref);
            let sha = head.sha.unwrap();
            assert_eq!(github.reviews(repo, pull.number).await.unwrap().unreadable, 0);
            github.requested_reviewers(repo, pull.number).await.unwrap();
            assert_eq!(github.check_runs(repo, &sha).await.unwrap().unreadable, 0);
            assert_eq!(github.combined_status(repo, &sha).await.unwrap(), None, "the demo's checks are all check runs");
            if pull.state == PullState::Open || pull.state == PullState::Draft {
                let of_commit = github.pulls_of_commit(repo, &sha).await.unwrap();
                assert!(of_commit.items.iter().any(|one| one.id == pull.id));
            }
            let Some(agents) = github.agent_pull(pull.id).await.unwrap() else { continue };
            let whole = github.sessions_of_pull(pull.id).await.unwrap();
            assert_eq!((agents.pull, agents.sessions.len()), (Some(pull.id), whole.items.len()));
            assert_eq!(agents.updated_at, whole.items[0].updated_at, "a number there, text here");
        }
    }
    assert!(seen > 4, "{seen} pull requests");
}

#[tokio::test]
async fn the_service_and_its_session_service_answer_every_question() {
    let (server, github) = stage().await;
    let repo = &server.repos()[0];
    let limits = github.rate_limits().await.unwrap();
    assert!(limits.of("core").is_some() && limits.of("graphql").is_some());
    assert!(github.api_versions().await.unwrap().len() >= 2);
    for repo in server.repos() {
        github.codeowners_errors(repo, None).await.unwrap();
        github.cloud_agent_config(repo).await.unwrap();
        github.default_branch(repo).await.unwrap();
    }
    assert_eq!(github.agent_access(repo).await.unwrap(), AgentAccess::Enabled);
    assert!(!github.agent_models().await.unwrap().is_empty());
    github.listed_agents(repo, AgentQuery { with_broken: false, repo_only: false }).await.unwrap();
    let mut query = SessionQuery { per_page: Some(10), ..SessionQuery::default() };
    let mut all = Vec::new();
    loop {
        let page = github.cloud_sessions(&query).await.unwrap();
        assert_eq!(page.unreadable, 0);
        all.extend(page.sessions);
        query.page = page.next;
        if query.page.is_none() {
            break;
        }
    }
    assert!(all.len() > 10, "{}", all.len());
    let one = github.agent_session(&all[0].id).await.unwrap();
    assert_eq!((one.id, one.state, one.run), (all[0].id.clone(), all[0].state.clone(), all[0].run));
    let mut logs = 0;
    for session in &all {
        logs += usize::from(matches!(github.session_log(&session.id).await.unwrap(), LogBody::Bytes(_)));
    }
    assert!(logs > 0);
    let ids: std::collections::HashSet<_> = all.iter().map(|session| session.id.clone()).collect();
    assert_eq!(ids.len(), all.len(), "no page repeats another");
}
