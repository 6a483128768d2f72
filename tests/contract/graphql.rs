//! `POST /graphql`: what the console asks, and what GitHub would say to mistakes.

use serde_json::{Value, json};

use crate::stage::{REPOS, Stage};

/// The query for a batch of pull requests, fields as the contract lists them.
const PULLS: &str = "query($ids:[ID!]!){
  nodes(ids:$ids){ __typename ... on PullRequest {
    id fullDatabaseId number url title state isDraft createdAt updatedAt additions deletions
    headRefName headRefOid baseRefName repository{nameWithOwner}
    author{login __typename}
    reviewDecision mergeable mergeStateStatus
    reviewRequests(first:20){nodes{requestedReviewer{__typename ... on User{login} ... on Team{slug} ... on Bot{login}}}}
    latestOpinionatedReviews(first:20){nodes{author{login} state submittedAt}}
    reviewThreads(first:100){totalCount nodes{isResolved}}
    statusCheckRollup{state contexts(first:100){totalCount nodes{__typename
      ... on CheckRun{name status conclusion detailsUrl databaseId}
      ... on StatusContext{context state targetUrl}}}}
  }}
  rateLimit{cost remaining resetAt}
}";

async fn pull(stage: &Stage, repo: &str, number: i64) -> Value {
    let rest = stage.read(&format!("/repos/{repo}/pulls/{number}")).await;
    stage.graphql(PULLS, json!({ "ids": [rest["node_id"]] })).await["data"]["nodes"][0].clone()
}

#[tokio::test]
async fn graphql_and_rest_tell_the_same_story() {
    let stage = Stage::open().await;
    for repo in REPOS {
        let list = stage.read(&format!("/repos/{repo}/pulls?state=all&per_page=100")).await;
        let nodes: Vec<Value> = list.as_array().unwrap().iter().map(|pull| pull["node_id"].clone()).collect();
        let body = stage.graphql(PULLS, json!({ "ids": nodes })).await;
        assert!(body.get("errors").is_none(), "{}", body["errors"]);
        for (rest, node) in list.as_array().unwrap().iter().zip(body["data"]["nodes"].as_array().unwrap()) {
            assert_eq!(node["fullDatabaseId"], rest["id"].to_string(), "a number in a text");
            assert_eq!(
                (&node["number"], &node["title"], &node["isDraft"]),
                (&rest["number"], &rest["title"], &rest["draft"])
            );
            assert_eq!((&node["headRefOid"], &node["updatedAt"]), (&rest["head"]["sha"], &rest["updated_at"]));
            assert_eq!(node["repository"]["nameWithOwner"], repo);
            assert_eq!(node["author"], json!({ "login": "copilot-swe-agent", "__typename": "Bot" }));
        }
        assert!(body["data"]["rateLimit"]["remaining"].as_i64().unwrap() < 5_000);
    }
}

#[tokio::test]
async fn reviews_of_every_kind_are_there() {
    let stage = Stage::open().await;
    let at = |repo, number| pull(&stage, repo, number);
    let approved = at("acme/billing", 1285).await;
    assert_eq!(approved["reviewDecision"], "APPROVED");
    let opinions = approved["latestOpinionatedReviews"]["nodes"].as_array().unwrap();
    assert_eq!((opinions.len(), opinions[0]["state"].as_str()), (1, Some("APPROVED")), "the newest of a person counts");
    assert_eq!(at("acme/web", 2031).await["reviewDecision"], "CHANGES_REQUESTED");
    let required = at("acme/billing", 1288).await;
    assert_eq!(
        (required["reviewDecision"].clone(), required["isDraft"].clone()),
        (json!("REVIEW_REQUIRED"), json!(true))
    );
    assert_eq!(
        required["reviewRequests"]["nodes"][0]["requestedReviewer"],
        json!({ "__typename": "Team", "slug": "billing-core" })
    );
    assert_eq!(required["statusCheckRollup"]["state"], "FAILURE");
    let failed: Vec<&Value> = required["statusCheckRollup"]["contexts"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["conclusion"] == "FAILURE")
        .collect();
    assert_eq!((failed.len(), failed[0]["name"].as_str()), (1, Some("lint")));
    let conflicts = at("acme/billing", 1280).await;
    assert_eq!(
        (conflicts["mergeable"].clone(), conflicts["mergeStateStatus"].clone()),
        (json!("CONFLICTING"), json!("DIRTY"))
    );
    assert_eq!(at("acme/web", 2034).await["statusCheckRollup"], Value::Null, "no checks");
    assert_eq!(at("acme/reports", 76).await["reviewDecision"], Value::Null, "no rule");
    assert_eq!(at("acme/api", 1281).await["state"], "MERGED");
    assert_eq!(at("acme/web", 2027).await["state"], "CLOSED");
}

