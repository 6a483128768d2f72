//! What the service says of itself, and of a CODEOWNERS file.

use atc::domain::FaultKind;
use serde_json::json;

use crate::server::{Server, json as reply};
use crate::support::{github, kind, repo, time};

#[tokio::test]
async fn what_is_left_of_every_budget_is_read_by_name() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(
            200,
            &json!({"resources": {
                "core": {"limit": 5000, "remaining": 4999, "reset": 1_793_954_977, "used": 1},
                "graphql": {"limit": 5000, "remaining": 0, "reset": 1_793_954_977}, "odd": null,
            }, "rate": {}}),
        ),
        _ => reply(200, &json!({"rate": {}})),
    })
    .await;
    let github = github(&server);
    let limits = github.rate_limits().await.unwrap();
    assert_eq!(server.only().target, "/rate_limit");
    let core = limits.of("core").unwrap();
    assert_eq!((core.limit, core.remaining, core.used), (5000, 4999, Some(1)));
    assert_eq!(core.reset_at, Some(time("2026-11-06T08:49:37Z")));
    assert_eq!(limits.of("graphql").unwrap().remaining, 0);
    assert_eq!((limits.all().len(), limits.of("odd")), (2, None));
    assert_eq!(kind(github.rate_limits().await), FaultKind::Unreadable);
}

#[tokio::test]
async fn the_api_versions_are_a_list_of_words() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(200, &json!(["2026-03-10", "2022-11-28", 5])),
        _ => reply(200, &json!({"message": "x"})),
    })
    .await;
    let github = github(&server);
    let versions = github.api_versions().await.unwrap();
    assert_eq!(server.only().target, "/versions");
    assert_eq!(
        versions.iter().map(atc::text::Untrusted::raw_for_match).collect::<Vec<_>>(),
        ["2026-03-10", "2022-11-28"]
    );
    assert_eq!(kind(github.api_versions().await), FaultKind::Unreadable);
}

#[tokio::test]
async fn a_missing_codeowners_file_is_not_one_without_faults() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(
            200,
            &json!({"errors": [
                {"line": 3, "column": 1, "kind": "Invalid pattern", "message": "Invalid pattern on line 3", "path": ".github/CODEOWNERS",
                 "source": "***/*.rb @mona", "suggestion": null}, {"line": "x"},
            ]}),
        ),
        1 => reply(200, &json!({"errors": []})),
        2 => reply(404, &json!({"message": "Not Found"})),
        _ => reply(403, &json!({"message": "Resource not accessible by personal access token"})),
    })
    .await;
    let github = github(&server);
    let found = github.codeowners_errors(&repo(), Some(&"a b&c".into())).await.unwrap().unwrap();
    assert_eq!(server.only().target, "/repos/acme/billing/codeowners/errors?ref=a+b%26c");
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 3, Some(1)));
    assert_eq!(found[0].message.raw_for_match(), "Invalid pattern on line 3");
    assert_eq!(github.codeowners_errors(&repo(), None).await.unwrap(), Some(Vec::new()));
    assert_eq!(github.codeowners_errors(&repo(), None).await.unwrap(), None);
    assert_eq!(kind(github.codeowners_errors(&repo(), None).await), FaultKind::Permission);
}
