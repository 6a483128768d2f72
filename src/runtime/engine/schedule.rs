//! When each source is due. Pure: time is handed in.
//!
//! ```text
//! idle ──due──> flying ──done──> idle (due in `every`, or after the back-off)
//!                  └─poke─> flying + again ──done──> due at once
//! ```
//!
//! One fetch in flight per source; a wish while it flies sets one "again" bit. A deadline that was missed is not made up
//! for: the next one counts from the answer. What is due says so and waits to be launched: whether there is room and
//! money for it is decided elsewhere (see `purse` and `turns`).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::Source;

/// So much later than told is nothing to whoever waits, and enough for many consoles not to come back as one.
const LATE_MOST: Duration = Duration::from_secs(10);
/// No try is farther away than the window of the service's limit is long.
const LONGEST: Duration = Duration::from_hours(1);

#[derive(Clone, Debug, Default)]
struct Slot {
    /// Tells its waits from those of other sources, and of other consoles.
    own: u64,
    /// How often it was asked.
    asked: u64,
    due: Option<Tick>,
    /// `None`: asked once, then only when poked.
    every: Option<Duration>,
    /// When the last answer came, good or bad.
    landed: Option<Tick>,
    flying: bool,
    again: bool,
    /// Who wanted it asked before its time.
    poked: Option<Poke>,
    generation: u64,
    failures: u32,
    setback: Option<Setback>,
}

/// Why the last fetch failed, as far as the next try goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The service itself named the time of the next try.
    Held,
    /// The way to the service is broken, for everybody.
    Line,
    /// Nothing was sent, because of others' failures: it says nothing of this source, and any answer ends it.
    HeldBack,
    Other,
}

/// All sources with their deadlines.
#[derive(Debug)]
pub struct Schedule {
    slots: HashMap<Source, Slot>,
    /// Counted over all sources, so that one that was forgotten and is wanted again never looks older than it was.
    generation: u64,
    /// Everything is this much slower: nobody looks.
    slower: u32,
    /// Tells this console's waits from another's.
    apart: u64,
}

/// A fetch to be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub source: Source,
    pub generation: u64,
}

/// A source that is due and not in flight.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    pub source: Source,
    pub poked: Option<Poke>,
    /// How long it has been due.
    pub late: Duration,
    /// The pace it is asked at.
    pub every: Option<Duration>,
}

/// Who wants a source asked before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Poke {
    /// It is time, without hurry. A source in a back-off stays there.
    Time,
    /// Other news say that it moved. A source in a back-off stays there.
    News,
    /// The operator: a back-off is cut short, and it goes first.
    Operator,
}

impl Schedule {
    /// Two that are `apart` by another number do not fall into step.
    pub fn new(apart: u64) -> Self {
        Self { slots: HashMap::new(), generation: 0, slower: 1, apart }
    }

    /// What is known of a source, and where it is new, this.
    fn slot(&mut self, source: Source, new: Slot) -> &mut Slot {
        let apart = self.apart;
        self.slots.entry(source).or_insert_with_key(|source| Slot { own: own(apart, source), ..new })
    }

    /// Asks for a source: new ones are due at once, known ones keep their deadline unless the new pace is faster.
    pub fn want(&mut self, source: Source, every: Option<Duration>, now: Tick) {
        let slower = self.slower;
        let slot = self.slot(source, Slot { due: Some(now), ..Slot::default() });
        slot.every = every;
        slot.sooner(now, slower);
    }

    /// Asks for a source once, after a while.
    pub fn want_in(&mut self, source: Source, within: Duration, now: Tick) {
        self.slot(source, Slot { due: Some(now + within), ..Slot::default() });
    }

    /// Asks again and again for a source that was forgotten and was read at that time: its pace counts from then.
    pub fn want_again(&mut self, source: Source, every: Duration, read_at: Option<Tick>, now: Tick) {
        self.slot(source.clone(), Slot { landed: read_at, ..Slot::default() });
        self.want(source, Some(every), now);
    }

