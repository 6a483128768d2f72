//! What a run leaves behind: its artifacts and its whole log, both as archives behind a link that is good for a minute.

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Shape, Zone};
use super::super::wire::artifact::RunArtifact;
use super::paging::Listed;
use crate::domain::{Fault, RepoName, RunId};
use crate::provider::port::LogBody;

impl GitHub {
    pub async fn run_artifacts(&self, repo: &RepoName, run: RunId) -> Result<Listed<RunArtifact>, Fault> {
        let mut url =
            self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &run.to_string(), "artifacts"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let op = Op::one(format!("list the artifacts of run {run} of {repo}"), Need::ReadActions);
        self.gather(Request::get(op, Zone::Rest, url), Some("artifacts")).await
    }

    /// The archive, a zip. One that has expired is [`Gone`](crate::domain::FaultKind::Gone).
    pub async fn artifact_zip(&self, repo: &RepoName, artifact: u64) -> Result<Vec<u8>, Fault> {
        let url =
            self.url(&["repos", repo.owner(), repo.name(), "actions", "artifacts", &artifact.to_string(), "zip"])?;
        let op = Op::one(format!("read artifact {artifact} of {repo}"), Need::ReadActions);
        let request = Request::get(op, Zone::Rest, url).shape(Shape::Log);
        Ok(self.http.send(&request).await?.body)
    }

    /// The logs of all jobs of a run in one zip. 404 on either hop means that there are none yet.
    pub async fn run_log_zip(&self, repo: &RepoName, run: RunId) -> Result<LogBody, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &run.to_string(), "logs"])?;
        let op = Op::one(format!("read the logs of run {run} of {repo}"), Need::ReadActions);
        let request = Request::get(op, Zone::Rest, url).shape(Shape::Log).also(&[404]);
        let answer = self.http.send(&request).await?;
        Ok(if answer.status == 404 { LogBody::NotYet } else { LogBody::Bytes(answer.body) })
    }
}
