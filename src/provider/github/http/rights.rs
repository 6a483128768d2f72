//! What may be changed from here, and the only door a change leaves by.
//!
//! ```text
//! Request ──admit──> Admitted ──build──> on the wire          no other code can make a POST, PATCH, PUT or DELETE
//!            │
//!            ├─ a GET, or a compiled-in GraphQL query: always
//!            ├─ read-only (asked for; a host nobody knows; a token whose scopes cannot write): Refused, before any name
//!            │  is looked up
//!            └─ the service refused this token the very permission, in this repository: Permission, not asked again
//!               until somebody asks for it to be looked at anew
//! ```
//!
//! Evidence comes with the answers: scopes and expiry from their headers, a missing permission from a refusal that names
//! it. A refusal for any other reason (an archived repository, a rule) closes nothing.
//!
//! Not here: signing in by a code (`web`), which asks the web host for a token and changes nothing of anybody's.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap};
use reqwest::{Client, RequestBuilder, Url};

use super::super::token::TokenKind;
use super::request::{Body, Need, Request};
use crate::domain::capability::ReadOnly;
use crate::domain::{Fault, FaultKind, Instant};
use crate::text::{Safe, Untrusted};

/// A scope that lets a classic or OAuth token change anything of a repository.
const WRITES: &str = "repo";
const SCOPES: &str = "x-oauth-scopes";
const EXPIRY: &str = "github-authentication-token-expiration";

/// What the service has told of the token so far, in the headers of its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenFacts {
    /// When the newest answer came.
    pub at: Option<Instant>,
    /// `None`: it did not say.
    pub scopes: Option<Vec<Safe>>,
    /// As the service writes it.
    pub expires: Option<Safe>,
    /// The service's clock minus ours.
    pub skew: Option<chrono::TimeDelta>,
}

impl TokenFacts {
    pub fn has_scope(&self, wanted: &str) -> Option<bool> {
        self.scopes.as_ref().map(|scopes| scopes.iter().any(|scope| scope.as_str() == wanted))
    }

    /// The scopes as a list, for a sentence.
    pub fn scope_words(&self) -> String {
        match self.scopes.as_deref() {
            None => "none are told for this kind of token".to_owned(),
            Some([]) => "none".to_owned(),
            Some(scopes) => scopes.iter().map(Safe::as_str).collect::<Vec<_>>().join(", "),
        }
    }
}

/// A permission the service refused this token, in words of its own answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub at: Instant,
    pub what: Safe,
}

#[derive(Debug, Default)]
struct State {
    closed: Option<ReadOnly>,
    facts: TokenFacts,
    /// By permission, and the owner and name the address names.
    refused: HashMap<(Need, String), Refusal>,
}

#[derive(Debug)]
pub struct Rights {
    kind: TokenKind,
    state: Mutex<State>,
}

/// A request that may be sent. Only [`Rights::admit`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'a>(&'a Request);

impl Deref for Admitted<'_> {
    type Target = Request;

    fn deref(&self) -> &Request {
        self.0
    }
}

impl Admitted<'_> {
    /// The one place where a request that is no GET is made.
    pub fn build(&self, client: &Client, url: Url) -> RequestBuilder {
        match &self.0.body {
            Body::None => client.get(url),
            Body::Empty => client.post(url),
            Body::Json(value) => client.post(url).json(value),
            Body::Patch(value) => client.patch(url).json(value),
            Body::MergePatch(value) => client
                .patch(url)
                .header(reqwest::header::CONTENT_TYPE, "application/merge-patch+json")
                .body(value.to_string()),
            Body::Delete => client.delete(url),
            Body::GraphQl(document, variables) => {
                client.post(url).json(&serde_json::json!({"query": document.text(), "variables": variables}))
            }
        }
    }
}

