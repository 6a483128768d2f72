//! The objects of the graph, made from the world. Where a field takes arguments that matter it is worked out here;
//! everything else stands in the object itself.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::budget::Left;
use super::super::gate::Site;
use super::super::rest::{asked_users, node_id};
use super::super::world::World;
use super::super::world::checks::CheckView;
use super::super::world::core::{AGENT_ID, Person};
use super::super::world::pull::{Pull, PullView, Review};
use super::run::Arguments;

pub struct Graph<'a> {
    pub site: &'a Site,
    pub world: &'a mut World,
    pub left: Left,
    pub may_write: bool,
    pub hides_checks: bool,
}

/// A field's value, and what went wrong on the way (without `locations`).
#[derive(Debug, Default)]
pub struct Found<'s> {
    pub value: Cow<'s, Value>,
    pub faults: Vec<Value>,
}

impl From<Value> for Found<'_> {
    fn from(value: Value) -> Self {
        Self { value: Cow::Owned(value), faults: Vec::new() }
    }
}

/// A field as it stands in its object.
impl<'s> From<Option<&'s Value>> for Found<'s> {
    fn from(value: Option<&'s Value>) -> Self {
        Self { value: value.map_or(Cow::Owned(Value::Null), Cow::Borrowed), faults: Vec::new() }
    }
}

