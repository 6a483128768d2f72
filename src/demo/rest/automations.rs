//! `/agents/…/automations`: what starts tasks by itself, and how it is set.
//!
//! Repositories that anybody can see do not have these paths yet: 404, as the service's first roll-out answers.

use serde_json::{Map, Value, json};

use super::super::gate::refuse_write;
use super::super::grants::archived;
use super::super::http::{Answer, Reply};
use super::super::world::automation::{Automation, RunPlan};
use super::super::world::automations::Cause;
use super::automation_offers as offers;
use super::page::Page;
use super::route::Ctx;
use super::tasks::{self, Among};
use super::{automation_check as check, automation_json as shapes};

pub fn answer(ctx: &mut Ctx<'_>, repo: usize, method: &str, rest: &[&str]) -> Answer {
    if ctx.world.repos.get(repo).is_none_or(|repo| repo.public) {
        return Err(Reply::not_found());
    }
    if method != "GET" {
        if let Some(refused) = refuse_write(ctx.request) {
            return Err(refused);
        }
        if ctx.world.repos.get(repo).is_some_and(|repo| repo.archived) {
            return Err(archived());
        }
    }
    match (method, rest) {
        ("GET", []) => in_repo(ctx, repo),
        ("POST", []) => create(ctx, repo),
        ("GET", ["available-tools"]) => Ok(offers::tools(ctx, repo)),
        ("GET", ["available-triggers"]) => Ok(offers::triggers()),
        (_, [id, rest @ ..]) => {
            let index = ctx.world.automation_in(repo, id).ok_or_else(Reply::not_found)?;
            match (method, rest) {
                ("GET", []) => Ok(Reply::ok(&shapes::detail(ctx.world, index))),
                ("PATCH", []) => change(ctx, index),
                ("DELETE", []) => {
                    ctx.world.delete_automation(index);
                    Ok(Reply::empty(204))
                }
                ("GET", ["tasks"]) => tasks::list(ctx, Among::Automation(index)),
                ("POST", ["tasks"]) => run_now(ctx, index),
                _ => Err(Reply::not_found()),
            }
        }
        _ => Err(Reply::not_found()),
    }
}

/// Those the caller created, in all repositories that have them. The filter goes by two names.
pub fn mine(ctx: &Ctx<'_>) -> Answer {
    let page = Page::strict(ctx.request)?;
    let wanted = ["owner_type", "type"].iter().find_map(|key| ctx.request.query.get(key));
    if wanted.is_some_and(|word| !["user", "repository"].contains(&word)) {
        return Err(Reply::invalid_task("invalid", "owner_type must be one of: user, repository"));
    }
    let owned = |automation: &Automation| wanted.is_none_or(|wanted| automation.text("owner_type") == Some(wanted));
    let all = shown(ctx, |automation| automation.creator == ctx.world.viewer && owned(automation));
    Ok(page.array(ctx.request, &ctx.site.api, all))
}

fn in_repo(ctx: &Ctx<'_>, repo: usize) -> Answer {
    let page = Page::strict(ctx.request)?;
    let all = shown(ctx, |automation| automation.repo == repo);
    let total = all.len();
    let body = json!({ "automations": page.cut(all), "total_count": total });
    Ok(page.linked(ctx.request, &ctx.site.api, total, Reply::ok(&body)))
}

/// Newest first.
fn shown(ctx: &Ctx<'_>, keep: impl Fn(&Automation) -> bool) -> Vec<Value> {
    let world = &*ctx.world;
    let kept = world.automations.iter().enumerate().filter(|(_, automation)| !automation.deleted && keep(automation));
    let mut found: Vec<(usize, &Automation)> = kept.collect();
    found.sort_by_key(|(index, automation)| std::cmp::Reverse((automation.created, *index)));
    found.into_iter().map(|(index, _)| shapes::summary(world, index)).collect()
}

