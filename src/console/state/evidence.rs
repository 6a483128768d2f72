//! The proofs behind a verdict: what a task's log told, its deadline, what its sources say and when each was read.

use chrono::TimeDelta;

use super::condition::OfCancel;
use super::settings::Settings;
use super::tasks::Slot;
use super::tone::Tone;
use super::words::severity;
use super::world::{Known, PullOf, World};
use crate::domain::disagreement::{Disagreement, PullTold, Side, Sides, Suspicion};
use crate::domain::instant::after;
use crate::domain::stuck::{Kind, Orphan, Signs, Stuck, Whence};
use crate::domain::{Artifact, Condition, Diagnosed, Instant, SessionId, Source, State};
use crate::text::Untrusted;
use crate::transcript::{Entry, RunFacts};

/// Who has asked goes on with nothing else: a question is among the last entries of a log.
const LAST: usize = 32;

/// What was learnt of a task besides what the service says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub log: Option<Box<ToldByLog>>,
    pub asked: Option<Box<Asked>>,
    /// It was started from here, with the request to open a pull request.
    pub pull_asked: bool,
}

/// What the log of one of its sessions told of its run: its clock, its inputs, the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldByLog {
    pub session: SessionId,
    pub facts: RunFacts,
}

impl ToldByLog {
    /// `None`: nothing of the kind, or the log is of another session than `session` and proves nothing.
    pub fn read(session: &SessionId, facts: &RunFacts) -> Option<Self> {
        let is_its_own = facts.session.as_ref().is_none_or(|id| id.raw_for_match() == session.raw());
        (is_its_own && facts.tells()).then(|| Self { session: session.clone(), facts: facts.clone() })
    }
}

/// What the agent asks in the log of a session, and nobody has answered there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub session: SessionId,
    pub question: Untrusted,
}

impl Asked {
    pub fn read(session: &SessionId, entries: &[Entry]) -> Option<Self> {
        let question = entries.iter().rev().take(LAST).find_map(|entry| entry.kind.asks())?;
        let says = !question.raw_for_match().trim().is_empty();
        says.then(|| Self { session: session.clone(), question: question.clone() })
    }
}

/// When the service stops the latest session, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline<'a> {
    pub at: Instant,
    pub start: Start,
    pub limit: TimeDelta,
    pub whence: LimitFrom<'a>,
}

/// Whose start a deadline counts from, the best known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Log,
    Run,
    Session,
    /// No session is known yet: since the task works.
    Task,
}

impl Start {
    pub fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Run => "run",
            Self::Session => "session",
            Self::Task => "task",
        }
    }
}

/// Where the length of a session is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitFrom<'a> {
    Log,
    Thresholds(Whence<'a>),
}

impl std::fmt::Display for LimitFrom<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Log => f.write_str("its log"),
            Self::Thresholds(whence) => whence.fmt(f),
        }
    }
}

