//! How often each list is asked: which sources speak for the tasks at work, and whether that saves anything.
//!
//! A list is asked at full pace while something works there that nobody else speaks for. The list of own tasks speaks for
//! these exactly; a pull request speaks for its task nearly always, and lists it relieves are still read at the idle pace.
//! Either is used only where it saves more than it costs: two small repositories are better asked one by one, and lists
//! that prove for nothing that nothing changed need no help.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::run::Poller;
use crate::domain::{RepoName, Source};
use crate::runtime::engine::list_state::ListState;

/// How much dearer the lists must be than the list of own tasks for it to be worth its price.
const OWN_WORTH: f64 = 1.5;
/// The same for pull requests, which now and then do not move with their task.
const PULLS_WORTH: f64 = 2.0;
/// Between two requests while there are pull requests that were never asked about: those of more than one request, and those
/// that other answers named while one was on its way.
const PULLS_FASTEST: Duration = Duration::from_secs(1);

/// What speaks for a task besides its repository's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Speakers {
    own: bool,
    pulls: bool,
}

/// How many tasks are at work in a repository, by who speaks for them besides its list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    own_with_pull: u32,
    own: u32,
    with_pull: u32,
    alone: u32,
}

impl Work {
    fn add(&mut self, own: bool, with_pull: bool) {
        *match (own, with_pull) {
            (true, true) => &mut self.own_with_pull,
            (true, false) => &mut self.own,
            (false, true) => &mut self.with_pull,
            (false, false) => &mut self.alone,
        } += 1;
    }

    /// Those that only the list speaks for.
    fn left_by(&self, speakers: Speakers) -> u32 {
        let own = if speakers.own { 0 } else { self.own };
        let with_pull = if speakers.pulls { 0 } else { self.with_pull };
        let both = if speakers.own || speakers.pulls { 0 } else { self.own_with_pull };
        both + own + with_pull + self.alone
    }

    fn all(&self) -> u32 {
        self.left_by(Speakers::default())
    }
}

/// The watched repositories with tasks at work.
pub(super) type AtWork<'a> = HashMap<&'a RepoName, Work>;

impl Poller {
    /// Gives every standing source its pace. Called after everything that may change one.
    pub(super) fn cover(&mut self, now: Tick) {
        let at_work = self.at_work();
        let speakers = self.speakers(&at_work);
        let pace = |repo: &RepoName| match at_work.get(repo) {
            Some(work) if work.left_by(speakers) > 0 => self.pace.active,
            Some(_) => self.pace.idle.max(self.pace.active),
            None => {
                let calm = self.lists.get(repo).map(|list| list.calm).unwrap_or_default();
                calm.pace(self.pace.idle, self.pace.slowest)
            }
        };
        let paces: Vec<(RepoName, Duration)> = self.watched.iter().map(|repo| (repo.clone(), pace(repo))).collect();
        for (repo, every) in paces {
            self.schedule.want(Source::Tasks(repo), Some(every), now);
        }
        self.cover_own(speakers.own, now);
        self.cover_pulls(speakers.pulls, now);
        self.cover_automations(now);
    }

    fn cover_own(&mut self, speaks: bool, now: Tick) {
        if !self.own_is_asked() {
            return;
        }
        let beyond = self.memory.active().any(|light| light.own && !self.watched.contains(&light.at.repo));
        let calm = self.own.calm.pace(self.pace.idle, self.pace.slowest);
        let every = if speaks || beyond { self.pace.active } else { calm };
        self.schedule.want(Source::OwnTasks, Some(every), now);
    }

    fn cover_pulls(&mut self, speak: bool, now: Tick) {
        if self.memory.pulls.open() == 0 {
            self.schedule.drop(&Source::Pulls);
            return;
        }
        let every = match () {
            () if speak => self.pace.active,
            () if self.memory.pulls.is_computing() => self.pace.attended,
            () if self.memory.pulls.has_unasked() => PULLS_FASTEST,
            () => self.pulls_pace(),
        };
        // Where all were settled and one is in doubt again, its pace goes on from the last request.
        self.schedule.want_again(Source::Pulls, every, self.memory.pulls.asked_last(), now);
    }

    /// How long the pull request of a task nobody works on may go unasked.
    pub(super) fn pulls_pace(&self) -> Duration {
        self.memory.pulls.calm.pace(self.pace.pulls, self.pace.slowest)
    }

    /// Where it only saves other requests it is begun with when there is something to save: with one repository its own
    /// list says the same, and so do all of them while nothing of the viewer's own is at work.
    pub(super) fn own_is_asked(&self) -> bool {
        use crate::domain::OwnTasks::{Always, Auto, Never};
        let helps = || self.schedule.knows(&Source::OwnTasks) || self.memory.active().any(|light| light.own);
        match self.pace.own_tasks {
            Auto => self.watched.is_empty() || (self.watched.len() > 1 && helps()),
            Always => true,
            Never => false,
        }
    }

    /// Who speaks for tasks besides the lists, because that is cheaper.
    fn speakers(&self, at_work: &AtWork<'_>) -> Speakers {
        let waste = |speakers| self.waste(at_work, speakers);
        let alone = Speakers::default();
        let own = Speakers { own: self.own_is_asked() && self.schedule.is_sound(&Source::OwnTasks), ..alone };
        let price = self.price(&self.own);
        let own = if own.own && waste(alone) - waste(own) > OWN_WORTH * price { own } else { alone };
        let pulls = Speakers { pulls: self.schedule.is_sound(&Source::Pulls), ..own };
        if pulls.pulls && waste(own) - waste(pulls) > PULLS_WORTH { pulls } else { own }
    }

    /// What one round over all lists at full pace costs while nothing changes, in requests.
    fn waste(&self, at_work: &AtWork<'_>, speakers: Speakers) -> f64 {
        let lists = at_work.iter().filter(|(_, work)| work.left_by(speakers) > 0);
        lists.filter_map(|(repo, _)| self.lists.get(*repo)).map(|list| self.price(list)).sum()
    }

    fn price(&self, list: &ListState) -> f64 {
        if list.proven { self.pace.unchanged } else { 1.0 }
    }

    pub(super) fn at_work(&self) -> AtWork<'_> {
        let mut at_work = AtWork::new();
        for light in self.memory.active().filter(|light| self.lists.contains_key(&light.at.repo)) {
            let with_pull = light.pulls.iter().any(|at| self.memory.pulls.speaks(at));
            at_work.entry(&light.at.repo).or_default().add(light.own, with_pull);
        }
        at_work
    }

    /// How much more than others a list is worth: more tasks at work, or the one that is looked at.
    pub(super) fn weight(&self, repo: &RepoName, at_work: &AtWork<'_>) -> f64 {
        let tasks = at_work.get(repo).map_or(0, Work::all).min(12);
        let attended = self.attended.as_ref().is_some_and(|at| at.repo == *repo);
        (1.0 + f64::from(tasks) / 4.0) * if attended { 2.0 } else { 1.0 }
    }
}
