//! Runs of every workflow, by the filters the service documents.

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone};
use super::super::wire::found_run::FoundRun;
use super::super::wire::lenient;
use super::paging::next_page;
use crate::domain::{Conclusion, Fault, Instant, RepoName, Run};
use crate::provider::port::PageCursor;
use crate::text::Untrusted;

/// What to look for. Everything `None` or false is the service's default: all runs, newest first, 30 a page.
///
/// With any filter but `leave_out_pulls` the service gives a thousand runs at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// The login of who started it.
    pub actor: Option<Untrusted>,
    pub branch: Option<Untrusted>,
    /// Such as `dynamic` or `pull_request`.
    pub event: Option<Untrusted>,
    pub state: Option<RunState>,
    pub created_from: Option<Instant>,
    pub created_to: Option<Instant>,
    pub head_sha: Option<Untrusted>,
    pub check_suite: Option<u64>,
    pub leave_out_pulls: bool,
    pub per_page: Option<u8>,
}

/// The service takes a status or a conclusion here, one of them at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    Completed,
    ActionRequired,
    Cancelled,
    Failure,
    Neutral,
    Skipped,
    Stale,
    Success,
    TimedOut,
    InProgress,
    Queued,
    Requested,
    Waiting,
    Pending,
}

impl RunState {
    fn wire(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::ActionRequired => "action_required",
            Self::Cancelled => "cancelled",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
            Self::Skipped => "skipped",
            Self::Stale => "stale",
            Self::Success => "success",
            Self::TimedOut => "timed_out",
            Self::InProgress => "in_progress",
            Self::Queued => "queued",
            Self::Requested => "requested",
            Self::Waiting => "waiting",
            Self::Pending => "pending",
        }
    }
}

/// One page of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPage {
    pub runs: Vec<FoundRun>,
    /// Entries that could not be read at all; the others are still here.
    pub unreadable: u32,
    pub total: Option<u64>,
    pub next: Option<PageCursor>,
}

impl GitHub {
    /// The first page of what is found.
    pub async fn find_runs(&self, repo: &RepoName, query: &RunQuery) -> Result<RunPage, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "actions", "runs"])?;
        let pairs = pairs(query);
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self.run_page(&Request::get(op(repo), Zone::Rest, url)).await
    }

    /// The runs of this commit that wait for a person to let them start. Runs of another commit, which a filter that was
    /// not understood would list, are left out.
    pub(in super::super) async fn runs_that_wait(&self, repo: &RepoName, head: &Untrusted) -> Result<Vec<Run>, Fault> {
        let query = RunQuery {
            head_sha: Some(head.clone()),
            state: Some(RunState::ActionRequired),
            per_page: Some(100),
            ..RunQuery::default()
        };
        let page = self.find_runs(repo, &query).await?;
        let waits = |found: &FoundRun| {
            found.facts.head_sha.as_ref() == Some(head) && found.run.conclusion == Some(Conclusion::ActionRequired)
        };
        Ok(page.runs.into_iter().filter(waits).map(|found| found.run).collect())
    }

    /// The page after.
    pub async fn find_more_runs(&self, repo: &RepoName, page: &PageCursor) -> Result<RunPage, Fault> {
        self.run_page(&self.page_request(op(repo), page)?).await
    }

    async fn run_page(&self, request: &Request) -> Result<RunPage, Fault> {
        let answer = self.http.send(request).await?;
        let body = answer.json().map_err(|what| self.http.unreadable(request, &what).fault)?;
        let total = body.get("total_count").and_then(serde_json::Value::as_u64);
        let (runs, unreadable) = lenient::many(self.list_in(request, body, Some("workflow_runs"))?);
        Ok(RunPage { runs, unreadable, total, next: next_page(request, &answer) })
    }
}

fn op(repo: &RepoName) -> Op {
    Op::new(format!("list the runs of {repo}"), Need::ReadActions)
}

fn pairs(query: &RunQuery) -> Vec<(&'static str, String)> {
    let text = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw_for_wire().to_owned());
    let pairs = [
        ("actor", text(&query.actor)),
        ("branch", text(&query.branch)),
        ("event", text(&query.event)),
        ("status", query.state.map(|state| state.wire().to_owned())),
        ("created", created(query.created_from, query.created_to)),
        ("head_sha", text(&query.head_sha)),
        ("check_suite_id", query.check_suite.map(|id| id.to_string())),
        ("exclude_pull_requests", query.leave_out_pulls.then(|| "true".to_owned())),
        ("per_page", query.per_page.map(|n| n.clamp(1, 100).to_string())),
    ];
    pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The service's way to write a range of times.
fn created(from: Option<Instant>, to: Option<Instant>) -> Option<String> {
    let text = |at: Instant| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    match (from.map(text), to.map(text)) {
        (Some(from), Some(to)) => Some(format!("{from}..{to}")),
        (Some(from), None) => Some(format!(">={from}")),
        (None, Some(to)) => Some(format!("<={to}")),
        (None, None) => None,
    }
}
