//! One purse for all who ask the service by themselves: the poller decides by it what goes next, the log follower waits
//! until what it wants is paid for.
//!
//! ```text
//! poller   ──looks in, sets aside──> purse <──waits for money, sets aside── follower (where its source counts)
//!                                      ^
//!             the provider's own count ┘  of everything, by whomever it was asked
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant as Tick;

use super::desk::Desk;
use super::purse::Purse;
use crate::domain::Instant;

#[derive(Clone, Debug)]
pub struct Till {
    desk: Desk,
    purse: Arc<Mutex<Purse>>,
    /// What was set aside came back.
    released: Arc<Notify>,
}

/// What was set aside, until it shows in the provider's count.
#[derive(Debug)]
#[must_use = "dropping it says that all of it was asked"]
pub struct Paid {
    till: Till,
    need: f64,
}

impl Till {
    pub fn new(desk: Desk, purse: Purse) -> Self {
        Self { desk, purse: Arc::new(Mutex::new(purse)), released: Arc::default() }
    }

    /// Never held while something is waited for.
    pub fn purse(&self) -> MutexGuard<'_, Purse> {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of whoever pays here.
    pub fn now(&self) -> Instant {
        self.desk.now()
    }

    /// Takes in what was spent meanwhile, by whomever.
    pub fn settle(&self) {
        let budget = self.desk.provider.budget();
        self.purse().settle(&budget, Tick::now(), self.desk.now());
    }

    /// Ends once something was asked or set aside by somebody else since it last ended: there may be more money now, or less.
    /// For one who waits.
    pub async fn moved(&self) {
        tokio::select! {
            () = self.desk.provider.counted() => {}
            () = self.released.notified() => {}
        }
    }

    /// Waits until `need` requests may be sent. It begins with the first one's money, or others would always be quicker.
    pub async fn pay(&self, need: f64) -> Paid {
        while let Some(when) = self.when(need) {
            tokio::time::sleep_until(when).await;
        }
        Paid { till: self.clone(), need }
    }

    /// When there will be money; `None`: there is, and it is set aside.
    fn when(&self, need: f64) -> Option<Tick> {
        self.settle();
        let mut purse = self.purse();
        if purse.affords(1.0, 0.0) {
            purse.reserve(need);
            return None;
        }
        Some(purse.when(1.0, 0.0, Tick::now()))
    }
}

impl Drop for Paid {
    fn drop(&mut self) {
        self.till.settle();
        self.till.purse().release(self.need);
        self.till.released.notify_one();
    }
}