impl Known {
    /// Start and length of the latest session: what its own log says, else the run's start, else the session's.
    pub fn deadline<'a>(&self, settings: &'a Settings) -> Deadline<'a> {
        let latest = self.task.latest_session();
        let told = self.evidence.log.as_deref();
        let own = told.filter(|told| latest.is_some_and(|session| session.id == told.session));
        // An earlier session of the same task was given as long as this one is.
        let timeout = told.and_then(|told| told.facts.timeout);
        let repo = &self.task.at.repo;
        let whence = || LimitFrom::Thresholds(settings.stuck.whence(repo, Kind::SessionLimit));
        let (limit, whence) = timeout
            .map_or_else(|| (settings.stuck.of(repo).session_limit, whence()), |timeout| (timeout, LimitFrom::Log));
        let run = self.run.as_ref().and_then(|join| join.run.as_ref()?.started_at);
        // The run of an earlier session began before this one was asked for.
        let run = run.filter(|start| latest.is_none_or(|session| after(*start, CLOCK_SLACK) >= session.created_at));
        let (start, from) = if let Some(at) = own.and_then(|told| told.facts.started_at) {
            (Start::Log, at)
        } else if let Some(at) = run {
            (Start::Run, at)
        } else if let Some(session) = latest {
            (Start::Session, session.created_at)
        } else {
            (Start::Task, self.state_since)
        };
        Deadline { at: after(from, limit), start, limit, whence }
    }

    /// The newest proof of work: a touch by the service, a step of its job, a line of its log.
    pub fn proof_at(&self) -> Instant {
        let session = self.task.latest_session().and_then(|session| session.updated_at);
        let steps = self.run.iter().flat_map(|join| &join.jobs).flat_map(|job| &job.steps);
        let step = steps.filter_map(|step| step.started_at.max(step.completed_at)).max();
        self.task.touched_at().max(session.max(step).max(self.last_sign).unwrap_or(Instant::MIN_UTC))
    }

    /// What it asks of the user while it waits for an answer, where its log was read.
    pub fn question(&self, now: Instant) -> Option<&Untrusted> {
        let asked = self.evidence.asked.as_deref()?;
        let is_latest = self.task.latest_session().is_some_and(|latest| latest.id == asked.session);
        let waits = self.condition(now) == Condition::State(&State::WaitingForUser);
        (is_latest && waits).then_some(&asked.question)
    }

    /// What a verdict on being stuck rests on.
    pub(super) fn signs(&self, settings: &Settings) -> Signs {
        Signs {
            state_since: self.state_since,
            proof_at: self.proof_at(),
            deadline: Some(self.deadline(settings).at),
            orphan: self.orphan(),
        }
    }

    /// Its run is gone: told by a cancel, or seen.
    pub(super) fn orphan(&self) -> Option<Orphan> {
        match self.cancel_verdict() {
            OfCancel::Orphaned(at) => {
                let run = self.run.as_ref().and_then(|join| join.run.as_ref()).filter(|run| run.is_completed());
                Some(Orphan { since: run.map_or(at, |run| run.updated_at.min(at)), from: at })
            }
            OfCancel::Cancelling => None,
            OfCancel::None => {
                let from = self.orphan_at()?;
                Some(Orphan { since: from - super::condition::ORPHAN_AFTER, from })
            }
        }
    }

    /// What each source says of it. `world`: `None` leaves out the pull request.
    pub fn sides<'a>(&'a self, world: Option<&'a World>) -> Sides<'a> {
        let names_pull = self.task.artifacts.iter().any(|artifact| matches!(artifact, Artifact::Pull { .. }));
        let pull = world.filter(|_| names_pull).and_then(|world| match world.pull_of(&self.task)? {
            PullOf::Known(pull) => Some(PullTold::Known(pull)),
            // A token that sees no pull request of a repository says nothing about this one.
            PullOf::Gone if world.pulls_seen.contains(&self.task.at.repo) => Some(PullTold::Gone),
            PullOf::Gone | PullOf::Loading => None,
        });
        Sides {
            task: &self.task,
            task_since: self.state_since,
            session: self.task.latest_session(),
            told_together: self.sessions_as_of == Some(self.task.touched_at()),
            run: self.run.as_ref().and_then(|join| join.run.as_ref()),
            pull,
            pull_asked: self.evidence.pull_asked,
        }
    }

    /// What differs, whether it counts already or not. Nothing does while a cancel is on its way: all is in motion then.
    pub fn suspicions<'a>(&'a self, world: Option<&'a World>) -> impl Iterator<Item = Suspicion> + 'a {
        let still = !(self.task.state.is_active() && self.cancel_verdict() == OfCancel::Cancelling);
        still.then(|| self.sides(world).suspicions()).into_iter().flatten()
    }

    /// In what its sources do not agree, the gravest first. `None` nearly always, and then nothing was allocated.
    pub fn disagreements<'a>(&'a self, world: &'a World, now: Instant) -> impl Iterator<Item = Disagreement> + 'a {
        let counts = move |suspicion: &Suspicion| {
            let read = suspicion.late.and_then(|side| world.read_at(self, side));
            suspicion.counts(read, now)
        };
        self.suspicions(Some(world)).filter(counts).map(|suspicion| suspicion.is)
    }

    pub fn disagreement(&self, world: &World, now: Instant) -> Option<Disagreement> {
        self.disagreements(world, now).next()
    }

    /// The one sign after a row's state: what is wrong with it, else that it is new, else that an automation started it.
    pub fn sign(&self, world: &World, settings: &Settings, now: Instant) -> Option<(&'static str, Tone)> {
        let orphaned = self.condition(now) == Condition::Orphaned;
        if !orphaned && self.stuck(settings, now).is_some() {
            Some(("▲", Tone::Warn))
        } else if !orphaned && self.disagreement(world, now).is_some() {
            Some(("≠", Tone::Warn))
        } else if let Some(found) = world.diagnosed_of(&self.task).and_then(Diagnosed::worst) {
            Some(("∴", severity(found.severity).0))
        } else {
            let by_itself = self.task.automation.as_ref().map(|_| ("↻", Tone::Dim));
            self.changed.then_some(("•", Tone::AccentStrong)).or(by_itself)
        }
    }

    /// The evidence for that sign in two words, at the end of the name: `silent 22m`, `run ended`; both where it is stuck
    /// and its sources differ. `aged`: the time in the state stands in the row, which needs not say it again.
    pub fn short_evidence(&self, world: &World, settings: &Settings, now: Instant, aged: bool) -> [Option<String>; 2] {
        let stuck = self.stuck(settings, now);
        let orphaned = self.condition(now) == Condition::Orphaned;
        let told = aged && (orphaned || matches!(stuck, Some(Stuck::QueuedSince(_) | Stuck::WaitingSince(_))));
        let first = stuck.filter(|_| !told).map(|stuck| stuck.short(now));
        // Of an orphan this is the same once more.
        let differs = self.disagreement(world, now).filter(|_| !orphaned).map(|differs| differs.short().to_owned());
        match (first, differs) {
            (Some(stuck), Some(differs)) => [Some(format!("{stuck}, {differs}")), Some(stuck)],
            (None, None) if stuck.is_none() && !orphaned => {
                let found = world.diagnosed_of(&self.task).and_then(Diagnosed::worst);
                [found.map(|found| found.rule.show_line().to_string()), None]
            }
            (first, differs) => [first.or(differs), None],
        }
    }
}

