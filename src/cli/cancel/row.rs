//! What came of a cancel, in every form it is asked for in.

use serde_json::Value;

use crate::cli::exit::Exit;
use crate::cli::look::joined::{field, text};
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::cli::start::{FAULT, fault_json};
use crate::cli::voice::{Cell, Row, Tone};
use crate::domain::cancel::Matched;
use crate::domain::{CancelPhase, CancelProgress, Fault, FaultKind, RunId, State, Task};
use crate::text::Safe;

pub const HEADS: &[&str] = &["task", "repository", "result", "run", "what"];

/// What came of one target.
#[derive(Debug)]
pub enum Came {
    /// The last that was heard of it.
    Phase(CancelProgress),
    /// There was nothing to cancel any more.
    Ended(State),
    /// It could not be read.
    Unread(Fault),
    /// The program was told to end before its turn came.
    NotSent,
}

impl Came {
    /// The word of the result. Programs read it: never change one.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ended(_) => "already_ended",
            Self::Unread(_) => "failed",
            Self::NotSent => "not_sent",
            Self::Phase(progress) if progress.is_unheard() => "unknown",
            Self::Phase(progress) => match progress.phase {
                CancelPhase::Looking | CancelPhase::Waiting | CancelPhase::Withdrawn => "not_sent",
                CancelPhase::Requested => "requested",
                CancelPhase::Unheard => "unknown",
                CancelPhase::RunEnded => "run_ended",
                CancelPhase::Ended if progress.ended_by_itself().is_some() => "ended_by_itself",
                CancelPhase::Ended => "cancelled",
                CancelPhase::Orphaned { .. } => "orphaned",
                CancelPhase::RunsOn(_) => "runs_on",
                CancelPhase::Stubborn => "stubborn",
                CancelPhase::NotFindable => "not_findable",
                CancelPhase::Refused(_) => "refused",
                CancelPhase::Unverified(_) => "unverified",
            },
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Ended(_) => Exit::Done,
            Self::Unread(fault) => Exit::from(fault),
            Self::NotSent => Exit::Failed,
            Self::Phase(progress) if progress.is_unheard() => Exit::Unknown,
            Self::Phase(progress) => match &progress.phase {
                CancelPhase::Requested | CancelPhase::RunEnded | CancelPhase::Ended => Exit::Done,
                CancelPhase::Orphaned { .. } | CancelPhase::RunsOn(_) | CancelPhase::Stubborn => Exit::EndedBadly,
                CancelPhase::Looking | CancelPhase::Waiting | CancelPhase::Withdrawn | CancelPhase::NotFindable => {
                    Exit::Failed
                }
                CancelPhase::Refused(fault) => Exit::from(fault),
                CancelPhase::Unheard | CancelPhase::Unverified(_) => Exit::Unknown,
            },
        }
    }

    fn fault(&self) -> Option<Fault> {
        match self {
            Self::Unread(fault) => Some(fault.clone()),
            Self::Phase(progress) if progress.is_unheard() => Some(Fault::new(
                FaultKind::UnknownOutcome,
                format!(
                    "it may or may not have arrived, and its run was not seen to end ({})",
                    progress.lost().map_or("no answer came", Safe::as_str)
                ),
                "look at the task before it is asked to end again; `atc ledger reconcile` looks for what became of it",
            )),
            Self::Phase(CancelProgress {
                phase: CancelPhase::Refused(fault) | CancelPhase::Unverified(fault), ..
            }) => Some(fault.clone()),
            _ => None,
        }
    }

    fn tone(&self) -> Tone {
        match self.exit() {
            Exit::Done if matches!(self, Self::Phase(progress) if progress.phase != CancelPhase::Ended) => Tone::Open,
            Exit::Done => Tone::Good,
            Exit::Unknown | Exit::EndedBadly => Tone::Open,
            _ => Tone::Bad,
        }
    }

    /// What it means, and what to do next where something is to be done.
    pub fn said(&self) -> Safe {
        if let Some(fault) = self.fault() {
            return Safe::new(fault.to_string());
        }
        let text = match self {
            Self::Ended(state) => format!("it has ended already: {}", state.word()),
            Self::Unread(fault) => fault.to_string(),
            Self::NotSent => "interrupted before its turn; nothing was sent".to_owned(),
            Self::Phase(progress) => match &progress.phase {
                CancelPhase::Looking | CancelPhase::Waiting | CancelPhase::Withdrawn => {
                    "interrupted before anything was sent".to_owned()
                }
                CancelPhase::RunsOn(run) => format!("what was cancelled has ended, and run {run} works in its place"),
                CancelPhase::Requested => "accepted, not done: `--wait` stays to see".to_owned(),
                CancelPhase::Unheard => "not known whether it arrived".to_owned(),
                CancelPhase::RunEnded => "its run has ended; of the session nothing was seen yet".to_owned(),
                CancelPhase::Ended => progress.ended_by_itself().map_or_else(
                    || "run and session have ended".to_owned(),
                    |end| format!("not cancelled: its run ended by itself ({})", end.word()),
                ),
                CancelPhase::Orphaned { frees_at: Some(at) } => format!(
                    "the run is gone and the session still says that it runs; it frees itself at {}",
                    at.format("%Y-%m-%d %H:%MZ")
                ),
                CancelPhase::Orphaned { frees_at: None } => {
                    "the run is gone and the session still says that it runs".to_owned()
                }
                CancelPhase::Stubborn => "still running when the waiting was over, and the request stands: --force skips its clean-up where it runs on for long".to_owned(),
                CancelPhase::NotFindable => {
                    "neither its run nor its branch is known yet: nothing is safe to cancel, try again in a minute"
                        .to_owned()
                }
                CancelPhase::Refused(fault) | CancelPhase::Unverified(fault) => fault.to_string(),
            },
        };
        Safe::new(text)
    }

    fn runs(&self) -> &[RunId] {
        match self {
            Self::Phase(progress) => &progress.runs,
            _ => &[],
        }
    }
}

