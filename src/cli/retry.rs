//! `atc retry`: the same prompt once more, as a new task, or that prompt changed first.

use chrono::TimeDelta;
use clap::Args;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::desk::Desk;
use super::exit::Exit;
use super::start::{self, How, Rules, With};
use super::{output, which};
use crate::domain::limited::{self, Hold};
use crate::domain::start::Order;
use crate::domain::{Artifact, Fault, FaultKind, Session, StartRequest, Task};
use crate::ledger::port::{Action, Entry};
use crate::ledger::wanted::Wanted;
use crate::text::Untrusted;

#[derive(Clone, Debug, Default, PartialEq, Args)]
pub struct RetryArgs {
    /// A task: its id or the beginning of it, OWNER/NAME#PULL, or an address from the browser
    #[arg(value_name = "TASK")]
    pub task: String,
    /// Change the prompt in $VISUAL or $EDITOR first
    #[arg(long, conflicts_with = "prompt_file")]
    pub edit: bool,
    /// Another prompt, from this file; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub prompt_file: Option<String>,
    #[command(flatten)]
    pub with: With,
    #[command(flatten)]
    pub how: How,
}

pub async fn run(args: &RetryArgs, desk: &Desk) -> Result<Exit, Fault> {
    if args.edit && !desk.voice.can_ask() {
        let what = "--edit needs a terminal to edit on";
        return Err(Fault::new(FaultKind::Invalid, what, "give the new prompt with --prompt-file"));
    }
    let task = which::one(desk, &args.task).await?;
    if task.state.is_active() && !args.how.again {
        let what = format!("task {} has not ended: it is {}", task.at.id.show(), task.state.word());
        let next = "nothing was sent; cancel it first, or give --again to have both";
        return Err(Fault::new(FaultKind::Refused, what, next));
    }
    let assume = TimeDelta::minutes(desk.config.retry.limited_minutes.into());
    let hold = limited::hold(&task, desk.remembered.diagnosed(&task.at).as_ref(), assume);
    if let Some(hold) = hold {
        // Before anybody writes a prompt.
        may_go_on(hold, desk, args.how.dry_run)?;
    }
    let before = task.latest_session().and_then(|session| session.prompt.as_ref()).filter(|prompt| !prompt.is_empty());
    let entry = started_by(desk, &task).await;
    let recorded = entry.as_ref().and_then(|entry| entry.intent.prompt.clone());
    let before = before.map(|prompt| prompt.raw_for_wire().to_owned()).or(recorded);
    let prompt = match (&args.prompt_file, before) {
        (Some(file), _) => start::read_prompt(file)?,
        (None, Some(before)) if args.edit => (desk.edit)(before).await?.raw_for_wire().to_owned(),
        (None, Some(before)) => before,
        (None, None) => {
            let what = format!("the prompt of task {} is not recorded", task.at.id.show());
            return Err(Fault::new(FaultKind::NotFound, what, "give one with --prompt-file"));
        }
    };
    let prompt = start::cleaned(&prompt)?;
    let not_before = hold.map(|hold| hold.until);
    let mut order = Order { not_before, ..Order::new(Uuid::new_v4(), again(&task, prompt, &args.with)) };
    if let Some(entry) = entry {
        order.ticket.clone_from(&entry.intent.ticket);
        // What was changed by hand is not what the template made.
        let hash: [u8; 32] = Sha256::digest(order.request.prompt.as_bytes()).into();
        if entry.intent.prompt_hash == Some(hash) {
            order.template.clone_from(&entry.intent.template);
            order.template_hash = entry.intent.template_hash;
        }
    }
    start::send(desk, vec![order], &args.how, &Rules::default()).await
}

/// The agent was held back by a limit: what comes earlier would only be held back again. Of a time that nobody named it
/// is said that nobody did, also when what is assumed for it is over.
fn may_go_on(hold: Hold, desk: &Desk, dry_run: bool) -> Result<(), Fault> {
    let early = hold.until > desk.context.now();
    if !early && !hold.assumed {
        return Ok(());
    }
    let said = if hold.assumed { format!(" ({})", limited::ASSUMED) } else { String::new() };
    if !early {
        output::complain(&format!("atc: the agent was rate-limited, it may be held back again{said}"));
        return Ok(());
    }
    let until = desk.zone.at(hold.until).format("%Y-%m-%d %H:%M");
    let what = format!("not before {until}: the agent was rate-limited{said}");
    if dry_run {
        output::complain(&format!("atc: {what}"));
        return Ok(());
    }
    Err(Fault::new(FaultKind::Refused, what, "nothing was sent; try again then").retry_at(hold.until))
}

/// What the ledger knows of how it was started, if it was from here.
async fn started_by(desk: &Desk, task: &Task) -> Option<Entry> {
    let wanted = Wanted {
        action: Some(Action::Start),
        repo: Some(task.at.repo.clone()),
        task: Some(task.at.id.raw().to_owned()),
        ..Wanted::default()
    };
    desk.context.blocking(move |ledger| ledger.find(&wanted, 1)).await.ok()?.pop()
}

/// What a new task takes over from an old one; what is given counts more.
pub(super) fn again(task: &Task, prompt: String, with: &With) -> StartRequest {
    let text = |text: Untrusted| text.raw_for_wire().to_owned();
    let session = task.latest_session();
    StartRequest {
        repo: task.at.repo.clone(),
        prompt,
        model: with.choice.model.clone().or_else(|| session.and_then(Session::model_name).map(text)),
        custom_agent: with.choice.agent.clone().or_else(|| task.custom_agent.clone().map(text)),
        create_pull_request: !with.no_pull_request,
        base_ref: with.choice.base.clone().or_else(|| base_ref(task).cloned().map(text)),
        head_ref: with.head.clone(),
    }
}

/// Where its work goes to, as far as the service said.
pub(super) fn base_ref(task: &Task) -> Option<&Untrusted> {
    let of_session = task.latest_session().and_then(|session| session.base_ref.as_ref());
    of_session.or_else(|| {
        task.artifacts.iter().find_map(|artifact| match artifact {
            Artifact::Branch { base_ref, .. } => base_ref.as_ref(),
            Artifact::Pull { .. } => None,
        })
    })
}
