//! Reading automations, in as much depth as somebody wants, and what came of their runs. Reads only.

use futures_util::{StreamExt as _, stream};

use crate::domain::automation::{Concern, Known, Listed, Surroundings, Track};
use crate::domain::policy::{Fact, Facts, Finding, Policy, Wants};
use crate::domain::{Artifact, Automation, AutomationRef, Fault, FaultKind, PullRef, RepoName, Task};
use crate::ops::context::Context;
use crate::ops::facts;
use crate::provider::port::Fetched;
use crate::text::Safe;

/// Requests that may be under way at once.
const AT_ONCE: usize = 4;

/// Whose automations are meant.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    Repos(&'a [RepoName]),
    /// Those the viewer created, in these repositories; where none is named, in all that can be read.
    Viewer(&'a [RepoName]),
}

/// How much is asked for. Each is one request an automation more than the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// What the lists tell.
    #[default]
    Listed,
    /// With prompt, revision and what it cost.
    Detailed,
    /// With its tasks and their pull requests.
    Tracked,
}

/// One automation, with as much as was asked for and could be learnt.
#[derive(Clone, Debug)]
pub struct Found {
    pub automation: Automation,
    /// Its detail could not be read.
    pub unread: Option<Fault>,
    pub track: Option<Result<Track, Fault>>,
    /// What is pointed out unasked.
    pub concerns: Vec<Concern>,
}

/// What was found in all repositories.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// By repository, in the order asked for.
    pub found: Vec<Found>,
    /// Automations are not available there.
    pub not_here: Vec<RepoName>,
    /// A list answered, whether anything of it is meant or not.
    pub any_here: bool,
    /// They could not be read.
    pub failed: Vec<(RepoName, Fault)>,
    /// Entries of lists that could not be read.
    pub unreadable: u32,
    /// There are more than were read.
    pub more: bool,
    /// What could not be read of automations that are left out because of it.
    pub left_out: Vec<(AutomationRef, Fault)>,
}

impl Found {
    /// Why something of it is not known.
    pub fn fault(&self) -> Option<Fault> {
        let of_track = self.track.as_ref().and_then(|track| track.as_ref().err());
        self.unread.as_ref().or(of_track).cloned()
    }
}

impl Survey {
    /// Of one that could not be read nobody knows whether it was meant, so that is told.
    pub(super) fn leave_out(&mut self, others: Vec<Found>) {
        self.left_out.extend(others.into_iter().filter_map(|one| Some((one.automation.at.clone(), one.fault()?))));
    }
}

pub async fn survey(context: &Context, repos: &[RepoName], depth: Depth) -> Result<Survey, Fault> {
    Ok(survey_all(context, Whose::Repos(repos), depth, |_| true).await?.0)
}

/// Of those the lists name only what `keep` wants is looked into. With all that the lists name.
pub(super) async fn survey_all(
    context: &Context,
    whose: Whose<'_>,
    depth: Depth,
    keep: impl Fn(&Automation) -> bool,
) -> Result<(Survey, Vec<Automation>), Fault> {
    let mut survey = Survey::default();
    let listed = lists(context, whose, &mut survey).await?;
    // What shows between automations shows between all of them.
    let all = listed.clone();
    let fresh = |automation| Found { automation, unread: None, track: None, concerns: Vec::new() };
    survey.found = listed.into_iter().filter(keep).map(fresh).collect();
    deepen(context, &mut survey, &all, depth).await;
    Ok((survey, all))
}

