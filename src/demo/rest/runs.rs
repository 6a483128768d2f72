//! `/repos/…/actions/…`: runs, jobs, their logs and artifacts, and the orders a run can be given.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};

use super::super::blobs;
use super::super::gate::refuse_write;
use super::super::http::{Answer, Reply};
use super::super::world::core::World;
use super::super::world::joblog;
use super::super::world::runs::{JobView, Obeyed, Order, RunKind, RunView};
use super::json::{minimal_repo, node_id, user_by_id};
use super::page::Page;
use super::route::Ctx;

/// With any of the filters GitHub gives at most so many.
const FILTERED_MOST: usize = 1_000;

pub fn answer(ctx: &mut Ctx<'_>, repo: usize, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", ["runs"]) => return list(ctx, repo),
        ("GET", ["jobs", job]) => return job_by_id(ctx, repo, job),
        ("GET", ["jobs", job, "logs"]) => return job_log(ctx, repo, job),
        ("GET", ["artifacts", id, "zip"]) => return artifact(ctx, repo, id),
        _ => {}
    }
    let ["runs", id, rest @ ..] = rest else { return Err(Reply::not_found()) };
    let run = id.parse().ok().and_then(|id| ctx.world.run(repo, id)).ok_or_else(Reply::not_found)?;
    match (method, rest) {
        ("GET", []) => Ok(Reply::ok(&run_json(ctx, &run, leaves_out_pulls(ctx)))),
        ("GET", ["jobs"]) => jobs(ctx, &run),
        ("GET", ["artifacts"]) => artifacts(ctx, &run),
        // The archive of a run's logs is made later than the run ends, and is often not there.
        ("GET", ["logs"]) => Err(Reply::not_found()),
        ("POST", ["cancel"]) => order(ctx, &run, Order::Cancel, 202),
        ("POST", ["force-cancel"]) => order(ctx, &run, Order::ForceCancel, 202),
        ("POST", ["rerun"]) => order(ctx, &run, Order::Rerun { failed_only: false }, 201),
        ("POST", ["rerun-failed-jobs"]) => order(ctx, &run, Order::Rerun { failed_only: true }, 201),
        ("POST", ["approve"]) => order(ctx, &run, Order::Approve, 201),
        _ => Err(Reply::not_found()),
    }
}

fn order(ctx: &mut Ctx<'_>, run: &RunView, order: Order, status: u16) -> Answer {
    if let Some(refused) = refuse_write(ctx.request) {
        return Err(refused);
    }
    ctx.request.optional_json()?;
    match ctx.world.order(run.repo, run.id, order) {
        Obeyed::Accepted => Ok(Reply::json(status, &json!({}))),
        Obeyed::Conflict(why) => Err(Reply::message(409, why)),
        Obeyed::Forbidden(why) => Err(Reply::message(403, why)),
        Obeyed::NoSuchRun => Err(Reply::not_found()),
    }
}

fn leaves_out_pulls(ctx: &Ctx<'_>) -> bool {
    ctx.request.query.get("exclude_pull_requests") == Some("true")
}

fn list(ctx: &Ctx<'_>, repo: usize) -> Answer {
    let query = &ctx.request.query;
    let filters = ["actor", "branch", "event", "status", "created", "head_sha", "check_suite_id"];
    let filtered = filters.iter().any(|key| query.get(key).is_some());
    let created = match query.get("created") {
        Some(text) => Some(Range::parse(text).ok_or_else(|| Reply::invalid("WorkflowRun", "created", "invalid"))?),
        None => None,
    };
    let is = |key: &str, found: &str| query.get(key).is_none_or(|wanted| wanted == found);
    let wanted = |run: &RunView| {
        let actor = ctx.world.person(run.actor).map_or("", |person| person.login.as_str());
        let at = ctx.world.clock.instant(run.created);
        query.get("branch").is_none_or(|branch| run.branch.as_deref() == Some(branch))
            && is("event", run.event)
            && is("actor", actor)
            && is("head_sha", &run.sha)
            && is("check_suite_id", &suite_id(run).to_string())
            && query.get("status").is_none_or(|word| run.status == word || run.conclusion == Some(word))
            && created.as_ref().is_none_or(|range| range.holds(at))
    };
    let mut runs: Vec<RunView> = ctx.world.runs(repo).into_iter().filter(wanted).collect();
    if filtered {
        runs.truncate(FILTERED_MOST);
    }
    let total = runs.len();
    let page = Page::lenient(ctx.request);
    let bare = leaves_out_pulls(ctx);
    let shown: Vec<Value> = page.cut(runs).iter().map(|run| run_json(ctx, run, bare)).collect();
    let body = json!({ "total_count": total, "workflow_runs": shown });
    Ok(page.linked(ctx.request, &ctx.site.api, total, Reply::ok(&body)))
}

