//! What is kept of a task list between two readings: how far it was read, what is missing, what asking costs, how quiet
//! it is.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;

use super::sweep::{Depth, Found, Miss, Swept};
use crate::domain::{Instant, TaskId};
use crate::provider::port::Validator;
use crate::runtime::cache::Mark;

/// A list longer than a page is taken for this long until it was read.
const UNKNOWN_PAGES: f64 = 10.0;
/// A task is gone when whole sweeps have missed it for so many points: two that surely did, or more that perhaps did.
const GONE: u8 = 4;
/// That a short list was read whole once more is written down once in this time.
const KEPT_STEP: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Debug)]
pub struct ListState {
    pub validator: Option<Validator>,
    /// The newest touch when the last complete sweep began.
    pub newest: Option<Instant>,
    pub whole_at: Option<Tick>,
    first_at: Option<Tick>,
    /// Everything up to `newest` was told: it was read to its end once, and without a gap since.
    complete: bool,
    /// The mark that was kept last.
    kept: Option<Mark>,
    misses: HashMap<TaskId, u8>,
    /// The service has proved before that nothing changed: asking costs next to nothing. Having given a validator is no
    /// proof yet.
    pub proven: bool,
    /// What asking cost of late, in requests.
    cost: f64,
    /// Pages of the last whole sweep.
    pages: Option<u16>,
    pub calm: Calm,
}

impl Default for ListState {
    fn default() -> Self {
        Self {
            validator: None,
            newest: None,
            whole_at: None,
            first_at: None,
            complete: false,
            kept: None,
            misses: HashMap::new(),
            proven: false,
            cost: 1.0,
            pages: None,
            calm: Calm::default(),
        }
    }
}

/// What is to be written of a list that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It was read from end to end.
    Whole(Mark),
    /// It was read on, up to this touch.
    Further(Instant),
}

impl ListState {
    /// Goes on from what an earlier run kept: what is new since then is all that has to be read. `age`: how long ago the
    /// whole list was read; after `wholes` it is read so again.
    pub fn resume(&mut self, mark: Mark, age: Option<Duration>, wholes: Duration, now: Tick) {
        self.newest = Some(mark.newest);
        self.whole_at = age.filter(|age| *age < wholes).and_then(|age| now.checked_sub(age));
        self.pages = Some(mark.pages);
        self.complete = true;
        self.kept = Some(mark);
    }

    /// It has answered in this run.
    pub fn is_read(&self) -> bool {
        self.first_at.is_some()
    }

    /// Everything up to the newest was told.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// What is to be written down of the answer of this moment, if anything. Where a list was not read as far as it should
    /// have been, the mark stays where it was.
    pub fn keep(&mut self, at: Instant, now: Tick) -> Option<Kept> {
        let newest = self.newest.filter(|_| self.complete)?;
        let before = self.kept.as_mut();
        if self.whole_at != Some(now) {
            let before = before.filter(|before| before.newest < newest)?;
            before.newest = newest;
            return Some(Kept::Further(newest));
        }
        // What was missed is looked for again at once.
        let whole_at = Some(at).filter(|_| self.misses.is_empty());
        let is_recent = |before: Instant| whole_at.is_some_and(|at| (at - before).abs() < KEPT_STEP);
        if before.is_some_and(|before| before.newest == newest && before.whole_at.is_some_and(is_recent)) {
            return None;
        }
        let mark = Mark { newest, whole_at, pages: self.pages.unwrap_or(1) };
        self.kept = Some(mark);
        Some(Kept::Whole(mark))
    }

    /// How far to read now: the newest page first, then the whole list, then what is new, and the whole list again every
    /// `wholes` (`None`: it is of no use at all) or to see whether what was missed is missed again.
    pub fn depth(&self, wholes: Option<Duration>, now: Tick) -> Depth {
        let due = |every| self.whole_at.is_none_or(|at| now - at >= every) || !self.misses.is_empty();
        if self.first_at.is_some() && wholes.is_some_and(due) { Depth::Whole } else { Depth::News(self.newest) }
    }

    /// The whole list should have been read so long ago that it may cost more than there is money for just now.
    pub fn is_neglected(&self, wholes: Duration, now: Tick) -> bool {
        self.whole_at.or(self.first_at).is_some_and(|at| now - at >= wholes * 2)
    }

    /// What reading that far will probably cost.
    pub fn need(&self, depth: Depth) -> f64 {
        if depth == Depth::Whole { self.pages.map_or(UNKNOWN_PAGES, f64::from) } else { self.cost }
    }

    fn is_tagged(&self) -> bool {
        self.validator.as_ref().is_some_and(|validator| validator.tag().is_some())
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
                // An answer that was the same costs what another one does.
                self.proven = self.is_tagged();
                let cost = if self.proven { unchanged } else { 1.0 };
                self.cost = 0.7 * self.cost + 0.3 * cost;
                return Vec::new();
            }
            Found::Some(swept) => swept,
        };
        self.first_at.get_or_insert(now);
        let pages = u16::try_from(swept.spans.len()).unwrap_or(u16::MAX).max(1);
        if swept.cut.is_some() {
            return Vec::new();
        }
        if asked == Depth::Whole || swept.whole {
            // Also where it has no end: the next try is as far away as after a good one.
            self.whole_at = Some(now);
            self.pages = Some(pages);
        } else {
            self.cost = 0.7 * self.cost + 0.3 * f64::from(pages);
        }
        self.complete = (self.complete && swept.reached || swept.whole) && swept.unreadable == 0;
        self.validator.clone_from(&swept.validator);
        self.proven &= self.is_tagged();
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
