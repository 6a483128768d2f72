//! The open points about agent tasks: which version header they want (a), whether they answer "unchanged" (b), whether a
//! data-residency host has them (f).

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone, version};
use super::peek::Peek;
use crate::domain::capability::{Answer, POINT_A, POINT_B, POINT_F, Row};
use crate::domain::{Fault, RepoName};

impl GitHub {
    pub(super) async fn try_points(&self, repo: Option<&RepoName>) -> Vec<Row> {
        let Ok(request) = self.list_request(repo) else { return Vec::new() };
        let new = self.peek_at(request.clone(), Some(version::NEW)).await;
        let old = self.peek_at(request.clone(), Some(version::OLD)).await;
        let works = if new.is_good() { &new } else { &old };
        vec![point_a(&new, &old), self.point_b(request, works).await, self.point_f(works)]
    }

    fn list_request(&self, repo: Option<&RepoName>) -> Result<Request, Fault> {
        let mut url = match repo {
            Some(repo) => self.url(&["agents", "repos", repo.owner(), repo.name(), "tasks"])?,
            None => self.url(&["agents", "tasks"])?,
        };
        url.query_pairs_mut().append_pair("per_page", "1");
        Ok(Request::get(Op::new("list tasks", Need::ReadTasks), Zone::Rest, url))
    }

    async fn point_b(&self, request: Request, first: &Peek) -> Row {
        let Some(answer) = first.seen.as_ref().ok().filter(|_| first.is_good()) else {
            return first.row(&POINT_B, Answer::Unknown, "there was no good answer to begin with");
        };
        let Some(tag) = self.http.validator(&request, answer) else {
            return first.row(&POINT_B, Answer::No, "no ETag came");
        };
        let again = self.peek_at(request.validator(Some(tag)), Some(answer.version)).await;
        match again.status() {
            Some(304) => again.row(&POINT_B, Answer::Yes, "304 to the ETag that came"),
            Some(200) => again.row(&POINT_B, Answer::Unknown, "200 again: it may have changed between the two"),
            _ => again.row(&POINT_B, Answer::Unknown, format!("{} came back", again.word())),
        }
    }

    fn point_f(&self, list: &Peek) -> Row {
        let host = self.http.host.web();
        if !host.ends_with(".ghe.com") {
            let row = Row::new(&POINT_F, Answer::Untestable, "no SUBDOMAIN.ghe.com host is configured", list.at);
            return row.because(format!("the host is {}", self.http.host.shown()));
        }
        match list.status() {
            Some(200..=299) => list.row(&POINT_F, Answer::Yes, host),
            Some(404 | 410) => list.row(&POINT_F, Answer::No, format!("{host} answers {}", list.word())),
            _ => list.row(&POINT_F, Answer::Unknown, format!("{host}: {}", list.word())),
        }
    }
}

fn point_a(new: &Peek, old: &Peek) -> Row {
    let says = match (new.is_good(), old.is_good()) {
        (true, _) => Answer::Yes,
        (false, true) => Answer::No,
        (false, false) => Answer::Unknown,
    };
    let words = format!("{}: {}, {}: {}", version::NEW, new.word(), version::OLD, old.word());
    new.row(&POINT_A, says, words)
}
