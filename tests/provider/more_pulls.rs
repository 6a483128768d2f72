//! One pull request, its reviews, checks and statuses; asking for a review, closing.

use atc::domain::{Conclusion, FaultKind, Mergeable, PullId, PullState, RunStatus};
use atc::provider::github::{ReviewState, StatusState};
use serde_json::{Value, json};

use crate::server::{Server, answer, json as reply};
use crate::support::{fault, github, kind, repo};

fn pull(with: Value) -> Value {
    let mut pull = json!({
        "number": 7, "id": 2000, "node_id": "PR_kwDNA-jNB9A", "state": "open", "draft": false, "merged": false,
        "mergeable": true, "mergeable_state": "clean", "rebaseable": null, "title": "Fix it",
        "user": {"id": 198_982_749, "login": "Copilot"}, "auto_merge": null,
        "head": {"ref": "copilot/fix-1", "sha": "abc", "label": "acme:copilot/fix-1", "repo": {"id": 1000, "full_name": "acme/billing"}},
        "base": {"ref": "main", "sha": "def", "repo": {"id": 1000}},
        "requested_reviewers": [{"id": 7, "login": "mona"}], "requested_teams": [{"slug": "payments"}],
        "additions": 10, "deletions": 2, "changed_files": 3, "commits": 1, "comments": 4, "review_comments": 5,
        "html_url": "https://github.com/acme/billing/pull/7", "updated_at": "2026-11-06T08:15:00Z",
    });
    pull.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    pull
}

#[tokio::test]
async fn a_pull_request_is_read_by_its_number_and_null_is_still_computing() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(200, &pull(json!({}))),
        1 => reply(200, &pull(json!({"mergeable": null, "draft": true, "auto_merge": {"merge_method": "squash"}}))),
        2 => reply(200, &pull(json!({"mergeable": false, "state": "closed", "head": {"ref": "x", "repo": null}}))),
        3 => reply(200, &pull(json!({"state": "closed", "merged": true}))),
        4 => reply(200, &json!({"id": 1})),
        _ => reply(404, &json!({"message": "Not Found"})),
    })
    .await;
    let github = github(&server);
    let whole = github.pull_by_number(&repo(), 7).await.unwrap();
    assert_eq!(server.only().target, "/repos/acme/billing/pulls/7");
    assert_eq!((whole.number, whole.id, whole.state), (7, PullId(2000), PullState::Open));
    let facts = whole.facts;
    assert_eq!(facts.mergeable, Some(Mergeable::Yes));
    assert_eq!(facts.head.unwrap().sha.unwrap().raw_for_match(), "abc");
    assert_eq!(facts.requested_reviewers[0].login.raw_for_match(), "mona");
    assert_eq!(facts.requested_teams[0].slug.raw_for_match(), "payments");
    assert_eq!((facts.additions, facts.changed_files, facts.review_comments), (Some(10), Some(3), Some(5)));
    assert!(!facts.auto_merge);
    let computing = github.pull_by_number(&repo(), 7).await.unwrap();
    assert_eq!((computing.state, computing.facts.mergeable), (PullState::Draft, Some(Mergeable::Computing)));
    assert!(computing.facts.auto_merge);
    let closed = github.pull_by_number(&repo(), 7).await.unwrap();
    assert_eq!((closed.state, closed.facts.mergeable), (PullState::Closed, Some(Mergeable::Conflicting)));
    assert_eq!(closed.facts.head.unwrap().repo, None);
    assert_eq!(github.pull_by_number(&repo(), 7).await.unwrap().state, PullState::Merged);
    assert_eq!(kind(github.pull_by_number(&repo(), 7).await), FaultKind::Unreadable);
    assert_eq!(kind(github.pull_by_number(&repo(), 8).await), FaultKind::NotFound);
}

