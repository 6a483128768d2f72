//! Actions runs: finding the agent's, reading one, cancelling one.

use serde::Deserialize as _;

use super::super::client::GitHub;
use super::super::http::{Body, Need, Op, Request, Shape, Zone, unknown_outcome};
use super::super::wire::{convert, lenient, run as wire};
use crate::domain::{Fault, RepoName, Run, RunId};
use crate::provider::port::CancelAnswer;
use crate::text::Untrusted;

impl GitHub {
    pub(in super::super) async fn runs_of_branch(
        &self,
        repo: &RepoName,
        branch: &Untrusted,
    ) -> Result<Vec<Run>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs"])?;
        url.query_pairs_mut().extend_pairs([
            ("branch", branch.raw_for_wire()),
            ("event", "dynamic"),
            ("per_page", "100"),
        ]);
        let op = Op::new(format!("list the runs of {} in {repo}", branch.show_line()), Need::ReadActions);
        let request = Request::get(op, Zone::Rest, url);
        let answer = self.http.send(&request).await?;
        let runs = match lenient::from_text::<wire::Runs>(answer.text()) {
            Some(read) => read.workflow_runs,
            None => self.forgiven_list(&request, &answer, "workflow_runs")?,
        };
        let mut runs: Vec<Run> = runs.into_iter().filter(convert::is_agent_run).map(convert::run).collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.created_at));
        Ok(runs)
    }

    pub(in super::super) async fn one_run(&self, repo: &RepoName, id: RunId) -> Result<Run, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &id.to_string()])?;
        let request = Request::get(Op::one(format!("read run {id} of {repo}"), Need::ReadActions), Zone::Rest, url);
        let answer = self.http.send(&request).await?;
        let run =
            answer.json().and_then(|body| wire::Run::deserialize(body).map_err(|_| "the answer is not a run".into()));
        run.map(convert::run).map_err(|what| self.http.unreadable(&request, &what).fault)
    }

    pub(in super::super) async fn post_cancel(
        &self,
        repo: &RepoName,
        id: RunId,
        force: bool,
    ) -> Result<CancelAnswer, Fault> {
        let verb = if force { "force-cancel" } else { "cancel" };
        let url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs", &id.to_string(), verb])?;
        let op = Op::new(format!("{verb} run {id} of {repo}"), Need::WriteActions);
        let request = Request::post(op, Zone::Rest, url, Body::Empty).shape(Shape::Nothing).also(&[409]);
        match self.http.send(&request).await?.status {
            202 => Ok(CancelAnswer::Accepted),
            409 => Ok(CancelAnswer::Conflict),
            other => {
                let fault = self.http.unreadable(&request, &format!("{other} instead of 202")).fault;
                Err(unknown_outcome(&request, &fault.what))
            }
        }
    }
}
