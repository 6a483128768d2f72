//! People and repositories: who we are, who an id is, what a repository is called.

use serde::Deserialize;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone};
use super::super::wire::lenient::{NumberId, opt};
use crate::domain::{Fault, FaultKind, RepoName, UserId, Viewer};
use crate::text::Untrusted;

#[derive(Debug, Deserialize)]
struct User {
    id: NumberId,
    login: Untrusted,
}

#[derive(Debug, Deserialize)]
struct Repository {
    id: NumberId,
    #[serde(default, deserialize_with = "opt")]
    full_name: Option<String>,
    #[serde(default, deserialize_with = "opt")]
    default_branch: Option<Untrusted>,
}

impl GitHub {
    pub(in super::super) async fn me(&self) -> Result<Viewer, Fault> {
        let op = Op::new("say whose token this is", Need::Nothing);
        let viewer = self.person(Request::get(op, Zone::Rest, self.url(&["user"])?)).await?;
        let _ = self.owner.set(viewer.clone());
        Ok(viewer)
    }

    pub(in super::super) async fn user_by_id(&self, id: UserId) -> Result<Viewer, Fault> {
        let op = Op::one(format!("say who user {id} is"), Need::Nothing);
        self.person(Request::get(op, Zone::Rest, self.url(&["user", &id.to_string()])?)).await
    }

    async fn person(&self, request: Request) -> Result<Viewer, Fault> {
        let user: User = self.read(&request, "a user").await?;
        Ok(Viewer { id: UserId(user.id.0), login: user.login })
    }

    pub(in super::super) async fn branch_of(&self, repo: &RepoName) -> Result<Untrusted, Fault> {
        let (request, found) = self.repository(repo).await?;
        let missing = || self.http.unreadable(&request, "the answer names no default branch").fault;
        found.default_branch.filter(|name| !name.is_empty()).ok_or_else(missing)
    }

    /// The database id of a repository: remembered, else asked.
    pub(super) async fn id_of(&self, repo: &RepoName) -> Result<u64, Fault> {
        match self.repos.id(repo) {
            Some(id) => Ok(id),
            None => Ok(self.repository(repo).await?.1.id.0),
        }
    }

    async fn repository(&self, repo: &RepoName) -> Result<(Request, Repository), Fault> {
        let op = Op::new(format!("read the repository {repo}"), Need::ReadMetadata);
        let request = Request::get(op, Zone::Rest, self.url(&["repos", repo.owner(), repo.name()])?);
        let found: Repository = self.read(&request, "a repository").await?;
        self.repos.learn(repo, found.id.0);
        Ok((request, found))
    }

    /// The name a repository id stands for; `None` when it is gone or not visible, which is remembered for a while.
    pub(super) async fn repo_by_id(&self, id: u64) -> Result<Option<RepoName>, Fault> {
        if let Some(known) = self.repos.name(id) {
            return Ok(Some(known));
        }
        if self.repos.is_hidden(id) {
            return Ok(None);
        }
        let op = Op::one(format!("say which repository {id} is"), Need::ReadMetadata);
        let request = Request::get(op, Zone::Rest, self.url(&["repositories", &id.to_string()])?);
        let name: Option<RepoName> = match self.read::<Repository>(&request, "a repository").await {
            Ok(found) => found.full_name.and_then(|name| name.parse().ok()),
            Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Permission | FaultKind::Gone) => None,
            Err(fault) => {
                self.repos.failed(id);
                return Err(fault);
            }
        };
        match &name {
            Some(repo) => self.repos.learn(repo, id),
            None => self.repos.hide(id),
        }
        Ok(name)
    }
}