impl Graph<'_> {
    /// It is there, and counted, and not for this token.
    pub fn hides(&self, object: &Value) -> bool {
        let kind = object.get("__typename").and_then(Value::as_str);
        self.hides_checks && matches!(kind, Some("CheckRun" | "CheckSuite"))
    }

    pub fn resolve<'s>(
        &mut self,
        parent: &str,
        source: &'s Value,
        field: &str,
        arguments: &Arguments,
        path: &[Value],
    ) -> Found<'s> {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str).unwrap_or_default();
        match (parent, field) {
            ("Query", "viewer") => self.viewer().into(),
            ("Query", "rateLimit") => self.rate_limit().into(),
            ("Query", "node") => self.nodes(&[text("id")], path, false),
            ("Query", "nodes") => {
                let ids = arguments.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
                let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
                self.nodes(&ids, path, true)
            }
            ("Query", "repository") => match self.world.repo_at(text("owner"), text("name")) {
                Some(repo) => repository(self.world, repo).into(),
                None => missing(
                    path,
                    &format!("Could not resolve to a Repository with the name '{}/{}'.", text("owner"), text("name")),
                ),
            },
            ("Repository", "pullRequest") => self.pull_numbered(source, arguments, path),
            ("Repository", "suggestedActors") => self.assignable(source).into(),
            ("PullRequest", "reviews") => match arguments.get("states").and_then(Value::as_array) {
                Some(states) => {
                    let all = source.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                    let wanted = |review: &&Value| review.get("state").is_some_and(|state| states.contains(state));
                    all.iter().filter(wanted).cloned().collect::<Value>().into()
                }
                None => source.get(field).into(),
            },
            ("Mutation", "markPullRequestReadyForReview") => self.mark_ready(arguments, path),
            _ => source.get(field).into(),
        }
    }

    /// Who can be put in charge of issues: the agent, where it is enabled for the viewer, and the people.
    fn assignable(&self, repository: &Value) -> Value {
        let id = repository.get("databaseId").and_then(Value::as_i64);
        let here = self.world.repos.iter().find(|repo| Some(repo.id) == id);
        let agent = here.filter(|repo| repo.agent_assignable).and_then(|_| self.world.person(AGENT_ID));
        let people = self.world.people.iter().filter(|person| person.kind == "User");
        agent.into_iter().chain(people).map(person).collect()
    }

    fn viewer(&self) -> Value {
        let Some(viewer) = self.world.person(self.world.viewer) else { return Value::Null };
        let mut out = person(viewer);
        if let Some(out) = out.as_object_mut() {
            let endpoints = json!({
                "__typename": "CopilotEndpoints",
                "api": self.site.copilot,
                "originTracker": "https://origin-tracker.githubusercontent.com",
                "proxy": "https://copilot-proxy.githubusercontent.com",
                "telemetry": "https://copilot-telemetry.githubusercontent.com",
            });
            out.insert("copilotEndpoints".to_owned(), endpoints);
            out.insert("isViewer".to_owned(), true.into());
        }
        out
    }

    fn rate_limit(&self) -> Value {
        let reset = chrono::DateTime::from_timestamp(self.left.reset, 0).unwrap_or_default();
        json!({
            "__typename": "RateLimit",
            "cost": 1,
            "limit": self.left.limit,
            "nodeCount": 1,
            "remaining": self.left.remaining() - 1,
            "used": self.left.used + 1,
            "resetAt": reset.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        })
    }

    /// By their ids alone: each is opened when its fields are picked, so that a hundred of them are never held at once.
    fn nodes(&self, ids: &[&str], path: &[Value], many: bool) -> Found<'static> {
        let mut found = Found::default();
        let mut values = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let known = self.knows(id);
            if !known {
                let mut at = path.to_vec();
                if many {
                    at.push(index.into());
                }
                found
                    .faults
                    .extend(missing(&at, &format!("Could not resolve to a node with the global id of '{id}'.")).faults);
            }
            values.push(if known { Value::from(*id) } else { Value::Null });
        }
        found.value = Cow::Owned(if many { Value::Array(values) } else { values.pop().unwrap_or(Value::Null) });
        found
    }

    fn knows(&self, id: &str) -> bool {
        self.pull_of_node(id).is_some() || self.repo_of_node(id).is_some() || self.person_of_node(id).is_some()
    }

    /// The object behind an id of [`Graph::nodes`].
    pub fn node(&mut self, id: &str) -> Value {
        if let Some(pull) = self.pull_of_node(id) {
            return self.pull(pull);
        }
        if let Some(repo) = self.repo_of_node(id) {
            return repository(self.world, repo);
        }
        self.person_of_node(id).map_or(Value::Null, person)
    }

    fn repo_of_node(&self, id: &str) -> Option<usize> {
        self.world.repos.iter().position(|repo| node_id("R", &[repo.id]) == id)
    }

    fn person_of_node(&self, id: &str) -> Option<&Person> {
        let is_it = |person: &&Person| ["U", "BOT"].iter().any(|prefix| node_id(prefix, &[person.id]) == id);
        self.world.people.iter().find(is_it)
    }

    fn pull_of_node(&self, id: &str) -> Option<usize> {
        let is_it = |pull: &Pull| {
            let repo = self.world.repos.get(pull.repo).map_or(0, |repo| repo.id);
            pull.is_seen(self.world.now) && node_id("PR", &[repo, pull.id]) == id
        };
        self.world.pulls.iter().position(is_it)
    }

    fn pull(&mut self, index: usize) -> Value {
        let out = self.world.view(index).map_or(Value::Null, |view| pull(self.world, &view));
        self.world.ask_mergeable(index);
        out
    }

    fn pull_numbered(&mut self, source: &Value, arguments: &Arguments, path: &[Value]) -> Found<'static> {
        let id = source.get("databaseId").and_then(Value::as_i64);
        let repo = self.world.repos.iter().position(|repo| Some(repo.id) == id);
        let number = arguments.get("number").and_then(Value::as_i64).unwrap_or(0);
        match repo.and_then(|repo| self.world.pull_numbered(repo, number)) {
            Some(index) => self.pull(index).into(),
            None => missing(path, &format!("Could not resolve to a PullRequest with the number of {number}.")),
        }
    }

    fn mark_ready(&mut self, arguments: &Arguments, path: &[Value]) -> Found<'static> {
        let input = arguments.get("input").cloned().unwrap_or_default();
        let id = input.get("pullRequestId").and_then(Value::as_str).unwrap_or_default();
        if !self.may_write {
            return fault("FORBIDDEN", path, "Resource not accessible by personal access token");
        }
        let Some(index) = self.pull_of_node(id) else {
            return missing(path, &format!("Could not resolve to a node with the global id of '{id}'."));
        };
        if self.world.pulls.get(index).is_some_and(|pull| pull.closed_at(self.world.now).is_some()) {
            return fault("UNPROCESSABLE", path, "Pull request is closed.");
        }
        self.world.mark_ready(index);
        json!({
            "__typename": "MarkPullRequestReadyForReviewPayload",
            "clientMutationId": input.get("clientMutationId"),
            "pullRequest": self.pull(index),
        })
        .into()
    }
}

