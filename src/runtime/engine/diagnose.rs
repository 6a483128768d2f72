//! Reads a finished log once and says what it tells: off the loop, for tasks whose log nobody opened.
//!
//! ```text
//! kept copy ──> or, in one look, the best source the service has ──whole──> kept ──> judged ──> told
//!                                                  └─ nothing, or steps alone ─> nothing to tell
//! ```

use std::sync::Arc;
use std::time::Duration;

use super::log_source::{self, Body, Memory, Place};
use super::till::Till;
use crate::console::event::LogOrigin;
use crate::domain::fault::ASKED_AGAIN;
use crate::domain::{Diagnosed, Fault, FaultKind, Session, SourceChoice, Task};
use crate::provider::Provider;
use crate::runtime::kept::Kept;
use crate::runtime::rules::Rulebook;
use crate::transcript::{Diagnosis, Ending, Format, RunFacts, Transcript};

/// What was cut off is read again after so long; then whoever asked asks later.
const AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(20)];

/// What a log is read and judged with.
#[derive(Clone, Debug, Default)]
pub struct Bench {
    /// `None`: finished logs are not kept.
    pub kept: Option<Kept>,
    pub rules: Rulebook,
}

/// What a log tells.
#[derive(Debug)]
pub struct Told {
    pub diagnosed: Diagnosed,
    pub facts: Option<Box<RunFacts>>,
}

/// The latest session of a task that has ended, as its log is read: the task is right about its state.
pub fn session_of(task: &Task) -> Option<Session> {
    let mut session = task.latest_session()?.clone();
    if session.state.is_active() {
        session.state = task.state.clone();
    }
    Some(session)
}

/// Reads and judges the log of a session that has ended. `None`: there is nothing to read.
pub async fn diagnose(
    provider: Arc<dyn Provider>,
    till: Till,
    bench: Bench,
    task: Task,
) -> Result<Option<Told>, Fault> {
    let Some(session) = session_of(&task) else { return Ok(None) };
    if let Some((format, bytes)) = kept(&bench, &session).await {
        return judge(bench, session, format, bytes, false).await;
    }
    // The session's own logs alone: what the timeline of its pull request says is no log.
    let kept = bench.kept.as_ref();
    let (provider, task, now) = (&*provider, &task.at, till.now());
    let place = Place { provider, till: Some(&till), task, session: &session, pulls: &[], kept, now };
    let mut read = log_source::read(place, SourceChoice::Auto, &mut Memory::default()).await;
    for wait in AGAIN {
        if read.as_ref().is_ok_and(|body| body.torn) {
            tokio::time::sleep(wait).await;
            read = log_source::read(place, SourceChoice::Auto, &mut Memory::default()).await;
        }
    }
    let body = match read {
        Ok(body) => body,
        // It has expired, or never was: looking again finds nothing else.
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    if body.torn {
        let what = format!("the log of {task} was not read to its end: {}", log_source::TORN, task = session.id.show());
        return Err(Fault::new(FaultKind::Server, what, ASKED_AGAIN));
    }
    let Body { origin, format, bytes, .. } = body;
    let whole = matches!(origin, LogOrigin::CopilotApi | LogOrigin::JobLog);
    let Some(bytes) = bytes.filter(|bytes| whole && !bytes.is_empty()) else { return Ok(None) };
    judge(bench, session, format, bytes, true).await
}

async fn kept(bench: &Bench, session: &Session) -> Option<(Format, Vec<u8>)> {
    let (kept, id) = (bench.kept.clone()?, session.id.clone());
    match tokio::task::spawn_blocking(move || kept.read(&id)).await {
        Ok(Ok(log)) => log.map(|log| (log.format, log.bytes)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a kept log cannot be read");
            None
        }
        Err(_) => None,
    }
}

/// Keeps the log where that is asked for, and judges it. Both take their time: on a thread that may.
async fn judge(
    bench: Bench,
    session: Session,
    format: Format,
    bytes: Vec<u8>,
    is_new: bool,
) -> Result<Option<Told>, Fault> {
    let work = move || {
        if let Some(kept) = bench.kept.filter(|_| is_new)
            && let Err(error) = kept.keep(&session.id, format, &bytes)
        {
            tracing::warn!(%error, "a finished log could not be kept");
        }
        told(&bench.rules, &session, format, &bytes)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map(Some)
        .map_err(|_| Fault::new(FaultKind::Local, "a log could not be judged", "open the log to read it"))
}

fn told(rules: &Rulebook, session: &Session, format: Format, bytes: &[u8]) -> Told {
    let rules = rules.rules();
    let mut log = Transcript::new(format);
    let mut diagnosis = Diagnosis::default();
    for change in [log.absorb(bytes), log.finish()] {
        diagnosis.absorb(&rules, &log, &change);
    }
    diagnosis.end(&rules, &log, Ending::of(&session.state));
    let findings = diagnosis.findings(&rules, &log);
    Told {
        diagnosed: Diagnosed::new(session.id.clone(), rules.mark(), findings.iter().map(Into::into)),
        facts: Some(log.facts()).filter(|facts| facts.tells()).map(|facts| Box::new(facts.clone())),
    }
}
