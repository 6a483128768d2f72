//! What every worker behind the screen holds: the provider, the clock, and the way to the loop.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::console::event::{Event, Net, News, Op, What};
use crate::domain::{Fault, Instant, Now, Source};
use crate::provider::Provider;
use crate::runtime::cache::Cache;

#[derive(Clone)]
pub struct Desk {
    pub provider: Arc<dyn Provider>,
    pub now: Now,
    pub events: mpsc::Sender<Event>,
    /// Hears every answer, for the next start.
    pub cache: Cache,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl Desk {
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// Waits while the loop is busy. A loop that is gone wants no news.
    pub async fn send(&self, what: What) {
        let event = Event { at: self.now(), what };
        let _ = self.events.send(event).await;
    }

    pub async fn net(&self, source: Source, generation: u64, next_try: Option<Instant>, result: Result<News, Fault>) {
        if let Ok(news) = &result {
            self.cache.keep(&source, news, self.now());
        }
        self.send(What::Net(Net { source, generation, next_try, result })).await;
    }

    pub async fn op(&self, op: Op) {
        self.send(What::Op(op)).await;
    }
}
