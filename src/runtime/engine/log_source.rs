//! Where a session's log can be read, best source first, and what of it is new.
//!
//! 1. the session log of the Copilot API: live, whole body each time;
//! 2. the Actions job log: documented, only once the job has ended;
//! 3. the job's steps: documented, live, coarse;
//! 4. for a session that ended and whose log the service has no more: the copy that was kept here.

use chrono::SecondsFormat;
use sha2::{Digest, Sha256};

use super::reads;
use super::till::Till;
use crate::console::event::LogOrigin;
use crate::domain::{Fault, FaultKind, Instant, Job, Run, Session, TaskRef};
use crate::provider::Provider;
use crate::provider::port::{LiveLogs, LogBody};
use crate::runtime::kept::{Kept, KeptLog};
use crate::text::{Safe, Untrusted};
use crate::transcript::Format;

/// A whole log as one source gave it just now.
#[derive(Debug)]
pub struct Body {
    pub origin: LogOrigin,
    pub format: Format,
    pub bytes: Vec<u8>,
    /// Why a better source was not used.
    pub because: Option<Safe>,
    /// This source will not grow any more, as far as it knows.
    pub closed: bool,
}

/// The run, its jobs, and the log of one of them.
const RUN_NEEDS: f64 = 3.0;

/// Reads the best source that answers. The live log costs nothing of the limit; anything else waits until it is paid for.
pub async fn read(provider: &dyn Provider, till: &Till, task: &TaskRef, session: &Session) -> Result<Body, Fault> {
    let because = match provider.live_logs() {
        LiveLogs::Off(why) => why,
        LiveLogs::Available => match provider.session_log(&session.id).await {
            Ok(LogBody::Bytes(bytes)) => {
                return Ok(live(bytes));
            }
            Ok(LogBody::NotYet) if session.state.is_active() => {
                return Ok(live(Vec::new()));
            }
            Ok(LogBody::NotYet) => Safe::new("the session has no live log"),
            Err(fault) => match provider.live_logs() {
                LiveLogs::Off(why) => why,
                // A passing fault of the best source is no reason to show a poorer one.
                LiveLogs::Available => return Err(fault),
            },
        },
    };
    let _paid = till.pay(RUN_NEEDS).await;
    from_run(provider, task, session, because).await
}

async fn from_run(provider: &dyn Provider, task: &TaskRef, session: &Session, because: Safe) -> Result<Body, Fault> {
    let branch = session.head_ref.as_ref();
    let Some((run, _)) = reads::find_run(provider, &task.repo, session.run, branch, session.created_at).await? else {
        return Ok(of_job(LogOrigin::JobSteps, Vec::new(), because));
    };
    let jobs = provider.jobs(&task.repo, run.id).await?;
    let main = jobs.iter().find(|job| job.name.raw_for_match() == "copilot").or(jobs.first());
    if let Some(job) = main.filter(|job| job.completed_at.is_some())
        && let LogBody::Bytes(bytes) = provider.job_log(&task.repo, job.id).await?
    {
        return Ok(of_job(LogOrigin::JobLog, bytes, because));
    }
    let bytes = steps_text(&run, &jobs).into_bytes();
    Ok(of_job(LogOrigin::JobSteps, bytes, because))
}

fn live(bytes: Vec<u8>) -> Body {
    Body { origin: LogOrigin::CopilotApi, format: Format::SessionLog, bytes, because: None, closed: false }
}

fn of_job(origin: LogOrigin, bytes: Vec<u8>, because: Safe) -> Body {
    Body { origin, format: Format::JobLog, bytes, because: Some(because), closed: origin == LogOrigin::JobLog }
}

/// The kept copy in place of an answer that says less: the log is gone, or of a session that ended only steps are left.
pub async fn or_kept(kept: Option<&Kept>, session: &Session, answer: Result<Body, Fault>) -> Result<Body, Fault> {
    let poorer = match &answer {
        Ok(body) => !session.state.is_active() && (body.origin == LogOrigin::JobSteps || body.bytes.is_empty()),
        Err(fault) => matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone),
    };
    let Some(kept) = kept.filter(|_| poorer).cloned() else { return answer };
    let id = session.id.clone();
    let read = tokio::task::spawn_blocking(move || kept.read(&id)).await;
    match read {
        Ok(Ok(Some(KeptLog { format, at, bytes }))) => {
            let because = Some(Safe::new("the service has this log no more"));
            Ok(Body { origin: LogOrigin::Kept { at }, format, bytes, because, closed: true })
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "a kept log cannot be read");
            answer
        }
        Ok(Ok(None)) | Err(_) => answer,
    }
}

