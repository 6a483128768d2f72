//! Automations: list, read, offer, and the four ways to change something about one.
//!
//! 404 on a list is not an empty list: automations are not everywhere yet, and that is said as such.

use futures_util::FutureExt as _;
use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Answer, Body, Need, Op, Request, Shape, Zone, unknown_outcome};
use super::super::wire::automation as wire;
use super::paging::{MOST_PAGES, next_page};
use crate::domain::automation::{Accepted, Act, Listed, Offered, OfferedTrigger, ToolGroup};
use crate::domain::policy::AutomationGrant;
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, FaultKind, RepoName};
use crate::provider::port::{Acted, Automations, Call, Fetched, TaskPage, Validator};

/// What one look at all pages of a list saw.
#[derive(Default)]
struct Pass {
    automations: Vec<Automation>,
    unreadable: u32,
    /// The bound cut it.
    more: bool,
    pages: usize,
    /// Seen on more than one page.
    twice: bool,
    /// How many each page said there are in all.
    totals: Vec<Option<u64>>,
}

impl Pass {
    /// `None`: an entry that cannot be read.
    fn take(&mut self, one: Option<Automation>) {
        match one {
            Some(one) if self.automations.iter().any(|known| known.at == one.at) => self.twice = true,
            Some(one) => self.automations.push(one),
            None => self.unreadable += 1,
        }
    }

    /// Something shows that the list changed between two pages, or nothing shows that it did not.
    fn may_have_moved(&self) -> bool {
        let seen = self.automations.len() as u64 + u64::from(self.unreadable);
        let whole = |total: &Option<u64>| total.is_some_and(|total| self.more || total == seen);
        self.pages > 1 && (self.twice || !self.totals.iter().all(whole))
    }
}

impl GitHub {
    pub(super) fn automations_path(&self, repo: &RepoName, more: &[&str]) -> Result<reqwest::Url, Fault> {
        let mut path = vec!["agents", "repos", repo.owner(), repo.name(), "automations"];
        path.extend(more);
        self.url(&path)
    }

    /// A list over all its pages, up to the bound of every list. `repo`: the one asked, where one was.
    ///
    /// A list moves while it is read page by page: where something slid from a page not yet read onto one that was, it is
    /// in neither. So a list of several pages that may have moved is read once more, and what either look saw is there.
    async fn list_automations(&self, mut request: Request, repo: Option<&RepoName>) -> Result<Listed, Fault> {
        request.url.query_pairs_mut().append_pair("per_page", "100");
        let Some(mut pass) = self.pass(request.clone(), repo).await? else { return Ok(Listed::NotHere) };
        if pass.may_have_moved() {
            let Some(again) = self.pass(request, repo).await? else { return Ok(Listed::NotHere) };
            let before = std::mem::replace(&mut pass, again);
            if pass.may_have_moved() {
                for one in before.automations {
                    pass.take(Some(one));
                }
            }
        }
        Ok(Listed::Here { automations: pass.automations, unreadable: pass.unreadable, more: pass.more })
    }

    /// One look at all pages. `None`: there are no automations here.
    async fn pass(&self, mut request: Request, repo: Option<&RepoName>) -> Result<Option<Pass>, Fault> {
        let mut pass = Pass::default();
        for page in 0..MOST_PAGES {
            let answer = match self.http.send(&request).await {
                Err(fault) if page == 0 && fault.kind == FaultKind::NotFound => return Ok(None),
                answer => answer?,
            };
            let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
            pass.pages += 1;
            pass.totals.push(body.get("total_count").and_then(Value::as_u64));
            for item in self.listed(&request, body)? {
                pass.take(wire::automation(item, repo));
            }
            let Some(next) = next_page(&request, &answer) else { return Ok(Some(pass)) };
            request = self.page_request(request.op, &next)?;
        }
        pass.more = true;
        Ok(Some(pass))
    }

