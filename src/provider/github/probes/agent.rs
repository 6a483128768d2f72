//! Whether the cloud agent may work in repositories: what their owner's settings say, else what the Copilot API says.
//! Most tokens are shown neither: then it is not known, which is not "off".

use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Shape};
use super::peek::Peek;
use crate::domain::RepoName;
use crate::domain::capability::{Answer, ENABLED, Row};
use crate::provider::port::LiveLogs;

impl GitHub {
    pub(super) async fn try_agent(&self, repos: &[RepoName]) -> Vec<Row> {
        let Some(owner) = repos.first().map(RepoName::owner) else { return Vec::new() };
        let path = ["orgs", owner, "copilot", "coding-agent", "permissions"];
        let told = self.peek(Need::Nothing, &path, &[]).await;
        let word = told.json().and_then(|body| Some(body.get("enabled_repositories")?.as_str()?.to_owned()));
        let chosen = if word.as_deref() == Some("selected") { Some(self.chosen(&path).await) } else { None };
        let mut rows = Vec::new();
        for repo in repos {
            let row = match (word.as_deref(), &chosen) {
                (Some("all"), _) => told.row(&ENABLED, Answer::Yes, format!("in all repositories of {owner}")),
                (Some("none"), _) => told
                    .row(&ENABLED, Answer::No, format!("in no repository of {owner}"))
                    .next(format!("ask an owner of {owner} to enable it")),
                (_, Some((peek, Some((names, whole))))) => selected(repo, peek, names, *whole),
                _ => self.by_copilot(repo, &told).await,
            };
            rows.push(row.of(repo));
        }
        rows
    }

    /// The repositories chosen in the owner's settings, and whether these are all of them.
    async fn chosen(&self, path: &[&str]) -> (Peek, Option<(Vec<String>, bool)>) {
        let path = [path, &["repositories"]].concat();
        let peek = self.peek(Need::Nothing, &path, &[("per_page", "100")]).await;
        let names = peek.json().and_then(|body| {
            let list = body.get("repositories")?.as_array()?;
            let names: Vec<String> =
                list.iter().filter_map(|one| Some(one.get("full_name")?.as_str()?.to_ascii_lowercase())).collect();
            let total = body.get("total_count").and_then(Value::as_u64);
            let whole = total.is_some_and(|total| total <= names.len() as u64);
            Some((names, whole))
        });
        (peek, names)
    }

    async fn by_copilot(&self, repo: &RepoName, told: &Peek) -> Row {
        let hidden = || {
            let row = told.row(&ENABLED, Answer::Unknown, "not visible to this token");
            row.next(format!("an owner of {} sees it in the settings, under Copilot", repo.owner()))
        };
        if let LiveLogs::Off(_) = self.copilot.live_logs() {
            return hidden();
        }
        let op = Op::one("answer a question", Need::SessionLogs);
        let path = ["agents", "swe", "v1", "jobs", repo.owner(), repo.name(), "enabled"];
        let Ok(request) = self.session_request(op, &path).await else { return hidden() };
        let peek = self.peek_at(request.shape(Shape::Json), None).await;
        match peek.status() {
            Some(200..=299) => peek.row(&ENABLED, Answer::Yes, "the Copilot API says so"),
            Some(403) => peek
                .row(&ENABLED, Answer::No, "switched off there, or for you")
                .next(format!("ask an owner of {} to enable it", repo.owner())),
            Some(422) => peek
                .row(&ENABLED, Answer::No, "the repository's rules keep it out")
                .next("let the agent past the rule that its answer names"),
            _ => hidden(),
        }
    }
}

fn selected(repo: &RepoName, peek: &Peek, names: &[String], is_whole: bool) -> Row {
    if names.iter().any(|name| name.eq_ignore_ascii_case(repo.as_str())) {
        return peek.row(&ENABLED, Answer::Yes, "it is among the chosen repositories");
    }
    if is_whole {
        let row = peek.row(&ENABLED, Answer::No, "it is not among the chosen repositories");
        return row.next(format!("ask an owner of {} to choose it", repo.owner()));
    }
    peek.row(&ENABLED, Answer::Unknown, "more repositories are chosen than are read here")
}
