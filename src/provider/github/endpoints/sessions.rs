//! The Copilot API: sessions of a person and of a pull request. Its rules are those of `copilot`.

use super::super::client::GitHub;
use super::super::http::{Need, Op};
use super::super::wire::cloud_session::{AgentPull, CloudSession, newest_of_each_pull};
use super::super::wire::lenient;
use super::paging::Listed;
use crate::domain::{Fault, PullId, RepoName};

/// What the service gives at most, and what is asked for when nothing else is said.
const PAGE_SIZE: u8 = 50;

/// Which sessions of the viewer's to list: newest update first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionQuery {
    pub repo: Option<RepoName>,
    /// Only those whose pull request is a draft or open.
    pub open_only: bool,
    pub per_page: Option<u8>,
    /// Counted from one; `None` is the first.
    pub page: Option<u32>,
}

/// One page of sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionPage {
    pub sessions: Vec<CloudSession>,
    /// Entries that could not be read at all; the others are still here.
    pub unreadable: u32,
    /// The page after this one, where there may be one: only a page that is not full is surely the last.
    pub next: Option<u32>,
}

impl SessionPage {
    /// The newest session of each pull request, and every session without one.
    pub fn newest_of_each_pull(self) -> Vec<CloudSession> {
        newest_of_each_pull(self.sessions)
    }
}

impl GitHub {
    pub async fn cloud_sessions(&self, query: &SessionQuery) -> Result<SessionPage, Fault> {
        let op = Op::one("list your sessions", Need::SessionLogs);
        let mut request = self.session_request(op, &["agents", "sessions"]).await?;
        let (size, page) = (query.per_page.unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE), query.page.unwrap_or(1).max(1));
        {
            let mut pairs = request.url.query_pairs_mut();
            pairs.append_pair("page_size", &size.to_string()).append_pair("page_number", &page.to_string());
            pairs.append_pair("sort", "last_updated_at,desc");
            if query.open_only {
                pairs.append_pair("resource_state", "draft,open");
            }
            if let Some(repo) = &query.repo {
                pairs.append_pair("repo_nwo", repo.as_str());
            }
        }
        let Listed { items: sessions, unreadable, .. } = self.sessions_in(&request).await?;
        let full = sessions.len() + usize::try_from(unreadable).unwrap_or(usize::MAX) >= usize::from(size);
        Ok(SessionPage { sessions, unreadable, next: full.then(|| page.saturating_add(1)) })
    }

    /// All sessions of a pull request, whole.
    pub async fn sessions_of_pull(&self, pull: PullId) -> Result<Listed<CloudSession>, Fault> {
        let op = Op::one(format!("list the sessions of pull request {pull}"), Need::SessionLogs);
        let path = ["agents", "sessions", "resource", "pull", &pull.to_string()];
        self.sessions_in(&self.session_request(op, &path).await?).await
    }

    /// What the service knows of a pull request; `None` when it has no session.
    pub async fn agent_pull(&self, pull: PullId) -> Result<Option<AgentPull>, Fault> {
        let op = Op::one(format!("read the sessions of pull request {pull}"), Need::SessionLogs);
        let request = self.session_request(op, &["agents", "resource", "pull", &pull.to_string()]).await?.also(&[404]);
        self.copilot_read_or_none(&request, "a pull request's sessions").await
    }

    async fn sessions_in(&self, request: &super::super::http::Request) -> Result<Listed<CloudSession>, Fault> {
        let answer = self.ask_copilot(request).await?;
        let body = answer.json().map_err(|what| self.http.unreadable(request, &what).fault)?;
        let (items, unreadable) = lenient::many(self.list_in(request, body, Some("sessions"))?);
        Ok(Listed { items, unreadable, more: false })
    }
}
