//! Carrying it out.

use std::time::Duration;

use tokio::sync::mpsc;

use super::args::CancelArgs;
use super::row::{self, Came, Told};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::voice::{Table, unasked};
use crate::cli::{output, which};
use crate::domain::cancel::MOST_AT_ONCE;
use crate::domain::{CancelPhase, CancelProgress, CancelTarget, Fault, FaultKind, Task, TaskRef};
use crate::ops;
use crate::ops::cancel::Patience;

/// More targets than this take more than a yes.
const MANY: usize = 5;
/// Between two requests that change something.
const GAP: Duration = Duration::from_secs(1);

pub async fn run(args: &CancelArgs, desk: &Desk) -> Result<Exit, Fault> {
    let words = which::read(&args.tasks)?;
    if words.is_empty() {
        output::complain("atc: no task was given; nothing was sent");
        return Ok(Exit::Done);
    }
    let mut table = desk.voice.table(row::HEADS);
    let mut exit = Exit::Done;
    let mut say = |table: &mut Table, task: Result<Task, String>, came: Came| {
        exit = exit.worse(came.exit());
        if came.exit() != Exit::Done {
            let name = task.as_ref().map_or_else(Clone::clone, |task| format!("task {}", task.at.id.show()));
            output::complain(&format!("atc: {name}: {}", came.said()));
        }
        table.row(row::row(&Told { task, came, force: args.force }));
    };
    let mut targets: Vec<Task> = Vec::new();
    for (word, task) in found(desk, &words).await? {
        match task {
            Err(fault) => say(&mut table, Err(word), Came::Unread(fault)),
            Ok(task) if !task.state.is_active() => {
                let ended = Came::Ended(task.state.clone());
                say(&mut table, Ok(task), ended);
            }
            Ok(task) => targets.push(task),
        }
    }
    let most = usize::try_from(desk.config.cancel.batch_max).unwrap_or(MOST_AT_ONCE).min(MOST_AT_ONCE);
    if targets.len() > most {
        let what = format!("{} tasks are more than the {most} that are cancelled at once", targets.len());
        return Err(Fault::new(FaultKind::Refused, what, "nothing was sent; give fewer at a time"));
    }
    if !targets.is_empty() && !args.yes && !confirmed(desk, &targets, args.force).await? {
        output::complain("atc: nothing was sent");
        return Ok(Exit::Refused);
    }
    for (task, came) in all(desk, args, targets).await {
        say(&mut table, Ok(task), came);
    }
    if desk.stop.is_heard() {
        output::complain("atc: interrupted: what was requested stays requested; no more is sent");
    }
    Ok(exit.worse(table.end()))
}

/// Every task that is meant, once, as it is now. A word that cannot be meant, or may mean several, stops them all.
async fn found(desk: &Desk, words: &[String]) -> Result<Vec<(String, Result<Task, Fault>)>, Fault> {
    let mut lookup = which::Lookup::new(desk);
    let mut known: Vec<(String, Result<TaskRef, Fault>)> = Vec::new();
    for word in words {
        match lookup.find(word).await {
            Err(fault) if fault.kind == FaultKind::NotFound => known.push((word.clone(), Err(fault))),
            Err(fault) => return Err(fault),
            Ok(at) if known.iter().any(|(_, other)| other.as_ref() == Ok(&at)) => {}
            Ok(at) => known.push((word.clone(), Ok(at))),
        }
    }
    let refs: Vec<TaskRef> = known.iter().filter_map(|(_, at)| at.as_ref().ok().cloned()).collect();
    let mut loaded = which::load(desk, &refs).await.into_iter();
    let each = known.into_iter().filter_map(|(word, at)| match at {
        Err(fault) => Some((word, Err(fault))),
        Ok(_) => loaded.next().map(|task| (word, task)),
    });
    Ok(each.collect())
}

