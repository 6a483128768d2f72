//! Jobs of a run, and their logs: those lie on another host, behind a link that is good for a minute.

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Shape, Zone};
use super::super::wire::{convert, lenient, run as wire};
use crate::domain::{Fault, Job, JobId, RepoName, RunId};
use crate::provider::port::LogBody;

impl GitHub {
    pub(in super::super) async fn jobs_of_run(&self, repo: &RepoName, run: RunId) -> Result<Vec<Job>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &run.to_string(), "jobs"])?;
        url.query_pairs_mut().extend_pairs([("filter", "latest"), ("per_page", "100")]);
        let op = Op::one(format!("list the jobs of run {run} of {repo}"), Need::ReadActions);
        let request = Request::get(op, Zone::Rest, url);
        let answer = self.http.send(&request).await?;
        let jobs = match lenient::from_text::<wire::Jobs>(answer.text()) {
            Some(read) => read.jobs,
            None => self.forgiven_list(&request, &answer, "jobs")?,
        };
        Ok(jobs.into_iter().map(convert::job).collect())
    }

    /// 404 on either hop means that the job still runs.
    pub(in super::super) async fn log_of_job(&self, repo: &RepoName, job: JobId) -> Result<LogBody, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "actions", "jobs", &job.to_string(), "logs"])?;
        let op = Op::one(format!("read the log of job {job} of {repo}"), Need::ReadActions);
        let request = Request::get(op, Zone::Rest, url).shape(Shape::Log).also(&[404]);
        let answer = self.http.send(&request).await?;
        Ok(if answer.status == 404 { LogBody::NotYet } else { LogBody::Bytes(answer.body) })
    }
}
