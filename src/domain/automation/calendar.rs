//! The coming runs of many automations, and how many would be at work at once.
//!
//! Everything here is computed: from the anchors of the schedules, and from how long the runs of each took so far.
//! Triggers that wait for something to happen are not in it; nobody knows when that will be.

use std::collections::HashMap;
use std::hash::BuildHasher;

use super::item::{Automation, AutomationRef};
use super::track::{LONGEST, Took, Track};
use crate::domain::policy::{Key, Policy};
use crate::domain::{Instant, RepoName};
use crate::text::Untrusted;

/// One coming run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coming {
    pub at: Instant,
    /// How long it will probably take. Of one that has never ended: as long as the service lets it.
    pub takes: Took,
    pub automation: AutomationRef,
    pub name: Untrusted,
}

impl Coming {
    pub fn ends(&self) -> Instant {
        self.at + self.takes.time
    }
}

/// From when to when so many would be at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    pub from: Instant,
    pub to: Instant,
    pub running: u32,
}

/// The runs at work over time, all together or of one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// `None`: all repositories together.
    pub repo: Option<RepoName>,
    /// Oldest first, without gaps and without times at which nothing runs.
    pub steps: Vec<Busy>,
    /// The most the policy allows at once.
    pub cap: Option<u32>,
}

/// The runs from `from` (with it) to `to` (without it) of those that are switched on, oldest first. `takes`: how long its
/// runs took so far.
pub fn coming<'a>(
    automations: impl IntoIterator<Item = &'a Automation>,
    takes: impl Fn(&AutomationRef) -> Option<Took>,
    from: Instant,
    to: Instant,
) -> Vec<Coming> {
    let mut all = Vec::new();
    for automation in automations.into_iter().filter(|automation| automation.switch.is_on()) {
        let takes = takes(&automation.at).unwrap_or(Took { time: LONGEST, is_exact: false });
        let mut times: Vec<Instant> =
            automation.schedules().iter().flat_map(|schedule| schedule.between(from, to)).collect();
        times.sort();
        times.dedup();
        all.extend(times.into_iter().map(|at| Coming {
            at,
            takes,
            automation: automation.at.clone(),
            name: automation.name.clone(),
        }));
    }
    all.sort_by(|a, b| (a.at, &a.automation).cmp(&(b.at, &b.automation)));
    all
}

/// What they come to together.
pub fn load(runs: &[Coming], repo: Option<&RepoName>, cap: Option<u32>) -> Load {
    let mut edges: Vec<(Instant, i64)> = Vec::new();
    for run in runs.iter().filter(|run| repo.is_none_or(|repo| run.automation.repo == *repo)) {
        edges.push((run.at, 1));
        edges.push((run.ends(), -1));
    }
    // Of the same instant the ends come first: one that makes room does not run beside the next.
    edges.sort();
    let (mut steps, mut running, mut since): (Vec<Busy>, i64, Option<Instant>) = (Vec::new(), 0, None);
    for (at, change) in edges {
        if let Some(from) = since.filter(|from| *from < at && running > 0) {
            let running = u32::try_from(running).unwrap_or(u32::MAX);
            match steps.last_mut().filter(|last| last.to == from && last.running == running) {
                Some(last) => last.to = at,
                None => steps.push(Busy { from, to: at, running }),
            }
        }
        running += change;
        since = Some(at);
    }
    Load { repo: repo.cloned(), steps, cap }
}

/// All together first, then every repository with runs, each against its cap.
pub fn loads(runs: &[Coming], policy: Option<&Policy>) -> Vec<Load> {
    let cap = |repo: Option<&RepoName>| policy.and_then(|policy| policy.limit_of(Key::Active, repo));
    let mut repos: Vec<&RepoName> = runs.iter().map(|run| &run.automation.repo).collect();
    repos.sort();
    repos.dedup();
    let each = repos.into_iter().map(|repo| load(runs, Some(repo), cap(Some(repo))));
    std::iter::once(load(runs, None, cap(None))).chain(each).collect()
}

impl Load {
    pub fn peak(&self) -> u32 {
        self.steps.iter().map(|step| step.running).max().unwrap_or(0)
    }

