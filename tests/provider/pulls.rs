//! Pull requests.

use std::time::Duration;

use atc::domain::blocked::{Case, Whom, blocked};
use atc::domain::{Checks, FaultKind, Mergeable, NodeId, PullId, PullRef, PullState, ReviewDecision, Sight};
use atc::provider::Provider;
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server, Step, answer, json as reply};
use crate::support::{fault, github, kind, repo};
use crate::world;

fn with_node(id: u64) -> PullRef {
    PullRef { repo: repo(), id: PullId(id), node: Some(NodeId::new(format!("PR_{id}"))) }
}

fn ids(seen: &Seen) -> Vec<String> {
    serde_json::from_value(seen.json()["variables"]["ids"].clone()).unwrap()
}

fn nodes(nodes: &[Value]) -> Value {
    json!({"data": {"nodes": nodes, "rateLimit": {"cost": 1, "remaining": 4999, "resetAt": "2026-11-06T09:00:00Z"}}})
}

async fn one(pull: Value) -> atc::domain::Pull {
    let server = Server::start(move |_, _| reply(200, &nodes(std::slice::from_ref(&pull)))).await;
    github(&server).pulls(&[with_node(2000)]).await.unwrap().pop().unwrap().unwrap()
}

#[tokio::test]
async fn a_pull_is_asked_for_by_node_and_read_whole() {
    let server = Server::start(|_, _| {
        let mut pull = world::pull(2000, 1288);
        pull["isDraft"] = json!(true);
        pull["reviewDecision"] = json!("CHANGES_REQUESTED");
        pull["mergeable"] = json!("CONFLICTING");
        pull["reviewRequests"] = json!({"nodes": [
            {"requestedReviewer": {"__typename": "User", "login": "mona"}},
            {"requestedReviewer": {"__typename": "Team", "name": "billing"}},
            {"requestedReviewer": null}, null]});
        pull["latestOpinionatedReviews"] = json!({"nodes": [
            {"state": "CHANGES_REQUESTED", "author": {"login": "hubot"}},
            {"state": "APPROVED", "author": {"login": "mona"}}, {"state": "CHANGES_REQUESTED", "author": null}]});
        pull["statusCheckRollup"] = json!({"state": "FAILURE", "contexts": {"nodes": [
            {"__typename": "CheckRun", "name": "build", "status": "COMPLETED", "conclusion": "SUCCESS"},
            {"__typename": "CheckRun", "name": "lint", "status": "COMPLETED", "conclusion": "FAILURE"},
            {"__typename": "CheckRun", "name": "slow", "status": "IN_PROGRESS", "conclusion": null},
            {"__typename": "CheckRun", "name": "gate", "status": "COMPLETED", "conclusion": "ACTION_REQUIRED"},
            {"__typename": "CheckRun", "name": "skip", "status": "COMPLETED", "conclusion": "SKIPPED"},
            {"__typename": "StatusContext", "context": "ci/old", "state": "ERROR"},
            {"__typename": "StatusContext", "context": "ci/new", "state": "EXPECTED"}, null]}});
        reply(200, &nodes(&[pull]))
    })
    .await;
    let pull = github(&server).pulls(&[with_node(2000)]).await.unwrap().pop().unwrap().unwrap();
    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/graphql"));
    assert_eq!(ids(&seen), ["PR_2000"]);
    let query = seen.json()["query"].as_str().unwrap().to_owned();
    for field in [
        "fullDatabaseId",
        "reviewDecision",
        "reviewRequests",
        "latestOpinionatedReviews",
        "mergeable",
        "statusCheckRollup",
        "rateLimit",
    ] {
        assert!(query.contains(field), "{field}");
    }
    assert_eq!((pull.id, pull.number, pull.state), (PullId(2000), 1288, PullState::Draft));
    assert_eq!((pull.additions, pull.deletions), (10, 2));
    assert_eq!((pull.review, pull.mergeable), (ReviewDecision::ChangesRequested, Mergeable::Conflicting));
    assert_eq!(pull.requested, ["mona".into(), "billing".into()]);
    assert_eq!(pull.changes_by, ["hubot".into()]);
    let failing = vec!["lint".into(), "ci/old".into()];
    assert_eq!(
        pull.checks,
        Some(Checks { passed: 1, failed: 2, pending: 2, needs_approval: 1, skipped: 1, failing, ..Checks::default() })
    );
}

