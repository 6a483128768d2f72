//! What a token may do here, told by its own words: any bearer is accepted, and by default it may do everything.
//!
//! | in the token | what it may not do |
//! |---|---|
//! | `readonly` | change anything; a classic or OAuth one has no scope `repo` |
//! | `noactions`, `notasks`, `nopulls`, `noissues` | change just these |
//! | `nosettings` | see how the agent is set up in a repository |
//! | `nochecks` | see a check, though what they come to together |
//! | `rejected` | anything: it is no token |
//!
//! `admin` lets it see the organisation's settings, and `expires` ends its life in three days. The kind is told by the
//! prefix, as at GitHub: `github_pat_`, `ghp_`, `gho_`, `ghu_`, `ghs_`.

use super::http::{Reply, Request};

/// What is asked of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// As the service names it in its headers.
    pub permission: &'static str,
    pub writes: bool,
    word: &'static str,
}

const fn need(permission: &'static str, word: &'static str, writes: bool) -> Need {
    Need { permission, writes, word }
}

impl Need {
    /// By the address and the method.
    fn of(request: &Request) -> Self {
        let (method, segments) = request.route();
        let writes = method != "GET";
        match segments.as_slice() {
            ["agents", ..] => need("agent_tasks", "notasks", writes),
            ["repos", _, _, "actions", ..] => need("actions", "noactions", writes),
            ["repos", _, _, "pulls", ..] | ["graphql"] => need("pull_requests", "nopulls", writes),
            ["repos", _, _, "issues", ..] => need("issues", "noissues", writes),
            ["repos", _, _, "copilot", ..] => need("copilot_agent_settings", "nosettings", writes),
            _ => need("metadata", "nometadata", writes),
        }
    }

    /// `actions=write`
    fn accepted(self) -> String {
        format!("{}={}", self.permission, if self.writes { "write" } else { "read" })
    }
}

fn says(token: &str, word: &str) -> bool {
    token.split(['_', '-']).any(|part| part == word)
}

/// Kinds that have permissions, and no scopes.
fn is_fine_grained(token: &str) -> bool {
    token.starts_with("github_pat_")
}

pub fn is_rejected(token: &str) -> bool {
    says(token, "rejected")
}

/// The scopes of a token that has scopes.
pub fn scopes(token: &str) -> Option<&'static str> {
    if is_fine_grained(token) {
        return None;
    }
    Some(
        match (token.starts_with("ghu_"), says(token, "readonly") || token.ends_with("readonly"), says(token, "admin"))
        {
            (true, ..) => "",
            (_, true, _) => "read:org",
            (_, _, true) => "repo, admin:org, workflow",
            _ => "repo, read:org, workflow",
        },
    )
}

/// Only personal tokens have a last day, and not each of them.
pub fn expires(token: &str) -> bool {
    says(token, "expires")
}

/// What the address would take, for the kinds of token that have permissions.
pub fn accepted(request: &Request) -> Option<String> {
    let has_permissions = request.token().is_some_and(|token| is_fine_grained(token) || token.starts_with("ghu_"));
    has_permissions.then(|| Need::of(request).accepted())
}

/// The 403 for a change that this token may not make.
pub fn refuse_write(request: &Request) -> Option<Reply> {
    let token = request.token()?;
    let need = Need::of(request);
    let denied = token.ends_with("readonly") || says(token, "readonly") || says(token, need.word);
    denied.then(refused)
}

/// The 403 for settings this token may not see.
pub fn refuse_settings(request: &Request) -> Option<Reply> {
    let token = request.token()?;
    let denied = says(token, "nosettings") || scopes(token).is_some_and(|scopes| scopes.starts_with("read:"));
    denied.then(refused)
}

/// Checks and their suites are null to it, with an error each.
pub fn hides_checks(request: &Request) -> bool {
    request.token().is_some_and(|token| says(token, "nochecks"))
}

/// The 403 for an organisation's own settings.
pub fn refuse_owner(request: &Request) -> Option<Reply> {
    let token = request.token()?;
    let denied = !says(token, "admin");
    denied.then(|| Reply::message(403, "You must be an organization owner or have the admin:org scope."))
}

fn refused() -> Reply {
    Reply::message(403, "Resource not accessible by personal access token")
}

/// The 403 for a change in an archived repository.
pub fn archived() -> Reply {
    Reply::message(403, "Repository was archived so is read-only.")
}
