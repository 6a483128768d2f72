//! Questions about the service and about a repository's rules, for checks before a start.

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone};
use super::super::wire::lenient;
use super::super::wire::service::{CodeownersError, RateLimits};
use crate::domain::{Fault, RepoName};
use crate::text::Untrusted;

impl GitHub {
    /// What is left of every budget. Costs nothing of the hourly ones.
    pub async fn rate_limits(&self) -> Result<RateLimits, Fault> {
        let op = Op::new("say what is left of its limits", Need::Nothing);
        self.read(&Request::get(op, Zone::Rest, self.url(&["rate_limit"])?), "a list of limits").await
    }

    /// The API versions the service speaks, in its order.
    pub async fn api_versions(&self) -> Result<Vec<Untrusted>, Fault> {
        let op = Op::new("list its API versions", Need::Nothing);
        let request = Request::get(op, Zone::Rest, self.url(&["versions"])?);
        let answer = self.http.send(&request).await?;
        let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
        Ok(lenient::many(self.list_in(&request, body, None)?).0)
    }

    /// What is wrong with a repository's CODEOWNERS; `None` when it has no such file.
    pub async fn codeowners_errors(
        &self,
        repo: &RepoName,
        branch: Option<&Untrusted>,
    ) -> Result<Option<Vec<CodeownersError>>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "codeowners", "errors"])?;
        if let Some(branch) = branch {
            url.query_pairs_mut().append_pair("ref", branch.raw_for_wire());
        }
        let op = Op::new(format!("check the CODEOWNERS of {repo}"), Need::ReadContents);
        let request = Request::get(op, Zone::Rest, url).also(&[404]);
        let answer = self.http.send(&request).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
        Ok(Some(lenient::many(self.list_in(&request, body, Some("errors"))?).0))
    }
}
