//! What the service offers to build an automation from, and what it says to a run that was asked for.

use serde_json::Value;

use super::item::Automation;
use crate::text::Untrusted;

/// A list of automations. That there are none and that the service has no such thing here are two answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Listed {
    Here {
        automations: Vec<Automation>,
        /// Entries that could not be read at all; the others are still here.
        unreadable: u32,
        /// There are more than were read.
        more: bool,
    },
    /// Automations are not available to this account or in this repository.
    NotHere,
}

impl Listed {
    pub fn automations(&self) -> &[Automation] {
        match self {
            Self::Here { automations, .. } => automations,
            Self::NotHere => &[],
        }
    }
}

/// The service took the wish to run it. It is not a task: whether one comes of it is to be looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accepted {
    /// Whatever it said, for a person who wants to see it.
    pub said: Option<Value>,
}

/// A choice of the service that may be there or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Offered<T> {
    Here(Vec<T>),
    NotHere,
}

/// Source: `…/automations/available-tools`. Addresses of servers are never kept: they may hold credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolGroup {
    pub id: Untrusted,
    pub title: Option<Untrusted>,
    pub tools: Vec<OfferedTool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedTool {
    pub id: Untrusted,
    pub title: Option<Untrusted>,
    pub description: Option<Untrusted>,
    /// It can change things. `None`: the service did not say.
    pub writes: Option<bool>,
}

/// Source: `…/automations/available-triggers`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedTrigger {
    pub id: Untrusted,
    pub title: Option<Untrusted>,
    pub description: Option<Untrusted>,
    pub fields: Vec<OfferedField>,
    pub can_run_now: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedField {
    pub id: Untrusted,
    pub label: Option<Untrusted>,
    /// `string`, `string_array`, `integer`, or a word this program does not know.
    pub kind: Untrusted,
    pub required: bool,
    pub options: Vec<Untrusted>,
    pub description: Option<Untrusted>,
}
