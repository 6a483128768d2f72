//! Orders to a run: once more, its failed jobs once more, let it start. Cancelling is with the runs themselves.

use serde_json::json;

use super::super::client::GitHub;
use super::super::http::{Body, Need, Op, Request, Shape, Zone, unknown_outcome};
use crate::domain::{Fault, RepoName, RunId};

impl GitHub {
    /// Runs every job of a run again. `debug`: with the runner's debug lines in the log.
    pub async fn rerun(&self, repo: &RepoName, id: RunId, debug: bool) -> Result<(), Fault> {
        self.order_run(repo, id, ("rerun", "run again"), again(debug)).await
    }

    /// Runs the failed jobs of a run again, and what depends on them.
    pub async fn rerun_failed_jobs(&self, repo: &RepoName, id: RunId, debug: bool) -> Result<(), Fault> {
        self.order_run(repo, id, ("rerun-failed-jobs", "run again the failed jobs of"), again(debug)).await
    }

    /// Lets a run start that waits for a person, as those on the agent's pushes do by default.
    pub async fn approve_run(&self, repo: &RepoName, id: RunId) -> Result<(), Fault> {
        self.order_run(repo, id, ("approve", "approve"), Body::Empty).await
    }

    async fn order_run(
        &self,
        repo: &RepoName,
        id: RunId,
        (order, words): (&str, &str),
        body: Body,
    ) -> Result<(), Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &id.to_string(), order])?;
        let op = Op::new(format!("{words} run {id} of {repo}"), Need::WriteActions);
        let request = Request::post(op, Zone::Rest, url, body).shape(Shape::Nothing);
        match self.http.send(&request).await?.status {
            201 => Ok(()),
            other => {
                let fault = self.http.unreadable(&request, &format!("{other} instead of 201")).fault;
                Err(unknown_outcome(&request, &fault.what))
            }
        }
    }
}

/// Nothing is sent where nothing is asked for.
fn again(debug: bool) -> Body {
    if debug { Body::Json(json!({ "enable_debug_logging": true })) } else { Body::Empty }
}
