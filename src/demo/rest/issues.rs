//! `/repos/…/issues/…`: issues (pull requests count among them), comments, assigning the agent.

use serde_json::{Map, Value, json};

use super::super::gate::refuse_write;
use super::super::http::{Answer, Reply};
use super::super::world::Tick;
use super::super::world::acts::{NewIssue, Start};
use super::super::world::core::{AGENT_ID, Comment, Issue};
use super::super::world::pull::PullView;
use super::json::{node_id, user_by_id};
use super::page::Page;
use super::route::Ctx;

/// The names under which the agent can be assigned.
const AGENT_NAMES: [&str; 3] = ["copilot-swe-agent[bot]", "copilot-swe-agent", "copilot"];

pub fn answer(ctx: &mut Ctx<'_>, repo: usize, method: &str, rest: &[&str]) -> Answer {
    if method != "GET"
        && let Some(refused) = refuse_write(ctx.request)
    {
        return Err(refused);
    }
    match (method, rest) {
        ("GET", []) => return list(ctx, repo),
        ("POST", []) => return create(ctx, repo),
        _ => {}
    }
    let [number, rest @ ..] = rest else { return Err(Reply::not_found()) };
    let number = number.parse().map_err(|_| Reply::not_found())?;
    if ctx.world.repos.get(repo).is_some_and(|repo| repo.deleted_issues.contains(&number)) {
        return Err(Reply::message(410, "This issue was deleted"));
    }
    let body = issue_or_pull(ctx, repo, number)?;
    let issue = ctx.world.issue_numbered(repo, number);
    match (method, rest, issue) {
        ("GET", [], _) => Ok(Reply::ok(&body)),
        ("GET", ["comments"], _) => Ok(comments(ctx, repo, number)),
        ("POST", ["comments"], _) => comment(ctx, repo, number),
        ("PATCH", [], Some(issue)) => change(ctx, issue),
        ("POST", ["assignees"], Some(issue)) => assign(ctx, issue),
        _ => Err(Reply::not_found()),
    }
}

fn issue_or_pull(ctx: &Ctx<'_>, repo: usize, number: i64) -> Result<Value, Reply> {
    if let Some(issue) = ctx.world.issue_numbered(repo, number).and_then(|index| ctx.world.issues.get(index)) {
        return Ok(issue_json(ctx, issue));
    }
    let pull = ctx.world.pull_numbered(repo, number).and_then(|index| ctx.world.view(index));
    pull.map(|view| pull_as_issue(ctx, &view)).ok_or_else(Reply::not_found)
}

fn list(ctx: &Ctx<'_>, repo: usize) -> Answer {
    let query = &ctx.request.query;
    let state = query.get("state").unwrap_or("open");
    if !["open", "closed", "all"].contains(&state) {
        return Err(Reply::invalid("Issue", "state", "invalid"));
    }
    let world = &*ctx.world;
    let mut found: Vec<(Tick, Tick, Value)> = Vec::new();
    for issue in world.issues.iter().filter(|issue| issue.repo == repo && issue.created <= world.now) {
        found.push((issue.created, issue.touched, issue_json(ctx, issue)));
    }
    for index in 0..world.pulls.len() {
        if let Some(view) = world.view(index).filter(|view| view.pull.repo == repo) {
            found.push((view.pull.opened, view.updated, pull_as_issue(ctx, &view)));
        }
    }
    found.retain(|(_, _, body)| state == "all" || body.get("state").and_then(Value::as_str) == Some(state));
    if let Some(creator) = query.get("creator") {
        found.retain(|(_, _, body)| body.pointer("/user/login").and_then(Value::as_str) == Some(creator));
    }
    if let Some(labels) = query.get("labels") {
        let has = |body: &Value, wanted: &str| {
            let all = body.get("labels").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            all.iter().any(|label| label.get("name").and_then(Value::as_str) == Some(wanted))
        };
        found.retain(|(_, _, body)| labels.split(',').all(|label| has(body, label)));
    }
    let by_updated = query.get("sort") == Some("updated");
    found.sort_by_key(|(created, updated, _)| if by_updated { *updated } else { *created });
    if query.get("direction") != Some("asc") {
        found.reverse();
    }
    let bodies = found.into_iter().map(|(_, _, body)| body).collect();
    Ok(Page::lenient(ctx.request).array(ctx.request, &ctx.site.api, bodies))
}

