//! What automations start: the tasks, what they cost, and whether they may.
//!
//! ```text
//! firing ──off, archived, a limit reached──> nothing
//!    └──> task (automation, links) ──> pull request ──> merged, closed, or left alone
//! ```
//! Limits are soft: what a run still costs after it was let through counts for the next one.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::automation::{Automation, RunPlan};
use super::clock::{HOUR, MINUTE, SECOND, Tick};
use super::core::World;
use super::found::SessionOrder;
use super::pull::Review;
use super::schedule::Period;
use super::session::Session;

/// Its tasks leave the list of those at work so long after their end.
const KEPT: Tick = 2 * HOUR;

/// Why a run begins.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// What it is about, in words for the agent; empty when there is nothing to say.
    pub about: String,
    /// How many automations of a chain came before.
    pub links: u8,
}

/// How far a limit is used up, in billionths of a credit.
#[derive(Clone, Copy, Debug)]
pub struct LimitView {
    pub period: Period,
    pub limit: i64,
    pub used: i64,
    pub resets: DateTime<Utc>,
}

impl LimitView {
    pub fn reached(self) -> bool {
        self.used >= self.limit
    }
}

impl World {
    /// The one of a repository that goes by this id and is still there.
    pub fn automation_in(&self, repo: usize, id: &str) -> Option<usize> {
        self.automations.iter().position(|one| one.repo == repo && !one.deleted && one.id == id)
    }

    pub fn add_automation(&mut self, repo: usize, set: Map<String, Value>, run: RunPlan) -> usize {
        let index = self.automations.len();
        self.automations.push(Automation {
            id: self.automation_id(index),
            repo,
            creator: self.viewer,
            created: self.now,
            updated: self.now,
            set,
            switched_off: None,
            revision: 1,
            deleted: false,
            run,
            started: 0,
            asked: 0,
        });
        index
    }

    /// Sets what is given and leaves the rest. Who switches it on takes back what the service or an older page said.
    pub fn change_automation(&mut self, index: usize, given: Map<String, Value>) {
        let now = self.now;
        let Some(automation) = self.automations.get_mut(index).filter(|_| !given.is_empty()) else { return };
        if given.get("enabled") == Some(&Value::Bool(true)) {
            automation.switched_off = None;
            if let Some(disabled) = automation.set.get_mut("disabled") {
                *disabled = false.into();
            }
        }
        automation.set.extend(given);
        automation.revision += 1;
        automation.updated = now;
    }

    /// It is gone; the tasks it started stay, and name it still.
    pub fn delete_automation(&mut self, index: usize) {
        if let Some(automation) = self.automations.get_mut(index) {
            automation.deleted = true;
        }
        self.waiting.retain(|key, _| key.automation != index);
    }

    /// What the tasks that it started since `since` have cost by `until`.
    pub fn spent_by(&self, automation: usize, since: Tick, until: Tick) -> i64 {
        let tasks = self.tasks.iter().filter(|task| task.automation == Some(automation));
        let sessions = tasks.flat_map(|task| &task.sessions).filter(|one| (since..=until).contains(&one.created));
        sessions.filter_map(|session| session.nano_credits(until)).sum()
    }

    /// What it has cost in the last so many hours.
    pub fn spent_lately(&self, automation: usize, hours: i64) -> i64 {
        let from = self.clock.instant(self.now) - TimeDelta::hours(hours);
        self.spent_by(automation, self.clock.tick_of(from), self.now)
    }

    pub fn limits_of(&self, index: usize, at: Tick) -> Vec<LimitView> {
        let Some(automation) = self.automations.get(index) else { return Vec::new() };
        let view = |(period, limit): (Period, i64)| {
            let (from, resets) = period.around(self.clock.instant(at));
            LimitView { period, limit, used: self.spent_by(index, self.clock.tick_of(from), at), resets }
        };
        automation.limits().into_iter().map(view).collect()
    }

