//! What is asked of the service: one file for each group of endpoints, each a few methods of `GitHub`.

mod agents;
mod copilot;
pub(super) mod graphql;
mod jobs;
mod people;
mod pulls;
mod runs;
mod settings;
mod tasks;

pub(super) use copilot::Copilot;
pub use settings::{AgentTools, CloudAgentConfig};
