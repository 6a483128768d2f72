//! `/repos/…/commits/{ref}/…`: checks, the combined status, the pull requests of a commit.

use serde_json::{Value, json};

use super::super::http::{Answer, Reply};
use super::super::world::checks::CheckView;
use super::super::world::clock::DAY;
use super::super::world::pull::PullView;
use super::json::{minimal_repo, node_id, user};
use super::page::Page;
use super::pull_json::simple;
use super::route::Ctx;

pub fn answer(ctx: &Ctx<'_>, repo: usize, rest: &[&str]) -> Answer {
    let [name @ .., what] = rest else { return Err(Reply::not_found()) };
    let commit = Commit::find(ctx, repo, &name.join("/"))?;
    match *what {
        "check-runs" => check_runs(ctx, repo, &commit),
        "status" => Ok(status(ctx, repo, &commit)),
        "pulls" => Ok(pulls(ctx, &commit)),
        _ => Err(Reply::not_found()),
    }
}

/// A commit by its branch or its id, and the pull request it is the head of.
struct Commit<'a> {
    sha: String,
    view: Option<PullView<'a>>,
}

impl<'a> Commit<'a> {
    fn find(ctx: &'a Ctx<'_>, repo: usize, name: &str) -> Result<Self, Reply> {
        let world = &*ctx.world;
        let of_repo =
            (0..world.pulls.len()).filter(|index| world.pulls.get(*index).is_some_and(|pull| pull.repo == repo));
        let is_head = |view: &PullView<'_>| view.head_sha == name || view.pull.branch == name;
        let view = of_repo.filter_map(|index| world.view(index)).filter(is_head).last();
        if let Some(view) = view {
            return Ok(Self { sha: view.head_sha.clone(), view: Some(view) });
        }
        let branch = world.branches(repo).into_iter().find(|(branch, sha)| branch == name || sha == name);
        let (_, sha) = branch.ok_or_else(|| Reply::message(422, &format!("No commit found for SHA: {name}")))?;
        Ok(Self { sha, view: None })
    }

    fn checks(&self) -> &[CheckView] {
        self.view.as_ref().map(|view| view.checks.as_slice()).unwrap_or_default()
    }
}

fn check_runs(ctx: &Ctx<'_>, repo: usize, commit: &Commit<'_>) -> Answer {
    let query = &ctx.request.query;
    if query.get("filter").is_some_and(|filter| !["latest", "all"].contains(&filter)) {
        return Err(Reply::invalid("CheckRun", "filter", "invalid"));
    }
    let wanted = |check: &&CheckView| {
        query.get("check_name").is_none_or(|name| name == check.name)
            && query.get("status").is_none_or(|status| status == check.status)
    };
    let found: Vec<Value> =
        commit.checks().iter().filter(wanted).map(|check| check_json(ctx, repo, commit, check)).collect();
    let (total, page) = (found.len(), Page::lenient(ctx.request));
    let body = json!({ "total_count": total, "check_runs": page.cut(found) });
    Ok(page.linked(ctx.request, &ctx.site.api, total, Reply::ok(&body)))
}

fn check_json(ctx: &Ctx<'_>, repo: usize, commit: &Commit<'_>, check: &CheckView) -> Value {
    let (world, api) = (&*ctx.world, &ctx.site.api);
    let Some(entry) = world.repos.get(repo) else { return Value::Null };
    let url = format!("{api}/repos/{}/check-runs/{}", entry.name, check.id);
    let html = format!("https://github.com/{}/actions/runs/{}/job/{}", entry.name, check.id / 1_000, check.id);
    let stamp = |tick| world.clock.stamp(tick);
    json!({
        "id": check.id,
        "name": check.name,
        "node_id": node_id("CR", &[entry.id, check.id]),
        "head_sha": commit.sha,
        "external_id": world.chance.of("external", check.id.unsigned_abs()).uuid(),
        "url": url,
        "html_url": html,
        "details_url": html,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": stamp(check.started),
        "completed_at": check.completed.map(stamp),
        "output": {
            "title": null,
            "summary": null,
            "text": null,
            "annotations_count": i32::from(check.conclusion == Some("failure")),
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": { "id": check.id / 1_000 + 22_000_000_000 },
        "app": app(ctx),
        "pull_requests": [],
    })
}

fn app(ctx: &Ctx<'_>) -> Value {
    let owner = ctx.world.person_named("github").map_or(Value::Null, |person| user(&ctx.site.api, person));
    json!({
        "id": 15_368,
        "client_id": "Iv1.05c79e9ad1f6bdfa",
        "slug": "github-actions",
        "node_id": "MDM6QXBwMTUzNjg=",
        "owner": owner,
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": "https://help.github.com/en/actions",
        "html_url": "https://github.com/apps/github-actions",
        "created_at": ctx.world.clock.stamp(-3_000 * DAY),
        "updated_at": ctx.world.clock.stamp(-400 * DAY),
        "permissions": { "actions": "write", "checks": "write", "metadata": "read" },
        "events": ["check_run", "check_suite", "push"],
    })
}

/// Nobody posts statuses here any more: the answer is the misleading "pending" with none.
fn status(ctx: &Ctx<'_>, repo: usize, commit: &Commit<'_>) -> Reply {
    let name = ctx.world.repos.get(repo).map(|repo| repo.name.clone());
    let name = name.as_ref().map_or("", |name| name.as_str());
    let url = format!("{}/repos/{name}/commits/{}", ctx.site.api, commit.sha);
    Reply::ok(&json!({
        "state": "pending",
        "statuses": [],
        "sha": commit.sha,
        "total_count": 0,
        "repository": minimal_repo(ctx.world, &ctx.site.api, repo),
        "commit_url": url,
        "url": format!("{url}/status"),
    }))
}

fn pulls(ctx: &Ctx<'_>, commit: &Commit<'_>) -> Reply {
    let found = commit.view.iter().map(|view| simple(ctx.world, &ctx.site.api, view)).collect();
    Page::lenient(ctx.request).array(ctx.request, &ctx.site.api, found)
}
