//! What the reviews pane reads and does: files, diff, owners, reviews, workflows that wait, and an agent's merge.

use serde_json::{Value, json};

use crate::openapi::spec;
use crate::stage::{REPOS, Stage};

const PULL: &str = "/repos/acme/billing/pulls/1286";

#[tokio::test]
async fn files_and_diff_come_to_the_numbers_of_the_pull_request() {
    let stage = Stage::open().await;
    for repo in REPOS {
        for pull in stage.read(&format!("/repos/{repo}/pulls?state=all&per_page=100")).await.as_array().unwrap() {
            let target = format!("/repos/{repo}/pulls/{}", pull["number"]);
            let whole = stage.read(&target).await;
            let files = stage.read(&format!("{target}/files?per_page=100")).await;
            let files = files.as_array().unwrap();
            let sum = |key: &str| files.iter().map(|file| file[key].as_u64().unwrap()).sum::<u64>();
            assert_eq!(files.len() as u64, whole["changed_files"].as_u64().unwrap(), "{target}");
            if !files.is_empty() {
                assert_eq!(
                    (json!(sum("additions")), json!(sum("deletions"))),
                    (whole["additions"].clone(), whole["deletions"].clone()),
                    "{target}"
                );
            }
            let diff = stage.ask("GET", &target, &[("Accept", "application/vnd.github.diff")], "").await;
            assert_eq!(diff.status, 200);
            assert!(diff.header("content-type").unwrap().starts_with("application/vnd.github.diff"));
            let text = diff.text();
            let heads = text.lines().filter(|line| line.starts_with("diff --git a/")).count();
            assert_eq!(heads, files.len(), "{target}");
            let lines = |sign: char| {
                let head = format!("{sign}{sign}{sign} ");
                text.lines().filter(|line| line.starts_with(sign) && !line.starts_with(&head)).count() as u64
            };
            assert_eq!((lines('+'), lines('-')), (sum("additions"), sum("deletions")), "{target}");
        }
    }
}

#[tokio::test]
async fn the_owners_file_is_there_raw_where_a_repository_has_one() {
    let stage = Stage::open().await;
    let raw = [("Accept", "application/vnd.github.raw+json")];
    let found = stage.ask("GET", "/repos/acme/billing/contents/.github/CODEOWNERS?ref=main", &raw, "").await;
    assert_eq!(found.status, 200);
    assert_eq!(found.text().lines().nth(6), Some("/legacy/**   @acme/platform-old"), "the line its errors name");
    let tag = found.header("etag").unwrap().to_owned();
    let again = [raw[0], ("If-None-Match", tag.as_str())];
    assert_eq!(
        stage.ask("GET", "/repos/acme/billing/contents/.github/CODEOWNERS?ref=main", &again, "").await.status,
        304
    );
    assert_eq!(stage.get("/repos/acme/web/contents/.github/CODEOWNERS?ref=main").await.status, 404);
    assert_eq!(stage.get("/repos/acme/billing/contents/CODEOWNERS?ref=main").await.status, 404);
}

