//! What happened on a pull request: its timeline, over as many pages as the service names, asked for again only where it
//! changed.
//!
//! The proof of a former answer is one line a page: the page's address and its tag. While every page is the same nothing
//! is transferred; the first that is not ends the asking by tags, because a page that is the same comes without its events.

use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Need, Op, Request, Zone};
use super::super::wire::timeline::event;
use super::paging::{MOST_PAGES, next_page};
use crate::domain::{Fault, RepoName, Timeline};
use crate::provider::port::{Fetched, PageCursor, Validator};

const PER_PAGE: usize = 100;

/// A page whose answer is known, and the proof of it.
struct Known {
    page: PageCursor,
    tag: Validator,
}

impl GitHub {
    pub(in super::super) async fn timeline_of(
        &self,
        repo: &RepoName,
        number: u64,
        validator: Option<Validator>,
    ) -> Result<Fetched<Timeline>, Fault> {
        let mut url = self.url(&["repos", repo.owner(), repo.name(), "issues", &number.to_string(), "timeline"])?;
        url.query_pairs_mut().append_pair("per_page", &PER_PAGE.to_string());
        let op = Op::one(format!("read the timeline of {repo}#{number}"), Need::ReadPulls);
        let first = Request::get(op, Zone::Rest, url);
        let known = validator.as_ref().map(pages_of).unwrap_or_default();
        for (at, Known { page, tag }) in known.iter().enumerate() {
            let request = match at {
                0 => first.clone(),
                _ => self.page_request(first.op.clone(), page)?,
            };
            let request = request.validator(Some(tag.clone()));
            let answer = self.http.send(&request).await?;
            match (answer.status, at) {
                (304, _) => {}
                (_, 0) => return self.timeline_from(request, answer).await,
                // The pages before this one came without their events.
                _ => return self.whole_timeline(first).await,
            }
        }
        if known.is_empty() { self.whole_timeline(first).await } else { Ok(Fetched::Same) }
    }

    async fn whole_timeline(&self, first: Request) -> Result<Fetched<Timeline>, Fault> {
        let answer = self.http.send(&first).await?;
        self.timeline_from(first, answer).await
    }

    /// The rest of the pages, from an answer that holds one.
    async fn timeline_from(
        &self,
        mut request: Request,
        mut answer: super::super::http::Answer,
    ) -> Result<Fetched<Timeline>, Fault> {
        let mut all = Timeline::default();
        let mut tags = Vec::new();
        for page in 1.. {
            let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
            let Value::Array(records) = self.list_in(&request, body, None)? else { break };
            let read: Vec<_> = records.iter().filter_map(event).collect();
            all.unreadable += u32::try_from(records.len() - read.len()).unwrap_or(u32::MAX);
            all.events.extend(read);
            let tag = self.http.validator(&request, &answer);
            tags.push(tag.map(|tag| Known { page: PageCursor(request.url.as_str().into()), tag }));
            let Some(next) = next_page(&request, &answer) else {
                // A last page that is full would stay the same when the next event opens another.
                let can_be_proved = records.len() < PER_PAGE;
                let tags: Option<Vec<Known>> = tags.into_iter().collect();
                let validator = tags.filter(|_| can_be_proved).map(|tags| proof_of(&tags));
                return Ok(Fetched::New { value: all, validator });
            };
            if page >= MOST_PAGES {
                break;
            }
            request = self.page_request(request.op, &next)?;
            answer = self.http.send(&request).await?;
        }
        all.more = true;
        Ok(Fetched::New { value: all, validator: None })
    }
}

/// Neither an address nor a tag holds a tab or a line break.
fn proof_of(pages: &[Known]) -> Validator {
    let line = |known: &Known| Some(format!("{}\t{}", known.page.0.raw_for_wire(), known.tag.tag()?.raw_for_wire()));
    Validator::Tag(pages.iter().map_while(line).collect::<Vec<_>>().join("\n").into())
}

fn pages_of(validator: &Validator) -> Vec<Known> {
    let page = |line: &str| {
        let (page, tag) = line.split_once('\t')?;
        Some(Known { page: PageCursor(page.into()), tag: Validator::Tag(tag.into()) })
    };
    validator.tag().map_or(Vec::new(), |tags| tags.raw_for_match().lines().map_while(page).collect())
}