/// Names what would be cancelled, and asks. Without a terminal a handful is confirmed by having been named.
async fn confirmed(desk: &Desk, targets: &[Task], force: bool) -> Result<bool, Fault> {
    if !desk.voice.can_ask() {
        return match targets.len() {
            ..=MANY => Ok(true),
            many => Err(unasked(format!("{many} tasks would be cancelled"), "--yes")),
        };
    }
    for task in targets {
        output::complain(&format!(
            "{}  {}  {}  {}",
            task.at.id.show(),
            task.at.repo,
            task.state.word(),
            task.name.show_line()
        ));
    }
    let verb = if force { "Force-cancel" } else { "Cancel" };
    if let [one] = targets {
        return Ok(desk.yes(&format!("{verb} this task in {}?", one.at.repo)).await);
    }
    if targets.len() <= MANY {
        return Ok(desk.yes(&format!("{verb} these {} tasks?", targets.len())).await);
    }
    let same_repo = targets.first().filter(|first| targets.iter().all(|task| task.at.repo == first.at.repo));
    let (what, word) = match same_repo {
        Some(task) => ("the repository's name", task.at.repo.to_string()),
        None => ("how many they are", targets.len().to_string()),
    };
    let question = format!("{verb} these {} tasks? Type {what} ({word}):", targets.len());
    Ok(desk.answer(&question).await.is_some_and(|answer| answer.eq_ignore_ascii_case(&word)))
}

/// Asks each to end, one a second, and hears what becomes of them: to the end with `--wait`, else to the request.
async fn all(desk: &Desk, args: &CancelArgs, targets: Vec<Task>) -> Vec<(Task, Came)> {
    let mut under_way = Vec::new();
    for (number, task) in targets.into_iter().enumerate() {
        let in_time = number == 0 || desk.stop.sleep(GAP).await.is_ok();
        if !in_time || desk.stop.is_heard() {
            under_way.push((task, None));
            continue;
        }
        let (report, reports) = mpsc::channel(8);
        let (context, patience, target) = (desk.context.clone(), patience(desk, args), target(&task, args.force));
        tokio::spawn(async move { ops::cancel::cancel(&context, &target, patience, report).await });
        under_way.push((task, Some(tokio::spawn(hear(desk.clone(), args.wait, reports)))));
    }
    let mut all = Vec::new();
    for (task, hearing) in under_way {
        let last = match hearing {
            Some(hearing) => hearing.await.ok().flatten(),
            None => None,
        };
        all.push((task, last.map_or(Came::NotSent, Came::Phase)));
    }
    all
}

/// The last that is waited for. An interrupt ends the waiting, never before it is known whether the request was accepted.
async fn hear(desk: Desk, to_the_end: bool, mut reports: mpsc::Receiver<CancelProgress>) -> Option<CancelProgress> {
    let mut last: Option<CancelProgress> = None;
    loop {
        let sent = last.as_ref().is_some_and(|last| last.phase != CancelPhase::Looking);
        let next = if sent {
            match desk.stop.wait(reports.recv()).await {
                Ok(next) => next,
                Err(_) => return last,
            }
        } else {
            reports.recv().await
        };
        let Some(progress) = next else { return last };
        let done = progress.phase.is_final()
            || (!to_the_end
                && matches!(progress.phase, CancelPhase::Requested | CancelPhase::Unheard | CancelPhase::RunEnded));
        if !done && progress.phase != CancelPhase::Looking {
            let what = Came::Phase(progress.clone());
            desk.voice.progress(&format!("{}: {}", progress.task.id.show(), what.word().replace('_', " ")));
        }
        last = Some(progress);
        if done {
            return last;
        }
    }
}

/// As patient as the configuration says, or as was asked for.
fn patience(desk: &Desk, args: &CancelArgs) -> Patience {
    let Some(most) = args.timeout else { return desk.patience };
    let between_looks = most.to_std().map_or(desk.patience.between_looks, |most| desk.patience.between_looks.min(most));
    Patience { run: most, session: most, between_looks, ..desk.patience }
}

/// Pinned as it was shown.
fn target(task: &Task, force: bool) -> CancelTarget {
    let session = task.latest_session();
    CancelTarget {
        task: task.at.clone(),
        session: session.map(|session| session.id.clone()),
        run: session.and_then(|session| session.run),
        branch: task.head_ref().cloned(),
        since: session.map_or(task.created_at, |session| session.created_at),
        force,
    }
}