#[tokio::test]
async fn the_pulls_of_a_commit_are_listed_and_a_list_says_nothing_of_merging() {
    let server = Server::start(|_, _| {
        let mut merged = pull(json!({"state": "closed", "merged_at": "2026-11-06T09:00:00Z"}));
        for single in ["merged", "mergeable", "additions"] {
            merged.as_object_mut().unwrap().remove(single);
        }
        reply(200, &json!([merged, "broken"]))
    })
    .await;
    let found = github(&server).pulls_of_commit(&repo(), &"copilot/fix 1".into()).await.unwrap();
    assert_eq!(server.only().path(), "/repos/acme/billing/commits/copilot%2Ffix%201/pulls");
    assert_eq!((found.items.len(), found.unreadable), (1, 1));
    assert_eq!((found.items[0].state, &found.items[0].facts.mergeable), (PullState::Merged, &None));
}

#[tokio::test]
async fn the_last_word_of_each_reviewer_counts_over_all_pages() {
    let server = Server::start(|seen, nth| {
        let of = |id: u64, who: &str, state: &str| json!({"id": id, "user": {"id": who.len(), "login": who}, "state": state, "submitted_at": "2026-11-06T08:00:00Z"});
        let next = format!("<http://{}/next>; rel=\"next\"", seen.header("host").unwrap());
        match nth {
            0 => reply(200, &json!([of(1, "mona", "CHANGES_REQUESTED"), of(2, "hubot", "APPROVED"), {"id": 3}])).with("link", next),
            1 => reply(200, &json!([of(4, "mona", "APPROVED"), of(5, "mona", "COMMENTED"), of(6, "hubot", "MUSED")])),
            _ => reply(200, &json!({"message": "no list"})),
        }
    })
    .await;
    let github = github(&server);
    let reviews = github.reviews(&repo(), 7).await.unwrap();
    assert_eq!(server.seen()[0].target, "/repos/acme/billing/pulls/7/reviews?per_page=100");
    let words: Vec<_> = reviews.items.iter().map(|review| (review.id, review.state.clone())).collect();
    assert_eq!(words, [(4, ReviewState::Approved), (6, ReviewState::Unknown("MUSED".into()))]);
    assert_eq!(reviews.unreadable, 1);
    assert_eq!(kind(github.reviews(&repo(), 7).await), FaultKind::Unreadable);
}

#[tokio::test]
async fn who_is_asked_for_a_review_is_read_and_asked() {
    let server = Server::start(|seen, nth| match (seen.method.as_str(), nth) {
        ("GET", 0) => {
            reply(200, &json!({"users": [{"id": 7, "login": "mona"}, null], "teams": [{"slug": "payments"}]}))
        }
        ("GET", _) => reply(200, &json!({})),
        (_, 2) => reply(201, &json!({"number": 7})),
        (_, 3) => reply(422, &json!({"message": "Reviews may only be requested from collaborators."})),
        _ => answer(500, ""),
    })
    .await;
    let github = github(&server);
    let asked = github.requested_reviewers(&repo(), 7).await.unwrap();
    assert_eq!((asked.users.len(), asked.teams[0].slug.raw_for_match()), (1, "payments"));
    assert_eq!(kind(github.requested_reviewers(&repo(), 7).await), FaultKind::Unreadable);
    github.request_review(&repo(), 7, &["mona".into()], &["payments".into()]).await.unwrap();
    let sent = server.seen()[2].clone();
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("POST", "/repos/acme/billing/pulls/7/requested_reviewers")
    );
    assert_eq!(sent.json(), json!({"reviewers": ["mona"], "team_reviewers": ["payments"]}));
    let outsider = fault(github.request_review(&repo(), 7, &["nobody".into()], &[]).await);
    assert_eq!(outsider.kind, FaultKind::Invalid);
    assert!(outsider.what.contains("collaborators"), "{outsider}");
    assert_eq!(kind(github.request_review(&repo(), 7, &["mona".into()], &[]).await), FaultKind::UnknownOutcome);
    assert_eq!(kind(github.request_review(&repo(), 7, &[], &[]).await), FaultKind::Refused);
    assert_eq!(server.count(), 5, "each was sent once, and an empty one not at all");
}

