//! What is known of the automations of all repositories. Filled by the poller's news, and by what came of orders.
//!
//! ```text
//! list ──> known, in outline ──detail──> with prompt, limits, definition ──runs──> with its track
//!    └──no longer named, or gone──> forgotten              (each change: what is pointed out is found anew)
//! ```

pub mod calendar;
pub mod desk;
pub mod form;
mod merge;
pub mod page;
pub mod pane;
mod pointed;
pub mod rows;
mod sort;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::automation::Track;
use crate::domain::policy::InForce;
use crate::domain::{Automation, AutomationId, AutomationRef, Instant, RepoName, Task};

pub use pointed::Pointed;

#[derive(Debug, Default)]
pub struct Automations {
    /// By repository and id.
    pub known: BTreeMap<AutomationRef, Known>,
    /// What the last good answer said of each repository's list.
    pub lists: HashMap<RepoName, List>,
    /// What is asked for, under way, and came of it.
    pub desk: desk::ActDesk,
    /// The policy they are held to, once it was asked for.
    pub policy: Option<Arc<InForce>>,
    pub policy_asked: bool,
    /// Another number whenever something of them, of their lists or of what is pointed out changed.
    pub revision: u64,
    /// What is pointed out of those of which there is something.
    pointed: BTreeMap<AutomationRef, Pointed>,
    /// Something that is told of them elsewhere changed since that was last taken.
    pub changed: bool,
    /// One has another name, or is new.
    pub renamed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Automations are not available there, or not to this account.
    pub not_here: bool,
    /// Entries that could not be read.
    pub unreadable: u32,
    /// There are more than were read.
    pub more: bool,
}

/// An automation and what was read of it besides.
#[derive(Clone, Debug)]
pub struct Known {
    /// With its detail, once that was read.
    pub automation: Automation,
    /// When its detail was read.
    pub detailed_at: Option<Instant>,
    /// What its newest runs came to. `None`: not read yet.
    pub track: Option<Track>,
    /// The tasks of these runs, as that list told them: older ones are among no other tasks.
    pub runs: Vec<Task>,
    /// When its runs were read.
    pub tracked_at: Option<Instant>,
}

impl Automations {
    /// The one a task names, where it is known.
    pub fn of(&self, repo: &RepoName, id: &AutomationId) -> Option<&Known> {
        self.known.get(&AutomationRef { repo: repo.clone(), id: id.clone() })
    }
}
