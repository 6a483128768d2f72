//! What the console and the runtime say to each other about the bytes of a log that is followed: nothing of them is held,
//! so they are read where they are.

use crate::console::effect::LogWish;
use crate::console::event::LogOrigin;
use crate::domain::{Fault, Instant, Task};
use crate::transcript::Format;
use crate::transcript::raw::{Place, RawLines};

/// A log whose bytes are wanted once.
#[derive(Clone, Debug, PartialEq)]
pub struct Bytes {
    /// As it is known: where its run and its pull request are. `None`: a log found among the kept ones, of a task nobody
    /// knows here.
    pub task: Option<Task>,
    pub log: LogWish,
    /// Where what is on the screen came from.
    pub origin: LogOrigin,
    pub format: Format,
    /// It is all there will be: a kept copy of it is as good.
    pub complete: bool,
}

/// What is wanted of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The lines of an entry.
    Lines { request: u64, place: Place },
    /// All of them in a new file, as they came.
    Save { to: String },
}

/// Where lines were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Asked for again, and served at this time.
    Served(Instant),
    /// The copy kept on this machine at this time.
    Kept(Instant),
    File,
}

/// The lines of an entry, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    pub request: u64,
    pub result: Result<(RawLines, From), Fault>,
    /// Bytes transferred for it.
    pub received: u64,
}
