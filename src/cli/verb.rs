//! The verbs that do without a screen what the console does with one: one list of them, and what each needs.
//!
//! A new verb is a module with its arguments and a `run` over a [`Desk`], a variant here, and a line in each of the three
//! functions below.

use clap::Subcommand;

use super::desk::Desk;
use super::exit::Exit;
use super::start::{self, StartArgs};
use super::voice::Looks;
use crate::domain::Fault;

#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum HeadlessVerb {
    /// Start a task, if the policy allows it
    Start(Box<StartArgs>),
}

impl HeadlessVerb {
    pub fn looks(&self) -> &Looks {
        match self {
            Self::Start(args) => &args.how.looks,
        }
    }

    /// It is there to change something: refused where nothing may be.
    pub fn writes(&self) -> bool {
        match self {
            Self::Start(args) => !args.how.dry_run,
        }
    }

    pub async fn run(&self, desk: &Desk) -> Result<Exit, Fault> {
        match self {
            Self::Start(args) => start::run(args, desk).await,
        }
    }
}
