//! Jobs of a run, and their logs: those lie on another host, behind a link that is good for a minute.

use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Shape, Zone};
use super::super::wire::{convert, lenient};
use crate::domain::{Fault, Job, JobId, RepoName, RunId};
use crate::provider::port::LogBody;

impl GitHub {
    pub(in super::super) async fn jobs_of_run(&self, repo: &RepoName, run: RunId) -> Result<Vec<Job>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &run.to_string(), "jobs"])?;
        url.query_pairs_mut().extend_pairs([("filter", "latest"), ("per_page", "100")]);
        let op = Op::one(format!("list the jobs of run {run} of {repo}"), Need::ReadActions);
        let request = Request::get(op, Zone::Rest, url);
        let answer = self.http.send(&request).await?;
        let unreadable = |what: &str| self.http.unreadable(&request, what).fault;
        let mut body = answer.json().map_err(|what| unreadable(&what))?;
        let jobs = body.get_mut("jobs").map(Value::take).filter(Value::is_array);
        let (jobs, _) = lenient::many(jobs.ok_or_else(|| unreadable("the answer has no list of jobs"))?);
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
