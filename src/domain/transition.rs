//! What counts as a transition: something became of a task or of its pull request that somebody may want to be told of.
//!
//! ```text
//! facts ─> Standing ─┐
//!                    ├─ compare ─> turns ─> Transition (what, of which task, since when) ─> rules ─> who is told, how
//! before: Standing ──┘
//! ```
//!
//! Pure: no clock, no memory. That each is told once is for who tells it: [`Transition::aspect`] and
//! [`Transition::id`] are what is remembered. Not for the ledger, which records every look that is news by itself.

use super::query::Facts;
use super::stuck::Stuck;
use super::{Artifact, Condition, Instant, Pull, PullState, Query, RepoName, ReviewDecision, State, TaskId};
use crate::text::Untrusted;

mod kind;
mod on;

pub use kind::Kind;
pub use on::On;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checks {
    None,
    Pending,
    Red,
    Green,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Review {
    None,
    Approved,
    ChangesRequested,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OfPull {
    number: u64,
    state: PullState,
    review: Review,
    checks: Checks,
    asks_approval: bool,
}

impl OfPull {
    fn of(pull: &Pull) -> Self {
        let counted = pull.checks.as_ref();
        let checks = match counted {
            Some(checks) if checks.failed > 0 => Checks::Red,
            Some(checks) if checks.pending > 0 || checks.needs_approval > 0 => Checks::Pending,
            Some(checks) if checks.passed > 0 && checks.is_clear() => Checks::Green,
            _ => Checks::None,
        };
        let review = match pull.review {
            ReviewDecision::Approved => Review::Approved,
            ReviewDecision::ChangesRequested => Review::ChangesRequested,
            ReviewDecision::ReviewRequired | ReviewDecision::NoRule | ReviewDecision::Unknown(_) => Review::None,
        };
        let asks_approval = counted.is_some_and(|checks| checks.needs_approval > 0);
        Self { number: pull.number, state: pull.state, review, checks, asks_approval }
    }

    fn is_open(self) -> bool {
        matches!(self.state, PullState::Open | PullState::Draft)
    }
}

/// What is known of a task's pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// It names none.
    None,
    /// It names one that nobody has read yet. What that one is like is no change when it is read.
    Unread,
    /// The same, and it named none before: that it has one is news when it is read.
    Awaited,
    Read(OfPull),
}

/// How a task stands: all that a transition is a change of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose: a place in a table may be another task's later.
    task: TaskId,
    state: State,
    stuck: bool,
    orphaned: bool,
    /// The rule whose finding is the worst.
    diagnosis: Option<Untrusted>,
    pull: Seen,
}

impl Standing {
    pub fn of(facts: &Facts<'_>) -> Self {
        let diagnosis = facts.diagnosed.and_then(|told| told.worst());
        let names_one = facts.task.artifacts.iter().any(|artifact| matches!(artifact, Artifact::Pull { .. }));
        let unread = if names_one { Seen::Unread } else { Seen::None };
        Self {
            task: facts.task.at.id.clone(),
            state: facts.task.state.clone(),
            stuck: facts.stuck.is_some(),
            orphaned: facts.condition == Condition::Orphaned,
            diagnosis: diagnosis.map(|found| found.rule.clone()),
            pull: facts.pull.map_or(unread, |pull| Seen::Read(OfPull::of(pull))),
        }
    }

    /// A task nobody has heard of before: queued, and nothing more.
    pub fn blank(task: TaskId) -> Self {
        Self { task, state: State::Queued, stuck: false, orphaned: false, diagnosis: None, pull: Seen::None }
    }

    /// The same after an earlier look, which may know more.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        self.pull = match (before.pull, self.pull) {
            (Seen::None | Seen::Awaited, Seen::Unread) => Seen::Awaited,
            // It could not be read this time, or an answer left it out.
            (Seen::Read(known), Seen::Unread | Seen::None) => Seen::Read(known),
            (_, now) => now,
        };
        self
    }

    pub fn is_of(&self, task: &TaskId) -> bool {
        self.task == *task
    }
}

/// A change of one aspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub kind: Kind,
    /// One of the kind's own words ([`Kind::becomes`]); the service's word for a state, a rule's id for a diagnosis.
    pub became: Untrusted,
    /// It holds no more: nobody is told, but the next time it is news again.
    pub over: bool,
}

