//! What came of an automation's runs, and which automation a task is of.

use chrono::TimeDelta;

use super::item::AutomationRef;
use crate::domain::{AutomationId, PullState, ReviewDecision, Session, State, Task, TaskRef};

/// How a run ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Failed,
    /// By somebody; it counts neither for nor against the automation.
    Cancelled,
    Open,
    /// A state this program does not know.
    Unknown,
}

impl Outcome {
    pub fn of(state: &State) -> Self {
        match state {
            State::Completed => Self::Done,
            State::Failed | State::TimedOut => Self::Failed,
            State::Cancelled => Self::Cancelled,
            State::Queued | State::InProgress | State::WaitingForUser | State::Idle => Self::Open,
            State::Unknown(_) => Self::Unknown,
        }
    }

    /// Its letter in a strip, where there are no glyphs and no colours.
    pub fn letter(self) -> char {
        match self {
            Self::Done => '+',
            Self::Failed => 'x',
            Self::Cancelled => '-',
            Self::Open => '.',
            Self::Unknown => '?',
        }
    }
}

/// The service lets no session run for longer (the agent's default timeout).
pub const LONGEST: TimeDelta = TimeDelta::minutes(59);

/// How long a run took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    pub time: TimeDelta,
    /// Its sessions' own times say so; else it took this at most.
    pub is_exact: bool,
}

impl Took {
    /// `None`: it has not ended by itself, or its times make no sense.
    ///
    /// Lists tell no sessions, only when a task was last touched, and that may be long after its end: by a follow-up that
    /// was asked for, or because it was put away.
    pub fn of(task: &Task) -> Option<Self> {
        if !matches!(task.state, State::Completed | State::Failed | State::TimedOut) {
            return None;
        }
        let session = |session: &Session| Some(session.completed_at? - session.created_at);
        let sessions = task.sessions.as_deref().filter(|sessions| !sessions.is_empty());
        let took = match sessions.and_then(|sessions| sessions.iter().map(session).sum()) {
            Some(time) => Self { time, is_exact: true },
            None => Self { time: (task.updated_at? - task.created_at).min(LONGEST), is_exact: false },
        };
        (took.time >= TimeDelta::zero()).then_some(took)
    }
}

/// What its newest runs came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// Oldest first.
    pub outcomes: Vec<Outcome>,
    /// The tasks they are of, in the same order.
    pub tasks: Vec<TaskRef>,
    /// How long those that ended took: the middle one of those it is known of, else of what they took at most.
    pub typical: Option<Took>,
    pub pulls: Pulls,
    /// There are older runs than these.
    pub more: bool,
}

/// The pull requests its runs opened, as far as their state is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulls {
    pub opened: u32,
    pub merged: u32,
    /// Open, and nobody has approved them or asked for changes.
    pub unreviewed: u32,
    /// Of these the state is not known.
    pub unknown: u32,
}

impl Pulls {
    /// One more. `seen`: its state and what its reviews come to, where it was read.
    pub fn add(&mut self, seen: Option<(&PullState, &ReviewDecision)>) {
        self.opened += 1;
        match seen {
            None => self.unknown += 1,
            Some((PullState::Merged, _)) => self.merged += 1,
            Some((PullState::Closed, _)) => {}
            Some((_, ReviewDecision::Approved | ReviewDecision::ChangesRequested)) => {}
            Some(_) => self.unreviewed += 1,
        }
    }
}

impl Track {
    /// Of its task list, in any order.
    pub fn of(tasks: &[Task], more: bool) -> Self {
        let mut sorted: Vec<&Task> = tasks.iter().collect();
        sorted.sort_by_key(|task| task.created_at);
        Self {
            outcomes: sorted.iter().map(|task| Outcome::of(&task.state)).collect(),
            tasks: sorted.iter().map(|task| task.at.clone()).collect(),
            typical: typical(tasks),
            pulls: Pulls::default(),
            more,
        }
    }

    /// What is known of single runs, whose sessions no list tells, is better than what the list says of them.
    pub fn learn<'a>(&mut self, known: impl Fn(&TaskRef) -> Option<&'a Task>) {
        let told = typical(self.tasks.iter().filter_map(known));
        self.typical = told.filter(|took| took.is_exact).or(self.typical);
    }

    /// Runs that came to an end of their own: a run somebody cancelled says nothing about the automation.
    pub fn ended(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Done | Outcome::Failed)).count()
    }

    pub fn done(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Outcome::Done).count()
    }

    /// In whole percent of those that ended. `None`: none did.
    pub fn success_percent(&self) -> Option<usize> {
        (self.done() * 100).checked_div(self.ended())
    }

    /// The newest outcomes as letters, newest last.
    pub fn strip(&self, most: usize) -> String {
        let from = self.outcomes.len().saturating_sub(most);
        self.outcomes.iter().skip(from).map(|outcome| outcome.letter()).collect()
    }

    /// How many of the newest ended badly in a row.
    pub fn failing(&self) -> usize {
        let ended = self.outcomes.iter().rev().filter(|outcome| matches!(outcome, Outcome::Done | Outcome::Failed));
        ended.take_while(|outcome| **outcome == Outcome::Failed).count()
    }
}

