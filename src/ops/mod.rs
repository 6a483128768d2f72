//! What can be done, one file each, over the provider and ledger ports. The console and the headless verbs call the same.
//!
//! Every operation that writes follows one protocol: an intent, durable in the ledger; one request, never repeated; an
//! outcome that is confirmed, rejected or unknown. An intent that cannot be recorded is not sent.

pub mod approve;
pub mod approve_run;
pub mod assign;
pub mod auto_stop;
pub mod automate;
pub mod cancel;
pub mod capabilities;
pub mod close;
pub mod comment;
pub mod context;
pub mod facts;
pub mod fan_out;
pub mod follow_up;
pub mod gate;
pub mod mark_ready;
pub mod on_pull;
pub mod reconcile;
pub mod request_review;
pub mod settle;
pub mod start;

pub use context::Context;
pub use gate::Gate;