    /// Nobody wants a source any more. An answer still in flight is taken in, and is the last.
    pub fn leave(&mut self, source: &Source) {
        match self.slots.get_mut(source) {
            Some(slot) if slot.flying => (slot.every, slot.again) = (None, false),
            _ => self.drop(source),
        }
    }

    /// The sources of this kind.
    pub fn known(&self, is: impl Fn(&Source) -> bool) -> Vec<Source> {
        self.slots.keys().filter(|source| is(source)).cloned().collect()
    }

    /// Forgets a source. An answer still in flight is dropped.
    pub fn drop(&mut self, source: &Source) {
        self.slots.remove(source);
    }

    pub fn retain(&mut self, keep: impl Fn(&Source) -> bool) {
        self.slots.retain(|source, _| keep(source));
    }

    /// Is this the fetch the source is waiting for?
    pub fn expects(&self, due: &Due) -> bool {
        self.slots.get(&due.source).is_some_and(|slot| slot.flying && slot.generation == due.generation)
    }

    pub fn knows(&self, source: &Source) -> bool {
        self.slots.contains_key(source)
    }

    /// It knows a source of this kind.
    pub fn any(&self, is: impl Fn(&Source) -> bool) -> bool {
        self.slots.keys().any(is)
    }

    /// The service asked for patience, or the way to it is broken: what nobody waits for stays at home.
    pub fn is_in_trouble(&self) -> bool {
        self.slots.values().any(|slot| matches!(slot.setback, Some(Setback::Held | Setback::Line)))
    }

    /// Asked again and again, not only once.
    pub fn is_repeated(&self, source: &Source) -> bool {
        self.slots.get(source).is_some_and(|slot| slot.every.is_some())
    }

    /// It answered, and its last answer was good.
    pub fn is_sound(&self, source: &Source) -> bool {
        self.slots.get(source).is_some_and(|slot| slot.landed.is_some() && slot.failures == 0)
    }

    /// It was asked and has not answered yet.
    pub fn is_flying(&self, source: &Source) -> bool {
        self.slots.get(source).is_some_and(|slot| slot.flying)
    }

    /// As soon as possible.
    pub fn poke(&mut self, source: &Source, now: Tick, by: Poke) {
        let Some(slot) = self.slots.get_mut(source) else { return };
        slot.poked = slot.poked.max(Some(by));
        if slot.flying {
            slot.again = true;
        } else if slot.failures == 0 || by == Poke::Operator {
            slot.due = Some(slot.due.map_or(now, |due| due.min(now)));
        }
    }

    /// Somebody waits for it now: what failed is tried again, unless the service named the time.
    pub fn retry(&mut self, source: &Source, now: Tick) {
        let failed = |slot: &Slot| slot.failures > 0 && slot.setback != Some(Setback::Held);
        if self.slots.get(source).is_some_and(failed) {
            self.poke(source, now, Poke::Operator);
        }
    }

    /// Within this time, if it would not be due anyway.
    pub fn soon(&mut self, source: &Source, within: Duration, now: Tick) {
        if let Some(slot) = self.slots.get_mut(source).filter(|slot| !slot.flying && slot.failures == 0) {
            let latest = now + within;
            slot.due = Some(slot.due.map_or(latest, |due| due.min(latest)));
        }
    }

    /// The operator wants everything asked now that is asked again and again, and what failed.
    pub fn poke_all(&mut self, now: Tick) {
        let again = |slot: &Slot| slot.every.is_some() || slot.failures > 0;
        let sources: Vec<Source> =
            self.slots.iter().filter(|(_, slot)| again(slot)).map(|(source, _)| source.clone()).collect();
        for source in sources {
            self.poke(&source, now, Poke::Operator);
        }
    }

    /// An answer came: what was held back need not wait any longer; nor, if the line works again, what failed because of it.
    fn revive(&mut self, line: bool, now: Tick) {
        let waits =
            |slot: &Slot| slot.setback == Some(Setback::HeldBack) || (line && slot.setback == Some(Setback::Line));
        for slot in self.slots.values_mut().filter(|slot| waits(slot) && !slot.flying) {
            slot.due = slot.due.map(|due| due.min(now));
        }
    }

