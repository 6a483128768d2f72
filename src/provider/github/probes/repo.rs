//! One repository: what of it can be read and changed, and how its agent is set up.

use serde::Deserialize as _;
use serde_json::Value;

use super::super::client::GitHub;
use super::super::endpoints::CloudAgentConfig;
use super::super::http::Need;
use super::peek::Peek;
use crate::domain::RepoName;
use crate::domain::capability::{
    ACTIONS_READ, ACTIONS_WRITE, ALLOW_LIST, APPROVAL, AUTOMATIONS, Answer, FIREWALL, ISSUES_READ, ISSUES_WRITE,
    POINT_E, PULLS_READ, PULLS_WRITE, Row, TASKS_READ, TASKS_WRITE, Topic, VISIBLE,
};

const ACCEPTED_PERMISSIONS: &str = "x-accepted-github-permissions";
const ACCEPTED_SCOPES: &str = "x-accepted-oauth-scopes";

/// What the repository says of itself and of the account.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    archived: bool,
    /// The account may push, whatever the token may.
    push: Option<bool>,
}

impl GitHub {
    pub(super) async fn try_repo(&self, repo: &RepoName, is_first: bool) -> Vec<Row> {
        let path = ["repos", repo.owner(), repo.name()];
        let seen = self.peek(Need::ReadMetadata, &path, &[]).await;
        let (visible, standing) = self.visible(&seen);
        let mut rows = vec![visible];
        let list = [("per_page", "1")];
        let tasks = self.peek(Need::ReadTasks, &["agents", "repos", repo.owner(), repo.name(), "tasks"], &list).await;
        rows.push(self.readable(&tasks, &TASKS_READ, Need::ReadTasks).needed());
        let dynamic = [("per_page", "1"), ("event", "dynamic")];
        let runs = self.peek(Need::ReadActions, &join(&path, &["actions", "runs"]), &dynamic).await;
        rows.push(self.readable(&runs, &ACTIONS_READ, Need::ReadActions));
        let pulls = self.peek(Need::ReadPulls, &join(&path, &["pulls"]), &list).await;
        rows.push(self.readable(&pulls, &PULLS_READ, Need::ReadPulls));
        let issues = self.peek(Need::ReadIssues, &join(&path, &["issues"]), &list).await;
        rows.push(self.readable(&issues, &ISSUES_READ, Need::ReadIssues));
        for (topic, need) in [
            (&TASKS_WRITE, Need::WriteTasks),
            (&ACTIONS_WRITE, Need::WriteActions),
            (&PULLS_WRITE, Need::WritePulls),
            (&ISSUES_WRITE, Need::WriteIssues),
        ] {
            rows.push(self.writable(repo, &seen, standing, topic, need));
        }
        let settings = join(&path, &["copilot", "cloud-agent", "configuration"]);
        rows.extend(agent_settings(&self.peek(Need::ReadMetadata, &settings, &[]).await));
        rows = rows.into_iter().map(|row| row.of(repo)).collect();
        if is_first {
            rows.push(self.point_e(&path, &runs).await);
        }
        rows
    }

    fn visible(&self, seen: &Peek) -> (Row, Standing) {
        let body = seen.json().unwrap_or_default();
        let flag = |at: &str| body.pointer(at).and_then(Value::as_bool);
        let standing = Standing { archived: flag("/archived") == Some(true), push: flag("/permissions/push") };
        let row = match seen.status() {
            Some(200) if standing.archived => seen.row(&VISIBLE, Answer::Yes, "archived: nothing can change there"),
            Some(200) => {
                let role = match standing.push {
                    Some(true) => "the account may write",
                    Some(false) => "the account may only read",
                    None => "the account's role is not told",
                };
                seen.row(&VISIBLE, Answer::Yes, role)
            }
            Some(403 | 404 | 451) => {
                let advice = Need::ReadMetadata.advice(self.http.token.kind());
                seen.row(&VISIBLE, Answer::No, "not there, or not visible to this token")
                    .next(format!("check its name, and {advice}"))
            }
            _ => {
                let came = || seen.row(&VISIBLE, Answer::Unknown, format!("{} came back", seen.word()));
                seen.unanswered(&VISIBLE).unwrap_or_else(came)
            }
        };
        (row.needed(), standing)
    }

    fn readable(&self, peek: &Peek, topic: &'static Topic, need: Need) -> Row {
        if let Some(row) = peek.unanswered(topic) {
            return row;
        }
        let evidence = peek.evidence(&[ACCEPTED_PERMISSIONS]);
        let row = match peek.status() {
            Some(200..=299) => peek.row(topic, Answer::Yes, ""),
            Some(401) => peek.row(topic, Answer::No, "the token is not accepted").next("renew the token"),
            Some(403 | 404) => {
                let what = match need.permission() {
                    Some(permission) if self.http.token.kind().has_permissions() => format!("{permission} is missing"),
                    _ => "not there, or not visible to this token".to_owned(),
                };
                peek.row(topic, Answer::No, what).next(need.advice(self.http.token.kind()))
            }
            _ => peek.row(topic, Answer::Unknown, format!("{} came back", peek.word())),
        };
        row.because(evidence)
    }

