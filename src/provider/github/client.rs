//! `GitHub`: the provider port over the endpoints. Each method is one line; the work is in `endpoints`.

use std::fmt::{self, Write as _};
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::Url;
use reqwest::header::{self, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;

use super::assignable::Assignable;
use super::endpoints::{Batches, Copilot};
use super::host::{Host, HostClass};
use super::http::{Http, Limits, Network, Parts, Request};
use super::repos::Repos;
use super::token::Token;
use crate::domain::agents::CustomAgent;
use crate::domain::capability::{self, ReadOnly};
use crate::domain::policy::{AssignGrant, Grant};
use crate::domain::pull_look::{AgentMerge, ChangedFiles, OwnersFile};
use crate::domain::{
    Branches, Fault, FaultKind, Issue, IssueRef, Issues, Job, JobId, NodeId, Now, Pull, PullDiff, PullRef, RepoName,
    Run, RunId, SessionId, Task, TaskRef, Timeline, UserId, Viewer,
};
use crate::provider::Tap;
use crate::provider::port::{
    AgentSession, Authority, Automations, Budget, Call, CancelAnswer, Fetched, LiveLogs, LogBody, PageCursor, Probe,
    Provider, PullsTold, Sketch, TaskPage, TaskQuery, TellName, Validator,
};
use crate::text::{Safe, Untrusted};

/// May live session logs be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopilotApi {
    /// With the kinds of token that can work, until the service says no.
    #[default]
    Auto,
    Off,
}

/// What a provider is made of.
#[expect(missing_debug_implementations, reason = "it holds the token")]
pub struct Options {
    pub host: Host,
    pub token: Token,
    pub copilot_api: CopilotApi,
    /// Sent to the session log service alone; the operator's own choice, none by default.
    pub extra_headers: Vec<(String, String)>,
    /// Nothing that changes anything leaves this process.
    pub read_only: bool,
    /// The operator said of this very host that things may be changed there.
    pub trusts_host: bool,
    /// Whoever asks has gone when the answer is there: nobody asks again, and there is nothing to refresh.
    pub asks_once: bool,
    pub now: Now,
    pub limits: Limits,
    pub network: Network,
    /// Hears every answer.
    pub tap: Option<Arc<dyn Tap>>,
}

impl Options {
    pub fn new(host: Host, token: Token, now: Now) -> Self {
        let (copilot_api, limits, network) = (CopilotApi::default(), Limits::default(), Network::default());
        Self {
            host,
            token,
            copilot_api,
            extra_headers: Vec::new(),
            read_only: false,
            trusts_host: false,
            asks_once: false,
            now,
            limits,
            network,
            tap: None,
        }
    }
}

/// GitHub as a provider. Cheap to clone; nothing is connected or built before the first request.
#[derive(Clone)]
pub struct GitHub {
    pub(super) http: Arc<Http>,
    pub(super) repos: Arc<Repos>,
    pub(super) copilot: Arc<Copilot>,
    pub(super) assignable: Arc<Assignable>,
    pub(super) batches: Arc<Batches>,
    /// Whose token it is, once that was asked: a client has one token for its life.
    pub(super) owner: Arc<OnceLock<Viewer>>,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GitHub({}, {} token)", self.http.host.shown(), self.http.token.kind().word())
    }
}

impl GitHub {
    pub fn new(options: Options) -> Result<Self, Fault> {
        let Options { host, token, copilot_api, extra_headers, read_only, trusts_host, .. } = options;
        let Options { asks_once, now, limits, network, tap, .. } = options;
        let copilot_headers = extra_headers.into_iter().map(extra_header).collect::<Result<_, _>>()?;
        let copilot = Copilot::new(copilot_api, token.kind());
        let read_only = closed(&host, read_only, trusts_host);
        let http = Http::new(Parts { host, token, read_only, now, limits, network, copilot_headers });
        let http = http.tapped(tap).asking_once(asks_once);
        Ok(Self {
            http: Arc::new(http),
            repos: Arc::default(),
            copilot: Arc::new(copilot),
            assignable: Arc::default(),
            batches: Arc::default(),
            owner: Arc::default(),
        })
    }

