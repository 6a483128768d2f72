//! Arguments, and the verbs that need no screen.
//!
//! [`parse`] turns arguments into a [`Command`], which is data: the caller carries it out. What is printed goes through
//! [`output`] and [`voice`], what is returned to the shell is an [`Exit`].
//!
//! ```text
//! arguments ──parse──> Command ─┬─ Config ──> config_verbs ──> text + Exit
//!                               ├─ Policy ──> policy_verbs ──> text + Exit
//!                               ├─ Template > template ──────> text + Exit
//!                               ├─ Ledger ──> ledger_verbs ──> text + Exit
//!                               ├─ Headless > verb over a Desk: the ports, the voice, the ids
//!                               ├─ Look ────> runtime/look, and tables of fields and columns
//!                               ├─ Say ─────> text
//!                               └─ Console, Open, Demo, Record, Replay, Cache, Doctor ──> runtime
//! ```

pub mod args;
pub mod assign;
pub mod automation;
pub mod cache;
pub mod cancel;
pub mod complete;
pub mod config_verbs;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod exit;
pub mod follow_up;
pub mod help;
pub mod here;
pub mod ledger_verbs;
pub mod look;
pub mod man;
pub mod origin;
pub mod output;
pub mod policy_verbs;
pub mod record;
pub mod retry;
pub mod span;
pub mod start;
pub mod template;
pub mod verb;
pub mod voice;
pub mod wait;
pub mod which;

pub use args::{Command, Options, Refusal, parse};
pub use cache::CacheVerb;
pub use config_verbs::ConfigVerb;
pub use demo::Demo;
pub use desk::Desk;
pub use doctor::Doctor;
pub use exit::Exit;
pub use ledger_verbs::LedgerVerb;
pub use look::LookVerb;
pub use policy_verbs::{Explain, PolicyVerb};
pub use record::{Record, Replay};
pub use template::TemplateVerb;
pub use verb::HeadlessVerb;