struct Shape<'a> {
    repo: usize,
    id: i64,
    number: i64,
    title: &'a str,
    body: &'a str,
    user: i64,
    created: Tick,
    updated: Tick,
    closed: Option<Tick>,
    assignees: &'a [i64],
    labels: &'a [String],
}

fn shape(ctx: &Ctx<'_>, of: &Shape<'_>) -> Map<String, Value> {
    let (world, api) = (&*ctx.world, &ctx.site.api);
    let name = world.repos.get(of.repo).map_or("", |repo| repo.name.as_str());
    let url = format!("{api}/repos/{name}/issues/{}", of.number);
    let stamp = |tick| world.clock.stamp(tick);
    let people: Vec<Value> = of.assignees.iter().map(|id| user_by_id(world, api, *id)).collect();
    let label = |(index, name): (usize, &String)| {
        let id = 900 + i64::try_from(index).unwrap_or(0);
        json!({
            "id": id,
            "node_id": node_id("LA", &[id]),
            "url": format!("{api}/repos/acme/labels/{}", super::super::http::encode(name)),
            "name": name,
            "description": "",
            "color": "d4c5f9",
            "default": false,
        })
    };
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("id", of.id.into());
    put("node_id", node_id("I", &[of.id]).into());
    put("url", url.as_str().into());
    put("repository_url", format!("{api}/repos/{name}").into());
    put("labels_url", format!("{url}/labels{{/name}}").into());
    put("comments_url", format!("{url}/comments").into());
    put("events_url", format!("{url}/events").into());
    put("timeline_url", format!("{url}/timeline").into());
    put("html_url", format!("https://github.com/{name}/issues/{}", of.number).into());
    put("number", of.number.into());
    put("state", if of.closed.is_some() { "closed" } else { "open" }.into());
    put("state_reason", if of.closed.is_some() { "completed".into() } else { Value::Null });
    put("title", of.title.into());
    put("body", if of.body.is_empty() { Value::Null } else { of.body.into() });
    put("user", user_by_id(world, api, of.user));
    put("labels", of.labels.iter().enumerate().map(label).collect::<Vec<_>>().into());
    put("assignee", people.first().cloned().unwrap_or(Value::Null));
    put("assignees", people.into());
    put("milestone", Value::Null);
    put("locked", false.into());
    put("active_lock_reason", Value::Null);
    put("comments", world.comments_on(of.repo, of.number).count().into());
    put("closed_at", of.closed.map(stamp).into());
    put("created_at", stamp(of.created).into());
    put("updated_at", stamp(of.updated).into());
    put("author_association", "MEMBER".into());
    out
}

fn issue_json(ctx: &Ctx<'_>, issue: &Issue) -> Value {
    Value::Object(shape(
        ctx,
        &Shape {
            repo: issue.repo,
            id: 2_700_000_000 + i64::try_from(issue.repo).unwrap_or(0) * 100_000 + issue.number,
            number: issue.number,
            title: &issue.title,
            body: &issue.body,
            user: issue.user,
            created: issue.created,
            updated: issue.touched,
            closed: issue.closed,
            assignees: &issue.assignees,
            labels: &issue.labels,
        },
    ))
}

pub fn pull_as_issue(ctx: &Ctx<'_>, view: &PullView<'_>) -> Value {
    let pull = view.pull;
    let mut out = shape(
        ctx,
        &Shape {
            repo: pull.repo,
            id: 2_700_000_000 + i64::try_from(pull.repo).unwrap_or(0) * 100_000 + pull.number,
            number: pull.number,
            title: &view.title,
            body: &view.body,
            user: pull.author,
            created: pull.opened,
            updated: view.updated,
            closed: view.closed_at,
            assignees: &[AGENT_ID],
            labels: &[],
        },
    );
    let name = ctx.world.repos.get(pull.repo).map_or("", |repo| repo.name.as_str());
    let html = format!("https://github.com/{name}/pull/{}", pull.number);
    out.insert("draft".to_owned(), view.draft.into());
    out.insert(
        "pull_request".to_owned(),
        json!({
            "url": format!("{}/repos/{name}/pulls/{}", ctx.site.api, pull.number),
            "html_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
            "merged_at": view.closed_at.filter(|_| view.merged).map(|at| ctx.world.clock.stamp(at)),
        }),
    );
    Value::Object(out)
}

