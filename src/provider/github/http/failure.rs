//! Turns everything that can go wrong with a request into a fault with a next step.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::HeaderMap;

use super::answer::Answer;
use super::gate::{Held, Place};
use super::limits::Limit;
use super::request::{Op, Request, Zone};
use super::send::Http;
use crate::domain::fault::ASKED_AGAIN;
use crate::domain::fault::COULD_NOT;
use crate::domain::{Fault, FaultKind, Instant};
use crate::text::Untrusted;

/// How much of a service's message is shown.
const MESSAGE_CHARS: usize = 300;

/// One attempt that failed.
#[derive(Debug)]
pub struct Failure {
    pub fault: Fault,
    /// The service answered with this; `None`: no answer, or none that can be read.
    pub status: Option<u16>,
    /// The same GET may work in a moment.
    pub passing: bool,
    /// How long the service asks to wait.
    pub wait: Option<Duration>,
    /// The request cannot have reached the service.
    pub unsent: bool,
}

impl Failure {
    pub fn new(fault: Fault) -> Self {
        Self { fault, status: None, passing: false, wait: None, unsent: false }
    }

    /// What was asked for may be more than the service can look up in its time: it gave up, and asks for no pause.
    pub fn is_heavy(&self) -> bool {
        let gave_up = matches!(self.status, Some(502 | 504)) && self.wait.is_none();
        gave_up || self.fault.kind == FaultKind::Timeout && !self.unsent
    }

    pub fn passing(self) -> Self {
        Self { passing: true, ..self }
    }

    pub fn status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }
}

/// The same for somebody who asked once.
const FOR_ONE_WHO_HAS_GONE: &[(&str, &str)] = &[
    (ASKED_AGAIN, "try again"),
    ("nothing to do: it is tried again at", "try again after"),
    ("; a refresh tries now", ""),
    ("refresh: it may be gone", "it may be gone"),
    ("refresh, and look", "look"),
];

impl Http {
    fn say(&self, op: &Op, zone: Zone, what: &str) -> String {
        let service =
            if zone == Zone::Copilot { "the session log service".into() } else { self.host.shown().to_string() };
        format!("{service}{COULD_NOT}{}: {what}", op.words)
    }

    pub fn fault(&self, request: &Request, kind: FaultKind, what: &str, next: &str) -> Fault {
        Fault::new(kind, self.token.scrub(&self.say(&request.op, request.zone, what)), self.next(next))
    }

    /// What to do next, for whoever hears it. It is worded for the console, which goes on asking.
    pub fn next(&self, words: &str) -> String {
        let words = self.token.scrub(words);
        if !self.asks_once {
            return words;
        }
        FOR_ONE_WHO_HAS_GONE.iter().fold(words, |words, (stays, gone)| words.replacen(stays, gone, 1))
    }

    /// No answer at all.
    pub fn transport(&self, request: &Request, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let unsent = error.is_connect() || error.is_builder();
        if error.is_timeout() {
            return Failure { unsent, ..self.too_slow(request) };
        }
        let what = causes(&error);
        let next = if what.contains("certificate") {
            "check the host; if a proxy looks into TLS here, name its certificate in the option ca_file"
        } else {
            "check the network, the proxy variables and the host"
        };
        Failure { unsent, ..Failure::new(self.fault(request, FaultKind::Offline, &what, next)).passing() }
    }

    pub fn too_slow(&self, request: &Request) -> Failure {
        let next = format!("{ASKED_AGAIN}; check the network if it lasts");
        Failure::new(self.fault(request, FaultKind::Timeout, "the answer did not arrive in time", &next)).passing()
    }

    pub fn too_large(&self, request: &Request, cap: usize) -> Failure {
        let what = format!("the answer is larger than {} MiB", cap >> 20);
        Failure::new(self.fault(request, FaultKind::TooLarge, &what, "open it in the browser instead"))
    }

    pub fn unreadable(&self, request: &Request, what: &str) -> Failure {
        let next = "check that the host is GitHub and no proxy or sign-in page stands between";
        Failure::new(self.fault(request, FaultKind::Unreadable, what, next))
    }

    /// Nothing is sent while a limit lasts, or while the host does not answer.
    pub fn held(&self, request: &Request, held: Held) -> Fault {
        match held {
            Held::Limit(wait) => self.limit_fault(request, "a limit of the service still lasts", wait),
            Held::Mute(wait) => {
                let at = self.after(wait);
                let what =
                    format!("it was not asked, as it failed every time of late ({})", self.gate.why(request.zone));
                let next =
                    format!("nothing to do: it is tried again at {} UTC; a refresh tries now", at.format("%H:%M:%S"));
                self.fault(request, FaultKind::HeldBack, &what, &next).retry_at(at)
            }
        }
    }

