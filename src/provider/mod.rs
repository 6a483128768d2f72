//! Where tasks come from: the port, and one folder per service behind it.

pub mod github;
mod mark;
pub mod port;
pub mod tap;
pub mod webhook;

pub use mark::{Mark, Prefix};
pub use port::Provider;
pub use tap::Tap;
pub use webhook::Webhook;
