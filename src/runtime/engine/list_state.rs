//! What is kept of a task list between two readings: how far it was read, what is missing, what asking costs, how quiet
//! it is.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::sweep::{Depth, Found, Miss, Swept};
use crate::domain::{Instant, TaskId};
use crate::provider::port::Validator;

/// A task is gone when whole sweeps have missed it for so many points: two that surely did, or more that perhaps did.
const GONE: u8 = 4;

#[derive(Clone, Debug)]
pub struct ListState {
    pub validator: Option<Validator>,
    /// The newest touch when the last complete sweep began.
    pub newest: Option<Instant>,
    pub whole_at: Option<Tick>,
    misses: HashMap<TaskId, u8>,
    /// The service has proved before that nothing changed: asking costs next to nothing. Having given a validator is no
    /// proof yet.
    pub proven: bool,
    /// What asking cost of late, in requests.
    cost: f64,
    /// Pages of the last whole sweep.
    pages: f64,
    pub calm: Calm,
}

impl Default for ListState {
    fn default() -> Self {
        Self {
            validator: None,
            newest: None,
            whole_at: None,
            misses: HashMap::new(),
            proven: false,
            cost: 1.0,
            pages: 1.0,
            calm: Calm::default(),
        }
    }
}

impl ListState {
    /// How far to read now; `wholes`: how often the whole list is due, if it is of use at all.
    pub fn depth(&self, wholes: Option<Duration>, now: Tick) -> Depth {
        let due = |every| self.whole_at.is_none_or(|at| now - at >= every) || !self.misses.is_empty();
        if wholes.is_some_and(due) { Depth::Whole } else { Depth::News(self.newest) }
    }

    /// What reading that far will probably cost.
    pub fn need(&self, depth: Depth) -> f64 {
        if depth == Depth::Whole { self.pages } else { self.cost }
    }

    /// Takes in a sweep; returns the tasks that are gone: whole sweeps no longer find them. `known`: what should have been
    /// found, each with its last known touch. `unchanged`: what a proof of sameness costs.
    pub fn absorb<'a>(
        &mut self,
        found: &Found,
        asked: Depth,
        known: impl Iterator<Item = (&'a TaskId, Instant)>,
        unchanged: f64,
        now: Tick,
    ) -> Vec<TaskId> {
        let swept = match found {
            Found::Same => {
                self.proven = true;
                self.cost = 0.7 * self.cost + 0.3 * unchanged;
                return Vec::new();
            }
            Found::Some(swept) => swept,
        };
        let pages = f64::from(u16::try_from(swept.spans.len()).unwrap_or(u16::MAX)).max(1.0);
        if asked == Depth::Whole || swept.whole {
            // Also where it was cut or has no end: the next try is as far away as after a good one.
            self.whole_at = Some(now);
            self.pages = pages;
        } else {
            self.cost = 0.7 * self.cost + 0.3 * pages;
        }
        if swept.cut.is_some() {
            return Vec::new();
        }
        self.validator.clone_from(&swept.validator);
        self.proven &= self.validator.is_some();
        self.newest = swept.newest().max(self.newest);
        for task in &swept.tasks {
            self.misses.remove(&task.at.id);
        }
        if swept.whole { self.count_misses(swept, known) } else { Vec::new() }
    }

    fn count_misses<'a>(&mut self, swept: &Swept, known: impl Iterator<Item = (&'a TaskId, Instant)>) -> Vec<TaskId> {
        let listed: std::collections::HashSet<&TaskId> = swept.tasks.iter().map(|task| &task.at.id).collect();
        let mut before = std::mem::take(&mut self.misses);
        let mut gone = Vec::new();
        for (id, touched) in known.filter(|(id, _)| !listed.contains(id)) {
            let points = before.remove(id).unwrap_or(0) + if swept.miss(touched) == Miss::Sure { 2 } else { 1 };
            if points >= GONE {
                gone.push(id.clone());
            } else {
                self.misses.insert(id.clone(), points);
            }
        }
        gone.sort();
        gone
    }
}

/// How quiet a source is: each look that brings nothing new doubles the wait before the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calm {
    looks: u32,
}

impl Calm {
    pub fn pace(self, idle: Duration, slowest: Duration) -> Duration {
        idle.saturating_mul(1 << self.looks.min(16)).min(slowest.max(idle))
    }

    pub fn nothing_new(&mut self) {
        self.looks = self.looks.saturating_add(1);
    }

    /// The first look shows that nothing has happened for long.
    pub fn long(&mut self) {
        self.looks = 2;
    }

    pub fn stir(&mut self) {
        self.looks = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_quiet_is_asked_ever_less_often_down_to_the_slowest_pace() {
        let mut calm = Calm::default();
        let (idle, slowest) = (Duration::from_mins(1), Duration::from_mins(5));
        let waits: Vec<u64> = (0..5)
            .map(|_| {
                let wait = calm.pace(idle, slowest).as_secs();
                calm.nothing_new();
                wait
            })
            .collect();
        assert_eq!(waits, [60, 120, 240, 300, 300]);
        calm.stir();
        assert_eq!(calm.pace(idle, slowest), idle);
        assert_eq!(calm.pace(idle, Duration::from_secs(2)), idle, "never faster than idle");
    }
}