/// Steps as time-stamped lines, the shape of a job log, so that one reader serves both.
fn steps_text(run: &Run, jobs: &[Job]) -> String {
    let stamp = |at: Instant| at.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let line = |at: Instant, name: &Untrusted, word: Safe| format!("{} {}: {word}\n", stamp(at), name.show_line());
    let mut text = String::new();
    for job in jobs {
        let at = job.started_at.unwrap_or(run.created_at);
        text.push_str(&line(
            at,
            &job.name,
            job.conclusion.as_ref().map_or_else(|| job.status.word(), crate::domain::run::Conclusion::word),
        ));
        for step in &job.steps {
            let word =
                step.conclusion.as_ref().map_or_else(|| step.status.word(), crate::domain::run::Conclusion::word);
            text.push_str(&line(step.started_at.unwrap_or(at), &step.name, word));
        }
    }
    text
}

/// How much of a log has been passed on, and proof of what it was.
#[derive(Debug, Default)]
pub struct Seen {
    origin: Option<LogOrigin>,
    len: usize,
    hash: [u8; 32],
}

/// What is new in a whole body.
#[derive(Debug, PartialEq, Eq)]
pub enum New {
    Nothing,
    Tail(Vec<u8>),
    /// Another source, or the log shrank or was replaced: everything anew.
    All(Vec<u8>),
}

impl Seen {
    pub fn take(&mut self, origin: LogOrigin, mut bytes: Vec<u8>) -> New {
        // One pass: what proves the beginning goes on to prove the whole.
        let (head, tail) = bytes.split_at_checked(self.len).unwrap_or((&bytes, &[]));
        let mut hash = Sha256::new_with_prefix(head);
        let same = bytes.len() >= self.len && (self.len == 0 || self.hash == <[u8; 32]>::from(hash.clone().finalize()));
        let grown = self.origin == Some(origin) && same;
        if grown && bytes.len() == self.len {
            return New::Nothing;
        }
        hash.update(tail);
        let keep = if grown { self.len } else { 0 };
        self.origin = Some(origin);
        self.len = bytes.len();
        self.hash = hash.finalize().into();
        let tail = bytes.split_off(keep);
        if grown { New::Tail(tail) } else { New::All(tail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tail_is_new_while_a_log_grows() {
        let mut seen = Seen::default();
        assert_eq!(seen.take(LogOrigin::CopilotApi, b"one".to_vec()), New::All(b"one".to_vec()));
        assert_eq!(seen.take(LogOrigin::CopilotApi, b"one".to_vec()), New::Nothing);
        assert_eq!(seen.take(LogOrigin::CopilotApi, b"one two".to_vec()), New::Tail(b" two".to_vec()));
    }

    #[test]
    fn a_log_that_shrank_or_was_replaced_starts_anew() {
        let mut seen = Seen::default();
        seen.take(LogOrigin::CopilotApi, b"one two".to_vec());
        assert_eq!(seen.take(LogOrigin::CopilotApi, b"one".to_vec()), New::All(b"one".to_vec()));
        assert_eq!(seen.take(LogOrigin::CopilotApi, b"two three".to_vec()), New::All(b"two three".to_vec()));
        assert_eq!(seen.take(LogOrigin::JobLog, b"two three four".to_vec()), New::All(b"two three four".to_vec()));
    }

    proptest::proptest! {
        #[test]
        fn whatever_bodies_come_what_was_passed_on_is_the_last_of_them(
            bodies in proptest::collection::vec(proptest::collection::vec(b'a'..b'c', 0..6), 1..20),
            cuts in proptest::collection::vec((0usize..3, proptest::bool::ANY), 20),
        ) {
            // Most bodies go on from the one before, as logs do; some shrink, some are others.
            let mut seen = Seen::default();
            let mut body: Vec<u8> = Vec::new();
            let mut passed: Vec<u8> = Vec::new();
            for (piece, (cut, other)) in bodies.into_iter().zip(cuts) {
                match (cut, other) {
                    (0, true) => body.clear(),
                    (1, true) => body.truncate(body.len() / 2),
                    _ => {}
                }
                body.extend(piece);
                match seen.take(LogOrigin::CopilotApi, body.clone()) {
                    New::Nothing => {}
                    New::Tail(tail) => passed.extend(tail),
                    New::All(all) => passed = all,
                }
                proptest::prop_assert_eq!(&passed, &body);
            }
        }
    }

    #[test]
    fn an_empty_log_is_told_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.take(LogOrigin::CopilotApi, Vec::new()), New::All(Vec::new()));
        assert_eq!(seen.take(LogOrigin::CopilotApi, Vec::new()), New::Nothing);
        assert_eq!(seen.take(LogOrigin::CopilotApi, b"x".to_vec()), New::Tail(b"x".to_vec()));
    }
}
