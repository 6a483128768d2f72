//! When a request may go out: places, gaps between writes, zones closed by a limit or by a host that does not answer;
//! and the count of it all.
//!
//! ```text
//! zone: open ──limit──> closed until (monotonic clock) ──time passes──> open ──good answer──> strikes forgotten
//! ```
//! For hosts that do not answer see `breaker`. What changes something is not held back for that: somebody asked for just
//! this one, and it is never repeated.
//!
//! Waits are kept on the monotonic clock, so a wrong or jumping wall clock neither shortens nor lengthens them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::Instant as Tick;

use super::breaker::{Breaker, Fuse, Turn};
use super::limits::{self, Limit};
use super::request::Zone;
use crate::domain::Instant;
use crate::provider::port::Budget;

/// A service that asks for fewer polls is not obeyed beyond this.
const LONGEST_POLL: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub struct Gate {
    places: Semaphore,
    /// Held by the write under way; the end of the one before.
    writes: tokio::sync::Mutex<Option<Tick>>,
    state: Mutex<State>,
    fuse: Fuse,
    /// A probe of some zone came to its end.
    probed: Notify,
    /// The count in the budget moved.
    counted: Notify,
}

#[derive(Debug, Default)]
struct State {
    rest: Closed,
    graphql: Closed,
    copilot: Closed,
    budget: Budget,
    polls: HashMap<String, Tick>,
}

#[derive(Debug, Default)]
struct Closed {
    until: Option<Tick>,
    /// Limits since the last good answer.
    strikes: u32,
    breaker: Breaker,
    /// The host's last failure while it did not answer, in words.
    why: String,
}

/// Why nothing is sent, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A limit lasts.
    Limit(Duration),
    /// The host does not answer; the next probe is so far away.
    Mute(Duration),
}

impl State {
    fn zone(&mut self, zone: Zone) -> &mut Closed {
        match zone {
            Zone::Rest => &mut self.rest,
            Zone::GraphQl => &mut self.graphql,
            Zone::Copilot => &mut self.copilot,
        }
    }
}

/// A place among the requests in flight; dropping it gives it back.
#[derive(Debug)]
pub struct Place<'a> {
    gate: &'a Gate,
    zone: Zone,
    is_probe: bool,
    /// The host answered, whatever comes after.
    answered: AtomicBool,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Place<'_> {
    /// The host is there.
    pub fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
        if self.gate.state().zone(self.zone).breaker.answered() {
            tracing::info!(zone = ?self.zone, "the service answers again");
            self.gate.probed.notify_waiters();
        }
    }

    /// The host did not answer, or only with a fault of its own. Returns how long the sender had better wait, if nothing
    /// but probes is sent now.
    pub fn failed(&self, asked: Option<Duration>) -> Option<Duration> {
        if self.answered.load(Ordering::Relaxed) {
            return None;
        }
        let (gate, now) = (self.gate, Tick::now());
        gate.state().zone(self.zone).breaker.failed(self.is_probe, asked, &gate.fuse, now)
    }

    /// What kept it from answering.
    pub fn because(&self, why: &str) {
        why.clone_into(&mut self.gate.state().zone(self.zone).why);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.budget.in_flight = state.budget.in_flight.saturating_sub(1);
        if self.is_probe {
            // Nothing where it came to an end.
            state.zone(self.zone).breaker.gave_up();
            self.gate.probed.notify_waiters();
        }
    }
}

impl Gate {
    pub fn new(in_flight: usize, fuse: Fuse) -> Self {
        Self {
            places: Semaphore::new(in_flight.max(1)),
            writes: tokio::sync::Mutex::new(None),
            state: Mutex::default(),
            fuse,
            probed: Notify::new(),
            counted: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn budget(&self) -> Budget {
        self.state().budget
    }

    /// Ends once the count has moved since it last ended.
    pub async fn counted(&self) {
        self.counted.notified().await;
    }

    /// Waits for a place, and for the outcome of a probe for `patience`; or says why nothing is sent, and how long.
    pub async fn enter(&self, zone: Zone, patience: Duration) -> Result<Place<'_>, Held> {
        let deadline = Tick::now() + patience;
        loop {
            let probed = self.probed.notified();
            let permit = self.permit(zone).await?;
            let turn = self.state().zone(zone).breaker.turn(Tick::now());
            match turn {
                Turn::Go | Turn::Probe => return Ok(self.place(zone, turn == Turn::Probe, permit)),
                Turn::Held(wait) => return Err(Held::Mute(wait)),
                // Without a place: other hosts have a use for it.
                Turn::Await => drop(permit),
            }
            if tokio::time::timeout_at(deadline, probed).await.is_err() {
                return Err(Held::Mute(self.fuse.pause));
            }
        }
    }

    /// The same for what changes something: whether the host answers is found out by it.
    pub async fn enter_to_write(&self, zone: Zone) -> Result<Place<'_>, Held> {
        let permit = self.permit(zone).await?;
        Ok(self.place(zone, false, permit))
    }

