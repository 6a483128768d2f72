//! Issues: the open ones, one by its number, putting the agent in charge of one, and whether that can be done here.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::super::client::GitHub;
use super::super::http::{Body, Need, Op, Request, Zone, unknown_outcome};
use super::super::wire::issue::{WireBranch, WireIssue, is_agent_name};
use super::super::wire::lenient;
use super::graphql;
use super::paging::{MOST_PAGES, next_page};
use crate::domain::policy::AssignGrant;
use crate::domain::{Branches, Fault, FaultKind, Issue, IssueRef, Issues, RepoName};
use crate::provider::port::{Fetched, Validator};

/// How many who can be assigned are asked for.
const ACTORS: usize = 100;

impl GitHub {
    /// Pull requests count among the issues: they are left out.
    pub(in super::super) async fn open_issues(&self, repo: &RepoName) -> Result<Issues, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "issues"])?;
        url.query_pairs_mut().extend_pairs([("state", "open"), ("sort", "updated"), ("per_page", "100")]);
        let op = Op::new(format!("list the issues of {repo}"), Need::ReadIssues);
        let listed = self.gather::<WireIssue>(Request::get(op, Zone::Rest, url), None).await?;
        let issues = listed.items.into_iter().filter(|issue| !issue.is_pull());
        Ok(Issues {
            issues: issues.map(|issue| issue.into_issue(repo)).collect(),
            unreadable: listed.unreadable,
            more: listed.more,
        })
    }

    pub(in super::super) async fn one_issue(&self, at: &IssueRef) -> Result<Issue, Fault> {
        let url = self.url(&["repos", at.repo.owner(), at.repo.name(), "issues", &at.number.to_string()])?;
        let request = Request::get(Op::one(format!("read {at}"), Need::ReadIssues), Zone::Rest, url);
        let issue: WireIssue = self.read(&request, "an issue").await?;
        if issue.is_pull() {
            let what = format!("{at} is a pull request, not an issue");
            return Err(Fault::new(FaultKind::Invalid, what, "name an issue, or follow up on the pull request's task"));
        }
        Ok(issue.into_issue(&at.repo))
    }

    pub(in super::super) async fn post_assignee(&self, leave: &AssignGrant) -> Result<Issue, Fault> {
        let assignment = leave.assignment();
        let at = &assignment.issue;
        let number = at.number.to_string();
        let url = self.url(&["repos", at.repo.owner(), at.repo.name(), "issues", &number, "assignees"])?;
        let op = Op::new(format!("assign the agent to {at}"), Need::AssignAgent);
        let request = Request::post(op, Zone::Rest, url, Body::Json(assignment.body()));
        let answer = self.http.send(&request).await?;
        let read = answer.json().and_then(|body| {
            // Without the list nobody can say who is in charge now.
            let listed = body.get("assignees").is_some_and(Value::is_array);
            let issue = WireIssue::deserialize(body).map_err(|_| "it is not an issue".to_owned())?;
            listed.then(|| issue.into_issue(&at.repo)).ok_or_else(|| "it does not say who is assigned".to_owned())
        });
        read.map_err(|what| {
            let fault = self.http.unreadable(&request, &format!("{} came back, but {what}", answer.status)).fault;
            unknown_outcome(&request, &fault.what)
        })
    }

    pub(in super::super) async fn can_assign_agent(&self, repo: &RepoName) -> Result<bool, Fault> {
        if let Some(known) = self.assignable.get(repo) {
            return Ok(known);
        }
        let op = Op::new(format!("say whether the agent can be assigned in {repo}"), Need::ReadMetadata);
        let names = json!({ "owner": repo.owner(), "name": repo.name() });
        let data = self.graphql(&graphql::ASSIGNABLE, names, op).await?;
        let unclear = |what: &str| {
            let what = format!("{} could not say whether the agent can be assigned: {what}", self.http.host.shown());
            Fault::new(FaultKind::Unreadable, what, "assign it and see, or look at the issue in the browser")
        };
        let actors = data.pointer("/repository/suggestedActors/nodes").and_then(Value::as_array);
        let actors = actors.ok_or_else(|| unclear("the answer names nobody"))?;
        let is_agent = |actor: &Value| actor.get("login").and_then(Value::as_str).is_some_and(is_agent_name);
        let can = actors.iter().any(is_agent);
        if !can && actors.len() >= ACTORS {
            return Err(unclear(&format!("more than {ACTORS} can be")));
        }
        self.assignable.learn(repo, can);
        Ok(can)
    }

    pub(in super::super) async fn branches_of(
        &self,
        repo: &RepoName,
        validator: Option<Validator>,
    ) -> Result<Fetched<Branches>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "branches"])?;
        url.query_pairs_mut().append_pair("per_page", "100");
        let op = Op::new(format!("list the branches of {repo}"), Need::ReadContents);
        let mut request = Request::get(op, Zone::Rest, url).validator(validator);
        let (mut all, mut proof) = (Branches::default(), None);
        for page in 0..MOST_PAGES {
            let answer = self.http.send(&request).await?;
            if answer.status == 304 {
                return Ok(Fetched::Same);
            }
            let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
            let (branches, _) = lenient::many::<WireBranch>(self.list_in(&request, body, None)?);
            let full = branches.len() >= 100;
            all.names.extend(branches.into_iter().map(|branch| branch.name).filter(|name| !name.is_empty()));
            let next = next_page(&request, &answer);
            // The tag of a first page says nothing about a second one.
            if page == 0 && next.is_none() && !full {
                proof = self.http.validator(&request, &answer);
            }
            let Some(next) = next else { return Ok(Fetched::New { value: all, validator: proof }) };
            request = self.page_request(request.op, &next)?;
        }
        all.more = true;
        Ok(Fetched::New { value: all, validator: None })
    }
}
