//! How often each kind of source is asked while the allowance lasts.

use std::time::Duration;

/// How often each kind of source is asked. Configurable.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Lists with active tasks.
    pub active: Duration,
    /// Lists without.
    pub idle: Duration,
    /// The selected task while it works.
    pub attended: Duration,
    /// A working task nobody looks at, whose row moved.
    pub details: Duration,
    /// The run and its jobs.
    pub run: Duration,
    pub pulls: Duration,
    pub whole_sweep: Duration,
    /// Share of the service's hourly limit we allow ourselves, 0–1.
    pub share: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            active: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            attended: Duration::from_secs(10),
            details: Duration::from_secs(90),
            run: Duration::from_secs(30),
            pulls: Duration::from_mins(1),
            whole_sweep: Duration::from_mins(10),
            share: 0.2,
        }
    }
}