    /// Starts the task, unless a limit is reached or nothing may be changed there.
    pub(super) fn begin(&mut self, index: usize, at: Tick, cause: &Cause) -> Option<usize> {
        let automation = self.automations.get(index)?;
        let archived = self.repos.get(automation.repo).is_none_or(|repo| repo.archived);
        if archived || self.limits_of(index, at).into_iter().any(LimitView::reached) {
            return None;
        }
        let (repo, run, by) = (automation.repo, automation.run.clone(), self.acts_as(automation));
        let fate = automation.turn(&run.fates).cloned().unwrap_or_default();
        let reviewer = automation.turn(&run.reviewers).copied();
        let order = self.session_order(automation, at, cause, by);
        let session = self.make_session(order).ok()?;
        let own = session.fill.values().remove("name");
        let name = own.clone().unwrap_or_else(|| session.fill.apply(&session.script.title));
        let pull = run.pull.then(|| self.open_automated(repo, &session, own, &fate, reviewer, at));
        if let Some(automation) = self.automations.get_mut(index) {
            automation.started += 1;
        }
        let over = session.plan.end.map(|end| end + KEPT);
        Some(self.add_task(name, repo, by, vec![session], |task| {
            task.agent = run.agent;
            task.pull = pull;
            task.archived = over;
            task.automation = Some(index);
            task.links = cause.links;
        }))
    }

    /// A repository's automations act as the organisation's bot, a person's as that person.
    fn acts_as(&self, automation: &Automation) -> i64 {
        let bot = self
            .people
            .iter()
            .find(|person| person.kind == "Bot")
            .filter(|_| automation.text("owner_type") == Some("repository"));
        bot.map_or(automation.creator, |bot| bot.id)
    }

    fn session_order(&self, automation: &Automation, at: Tick, cause: &Cause, by: i64) -> SessionOrder {
        let chance = self.chance.of(&automation.id, automation.started);
        let run = &automation.run;
        let asked = automation.text("prompt").unwrap_or_default().trim();
        let prompt = if cause.about.is_empty() { asked.to_owned() } else { format!("{asked}\n\n{}", cause.about) };
        let mut fill = automation.turn(&run.fills).cloned().unwrap_or_default();
        let name = automation.text("name").unwrap_or_default();
        fill.entry("ask".to_owned()).or_insert_with(|| name.to_owned());
        fill.entry("slug".to_owned()).or_insert_with(|| super::acts::slug(name));
        let script = run.script.clone().or_else(|| chance.pick(&self.improvised).cloned());
        let effort = automation.text("reasoning_effort").map(|effort| format!("[ReasoningEffort={effort}]"));
        let model =
            automation.text("model").map(|model| format!("sweagent-capi:{model}{}", effort.unwrap_or_default()));
        SessionOrder {
            script: script.unwrap_or_default(),
            created: at,
            wait: chance.of("wait", 0).between(4, 9) * SECOND,
            pace: run.pace,
            turns: run.turns,
            end: automation.turn(&run.ends).cloned(),
            prompt: Some(prompt),
            model,
            fill,
            user: by,
            repo: automation.repo,
            base: self.default_branch(automation.repo),
            automated: true,
            ..SessionOrder::default()
        }
    }

    fn open_automated(
        &mut self,
        repo: usize,
        session: &Session,
        named: Option<String>,
        fate: &str,
        reviewer: Option<i64>,
        at: Tick,
    ) -> usize {
        let past = at <= 0;
        let index = self.open_pull_for(repo, session, session.start + 22 * SECOND);
        let Some(pull) = self.pulls.get_mut(index) else { return index };
        (pull.named, pull.automated) = (named, true);
        // Checks of long ago are not told any more.
        pull.check_plan.none = past && pull.opened < -24 * HOUR;
        let (Some(end), Some(reviewer)) = (session.plan.end, reviewer) else { return index };
        if session.error(end).is_some() || !matches!(fate, "merged" | "closed") {
            return index;
        }
        let (ready, seen) = (end + 10 * MINUTE, end + 2 * HOUR);
        let (state, body) =
            if fate == "merged" { ("APPROVED", "") } else { ("COMMENTED", "Not now, we are in a freeze.") };
        (pull.ready, pull.closer) = (Some(ready), reviewer);
        let id = pull.id * 10;
        pull.reviews.push(Review {
            id,
            user: reviewer,
            state: state.to_owned(),
            at: seen,
            body: body.to_owned(),
            commit: None,
        });
        let over = Some(seen + 20 * MINUTE);
        if fate == "merged" {
            pull.merged = over;
        } else {
            pull.closed = over;
        }
        index
    }
}
