//! A query on the command line: what the console offers for it, as whole words of a shell.

use super::walk::Candidate;
use crate::domain::automation::query as of_automations;
use crate::domain::query::{self as of_tasks, Completions};
use crate::domain::{Person, RepoName, State, Task};
use crate::text::Untrusted;

/// What this machine has seen of that which queries ask about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    pub repos: Vec<RepoName>,
    pub logins: Vec<Untrusted>,
    pub agents: Vec<Untrusted>,
    pub models: Vec<Untrusted>,
    pub branches: Vec<Untrusted>,
    /// Rules that logs are diagnosed by.
    pub rules: Vec<Untrusted>,
    /// States nobody here knew.
    pub states: Vec<Untrusted>,
}

impl Words {
    pub fn of<'a>(repos: Vec<RepoName>, people: &[Person], tasks: impl Iterator<Item = &'a Task>) -> Self {
        let mut words = Self {
            repos,
            logins: people.iter().filter_map(|person| person.login.clone()).collect(),
            ..Self::default()
        };
        for task in tasks {
            words.agents.extend(task.custom_agent.clone());
            words.models.extend(task.sessions.iter().flatten().filter_map(crate::domain::Session::model_name));
            words.branches.extend(task.head_ref().cloned());
            if let State::Unknown(word) = &task.state {
                words.states.push(word.clone());
            }
        }
        let lists = [&mut words.logins, &mut words.agents, &mut words.models, &mut words.branches, &mut words.states];
        for list in lists {
            list.sort();
            list.dedup();
        }
        words
    }

    /// What may stand in place of this word of a query of tasks.
    pub(super) fn tasks(&self, typed: &str) -> Vec<Candidate> {
        let vocabulary = of_tasks::Vocabulary {
            repos: &self.repos,
            logins: &self.logins,
            agents: &self.agents,
            // Their names are not kept on this machine.
            automations: &[],
            models: &self.models,
            branches: &self.branches,
            rules: &self.rules,
            states: &self.states,
        };
        whole(typed, of_tasks::complete(typed, typed.len(), &vocabulary))
    }

    /// The same of automations.
    pub(super) fn automations(&self, typed: &str) -> Vec<Candidate> {
        let vocabulary = of_automations::Vocabulary {
            repos: &self.repos,
            logins: &self.logins,
            models: &self.models,
            ..of_automations::Vocabulary::default()
        };
        whole(typed, of_automations::complete(typed, typed.len(), &vocabulary))
    }
}

/// A shell replaces the whole word: what stands before the place is part of each.
fn whole(typed: &str, found: Completions) -> Vec<Candidate> {
    let before = typed.get(..found.replace.start).unwrap_or_default();
    found.all.into_iter().map(|one| Candidate::new(format!("{before}{}", one.insert), one.hint)).collect()
}
