//! One fetch of one source: asks the provider and says what came back. Knows nothing of schedules.

use crate::console::event::News;
use crate::domain::automation::track::Pulls;
use crate::domain::automation::{Listed, Track};
use crate::domain::cancel::Matched;
use crate::domain::{
    Automation, AutomationRef, Fault, FaultKind, Instant, Job, Person, Pull, PullRef, RepoName, Run, RunId, SessionId,
    Task, TaskId, TaskRef, UserId, Viewer,
};
use crate::ops::automate::gather;
use crate::provider::Provider;
use crate::provider::port::{Fetched, PullsTold, Validator};
use crate::text::Untrusted;

use super::diagnose::Told;
use super::memory::Light;
use super::pull_book::Settled;
use super::sweep::{Ask, Depth, Found, Swept, sweep};

/// Session and run are stamped by two clocks.
const CLOCK_SLACK: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

/// What a fetch brought, before it is remembered and sent on.
#[derive(Debug)]
pub enum Brought {
    Viewer(Viewer),
    /// `repo` `None`: the viewer's own tasks.
    List {
        repo: Option<RepoName>,
        depth: Depth,
        found: Found,
    },
    Task {
        task: Option<Box<crate::domain::Task>>,
        validator: Option<Validator>,
        at: TaskRef,
    },
    Pulls(PullsTold),
    Run {
        task: TaskRef,
        run: Option<Run>,
        matched: Option<Matched>,
        jobs: Vec<Job>,
    },
    /// `told` `None`: there is no log to read.
    Diagnosis {
        task: TaskId,
        session: Option<SessionId>,
        told: Option<Box<Told>>,
    },
    Automations {
        repo: RepoName,
        listed: Listed,
    },
    /// `None`: it is gone.
    Automation {
        at: AutomationRef,
        automation: Option<Box<Automation>>,
    },
    /// `None`: they are the same as before.
    Runs {
        at: AutomationRef,
        runs: Option<Box<Runs>>,
    },
    /// `None`: the service has no login for this id.
    Person {
        id: UserId,
        viewer: Option<Viewer>,
    },
}

/// The newest tasks of an automation, oldest first, what they came to, and the pull requests that were asked about.
#[derive(Debug)]
pub struct Runs {
    /// `None`: the same as before.
    pub tasks: Option<Vec<Task>>,
    pub track: Track,
    /// Every pull request the tasks name, whether it was asked about or not.
    pub named: Vec<PullRef>,
    pub pulls: Vec<(PullRef, Option<Pull>)>,
    pub validator: Option<Validator>,
}

/// What was read of an automation's runs before: what a proof that nothing changed is worth.
#[derive(Clone, Debug)]
pub struct RunsBefore {
    pub validator: Validator,
    pub track: Track,
    pub named: Vec<PullRef>,
}

pub async fn viewer(provider: &dyn Provider) -> Result<Brought, Fault> {
    provider.viewer().await.map(Brought::Viewer)
}

pub async fn list(provider: &dyn Provider, ask: Ask) -> Result<Brought, Fault> {
    let found = sweep(provider, &ask).await?;
    Ok(Brought::List { repo: ask.repo, depth: ask.depth, found })
}

pub async fn task(provider: &dyn Provider, at: TaskRef, validator: Option<Validator>) -> Result<Brought, Fault> {
    Ok(match provider.task(&at, validator).await? {
        Fetched::Same => Brought::Task { task: None, validator: None, at },
        Fetched::New { value, validator } => Brought::Task { task: Some(Box::new(value)), validator, at },
    })
}

pub async fn pulls(provider: &dyn Provider, refs: Vec<PullRef>) -> Result<Brought, Fault> {
    Ok(Brought::Pulls(provider.pulls_told(&refs).await?))
}

/// The run of a session: by the id the service named, else the nearest start on its branch at or after `since`. Never
/// guessed: without either there is none.
pub async fn find_run(
    provider: &dyn Provider,
    repo: &RepoName,
    named: Option<RunId>,
    branch: Option<&Untrusted>,
    since: Instant,
) -> Result<Option<(Run, Matched)>, Fault> {
    if let Some(id) = named {
        return Ok(Some((provider.run(repo, id).await?, Matched::BySession)));
    }
    let Some(branch) = branch else { return Ok(None) };
    let started = |run: &Run| run.started_at.unwrap_or(run.created_at);
    let runs = provider.agent_runs(repo, branch).await?;
    let nearest = runs.into_iter().filter(|run| started(run) + CLOCK_SLACK >= since).min_by_key(started);
    Ok(nearest.map(|run| (run, Matched::ByBranch)))
}

/// The run of a task's latest session and its jobs.
pub async fn run(provider: &dyn Provider, light: Light) -> Result<Brought, Fault> {
    let repo = &light.at.repo;
    let since = light.sessions.iter().map(|session| session.created_at).max().unwrap_or(light.created);
    let found = find_run(provider, repo, light.run, light.head_ref.as_ref(), since).await?;
    let jobs = match &found {
        Some((run, _)) => provider.jobs(repo, run.id).await?,
        None => Vec::new(),
    };
    let (run, matched) = found.unzip();
    Ok(Brought::Run { task: light.at, run, matched, jobs })
}

