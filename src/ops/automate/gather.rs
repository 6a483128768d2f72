//! Reading automations, in as much depth as somebody wants, and what came of their runs. Reads only.

use futures_util::{StreamExt as _, stream};

use crate::domain::automation::{Concern, Known, Listed, Surroundings, Track};
use crate::domain::policy::{Fact, Facts, Finding, Wants};
use crate::domain::{Artifact, Automation, AutomationRef, Fault, PullRef, RepoName, Task};
use crate::ops::context::Context;
use crate::ops::facts;
use crate::provider::port::Fetched;
use crate::text::Safe;

/// Requests that may be under way at once.
const AT_ONCE: usize = 4;

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
    /// They could not be read.
    pub failed: Vec<(RepoName, Fault)>,
    /// Entries of lists that could not be read.
    pub unreadable: u32,
    /// There are more than were read.
    pub more: bool,
}

impl Survey {
    pub fn automations(&self) -> Vec<Automation> {
        self.found.iter().map(|found| found.automation.clone()).collect()
    }
}

pub async fn survey(context: &Context, repos: &[RepoName], depth: Depth) -> Result<Survey, Fault> {
    let automations = context.automations()?;
    let lists: Vec<_> = stream::iter(repos.iter().map(|repo| async move { (repo, automations.of_repo(repo).await) }))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut survey = Survey::default();
    let mut listed: Vec<Automation> = Vec::new();
    for (repo, list) in lists {
        match list {
            Ok(Listed::Here { automations, unreadable, more }) => {
                listed.extend(automations);
                survey.unreadable += unreadable;
                survey.more |= more;
            }
            Ok(Listed::NotHere) => survey.not_here.push(repo.clone()),
            Err(fault) => survey.failed.push((repo.clone(), fault)),
        }
    }
    let each = listed.into_iter().map(|one| deepen(context, one, depth));
    survey.found = stream::iter(each).buffered(AT_ONCE).collect().await;
    let requires = requires_write(context, &survey, depth).await;
    point_out(&mut survey.found, &requires);
    Ok(survey)
}

async fn deepen(context: &Context, automation: Automation, depth: Depth) -> Found {
    let mut found = Found { automation, unread: None, track: None, concerns: Vec::new() };
    if depth >= Depth::Detailed {
        match super::look(context, &found.automation.at).await {
            Ok(detail) => found.automation = detail,
            Err(fault) => found.unread = Some(fault),
        }
    }
    if depth >= Depth::Tracked {
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

fn point_out(found: &mut [Found], requires: &[RepoName]) {
    let all: Vec<Automation> = found.iter().map(|found| found.automation.clone()).collect();
    let surroundings = Surroundings::of(&all);
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

/// Holds every automation against the policy in force. `Err`: there is no policy to hold them against.
pub async fn audit(context: &Context, repos: &[RepoName], depth: Depth) -> Result<Audit, Fault> {
    let in_force = context.gate.in_force().await;
    let policy = in_force.policy.map_err(|broken| {
        let problems: Vec<&str> = broken.problems.iter().map(Safe::as_str).collect();
        let what = format!("the policy cannot be read: {}", problems.join("; "));
        Fault::new(crate::domain::FaultKind::Refused, what, "mend it; `atc policy check` names every problem")
    })?;
    let survey = survey(context, repos, depth.max(Depth::Detailed)).await?;
    let mut violations = Vec::new();
    for repo in repos {
        let here: Vec<&Found> = survey.found.iter().filter(|found| found.automation.at.repo == *repo).collect();
        if here.is_empty() {
            continue;
        }
        let wants = Wants { default_branch: policy.names_automation_branches(repo), ..Wants::default() };
        let mut facts: Facts = facts::gather_wanted(context, wants, repo).await;
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
