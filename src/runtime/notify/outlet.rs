//! Where the notifier speaks: to the terminal, and to the operator about itself.

use tokio::sync::mpsc;

use crate::console::event::{Event, Op, What};
use crate::domain::Now;
use crate::text::Safe;

/// Must not block.
pub trait Outlet: Send + Sync + std::fmt::Debug {
    /// Bytes for the terminal, as they are: a bell, a message in one of the dialects.
    fn ring(&self, bytes: Box<[u8]>);

    /// Something about telling itself: it cannot be done, or this came of a test.
    fn say(&self, bad: bool, text: Safe);
}

/// Through the console's loop, which owns the terminal.
pub struct Events {
    pub events: mpsc::Sender<Event>,
    pub now: Now,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}

impl Events {
    fn send(&self, op: Op) {
        let event = Event { at: (self.now)(), what: What::Op(op) };
        if self.events.try_send(event).is_err() {
            tracing::warn!("the loop is too busy to tell");
        }
    }
}

impl Outlet for Events {
    fn ring(&self, bytes: Box<[u8]>) {
        self.send(Op::Ring(bytes));
    }

    fn say(&self, bad: bool, text: Safe) {
        self.send(Op::Note { bad, text });
    }
}