impl Turn {
    fn to(kind: Kind, became: &str) -> Self {
        Self { kind, became: became.into(), over: false }
    }

    fn over(kind: Kind) -> Self {
        Self { kind, became: "".into(), over: true }
    }

    /// A task that was not there before.
    pub fn new_task(state: &State) -> Self {
        Self::to(Kind::TaskNew, state.wire())
    }

    /// What tells it from another turn of its kind. Two consoles may see a new task in different states.
    pub fn told_apart_by(&self) -> &str {
        if self.kind == Kind::TaskNew { "" } else { self.became.raw_for_match() }
    }

    fn is_aspect_of_pull(&self) -> bool {
        matches!(self.kind, Kind::PullNew | Kind::PullState | Kind::PullReview | Kind::PullChecks | Kind::PullWorkflows)
    }
}

/// What changed from one look at a task to the next.
pub fn compare(before: &Standing, after: &Standing) -> Vec<Turn> {
    let mut turns = Vec::new();
    if before.state != after.state {
        turns.push(Turn::to(Kind::TaskState, after.state.wire()));
    }
    let mut switch = |kind, word, was: bool, is: bool| {
        if was != is {
            turns.push(if is { Turn::to(kind, word) } else { Turn::over(kind) });
        }
    };
    switch(Kind::TaskStuck, "stuck", before.stuck, after.stuck);
    switch(Kind::TaskOrphaned, "orphaned", before.orphaned, after.orphaned);
    match &after.diagnosis {
        Some(rule) if before.diagnosis.as_ref() != Some(rule) => {
            turns.push(Turn { kind: Kind::DiagnosisFound, became: rule.clone(), over: false });
        }
        None if before.diagnosis.is_some() => turns.push(Turn::over(Kind::DiagnosisFound)),
        _ => {}
    }
    match (before.pull, after.pull) {
        (Seen::Unread, _) | (_, Seen::None | Seen::Unread | Seen::Awaited) => {}
        (Seen::Read(before), Seen::Read(after)) if before.number == after.number => {
            of_pull(Some(before), after, &mut turns);
        }
        // Another pull request is compared with nothing.
        (_, Seen::Read(after)) => of_pull(None, after, &mut turns),
    }
    turns
}

fn of_pull(before: Option<OfPull>, after: OfPull, turns: &mut Vec<Turn>) {
    match (before.map(|before| before.state), after.state) {
        (Some(was), is) if was == is => {}
        (_, PullState::Merged) => turns.push(Turn::to(Kind::PullState, "merged")),
        (_, PullState::Closed) => turns.push(Turn::to(Kind::PullState, "closed")),
        (Some(PullState::Draft), PullState::Open) => turns.push(Turn::to(Kind::PullState, "open")),
        // A new one, or one that was opened again.
        (None | Some(PullState::Closed | PullState::Merged), is) => {
            turns.push(Turn::to(Kind::PullNew, if is == PullState::Draft { "draft" } else { "open" }));
        }
        // One that is a draft again.
        (Some(_), _) => turns.push(Turn::over(Kind::PullState)),
    }
    if before.map_or(Review::None, |before| before.review) != after.review {
        turns.push(match after.review {
            Review::Approved => Turn::to(Kind::PullReview, "approved"),
            Review::ChangesRequested => Turn::to(Kind::PullReview, "changes_requested"),
            Review::None => Turn::over(Kind::PullReview),
        });
    }
    // Of one that is decided nobody waits for the checks.
    if !after.is_open() {
        return;
    }
    match (before.map_or(Checks::None, |before| before.checks), after.checks) {
        (was, is) if was == is => {}
        (_, Checks::Red) => turns.push(Turn::to(Kind::PullChecks, "failing")),
        (_, Checks::Green) => turns.push(Turn::to(Kind::PullChecks, "passing")),
        (_, Checks::Pending | Checks::None) => turns.push(Turn::over(Kind::PullChecks)),
    }
    match (before.is_some_and(|before| before.asks_approval), after.asks_approval) {
        (false, true) => turns.push(Turn::to(Kind::PullWorkflows, "needs_approval")),
        (true, false) => turns.push(Turn::over(Kind::PullWorkflows)),
        _ => {}
    }
}

