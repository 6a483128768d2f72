//! Task, session, run and pull request tell one story, each from its own source. This finds where they do not.
//!
//! Sources follow each other within seconds, and each is read at its own pace. What differs for a moment is therefore
//! only suspected:
//!
//! ```text
//! one side changed ──> Suspicion ──the late side was read again after the grace and has not followed──> Disagreement
//!                          └──it followed, or it was not read again──> nothing is said
//! ```
//!
//! Two sides out of one answer were read together: there the grace alone decides. Nothing is allocated while all
//! agree, and nothing here reads a clock.

use chrono::TimeDelta;

use super::instant::after;
use super::{Artifact, Instant, Pull, PullState, Run, Session, State, Task, age};

/// So long one source may take to follow another.
pub const GRACE: TimeDelta = TimeDelta::seconds(30);
/// So long a run may take to clean up after its task has ended.
pub const CLEAN_UP: TimeDelta = TimeDelta::minutes(2);

/// Who tells a part of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Task,
    Session,
    Run,
    Pull,
}

/// In what they do not agree, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The run is over, the task works.
    RunEnded,
    /// The session is over, the task works.
    SessionEnded,
    /// The pull request is merged or closed, the task works.
    PullOver,
    /// The task is over, its run goes on.
    RunGoesOn,
    /// The task is over, its session goes on.
    SessionGoesOn,
    /// Both work or both are over, in other words.
    SessionDiffers,
    /// The task names a pull request that is not there.
    PullGone,
    /// A pull request was asked for and the task ended well without one.
    PullMissing,
    /// The task counts other sessions than its details hold.
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagreement {
    pub what: What,
    pub between: (Side, Side),
    /// When the later of the two came to say what it says.
    pub since: Instant,
}

/// A difference that may only be a side that is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    pub is: Disagreement,
    /// The side that has to be read again before this counts. `None`: both were read together.
    pub late: Option<Side>,
    /// From here on it counts; the late side must have been read then or later.
    pub from: Instant,
}

/// A task's pull request as it was last read.
#[derive(Clone, Copy, Debug)]
pub enum PullTold<'a> {
    Known(&'a Pull),
    /// Asked for: gone, or not visible although others of its repository are.
    Gone,
}

/// What each of them says.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    pub task: &'a Task,
    /// Since when the task's state is what it is, as far as is known.
    pub task_since: Instant,
    /// The latest one, from which the task's state derives.
    pub session: Option<&'a Session>,
    /// The sessions came in the same answer as the task's state.
    pub told_together: bool,
    /// The run of the latest session.
    pub run: Option<&'a Run>,
    pub pull: Option<PullTold<'a>>,
    /// The task was started with the request to open a pull request.
    pub pull_asked: bool,
}