/// What the lists tell. `Err`: nothing can be told at all.
async fn lists(context: &Context, whose: Whose<'_>, survey: &mut Survey) -> Result<Vec<Automation>, Fault> {
    let automations = context.automations()?;
    let mut listed: Vec<Automation> = Vec::new();
    let mut here = |told: Vec<Automation>, unreadable: u32, more: bool, survey: &mut Survey| {
        listed.extend(told);
        survey.any_here = true;
        survey.unreadable += unreadable;
        survey.more |= more;
    };
    match whose {
        Whose::Repos(repos) => {
            let each = repos.iter().map(|repo| async move { (repo, automations.of_repo(repo).await) });
            let lists: Vec<_> = stream::iter(each).buffered(AT_ONCE).collect().await;
            for (repo, list) in lists {
                match list {
                    Ok(Listed::Here { automations, unreadable, more }) => here(automations, unreadable, more, survey),
                    Ok(Listed::NotHere) => survey.not_here.push(repo.clone()),
                    Err(fault) => survey.failed.push((repo.clone(), fault)),
                }
            }
        }
        Whose::Viewer(repos) => match automations.mine().await? {
            Listed::Here { mut automations, unreadable, more } => {
                automations.retain(|one| repos.is_empty() || repos.contains(&one.at.repo));
                here(automations, unreadable, more, survey);
            }
            Listed::NotHere => {
                let what = "automations are not available here: this account does not have them yet";
                return Err(Fault::new(FaultKind::Unsupported, what, "wait until the service offers them"));
            }
        },
    }
    Ok(listed)
}

/// Looks into those found as deeply as is wanted, as far as that was not done yet. `all`: what the lists named.
pub(super) async fn deepen(context: &Context, survey: &mut Survey, all: &[Automation], depth: Depth) {
    let each = std::mem::take(&mut survey.found).into_iter().map(|found| look_into(context, found, depth));
    survey.found = stream::iter(each).buffered(AT_ONCE).collect().await;
    let requires = requires_write(context, survey, depth).await;
    point_out(&mut survey.found, all, &requires);
}

async fn look_into(context: &Context, mut found: Found, depth: Depth) -> Found {
    if depth >= Depth::Detailed && found.automation.detail.is_none() && found.unread.is_none() {
        match super::look(context, &found.automation.at).await {
            Ok(detail) => found.automation = detail,
            Err(fault) => found.unread = Some(fault),
        }
    }
    if depth >= Depth::Tracked && found.track.is_none() {
        found.track = Some(track(context, &found.automation.at).await);
    }
    found
}

/// Where it matters, whether only who may write sets automations off. Not to know it holds nothing against anybody.
async fn requires_write(context: &Context, survey: &Survey, depth: Depth) -> Vec<RepoName> {
    let mut repos: Vec<RepoName> = Vec::new();
    let Ok(automations) = context.automations() else { return repos };
    if depth < Depth::Detailed {
        return repos;
    }
    for found in survey.found.iter().filter(|found| found.automation.actor_must_write == Some(false)) {
        let repo = &found.automation.at.repo;
        if !repos.contains(repo) && automations.requires_write(repo).await == Ok(Some(true)) {
            repos.push(repo.clone());
        }
    }
    repos
}

fn point_out(found: &mut [Found], all: &[Automation], requires: &[RepoName]) {
    let surroundings = Surroundings::of(all);
    for one in found {
        let known = Known {
            track: one.track.as_ref().and_then(|track| track.as_ref().ok()),
            repo_requires_write: requires.contains(&one.automation.at.repo).then_some(true),
        };
        one.concerns = surroundings.concerns(&one.automation, known);
    }
}

/// Its newest tasks, oldest first, each naming it. They are written into the ledger as its work.
pub async fn tasks(context: &Context, at: &AutomationRef) -> Result<(Vec<Task>, bool), Fault> {
    let Fetched::New { value, .. } = context.automations()?.tasks_of(at, None).await? else {
        return Ok((Vec::new(), false));
    };
    let more = value.next.is_some();
    let mut tasks = value.tasks;
    tasks.sort_by_key(|task| task.created_at);
    if let Err(fault) = super::record_origins(context, &tasks).await {
        tracing::warn!(%fault, "which automation started tasks could not be recorded");
    }
    Ok((tasks, more))
}

/// The pull requests these tasks name, each once.
pub fn pulls_of(tasks: &[Task]) -> Vec<PullRef> {
    let mut refs: Vec<PullRef> = Vec::new();
    for task in tasks {
        for artifact in &task.artifacts {
            if let Artifact::Pull { id, node, .. } = artifact
                && !refs.iter().any(|known| known.id == *id && known.repo == task.at.repo)
            {
                refs.push(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() });
            }
        }
    }
    refs
}

