//! A ledger in memory that keeps every promise of the port but the one about durability, and fails when told to.
//! For tests and for the demo's own world; never for a real service.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::chain::{self, Chain, Hash, Row, Walk};
use super::line::{Line, Said, Span, started};
use super::observed::{Kind, Observed, Seen};
use super::port::{Action, Entry, Intent, Ledger, Outcome};
use super::wanted::Wanted;
use crate::domain::{Fault, FaultKind, Instant, RepoName};

/// Which calls an injected fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Claim,
    Record,
    Read,
}

#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rows: Vec<(Stored, Hash)>,
    /// Where each intent stands in `entries`.
    index: HashMap<Uuid, usize>,
    entries: Vec<Entry>,
    /// The newest record of each kind of each task.
    newest: HashMap<(String, RepoName, String, Kind), Observed>,
    faults: VecDeque<Injected>,
    closed: Option<Fault>,
}

#[derive(Debug)]
enum Stored {
    Intent(Intent),
    Outcome(Intent, Instant, Outcome),
    Observed(Observed),
}

#[derive(Debug)]
struct Injected {
    on: On,
    fault: Fault,
    /// The row is written and the caller is told that it was not: power lost after the commit, before the answer.
    stored: bool,
}

impl Memory {
    pub fn new() -> Self {
        Self::default()
    }

    /// The next call of this kind fails and changes nothing. Several wait in line.
    pub fn fail_next(&self, on: On, fault: Fault) {
        self.state().faults.push_back(Injected { on, fault, stored: false });
    }

    /// The next call of this kind does its work and then reports a fault all the same.
    pub fn fail_after_next(&self, on: On, fault: Fault) {
        self.state().faults.push_back(Injected { on, fault, stored: true });
    }

    /// From now on nothing can be written, as with a newer layout or a full disk; `None` opens it again.
    pub fn close(&self, fault: Option<Fault>) {
        self.state().closed = fault;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn injected(&mut self, on: On) -> Option<Injected> {
        let at = self.faults.iter().position(|fault| fault.on == on)?;
        self.faults.remove(at)
    }

    fn write(&mut self, on: On, change: impl FnOnce(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        if let Some(fault) = &self.closed {
            return Err(fault.clone());
        }
        match self.injected(on) {
            Some(Injected { fault, stored: false, .. }) => Err(fault),
            Some(Injected { fault, .. }) => change(self).and(Err(fault)),
            None => change(self),
        }
    }

    fn read(&mut self) -> Result<(), Fault> {
        self.injected(On::Read).map_or(Ok(()), |injected| Err(injected.fault))
    }

    fn claim(&mut self, intent: &Intent) -> Result<(), Fault> {
        if self.index.contains_key(&intent.id) {
            return Err(already_claimed());
        }
        self.index.insert(intent.id, self.entries.len());
        self.entries.push(Entry { intent: intent.clone(), outcome: None });
        self.push(Stored::Intent(intent.clone()));
        Ok(())
    }

    fn push(&mut self, stored: Stored) {
        let before = self.rows.last().map_or(chain::ROOT, |(_, hash)| *hash);
        let hash = chain::link(&before, self.rows.len() as u64 + 1, stored.row());
        self.rows.push((stored, hash));
    }
}

impl State {
    fn said(stored: &Stored) -> Said {
        match stored {
            Stored::Intent(intent) => Said::Intent(Box::new(intent.clone())),
            Stored::Observed(observed) => Said::Observed(Box::new(observed.clone())),
            Stored::Outcome(intent, at, outcome) => Said::Outcome(Box::new(intent.clone()), *at, outcome.clone()),
        }
    }

    fn is_in(&self, line: &Line, span: &Span) -> bool {
        let of_task = |task: &str| {
            let its_own = line.task() == Some(task);
            its_own
                || line.intent().is_some_and(|intent| {
                    let entry = self.index.get(&intent.id).and_then(|place| self.entries.get(*place));
                    let outcome = entry.and_then(|entry| entry.outcome.as_ref());
                    outcome.and_then(|(_, outcome)| started(intent, outcome)) == Some(task)
                })
        };
        span.before.is_none_or(|before| line.row < before)
            && span.after.is_none_or(|after| line.row > after)
            && span.since.is_none_or(|since| line.at() >= since)
            && span.until.is_none_or(|until| line.at() < until)
            && span.repo.as_ref().is_none_or(|repo| line.repo() == repo)
            && span.task.as_deref().is_none_or(of_task)
    }
}

impl Stored {
    fn row(&self) -> Row<'_> {
        match self {
            Self::Intent(intent) => Row::Intent(intent),
            Self::Observed(observed) => Row::Observed(observed),
            Self::Outcome(intent, at, outcome) => Row::Outcome { intent: intent.id, at: *at, outcome },
        }
    }
}

impl Ledger for Memory {
    fn claim(&self, intent: &Intent) -> Result<(), Fault> {
        self.state().write(On::Claim, |state| state.claim(intent))
    }

