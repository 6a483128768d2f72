//! `run`, `enable`, `disable`, `delete`.

use uuid::Uuid;

use super::args::{Delete, RunNow, Several};
use super::change::{self, Confirm};
use super::row::{Acted, Came};
use super::which;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::voice::unasked;
use crate::domain::automation::{Act, Pinned, RunOrder};
use crate::domain::{Automation, AutomationOrder, Fault, FaultKind};

/// Pinned as it was read.
pub(super) fn order(automation: &Automation, act: impl FnOnce(Pinned) -> Act) -> Result<Acted, Fault> {
    let pinned = Pinned::of(automation).ok_or_else(|| {
        let what = format!("what {} says could not be read", automation.at.id.show());
        Fault::new(FaultKind::Unreadable, what, "try again; if it lasts, look at the service itself")
    })?;
    let order = AutomationOrder::new(Uuid::new_v4(), automation.at.repo.clone(), act(pinned));
    let mut acted = Acted::new(order, Came::NotSent);
    if let Act::Edit(pinned, wanted) = &acted.order.act {
        acted.changes = wanted.changes_from(&pinned.seen);
    }
    Ok(acted)
}

pub async fn run_now(args: &RunNow, desk: &Desk) -> Result<Exit, Fault> {
    let one = which::find_one(desk, &args.which).await?;
    let run = RunOrder {
        event: args.event.clone().unwrap_or_else(|| RunOrder::default().event),
        kind: args.kind.clone(),
        conclusion: args.conclusion.clone(),
        resource: args.resource.clone(),
    };
    let known = |event: &str| one.trigger_list().iter().any(|trigger| trigger.id.raw_for_match() == event);
    if run.event != RunOrder::default().event && !known(&run.event) {
        let ids: Vec<String> = one.trigger_list().iter().map(|trigger| trigger.id.show_line().to_string()).collect();
        let what = format!("it has no trigger {}", crate::text::Untrusted::from(run.event.as_str()).show_line());
        return Err(Fault::new(FaultKind::Invalid, what, format!("give one of: manual {}", ids.join(" "))));
    }
    let acted = order(&one, |pinned| Act::Run(pinned, run))?;
    change::all(desk, vec![acted], &args.how, (Confirm::Yes, !args.no_wait)).await
}

pub async fn switch(args: &Several, on: bool, desk: &Desk) -> Result<Exit, Fault> {
    let found = which::find(desk, &args.which).await?;
    let orders = found.iter().map(|one| order(one, |pinned| Act::Switch(pinned, on))).collect::<Result<Vec<_>, _>>()?;
    change::all(desk, orders, &args.how, (Confirm::Yes, false)).await
}

pub async fn delete(args: &Delete, desk: &Desk) -> Result<Exit, Fault> {
    let one = which::find_one(desk, &args.which).await?;
    let acted = order(&one, Act::Delete)?;
    if !args.how.dry_run {
        let typed = match &args.name {
            Some(name) => Some(name.clone()),
            None if desk.voice.can_ask() => {
                let question = format!(
                    "Delete “{}” in {}? It cannot be brought back. Type its name:",
                    one.name.show_line(),
                    one.at.repo
                );
                desk.answer(&question).await
            }
            None => return Err(unasked("an automation would be deleted", "--name NAME")),
        };
        // As it is shown: what cannot be seen cannot be typed.
        let shown = one.name.show_line();
        if !typed.is_some_and(|typed| typed == one.name.raw_for_match() || typed == shown.as_str()) {
            output::complain("atc: that is not its name; nothing was sent");
            return Ok(Exit::Refused);
        }
    }
    change::all(desk, vec![acted], &args.how, (Confirm::Done, false)).await
}
