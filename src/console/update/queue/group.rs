//! Which group a task falls into. What many tasks share (a name, a state, a day) is put into words once.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use chrono::NaiveDate;

use crate::console::state::queue::{GroupName, Groups};
use crate::console::state::settings::Settings;
use crate::console::state::world::{Known, World};
use crate::domain::zone::Days;
use crate::domain::{Condition, Group, Instant, RepoName, State};

/// Finds the groups of many tasks at one moment.
pub struct Grouper<'a> {
    world: &'a World,
    by: Group,
    now: Instant,
    days: Days<'a>,
    known: HashMap<Shared<'a>, u32>,
    /// Neighbours often share.
    last: Option<(Shared<'a>, u32)>,
}

/// What the tasks of a group share, as it comes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shared<'a> {
    Nothing,
    Text(&'a str),
    Repo(&'a RepoName),
    State(Discriminant<State>),
    Ours(Discriminant<Condition<'a>>),
    Day(NaiveDate),
}

impl<'a> Grouper<'a> {
    pub fn new(world: &'a World, settings: &'a Settings, by: Group, now: Instant) -> Self {
        Self { world, by, now, days: Days::new(&settings.zone), known: HashMap::new(), last: None }
    }

    /// The number of the task's group.
    pub fn of(&mut self, groups: &mut Groups, known: &'a Known) -> u32 {
        let shared = self.shared(known);
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == shared) {
            return number;
        }
        let number = self.known.get(&shared).copied().unwrap_or_else(|| {
            // Two names may read the same.
            let number = groups.number(self.name(shared, known));
            self.known.insert(shared, number);
            number
        });
        self.last = Some((shared, number));
        number
    }

    fn shared(&mut self, known: &'a Known) -> Shared<'a> {
        let task = &known.task;
        let text = |text: Option<&'a crate::text::Untrusted>| {
            text.map_or(Shared::Nothing, |text| Shared::Text(text.raw_for_match()))
        };
        match self.by {
            Group::Repo => Shared::Repo(&task.at.repo),
            Group::State => match known.condition(self.now) {
                Condition::State(State::Unknown(word)) => Shared::Text(word.raw_for_match()),
                Condition::State(state) => Shared::State(discriminant(state)),
                ours => Shared::Ours(discriminant(&ours)),
            },
            Group::Creator => text(self.world.login(task)),
            Group::Agent => text(task.custom_agent.as_ref()),
            Group::Day => Shared::Day(self.days.of(task.created_at)),
        }
    }

    fn name(&self, shared: Shared<'_>, known: &Known) -> GroupName {
        let task = &known.task;
        // Those without one come last.
        let (rank, title) = match self.by {
            Group::Repo => (0, task.at.repo.to_string()),
            Group::State => {
                let condition = known.condition(self.now);
                (condition.rank().into(), condition.word().to_string())
            }
            Group::Creator => self
                .world
                .login(task)
                .map_or((1, "creator unknown".to_owned()), |login| (0, login.show_line().to_string())),
            Group::Agent => {
                let agent = task.custom_agent.as_ref();
                agent.map_or((1, "no custom agent".to_owned()), |agent| (0, agent.show_line().to_string()))
            }
            Group::Day => match shared {
                Shared::Day(day) => {
                    let days = u64::try_from(day.signed_duration_since(NaiveDate::MIN).num_days()).unwrap_or(0);
                    (u64::MAX - days, day.format("%a %-d %b %Y").to_string())
                }
                _ => (0, String::new()),
            },
        };
        GroupName { rank, title: title.into() }
    }
}