#[tokio::test]
async fn whether_it_can_be_merged_is_computed_first_and_known_then() {
    let stage = Stage::open().await;
    let query = "query($o:String!,$n:Int!){repository(owner:$o,name:\"billing\"){pullRequest(number:$n){mergeable mergeStateStatus}}}";
    let ask = || stage.graphql(query, json!({ "o": "acme", "n": 1285 }));
    assert_eq!(ask().await["data"]["repository"]["pullRequest"]["mergeable"], "UNKNOWN");
    stage.pass(3);
    assert_eq!(
        ask().await["data"]["repository"]["pullRequest"],
        json!({ "mergeable": "MERGEABLE", "mergeStateStatus": "CLEAN" })
    );
}

#[tokio::test]
async fn an_unknown_id_is_null_and_an_error_and_the_others_stay() {
    let stage = Stage::open().await;
    let rest = stage.read("/repos/acme/api/pulls/1281").await;
    let body = stage.graphql(PULLS, json!({ "ids": ["PR_nothing", rest["node_id"]] })).await;
    assert_eq!(body["data"]["nodes"][0], Value::Null);
    assert_eq!(body["data"]["nodes"][1]["number"], 1281);
    let error = &body["errors"][0];
    assert_eq!((error["type"].clone(), error["path"].clone()), (json!("NOT_FOUND"), json!(["nodes", 0])));
    assert_eq!(error["message"], "Could not resolve to a node with the global id of 'PR_nothing'.");
}

#[tokio::test]
async fn aliases_fragments_and_directives_are_understood() {
    let stage = Stage::open().await;
    let query = "query Two($yes:Boolean=true){ me: viewer{...Who} again: viewer{login @skip(if:$yes) databaseId} viewer{ id } viewer{ name } } fragment Who on User { handle: login __typename }";
    let body = stage.graphql(query, json!({})).await;
    assert_eq!(body["data"]["me"], json!({ "handle": "mona", "__typename": "User" }));
    assert_eq!(body["data"]["again"], json!({ "databaseId": 5021 }));
    assert_eq!(body["data"]["viewer"].as_object().unwrap().len(), 2, "selections of one field melt together");
}

#[tokio::test]
async fn mistakes_are_answered_as_github_words_them() {
    let stage = Stage::open().await;
    let fault = |query: &str| {
        let query = query.to_owned();
        let stage = &stage;
        async move {
            let body = stage.graphql(&query, json!({})).await;
            assert!(body.get("data").is_none(), "{body}");
            body["errors"][0].clone()
        }
    };
    let unknown = fault("query{viewer{nope}}").await;
    assert_eq!(unknown["message"], "Field 'nope' doesn't exist on type 'User'");
    assert_eq!(unknown["path"], json!(["query", "viewer", "nope"]));
    assert_eq!(unknown["extensions"]["code"], "undefinedField");
    assert_eq!(unknown["locations"], json!([{ "line": 1, "column": 14 }]));
    for (query, wanted) in [
        (
            "{viewer}",
            "Field must have selections (field 'viewer' returns User but has no selections. Did you mean 'viewer { ... }'?)",
        ),
        ("{node{id}}", "Field 'node' is missing required arguments: id"),
        ("{viewer(x:1){login}}", "Field 'viewer' doesn't accept argument 'x'"),
        ("{node(id:$x){id}}", "Variable $x is used by anonymous query but not declared"),
        ("query Q($x:ID){viewer{login}}", "Variable $x is declared by Q but not used"),
        ("{viewer{...Gone}}", "Fragment Gone was used, but not defined"),
        ("{node(id:\"x\"){... on Gone{id}}}", "No such type Gone, so it can't be a fragment condition"),
        ("{viewer{login{x}}}", "Selections can't be made on scalars (field 'login' returns String but has selections)"),
        ("{viewer{login}", "Unexpected end of document"),
        ("query($ids:[ID!]!){nodes(ids:$ids){id}}", "Variable $ids of type [ID!]! was provided invalid value"),
    ] {
        assert_eq!(fault(query).await["message"], wanted);
    }
    assert_eq!(stage.post("/graphql", &json!({ "text": "{viewer{login}}" })).await.status, 400);
}