pub async fn person(provider: &dyn Provider, id: UserId) -> Result<Brought, Fault> {
    match provider.user(id).await {
        Ok(viewer) => Ok(Brought::Person { id, viewer: Some(viewer) }),
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Permission | FaultKind::Gone) => {
            Ok(Brought::Person { id, viewer: None })
        }
        Err(fault) => Err(fault),
    }
}

/// The automations of a repository. A service without any has none here.
pub async fn automations(provider: &dyn Provider, repo: RepoName) -> Result<Brought, Fault> {
    let listed = match provider.automations() {
        Some(port) => port.of_repo(&repo).await?,
        None => Listed::NotHere,
    };
    Ok(Brought::Automations { repo, listed })
}

pub async fn automation(provider: &dyn Provider, at: AutomationRef) -> Result<Brought, Fault> {
    let Some(port) = provider.automations() else { return Ok(Brought::Automation { at, automation: None }) };
    let automation = match port.one(&at).await {
        Ok(automation) => Some(Box::new(automation)),
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone) => None,
        Err(fault) => return Err(fault),
    };
    Ok(Brought::Automation { at, automation })
}

/// What came of an automation's newest runs. `settled`: pull requests that will not change any more; the others are asked
/// about in one request, and where that fails nothing is said of them. That the tasks are the same as before says nothing
/// of their pull requests: these are asked about all the same.
pub async fn runs(
    provider: &dyn Provider,
    at: AutomationRef,
    before: Option<RunsBefore>,
    settled: &Settled,
) -> Result<Brought, Fault> {
    let Some(port) = provider.automations() else { return Ok(Brought::Runs { at, runs: None }) };
    let proof = before.as_ref().map(|before| before.validator.clone());
    let (tasks, mut track, named, validator) = match (port.tasks_of(&at, proof).await?, &before) {
        (Fetched::New { value: page, validator }, _) => {
            let mut tasks = page.tasks;
            tasks.sort_by_key(|task| task.created_at);
            let (track, named) = (Track::of(&tasks, page.next.is_some()), gather::pulls_of(&tasks));
            (Some(tasks), track, named, validator)
        }
        (Fetched::Same, Some(before)) => {
            let track = Track { pulls: Pulls::default(), ..before.track.clone() };
            (None, track, before.named.clone(), Some(before.validator.clone()))
        }
        (Fetched::Same, None) => return Ok(Brought::Runs { at, runs: None }),
    };
    let mut open = Vec::new();
    for pull in &named {
        match settled.get(&pull.id) {
            Some((state, review)) => track.pulls.add(Some((state, review))),
            None => open.push(pull.clone()),
        }
    }
    let answers = if open.is_empty() { Ok(PullsTold::default()) } else { provider.pulls_told(&open).await };
    let told = answers.as_ref().map_or(&[][..], |answers| answers.pulls.as_slice());
    for asked in &open {
        let pull = told.iter().find(|(at, _)| at == asked).and_then(|(_, pull)| pull.as_ref());
        track.pulls.add(pull.map(|pull| (&pull.state, &pull.review)));
    }
    // What was known of them before is worth more than that they could not be asked about now.
    let is_same = tasks.is_none() && (answers.is_err() || before.is_some_and(|before| before.track == track));
    if is_same && told.is_empty() {
        return Ok(Brought::Runs { at, runs: None });
    }
    let pulls = answers.unwrap_or_default().pulls;
    Ok(Brought::Runs { at, runs: Some(Box::new(Runs { tasks, track, named, pulls, validator })) })
}

impl Brought {
    /// The event for the console.
    pub fn into_news(self) -> News {
        match self {
            Self::Viewer(viewer) => News::Viewer(viewer),
            Self::List { found: Found::Same, .. } | Self::Task { task: None, .. } => News::Same,
            Self::List { found: Found::Some(Swept { tasks, unreadable, .. }), .. } => News::Tasks { tasks, unreadable },
            Self::Task { task: Some(task), .. } => News::Task(task),
            Self::Pulls(told) => News::Pulls(told.pulls),
            Self::Run { task, run, matched, jobs } => News::Run { task, run, matched, jobs },
            Self::Diagnosis { task, told, .. } => {
                let (told, facts) = told.map(|told| (Box::new(told.diagnosed), told.facts)).unzip();
                News::Diagnosis { task, told, facts: facts.flatten() }
            }
            Self::Automations { listed, .. } => News::Automations(listed),
            Self::Automation { automation, .. } => News::Automation(automation),
            Self::Runs { runs: None, .. } => News::Same,
            Self::Runs { runs: Some(runs), .. } => {
                News::AutomationRuns { tasks: runs.tasks, track: Box::new(runs.track) }
            }
            Self::Person { id, viewer } => News::Person(Person { id, login: viewer.map(|viewer| viewer.login) }),
        }
    }
}
