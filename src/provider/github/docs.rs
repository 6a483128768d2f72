//! What the README says of tokens, from the code that decides by it.

use std::fmt::Write as _;

use super::http::Need;
use super::token::TokenKind;

/// What is done, what it takes, and where it is met.
const NEEDS: [(&str, Need); 10] = [
    ("list and read tasks", Need::ReadTasks),
    ("start, retry and follow up tasks", Need::WriteTasks),
    ("find runs, read job logs", Need::ReadActions),
    ("cancel a session", Need::WriteActions),
    ("custom agents, CODEOWNERS", Need::ReadContents),
    ("pull requests", Need::ReadPulls),
    ("mark a pull request ready", Need::WritePulls),
    ("comment, assign an issue", Need::WriteIssues),
    ("checks of a pull request", Need::ReadChecks),
    ("commit statuses", Need::ReadStatuses),
];

/// Kind by kind: what can be done with it.
pub fn markdown_kinds() -> String {
    let mut out = String::from(
        "| token | begins with | tasks: list, start, cancel | live session logs | what it may do is told |\n\
         |---|---|---|---|---|\n",
    );
    for kind in TokenKind::ALL {
        let tasks = match kind {
            TokenKind::Installation => "not supported by GitHub: refused before any request",
            TokenKind::Refresh => "never: refused before any request",
            TokenKind::Unknown => "the service decides",
            _ if kind.has_permissions() => "with the permissions below",
            _ => "with the scope `repo`",
        };
        let logs = match kind {
            TokenKind::OAuth => "yes",
            _ if kind.may_use_copilot_api() => "tried",
            TokenKind::FineGrained => "not tried",
            _ => "no",
        };
        let told = match kind {
            TokenKind::Classic | TokenKind::OAuth => "with every answer, as scopes",
            TokenKind::Unknown => "with answers, where it has scopes",
            _ if kind.has_permissions() => "only by a refusal",
            _ => "",
        };
        let prefix = kind.prefix().map_or_else(String::new, |prefix| format!("`{prefix}`"));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {} | {prefix} | {tasks} | {logs} | {told} |", kind.title());
    }
    out
}

/// Doing by doing: what the token needs for it.
pub fn markdown_needs() -> String {
    let mut out = String::from(
        "| to do this | fine-grained and app user tokens: permission | classic and OAuth tokens: scope |\n|---|---|---|\n",
    );
    for (what, need) in NEEDS {
        let permission = need.permission().unwrap_or_default();
        let _ = writeln!(out, "| {what} | {permission} | `repo` |");
    }
    out
}
