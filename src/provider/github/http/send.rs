//! Sends requests. See the module head for the way of a request; redirects are followed here, by hand.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION};
use reqwest::{Response, Url};
use sha2::{Digest, Sha256};
use tokio::time::Instant as Tick;

use super::super::host::{self, Host};
use super::super::token::Token;
use super::answer::{Answer, is_page};
use super::connect::Clients;
use super::failure::{Failure, write_outcome};
use super::gate::{Gate, Place};
use super::network::Network;
use super::options::Limits;
use super::request::{Request, Shape, Zone};
use super::rights::{Admitted, Rights};
use super::version::{self, Latch};
use crate::domain::capability::ReadOnly;
use crate::domain::fault::ASKED_AGAIN;
use crate::domain::{Fault, FaultKind, Now};
use crate::provider::Tap;
use crate::provider::port::{Budget, Validator};
use crate::text::Untrusted;

const MOST_HOPS: usize = 5;
/// Of a diff more than this is not taken: nobody reads it on a terminal.
pub const DIFF_BYTES: usize = 4 << 20;

/// What the client is made of.
pub struct Parts {
    pub host: Host,
    pub token: Token,
    /// Why nothing may be changed, if that is known already.
    pub read_only: Option<ReadOnly>,
    pub now: Now,
    pub limits: Limits,
    pub network: Network,
    /// For the session log service alone; the operator's own.
    pub copilot_headers: Vec<(HeaderName, HeaderValue)>,
}

/// The client of one host and one token.
pub struct Http {
    pub(in super::super) host: Host,
    pub(in super::super) token: Token,
    pub(in super::super) now: Now,
    pub(super) gate: Gate,
    pub(in super::super) rights: Rights,
    pub(super) limits: Limits,
    copilot_headers: Vec<(HeaderName, HeaderValue)>,
    clients: Clients,
    pub(super) latch: Latch,
    pub(super) tap: Option<Arc<dyn Tap>>,
    pub(super) asks_once: bool,
}

impl Http {
    pub fn new(parts: Parts) -> Self {
        let Parts { host, token, read_only, now, limits, network, copilot_headers } = parts;
        let clients = Clients::new(limits.clone(), network);
        let gate = Gate::new(limits.in_flight, limits.fuse);
        let rights = Rights::new(token.kind(), read_only);
        Self {
            host,
            token,
            now,
            gate,
            rights,
            limits,
            copilot_headers,
            clients,
            latch: Latch::default(),
            tap: None,
            asks_once: false,
        }
    }

    /// See [`Options::asks_once`](super::super::client::Options).
    #[must_use]
    pub fn asking_once(self, asks_once: bool) -> Self {
        Self { asks_once, ..self }
    }

    pub fn budget(&self) -> Budget {
        self.gate.budget()
    }

    pub async fn counted(&self) {
        self.gate.counted().await;
    }

    /// See [`Gate::insist`].
    pub fn insist(&self) {
        self.gate.insist();
    }

    /// One request to its end. A GET is tried again on a passing fault, a write never.
    pub async fn send(&self, request: &Request) -> Result<Answer, Fault> {
        let request = &self.rights.admit(request)?;
        if request.is_get() {
            return self.ask(request).await;
        }
        let deadline = Duration::MAX;
        if request.is_read() {
            return self.query(request).await.map_err(|failure| failure.fault);
        }
        let _turn = self.gate.write_turn(self.limits.write_gap).await;
        match self.attempt(request, deadline, self.latch.now()).await {
            Ok(answer) => Ok(answer),
            Err(failure) => {
                self.rights.refused(request, failure.status, &failure.fault, (self.now)());
                Err(write_outcome(request, failure))
            }
        }
    }

    /// A read that is no GET: once, and how it failed.
    pub async fn query(&self, request: &Request) -> Result<Answer, Failure> {
        let request = &self.rights.admit(request).map_err(Failure::new)?;
        self.attempt(request, Duration::MAX, self.latch.now()).await
    }