    /// A failure of the host itself is counted; while it is left alone for that, the same request does not go again.
    pub fn count(&self, request: &Request, place: &Place<'_>, failure: Failure) -> Failure {
        if !matches!(failure.fault.kind, FaultKind::Offline | FaultKind::Timeout | FaultKind::Server) {
            place.answered();
            return failure;
        }
        let Some(pause) = place.failed(failure.wait) else { return failure };
        let said = self.say(&request.op, request.zone, "");
        place.because(failure.fault.what.strip_prefix(said.as_str()).unwrap_or(&failure.fault.what));
        let at = self.after(pause);
        let at = failure.fault.retry_at.map_or(at, |asked| asked.max(at));
        Failure { passing: false, fault: failure.fault.retry_at(at), ..failure }
    }

    fn after(&self, wait: Duration) -> Instant {
        (self.now)() + chrono::TimeDelta::from_std(wait).unwrap_or_default()
    }

    pub fn limit_fault(&self, request: &Request, what: &str, wait: Duration) -> Fault {
        let at = self.after(wait);
        let next = format!(
            "nothing is sent before {} UTC; poll less often or follow fewer repositories",
            at.format("%H:%M:%S")
        );
        self.fault(request, FaultKind::RateLimited, what, &next).retry_at(at)
    }

    /// A limit the service told us about: closes its zone.
    pub fn limit(&self, request: &Request, limit: Limit, status: u16, headers: &HeaderMap, message: &str) -> Failure {
        let wait = self.gate.limited(request.zone, limit, headers, (self.now)());
        let name = match limit {
            Limit::Primary => "the hourly request budget is used up",
            Limit::Secondary => "too many requests in a short time",
        };
        let what = with_message(&format!("{status}, {name}"), message);
        Failure::new(self.limit_fault(request, &what, wait)).status(status)
    }

    /// Whether words inside a 200 of GraphQL are about a limit.
    pub fn names_limit(message: &str) -> bool {
        super::limits::is_named(&message.to_lowercase())
    }

    /// A 200 of GraphQL that holds no limit.
    pub fn graphql_good(&self) {
        self.gate.good(Zone::GraphQl);
    }

    /// A limit that GraphQL reports inside a 200.
    pub fn graphql_limit(&self, request: &Request, answer: &Answer, message: &str) -> Fault {
        let spent = super::limits::number(&answer.headers, "x-ratelimit-remaining") == Some(0);
        let limit = if spent { Limit::Primary } else { Limit::Secondary };
        self.limit(request, limit, answer.status, &answer.headers, message).fault
    }

    /// An answer whose status says no, with the service's own words.
    pub fn refused(&self, request: &Request, status: u16, headers: &HeaderMap, body: &[u8]) -> Failure {
        let message = message_of(body);
        if let Some(limit) = super::limits::recognise(status, headers, &message.to_lowercase()) {
            return self.limit(request, limit, status, headers, &message);
        }
        let (kind, what) = meaning(status, &request.op);
        let next = match message.to_ascii_lowercase() {
            archived if archived.contains("archived") => {
                "nothing changes in an archived repository: unarchive it, or leave it out".to_owned()
            }
            _ => self.next_step(request, status, kind, headers),
        };
        let what = with_message(&format!("{status} {what}"), &message);
        let passing = matches!(kind, FaultKind::Server | FaultKind::Timeout);
        let wait = passing.then(|| super::limits::retry_after(headers, (self.now)())).flatten();
        let mut fault = self.fault(request, kind, &what, &next);
        if let Some(wait) = wait {
            fault = fault.retry_at(self.after(wait));
        }
        Failure { passing, wait, ..Failure::new(fault).status(status) }
    }