#[tokio::test]
async fn nothing_to_check_something_computing_and_no_rule_are_told_apart() {
    let mut bare = world::pull(2000, 1);
    bare["mergeable"] = Value::Null;
    let pull = one(bare).await;
    assert_eq!((pull.mergeable, pull.review, pull.checks), (Mergeable::Computing, ReviewDecision::NoRule, None));

    let mut empty = world::pull(2000, 1);
    empty["mergeable"] = json!("UNKNOWN");
    empty["reviewDecision"] = json!("MAYBE");
    empty["statusCheckRollup"] = json!({"state": "PENDING", "contexts": {"nodes": []}});
    let pull = one(empty).await;
    assert_eq!(pull.mergeable, Mergeable::Computing);
    assert_eq!(pull.review, ReviewDecision::Unknown("MAYBE".into()));
    assert_eq!(pull.checks, None, "pending with nothing in it is no check");
}

#[tokio::test]
async fn workflows_that_wait_for_a_person_are_not_no_checks() {
    let mut waiting = world::pull(2000, 1);
    waiting["commits"] = json!({"nodes": [{"commit": {"checkSuites": {"nodes": [
        {"conclusion": "ACTION_REQUIRED", "checkRuns": {"totalCount": 0}},
        {"conclusion": "ACTION_REQUIRED", "checkRuns": {"totalCount": 3}},
        {"conclusion": "SUCCESS", "checkRuns": {"totalCount": 1}}]}}}]});
    assert_eq!(one(waiting).await.checks.unwrap().needs_approval, 1);
}

/// A pull request that is ready but for its checks, with these errors beside it.
async fn with_errors(rollup: Value, errors: Value) -> atc::domain::Pull {
    let mut pull = world::pull(2000, 1);
    pull["mergeable"] = json!("MERGEABLE");
    pull["reviewDecision"] = json!("APPROVED");
    pull["statusCheckRollup"] = rollup;
    let mut body = nodes(&[pull]);
    body["errors"] = errors;
    let server = Server::start(move |_, _| reply(200, &body)).await;
    github(&server).pulls(&[with_node(2000)]).await.unwrap().pop().unwrap().unwrap()
}

fn error(kind: &str, path: &str) -> Value {
    let steps = path.split('/').map(|step| step.parse::<u64>().map_or_else(|_| json!(step), |number| json!(number)));
    json!({"type": kind, "path": steps.collect::<Value>(), "message": "Resource not accessible by personal access token"})
}

fn forbidden(path: &str) -> Value {
    error("FORBIDDEN", path)
}

fn whom(pull: &atc::domain::Pull) -> Whom {
    blocked(pull, &Case::default()).unwrap().whom
}

#[tokio::test]
async fn checks_that_may_not_be_seen_are_not_no_checks_and_never_ready() {
    let context = |n| forbidden(&format!("nodes/0/statusCheckRollup/contexts/nodes/{n}"));
    let hidden = || json!([context(0), context(1), context(2)]);
    for (state, failed, pending, on) in [
        ("FAILURE", 1, 0, Whom::Checks),
        ("ERROR", 1, 0, Whom::Checks),
        ("PENDING", 0, 1, Whom::Checks),
        ("EXPECTED", 0, 1, Whom::Checks),
        ("SUCCESS", 0, 0, Whom::Unknown),
        ("INVENTED", 0, 0, Whom::Unknown),
    ] {
        let rollup = json!({"state": state, "contexts": {"totalCount": 3, "nodes": [null, null, null]}});
        let pull = with_errors(rollup, hidden()).await;
        let checks = pull.checks.clone().unwrap();
        assert_eq!((checks.failed, checks.pending, checks.passed, checks.sight), (failed, pending, 0, Sight::Hidden));
        assert_eq!((checks.total(), whom(&pull)), (3, on), "{state}");
    }
    // The roll-up, what it is made of, and the suites that would tell of waiting workflows.
    for (rollup, path) in [
        (Value::Null, "nodes/0/statusCheckRollup"),
        (json!({"state": "SUCCESS", "contexts": null}), "nodes/0/statusCheckRollup/contexts"),
        (Value::Null, "nodes/0/commits/nodes/0/commit/checkSuites"),
    ] {
        let pull = with_errors(rollup, json!([forbidden(path)])).await;
        assert_eq!(pull.checks, Some(Checks { sight: Sight::Hidden, ..Checks::default() }), "{path}");
        assert_eq!(whom(&pull), Whom::Unknown, "{path}");
    }
    let pull = with_errors(Value::Null, json!([])).await;
    assert_eq!(pull.checks, None, "nothing was kept back, so there is none");
    let error = json!([error("SERVICE_UNAVAILABLE", "nodes/0/statusCheckRollup")]);
    let pull = with_errors(Value::Null, error).await;
    assert_eq!((pull.checks.clone().unwrap().sight, whom(&pull)), (Sight::Untold, Whom::Unknown));
}