    fn claim_once(&self, intent: &Intent, since: Instant) -> Result<Option<Entry>, Fault> {
        let wanted = Wanted::of_key(intent, since);
        let mut used = None;
        self.state().write(On::Claim, |state| {
            used = state.entries.iter().rev().find(|entry| wanted.holds(entry)).cloned();
            if used.is_some() { Ok(()) } else { state.claim(intent) }
        })?;
        Ok(used)
    }

    fn record(&self, intent: Uuid, at: Instant, outcome: &Outcome) -> Result<(), Fault> {
        self.state().write(On::Record, |state| {
            let place = state.index.get(&intent).copied();
            let entry = place.and_then(|place| state.entries.get_mut(place)).ok_or_else(never_claimed)?;
            if entry.outcome.as_ref().is_some_and(|(_, outcome)| outcome.is_final()) {
                return Err(already_final());
            }
            entry.outcome = Some((at, outcome.clone()));
            let intent = entry.intent.clone();
            state.push(Stored::Outcome(intent, at, outcome.clone()));
            Ok(())
        })
    }

    fn unresolved(&self) -> Result<Vec<Entry>, Fault> {
        let mut state = self.state();
        state.read()?;
        let open = |entry: &&Entry| entry.outcome.as_ref().is_none_or(|(_, outcome)| !outcome.is_final());
        Ok(state.entries.iter().filter(open).cloned().collect())
    }

    fn recent(&self, limit: usize) -> Result<Vec<Entry>, Fault> {
        let mut state = self.state();
        state.read()?;
        Ok(state.entries.iter().rev().take(limit).cloned().collect())
    }

    fn count(&self, action: Action, since: Instant) -> Result<u64, Fault> {
        let mut state = self.state();
        state.read()?;
        let counted = |entry: &&Entry| entry.intent.action == action && entry.intent.at >= since;
        Ok(state.entries.iter().filter(counted).count() as u64)
    }

    fn find(&self, wanted: &Wanted, limit: usize) -> Result<Vec<Entry>, Fault> {
        let mut state = self.state();
        state.read()?;
        Ok(state.entries.iter().rev().filter(|entry| wanted.holds(entry)).take(limit).cloned().collect())
    }

    fn number(&self, wanted: &Wanted) -> Result<u64, Fault> {
        let mut state = self.state();
        state.read()?;
        Ok(state.entries.iter().filter(|entry| wanted.holds(entry)).count() as u64)
    }

    fn observe(&self, seen: &[Seen]) -> Result<u64, Fault> {
        let mut news = 0;
        self.state().write(On::Record, |state| {
            for seen in seen {
                let key = (seen.host.clone(), seen.repo.clone(), seen.task.clone(), seen.kind);
                let Some(observed) = seen.after(state.newest.get(&key)) else { continue };
                state.newest.insert(key, observed.clone());
                state.push(Stored::Observed(observed));
                news += 1;
            }
            Ok(())
        })?;
        Ok(news)
    }

    fn origins(&self, host: &str, most: usize) -> Result<Vec<(String, String)>, Fault> {
        let mut state = self.state();
        state.read()?;
        let of_host = state.newest.values().filter(|one| one.seen.kind == Kind::Origin && one.seen.host == host);
        let mut found: Vec<&Observed> = of_host.collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.seen.at));
        Ok(found.into_iter().take(most).map(|one| (one.seen.task.clone(), one.seen.became.clone())).collect())
    }

    fn lines(&self, span: &Span, limit: usize) -> Result<Vec<Line>, Fault> {
        let mut state = self.state();
        state.read()?;
        let all = (1..).zip(&state.rows).map(|(row, (stored, _))| Line { row, said: State::said(stored) });
        let mut found: Vec<Line> = all.filter(|line| state.is_in(line, span)).collect();
        if !span.oldest_first {
            found.reverse();
        }
        found.truncate(limit);
        Ok(found)
    }

    fn verify(&self) -> Result<Chain, Fault> {
        let mut state = self.state();
        state.read()?;
        let mut walk = Walk::default();
        for ((stored, hash), number) in state.rows.iter().zip(1..) {
            if let Err(broken) = walk.step(number, stored.row(), hash) {
                return Ok(broken);
            }
        }
        let head = state.rows.last().map_or(chain::ROOT, |(_, hash)| *hash);
        Ok(walk.end(state.rows.len() as u64, &head))
    }

    fn writable(&self) -> Result<(), Fault> {
        self.state().closed.clone().map_or(Ok(()), Err)
    }

    fn schema_version(&self) -> u32 {
        3
    }
}

/// The same words from every implementation.
pub(super) fn already_claimed() -> Fault {
    Fault::new(FaultKind::Conflict, "this action was already recorded", "nothing was sent again; look at its outcome")
}

pub(super) fn never_claimed() -> Fault {
    Fault::new(FaultKind::NotFound, "this action is not in the ledger", "its outcome could not be recorded")
}

pub(super) fn already_final() -> Fault {
    Fault::new(FaultKind::Conflict, "the outcome of this action is already recorded", "the first one stays")
}
