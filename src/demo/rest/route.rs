//! Which handler answers which path.

use super::super::gate::Site;
use super::super::grants;
use super::super::http::{Answer, Reply, Request};
use super::super::world::World;
use super::{commits, contents, issues, meta, orgs, people, pulls, repos, runs, tasks, timeline};

/// What a handler works with.
pub struct Ctx<'a> {
    pub site: &'a Site,
    pub world: &'a mut World,
    pub request: &'a Request,
}

pub fn answer(site: &Site, world: &mut World, request: &Request) -> Reply {
    let mut ctx = Ctx { site, world, request };
    route(&mut ctx).unwrap_or_else(|refused| refused)
}

fn route(ctx: &mut Ctx<'_>) -> Answer {
    let (method, segments) = ctx.request.route();
    match (method, segments.as_slice()) {
        ("GET", []) => Ok(Reply::ok(&serde_json::json!({ "current_user_url": format!("{}/user", ctx.site.api) }))),
        (_, ["agents", rest @ ..]) => tasks::answer(ctx, method, rest),
        ("GET", ["user"]) => people::viewer(ctx),
        ("GET", ["user", id]) => people::by_id(ctx, id),
        ("GET", ["users", login]) => people::by_login(ctx, login),
        ("GET", ["meta"]) => Ok(meta::meta()),
        ("GET", ["versions"]) => Ok(meta::versions()),
        ("GET", ["repositories", id]) => repos::by_id(ctx, id),
        ("GET", ["orgs", org, "copilot", "coding-agent", "permissions", rest @ ..]) => {
            orgs::permissions(ctx, org, rest)
        }
        (_, ["repos", owner, name, rest @ ..]) => {
            let repo = ctx.world.repo_at(owner, name).ok_or_else(Reply::not_found)?;
            if method != "GET" && ctx.world.repos.get(repo).is_some_and(|repo| repo.archived) {
                return Err(grants::archived());
            }
            in_repo(ctx, repo, method, rest)
        }
        _ => Err(Reply::not_found()),
    }
}

fn in_repo(ctx: &mut Ctx<'_>, repo: usize, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", []) => Ok(repos::get(ctx, repo)),
        ("GET", ["branches"]) => repos::branches(ctx, repo),
        ("GET", ["codeowners", "errors"]) => repos::codeowners(ctx, repo),
        ("GET", ["copilot", "cloud-agent", "configuration"]) => repos::configuration(ctx, repo),
        ("GET", ["contents", path @ ..]) => contents::answer(ctx, repo, &path.join("/")),
        (_, ["actions", rest @ ..]) => runs::answer(ctx, repo, method, rest),
        (_, ["pulls", rest @ ..]) => pulls::answer(ctx, repo, method, rest),
        ("GET", ["commits", rest @ ..]) => commits::answer(ctx, repo, rest),
        ("GET", ["issues", number, "timeline"]) => timeline::answer(ctx, repo, number),
        (_, ["issues", rest @ ..]) => issues::answer(ctx, repo, method, rest),
        _ => Err(Reply::not_found()),
    }
}
