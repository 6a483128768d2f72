//! What can be done here: this machine's part (files and who may read them, ledger, policy, terminal) and the service's
//! (`ops::capabilities`), told row by row. Looks only: nothing is made, mended or written.

mod files;
mod run;
mod terminal;

pub use files::Here;
pub use run::{About, Local, examine, into_console};
pub use terminal::Env;
