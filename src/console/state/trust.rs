//! How far what is on the screen can be trusted, in words, beside the data it is about.

use super::Model;
use super::settings::Settings;
use super::tone::{Tone, Words};
use crate::domain::freshness::Verdict;
use crate::domain::{Freshness, Instant, RepoName, Source};

/// The instant as `14:02` on the operator's clock.
pub fn clock(settings: &Settings, at: Instant) -> String {
    at.with_timezone(&settings.zone).format("%H:%M").to_string()
}

/// The instant as `14:02:31`.
pub fn clock_seconds(settings: &Settings, at: Instant) -> String {
    at.with_timezone(&settings.zone).format("%H:%M:%S").to_string()
}

impl Model {
    /// The time of day, with the day where it is not today.
    pub fn day_and_clock(&self, at: Instant) -> String {
        let (at, now) = (at.with_timezone(&self.settings.zone), self.now.with_timezone(&self.settings.zone));
        let today = at.date_naive() == now.date_naive();
        at.format(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
    }

    pub fn verdict(&self, source: &Source) -> Verdict<'_> {
        self.world
            .freshness
            .get(source)
            .map_or(Verdict::Loading, |f: &Freshness| f.verdict(self.now, self.settings.stale_after))
    }

    /// The sources the operator relies on all the time: whether they fail is told in the header.
    pub fn standing_sources(&self) -> impl Iterator<Item = Source> + '_ {
        let fixed = [Source::Viewer, Source::Pulls].into_iter().filter(|s| self.world.freshness.contains_key(s));
        self.settings.repos.iter().cloned().map(Source::Tasks).chain(fixed)
    }

    pub fn failing(&self) -> usize {
        self.standing_sources().filter(|s| matches!(self.verdict(s), Verdict::Failed(..))).count()
    }

    /// What to say about the task lists: the worst first, and how many others are not fresh. Empty: all are fresh.
    pub fn queue_trust(&self) -> Words {
        let repos = &self.settings.repos;
        let mut all: Vec<(u8, &RepoName, Verdict<'_>)> = repos
            .iter()
            .map(|repo| (repo, self.verdict(&Source::Tasks(repo.clone()))))
            .filter(|(_, verdict)| *verdict != Verdict::Fresh)
            .map(|(repo, verdict)| (rank(&verdict), repo, verdict))
            .collect();
        all.sort_by_key(|(rank, ..)| *rank);
        let Some((worst, repo, verdict)) = all.first() else { return Words::new() };
        let alike = all.iter().filter(|(rank, ..)| rank == worst).count();
        if *verdict == Verdict::Loading {
            let what = if alike > 1 { format!("{alike} repos") } else { repo.to_string() };
            return Words::one(Tone::Dim, format!("loading {what} …"));
        }
        // Whose it is goes without saying where it is true of all.
        let whose = match all.len() - 1 {
            others if alike == repos.len() && others == 0 => String::new(),
            _ if alike == repos.len() && matches!(verdict, Verdict::Stale(_)) => String::new(),
            _ if alike == repos.len() => format!("all {alike} repos "),
            0 => format!("{repo} "),
            others => format!("{repo} (+{others}) "),
        };
        self.say(&whose, verdict)
    }

    /// What to say about one source; empty when it is fresh.
    pub fn trust(&self, source: &Source) -> Words {
        self.say("", &self.verdict(source))
    }

    fn say(&self, whose: &str, verdict: &Verdict<'_>) -> Words {
        match verdict {
            Verdict::Fresh => Words::new(),
            Verdict::Loading => Words::one(Tone::Dim, format!("{whose}loading …")),
            Verdict::Stale(at) => {
                Words::one(Tone::Dim, format!("{whose}stale {}", crate::domain::age::coarse(self.now - *at)))
            }
            Verdict::Failed(fault, at) => {
                Words::one(Tone::Bad, format!("{whose}failed {}: {fault}", clock(&self.settings, *at)))
            }
        }
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
