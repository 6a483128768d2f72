//! One task with everything that is known of it, and its fields as programs read them.

use std::num::NonZeroU64;

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::pull_fields::{PULL, WAITS, Waits};
use super::shape::{Field, Is, schema, write};
use crate::domain::diagnosed::Found;
use crate::domain::look::Tone;
use crate::domain::stuck::Stuck;
use crate::domain::{
    Artifact, Cost, Diagnosed, Instant, Job, Person, Pull, PullState, Rare, Run, Session, Step, Task, Usage,
};
use crate::text::{Safe, Untrusted};

/// A task, and what was joined to it from elsewhere.
#[derive(Clone, Debug)]
pub struct Joined {
    pub task: Task,
    /// The creator's, where it is known.
    pub login: Option<Untrusted>,
    /// What its row says its state is, as the console does.
    pub condition: Safe,
    /// What that means.
    pub tone: Tone,
    pub state_since: Instant,
    pub stuck: Option<(Stuck, Instant)>,
    pub orphaned: bool,
    /// In what its sources do not agree.
    pub disagreements: Vec<Safe>,
    pub run: Option<Run>,
    pub jobs: Vec<Job>,
    pub pull: Option<Pull>,
    /// On whom that waits; `None`: it is not known, or decided.
    pub waits: Option<Waits>,
    pub diagnosed: Option<Diagnosed>,
    /// The sessions are those of the newest answer, not of an older one.
    pub sessions_current: bool,
    /// What the service said in an earlier run, not in this one.
    pub remembered: bool,
}

impl Joined {
    pub fn cost(&self) -> Option<Cost> {
        self.task.cost()
    }

    pub fn base_ref(&self) -> Option<&Untrusted> {
        let of_session = self.task.latest_session().and_then(|session| session.base_ref.as_ref());
        of_session.or_else(|| {
            self.task.artifacts.iter().find_map(|artifact| match artifact {
                Artifact::Branch { base_ref, .. } => base_ref.as_ref(),
                Artifact::Pull { .. } => None,
            })
        })
    }

    fn rare(&self) -> Option<&Rare> {
        self.task.beyond.rare.as_deref()
    }

    pub fn json(&self) -> Value {
        write(TASK, self)
    }
}

/// JSON that was kept as text.
fn raw(text: &Untrusted) -> Value {
    serde_json::from_str(text.raw_for_wire()).unwrap_or_default()
}

fn other(fields: Option<&Untrusted>) -> Value {
    fields.map(raw).filter(Value::is_object).unwrap_or_else(|| json!({}))
}

pub fn time(at: Instant) -> Value {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
}

pub fn maybe_time(at: Option<Instant>) -> Value {
    at.map_or(Value::Null, time)
}

pub fn text(text: &Untrusted) -> Value {
    text.raw_for_wire().into()
}

pub fn maybe(value: Option<&Untrusted>) -> Value {
    value.map_or(Value::Null, text)
}

pub fn pull_state(state: PullState) -> &'static str {
    match state {
        PullState::Open => "open",
        PullState::Draft => "draft",
        PullState::Closed => "closed",
        PullState::Merged => "merged",
    }
}

/// Words of [`pull_state`].
pub(super) const PULL_STATES: Is = Is::OneOf(&["open", "draft", "closed", "merged"]);

macro_rules! field {
    ($name:literal, $is:expr, $doc:literal, $of:expr) => {
        Field { name: $name, is: $is, doc: $doc, of: $of }
    };
}
pub(crate) use field;

