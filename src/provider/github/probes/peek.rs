//! What every probe does: look, and say what was seen.

use reqwest::Url;
use serde_json::Value;

use super::super::client::GitHub;
use super::super::http::{Answer, Need, Op, Request, Zone, message_of};
use crate::domain::capability::{Answer as Says, Row, Topic};
use crate::domain::{Fault, Instant};
use crate::text::{Safe, Untrusted};

/// What came of a look.
pub(super) struct Peek {
    /// `GET /user`.
    pub asked: String,
    pub seen: Result<Answer, Fault>,
    pub at: Instant,
}

impl Peek {
    pub fn status(&self) -> Option<u16> {
        self.seen.as_ref().ok().map(|answer| answer.status)
    }

    pub fn is_good(&self) -> bool {
        matches!(self.status(), Some(200..=299))
    }

    pub fn json(&self) -> Option<Value> {
        self.seen.as_ref().ok().filter(|_| self.is_good())?.json().ok()
    }

    /// `200`, or why there is none.
    pub fn word(&self) -> String {
        self.status().map_or_else(|| "no answer".to_owned(), |status| status.to_string())
    }

    /// `GET /user: 403 Resource not accessible by personal access token`, with these headers where they came.
    pub fn evidence(&self, headers: &[&str]) -> String {
        let mut text = format!("{}: {}", self.asked, self.word());
        let Ok(answer) = &self.seen else { return text };
        let message = if answer.status >= 400 { message_of(&answer.body) } else { String::new() };
        if !message.is_empty() {
            text = format!("{text} {message}");
        }
        for name in headers {
            if let Some(value) = answer.header(name) {
                text = format!("{text}; {name}: {}", Untrusted::from(value).show_line());
            }
        }
        text
    }

    pub fn row(&self, topic: &'static Topic, says: Says, words: impl AsRef<str>) -> Row {
        Row::new(topic, says, words, self.at).because(self.evidence(&[]))
    }

    /// Where there was no answer, that is what there is to say.
    pub fn unanswered(&self, topic: &'static Topic) -> Option<Row> {
        let fault = self.seen.as_ref().err()?;
        let row = self.row(topic, Says::Unknown, &fault.what).next(&fault.next_step);
        Some(Row { unheard: true, ..row })
    }
}

impl GitHub {
    pub(super) fn now(&self) -> Instant {
        (self.http.now)()
    }

    pub(super) async fn peek(&self, need: Need, path: &[&str], query: &[(&str, &str)]) -> Peek {
        match self.url(path) {
            Ok(mut url) => {
                if !query.is_empty() {
                    url.query_pairs_mut().extend_pairs(query);
                }
                self.peek_at(Request::get(Op::new("answer a question", need), Zone::Rest, url), None).await
            }
            Err(fault) => Peek { asked: "GET".to_owned(), seen: Err(fault), at: self.now() },
        }
    }

    pub(super) async fn peek_at(&self, request: Request, version: Option<&'static str>) -> Peek {
        let asked = format!("GET {}", shown(&request.url));
        let seen = self.http.look(&request, version).await;
        Peek { asked, seen, at: self.now() }
    }
}

fn shown(url: &Url) -> Safe {
    Untrusted::from(url.path()).show_line()
}
