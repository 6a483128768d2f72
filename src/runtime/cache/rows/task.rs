//! A task in two rows: what a list says of it, and the details that cost a request of their own.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::At;
use crate::domain::{
    Artifact, AutomationId, Beyond, CreatorType, Instant, NodeId, Person, PullId, PullState, Rare, RunId, Session,
    SessionBeyond, SessionId, SessionRare, State, Task, TaskRef, Usage, UserId,
};
use crate::text::Untrusted;

/// A task without its details.
#[derive(Debug, Serialize, Deserialize)]
struct TaskRow<T> {
    #[serde(rename = "n")]
    name: T,
    #[serde(rename = "s")]
    state: T,
    #[serde(rename = "c")]
    created: At,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    updated: Option<At>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    archived: Option<At>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    creator: Option<u64>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    login: Option<T>,
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    agent: Option<T>,
    #[serde(rename = "i", skip_serializing_if = "Option::is_none")]
    automation: Option<T>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    session_count: Option<u32>,
    #[serde(rename = "f", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    artifacts: Vec<ArtifactRow<T>>,
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    html_url: Option<T>,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    owner: Option<u64>,
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    creator_type: Option<T>,
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    collaborators: Vec<u64>,
    /// Artifacts of kinds this program does not know.
    #[serde(rename = "x", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    strange: Vec<T>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    other: Option<T>,
}

/// A pull (`p`) or a branch (`b`). What has neither is of a kind this program does not know.
#[derive(Debug, Serialize, Deserialize)]
struct ArtifactRow<T> {
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pull: Option<u64>,
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    node: Option<T>,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    state: Option<T>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    head_ref: Option<T>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    base_ref: Option<T>,
}

/// The details, and the touch of the task they belong to.
#[derive(Debug, Serialize, Deserialize)]
struct DetailsRow<T> {
    #[serde(rename = "t")]
    touched: At,
    #[serde(rename = "s", default = "Vec::new")]
    sessions: Vec<SessionRow<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SessionRow<T> {
    #[serde(rename = "i")]
    id: T,
    #[serde(rename = "s")]
    state: T,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    name: Option<T>,
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    prompt: Option<T>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    model: Option<T>,
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    head_ref: Option<T>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    base_ref: Option<T>,
    #[serde(rename = "c")]
    created: At,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    updated: Option<At>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    completed: Option<At>,
    /// Nano AI credits.
    #[serde(rename = "v", skip_serializing_if = "Option::is_none")]
    credits: Option<u64>,
    /// Premium requests in decimal: JSON's own numbers are not read back to the last bit.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    requests: Option<String>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    error: Option<T>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    run: Option<u64>,
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    user: Option<u64>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    owner: Option<u64>,
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    resource_number: Option<u64>,
    #[serde(rename = "z", skip_serializing_if = "Option::is_none")]
    effort: Option<T>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    slug: Option<T>,
    #[serde(rename = "j", skip_serializing_if = "Option::is_none")]
    other: Option<T>,
}

/// The row of a task, without its details.
pub fn encode(task: &Task) -> String {
    let rare = task.beyond.rare.as_deref();
    let row = TaskRow {
        name: task.name.raw_for_disk(),
        state: task.state.wire(),
        created: At(task.created_at),
        updated: task.updated_at.map(At),
        archived: task.archived_at.map(At),
        creator: task.creator.as_ref().map(|person| person.id.0),
        login: task.creator.as_ref().and_then(|person| raw(person.login.as_ref())),
        agent: raw(task.custom_agent.as_ref()),
        automation: task.automation.as_ref().map(AutomationId::raw),
        session_count: task.session_count,
        artifacts: task.artifacts.iter().map(artifact_row).collect(),
        html_url: raw(task.html_url.as_ref()),
        owner: task.beyond.owner.map(NonZeroU64::get),
        creator_type: task.beyond.creator_type(),
        collaborators: rare.into_iter().flat_map(|rare| &rare.collaborators).map(|who| who.0).collect(),
        strange: rare.into_iter().flat_map(|rare| &rare.artifacts).map(Untrusted::raw_for_disk).collect(),
        other: raw(rare.and_then(|rare| rare.other.as_ref())),
    };
    json(&row)
}

/// The row of a task's details; `None` while they are not known.
pub fn encode_details(task: &Task) -> Option<String> {
    let sessions = task.sessions.as_ref()?.iter().map(session_row).collect();
    Some(json(&DetailsRow { touched: At(task.touched_at()), sessions }))
}

/// Rows are made of numbers and text: they can always be written.
pub(super) fn json(row: &impl Serialize) -> String {
    serde_json::to_string(row).unwrap_or_default()
}

fn raw(text: Option<&Untrusted>) -> Option<&str> {
    text.map(Untrusted::raw_for_disk)
}

fn artifact_row(artifact: &Artifact) -> ArtifactRow<&str> {
    let empty = ArtifactRow { pull: None, node: None, state: None, head_ref: None, base_ref: None };
    match artifact {
        Artifact::Pull { id, node, state } => ArtifactRow {
            pull: Some(id.0),
            node: node.as_ref().map(NodeId::raw),
            state: state.map(pull_state),
            ..empty
        },
        Artifact::Branch { head_ref, base_ref } => {
            ArtifactRow { head_ref: Some(head_ref.raw_for_disk()), base_ref: raw(base_ref.as_ref()), ..empty }
        }
    }
}

fn session_row(session: &Session) -> SessionRow<&str> {
    let rare = session.beyond.rare.as_deref();
    SessionRow {
        id: session.id.raw(),
        state: session.state.wire(),
        name: raw(session.name.as_ref()),
        prompt: raw(session.prompt.as_ref()),
        model: raw(session.model.as_ref()),
        head_ref: raw(session.head_ref.as_ref()),
        base_ref: raw(session.base_ref.as_ref()),
        created: At(session.created_at),
        updated: session.updated_at.map(At),
        completed: session.completed_at.map(At),
        credits: match session.usage {
            Some(Usage::AiCredits(nano)) => Some(nano),
            _ => None,
        },
        requests: match session.usage {
            Some(Usage::PremiumRequests(requests)) => Some(requests.to_string()),
            _ => None,
        },
        error: raw(session.error.as_ref()),
        run: session.run.map(|run| run.0),
        user: session.beyond.user.map(NonZeroU64::get),
        owner: session.beyond.owner.map(NonZeroU64::get),
        resource_number: rare.and_then(|rare| rare.resource_number),
        effort: raw(rare.and_then(|rare| rare.reasoning_effort.as_ref())),
        slug: raw(rare.and_then(|rare| rare.agent_slug.as_ref())),
        other: raw(rare.and_then(|rare| rare.other.as_ref())),
    }
}

/// The word of a pull's state in a row.
pub(super) fn pull_state(state: PullState) -> &'static str {
    match state {
        PullState::Open => "open",
        PullState::Draft => "draft",
        PullState::Closed => "closed",
        PullState::Merged => "merged",
    }
}

