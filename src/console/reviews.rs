//! What the console and the runtime say to each other about pull requests, beyond what the poller tells of all of them.

use std::sync::Arc;

use crate::domain::policy::InForce;
use crate::domain::{Fault, JobId, PullDiff, PullLook, PullOrder, PullTarget};
use crate::text::{Safe, Untrusted};

#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// The policy, for the review load and the branches that are allowed.
    Policy,
    /// The cursor rests on this one: files, owners, whether an agent may merge it. `None`: on none.
    Look(Option<LookAt>),
    Diff(PullTarget),
    /// The log of a check that is an Actions job.
    CheckLog {
        of: PullTarget,
        job: JobId,
        check: Untrusted,
    },
    Act(Box<PullOrder>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAt {
    pub target: PullTarget,
    /// Whose owners file counts.
    pub base: Untrusted,
}

#[derive(Debug)]
pub enum News {
    Policy(Arc<InForce>),
    Look(PullTarget, Box<PullLook>),
    Diff(PullTarget, Result<PullDiff, Fault>),
    /// `Ok(None)`: there is none yet.
    CheckLog {
        of: PullTarget,
        check: Untrusted,
        log: Result<Option<Vec<u8>>, Fault>,
    },
    /// What became of an order.
    Acted {
        order: Box<PullOrder>,
        result: Result<Safe, Fault>,
    },
}