fn fault(kind: &str, path: &[Value], message: &str) -> Found<'static> {
    Found { value: Cow::Owned(Value::Null), faults: vec![json!({ "type": kind, "path": path, "message": message })] }
}

fn missing(path: &[Value], message: &str) -> Found<'static> {
    fault("NOT_FOUND", path, message)
}

fn person(person: &Person) -> Value {
    let (typename, prefix) = if person.kind == "Bot" { ("Bot", "BOT") } else { ("User", "U") };
    let login = person.login.trim_end_matches("[bot]");
    // GraphQL calls the agent by its app's name.
    let login = if person.id == AGENT_ID { "copilot-swe-agent" } else { login };
    json!({
        "__typename": typename,
        "id": node_id(prefix, &[person.id]),
        "databaseId": person.id,
        "login": login,
        "name": (!person.name.is_empty()).then_some(&person.name),
        "isViewer": false,
        "copilotEndpoints": null,
        "avatarUrl": format!("https://avatars.githubusercontent.com/u/{}?v=4", person.id),
        "resourcePath": format!("/{login}"),
        "url": format!("https://github.com/{login}"),
    })
}

fn person_by_id(world: &World, id: i64) -> Value {
    world.person(id).map_or(Value::Null, person)
}

fn repository(world: &World, repo: usize) -> Value {
    let Some(entry) = world.repos.get(repo) else { return Value::Null };
    json!({
        "__typename": "Repository",
        "id": node_id("R", &[entry.id]),
        "databaseId": entry.id,
        "name": entry.name.name(),
        "nameWithOwner": entry.name.as_str(),
        "owner": world.owner_of(repo).map_or(Value::Null, person),
        "isArchived": false,
        "isPrivate": true,
        "defaultBranchRef": { "__typename": "Ref", "id": node_id("REF", &[entry.id]), "name": entry.default_branch },
        "url": format!("https://github.com/{}", entry.name),
    })
}

fn pull(world: &World, view: &PullView<'_>) -> Value {
    let pull = view.pull;
    let Some(entry) = world.repos.get(pull.repo) else { return Value::Null };
    let stamp = |tick| world.clock.stamp(tick);
    let url = format!("https://github.com/{}/pull/{}", entry.name, pull.number);
    let state = match (view.open, view.merged) {
        (true, _) => "OPEN",
        (false, true) => "MERGED",
        (false, false) => "CLOSED",
    };
    let mergeable = match view.mergeable {
        None => "UNKNOWN",
        Some(true) => "MERGEABLE",
        Some(false) => "CONFLICTING",
    };
    let reviews: Vec<Value> =
        pull.reviews_seen(world.now).map(|one| review(world, &url, pull, entry.id, one)).collect();
    let opinions: Vec<Value> =
        pull.opinions(world.now).into_iter().map(|one| review(world, &url, pull, entry.id, one)).collect();
    let out = json!({
        "__typename": "PullRequest",
        "id": node_id("PR", &[entry.id, pull.id]),
        "databaseId": i32::try_from(pull.id).ok(),
        "fullDatabaseId": pull.id.to_string(),
        "number": pull.number,
        "url": url,
        "title": view.title,
        "body": view.body,
        "state": state,
        "isDraft": view.draft,
        "closed": !view.open,
        "closedAt": view.closed_at.map(stamp),
        "merged": view.merged,
        "mergedAt": view.closed_at.filter(|_| view.merged).map(stamp),
        "mergedBy": if view.merged { person_by_id(world, pull.closer) } else { Value::Null },
        "createdAt": stamp(pull.opened),
        "updatedAt": stamp(view.updated),
        "headRefName": pull.branch,
        "headRefOid": view.head_sha,
        "baseRefName": pull.base,
        "baseRefOid": view.base_sha,
        "isCrossRepository": false,
        "author": person_by_id(world, pull.author),
        "additions": view.work.additions,
        "deletions": view.work.deletions,
        "changedFiles": view.work.files,
        "mergeable": mergeable,
        "mergeStateStatus": view.merge_state(),
        "reviewDecision": view.decision,
        "totalCommentsCount": world.comments_on(pull.repo, pull.number).count(),
    });
    let parts = [
        ("statusCheckRollup", rollup(world, entry.id, view)),
        ("commits", commits(world, entry.id, view)),
        ("latestReviews", reviews.clone().into()),
        ("reviews", reviews.into()),
        ("latestOpinionatedReviews", opinions.into()),
        ("repository", repository(world, pull.repo)),
        ("reviewRequests", requests(world, view).into()),
        ("reviewThreads", threads(view).into()),
        ("comments", comments(world, &url, view).into()),
    ];
    with(out, parts)
}

