//! `atc start`, and what everything shares that ends in a start.
//!
//! ```text
//! arguments ─ order ─┬─ --dry-run: the verdict and the exact request, nothing is sent
//!                    └─ send, a plan of one row or several ─ ops::fan_out ─┬─> a row
//!                         │ on a terminal: verdicts shown, one question    └─ --wait ─> a row
//!                         └ without: the command is the confirmation; what else is needed is refused with its flag
//! ```

mod args;
mod dry;
mod once;
mod order;
mod resume;
mod row;
mod run;
mod send;

pub use args::{Choice, Here, How, OncePer, PromptFrom, StartArgs, Until, With};
pub use dry::DRY;
pub use order::{cleaned, prompt_of, read_prompt};
pub use row::{FAULT, ROW, fault_json};
pub use run::run;
pub use send::{Rules, send};
