//! How often each kind of source is asked while the allowance lasts.

use std::time::Duration;

use crate::domain::OwnTasks;

/// How often each kind of source is asked. Configurable.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How old news of a task at work may be: lists with such tasks, and the pulses that speak for them.
    pub active: Duration,
    /// Lists without; doubled for each look that brings nothing new, up to `slowest`.
    pub idle: Duration,
    pub slowest: Duration,
    /// The selected task while it works.
    pub attended: Duration,
    /// A working task nobody looks at, whose row moved.
    pub details: Duration,
    /// The run and its jobs.
    pub run: Duration,
    pub pulls: Duration,
    pub whole_sweep: Duration,
    /// How many times slower everything is while the terminal has lost the focus.
    pub away: u32,
    /// Share of the service's hourly limit we allow ourselves, 0–1.
    pub share: f64,
    /// What a proof that nothing changed is taken to cost of a request, 0–1.
    pub unchanged: f64,
    pub own_tasks: OwnTasks,
    /// Automations are asked for at all.
    pub automations: bool,
    /// Tells this console's waits from another's: many that start together do not ask together.
    pub apart: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            active: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            slowest: Duration::from_mins(5),
            attended: Duration::from_secs(10),
            details: Duration::from_secs(90),
            run: Duration::from_secs(30),
            pulls: Duration::from_mins(1),
            whole_sweep: Duration::from_mins(30),
            away: 3,
            share: 0.2,
            unchanged: 0.02,
            own_tasks: OwnTasks::Auto,
            automations: true,
            apart: 0,
        }
    }
}
