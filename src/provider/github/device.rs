//! Signing in by a code that is entered in a browser, as pure states: an answer in, what to do next out.
//!
//! ```text
//!  begin ─> Grant: show the code and the address
//!             │
//!             v        not yet, too fast, no answer
//!      Wait ──poll──┬──────────────────────────────> Wait (too fast: 5 s longer; no answer: twice as long)
//!                   ├─ a token ────────────────────> Done
//!                   └─ declined, expired, refused ─> Failed
//! ```
//!
//! The service says what is wrong in a field of the answer, whatever the status. Not here: the requests (`endpoints`)
//! and the waiting, which is the caller's.

use std::fmt;
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Url;
use serde::Deserialize;

use super::host::same_origin;
use super::token::Token;
use super::wire::ids::text;
use super::wire::lenient::{TextId, opt};
use crate::domain::{Fault, FaultKind, Instant};
use crate::text::Untrusted;

const USUAL_INTERVAL: Duration = Duration::from_secs(5);
const USUAL_LIFE: Duration = Duration::from_mins(15);
/// What "too fast" adds to the interval.
const SLOWER: Duration = Duration::from_secs(5);
/// Longer than this no silence makes it.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);
const AGAIN: &str = "start the sign-in again";

/// A sign-in under way. The code the service knows it by is a secret and is never shown.
pub struct Grant {
    device_code: Box<str>,
    /// To be entered by the person.
    pub user_code: Untrusted,
    /// Where: at the service's own web host, or this would not be here.
    pub address: Untrusted,
    pub expires_at: Instant,
    interval: Duration,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grant({} at {}, until {})", self.user_code.show_line(), self.address.show_line(), self.expires_at)
    }
}

/// What comes next.
pub enum Step {
    /// Ask again after this time.
    Wait(Duration),
    Done(Token),
    Failed(Fault),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(time) => write!(f, "Wait({time:?})"),
            Self::Done(token) => write!(f, "Done({} token)", token.kind().word()),
            Self::Failed(fault) => write!(f, "Failed({fault})"),
        }
    }
}

/// Everything either answer may hold.
#[derive(Default, Deserialize)]
struct Wire {
    #[serde(default, deserialize_with = "opt")]
    device_code: Option<TextId>,
    #[serde(default, deserialize_with = "text")]
    user_code: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    verification_uri: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt")]
    expires_in: Option<u32>,
    #[serde(default, deserialize_with = "opt")]
    interval: Option<u32>,
    #[serde(default, deserialize_with = "opt")]
    access_token: Option<TextId>,
    #[serde(default, deserialize_with = "opt")]
    error: Option<String>,
    #[serde(default, deserialize_with = "text")]
    error_description: Option<Untrusted>,
}

impl Wire {
    fn read(body: &[u8]) -> Option<Self> {
        Self::deserialize(serde_json::from_slice::<serde_json::Value>(body).ok()?).ok()
    }

    fn error(&self) -> Option<&str> {
        self.error.as_deref().filter(|word| !word.is_empty())
    }
}

impl Grant {
    /// The answer to the first question. `web`: where the service's sign-in lives.
    pub(super) fn read(status: u16, body: &[u8], web: &Url, now: Instant) -> Result<Self, Fault> {
        let Some(wire) = Wire::read(body) else { return Err(no_sense(status)) };
        if let Some(error) = wire.error() {
            return Err(refusal(error, wire.error_description.as_ref()));
        }
        let (Some(code), Some(user_code), Some(address)) = (wire.device_code, wire.user_code, wire.verification_uri)
        else {
            return Err(no_sense(status));
        };
        // Whoever enters the code gives access away, so it is never entered anywhere else.
        if !Url::parse(address.raw_for_match()).is_ok_and(|url| same_origin(&url, web)) {
            let what = "the sign-in leads to an address that is not the service's own";
            let next = "check that the host is GitHub and no proxy stands between, or run `gh auth login`";
            return Err(Fault::new(FaultKind::Unreadable, what, next));
        }
        let seconds = |given: Option<u32>, usual| given.map_or(usual, |n| Duration::from_secs(u64::from(n.max(1))));
        let life = seconds(wire.expires_in, USUAL_LIFE).min(USUAL_LIFE);
        Ok(Self {
            device_code: code.0.into(),
            user_code,
            address,
            expires_at: now + TimeDelta::from_std(life).unwrap_or_default(),
            interval: seconds(wire.interval, USUAL_INTERVAL),
        })
    }