fn comments(ctx: &Ctx<'_>, repo: usize, number: i64) -> Reply {
    let found = ctx.world.comments_on(repo, number).map(|comment| comment_json(ctx, comment)).collect();
    Page::lenient(ctx.request).array(ctx.request, &ctx.site.api, found)
}

pub fn comment_json(ctx: &Ctx<'_>, comment: &Comment) -> Value {
    let api = &ctx.site.api;
    let name = ctx.world.repos.get(comment.repo).map_or("", |repo| repo.name.as_str());
    let at = ctx.world.clock.stamp(comment.at);
    let kind = if ctx.world.pull_numbered(comment.repo, comment.number).is_some() { "pull" } else { "issues" };
    json!({
        "id": comment.id,
        "node_id": node_id("IC", &[comment.id]),
        "url": format!("{api}/repos/{name}/issues/comments/{}", comment.id),
        "html_url": format!("https://github.com/{name}/{kind}/{}#issuecomment-{}", comment.number, comment.id),
        "issue_url": format!("{api}/repos/{name}/issues/{}", comment.number),
        "user": user_by_id(ctx.world, api, comment.user),
        "author_association": "MEMBER",
        "body": comment.body,
        "created_at": at,
        "updated_at": at,
    })
}

fn comment(ctx: &mut Ctx<'_>, repo: usize, number: i64) -> Answer {
    let body = ctx.request.json()?;
    let text = body.get("body").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let text = text.ok_or_else(|| Reply::invalid("IssueComment", "body", "missing_field"))?;
    let user = ctx.world.viewer;
    let comment = ctx.world.comment(repo, number, user, text);
    let shown = comment_json(ctx, &comment);
    let url = shown.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Reply::json(201, &shown).with("location", url))
}

/// The people named in `assignees`, and whether the agent is among them. Where it cannot be assigned, it is left out in
/// silence; so is, where somebody is added to the others, whoever is not known.
fn read_assignees(ctx: &Ctx<'_>, repo: usize, body: &Value, adds: bool) -> Result<Option<(Vec<i64>, bool)>, Reply> {
    let assignable = ctx.world.repos.get(repo).is_some_and(|repo| repo.agent_assignable);
    let Some(listed) = body.get("assignees") else { return Ok(None) };
    let listed = listed.as_array().ok_or_else(|| Reply::invalid("Issue", "assignees", "invalid"))?;
    let (mut people, mut agent) = (Vec::new(), false);
    for login in listed.iter().filter_map(Value::as_str) {
        if AGENT_NAMES.contains(&login.to_ascii_lowercase().as_str()) {
            agent = assignable;
            continue;
        }
        match ctx.world.person_named(login) {
            Some(person) => people.push(person.id),
            None if adds => {}
            None => return Err(Reply::invalid("Issue", "assignees", "invalid")),
        }
    }
    Ok(Some((people, agent)))
}

fn create(ctx: &mut Ctx<'_>, repo: usize) -> Answer {
    let body = ctx.request.json()?;
    let title = body.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    let title = title.ok_or_else(|| Reply::invalid("Issue", "title", "missing_field"))?.to_owned();
    let (people, agent) = read_assignees(ctx, repo, &body, false)?.unwrap_or_default();
    let labels = body.get("labels").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let issue = ctx.world.open_issue(NewIssue {
        repo,
        title,
        body: body.get("body").and_then(Value::as_str).unwrap_or_default().to_owned(),
        labels: labels.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        assignees: people,
        user: ctx.world.viewer,
    });
    if agent {
        give_to_agent(ctx, issue, &body)?;
    }
    shown(ctx, issue, 201)
}

