//! An answer that counts as one: status and content type judged, body whole and within its cap.

use reqwest::Url;
use reqwest::header::{ETAG, HeaderMap};
use serde_json::Value;

use super::request::Request;
use crate::provider::Mark;
use crate::provider::port::Validator;

/// Status, headers and the whole body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Where it came from in the end.
    pub url: Url,
    /// The version header it was asked with.
    pub version: &'static str,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn etag(&self) -> Option<&str> {
        self.headers.get(ETAG)?.to_str().ok().filter(|tag| !tag.is_empty() && tag.len() <= 512)
    }

    /// It is the one its request's validator was made of, and need not be read again.
    pub fn is_same(&self, request: &Request) -> bool {
        match request.validator {
            Some(Validator::Mark(known)) => known == self.mark(request),
            _ => self.status == 304,
        }
    }

    /// Of the question as well as of the answer, so that it is no other question's.
    pub fn mark(&self, request: &Request) -> Mark {
        Mark::of((request.url.as_str(), request.accept(), self.version, &self.body))
    }

    /// The body without the mark that says it is in UTF-8.
    pub fn text(&self) -> &[u8] {
        self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body)
    }

    /// The body as JSON, nested no deeper than the parser's own limit.
    pub fn json(&self) -> Result<Value, String> {
        let bytes = self.text();
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err("the answer is empty".to_owned());
        }
        serde_json::from_slice(bytes).map_err(|error| match error.classify() {
            serde_json::error::Category::Eof => "the answer breaks off".to_owned(),
            _ => format!("the answer is not JSON as expected (line {}, column {})", error.line(), error.column()),
        })
    }
}

/// Whether a body says it is a page for a browser.
pub fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("html")
}
