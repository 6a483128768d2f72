//! When the details of a working task nobody looks at are worth a request of their own.
//!
//! A list row says that a task moved, not what its sessions cost or said. A task that works is looked into when its state
//! turned, else now and then; one that has ended once, when it was seen to end. What ended before is left alone until it is
//! looked at.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::TaskId;

#[derive(Debug, Default)]
pub struct Thrift {
    /// When a working task may be looked into again, although its row keeps moving.
    due: HashMap<TaskId, Tick>,
}

impl Thrift {
    pub fn allows(&self, id: &TaskId, now: Tick) -> bool {
        self.due.get(id).is_none_or(|at| *at <= now)
    }

    /// It was looked into: not again before `wait` has passed.
    pub fn looked(&mut self, id: &TaskId, now: Tick, wait: Duration) {
        self.due.insert(id.clone(), now + wait);
    }

    pub fn forget(&mut self, id: &TaskId) {
        self.due.remove(id);
    }
}
