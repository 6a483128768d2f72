//! `/repos/…/issues/{number}/timeline`: what happened on an issue or a pull request, the agent's work included.

use serde_json::{Value, json};

use super::super::http::{Answer, Reply};
use super::super::world::Tick;
use super::super::world::core::Issue;
use super::super::world::pull::{MarkKind, Pull, PullView};
use super::issues::{comment_json, pull_as_issue};
use super::json::{full_repo, node_id, user_by_id};
use super::page::Page;
use super::pull_json::review;
use super::route::Ctx;

pub fn answer(ctx: &Ctx<'_>, repo: usize, number: &str) -> Answer {
    let number: i64 = number.parse().map_err(|_| Reply::not_found())?;
    let mut events: Vec<(Tick, Value)> = Vec::new();
    if let Some(view) = ctx.world.pull_numbered(repo, number).and_then(|index| ctx.world.view(index)) {
        of_pull(ctx, &view, &mut events);
    } else {
        let issue = ctx.world.issue_numbered(repo, number).and_then(|index| ctx.world.issues.get(index));
        of_issue(ctx, issue.ok_or_else(Reply::not_found)?, &mut events);
    }
    for comment in ctx.world.comments_on(repo, number) {
        let mut body = comment_json(ctx, comment);
        if let Some(body) = body.as_object_mut() {
            body.insert("event".to_owned(), "commented".into());
            body.insert("actor".to_owned(), user_by_id(ctx.world, &ctx.site.api, comment.user));
        }
        events.push((comment.at, body));
    }
    events.sort_by_key(|(at, _)| *at);
    let bodies = events.into_iter().map(|(_, body)| body).collect();
    Ok(Page::lenient(ctx.request).array(ctx.request, &ctx.site.api, bodies))
}

/// Who was put in charge, and the pull requests that name it.
fn of_issue(ctx: &Ctx<'_>, issue: &Issue, events: &mut Vec<(Tick, Value)>) {
    let api = &ctx.site.api;
    for (at, person, by) in &issue.assigned {
        let id = 27_000_000_000 + issue.number * 1_000 + i64::try_from(events.len()).unwrap_or(0);
        let body = json!({
            "id": id,
            "node_id": node_id("AE", &[id]),
            "url": format!("{api}/repos/acme/issues/events/{id}"),
            "actor": user_by_id(ctx.world, api, *by),
            "event": "assigned",
            "commit_id": null,
            "commit_url": null,
            "created_at": ctx.world.clock.stamp(*at),
            "assignee": user_by_id(ctx.world, api, *person),
            "assigner": user_by_id(ctx.world, api, *by),
            "performed_via_github_app": null,
        });
        events.push((*at, body));
    }
    let naming = |pull: &Pull| pull.repo == issue.repo && pull.closes == Some(issue.number);
    let pulls = ctx.world.pulls.iter().enumerate().filter(|(_, pull)| naming(pull));
    for view in pulls.filter_map(|(index, _)| ctx.world.view(index)) {
        let at = ctx.world.clock.stamp(view.pull.opened);
        let mut source = pull_as_issue(ctx, &view);
        if let Some(source) = source.as_object_mut() {
            source.insert("repository".to_owned(), full_repo(ctx.world, api, view.pull.repo));
        }
        // Unlike other events it has no id of its own.
        let body = json!({
            "actor": user_by_id(ctx.world, api, view.pull.author),
            "created_at": at,
            "updated_at": at,
            "source": { "type": "issue", "issue": source },
            "event": "cross-referenced",
        });
        events.push((view.pull.opened, body));
    }
    if let Some(at) = issue.closed {
        let body = json!({
            "event": "closed",
            "actor": user_by_id(ctx.world, api, ctx.world.viewer),
            "created_at": ctx.world.clock.stamp(at),
        });
        events.push((at, body));
    }
}

fn of_pull(ctx: &Ctx<'_>, view: &PullView<'_>, events: &mut Vec<(Tick, Value)>) {
    let pull = view.pull;
    let mut add = |at: Tick, name: &str, actor: i64, by_agent: bool| {
        let id = pull.id * 100 + i64::try_from(events.len()).unwrap_or(0);
        let app = json!({ "id": 1_143_301, "slug": "copilot-swe-agent", "name": "Copilot coding agent" });
        let body = json!({
            "id": id,
            "node_id": node_id("EV", &[id]),
            "url": format!("{}/repos/acme/issues/events/{id}", ctx.site.api),
            "actor": user_by_id(ctx.world, &ctx.site.api, actor),
            "event": name,
            "commit_id": null,
            "commit_url": null,
            "created_at": ctx.world.clock.stamp(at),
            "performed_via_github_app": if by_agent { app } else { Value::Null },
        });
        events.push((at, body));
    };
    for mark in &view.work.marks {
        let name = match mark.kind {
            MarkKind::Started => "copilot_work_started",
            MarkKind::Finished => "copilot_work_finished",
            MarkKind::Failed => "copilot_work_finished_failure",
        };
        add(mark.at, name, mark.user, true);
    }
    if let Some(at) = pull.ready.filter(|at| *at <= ctx.world.now) {
        add(at, "ready_for_review", pull.closer, false);
    }
    if let Some(at) = view.closed_at {
        if view.merged {
            add(at, "merged", pull.closer, false);
        }
        add(at, "closed", pull.closer, false);
    }
    let mut pushes: Vec<Tick> = view.work.pushes.iter().copied().filter(|at| *at > pull.opened).collect();
    pushes.sort_unstable();
    for (nth, at) in pushes.into_iter().enumerate() {
        events.push((at, commit(ctx, view, nth + 2, at)));
    }
    for one in pull.reviews_seen(ctx.world.now) {
        let mut body = review(ctx.world, &ctx.site.api, view, one);
        if let Some(body) = body.as_object_mut() {
            body.insert("event".to_owned(), "reviewed".into());
            body.insert("state".to_owned(), one.state.to_ascii_lowercase().into());
        }
        events.push((one.at, body));
    }
}

/// A commit the agent pushed. Unlike other events it has neither `actor` nor `created_at`, its people are names.
fn commit(ctx: &Ctx<'_>, view: &PullView<'_>, push: usize, at: Tick) -> Value {
    let pull = view.pull;
    let sha = ctx.world.sha(pull.repo, &pull.branch, push);
    let name = ctx.world.repos.get(pull.repo).map(|repo| repo.name.to_string()).unwrap_or_default();
    let person = json!({
        "name": "copilot-swe-agent[bot]",
        "email": "198982749+Copilot@users.noreply.github.com",
        "date": ctx.world.clock.stamp(at),
    });
    json!({
        "event": "committed",
        "sha": sha,
        "node_id": node_id("C", &[pull.id]),
        "url": format!("{}/repos/{name}/git/commits/{sha}", ctx.site.api),
        "html_url": format!("https://github.com/{name}/commit/{sha}"),
        "author": person,
        "committer": person,
        "message": format!("{}: part {}", view.title, push - 1),
        "parents": [],
        "verification": { "verified": true, "reason": "valid", "signature": null, "payload": null },
    })
}
