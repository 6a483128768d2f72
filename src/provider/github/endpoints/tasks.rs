//! Agent tasks: list, read, start. There is no cancel endpoint and no log endpoint among them.

use serde::Deserialize as _;
use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Answer, Body, Need, Op, Request, Zone, unknown_outcome};
use super::super::wire::{convert, lenient, task as wire};
use super::paging::next_page;
use crate::domain::policy::Grant;
use crate::domain::{Fault, RepoName, Task, TaskId, TaskRef};
use crate::provider::port::{Fetched, PageCursor, Sketch, TaskPage, TaskQuery, Validator};

impl GitHub {
    pub(in super::super) async fn list(&self, query: &TaskQuery) -> Result<Fetched<TaskPage>, Fault> {
        let mut url = match &query.repo {
            Some(repo) => self.url(&["agents", "repos", repo.owner(), repo.name(), "tasks"])?,
            None => self.url(&["agents", "tasks"])?,
        };
        add_query(&mut url, query);
        let request = Request::get(list_op(query), Zone::Rest, url).validator(query.validator.clone());
        let answer = self.http.send(&request).await?;
        if answer.is_same(&request) {
            return Ok(Fetched::Same);
        }
        let validator = Some(self.http.tag_or_mark(&request, &answer));
        Ok(Fetched::New { value: self.page(&request, &answer, query).await?, validator })
    }

    pub(in super::super) async fn list_more(&self, query: &TaskQuery, page: &PageCursor) -> Result<TaskPage, Fault> {
        let request = self.page_request(list_op(query), page)?;
        let answer = self.http.send(&request).await?;
        self.page(&request, &answer, query).await
    }

    pub(super) async fn page(&self, request: &Request, answer: &Answer, query: &TaskQuery) -> Result<TaskPage, Fault> {
        let (items, mut bad, active_total) = match lenient::from_text::<wire::Page>(answer.text()) {
            Some(page) => (page.tasks, 0, page.total_active_count),
            None => self.forgiven(request, answer)?,
        };
        let mut tasks = Vec::with_capacity(items.len());
        for item in items {
            // One name that cannot be told does not hide the other tasks; it is asked for again with a later list.
            match self.repo_of(&item, query.repo.as_ref()).await.ok().flatten() {
                Some(repo) => tasks.push(convert::task(item, repo)),
                None => bad += 1,
            }
        }
        Ok(TaskPage { tasks, unreadable: bad, next: next_page(request, answer), active_total })
    }

    /// What can be read of a page in which something is wrong, and how many of its tasks cannot.
    fn forgiven(&self, request: &Request, answer: &Answer) -> Result<(Vec<wire::Task>, u32, Option<u64>), Fault> {
        let unreadable = |what: &str| self.http.unreadable(request, what).fault;
        let mut body = answer.json().map_err(|what| unreadable(&what))?;
        let tasks = body.get_mut("tasks").map(Value::take).filter(Value::is_array);
        let tasks = tasks.ok_or_else(|| unreadable("the answer has no list of tasks"))?;
        let (items, bad) = lenient::many(tasks);
        Ok((items, bad, body.get("total_active_count").and_then(Value::as_u64)))
    }

    /// The repository listed, else the one the task's address names, else the one its repository id means.
    async fn repo_of(&self, item: &wire::Task, listed: Option<&RepoName>) -> Result<Option<RepoName>, Fault> {
        let id = item.repository.map(|repo| repo.id.0);
        let named = listed.cloned().or_else(|| item.html_url.as_ref().and_then(convert::repo_of));
        match (named, id) {
            (Some(repo), id) => {
                if let Some(id) = id {
                    self.repos.learn(&repo, id);
                }
                Ok(Some(repo))
            }
            (None, Some(id)) => self.repo_by_id(id).await,
            (None, None) => Ok(None),
        }
    }

