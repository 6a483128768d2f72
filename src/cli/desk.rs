//! What a verb without a screen works with: the ports, the configuration, the voice, and the way an interrupt is heard.
//! Made by the runtime, which alone knows where all of it comes from.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::voice::Voice;
use crate::config::{Config, Paths};
use crate::domain::{Diagnosed, Fault, PullId, RepoName, TaskRef, Zone};
use crate::ops;
use crate::ops::cancel::Patience;
use crate::text::Untrusted;

/// What earlier runs learned. It may be old, so it proves only what never changes.
pub trait Remembered: Send + Sync {
    /// The tasks whose id begins like this.
    fn tasks(&self, beginning: &str) -> Vec<TaskRef>;
    /// The id behind a pull request's number.
    fn pull(&self, repo: &RepoName, number: u64) -> Option<PullId>;
    /// What the log of a task that ended was found to say.
    fn diagnosed(&self, task: &TaskRef) -> Option<Diagnosed>;
}

/// Gives a text to the operator's editor, and what became of it.
pub type Edit = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Untrusted, Fault>> + Send + Sync>;

/// Nothing is kept here.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Remembered for Nothing {
    fn tasks(&self, _: &str) -> Vec<TaskRef> {
        Vec::new()
    }

    fn pull(&self, _: &RepoName, _: u64) -> Option<PullId> {
        None
    }

    fn diagnosed(&self, _: &TaskRef) -> Option<Diagnosed> {
        None
    }
}

/// Everything a verb needs.
#[derive(Clone)]
pub struct Desk {
    pub context: ops::Context,
    pub config: Config,
    pub paths: Paths,
    pub voice: Voice,
    /// Those typed, else those configured, else that of the checkout.
    pub repos: Vec<RepoName>,
    /// Repositories that were typed with this command.
    pub typed: Vec<RepoName>,
    /// The host people see in their browser.
    pub web: String,
    /// The clock of whoever reads what is printed.
    pub zone: Zone,
    pub remembered: Arc<dyn Remembered>,
    pub patience: Patience,
    /// The operator's editor on a text.
    pub edit: Edit,
    pub stop: Stop,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("context", &self.context).field("repos", &self.repos).finish_non_exhaustive()
    }
}

impl Desk {
    /// Asks on the terminal. Only a clear yes is one; an interrupt is none.
    pub async fn yes(&self, question: &str) -> bool {
        self.stop.wait(self.voice.yes(question)).await.unwrap_or(false)
    }

    /// One line of an answer; `None`: nobody is there, the input has ended, or the question was interrupted.
    pub async fn answer(&self, question: &str) -> Option<String> {
        self.stop.wait(self.voice.answer(question)).await.ok().flatten()
    }
}

/// Hears that the program is to end. What is being sent is sent to its end; only waiting is broken off.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Waiting was broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Stop {
    pub fn new(heard: watch::Receiver<bool>) -> Self {
        Self(heard)
    }

    /// For operations that look for themselves.
    pub fn heard(&self) -> watch::Receiver<bool> {
        self.0.clone()
    }

    pub fn is_heard(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for something that may be given up at any point.
    pub async fn wait<T>(&self, what: impl Future<Output = T>) -> Result<T, Stopped> {
        let mut heard = self.0.clone();
        let stopped = async {
            if heard.wait_for(|stop| *stop).await.is_err() {
                // Nobody is left to say so.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = stopped => Err(Stopped),
            value = what => Ok(value),
        }
    }

    pub async fn sleep(&self, time: Duration) -> Result<(), Stopped> {
        self.wait(tokio::time::sleep(time)).await
    }
}
