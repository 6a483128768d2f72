//! `/agents/…`: list, get and start agent tasks. Automations have files of their own.

use chrono::{DateTime, SubsecRound};
use serde_json::{Map, Value, json};

use super::super::gate::refuse_write;
use super::super::grants::archived;
use super::super::http::{Answer, Reply, Request};
use super::super::world::Tick;
use super::super::world::acts::Start;
use super::super::world::core::World;
use super::super::world::session::{Cost, Session};
use super::super::world::task::Task;
use super::automations;
use super::contents::agent_file;
use super::json::node_id;
use super::page::Page;
use super::pull_look;
use super::route::Ctx;

const STATES: [&str; 8] =
    ["queued", "in_progress", "completed", "failed", "idle", "waiting_for_user", "timed_out", "cancelled"];

pub fn answer(ctx: &mut Ctx<'_>, method: &str, rest: &[&str]) -> Answer {
    if ctx.request.token().is_some_and(|token| token.starts_with("ghs_") || token.starts_with("ghr_")) {
        return Err(Reply::message(403, "Resource not accessible by integration"));
    }
    match (method, rest) {
        ("GET", ["tasks"]) => list(ctx, Among::Mine),
        ("GET", ["automations"]) => automations::mine(ctx),
        (_, ["repos", owner, name, "automations", rest @ ..]) => {
            let repo = ctx.world.repo_at(owner, name).ok_or_else(Reply::not_found)?;
            automations::answer(ctx, repo, method, rest)
        }
        ("GET", ["tasks", id]) => get(ctx, None, id),
        (_, ["repos", owner, name, "tasks", rest @ ..]) => {
            let repo = ctx.world.repo_at(owner, name).ok_or_else(Reply::not_found)?;
            match (method, rest) {
                ("GET", []) => list(ctx, Among::Repo(repo)),
                ("POST", []) if ctx.world.repos.get(repo).is_some_and(|repo| repo.archived) => Err(archived()),
                ("POST", []) => start(ctx, repo),
                ("GET", [id]) => get(ctx, Some(repo), id),
                _ => Err(Reply::not_found()),
            }
        }
        ("GET", ["repos", owner, name, "pulls", number, "agent-merge"]) => {
            let repo = ctx.world.repo_at(owner, name).ok_or_else(Reply::not_found)?;
            pull_look::agent_merge(ctx, repo, number)
        }
        _ => Err(Reply::not_found()),
    }
}

/// Which tasks a list is about.
#[derive(Clone, Copy, Debug)]
pub enum Among {
    Mine,
    Repo(usize),
    /// Those an automation started, the archived ones too unless they are asked for apart.
    Automation(usize),
}

/// What the list's query asks for.
struct Wanted {
    page: Page,
    by_created: bool,
    ascending: bool,
    states: Vec<String>,
    /// `None`: all the same.
    archived: Option<bool>,
    since: Option<DateTime<chrono::FixedOffset>>,
    creators: Vec<i64>,
}

impl Wanted {
    fn read(request: &Request, among: Among) -> Result<Self, Reply> {
        let in_repo = !matches!(among, Among::Mine);
        let invalid = |what: &str| Reply::invalid_task("invalid", what);
        let choice = |key: &str, choices: [&str; 2]| match request.query.get(key) {
            None => Ok(choices[0].to_owned()),
            Some(text) if choices.contains(&text) => Ok(text.to_owned()),
            Some(_) => Err(invalid(&format!("{key} must be one of: {}", choices.join(", ")))),
        };
        let listed = request.query.get("state").unwrap_or_default();
        let states: Vec<String> =
            listed.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        if let Some(unknown) = states.iter().find(|word| !STATES.contains(&word.as_str())) {
            return Err(invalid(&format!("state contains an unknown value: {unknown}")));
        }
        let since = request.query.get("since").map(DateTime::parse_from_rfc3339).transpose();
        let creators: Result<Vec<i64>, _> =
            request.query.all("creator_id").filter(|_| in_repo).map(str::parse).collect();
        Ok(Self {
            page: Page::strict(request)?,
            by_created: choice("sort", ["updated_at", "created_at"])? == "created_at",
            ascending: choice("direction", ["desc", "asc"])? == "asc",
            states,
            archived: Some(choice("is_archived", ["false", "true"])? == "true")
                .filter(|_| !matches!(among, Among::Automation(_)) || request.query.get("is_archived").is_some()),
            since: since.map_err(|_| invalid("since must be an RFC 3339 timestamp"))?,
            creators: creators.map_err(|_| invalid("creator_id must be a list of integers"))?,
        })
    }

