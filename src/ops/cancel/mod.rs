//! Cancel a session: find its run, ask once, verify until both run and session have ended. A 202 is a request, not a fact.
//!
//! The phases are those of [`crate::domain::cancel`]. Nothing is ever guessed: without a run id or a branch there is
//! nothing safe to cancel; that is said, and looked for again until there is or the wish is withdrawn.
//!
//! ```text
//! find ──not yet──> wait ──┐        claim ─> POST ─> outcome "not verified" ─> verify ─> outcome
//!  ^ └──found──> leave ────┼─taken──> ^                                          ^
//!  └───────────────────────┘                    the next run of the program ─────┘ takes up the verifying alone
//! ```
//!
//! **What survives the end of the program.** An intent whose outcome is not final was sent, or may have been: the next
//! run looks how it ended ([`take_up`]) and never sends it again. What waited for its run, and what of a batch had not
//! had its turn, was never claimed; it is not in the ledger, and nothing of it is sent later.

mod cycle;
mod find;
mod leave;
mod patience;
mod settle;
mod taken_up;
mod verify;

pub use cycle::{cancel, cancel_all, cancel_as};
pub use leave::Leave;
pub use patience::{How, Patience};
pub use taken_up::{Open, of_entries, open_cancels, take_up};