#[tokio::test]
async fn a_part_of_a_check_that_may_not_be_seen_hides_no_check() {
    let rollup = json!({"state": "SUCCESS", "contexts": {"totalCount": 1, "nodes": [
        {"__typename": "CheckRun", "name": "build", "status": "COMPLETED", "conclusion": "SUCCESS", "checkSuite": null}]}});
    let path = "nodes/0/statusCheckRollup/contexts/nodes/0/checkSuite";
    let pull = with_errors(rollup, json!([forbidden(path), forbidden("nodes/1/statusCheckRollup")])).await;
    assert_eq!(pull.checks, Some(Checks { passed: 1, ..Checks::default() }));
}

#[tokio::test]
async fn of_more_checks_than_are_listed_the_roll_up_tells() {
    let listed: Vec<Value> = (0..100)
        .map(|n| json!({"__typename": "CheckRun", "name": format!("c{n}"), "status": "COMPLETED", "conclusion": "SUCCESS"}))
        .collect();
    for (state, counted, sight, on) in [
        ("SUCCESS", (150, 0, 0), Sight::Whole, Some(Whom::Ready)),
        ("FAILURE", (100, 1, 0), Sight::Untold, Some(Whom::Checks)),
        ("PENDING", (100, 0, 1), Sight::Untold, Some(Whom::Checks)),
        ("INVENTED", (100, 0, 0), Sight::Untold, Some(Whom::Unknown)),
    ] {
        let rollup = json!({"state": state, "contexts": {"totalCount": 150, "nodes": listed}});
        let pull = with_errors(rollup, json!([])).await;
        let checks = pull.checks.clone().unwrap();
        assert_eq!(((checks.passed, checks.failed, checks.pending), checks.sight), (counted, sight), "{state}");
        assert_eq!((checks.total(), blocked(&pull, &Case::default()).map(|on| on.whom)), (150, on), "{state}");
    }
}

#[tokio::test]
async fn many_pulls_go_in_batches_and_come_back_in_order() {
    let server = Server::start(|seen, _| {
        let asked = ids(seen);
        assert!(asked.len() <= 100);
        let found: Vec<Value> =
            asked.iter().map(|id| id[3..].parse::<u64>().unwrap()).map(|id| world::pull(id, id)).collect();
        reply(200, &nodes(&found))
    })
    .await;
    let refs: Vec<PullRef> = (1..=250).map(with_node).collect();
    let pulls = github(&server).pulls(&refs).await.unwrap();
    let numbers: Vec<u64> = pulls.iter().map(|pull| pull.as_ref().unwrap().number).collect();
    assert_eq!(numbers, (1..=250).collect::<Vec<_>>());
    assert_eq!(server.count(), 3);
    assert_eq!(github(&server).pulls(&[]).await.unwrap(), []);
    assert_eq!(server.count(), 3, "nothing to ask, nothing sent");
}

