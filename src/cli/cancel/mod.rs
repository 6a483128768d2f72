//! `atc cancel`: ask sessions to end, and with `--wait` look until they have.
//!
//! ```text
//! words ─ which tasks ─ each as it is now ─ confirmed ─ one request a second ─> a row each
//!            │              └─ ended already: a row, nothing to do          └─ --wait: when its last phase is known
//!            └─ a word that may mean several: nothing is sent to any
//! ```

mod args;
mod row;
mod run;

pub use args::CancelArgs;
pub use row::CANCEL;
pub use run::run;