const RULES: [fn(&Sides<'_>) -> Option<Suspicion>; 6] =
    [run_ended, session_state, pull_over, run_goes_on, pull_told, count];

impl Suspicion {
    /// `read`: when the late side was last read.
    pub fn counts(&self, read: Option<Instant>, now: Instant) -> bool {
        match self.late {
            None => self.from <= now,
            Some(_) => read.is_some_and(|read| self.from <= read),
        }
    }
}

impl<'a> Sides<'a> {
    /// Everything that differs, the gravest first.
    pub fn suspicions(self) -> impl Iterator<Item = Suspicion> + 'a {
        RULES.iter().filter_map(move |rule| rule(&self))
    }

    /// It says that work is being done. A task that waits may wait without a run.
    fn task_works(&self) -> bool {
        matches!(self.task.state, State::Queued | State::InProgress)
    }

    /// When the work told of began: what ended before that is of an earlier session.
    fn began(&self) -> Instant {
        self.session.map_or(self.task.created_at, |session| session.created_at)
    }

    /// The sessions have to be read again unless they came together with the task.
    fn late_session(&self) -> Option<Side> {
        (!self.told_together).then_some(Side::Session)
    }
}

fn suspect(what: What, other: Side, since: Instant, late: Option<Side>) -> Suspicion {
    let grace = if what == What::RunGoesOn { CLEAN_UP } else { GRACE };
    Suspicion { is: Disagreement { what, between: (Side::Task, other), since }, late, from: after(since, grace) }
}

fn run_ended(sides: &Sides<'_>) -> Option<Suspicion> {
    let run = sides.run.filter(|run| run.is_completed() && run.updated_at >= sides.began())?;
    sides.task_works().then(|| suspect(What::RunEnded, Side::Run, run.updated_at, Some(Side::Task)))
}

fn run_goes_on(sides: &Sides<'_>) -> Option<Suspicion> {
    sides.run.filter(|run| run.status.is_in_flight() && is_over(&sides.task.state))?;
    Some(suspect(What::RunGoesOn, Side::Run, sides.task_since, Some(Side::Run)))
}

/// A task's state is that of its latest session, so any other is a contradiction. A word that is not known may mean
/// the same as another.
fn session_state(sides: &Sides<'_>) -> Option<Suspicion> {
    let (task, session) = (&sides.task.state, sides.session?);
    if session.state == *task || [task, &session.state].iter().any(|state| matches!(state, State::Unknown(_))) {
        return None;
    }
    let what = match (task.is_active(), session.state.is_active()) {
        (true, false) => What::SessionEnded,
        (false, true) => What::SessionGoesOn,
        _ => What::SessionDiffers,
    };
    let since = session_since(session).max(sides.task_since);
    Some(suspect(what, Side::Session, since, sides.late_session()))
}

fn pull_over(sides: &Sides<'_>) -> Option<Suspicion> {
    let Some(PullTold::Known(pull)) = sides.pull else { return None };
    let over = matches!(pull.state, PullState::Merged | PullState::Closed);
    // A session that began afterwards began on purpose.
    (over && sides.task_works() && pull.updated_at >= sides.began())
        .then(|| suspect(What::PullOver, Side::Pull, pull.updated_at, Some(Side::Task)))
}

fn pull_told(sides: &Sides<'_>) -> Option<Suspicion> {
    let task = sides.task;
    if matches!(sides.pull, Some(PullTold::Gone)) {
        return Some(suspect(What::PullGone, Side::Pull, task.touched_at(), Some(Side::Pull)));
    }
    let none = !task.artifacts.iter().any(|artifact| matches!(artifact, Artifact::Pull { .. }));
    (sides.pull_asked && none && task.state == State::Completed)
        .then(|| suspect(What::PullMissing, Side::Pull, sides.task_since, Some(Side::Task)))
}

fn count(sides: &Sides<'_>) -> Option<Suspicion> {
    let held = sides.task.sessions.as_ref()?.len();
    let counted = usize::try_from(sides.task.session_count?).ok()?;
    (held != counted).then(|| suspect(What::Count, Side::Session, sides.task.touched_at(), sides.late_session()))
}

/// An unknown state counts as ended elsewhere; here it says nothing.
fn is_over(state: &State) -> bool {
    !state.is_active() && !matches!(state, State::Unknown(_))
}

/// When a session came to its state. One at work is touched all the time: it counts from its start.
fn session_since(session: &Session) -> Instant {
    match session.state {
        State::Queued | State::InProgress => session.created_at,
        _ => session.completed_at.or(session.updated_at).unwrap_or(session.created_at),
    }
}

impl Disagreement {
    /// What each says, in a sentence.
    pub fn says(&self, sides: &Sides<'_>, now: Instant) -> String {
        let task = sides.task.state.word();
        let session = sides.session.map(|session| session.state.word()).unwrap_or_default();
        let ago = age::coarse(now - self.since);
        let ago = if ago == "now" { "just now".to_owned() } else { format!("{ago} ago") };
        match self.what {
            What::RunEnded => {
                let ended = sides.run.and_then(|run| run.conclusion.as_ref());
                let how = ended.map(|conclusion| format!(" ({})", conclusion.word())).unwrap_or_default();
                format!("its run ended {ago}{how}, the task says {task}")
            }
            What::SessionEnded => format!("its session ended {ago} ({session}), the task says {task}"),
            What::PullOver => {
                let pull = match sides.pull {
                    Some(PullTold::Known(pull)) => Some((pull.number, pull.state == PullState::Merged)),
                    _ => None,
                };
                let (number, merged) = pull.unwrap_or_default();
                let how = if merged { "merged" } else { "closed" };
                format!("#{number} was {how} {ago}, the task says {task}")
            }
            What::RunGoesOn => {
                let run = sides.run.map(|run| run.status.word()).unwrap_or_default();
                format!("the task ended {ago} ({task}), its run says {run}")
            }
            What::SessionGoesOn => format!("the task says {task}, its session {session}: believe the task"),
            What::SessionDiffers => format!("the task says {task}, its session {session}"),
            What::PullGone => "the task names a pull request that is gone or hidden from this token".to_owned(),
            What::PullMissing => format!("a pull request was asked for, the task says {task} and has none"),
            What::Count => {
                let held = sides.task.sessions.as_ref().map_or(0, Vec::len);
                let counted = sides.task.session_count.unwrap_or_default();
                format!("the task counts {counted} sessions, its details hold {held}")
            }
        }
    }

    /// The same in two words, for a row.
    pub fn short(&self) -> &'static str {
        match self.what {
            What::RunEnded => "run ended",
            What::SessionEnded => "session ended",
            What::PullOver => "pull over",
            What::RunGoesOn => "run goes on",
            What::SessionGoesOn | What::SessionDiffers => "session differs",
            What::PullGone => "pull gone",
            What::PullMissing => "no pull",
            What::Count => "counts differ",
        }
    }
}

#[cfg(test)]
mod tests;