/// GitHub's range syntax for dates: `>=A`, `<B`, `A..B`, `A`; `*` is open.
struct Range {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let bound = |text: &str, end: bool| if text == "*" { Some(None) } else { moment(text, end).map(Some) };
        if let Some((from, to)) = text.split_once("..") {
            return Some(Self { from: bound(from, false)?, to: bound(to, true)? });
        }
        let nudge = chrono::TimeDelta::milliseconds(1);
        Some(if let Some(rest) = text.strip_prefix(">=") {
            Self { from: Some(moment(rest, false)?), to: None }
        } else if let Some(rest) = text.strip_prefix("<=") {
            Self { from: None, to: Some(moment(rest, true)?) }
        } else if let Some(rest) = text.strip_prefix('>') {
            Self { from: Some(moment(rest, true)? + nudge), to: None }
        } else if let Some(rest) = text.strip_prefix('<') {
            Self { from: None, to: Some(moment(rest, false)? - nudge) }
        } else {
            Self { from: Some(moment(text, false)?), to: Some(moment(text, true)?) }
        })
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

/// A time, or a whole day's beginning or end.
fn moment(text: &str, end: bool) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let day: NaiveDate = text.parse().ok()?;
    let at = if end { day.and_hms_milli_opt(23, 59, 59, 999) } else { day.and_hms_opt(0, 0, 0) };
    Some(at?.and_utc())
}

fn suite_id(run: &RunView) -> i64 {
    run.id + 22_000_000_000
}

fn run_json(ctx: &Ctx<'_>, run: &RunView, bare: bool) -> Value {
    let (world, api) = (&*ctx.world, &ctx.site.api);
    let Some(entry) = world.repos.get(run.repo) else { return Value::Null };
    let url = format!("{api}/repos/{}/actions/runs/{}", entry.name, run.id);
    let stamp = |tick| world.clock.stamp(tick);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("id", run.id.into());
    put("name", run.name.as_str().into());
    put("node_id", node_id("WFR", &[entry.id, run.id]).into());
    put("check_suite_id", suite_id(run).into());
    put("check_suite_node_id", node_id("CS", &[entry.id, suite_id(run)]).into());
    put("head_branch", run.branch.clone().into());
    put("head_sha", run.sha.as_str().into());
    put("path", run.path.as_str().into());
    put("display_title", run.title.as_str().into());
    put("run_number", run.number.into());
    put("run_attempt", run.attempt.into());
    put("event", run.event.into());
    put("status", run.status.into());
    put("conclusion", run.conclusion.into());
    put("workflow_id", run.workflow.into());
    put("url", url.as_str().into());
    put("html_url", format!("https://github.com/{}/actions/runs/{}", entry.name, run.id).into());
    put("pull_requests", if bare { json!([]) } else { pulls_of(world, api, run) });
    put("created_at", stamp(run.created).into());
    put("updated_at", stamp(run.updated).into());
    put("run_started_at", stamp(run.started).into());
    put("actor", user_by_id(world, api, run.actor));
    put("triggering_actor", user_by_id(world, api, run.actor));
    put("referenced_workflows", json!([]));
    put("previous_attempt_url", (run.attempt > 1).then(|| format!("{url}/attempts/{}", run.attempt - 1)).into());
    for key in ["jobs", "logs", "artifacts", "cancel", "rerun"] {
        put(&format!("{key}_url"), format!("{url}/{key}").into());
    }
    put("check_suite_url", format!("{api}/repos/{}/check-suites/{}", entry.name, suite_id(run)).into());
    put("workflow_url", format!("{api}/repos/{}/actions/workflows/{}", entry.name, run.workflow).into());
    put("head_commit", head_commit(world, run));
    put("repository", minimal_repo(world, api, run.repo));
    put("head_repository", minimal_repo(world, api, run.repo));
    Value::Object(out)
}

