//! GitHub's primary rate limit: so many requests an hour for each token and resource.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::domain::Instant;

const PER_HOUR: i64 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    Core,
    GraphQl,
}

impl Resource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::GraphQl => "graphql",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Window {
    resets: Instant,
    used: i64,
}

/// What is left, as the headers say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub limit: i64,
    pub used: i64,
    /// Unix seconds.
    pub reset: i64,
}

impl Left {
    pub fn remaining(self) -> i64 {
        (self.limit - self.used).max(0)
    }
}

#[derive(Debug, Default)]
pub struct Budget(HashMap<(String, Resource), Window>);

impl Budget {
    pub fn look(&mut self, token: &str, resource: Resource, now: Instant) -> Left {
        let fresh = Window { resets: now + TimeDelta::hours(1), used: 0 };
        let window = self.0.entry((token.to_owned(), resource)).or_insert(fresh);
        if window.resets <= now {
            *window = fresh;
        }
        Left { limit: PER_HOUR, used: window.used.min(PER_HOUR), reset: window.resets.timestamp() }
    }

    /// Counts one request that was answered.
    pub fn spend(&mut self, token: &str, resource: Resource, now: Instant) -> Left {
        self.look(token, resource, now);
        if let Some(window) = self.0.get_mut(&(token.to_owned(), resource)) {
            window.used += 1;
        }
        self.look(token, resource, now)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_token_has_its_own_hour() {
        let now: Instant = "2026-11-20T12:00:00Z".parse().unwrap();
        let mut budget = Budget::default();
        assert_eq!(budget.spend("a", Resource::Core, now).remaining(), 4_999);
        assert_eq!(budget.look("b", Resource::Core, now).remaining(), 5_000);
        assert_eq!(budget.look("a", Resource::GraphQl, now).remaining(), 5_000);
        assert_eq!(budget.look("a", Resource::Core, now + TimeDelta::minutes(61)).remaining(), 5_000);
    }
}
