//! A repository: itself, its branches, its owners file, its agent's configuration.

use serde_json::json;

use super::super::grants::refuse_settings;
use super::super::http::{Answer, Reply};
use super::json::full_repo;
use super::page::Page;
use super::route::Ctx;

pub fn get(ctx: &Ctx<'_>, repo: usize) -> Reply {
    Reply::ok(&full_repo(ctx.world, &ctx.site.api, repo))
}

pub fn by_id(ctx: &Ctx<'_>, id: &str) -> Answer {
    let repo = ctx.world.repos.iter().position(|repo| repo.id.to_string() == id).ok_or_else(Reply::not_found)?;
    Ok(get(ctx, repo))
}

pub fn branches(ctx: &Ctx<'_>, repo: usize) -> Answer {
    let api = &ctx.site.api;
    let entry = ctx.world.repos.get(repo).ok_or_else(Reply::not_found)?;
    let protected_only = ctx.request.query.get("protected").map(|text| text == "true");
    let all = ctx.world.branches(repo).into_iter().map(|(name, sha)| (name == entry.default_branch, name, sha));
    let wanted = all.filter(|(protected, ..)| protected_only.is_none_or(|only| only == *protected));
    let shown = wanted.map(|(protected, name, sha)| {
        let url = format!("{api}/repos/{}/commits/{sha}", entry.name);
        json!({ "name": name, "commit": { "sha": sha, "url": url }, "protected": protected })
    });
    Ok(Page::lenient(ctx.request).array(ctx.request, api, shown.collect()))
}

pub fn codeowners(ctx: &Ctx<'_>, repo: usize) -> Answer {
    let entry = ctx.world.repos.get(repo).filter(|repo| repo.codeowners).ok_or_else(Reply::not_found)?;
    let stale = json!({
        "line": 7,
        "column": 14,
        "kind": "Unknown owner",
        "source": "/legacy/**   @acme/platform-old",
        "suggestion": "make sure @acme/platform-old exists and has write access to the repository",
        "message": "Unknown owner on line 7: make sure @acme/platform-old exists and has write access to the repository\n\n  /legacy/**   @acme/platform-old\n               ^",
        "path": ".github/CODEOWNERS",
    });
    let errors = if entry.reviews_required { vec![stale] } else { Vec::new() };
    Ok(Reply::ok(&json!({ "errors": errors })))
}

pub fn configuration(ctx: &Ctx<'_>, repo: usize) -> Answer {
    if let Some(refused) = refuse_settings(ctx.request) {
        return Err(refused);
    }
    let entry = ctx.world.repos.get(repo).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(&json!({
        "mcp_configuration": null,
        "enabled_tools": {
            "codeql": true,
            "copilot_code_review": !entry.reviews_required,
            "secret_scanning": true,
            "dependency_vulnerability_checks": true,
        },
        "require_actions_workflow_approval": entry.approval_required,
        "is_firewall_enabled": true,
        "is_firewall_recommended_allowlist_enabled": true,
        "custom_allowlist": ["registry.acme.example"],
        // Where they are not rolled out they are off.
        "is_automations_enabled": !entry.public,
        "require_write_access_for_automation_triggers": entry.automation_needs_write,
    })))
}