/// Large fields are moved in: `json!` would copy them, one by one.
fn with<const N: usize>(mut object: Value, parts: [(&str, Value); N]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(parts.map(|(name, value)| (name.to_owned(), value)));
    }
    object
}

/// Oldest first. Only the newest is given its checks: what ran for the others is nowhere asked for.
fn commits(world: &World, repo: i64, view: &PullView<'_>) -> Value {
    let pull = view.pull;
    let (last, _) = pull.last_push(&view.work);
    let commit = |push: usize| {
        let newest = push == last;
        let commit = json!({
            "__typename": "Commit",
            "id": node_id("C", &[repo, pull.id]),
            "oid": world.sha(pull.repo, &pull.branch, push + 1),
        });
        let checks = [
            ("statusCheckRollup", if newest { rollup(world, repo, view) } else { Value::Null }),
            ("checkSuites", if newest { suites(world, repo, view).into() } else { json!([]) }),
        ];
        let entry = json!({ "__typename": "PullRequestCommit", "id": node_id("PURC", &[repo, pull.id]) });
        with(entry, [("commit", with(commit, checks))])
    };
    (0..=last).map(commit).collect()
}

fn rollup(world: &World, repo: i64, view: &PullView<'_>) -> Value {
    let Some(state) = view.rollup() else { return Value::Null };
    let contexts: Vec<Value> = view.checks.iter().map(|check| check_run(world, repo, view, check)).collect();
    let out = json!({ "__typename": "StatusCheckRollup", "id": node_id("SCR", &[repo, view.pull.id]), "state": state });
    with(out, [("contexts", contexts.into())])
}

/// One suite for the push's workflow run. One that waits for approval has no check runs yet, so no roll-up shows it.
fn suites(world: &World, repo: i64, view: &PullView<'_>) -> Vec<Value> {
    let plan = &view.pull.check_plan;
    let waits = plan.approval && plan.approved.is_none_or(|at| at > world.now);
    if view.checks.is_empty() && !waits {
        return Vec::new();
    }
    let done = view.checks.iter().all(|check| check.status == "completed");
    let failed = view.checks.iter().any(|check| check.conclusion == Some("failure"));
    let conclusion = match (waits, done, failed) {
        (true, ..) => Some("ACTION_REQUIRED"),
        (_, true, true) => Some("FAILURE"),
        (_, true, false) => Some("SUCCESS"),
        (_, false, _) => None,
    };
    let runs: Vec<Value> = view.checks.iter().map(|check| check_run(world, repo, view, check)).collect();
    let suite = json!({
        "__typename": "CheckSuite",
        "id": node_id("CS", &[repo, view.pull.id]),
        "databaseId": null,
        "status": if conclusion.is_some() { "COMPLETED" } else { "IN_PROGRESS" },
        "conclusion": conclusion,
    });
    vec![with(suite, [("checkRuns", runs.into())])]
}