    /// How long to wait before the first question.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    pub(super) fn device_code(&self) -> &str {
        &self.device_code
    }

    /// After this nothing needs to be sent.
    pub(super) fn is_over(&self, now: Instant) -> Option<Step> {
        (now >= self.expires_at).then(|| Step::Failed(expired()))
    }

    /// The answer to "has it been entered?".
    pub(super) fn answered(&mut self, status: u16, body: &[u8], now: Instant) -> Step {
        let passing = status == 429 || status >= 500;
        match Wire::read(body) {
            Some(wire) if wire.error().is_some() => self.refused(&wire, now),
            Some(Wire { access_token: Some(TextId(token)), .. }) => {
                Token::new(&token, "the sign-in").map_or_else(Step::Failed, Step::Done)
            }
            _ if passing => self.slower(SLOWER, now),
            _ => Step::Failed(no_sense(status)),
        }
    }

    /// No answer came.
    pub(super) fn unanswered(&mut self, now: Instant) -> Step {
        let more = self.interval.min(LONGEST_SILENCE.saturating_sub(self.interval));
        self.slower(more, now)
    }

    fn refused(&mut self, wire: &Wire, now: Instant) -> Step {
        match wire.error().unwrap_or_default() {
            "authorization_pending" => self.slower(Duration::ZERO, now),
            "slow_down" => {
                let told = wire.interval.map(|n| Duration::from_secs(u64::from(n)));
                let more = told.map_or(SLOWER, |told| told.saturating_sub(self.interval).max(SLOWER));
                self.slower(more, now)
            }
            other => Step::Failed(refusal(other, wire.error_description.as_ref())),
        }
    }

    fn slower(&mut self, more: Duration, now: Instant) -> Step {
        self.interval = self.interval.saturating_add(more);
        self.is_over(now).unwrap_or(Step::Wait(self.interval))
    }
}

fn expired() -> Fault {
    Fault::new(FaultKind::Authentication, "the code was not entered in time", AGAIN)
}

fn no_sense(status: u16) -> Fault {
    let what = format!("the sign-in came back with {status} and nothing that can be read");
    Fault::new(FaultKind::Unreadable, what, "check that the host is GitHub and no proxy or sign-in page stands between")
}

