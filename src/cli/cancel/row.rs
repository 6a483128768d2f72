//! What came of a cancel, in every form it is asked for in.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::start::fault_json;
use crate::cli::voice::{Cell, Row, Tone};
use crate::domain::cancel::Matched;
use crate::domain::{CancelPhase, CancelProgress, Fault, RunId, State, Task};
use crate::text::{Safe, Untrusted};

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
            Self::Phase(progress) => match progress.phase {
                CancelPhase::Looking => "not_sent",
                CancelPhase::Requested => "requested",
                CancelPhase::RunEnded => "run_ended",
                CancelPhase::Ended => "cancelled",
                CancelPhase::Orphaned { .. } => "orphaned",
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
            Self::Phase(progress) => match &progress.phase {
                CancelPhase::Requested | CancelPhase::RunEnded | CancelPhase::Ended => Exit::Done,
                CancelPhase::Orphaned { .. } | CancelPhase::Stubborn => Exit::EndedBadly,
                CancelPhase::Looking | CancelPhase::NotFindable => Exit::Failed,
                CancelPhase::Refused(fault) => Exit::from(fault),
                CancelPhase::Unverified(_) => Exit::Unknown,
            },
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Unread(fault) => Some(fault),
            Self::Phase(CancelProgress {
                phase: CancelPhase::Refused(fault) | CancelPhase::Unverified(fault), ..
            }) => Some(fault),
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
        let text = match self {
            Self::Ended(state) => format!("it has ended already: {}", state.word()),
            Self::Unread(fault) => fault.to_string(),
            Self::NotSent => "interrupted before its turn; nothing was sent".to_owned(),
            Self::Phase(progress) => match &progress.phase {
                CancelPhase::Looking => "interrupted before anything was sent".to_owned(),
                CancelPhase::Requested => "accepted, not done: `--wait` stays to see".to_owned(),
                CancelPhase::RunEnded => "its run has ended; of the session nothing was seen yet".to_owned(),
                CancelPhase::Ended => "run and session have ended".to_owned(),
                CancelPhase::Orphaned { frees_at: Some(at) } => format!(
                    "the run is gone and the session still says that it runs; it frees itself at {}",
                    at.format("%Y-%m-%d %H:%MZ")
                ),
                CancelPhase::Orphaned { frees_at: None } => {
                    "the run is gone and the session still says that it runs".to_owned()
                }
                CancelPhase::Stubborn => "still running long after the request: --force skips its clean-up".to_owned(),
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

/// `named`: how it was asked for, where no task was found.
pub fn row(task: Result<&Task, &str>, came: &Came, force: bool) -> Row {
    let runs: Vec<u64> = came.runs().iter().map(|run| run.0).collect();
    let matched = match came {
        Came::Phase(progress) => progress.matched.map(|matched| match matched {
            Matched::BySession => "session",
            Matched::ByBranch => "branch",
        }),
        _ => None,
    };
    let shown: Vec<String> = runs.iter().map(u64::to_string).collect();
    let id = task.map_or_else(Safe::new, |task| task.at.id.show());
    let repo = task.map(|task| task.at.repo.as_str()).unwrap_or_default();
    Row {
        json: json!({
            "verb": "cancel",
            "task": task.ok().map(|task| task.at.id.raw()),
            "asked": task.err(),
            "repo": task.ok().map(|task| task.at.repo.as_str()),
            "url": task.ok().and_then(|task| task.html_url.as_ref()).map(Untrusted::raw_for_wire),
            "force": force,
            "result": came.word(),
            "runs": runs,
            "matched_by": matched,
            "what": came.said().as_str(),
            "error": came.fault().map(fault_json),
        }),
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