    /// An address under the API base, every segment encoded.
    pub(super) fn url(&self, segments: &[&str]) -> Result<Url, Fault> {
        address(self.http.host.api(), segments)
    }

    /// A GET whose JSON answer is one thing.
    pub(super) async fn read<T: DeserializeOwned>(&self, request: &Request, what: &str) -> Result<T, Fault> {
        let answer = self.http.send(request).await?;
        let value =
            answer.json().and_then(|body| T::deserialize(body).map_err(|_| format!("the answer is not {what}")));
        value.map_err(|what| self.http.unreadable(request, &what).fault)
    }
}

/// Why nothing may be changed, as far as it is known before the first answer.
pub fn closed(host: &Host, asked: bool, trusts_host: bool) -> Option<ReadOnly> {
    if asked {
        return Some(ReadOnly::asked_for());
    }
    (host.class() == HostClass::Other && !trusts_host).then(|| ReadOnly {
        why: Safe::new(format!("{} is neither GitHub's nor this machine", host.shown())),
        next: Safe::new("set read_only = false in the configuration if changes may be sent there"),
        chosen: true,
    })
}

/// `base` and the segments, each encoded whole. A segment that would change the path (`.`, `..`, nothing) is refused.
pub(super) fn address(base: &Url, segments: &[&str]) -> Result<Url, Fault> {
    let mut path = base.path().trim_end_matches('/').to_owned();
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            let what = "an id the service gave cannot stand in an address; nothing was sent";
            return Err(Fault::new(FaultKind::Invalid, what, "refresh the list"));
        }
        path.push('/');
        for byte in segment.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => path.push(char::from(byte)),
                _ => {
                    // Writing to a string cannot fail.
                    let _ = write!(path, "%{byte:02X}");
                }
            }
        }
    }
    let mut url = base.clone();
    url.set_path(&path);
    Ok(url)
}

