//! New tasks keep coming while somebody watches, a little slower the longer it lasts.

use super::clock::{SECOND, Tick};
use super::core::World;
use super::found::SessionOrder;

/// So many newer tasks have arrived when an arrived one is put into the archive.
const KEPT: u64 = 40;
/// After so many the time between two has doubled: a console left open for a night stays readable.
const SLOWS_AFTER: i64 = 60;

/// Slow enough that several are at work at any time.
const PACE: f64 = 2.5;

impl World {
    /// World time between the arrival before and arrival `n`.
    pub(super) fn gap_before(&self, n: u64) -> Tick {
        let (least, most) = self.arrivals.every;
        let seconds = self.chance.of("gap", n).between(i64::from(least), i64::from(most) + 1);
        let slower = i64::try_from(n).unwrap_or(i64::MAX) / SLOWS_AFTER;
        seconds * SECOND * slower.saturating_add(1)
    }

    pub(super) fn let_one_arrive(&mut self) {
        let at = self.next_arrival;
        let number = self.arrived;
        self.arrived += 1;
        self.next_arrival = at + self.gap_before(self.arrived).max(SECOND);
        self.arrive(number, at);
    }

    fn arrive(&mut self, number: u64, at: Tick) {
        let chance = self.chance.of("arrival", number);
        let Some(kind) = chance.of("kind", 0).pick(&self.arrivals.kinds) else { return };
        let repo_name = chance.of("repo", 0).pick(&kind.repos).cloned().unwrap_or_default();
        let Some(repo) = self.repos.iter().position(|repo| repo.name.as_str() == repo_name) else { return };
        let by = chance.of("by", 0).pick(&kind.by).cloned().unwrap_or_default();
        let user = self.person_named(&by).map_or(self.viewer, |person| person.id);
        let agent = kind.agent.clone();
        let order = SessionOrder {
            script: kind.script.clone(),
            created: at,
            wait: chance.of("wait", 0).between(6, 50) * SECOND,
            pace: PACE,
            end: chance.of("end", 0).pick(&kind.ends).cloned(),
            fill: chance.of("fill", 0).pick(&kind.fills).cloned().unwrap_or_default(),
            user,
            repo,
            base: self.default_branch(repo),
            ..SessionOrder::default()
        };
        let Ok(session) = self.make_session(order) else { return };
        let own = session.fill.values().remove("name");
        let name = own.clone().unwrap_or_else(|| session.fill.apply(&session.script.title));
        let pull = self.open_pull_for(repo, &session, session.start + 22 * SECOND);
        if let Some(pull) = self.pulls.get_mut(pull) {
            pull.named = own;
        }
        let archived = self.archive_time(number, at);
        self.add_task(name, repo, user, vec![session], |task| {
            task.agent = agent;
            task.pull = Some(pull);
            task.archived = Some(archived);
        });
    }

    /// When arrival `number + KEPT` comes.
    fn archive_time(&self, number: u64, at: Tick) -> Tick {
        (number + 1..=number + KEPT).fold(at, |at, n| at + self.gap_before(n).max(SECOND))
    }
}
