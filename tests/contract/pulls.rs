//! `/repos/…/pulls/…` and what is asked of commits.

use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn pulls_are_filtered_by_state_head_and_base() {
    let stage = Stage::open().await;
    let list = |query: &'static str| {
        let stage = &stage;
        async move { stage.read(&format!("/repos/acme/api/pulls?per_page=100&{query}")).await.as_array().unwrap().clone() }
    };
    let (open, closed, all) = (list("").await, list("state=closed").await, list("state=all").await);
    assert_eq!(open.len() + closed.len(), all.len());
    assert!(open.iter().all(|pull| pull["state"] == "open") && !closed.is_empty());
    let one = list("state=all&head=acme:copilot/orders-n-plus-one").await;
    assert_eq!((one.len(), one[0]["number"].as_i64()), (1, Some(1281)));
    assert!(list("state=all&head=other:copilot/orders-n-plus-one").await.is_empty());
    assert_eq!(
        list("state=all&head=copilot/orders-n-plus-one").await.len(),
        all.len(),
        "without an owner it is no filter"
    );
    assert!(list("state=all&base=next").await.is_empty());
    let page = stage.get("/repos/acme/api/pulls?state=all&per_page=2").await;
    assert!(page.link("next").is_some() && page.json().as_array().unwrap().len() == 2);
}

#[tokio::test]
async fn a_pull_is_changed_and_closed() {
    let stage = Stage::open().await;
    let target = "/repos/acme/billing/pulls/1286";
    let changed = stage.patch(target, &json!({ "title": "SEPA v1 is gone", "body": "Said by a human." })).await.json();
    assert_eq!(
        (changed["title"].clone(), changed["body"].clone()),
        (json!("SEPA v1 is gone"), json!("Said by a human."))
    );
    let closed = stage.patch(target, &json!({ "state": "closed" })).await.json();
    assert_eq!((closed["state"].clone(), closed["merged"].clone()), (json!("closed"), json!(false)));
    assert_eq!(stage.patch(target, &json!({ "state": "open" })).await.json()["state"], "open");
    assert_eq!(
        stage.patch("/repos/acme/api/pulls/1281", &json!({ "state": "open" })).await.status,
        422,
        "it is merged"
    );
    let reader = stage.ask("PATCH", target, &[("Authorization", "Bearer x_readonly")], r#"{"state":"closed"}"#).await;
    assert_eq!(reader.status, 403);
}

#[tokio::test]
async fn reviews_come_in_the_order_they_were_given() {
    let stage = Stage::open().await;
    let reviews = stage.read("/repos/acme/billing/pulls/1285/reviews").await;
    let states: Vec<&str> =
        reviews.as_array().unwrap().iter().map(|review| review["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["CHANGES_REQUESTED", "APPROVED"]);
}

#[tokio::test]
async fn reviewers_are_asked_and_strangers_refused() {
    let stage = Stage::open().await;
    let target = "/repos/acme/billing/pulls/1286/requested_reviewers";
    let before = stage.read(target).await;
    assert_eq!(
        (before["users"][0]["login"].clone(), before["teams"][0]["slug"].clone()),
        (json!("mona"), json!("billing-core"))
    );
    assert_eq!(
        stage.post(target, &json!({ "reviewers": ["okafor"], "team_reviewers": ["platform"] })).await.status,
        201
    );
    let after = stage.read(target).await;
    assert_eq!((after["users"].as_array().unwrap().len(), after["teams"].as_array().unwrap().len()), (2, 2));
    assert_eq!(stage.post(target, &json!({ "reviewers": ["nobody"] })).await.status, 422);
    assert_eq!(stage.post(target, &json!({})).await.status, 422);
}

#[tokio::test]
async fn a_lazy_pull_is_computing_at_first() {
    let stage = Stage::open().await;
    let ask = || stage.read("/repos/acme/billing/pulls/1285");
    assert_eq!(
        (ask().await["mergeable"].clone(), ask().await["mergeable_state"].clone()),
        (Value::Null, json!("unknown"))
    );
    stage.pass(3);
    assert_eq!(ask().await["mergeable"], true);
}

#[tokio::test]
async fn commits_are_found_by_id_and_by_branch_with_slashes() {
    let stage = Stage::open().await;
    let pull = stage.read("/repos/acme/api/pulls/1284").await;
    let (sha, branch) = (pull["head"]["sha"].as_str().unwrap(), pull["head"]["ref"].as_str().unwrap());
    let by_sha = stage.read(&format!("/repos/acme/api/commits/{sha}/check-runs?filter=latest")).await;
    for name in [branch.to_owned(), branch.replace('/', "%2F")] {
        assert_eq!(stage.read(&format!("/repos/acme/api/commits/{name}/check-runs")).await, by_sha);
    }
    assert_eq!(by_sha["total_count"], 8);
    let lint = stage.read(&format!("/repos/acme/api/commits/{sha}/check-runs?check_name=clippy")).await;
    assert_eq!(lint["check_runs"][0]["conclusion"], "failure");
    let pulls = stage.read(&format!("/repos/acme/api/commits/{sha}/pulls")).await;
    assert_eq!(pulls[0]["number"], 1284);
    assert_eq!(stage.get("/repos/acme/api/commits/0000/check-runs").await.status, 422);
}

#[tokio::test]
async fn the_combined_status_says_pending_when_there_is_none() {
    let stage = Stage::open().await;
    let status = stage.read("/repos/acme/api/commits/main/status").await;
    assert_eq!((status["state"].clone(), status["total_count"].clone()), (json!("pending"), json!(0)));
}
