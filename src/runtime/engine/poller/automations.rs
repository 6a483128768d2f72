//! Automations: their lists seldom, and what is on the screen of them as long as it is there.
//!
//! ```text
//! nobody looks:  list ── once an hour; where there are none to be had, once in six hours
//! the pane is open: list ── every minute and a half
//!                   rows in sight ── runs every five minutes, detail every ten, or when the list says it was edited
//!                   the one chosen ── both every minute
//! ```
//!
//! The more repositories and rows there are, the less often each is asked. A task that names an automation nobody has
//! heard of brings the list forward. What a pane that was just opened cannot do without goes before what else is due.
//! Nobody waits for the lists of the background: they are read with money that is left over, and not at all while the
//! service is in trouble.
//!
//! A list of runs that proves to be the same is not read again; the proof is of its newest page alone, and so a list of
//! several pages is read whole at the pace of whole sweeps, and when one of its tasks is heard to have turned. The pull
//! requests of the runs are asked about whatever the proof says. Lists of automations come without proofs and are always
//! read whole: no order of theirs is promised.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::run::Poller;
use crate::console::automations::Sight;
use crate::domain::automation::Listed;
use crate::domain::{Automation, AutomationRef, RepoName, Source};
use crate::runtime::engine::automation_book::repo_of;
use crate::runtime::engine::reads::{self, Runs};
use crate::runtime::engine::schedule::Poke;
use crate::runtime::engine::turns::Class;

/// The first list after the start, where nothing asks for it, and how long after it the next repository's.
const FIRST: Duration = Duration::from_mins(10);
const NEXT: Duration = Duration::from_secs(15);
/// The list of a repository of which a task says that it has automations.
const SOON: Duration = Duration::from_secs(10);
/// The list while nobody looks. A pace is kept a little early: this is no more than once an hour.
const SELDOM: Duration = Duration::from_mins(70);
/// The list where there are no automations to be had: no more than once in six hours.
const NOT_HERE: Duration = Duration::from_hours(7);
/// The list while the pane is open; each repository adds some.
const OPEN: Duration = Duration::from_secs(90);
const OPEN_EACH: Duration = Duration::from_secs(15);
/// A row in sight; each row adds some.
const RUNS: Duration = Duration::from_mins(5);
const DETAIL: Duration = Duration::from_mins(10);
const ROW_EACH: Duration = Duration::from_secs(15);
/// Nobody waits longer for another try, whatever the pace.
const LONGEST: Duration = Duration::from_hours(1);
/// Lists of so many repositories go before all else where the pane would be empty without them.
const WAITED_FOR: usize = 12;
/// The one under the cursor.
const CHOSEN: Duration = Duration::from_mins(1);

pub(super) fn is_of_automations(source: &Source) -> bool {
    repo_of(source).is_some()
}

impl Poller {
    fn asks_for_automations(&self) -> bool {
        self.pace.automations && self.desk.provider.automations().is_some()
    }

    /// Gives every source of automations its pace.
    pub(super) fn cover_automations(&mut self, now: Tick) {
        if !self.asks_for_automations() {
            return;
        }
        let open = self.automations.sight.is_some();
        for (repo, wait) in self.watched.iter().zip(std::iter::successors(Some(FIRST), |wait| Some(*wait + NEXT))) {
            let source = Source::Automations(repo.clone());
            match self.automations.is_here(repo) {
                None if !open => self.schedule.want_in(source, wait, now),
                _ => {
                    let every = self.list_pace(repo);
                    self.schedule.want(source, Some(every), now);
                }
            }
        }
        let wanted = self.in_sight();
        for source in self.schedule.known(|source| matches!(source, Source::Automation(_) | Source::AutomationRuns(_)))
        {
            // What was asked for once has no pace, and goes by itself.
            if self.schedule.is_repeated(&source) && !wanted.contains_key(&source) {
                self.schedule.leave(&source);
            }
        }
        for (source, every) in wanted {
            let read_at = self.automations.read_at(&source);
            self.schedule.want_again(source, every, read_at, now);
        }
    }

    fn list_pace(&self, repo: &RepoName) -> Duration {
        match (self.automations.is_here(repo), &self.automations.sight) {
            (Some(false), _) => NOT_HERE,
            (_, None) => SELDOM,
            (_, Some(_)) => OPEN.max(OPEN_EACH * count(self.watched.len())),
        }
    }

    /// What is on the screen of single automations, and how often each is asked for.
    fn in_sight(&self) -> HashMap<Source, Duration> {
        let Some(Sight { rows, chosen }) = &self.automations.sight else { return HashMap::new() };
        let is_watched = |at: &&AutomationRef| self.watched.contains(&at.repo);
        let longer = ROW_EACH * count(rows.len());
        let mut wanted = HashMap::new();
        for at in rows.iter().filter(is_watched) {
            wanted.insert(Source::Automation(at.clone()), DETAIL.max(longer));
            wanted.insert(Source::AutomationRuns(at.clone()), RUNS.max(longer));
        }
        for at in chosen.iter().filter(is_watched) {
            wanted.insert(Source::Automation(at.clone()), CHOSEN);
            wanted.insert(Source::AutomationRuns(at.clone()), CHOSEN);
        }
        wanted
    }

