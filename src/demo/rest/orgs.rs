//! An organisation's settings for the cloud agent, for those who may see them: in which repositories it may work.

use serde_json::{Value, json};

use super::super::grants::refuse_owner;
use super::super::http::{Answer, Reply};
use super::json::minimal_repo;
use super::page::Page;
use super::route::Ctx;

/// With an archived repository the rest are chosen; without one, all are.
pub fn permissions(ctx: &Ctx<'_>, org: &str, rest: &[&str]) -> Answer {
    let of_org = |name: &crate::domain::RepoName| name.owner().eq_ignore_ascii_case(org);
    if !ctx.world.repos.iter().any(|repo| of_org(&repo.name)) {
        return Err(Reply::not_found());
    }
    if let Some(refused) = refuse_owner(ctx.request) {
        return Err(refused);
    }
    let is_chosen = ctx.world.repos.iter().any(|repo| of_org(&repo.name) && repo.archived);
    let api = &ctx.site.api;
    match rest {
        [] if is_chosen => Ok(Reply::ok(&json!({
            "enabled_repositories": "selected",
            "selected_repositories_url": format!("{api}/orgs/{org}/copilot/coding-agent/permissions/repositories"),
        }))),
        [] => Ok(Reply::ok(&json!({ "enabled_repositories": "all" }))),
        ["repositories"] if is_chosen => {
            let repos = ctx.world.repos.iter().enumerate().filter(|(_, repo)| of_org(&repo.name) && !repo.archived);
            let all: Vec<Value> = repos.map(|(n, _)| minimal_repo(ctx.world, api, n)).collect();
            let total = all.len();
            let shown = Page::lenient(ctx.request).cut(all);
            Ok(Reply::ok(&json!({ "total_count": total, "repositories": shown })))
        }
        ["repositories"] => Err(Reply::message(409, "The cloud agent policy is not set to selected repositories.")),
        _ => Err(Reply::not_found()),
    }
}