fn typical<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> Option<Took> {
    let mut took: Vec<Took> = tasks.into_iter().filter_map(Took::of).collect();
    if took.iter().any(|took| took.is_exact) {
        took.retain(|took| took.is_exact);
    }
    took.sort_by_key(|took| took.time);
    took.get(took.len() / 2).copied()
}

/// The automation a task is of: the one it names itself, else the one whose task list has it.
pub fn automation_of<'a>(
    task: &Task,
    lists: impl IntoIterator<Item = (&'a AutomationRef, &'a [TaskRef])>,
) -> Option<AutomationId> {
    if let Some(id) = &task.automation {
        return Some(id.clone());
    }
    let mut lists = lists.into_iter().filter(|(at, _)| at.repo == task.at.repo);
    lists.find(|(_, tasks)| tasks.contains(&task.at)).map(|(at, _)| at.id.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{Instant, SessionBeyond, SessionId};

    fn task(id: &str, state: State, minute: i64, took: i64) -> Task {
        let created_at = Instant::UNIX_EPOCH + TimeDelta::minutes(minute);
        Task { state, created_at, updated_at: Some(created_at + TimeDelta::minutes(took)), ..Task::queued(id) }
    }

    #[test]
    fn a_cancelled_run_counts_neither_for_nor_against() {
        let tasks = [
            task("d", State::Failed, 4, 3),
            task("a", State::Completed, 1, 9),
            task("c", State::Cancelled, 3, 100),
            task("b", State::Completed, 2, 5),
            task("e", State::InProgress, 5, 0),
        ];
        let track = Track::of(&tasks, false);
        assert_eq!((track.strip(10).as_str(), track.strip(2).as_str()), ("++-x.", "x."));
        assert_eq!((track.ended(), track.success_percent(), track.failing()), (3, Some(66), 1));
        assert_eq!(track.typical, Some(Took { time: TimeDelta::minutes(5), is_exact: false }));
        assert_eq!(Track::of(&[], false).success_percent(), None);
    }

    #[test]
    fn how_long_a_run_took_is_what_its_sessions_say_and_else_at_most_what_the_list_does() {
        let minutes = TimeDelta::minutes;
        let most = |time: i64| Some(Took { time: minutes(time), is_exact: false });
        let touched_late = task("a", State::Completed, 0, 600);
        assert_eq!(Took::of(&touched_late), Some(Took { time: LONGEST, is_exact: false }));
        assert_eq!(Took::of(&task("b", State::Failed, 0, 12)), most(12));
        assert_eq!(Took::of(&task("c", State::Cancelled, 0, 12)), None);
        assert_eq!(Took::of(&task("d", State::InProgress, 0, 12)), None);

        let session = |from: i64, to: Option<i64>| Session {
            created_at: touched_late.created_at + minutes(from),
            completed_at: to.map(|to| touched_late.created_at + minutes(to)),
            id: SessionId::new("s"),
            state: State::Completed,
            name: None,
            prompt: None,
            model: None,
            head_ref: None,
            base_ref: None,
            updated_at: None,
            usage: None,
            error: None,
            run: None,
            beyond: SessionBeyond::default(),
        };
        let of = |sessions: Vec<Session>| Task { sessions: Some(sessions), ..touched_late.clone() };
        let followed_up = of(vec![session(0, Some(3)), session(500, Some(507))]);
        let exact = Some(Took { time: minutes(10), is_exact: true });
        assert_eq!(Took::of(&followed_up), exact);
        assert_eq!(Took::of(&of(vec![session(0, Some(3)), session(500, None)])), most(59), "one has no end");
        assert_eq!(Took::of(&of(Vec::new())), most(59));

        let mut track = Track::of(&[touched_late.clone(), task("b", State::Failed, 0, 12)], false);
        assert_eq!(track.typical, most(59));
        track.learn(|at| (*at == followed_up.at).then_some(&followed_up));
        assert_eq!(track.typical, exact);
        track.learn(|_| Some(&touched_late));
        assert_eq!(track.typical, exact, "what is known worse takes nothing away");
    }

    #[test]
    fn a_task_names_its_automation_itself_or_is_in_its_list() {
        let named = |id: Option<&str>| Task { automation: id.map(AutomationId::new), ..Task::queued("t") };
        let at = |repo: &str, id: &str| AutomationRef { repo: repo.parse().unwrap(), id: AutomationId::new(id) };
        let (here, elsewhere) = (at("acme/api", "x"), at("acme/web", "y"));
        let tasks = [named(None).at];
        let lists = || [(&elsewhere, &tasks[..]), (&here, &tasks[..])];
        assert_eq!(automation_of(&named(Some("z")), lists()), Some(AutomationId::new("z")));
        assert_eq!(automation_of(&named(None), lists()), Some(AutomationId::new("x")));
        assert_eq!(automation_of(&named(None), []), None);
    }
}
