//! Posts messages one after the other, each until it is taken, refused for good, or too old to be news.
//!
//! ```text
//! queue (bounded) ─> attempt ─┬─ taken ──────────────────> next
//!                             ├─ refused for good ───────> said, next
//!                             └─ for now: back-off, jitter ─> attempt … until tries or time are used up ─> said, next
//! ```

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::message::Message;
use super::outlet::Outlet;
use crate::provider::Webhook;
use crate::provider::webhook::{Delivery, Refused};
use crate::text::Safe;

/// Messages that wait at most.
const WAITING: usize = 64;
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(5);
/// After so long a message is no news.
const NEWS: Duration = Duration::from_mins(15);

#[derive(Clone, Debug)]
pub struct Hook {
    queue: mpsc::Sender<Delivery>,
    webhook: Arc<dyn Webhook>,
}

impl Hook {
    pub fn start(webhook: Arc<dyn Webhook>, tries: u32, outlet: Arc<dyn Outlet>) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Delivery>(WAITING);
        let poster = Arc::clone(&webhook);
        tokio::spawn(async move {
            // Said once until it works again.
            let mut is_broken = false;
            while let Some(delivery) = waiting.recv().await {
                match deliver(&*poster, &delivery, tries).await {
                    Ok(()) => is_broken = false,
                    Err(why) => {
                        tracing::warn!(%why, id = %delivery.id, "a message was not taken");
                        if !std::mem::replace(&mut is_broken, true) {
                            outlet.say(true, why);
                        }
                    }
                }
            }
        });
        Self { queue, webhook }
    }

    /// Never waits. `Err`: too many wait already.
    pub fn post(&self, message: &Message) -> Result<(), Safe> {
        let full = |_| Safe::new(format!("{WAITING} messages wait for the webhook: this one is left out"));
        self.queue.try_send(message.delivery()).map_err(full)
    }

    /// One attempt, now. For a test, which tells what came of it.
    pub async fn once(&self, message: &Message) -> Result<(), Safe> {
        self.webhook.post(&message.delivery()).await.map_err(|refused| refused.why().clone())
    }
}

async fn deliver(webhook: &dyn Webhook, delivery: &Delivery, tries: u32) -> Result<(), Safe> {
    let began = tokio::time::Instant::now();
    let mut tried = 0;
    loop {
        let refused = match webhook.post(delivery).await {
            Ok(()) => return Ok(()),
            Err(refused) => refused,
        };
        tried += 1;
        let (why, asked) = match refused {
            Refused::ForGood(why) => return Err(why),
            Refused::ForNow(why, asked) => (why, asked),
        };
        let wait = wait(tried, asked, jitter());
        if tried >= tries || began.elapsed() + wait > NEWS {
            let times = if tried == 1 { "once" } else { "several times" };
            return Err(Safe::new(format!("{why}, tried {times}")));
        }
        tokio::time::sleep(wait).await;
    }
}

/// Doubled each time, between half and whole of it by chance; never sooner than the receiver asked for.
fn wait(tried: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1).min(16))).min(LONGEST);
    doubled.mul_f64(chance.clamp(0.0, 1.0) / 2.0 + 0.5).max(asked.unwrap_or_default())
}

/// From 0 to 1, another one each time.
fn jitter() -> f64 {
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_longer_each_time_and_never_less_than_was_asked() {
        for (tried, least, most) in [(1, 500, 1000), (2, 1000, 2000), (3, 2000, 4000), (12, 150_000, 300_000)] {
            assert_eq!(wait(tried, None, 0.0), Duration::from_millis(least));
            assert_eq!(wait(tried, None, 1.0), Duration::from_millis(most));
        }
        assert_eq!(wait(1, Some(Duration::from_mins(1)), 0.5), Duration::from_mins(1));
        assert!((0..100).all(|_| (0.0..=1.0).contains(&jitter())));
    }
}
