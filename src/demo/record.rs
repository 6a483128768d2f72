//! What the server was asked, for tests to look at. Bounded: a console left open for days does not grow it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::http::{Request, Service};

const MOST: usize = 4_096;
const BODY_MOST: usize = 64 * 1024;

/// One request and the status it was answered with.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub service: Service,
    pub method: String,
    /// As sent, without the query.
    pub path: String,
    /// As sent, without the `?`.
    pub query: String,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// 0 when the connection was dropped.
    pub status: u16,
}

impl Recorded {
    pub(super) fn of(request: &Request, raw_query: &str, status: u16) -> Self {
        let body = request.body.get(..BODY_MOST).unwrap_or(&request.body);
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            service: request.service,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: raw_query.to_owned(),
            headers: request.headers.iter().map(header).collect(),
            body: String::from_utf8_lossy(body).into_owned(),
            status,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Record(Arc<Mutex<VecDeque<Recorded>>>);

impl Record {
    pub(super) fn add(&self, recorded: Recorded) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back(recorded);
    }

    pub(super) fn all(&self) -> Vec<Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
