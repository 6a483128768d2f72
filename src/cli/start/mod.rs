//! `atc start`, and what everything shares that ends in a start.
//!
//! ```text
//! arguments ─ order ─┬─ --dry-run: the verdict and the exact request, nothing is sent
//!                    └─ send, one repository after the other ─ ops::start ─┬─> a row
//!                         │ on a terminal: verdicts shown, one question    └─ --wait ─> a row
//!                         └ without: the command is the confirmation; what else is needed is refused with its flag
//! ```

mod args;
mod dry;
mod once;
mod order;
mod row;
mod run;
mod send;

pub use args::{Here, How, OncePer, StartArgs, Until, With};
pub use order::{cleaned, prompt_of, read_prompt};
pub use row::fault_json;
pub use run::run;
pub use send::send;
