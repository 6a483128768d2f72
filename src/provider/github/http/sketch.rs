//! What a request would say of itself, for somebody who wants to see it before it is sent. Never the token.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};

use super::Http;
use super::connect::AGENT;
use super::request::Request;
use crate::provider::port::Sketch;
use crate::text::{Safe, Untrusted};

impl Http {
    /// Of a request with a JSON body. The headers are those that are sent.
    pub fn sketch(&self, request: &Request) -> Sketch {
        let mut headers = self.headers(request, self.latch.now());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if headers.contains_key(AUTHORIZATION) {
            headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer ***"));
        }
        let mut headers: Vec<(Safe, Safe)> = headers
            .iter()
            .map(|(name, value)| (Safe::new(name), Untrusted::from_bytes(value.as_bytes()).show_line()))
            .collect();
        headers.sort();
        Sketch { method: request.method(), url: Safe::new(&request.url), headers }
    }
}
