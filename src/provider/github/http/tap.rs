//! What a tap is told of an answer. The token is taken out here, where it is known.

use std::sync::Arc;

use reqwest::Url;
use reqwest::header::HeaderMap;
use tokio::time::Instant as Tick;

use super::super::token::Token;
use super::request::{Body, Request, Zone};
use super::send::Http;
use crate::provider::tap::{Door, Heard, Tap};

/// Stands where the token stood.
const MASK: &str = "[redacted]";

impl Http {
    /// Every answer is told from now on.
    pub fn tapped(mut self, tap: Option<Arc<dyn Tap>>) -> Self {
        self.tap = tap;
        self
    }

    /// Tells the tap, if there is one. `ours`: it came from the host the question was for; `since`: when it was asked.
    pub(super) fn tell(
        &self,
        request: &Request,
        (url, ours, since): (&Url, bool, Tick),
        (status, headers): (u16, &HeaderMap),
        body: &[u8],
    ) {
        let Some(tap) = &self.tap else { return };
        let door = match (ours, request.zone) {
            (false, _) => Door::Storage,
            (true, Zone::Copilot) => Door::Copilot,
            (true, Zone::Rest | Zone::GraphQl) => Door::Api,
        };
        let path = url.path();
        let base = self.host.api().path().trim_end_matches('/');
        let (under, path) = match path.strip_prefix(base) {
            Some(rest) if door == Door::Api => (base, rest),
            _ => ("", path),
        };
        let asked = match &request.body {
            Body::GraphQl(document, variables) => Some((document.text().to_owned(), variables.clone())),
            Body::None | Body::Empty | Body::Json(_) | Body::Patch(_) | Body::MergePatch(_) | Body::Delete => None,
        };
        let text = |value: &str| without(&self.token, value.as_bytes());
        let headers = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        tap.heard(Heard {
            door,
            origin: format!("{}{under}", url.origin().ascii_serialization()),
            method: request.method(),
            path: path.to_owned(),
            query: url.query().map(str::to_owned),
            asked,
            waited: since.elapsed(),
            status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(&text(value)).into_owned()))
                .collect(),
            body: without(&self.token, body),
        });
    }
}

/// A word as short as a demo's token would take harmless words with it.
const SHORTEST: usize = 8;

/// The bytes with the token masked, wherever it stands in them.
fn without(token: &Token, bytes: &[u8]) -> Vec<u8> {
    let secret = token.raw_for_hash();
    if secret.len() < SHORTEST {
        return bytes.to_vec();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, secret) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.extend_from_slice(MASK.as_bytes());
        rest = rest.get(at + secret.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_token_that_an_answer_repeats_is_masked_as_often_as_it_stands_there() {
        let token = Token::new("canary-7f3a", "a test").unwrap();
        assert_eq!(without(&token, b"a canary-7f3a b canary-7f3a"), b"a [redacted] b [redacted]");
        assert_eq!(without(&token, b"plain"), b"plain");
    }
}
