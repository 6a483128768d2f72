//! What the service says of itself and of a repository's rules. Source: `/rate_limit`, `…/codeowners/errors`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::ids::text;
use super::lenient::{Time, opt, opt_as};
use crate::domain::Instant;
use crate::text::Untrusted;

/// What is left of each budget, by the service's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    by_name: Vec<(Untrusted, Allowance)>,
}

impl RateLimits {
    /// Such as `core`, `graphql`, `search`.
    pub fn of(&self, name: &str) -> Option<&Allowance> {
        self.by_name.iter().find(|(known, _)| known.raw_for_match() == name).map(|(_, allowance)| allowance)
    }

    pub fn all(&self) -> &[(Untrusted, Allowance)] {
        &self.by_name
    }
}

/// One budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Allowance {
    pub limit: u64,
    pub remaining: u64,
    #[serde(default, deserialize_with = "opt")]
    pub used: Option<u64>,
    #[serde(rename = "reset", default, deserialize_with = "opt_as::<_, Time, _>")]
    pub reset_at: Option<Instant>,
}

impl<'de> Deserialize<'de> for RateLimits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            resources: BTreeMap<String, Value>,
        }
        let readable = |(name, value): (String, Value)| Some((name.into(), Allowance::deserialize(value).ok()?));
        Ok(Self { by_name: Wire::deserialize(from)?.resources.into_iter().filter_map(readable).collect() })
    }
}

/// A line of a CODEOWNERS file that the service does not understand.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CodeownersError {
    pub line: u64,
    #[serde(default, deserialize_with = "opt")]
    pub column: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub kind: Option<Untrusted>,
    pub message: Untrusted,
    #[serde(default, deserialize_with = "text")]
    pub path: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub source: Option<Untrusted>,
    #[serde(default, deserialize_with = "text")]
    pub suggestion: Option<Untrusted>,
}
