//! Which API version the agent tasks of this host want. The sources disagree, so the first answers decide.
//!
//! ```text
//! Open ──an answer under NEW──> New      Open ──404/400/410, then an answer under OLD──> Old
//! ```
//! While it is open, such a refusal of a GET is asked once more with the old version; later ones are real.

use std::sync::atomic::{AtomicU8, Ordering};

pub const HEADER: &str = "x-github-api-version";
pub const NEW: &str = "2026-03-10";
pub const OLD: &str = "2022-11-28";

const OPEN: u8 = 0;
const IS_NEW: u8 = 1;
const IS_OLD: u8 = 2;

#[derive(Debug, Default)]
pub struct Latch(AtomicU8);

impl Latch {
    pub fn now(&self) -> &'static str {
        if self.0.load(Ordering::Relaxed) == IS_OLD { OLD } else { NEW }
    }

    /// May this refusal be about the version?
    pub fn doubts(&self, status: u16) -> bool {
        self.0.load(Ordering::Relaxed) == OPEN && matches!(status, 400 | 404 | 410)
    }

    /// The service answered under this version.
    pub fn proved(&self, version: &str) {
        let known = if version == OLD { IS_OLD } else { IS_NEW };
        // The first proof stays: versions do not change under a running program.
        let _ = self.0.compare_exchange(OPEN, known, Ordering::Relaxed, Ordering::Relaxed);
    }
}
