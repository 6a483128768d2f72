//! Sending orders one after the other, each with a result of its own. A failure among them stops none of the others.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::args::How;
use super::row::{self, Came};
use super::{dry, once::Once};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::voice::unasked;
use crate::cli::wait;
use crate::domain::policy::{Judgement, SHORTEST_REASON, Verdict};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, Task};
use crate::ops;
use crate::text::Safe;

/// Between two requests that change something.
const GAP: Duration = Duration::from_secs(1);

/// Sends what was ordered, as `how` says.
pub async fn send(desk: &Desk, mut orders: Vec<Order>, how: &How, once: Option<&Once>) -> Result<Exit, Fault> {
    for order in &mut orders {
        order.reason.clone_from(&how.reason);
        order.again = how.again;
    }
    if how.dry_run {
        return Ok(dry::run(desk, &orders).await);
    }
    if desk.voice.can_ask() && !how.yes && !confirmed(desk, &mut orders).await {
        output::complain("atc: nothing was sent");
        return Ok(Exit::Refused);
    }
    Ok(one_by_one(desk, &orders, how, once).await)
}

/// Shows what the gate says to each, and asks once for all of them.
async fn confirmed(desk: &Desk, orders: &mut [Order]) -> bool {
    for order in orders.iter_mut() {
        let judged = ops::start::judge(&desk.context, order).await;
        output::complain(&format!("{}: {}", order.request.repo, judged.line()));
        for duplicate in judged.duplicates() {
            output::complain(&format!("  {duplicate}"));
        }
        if judged.verdict() == Verdict::NeedsReason && order.reason.is_none() {
            let question = format!("Why? At least {SHORTEST_REASON} characters, nothing to leave it:");
            match desk.answer(&question).await {
                Some(reason) if reason.chars().count() >= SHORTEST_REASON => order.reason = Some(reason),
                _ => return false,
            }
        }
        if !judged.duplicates().is_empty() && !order.again {
            if !desk.yes("Start it once more?").await {
                return false;
            }
            order.again = true;
        }
    }
    let question = match orders {
        [one] => format!("Start this task in {}?", one.request.repo),
        more => format!("Start these {} tasks?", more.len()),
    };
    desk.yes(&question).await
}

/// The sequence of starts, with the time between them that the service asks for.
async fn one_by_one(desk: &Desk, orders: &[Order], how: &How, once: Option<&Once>) -> Exit {
    let mut exit = Exit::Done;
    let mut table = desk.voice.table(row::HEADS);
    let mut waiting: Vec<(&Order, Task, Option<Safe>)> = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        let in_time = number == 0 || desk.stop.sleep(GAP).await.is_ok();
        let (came, verdict) =
            if in_time && !desk.stop.is_heard() { one(desk, order, once).await } else { (Came::NotSent, None) };
        match came {
            Came::Started(task, _) if how.wait.is_some() => {
                desk.voice.progress(&format!("{}: started {}", order.request.repo, task.at.id.show()));
                waiting.push((order, *task, verdict));
            }
            came => {
                exit = exit.worse(came.exit());
                explain(order, &came);
                table.row(row::row(order, &came, verdict.as_ref()));
            }
        }
    }
    let seen = waiting.into_iter().map(async |(order, task, verdict)| {
        let until = how.wait.unwrap_or(super::Until::End);
        let seen = wait::wait(desk, task.clone(), until, how.timeout).await;
        (order, Came::Started(Box::new(task), Some(Box::new(seen))), verdict)
    });
    let mut seen: FuturesUnordered<_> = seen.collect();
    while let Some((order, came, verdict)) = seen.next().await {
        exit = exit.worse(came.exit());
        explain(order, &came);
        table.row(row::row(order, &came, verdict.as_ref()));
    }
    exit.worse(table.end())
}

async fn one(desk: &Desk, order: &Order, once: Option<&Once>) -> (Came, Option<Safe>) {
    let began = match once {
        Some(once) => ops::start::start_once(&desk.context, order, &once.claim(desk.context.now())).await,
        None => ops::start::Began::Answered(Box::new(ops::start::start(&desk.context, order).await)),
    };
    match began {
        ops::start::Began::Used(entry) => (Once::skipped(&entry), None),
        ops::start::Began::Answered(answer) => {
            let line = answer.judged.line();
            let came = match answer.result {
                Ok(task) => Came::Started(Box::new(task), None),
                Err(fault) => Came::Failed(with_flag(fault, &answer.judged, order)),
            };
            (came, Some(line))
        }
    }
}

/// What a person would have been asked is a flag here.
fn with_flag(fault: Fault, judged: &Judgement, order: &Order) -> Fault {
    if fault.kind != FaultKind::Refused {
        return fault;
    }
    let reason = order.reason.as_deref().map_or(0, |reason| reason.trim().chars().count());
    match judged.verdict() {
        Verdict::NeedsReason if reason < SHORTEST_REASON => {
            unasked(&fault.what, &format!("--reason TEXT (at least {SHORTEST_REASON} characters)"))
        }
        Verdict::Allowed | Verdict::NeedsReason if !judged.duplicates().is_empty() && !order.again => {
            unasked(&fault.what, "--again")
        }
        _ => fault,
    }
}

/// What went wrong, on the error output, whatever is printed besides.
fn explain(order: &Order, came: &Came) {
    let repo = &order.request.repo;
    match came {
        Came::Failed(fault) => output::complain(&format!("atc: {repo}: {fault}")),
        Came::Skipped { at, task } => {
            let which =
                task.as_ref().map_or_else(|| "whether it runs is not known".to_owned(), |task| format!("task {task}"));
            output::complain(&format!(
                "atc: skipped: already started at {} ({which})",
                at.format("%Y-%m-%d %H:%M:%SZ")
            ));
        }
        Came::NotSent => output::complain("atc: interrupted: what had not been sent is not sent"),
        Came::Started(_, Some(seen)) => {
            let id = seen.task.at.id.show();
            match &seen.ending {
                wait::Ending::Reached => {}
                wait::Ending::Stopped => {
                    output::complain(&format!("atc: interrupted: task {id} goes on; nothing was cancelled"));
                }
                wait::Ending::TimedOut => {
                    output::complain(&format!("atc: the time to wait is up: task {id} goes on; nothing was cancelled"));
                }
                _ => output::complain(&format!("atc: task {id}: {}", seen.said())),
            }
        }
        Came::Started(..) => {}
    }
}
