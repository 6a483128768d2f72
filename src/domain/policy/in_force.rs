//! The policy in force: where it is from, and what is wrong with it.

use super::rule::Policy;
use crate::text::Safe;

/// A policy that cannot be used: nothing may start until it is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Each with file, line, column and key; never empty.
    pub problems: Vec<Safe>,
}

/// Where a policy is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// There is no file, and none was asked for.
    Defaults {
        looked_at: Safe,
    },
    File {
        path: Safe,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    pub policy: Result<Policy, Broken>,
    pub whence: Whence,
    /// SHA-256 of the file as it was read. `None`: there is none, or it cannot be read.
    pub hash: Option<[u8; 32]>,
}

impl Default for InForce {
    fn default() -> Self {
        Self::of(Policy::default())
    }
}

impl InForce {
    /// A policy that is from no file.
    pub fn of(policy: Policy) -> Self {
        Self { policy: Ok(policy), whence: Whence::Defaults { looked_at: Safe::default() }, hash: None }
    }

    /// One that refuses everything, and why.
    pub fn broken(why: &str) -> Self {
        let policy = Err(Broken { problems: vec![Safe::new(why)] });
        Self { policy, whence: Whence::File { path: Safe::default() }, hash: None }
    }
}
