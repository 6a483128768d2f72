//! How patient and how generous the client is. The defaults are for GitHub; tests use shorter ones.

use std::time::Duration;

pub use super::breaker::Fuse;

/// Times and sizes the client keeps to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// Longest silence while headers or a body arrive.
    pub read: Duration,
    /// One attempt in all, unless the body keeps arriving at `floor` or faster.
    pub attempt: Duration,
    /// No further attempt starts later than this after the first one.
    pub call: Duration,
    /// Decoded bytes of a JSON answer.
    pub json_bytes: usize,
    /// Decoded bytes of a log.
    pub log_bytes: usize,
    /// Bytes a second that buy a body another second beyond `attempt`.
    pub floor: u64,
    /// Further attempts of a GET after a passing fault.
    pub retries: u32,
    /// The first wait is somewhere between nothing and this; it doubles.
    pub backoff: Duration,
    pub backoff_most: Duration,
    /// Between the end of one write and the start of the next.
    pub write_gap: Duration,
    pub in_flight: usize,
    /// When a host that does not answer is left alone.
    pub fuse: Fuse,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(8),
            attempt: Duration::from_secs(10),
            call: Duration::from_secs(15),
            json_bytes: 8 << 20,
            log_bytes: 32 << 20,
            floor: 64 << 10,
            retries: 2,
            backoff: Duration::from_millis(500),
            backoff_most: Duration::from_secs(4),
            write_gap: Duration::from_secs(1),
            in_flight: 4,
            fuse: Fuse::default(),
        }
    }
}
