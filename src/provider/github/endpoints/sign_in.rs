//! The two calls of a sign-in by code, to the web host and not to the API. Off unless a client id is configured: this
//! program has none of its own.

use std::fmt;

use reqwest::Url;

use super::super::client::address;
use super::super::device::{Grant, Step};
use super::super::host::Host;
use super::super::http::{Limits, Web};
use crate::domain::{Fault, FaultKind, Now};

/// What the token is asked for: what the agent's endpoints take of this kind of token.
const SCOPE: &str = "repo";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Signs in by a code that is entered in a browser. The caller shows the code, waits, and polls.
pub struct SignIn {
    web: Web,
    base: Url,
    client_id: String,
    now: Now,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignIn({})", super::super::host::authority(&self.base))
    }
}

impl SignIn {
    /// Nothing is connected before [`begin`](Self::begin).
    pub fn new(host: &Host, client_id: Option<&str>, now: Now, limits: Limits) -> Result<Self, Fault> {
        let other = "run `gh auth login` or set ATC_TOKEN instead";
        let Some(client_id) = client_id.filter(|id| !id.is_empty()) else {
            return Err(Fault::new(
                FaultKind::Unsupported,
                "signing in by a code needs a client id of your own",
                other,
            ));
        };
        if client_id.len() > 128 || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Fault::new(FaultKind::Invalid, "the client id has a character no client id has", other));
        }
        let Some(base) = host.sign_in() else {
            let what = format!("{} is not known to sign anybody in by a code", host.shown());
            return Err(Fault::new(FaultKind::Unsupported, what, "set ATC_TOKEN to a token of that host"));
        };
        Ok(Self { web: Web::new(limits), base, client_id: client_id.to_owned(), now })
    }

    /// Asks for a code to show.
    pub async fn begin(&self) -> Result<Grant, Fault> {
        let fields = [("client_id", self.client_id.as_str()), ("scope", SCOPE)];
        let (status, body) = self.web.post(address(&self.base, &["login", "device", "code"])?, &fields).await?;
        Grant::read(status, &body, &self.base, (self.now)())
    }

    /// Asks whether the code has been entered. No sooner than the last [`Step::Wait`] said.
    pub async fn poll(&self, grant: &mut Grant) -> Step {
        if let Some(over) = grant.is_over((self.now)()) {
            return over;
        }
        let code = grant.device_code().to_owned();
        let fields = [("client_id", self.client_id.as_str()), ("device_code", &code), ("grant_type", GRANT_TYPE)];
        let url = match address(&self.base, &["login", "oauth", "access_token"]) {
            Ok(url) => url,
            Err(fault) => return Step::Failed(fault),
        };
        match self.web.post(url, &fields).await {
            Ok((status, body)) => grant.answered(status, &body, (self.now)()),
            Err(_) => grant.unanswered((self.now)()),
        }
    }
}
