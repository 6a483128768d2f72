//! Stops asking a host that does not answer: after so many failures in a row nothing is sent but one probe now and then.
//! Pure: time is handed in. One for each zone, so that one host's trouble is nothing to another's.
//!
//! ```text
//! closed ──failures in a row──> open ──probe time, or the operator insists──> probing ──answer──> closed
//!                                 ^                                              │
//!                                 └──────────── failure: twice as long ──────────┘
//! ```
//!
//! A failure is no answer at all or a 5xx; whatever else comes shows that the host is there. Whoever failed last is told
//! to come a little after the probe time: one address that always fails must not be the probe each time, or it would speak
//! for the whole host.

use std::time::Duration;

use tokio::time::Instant as Tick;

/// When it opens, and how long it stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fuse {
    /// Failures in a row until nothing more is sent.
    pub failures: u32,
    /// From then to the first probe; doubled by each probe that fails.
    pub pause: Duration,
    pub pause_most: Duration,
}

impl Default for Fuse {
    fn default() -> Self {
        Self { failures: 5, pause: Duration::from_secs(5), pause_most: Duration::from_mins(2) }
    }
}

#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// In a row, while closed.
    failures: u32,
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    pause: Duration,
    probe_at: Tick,
    probing: bool,
}

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Go,
    /// It goes, and what becomes of it is the answer for all.
    Probe,
    /// A probe is on its way: its outcome decides.
    Await,
    /// Not before so long.
    Held(Duration),
}

impl Breaker {
    /// Taking [`Turn::Probe`] obliges to say what became of it.
    pub fn turn(&mut self, now: Tick) -> Turn {
        match &mut self.open {
            None => Turn::Go,
            Some(open) if open.probing => Turn::Await,
            Some(open) if open.probe_at > now => Turn::Held(open.probe_at - now),
            Some(open) => {
                open.probing = true;
                Turn::Probe
            }
        }
    }

    /// The host answered. True: it had not for a while.
    pub fn answered(&mut self) -> bool {
        self.failures = 0;
        self.open.take().is_some()
    }

    /// A request failed; `asked`: how long the service wants to be left alone. Returns how long whoever sent it had better
    /// wait, if nothing but probes goes now.
    pub fn failed(&mut self, was_probe: bool, asked: Option<Duration>, fuse: &Fuse, now: Tick) -> Option<Duration> {
        let pause = match self.open {
            None => {
                self.failures = self.failures.saturating_add(1);
                (self.failures >= fuse.failures).then_some(fuse.pause)
            }
            Some(open) if was_probe => Some(open.pause.saturating_mul(2).min(fuse.pause_most)),
            // It was sent before: no news.
            Some(_) => None,
        };
        if let Some(pause) = pause {
            let probe_at = now + pause.max(asked.unwrap_or_default());
            self.open = Some(Open { pause, probe_at, probing: false });
        }
        self.open.map(|open| open.probe_at.saturating_duration_since(now) + open.pause / 4)
    }

    /// The probe was given up before it came to an end: somebody else's turn.
    pub fn gave_up(&mut self) {
        if let Some(open) = &mut self.open {
            open.probing = false;
        }
    }

    /// The operator wants to know now.
    pub fn insist(&mut self, now: Tick) {
        if let Some(open) = &mut self.open {
            open.probe_at = open.probe_at.min(now);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn secs(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    fn opened(now: Tick) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            assert_eq!(breaker.turn(now), Turn::Go);
            breaker.failed(false, None, &Fuse::default(), now);
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_at_the_fifth_failure_in_a_row_and_any_answer_between_starts_the_count_anew() {
        let (mut breaker, now) = (Breaker::default(), Tick::now());
        for nth in [1, 2, 3, 4, 1, 2, 3, 4] {
            if nth == 1 {
                assert!(!breaker.answered());
            }
            assert_eq!(breaker.failed(false, None, &Fuse::default(), now), None);
        }
        assert_eq!(breaker.turn(now), Turn::Go);
        assert!(breaker.failed(false, None, &Fuse::default(), now).is_some());
        assert_eq!(breaker.turn(now), Turn::Held(secs(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_goes_at_a_time_each_failure_doubles_the_pause_and_an_answer_ends_it() {
        let mut now = Tick::now();
        let mut breaker = opened(now);
        for pause in [5, 10, 20, 40, 80, 120, 120] {
            assert_eq!(breaker.turn(now), Turn::Held(secs(pause)));
            now += secs(pause);
            assert_eq!(breaker.turn(now), Turn::Probe);
            assert_eq!(breaker.turn(now), Turn::Await);
            breaker.failed(true, None, &Fuse::default(), now);
        }
        now += secs(120);
        assert_eq!(breaker.turn(now), Turn::Probe);
        assert!(breaker.answered());
        assert_eq!(breaker.turn(now), Turn::Go);
        assert!(opened(now).turn(now) == Turn::Held(secs(5)), "the next trouble begins with a short pause again");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_on_its_way_when_it_opened_makes_nothing_longer() {
        let now = Tick::now();
        let mut breaker = opened(now);
        for _ in 0..3 {
            breaker.failed(false, None, &Fuse::default(), now + secs(1));
        }
        assert_eq!(breaker.turn(now), Turn::Held(secs(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_given_up_is_somebody_elses_turn() {
        let now = Tick::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.turn(now + secs(5)), Turn::Probe);
        breaker.gave_up();
        assert_eq!(breaker.turn(now + secs(5)), Turn::Probe);
    }

    #[tokio::test(start_paused = true)]
    async fn who_insists_probes_at_once_and_who_failed_last_comes_after_the_others() {
        let now = Tick::now();
        let mut breaker = opened(now);
        breaker.insist(now);
        assert_eq!(breaker.turn(now), Turn::Probe);
        let told = breaker.failed(true, None, &Fuse::default(), now).unwrap();
        let Turn::Held(others) = breaker.turn(now) else { unreachable!() };
        assert!(told > others.mul_f64(1.1), "{told:?} {others:?}: a tenth is the others' jitter");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_the_service_asked_for_is_kept() {
        let now = Tick::now();
        let mut breaker = opened(now);
        breaker.insist(now);
        breaker.turn(now);
        breaker.failed(true, Some(secs(90)), &Fuse::default(), now);
        assert_eq!(breaker.turn(now), Turn::Held(secs(90)));
    }
}