    /// A GET, with its retries and the version rule.
    async fn ask(&self, request: &Admitted<'_>) -> Result<Answer, Fault> {
        self.gate.poll_turn(request.url.as_str()).await;
        let start = Tick::now();
        let mut version = self.latch.now();
        let mut tries = 0;
        loop {
            let left = self.limits.call.saturating_sub(start.elapsed());
            let failure = match self.attempt(request, left, version).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let doubtful = failure.status.is_some_and(|status| self.latch.doubts(status));
            if doubtful && version == version::NEW && self.is_agents(request) {
                version = version::OLD;
                continue;
            }
            let wait = failure.wait.unwrap_or_else(|| self.backoff(tries));
            let time = start.elapsed().saturating_add(wait) < self.limits.call;
            if !failure.passing || tries >= self.limits.retries || !time {
                return Err(failure.fault);
            }
            tries += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Full jitter: anything from nothing to the step's most.
    fn backoff(&self, tries: u32) -> Duration {
        let most = self.limits.backoff.saturating_mul(1 << tries.min(16)).min(self.limits.backoff_most);
        let random = uuid::Uuid::new_v4().as_u128() >> 96;
        let most = u128::from(u64::try_from(most.as_nanos()).unwrap_or(u64::MAX));
        Duration::from_nanos(u64::try_from((most * random) >> 32).unwrap_or(u64::MAX))
    }

    async fn attempt(&self, request: &Admitted<'_>, left: Duration, version: &'static str) -> Result<Answer, Failure> {
        let place = if request.is_read() {
            // What is left of a call's time beside its attempt.
            self.gate.enter(request.zone, self.limits.call.saturating_sub(self.limits.attempt)).await
        } else {
            self.gate.enter_to_write(request.zone).await
        };
        let place = place.map_err(|held| Failure::new(self.held(request, held)))?;
        let answer = self
            .exchange(request, left, version, &place)
            .await
            .map_err(|failure| self.count(request, &place, failure))?;
        place.answered();
        Ok(answer)
    }

    async fn exchange(
        &self,
        request: &Admitted<'_>,
        left: Duration,
        version: &'static str,
        place: &Place<'_>,
    ) -> Result<Answer, Failure> {
        let start = Tick::now();
        let patience = self.limits.attempt.min(left);
        let (response, ours, asked) = match tokio::time::timeout(patience, self.follow(request, version, place)).await {
            Ok(found) => found?,
            Err(_) => return Err(self.too_slow(request)),
        };
        let status = response.status().as_u16();
        let (headers, url) = (response.headers().clone(), response.url().clone());
        let body = match request.shape {
            Shape::Nothing if response.status().is_success() => Ok(Vec::new()),
            _ => self.body(request, response, start, patience).await,
        };
        if let Ok(body) = &body {
            self.tell(request, (&url, ours, asked), (status, &headers), body);
        }
        if !ours {
            return self.judge_foreign(request, Answer { status, headers, body: body?, url, version });
        }
        let same = status == 304 && self.tag_for(request, version).is_some();
        if !(same || (200..300).contains(&status) || request.also.contains(&status)) {
            // A refusal keeps its meaning even when its body breaks off.
            return Err(self.judge_refusal(request, status, &headers, &body.unwrap_or_default()));
        }
        // What may be missing proves nothing where it is.
        if self.is_agents(request) && status < 400 {
            self.latch.proved(version);
        }
        // A limit of GraphQL comes in a 200, too: whoever reads it tells.
        if request.zone != Zone::GraphQl {
            self.gate.good(request.zone);
        }
        self.gate.poll_interval(request.url.as_str(), &headers);
        self.judge(request, Answer { status, headers, body: body?, url, version })
    }

    fn judge_refusal(&self, request: &Request, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        if matches!(status, 301 | 302 | 303 | 307 | 308) {
            let next = "use the repository's present name";
            let fault = self.fault(request, FaultKind::Invalid, &format!("{status}: it has moved"), next);
            return Failure::new(fault).status(status);
        }
        if status == 304 {
            return self.unreadable(request, "304 to a question that was not \"anything new?\"").status(status);
        }
        self.refused(request, status, headers, body)
    }

    fn judge(&self, request: &Request, answer: Answer) -> Result<Answer, Failure> {
        let has_body = !matches!(answer.status, 204 | 304) && (200..300).contains(&answer.status);
        let page = has_body
            && !matches!(request.shape, Shape::Nothing | Shape::File | Shape::Diff)
            && is_page(&answer.headers);
        if page {
            return Err(self.unreadable(request, "a web page came instead of data"));
        }
        Ok(answer)
    }

    /// The answer of a host the service sent us to. Its limits and refusals say nothing about our token.
    fn judge_foreign(&self, request: &Request, answer: Answer) -> Result<Answer, Failure> {
        let status = answer.status;
        if (200..300).contains(&status) || request.also.contains(&status) {
            return self.judge(request, answer);
        }
        let kind = if matches!(status, 410 | 451) { FaultKind::Gone } else { FaultKind::Server };
        let what = format!("{status} from the storage it pointed to, {}", host::authority(&answer.url));
        let fault = self.fault(request, kind, &what, &format!("{ASKED_AGAIN} with a fresh link"));
        Err(Failure { passing: kind == FaultKind::Server, ..Failure::new(fault).status(status) })
    }

    /// Sends, and follows redirects of a GET. Beside the last answer: whether it came from our own host, and when it was
    /// asked for.
    pub(super) async fn follow(
        &self,
        request: &Admitted<'_>,
        version: &'static str,
        place: &Place<'_>,
    ) -> Result<(Response, bool, Tick), Failure> {
        let mut url = request.url.clone();
        let mut ours = true;
        for _ in 0..=MOST_HOPS {
            let asked = Tick::now();
            let response = if ours {
                self.knock(request, url.clone(), version).await?
            } else {
                let plain = self.clients.plain(&url).await.map_err(|error| self.transport(request, error))?;
                self.gate.sent();
                plain.get(url.clone()).await.map_err(|error| self.transport(request, error))?
            };
            let moved = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            if !moved || !request.is_get() {
                return Ok((response, ours, asked));
            }
            self.tell(request, (&url, ours, asked), (response.status().as_u16(), response.headers()), &[]);
            url = self.next_hop(request, &url, response.headers())?;
            // Once away, never again with the token, wherever the chain leads.
            ours = ours && host::same_origin(&url, &request.url);
            if !ours && request.shape != Shape::Log {
                let what = format!("it points to another host, {}", host::authority(&url));
                return Err(self.unreadable(request, &what));
            }
            if !ours {
                // What follows is another host's doing.
                place.answered();
            }
        }
        Err(self.unreadable(request, "it points in circles"))
    }

    fn next_hop(&self, request: &Request, from: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
        let target = headers.get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| from.join(text).ok());
        let Some(url) = target else {
            return Err(self.unreadable(request, "it points nowhere"));
        };
        // Plain http only where the operator already chose it: a service on this machine sending us about this machine.
        let local = host::is_loopback(&url) && host::is_loopback(self.host.api());
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
        if !scheme || host::has_user(&url) {
            return Err(self.unreadable(request, "it points to an address that is not safe to follow"));
        }
        Ok(url)
    }

    /// One request with the token to the host it belongs to.
    async fn knock(&self, request: &Admitted<'_>, url: Url, version: &'static str) -> Result<Response, Failure> {
        let client = self.clients.ours(&url).await.map_err(|error| self.transport(request, error))?;
        let builder = request.build(client, url);
        self.gate.sent();
        let sent = builder.headers(self.headers(request, version)).send().await;
        let response = sent.map_err(|error| self.transport(request, error))?;
        let status = response.status().as_u16();
        // The path alone: a query may hold what nobody should read in a journal.
        tracing::debug!(status, method = request.method(), path = %response.url().path(), "answered");
        self.gate.answered(request.zone, status, response.headers());
        if request.zone != Zone::Copilot {
            self.rights.heard(response.headers(), (self.now)());
        }
        Ok(response)
    }

    pub(super) fn headers(&self, request: &Request, version: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if request.zone == Zone::Copilot {
            if !request.bare {
                headers.extend(self.copilot_headers.iter().cloned());
            }
        } else {
            headers.insert(version::HEADER, HeaderValue::from_static(version));
        }
        headers.insert(ACCEPT, HeaderValue::from_static(request.accept()));
        if let Some(bearer) = self.token.bearer() {
            headers.insert(AUTHORIZATION, bearer);
        }
        if let Some(tag) = self.tag_for(request, version) {
            headers.insert(IF_NONE_MATCH, tag);
        }
        headers
    }

    /// The body, decoded and counted while it arrives. A body that keeps coming at the floor or faster buys time.
    pub(super) async fn body(
        &self,
        request: &Request,
        mut response: Response,
        start: Tick,
        patience: Duration,
    ) -> Result<Vec<u8>, Failure> {
        let cap = match request.shape {
            Shape::Log => self.limits.log_bytes,
            Shape::Diff => DIFF_BYTES,
            _ => self.limits.json_bytes,
        };
        let told = response.content_length().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
        let beginning = request.shape == Shape::Diff;
        if told > cap && !beginning {
            return Err(self.too_large(request, cap));
        }
        let mut body = Vec::with_capacity(told.min(1 << 20));
        loop {
            let bought = u64::try_from(body.len()).unwrap_or(u64::MAX) / self.limits.floor.max(1);
            let deadline = start + patience + Duration::from_secs(bought);
            let chunk = tokio::time::timeout_at(deadline, response.chunk()).await;
            match chunk.map_err(|_| self.too_slow(request))?.map_err(|error| self.broken_body(request, error))? {
                None => return Ok(body),
                Some(bytes) if body.len() + bytes.len() > cap && beginning => {
                    body.extend_from_slice(bytes.get(..cap - body.len()).unwrap_or_default());
                    return Ok(body);
                }
                Some(bytes) if body.len() + bytes.len() > cap => return Err(self.too_large(request, cap)),
                Some(bytes) => body.extend_from_slice(&bytes),
            }
        }
    }

    /// A body that breaks off is a network's fault; one that cannot be unpacked is damaged.
    fn broken_body(&self, request: &Request, error: reqwest::Error) -> Failure {
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            let kind = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            if matches!(kind, Some(std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput)) {
                return self.unreadable(request, "the answer is damaged").passing();
            }
            source = cause.source();
        }
        let failure = self.transport(request, error);
        Failure { unsent: false, ..failure }
    }

