//! The policy gate: may this start be sent? Pure: rules and facts in, a judgement out.
//!
//! It judges; it reads no file ([`config`](crate::config) does), counts nothing and asks nobody (`ops` gathers the facts).
//!
//! ```text
//! Policy ─┐
//! Request ┼─ judge ─> Judgement ─┬─ Allowed ──────────────────────> Grant ─> the provider's start
//! Facts ──┘                      ├─ NeedsReason ── a typed reason ─> Grant
//!                                └─ Refused: named rule and number, never a grant
//! ```
//!
//! For every key the most specific rule that says something decides; what no rule says, the built-in defaults say. What is
//! not known is never taken as zero: it needs a reason, or is refused where the policy says so. A policy that could not
//! be read refuses everything.

mod automation;
mod facts;
mod grant;
mod in_force;
mod judge;
mod judgement;
mod key;
mod rule;
mod stop;
#[cfg(test)]
mod tests;

pub use automation::{AutomationGrant, AutomationSays};
pub use facts::{Fact, Facts, OpenTask, PastStart, Spent, Wants};
pub use grant::{AssignGrant, Grant, NoGrant, SHORTEST_REASON};
pub use in_force::{Broken, InForce, Whence};
pub use judge::{Case, Stage};
pub use judgement::{Duplicate, Finding, Grade, Judgement, Verdict};
pub use key::Key;
pub use rule::{AUTOMATIC, NONE, OnUnknown, Policy, Rule, Says, Words};
pub use stop::{Evidence, Mode, Ruling, StopSays, Watch};