fn check_run(world: &World, repo: i64, view: &PullView<'_>, check: &CheckView) -> Value {
    let name = world.repos.get(view.pull.repo).map_or("", |repo| repo.name.as_str());
    let url = format!("https://github.com/{name}/actions/runs/{}/job/{}", check.id / 1_000, check.id);
    json!({
        "__typename": "CheckRun",
        "id": node_id("CR", &[repo, check.id]),
        "databaseId": check.id,
        "name": check.name,
        "status": check.status.to_ascii_uppercase(),
        "conclusion": check.conclusion.map(str::to_ascii_uppercase),
        "startedAt": world.clock.stamp(check.started),
        "completedAt": check.completed.map(|at| world.clock.stamp(at)),
        "detailsUrl": url,
        "url": url,
        "title": null,
        "isRequired": check.name != "lint",
        "checkSuite": {
            "__typename": "CheckSuite",
            "id": node_id("CS", &[repo, view.pull.id]),
            "app": { "__typename": "App", "id": node_id("A", &[15_368]), "name": "GitHub Actions", "slug": "github-actions" },
        },
    })
}

fn review(world: &World, url: &str, pull: &Pull, repo: i64, review: &Review) -> Value {
    let commit = world.reviewed_commit(pull, review);
    json!({
        "__typename": "PullRequestReview",
        "id": node_id("PRR", &[repo, review.id]),
        "databaseId": i32::try_from(review.id).ok(),
        "author": person_by_id(world, review.user),
        "body": review.body,
        "state": review.state,
        "createdAt": world.clock.stamp(review.at),
        "submittedAt": world.clock.stamp(review.at),
        "url": format!("{url}#pullrequestreview-{}", review.id),
        "commit": { "__typename": "Commit", "id": node_id("C", &[repo, pull.id]), "oid": commit },
    })
}

fn requests(world: &World, view: &PullView<'_>) -> Vec<Value> {
    let request = |id: i64, reviewer: Value, owner: bool| {
        json!({
            "__typename": "ReviewRequest",
            "id": node_id("RR", &[view.pull.id, id]),
            "databaseId": i32::try_from(id).ok(),
            "asCodeOwner": owner,
            "requestedReviewer": reviewer,
        })
    };
    let users = asked_users(view, world).into_iter().map(|id| request(id, person_by_id(world, id), false));
    let teams = view.pull.asked_teams.iter().enumerate().map(|(index, slug)| {
        let id = 7_000 + i64::try_from(index).unwrap_or(0);
        let team = json!({
            "__typename": "Team",
            "id": node_id("T", &[id]),
            "name": slug,
            "slug": slug,
            "combinedSlug": format!("acme/{slug}"),
            "url": format!("https://github.com/orgs/acme/teams/{slug}"),
        });
        request(id, team, true)
    });
    users.chain(teams).collect()
}

fn threads(view: &PullView<'_>) -> Vec<Value> {
    let thread = |index: u32| {
        json!({
            "__typename": "PullRequestReviewThread",
            "id": node_id("PRRT", &[view.pull.id, i64::from(index)]),
            "isResolved": index % 3 == 2,
            "isOutdated": false,
            "path": "src/lib.rs",
            "line": 40 + index * 12,
        })
    };
    (0..view.pull.threads).map(thread).collect()
}

fn comments(world: &World, url: &str, view: &PullView<'_>) -> Vec<Value> {
    let comment = |comment: &super::super::world::core::Comment| {
        json!({
            "__typename": "IssueComment",
            "id": node_id("IC", &[comment.id]),
            "databaseId": i32::try_from(comment.id).ok(),
            "author": person_by_id(world, comment.user),
            "body": comment.body,
            "createdAt": world.clock.stamp(comment.at),
            "url": format!("{url}#issuecomment-{}", comment.id),
        })
    };
    world.comments_on(view.pull.repo, view.pull.number).map(comment).collect()
}
