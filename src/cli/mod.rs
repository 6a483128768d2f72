//! Arguments, and the verbs that need no screen.
//!
//! [`parse`] turns arguments into a [`Command`], which is data: the caller carries it out. What is printed goes through
//! [`output`], what is returned to the shell is an [`Exit`].
//!
//! ```text
//! arguments ──parse──> Command ─┬─ Config ──> config_verbs ──> text + Exit
//!                               ├─ Policy ──> policy_verbs ──> text + Exit
//!                               ├─ Template > template ──────> text + Exit
//!                               ├─ Ledger ──> ledger_verbs ──> text + Exit
//!                               ├─ Say ─────> text
//!                               └─ Console, Open, Demo, Cache, Doctor ──> runtime
//! ```

pub mod args;
pub mod config_verbs;
pub mod doctor;
pub mod exit;
pub mod ledger_verbs;
pub mod origin;
pub mod output;
pub mod policy_verbs;
pub mod template;

pub use args::{CacheVerb, Command, ConfigVerb, Demo, Explain, Options, PolicyVerb, Refusal, TemplateVerb, parse};
pub use doctor::Doctor;
pub use exit::Exit;
pub use ledger_verbs::LedgerVerb;
