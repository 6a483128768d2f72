//! The way of every act on the command line: what it is and what the policy says of it is shown, it is confirmed, it is
//! carried out, and there is a row for it.

use super::args::How;
use super::row::{Acted, Came, HEADS};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::voice::{Form, Table, unasked};
use crate::domain::automation::Act;
use crate::domain::policy::{Judgement, SHORTEST_REASON, Verdict};
use crate::domain::{AutomationOrder, Fault, FaultKind};
use crate::ops::automate::{self, Done, Ran};

/// How an act is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// A yes on a terminal; without one the command itself.
    Yes,
    /// Somebody has confirmed it in another way already.
    Done,
}

/// Carries orders out, one after the other. `wait`: the task of a run is looked for.
pub async fn all(
    desk: &Desk,
    mut orders: Vec<Acted>,
    how: &How,
    (confirm, wait): (Confirm, bool),
) -> Result<Exit, Fault> {
    for acted in &mut orders {
        acted.order.reason.clone_from(&how.reason);
    }
    if how.dry_run {
        return Ok(dry(desk, orders).await);
    }
    if confirm == Confirm::Yes && desk.voice.can_ask() && !how.yes && !confirmed(desk, &mut orders).await {
        output::complain("atc: nothing was sent");
        return Ok(Exit::Refused);
    }
    let mut table = desk.voice.table(HEADS);
    let mut exit = Exit::Done;
    for mut acted in orders {
        if desk.stop.is_heard() {
            acted.came = Came::NotSent;
        } else {
            carry_out(desk, &mut acted, wait).await;
        }
        exit = exit.worse(told(&mut table, &acted));
    }
    Ok(exit.worse(table.end()))
}

/// What went wrong goes to the error output, whatever is printed besides.
pub fn told(table: &mut Table, acted: &Acted) -> Exit {
    let exit = acted.exit();
    if exit != Exit::Done {
        output::complain(&format!("atc: {}: {}", acted.order.name().show_line(), acted.said()));
        if let Came::Stale(_, stale) = &acted.came {
            both_versions(acted, stale);
        }
    }
    table.row(acted.row());
    exit
}

/// What was seen and what is there now, field by field.
fn both_versions(acted: &Acted, stale: &automate::Stale) {
    let Some(now) = stale.now.definition() else { return };
    for change in now.changes_from(&stale.seen.seen) {
        output::complain(&format!("  since it was read, {}", change.words()));
    }
    for change in &acted.changes {
        output::complain(&format!("  wanted, {}", change.words()));
    }
}

async fn dry(desk: &Desk, orders: Vec<Acted>) -> Exit {
    let mut exit = Exit::Done;
    let mut table = desk.voice.table(HEADS);
    for mut acted in orders {
        let judged = automate::judge(&desk.context, &acted.order).await;
        if judged.grant_automation(&acted.order).is_err() {
            exit = exit.worse(Exit::Refused);
        }
        acted.verdict = Some(judged.line());
        acted.came = Came::DryRun;
        if desk.voice.form == Form::Text {
            describe(&acted, &judged);
        }
        table.row(acted.row());
    }
    exit.worse(table.end())
}

/// The request as it is sent, and what is said to it.
fn describe(acted: &Acted, judged: &Judgement) {
    let order = &acted.order;
    output::complain(&order.words());
    for line in &acted.advice {
        output::complain(&format!("  prompt: {line}"));
    }
    for change in &acted.changes {
        output::complain(&format!("  {}", change.words()));
    }
    let repo = &order.repo;
    let id = order.pinned().map(|pinned| pinned.id.show()).unwrap_or_default();
    match &order.act {
        Act::Create(_) => output::complain(&format!("POST /agents/repos/{repo}/automations")),
        Act::Edit(..) | Act::Switch(..) => output::complain(&format!("PATCH /agents/repos/{repo}/automations/{id}")),
        Act::Run(..) => output::complain(&format!("POST /agents/repos/{repo}/automations/{id}/tasks")),
        Act::Delete(_) => output::complain(&format!("DELETE /agents/repos/{repo}/automations/{id}")),
    }
    output::complain(&order.body_text());
    output::complain(&format!("verdict: {}", judged.line()));
}

async fn confirmed(desk: &Desk, orders: &mut [Acted]) -> bool {
    for acted in orders.iter_mut() {
        let judged = automate::judge(&desk.context, &acted.order).await;
        describe(acted, &judged);
        if judged.verdict() == Verdict::NeedsReason && acted.order.reason.is_none() {
            let question = format!("Why? At least {SHORTEST_REASON} characters, nothing to leave it:");
            match desk.answer(&question).await {
                Some(reason) if reason.chars().count() >= SHORTEST_REASON => acted.order.reason = Some(reason),
                _ => return false,
            }
        }
    }
    let question = match orders {
        [one] => {
            let words = one.order.words();
            let mut chars = words.chars();
            let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}?", chars.as_str())
        }
        more => format!("Do this to these {} automations?", more.len()),
    };
    desk.yes(&question).await
}

/// Sends it, and looks for the task where it is a run.
pub async fn carry_out(desk: &Desk, acted: &mut Acted, wait: bool) {
    let answer = automate::act(&desk.context, &acted.order).await;
    settle(desk, acted, answer, wait).await;
}

/// What an answer comes to.
pub async fn settle(desk: &Desk, acted: &mut Acted, answer: automate::Answer, wait: bool) {
    acted.verdict = answer.judged.as_ref().map(Judgement::line);
    // No judgement was needed: it was so already.
    let already = answer.judged.is_none();
    acted.came = match (answer.result, answer.stale) {
        (Ok(Done::Stands(now)), _) => Came::Done { id: now.at.id.show(), already },
        (Ok(Done::Deleted), _) => {
            let id = acted.order.pinned().map(|pinned| pinned.id.show()).unwrap_or_default();
            Came::Done { id, already: false }
        }
        (Ok(Done::Ran(_)), _) if !wait => Came::Accepted,
        (Ok(Done::Ran(run)), _) => {
            desk.voice.progress("the run was accepted; its task is looked for");
            match desk.stop.wait(run.task(&desk.context)).await {
                Ok(Ran::Task(task)) => Came::Ran(task),
                Ok(Ran::Missing) => Came::Missing,
                Err(_) => Came::Accepted,
            }
        }
        (Err(fault), Some(stale)) => Came::Stale(fault, stale),
        (Err(fault), None) => Came::Failed(with_flag(fault, answer.judged.as_ref(), &acted.order)),
    };
}

/// What a person would have been asked is a flag here.
fn with_flag(fault: Fault, judged: Option<&Judgement>, order: &AutomationOrder) -> Fault {
    let reason = order.reason.as_deref().map_or(0, |reason| reason.trim().chars().count());
    match judged {
        Some(judged)
            if fault.kind == FaultKind::Refused
                && judged.verdict() == Verdict::NeedsReason
                && reason < SHORTEST_REASON =>
        {
            unasked(&fault.what, &format!("--reason TEXT (at least {SHORTEST_REASON} characters)"))
        }
        _ => fault,
    }
}