    fn next_step(&self, request: &Request, status: u16, kind: FaultKind, headers: &HeaderMap) -> String {
        let advice = request.op.need.advice(self.token.kind());
        match kind {
            FaultKind::Authentication => {
                "run `gh auth login` or set ATC_TOKEN to a token that is still valid".to_owned()
            }
            FaultKind::Permission if headers.contains_key("x-github-sso") => {
                format!(
                    "authorise the token for the organisation's single sign-on, at https://{}/settings/tokens",
                    self.host.web()
                )
            }
            FaultKind::Permission => match accepted(headers) {
                Some(accepted) => format!("{advice} (the service accepts: {accepted})"),
                None if status == 404 => format!("check the repository's name, and {advice}"),
                None => advice,
            },
            FaultKind::NotFound => format!("refresh: it may be gone; if it is not, {advice}"),
            FaultKind::Gone => "nothing to do: the service no longer keeps it".to_owned(),
            FaultKind::Conflict => "refresh, and look at its state before trying again".to_owned(),
            FaultKind::Invalid => "change what the message names and try again".to_owned(),
            _ => format!("{ASKED_AGAIN}; see https://www.githubstatus.com if it lasts"),
        }
    }
}

/// What a write that failed means: refused for certain, never sent, or unknown.
pub fn write_outcome(request: &Request, failure: Failure) -> Fault {
    let definite = match failure.status {
        Some(408) => false,
        Some(status) => (400..500).contains(&status) || matches!(status, 301 | 307 | 308),
        None => failure.unsent || failure.fault.kind == FaultKind::RateLimited,
    };
    if definite { failure.fault } else { unknown_outcome(request, &failure.fault.what) }
}

/// A write of which nobody can say whether it happened.
pub fn unknown_outcome(request: &Request, what: &str) -> Fault {
    let what = format!("it is not known whether this happened: {what}");
    let next = format!("look before sending it again: it may have worked ({})", request.op.words);
    Fault::new(FaultKind::UnknownOutcome, what, next)
}

fn meaning(status: u16, op: &Op) -> (FaultKind, &'static str) {
    match status {
        401 => (FaultKind::Authentication, "the token is not accepted"),
        403 => (FaultKind::Permission, "the token may not do this"),
        404 if op.one => (FaultKind::NotFound, "not there, or not visible to this token"),
        404 => (FaultKind::Permission, "not there, or not visible to this token"),
        408 => (FaultKind::Timeout, "the service gave up waiting"),
        409 => (FaultKind::Conflict, "it conflicts with the present state"),
        410 | 451 => (FaultKind::Gone, "gone for good"),
        400..=499 => (FaultKind::Invalid, "the request is not accepted"),
        500..=599 => (FaultKind::Server, "the service has a fault of its own"),
        _ => (FaultKind::Unreadable, "an answer that makes no sense here"),
    }
}

fn with_message(what: &str, message: &str) -> String {
    if message.is_empty() { what.to_owned() } else { format!("{what}: {message}") }
}

/// The permissions a fine-grained token could do it with.
fn accepted(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-accepted-github-permissions")?;
    let shown = Untrusted::from_bytes(value.as_bytes()).show_line().to_string();
    (!shown.is_empty() && shown.len() <= 200).then_some(shown)
}

/// The words of an error body, whatever its form: GitHub's JSON, a nested error, plain text; a page says nothing.
pub fn message_of(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => json_message(&value),
        Err(_) => plain_message(body),
    };
    let line = Untrusted::from(text).show_line();
    let mut out: String = line.trim().chars().take(MESSAGE_CHARS).collect();
    if line.trim().chars().count() > MESSAGE_CHARS {
        out.push('…');
    }
    out
}

fn json_message(value: &serde_json::Value) -> String {
    let text = |at: &str| value.pointer(at).and_then(|v| v.as_str()).filter(|text| !text.is_empty());
    let main = text("/message").or_else(|| text("/error/message")).or_else(|| text("/error")).or(value.as_str());
    let mut parts: Vec<&str> = main.into_iter().collect();
    for error in value.get("errors").and_then(|v| v.as_array()).into_iter().flatten().take(4) {
        let words = error.get("message").or_else(|| error.get("code")).unwrap_or(error);
        parts.extend(words.as_str().filter(|words| !parts.contains(words)));
    }
    parts.join("; ")
}

fn plain_message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..body.len().min(4096)).unwrap_or_default()).trim().to_owned();
    if text.starts_with('<') { String::new() } else { text }
}

/// The innermost words of a chain of errors: the outer ones say only "error sending request".
pub fn causes(error: &reqwest::Error) -> String {
    let mut innermost: Option<String> = None;
    let mut source = error.source();
    while let Some(cause) = source {
        innermost = Some(cause.to_string());
        source = cause.source();
    }
    let text = innermost.unwrap_or_else(|| error.to_string());
    Untrusted::from(text).show_line().chars().take(MESSAGE_CHARS).collect()
}