pub const TASK: &[Field<Joined>] = &[
    field!("id", Is::Text, "The task's id; opaque.", |j| j.task.at.id.raw().into()),
    field!("repo", Is::Text, "Its repository: owner/name.", |j| j.task.at.repo.as_str().into()),
    field!("name", Is::Text, "What it is called.", |j| text(&j.task.name)),
    field!(
        "state",
        Is::Text,
        "The service's word for its state: queued, in_progress, waiting_for_user, idle, completed, failed, timed_out, cancelled, or a new one.",
        |j| j.task.state.wire().into()
    ),
    field!(
        "condition",
        Is::Text,
        "What the console's row says: the state in words; cancelling, while a cancel from here has no end; or orphaned, which only its run tells: with --join, or where the query asks for it.",
        |j| j.condition.as_str().into()
    ),
    field!("state_since", Is::Time, "Since when that state holds, as well as the service's times tell.", |j| time(
        j.state_since
    )),
    field!("created_at", Is::Time, "When it was created.", |j| time(j.task.created_at)),
    field!("updated_at", Is::Maybe(&Is::Time), "When the service last touched it.", |j| maybe_time(j.task.updated_at)),
    field!("archived_at", Is::Maybe(&Is::Time), "When it was archived.", |j| maybe_time(j.task.archived_at)),
    field!("creator", Is::Maybe(&Is::Object(|| schema(CREATOR))), "Who started it.", |j| {
        j.task.creator.as_ref().map_or(Value::Null, |person| {
            let login = person.login.clone().or_else(|| j.login.clone());
            write(CREATOR, &Person { id: person.id, login })
        })
    }),
    field!("creator_type", Is::Maybe(&Is::Text), "What that is: user, organization, or a new word.", |j| {
        j.task.beyond.creator_type().into()
    }),
    field!("owner_id", Is::Maybe(&Is::Whole), "Whose it is: an id of a user or an organisation.", |j| {
        j.task.beyond.owner.map(NonZeroU64::get).into()
    }),
    field!("collaborator_ids", Is::List(&Is::Whole), "Who works on it besides.", |j| {
        j.rare().iter().flat_map(|rare| &rare.collaborators).map(|who| Value::from(who.0)).collect()
    }),
    field!("agent", Is::Maybe(&Is::Text), "The custom agent.", |j| maybe(j.task.custom_agent.as_ref())),
    field!("url", Is::Maybe(&Is::Text), "Its page, as the service gave it.", |j| maybe(j.task.html_url.as_ref())),
    field!("session_count", Is::Maybe(&Is::Whole), "How many sessions it has.", |j| {
        let known = j.task.sessions.as_ref().map(Vec::len);
        known.max(j.task.session_count.map(|count| count as usize)).into()
    }),
    field!("artifacts", Is::List(&Is::Object(|| schema(ARTIFACT))), "What it produced.", |j| {
        j.task.artifacts.iter().map(|artifact| write(ARTIFACT, artifact)).collect()
    }),
    field!(
        "other_artifacts",
        Is::List(&Is::Any),
        "What it produced of kinds atc does not know, as it was sent.",
        |j| { j.rare().iter().flat_map(|rare| &rare.artifacts).map(raw).collect() }
    ),
    field!(
        "other",
        Is::Named(&Is::Any),
        "Fields atc does not know, as the service sent them with the answer about this one task.",
        |j| other(j.rare().and_then(|rare| rare.other.as_ref()))
    ),
    field!("head_ref", Is::Maybe(&Is::Text), "The branch the agent pushes to.", |j| maybe(j.task.head_ref())),
    field!("base_ref", Is::Maybe(&Is::Text), "The branch the work goes into.", |j| maybe(j.base_ref())),
    field!("model", Is::Maybe(&Is::Text), "The model of the latest session.", |j| {
        j.task.latest_session().and_then(Session::model_for_match).into()
    }),
    field!(
        "cost",
        Is::Maybe(&Is::Object(|| schema(COST))),
        "What all its sessions used; null while none is known.",
        |j| { j.cost().map_or(Value::Null, |cost| write(COST, &cost)) }
    ),
    field!(
        "sessions",
        Is::Maybe(&Is::List(&Is::Object(|| schema(SESSION)))),
        "Its sessions; null while they were not asked for.",
        |j| { j.task.sessions.as_ref().map_or(Value::Null, |all| all.iter().map(|one| write(SESSION, one)).collect()) }
    ),
    field!("sessions_current", Is::Flag, "The sessions belong to the newest answer, not to an older one.", |j| j
        .sessions_current
        .into()),
    field!(
        "run",
        Is::Maybe(&Is::Object(|| schema(RUN))),
        "The Actions run of the latest session; null while it was not looked for, or none was found.",
        |j| { j.run.as_ref().map_or(Value::Null, |run| write(RUN, run)) }
    ),
    field!("jobs", Is::List(&Is::Object(|| schema(JOB))), "The jobs of that run.", |j| {
        j.jobs.iter().map(|job| write(JOB, job)).collect()
    }),
    field!(
        "pull_request",
        Is::Maybe(&Is::Object(|| schema(PULL))),
        "Its newest pull request; null while it was not asked for, or there is none.",
        |j| { j.pull.as_ref().map_or(Value::Null, |pull| write(PULL, pull)) }
    ),
    field!(
        "waits",
        Is::Maybe(&Is::Object(|| schema(WAITS))),
        "On whom its pull request waits; null once that is decided, or while it is not known.",
        |j| { j.waits.as_ref().map_or(Value::Null, |waits| write(WAITS, waits)) }
    ),
    field!(
        "diagnosis",
        Is::Maybe(&Is::List(&Is::Object(|| schema(FOUND)))),
        "What the log of its latest session was found to say, the worst first; null while nobody has read it.",
        |j| {
            j.diagnosed.as_ref().map_or(Value::Null, |told| told.found().iter().map(|one| write(FOUND, one)).collect())
        }
    ),
    field!("stuck", Is::Maybe(&Is::Object(|| schema(STUCK))), "Why it counts as stuck.", |j| {
        j.stuck.as_ref().map_or(Value::Null, |stuck| write(STUCK, stuck))
    }),
    field!("orphaned", Is::Flag, "Its run is gone, and the service still says that it works.", |j| j.orphaned.into()),
    field!(
        "disagreements",
        Is::List(&Is::Text),
        "In what task, session, run and pull request contradict each other.",
        |j| { j.disagreements.iter().map(|one| Value::from(one.as_str())).collect() }
    ),
    field!("remembered", Is::Flag, "This is what the service said in an earlier run, not in this one.", |j| j
        .remembered
        .into()),
];