/// A turn, of which task and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    pub repo: RepoName,
    /// `None`: of something that has no task yet, such as a start nobody knows the outcome of.
    pub task: Option<TaskId>,
    pub turn: Turn,
    /// By the service's clock where it tells, so that two consoles say the same.
    pub at: Instant,
    /// The task's name.
    pub name: Untrusted,
    /// Number of the pull request, where it is about one.
    pub pull: Option<u64>,
    pub url: Option<Untrusted>,
    /// More, in one line: what was found, why it is stuck.
    pub more: Untrusted,
}

impl Transition {
    pub fn new(turn: Turn, facts: &Facts<'_>) -> Self {
        let pull = facts.pull.filter(|_| turn.is_aspect_of_pull());
        let found = facts.diagnosed.and_then(|told| told.worst()).filter(|_| turn.kind == Kind::DiagnosisFound);
        let stuck = facts.stuck.filter(|_| turn.kind == Kind::TaskStuck);
        let error = facts.task.latest_session().and_then(|session| session.error.clone());
        let at = match turn.kind {
            Kind::TaskNew => facts.task.created_at,
            Kind::TaskStuck => stuck.map_or(facts.now, |stuck| stuck.since()),
            _ => pull.map_or(facts.task.touched_at(), |pull| pull.updated_at),
        };
        Self {
            repo: facts.task.at.repo.clone(),
            task: Some(facts.task.at.id.clone()),
            at,
            name: facts.task.name.clone(),
            pull: pull.map(|pull| pull.number),
            url: pull.map(|pull| pull.url.clone()).or_else(|| facts.task.html_url.clone()),
            more: found
                .map(|found| found.title.clone())
                .or_else(|| stuck.map(|stuck| said(&stuck, facts.now)))
                .or_else(|| error.filter(|_| turn.kind == Kind::TaskState))
                .unwrap_or_else(|| "".into()),
            turn,
        }
    }

    /// Which memory it belongs to: one of a task's aspects.
    pub fn aspect(&self) -> String {
        let of = self.task.as_ref().map_or("-", TaskId::raw);
        format!("{} {of} {}", self.repo, self.turn.kind.aspect())
    }

    /// The same for the same transition, whoever saw it.
    pub fn id(&self) -> String {
        let became = self.turn.told_apart_by();
        format!("{} {} {became} {}", self.aspect(), self.turn.kind.word(), self.at.timestamp_millis())
    }

    /// What happened, in a word or two.
    pub fn title(&self) -> crate::text::Safe {
        self.turn.kind.says(&self.turn.became)
    }
}

fn said(stuck: &Stuck, now: Instant) -> Untrusted {
    stuck.says(now).into()
}

/// How somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    Bell,
    Osc9,
    Osc777,
    Webhook,
    Command,
}

impl Way {
    pub const ALL: [Self; 5] = [Self::Bell, Self::Osc9, Self::Osc777, Self::Webhook, Self::Command];

    pub fn word(self) -> &'static str {
        match self {
            Self::Bell => "bell",
            Self::Osc9 => "osc9",
            Self::Osc777 => "osc777",
            Self::Webhook => "webhook",
            Self::Command => "command",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }

    /// It goes to the terminal.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Bell | Self::Osc9 | Self::Osc777)
    }
}

/// Which transitions of which tasks are told, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub query: Query,
    pub on: Vec<On>,
    pub by: Vec<Way>,
}

impl Rule {
    /// `facts` `None`: of no task, which only a rule without a query is about.
    pub fn holds(&self, turn: &Turn, facts: Option<&Facts<'_>>) -> bool {
        !turn.over
            && self.on.iter().any(|on| on.holds(turn))
            && (self.query.is_empty() || facts.is_some_and(|facts| self.query.matches(facts)))
    }
}

/// A transition, and how it is to be told: not at all, where no rule is about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub transition: Transition,
    pub by: Vec<Way>,
}

impl Notice {
    pub fn new(transition: Transition, rules: &[Rule], facts: Option<&Facts<'_>>) -> Self {
        let holding: Vec<&Rule> = rules.iter().filter(|rule| rule.holds(&transition.turn, facts)).collect();
        let by = Way::ALL.into_iter().filter(|way| holding.iter().any(|rule| rule.by.contains(way))).collect();
        Self { transition, by }
    }
}

#[cfg(test)]
mod tests;