    fn takes(&self, world: &World, task: &Task) -> bool {
        let updated = world.clock.instant(task.updated_at(world.now)).trunc_subsecs(0);
        self.archived.is_none_or(|archived| task.is_archived(world.now) == archived)
            && (self.states.is_empty() || self.states.iter().any(|state| state == task.state(world.now)))
            && self.since.is_none_or(|since| updated >= since)
            && (self.creators.is_empty() || self.creators.contains(&task.creator))
    }
}

pub fn list(ctx: &Ctx<'_>, among: Among) -> Answer {
    let wanted = Wanted::read(ctx.request, among)?;
    let world = &*ctx.world;
    let mine = |task: &&Task| match among {
        Among::Mine => task.creator == world.viewer,
        Among::Repo(repo) => task.repo == repo,
        Among::Automation(index) => task.automation == Some(index),
    };
    // Older answers name the automation only where it was asked for.
    let named = matches!(among, Among::Automation(_));
    let mut tasks: Vec<&Task> = world.tasks_seen().filter(mine).filter(|task| wanted.takes(world, task)).collect();
    tasks.sort_by_key(|task| (if wanted.by_created { task.created } else { task.updated_at(world.now) }, &task.id));
    if !wanted.ascending {
        tasks.reverse();
    }
    let total = tasks.len();
    let shown: Vec<Value> = wanted.page.cut(tasks).into_iter().map(|task| task_json(ctx, task, named)).collect();
    let archived = |task: &&Task| task.is_archived(world.now);
    let active = world.tasks_seen().filter(mine).filter(|task| !archived(task) && task.is_active(world.now)).count();
    let body = json!({
        "tasks": shown,
        "total_active_count": active,
        "total_archived_count": world.tasks_seen().filter(mine).filter(archived).count(),
    });
    Ok(wanted.page.linked(ctx.request, &ctx.site.api, total, Reply::ok(&body)))
}

fn get(ctx: &Ctx<'_>, repo: Option<usize>, id: &str) -> Answer {
    let world = &*ctx.world;
    let visible = |task: &&Task| repo.is_none_or(|repo| task.repo == repo);
    let task = world.tasks_seen().filter(visible).find(|task| task.id == id).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&detail(ctx, task)))
}

fn start(ctx: &mut Ctx<'_>, repo: usize) -> Answer {
    if let Some(refused) = refuse_write(ctx.request) {
        return Err(refused);
    }
    let body = ctx.request.json()?;
    let start = read_start(ctx, repo, &body)?;
    let task = ctx.world.start(start).map_err(|why| Reply::message(500, &why))?;
    let ctx = &*ctx;
    let task = ctx.world.tasks.get(task).ok_or_else(Reply::not_found)?;
    let url = format!("{}/agents/repos/{}/tasks/{}", ctx.site.api, repo_name(ctx.world, repo), task.id);
    Ok(Reply::json(201, &task_json(ctx, task, false)).with("location", url))
}

fn read_start(ctx: &Ctx<'_>, repo: usize, body: &Value) -> Result<Start, Reply> {
    let text = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(Reply::invalid_task("invalid", &format!("{key} must be a string"))),
    };
    let prompt = text("prompt")?.filter(|prompt| !prompt.trim().is_empty());
    let prompt = prompt.ok_or_else(|| Reply::invalid_task("missing_field", "prompt is required"))?;
    if prompt.chars().count() > 30_000 {
        return Err(Reply::invalid_task("invalid", "prompt is too long (maximum is 30000 characters)"));
    }
    let pull = match body.get("create_pull_request") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(wanted)) => *wanted,
        Some(_) => return Err(Reply::invalid_task("invalid", "create_pull_request must be a boolean")),
    };
    let branches = ctx.world.branches(repo);
    let known =
        |name: &Option<String>| name.as_ref().is_none_or(|name| branches.iter().any(|(branch, _)| branch == name));
    let (base, head, agent) = (text("base_ref")?, text("head_ref")?, text("custom_agent")?);
    for (key, name) in [("base_ref", &base), ("head_ref", &head)] {
        if !known(name) {
            return Err(Reply::invalid_task("invalid", &format!("{key} does not exist in the repository")));
        }
    }
    let agents = ctx.world.repos.get(repo).map(|repo| repo.agents.clone()).unwrap_or_default();
    if agent.as_ref().is_some_and(|agent| agent_file(&agents, agent).is_none()) {
        return Err(Reply::invalid_task("invalid", "custom_agent was not found in the repository"));
    }
    Ok(Start { repo, prompt, model: text("model")?, agent, pull, base, head, issue: None, user: ctx.world.viewer })
}