/// What its newest runs came to, with their pull requests.
pub async fn track(context: &Context, at: &AutomationRef) -> Result<Track, Fault> {
    let (tasks, more) = tasks(context, at).await?;
    let mut track = Track::of(&tasks, more);
    let refs = pulls_of(&tasks);
    if refs.is_empty() {
        return Ok(track);
    }
    let pulls = context.provider.pulls(&refs).await.unwrap_or_default();
    for number in 0..refs.len() {
        let pull = pulls.get(number).and_then(Option::as_ref);
        track.pulls.add(pull.map(|pull| (&pull.state, &pull.review)));
    }
    Ok(track)
}

/// A violation of the policy, and of what.
#[derive(Clone, Debug)]
pub struct Violation {
    /// `None`: of a repository's automations together.
    pub automation: Option<(AutomationRef, Safe)>,
    pub repo: RepoName,
    pub finding: Finding,
}

/// What was audited, and what was not: an automation nobody could read is no automation without a fault.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    pub survey: Survey,
    pub violations: Vec<Violation>,
}

impl Audit {
    /// What is not said of one of these is left out, and with it what is said of a repository's automations together. What
    /// could not be read of one that is left out stays told.
    pub fn only(&mut self, meant: &[AutomationRef]) {
        let is_meant = |at: &AutomationRef| meant.contains(at);
        self.violations.retain(|one| one.automation.as_ref().is_some_and(|(at, _)| is_meant(at)));
        let found = std::mem::take(&mut self.survey.found);
        let (meant, others): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|one| is_meant(&one.automation.at));
        self.survey.found = meant;
        self.survey.leave_out(others);
    }
}

/// The policy in force. `Err`: there is none to hold anything against.
pub(super) async fn policy(context: &Context) -> Result<Policy, Fault> {
    context.gate.in_force().await.policy.map_err(|broken| {
        let problems: Vec<&str> = broken.problems.iter().map(Safe::as_str).collect();
        let what = format!("the policy cannot be read: {}", problems.join("; "));
        Fault::new(FaultKind::Refused, what, "mend it; `atc policy check` names every problem")
    })
}

/// What the policy has to know of a repository to judge an automation of it.
pub(super) async fn facts_of(context: &Context, policy: &Policy, repo: &RepoName) -> Facts {
    let wants = Wants { default_branch: policy.names_automation_branches(repo), ..Wants::default() };
    facts::gather_wanted(context, wants, repo).await
}

/// Holds every automation against the policy in force. `Err`: there is no policy to hold them against.
pub async fn audit(context: &Context, repos: &[RepoName], depth: Depth) -> Result<Audit, Fault> {
    let policy = policy(context).await?;
    let survey = survey(context, repos, depth.max(Depth::Detailed)).await?;
    let mut violations = Vec::new();
    for repo in repos {
        let here: Vec<&Found> = survey.found.iter().filter(|found| found.automation.at.repo == *repo).collect();
        if here.is_empty() {
            continue;
        }
        let mut facts = facts_of(context, &policy, repo).await;
        facts.automations = if survey.more || survey.unreadable > 0 {
            Fact::unknown("the list of automations cannot be read in full")
        } else {
            Fact::Known(here.len() as u64)
        };
        let of_all = policy.audit_repo(repo, &facts);
        violations.extend(of_all.into_iter().map(|finding| Violation {
            automation: None,
            repo: repo.clone(),
            finding,
        }));
        for found in here {
            let Some(definition) = found.automation.definition() else { continue };
            let automation = (found.automation.at.clone(), found.automation.name.show_line());
            violations.extend(policy.audit(repo, definition, &facts).into_iter().map(|finding| Violation {
                automation: Some(automation.clone()),
                repo: repo.clone(),
                finding,
            }));
        }
    }
    Ok(Audit { survey, violations })
}