    /// What a source of automations is asked for.
    pub(super) fn class_of_automations(&self, source: &Source) -> Class {
        match source {
            Source::Automations(_) if self.automations.sight.is_none() => Class::Extra,
            Source::Automations(repo) if self.is_waited_for(repo) => Class::Close,
            Source::Automation(at) | Source::AutomationRuns(at) if self.automations.is_chosen(at) => Class::Close,
            // It stands on the screen as not known: what the list called for goes before the lists of tasks.
            Source::Automation(_) | Source::AutomationRuns(_) if self.automations.read_at(source).is_none() => {
                Class::Pulse
            }
            _ => Class::Detail,
        }
    }

    /// The pane is open, and there is nothing to be shown of it yet. Of many repositories the first fill the screen.
    fn is_waited_for(&self, repo: &RepoName) -> bool {
        let is_first = || self.watched.iter().take(WAITED_FOR).any(|watched| watched == repo);
        self.automations.is_here(repo).is_none() && is_first()
    }

    /// Nobody waits for it.
    pub(super) fn is_in_the_background(&self, source: &Source) -> bool {
        is_of_automations(source) && self.automations.sight.is_none()
    }

    /// The least wait after a failure: what is asked seldom is not asked more often because it fails.
    pub(super) fn patience(&self, source: &Source) -> Duration {
        match source {
            Source::Automations(repo) => self.list_pace(repo).min(LONGEST),
            Source::Automation(_) | Source::AutomationRuns(_) => self.in_sight().remove(source).unwrap_or(CHOSEN),
            _ => Duration::ZERO,
        }
    }

    /// What the operator looks at now. Where nothing was to be had when nobody looked, it is tried now.
    pub(super) fn look_at_automations(&mut self, sight: Option<Sight>, now: Tick) {
        let opened = self.automations.sight.is_none() && sight.is_some();
        self.automations.sight = sight;
        self.cover_automations(now);
        if opened {
            for repo in &self.watched {
                self.schedule.retry(&Source::Automations(repo.clone()), now);
            }
        }
    }

    /// The operator wants to know how things are now: also of what was never asked for, or is not to be had.
    pub(super) fn refresh_automations(&mut self, now: Tick) {
        for repo in &self.watched {
            self.schedule.poke(&Source::Automations(repo.clone()), now, Poke::Operator);
        }
    }

    /// Something was just done to this automation.
    pub(super) fn look_at_automation(&mut self, at: &AutomationRef, now: Tick) {
        if !self.asks_for_automations() || !self.watched.contains(&at.repo) {
            return;
        }
        for source in
            [Source::Automations(at.repo.clone()), Source::Automation(at.clone()), Source::AutomationRuns(at.clone())]
        {
            if !self.schedule.knows(&source) {
                self.schedule.want(source.clone(), None, now);
            }
            self.schedule.poke(&source, now, Poke::Operator);
        }
    }

    /// A task was heard of that an automation started. `turned`: it is new, or in another state.
    pub(super) fn meet_automation(&mut self, at: &AutomationRef, active: bool, turned: bool, now: Tick) {
        if turned {
            self.automations.doubt_runs(at);
            self.schedule.poke(&Source::AutomationRuns(at.clone()), now, Poke::Time);
        }
        let list = Source::Automations(at.repo.clone());
        if self.automations.is_here(&at.repo).is_none() || (active && self.automations.is_missed(at)) {
            self.schedule.soon(&list, SOON, now);
        }
    }

    pub(super) fn learn_automations(&mut self, repo: &RepoName, listed: &Listed, now: Tick) {
        for at in self.automations.listed(repo, listed) {
            self.schedule.poke(&Source::Automation(at), now, Poke::Time);
        }
    }

    pub(super) fn learn_automation(&mut self, at: &AutomationRef, automation: Option<&Automation>, now: Tick) {
        self.automations.read(&Source::Automation(at.clone()), now);
        if automation.is_none() {
            self.automations.forget(at);
            self.schedule.poke(&Source::Automations(at.repo.clone()), now, Poke::Time);
        }
    }

    pub(super) fn learn_runs(&mut self, at: &AutomationRef, runs: Option<&mut Runs>, now: Tick) {
        self.automations.read(&Source::AutomationRuns(at.clone()), now);
        let Some(runs) = runs else { return };
        self.automations.keep_runs(at, runs, now);
        if let Some(tasks) = &mut runs.tasks {
            // What the repository's own list leaves out is not brought onto the screen by this one.
            tasks.retain(|task| task.archived_at.is_none() || self.memory.tasks.contains_key(&task.at.id));
            for task in tasks {
                self.learn_task(task, false, now);
            }
        }
        for (at, pull) in &runs.pulls {
            self.memory.pulls.told(at, pull.as_ref(), now);
        }
    }

    /// Sends one of them on its way.
    pub(super) fn fly_automations(&mut self, source: &Source, need: f64) {
        let provider = self.desk.provider.clone();
        match source {
            Source::Automations(repo) => {
                let repo = repo.clone();
                self.spawn(source, need, async move { reads::automations(&*provider, repo).await });
            }
            Source::Automation(at) => {
                let at = at.clone();
                self.spawn(source, need, async move { reads::automation(&*provider, at).await });
            }
            Source::AutomationRuns(at) => {
                let before = self.automations.runs_before(at, self.pace.whole_sweep, Tick::now());
                let at = at.clone();
                let settled = self.memory.pulls.all_settled(&at.repo);
                self.spawn(source, need, async move { reads::runs(&*provider, at, before, &settled).await });
            }
            _ => self.schedule.drop(source),
        }
    }
}

/// No screen has more rows, and nobody watches more repositories.
fn count(many: usize) -> u32 {
    u32::try_from(many.min(1000)).unwrap_or(1000)
}
