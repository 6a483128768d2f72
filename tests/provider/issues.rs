//! Issues, branches, and putting the agent in charge.

use atc::domain::{Assignment, FaultKind, Happened, IssueRef};
use atc::provider::Provider;
use atc::provider::port::Fetched;
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server, Step, answer, json as reply};
use crate::support::{fault, github, kind, leave_to_assign, repo};

fn at() -> IssueRef {
    IssueRef { repo: repo(), number: 412 }
}

fn assignment() -> Assignment {
    Assignment {
        issue: at(),
        base_branch: Some("next".into()),
        instructions: "Only the gateway.".into(),
        custom_agent: Some("gardener".into()),
        model: Some("gpt-5.4".into()),
    }
}

fn issue(number: u64) -> Value {
    json!({"number": number, "title": "t", "body": null, "state": "open", "labels": [{"name": "bug"}], "assignees": []})
}

async fn always(status: u16, body: Value) -> Server {
    Server::start(move |_, _| reply(status, &body)).await
}

#[tokio::test]
async fn the_list_leaves_out_pull_requests_and_counts_what_cannot_be_read() {
    let server = Server::start(|seen: &Seen, _| {
        let base = format!("http://{}", seen.header("host").unwrap());
        let second = seen.query().iter().any(|(key, value)| key == "page" && value == "2");
        if second {
            return reply(200, &json!([issue(3)]));
        }
        let mut pull = issue(2);
        pull["pull_request"] = json!({"url": "x"});
        let next = format!("<{base}/repos/acme/billing/issues?page=2>; rel=\"next\"");
        reply(200, &json!([issue(1), pull, null, {"title": "no number"}, issue(4)])).with("link", next)
    })
    .await;
    let listed = github(&server).issues(&repo()).await.unwrap();
    assert_eq!(listed.issues.iter().map(|issue| issue.at.number).collect::<Vec<_>>(), [1, 4, 3]);
    assert_eq!((listed.unreadable, listed.more), (2, false));
    let first = &server.seen()[0];
    for (key, value) in [("state", "open"), ("per_page", "100")] {
        assert!(first.query().contains(&(key.to_owned(), value.to_owned())), "{:?}", first.query());
    }
}

#[tokio::test]
async fn a_list_that_never_ends_is_cut_and_that_is_known() {
    let server = Server::start(|seen: &Seen, nth| {
        let base = format!("http://{}", seen.header("host").unwrap());
        let next = format!("<{base}/repos/acme/billing/issues?page={}>; rel=\"next\"", nth + 2);
        reply(200, &json!([issue(nth as u64 + 1)])).with("link", next)
    })
    .await;
    let listed = github(&server).issues(&repo()).await.unwrap();
    assert_eq!((listed.issues.len(), listed.more, server.count()), (10, true, 10));
}

#[tokio::test]
async fn a_number_that_is_a_pull_request_is_not_taken_for_an_issue() {
    let mut pull = issue(412);
    pull["pull_request"] = json!({});
    let server = always(200, pull).await;
    let fault = fault(github(&server).issue(&at()).await);
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.what.contains("acme/billing#412 is a pull request"), "{fault}");
    for (status, wanted) in [(404, FaultKind::NotFound), (410, FaultKind::Gone), (403, FaultKind::Permission)] {
        let server = always(status, json!({"message": "no"})).await;
        assert_eq!(kind(github(&server).issue(&at()).await), wanted);
    }
}

#[tokio::test]
async fn the_agent_is_added_by_one_post_that_replaces_nobody() {
    let mut after = issue(412);
    after["assignees"] = json!([{"login": "mona", "id": 1}, {"login": "Copilot", "id": 198_982_749}]);
    let server = always(201, after).await;
    let issue = github(&server).assign_agent(&leave_to_assign(&assignment())).await.unwrap();
    assert!(issue.has_agent());
    let seen = server.seen();
    let [sent] = &seen[..] else { panic!("one request: {seen:?}") };
    assert_eq!((sent.method.as_str(), sent.path()), ("POST", "/repos/acme/billing/issues/412/assignees"));
    let wanted = json!({
        "assignees": ["copilot-swe-agent[bot]"],
        "agent_assignment": {
            "target_repo": "acme/billing", "base_branch": "next", "custom_instructions": "Only the gateway.",
            "custom_agent": "gardener", "model": "gpt-5.4",
        },
    });
    assert_eq!(sent.json(), wanted);
}

