//! The Copilot API: jobs, whether the agent may work in a repository, models, custom agents. Read only: tasks are
//! started by the documented way alone. Its rules are those of `copilot`.

use serde::de::DeserializeOwned;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, message_of};
use super::super::wire::agent_job::{AgentJob, AgentModel, ListedAgent};
use super::super::wire::lenient;
use crate::domain::{Fault, FaultKind, RepoName, SessionId};
use crate::text::{Safe, Untrusted};

/// Whether the agent may work in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentAccess {
    Enabled,
    /// Switched off there, or for this person.
    Disabled(Safe),
    /// The repository's rules keep it out.
    AgainstRules(Safe),
}

/// Which custom agents to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentQuery {
    /// Those whose file is wrong are listed too, with the reason.
    pub with_broken: bool,
    /// Only the repository's own, not those of its organisation and enterprise.
    pub repo_only: bool,
}

impl GitHub {
    pub async fn agent_job(&self, repo: &RepoName, job: &Untrusted) -> Result<AgentJob, Fault> {
        let op = Op::one(format!("read job {} of {repo}", job.show_line()), Need::SessionLogs);
        let path = ["agents", "swe", "v1", "jobs", repo.owner(), repo.name(), job.raw_for_wire()];
        self.copilot_read(&self.session_request(op, &path).await?, "a job").await
    }

    pub async fn agent_job_of_session(&self, repo: &RepoName, session: &SessionId) -> Result<AgentJob, Fault> {
        let op = Op::one(format!("read the job of session {} of {repo}", session.show()), Need::SessionLogs);
        let path = ["agents", "swe", "v1", "jobs", repo.owner(), repo.name(), "session", session.raw()];
        self.copilot_read(&self.session_request(op, &path).await?, "a job").await
    }

    /// Here a 403 is the answer "switched off", and says nothing about the token.
    pub async fn agent_access(&self, repo: &RepoName) -> Result<AgentAccess, Fault> {
        let op = Op::one(format!("say whether the agent may work in {repo}"), Need::SessionLogs);
        let path = ["agents", "swe", "v1", "jobs", repo.owner(), repo.name(), "enabled"];
        let request = self.session_request(op, &path).await?.also(&[422]);
        match self.http.send(&request).await {
            Ok(answer) if answer.status == 422 => Ok(AgentAccess::AgainstRules(Safe::new(message_of(&answer.body)))),
            Ok(_) => Ok(AgentAccess::Enabled),
            Err(fault) if fault.kind == FaultKind::Permission => Ok(AgentAccess::Disabled(fault.what)),
            Err(fault) => Err(self.copilot_fault(fault)),
        }
    }

    pub async fn agent_models(&self) -> Result<Vec<AgentModel>, Fault> {
        let op = Op::one("list the agent's models", Need::SessionLogs);
        let request = self.session_request(op, &["agents", "swe", "models"]).await?;
        self.copilot_list(&request, "data").await
    }

    /// The custom agents a task in a repository may name.
    pub async fn listed_agents(&self, repo: &RepoName, query: AgentQuery) -> Result<Vec<ListedAgent>, Fault> {
        let op = Op::one(format!("list the custom agents of {repo}"), Need::SessionLogs);
        let path = ["agents", "swe", "custom-agents", repo.owner(), repo.name()];
        let mut request = self.session_request(op, &path).await?;
        request.url.query_pairs_mut().extend_pairs([
            ("target", "github-copilot"),
            ("exclude_invalid_config", if query.with_broken { "false" } else { "true" }),
            ("dedupe", "true"),
            ("include_sources", if query.repo_only { "repo" } else { "repo,org,enterprise" }),
        ]);
        self.copilot_list(&request, "agents").await
    }

    async fn copilot_list<T: DeserializeOwned>(&self, request: &Request, key: &str) -> Result<Vec<T>, Fault> {
        let answer = self.ask_copilot(request).await?;
        let body = answer.json().map_err(|what| self.http.unreadable(request, &what).fault)?;
        Ok(lenient::many(self.list_in(request, body, Some(key))?).0)
    }
}
