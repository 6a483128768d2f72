//! The tasks an automation started, newest first, read page by page while the list moves.
//!
//! ```text
//! forward  1 ─> 2 ─> 3    every page says of as many, and no task is on two: nothing moved
//! back          2 ─> 1    else: what slid onto a page that had been read stands on it now
//! ```
//!
//! A task that begins meanwhile moves the others on, and one that is deleted moves them back, over the border of a page
//! that was read. Back from the last page nothing slides past the reader that it has not seen.

use std::collections::HashSet;

use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Answer, Need, Op, Request, Zone};
use super::tasks::add_query;
use crate::domain::{AutomationRef, Fault, TaskId};
use crate::provider::port::{Fetched, TaskPage, TaskQuery, Validator};

/// The newest three hundred are read: more say nothing about how it goes now.
const MOST_PAGES: usize = 3;

/// What the pages that were read had.
#[derive(Default)]
struct Runs {
    page: TaskPage,
    seen: HashSet<TaskId>,
    /// A task stood on two pages.
    twice: bool,
    /// How many the pages said there are, active and archived.
    totals: Vec<Option<u64>>,
}

impl Runs {
    fn take(&mut self, page: TaskPage) {
        for task in page.tasks {
            if self.seen.insert(task.at.id.clone()) {
                self.page.tasks.push(task);
            } else {
                self.twice = true;
            }
        }
        self.page.unreadable += page.unreadable;
        self.page.next = page.next;
    }

    fn has_moved(&self) -> bool {
        let first = self.totals.first().copied().flatten();
        self.twice || first.is_none() || self.totals.iter().any(|total| *total != first)
    }
}

fn total(answer: &Answer) -> Option<u64> {
    let body = answer.json().ok()?;
    let of = |key: &str| body.get(key).and_then(Value::as_u64);
    of("total_active_count")?.checked_add(of("total_archived_count")?)
}

impl GitHub {
    pub(super) async fn runs_of_automation(
        &self,
        at: &AutomationRef,
        known: Option<Validator>,
    ) -> Result<Fetched<TaskPage>, Fault> {
        let query = TaskQuery {
            repo: Some(at.repo.clone()),
            per_page: Some(100),
            // By the time that never changes: what is touched between two pages stays where it is.
            by_created: true,
            ..TaskQuery::default()
        };
        let mut url = self.automations_path(&at.repo, &[at.id.raw(), "tasks"])?;
        add_query(&mut url, &query);
        let op = Op::one(format!("list the tasks of automation {} of {}", at.id.show(), at.repo), Need::ReadTasks);
        let first = Request::get(op, Zone::Rest, url).validator(known);
        let answer = self.http.send(&first).await?;
        if answer.status == 304 {
            return Ok(Fetched::Same);
        }
        let mut runs = Runs::default();
        let mut validator = self.http.validator(&first, &answer);
        let page = self.page(&first, &answer, &query).await?;
        runs.page.active_total = page.active_total;
        let is_all = page.next.is_none();
        runs.take(page);
        if !is_all {
            runs.totals.push(total(&answer));
            let read = self.runs_forward(first.validator(validator.clone()), &query, &mut runs).await?;
            if runs.has_moved() {
                validator = self.runs_back(read, &query, &mut runs).await?.or(validator);
            }
        }
        for task in &mut runs.page.tasks {
            // Whose list it is in is known, whether the entry says so or not.
            task.automation.get_or_insert_with(|| at.id.clone());
        }
        Ok(Fetched::New { value: runs.page, validator })
    }

    /// The pages after the first. Returns what would ask for each once more, if it has changed.
    async fn runs_forward(&self, first: Request, query: &TaskQuery, runs: &mut Runs) -> Result<Vec<Request>, Fault> {
        let op = first.op.clone();
        let mut read = vec![first];
        while read.len() < MOST_PAGES
            && let Some(next) = runs.page.next.take()
        {
            let request = self.page_request(op.clone(), &next)?;
            let answer = self.http.send(&request).await?;
            let page = self.page(&request, &answer, query).await?;
            runs.totals.push(total(&answer));
            runs.take(page);
            let validator = self.http.validator(&request, &answer);
            read.push(request.validator(validator));
        }
        Ok(read)
    }

    /// All pages but the last once more, the last of them first; one that is as it was costs nothing. Returns the new
    /// validator of the first page.
    async fn runs_back(
        &self,
        read: Vec<Request>,
        query: &TaskQuery,
        runs: &mut Runs,
    ) -> Result<Option<Validator>, Fault> {
        let (next, unreadable) = (runs.page.next.clone(), runs.page.unreadable);
        let mut validator = None;
        for request in read.iter().rev().skip(1) {
            let answer = self.http.send(request).await?;
            if answer.status != 304 {
                runs.take(self.page(request, &answer, query).await?);
                validator = self.http.validator(request, &answer);
            }
        }
        (runs.page.next, runs.page.unreadable) = (next, unreadable);
        runs.page.tasks.sort_by_key(|task| std::cmp::Reverse(task.created_at));
        Ok(validator)
    }
}