#[tokio::test]
async fn an_assignment_is_posted_once_and_an_answer_that_does_not_say_who_is_in_charge_is_unknown() {
    use FaultKind::{Gone, Invalid, Permission, UnknownOutcome};
    let mut silent = issue(412);
    silent.as_object_mut().unwrap().remove("assignees");
    let scripts: Vec<(Reply, FaultKind)> = vec![
        (reply(201, &silent).into(), UnknownOutcome),
        (reply(201, &json!({"hello": 1})).into(), UnknownOutcome),
        (answer(201, "").into(), UnknownOutcome),
        (Reply(vec![Step::Reset]), UnknownOutcome),
        (reply(502, &json!({})).into(), UnknownOutcome),
        (reply(403, &json!({"message": "no"})).into(), Permission),
        (reply(404, &json!({"message": "no"})).into(), Permission),
        (reply(410, &json!({"message": "no"})).into(), Gone),
        (reply(422, &json!({"message": "no"})).into(), Invalid),
    ];
    for (script, wanted) in scripts {
        let server = Server::start(move |_, _| script.clone()).await;
        let fault = fault(github(&server).assign_agent(&leave_to_assign(&assignment())).await);
        assert_eq!(fault.kind, wanted, "{fault}");
        assert_eq!(server.count(), 1, "{fault}");
    }
}

fn actors(nodes: &Value) -> Value {
    json!({"data": {"repository": {"suggestedActors": {"nodes": nodes}}, "rateLimit": {"cost": 1}}})
}

#[tokio::test]
async fn whether_the_agent_can_be_assigned_is_asked_once_and_remembered() {
    for (login, can) in [("copilot-swe-agent", true), ("mona", false)] {
        let server = always(200, actors(&json!([{"login": "okafor"}, null, {"login": login}]))).await;
        let github = github(&server);
        assert_eq!(github.agent_assignable(&repo()).await.unwrap(), can);
        assert_eq!(github.agent_assignable(&repo()).await.unwrap(), can);
        assert_eq!(server.count(), 1);
        let variables = server.seen()[0].json()["variables"].clone();
        assert_eq!(variables, json!({"owner": "acme", "name": "billing"}));
    }
}

#[tokio::test]
async fn an_answer_that_cannot_tell_is_no_no() {
    let many: Vec<Value> = (0..100).map(|n| json!({"login": format!("person-{n}")})).collect();
    for body in [actors(&many.into()), actors(&Value::Null), json!({"data": {"repository": null}})] {
        let server = always(200, body).await;
        assert_eq!(kind(github(&server).agent_assignable(&repo()).await), FaultKind::Unreadable);
    }
}

#[tokio::test]
async fn branches_come_with_a_proof_where_they_fit_on_a_page() {
    let server = Server::start(|seen: &Seen, _| {
        if seen.header("if-none-match") == Some("\"b1\"") {
            return answer(304, "").with("etag", "\"b1\"");
        }
        reply(200, &json!([{"name": "main"}, {"nameless": 1}, {"name": ""}, {"name": "next"}])).with("etag", "\"b1\"")
    })
    .await;
    let github = github(&server);
    let Fetched::New { value, validator } = github.branches(&repo(), None).await.unwrap() else { panic!("new") };
    assert_eq!(value.names.iter().map(atc::text::Untrusted::raw_for_match).collect::<Vec<_>>(), ["main", "next"]);
    assert!(validator.is_some());
    assert_eq!(github.branches(&repo(), validator).await.unwrap(), Fetched::Same);
}

#[tokio::test]
async fn branches_over_several_pages_prove_nothing() {
    let server = Server::start(|seen: &Seen, nth| {
        let base = format!("http://{}", seen.header("host").unwrap());
        let page = reply(200, &json!([{"name": format!("b{nth}")}])).with("etag", "\"x\"");
        let next = format!("<{base}/repos/acme/billing/branches?page=2>; rel=\"next\"");
        if nth == 0 { page.with("link", next) } else { page }
    })
    .await;
    let Fetched::New { value, validator } = github(&server).branches(&repo(), None).await.unwrap() else { panic!() };
    assert_eq!((value.names.len(), validator), (2, None));
}

#[tokio::test]
async fn the_timeline_of_an_issue_names_the_agents_pull_request() {
    let record = json!({
        "event": "cross-referenced", "created_at": "2026-11-06T08:50:00Z",
        "source": {"issue": {
            "number": 1290, "title": "\u{1b}[31mFix", "state": "open", "user": {"login": "copilot-swe-agent[bot]"},
            "pull_request": {}, "repository": {"full_name": "acme/billing"},
        }},
    });
    let server = always(200, json!([record])).await;
    let Fetched::New { value, .. } = github(&server).timeline(&repo(), 412, None).await.unwrap() else { panic!() };
    let Happened::Referenced(from) = &value.events[0].what else { panic!("{:?}", value.events) };
    assert!(from.by_agent && from.pull && from.number == 1290);
}
