//! GitHub: HTTP, wire types, conversion, endpoints, tokens.
//!
//! ```text
//! client (the port) ─> endpoints (what is asked) ─> http (how it is sent) ─> answer ─> wire (what it means) ─> domain
//!                              token (who asks)        host (where)
//! ```

mod client;
mod endpoints;
pub mod host;
mod http;
mod repos;
pub mod token;
mod wire;

pub use client::{CopilotApi, GitHub, Options};
pub use endpoints::{AgentTools, CloudAgentConfig};
pub use host::Host;
pub use http::Limits;
pub use token::{Token, TokenKind};