    /// What can be told of a change without making one: the scopes, the account's role, a former refusal.
    fn writable(&self, repo: &RepoName, seen: &Peek, standing: Standing, topic: &'static Topic, need: Need) -> Row {
        let (rights, kind) = (&self.http.rights, self.http.token.kind());
        let facts = rights.facts();
        let advice = need.advice(kind);
        let closed = rights.read_only();
        let row = |says, words: &str, evidence: String| Row::new(topic, says, words, seen.at).because(evidence);
        let of_repo = |what: &str| format!("{}, {what}", seen.evidence(&[]));
        let row = if standing.archived {
            row(Answer::No, "the repository is archived", of_repo("archived: true"))
                .next("unarchive it, or leave it out")
        } else if let Some(refusal) = rights.refusal(need, repo.as_str()) {
            let evidence = format!("at {} UTC {}", refusal.at.format("%H:%M:%S"), refusal.what);
            row(Answer::No, &missing(need), evidence).next(advice)
        } else if facts.has_scope("repo") == Some(false) {
            let evidence = format!("X-OAuth-Scopes: {}", facts.scope_words());
            row(Answer::No, "the scope `repo` is missing", evidence).next(advice)
        } else if standing.push == Some(false) {
            let next = format!("ask for write access to {repo}");
            row(Answer::No, "the account may only read there", of_repo("permissions.push: false")).next(next)
        } else if facts.has_scope("repo") == Some(true) && standing.push == Some(true) {
            let evidence = format!("X-OAuth-Scopes: {}; {}", facts.scope_words(), of_repo("permissions.push: true"));
            let words = if need == Need::WriteTasks { "takes Copilot Business or Enterprise, too" } else { "" };
            row(Answer::Yes, words, evidence)
        } else {
            let evidence = format!("{} token; {}", kind.word(), seen.evidence(&[]));
            row(Answer::Unknown, "told only when it is used", evidence).next(format!("to be sure, {advice}"))
        };
        let is_main = matches!(need, Need::WriteTasks | Need::WriteActions);
        if is_main && !closed.is_some_and(|closed| closed.chosen) { row.needed() } else { row }
    }

    /// e: whether "Actions: write" is enough to cancel the agent's runs.
    async fn point_e(&self, repo: &[&str], runs: &Peek) -> Row {
        let facts = self.http.rights.facts();
        let token = format!("{} token, scopes: {}", self.http.token.kind().word(), facts.scope_words());
        let row =
            |words: &str, evidence: String| Row::new(&POINT_E, Answer::Untestable, words, runs.at).because(evidence);
        let list = runs.json().unwrap_or_default();
        let Some(id) = list.pointer("/workflow_runs/0/id").and_then(Value::as_u64) else {
            return row(
                "only a cancel would tell; no run of the agent to look at",
                format!("{token}; {}", runs.evidence(&[])),
            );
        };
        let id = id.to_string();
        let run = self.peek(Need::ReadActions, &join(repo, &["actions", "runs", &id]), &[]).await;
        let evidence = run.evidence(&[ACCEPTED_PERMISSIONS, ACCEPTED_SCOPES]);
        row("only a cancel would tell", format!("{token}; {evidence}"))
    }
}

fn missing(need: Need) -> String {
    need.permission().map_or_else(|| "refused".to_owned(), |permission| format!("{permission} is missing"))
}

fn join<'a>(repo: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [repo, rest].concat()
}

/// What the settings say. Not visible is not off.
fn agent_settings(peek: &Peek) -> Vec<Row> {
    let config = peek.json().and_then(|body| CloudAgentConfig::deserialize(body).ok());
    let hidden = |topic: &'static Topic| {
        peek.unanswered(topic).unwrap_or_else(|| {
            peek.row(topic, Answer::Unknown, "not visible to this token")
                .next("look in the repository's settings, under Copilot")
        })
    };
    let Some(config) = config else {
        return [&APPROVAL, &FIREWALL, &ALLOW_LIST, &AUTOMATIONS].into_iter().map(hidden).collect();
    };
    let row = |topic: &'static Topic, told: Option<bool>, words: String| match told {
        Some(true) => peek.row(topic, Answer::Yes, words),
        Some(false) => peek.row(topic, Answer::No, words),
        None => peek.row(topic, Answer::Unknown, "the settings do not say"),
    };
    let waits = if config.require_actions_workflow_approval == Some(true) { "they wait for a person" } else { "" };
    let list = match config.custom_allowlist.len() {
        0 => String::new(),
        n => format!("and {n} of its own"),
    };
    vec![
        row(&APPROVAL, config.require_actions_workflow_approval, waits.to_owned()),
        row(&FIREWALL, config.is_firewall_enabled, String::new()),
        row(&ALLOW_LIST, config.is_firewall_recommended_allowlist_enabled, list),
        row(&AUTOMATIONS, config.is_automations_enabled, String::new()),
    ]
}
