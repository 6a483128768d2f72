//! The groups the tasks fall into. Each has a number that its tasks carry, so that listing them opens no task.

use std::collections::HashMap;

use crate::domain::Group;

#[derive(Debug, Default)]
pub struct Groups {
    /// What they are made by; `None`: there are none.
    pub by: Option<Group>,
    names: Vec<GroupName>,
    numbers: HashMap<GroupName, u32>,
}

/// In the order in which groups stand below each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName {
    pub rank: u64,
    pub title: Box<str>,
}

impl Groups {
    pub fn new(by: Option<Group>) -> Self {
        Self { by, ..Self::default() }
    }

    /// The number of a group, a new one where it has none.
    pub fn number(&mut self, name: GroupName) -> u32 {
        *self.numbers.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// All there ever were, by their numbers; some may have no task any more.
    pub fn names(&self) -> &[GroupName] {
        &self.names
    }
}
