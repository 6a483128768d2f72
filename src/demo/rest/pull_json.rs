//! The shapes of a pull request and of what hangs on it.

use serde_json::{Map, Value, json};

use super::super::world::core::World;
use super::super::world::pull::{PullView, Review};
use super::json::{full_repo, merge, node_id, user_by_id};

/// As it stands in a list.
pub fn simple(world: &World, api: &str, view: &PullView<'_>) -> Value {
    let pull = view.pull;
    let Some(entry) = world.repos.get(pull.repo) else { return Value::Null };
    let url = format!("{api}/repos/{}/pulls/{}", entry.name, pull.number);
    let issue = format!("{api}/repos/{}/issues/{}", entry.name, pull.number);
    let html = format!("https://github.com/{}/pull/{}", entry.name, pull.number);
    let statuses = format!("{api}/repos/{}/statuses/{}", entry.name, view.head_sha);
    let stamp = |tick| world.clock.stamp(tick);
    let owner = world.owner_of(pull.repo).map_or(0, |owner| owner.id);
    let end = |name: &str, sha: &str| {
        json!({
            "label": format!("{}:{name}", entry.name.owner()),
            "ref": name,
            "sha": sha,
            "user": user_by_id(world, api, owner),
            "repo": full_repo(world, api, pull.repo),
        })
    };
    let asked: Vec<Value> = asked_users(view, world).iter().map(|id| user_by_id(world, api, *id)).collect();
    let teams: Vec<Value> = pull.asked_teams.iter().map(|slug| team(api, slug)).collect();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("url", url.as_str().into());
    put("id", pull.id.into());
    put("node_id", node_id("PR", &[entry.id, pull.id]).into());
    put("html_url", html.as_str().into());
    put("diff_url", format!("{html}.diff").into());
    put("patch_url", format!("{html}.patch").into());
    put("issue_url", issue.as_str().into());
    put("commits_url", format!("{url}/commits").into());
    put("review_comments_url", format!("{url}/comments").into());
    put("review_comment_url", format!("{api}/repos/{}/pulls/comments{{/number}}", entry.name).into());
    put("comments_url", format!("{issue}/comments").into());
    put("statuses_url", statuses.as_str().into());
    put("number", pull.number.into());
    put("state", if view.open { "open" } else { "closed" }.into());
    put("locked", false.into());
    put("title", view.title.as_str().into());
    put("user", user_by_id(world, api, pull.author));
    put("body", view.body.as_str().into());
    put("labels", json!([]));
    put("milestone", Value::Null);
    put("created_at", stamp(pull.opened).into());
    put("updated_at", stamp(view.updated).into());
    put("closed_at", view.closed_at.map(stamp).into());
    put("merged_at", view.closed_at.filter(|_| view.merged).map(stamp).into());
    put("merge_commit_sha", view.merge_sha.clone().into());
    put("assignee", user_by_id(world, api, pull.author));
    put("assignees", json!([user_by_id(world, api, pull.author)]));
    put("requested_reviewers", asked.into());
    put("requested_teams", teams.into());
    put("head", end(&pull.branch, &view.head_sha));
    put("base", end(&pull.base, &view.base_sha));
    put("author_association", "CONTRIBUTOR".into());
    put("auto_merge", Value::Null);
    put("draft", view.draft.into());
    put(
        "_links",
        json!({
            "self": { "href": url },
            "html": { "href": html },
            "issue": { "href": issue },
            "comments": { "href": format!("{issue}/comments") },
            "review_comments": { "href": format!("{url}/comments") },
            "review_comment": { "href": format!("{api}/repos/{}/pulls/comments{{/number}}", entry.name) },
            "commits": { "href": format!("{url}/commits") },
            "statuses": { "href": statuses },
        }),
    );
    Value::Object(out)
}

/// As it stands alone.
pub fn full(world: &World, api: &str, view: &PullView<'_>) -> Value {
    let Value::Object(simple) = simple(world, api, view) else { return Value::Null };
    let pull = view.pull;
    merge(
        simple,
        json!({
            "merged": view.merged,
            "mergeable": view.mergeable,
            "rebaseable": view.mergeable,
            "mergeable_state": view.merge_state().to_ascii_lowercase(),
            "merged_by": if view.merged { user_by_id(world, api, pull.closer) } else { Value::Null },
            "comments": world.comments_on(pull.repo, pull.number).count(),
            "review_comments": pull.threads,
            "maintainer_can_modify": false,
            "commits": view.work.pushes.len() + 1,
            "additions": view.work.additions,
            "deletions": view.work.deletions,
            "changed_files": view.work.files,
        }),
    )
}

/// Who has been asked and has not answered since.
pub fn asked_users(view: &PullView<'_>, world: &World) -> Vec<i64> {
    let asked = |user: &i64| view.pull.asked_at.get(user).copied().unwrap_or(view.pull.opened);
    let answered =
        |user: &i64| view.pull.reviews_seen(world.now).any(|review| review.user == *user && review.at > asked(user));
    view.pull.asked_users.iter().copied().filter(|user| !answered(user)).collect()
}

pub fn team(api: &str, slug: &str) -> Value {
    let id = 7_000 + i64::try_from(slug.len()).unwrap_or(0);
    json!({
        "id": id,
        "node_id": node_id("T", &[id]),
        "name": slug,
        "slug": slug,
        "description": null,
        "privacy": "closed",
        "permission": "push",
        "url": format!("{api}/organizations/1/team/{id}"),
        "html_url": format!("https://github.com/orgs/acme/teams/{slug}"),
        "members_url": format!("{api}/organizations/1/team/{id}/members{{/member}}"),
        "repositories_url": format!("{api}/organizations/1/team/{id}/repos"),
        "type": "organization",
        "organization_id": 1,
        "parent": null,
    })
}

pub fn review(world: &World, api: &str, view: &PullView<'_>, review: &Review) -> Value {
    let Some(entry) = world.repos.get(view.pull.repo) else { return Value::Null };
    let html = format!("https://github.com/{}/pull/{}#pullrequestreview-{}", entry.name, view.pull.number, review.id);
    let pull = format!("{api}/repos/{}/pulls/{}", entry.name, view.pull.number);
    json!({
        "id": review.id,
        "node_id": node_id("PRR", &[entry.id, review.id]),
        "user": user_by_id(world, api, review.user),
        "body": review.body,
        "state": review.state,
        "html_url": html,
        "pull_request_url": pull,
        "_links": { "html": { "href": html }, "pull_request": { "href": pull } },
        "submitted_at": world.clock.stamp(review.at),
        "commit_id": world.reviewed_commit(view.pull, review),
        "author_association": "MEMBER",
    })
}
