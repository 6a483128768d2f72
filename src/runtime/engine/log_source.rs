//! Where a session's log can be read, and what one source gave.
//!
//! ```text
//! automatic   session log ─not here─> job log ─not here─> job steps ─not here─> timeline ─not here─> nothing
//!                  └─ lost by the service, ended ─> the kept copy, before anything poorer
//! by hand     the source that was chosen: what it says, or that it says nothing and why
//! ```
//!
//! A session that has only begun has no live log yet: so long it is waited for, and no poorer source is asked.
//! A source that cannot serve says why, and the next one is tried. A fault that passes by itself is no reason to show a
//! poorer source: it is told, and the same source is asked again.

use chrono::{SecondsFormat, TimeDelta};
use tokio::sync::OnceCell;

use super::reads;
use super::till::{Paid, Till};
use crate::console::event::{LogOrigin, Tried};
use crate::domain::{
    Fault, FaultKind, Instant, Job, LogSource, PullRef, RepoName, Run, Session, SourceChoice, TaskRef,
};
use crate::provider::port::{Fetched, LiveLogs, LogBody, Validator};
use crate::provider::{Prefix, Provider};
use crate::runtime::kept::{Kept, KeptLog};
use crate::text::{Safe, Untrusted};
use crate::transcript::{Format, timeline};

/// A whole log as one source gave it just now.
#[derive(Debug)]
pub struct Body {
    pub origin: LogOrigin,
    pub format: Format,
    /// `None`: the service proved that it is what was passed on before, and sent nothing.
    pub bytes: Option<Vec<u8>>,
    /// Sources that were tried before this one, and why they did not serve.
    pub tried: Vec<Tried>,
    /// Why a better source was not used.
    pub because: Option<Safe>,
    /// This source will not grow any more, as far as it knows.
    pub closed: bool,
    /// It ends in the middle of a record although its session has ended: most likely an answer that was cut off.
    pub torn: bool,
}

/// What is remembered from one look at a log to the next.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The pull request whose timeline speaks for the task.
    pull: Option<(RepoName, u64)>,
    /// Proof of the timeline that was read last.
    timeline: Option<Validator>,
}

impl Memory {
    /// What was passed on last came from another source: proof that the timeline is still the same would not help.
    pub fn forget_bodies(&mut self) {
        self.timeline = None;
    }
}

/// Whose log is read, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub provider: &'a dyn Provider,
    /// What counts against the limit waits until it is paid for. `None`: somebody asked for it and waits.
    pub till: Option<&'a Till>,
    pub task: &'a TaskRef,
    pub session: &'a Session,
    /// Pull requests the task named.
    pub pulls: &'a [PullRef],
    /// `None`: finished logs are not kept.
    pub kept: Option<&'a Kept>,
    pub now: Instant,
}

/// One look.
#[derive(Debug)]
struct Look<'a> {
    place: Place<'a>,
    memory: &'a mut Memory,
    /// The run and its jobs, once they were asked for: two sources are made of them.
    run: OnceCell<Option<(Run, Vec<Job>)>>,
    /// Held until the look is over.
    paid: Vec<Paid>,
}

/// A live log is there within seconds of its session. Who has none after this time most likely never gets one, and what
/// the run and its jobs say is more than nothing; should it come after all, it is asked for first at the next look.
const LIVE_LOG_WITHIN: TimeDelta = TimeDelta::minutes(2);
/// Requests that count: the run, its jobs, and the log of one of them; the timeline and finding its pull request.
const RUN_NEEDS: f64 = 3.0;
const TIMELINE_NEEDS: f64 = 2.0;

/// What one source said.
#[derive(Debug)]
enum Said {
    Body {
        bytes: Option<Vec<u8>>,
        closed: bool,
    },
    Copy(KeptLog),
    /// It has nothing for this session, at least not now.
    Nothing(Safe),
}

/// Reads the source that was chosen, or the best that answers.
pub async fn read(place: Place<'_>, choice: SourceChoice, memory: &mut Memory) -> Result<Body, Fault> {
    let ended = !place.session.state.is_active();
    let mut look = Look { place, memory, run: OnceCell::new(), paid: Vec::new() };
    let mut body = match choice {
        SourceChoice::Auto => look.best().await?,
        SourceChoice::Only(source) => {
            let said = look.ask(source).await?;
            look.body(source, said)
        }
    };
    body.torn = ended && body.origin == LogOrigin::CopilotApi && body.bytes.as_deref().is_some_and(is_torn);
    if body.torn {
        body.because.get_or_insert_with(|| Safe::new(TORN));
    }
    Ok(body)
}