fn repo_name(world: &World, repo: usize) -> &str {
    world.repos.get(repo).map_or("", |repo| repo.name.as_str())
}

fn task_json(ctx: &Ctx<'_>, task: &Task, named: bool) -> Value {
    let (world, api) = (&*ctx.world, &ctx.site.api);
    let stamp = |tick| world.clock.stamp(tick);
    let name = repo_name(world, task.repo);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("id", task.id.as_str().into());
    put("url", format!("{api}/agents/repos/{name}/tasks/{}", task.id).into());
    put("html_url", format!("https://github.com/{name}/copilot/tasks/{}", task.id).into());
    put("name", task.name.as_str().into());
    put("creator", json!({ "id": task.creator }));
    put("creator_type", "user".into());
    put("user_collaborators", json!([]));
    put("owner", json!({ "id": world.owner_of(task.repo).map_or(0, |owner| owner.id) }));
    put("repository", json!({ "id": world.repos.get(task.repo).map_or(0, |repo| repo.id) }));
    put("state", task.state(world.now).into());
    put("session_count", task.sessions_seen(world.now).count().into());
    put("artifacts", artifacts(world, task).into());
    put("archived_at", task.archived.filter(|at| *at <= world.now).map(stamp).into());
    put("updated_at", stamp(task.updated_at(world.now)).into());
    put("created_at", stamp(task.created).into());
    if let Some(agent) = &task.agent {
        put("custom_agent", json!({ "id": agent }));
    }
    let older = world.repos.get(task.repo).is_some_and(|repo| repo.older_answers);
    if let Some(automation) = task.automation.and_then(|index| world.automations.get(index)).filter(|_| named || !older)
    {
        put("automation_id", automation.id.as_str().into());
    }
    Value::Object(out)
}

fn artifacts(world: &World, task: &Task) -> Vec<Value> {
    let mut found = Vec::new();
    let pull = task.pull.and_then(|pull| world.pulls.get(pull)).filter(|pull| pull.is_seen(world.now));
    if let Some(pull) = pull {
        let repo = world.repos.get(pull.repo).map_or(0, |repo| repo.id);
        let data = if pull.bare {
            json!({ "id": pull.id })
        } else {
            json!({ "id": pull.id, "global_id": node_id("PR", &[repo, pull.id]) })
        };
        found.push(json!({ "provider": "github", "type": "pull", "data": data }));
    }
    if let Some(session) = task.sessions_seen(world.now).find(|session| session.has_branch(world.now)) {
        let data = json!({ "head_ref": session.branch, "base_ref": session.base });
        found.push(json!({ "provider": "github", "type": "branch", "data": data }));
    }
    found
}

fn detail(ctx: &Ctx<'_>, task: &Task) -> Value {
    let mut out = task_json(ctx, task, false);
    let sessions: Vec<Value> =
        task.sessions_seen(ctx.world.now).map(|session| session_json(ctx.world, task, session)).collect();
    if let Some(out) = out.as_object_mut() {
        out.insert("sessions".to_owned(), sessions.into());
    }
    out
}

fn session_json(world: &World, task: &Task, session: &Session) -> Value {
    let now = world.now;
    let stamp = |tick| world.clock.stamp(tick);
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("id", session.id.as_str().into());
    put("name", task.name.as_str().into());
    put("user", json!({ "id": session.user }));
    put("owner", json!({ "id": world.owner_of(task.repo).map_or(0, |owner| owner.id) }));
    put("repository", json!({ "id": world.repos.get(task.repo).map_or(0, |repo| repo.id) }));
    put("task_id", task.id.as_str().into());
    put("state", session.state(now).into());
    put("created_at", stamp(session.created).into());
    put("updated_at", stamp(session.updated_at(now)).into());
    put("prompt", session.prompt.as_str().into());
    put("base_ref", session.base.as_str().into());
    put("model", session.model.as_str().into());
    if let Some(at) = session.completed_at(now) {
        put("completed_at", stamp(at).into());
    }
    if session.has_branch(now) {
        put("head_ref", session.branch.as_str().into());
    }
    if let Some(usage) = usage(session, now) {
        put("usage", usage);
    }
    if let Some(why) = session.error(now) {
        put("error", json!({ "message": why }));
    }
    Value::Object(out)
}

/// Credits travel in billionths.
fn usage(session: &Session, now: Tick) -> Option<Value> {
    if session.spent(now) <= 0.0 {
        return None;
    }
    match session.cost {
        Cost::PremiumRequests(requests) => Some(json!({ "type": "premium_requests", "amount": requests })),
        _ => session.nano_credits(now).map(|nano| json!({ "type": "ai_credits", "amount": nano })),
    }
}