const CREATOR: &[Field<Person>] = &[
    field!("id", Is::Whole, "The durable id.", |p| p.id.0.into()),
    field!("login", Is::Maybe(&Is::Text), "The login, where it is known.", |p| maybe(p.login.as_ref())),
];

const ARTIFACT: &[Field<Artifact>] = &[
    field!("type", Is::OneOf(&["pull", "branch"]), "What it is.", |a| match a {
        Artifact::Pull { .. } => "pull".into(),
        Artifact::Branch { .. } => "branch".into(),
    }),
    field!("id", Is::Maybe(&Is::Whole), "A pull request's database id, never its number.", |a| match a {
        Artifact::Pull { id, .. } => id.0.into(),
        Artifact::Branch { .. } => Value::Null,
    }),
    field!("node_id", Is::Maybe(&Is::Text), "A pull request's node id.", |a| match a {
        Artifact::Pull { node, .. } => node.as_ref().map(|node| node.raw().to_owned()).into(),
        Artifact::Branch { .. } => Value::Null,
    }),
    field!("state", Is::Maybe(&PULL_STATES), "A pull request's state, where the task told it.", |a| match a {
        Artifact::Pull { state, .. } => state.map(pull_state).into(),
        Artifact::Branch { .. } => Value::Null,
    }),
    field!("head_ref", Is::Maybe(&Is::Text), "A branch's name.", |a| match a {
        Artifact::Branch { head_ref, .. } => text(head_ref),
        Artifact::Pull { .. } => Value::Null,
    }),
    field!("base_ref", Is::Maybe(&Is::Text), "The branch it goes into.", |a| match a {
        Artifact::Branch { base_ref, .. } => maybe(base_ref.as_ref()),
        Artifact::Pull { .. } => Value::Null,
    }),
];