fn refusal(word: &str, description: Option<&Untrusted>) -> Fault {
    let other = "run `gh auth login` or set ATC_TOKEN instead";
    let (kind, what, next) = match word {
        // The documentation writes both.
        "expired_token" | "token_expired" => return expired(),
        "access_denied" => (FaultKind::Authentication, "the sign-in was declined in the browser", AGAIN),
        "incorrect_device_code" => (FaultKind::Invalid, "the service does not know this sign-in", AGAIN),
        "device_flow_disabled" => (FaultKind::Unsupported, "this client id may not sign in by a code", other),
        "incorrect_client_credentials" => (FaultKind::Invalid, "the client id is not accepted", other),
        "unsupported_grant_type" => (FaultKind::Unsupported, "the service does not sign in by a code", other),
        word => {
            let said = description.map_or_else(|| Untrusted::from(word).show_line(), Untrusted::show_line);
            let what: String = format!("the sign-in was refused: {said}").chars().take(300).collect();
            return Fault::new(FaultKind::Invalid, what, other);
        }
    };
    Fault::new(kind, what, next)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn at(seconds: i64) -> Instant {
        chrono::DateTime::from_timestamp(1_793_954_977 + seconds, 0).unwrap()
    }

    fn web() -> Url {
        Url::parse("https://github.com/").unwrap()
    }

    fn begun(with: Value) -> Result<Grant, Fault> {
        let mut body = json!({
            "device_code": "3584d83530557fdd1f46af8289938c8ef79f9dc5", "user_code": "WDJB-MJHT",
            "verification_uri": "https://github.com/login/device", "expires_in": 900, "interval": 5,
        });
        body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        Grant::read(200, body.to_string().as_bytes(), &web(), at(0))
    }

    fn wait(step: Step) -> u64 {
        let Step::Wait(time) = step else { panic!("{step:?}") };
        time.as_secs()
    }

    fn failed(step: Step) -> Fault {
        let Step::Failed(fault) = step else { panic!("{step:?}") };
        fault
    }

    #[test]
    fn what_is_wrong_is_told_by_the_field_under_any_status() {
        for status in [200, 400, 401, 403, 428, 500] {
            for (word, kind) in [
                ("expired_token", FaultKind::Authentication),
                ("token_expired", FaultKind::Authentication),
                ("access_denied", FaultKind::Authentication),
                ("device_flow_disabled", FaultKind::Unsupported),
                ("unsupported_grant_type", FaultKind::Unsupported),
                ("incorrect_client_credentials", FaultKind::Invalid),
                ("incorrect_device_code", FaultKind::Invalid),
                ("something_new", FaultKind::Invalid),
            ] {
                let mut grant = begun(json!({})).unwrap();
                let body = json!({ "error": word }).to_string();
                let fault = failed(grant.answered(status, body.as_bytes(), at(5)));
                assert_eq!(fault.kind, kind, "{status} {word}");
                let first = Grant::read(status, body.as_bytes(), &web(), at(0)).unwrap_err();
                assert_eq!(first.kind, kind, "{status} {word}");
            }
            let mut grant = begun(json!({})).unwrap();
            assert_eq!(wait(grant.answered(status, br#"{"error":"authorization_pending"}"#, at(5))), 5);
        }
    }

    #[test]
    fn both_spellings_of_expiry_say_the_same() {
        let said = ["expired_token", "token_expired"].map(|word| {
            let mut grant = begun(json!({})).unwrap();
            failed(grant.answered(200, json!({ "error": word }).to_string().as_bytes(), at(5)))
        });
        assert_eq!(said[0], said[1]);
        assert!(said[0].what.contains("in time"));
    }

    #[test]
    fn slow_down_lasts_and_adds_up() {
        let mut grant = begun(json!({})).unwrap();
        assert_eq!(wait(grant.answered(200, br#"{"error":"slow_down","interval":10}"#, at(5))), 10);
        assert_eq!(wait(grant.answered(200, br#"{"error":"authorization_pending"}"#, at(15))), 10);
        assert_eq!(wait(grant.answered(200, br#"{"error":"slow_down"}"#, at(25))), 15);
        assert_eq!(wait(grant.answered(200, br#"{"error":"slow_down","interval":40}"#, at(40))), 40);
    }

    #[test]
    fn silence_doubles_the_wait_up_to_a_minute() {
        let mut grant = begun(json!({})).unwrap();
        let waits: Vec<u64> = (0..6).map(|_| wait(grant.unanswered(at(1)))).collect();
        assert_eq!(waits, [10, 20, 40, 60, 60, 60]);
        assert_eq!(wait(grant.answered(502, b"<html>", at(2))), 65);
    }

    #[test]
    fn a_code_ends_with_its_time() {
        let mut grant = begun(json!({"expires_in": 60})).unwrap();
        assert!(grant.is_over(at(59)).is_none());
        assert!(matches!(grant.is_over(at(60)), Some(Step::Failed(_))));
        failed(grant.answered(200, br#"{"error":"authorization_pending"}"#, at(61)));
        assert_eq!(begun(json!({"expires_in": 4_000_000_000_u32})).unwrap().expires_at, at(900));
        assert_eq!(begun(json!({"expires_in": null, "interval": 0})).unwrap().interval().as_secs(), 1);
    }

    #[test]
    fn a_token_ends_it_and_is_not_in_any_debug_text() {
        let mut grant = begun(json!({})).unwrap();
        let shown = format!("{grant:?}");
        assert!(shown.contains("WDJB-MJHT") && !shown.contains("3584d835"), "{shown}");
        let step = grant.answered(200, br#"{"access_token":"gho_16C7e42F292c6912E7","scope":"repo"}"#, at(5));
        assert_eq!(format!("{step:?}"), "Done(oauth token)");
        let wrong = failed(grant.answered(200, br#"{"access_token":"ghs_16C7e42F292c6912E7"}"#, at(5)));
        assert_eq!(wrong.kind, FaultKind::Authentication);
    }

    #[test]
    fn a_code_is_never_entered_at_another_place_and_nonsense_is_named() {
        for address in ["https://github.com.evil/login/device", "http://github.com/login/device", "x", ""] {
            assert_eq!(begun(json!({"verification_uri": address})).unwrap_err().kind, FaultKind::Unreadable);
        }
        for body in ["", "<html>", "[]", "{}", "null", r#"{"device_code":5}"#] {
            assert_eq!(
                Grant::read(200, body.as_bytes(), &web(), at(0)).unwrap_err().kind,
                FaultKind::Unreadable,
                "{body}"
            );
            let mut grant = begun(json!({})).unwrap();
            assert_eq!(failed(grant.answered(200, body.as_bytes(), at(1))).kind, FaultKind::Unreadable, "{body}");
        }
    }
}
