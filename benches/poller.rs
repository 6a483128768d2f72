//! What watching a fleet costs and how soon a change is on the screen: the poller over a simulated fleet, on virtual time.
//! `cargo bench --bench poller` prints the README's tables. Repeated runs differ a little: equals are taken in any order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

#[path = "../tests/operations/fleet.rs"]
mod fleet;

use std::time::Duration;

use fleet::{Plan, Report, simulate};

const FLEET: Plan = Plan { repos: 20, active: 50, ended: 600, etags: false, own: false, pulls: false };
const QUIET: Plan = Plan { active: 0, ended: 200, ..FLEET };

const SCENARIOS: &[(&str, Plan)] = &[
    ("lists with ETags", Plan { etags: true, ..FLEET }),
    ("no ETags, your own tasks", Plan { own: true, ..FLEET }),
    ("no ETags, others' tasks with pull requests", Plan { pulls: true, ..FLEET }),
    ("no ETags, others' tasks without", FLEET),
];

const NOTHING_HAPPENS: &[(&str, Plan)] = &[
    ("1 repository", Plan { repos: 1, ..QUIET }),
    ("4 repositories", Plan { repos: 4, ..QUIET }),
    ("4 repositories, each task with an open pull request", Plan { repos: 4, pulls: true, ..QUIET }),
    ("20 repositories", Plan { repos: 20, ..QUIET }),
];

fn run(plan: Plan, time: Duration) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(simulate(plan, time))
}

fn seconds(all: &[Duration], share: f64) -> String {
    format!("{:.1} s", Report::percentile(all, share).as_secs_f64())
}

fn main() {
    println!(
        "| 20 repositories, 50 tasks at work | sent an hour | counted an hour | a change is told: p50 | p99 | at most | a new task: p50 | p99 |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, plan) in SCENARIOS {
        let report = run(*plan, Duration::from_hours(8));
        let (changes, arrivals) = (&report.changes, &report.arrivals);
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            report.sent.iter().max().unwrap(),
            report.counted.iter().max().unwrap(),
            seconds(changes, 0.5),
            seconds(changes, 0.99),
            seconds(changes, 1.0),
            seconds(arrivals, 0.5),
            seconds(arrivals, 0.99),
        );
    }
    println!();
    println!("| 200 tasks that have ended, nothing happens | requests in the first 10 minutes |");
    println!("|---|---|");
    for (name, plan) in NOTHING_HAPPENS {
        let report = run(*plan, Duration::from_mins(10));
        println!("| {name} | {} |", report.sent[0]);
    }
}
