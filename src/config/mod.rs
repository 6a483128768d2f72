//! The options: what there is to choose, where each choice came from, and where files live.
//!
//! [`options::OPTIONS`] is the one table, with [`repo_options`] for what can differ by repository and [`rows::ROWS`] for
//! lists that only a file can hold. The file, the `ATC_*` environment and the arguments are all read through it, a
//! `config.example.toml` and the README are written from it. What comes out is [`Config`], plain data; tokens are never
//! part of it.
//!
//! ```text
//! defaults < config.toml < ATC_* environment < arguments ──> Config + the origin of each value
//!                                                       └──> or all problems found, each with its place
//! ```

pub mod docs;
pub mod given;
pub mod keys;
pub mod load;
pub mod options;
pub mod paths;
pub mod policy;
pub mod problem;
pub mod repo_options;
pub mod rows;
pub mod schema;
mod text;
pub mod theme;
mod url;

pub use load::{Loaded, Origin, Sources, load};
pub use paths::Paths;
pub use problem::{Invalid, Problem};
pub use schema::{Background, Config, CopilotApi, Layout, LogLevel, Notify, Switch};
