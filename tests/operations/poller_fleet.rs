//! The poller over a simulated fleet: what it may cost, and how soon a change is told.

use std::time::Duration;

use crate::fleet::{Plan, Report, simulate};

const FLEET: Plan = Plan { repos: 20, active: 50, ended: 600, etags: false, own: false, pulls: false };
const HOURS: Duration = Duration::from_mins(90);

fn assert_inside(report: &Report) {
    assert!(report.counted.iter().all(|counted| *counted <= 1000), "{:?} requests of 1,000 allowed", report.counted);
    assert!(report.changes.len() > 100, "{} changes", report.changes.len());
}

fn assert_told_within(report: &Report, seconds: u64) {
    let p99 = Report::percentile(&report.changes, 0.99);
    assert!(p99 <= Duration::from_secs(seconds), "{p99:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fleet_whose_lists_prove_that_nothing_changed_is_told_of_within_ten_seconds() {
    let report = simulate(Plan { etags: true, ..FLEET }, HOURS).await;
    assert_inside(&report);
    assert_told_within(&report, 10);
}

#[tokio::test(start_paused = true)]
async fn one_list_speaks_for_all_own_tasks_within_ten_seconds() {
    let report = simulate(Plan { own: true, ..FLEET }, HOURS).await;
    assert_inside(&report);
    assert_told_within(&report, 10);
}

#[tokio::test(start_paused = true)]
async fn pull_requests_speak_for_the_tasks_of_others_within_ten_seconds() {
    let report = simulate(Plan { pulls: true, ..FLEET }, HOURS).await;
    assert_inside(&report);
    let p50 = Report::percentile(&report.changes, 0.5);
    assert!(p50 <= Duration::from_secs(10), "{p50:?}");
}

#[tokio::test(start_paused = true)]
async fn with_no_help_at_all_it_stays_inside_the_allowance_and_nobody_starves() {
    let report = simulate(FLEET, HOURS).await;
    assert_inside(&report);
    assert_told_within(&report, 180);
}

#[tokio::test(start_paused = true)]
async fn nothing_happening_is_nearly_free() {
    for (repos, pulls) in [(1, false), (1, true), (4, false), (4, true)] {
        let plan = Plan { repos, active: 0, ended: 200, pulls, ..FLEET };
        let report = simulate(plan, Duration::from_mins(10)).await;
        assert!(report.sent[0] <= 22, "{} requests in ten minutes: {plan:?}", report.sent[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_old_tasks_are_read_without_making_the_new_wait() {
    let report = simulate(Plan { own: true, ended: 10_000, ..FLEET }, Duration::from_hours(1)).await;
    assert_inside(&report);
    assert_told_within(&report, 10);
}
