//! Names that came with tasks: what a query is completed with, and how wide their columns are. They are not forgotten
//! with the task they came with.

use crate::domain::{State, Task};
use crate::text::{Untrusted, width};

/// More of one kind are nobody's list to choose from.
const MOST: usize = 2000;

#[derive(Debug, Default)]
pub struct Seen {
    pub logins: Names,
    pub agents: Names,
    pub models: Names,
    /// States this program has no word for.
    pub states: Names,
    /// Ids of the rules logs are diagnosed by.
    pub rules: Names,
}

/// Names of one kind, in their order.
#[derive(Debug, Default)]
pub struct Names {
    all: Vec<Untrusted>,
    widest: usize,
}

impl Names {
    pub fn all(&self) -> &[Untrusted] {
        &self.all
    }

    /// Columns of the widest.
    pub fn widest(&self) -> usize {
        self.widest
    }

    pub fn add(&mut self, name: &Untrusted) {
        if name.is_empty() || self.all.len() >= MOST {
            return;
        }
        if let Err(place) = self.all.binary_search(name) {
            self.all.insert(place, name.clone());
            self.widest = self.widest.max(width::width(&name.show_line()));
        }
    }
}

impl Seen {
    pub fn task(&mut self, task: &Task) {
        if let Some(login) = task.creator.as_ref().and_then(|person| person.login.as_ref()) {
            self.logins.add(login);
        }
        if let Some(agent) = &task.custom_agent {
            self.agents.add(agent);
        }
        if let State::Unknown(state) = &task.state {
            self.states.add(state);
        }
        for model in task.sessions.iter().flatten().filter_map(crate::domain::Session::model_name) {
            self.models.add(&model);
        }
    }
}
