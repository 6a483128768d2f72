//! Does the demo keep the contract? Every endpoint is asked over real sockets, every documented answer is checked against
//! GitHub's `OpenAPI` description, at many moments of the world's life.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod actions;
mod agent_tasks;
mod automations;
mod automations_life;
mod client;
mod conformity;
mod copilot_api;
mod faults;
mod graphql;
mod issues;
mod life;
mod openapi;
mod people_and_repos;
mod pulls;
mod reviewing;
mod rights;
mod rules;
mod stage;
mod stand;
