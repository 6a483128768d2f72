//! Which task is meant: an id or its beginning, a pull request, an address pasted from the browser; `-` for a list of them.
//!
//! ```text
//! words ─ read (- = lines of stdin) ─ Which ─┬─ an address with the repository in it: asked for itself, one request
//!                                            ├─ an id the cache knows whole: the same
//!                                            ├─ a beginning: looked for in the lists, and it must be the only one
//!                                            ├─ a pull request: the newest task whose artifact it is
//!                                            └─ an issue: the newest task that was started for it from here
//! ```
//!
//! What is a beginning is never guessed: two tasks that begin so are named, and nothing is done to either.

mod resolve;
mod words;

pub use resolve::{Lookup, load, one};
pub use words::{Which, parse, read};