fn head_commit(world: &World, run: &RunView) -> Value {
    let who = json!({ "name": "copilot-swe-agent[bot]", "email": "198982749+Copilot@users.noreply.github.com" });
    json!({
        "id": run.sha,
        "tree_id": world.chance.of(&run.sha, 0).hex(40),
        "message": run.title,
        "timestamp": world.clock.stamp(run.created),
        "author": who,
        "committer": who,
    })
}

/// Often empty for the agent's runs: they are linked by their branch.
fn pulls_of(world: &World, api: &str, run: &RunView) -> Value {
    let Some(view) = run.pull.and_then(|pull| world.view(pull)) else { return json!([]) };
    let Some(entry) = world.repos.get(run.repo) else { return json!([]) };
    let repo = json!({
        "id": entry.id,
        "url": format!("{api}/repos/{}", entry.name),
        "name": entry.name.name(),
    });
    json!([{
        "id": view.pull.id,
        "number": view.pull.number,
        "url": format!("{api}/repos/{}/pulls/{}", entry.name, view.pull.number),
        "head": { "ref": view.pull.branch, "sha": view.head_sha, "repo": repo },
        "base": { "ref": view.pull.base, "sha": view.base_sha, "repo": repo },
    }])
}

fn jobs(ctx: &Ctx<'_>, run: &RunView) -> Answer {
    match ctx.request.query.get("filter") {
        None | Some("latest" | "all") => {}
        Some(_) => return Err(Reply::invalid("Job", "filter", "invalid")),
    }
    let total = run.jobs.len();
    let page = Page::lenient(ctx.request);
    let shown: Vec<Value> = page.cut(run.jobs.clone()).iter().map(|job| job_json(ctx, run, job)).collect();
    let body = json!({ "total_count": total, "jobs": shown });
    Ok(page.linked(ctx.request, &ctx.site.api, total, Reply::ok(&body)))
}

fn job_json(ctx: &Ctx<'_>, run: &RunView, job: &JobView) -> Value {
    let (world, api) = (&*ctx.world, &ctx.site.api);
    let Some(entry) = world.repos.get(run.repo) else { return Value::Null };
    let stamp = |tick| world.clock.stamp(tick);
    let steps = job.steps.iter().enumerate().map(|(index, step)| {
        json!({
            "name": step.name,
            "status": step.status,
            "conclusion": step.conclusion,
            "number": index + 1,
            "started_at": step.started.map(stamp),
            "completed_at": step.completed.map(stamp),
        })
    });
    let waiting = job.status == "queued";
    json!({
        "id": job.id,
        "run_id": run.id,
        "run_url": format!("{api}/repos/{}/actions/runs/{}", entry.name, run.id),
        "run_attempt": job.attempt,
        "node_id": node_id("CR", &[entry.id, job.id]),
        "head_sha": run.sha,
        "head_branch": run.branch,
        "workflow_name": run.name,
        "url": format!("{api}/repos/{}/actions/jobs/{}", entry.name, job.id),
        "html_url": format!("https://github.com/{}/actions/runs/{}/job/{}", entry.name, run.id, job.id),
        "check_run_url": format!("{api}/repos/{}/check-runs/{}", entry.name, job.id),
        "status": job.status,
        "conclusion": job.conclusion,
        "name": job.name,
        "created_at": stamp(run.started),
        "started_at": stamp(job.started),
        "completed_at": job.completed.map(stamp),
        "steps": steps.collect::<Vec<_>>(),
        "labels": ["ubuntu-latest"],
        "runner_id": if waiting { Value::Null } else { 1_000_000_217.into() },
        "runner_name": if waiting { Value::Null } else { "GitHub Actions 1000000217".into() },
        "runner_group_id": if waiting { Value::Null } else { 0.into() },
        "runner_group_name": if waiting { Value::Null } else { "GitHub Actions".into() },
    })
}