    async fn permit(&self, zone: Zone) -> Result<Option<SemaphorePermit<'_>>, Held> {
        // The semaphore is never closed, so there always is a permit.
        let permit = self.places.acquire().await.ok();
        self.closed_for(zone).map_or(Ok(permit), |wait| Err(Held::Limit(wait)))
    }

    fn place<'a>(&'a self, zone: Zone, is_probe: bool, permit: Option<SemaphorePermit<'a>>) -> Place<'a> {
        self.state().budget.in_flight += 1;
        Place { gate: self, zone, is_probe, answered: AtomicBool::new(false), _permit: permit }
    }

    pub fn why(&self, zone: Zone) -> String {
        self.state().zone(zone).why.clone()
    }

    /// The operator wants an answer now: hosts that did not answer are probed by whatever is sent next.
    pub fn insist(&self) {
        let (mut state, now) = (self.state(), Tick::now());
        for zone in [Zone::Rest, Zone::GraphQl, Zone::Copilot] {
            state.zone(zone).breaker.insist(now);
        }
    }

    pub fn closed_for(&self, zone: Zone) -> Option<Duration> {
        let left = self.state().zone(zone).until?.saturating_duration_since(Tick::now());
        (!left.is_zero()).then_some(left)
    }

    /// Waits until no other write is under way and the last one is `gap` ago.
    pub async fn write_turn(&self, gap: Duration) -> WriteTurn<'_> {
        let last = self.writes.lock().await;
        if let Some(end) = *last {
            tokio::time::sleep_until(end + gap).await;
        }
        WriteTurn(last)
    }

    pub fn sent(&self) {
        self.state().budget.sent += 1;
    }

    /// Reads an answer of the service: what is left, and whether it cost anything.
    pub fn answered(&self, zone: Zone, status: u16, headers: &HeaderMap) {
        let mut state = self.state();
        if zone == Zone::Copilot {
            return;
        }
        if status == 304 {
            state.budget.unchanged += 1;
        } else {
            state.budget.counted += 1;
        }
        self.counted.notify_one();
        let core = headers.get("x-ratelimit-resource").is_none_or(|resource| resource == "core");
        if zone == Zone::Rest && core && headers.contains_key("x-ratelimit-remaining") {
            state.budget.limit = limits::number(headers, "x-ratelimit-limit");
            state.budget.remaining = limits::number(headers, "x-ratelimit-remaining");
            state.budget.reset_at = limits::reset(headers);
        }
    }

    pub fn good(&self, zone: Zone) {
        self.state().zone(zone).strikes = 0;
    }

    /// Closes what the limit covers and says for how long. A secondary limit counts REST and GraphQL together.
    pub fn limited(&self, zone: Zone, limit: Limit, headers: &HeaderMap, now: Instant) -> Duration {
        let mut state = self.state();
        let tick = Tick::now();
        // Requests that were on their way together meet one limit, not several.
        let already = |closed: &Closed| u32::from(closed.until.is_some_and(|at| at > tick));
        let own = state.zone(zone);
        let wait = limits::wait(limit, headers, now, own.strikes - already(own).min(own.strikes));
        let both = [Zone::Rest, Zone::GraphQl];
        let covered: &[Zone] = if limit == Limit::Secondary && zone != Zone::Copilot { &both } else { &[zone] };
        for zone in covered {
            let closed = state.zone(*zone);
            closed.strikes += 1 - already(closed);
            closed.until = closed.until.max(Some(tick + wait));
        }
        wait
    }

    /// Remembers `x-poll-interval` of an address.
    pub fn poll_interval(&self, address: &str, headers: &HeaderMap) {
        let Some(seconds) = limits::number(headers, "x-poll-interval").filter(|s| *s > 0) else { return };
        let mut state = self.state();
        let now = Tick::now();
        state.polls.retain(|_, at| *at > now);
        state.polls.insert(address.to_owned(), now + Duration::from_secs(seconds).min(LONGEST_POLL));
    }

    /// Waits out an interval the service asked for at this address.
    pub async fn poll_turn(&self, address: &str) {
        let at = self.state().polls.get(address).copied();
        if let Some(at) = at {
            tokio::time::sleep_until(at).await;
        }
    }
}

/// The right to write; its end is the start of the next gap, also when the write is given up half-way.
#[derive(Debug)]
pub struct WriteTurn<'a>(tokio::sync::MutexGuard<'a, Option<Tick>>);