/// Why a log that has ended may not be all of it.
pub const TORN: &str = "it ends in the middle of a record";

/// A session log is a line for each record, and what a record holds begins with a brace. One without its end was cut off;
/// one at whose end it was cut cannot be told from a whole one.
fn is_torn(bytes: &[u8]) -> bool {
    const DATA: &[u8] = b"data:";
    let start = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    let last = bytes.get(start..).unwrap_or_default();
    match last.strip_prefix(DATA).map(<[u8]>::trim_ascii) {
        Some(record) => record.starts_with(b"{") && serde_json::from_slice::<serde::de::IgnoredAny>(record).is_err(),
        None => !last.is_empty() && DATA.starts_with(last),
    }
}

impl Look<'_> {
    async fn best(&mut self) -> Result<Body, Fault> {
        let ended = !self.place.session.state.is_active();
        let mut tried: Vec<Tried> = Vec::new();
        let mut first_fault = None;
        for source in LogSource::ORDER {
            let (why, lost) = match self.ask(source).await {
                Ok(Said::Nothing(why)) => (why, source == LogSource::SessionLog && is_available(self.place.provider)),
                // A fault is never told as an empty log.
                Ok(Said::Body { bytes: Some(bytes), .. }) if first_fault.is_some() && bytes.is_empty() => {
                    (Safe::new(NO_JOB), false)
                }
                Ok(said) => {
                    let body = Body { because: because(&tried), tried, ..self.body(source, said) };
                    let poorer = matches!(source, LogSource::JobSteps | LogSource::Timeline);
                    let copy = if ended && poorer { self.copy(false).await } else { None };
                    return Ok(copy.map_or(body, of_copy));
                }
                // What the better source said is told, not what stopped the looking for another.
                Err(fault) if is_told(&fault) => return Err(first_fault.unwrap_or(fault)),
                Err(fault) => {
                    let lost = source == LogSource::SessionLog && is_lost(&fault);
                    let why = fault.what.clone();
                    first_fault.get_or_insert(fault);
                    (why, lost)
                }
            };
            // What was kept of the session's own log says more than any other source.
            let copy = if lost { self.copy(true).await } else { None };
            if let Some(copy) = copy {
                return Ok(of_copy(copy));
            }
            tried.push(Tried { source, why });
        }
        let over = ended || first_fault.as_ref().is_some_and(is_lost);
        match (first_fault, if over { self.copy(false).await } else { None }) {
            (_, Some(copy)) => Ok(of_copy(copy)),
            (Some(fault), None) => Err(fault),
            (None, None) => {
                let nothing = Said::Body { bytes: Some(Vec::new()), closed: false };
                Ok(Body { because: because(&tried), tried, ..self.body(LogSource::JobSteps, nothing) })
            }
        }
    }

    async fn ask(&mut self, source: LogSource) -> Result<Said, Fault> {
        let need = match source {
            LogSource::JobLog | LogSource::JobSteps if self.run.get().is_none() => RUN_NEEDS,
            LogSource::Timeline => TIMELINE_NEEDS,
            // The live log costs nothing of the limit, and what is known already is not asked for again.
            _ => 0.0,
        };
        if let Some(till) = self.place.till.filter(|_| need > 0.0) {
            self.paid.push(till.pay(need).await);
        }
        match source {
            LogSource::SessionLog => self.session_log().await,
            LogSource::JobLog => self.job_log().await,
            LogSource::JobSteps => self.job_steps().await,
            LogSource::Timeline => self.timeline().await,
            LogSource::Kept => {
                let none = || {
                    let what = "no copy of this log is kept on this machine";
                    Fault::new(FaultKind::NotFound, what, "choose another source")
                };
                self.copy(false).await.map(Said::Copy).ok_or_else(none)
            }
        }
    }

    fn body(&self, source: LogSource, said: Said) -> Body {
        let (bytes, closed, because) = match said {
            Said::Body { bytes, closed } => (bytes, closed, None),
            Said::Copy(copy) => return Body { because: None, ..of_copy(copy) },
            Said::Nothing(why) => (Some(Vec::new()), false, Some(why)),
        };
        let (origin, format) = match source {
            LogSource::SessionLog => (LogOrigin::CopilotApi, Format::SessionLog),
            LogSource::JobLog => (LogOrigin::JobLog, Format::JobLog),
            LogSource::JobSteps => (LogOrigin::JobSteps, Format::JobLog),
            LogSource::Timeline => (LogOrigin::Timeline, Format::Timeline),
            // A copy that is not there is a fault.
            LogSource::Kept => (LogOrigin::Kept { at: self.place.session.created_at }, Format::SessionLog),
        };
        let tried = because.iter().map(|why| Tried { source, why: why.clone() }).collect();
        Body { origin, format, bytes, tried, because, closed, torn: false }
    }

    /// What was kept of the session. `own`: only if that is its own log.
    async fn copy(&self, own: bool) -> Option<KeptLog> {
        let (kept, id) = (self.place.kept.cloned()?, self.place.session.id.clone());
        match tokio::task::spawn_blocking(move || kept.read(&id)).await {
            Ok(Ok(copy)) => copy.filter(|copy| !own || copy.format == Format::SessionLog),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a kept log cannot be read");
                None
            }
            Err(_) => None,
        }
    }

    async fn session_log(&self) -> Result<Said, Fault> {
        let Place { provider, session, now, .. } = self.place;
        if let LiveLogs::Off(why) = provider.live_logs() {
            return Ok(Said::Nothing(why));
        }
        let bytes = match provider.session_log(&session.id).await {
            // Of a session that has ended nothing more will come.
            Ok(LogBody::Bytes(bytes)) if bytes.is_empty() && !session.state.is_active() => {
                return Ok(nothing("the session log is empty"));
            }
            Ok(LogBody::Bytes(bytes)) => bytes,
            Ok(LogBody::NotYet) if session.state.is_active() => {
                if now - session.created_at >= LIVE_LOG_WITHIN {
                    return Ok(nothing("the session has no live log yet"));
                }
                Vec::new()
            }
            Ok(LogBody::NotYet) => return Ok(nothing("the session has no live log")),
            Err(fault) => match provider.live_logs() {
                LiveLogs::Off(why) => return Ok(Said::Nothing(why)),
                LiveLogs::Available => return Err(fault),
            },
        };
        Ok(Said::Body { bytes: Some(bytes), closed: false })
    }

    /// The run of the session with its jobs; `None`: none is known.
    async fn run(&self) -> Result<Option<&(Run, Vec<Job>)>, Fault> {
        let find = async || {
            let Place { provider, task, session, .. } = self.place;
            let branch = session.head_ref.as_ref();
            let found = reads::find_run(provider, &task.repo, session.run, branch, session.created_at).await?;
            let Some((run, _)) = found else { return Ok(None) };
            let jobs = provider.jobs(&task.repo, run.id).await?;
            Ok(Some((run, jobs)))
        };
        self.run.get_or_try_init(find).await.map(Option::as_ref)
    }

    async fn job_log(&self) -> Result<Said, Fault> {
        let Place { provider, task, .. } = self.place;
        let Some((_, jobs)) = self.run().await? else { return Ok(nothing(NO_RUN)) };
        let main = jobs.iter().find(|job| job.name.raw_for_match() == "copilot").or(jobs.first());
        let Some(job) = main else { return Ok(nothing(NO_JOB)) };
        if job.completed_at.is_none() {
            return Ok(nothing("the job still runs"));
        }
        let id = job.id;
        Ok(match provider.job_log(&task.repo, id).await? {
            LogBody::Bytes(bytes) => Said::Body { bytes: Some(bytes), closed: true },
            LogBody::NotYet => nothing("the job has ended, its log is not there yet"),
        })
    }

    async fn job_steps(&self) -> Result<Said, Fault> {
        let Some((run, jobs)) = self.run().await? else { return Ok(nothing(NO_RUN)) };
        // A run without a job yet will have one: there is no reason to look elsewhere.
        Ok(Said::Body { bytes: Some(steps_text(run, jobs).into_bytes()), closed: false })
    }

    async fn timeline(&mut self) -> Result<Said, Fault> {
        let provider = self.place.provider;
        if self.memory.pull.is_none() {
            self.memory.pull = self.pull().await?;
        }
        let Some((repo, number)) = &self.memory.pull else { return Ok(nothing("there is no pull request yet")) };
        let bytes = match provider.timeline(repo, *number, self.memory.timeline.clone()).await? {
            Fetched::Same => None,
            Fetched::New { value, validator } => {
                self.memory.timeline = validator;
                let mut text: String = value.events.iter().map(timeline::line).collect();
                if value.more {
                    text.push_str(&timeline::more());
                }
                Some(text.into_bytes())
            }
        };
        Ok(Said::Body { bytes, closed: false })
    }

    /// The pull request the task named, or the one of its branch.
    async fn pull(&self) -> Result<Option<(RepoName, u64)>, Fault> {
        let Place { provider, task, session, pulls, .. } = self.place;
        let of_branch = match (pulls.first(), &session.head_ref) {
            (None, Some(branch)) => provider.pulls_of_branch(&task.repo, branch).await?,
            _ => Vec::new(),
        };
        let Some(named) = pulls.first().or(of_branch.first()) else { return Ok(None) };
        let known = provider.pulls(std::slice::from_ref(named)).await?;
        Ok(known.into_iter().flatten().next().map(|pull| (pull.repo, pull.number)))
    }
}

