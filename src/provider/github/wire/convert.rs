//! From wire types to domain values.

use std::num::NonZeroU64;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::{lenient, run, session, task};
use crate::domain::{
    Artifact, AutomationId, Beyond, Conclusion, CreatorType, Job, JobId, NodeId, Person, PullId, PullState, Rare,
    RepoName, Run, RunId, RunStatus, Session, SessionBeyond, SessionId, SessionRare, State, Step, Task, TaskId,
    TaskRef, Usage, UserId,
};
use crate::provider::port::AgentSession;
use crate::text::Untrusted;

pub fn task(wire: task::Task, repo: RepoName) -> Task {
    let mut rare = Rare {
        collaborators: wire.user_collaborators.into_iter().map(|who| UserId(who.id.0)).collect(),
        ..Rare::default()
    };
    let mut artifacts = Vec::with_capacity(wire.artifacts.len());
    for produced in wire.artifacts {
        match produced {
            task::Produced::Known(known) => artifacts.push(known),
            task::Produced::Other(text) => rare.artifacts.push(text),
        }
    }
    let creator_type = wire.creator_type.as_deref().and_then(creator_type);
    if creator_type.is_none() {
        rare.creator_type = wire.creator_type.map(Untrusted::from);
    }
    Task {
        at: TaskRef { repo, id: TaskId::new(wire.id.0) },
        name: wire.name.unwrap_or_default(),
        state: State::parse(&wire.state),
        created_at: wire.created_at.0,
        updated_at: wire.updated_at.map(|at| at.0),
        archived_at: wire.archived_at.map(|at| at.0),
        creator: wire.creator.map(|who| Person { id: UserId(who.id.0), login: None }),
        custom_agent: wire.custom_agent.map(|agent| agent.id),
        automation: wire.automation_id.map(|id| AutomationId::new(id.0)),
        session_count: wire.session_count,
        artifacts,
        html_url: wire.html_url,
        sessions: wire.sessions.map(|sessions| sessions.iter().filter_map(self::session).collect()),
        beyond: Beyond {
            owner: wire.owner.and_then(|owner| NonZeroU64::new(owner.id.0)),
            creator_type,
            rare: rare.boxed(),
        },
    }
}

/// What stands in an object beside the fields that are read, as it was written. No more of it is kept than this.
const MOST_BEYOND: usize = 16 * 1024;

