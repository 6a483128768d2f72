//! `atc automation …`: automations without a screen.
//!
//! ```text
//! list, view, runs, calendar, audit ─ ops/automate/gather ─> rows
//! run, enable, disable, create, edit, delete ─ look ─ order ─ verdict, request ─ confirmed? ─ ops/automate ─> a row each
//! export ─> one TOML file each ─ reviewed ─> diff, apply ─ plan ─ confirmed? ─ one step after the other ─> a row each
//! ```

mod act;
mod args;
mod audit;
mod calendar;
mod change;
mod fields;
mod files;
mod list;
mod make;
mod row;
mod runs;
mod which;

pub use args::{AutomationArgs, AutomationVerb};
pub use audit::VIOLATION;
pub use calendar::COMING;
pub use fields::AUTOMATION;
pub use files::{EXPORTED, STEP};
pub use list::run;
pub use row::ACTED;
pub use runs::RUN;
