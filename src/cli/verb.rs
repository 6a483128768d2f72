//! The verbs that do without a screen what the console does with one: one list of them, and what each needs.
//!
//! A new verb is a module with its arguments and a `run` over a [`Desk`], a variant here, and a line in each of the three
//! functions below.

use clap::Subcommand;

use super::assign::{self, AssignArgs};
use super::automation::{self, AutomationArgs};
use super::cancel::{self, CancelArgs};
use super::desk::Desk;
use super::exit::Exit;
use super::follow_up::{self, FollowUpArgs};
use super::ledger_verbs::{ReconcileArgs, reconcile};
use super::retry::{self, RetryArgs};
use super::start::{self, StartArgs};
use super::voice::Looks;
use crate::domain::Fault;

#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum HeadlessVerb {
    /// Start a task, if the policy allows it
    Start(Box<StartArgs>),
    /// Ask the sessions of tasks to end, and see whether they do
    Cancel(CancelArgs),
    /// Start a task anew with its prompt
    Retry(Box<RetryArgs>),
    /// Have more done on a task's branch
    FollowUp(Box<FollowUpArgs>),
    /// Put the agent in charge of an issue, if the policy allows it
    Assign(Box<AssignArgs>),
    /// Stands among the ledger's verbs: `atc ledger reconcile`
    #[command(skip)]
    Reconcile(ReconcileArgs),
    /// See and govern what starts tasks by itself
    Automation(Box<AutomationArgs>),
}

impl HeadlessVerb {
    pub fn looks(&self) -> &Looks {
        match self {
            Self::Start(args) => &args.how.looks,
            Self::Cancel(args) => &args.looks,
            Self::Retry(args) => &args.how.looks,
            Self::FollowUp(args) => &args.how.looks,
            Self::Assign(args) => &args.looks,
            Self::Reconcile(args) => &args.looks,
            Self::Automation(args) => args.verb.looks(),
        }
    }

    /// It is there to change something: refused where nothing may be.
    pub fn writes(&self) -> bool {
        match self {
            Self::Start(args) => !args.how.dry_run,
            Self::Cancel(_) => true,
            Self::Retry(args) => !args.how.dry_run,
            Self::FollowUp(args) => !args.how.dry_run,
            Self::Assign(args) => !args.dry_run,
            // To the ledger alone: the service is only read.
            Self::Reconcile(_) => false,
            Self::Automation(args) => args.verb.writes(),
        }
    }

    pub async fn run(&self, desk: &Desk) -> Result<Exit, Fault> {
        match self {
            Self::Start(args) => start::run(args, desk).await,
            Self::Cancel(args) => cancel::run(args, desk).await,
            Self::Retry(args) => retry::run(args, desk).await,
            Self::FollowUp(args) => follow_up::run(args, desk).await,
            Self::Assign(args) => assign::run(args, desk).await,
            Self::Reconcile(args) => reconcile::run(args, desk).await,
            Self::Automation(args) => automation::run(args, desk).await,
        }
    }
}
