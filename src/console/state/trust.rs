//! How far what is on the screen can be trusted, in words, beside the data it is about.

use super::Model;
use super::settings::Settings;
use super::tone::{Tone, Words};
use crate::domain::freshness::Verdict;
use crate::domain::limited::{self, Hold};
use crate::domain::{Freshness, Instant, Source};

/// The instant as `14:02` on the operator's clock.
pub fn clock(settings: &Settings, at: Instant) -> String {
    settings.zone.at(at).format("%H:%M").to_string()
}

/// The instant as `14:02:31`.
pub fn clock_seconds(settings: &Settings, at: Instant) -> String {
    settings.zone.at(at).format("%H:%M:%S").to_string()
}

impl Model {
    /// The time of day, with the day where it is not today.
    pub fn day_and_clock(&self, at: Instant) -> String {
        let (at, now) = (self.settings.zone.at(at), self.settings.zone.at(self.now));
        let today = at.date_naive() == now.date_naive();
        at.format(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
    }

    /// Why a start has to wait.
    pub fn held_words(&self, hold: Hold) -> String {
        let until = self.day_and_clock(hold.until);
        let why = if hold.assumed { format!(" ({})", limited::ASSUMED) } else { String::new() };
        format!("not before {until}: the agent was rate-limited{why}")
    }

    pub fn verdict(&self, source: &Source) -> Verdict<'_> {
        self.world
            .freshness
            .get(source)
            .map_or(Verdict::Loading, |f: &Freshness| f.verdict(self.now, self.settings.stale_after))
    }

    /// The sources the operator relies on all the time: whether they fail is told in the header.
    pub fn standing_sources(&self) -> impl Iterator<Item = Source> + '_ {
        let lists = self.lists();
        let also = [Source::Viewer, Source::Pulls, Source::OwnTasks];
        let also = also.into_iter().filter(|s| self.world.freshness.contains_key(s) && !lists.contains(s));
        let also: Vec<Source> = also.collect();
        lists.into_iter().chain(also)
    }

    /// The lists the queue is made of.
    pub fn lists(&self) -> Vec<Source> {
        let own = self.settings.reach_beyond().then_some(Source::OwnTasks);
        self.settings.repos.iter().cloned().map(Source::Tasks).chain(own).collect()
    }

    pub fn failing(&self) -> usize {
        self.standing_sources().filter(|s| matches!(self.verdict(s), Verdict::Failed(..))).count()
    }

    /// What to say about the task lists: the worst first, and how many others are not fresh. Empty: all are fresh.
    pub fn queue_trust(&self) -> Words {
        self.trust_of(&self.lists())
    }

    /// The same of other lists of repositories.
    pub fn trust_of(&self, lists: &[Source]) -> Words {
        let mut all: Vec<(u8, &Source, Verdict<'_>)> = lists
            .iter()
            .map(|list| (list, self.verdict(list)))
            .filter(|(_, verdict)| *verdict != Verdict::Fresh)
            .map(|(list, verdict)| (rank(&verdict), list, verdict))
            .collect();
        all.sort_by_key(|(rank, ..)| *rank);
        let Some((worst, list, verdict)) = all.first() else { return Words::new() };
        let alike = all.iter().filter(|(rank, ..)| rank == worst).count();
        if *verdict == Verdict::Loading {
            let what = if alike > 1 { format!("{alike} repos") } else { list_name(list) };
            return Words::one(Tone::Dim, format!("loading {what} …"));
        }
        // Whose it is goes without saying where it is true of all.
        let whose = match all.len() - 1 {
            others if alike == lists.len() && others == 0 => String::new(),
            _ if alike == lists.len() && matches!(verdict, Verdict::Stale(_)) => String::new(),
            _ if alike == lists.len() => format!("all {alike} repos "),
            0 => format!("{} ", list_name(list)),
            others => format!("{} (+{others}) ", list_name(list)),
        };
        self.say(&whose, list)
    }

    /// `, next try in 40s`; nothing where none is planned.
    pub fn next_try_words(&self, at: Option<Instant>) -> String {
        match at {
            None => String::new(),
            Some(at) if at <= self.now => ", trying again".to_owned(),
            Some(at) => format!(", next try in {}", crate::domain::age::until(at - self.now)),
        }
    }

    /// What to say about one source; empty when it is fresh.
    pub fn trust(&self, source: &Source) -> Words {
        self.say("", source)
    }

    fn say(&self, whose: &str, source: &Source) -> Words {
        match self.verdict(source) {
            Verdict::Fresh => Words::new(),
            Verdict::Loading => Words::one(Tone::Dim, format!("{whose}loading …")),
            Verdict::Stale(at) => {
                Words::one(Tone::Dim, format!("{whose}stale {}", crate::domain::age::coarse(self.now - at)))
            }
            Verdict::Failed(fault, at) => {
                let freshness = self.world.freshness.get(source);
                let next = self.next_try_words(freshness.and_then(|f| f.next_try));
                let stale = freshness.and_then(|f| f.stale_since(self.now, self.settings.stale_after));
                let stale = stale
                    .map_or_else(String::new, |at| format!(", stale {}", crate::domain::age::coarse(self.now - at)));
                Words::one(Tone::Bad, format!("{whose}failed {}{stale}{next}: {fault}", clock(&self.settings, at)))
            }
        }
    }
}

/// What a list is called where it is named among others.
pub fn list_name(list: &Source) -> String {
    match list {
        Source::Tasks(repo) | Source::Automations(repo) => repo.to_string(),
        _ => "your tasks".to_owned(),
    }
}

/// Worst first.
fn rank(verdict: &Verdict<'_>) -> u8 {
    match verdict {
        Verdict::Failed(..) => 0,
        Verdict::Loading => 1,
        Verdict::Stale(_) => 2,
        Verdict::Fresh => 3,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::{Fault, FaultKind};

    #[test]
    fn a_list_that_fails_says_since_when_why_how_old_its_data_is_and_when_it_is_asked_again() {
        let repo: crate::domain::RepoName = "acme/api".parse().unwrap();
        let at = |seconds| Instant::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let settings =
            Settings { repos: vec![repo.clone()], stale_after: TimeDelta::seconds(60), ..Settings::default() };
        let mut model = Model::new(at(0), settings);
        let freshness = model.world.freshness.entry(Source::Tasks(repo)).or_default();
        freshness.good(at(0), None);
        freshness.failed(at(30), Fault::new(FaultKind::Local, "no answer", "wait"), Some(at(350)));
        model.now = at(50);
        let young = model.queue_trust().plain();
        assert!(young.starts_with("failed 00:00, next try in 5m: no answer"), "{young}");
        model.now = at(310);
        let old = model.queue_trust().plain();
        assert!(old.starts_with("failed 00:00, stale 5m, next try in 40s: no answer"), "{old}");
    }
}
