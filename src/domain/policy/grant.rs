//! The leave to start one thing, which the provider's start asks for. It carries the request itself, so that nothing else
//! can be sent under it, and it can only be made of a judgement at the gate.

use super::judge::Stage;
use super::judgement::{Judgement, Verdict};
use crate::domain::StartRequest;
use crate::text::Safe;

/// A reason shorter than this says nothing.
pub const SHORTEST_REASON: usize = 10;

#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    request: StartRequest,
    rule: Safe,
    reason: Option<String>,
    policy_hash: Option<[u8; 32]>,
}

/// Why there is no grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoGrant {
    Refused,
    NeedsReason,
    /// The same work may be under way already, and nobody has said that it is wanted again.
    Duplicate,
    /// It was not judged at the gate.
    NotAtTheGate,
}

impl Judgement {
    /// `reason`: as it was typed; `again`: a duplicate was shown and is wanted all the same.
    pub fn grant(&self, reason: Option<&str>, again: bool) -> Result<Grant, NoGrant> {
        if self.stage != Stage::Gate {
            return Err(NoGrant::NotAtTheGate);
        }
        let reason = reason.map(str::trim).filter(|reason| reason.chars().count() >= SHORTEST_REASON);
        match self.verdict() {
            Verdict::Refused => return Err(NoGrant::Refused),
            Verdict::NeedsReason if reason.is_none() => return Err(NoGrant::NeedsReason),
            Verdict::NeedsReason | Verdict::Allowed => {}
        }
        if !again && !self.duplicates.is_empty() {
            return Err(NoGrant::Duplicate);
        }
        Ok(Grant {
            request: self.request.clone(),
            rule: self.rule().clone(),
            reason: reason.filter(|_| self.verdict() == Verdict::NeedsReason).map(str::to_owned),
            policy_hash: self.policy_hash,
        })
    }
}

impl Grant {
    /// What may be sent.
    pub fn request(&self) -> &StartRequest {
        &self.request
    }

    pub fn rule(&self) -> &Safe {
        &self.rule
    }

    /// Given where one was needed.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// `allowed`, or `reason`: with one. For the ledger; never change one.
    pub fn word(&self) -> &'static str {
        if self.reason.is_some() { "reason" } else { "allowed" }
    }

    pub fn policy_hash(&self) -> Option<[u8; 32]> {
        self.policy_hash
    }
}
