//! `/contents/…`: the custom agents' files, as a listing, as JSON, or raw; and the owners file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::http::{Answer, Reply};
use super::super::world::chance::hex;
use super::route::Ctx;

const FOLDER: &str = ".github/agents";

const OWNERS: &str = ".github/CODEOWNERS";
const OWNERS_TEXT: &str = include_str!("../../../assets/demo/CODEOWNERS");

const FILES: &[(&str, &str)] = &[
    ("api-gardener.agent.md", include_str!("../../../assets/demo/agents/api-gardener.agent.md")),
    ("copy-editor.agent.md", include_str!("../../../assets/demo/agents/copy-editor.agent.md")),
    ("desk-only.agent.md", include_str!("../../../assets/demo/agents/desk-only.agent.md")),
    ("report-doctor.agent.md", include_str!("../../../assets/demo/agents/report-doctor.agent.md")),
    ("retry-fixer.agent.md", include_str!("../../../assets/demo/agents/retry-fixer.agent.md")),
    ("tax-migrator.md", include_str!("../../../assets/demo/agents/tax-migrator.md")),
];

/// A custom agent's id: its file's name without the endings.
fn stem(file: &str) -> &str {
    file.strip_suffix(".agent.md").or_else(|| file.strip_suffix(".md")).unwrap_or(file)
}

/// The file of a custom agent, if the repository has it: name and text.
pub fn agent_file(agents: &[String], id: &str) -> Option<(&'static str, &'static str)> {
    let listed = agents.iter().any(|agent| agent == id);
    FILES.iter().copied().find(|(file, _)| listed && stem(file) == id)
}

pub fn answer(ctx: &Ctx<'_>, repo: usize, path: &str) -> Answer {
    let entry = ctx.world.repos.get(repo).ok_or_else(Reply::not_found)?;
    if let Some(wanted) = ctx.request.query.get("ref").filter(|wanted| !wanted.is_empty()) {
        let known = ctx.world.branches(repo).iter().any(|(name, sha)| name == wanted || sha == wanted);
        if !known {
            return Err(Reply::message(404, &format!("No commit found for the ref {wanted}")));
        }
    }
    let path = path.trim_end_matches('/');
    if path == FOLDER && !entry.agents.is_empty() {
        let files = entry.agents.iter().filter_map(|id| agent_file(&entry.agents, id));
        return Ok(Reply::ok(
            &files.map(|(file, text)| item(ctx, repo, &format!("{FOLDER}/{file}"), text)).collect::<Vec<_>>().into(),
        ));
    }
    if path == OWNERS && entry.codeowners {
        return Ok(one(ctx, repo, OWNERS, OWNERS_TEXT));
    }
    let file = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')).ok_or_else(Reply::not_found)?;
    let found = agent_file(&entry.agents, stem(file)).filter(|(name, _)| *name == file);
    let (file, text) = found.ok_or_else(Reply::not_found)?;
    Ok(one(ctx, repo, &format!("{FOLDER}/{file}"), text))
}

/// One file, as it is wanted: as it is, or as JSON.
fn one(ctx: &Ctx<'_>, repo: usize, path: &str, text: &'static str) -> Reply {
    if ctx.request.header("accept").is_some_and(|accept| accept.contains(".raw")) {
        let mut reply = Reply::text(200, "application/vnd.github.raw+json; charset=utf-8", text);
        reply.conditional = true;
        return reply;
    }
    let mut body = item(ctx, repo, path, text);
    if let Some(body) = body.as_object_mut() {
        body.insert("encoding".to_owned(), "base64".into());
        body.insert("content".to_owned(), lines_of(&STANDARD.encode(text)).into());
    }
    Reply::ok(&body)
}

/// GitHub breaks the encoded text after 60 letters.
fn lines_of(encoded: &str) -> String {
    let letters: Vec<char> = encoded.chars().collect();
    letters.chunks(60).map(|line| line.iter().collect::<String>() + "\n").collect()
}

fn item(ctx: &Ctx<'_>, repo: usize, path: &str, text: &str) -> Value {
    let Some(entry) = ctx.world.repos.get(repo) else { return Value::Null };
    let (full, branch) = (&entry.name, &entry.default_branch);
    let digest = Sha256::digest(format!("blob {}\0{text}", text.len()));
    let sha = hex(digest.get(..20).unwrap_or_default());
    let file = path.rsplit('/').next().unwrap_or(path);
    let url = format!("{}/repos/{full}/contents/{path}?ref={branch}", ctx.site.api);
    let html = format!("https://github.com/{full}/blob/{branch}/{path}");
    let git = format!("{}/repos/{full}/git/blobs/{sha}", ctx.site.api);
    json!({
        "type": "file",
        "name": file,
        "path": path,
        "sha": sha,
        "size": text.len(),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": format!("https://raw.githubusercontent.com/{full}/{branch}/{path}"),
        "_links": { "self": url, "git": git, "html": html },
    })
}