#[tokio::test]
async fn the_checks_of_a_commit_come_with_unknown_words_kept() {
    let server = Server::start(|_, _| {
        reply(
            200,
            &json!({"total_count": 4, "check_runs": [
                {"id": 1, "name": "build", "status": "completed", "conclusion": "failure", "details_url": "https://x"},
                {"id": 2, "name": "lint", "status": "waiting", "conclusion": null},
                {"id": 3, "name": null, "conclusion": "invented"}, {"name": "no id"},
            ]}),
        )
    })
    .await;
    let checks = github(&server).check_runs(&repo(), &"abc".into()).await.unwrap();
    assert_eq!(server.only().target, "/repos/acme/billing/commits/abc/check-runs?filter=latest&per_page=100");
    assert_eq!((checks.items.len(), checks.unreadable), (3, 1));
    assert_eq!(checks.items[0].conclusion, Some(Conclusion::Failure));
    assert_eq!((&checks.items[1].status, &checks.items[1].conclusion), (&RunStatus::Waiting, &None));
    assert_eq!(checks.items[2].conclusion, Some(Conclusion::Unknown("invented".into())));
    assert!(matches!(checks.items[2].status, RunStatus::Unknown(_)));
}

#[tokio::test]
async fn a_status_that_is_pending_for_want_of_any_is_none() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(200, &json!({"state": "pending", "total_count": 0, "statuses": []})),
        1 => reply(200, &json!({"state": "pending", "statuses": []})),
        2 => reply(
            200,
            &json!({"state": "pending", "total_count": 2, "statuses": [
                {"context": "ci/x", "state": "pending", "target_url": null}, {"context": "ci/y", "state": "wild"}, 5,
            ]}),
        ),
        _ => reply(200, &json!({"state": "pending"})),
    })
    .await;
    let github = github(&server);
    let at = "copilot/fix".into();
    assert_eq!(github.combined_status(&repo(), &at).await.unwrap(), None);
    assert_eq!(server.only().path(), "/repos/acme/billing/commits/copilot%2Ffix/status");
    assert_eq!(github.combined_status(&repo(), &at).await.unwrap(), None);
    let some = github.combined_status(&repo(), &at).await.unwrap().unwrap();
    assert_eq!((some.state, some.statuses.len(), some.total), (StatusState::Pending, 2, 3));
    assert_eq!(some.statuses[1].state, StatusState::Unknown("wild".into()));
    assert_eq!(kind(github.combined_status(&repo(), &at).await), FaultKind::Unreadable);
}

#[tokio::test]
async fn a_pull_request_is_closed_once_and_the_answer_must_say_so() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(200, &pull(json!({"state": "closed"}))),
        1 => reply(200, &pull(json!({}))),
        2 => reply(403, &json!({"message": "Resource not accessible by personal access token"})),
        3 => answer(503, ""),
        _ => reply(422, &json!({"message": "Validation Failed"})),
    })
    .await;
    let github = github(&server);
    assert_eq!(github.close_pull(&repo(), 7).await.unwrap().state, PullState::Closed);
    let sent = server.only();
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("PATCH", "/repos/acme/billing/pulls/7"));
    assert_eq!(sent.json(), json!({"state": "closed"}));
    assert_eq!(kind(github.close_pull(&repo(), 7).await), FaultKind::UnknownOutcome, "it says it is open");
    assert_eq!(kind(github.close_pull(&repo(), 7).await), FaultKind::Permission);
    assert_eq!(kind(github.close_pull(&repo(), 7).await), FaultKind::UnknownOutcome);
    assert_eq!(kind(github.close_pull(&repo(), 7).await), FaultKind::Invalid);
    assert_eq!(server.count(), 5, "a write is never sent twice");
}
