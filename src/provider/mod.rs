//! Where tasks come from: the port, and one folder per service behind it.

pub mod github;
pub mod port;

pub use port::Provider;
