//! What the form knows of the gate: the policy as it was last read, and the facts of each repository as they were last
//! gathered. The verdict follows from them at every key; the one that counts is made when it is sent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::Form;
use crate::console::state::world::World;
use crate::domain::policy::{Case, Duplicate, Facts, InForce, Judgement, Stage};
use crate::domain::{Instant, RepoName, StartRequest};

/// Facts older than this no longer pass for known.
const FRESH: TimeDelta = TimeDelta::minutes(2);
/// From this age on they are asked for again.
const RENEW: TimeDelta = TimeDelta::seconds(45);

#[derive(Debug, Default)]
pub struct GateSide {
    /// `None`: not read yet.
    pub in_force: Option<Arc<InForce>>,
    facts: HashMap<RepoName, Facts>,
    asked: HashSet<RepoName>,
}

impl GateSide {
    pub fn learn(&mut self, repo: RepoName, facts: Facts, in_force: Arc<InForce>) {
        self.asked.remove(&repo);
        self.facts.insert(repo, facts);
        self.in_force = Some(in_force);
    }

    /// The facts of this repository are to be asked for now; from here on they are under way.
    pub fn wants(&mut self, repo: &RepoName, now: Instant) -> bool {
        let known = self.facts.get(repo).and_then(|facts| facts.at);
        known.is_none_or(|at| now - at >= RENEW) && self.asked.insert(repo.clone())
    }

    /// The facts of this repository are to be asked for now, however old they are. False: they are under way.
    pub fn ask(&mut self, repo: &RepoName) -> bool {
        self.asked.insert(repo.clone())
    }

    /// How many repositories are being asked about.
    pub fn under_way(&self) -> usize {
        self.asked.len()
    }

    /// Nothing is known of this repository, or nothing new.
    pub fn is_old(&self, repo: &RepoName, now: Instant) -> bool {
        self.facts.get(repo).and_then(|facts| facts.at).is_none_or(|at| now - at >= RENEW)
    }

    /// The verdict by what was last told, and when that was, however long ago. `None`: nothing was.
    pub fn judge_told(&self, case: &Case<'_>) -> Option<(Judgement, Instant)> {
        let facts = self.facts.get(&case.request.repo)?;
        let in_force = self.in_force.as_ref()?;
        let judged = in_force.judge(case, facts, Stage::Preview);
        Some((judged, facts.at?))
    }

    pub fn default_branch(&self, repo: &RepoName) -> Option<&str> {
        self.facts.get(repo)?.default_branch.known().map(String::as_str)
    }

    /// The verdict on a request as it stands. `None`: the policy is not read yet.
    pub fn judge(&self, case: &Case<'_>, now: Instant) -> Option<Judgement> {
        let facts = self.facts.get(&case.request.repo);
        let fresh = facts.filter(|facts| facts.at.is_some_and(|at| now - at < FRESH));
        let unknown = Facts::default();
        Some(self.in_force.as_ref()?.judge(case, fresh.unwrap_or(&unknown), Stage::Preview))
    }

    /// The verdict on the form. `None`: there is nothing to judge, or no policy yet.
    pub fn judge_form(&self, form: &Form, now: Instant) -> Option<Judgement> {
        let request = form.request()?;
        let stamp = form.stamp();
        let (template, ticket) = stamp.as_deref().map_or((None, None), |it| (Some(&*it.id), it.ticket.as_deref()));
        self.judge(&Case { request: &request, template, ticket }, now)
    }
}

/// Open tasks of the repository with the same prompt that the ledger knows nothing of: started elsewhere.
pub fn known_duplicates(world: &World, request: &StartRequest, found: &[Duplicate]) -> Vec<Duplicate> {
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    let wanted = hash(&request.prompt);
    let tasks = world.tasks.values().map(|known| &known.task);
    let open = tasks.filter(|task| task.at.repo == request.repo && task.state.is_active());
    let same = open.filter(|task| {
        let prompts = task.sessions.iter().flatten().filter_map(|session| session.prompt.as_ref());
        prompts.into_iter().any(|prompt| {
            let prompt = prompt.raw_for_match();
            prompt.len() == request.prompt.len() && hash(prompt) == wanted
        })
    });
    let new = same.filter(|task| !found.iter().any(|duplicate| duplicate.task.as_ref() == Some(&task.at.id)));
    new.map(|task| Duplicate { task: Some(task.at.id.clone()), age: None, by_ticket: false, seen_open: true }).collect()
}
