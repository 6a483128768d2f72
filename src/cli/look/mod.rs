//! The verbs that read and watch: what they can be told, and how what they found is said. Finding it is the runtime's:
//! it joins tasks, runs and pull requests by the console's own rules, so that both say the same of a task.
//!
//! ```text
//! LookVerb ──> runtime/look ──Joined, Review, Moved, Told──> columns (text)
//!                                                       └──> tables of fields ──> JSON, and its schema
//! ```

pub mod args;
pub mod columns;
pub mod entry_fields;
pub mod joined;
pub mod moved;
pub mod pull_fields;
pub mod schema;
pub mod shape;

pub use args::LookVerb;
pub use joined::Joined;