    /// Every pace from now on so many times slower; back at full pace what is overdue by it is due at once.
    pub fn slow_down(&mut self, times: u32, now: Tick) {
        self.slower = times.max(1);
        let slower = self.slower;
        for slot in self.slots.values_mut() {
            slot.sooner(now, slower);
        }
    }

    /// So much time has passed that the clock of the deadlines did not count: the machine slept. A time the service named
    /// is kept all the same.
    pub fn slept(&mut self, gap: Duration, now: Tick) {
        for slot in self.slots.values_mut().filter(|slot| slot.setback != Some(Setback::Held)) {
            slot.due = slot.due.map(|due| due.checked_sub(gap).unwrap_or(now).max(now.min(due)));
        }
    }

    /// The next time something turns due that is not yet.
    pub fn next_after(&self, now: Tick) -> Option<Tick> {
        self.slots.values().filter(|slot| !slot.flying).filter_map(|slot| slot.due).filter(|due| *due > now).min()
    }

    /// What is due now, in no order.
    pub fn waiting(&self, now: Tick) -> impl Iterator<Item = Waiting> + '_ {
        self.slots.iter().filter(|(_, slot)| !slot.flying).filter_map(move |(source, slot)| {
            let late = now.checked_duration_since(slot.due?)?;
            Some(Waiting { source: source.clone(), poked: slot.poked, late, every: slot.every })
        })
    }

    /// Sends a source on its way.
    pub fn launch(&mut self, source: &Source) -> Option<Due> {
        let slot = self.slots.get_mut(source)?;
        self.generation += 1;
        slot.flying = true;
        slot.asked += 1;
        slot.due = None;
        slot.poked = None;
        slot.generation = self.generation;
        Some(Due { source: source.clone(), generation: slot.generation })
    }

    /// A good answer: back to the source's own pace. Returns the wait until the next fetch, if one is planned.
    pub fn succeeded(&mut self, source: &Source, now: Tick) -> Option<Duration> {
        let slower = self.slower;
        let slot = self.slots.get_mut(source)?;
        slot.failures = 0;
        let before = slot.setback.take();
        let wait = slot.every.map(|every| slot.early(every * slower));
        let wait = slot.land(now, wait);
        self.revive(before == Some(Setback::Line), now);
        wait
    }

    /// A failure: `wait_for` turns pace and failures in a row into a wait.
    pub fn failed(
        &mut self,
        source: &Source,
        now: Tick,
        setback: Setback,
        wait_for: impl Fn(Duration, u32) -> Duration,
    ) -> Option<Duration> {
        let slot = self.slots.get_mut(source)?;
        slot.failures = if setback == Setback::HeldBack { slot.failures.max(1) } else { slot.failures + 1 };
        slot.again = false;
        slot.setback = Some(setback);
        let wait = wait_for(slot.every.unwrap_or(Duration::from_secs(10)), slot.failures);
        let wait = slot.late(wait);
        slot.land(now, Some(wait))
    }
}

impl Slot {
    /// Not later than its pace says, counted from the last answer.
    fn sooner(&mut self, now: Tick, slower: u32) {
        let Some(every) = self.every.filter(|_| !self.flying && self.failures == 0) else { return };
        let by_pace = self.landed.map_or(now, |landed| landed + self.early(every * slower)).max(now);
        self.due = Some(self.due.map_or(by_pace, |due| due.min(by_pace)));
    }

    fn land(&mut self, now: Tick, wait: Option<Duration>) -> Option<Duration> {
        self.flying = false;
        self.landed = Some(now);
        let wait = if std::mem::take(&mut self.again) { Some(Duration::ZERO) } else { wait };
        self.due = wait.map(|wait| now + wait);
        wait
    }

    /// A twentieth to three twentieths earlier, so that many consoles and many sources do not fall into step, and that what
    /// is on the screen, after the answer's own way, is no older than its pace says.
    fn early(&self, wait: Duration) -> Duration {
        wait.mul_f64(0.95 - self.share() / 10.0)
    }

