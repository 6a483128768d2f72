//! What is asked of the service: one file for each group of endpoints, each a few methods of `GitHub`.

mod agents;
mod artifacts;
mod automation_runs;
mod automations;
mod copilot;
pub(super) mod graphql;
mod issues;
mod jobs;
mod one_pull;
mod paging;
mod people;
mod pull_look;
mod pulls;
mod reviews;
mod run_orders;
mod run_search;
mod runs;
mod service;
mod sessions;
mod settings;
mod sign_in;
mod swe;
mod tasks;
mod timeline;

pub(super) use copilot::Copilot;
pub use paging::Listed;
pub(super) use pulls::Batches;
pub use run_search::{RunPage, RunQuery, RunState};
pub use sessions::{SessionPage, SessionQuery};
pub use settings::{AgentTools, CloudAgentConfig};
pub use sign_in::SignIn;
pub use swe::{AgentAccess, AgentQuery};
