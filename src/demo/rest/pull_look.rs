//! A pull request's files, its diff, its reviews given through the API, and whether an agent may merge it.

use serde_json::{Value, json};

use super::super::gate::refuse_write;
use super::super::http::{Answer, Reply, encode};
use super::super::world::change::FileChange;
use super::page::Page;
use super::pull_json::review;
use super::route::Ctx;

/// GitHub lists no more.
const FILES_MOST: usize = 3_000;
/// GitHub makes no diff of more.
const DIFF_FILES: usize = 300;
const DIFF_LINES: u64 = 20_000;

pub fn files(ctx: &Ctx<'_>, pull: usize) -> Answer {
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    let name = ctx.world.repos.get(view.pull.repo).map_or("", |repo| repo.name.as_str());
    let api = &ctx.site.api;
    let shown = ctx.world.changes(&view).into_iter().take(FILES_MOST).map(|file| {
        let FileChange { path, created, added, removed } = &file;
        let (sha, at) = (ctx.world.chance.of(path, 1).hex(40), encode(path));
        json!({
            "sha": sha,
            "filename": path,
            "status": if *created { "added" } else { "modified" },
            "additions": added,
            "deletions": removed,
            "changes": added + removed,
            "blob_url": format!("https://github.com/{name}/blob/{}/{at}", view.head_sha),
            "raw_url": format!("https://github.com/{name}/raw/{}/{at}", view.head_sha),
            "contents_url": format!("{api}/repos/{name}/contents/{at}?ref={}", view.head_sha),
        })
    });
    Ok(Page::lenient(ctx.request).array(ctx.request, api, shown.collect()))
}

/// The diff, where it is asked for by its media type.
pub fn diff(ctx: &Ctx<'_>, pull: usize) -> Option<Answer> {
    let accept = ctx.request.header("accept")?;
    if !accept.contains("application/vnd.github") || !accept.contains("diff") {
        return None;
    }
    let view = ctx.world.view(pull)?;
    let files = ctx.world.changes(&view);
    let lines: u64 = files.iter().map(|file| file.added + file.removed).sum();
    let over = if files.len() > DIFF_FILES {
        Some(format!("files ({DIFF_FILES})"))
    } else if lines > DIFF_LINES {
        Some(format!("lines ({DIFF_LINES})"))
    } else {
        None
    };
    if let Some(over) = over {
        return Some(Err(Reply::json(
            406,
            &json!({
                "message": format!("Sorry, the diff exceeded the maximum number of {over}. Consider using 'List pull requests files' API or locally cloning the repository instead."),
                "errors": [{ "resource": "PullRequest", "field": "diff", "code": "too_large" }],
                "documentation_url": "https://docs.github.com/rest/pulls/pulls#list-pull-requests-files",
                "status": "406",
            }),
        )));
    }
    let mut reply = Reply::text(200, "application/vnd.github.diff; charset=utf-8", ctx.world.diff(&view));
    reply.conditional = true;
    Some(Ok(reply))
}

pub fn give_review(ctx: &mut Ctx<'_>, pull: usize) -> Answer {
    if let Some(refused) = refuse_write(ctx.request) {
        return Err(refused);
    }
    let body = ctx.request.optional_json()?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let unprocessable = |why: &str| {
        Reply::json(
            422,
            &json!({
                "message": "Unprocessable Entity",
                "errors": [why],
                "documentation_url": "https://docs.github.com/rest/pulls/reviews#create-a-review-for-a-pull-request",
                "status": "422",
            }),
        )
    };
    let state = match text("event").as_str() {
        "APPROVE" => "APPROVED",
        "REQUEST_CHANGES" => "CHANGES_REQUESTED",
        "COMMENT" => "COMMENTED",
        "" => "PENDING",
        _ => return Err(unprocessable("Event is not included in the list")),
    };
    if matches!(state, "CHANGES_REQUESTED" | "COMMENTED") && text("body").is_empty() {
        return Err(unprocessable("Body can't be blank"));
    }
    let author = ctx.world.pulls.get(pull).map(|pull| pull.author);
    if author == Some(ctx.world.viewer) && state != "COMMENTED" {
        let what = if state == "APPROVED" { "approve" } else { "request changes on" };
        return Err(unprocessable(&format!("Can not {what} your own pull request")));
    }
    let commit = Some(text("commit_id")).filter(|commit| !commit.is_empty());
    if let Some(commit) = &commit
        && !ctx.world.commits_of(pull).contains(commit)
    {
        return Err(unprocessable("The commit_id is not part of the pull request"));
    }
    let given = ctx.world.give_review(pull, state, text("body"), commit).ok_or_else(Reply::not_found)?;
    let view = ctx.world.view(pull).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&review(ctx.world, &ctx.site.api, &view, &given)))
}

/// `/agents/repos/…/pulls/{number}/agent-merge`: there where an agent was told to merge, and nowhere else.
pub fn agent_merge(ctx: &Ctx<'_>, repo: usize, number: &str) -> Answer {
    let number = number.parse().map_err(|_| Reply::not_found())?;
    let pull = ctx.world.pull_numbered(repo, number).and_then(|pull| ctx.world.pulls.get(pull));
    let on = pull.filter(|pull| pull.agent_merge && pull.closed_at(ctx.world.now).is_none());
    on.ok_or_else(Reply::not_found)?;
    let user = ctx.world.viewer;
    Ok(Reply::ok(&json!({ "allowed_actions": ["merge", "update_branch"], "user": { "id": user } })))
}
