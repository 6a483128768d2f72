//! An automation: what people set, in the service's own words, and what its runs are like.
//!
//! ```text
//! found or POST ──> on ⇄ off (people, or the service with a reason) ──DELETE──> gone; its tasks stay
//!                    └── something it waits for ──> a task   (automations.rs)
//! ```
//! It does not know when it fires: that is worked out over the whole world.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::clock::Tick;
use super::schedule::{Period, Schedule, TRIGGERS};

/// The trigger that waits for other automations.
pub const CHAIN: &str = "automation";

#[derive(Clone, Debug)]
pub struct Automation {
    pub id: String,
    pub repo: usize,
    pub creator: i64,
    pub created: Tick,
    pub updated: Tick,
    /// What people set. Keys the service does not know stay here as they came.
    pub set: Map<String, Value>,
    /// Why and when the service switched it off.
    pub switched_off: Option<(String, Tick)>,
    pub revision: u64,
    pub deleted: bool,
    pub run: RunPlan,
    /// Tasks it has started, and runs people asked for.
    pub started: u64,
    pub asked: u64,
}

/// What its runs are like.
#[derive(Clone, Debug, Default)]
pub struct RunPlan {
    /// `None`: one of those for tasks people start.
    pub script: Option<String>,
    pub pull: bool,
    pub agent: Option<String>,
    pub pace: f64,
    pub turns: Option<usize>,
    /// These take turns.
    pub ends: Vec<String>,
    pub fills: Vec<BTreeMap<String, String>>,
    /// What becomes of its pull requests: merged, closed, open.
    pub fates: Vec<String>,
    pub reviewers: Vec<i64>,
    /// Which runs asked for by people are accepted and never appear.
    pub lost: Vec<u64>,
}

impl Automation {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.set.get(key).and_then(Value::as_str)
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.set.get(key).and_then(Value::as_bool)
    }

    /// Off when anything says so.
    pub fn is_on(&self) -> bool {
        !self.deleted
            && self.switched_off.is_none()
            && self.flag("enabled") != Some(false)
            && self.flag("disabled") != Some(true)
    }

    pub fn triggers(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.set
            .get("triggers")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(id, config)| (id.as_str(), config))
    }

    pub fn trigger(&self, id: &str) -> Option<&Value> {
        self.triggers().find(|(name, _)| *name == id).map(|(_, config)| config)
    }

    pub fn schedules(&self) -> impl Iterator<Item = Schedule> {
        let of_time = self.triggers().filter(|(id, _)| TRIGGERS.contains(id));
        of_time.filter_map(|(_, config)| Schedule::read(config))
    }

    /// The most it may spend, in billionths of a credit.
    pub fn limits(&self) -> Vec<(Period, i64)> {
        let listed = self.set.get("usage_limits").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let limit = |entry: &Value| {
            Some((Period::read(entry.get("period")?.as_str()?)?, entry.get("limit").and_then(Value::as_i64)?))
        };
        listed.iter().filter_map(limit).collect()
    }

    /// The name of its present form: another after each change.
    pub fn revision_id(&self) -> String {
        format!("{}-r{}", self.id.get(..8).unwrap_or_default(), self.revision)
    }

    /// One of a list that takes turns.
    pub fn turn<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        let at = self.started.checked_rem(of.len() as u64)?;
        of.get(usize::try_from(at).ok()?)
    }
}

/// The words of a list in a trigger's settings.
pub fn words<'a>(config: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    config.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
