//! The Copilot API: live session logs. Not documented, so it is asked for little and dropped at the first no.
//!
//! ```text
//! Off (by option or kind of token)
//! Unknown ──GraphQL names the host──> Known ──401, or a 403 that is no limit──> Dropped, for the rest of the run
//! ```
//!
//! Requests carry `Authorization`, `Accept` and our own `User-Agent`, plus headers the operator set; no other
//! product's id, no version. They go to the host that GitHub named and nowhere else.

use std::sync::{Mutex, PoisonError};

use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::super::client::{CopilotApi, GitHub, address};
use super::super::host::{authority, has_user, is_loopback};
use super::super::http::{Answer, Need, Op, Request, Shape, Zone};
use super::super::wire::convert;
use super::graphql;
use crate::domain::{Fault, FaultKind, SessionId};
use crate::provider::port::{AgentSession, LiveLogs, LogBody};
use crate::text::Safe;

/// For github.com alone, when it names no host of its own.
const USUAL: &str = "https://api.githubcopilot.com/";

/// Whether, and where, session logs can be had.
#[derive(Debug)]
pub struct Copilot {
    base: OnceCell<Url>,
    /// By option or by the kind of token: nothing is ever asked.
    never: bool,
    off: Mutex<Option<Safe>>,
}

impl Copilot {
    pub fn new(wish: CopilotApi, kind: super::super::token::TokenKind) -> Self {
        let off = match wish {
            CopilotApi::Off => Some(Safe::new("switched off by copilot_api = \"off\"")),
            CopilotApi::Auto if !kind.may_use_copilot_api() => Some(Safe::new(format!(
                "no live logs with a {} token; `gh auth login` gives one that can",
                kind.word()
            ))),
            CopilotApi::Auto => None,
        };
        Self { base: OnceCell::new(), never: off.is_some(), off: Mutex::new(off) }
    }

    pub fn live_logs(&self) -> LiveLogs {
        let off = self.off.lock().unwrap_or_else(PoisonError::into_inner).clone();
        off.map_or(LiveLogs::Available, LiveLogs::Off)
    }

    /// It was off from the beginning.
    pub fn is_never_asked(&self) -> bool {
        self.never
    }

    /// The service refused: nothing more is asked of it in this run.
    pub fn drop_for_good(&self, why: Safe) {
        self.off.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }
}

impl GitHub {
    pub(in super::super) async fn session_by_id(&self, id: &SessionId) -> Result<AgentSession, Fault> {
        let op = Op::one(format!("read session {}", id.show()), Need::SessionLogs);
        let request = self.session_request(op, &["agents", "sessions", id.raw()]).await?;
        self.copilot_read(&request, "a session").await.map(convert::agent_session)
    }

    /// The whole log every time. 404: there is none yet.
    pub(in super::super) async fn log_of_session(&self, id: &SessionId) -> Result<LogBody, Fault> {
        let op = Op::one(format!("read the log of session {}", id.show()), Need::SessionLogs);
        let request = self.session_request(op, &["agents", "sessions", id.raw(), "logs"]).await?;
        let answer = self.ask_copilot(&request.shape(Shape::Log).also(&[404])).await?;
        Ok(if answer.status == 404 { LogBody::NotYet } else { LogBody::Bytes(answer.body) })
    }

    pub(in super::super) async fn session_request(&self, op: Op, path: &[&str]) -> Result<Request, Fault> {
        if let LiveLogs::Off(why) = self.copilot.live_logs() {
            return Err(logs_off(&why));
        }
        let base = match self.copilot.base.get_or_try_init(|| self.copilot_base()).await {
            Ok(base) => base,
            // A token that is refused, or a passing fault, says nothing about session logs.
            Err(fault) if fault.is_passing() || fault.kind == FaultKind::Authentication => return Err(fault),
            Err(fault) => return Err(self.give_up(fault.what)),
        };
        Ok(Request::get(op, Zone::Copilot, address(base, path)?))
    }

    /// A refusal here is this service's, not GitHub's: the token may still be good for everything else.
    pub(super) async fn ask_copilot(&self, request: &Request) -> Result<Answer, Fault> {
        self.http.send(request).await.map_err(|fault| self.copilot_fault(fault))
    }

    /// A refusal ends it for this run; anything else is what it is.
    pub(super) fn copilot_fault(&self, fault: Fault) -> Fault {
        match fault.kind {
            FaultKind::Authentication | FaultKind::Permission => self.give_up(fault.what),
            _ => fault,
        }
    }

    /// A GET whose JSON answer is one thing.
    pub(super) async fn copilot_read<T: DeserializeOwned>(&self, request: &Request, what: &str) -> Result<T, Fault> {
        let answer = self.ask_copilot(request).await?;
        self.copilot_value(request, &answer, what)
    }

    /// The same where the request takes a 404 for "there is none".
    pub(super) async fn copilot_read_or_none<T: DeserializeOwned>(
        &self,
        request: &Request,
        what: &str,
    ) -> Result<Option<T>, Fault> {
        let answer = self.ask_copilot(request).await?;
        if answer.status == 404 { Ok(None) } else { self.copilot_value(request, &answer, what).map(Some) }
    }

    fn copilot_value<T: DeserializeOwned>(&self, request: &Request, answer: &Answer, what: &str) -> Result<T, Fault> {
        let read = answer.json().and_then(|body| T::deserialize(body).map_err(|_| format!("the answer is not {what}")));
        read.map_err(|what| self.http.unreadable(request, &what).fault)
    }

    fn give_up(&self, why: Safe) -> Fault {
        let fault = logs_off(&why);
        self.copilot.drop_for_good(why);
        fault
    }

    /// Where GitHub says the session log service of this user is.
    async fn copilot_base(&self) -> Result<Url, Fault> {
        let op = Op::new("say where session logs are", Need::Nothing);
        let data = self.graphql(&graphql::COPILOT_ENDPOINT, json!({}), op).await?;
        let named =
            data.pointer("/viewer/copilotEndpoints/api").and_then(Value::as_str).filter(|text| !text.is_empty());
        let usual = || self.http.host.is_github_dot_com().then_some(USUAL);
        let named = named.or_else(usual).and_then(|text| Url::parse(text).ok());
        let fit = named.as_ref().is_some_and(|url| self.is_fit(url));
        let Some(mut url) = named.clone().filter(|_| fit) else {
            let who = self.http.host.shown();
            let what = match named {
                Some(url) => format!("{who} names {} for session logs, where no token goes", authority(&url)),
                None => format!("{who} names no session log service for this account"),
            };
            return Err(Fault::new(FaultKind::Unsupported, what, "read the Actions job log once the run has ended"));
        };
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(url)
    }

    /// The token may go there: over https to one of the Copilot hosts of this GitHub, or to this machine when the API
    /// itself is on it.
    fn is_fit(&self, url: &Url) -> bool {
        let local = is_loopback(url) && is_loopback(self.http.host.api());
        let known = url.scheme() == "https" && self.http.host.is_copilot(url);
        let door = known || (local && matches!(url.scheme(), "http" | "https"));
        door && !has_user(url) && url.query().is_none() && url.fragment().is_none()
    }
}

fn logs_off(why: &Safe) -> Fault {
    let what = format!("live session logs are off: {why}");
    Fault::new(FaultKind::Unsupported, what, "read the Actions job log once the run has ended")
}
