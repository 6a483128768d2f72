//! The Copilot API: sessions as the agent service knows them, and their logs while they grow. Not documented by GitHub.

use serde_json::{Value, json};

use super::gate::Site;
use super::http::{Reply, Request};
use super::rest::node_id;
use super::world::chunks;
use super::world::session::{Cost, Session};
use super::world::task::Task;
use super::world::{Tick, World};

/// A time that was never set, as the service writes it.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

pub fn answer(_site: &Site, world: &mut World, request: &Request) -> Reply {
    let Some(token) = request.token() else {
        return Reply::text(401, "text/plain; charset=utf-8", "unauthorized: missing token\n");
    };
    // No known client uses the service with these kinds.
    if ["github_pat_", "ghs_", "ghr_"].iter().any(|prefix| token.starts_with(prefix)) {
        return Reply::json(403, &json!({ "error": { "message": "this token type is not accepted here" } }));
    }
    let (method, segments) = request.route();
    if method != "GET" {
        return Reply::text(405, "text/plain; charset=utf-8", "method not allowed\n");
    }
    let mut reply = match segments.as_slice() {
        ["agents", "sessions"] => list(world, request),
        ["agents", "sessions", "resource", "pull", id] => of_pull(world, id),
        ["agents", "resource", "pull", id] => resource(world, id),
        ["agents", "sessions", id] => match world.session(id) {
            Some((task, session)) => Reply::ok(&session_json(world, task, session)),
            None => missing(),
        },
        ["agents", "sessions", id, "logs"] => logs(world, id),
        ["agents", "swe", "models"] => models(),
        ["agents", "swe", "custom-agents", owner, name] => custom_agents(world, owner, name),
        ["agents", "swe", "v1", "jobs", owner, name, "enabled"] => match world.repo_at(owner, name) {
            Some(_) => Reply::ok(&json!({})),
            None => missing(),
        },
        _ => missing(),
    };
    reply.conditional = false;
    reply
}

fn missing() -> Reply {
    Reply::text(404, "text/plain; charset=utf-8", "404 page not found\n")
}

fn list(world: &World, request: &Request) -> Reply {
    let number = |key: &str, default: usize| {
        request.query.get(key).and_then(|text| text.parse::<usize>().ok()).filter(|n| *n > 0).unwrap_or(default)
    };
    let (size, page) = (number("page_size", 50).min(100), number("page_number", 1));
    let repo = request.query.get("repo_nwo").and_then(|name| name.split_once('/'));
    let repo = repo.map(|(owner, name)| world.repo_at(owner, name));
    let states = request.query.get("resource_state");
    let mut found: Vec<(&Task, &Session)> = world
        .sessions_seen()
        .filter(|(task, session)| session.user == world.viewer && repo.is_none_or(|repo| repo == Some(task.repo)))
        .filter(|(task, _)| {
            states.is_none_or(|wanted| {
                resource_state(world, task).is_some_and(|state| wanted.split(',').any(|one| one == state))
            })
        })
        .collect();
    found.sort_by_key(|(_, session)| std::cmp::Reverse(session.updated_at(world.now)));
    let shown = found.into_iter().skip((page - 1).saturating_mul(size)).take(size);
    let sessions: Vec<Value> = shown.map(|(task, session)| session_json(world, task, session)).collect();
    Reply::ok(&json!({ "sessions": sessions }))
}

fn logs(world: &World, id: &str) -> Reply {
    let log = world.session(id).and_then(|(_, session)| chunks::render(session, &world.clock, world.now));
    log.map_or_else(missing, |log| Reply::text(200, "text/plain; charset=utf-8", log))
}

fn pull_of<'a>(world: &'a World, task: &Task) -> Option<&'a super::world::pull::Pull> {
    task.pull.and_then(|pull| world.pulls.get(pull)).filter(|pull| pull.is_seen(world.now))
}

fn resource_state(world: &World, task: &Task) -> Option<&'static str> {
    let pull = pull_of(world, task)?;
    Some(if pull.is_merged(world.now) {
        "merged"
    } else if pull.closed_at(world.now).is_some() {
        "closed"
    } else if pull.is_draft(world.now) {
        "draft"
    } else {
        "open"
    })
}