    /// The answer is the list, or has it under its name.
    fn listed(&self, request: &Request, body: Value) -> Result<Vec<Value>, Fault> {
        let key = (!body.is_array()).then_some("automations");
        match self.list_in(request, body, key)? {
            Value::Array(items) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    async fn one_automation(&self, at: &AutomationRef) -> Result<Automation, Fault> {
        let url = self.automations_path(&at.repo, &[at.id.raw()])?;
        let op = Op::one(format!("read automation {} of {}", at.id.show(), at.repo), Need::ReadTasks);
        let request = Request::get(op, Zone::Rest, url);
        let answer = self.http.send(&request).await?;
        Self::detail(&answer, &at.repo)
            .filter(|one| one.at == *at)
            .ok_or_else(|| self.http.unreadable(&request, "the answer is not that automation").fault)
    }

    /// A single answer always is a detail, also of an automation without a prompt.
    fn detail(answer: &Answer, repo: &RepoName) -> Option<Automation> {
        let mut body = answer.json().ok()?;
        if let Some(fields) = body.as_object_mut() {
            fields.entry("prompt").or_insert_with(|| "".into());
        }
        wire::automation(body, Some(repo))
    }

    async fn offered<T>(
        &self,
        repo: &RepoName,
        what: &str,
        read: impl Fn(Value) -> Option<Vec<T>>,
    ) -> Result<Offered<T>, Fault> {
        let url = self.automations_path(repo, &[what])?;
        let op = Op::one(format!("say the {} for automations of {repo}", what.replace('-', " ")), Need::ReadTasks);
        let request = Request::get(op, Zone::Rest, url);
        let answer = match self.http.send(&request).await {
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(Offered::NotHere),
            answer => answer?,
        };
        let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
        read(body).map(Offered::Here).ok_or_else(|| self.http.unreadable(&request, "the answer is not a list").fault)
    }

    async fn act_on_automation(&self, grant: &AutomationGrant) -> Result<Acted, Fault> {
        let order = grant.order();
        let request = self.automation_request(order)?;
        let answer = self.http.send(&request).await?;
        let unclear = |what: &str| {
            let fault = self.http.unreadable(&request, &format!("{} came back, but {what}", answer.status)).fault;
            Err(unknown_outcome(&request, &fault.what))
        };
        match (&order.act, answer.status) {
            (Act::Delete(_), 200 | 204) => Ok(Acted::Deleted),
            (Act::Run(..), 200..=299) => {
                let mut said = answer.json().ok();
                if let Some(said) = &mut said {
                    wire::without_addresses(said);
                }
                Ok(Acted::Accepted(Accepted { said }))
            }
            (Act::Create(_) | Act::Edit(..) | Act::Switch(..), 200 | 201) => match Self::detail(&answer, &order.repo) {
                Some(one) if order.pinned().is_none_or(|pinned| pinned.id == one.at.id) => {
                    Ok(Acted::Stands(Box::new(one)))
                }
                _ => unclear("it is not the automation"),
            },
            _ => unclear("that is no answer to this"),
        }
    }

    fn automation_request(&self, order: &AutomationOrder) -> Result<Request, Fault> {
        let repo = &order.repo;
        let op = Op::one(order.words().to_string(), Need::WriteTasks);
        let body = order.body().unwrap_or_default();
        let path = |more: &[&str]| match order.pinned() {
            Some(pinned) => {
                let path: Vec<&str> = std::iter::once(pinned.id.raw()).chain(more.iter().copied()).collect();
                self.automations_path(repo, &path)
            }
            None => self.automations_path(repo, more),
        };
        Ok(match &order.act {
            Act::Create(_) => Request::post(Op { one: false, ..op }, Zone::Rest, path(&[])?, Body::Json(body)),
            Act::Edit(..) | Act::Switch(..) => Request::post(op, Zone::Rest, path(&[])?, Body::MergePatch(body)),
            Act::Run(..) => Request::post(op, Zone::Rest, path(&["tasks"])?, Body::Json(body)),
            Act::Delete(_) => Request::post(op, Zone::Rest, path(&[])?, Body::Delete).shape(Shape::Nothing),
        })
    }
}

impl Automations for GitHub {
    fn of_repo(&self, repo: &RepoName) -> Call<'_, Listed> {
        let repo = repo.clone();
        async move {
            let op = Op::one(format!("list the automations of {repo}"), Need::ReadTasks);
            let request = Request::get(op, Zone::Rest, self.automations_path(&repo, &[])?);
            self.list_automations(request, Some(&repo)).await
        }
        .boxed()
    }

    fn mine(&self) -> Call<'_, Listed> {
        async move {
            let op = Op::one("list your automations", Need::ReadTasks);
            let request = Request::get(op, Zone::Rest, self.url(&["agents", "automations"])?);
            self.list_automations(request, None).await
        }
        .boxed()
    }

    fn one(&self, at: &AutomationRef) -> Call<'_, Automation> {
        let at = at.clone();
        async move { self.one_automation(&at).await }.boxed()
    }

    fn tasks_of(&self, at: &AutomationRef, known: Option<Validator>) -> Call<'_, Fetched<TaskPage>> {
        let at = at.clone();
        async move { self.runs_of_automation(&at, known).await }.boxed()
    }

    fn tools(&self, repo: &RepoName) -> Call<'_, Offered<ToolGroup>> {
        let repo = repo.clone();
        async move { self.offered(&repo, "available-tools", wire::tool_groups).await }.boxed()
    }

    fn triggers(&self, repo: &RepoName) -> Call<'_, Offered<OfferedTrigger>> {
        let repo = repo.clone();
        async move { self.offered(&repo, "available-triggers", wire::offered_triggers).await }.boxed()
    }

    fn requires_write(&self, repo: &RepoName) -> Call<'_, Option<bool>> {
        let repo = repo.clone();
        async move { Ok(self.cloud_agent_config(&repo).await?.require_write_access_for_automation_triggers) }.boxed()
    }

    fn act(&self, grant: &AutomationGrant) -> Call<'_, Acted> {
        let grant = grant.clone();
        async move { self.act_on_automation(&grant).await }.boxed()
    }
}