    pub(super) fn is_agents(&self, request: &Request) -> bool {
        let rest = request.url.path().strip_prefix(self.host.api().path());
        request.zone == Zone::Rest && rest.is_some_and(|rest| rest.starts_with("agents/"))
    }

    /// Binds a tag to who asked what and how, so that it is never sent with another question.
    pub fn validator(&self, request: &Request, answer: &Answer) -> Option<Validator> {
        let tag = answer.etag()?;
        Some(Validator::Tag(Untrusted::from(format!("{} {tag}", self.fingerprint(request, answer.version)))))
    }

    /// The same for what is asked about again and again: where the service gives no tag, a mark of the answer.
    pub fn tag_or_mark(&self, request: &Request, answer: &Answer) -> Validator {
        self.validator(request, answer).unwrap_or_else(|| Validator::Mark(answer.mark(request)))
    }

    fn tag_for(&self, request: &Request, version: &'static str) -> Option<HeaderValue> {
        let (print, tag) = request.validator.as_ref()?.tag()?.raw_for_match().split_once(' ')?;
        (print == self.fingerprint(request, version)).then(|| HeaderValue::from_str(tag).ok()).flatten()
    }

    fn fingerprint(&self, request: &Request, version: &str) -> String {
        let mut hash = Sha256::new();
        for part in [
            self.token.raw_for_hash(),
            request.url.as_str().as_bytes(),
            request.accept().as_bytes(),
            version.as_bytes(),
        ] {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize().iter().take(8).fold(String::new(), |out, byte| out + &format!("{byte:02x}"))
    }
}