#[expect(clippy::cast_precision_loss, reason = "credits with one decimal are far below what a float holds exactly")]
fn credits(cost: &Cost) -> Value {
    json!(cost.credits_tenths() as f64 / 10.0)
}

pub(super) const COST: &[Field<Cost>] = &[
    field!("ai_credits", Is::Number, "AI credits with one decimal, as the console shows them.", credits),
    field!("nano_credits", Is::Whole, "The same in nano credits, exact.", |c| {
        u64::try_from(c.nano_credits).unwrap_or(u64::MAX).into()
    }),
    field!("premium_requests", Is::Number, "Premium requests, possibly a fraction.", |c| c.premium_requests.into()),
];

const SESSION: &[Field<Session>] = &[
    field!("id", Is::Text, "The session's id; opaque.", |s| s.id.raw().into()),
    field!("state", Is::Text, "The service's word for its state.", |s| s.state.wire().into()),
    field!("name", Is::Maybe(&Is::Text), "What it is called.", |s| maybe(s.name.as_ref())),
    field!("prompt", Is::Maybe(&Is::Text), "What was asked of it.", |s| maybe(s.prompt.as_ref())),
    field!("model", Is::Maybe(&Is::Text), "The model, as the service wrote it.", |s| maybe(s.model.as_ref())),
    field!("head_ref", Is::Maybe(&Is::Text), "The branch it pushes to.", |s| maybe(s.head_ref.as_ref())),
    field!("base_ref", Is::Maybe(&Is::Text), "The branch it started from.", |s| maybe(s.base_ref.as_ref())),
    field!("created_at", Is::Time, "When it was created.", |s| time(s.created_at)),
    field!("updated_at", Is::Maybe(&Is::Time), "When the service last touched it.", |s| maybe_time(s.updated_at)),
    field!("completed_at", Is::Maybe(&Is::Time), "When it ended.", |s| maybe_time(s.completed_at)),
    field!("usage", Is::Maybe(&Is::Object(|| schema(COST))), "What it used.", |s| {
        s.usage.map_or(Value::Null, |usage: Usage| write(COST, &std::iter::once(usage).collect::<Cost>()))
    }),
    field!("error", Is::Maybe(&Is::Text), "Why it failed, as the service says.", |s| maybe(s.error.as_ref())),
    field!("run_id", Is::Maybe(&Is::Whole), "Its Actions run, where the service named it.", |s| s
        .run
        .map(|run| run.0)
        .into()),
    field!("user_id", Is::Maybe(&Is::Whole), "Who asked for it.", |s| s.beyond.user.map(NonZeroU64::get).into()),
    field!("owner_id", Is::Maybe(&Is::Whole), "Whose it is.", |s| s.beyond.owner.map(NonZeroU64::get).into()),
    field!("resource_number", Is::Maybe(&Is::Whole), "The pull request or the issue it works on.", |s| {
        s.beyond.rare.as_ref().and_then(|rare| rare.resource_number).into()
    }),
    field!("reasoning_effort", Is::Maybe(&Is::Text), "How long its model thinks, in the service's word.", |s| {
        maybe(s.beyond.rare.as_ref().and_then(|rare| rare.reasoning_effort.as_ref()))
    }),
    field!("agent_slug", Is::Maybe(&Is::Text), "Which agent works.", |s| {
        maybe(s.beyond.rare.as_ref().and_then(|rare| rare.agent_slug.as_ref()))
    }),
    field!("other", Is::Named(&Is::Any), "Fields atc does not know, as the service sent them.", |s| {
        other(s.beyond.rare.as_ref().and_then(|rare| rare.other.as_ref()))
    }),
];

