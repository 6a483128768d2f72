//! The arguments of `atc cache`. What it does is the runtime's.

use clap::Subcommand;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum CacheVerb {
    /// Print where the cache is and how large
    Path,
    /// Delete it
    Clear,
}
