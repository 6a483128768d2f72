//! The REST API: one file for each family of paths. Handlers turn the world into JSON and orders into the world's acts.

mod automation_check;
mod automation_json;
mod automation_offers;
mod automations;
mod commits;
mod contents;
mod issues;
mod json;
mod meta;
mod orgs;
mod page;
mod people;
mod pull_json;
mod pull_look;
mod pulls;
mod repos;
mod route;
mod runs;
mod tasks;
mod timeline;

pub use json::node_id;
pub use meta::rate_limit;
pub use pull_json::asked_users;
pub use route::answer;