    /// Up to a tenth later, but by no more than a few seconds and never past an hour: a wait the service asked for is
    /// neither cut nor stretched.
    fn late(&self, wait: Duration) -> Duration {
        let most = (wait / 10).min(LATE_MOST).min(LONGEST.saturating_sub(wait));
        wait + most.mul_f64(self.share())
    }

    /// 0 to 1, another each time it is asked. It hangs on nothing that other sources do: which of two answers is the first
    /// decides nothing later on, and what was seen once can be seen again.
    fn share(&self) -> f64 {
        let mixed = self.own.wrapping_add(self.asked.wrapping_mul(0x9E37_79B9_7F4A_7C15)) >> 48;
        f64::from(u16::try_from(mixed).unwrap_or(0)) / 65_535.0
    }
}

fn own(apart: u64, source: &Source) -> u64 {
    let mut hasher = DefaultHasher::new();
    (apart, source).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TaskId;

    const PACE: Option<Duration> = Some(Duration::from_secs(10));

    fn secs(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    fn waits(schedule: &Schedule, source: &Source, now: Tick) -> bool {
        schedule.waiting(now).any(|waiting| waiting.source == *source)
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_in_flight_is_not_asked_again_but_remembers_one_wish() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        schedule.want(Source::Viewer, PACE, now);
        let due = schedule.launch(&Source::Viewer).unwrap();
        assert!(schedule.expects(&due));
        schedule.poke(&Source::Viewer, now, Poke::News);
        schedule.poke(&Source::Viewer, now, Poke::News);
        assert!(!waits(&schedule, &Source::Viewer, now));
        assert_eq!(schedule.succeeded(&Source::Viewer, now), Some(Duration::ZERO));
        assert!(!schedule.expects(&due) && waits(&schedule, &Source::Viewer, now));
        schedule.launch(&Source::Viewer);
        let wait = schedule.succeeded(&Source::Viewer, now).unwrap();
        assert!(wait >= Duration::from_millis(8_500) && wait <= Duration::from_millis(9_500), "{wait:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_was_told_is_neither_cut_nor_stretched_and_none_is_longer_than_an_hour() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        let mut spread = std::collections::HashSet::new();
        for told in [1, 30, 60, 900, 3595, 3600] {
            for _ in 0..200 {
                schedule.launch(&Source::Pulls);
                let wait = schedule.failed(&Source::Pulls, now, Setback::Held, |_, _| secs(told)).unwrap();
                assert!(wait >= secs(told) && wait <= secs(3600), "{told}: {wait:?}");
                assert!(wait <= secs(told) + secs(10).min(secs(told) / 10), "{told}: {wait:?}");
                spread.insert(wait);
            }
        }
        assert!(spread.len() > 800, "many consoles do not come back as one: {}", spread.len());
    }

    #[tokio::test(start_paused = true)]
    async fn two_consoles_wait_differently_and_each_source_the_same_whatever_else_is_asked() {
        let now = Tick::now();
        let waits = |apart, between: usize| {
            let mut schedule = Schedule::new(apart);
            schedule.want(Source::Pulls, PACE, now);
            schedule.want(Source::Viewer, PACE, now);
            let wait = |_| {
                for _ in 0..between {
                    schedule.launch(&Source::Viewer);
                    schedule.succeeded(&Source::Viewer, now);
                }
                schedule.launch(&Source::Pulls);
                schedule.succeeded(&Source::Pulls, now).unwrap()
            };
            (0..100).map(wait).collect::<Vec<_>>()
        };
        assert_eq!(waits(1, 0), waits(1, 3));
        let apart = waits(1, 0).into_iter().zip(waits(2, 0)).filter(|(one, other)| one != other).count();
        assert!(apart > 90, "{apart}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_missed_deadline_is_not_made_up_for() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        schedule.launch(&Source::Pulls);
        let late = now + secs(95);
        schedule.succeeded(&Source::Pulls, late);
        assert!(schedule.next_after(late).unwrap() >= late + Duration::from_millis(8_500));
    }

    #[tokio::test(start_paused = true)]
    async fn a_back_off_is_not_cut_short_by_news_but_by_the_operator() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        schedule.launch(&Source::Pulls);
        schedule.failed(&Source::Pulls, now, Setback::Other, |_, _| secs(60));
        schedule.poke(&Source::Pulls, now, Poke::News);
        schedule.soon(&Source::Pulls, secs(1), now);
        schedule.want(Source::Pulls, PACE, now);
        assert!(!waits(&schedule, &Source::Pulls, now + secs(59)));
        schedule.poke_all(now);
        assert!(
            schedule.waiting(now).all(|waiting| waiting.poked == Some(Poke::Operator))
                && waits(&schedule, &Source::Pulls, now)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_line_works_again_only_what_failed_because_of_it_is_tried_at_once() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        let failing = [
            (Source::Viewer, Setback::Line),
            (Source::Pulls, Setback::Line),
            (Source::OwnTasks, Setback::Held),
            (Source::People, Setback::Other),
        ];
        for (source, setback) in failing {
            schedule.want(source.clone(), PACE, now);
            schedule.launch(&source);
            schedule.failed(&source, now, setback, |_, _| secs(600));
        }
        schedule.launch(&Source::Viewer);
        schedule.succeeded(&Source::Viewer, now);
        assert!(waits(&schedule, &Source::Pulls, now));
        for source in [Source::OwnTasks, Source::People] {
            assert!(!waits(&schedule, &source, now + secs(599)), "{source:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_held_back_for_others_failures_waits_as_told_counts_as_no_failure_and_goes_at_any_answer() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        for source in [Source::Viewer, Source::Pulls] {
            schedule.want(source, PACE, now);
        }
        for _ in 0..10 {
            schedule.launch(&Source::Pulls);
            let wait = schedule.failed(&Source::Pulls, now, Setback::HeldBack, |_, n| {
                assert_eq!(n, 1, "nothing was sent");
                secs(60)
            });
            assert!(wait.is_some_and(|wait| wait >= secs(60)));
        }
        assert!(!waits(&schedule, &Source::Pulls, now + secs(59)));
        schedule.launch(&Source::Viewer);
        schedule.succeeded(&Source::Viewer, now);
        assert!(waits(&schedule, &Source::Pulls, now));
    }

    #[tokio::test(start_paused = true)]
    async fn one_time_sources_rest_after_their_answer_and_a_refresh_leaves_them_alone() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        let first = Source::Task(TaskId::new("t0"));
        schedule.want(first.clone(), None, now);
        schedule.launch(&first);
        assert_eq!(schedule.succeeded(&first, now), None);
        schedule.poke_all(now);
        assert!(!waits(&schedule, &first, now + secs(9999)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_wanted_again_is_never_taken_for_an_older_answer() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        let before = schedule.launch(&Source::Pulls).unwrap();
        schedule.drop(&Source::Pulls);
        schedule.want(Source::Pulls, PACE, now);
        let after = schedule.launch(&Source::Pulls).unwrap();
        assert!(after.generation > before.generation && !schedule.expects(&before));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_looking_slows_everything_and_a_look_makes_the_overdue_due_once() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        schedule.want(Source::Pulls, PACE, now);
        schedule.slow_down(6, now);
        schedule.launch(&Source::Pulls);
        let wait = schedule.succeeded(&Source::Pulls, now).unwrap();
        assert!(wait > secs(50), "{wait:?}");
        schedule.slow_down(1, now + secs(20));
        assert!(waits(&schedule, &Source::Pulls, now + secs(20)));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_sleep_of_the_machine_what_is_overdue_is_due_and_nothing_earlier_than_now() {
        let mut schedule = Schedule::new(0);
        let now = Tick::now();
        for (source, setback) in [(Source::Pulls, Setback::Line), (Source::OwnTasks, Setback::Held)] {
            schedule.want(source.clone(), Some(secs(300)), now);
            schedule.launch(&source);
            schedule.failed(&source, now, setback, |_, _| secs(300));
        }
        schedule.slept(secs(3600), now);
        let late: Vec<_> = schedule.waiting(now).map(|waiting| (waiting.source, waiting.late)).collect();
        assert_eq!(late, [(Source::Pulls, Duration::ZERO)]);
        assert!(waits(&schedule, &Source::OwnTasks, now + secs(330)));
    }
}
