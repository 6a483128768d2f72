//! Automations: what starts cloud-agent tasks by itself, on a schedule or when something happens in a repository.
//!
//! Values and rules only: what one is and says ([`Automation`], [`Definition`]), when it will run ([`schedule`],
//! [`calendar`]), what came of its runs ([`track`]), what should be pointed out ([`concern`]), and what somebody wants
//! done to one ([`AutomationOrder`]). What the policy says of them is in [`policy`](crate::domain::policy).
//!
//! ```text
//! list (no prompt) ──> Automation ──one more GET──> Automation with Detail ──> Definition ──edited──> patch
//! ```

pub mod calendar;
mod change;
pub mod concern;
mod definition;
pub mod file;
mod item;
pub mod listing;
mod offer;
mod order;
pub mod plan;
pub mod query;
pub mod schedule;
pub mod track;
mod trigger;
mod words;

pub use calendar::{Busy, Coming, Load};
pub use concern::{Concern, Known, Surroundings};
pub use definition::{Change, Definition, FIELDS, Fields, IMMUTABLE, NeedsValue};
pub use item::{
    Automation, AutomationRef, Detail, LimitStatus, Off, Owner, Period, Revision, Scope, Spending, Switch, UsageLimit,
    total_spending,
};
pub use listing::{Column, Group, Order, SavedView};
pub use offer::{Accepted, Listed, Offered, OfferedField, OfferedTool, OfferedTrigger, ToolGroup};
pub use order::{Act, AutomationOrder, Pinned, RunOrder};
pub use schedule::{Cadence, Schedule};
pub use track::{Outcome, Took, Track, automation_of};
pub use trigger::{Trigger, triggers_of};
pub use words::show_value;
