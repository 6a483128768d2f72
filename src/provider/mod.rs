//! Where tasks come from: the port, and one folder per service behind it.

pub mod github;
pub mod port;
pub mod webhook;

pub use port::Provider;
pub use webhook::Webhook;