/// A job's id leads to its run: the last three digits are attempt and place.
fn find_job(ctx: &Ctx<'_>, repo: usize, job: &str) -> Result<(RunView, JobView), Reply> {
    let id: i64 = job.parse().map_err(|_| Reply::not_found())?;
    let run = ctx.world.run(repo, id / 1_000).ok_or_else(Reply::not_found)?;
    let job = run.jobs.iter().find(|job| job.id == id).cloned().ok_or_else(Reply::not_found)?;
    Ok((run, job))
}

fn job_by_id(ctx: &Ctx<'_>, repo: usize, job: &str) -> Answer {
    let (run, job) = find_job(ctx, repo, job)?;
    Ok(Reply::ok(&job_json(ctx, &run, &job)))
}

fn job_log(ctx: &Ctx<'_>, repo: usize, job: &str) -> Answer {
    let (run, job) = find_job(ctx, repo, job)?;
    if joblog::render(ctx.world, &run, &job).is_none() {
        return Err(blobs::error(404, "BlobNotFound", "The specified blob does not exist."));
    }
    let link = blobs::link(ctx.site, ctx.world, &format!("jobs/{repo}/{}/{}", run.id, job.id));
    Ok(Reply::empty(302).with("location", link))
}

/// What the checks left behind; the agent's own runs leave nothing.
fn run_artifacts(ctx: &Ctx<'_>, run: &RunView) -> Vec<Value> {
    let (world, api) = (&*ctx.world, &ctx.site.api);
    let Some(entry) = world.repos.get(run.repo) else { return Vec::new() };
    if matches!(run.kind, RunKind::Agent { .. }) || run.status != "completed" || run.jobs.is_empty() {
        return Vec::new();
    }
    let id = run.id * 10 + 1;
    let url = format!("{api}/repos/{}/actions/artifacts/{id}", entry.name);
    let kept = 7 * super::super::world::clock::DAY;
    vec![json!({
        "id": id,
        "node_id": node_id("A", &[id]),
        "name": "coverage",
        "size_in_bytes": 22,
        "url": url,
        "archive_download_url": format!("{url}/zip"),
        "expired": run.updated + kept <= world.now,
        "digest": format!("sha256:{}", world.chance.of("digest", run.id.unsigned_abs()).hex(64)),
        "created_at": world.clock.stamp(run.updated),
        "updated_at": world.clock.stamp(run.updated),
        "expires_at": world.clock.stamp(run.updated + kept),
        "workflow_run": { "id": run.id, "repository_id": entry.id, "head_branch": run.branch, "head_sha": run.sha },
    })]
}

fn artifacts(ctx: &Ctx<'_>, run: &RunView) -> Answer {
    let found = run_artifacts(ctx, run);
    Ok(Reply::ok(&json!({ "total_count": found.len(), "artifacts": found })))
}

fn artifact(ctx: &Ctx<'_>, repo: usize, id: &str) -> Answer {
    let id: i64 = id.parse().map_err(|_| Reply::not_found())?;
    let run = ctx.world.run(repo, id / 10).ok_or_else(Reply::not_found)?;
    let found = run_artifacts(ctx, &run);
    let found = found.iter().find(|artifact| artifact.get("id") == Some(&id.into())).ok_or_else(Reply::not_found)?;
    if found.get("expired") == Some(&true.into()) {
        return Err(Reply::message(410, "Artifact has expired"));
    }
    Ok(Reply::empty(302).with("location", blobs::link(ctx.site, ctx.world, &format!("artifacts/{id}"))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_range_syntax_of_dates_is_understood() {
        let holds = |range: &str, at: &str| Range::parse(range).unwrap().holds(at.parse().unwrap());
        assert!(holds(">=2026-06-26", "2026-06-26T00:00:00Z"));
        assert!(!holds(">2026-06-26", "2026-06-26T13:00:00Z"));
        assert!(holds("2026-06-01..2026-06-26", "2026-06-26T23:00:00Z"));
        assert!(holds("*..2026-06-26T12:00:00Z", "2020-01-01T00:00:00Z"));
        assert!(!holds("<2026-06-26", "2026-06-26T00:00:00Z"));
        assert!(holds("2026-06-26", "2026-06-26T12:00:00Z"));
        assert!(Range::parse("yesterday").is_none());
        assert!(Range::parse(">=soon").is_none());
    }
}
