//! `/repos/…/pulls/…`: list, one, change, reviews, reviewers.

use serde_json::{Value, json};

use super::super::gate::refuse_write;
use super::super::http::{Answer, Reply};
use super::super::world::pull::PullView;
use super::json::user_by_id;
use super::page::Page;
use super::pull_json::{asked_users, full, review, simple, team};
use super::pull_look;
use super::route::Ctx;

pub fn answer(ctx: &mut Ctx<'_>, repo: usize, method: &str, rest: &[&str]) -> Answer {
    let [number, rest @ ..] = rest else {
        return if method == "GET" { list(ctx, repo) } else { Err(Reply::not_found()) };
    };
    let number = number.parse().map_err(|_| Reply::not_found())?;
    let pull = ctx.world.pull_numbered(repo, number).ok_or_else(Reply::not_found)?;
    match (method, rest) {
        ("GET", []) => get(ctx, pull),
        ("PATCH", []) => change(ctx, pull),
        ("GET", ["files"]) => pull_look::files(ctx, pull),
        ("GET", ["reviews"]) => reviews(ctx, pull),
        ("POST", ["reviews"]) => pull_look::give_review(ctx, pull),
        ("GET", ["requested_reviewers"]) => requested(ctx, pull),
        ("POST", ["requested_reviewers"]) => request_review(ctx, pull),
        _ => Err(Reply::not_found()),
    }
}

fn list(ctx: &Ctx<'_>, repo: usize) -> Answer {
    let query = &ctx.request.query;
    let state = query.get("state").unwrap_or("open");
    if !["open", "closed", "all"].contains(&state) {
        return Err(Reply::invalid("PullRequest", "state", "invalid"));
    }
    let owner = ctx.world.repos.get(repo).map_or("", |repo| repo.name.owner());
    // Without an owner in front GitHub does not apply the filter.
    let head = query.get("head").and_then(|head| head.split_once(':'));
    let wanted = |view: &PullView<'_>| {
        (state == "all" || (state == "open") == view.open)
            && head.is_none_or(|(who, branch)| who.eq_ignore_ascii_case(owner) && branch == view.pull.branch)
            && query.get("base").is_none_or(|base| base == view.pull.base)
    };
    let of_repo =
        (0..ctx.world.pulls.len()).filter(|index| ctx.world.pulls.get(*index).is_some_and(|pull| pull.repo == repo));
    let mut views: Vec<PullView<'_>> = of_repo.filter_map(|index| ctx.world.view(index)).filter(wanted).collect();
    let sort = query.get("sort").unwrap_or("created");
    views.sort_by_key(|view| match sort {
        "updated" => view.updated,
        "popularity" | "long-running" => -view.pull.opened,
        _ => view.pull.opened,
    });
    // Newest first by creation, oldest first for the other orders, unless said otherwise.
    let descending = query.get("direction").map_or(sort == "created", |direction| direction == "desc");
    if descending {
        views.reverse();
    }
    let total = views.len();
    let page = Page::lenient(ctx.request);
    let shown: Vec<Value> = page.cut(views).iter().map(|view| simple(ctx.world, &ctx.site.api, view)).collect();
    Ok(page.linked(ctx.request, &ctx.site.api, total, Reply::ok(&shown.into())))
}

fn get(ctx: &mut Ctx<'_>, pull: usize) -> Answer {
    if let Some(diff) = pull_look::diff(ctx, pull) {
        return diff;
    }
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    let body = full(ctx.world, &ctx.site.api, &view);
    ctx.world.ask_mergeable(pull);
    Ok(Reply::ok(&body))
}

fn change(ctx: &mut Ctx<'_>, pull: usize) -> Answer {
    if let Some(refused) = refuse_write(ctx.request) {
        return Err(refused);
    }
    let body = ctx.request.json()?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let state = text("state");
    if state.as_deref().is_some_and(|state| !["open", "closed"].contains(&state)) {
        return Err(Reply::invalid("PullRequest", "state", "invalid"));
    }
    if text("title").is_some_and(|title| title.trim().is_empty()) {
        return Err(Reply::invalid("PullRequest", "title", "missing_field"));
    }
    if let Some(base) = text("base")
        && !ctx
            .world
            .branches(ctx.world.pulls.get(pull).map_or(0, |pull| pull.repo))
            .iter()
            .any(|(name, _)| *name == base)
    {
        return Err(Reply::invalid("PullRequest", "base", "invalid"));
    }
    if state.as_deref() == Some("open") && ctx.world.pulls.get(pull).is_some_and(|pull| pull.is_merged(ctx.world.now)) {
        return Err(Reply::invalid("PullRequest", "state", "invalid"));
    }
    ctx.world.change_pull(pull, text("title"), text("body"), text("base"), state.as_deref());
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&full(ctx.world, &ctx.site.api, &view)))
}

fn reviews(ctx: &Ctx<'_>, pull: usize) -> Answer {
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    let mut seen: Vec<_> = view.pull.reviews_seen(ctx.world.now).collect();
    seen.sort_by_key(|review| review.at);
    let shown = seen.into_iter().map(|one| review(ctx.world, &ctx.site.api, &view, one)).collect();
    Ok(Page::lenient(ctx.request).array(ctx.request, &ctx.site.api, shown))
}

fn requested(ctx: &Ctx<'_>, pull: usize) -> Answer {
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    let api = &ctx.site.api;
    let users: Vec<Value> = asked_users(&view, ctx.world).iter().map(|id| user_by_id(ctx.world, api, *id)).collect();
    let teams: Vec<Value> = view.pull.asked_teams.iter().map(|slug| team(api, slug)).collect();
    Ok(Reply::ok(&json!({ "users": users, "teams": teams })))
}

fn request_review(ctx: &mut Ctx<'_>, pull: usize) -> Answer {
    if let Some(refused) = refuse_write(ctx.request) {
        return Err(refused);
    }
    let body = ctx.request.json()?;
    let names = |key: &str| -> Vec<String> {
        let listed = body.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        listed.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (logins, teams) = (names("reviewers"), names("team_reviewers"));
    if logins.is_empty() && teams.is_empty() {
        return Err(Reply::message(422, "At least one of reviewers or team_reviewers is required."));
    }
    let found: Option<Vec<i64>> =
        logins.iter().map(|login| ctx.world.person_named(login).map(|person| person.id)).collect();
    let users = found.ok_or_else(|| {
        Reply::message(422, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.")
    })?;
    if ctx.world.pulls.get(pull).is_some_and(|pull| users.contains(&pull.author)) {
        return Err(Reply::message(422, "Review cannot be requested from pull request author."));
    }
    ctx.world.ask_review(pull, users, teams);
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    Ok(Reply::json(201, &simple(ctx.world, &ctx.site.api, &view)))
}