fn found(asked: &[String]) -> Value {
    let pulls = asked.iter().map(|id| id[3..].parse::<u64>().unwrap()).map(|id| world::pull(id, id));
    nodes(&pulls.collect::<Vec<_>>())
}

#[tokio::test]
async fn what_is_too_much_for_one_query_is_asked_for_in_smaller_ones_and_not_at_once_again_in_large_ones() {
    const TIMEOUT: &str = "Something went wrong while executing your query. This may be the result of a timeout.";
    let too_much = json!([{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}]);
    let timeout = json!([{"message": TIMEOUT}]);
    for (status, errors) in [(502, &timeout), (504, &timeout), (200, &timeout), (200, &too_much), (0, &timeout)] {
        let refused = json!({"data": null, "errors": errors});
        let server = Server::start(move |seen, _| {
            let asked = ids(seen);
            match status {
                _ if asked.len() <= 25 => reply(200, &found(&asked)).into(),
                0 => Reply(vec![Step::Wait(Duration::from_millis(900))]),
                _ => reply(status, &refused).into(),
            }
        })
        .await;
        let github = github(&server);
        let refs: Vec<PullRef> = (1..=100).map(with_node).collect();
        for sent in [5, 9] {
            let pulls = github.pulls(&refs).await.unwrap();
            let numbers: Vec<u64> = pulls.iter().map(|pull| pull.as_ref().unwrap().number).collect();
            assert_eq!(numbers, (1..=100).collect::<Vec<_>>(), "{status}");
            assert_eq!(server.count(), sent, "{status}");
        }
    }
}