    pub(in super::super) async fn one(&self, at: &TaskRef, tag: Option<Validator>) -> Result<Fetched<Task>, Fault> {
        let url = self.url(&["agents", "repos", at.repo.owner(), at.repo.name(), "tasks", at.id.raw()])?;
        let op = Op::one(format!("read task {} of {}", at.id.show(), at.repo), Need::ReadTasks);
        let request = Request::get(op, Zone::Rest, url).validator(tag);
        let answer = self.http.send(&request).await?;
        if answer.is_same(&request) {
            return Ok(Fetched::Same);
        }
        let read = answer.json().and_then(|body| whole_task(body, &at.repo));
        let mut value = read.map_err(|what| self.http.unreadable(&request, &what).fault)?;
        value.sessions.get_or_insert_default();
        Ok(Fetched::New { value, validator: Some(self.http.tag_or_mark(&request, &answer)) })
    }

    /// A task of which the id is all that is known; its repository is told by the answer.
    pub async fn task_by_id(&self, id: &TaskId) -> Result<Task, Fault> {
        let op = Op::one(format!("read task {}", id.show()), Need::ReadTasks);
        let request = Request::get(op, Zone::Rest, self.url(&["agents", "tasks", id.raw()])?);
        let item: wire::Task = self.read(&request, "a task").await?;
        let Some(repo) = self.repo_of(&item, None).await? else {
            return Err(self.http.unreadable(&request, "the answer names no repository that can be seen").fault);
        };
        let mut task = convert::task(item, repo);
        task.sessions.get_or_insert_default();
        Ok(task)
    }

    fn start_request(&self, repo: &RepoName, body: Value) -> Result<Request, Fault> {
        let url = self.url(&["agents", "repos", repo.owner(), repo.name(), "tasks"])?;
        let op = Op::new(format!("start a task in {repo}"), Need::WriteTasks);
        Ok(Request::post(op, Zone::Rest, url, Body::Json(body)))
    }

    /// The request of [`Self::post_task`] without its body.
    pub(in super::super) fn sketch_task(&self, repo: &RepoName) -> Option<Sketch> {
        Some(self.http.sketch(&self.start_request(repo, Value::Null).ok()?))
    }

    pub(in super::super) async fn post_task(&self, grant: &Grant) -> Result<Task, Fault> {
        let start = grant.request();
        let request = self.start_request(&start.repo, start.body())?;
        let answer = self.http.send(&request).await?;
        let read = answer.json().and_then(|body| whole_task(body, &start.repo));
        read.map_err(|what| {
            let fault = self.http.unreadable(&request, &format!("{} came back, but {what}", answer.status)).fault;
            unknown_outcome(&request, &fault.what)
        })
    }
}

fn whole_task(body: Value, repo: &RepoName) -> Result<Task, String> {
    let other = convert::beyond(&body, wire::KNOWN);
    let wire = wire::Task::deserialize(body).map_err(|_| "the answer is not a task".to_owned())?;
    let mut task = convert::task(wire, repo.clone());
    if other.is_some() {
        task.beyond.rare.get_or_insert_default().other = other;
    }
    Ok(task)
}

fn list_op(query: &TaskQuery) -> Op {
    let whose = query.repo.as_ref().map_or_else(|| "your tasks".to_owned(), |repo| format!("the tasks of {repo}"));
    Op::new(format!("list {whose}"), Need::ReadTasks)
}

/// Only what differs from the service's defaults, so that the same question always has the same address.
pub(super) fn add_query(url: &mut reqwest::Url, query: &TaskQuery) {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    if let Some(n) = query.per_page {
        pairs.push(("per_page", n.clamp(1, 100).to_string()));
    }
    if query.by_created {
        pairs.push(("sort", "created_at".to_owned()));
    }
    if query.ascending {
        pairs.push(("direction", "asc".to_owned()));
    }
    if !query.states.is_empty() {
        let words: Vec<&str> = query.states.iter().map(crate::domain::State::wire).collect();
        pairs.push(("state", words.join(",")));
    }
    if query.archived {
        pairs.push(("is_archived", "true".to_owned()));
    }
    if let Some(since) = query.since {
        pairs.push(("since", since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
    }
    // Known to the list of a repository alone.
    if query.repo.is_some() {
        pairs.extend(query.creators.iter().map(|id| ("creator_id", id.to_string())));
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
}