pub fn beyond(object: &Value, known: &[&str]) -> Option<Untrusted> {
    let all = object.as_object()?.iter();
    let other: Map<String, Value> = all
        .filter(|(name, value)| !known.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let text = (!other.is_empty()).then(|| Value::Object(other).to_string())?;
    (text.len() <= MOST_BEYOND).then(|| text.into())
}

fn creator_type(word: &str) -> Option<CreatorType> {
    CreatorType::ALL.into_iter().find(|known| known.wire() == word)
}

/// `None`: it is of no known kind.
pub fn artifact(wire: task::Artifact) -> Option<Artifact> {
    let data = wire.data;
    let kind = if wire.kind == "github_resource" { data.kind.as_deref()? } else { &wire.kind };
    match kind {
        "pull" => Some(Artifact::Pull {
            id: PullId(data.id?.0),
            node: data.global_id.map(|id| NodeId::new(id.0)),
            state: data.state.as_deref().and_then(artifact_state),
        }),
        "branch" => Some(Artifact::Branch { head_ref: data.head_ref?, base_ref: data.base_ref }),
        _ => None,
    }
}

fn artifact_state(word: &str) -> Option<PullState> {
    match word {
        "open" => Some(PullState::Open),
        "draft" => Some(PullState::Draft),
        "closed" => Some(PullState::Closed),
        "merged" => Some(PullState::Merged),
        _ => None,
    }
}

/// `None`: it cannot be read.
fn session(value: &Value) -> Option<Session> {
    let wire = task::Session::deserialize(value).ok()?;
    let rare = SessionRare {
        resource_number: wire.resource_number.map(|number| number.0),
        reasoning_effort: wire.reasoning_effort,
        agent_slug: wire.agent_slug,
        other: beyond(value, task::KNOWN_OF_SESSION),
    };
    Some(Session {
        id: SessionId::new(wire.id.0),
        state: State::parse(&wire.state),
        name: wire.name,
        prompt: wire.prompt,
        model: wire.model,
        head_ref: wire.head_ref.filter(|name| !name.is_empty()),
        base_ref: wire.base_ref.filter(|name| !name.is_empty()),
        created_at: wire.created_at.0,
        updated_at: wire.updated_at.map(|at| at.0),
        completed_at: wire.completed_at.map(|at| at.0),
        usage: wire.usage.as_ref().and_then(usage),
        error: wire.error.map(|error| error.0),
        run: wire.workflow_run_id.map(|id| RunId(id.0)),
        beyond: SessionBeyond {
            user: wire.user.and_then(|who| NonZeroU64::new(who.id.0)),
            owner: wire.owner.and_then(|who| NonZeroU64::new(who.id.0)),
            rare: rare.boxed(),
        },
    })
}

fn usage(wire: &task::Usage) -> Option<Usage> {
    let amount = wire.amount.or(wire.credits)?.0;
    match wire.kind.as_deref() {
        Some("premium_requests") => Some(Usage::PremiumRequests(amount)),
        // Without a kind only the field's own name tells: `credits` are AI credits.
        Some("ai_credits") => nano(amount),
        None if wire.credits.is_some() => nano(amount),
        _ => None,
    }
}

fn nano(amount: f64) -> Option<Usage> {
    lenient::whole(amount).and_then(|n| u64::try_from(n).ok()).map(Usage::AiCredits)
}

/// The repository a task's own address names. `github.com/copilot/…` is no repository.
pub fn repo_of(html_url: &Untrusted) -> Option<RepoName> {
    let url = reqwest::Url::parse(html_url.raw_for_match()).ok()?;
    let mut segments = url.path_segments()?;
    let (owner, name, place) = (segments.next()?, segments.next()?, segments.next()?);
    let real = !owner.eq_ignore_ascii_case("copilot") && matches!(place, "copilot" | "agents" | "tasks" | "pull");
    real.then(|| RepoName::from_parts(owner, name).ok()).flatten()
}

/// Runs of the agent; the other dynamic workflows (code review, dependency updates, code scanning) are not its work.
pub fn is_agent_run(wire: &run::Run) -> bool {
    wire.path.as_deref().is_some_and(|path| path.starts_with("dynamic/copilot-swe-agent/"))
}

pub fn run(wire: run::Run) -> Run {
    Run {
        id: RunId(wire.id.0),
        name: wire.name,
        status: status(wire.status.as_deref()),
        conclusion: wire.conclusion.as_deref().map(Conclusion::parse),
        head_branch: wire.head_branch,
        attempt: wire.attempt,
        created_at: wire.created_at.0,
        started_at: wire.started_at.map(|at| at.0),
        updated_at: wire.updated_at.unwrap_or(wire.created_at).0,
        html_url: wire.html_url.unwrap_or_default(),
    }
}

fn status(word: Option<&str>) -> RunStatus {
    RunStatus::parse(word.unwrap_or("unknown"))
}

pub fn job(wire: run::Job) -> Job {
    Job {
        id: JobId(wire.id.0),
        name: wire.name.unwrap_or_default(),
        status: status(wire.status.as_deref()),
        conclusion: wire.conclusion.as_deref().map(Conclusion::parse),
        started_at: wire.started_at.map(|at| at.0),
        completed_at: wire.completed_at.map(|at| at.0),
        steps: wire.steps.into_iter().map(step).collect(),
    }
}

fn step(wire: run::Step) -> Step {
    Step {
        number: wire.number.unwrap_or_default(),
        name: wire.name.unwrap_or_default(),
        status: status(wire.status.as_deref()),
        conclusion: wire.conclusion.as_deref().map(Conclusion::parse),
        started_at: wire.started_at.map(|at| at.0),
        completed_at: wire.completed_at.map(|at| at.0),
    }
}

pub fn agent_session(wire: session::AgentSession) -> AgentSession {
    AgentSession {
        id: SessionId::new(wire.id.0),
        state: State::parse(&wire.state),
        run: wire.workflow_run_id.map(|id| RunId(id.0)),
        error: wire.error.map(|error| error.0),
    }
}
