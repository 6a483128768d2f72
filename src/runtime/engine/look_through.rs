//! Looking through the logs kept here, off the loop.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use super::desk::Desk;
use crate::console::event::{GrepNews, LogNews, LogOrigin, News, Op};
use crate::console::state::found::{Line, Log, Progress};
use crate::domain::{Fault, FaultKind, SessionId, Source, SourceChoice};
use crate::runtime::kept::{GrepHit, Kept};
use crate::text::Safe;
use crate::transcript::search::Pattern;

/// Lines told at once.
const BATCH: usize = 64;
/// Lines found, beyond which nobody wants to know how many more there are.
const ENOUGH: usize = 100_000;

const NOT_KEPT: &str = "finished logs are not kept here: keep_logs_mb is 0; set it to the megabytes they may take, such as 200, and start again";
const NOT_IN_THE_DEMO: &str = "the demo keeps no finished logs; / searches the log that is open";

/// Tells the lines that hold the pattern as they are found. It ends early when `wanted` is another search.
pub(super) fn grep(desk: &Desk, kept: Option<Kept>, (id, pattern): (u64, Pattern), wanted: Arc<AtomicU64>) {
    let desk = desk.clone();
    let (found, mut told) = mpsc::channel::<Vec<Line>>(4);
    let is_demo = desk.provider.authority().token_kind.as_str() == "demo";
    let work = tokio::task::spawn_blocking(move || {
        look(kept.as_ref().ok_or(if is_demo { NOT_IN_THE_DEMO } else { NOT_KEPT }), &pattern, &found, || {
            wanted.load(Ordering::Relaxed) == id
        })
    });
    tokio::spawn(async move {
        while let Some(lines) = told.recv().await {
            desk.op(Op::Grep(GrepNews { id, lines, progress: None })).await;
        }
        let Ok(progress) = work.await else { return };
        desk.op(Op::Grep(GrepNews { id, lines: Vec::new(), progress: Some(progress) })).await;
    });
}

fn look(
    kept: Result<&Kept, &str>,
    pattern: &Pattern,
    found: &mpsc::Sender<Vec<Line>>,
    wanted: impl Fn() -> bool,
) -> Progress {
    let kept = match kept {
        Ok(kept) => kept,
        Err(why) => return Progress::Failed(Safe::new(why)),
    };
    let mut batch = Vec::new();
    let mut count = 0;
    let looked = kept.grep(pattern, |hit| {
        // The first lines are told at once, so that something is there to read.
        let size = if count < BATCH { 1 } else { BATCH };
        count += usize::from(hit.is_some());
        batch.extend(hit.map(line));
        if batch.len() >= size && found.blocking_send(std::mem::take(&mut batch)).is_err() {
            return ControlFlow::Break(());
        }
        if wanted() && count < ENOUGH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let _ = found.blocking_send(batch);
    match looked {
        Ok(looked) => Progress::Done { logs: looked.logs, unreadable: looked.unreadable },
        Err(error) => Progress::Failed(Safe::new(format!("the kept logs cannot be read: {error}"))),
    }
}

fn line(hit: GrepHit) -> Line {
    let log = Log { session: hit.session, name: hit.log.into(), kept_at: hit.kept_at };
    Line { log, number: hit.line, text: hit.text }
}

/// Tells what is kept of a session's log as if it were followed.
pub(super) fn read(desk: &Desk, kept: Option<Kept>, session: SessionId) {
    let desk = desk.clone();
    tokio::spawn(async move {
        let id = session.clone();
        let read = tokio::task::spawn_blocking(move || kept.map(|kept| kept.read(&id)).transpose()).await;
        let answer = match read {
            Ok(Ok(Some(Some(log)))) => Ok(News::Log(LogNews {
                session: session.clone(),
                origin: LogOrigin::Kept { at: log.at },
                format: log.format,
                reset: true,
                bytes: log.bytes,
                complete: true,
                because: None,
                choice: SourceChoice::Auto,
                tried: Vec::new(),
                received: 0,
            })),
            Ok(Ok(_)) => Err(Fault::new(
                FaultKind::NotFound,
                "this log is kept no more",
                "the oldest goes when there is no room: keep_logs_mb",
            )),
            Ok(Err(error)) => Err(Fault::new(
                FaultKind::Unreadable,
                format!("the kept log cannot be read: {error}"),
                "it may be damaged",
            )),
            Err(_) => return,
        };
        desk.net(Source::Log(session), 0, None, answer).await;
    });
}
