//! What people and machines say about a pull request: reviews, who was asked, check runs, commit statuses.

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone};
use super::super::wire::review::{CheckRun, CombinedStatus, MaybeCombined, RequestedReviewers, Review, last_words};
use super::paging::Listed;
use crate::domain::{Fault, RepoName};
use crate::text::Untrusted;

impl GitHub {
    /// The last word of each reviewer; a comment is none, so it takes nothing back.
    pub async fn reviews(&self, repo: &RepoName, number: u64) -> Result<Listed<Review>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string(), "reviews"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let op = Op::one(format!("list the reviews of {repo}#{number}"), Need::ReadPulls);
        let all: Listed<Review> = self.gather(Request::get(op, Zone::Rest, url), None).await?;
        Ok(Listed { items: last_words(all.items), ..all })
    }

    pub async fn requested_reviewers(&self, repo: &RepoName, number: u64) -> Result<RequestedReviewers, Fault> {
        let url =
            self.url(&["repos", repo.owner(), repo.name(), "pulls", &number.to_string(), "requested_reviewers"])?;
        let op = Op::one(format!("list who is asked to review {repo}#{number}"), Need::ReadPulls);
        self.read(&Request::get(op, Zone::Rest, url), "a list of reviewers").await
    }

    /// The newest run of each check. `at`: a commit or a branch.
    pub async fn check_runs(&self, repo: &RepoName, at: &Untrusted) -> Result<Listed<CheckRun>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "commits", at.raw_for_wire(), "check-runs"])?;
        url.query_pairs_mut().extend_pairs([("filter", "latest"), ("per_page", "100")]);
        let op = Op::one(format!("list the checks of {} in {repo}", at.show_line()), Need::ReadChecks);
        self.gather(Request::get(op, Zone::Rest, url), Some("check_runs")).await
    }

    /// `None` when there is not one status: the service calls that "pending", and nothing is.
    pub async fn combined_status(&self, repo: &RepoName, at: &Untrusted) -> Result<Option<CombinedStatus>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "commits", at.raw_for_wire(), "status"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let op = Op::one(format!("read the statuses of {} in {repo}", at.show_line()), Need::ReadStatuses);
        let MaybeCombined(status) = self.read(&Request::get(op, Zone::Rest, url), "a combined status").await?;
        Ok(status)
    }
}