impl Drop for WriteTurn<'_> {
    fn drop(&mut self) {
        *self.0 = Some(Tick::now());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn secs(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[tokio::test(start_paused = true)]
    async fn over_a_thousand_limits_nothing_gets_out_before_the_deadline() {
        let gate = Gate::new(4, Fuse::default());
        for n in 0..1000_u64 {
            assert!(gate.enter(Zone::Rest, secs(5)).await.is_ok(), "open again at limit {n}");
            let asked = n % 40 + 1;
            let wait = gate.limited(
                Zone::Rest,
                Limit::Secondary,
                &headers(&[("retry-after", &asked.to_string())]),
                Instant::UNIX_EPOCH,
            );
            assert_eq!(wait, secs(asked));
            for _ in 0..3 {
                assert!(gate.enter(Zone::Rest, secs(5)).await.is_err());
                assert!(gate.enter(Zone::GraphQl, secs(5)).await.is_err());
                tokio::time::advance(wait / 4).await;
            }
            assert!(gate.enter(Zone::Copilot, secs(5)).await.is_ok());
            tokio::time::advance(wait / 4 + Duration::from_millis(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn limits_in_a_row_wait_longer_each_time_until_a_good_answer() {
        let gate = Gate::new(4, Fuse::default());
        let limit = || gate.limited(Zone::Rest, Limit::Secondary, &HeaderMap::new(), Instant::UNIX_EPOCH);
        for expected in [60, 120, 240, 480, 900, 900] {
            assert_eq!(limit(), secs(expected));
            tokio::time::advance(secs(expected)).await;
        }
        gate.good(Zone::Rest);
        assert_eq!(limit(), secs(60));
        assert_eq!(limit(), secs(60), "two at once are one limit");
        tokio::time::advance(secs(60)).await;
        assert_eq!(limit(), secs(120));
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_limit_does_not_open_what_a_longer_one_closed() {
        let gate = Gate::new(4, Fuse::default());
        gate.limited(Zone::Rest, Limit::Secondary, &headers(&[("retry-after", "100")]), Instant::UNIX_EPOCH);
        gate.limited(Zone::Rest, Limit::Secondary, &headers(&[("retry-after", "1")]), Instant::UNIX_EPOCH);
        tokio::time::advance(secs(99)).await;
        assert_eq!(gate.closed_for(Zone::Rest), Some(secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waited_for_a_place_is_stopped_by_a_limit_met_meanwhile() {
        let gate = Gate::new(1, Fuse::default());
        let first = gate.enter(Zone::Rest, secs(5)).await.unwrap();
        assert_eq!(gate.budget().in_flight, 1);
        let (second, ()) = tokio::join!(gate.enter(Zone::Rest, secs(5)), async {
            gate.limited(Zone::Rest, Limit::Primary, &HeaderMap::new(), Instant::UNIX_EPOCH);
            drop(first);
        });
        assert_eq!(second.unwrap_err(), Held::Limit(secs(60)));
        assert_eq!(gate.budget().in_flight, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn writes_are_a_second_apart_also_after_one_that_was_given_up() {
        let gate = Gate::new(4, Fuse::default());
        let start = Tick::now();
        drop(gate.write_turn(secs(1)).await);
        assert_eq!(start.elapsed(), secs(0), "the first need not wait");
        let given_up = tokio::time::timeout(secs(5), async {
            let _turn = gate.write_turn(secs(1)).await;
            std::future::pending::<()>().await;
        });
        assert!(given_up.await.is_err());
        drop(gate.write_turn(secs(1)).await);
        assert_eq!(start.elapsed(), secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_poll_interval_holds_its_own_address_and_never_longer_than_a_minute() {
        let gate = Gate::new(4, Fuse::default());
        gate.poll_interval("a", &headers(&[("x-poll-interval", "100000")]));
        gate.poll_interval("b", &headers(&[("x-poll-interval", "garbage")]));
        let start = Tick::now();
        gate.poll_turn("b").await;
        gate.poll_turn("c").await;
        assert_eq!(start.elapsed(), secs(0));
        gate.poll_turn("a").await;
        assert_eq!(start.elapsed(), secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_a_probe_takes_no_place_from_another_host() {
        let gate = Gate::new(2, Fuse::default());
        for _ in 0..5 {
            gate.enter(Zone::Rest, secs(5)).await.unwrap().failed(None);
        }
        tokio::time::advance(secs(5)).await;
        let probe = gate.enter(Zone::Rest, secs(5)).await.unwrap();
        let waiting = futures_util::future::join_all((0..5).map(|_| gate.enter(Zone::Rest, secs(5))));
        let other = async {
            tokio::task::yield_now().await;
            assert!(gate.enter(Zone::Copilot, secs(5)).await.is_ok());
            probe.answered();
            drop(probe);
            Tick::now()
        };
        // Only two of the five have a place at once, so the others are still waiting when the test ends.
        let start = Tick::now();
        let (_, end) = tokio::join!(tokio::time::timeout(secs(1), waiting), other);
        assert_eq!(end, start);
        assert_eq!(gate.enter(Zone::Copilot, secs(5)).await.map(|_| ()), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_never_ends_holds_nobody_for_ever_and_one_given_up_is_followed_by_another() {
        let gate = Gate::new(4, Fuse::default());
        for _ in 0..5 {
            gate.enter(Zone::Rest, secs(5)).await.unwrap().failed(None);
        }
        tokio::time::advance(secs(5)).await;
        let probe = gate.enter(Zone::Rest, secs(5)).await.unwrap();
        let start = Tick::now();
        assert_eq!(gate.enter(Zone::Rest, secs(5)).await.unwrap_err(), Held::Mute(secs(5)));
        assert_eq!(start.elapsed(), secs(5));
        let (next, ()) = tokio::join!(gate.enter(Zone::Rest, secs(5)), async { drop(probe) });
        assert!(next.is_ok_and(|next| next.is_probe));
    }
}