/// Session and run are stamped by two clocks.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(5);

impl World {
    /// When what this side says of a task was last read.
    pub fn read_at(&self, known: &Known, side: Side) -> Option<Instant> {
        let good = |source: &Source| self.freshness.get(source).and_then(|freshness| freshness.good_at);
        let at = &known.task.at;
        match side {
            Side::Task => {
                let own = self.is_own(&known.task).then_some(&Source::OwnTasks).and_then(good);
                good(&Source::Tasks(at.repo.clone())).max(good(&Source::Task(at.id.clone()))).max(own)
            }
            Side::Session => good(&Source::Task(at.id.clone())),
            Side::Run => known.run.as_ref().map(|join| join.seen_at),
            Side::Pull => {
                let mut named = known.task.artifacts.iter().rev().filter_map(|artifact| match artifact {
                    Artifact::Pull { id, .. } => Some((at.repo.clone(), *id)),
                    Artifact::Branch { .. } => None,
                });
                let shown = named.clone().find(|key| matches!(self.pulls.get(key), Some(Some(_))));
                self.pulls_read.get(&shown.or_else(|| named.next())?).copied()
            }
        }
    }

    /// The tasks of which a suspicion was settled by this reading of a source: a side was read again and has not
    /// followed, although nothing it says is new. `before`: the reading before this one.
    pub fn settled_by<'a>(
        &'a self,
        source: &'a Source,
        before: Option<Instant>,
        now: Instant,
    ) -> impl Iterator<Item = Slot> + 'a {
        let settles = move |known: &Known| {
            known.suspicions(Some(self)).any(|suspicion| {
                let told = match (source, suspicion.late) {
                    (Source::Tasks(_) | Source::OwnTasks, Some(Side::Task))
                    | (Source::Task(_), Some(Side::Task | Side::Session)) => true,
                    (Source::Run(_), Some(Side::Run)) => true,
                    // Not every pull request is asked for each time.
                    (Source::Pulls, Some(Side::Pull)) => return self.read_at(known, Side::Pull) == Some(now),
                    _ => false,
                };
                told && suspicion.from <= now && before.is_none_or(|before| before < suspicion.from)
            })
        };
        let (one, many) = match source {
            Source::Task(id) | Source::Run(id) => (self.tasks.slot(id), false),
            Source::Tasks(_) | Source::OwnTasks | Source::Pulls => (None, true),
            Source::Viewer
            | Source::Log(_)
            | Source::People
            | Source::Diagnosis(_)
            | Source::Automations(_)
            | Source::Automation(_)
            | Source::AutomationRuns(_) => (None, false),
        };
        let ours = move |known: &Known| match source {
            Source::OwnTasks => self.is_own(&known.task),
            Source::Tasks(repo) => {
                known.task.at.repo == *repo && (known.task.state.is_active() || known.evidence.pull_asked)
            }
            _ => true,
        };
        let one = one.and_then(|slot| Some((slot, self.tasks.at(slot)?)));
        let many = many.then(|| self.tasks.iter()).into_iter().flatten().filter(move |(_, known)| ours(known));
        one.into_iter().chain(many).filter(move |(_, known)| settles(known)).map(|(slot, _)| slot)
    }
}