#[tokio::test]
async fn after_a_bad_moment_as_many_as_before_are_asked_for_again() {
    let server = Server::start(|seen, n| {
        let asked = ids(seen);
        if n == 0 { reply(502, &json!({})) } else { reply(200, &found(&asked)) }
    })
    .await;
    let github = github(&server);
    let refs: Vec<PullRef> = (1..=100).map(with_node).collect();
    let mut sent = Vec::new();
    for _ in 0..42 {
        let before = server.count();
        github.pulls(&refs).await.unwrap();
        sent.push(server.count() - before);
    }
    let expected = [vec![5], vec![4; 20], vec![2; 20], vec![1]].concat();
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn one_pull_that_is_too_much_by_itself_does_not_cost_the_others() {
    for heavy in [1, 33, 100] {
        let server = Server::start(move |seen, _| {
            let asked = ids(seen);
            let is_heavy = asked.contains(&format!("PR_{heavy}"));
            if is_heavy { reply(502, &json!({})) } else { reply(200, &found(&asked)) }
        })
        .await;
        let github = github(&server);
        let refs: Vec<PullRef> = (1..=100).map(with_node).collect();
        let told = github.pulls_told(&refs).await.unwrap();
        let expected: Vec<PullRef> = (1..=100).filter(|n| *n != heavy).map(with_node).collect();
        assert_eq!(told.pulls.iter().map(|(at, _)| at.clone()).collect::<Vec<_>>(), expected);
        assert!(told.untold.is_some_and(|fault| fault.what.contains("1 of 100 pull requests")));
        assert!(told.pulls.iter().all(|(at, pull)| pull.as_ref().is_some_and(|pull| pull.id == at.id)));
        assert_eq!(kind(github.pulls(&refs).await), FaultKind::Server, "who needs all of them is told");
    }
}

#[tokio::test]
async fn a_service_that_is_down_is_not_asked_about_ever_fewer() {
    let server = Server::start(|_, _| reply(502, &json!({}))).await;
    let refs: Vec<PullRef> = (1..=100).map(with_node).collect();
    assert!(github(&server).pulls_told(&refs).await.unwrap_err().is_passing());
    assert!(server.count() <= 5, "{}", server.count());
    let server = Server::start(|_, _| reply(502, &json!({})).with("retry-after", "30")).await;
    assert_eq!(kind(github(&server).pulls_told(&refs).await), FaultKind::Server);
    assert_eq!(server.count(), 1, "it asked for a pause");
}

#[tokio::test]
async fn the_part_of_one_that_came_before_it_was_too_much_is_used_and_claims_nothing_of_its_checks() {
    let limit = json!([{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}]);
    let pull = with_errors(Value::Null, limit.clone()).await;
    assert_eq!((pull.checks.clone().unwrap().sight, whom(&pull)), (Sight::Untold, Whom::Unknown));
    let mut nothing = nodes(&[Value::Null]);
    nothing["errors"] = limit;
    let server = Server::start(move |_, _| reply(200, &nothing)).await;
    assert_eq!(kind(github(&server).pulls_told(&[with_node(1)]).await), FaultKind::Server);
}

#[tokio::test]
async fn one_the_service_could_not_read_just_now_is_not_gone() {
    let mut body = nodes(&[world::pull(1, 1), Value::Null, Value::Null, Value::Null]);
    body["errors"] =
        json!([error("SERVICE_UNAVAILABLE", "nodes/1"), error("NOT_FOUND", "nodes/2"), error("FORBIDDEN", "nodes/3")]);
    let server = Server::start(move |_, _| reply(200, &body)).await;
    let refs: Vec<PullRef> = (1..=4).map(with_node).collect();
    let told = github(&server).pulls_told(&refs).await.unwrap();
    assert!(told.untold.is_some());
    let told: Vec<(u64, bool)> = told.pulls.iter().map(|(at, pull)| (at.id.0, pull.is_some())).collect();
    assert_eq!(told, [(1, true), (3, false), (4, false)]);
}

#[tokio::test]
async fn what_is_gone_or_foreign_or_unreadable_is_none_and_the_others_stay() {
    let server = Server::start(|_, _| {
        let mut foreign = world::pull(3, 3);
        foreign["repository"]["nameWithOwner"] = json!("evil/billing");
        let mut other_case = world::pull(5, 5);
        other_case["repository"]["nameWithOwner"] = json!("Acme/Billing");
        let mut body = nodes(&[
            world::pull(1, 1),
            Value::Null,
            foreign,
            world::pull(999, 4),
            other_case,
            json!({"__typename": "Issue", "id": "I_1"}),
            world::pull(7, 7),
        ]);
        body["errors"] = json!([{"type": "NOT_FOUND", "path": ["nodes", 1], "message": "Could not resolve to a node"}]);
        reply(200, &body)
    })
    .await;
    let refs: Vec<PullRef> = (1..=7).map(with_node).collect();
    let pulls = github(&server).pulls(&refs).await.unwrap();
    let numbers: Vec<_> = pulls.iter().map(|pull| pull.as_ref().map(|pull| pull.number)).collect();
    assert_eq!(numbers, [Some(1), None, None, None, Some(5), None, Some(7)]);
}

#[tokio::test]
async fn a_database_id_is_never_used_as_a_number_but_makes_the_node_id() {
    let server = Server::start(|seen, _| match seen.path() {
        "/repos/acme/billing" => reply(200, &json!({"id": 1000, "default_branch": "main"})),
        "/graphql" => reply(200, &nodes(&[world::pull(2000, 1288), world::pull(3000, 9)])),
        _ => reply(404, &json!({})),
    })
    .await;
    let bare = |id| PullRef { repo: repo(), id: PullId(id), node: None };
    let github = github(&server);
    let pulls = github.pulls(&[bare(2000), bare(3000)]).await.unwrap();
    assert_eq!(pulls[0].as_ref().unwrap().number, 1288);
    let seen = server.seen();
    assert_eq!(ids(&seen[1]), ["PR_kwDNA-jNB9A", "PR_kwDNA-jNC7g"]);
    assert_eq!(seen.len(), 2, "the repository's id is asked for once: {seen:?}");
}

#[tokio::test]
async fn a_pull_of_a_repository_that_is_gone_is_none() {
    let server = Server::start(|_, _| reply(404, &json!({"message": "Not Found"}))).await;
    let bare = PullRef { repo: repo(), id: PullId(2000), node: None };
    assert_eq!(github(&server).pulls(&[bare]).await.unwrap(), [None]);
}

#[tokio::test]
async fn a_200_full_of_errors_is_a_fault_of_the_right_kind() {
    for (body, expected) in [
        (json!({"data": null, "errors": [{"type": "FORBIDDEN", "message": "no"}]}), FaultKind::Permission),
        (json!({"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "no"}]}), FaultKind::Permission),
        (json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}), FaultKind::RateLimited),
        (json!({"errors": [{"message": "Something went wrong while executing your query"}]}), FaultKind::Server),
        (json!({"errors": [{"type": "undefinedField", "message": "no such field"}]}), FaultKind::Invalid),
        (json!({"data": null}), FaultKind::Unreadable),
        (json!({}), FaultKind::Unreadable),
        (json!({"data": {"nodes": null}}), FaultKind::Unreadable),
    ] {
        let sent = body.clone();
        let server = Server::start(move |_, _| reply(200, &sent)).await;
        assert_eq!(kind(github(&server).pulls(&[with_node(1)]).await), expected, "{body}");
        assert_eq!(server.count(), 1, "a query is not repeated");
    }
}

#[tokio::test]
async fn pulls_of_a_branch_are_checked_again_for_the_branch_and_the_fork() {
    let server = Server::start(|_, _| {
        let item = |id: u64, name: &str, head: u64| {
            json!({"id": id, "node_id": format!("PR_{id}"), "number": 5,
                "head": {"ref": name, "repo": {"id": head}}, "base": {"ref": "main", "repo": {"id": 1000}}})
        };
        reply(
            200,
            &json!([item(1, "copilot/fix-1", 1000), item(2, "other", 1000), item(3, "copilot/fix-1", 555), {"id": 9}]),
        )
    })
    .await;
    let refs = github(&server).pulls_of_branch(&repo(), &"copilot/fix-1".into()).await.unwrap();
    let seen = server.only();
    assert_eq!(seen.path(), "/repos/acme/billing/pulls");
    assert!(seen.query().contains(&("head".into(), "acme:copilot/fix-1".into())));
    assert!(seen.query().contains(&("state".into(), "all".into())));
    assert_eq!(refs, [with_node(1)]);
}

#[tokio::test]
async fn marking_ready_is_one_mutation_and_is_believed_only_when_it_is_no_draft_any_more() {
    let server = Server::start(|_, nth| {
        let draft = nth == 1;
        reply(
            200,
            &json!({"data": {"markPullRequestReadyForReview": {"pullRequest": {"isDraft": draft, "number": 5}}}}),
        )
    })
    .await;
    let github = github(&server);
    let node = NodeId::new("PR_kwDNA-jNB9A");
    github.mark_ready(&node).await.unwrap();
    let seen = server.only();
    assert_eq!(seen.json()["variables"], json!({"id": "PR_kwDNA-jNB9A"}));
    assert!(seen.json()["query"].as_str().unwrap().starts_with("mutation"));
    assert_eq!(kind(github.mark_ready(&node).await), FaultKind::Conflict);
}

#[tokio::test]
async fn a_mutation_that_broke_inside_the_service_is_of_unknown_outcome() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(200, &json!({"errors": [{"message": "Something went wrong"}]})),
        1 => answer(200, "").with("content-type", "application/json"),
        2 => reply(502, &json!({})),
        _ => reply(200, &json!({"data": null, "errors": [{"type": "FORBIDDEN", "message": "no"}]})),
    })
    .await;
    let github = github(&server);
    let node = NodeId::new("PR_1");
    for _ in 0..3 {
        assert_eq!(kind(github.mark_ready(&node).await), FaultKind::UnknownOutcome);
    }
    assert_eq!(kind(github.mark_ready(&node).await), FaultKind::Permission);
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_comment_is_posted_once_as_written() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(201, &json!({"id": 1})),
        _ => reply(403, &json!({"message": "Resource not accessible by integration"})),
    })
    .await;
    let github = github(&server);
    github.comment(&repo(), 1288, "@copilot please\nfix").await.unwrap();
    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/repos/acme/billing/issues/1288/comments"));
    assert_eq!(seen.json(), json!({"body": "@copilot please\nfix"}));
    let refused = fault(github.comment(&repo(), 1288, "x").await);
    assert_eq!(refused.kind, FaultKind::Permission);
}