fn extra_header((name, value): (String, String)) -> Result<(HeaderName, HeaderValue), Fault> {
    let shown = Untrusted::from(name.as_str()).show_line();
    let fault = |why: &str| {
        let what = format!("the extra header {shown} {why}");
        Fault::new(FaultKind::Invalid, what, "correct extra_headers in the configuration")
    };
    let name = HeaderName::try_from(name).map_err(|_| fault("has no proper name"))?;
    let reserved = [header::AUTHORIZATION, header::ACCEPT, header::USER_AGENT, header::HOST, header::COOKIE];
    if reserved.contains(&name) || name == "content-length" || name == "transfer-encoding" {
        return Err(fault("is set by the program itself"));
    }
    let mut value = HeaderValue::try_from(value).map_err(|_| fault("has a value that cannot be sent"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

impl Provider for GitHub {
    fn authority(&self) -> Authority {
        Authority { host: self.http.host.shown(), token_kind: Safe::new(self.http.token.kind().word()) }
    }

    fn budget(&self) -> Budget {
        self.http.budget()
    }

    fn counted(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.http.counted())
    }

    fn live_logs(&self) -> LiveLogs {
        self.copilot.live_logs()
    }

    fn insist(&self) {
        self.http.insist();
    }

    fn read_only(&self) -> Option<ReadOnly> {
        self.http.rights.read_only()
    }

    fn probes(&self, repos: &[RepoName], anew: bool) -> Vec<Probe> {
        if anew {
            self.http.rights.look_anew();
        }
        super::probes::plan(repos)
    }

    fn probe<'a>(&'a self, probe: &'a Probe) -> BoxFuture<'a, Vec<capability::Row>> {
        self.try_out(probe).boxed()
    }

    fn share_names(&self, known: Vec<(u64, RepoName)>, tell: TellName) {
        self.repos.share(known, tell);
    }

    fn automations(&self) -> Option<&dyn Automations> {
        Some(self)
    }

    fn viewer(&self) -> Call<'_, Viewer> {
        self.me().boxed()
    }

    fn known_viewer(&self) -> Option<Viewer> {
        self.owner.get().cloned()
    }

    fn user(&self, id: UserId) -> Call<'_, Viewer> {
        self.user_by_id(id).boxed()
    }

    fn default_branch(&self, repo: &RepoName) -> Call<'_, Untrusted> {
        let repo = repo.clone();
        async move { self.branch_of(&repo).await }.boxed()
    }

    fn custom_agents(&self, repo: &RepoName) -> Call<'_, Vec<CustomAgent>> {
        let repo = repo.clone();
        async move { self.agents_of(&repo).await }.boxed()
    }

    fn tasks(&self, query: &TaskQuery) -> Call<'_, Fetched<TaskPage>> {
        let query = query.clone();
        async move { self.list(&query).await }.boxed()
    }

    fn more_tasks(&self, query: &TaskQuery, page: &PageCursor) -> Call<'_, TaskPage> {
        let (query, page) = (query.clone(), page.clone());
        async move { self.list_more(&query, &page).await }.boxed()
    }

    fn task(&self, at: &TaskRef, validator: Option<Validator>) -> Call<'_, Fetched<Task>> {
        let at = at.clone();
        async move { self.one(&at, validator).await }.boxed()
    }

    fn start(&self, grant: &Grant) -> Call<'_, Task> {
        let grant = grant.clone();
        async move { self.post_task(&grant).await }.boxed()
    }

    fn sketch_start(&self, repo: &RepoName) -> Option<Sketch> {
        self.sketch_task(repo)
    }

    fn agent_runs(&self, repo: &RepoName, branch: &Untrusted) -> Call<'_, Vec<Run>> {
        let (repo, branch) = (repo.clone(), branch.clone());
        async move { self.runs_of_branch(&repo, &branch).await }.boxed()
    }

    fn run(&self, repo: &RepoName, id: RunId) -> Call<'_, Run> {
        let repo = repo.clone();
        async move { self.one_run(&repo, id).await }.boxed()
    }

    fn cancel_run(&self, repo: &RepoName, id: RunId, force: bool) -> Call<'_, CancelAnswer> {
        let repo = repo.clone();
        async move { self.post_cancel(&repo, id, force).await }.boxed()
    }

    fn jobs(&self, repo: &RepoName, run: RunId) -> Call<'_, Vec<Job>> {
        let repo = repo.clone();
        async move { self.jobs_of_run(&repo, run).await }.boxed()
    }

    fn job_log(&self, repo: &RepoName, job: JobId) -> Call<'_, LogBody> {
        let repo = repo.clone();
        async move { self.log_of_job(&repo, job).await }.boxed()
    }

    fn agent_session(&self, id: &SessionId) -> Call<'_, AgentSession> {
        let id = id.clone();
        async move { self.session_by_id(&id).await }.boxed()
    }

    fn session_log(&self, id: &SessionId) -> Call<'_, LogBody> {
        let id = id.clone();
        async move { self.log_of_session(&id).await }.boxed()
    }

    fn pulls(&self, refs: &[PullRef]) -> Call<'_, Vec<Option<Pull>>> {
        let refs = refs.to_vec();
        async move { self.pulls_by_ref(&refs).await }.boxed()
    }

    fn pulls_told(&self, refs: &[PullRef]) -> Call<'_, PullsTold> {
        let refs = refs.to_vec();
        async move { self.pulls_told_of(&refs).await }.boxed()
    }

    fn pulls_of_branch(&self, repo: &RepoName, branch: &Untrusted) -> Call<'_, Vec<PullRef>> {
        let (repo, branch) = (repo.clone(), branch.clone());
        async move { self.pulls_by_branch(&repo, &branch).await }.boxed()
    }

    fn timeline(&self, repo: &RepoName, number: u64, validator: Option<Validator>) -> Call<'_, Fetched<Timeline>> {
        let repo = repo.clone();
        async move { self.timeline_of(&repo, number, validator).await }.boxed()
    }

    fn mark_ready(&self, node: &NodeId) -> Call<'_, ()> {
        let node = node.clone();
        async move { self.ready(&node).await }.boxed()
    }

    fn comment(&self, repo: &RepoName, number: u64, body: &str) -> Call<'_, ()> {
        let (repo, body) = (repo.clone(), body.to_owned());
        async move { self.post_comment(&repo, number, &body).await }.boxed()
    }

    fn issues(&self, repo: &RepoName) -> Call<'_, Issues> {
        let repo = repo.clone();
        async move { self.open_issues(&repo).await }.boxed()
    }

    fn issue(&self, at: &IssueRef) -> Call<'_, Issue> {
        let at = at.clone();
        async move { self.one_issue(&at).await }.boxed()
    }

    fn agent_assignable(&self, repo: &RepoName) -> Call<'_, bool> {
        let repo = repo.clone();
        async move { self.can_assign_agent(&repo).await }.boxed()
    }

    fn assign_agent(&self, leave: &AssignGrant) -> Call<'_, Issue> {
        let leave = leave.clone();
        async move { self.post_assignee(&leave).await }.boxed()
    }

    fn branches(&self, repo: &RepoName, validator: Option<Validator>) -> Call<'_, Fetched<Branches>> {
        let repo = repo.clone();
        async move { self.branches_of(&repo, validator).await }.boxed()
    }

    fn pull_files(&self, repo: &RepoName, number: u64, known: Option<Validator>) -> Call<'_, Fetched<ChangedFiles>> {
        let repo = repo.clone();
        async move { self.files_of_pull(&repo, number, known).await }.boxed()
    }

    fn owners_file(
        &self,
        repo: &RepoName,
        branch: &Untrusted,
        known: Option<Validator>,
    ) -> Call<'_, Fetched<Option<OwnersFile>>> {
        let (repo, branch) = (repo.clone(), branch.clone());
        async move { self.owners_of_branch(&repo, &branch, known).await }.boxed()
    }

    fn agent_merge(&self, repo: &RepoName, number: u64) -> Call<'_, Option<AgentMerge>> {
        let repo = repo.clone();
        async move { self.agent_merge_of(&repo, number).await }.boxed()
    }

    fn pull_diff(&self, repo: &RepoName, number: u64) -> Call<'_, PullDiff> {
        let repo = repo.clone();
        async move { self.diff_of_pull(&repo, number).await }.boxed()
    }

    fn ask_review(&self, repo: &RepoName, number: u64, people: &[String], teams: &[String]) -> Call<'_, ()> {
        let names = |all: &[String]| all.iter().map(|name| name.as_str().into()).collect::<Vec<Untrusted>>();
        let (repo, people, teams) = (repo.clone(), names(people), names(teams));
        async move { self.request_review(&repo, number, &people, &teams).await }.boxed()
    }

    fn approve(&self, repo: &RepoName, number: u64, head: &Untrusted) -> Call<'_, String> {
        let (repo, head) = (repo.clone(), head.clone());
        async move { self.post_approval(&repo, number, &head).await }.boxed()
    }

    fn close(&self, repo: &RepoName, number: u64) -> Call<'_, ()> {
        let repo = repo.clone();
        async move { self.close_pull(&repo, number).await.map(|_| ()) }.boxed()
    }

    fn waiting_runs(&self, repo: &RepoName, head: &Untrusted) -> Call<'_, Vec<Run>> {
        let (repo, head) = (repo.clone(), head.clone());
        async move { self.runs_that_wait(&repo, &head).await }.boxed()
    }

    fn let_run(&self, repo: &RepoName, id: RunId) -> Call<'_, ()> {
        let repo = repo.clone();
        async move { self.approve_run(&repo, id).await }.boxed()
    }
}
