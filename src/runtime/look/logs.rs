//! `atc logs`: a session's log, once or as it grows.
//!
//! ```text
//! word ─ which task, which session ─ source ──bytes──> Printer ──entries that will not change any more──> out
//!                                       ^                 └─ shrunk, replaced, another source ─> said, anew
//!                                       └── --follow: again, until the session has ended ──┘
//! ```
//!
//! Interrupting stops the reading and nothing else.

use std::time::Duration;

use super::follow::{Printer, Taken};
use super::reader;
use super::seat::Seat;
use crate::cli::desk::Stopped;
use crate::cli::look::args::{Format, LogsArgs};
use crate::cli::voice::unasked;
use crate::cli::{Desk, Exit, output, which};
use crate::domain::{Artifact, Fault, FaultKind, PullRef, Session, SessionId, SourceChoice, Task, TaskRef};
use crate::provider::port::{Fetched, Validator};
use crate::runtime::engine::log_source::{self, Body, Memory, Place};

/// From one look at a log to the next: soon while it grows.
const SOON: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(10);
/// So many looks in a row may fail before it is given up.
const MOST_FAILED: u32 = 20;

pub async fn run(args: &LogsArgs, seat: Seat, desk: &Desk) -> Result<Exit, Fault> {
    if args.format == Format::Raw && seat.voice.out_is_terminal && !args.force {
        return Err(unasked("the bytes of a log may do anything to a terminal", "--force"));
    }
    match desk.stop.wait(read(args, &seat, desk)).await {
        Ok(exit) => exit,
        Err(Stopped) => Ok(Exit::Failed),
    }
}

async fn read(args: &LogsArgs, seat: &Seat, desk: &Desk) -> Result<Exit, Fault> {
    let (task, session) = find(&args.task, seat, desk).await?;
    let mut reading = Reading {
        seat,
        desk,
        session: session_of(&task, &session),
        task,
        validator: None,
        memory: Memory::default(),
        choice: args.source.choice(),
        told: None,
    };
    let mut printer = Printer::new(args, seat.voice);
    if args.follow { reading.follow(&mut printer).await } else { reading.once(&mut printer).await }
}

struct Reading<'a> {
    seat: &'a Seat,
    desk: &'a Desk,
    task: Task,
    session: Session,
    validator: Option<Validator>,
    memory: Memory,
    choice: SourceChoice,
    /// What was said of the source last.
    told: Option<String>,
}

