//! Waiting for a task: until it has a pull request, or until it has ended. Reads only; to stop waiting stops nothing else.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;

use super::desk::Desk;
use super::exit::Exit;
use super::start::Until;
use super::voice::Tone;
use crate::domain::{Artifact, Fault, Pull, PullRef, State, Task};
use crate::provider::port::Fetched;
use crate::text::Safe;

/// From one look to the next: soon at first, as most that goes wrong goes wrong soon.
const STEPS: [u64; 5] = [1, 2, 3, 5, 8];
const SLOWEST: Duration = Duration::from_secs(10);
/// So many looks in a row may fail before nothing is known any more.
const MOST_FAILED: u32 = 20;

/// How the waiting ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// What was waited for is there.
    Reached,
    /// It ended, and not well, or without what was waited for.
    Badly,
    /// The time was up. The task goes on.
    TimedOut,
    /// The program was told to end. The task goes on.
    Stopped,
    /// It could not be read any more. What became of it is not known.
    Lost(Fault),
}

impl Ending {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Badly => "ended_badly",
            Self::TimedOut => "timed_out",
            Self::Stopped => "interrupted",
            Self::Lost(_) => "lost",
        }
    }
}

/// The task as it was last seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub task: Task,
    pub pull: Option<Pull>,
    pub ending: Ending,
}

impl Seen {
    pub fn exit(&self) -> Exit {
        match &self.ending {
            Ending::Reached => Exit::Done,
            Ending::Badly => Exit::EndedBadly,
            Ending::TimedOut | Ending::Stopped => Exit::Failed,
            Ending::Lost(fault) => Exit::from(fault),
        }
    }

    pub fn tone(&self) -> Tone {
        match self.ending {
            Ending::Reached => Tone::Good,
            Ending::Badly => Tone::Bad,
            Ending::TimedOut | Ending::Stopped | Ending::Lost(_) => Tone::Open,
        }
    }

    /// The state, and why the waiting ended where the state alone does not tell.
    pub fn said(&self) -> Safe {
        let state = self.task.state.word();
        match &self.ending {
            Ending::Reached => state,
            Ending::Badly if self.task.state == State::Completed => {
                Safe::new(format!("{state}, without a pull request"))
            }
            Ending::Badly => {
                let why = self.task.latest_session().and_then(|session| session.error.as_ref());
                why.map_or(state.clone(), |why| Safe::new(format!("{state}: {}", why.show_line())))
            }
            Ending::TimedOut => Safe::new(format!("{state}; the time to wait is up, it goes on")),
            Ending::Stopped => Safe::new(format!("{state}; interrupted, it goes on")),
            Ending::Lost(fault) => Safe::new(format!("last seen {state}; {fault}")),
        }
    }
}

/// Waits for a task. Never fails: what is known at the end is in the answer.
pub async fn wait(desk: &Desk, task: Task, until: Until, most: Option<TimeDelta>) -> Seen {
    let deadline = most.and_then(|most| most.to_std().ok()).map(|most| Tick::now() + most);
    let mut watched = Watched { desk, until, seen: Seen { task, pull: None, ending: Ending::Reached }, told: None };
    let never = std::future::pending::<()>();
    let ending = tokio::select! {
        ending = desk.stop.wait(watched.look()) => ending.unwrap_or(Ending::Stopped),
        () = async { if let Some(deadline) = deadline { tokio::time::sleep_until(deadline).await } else { never.await } } => {
            Ending::TimedOut
        }
    };
    let Seen { task, pull, .. } = watched.seen;
    Seen { task, pull, ending }
}

struct Watched<'a> {
    desk: &'a Desk,
    until: Until,
    seen: Seen,
    /// The state somebody who looks on was last told.
    told: Option<Safe>,
}

impl Watched<'_> {
    async fn look(&mut self) -> Ending {
        let mut failed = 0;
        let mut validator = None;
        let mut steps = STEPS.into_iter();
        loop {
            if let Some(ending) = self.judge().await {
                return ending;
            }
            tokio::time::sleep(steps.next().map_or(SLOWEST, Duration::from_secs)).await;
            match self.desk.context.provider.task(&self.seen.task.at, validator.clone()).await {
                Ok(Fetched::Same) => failed = 0,
                Ok(Fetched::New { value, validator: new }) => {
                    failed = 0;
                    (self.seen.task, validator) = (value, new);
                }
                Err(fault) if fault.is_passing() && failed < MOST_FAILED => failed += 1,
                Err(fault) => return Ending::Lost(fault),
            }
        }
    }

    /// Whether what was waited for is there.
    async fn judge(&mut self) -> Option<Ending> {
        self.tell();
        let ended = !self.seen.task.state.is_active() && !matches!(self.seen.task.state, State::Unknown(_));
        if self.seen.pull.is_none() && (ended || self.until == Until::Pr) {
            self.seen.pull = self.pull().await;
        }
        match self.until {
            Until::Pr if self.seen.pull.is_some() => Some(Ending::Reached),
            Until::Pr if ended => Some(Ending::Badly),
            Until::End if self.seen.task.state == State::Completed => Some(Ending::Reached),
            Until::End if ended => Some(Ending::Badly),
            Until::Pr | Until::End => None,
        }
    }

    async fn pull(&self) -> Option<Pull> {
        let task = &self.seen.task;
        let found = task.artifacts.iter().find_map(|artifact| match artifact {
            Artifact::Pull { id, node, .. } => {
                Some(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() })
            }
            Artifact::Branch { .. } => None,
        })?;
        let pulls = self.desk.context.provider.pulls(&[found]).await.ok()?;
        pulls.into_iter().flatten().next()
    }

    fn tell(&mut self) {
        let state = self.seen.task.state.word();
        if self.told.as_ref() != Some(&state) {
            self.desk.voice.progress(&format!("{}: {state}", self.seen.task.at.id.show()));
            self.told = Some(state);
        }
    }
}
