//! An automation with everything learnt of it, to be changed by each test.

use chrono::TimeDelta;
use serde_json::json;

use crate::domain::automation::query::{Facts, Query, hay};
use crate::domain::automation::track::{Outcome, Pulls};
use crate::domain::automation::{
    Automation, Concern, Definition, Detail, Fields, LimitStatus, Owner, Period, Scope, Spending, Track, triggers_of,
};
use crate::domain::policy::{Finding, Grade, Key};
use crate::domain::{Instant, Person, UserId};
use crate::text::{Safe, Untrusted};

#[derive(Clone, Debug)]
pub struct World {
    pub automation: Automation,
    pub login: Option<Untrusted>,
    pub viewer: Option<UserId>,
    pub next: Option<Instant>,
    pub track: Option<Track>,
    pub concerns: Vec<Concern>,
    pub findings: Option<Vec<Finding>>,
    pub now: Instant,
}

pub fn now() -> Instant {
    "2026-11-10T12:00:00Z".parse().unwrap()
}

pub fn finding(grade: Grade) -> Finding {
    let (rule, says) = (Safe::new("no-wide-writes"), Safe::new("it writes to the repository"));
    Finding { key: Some(Key::LIMITS[0]), in_all: false, rule, says, grade }
}

pub fn limit(used: u64, reached: bool) -> LimitStatus {
    LimitStatus { period: Period::Day, limit: Some(100), used: Some(used), resets_at: None, reached }
}

fn detail() -> Detail {
    let spending = Spending { day: Some(12_340_000_000), week: Some(60_000_000_000), month: None };
    Detail {
        prompt: "Mend it".into(),
        revision: None,
        tools: Vec::new(),
        permissions: Fields::new(),
        toolsets: Vec::new(),
        agents: Vec::new(),
        limit_reached: None,
        spending: Some(spending),
        limits: None,
        definition: Definition::default(),
    }
}

impl World {
    /// Mona's nightly one in acme/api: on, scheduled in an hour and by issues, one of four runs failed.
    pub fn new() -> Self {
        let triggers = json!({"interval": {"cadence": ["daily"], "hour_utc": 13}, "issues": {"types": ["opened"]}});
        let automation = Automation {
            name: "Nightly triage of Issues".into(),
            description: Some("Sorts what came in".into()),
            owner: Some(Owner::Repository),
            creator: Some(Person { id: UserId(1), login: None }),
            write_scope: Some(Scope::Trigger),
            triggers: triggers_of(&triggers),
            model: Some("claude-opus-4.6".into()),
            created_at: Some(now() - TimeDelta::days(30)),
            updated_at: Some(now() - TimeDelta::hours(3)),
            limits: Some(vec![limit(10, false)]),
            detail: Some(Box::new(detail())),
            ..Automation::bare("3F2504E0-4f89")
        };
        let track = Track {
            outcomes: vec![Outcome::Done, Outcome::Failed, Outcome::Done, Outcome::Done],
            pulls: Pulls { opened: 4, unreviewed: 2, ..Pulls::default() },
            ..Track::default()
        };
        Self {
            next: automation.next_run(now()),
            automation,
            login: Some("Mona".into()),
            viewer: Some(UserId(1)),
            track: Some(track),
            concerns: vec![Concern::NoUsageLimit],
            findings: Some(vec![finding(Grade::Refuses), finding(Grade::Fine)]),
            now: now(),
        }
    }

    /// The same, changed.
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::new();
        change(&mut world);
        world
    }

    pub fn ask<T>(&self, question: impl FnOnce(&Facts<'_>) -> T) -> T {
        let hay = hay(&self.automation, self.login.as_ref());
        question(&Facts {
            automation: &self.automation,
            login: self.login.as_ref(),
            viewer: self.viewer,
            next: self.next,
            track: self.track.as_ref(),
            concerns: &self.concerns,
            findings: self.findings.as_deref(),
            hay: &hay,
            now: self.now,
        })
    }

    pub fn matches(&self, query: &str) -> bool {
        let query = Query::parse(query).unwrap_or_else(|wrong| panic!("{query}: {wrong}"));
        self.ask(|facts| query.matches(facts))
    }
}