impl Rights {
    pub fn new(kind: TokenKind, closed: Option<ReadOnly>) -> Self {
        Self { kind, state: Mutex::new(State { closed, ..State::default() }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn read_only(&self) -> Option<ReadOnly> {
        self.state().closed.clone()
    }

    pub fn facts(&self) -> TokenFacts {
        self.state().facts.clone()
    }

    pub fn refusal(&self, need: Need, repo: &str) -> Option<Refusal> {
        self.state().refused.get(&(need, repo.to_ascii_lowercase())).cloned()
    }

    /// Somebody wants to know how it is now: what was refused may be tried again.
    pub fn look_anew(&self) {
        self.state().refused.clear();
    }

    pub fn admit<'a>(&self, request: &'a Request) -> Result<Admitted<'a>, Fault> {
        if request.is_read() {
            return Ok(Admitted(request));
        }
        let words = &request.op.words;
        let state = self.state();
        if let Some(ReadOnly { why, next, .. }) = &state.closed {
            let what = format!("read-only: nothing was sent to {words} ({why})");
            return Err(Fault::new(FaultKind::Refused, what, next));
        }
        let refused = repo_of(request).and_then(|repo| state.refused.get(&(request.op.need, repo)));
        match refused {
            None => Ok(Admitted(request)),
            Some(Refusal { at, what }) => {
                let what = format!("nothing was sent to {words}: at {} UTC {what}", at.format("%H:%M:%S"));
                let next = format!("{}, then look anew with :doctor and r", request.op.need.advice(self.kind));
                Err(Fault::new(FaultKind::Permission, what, next))
            }
        }
    }

    /// An answer of the service itself came.
    pub fn heard(&self, headers: &HeaderMap, now: Instant) {
        let mut state = self.state();
        let facts = &mut state.facts;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) {
            facts.skew = Some(date.to_utc() - now);
        }
        facts.at = Some(now);
        if let Some(expires) = text(EXPIRY).filter(|text| text.len() <= 64) {
            facts.expires = Some(Untrusted::from(expires).show_line());
        }
        let Some(scopes) = text(SCOPES).filter(|text| text.len() <= 2000) else { return };
        // The kinds that have permissions are told an empty list, which says nothing.
        let scopes: Vec<Safe> = scopes
            .split(',')
            .map(str::trim)
            .filter(|scope| !scope.is_empty())
            .map(|scope| Untrusted::from(scope).show_line())
            .collect();
        let tells = match self.kind {
            TokenKind::Classic | TokenKind::OAuth => true,
            TokenKind::Unknown => !scopes.is_empty(),
            _ => false,
        };
        if !tells {
            return;
        }
        facts.scopes = Some(scopes);
        if facts.has_scope(WRITES) == Some(false) && state.closed.is_none() {
            let why =
                format!("the token's scopes are {}, and none of them may change anything", state.facts.scope_words());
            tracing::info!(%why, "read-only from here on");
            let next = "use a token with the scope `repo`, and start again";
            state.closed = Some(ReadOnly { why: Safe::new(why), next: Safe::new(next), chosen: false });
        }
    }

    /// A change was refused. Only a refusal that is about a permission of the token is remembered.
    pub fn refused(&self, request: &Request, status: Option<u16>, fault: &Fault, now: Instant) {
        let about_it = fault.kind == FaultKind::Permission
            && status == Some(403)
            && self.kind.has_permissions()
            && fault.what.to_ascii_lowercase().contains("not accessible by");
        let (Some(permission), Some(repo)) = (request.op.need.permission(), repo_of(request)) else { return };
        if about_it {
            let what = Safe::new(format!("GitHub refused this token {permission} in {repo} (403)"));
            self.state().refused.insert((request.op.need, repo), Refusal { at: now, what });
        }
    }
}

