//! When the details of a task nobody looks at are worth a request of their own.
//!
//! A list row says that a task moved, not what its sessions cost or said. A task that works is looked into now and then;
//! one that has ended once, from a small allowance: a few at once after the start, then one a minute.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::TaskId;

const ALLOWANCE: f64 = 60.0;

#[derive(Debug)]
pub struct Thrift {
    left: f64,
    counted_at: Tick,
    /// When a working task may be looked into again, although its row keeps moving.
    due: HashMap<TaskId, Tick>,
}

impl Thrift {
    pub fn new(now: Tick) -> Self {
        Self { left: ALLOWANCE, counted_at: now, due: HashMap::new() }
    }

    /// May a working task be looked into now? `turned`: its state changed, which is always worth it.
    pub fn allows_working(&self, id: &TaskId, turned: bool, now: Tick) -> bool {
        turned || self.due.get(id).is_none_or(|at| *at <= now)
    }

    /// May one more ended task be looked into? Spends one of the allowance.
    pub fn spend_on_ended(&mut self, now: Tick) -> bool {
        self.left = (self.left + (now - self.counted_at).as_secs_f64() / 60.0).min(ALLOWANCE);
        self.counted_at = now;
        let spend = self.left >= 1.0;
        if spend {
            self.left -= 1.0;
        }
        spend
    }

    /// It was looked into: not again before `wait` has passed.
    pub fn looked(&mut self, id: &TaskId, now: Tick, wait: Duration) {
        self.due.insert(id.clone(), now + wait);
    }

    pub fn forget(&mut self, id: &TaskId) {
        self.due.remove(id);
    }
}