    /// The most at work at once at any time from `from` (with it) to `to` (without it).
    pub fn peak_between(&self, from: Instant, to: Instant) -> u32 {
        let within = self.steps.iter().filter(|step| step.from < to && step.to > from);
        within.map(|step| step.running).max().unwrap_or(0)
    }

    /// When there would be more than the policy allows.
    pub fn over(&self) -> Vec<&Busy> {
        let over = |step: &&Busy| self.cap.is_some_and(|cap| step.running > cap);
        self.steps.iter().filter(over).collect()
    }
}

/// How long the runs of each take, for [`coming`].
pub fn typical<S: BuildHasher>(tracks: &HashMap<AutomationRef, Track, S>) -> impl Fn(&AutomationRef) -> Option<Took> {
    |at| tracks.get(at)?.typical
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::AutomationId;

    fn run(repo: &str, start: i64, minutes: i64) -> Coming {
        Coming {
            at: Instant::UNIX_EPOCH + TimeDelta::minutes(start),
            takes: Took { time: TimeDelta::minutes(minutes), is_exact: true },
            automation: AutomationRef { repo: repo.parse().unwrap(), id: AutomationId::new("a") },
            name: "a".into(),
        }
    }

    #[test]
    fn runs_that_overlap_are_counted_together_and_one_that_ends_makes_room() {
        let runs = [run("a/b", 0, 30), run("a/c", 15, 30), run("a/b", 30, 10)];
        let all = load(&runs, None, Some(1));
        let steps: Vec<(i64, i64, u32)> =
            all.steps.iter().map(|step| (step.from.timestamp() / 60, step.to.timestamp() / 60, step.running)).collect();
        assert_eq!(steps, [(0, 15, 1), (15, 40, 2), (40, 45, 1)]);
        assert_eq!((all.peak(), all.over().len()), (2, 1));
        assert_eq!(load(&runs, Some(&"a/b".parse().unwrap()), Some(1)).peak(), 1);
    }

    #[test]
    fn the_coming_runs_are_those_of_what_is_switched_on_and_as_long_as_they_took_so_far() {
        use super::super::{Off, Switch, trigger::triggers_of};
        let weekly = serde_json::json!({"interval": {"cadence": ["daily"], "hour_utc": 6}, "issues": {}});
        let on = Automation { triggers: triggers_of(&weekly), ..Automation::bare("on") };
        let off = Automation { switch: Switch::Off(Off::default()), at: on.at.clone(), ..on.clone() };
        let from: Instant = "2026-11-21T06:00:00Z".parse().unwrap();
        let runs = coming(
            &[on, off],
            |_| Some(Took { time: TimeDelta::minutes(7), is_exact: true }),
            from,
            from + TimeDelta::days(2),
        );
        let told: Vec<(String, i64)> =
            runs.iter().map(|run| (run.at.to_rfc3339(), run.takes.time.num_minutes())).collect();
        assert_eq!(told, [("2026-11-21T06:00:00+00:00".to_owned(), 7), ("2026-11-22T06:00:00+00:00".to_owned(), 7)]);
        let policy = Policy::default();
        let loads = loads(&runs, Some(&policy));
        assert_eq!((loads.len(), loads[0].cap, loads[0].over().len()), (2, Some(3), 0));
    }

    proptest! {
        #[test]
        fn at_every_minute_the_load_is_what_a_count_gives(
            spans in proptest::collection::vec((0_i64..200, 1_i64..60), 0..20)
        ) {
            let runs: Vec<Coming> = spans.iter().map(|(start, takes)| run("a/b", *start, *takes)).collect();
            let load = load(&runs, None, None);
            for minute in 0..300 {
                let at = Instant::UNIX_EPOCH + TimeDelta::minutes(minute);
                let counted = runs.iter().filter(|run| run.at <= at && at < run.ends()).count();
                let told = load.steps.iter().find(|step| step.from <= at && at < step.to).map_or(0, |step| step.running);
                prop_assert_eq!(told as usize, counted);
            }
        }
    }
}