pub(super) fn parse_pull_state(word: &Untrusted) -> Option<PullState> {
    let all = [PullState::Open, PullState::Draft, PullState::Closed, PullState::Merged];
    all.into_iter().find(|state| pull_state(*state) == word.raw_for_match())
}

/// The task of a row, without its details. `None`: the row cannot be read.
pub fn decode(at: TaskRef, row: &[u8]) -> Option<Task> {
    let row: TaskRow<Untrusted> = serde_json::from_slice(row).ok()?;
    let word = row.creator_type.as_ref().map(Untrusted::raw_for_match);
    let creator_type = CreatorType::ALL.into_iter().find(|known| Some(known.wire()) == word);
    Some(Task {
        beyond: Beyond {
            owner: row.owner.and_then(NonZeroU64::new),
            creator_type,
            rare: Rare {
                creator_type: row.creator_type.filter(|_| creator_type.is_none()),
                collaborators: row.collaborators.into_iter().map(UserId).collect(),
                artifacts: row.strange,
                other: row.other,
            }
            .boxed(),
        },
        at,
        name: row.name,
        state: State::parse(row.state.raw_for_match()),
        created_at: row.created.0,
        updated_at: row.updated.map(|at| at.0),
        archived_at: row.archived.map(|at| at.0),
        creator: row.creator.map(|id| Person { id: UserId(id), login: row.login }),
        custom_agent: row.agent,
        automation: row.automation.map(|id| AutomationId::new(id.raw_for_match())),
        session_count: row.session_count,
        artifacts: row.artifacts.into_iter().filter_map(artifact).collect(),
        html_url: row.html_url,
        sessions: None,
    })
}

/// The details of a row: the touch they belong to, and the sessions.
pub fn decode_details(row: &[u8]) -> Option<(Instant, Vec<Session>)> {
    let row: DetailsRow<Untrusted> = serde_json::from_slice(row).ok()?;
    Some((row.touched.0, row.sessions.into_iter().map(session).collect()))
}

fn artifact(row: ArtifactRow<Untrusted>) -> Option<Artifact> {
    if let Some(id) = row.pull {
        let node = row.node.map(|node| NodeId::new(node.raw_for_disk()));
        return Some(Artifact::Pull { id: PullId(id), node, state: row.state.as_ref().and_then(parse_pull_state) });
    }
    row.head_ref.map(|head_ref| Artifact::Branch { head_ref, base_ref: row.base_ref })
}

fn session(row: SessionRow<Untrusted>) -> Session {
    let requests = row.requests.and_then(|number| number.parse().ok()).map(Usage::PremiumRequests);
    Session {
        beyond: SessionBeyond {
            user: row.user.and_then(NonZeroU64::new),
            owner: row.owner.and_then(NonZeroU64::new),
            rare: SessionRare {
                resource_number: row.resource_number,
                reasoning_effort: row.effort,
                agent_slug: row.slug,
                other: row.other,
            }
            .boxed(),
        },
        id: SessionId::new(row.id.raw_for_disk()),
        state: State::parse(row.state.raw_for_match()),
        name: row.name,
        prompt: row.prompt,
        model: row.model,
        head_ref: row.head_ref,
        base_ref: row.base_ref,
        created_at: row.created.0,
        updated_at: row.updated.map(|at| at.0),
        completed_at: row.completed.map(|at| at.0),
        usage: row.credits.map(Usage::AiCredits).or(requests),
        error: row.error,
        run: row.run.map(RunId),
    }
}
