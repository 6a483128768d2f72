//! What this machine has to say for itself: files and who may read them, ledger, policy, terminal. Looks only: nothing is
//! made, mended or written. The service's part is `ops::capabilities`.

mod files;
mod terminal;

pub use files::{Here, ledger_rows, rows};
pub use terminal::{Env, rows as terminal_rows};