fn session_json(world: &World, task: &Task, session: &Session) -> Value {
    let now = world.now;
    let stamp = |tick: Tick| world.clock.stamp(tick);
    let pull = pull_of(world, task);
    let repo = world.repos.get(task.repo).map_or(0, |repo| repo.id);
    let ran = session.created + 2_000 <= now && !session.model.is_empty();
    json!({
        "id": session.id,
        "name": task.name,
        "user_id": session.user,
        "agent_id": 1_143_301,
        "agent_task_id": task.id,
        "logs": "",
        "logs_blob_id": "",
        "state": session.state(now),
        "owner_id": world.owner_of(task.repo).map_or(0, |owner| owner.id),
        "repo_id": repo,
        "resource_type": if pull.is_some() { "pull" } else { "" },
        "resource_id": pull.map_or(0, |pull| pull.id),
        "resource_global_id": pull.map(|pull| node_id("PR", &[repo, pull.id])),
        "resource_state": resource_state(world, task).unwrap_or_default(),
        "created_at": stamp(session.created),
        "last_updated_at": stamp(session.updated_at(now)),
        "completed_at": session.completed_at(now).map_or_else(|| ZERO_TIME.to_owned(), stamp),
        "event_type": "agent_task",
        "event_url": "",
        "premium_requests": match session.cost { Cost::PremiumRequests(requests) => requests, _ => 0.0 },
        "workflow_run_id": if ran { session.run } else { 0 },
        "error": session.error(now).map(|why| json!({ "code": session.state(now), "message": why })),
    })
}

fn sessions_of_pull<'a>(world: &'a World, id: &str) -> Vec<(&'a Task, &'a Session)> {
    let Ok(id) = id.parse::<i64>() else { return Vec::new() };
    let of_pull = world.sessions_seen().filter(|(task, _)| pull_of(world, task).is_some_and(|pull| pull.id == id));
    let mut found: Vec<_> = of_pull.collect();
    found.sort_by_key(|(_, session)| std::cmp::Reverse(session.created));
    found
}

fn of_pull(world: &World, id: &str) -> Reply {
    let found = sessions_of_pull(world, id);
    let sessions: Vec<Value> = found.iter().map(|(task, session)| session_json(world, task, session)).collect();
    Reply::ok(&json!({ "sessions": sessions }))
}

fn resource(world: &World, id: &str) -> Reply {
    let found = sessions_of_pull(world, id);
    let Some((task, newest)) = found.first() else { return missing() };
    let Some(pull) = pull_of(world, task) else { return missing() };
    // Here, and only here, the time is a number.
    let seconds = |session: &Session| world.clock.unix_seconds(session.updated_at(world.now));
    let sessions: Vec<Value> = found
        .iter()
        .map(|(task, session)| {
            json!({
                "id": session.id,
                "name": task.name,
                "state": session.state(world.now),
                "last_updated_at": seconds(session),
            })
        })
        .collect();
    Reply::ok(&json!({
        "id": world.chance.of("resource", pull.id.unsigned_abs()).uuid(),
        "user_id": newest.user,
        "resource_type": "pull",
        "resource_id": pull.id,
        "resource_global_id": node_id("PR", &[world.repos.get(pull.repo).map_or(0, |repo| repo.id), pull.id]),
        "resource_state": resource_state(world, task).unwrap_or_default(),
        "session_count": found.len(),
        "state": newest.state(world.now),
        "last_updated_at": seconds(newest),
        "sessions": sessions,
    }))
}

fn models() -> Reply {
    let model = |id: &str, name: &str, multiplier: f64, preview: bool| {
        json!({
            "id": id,
            "name": name,
            "billing": { "is_premium": true, "multiplier": multiplier },
            "policy": { "state": "enabled" },
            "preview": preview,
        })
    };
    Reply::ok(&json!({ "data": [
        model("claude-sonnet-4.6", "Claude Sonnet 4.6", 1.0, false),
        model("claude-opus-4.6", "Claude Opus 4.6", 3.0, false),
        model("gpt-5.4", "GPT-5.4", 1.0, false),
        model("gpt-5.3-codex", "GPT-5.3-Codex", 1.0, true),
    ] }))
}

fn custom_agents(world: &World, owner: &str, name: &str) -> Reply {
    let Some(repo) = world.repo_at(owner, name).and_then(|repo| world.repos.get(repo)) else { return missing() };
    let agents: Vec<Value> = repo
        .agents
        .iter()
        .map(|agent| {
            json!({
                "name": agent,
                "display_name": agent.replace('-', " "),
                "description": "",
                "tools": ["*"],
                "version": "1",
                "user_invocable": true,
            })
        })
        .collect();
    Reply::ok(&json!({ "agents": agents }))
}
