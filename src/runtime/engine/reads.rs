//! One fetch of one source: asks the provider and says what came back. Knows nothing of schedules.

use crate::console::event::News;
use crate::domain::cancel::Matched;
use crate::domain::{
    Fault, FaultKind, Instant, Job, Person, Pull, PullRef, RepoName, Run, RunId, SessionId, TaskId, TaskRef, UserId,
    Viewer,
};
use crate::provider::Provider;
use crate::provider::port::{Fetched, Validator};
use crate::text::Untrusted;

use super::diagnose::Told;
use super::memory::Light;
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
    Pulls(Vec<(PullRef, Option<Pull>)>),
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
    /// `None`: the service has no login for this id.
    Person {
        id: UserId,
        viewer: Option<Viewer>,
    },
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
    let answers = provider.pulls(&refs).await?;
    Ok(Brought::Pulls(refs.into_iter().zip(answers).collect()))
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

impl Brought {
    /// The event for the console.
    pub fn into_news(self) -> News {
        match self {
            Self::Viewer(viewer) => News::Viewer(viewer),
            Self::List { found: Found::Same, .. } | Self::Task { task: None, .. } => News::Same,
            Self::List { found: Found::Some(Swept { tasks, unreadable, .. }), .. } => News::Tasks { tasks, unreadable },
            Self::Task { task: Some(task), .. } => News::Task(task),
            Self::Pulls(pulls) => News::Pulls(pulls),
            Self::Run { task, run, matched, jobs } => News::Run { task, run, matched, jobs },
            Self::Diagnosis { task, told, .. } => {
                let (told, facts) = told.map(|told| (Box::new(told.diagnosed), told.facts)).unzip();
                News::Diagnosis { task, told, facts: facts.flatten() }
            }
            Self::Person { id, viewer } => News::Person(Person { id, login: viewer.map(|viewer| viewer.login) }),
        }
    }
}
