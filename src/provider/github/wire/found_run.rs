//! A run as a search finds it: any workflow's, so what tells them apart comes along.

use serde::Deserialize;
use serde_json::Value;

use super::ids::text;
use super::lenient::{NumberId, as_type, items, opt, opt_as};
use super::person::Login;
use super::{convert, run};
use crate::domain::{PullId, Run};
use crate::text::Untrusted;

/// A run of any workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRun {
    pub run: Run,
    /// It is work of the cloud agent.
    pub is_agent: bool,
    pub facts: RunFacts,
}

/// What a run says of itself beyond its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RunFacts {
    /// May end in `@ref`.
    #[serde(default, deserialize_with = "text")]
    pub path: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub event: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub display_title: Option<Untrusted>,
    #[serde(rename = "run_number", default, deserialize_with = "opt")]
    pub number: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub head_sha: Option<Untrusted>,
    #[serde(default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub workflow_id: Option<u64>,
    #[serde(default, deserialize_with = "opt_as::<_, NumberId, _>")]
    pub check_suite_id: Option<u64>,
    #[serde(default, deserialize_with = "opt")]
    pub actor: Option<Login>,
    /// Often empty for the agent's runs: those are found by branch.
    #[serde(rename = "pull_requests", default, deserialize_with = "items")]
    pub pulls: Vec<RunPull>,
}

/// A pull request a run belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct RunPull {
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub id: PullId,
    #[serde(deserialize_with = "as_type::<_, NumberId, _>")]
    pub number: u64,
}

impl<'de> Deserialize<'de> for FoundRun {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        let not_a_run = |_| serde::de::Error::custom("not a run");
        let facts = RunFacts::deserialize(&value).map_err(not_a_run)?;
        let run = run::Run::deserialize(value).map_err(not_a_run)?;
        Ok(Self { is_agent: convert::is_agent_run(&run), run: convert::run(run), facts })
    }
}