const RUN: &[Field<Run>] = &[
    field!("id", Is::Whole, "The run's id.", |r| r.id.0.into()),
    field!("name", Is::Maybe(&Is::Text), "What it is called.", |r| maybe(r.name.as_ref())),
    field!("status", Is::Text, "Its status, in words.", |r| r.status.word().as_str().into()),
    field!("conclusion", Is::Maybe(&Is::Text), "How it ended, in words.", |r| {
        r.conclusion.as_ref().map(|how| how.word().to_string()).into()
    }),
    field!("head_branch", Is::Maybe(&Is::Text), "Its branch.", |r| maybe(r.head_branch.as_ref())),
    field!("attempt", Is::Maybe(&Is::Whole), "Which attempt it is.", |r| r.attempt.into()),
    field!("created_at", Is::Time, "When it was created.", |r| time(r.created_at)),
    field!("started_at", Is::Maybe(&Is::Time), "When it started.", |r| maybe_time(r.started_at)),
    field!("updated_at", Is::Time, "When it last changed.", |r| time(r.updated_at)),
    field!("url", Is::Text, "Its page.", |r| text(&r.html_url)),
];

const JOB: &[Field<Job>] = &[
    field!("id", Is::Whole, "The job's id.", |job| job.id.0.into()),
    field!("name", Is::Text, "What it is called.", |job| text(&job.name)),
    field!("status", Is::Text, "Its status, in words.", |job| job.status.word().as_str().into()),
    field!("conclusion", Is::Maybe(&Is::Text), "How it ended, in words.", |job| {
        job.conclusion.as_ref().map(|how| how.word().to_string()).into()
    }),
    field!("started_at", Is::Maybe(&Is::Time), "When it started.", |job| maybe_time(job.started_at)),
    field!("completed_at", Is::Maybe(&Is::Time), "When it ended.", |job| maybe_time(job.completed_at)),
    field!("steps", Is::List(&Is::Object(|| schema(STEP))), "Its steps.", |job| {
        job.steps.iter().map(|step| write(STEP, step)).collect()
    }),
];

const STEP: &[Field<Step>] = &[
    field!("number", Is::Whole, "Its place.", |step| step.number.into()),
    field!("name", Is::Text, "What it is called.", |step| text(&step.name)),
    field!("status", Is::Text, "Its status, in words.", |step| step.status.word().as_str().into()),
    field!("conclusion", Is::Maybe(&Is::Text), "How it ended, in words.", |step| {
        step.conclusion.as_ref().map(|how| how.word().to_string()).into()
    }),
    field!("started_at", Is::Maybe(&Is::Time), "When it started.", |step| maybe_time(step.started_at)),
    field!("completed_at", Is::Maybe(&Is::Time), "When it ended.", |step| maybe_time(step.completed_at)),
];

const SEVERITIES: Is = Is::OneOf(&["note", "warning", "error"]);

pub(super) const FOUND: &[Field<Found>] = &[
    field!("rule", Is::Text, "The rule's id.", |f| text(&f.rule)),
    field!("severity", SEVERITIES, "How grave it is.", |f| f.severity.word().into()),
    field!("title", Is::Text, "What was found.", |f| text(&f.title)),
    field!("next", Is::Text, "What to do.", |f| text(&f.next)),
    field!("line", Is::Text, "The line of the log that shows it.", |f| text(&f.line)),
    field!("count", Is::Whole, "How many entries show it.", |f| f.count.into()),
];

const STUCK: &[Field<(Stuck, Instant)>] = &[
    field!(
        "why",
        Is::OneOf(&["queued", "silent", "waiting", "deadline", "orphaned"]),
        "As after `stuck:` in a query.",
        |(s, _)| {
            match s {
                Stuck::QueuedSince(_) => "queued",
                Stuck::SilentSince(_) => "silent",
                Stuck::WaitingSince(_) => "waiting",
                Stuck::PastDeadline(_) => "deadline",
                Stuck::OrphanedSince(_) => "orphaned",
            }
            .into()
        }
    ),
    field!("since", Is::Time, "From when the evidence counts.", |(s, _)| time(s.since())),
    field!("says", Is::Text, "The evidence in a sentence.", |(s, now)| s.says(*now).into()),
];