fn change(ctx: &mut Ctx<'_>, issue: usize) -> Answer {
    let body = ctx.request.json()?;
    let repo = ctx.world.issues.get(issue).map_or(0, |issue| issue.repo);
    let assignees = read_assignees(ctx, repo, &body, false)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let state = text("state");
    if state.as_deref().is_some_and(|state| !["open", "closed"].contains(&state)) {
        return Err(Reply::invalid("Issue", "state", "invalid"));
    }
    let now = ctx.world.now;
    let Some(found) = ctx.world.issues.get_mut(issue) else { return Err(Reply::not_found()) };
    found.touched = now;
    found.title = text("title").unwrap_or_else(|| std::mem::take(&mut found.title));
    found.body = text("body").unwrap_or_else(|| std::mem::take(&mut found.body));
    match state.as_deref() {
        Some("closed") => found.closed = found.closed.or(Some(now)),
        Some(_) => found.closed = None,
        None => {}
    }
    if let Some(labels) = body.get("labels").and_then(Value::as_array) {
        // A label is named by itself or as an object.
        let name = |label: &Value| label.get("name").unwrap_or(label).as_str().map(str::to_owned);
        ctx.world.label_issue(issue, labels.iter().filter_map(name).collect());
    }
    let Some(found) = ctx.world.issues.get_mut(issue) else { return Err(Reply::not_found()) };
    if let Some((people, agent)) = assignees {
        let had_agent = found.assignees.contains(&AGENT_ID);
        // PATCH replaces the whole set.
        found.assignees = people;
        if agent && had_agent {
            found.assignees.push(AGENT_ID);
        } else if agent {
            give_to_agent(ctx, issue, &body)?;
        }
    }
    shown(ctx, issue, 200)
}

fn assign(ctx: &mut Ctx<'_>, issue: usize) -> Answer {
    let body = ctx.request.json()?;
    let found = ctx.world.issues.get(issue).ok_or_else(Reply::not_found)?;
    let (repo, has_agent) = (found.repo, found.assignees.contains(&AGENT_ID));
    let (people, agent) = read_assignees(ctx, repo, &body, true)?.unwrap_or_default();
    if agent && !has_agent {
        check_details(ctx, repo, &body)?;
    }
    ctx.world.put_in_charge(issue, &people);
    if agent && !has_agent {
        give_to_agent(ctx, issue, &body)?;
    }
    shown(ctx, issue, 201)
}

/// The agent works in a repository that can be seen, from a branch that is there.
fn check_details(ctx: &Ctx<'_>, repo: usize, body: &Value) -> Result<(), Reply> {
    let given = |key: &str| {
        let text = body.get("agent_assignment").and_then(|extra| extra.get(key)).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    };
    let invalid = || Reply::invalid("Issue", "agent_assignment", "invalid");
    let target = match given("target_repo").map(|name| name.split_once('/')) {
        None => repo,
        Some(parts) => parts.and_then(|(owner, name)| ctx.world.repo_at(owner, name)).ok_or_else(invalid)?,
    };
    match given("base_branch") {
        Some(base) if !ctx.world.branches(target).iter().any(|(name, _)| name == base) => Err(invalid()),
        _ => Ok(()),
    }
}

fn give_to_agent(ctx: &mut Ctx<'_>, issue: usize, body: &Value) -> Result<(), Reply> {
    let text = |key: &str| {
        let text = body.get("agent_assignment").and_then(|extra| extra.get(key)).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let start = Start {
        model: text("model"),
        agent: text("custom_agent"),
        base: text("base_branch"),
        user: ctx.world.viewer,
        ..Start::default()
    };
    let extra = text("custom_instructions").unwrap_or_default();
    ctx.world.assign_agent(issue, start, &extra).map_err(|why| Reply::message(500, &why))
}

fn shown(ctx: &Ctx<'_>, issue: usize, status: u16) -> Answer {
    let issue = ctx.world.issues.get(issue).ok_or_else(Reply::not_found)?;
    let body = issue_json(ctx, issue);
    let url = body.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
    let reply = Reply::json(status, &body);
    Ok(if status == 201 { reply.with("location", url) } else { reply })
}
