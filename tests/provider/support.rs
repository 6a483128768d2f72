//! What the tests share: a provider with short patience, and the look at a fault that every test takes.

use std::sync::Arc;
use std::time::Duration;

use atc::domain::assign::Standing;
use atc::domain::policy::{AssignGrant, Case, Facts, Grant, Policy, Stage};
use atc::domain::{Assignment, Fault, FaultKind, Instant, Now, RepoName, StartRequest, TaskId, TaskRef};
use atc::provider::github::{GitHub, Host, Limits, Options, Token};

use crate::server::Server;

/// A classic token; no eight bytes of its secret part may ever be seen.
pub const CANARY: &str = "ghp_CANARYq7Zt2Lw9XbVn4KsRd8Hp";

pub fn repo() -> RepoName {
    "acme/billing".parse().unwrap()
}

pub fn at(id: &str) -> TaskRef {
    TaskRef { repo: repo(), id: TaskId::new(id) }
}

pub fn time(text: &str) -> Instant {
    text.parse().unwrap()
}

pub fn now() -> Now {
    Arc::new(|| time("2026-11-06T08:49:37Z"))
}

pub fn short() -> Limits {
    Limits {
        connect: Duration::from_millis(400),
        read: Duration::from_millis(250),
        attempt: Duration::from_millis(500),
        call: Duration::from_millis(1200),
        retries: 2,
        backoff: Duration::from_millis(2),
        backoff_most: Duration::from_millis(4),
        write_gap: Duration::from_millis(1),
        ..Limits::default()
    }
}

pub fn options(base: &str) -> Options {
    let host = Host::resolve(None, Some(base)).unwrap();
    let token = Token::new(CANARY, "the test").unwrap();
    Options { limits: short(), ..Options::new(host, token, now()) }
}

pub fn github(server: &Server) -> GitHub {
    GitHub::new(options(&server.base())).unwrap()
}

/// The fault, after a look that nothing of the token and no control character is in it and a next step is.
pub fn fault<T: std::fmt::Debug>(result: Result<T, Fault>) -> Fault {
    let fault = result.expect_err("a fault was expected");
    let all = format!("{fault} {fault:?} {:?}", fault.clone());
    assert_no_token(&all);
    assert!(!all.chars().any(char::is_control), "{all:?}");
    assert!(!fault.what.is_empty() && !fault.next_step.is_empty(), "{fault:?}");
    fault
}

pub fn kind<T: std::fmt::Debug>(result: Result<T, Fault>) -> FaultKind {
    fault(result).kind
}

pub fn assert_no_token(text: &str) {
    let secret = CANARY.strip_prefix("ghp_").unwrap().as_bytes();
    for part in secret.windows(8) {
        assert!(!text.contains(std::str::from_utf8(part).unwrap()), "the token is in {text}");
    }
}

/// Leave to start this, from a policy without limits.
pub fn leave(request: &StartRequest) -> Grant {
    let case = Case { request, template: None, ticket: None };
    Policy::unlimited().judge(&case, &Facts::default(), Stage::Gate).grant(None, false).unwrap()
}

/// Leave to assign this, from a policy without limits.
pub fn leave_to_assign(assignment: &Assignment) -> AssignGrant {
    let request = assignment.as_request();
    let case = Case { request: &request, template: None, ticket: None };
    let judged = Policy::unlimited().judge(&case, &Facts::default(), Stage::Gate);
    judged.grant_assignment(assignment, &Standing::default(), None, false).unwrap()
}

/// Leave to start [`start`].
pub fn granted() -> Grant {
    leave(&start())
}

pub fn start() -> StartRequest {
    StartRequest {
        repo: repo(),
        prompt: "Fix the flaky test".into(),
        model: None,
        custom_agent: None,
        create_pull_request: true,
        base_ref: None,
        head_ref: None,
    }
}
