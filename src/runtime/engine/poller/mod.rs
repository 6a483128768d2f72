//! The background poller: what to ask the service, when, and at what price.
//!
//! Nothing tells a program that a task changed, so somebody has to ask; and the limit it is asked under is shared with
//! everything else of the same account. So as few questions as possible are asked, each about as much as possible:
//!
//! * **Lists are the pulse.** One request tells of the newest hundred tasks of a repository. It is asked every ten seconds
//!   while something works there that no other source speaks for; ever less often, down to once in five minutes, while
//!   nothing happens. Reading stops at the first page that can hold nothing new. The whole list is read at the start,
//!   unless an earlier run kept all of it, and now and then, and only what two such readings miss is gone.
//! * **One list of the viewer's own tasks** speaks for all of them in all repositories, where that saves lists.
//! * **One question about up to a hundred pull requests** speaks for the tasks of others at work, where lists would cost
//!   more than twice as much: a pull request that moved otherwise than by a push has its task asked for.
//! * **What ended is left alone.** A task that has ended is looked into once, when it was seen to end, and when the operator
//!   stays on it.
//! * **A log that nobody opened** is read once where its task ended badly, one at a time, with money nobody else wants.
//! * **Automations** are listed once an hour, and more closely only while they are on the screen.
//! * **Proof that nothing changed** is asked for wherever the service gave the means, and never relied upon.
//! * **A purse**, filled by the second from a configured share of the limit, decides what can be sent; who goes first when
//!   it runs low is a matter of turns. Intervals stretch by themselves, and every hour stays inside the allowance.
//! * **It never gives up.** What fails is tried again, ever more slowly, at the time the service named if it named one, and
//!   at once when the line works again.
//!
//! ```text
//! wish ──> run ──launch──> reads ──answer──> plan (what next?) ──> cover (how often?) ──> schedule
//!            ^                       └─────> the console                                      │
//!            └───────────────── due, in its turn, if the purse allows ────────────────────────┘
//! ```

mod automations;
mod cover;
mod diagnose;
mod launch;
pub mod pace;
mod plan;
mod recall;
pub mod run;
mod sleep;
mod thrift;

pub use pace::Pace;
pub use run::{Poller, Wish};