fn create(ctx: &mut Ctx<'_>, repo: usize) -> Answer {
    let body = ctx.request.json()?;
    let sent = body.as_object().cloned().unwrap_or_default();
    check::new(ctx.world, repo, &sent)?;
    let mut set = Map::new();
    let given =
        |key: &str, otherwise: Value| sent.get(key).filter(|value| !value.is_null()).cloned().unwrap_or(otherwise);
    for (key, otherwise) in [
        ("name", Value::Null),
        ("description", "".into()),
        ("enabled", true.into()),
        ("owner_type", "user".into()),
        ("write_scope", "trigger".into()),
        ("require_actor_write_permission", true.into()),
        ("triggers", json!({})),
    ] {
        set.insert(key.to_owned(), given(key, otherwise));
    }
    let more = sent.into_iter().filter(|(key, value)| !check::TOLD.contains(&key.as_str()) && !value.is_null());
    for (key, value) in more {
        set.entry(key).or_insert(value);
    }
    let tools = set.get("tools").and_then(Value::as_array).into_iter().flatten();
    let pull = tools.filter_map(Value::as_str).any(|tool| tool == "create_pull_request");
    let index = ctx.world.add_automation(repo, set, RunPlan { pull, pace: 1.0, ..RunPlan::default() });
    let shown = shapes::detail(ctx.world, index);
    let name = ctx.world.repos.get(repo).map_or("", |repo| repo.name.as_str());
    let id = shown.get("id").and_then(Value::as_str).unwrap_or_default();
    let url = format!("{}/agents/repos/{name}/automations/{id}", ctx.site.api);
    Ok(Reply::json(201, &shown).with("location", url))
}

fn change(ctx: &mut Ctx<'_>, index: usize) -> Answer {
    let body = ctx.request.json()?;
    let automation = ctx.world.automations.get(index).ok_or_else(Reply::not_found)?;
    let sent = body.as_object().cloned().unwrap_or_default();
    check::change(ctx.world, automation, &sent)?;
    let expected = sent.get("expected_revision_id");
    if expected.is_some_and(|expected| *expected != automation.revision_id().as_str()) {
        let message = "The automation was changed by somebody else: expected_revision_id is not its current revision.";
        return Err(Reply::message(409, message));
    }
    let kept = sent.into_iter().filter(|(key, _)| !check::TOLD.contains(&key.as_str())).collect();
    ctx.world.change_automation(index, kept);
    Ok(Reply::ok(&shapes::detail(ctx.world, index)))
}

/// Accepted is not started: the task comes later, or, now and then, not at all.
fn run_now(ctx: &mut Ctx<'_>, index: usize) -> Answer {
    let body = ctx.request.json()?;
    let automation = ctx.world.automations.get(index).ok_or_else(Reply::not_found)?;
    let cause = asked_for(automation, &body)?;
    if !automation.is_on() {
        return Err(Reply::invalid_task("unprocessable", "The automation is disabled"));
    }
    if ctx.world.limits_of(index, ctx.world.now).into_iter().any(super::super::world::automations::LimitView::reached) {
        return Err(Reply::invalid_task("unprocessable", "The automation has reached its usage limit"));
    }
    ctx.world.ask_for_run(index, cause);
    Ok(Reply::json(202, &json!({ "message": "Accepted" })))
}

fn asked_for(automation: &Automation, body: &Value) -> Result<Cause, Reply> {
    let missing = |key: &str| Reply::invalid_task("missing_field", &format!("{key} is required"));
    let text = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Reply::invalid_task("invalid", &format!("{key} must be a string"))),
    };
    let (kind, conclusion, url) = (text("type")?, text("conclusion")?, text("resource_url")?);
    let event = text("event")?.filter(|event| !event.is_empty()).ok_or_else(|| missing("event"))?;
    if event == "manual" {
        return Ok(Cause::default());
    }
    let invalid = |message: &str| Reply::invalid_task("invalid", message);
    let Some(config) = automation.trigger(event) else {
        return Err(invalid(&format!("event must be manual or a trigger of the automation: {event} is neither")));
    };
    let Some(known) = offers::trigger(event).filter(|known| known.run_now) else {
        return Err(invalid(&format!("event {event} cannot be run by hand")));
    };
    if known.id == "interval" {
        return Ok(Cause::default());
    }
    let (kind, url) = (kind.ok_or_else(|| missing("type"))?, url.ok_or_else(|| missing("resource_url"))?);
    if !super::super::world::automation::words(config, "types").any(|one| one == kind) {
        return Err(invalid(&format!("type {kind} is not one the trigger {event} waits for")));
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(invalid("resource_url must be a URL"));
    }
    if event == "workflow_run" {
        let conclusion = conclusion.ok_or_else(|| missing("conclusion"))?;
        if !offers::CONCLUSIONS.contains(&conclusion) {
            return Err(invalid(&format!("conclusion must be one of: {}", offers::CONCLUSIONS.join(", "))));
        }
    }
    Ok(Cause { about: format!("Run by hand for {url} ({kind})."), links: 0 })
}