fn of_copy(KeptLog { format, at, bytes }: KeptLog) -> Body {
    let because = Some(Safe::new("the service has this log no more"));
    let origin = LogOrigin::Kept { at };
    Body { origin, format, bytes: Some(bytes), tried: Vec::new(), because, closed: true, torn: false }
}

const NO_RUN: &str = "no run of it is known";
const NO_JOB: &str = "the run has no job yet";

fn nothing(why: &str) -> Said {
    Said::Nothing(Safe::new(why))
}

fn is_available(provider: &dyn Provider) -> bool {
    matches!(provider.live_logs(), LiveLogs::Available)
}

/// Faults that no other source makes up for: one that passes by itself, a token nobody takes, and a log that is there but
/// too large, of which what was read before stays on the screen.
fn is_told(fault: &Fault) -> bool {
    fault.is_passing() || matches!(fault.kind, FaultKind::Authentication | FaultKind::TooLarge)
}

fn is_lost(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone)
}

/// One reason is told as it is, of several each with its source.
fn because(tried: &[Tried]) -> Option<Safe> {
    match tried {
        [] => None,
        [only] => Some(only.why.clone()),
        all => {
            let each: Vec<String> = all.iter().map(|tried| format!("{}: {}", tried.source.name(), tried.why)).collect();
            Some(Safe::new(each.join(" · ")))
        }
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

/// How much of a log has been passed on, and a mark of what it was.
#[derive(Debug, Default)]
pub struct Seen {
    origin: Option<LogOrigin>,
    prefix: Prefix,
}

impl Seen {
    /// Something of this origin was passed on.
    pub fn has(&self, origin: LogOrigin) -> bool {
        self.origin == Some(origin) && !self.prefix.is_empty()
    }

    /// Where what was passed on last came from.
    pub fn origin(&self) -> Option<LogOrigin> {
        self.origin
    }
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
        let passed_on = self.prefix.end_in(&bytes).filter(|_| self.origin == Some(origin));
        if passed_on == Some(bytes.len()) {
            return New::Nothing;
        }
        (self.origin, self.prefix) = (Some(origin), Prefix::of(&bytes));
        match passed_on {
            Some(passed_on) => New::Tail(bytes.split_off(passed_on)),
            None => New::All(bytes),
        }
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
    fn a_log_that_ends_within_a_record_is_torn() {
        let whole = "data: {\"a\": 1}\n\n";
        for (text, torn) in [
            (String::new(), false),
            (whole.to_owned(), false),
            (whole.trim_end().to_owned(), false),
            (format!("{whole}data: [DONE]"), false),
            (format!("{whole}data: {{\"a\": \"b"), true),
            (format!("{whole}da"), true),
            (format!("{whole}: a comment"), false),
        ] {
            assert_eq!(is_torn(text.as_bytes()), torn, "{text}");
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
