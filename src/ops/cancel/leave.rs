//! A cancel that waits can be withdrawn; one that has begun to ask cannot. Which of the two came first is decided once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

const OPEN: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

#[derive(Clone, Debug, Default)]
pub struct Leave(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: AtomicU8,
    told: Notify,
}

impl Leave {
    /// False: it is too late, the request is on its way.
    pub fn withdraw(&self) -> bool {
        let withdrawn = self.turn_to(WITHDRAWN);
        self.0.told.notify_one();
        withdrawn
    }

    /// From here on nobody can withdraw it. False: somebody has.
    pub(super) fn take(&self) -> bool {
        self.turn_to(TAKEN)
    }

    fn turn_to(&self, state: u8) -> bool {
        let turned = self.0.state.compare_exchange(OPEN, state, Ordering::SeqCst, Ordering::SeqCst);
        turned.is_ok() || turned == Err(state)
    }

    pub(super) async fn withdrawn(&self) {
        while self.0.state.load(Ordering::SeqCst) != WITHDRAWN {
            self.0.told.notified().await;
        }
    }
}