impl Reading<'_> {
    async fn once(&mut self, printer: &mut Printer) -> Result<Exit, Fault> {
        let mut body = self.look().await?;
        if body.torn {
            tokio::time::sleep(SOON).await;
            body = self.look().await?;
        }
        self.tell_source(&body);
        let bytes = body.bytes.unwrap_or_default();
        if bytes.is_empty() {
            let why = body.because.map_or_else(|| "there is nothing in it".to_owned(), |why| why.to_string());
            output::complain(&format!("atc: there is no log to print: {why}"));
            return Ok(Exit::Failed);
        }
        printer.take(body.origin, body.format, &bytes);
        printer.end();
        Ok(printer.exit())
    }

    async fn follow(&mut self, printer: &mut Printer) -> Result<Exit, Fault> {
        let (mut wait, mut failed) = (SOON, 0);
        loop {
            // Asked before the log is read: what is written until the end is in what is read then.
            let ended = match self.has_ended().await {
                Ok(ended) => ended,
                Err(fault) if fault.is_passing() && failed < MOST_FAILED => false,
                Err(fault) => return Err(fault),
            };
            match self.look().await {
                Ok(body) => {
                    failed = 0;
                    self.tell_source(&body);
                    let taken = match &body.bytes {
                        Some(bytes) => printer.take(body.origin, body.format, bytes),
                        None => Taken::Nothing,
                    };
                    if taken == Taken::Anew {
                        output::complain("atc: the log is another one than before: it begins anew");
                    }
                    wait = if taken == Taken::Nothing { (wait * 3 / 2).min(SLOWEST) } else { SOON };
                    if ended {
                        printer.end();
                        return Ok(printer.exit());
                    }
                }
                Err(fault) if fault.is_passing() && failed < MOST_FAILED => {
                    if failed == 0 {
                        output::complain(&format!("atc: {fault}; tried again"));
                    }
                    failed += 1;
                }
                Err(fault) if !ended && matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone) => {}
                Err(fault) => return Err(fault),
            }
            if printer.is_unread() || reader::is_gone() {
                return Ok(Exit::Done);
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn has_ended(&mut self) -> Result<bool, Fault> {
        let answer = self.desk.context.provider.task(&self.task.at, self.validator.clone()).await?;
        if let Fetched::New { value, validator } = answer {
            self.session = session_of(&value, &self.session.id);
            (self.task, self.validator) = (value, validator);
        }
        Ok(!self.session.state.is_active())
    }

    async fn look(&mut self) -> Result<Body, Fault> {
        let pulls: Vec<PullRef> = self.task.artifacts.iter().filter_map(|one| pull(&self.task.at, one)).collect();
        let place = Place {
            provider: &*self.desk.context.provider,
            till: None,
            task: &self.task.at,
            session: &self.session,
            pulls: &pulls,
            kept: self.seat.bench.kept.as_ref(),
            now: self.desk.context.now(),
        };
        log_source::read(place, self.choice, &mut self.memory).await
    }

    /// Which source, and why no better one; once, and again when that changes.
    fn tell_source(&mut self, body: &Body) {
        if body.bytes.as_ref().is_none_or(Vec::is_empty) {
            return;
        }
        let source = body.origin.source().map_or("file", crate::domain::LogSource::name);
        let why = body.because.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let said = format!("atc: from the {source}{why}");
        if self.told.as_ref() != Some(&said) {
            output::complain(&said);
            self.told = Some(said);
        }
    }
}

fn pull(at: &TaskRef, artifact: &Artifact) -> Option<PullRef> {
    match artifact {
        Artifact::Pull { id, node, .. } => Some(PullRef { repo: at.repo.clone(), id: *id, node: node.clone() }),
        Artifact::Branch { .. } => None,
    }
}

/// The session as its log is read: of the latest one the task is right about the state.
fn session_of(task: &Task, id: &SessionId) -> Session {
    let known = task.sessions.iter().flatten().find(|session| session.id == *id).cloned();
    let mut session = known.unwrap_or_else(|| Session {
        beyond: crate::domain::SessionBeyond::default(),
        id: id.clone(),
        state: task.state.clone(),
        name: None,
        prompt: None,
        model: None,
        head_ref: None,
        base_ref: None,
        created_at: task.created_at,
        updated_at: None,
        completed_at: None,
        usage: None,
        error: None,
        run: None,
    });
    if !task.state.is_active() {
        session.state = task.state.clone();
    }
    session
}

/// The session that is meant: one of a task this machine knows, else the latest of the task that is meant.
async fn find(word: &str, seat: &Seat, desk: &Desk) -> Result<(Task, SessionId), Fault> {
    let known = seat.remembered(None).unwrap_or_default().tasks;
    let of = known.into_iter().find(|one| one.task.sessions.iter().flatten().any(|session| session.id.raw() == word));
    if let Some(one) = of {
        let asked = desk.context.provider.task(&one.task.at, None).await?;
        let task = if let Fetched::New { value, .. } = asked { value } else { one.task };
        return Ok((task, SessionId::new(word)));
    }
    let task = match which::one(desk, word).await {
        Ok(task) => task,
        Err(fault) if fault.kind == FaultKind::NotFound => match of_lists(word, desk).await? {
            Some(task) => return Ok((task, SessionId::new(word))),
            None => return Err(fault),
        },
        Err(fault) => return Err(fault),
    };
    let latest = task.latest_session().map(|session| session.id.clone());
    let session = latest.ok_or_else(|| {
        let what = format!("the task {} has no session yet", task.at.id.show());
        Fault::new(FaultKind::NotFound, what, "try again when it has begun")
    })?;
    Ok((task, session))
}

/// Looks for the session in the tasks that were touched last.
async fn of_lists(word: &str, desk: &Desk) -> Result<Option<Task>, Fault> {
    use crate::provider::port::TaskQuery;

    const NEWEST: u8 = 50;
    let provider = &desk.context.provider;
    for repo in &desk.repos {
        let query = TaskQuery { repo: Some(repo.clone()), per_page: Some(NEWEST), ..TaskQuery::default() };
        let Fetched::New { value: page, .. } = provider.tasks(&query).await? else { continue };
        let found = which::load(desk, &page.tasks.iter().map(|task| task.at.clone()).collect::<Vec<_>>()).await;
        let has_it = |task: &Task| task.sessions.iter().flatten().any(|session| session.id.raw() == word);
        if let Some(task) = found.into_iter().flatten().find(has_it) {
            return Ok(Some(task));
        }
    }
    Ok(None)
}
