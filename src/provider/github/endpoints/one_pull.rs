//! One pull request by its number, those of a commit, and what can be done to one over REST: ask for a review, close.

use serde::Deserialize as _;
use serde_json::json;

use super::super::client::GitHub;
use super::super::http::{Body, Need, Op, Request, Shape, Zone, unknown_outcome};
use super::super::wire::rest_pull::RestPull;
use super::paging::Listed;
use crate::domain::{Fault, FaultKind, PullState, RepoName};
use crate::text::Untrusted;

impl GitHub {
    pub async fn pull_by_number(&self, repo: &RepoName, number: u64) -> Result<RestPull, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string()])?;
        let op = Op::one(format!("read {repo}#{number}"), Need::ReadPulls);
        self.read(&Request::get(op, Zone::Rest, url), "a pull request").await
    }

    /// The pull requests a commit belongs to. `at`: a commit or a branch.
    pub async fn pulls_of_commit(&self, repo: &RepoName, at: &Untrusted) -> Result<Listed<RestPull>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "commits", at.raw_for_wire(), "pulls"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let op = Op::one(format!("list the pull requests of {} in {repo}", at.show_line()), Need::ReadPulls);
        self.gather(Request::get(op, Zone::Rest, url), None).await
    }

    /// Asks people and teams (by their names in addresses) for a review. One who may not give it spoils the whole call.
    pub async fn request_review(
        &self,
        repo: &RepoName,
        number: u64,
        people: &[Untrusted],
        teams: &[Untrusted],
    ) -> Result<(), Fault> {
        if people.is_empty() && teams.is_empty() {
            let what = format!("nobody was named to review {repo}#{number}; nothing was sent");
            return Err(Fault::new(FaultKind::Refused, what, "name a person or a team"));
        }
        let url =
            self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string(), "requested_reviewers"])?;
        let names = |all: &[Untrusted]| all.iter().map(|one| one.raw_for_wire().to_owned()).collect::<Vec<_>>();
        let body = json!({ "reviewers": names(people), "team_reviewers": names(teams) });
        let op = Op::new(format!("ask for a review of {repo}#{number}"), Need::WritePulls);
        let request = Request::post(op, Zone::Rest, url, Body::Json(body)).shape(Shape::Nothing);
        match self.http.send(&request).await?.status {
            201 => Ok(()),
            other => {
                let fault = self.http.unreadable(&request, &format!("{other} instead of 201")).fault;
                Err(unknown_outcome(&request, &fault.what))
            }
        }
    }

    /// Approves it at this commit: of another the service makes nothing. Returns the id of the review.
    pub(in super::super) async fn post_approval(
        &self,
        repo: &RepoName,
        number: u64,
        head: &Untrusted,
    ) -> Result<String, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string(), "reviews"])?;
        let body = json!({ "event": "APPROVE", "commit_id": head.raw_for_wire() });
        let op = Op::one(format!("approve {repo}#{number}"), Need::WritePulls);
        let request = Request::post(op, Zone::Rest, url, Body::Json(body));
        let answer = self.http.send(&request).await?;
        let read = answer.json().and_then(|body| {
            let id = body.get("id").and_then(serde_json::Value::as_u64);
            let approved = body.get("state").and_then(serde_json::Value::as_str) == Some("APPROVED");
            id.filter(|_| approved).ok_or_else(|| "the answer is not an approval".to_owned())
        });
        let id = read.map_err(|what| unknown_outcome(&request, &self.http.unreadable(&request, &what).fault.what))?;
        Ok(id.to_string())
    }

    /// Closes without merging. The answer must say that it is closed.
    pub async fn close_pull(&self, repo: &RepoName, number: u64) -> Result<RestPull, Fault> {
        let url = self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string()])?;
        let op = Op::one(format!("close {repo}#{number}"), Need::WritePulls);
        let request = Request::post(op, Zone::Rest, url, Body::Patch(json!({ "state": "closed" })));
        let answer = self.http.send(&request).await?;
        let read = answer.json().and_then(|body| {
            let pull = RestPull::deserialize(body).map_err(|_| "the answer is not a pull request".to_owned())?;
            let closed = matches!(pull.state, PullState::Closed | PullState::Merged);
            closed.then_some(pull).ok_or_else(|| "the answer says it is still open".to_owned())
        });
        read.map_err(|what| unknown_outcome(&request, &self.http.unreadable(&request, &what).fault.what))
    }
}
