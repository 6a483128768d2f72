//! The leave to start one thing, which the provider's start asks for. It carries the request itself, so that nothing else
//! can be sent under it, and it can only be made of a judgement at the gate.

use super::judge::Stage;
use super::judgement::{Judgement, Verdict};
use crate::domain::StartRequest;
use crate::domain::assign::{Assignment, Standing};
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

/// The leave to assign one issue to the agent, which the provider asks for. It carries the assignment itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignGrant {
    grant: Grant,
    assignment: Assignment,
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

impl Judgement {
    /// Leave to assign, of a judgement on the start it comes to. `standing`: what there is of the agent's work on the
    /// issue, which must be wanted again like any other duplicate.
    pub fn grant_assignment(
        &self,
        assignment: &Assignment,
        standing: &Standing,
        reason: Option<&str>,
        again: bool,
    ) -> Result<AssignGrant, NoGrant> {
        if self.request != assignment.as_request() {
            return Err(NoGrant::NotAtTheGate);
        }
        let grant = self.grant(reason, again)?;
        if !again && !standing.is_clear() {
            return Err(NoGrant::Duplicate);
        }
        Ok(AssignGrant { grant, assignment: assignment.clone() })
    }
}

impl AssignGrant {
    /// What may be sent.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }
}

impl AsRef<Grant> for AssignGrant {
    fn as_ref(&self) -> &Grant {
        &self.grant
    }
}

impl AsRef<Self> for Grant {
    fn as_ref(&self) -> &Self {
        self
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
