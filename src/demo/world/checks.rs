//! The continuous integration of a push: one Actions run with one job for each check of the repository.
//!
//! ```text
//! action_required ──approve──> queued ──> in_progress ──> completed (success, failure, cancelled) ──rerun──> queued …
//! ```

use super::clock::{SECOND, Tick};
use super::pull::CheckPlan;

/// What people did to the run of one push.
#[derive(Clone, Debug, Default)]
pub struct CiOrders {
    pub cancel: Option<Tick>,
    /// When, and whether only the failed jobs.
    pub reruns: Vec<(Tick, bool)>,
}

#[derive(Clone, Debug)]
pub struct CheckView {
    /// Also the job's id.
    pub id: i64,
    pub name: String,
    pub status: &'static str,
    pub conclusion: Option<&'static str>,
    pub started: Tick,
    pub completed: Option<Tick>,
    pub attempt: i64,
}

#[derive(Clone, Debug)]
pub struct CiView {
    pub run: i64,
    pub attempt: i64,
    pub status: &'static str,
    pub conclusion: Option<&'static str>,
    pub created: Tick,
    pub started: Tick,
    pub updated: Tick,
    pub checks: Vec<CheckView>,
}

/// The run of the push made at `pushed`, as it stands at `now`.
pub fn view(names: &[(String, u32)], plan: &CheckPlan, orders: &CiOrders, run: i64, pushed: Tick, now: Tick) -> CiView {
    let begun = if plan.approval { plan.approved } else { Some(pushed) };
    let reruns = orders.reruns.iter().filter(|(at, _)| *at <= now);
    let attempt = 1 + i64::try_from(reruns.clone().count()).unwrap_or(0);
    let mut view = CiView {
        run,
        attempt,
        status: "completed",
        conclusion: Some("action_required"),
        created: pushed,
        started: pushed,
        updated: pushed,
        checks: Vec::new(),
    };
    let Some(begun) = begun.filter(|at| *at <= now) else { return view };
    for (index, (name, seconds)) in names.iter().enumerate() {
        let fails = plan.fails.contains(name);
        let restart = reruns.clone().filter(|(_, failed_only)| fails || !failed_only).map(|(at, _)| *at).next_back();
        let check = Check {
            id: run * 1_000 + attempt * 100 + i64::try_from(index).unwrap_or(0),
            begun: restart.unwrap_or(begun) + 3 * SECOND + i64::try_from(index).unwrap_or(0) * 2 * SECOND,
            takes: i64::from(*seconds) * SECOND,
            conclusion: if fails { "failure" } else { "success" },
            cancelled: orders.cancel.filter(|at| restart.is_none_or(|restart| *at > restart)),
        };
        view.checks.push(check.at(name, attempt, now));
    }
    view.started = orders.reruns.last().map_or(begun, |(at, _)| *at).min(now);
    view.updated = view.checks.iter().filter_map(|check| check.completed).fold(view.started, Tick::max);
    (view.status, view.conclusion) = overall(&view.checks);
    view
}

struct Check {
    id: i64,
    begun: Tick,
    takes: Tick,
    conclusion: &'static str,
    cancelled: Option<Tick>,
}

impl Check {
    fn at(&self, name: &str, attempt: i64, now: Tick) -> CheckView {
        let natural = self.begun + self.takes;
        let (end, conclusion) = match self.cancelled.map(|at| at + 3 * SECOND) {
            Some(stop) if stop < natural => (stop, "cancelled"),
            _ => (natural, self.conclusion),
        };
        let done = end <= now;
        CheckView {
            id: self.id,
            name: name.to_owned(),
            status: if done {
                "completed"
            } else if self.begun <= now {
                "in_progress"
            } else {
                "queued"
            },
            conclusion: done.then_some(conclusion),
            started: self.begun.min(now).min(end),
            completed: done.then_some(end),
            attempt,
        }
    }
}

fn overall(checks: &[CheckView]) -> (&'static str, Option<&'static str>) {
    let has = |wanted: &str| checks.iter().any(|check| check.conclusion == Some(wanted));
    if checks.iter().all(|check| check.status == "queued") && !checks.is_empty() {
        ("queued", None)
    } else if checks.iter().any(|check| check.conclusion.is_none()) {
        ("in_progress", None)
    } else if has("failure") {
        ("completed", Some("failure"))
    } else if has("cancelled") {
        ("completed", Some("cancelled"))
    } else {
        ("completed", Some("success"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<(String, u32)> {
        vec![("build".to_owned(), 30), ("lint".to_owned(), 10)]
    }

    #[test]
    fn checks_queue_run_and_conclude_and_a_failed_one_fails_the_run() {
        let plan = CheckPlan { fails: vec!["lint".to_owned()], ..CheckPlan::default() };
        let at = |now| view(&names(), &plan, &CiOrders::default(), 9, 0, now);
        assert_eq!((at(1_000).status, at(1_000).conclusion), ("queued", None));
        assert_eq!((at(20_000).status, at(20_000).conclusion), ("in_progress", None));
        assert_eq!((at(60_000).status, at(60_000).conclusion), ("completed", Some("failure")));
    }

    #[test]
    fn a_run_that_needs_approval_has_no_jobs_until_it_is_given() {
        let mut plan = CheckPlan { approval: true, ..CheckPlan::default() };
        let before = view(&names(), &plan, &CiOrders::default(), 9, 0, 60_000);
        assert_eq!((before.status, before.conclusion, before.checks.len()), ("completed", Some("action_required"), 0));
        plan.approved = Some(60_000);
        assert_eq!(view(&names(), &plan, &CiOrders::default(), 9, 0, 200_000).conclusion, Some("success"));
    }

    #[test]
    fn a_rerun_is_a_new_attempt() {
        let orders = CiOrders { reruns: vec![(100_000, false)], ..CiOrders::default() };
        let plan = CheckPlan::default();
        let view = view(&names(), &plan, &orders, 9, 0, 101_000);
        assert_eq!((view.attempt, view.status), (2, "queued"));
    }
}