/// A target, and what came of it.
#[derive(Debug)]
pub struct Told {
    /// `Err`: how it was asked for, where no task was found.
    pub task: Result<Task, String>,
    pub came: Came,
    pub force: bool,
}

impl Told {
    fn matched(&self) -> Option<&'static str> {
        let Came::Phase(progress) = &self.came else { return None };
        progress.matched.map(|matched| match matched {
            Matched::BySession => "session",
            Matched::ByBranch => "branch",
        })
    }
}

/// One row of `atc cancel --json`.
pub const CANCEL: &[Field<Told>] = &[
    field!("verb", Is::OneOf(&["cancel"]), "What was done.", |_| "cancel".into()),
    field!("task", Is::Maybe(&Is::Text), "The task's id; null where none was found.", |t| {
        t.task.as_ref().ok().map(|task| task.at.id.raw()).into()
    }),
    field!("asked", Is::Maybe(&Is::Text), "How it was asked for, where no task was found.", |t| {
        t.task.as_ref().err().cloned().into()
    }),
    field!("repo", Is::Maybe(&Is::Text), "Its repository: owner/name.", |t| {
        t.task.as_ref().ok().map(|task| task.at.repo.as_str()).into()
    }),
    field!("url", Is::Maybe(&Is::Text), "Its page.", |t| {
        t.task.as_ref().ok().and_then(|task| task.html_url.as_ref()).map_or(Value::Null, text)
    }),
    field!("force", Is::Flag, "The runs were to be forced.", |t| t.force.into()),
    field!(
        "result",
        Is::OneOf(&[
            "already_ended",
            "failed",
            "not_sent",
            "requested",
            "run_ended",
            "cancelled",
            "ended_by_itself",
            "orphaned",
            "runs_on",
            "stubborn",
            "not_findable",
            "refused",
            "unverified",
            "unknown",
        ]),
        "What became of it. Only cancelled says that run and session were seen to end for it; ended_by_itself: they ended otherwise, as with success; requested is accepted and not more; unknown: no answer came, it may have arrived; orphaned: the run is gone and the session says that it runs; stubborn: it runs on long after the request.",
        |t| t.came.word().into()
    ),
    field!("runs", Is::List(&Is::Whole), "The Actions runs that were asked to end.", |t| {
        t.came.runs().iter().map(|run| Value::from(run.0)).collect()
    }),
    field!("matched_by", Is::Maybe(&Is::OneOf(&["session", "branch"])), "How they were found.", |t| t.matched().into()),
    field!("what", Is::Text, "What it means, and what to do next.", |t| t.came.said().as_str().into()),
    field!("error", Is::Maybe(&Is::Object(|| schema(FAULT))), "What went wrong.", |t| {
        t.came.fault().map_or(Value::Null, |fault| fault_json(&fault))
    }),
];

pub fn row(told: &Told) -> Row {
    let Told { task, came, .. } = told;
    let shown: Vec<String> = came.runs().iter().map(|run| run.0.to_string()).collect();
    let id = task.as_ref().map_or_else(Safe::new, |task| task.at.id.show());
    let repo = task.as_ref().map(|task| task.at.repo.as_str()).unwrap_or_default();
    Row {
        json: write(CANCEL, told),
        id: task.is_ok().then(|| id.clone()),
        cells: vec![
            Cell { text: id, tone: Tone::Plain },
            Cell::new(repo),
            Cell::toned(came.word().replace('_', " "), came.tone()),
            Cell::new(shown.join(" ")),
            Cell::new(came.said()),
        ],
    }
}
