//! The port: one message, one attempt.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::text::Safe;

/// A message to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The same at every attempt, so that the receiver can tell a message it has already.
    pub id: String,
    /// The kind of what happened.
    pub event: String,
    /// JSON.
    pub body: Vec<u8>,
}

/// It was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It may be taken later; not sooner than this, where the receiver said so.
    ForNow(Safe, Option<Duration>),
    /// It never will be.
    ForGood(Safe),
}

impl Refused {
    pub fn why(&self) -> &Safe {
        match self {
            Self::ForNow(why, _) | Self::ForGood(why) => why,
        }
    }
}

pub trait Webhook: Send + Sync + fmt::Debug {
    fn post<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), Refused>>;
}

/// What messages are signed with. Never shown, never written anywhere.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// `None`: too short to prove anything.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() >= Self::LEAST).then(|| Self(text.as_bytes().into()))
    }

    /// Bytes at least.
    pub const LEAST: usize = 16;

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
