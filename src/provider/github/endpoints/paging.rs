//! Lists over several pages: every page the service names, up to a bound, and only from its own host.

use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::client::GitHub;
use super::super::host::same_origin;
use super::super::http::{Answer, Op, Request, Zone};
use super::super::wire::{lenient, link};
use crate::domain::{Fault, FaultKind};
use crate::provider::port::PageCursor;

/// More pages than this are not read for one question: a thousand entries, where each page has a hundred.
pub(super) const MOST_PAGES: usize = 10;

/// What a list had, and what it had not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Entries that could not be read at all; the others are still here.
    pub unreadable: u32,
    /// The service had more than is read for one question.
    pub more: bool,
}

impl GitHub {
    /// All pages. `key`: where the list is in the answer; `None` when the answer is the list.
    pub(super) async fn gather<T: DeserializeOwned>(
        &self,
        first: Request,
        key: Option<&str>,
    ) -> Result<Listed<T>, Fault> {
        let mut all = Listed { items: Vec::new(), unreadable: 0, more: false };
        let mut request = first;
        for _ in 0..MOST_PAGES {
            let answer = self.http.send(&request).await?;
            let body = answer.json().map_err(|what| self.http.unreadable(&request, &what).fault)?;
            let (items, bad) = lenient::many(self.list_in(&request, body, key)?);
            all.items.extend(items);
            all.unreadable += bad;
            let Some(next) = next_page(&request, &answer) else { return Ok(all) };
            request = self.page_request(request.op, &next)?;
        }
        all.more = true;
        Ok(all)
    }

    /// What can be read of a list in which something is wrong.
    pub(super) fn forgiven_list<T: DeserializeOwned>(
        &self,
        request: &Request,
        answer: &Answer,
        key: &str,
    ) -> Result<Vec<T>, Fault> {
        let body = answer.json().map_err(|what| self.http.unreadable(request, &what).fault)?;
        Ok(lenient::many(self.list_in(request, body, Some(key))?).0)
    }

    /// An answer without its list is a fault, never an empty list.
    pub(super) fn list_in(&self, request: &Request, mut body: Value, key: Option<&str>) -> Result<Value, Fault> {
        let list = match key {
            Some(key) => body.get_mut(key).map(Value::take),
            None => Some(body),
        };
        let missing = || {
            let what = key.map_or_else(|| "the answer is not a list".to_owned(), |key| format!("it has no {key}"));
            self.http.unreadable(request, &what).fault
        };
        list.filter(Value::is_array).ok_or_else(missing)
    }

    /// The token goes along, so the page must be the API's own.
    pub(super) fn page_request(&self, op: Op, page: &PageCursor) -> Result<Request, Fault> {
        let api = self.http.host.api();
        let url = Url::parse(page.0.raw_for_wire()).ok();
        let Some(url) = url.filter(|url| same_origin(url, api) && url.path().starts_with(api.path())) else {
            let what =
                format!("{} could not {}: its next page leads to another host", self.http.host.shown(), op.words);
            let next = "check that the host is GitHub and no proxy stands between";
            return Err(Fault::new(FaultKind::Unreadable, what, next));
        };
        Ok(Request::get(op, Zone::Rest, url))
    }
}

/// The page the service names; one that is this page again would never end.
pub(super) fn next_page(request: &Request, answer: &Answer) -> Option<PageCursor> {
    let next = answer.header("link").and_then(link::next).and_then(|text| answer.url.join(text).ok());
    let next = next.filter(|next| *next != answer.url && *next != request.url);
    next.map(|url| PageCursor(url.as_str().into()))
}
