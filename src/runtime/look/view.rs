//! `atc view`: everything that is known of one task, as the console's whole detail says it.

use std::sync::Arc;

use tokio::time::Instant as Tick;

use super::gathered::Gathered;
use super::list::told;
use super::seat::Seat;
use crate::cli::desk::Stopped;
use crate::cli::look::args::ViewArgs;
use crate::cli::voice::Voice;
use crate::cli::{Desk, Exit, output, which};
use crate::console::event::News;
use crate::console::state::detail;
use crate::console::state::tone::{Tone, Words};
use crate::domain::{Fault, FaultKind, Order, Query, Source, State, Task};
use crate::ledger::export::ascii;
use crate::runtime::cache::Cache;
use crate::runtime::engine::desk::Desk as Engine;
use crate::runtime::engine::diagnose;
use crate::runtime::engine::purse::Purse;
use crate::runtime::engine::till::Till;
use crate::text::width;

/// Columns of the text where nobody says how wide it may be.
const COLUMNS: u16 = 100;

pub async fn run(args: &ViewArgs, mut seat: Seat, desk: &Desk) -> Result<Exit, Fault> {
    let task = match desk.stop.wait(which::one(desk, &args.task)).await {
        Ok(task) => task?,
        Err(Stopped) => return Ok(Exit::Failed),
    };
    let at = task.at.clone();
    seat.settings.repos = vec![at.repo.clone()];
    let mut gathered = Gathered::new(&seat, Query::default(), Order::default());
    let mut remembered = seat.remembered(Some(&seat.settings.repos)).unwrap_or_default();
    remembered.tasks.retain(|one| one.task.at.id == at.id);
    gathered.remember(remembered);
    gathered.tell(Source::Task(at.id.clone()), News::Task(Box::new(task.clone())));
    let gather = async {
        let (provider, one) = (&*desk.context.provider, std::slice::from_ref(&at));
        gathered.read_cancels(&desk.context).await;
        gathered.read_viewer(provider).await;
        gathered.read_runs(provider, one).await;
        gathered.read_pulls(provider, one).await;
        gathered.read_people(provider, one).await;
        read_diagnosis(&mut gathered, &seat, desk, &task).await;
    };
    if desk.stop.wait(gather).await == Err(Stopped) {
        return Ok(Exit::Failed);
    }
    drop(gathered.listed(false));
    let gone = || Fault::new(FaultKind::NotFound, "the task could not be shown", "try again");
    let printed = if args.json {
        let joined = gathered.joined(&at).ok_or_else(gone)?;
        output::line(&ascii(&joined.json().to_string()))
    } else {
        let known = gathered.model.world.tasks.get(&at.id).ok_or_else(gone)?;
        let name = seat.voice.paint(&known.task.name.show_line(), Tone::Strong);
        let mut text = format!("{}  {}  {name}\n\n", at.id.show(), at.repo);
        for line in detail::full(&gathered.model, known, COLUMNS) {
            text.push_str(painted(seat.voice, &line).trim_end());
            text.push('\n');
        }
        output::line(text.trim_end())
    };
    Ok(printed.worse(told(&gathered)))
}

/// Blanks at the end are not painted: they are not printed either.
fn painted(voice: Voice, line: &Words) -> String {
    let shown = line.plain().trim_end().len();
    let mut left = shown;
    let parts = line.0.iter().map(|(tone, text)| {
        let text = width::cut_bytes(text, left);
        left -= text.len();
        voice.paint(text, *tone)
    });
    parts.collect()
}

/// Reads the log of a task that ended badly, unless what it says is known already.
async fn read_diagnosis(gathered: &mut Gathered, seat: &Seat, desk: &Desk, task: &Task) {
    let badly = matches!(task.state, State::Failed | State::TimedOut);
    if !seat.diagnose || !badly || gathered.model.world.diagnosed_of(task).is_some() {
        return;
    }
    // Nobody else shares what may be spent.
    let (events, _nobody) = tokio::sync::mpsc::channel(1);
    let provider = Arc::clone(&desk.context.provider);
    let engine = Engine { provider: Arc::clone(&provider), now: seat.now.clone(), events, cache: Cache::default() };
    let till = Till::new(engine, Purse::new(seat.pace.share, seat.pace.unchanged, Tick::now()));
    match diagnose::diagnose(provider, till, seat.bench.clone(), task.clone()).await {
        Ok(Some(told)) => {
            let id = task.at.id.clone();
            let news = News::Diagnosis { task: id.clone(), told: Some(Box::new(told.diagnosed)), facts: told.facts };
            gathered.tell(Source::Diagnosis(id), news);
        }
        Ok(None) => {}
        Err(fault) => gathered.failed("its log", fault),
    }
}
