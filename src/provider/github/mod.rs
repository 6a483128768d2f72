//! GitHub: HTTP, wire types, conversion, endpoints, tokens.
//!
//! ```text
//! client (the port) ─> endpoints (what is asked) ─> http (how it is sent) ─> answer ─> wire (what it means) ─> domain
//!                              token (who asks)        host (where)
//! ```

mod assignable;
mod client;
pub mod device;
pub mod docs;
mod endpoints;
pub mod host;
mod http;
mod probes;
mod repos;
pub mod token;
mod wire;

pub use client::{CopilotApi, GitHub, Options, closed};
pub use endpoints::{
    AgentAccess, AgentQuery, AgentTools, CloudAgentConfig, Listed, RunPage, RunQuery, RunState, SessionPage,
    SessionQuery, SignIn,
};
pub use host::Host;
pub use http::{Limits, Network, Roots};
pub use token::{Token, TokenKind};
pub use wire::agent_job::{AgentJob, AgentModel, JobError, JobPull, ListedAgent, ModelBilling, ModelPolicy};
pub use wire::artifact::RunArtifact;
pub use wire::cloud_session::{AgentPull, CloudSession, PullSession};
pub use wire::found_run::{FoundRun, RunFacts, RunPull};
pub use wire::person::{Login, Team};
pub use wire::rest_pull::{EndRepo, PullEnd, PullFacts, RestPull};
pub use wire::review::{CheckRun, CombinedStatus, CommitStatus, RequestedReviewers, Review, ReviewState, StatusState};
pub use wire::service::{Allowance, CodeownersError, RateLimits};