#[tokio::test]
async fn a_connection_wants_a_size_and_gives_pages() {
    let stage = Stage::open().await;
    let query = |arguments: &str| {
        format!(
            "{{repository(owner:\"acme\",name:\"billing\"){{pullRequest(number:1288){{statusCheckRollup{{contexts{arguments}{{totalCount nodes{{__typename}} pageInfo{{hasNextPage endCursor}}}}}}}}}}}}"
        )
    };
    let contexts = |body: &Value| body["data"]["repository"]["pullRequest"]["statusCheckRollup"]["contexts"].clone();
    let first = contexts(&stage.graphql(&query("(first:5)"), json!({})).await);
    assert_eq!((first["totalCount"].clone(), first["nodes"].as_array().unwrap().len()), (json!(12), 5));
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let after = format!("(first:100, after:{})", first["pageInfo"]["endCursor"]);
    let rest = contexts(&stage.graphql(&query(&after), json!({})).await);
    assert_eq!((rest["nodes"].as_array().unwrap().len(), rest["pageInfo"]["hasNextPage"].clone()), (7, json!(false)));
    for (arguments, kind) in [("", "MISSING_PAGINATION_BOUNDARIES"), ("(first:101)", "EXCESSIVE_PAGINATION")] {
        let body = stage.graphql(&query(arguments), json!({})).await;
        assert_eq!(body["errors"][0]["type"], kind);
    }
}

#[tokio::test]
async fn a_draft_is_marked_ready_once_and_not_by_a_reader() {
    let stage = Stage::open().await;
    let rest = stage.read("/repos/acme/api/pulls/1290").await;
    assert_eq!(rest["draft"], true);
    let mutation =
        "mutation($id:ID!){markPullRequestReadyForReview(input:{pullRequestId:$id}){pullRequest{isDraft number}}}";
    let sent = json!({ "query": mutation, "variables": { "id": rest["node_id"] } }).to_string();
    let refused = stage.ask("POST", "/graphql", &[("Authorization", "Bearer ghp_readonly")], &sent).await.json();
    assert_eq!(refused["errors"][0]["type"], "FORBIDDEN");
    let body = stage.graphql(mutation, json!({ "id": rest["node_id"] })).await;
    assert_eq!(
        body["data"]["markPullRequestReadyForReview"]["pullRequest"],
        json!({ "isDraft": false, "number": 1290 })
    );
    assert_eq!(stage.read("/repos/acme/api/pulls/1290").await["draft"], false);
    let timeline = stage.read("/repos/acme/api/issues/1290/timeline").await;
    assert!(timeline.as_array().unwrap().iter().any(|event| event["event"] == "ready_for_review"));
}

#[tokio::test]
async fn the_agent_can_be_found_as_an_assignee() {
    let stage = Stage::open().await;
    let query = "{repository(owner:\"acme\",name:\"api\"){suggestedActors(capabilities:[CAN_BE_ASSIGNED],first:100){nodes{login __typename ... on Bot{id}}}}}";
    let body = stage.graphql(query, json!({})).await;
    assert_eq!(body["data"]["repository"]["suggestedActors"]["nodes"][0]["login"], "copilot-swe-agent");
    let elsewhere = stage.graphql(&query.replace("\"api\"", "\"reports\""), json!({})).await;
    let nodes = elsewhere["data"]["repository"]["suggestedActors"]["nodes"].as_array().unwrap().clone();
    assert!(!nodes.is_empty() && nodes.iter().all(|one| one["login"] != "copilot-swe-agent"), "not enabled there");
}
