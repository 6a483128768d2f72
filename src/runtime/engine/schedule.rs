//! When each source is due. Pure: time is handed in.
//!
//! ```text
//! idle ──due──> flying ──done──> idle (due in `every`, or after the back-off)
//!                  └─poke─> flying + again ──done──> due at once
//! ```
//!
//! One fetch in flight per source; a wish while it flies sets one "again" bit. A deadline that was missed is not made up
//! for: the next one counts from the answer.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::Source;

#[derive(Clone, Debug)]
struct Slot {
    due: Option<Tick>,
    /// `None`: asked once, then only when poked.
    every: Option<Duration>,
    flying: bool,
    again: bool,
    generation: u64,
    failures: u32,
}

/// All sources with their deadlines.
#[derive(Debug, Default)]
pub struct Schedule {
    slots: HashMap<Source, Slot>,
}

/// A fetch to be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub source: Source,
    pub generation: u64,
}

impl Schedule {
    /// Asks for a source: new ones are due at once, known ones keep their deadline unless the new pace is faster.
    pub fn want(&mut self, source: Source, every: Option<Duration>, now: Tick) {
        let slot = self.slots.entry(source).or_insert(Slot {
            due: Some(now),
            every,
            flying: false,
            again: false,
            generation: 0,
            failures: 0,
        });
        slot.every = every;
        if let (Some(every), false) = (every, slot.flying) {
            let soonest = now + every;
            if slot.failures == 0 && slot.due.is_none_or(|due| due > soonest) {
                slot.due = Some(soonest);
            }
        }
    }

    /// Forgets a source. An answer still in flight is dropped by its generation.
    pub fn drop(&mut self, source: &Source) {
        self.slots.remove(source);
    }

    pub fn retain(&mut self, keep: impl Fn(&Source) -> bool) {
        self.slots.retain(|source, _| keep(source));
    }

    pub fn knows(&self, source: &Source) -> bool {
        self.slots.contains_key(source)
    }

    /// Asked again and again, not only once.
    pub fn is_repeated(&self, source: &Source) -> bool {
        self.slots.get(source).is_some_and(|slot| slot.every.is_some())
    }

    /// As soon as possible. A source in a back-off the service asked for stays there unless `even_failed`.
    pub fn poke(&mut self, source: &Source, now: Tick, even_failed: bool) {
        if let Some(slot) = self.slots.get_mut(source) {
            if slot.flying {
                slot.again = true;
            } else if slot.failures == 0 || even_failed {
                slot.due = Some(now);
            }
        }
    }

    pub fn poke_all(&mut self, now: Tick) {
        let sources: Vec<Source> = self.slots.keys().cloned().collect();
        for source in sources {
            self.poke(&source, now, true);
        }
    }

    /// The next time anything is due.
    pub fn next(&self) -> Option<Tick> {
        self.slots.values().filter(|slot| !slot.flying).filter_map(|slot| slot.due).min()
    }

    /// Takes at most `room` sources that are due, the longest overdue first.
    pub fn take(&mut self, now: Tick, room: usize) -> Vec<Due> {
        let mut due: Vec<(Tick, Source)> = self
            .slots
            .iter()
            .filter(|(_, slot)| !slot.flying)
            .filter_map(|(source, slot)| slot.due.filter(|due| *due <= now).map(|due| (due, source.clone())))
            .collect();
        due.sort_by_key(|(due, source)| (*due, rank(source)));
        due.truncate(room);
        due.into_iter()
            .filter_map(|(_, source)| {
                let slot = self.slots.get_mut(&source)?;
                slot.flying = true;
                slot.due = None;
                slot.generation += 1;
                let generation = slot.generation;
                Some(Due { source, generation })
            })
            .collect()
    }

    /// A good answer: back to the source's own pace. Returns the wait until the next fetch, if one is planned.
    pub fn succeeded(&mut self, source: &Source, now: Tick, stretch: f64) -> Option<Duration> {
        let slot = self.slots.get_mut(source)?;
        slot.failures = 0;
        let wait = slot.every.map(|every| jitter(every.mul_f64(stretch), slot.generation));
        slot.land(now, wait)
    }