#[tokio::test]
async fn an_approval_is_a_review_of_its_commit_and_decides() {
    let stage = Stage::open().await;
    let head = stage.read(PULL).await["head"]["sha"].clone();
    let target = format!("{PULL}/reviews");
    let wrong = stage.post(&target, &json!({ "event": "APPROVE", "commit_id": "0".repeat(40) })).await;
    assert_eq!(wrong.status, 422, "of a commit it never had");
    assert_eq!(stage.post(&target, &json!({ "event": "COMMENT" })).await.status, 422, "a comment has words");
    assert_eq!(stage.post(&target, &json!({ "event": "LIKE" })).await.status, 422);
    let reader = stage.ask("POST", &target, &[("Authorization", "Bearer x_readonly")], r#"{"event":"APPROVE"}"#).await;
    assert_eq!(reader.status, 403);
    let given = stage.post(&target, &json!({ "event": "APPROVE", "commit_id": head })).await;
    assert_eq!(given.status, 200, "{}", given.text());
    if let Err(faults) = spec().check_response("POST", &target, 200, given.text().as_bytes()) {
        panic!("{faults:#?}");
    }
    let given = given.json();
    assert_eq!((given["state"].clone(), given["commit_id"].clone()), (json!("APPROVED"), head));
    let reviews = stage.read(&target).await;
    assert_eq!(reviews.as_array().unwrap().last().unwrap()["id"], given["id"]);
    let asked = stage.read(&format!("{PULL}/requested_reviewers")).await;
    assert_eq!(asked["users"], json!([]), "who has answered is not asked any more");
    let asked = stage.post(&format!("{PULL}/requested_reviewers"), &json!({ "reviewers": ["mona"] })).await;
    assert_eq!(asked.status, 201);
    let asked = stage.read(&format!("{PULL}/requested_reviewers")).await;
    assert_eq!(asked["users"][0]["login"], "mona", "until asked again");
}

#[tokio::test]
async fn a_workflow_that_waits_is_found_by_its_commit_and_runs_once_it_may() {
    let stage = Stage::open().await;
    let pull = stage.read("/repos/acme/web/pulls/2035").await;
    let sha = pull["head"]["sha"].as_str().unwrap();
    let list = format!("/repos/acme/web/actions/runs?head_sha={sha}&status=action_required");
    let waiting = stage.read(&list).await;
    assert_eq!(waiting["total_count"], 1);
    let run = waiting["workflow_runs"][0]["id"].clone();
    let target = format!("/repos/acme/web/actions/runs/{run}/approve");
    assert_eq!(stage.post(&target, &json!({})).await.status, 201);
    assert_eq!(stage.read(&list).await["total_count"], 0);
    assert_eq!(stage.post(&target, &json!({})).await.status, 403, "it waits no more");
    stage.pass(8);
    let now = stage.read(&format!("/repos/acme/web/actions/runs/{run}")).await;
    assert_eq!(now["status"], "in_progress");
}

#[tokio::test]
async fn an_agents_merge_is_told_where_it_is_on_and_nowhere_else() {
    let stage = Stage::open().await;
    let on = stage.read("/agents/repos/acme/billing/pulls/1286/agent-merge").await;
    assert_eq!(on["allowed_actions"][0], "merge");
    for off in ["/agents/repos/acme/billing/pulls/1288/agent-merge", "/agents/repos/acme/billing/pulls/1/agent-merge"] {
        assert_eq!(stage.get(off).await.status, 404);
    }
    let put = stage.ask("PUT", "/agents/repos/acme/billing/pulls/1286/agent-merge", &[], "{}").await;
    assert_eq!(put.status, 404, "nobody here switches it on");
}

#[tokio::test]
async fn what_is_required_is_told_with_the_pull_requests_id() {
    let stage = Stage::open().await;
    let pull = stage.read("/repos/acme/api/pulls/1284").await;
    let query = "query($i0:ID!){r0:node(id:$i0){... on PullRequest{latestOpinionatedReviews(first:5){nodes{state commit{oid}}} \
        statusCheckRollup{contexts(first:100){totalCount nodes{__typename \
        ... on CheckRun{databaseId name isRequired(pullRequestId:$i0) checkSuite{app{slug}}}}}}}}}";
    let body = stage.graphql(query, json!({ "i0": pull["node_id"] })).await;
    let checks: Vec<Value> = body["data"]["r0"]["statusCheckRollup"]["contexts"]["nodes"].as_array().unwrap().clone();
    let of = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap()["isRequired"].clone();
    assert_eq!((of("clippy"), of("lint")), (json!(true), json!(false)));
    assert!(checks.iter().all(|check| check["checkSuite"]["app"]["slug"] == "github-actions"));
}