/// The repository an address is about, in lower case.
fn repo_of(request: &Request) -> Option<String> {
    let mut parts = request.url.path().split('/').skip_while(|part| *part != "repos").skip(1);
    let (owner, name) = (parts.next()?, parts.next()?);
    Some(format!("{owner}/{name}").to_ascii_lowercase())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::super::super::endpoints::graphql;
    use super::super::request::{Op, Zone};
    use super::*;

    fn at(seconds: i64) -> Instant {
        DateTime::from_timestamp(1_793_954_977 + seconds, 0).unwrap()
    }

    fn url(path: &str) -> Url {
        Url::parse(&format!("https://api.github.com{path}")).unwrap()
    }

    fn write(need: Need, path: &str) -> Request {
        Request::post(Op::new("do it", need), Zone::Rest, url(path), Body::Empty)
    }

    fn scopes(text: &str) -> HeaderMap {
        [(SCOPES.parse().unwrap(), HeaderValue::from_str(text).unwrap())].into_iter().collect()
    }

    #[test]
    fn scopes_without_repo_close_the_door_for_the_kinds_that_have_scopes() {
        for (kind, told, closed) in [
            (TokenKind::Classic, "read:org, gist", true),
            (TokenKind::Classic, "", true),
            (TokenKind::OAuth, "read:org, repo", false),
            (TokenKind::OAuth, "repo:status, repo_deployment", true),
            (TokenKind::Unknown, "read:org", true),
            (TokenKind::Unknown, "", false),
            (TokenKind::AppUser, "", false),
            (TokenKind::FineGrained, "", false),
        ] {
            let rights = Rights::new(kind, None);
            rights.heard(&scopes(told), at(0));
            assert_eq!(rights.read_only().is_some(), closed, "{kind:?} {told:?}");
            let write = write(Need::WriteTasks, "/agents/repos/a/b/tasks");
            assert_eq!(rights.admit(&write).is_err(), closed, "{kind:?} {told:?}");
        }
    }

    #[test]
    fn closed_it_lets_nothing_out_but_gets_and_queries() {
        let why = ReadOnly { why: Safe::new("asked for"), next: Safe::new("ask otherwise"), chosen: true };
        let rights = Rights::new(TokenKind::OAuth, Some(why));
        let graph = |document| {
            Request::post(
                Op::new("x", Need::Nothing),
                Zone::GraphQl,
                url("/graphql"),
                Body::GraphQl(document, ().into()),
            )
        };
        assert!(rights.admit(&Request::get(Op::new("x", Need::Nothing), Zone::Rest, url("/user"))).is_ok());
        assert!(rights.admit(&graph(graphql::pulls(2))).is_ok());
        let post = |body| Request::post(Op::new("x", Need::Nothing), Zone::Rest, url("/x"), body);
        for request in [
            graph(graphql::MARK_READY.clone()),
            post(Body::Empty),
            post(Body::Json(().into())),
            post(Body::Patch(().into())),
            post(Body::MergePatch(().into())),
            post(Body::Delete),
        ] {
            let fault = rights.admit(&request).unwrap_err();
            assert_eq!((fault.kind, fault.next_step.as_str()), (FaultKind::Refused, "ask otherwise"));
        }
    }

    #[test]
    fn a_permission_that_was_refused_is_not_asked_for_again_there_until_somebody_looks_anew() {
        let rights = Rights::new(TokenKind::FineGrained, None);
        let cancel = write(Need::WriteActions, "/repos/Acme/api/actions/runs/1/cancel");
        let said = |what: &str| Fault::new(FaultKind::Permission, what, "x");
        let named = said("403 the token may not do this: Resource not accessible by personal access token");
        rights.refused(&cancel, Some(403), &said("403: Repository was archived so is read-only."), at(0));
        rights.refused(&cancel, Some(404), &named, at(0));
        assert!(rights.admit(&cancel).is_ok());
        rights.refused(&cancel, Some(403), &named, at(0));
        let fault = rights.admit(&cancel).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Permission);
        assert!(fault.what.contains("Actions: read and write in acme/api"), "{fault}");
        assert!(rights.refusal(Need::WriteActions, "acme/API").is_some());
        assert!(rights.admit(&write(Need::WriteActions, "/repos/acme/web/actions/runs/1/cancel")).is_ok());
        assert!(rights.admit(&write(Need::WriteTasks, "/agents/repos/acme/api/tasks")).is_ok());
        rights.look_anew();
        assert!(rights.admit(&cancel).is_ok());
    }

    #[test]
    fn clock_and_expiry_are_read_from_any_answer() {
        let rights = Rights::new(TokenKind::FineGrained, None);
        let headers: HeaderMap = [
            (DATE, HeaderValue::from_static("Fri, 06 Nov 2026 08:50:37 GMT")),
            (EXPIRY.parse().unwrap(), HeaderValue::from_static("2026-12-01 00:00:00 UTC")),
        ]
        .into_iter()
        .collect();
        rights.heard(&headers, at(0));
        let facts = rights.facts();
        assert_eq!(facts.skew, Some(chrono::TimeDelta::seconds(60)));
        assert_eq!(facts.expires.as_deref(), Some("2026-12-01 00:00:00 UTC"));
        assert_eq!(facts.scopes, None);
    }
}