    /// A failure: `wait_for` turns pace and failures in a row into a wait.
    pub fn failed(
        &mut self,
        source: &Source,
        now: Tick,
        wait_for: impl Fn(Duration, u32) -> Duration,
    ) -> Option<Duration> {
        let slot = self.slots.get_mut(source)?;
        slot.failures += 1;
        slot.again = false;
        let wait = wait_for(slot.every.unwrap_or(Duration::from_secs(10)), slot.failures);
        let generation = slot.generation;
        slot.land(now, Some(jitter(wait, generation)))
    }
}

impl Slot {
    fn land(&mut self, now: Tick, wait: Option<Duration>) -> Option<Duration> {
        self.flying = false;
        let wait = if std::mem::take(&mut self.again) { Some(Duration::ZERO) } else { wait };
        self.due = wait.map(|wait| now + wait);
        wait
    }
}

/// What goes first when several are equally due: what the operator looks at, then lists, then the rest.
fn rank(source: &Source) -> u8 {
    match source {
        Source::Viewer => 0,
        Source::Tasks(_) => 1,
        Source::Task(_) | Source::Log(_) => 2,
        Source::Run(_) => 3,
        Source::Pulls | Source::People => 4,
    }
}

/// Up to a tenth later, so that many consoles and many sources do not fall into step. Repeatable for a generation.
fn jitter(wait: Duration, generation: u64) -> Duration {
    let mixed = generation.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48;
    let share = f64::from(u16::try_from(mixed & 0xFFFF).unwrap_or(0)) / 65_535.0;
    wait.mul_f64(1.0 + share / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Option<Duration> = Some(Duration::from_secs(10));

    #[tokio::test(start_paused = true)]
    async fn a_source_in_flight_is_not_asked_again_but_remembers_one_wish() {
        let mut schedule = Schedule::default();
        let now = Tick::now();
        schedule.want(Source::Viewer, PACE, now);
        assert_eq!(schedule.take(now, 4), [Due { source: Source::Viewer, generation: 1 }]);
        schedule.poke(&Source::Viewer, now, false);
        schedule.poke(&Source::Viewer, now, false);
        assert!(schedule.take(now, 4).is_empty());
        assert_eq!(schedule.succeeded(&Source::Viewer, now, 1.0), Some(Duration::ZERO));
        assert_eq!(schedule.take(now, 4).len(), 1);
        let wait = schedule.succeeded(&Source::Viewer, now, 1.0).unwrap();
        assert!(wait >= Duration::from_secs(10) && wait <= Duration::from_secs(11));
    }

    #[tokio::test(start_paused = true)]
    async fn a_missed_deadline_is_not_made_up_for() {
        let mut schedule = Schedule::default();
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        schedule.take(now, 1);
        let late = now + Duration::from_secs(95);
        schedule.succeeded(&Source::Pulls, late, 1.0);
        assert!(schedule.next().unwrap() >= late + Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_back_off_is_not_cut_short_by_a_wish_but_by_the_operator() {
        let mut schedule = Schedule::default();
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        schedule.take(now, 1);
        schedule.failed(&Source::Pulls, now, |_, _| Duration::from_mins(1));
        schedule.poke(&Source::Pulls, now, false);
        schedule.want(Source::Pulls, PACE, now);
        assert!(schedule.take(now + Duration::from_secs(50), 1).is_empty());
        schedule.poke_all(now);
        assert_eq!(schedule.take(now, 1).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_room_flies_and_one_time_sources_rest_after_their_answer() {
        let mut schedule = Schedule::default();
        let now = Tick::now();
        for n in 0..6 {
            schedule.want(Source::Task(crate::domain::TaskId::new(format!("t{n}"))), None, now);
        }
        assert_eq!(schedule.take(now, 4).len(), 4);
        assert_eq!(schedule.take(now, 4).len(), 2);
        let first = Source::Task(crate::domain::TaskId::new("t0"));
        assert_eq!(schedule.succeeded(&first, now, 1.0), None);
        assert!(schedule.take(now + Duration::from_secs(9999), 4).is_empty());
    }
}
