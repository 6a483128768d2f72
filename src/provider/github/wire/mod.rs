//! GitHub's JSON as types, read with a lenient eye, and their conversion to the domain.
//!
//! Every field the contract does not require is optional, a field of the wrong type counts as missing, lists are read
//! item by item, unknown words are kept. Not here: what was asked (`endpoints`) and how it came (`http`).

pub(super) mod agent_job;
pub(super) mod artifact;
pub(super) mod automation;
pub(super) mod changed_file;
pub(super) mod cloud_session;
pub(super) mod convert;
pub(super) mod found_run;
pub(super) mod front_matter;
pub(super) mod ids;
pub(super) mod issue;
pub(super) mod lenient;
pub(super) mod link;
pub(super) mod node_id;
pub(super) mod person;
pub(super) mod pull;
pub(super) mod pull_convert;
pub(super) mod rest_pull;
pub(super) mod review;
pub(super) mod run;
pub(super) mod service;
pub(super) mod session;
pub(super) mod task;
pub(super) mod timeline;
