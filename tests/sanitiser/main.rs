//! Nothing a stranger wrote acts on a terminal or hides from the reader: every way out of `text` against generated
//! corpora, judged without the help of the code under test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[cfg(unix)]
#[path = "../screens/automation.rs"]
#[allow(dead_code, reason = "shared with the tests of the screens, which use the rest of it")]
mod automation;
mod colours;
mod corpus;
#[cfg(unix)]
#[path = "../screens/fleet.rs"]
#[allow(dead_code, reason = "shared with the tests of the screens, which use the rest of it")]
mod fleet;
mod injection;
mod judge;
mod languages;
mod properties;
mod scalars;
mod sinks;
mod stage;
mod starters;
#[cfg(unix)]
#[path = "../screens/world.rs"]
#[allow(dead_code, reason = "shared with the tests of the screens, which use the rest of it")]
mod world;
