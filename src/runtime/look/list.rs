//! `atc list`: the tasks a query holds of, with as few requests as its answer and its columns need.

use super::gathered::Gathered;
use super::seat::Seat;
use crate::cli::desk::Stopped;
use crate::cli::look::args::ListArgs;
use crate::cli::look::columns::{Needs as Column, Shown};
use crate::cli::voice::{Cell, Form, Row};
use crate::cli::{Desk, Exit, output};
use crate::domain::query::Needs;
use crate::domain::{Column as SortBy, Fault, FaultKind, Freshness, Order, State, TaskRef, age};

/// With `desk` `None` nothing is asked: what is printed is what earlier runs kept.
pub async fn run(args: &ListArgs, seat: Seat, desk: Option<&Desk>) -> Result<Exit, Fault> {
    let view = args.view_of(&seat.settings.views)?;
    let query = args.query_in(view)?;
    let order = args.sort.or(view.map(|view| view.order)).unwrap_or_default();
    let of_view = || view.and_then(|view| view.columns.as_deref()).map(Shown::of_view);
    let shown = args.columns.clone().or_else(of_view).unwrap_or_default();
    let mut seat = seat;
    let every = desk.is_none() && seat.settings.repos.is_empty();
    let repos = (!every).then(|| seat.settings.repos.clone());
    let remembered = match (seat.remembered(repos.as_deref()), desk) {
        (Ok(remembered), _) => remembered,
        (Err(fault), None) => return Err(fault),
        // It only saves requests.
        (Err(_), Some(_)) => crate::console::event::Remembered::default(),
    };
    if every {
        let mut named: Vec<_> = remembered.tasks.iter().map(|one| one.task.at.repo.clone()).collect();
        named.sort();
        named.dedup();
        seat.settings.repos = named;
    }
    let mut gathered = Gathered::new(&seat, query, order);
    gathered.remember(remembered);
    let rows = if let Some(desk) = desk {
        match desk.stop.wait(gather(&mut gathered, desk, args, order, &shown)).await {
            Ok(rows) => rows,
            Err(Stopped) => return Ok(Exit::Failed),
        }
    } else {
        tell_age(&gathered);
        let mut rows = gathered.listed(true);
        rows.truncate(args.limit.unwrap_or(usize::MAX));
        rows
    };
    let printed = print(&gathered, &rows, args, &seat, &shown);
    Ok(printed.worse(told(&gathered)))
}

/// Lists first; then of all tasks what the query needs; then of those that are printed what the columns need.
async fn gather(gathered: &mut Gathered, desk: &Desk, args: &ListArgs, order: Order, shown: &Shown) -> Vec<TaskRef> {
    let provider = &*desk.context.provider;
    gathered.read_lists(desk).await;
    gathered.read_cancels(&desk.context).await;
    let needs = gathered.query().needs();
    if needs.viewer {
        gathered.read_viewer(provider).await;
    }
    let sorted_by = |by| order.by == by;
    let needs = Needs {
        sessions: needs.sessions || sorted_by(SortBy::Model) || sorted_by(SortBy::Cost),
        pull: needs.pull || sorted_by(SortBy::Pull) || sorted_by(SortBy::Checks),
        login: needs.login || sorted_by(SortBy::Creator),
        ..needs
    };
    let all = gathered.fresh();
    join(gathered, desk, &all, needs).await;
    let mut rows = gathered.listed(false);
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let printed = if desk.voice.form == Form::Ids { Needs::default() } else { printed(args, shown, desk.voice.form) };
    join(gathered, desk, &rows, printed).await;
    rows
}

/// What is asked for only because it is printed.
fn printed(args: &ListArgs, shown: &Shown, form: Form) -> Needs {
    let columns = |column| form == Form::Text && shown.needs(column);
    Needs {
        pull: args.join || columns(Column::Pull),
        sessions: args.join || columns(Column::Sessions) || columns(Column::Run),
        run: args.join || columns(Column::Run),
        login: args.join || columns(Column::Login),
        ..Needs::default()
    }
}

async fn join(gathered: &mut Gathered, desk: &Desk, tasks: &[TaskRef], needs: Needs) {
    let provider = &*desk.context.provider;
    if needs.sessions {
        gathered.read_sessions(provider, tasks).await;
    }
    if needs.run {
        // Of those that have ended a run says nothing that a verdict rests on, unless it goes on.
        let at_work: Vec<TaskRef> = tasks
            .iter()
            .filter(|at| {
                let known = gathered.model.world.tasks.get(&at.id);
                known.is_some_and(|known| known.run.is_none() && (!needs.stuck || works(&known.task.state)))
            })
            .cloned()
            .collect();
        if needs.stuck && !needs.sessions {
            gathered.read_sessions(provider, &at_work).await;
        }
        gathered.read_runs(provider, &at_work).await;
    }
    if needs.pull {
        gathered.read_pulls(provider, tasks).await;
    }
    if needs.login {
        gathered.read_people(provider, tasks).await;
    }
}

fn works(state: &State) -> bool {
    matches!(state, State::Queued | State::InProgress | State::WaitingForUser)
}

fn print(gathered: &Gathered, rows: &[TaskRef], args: &ListArgs, seat: &Seat, shown: &Shown) -> Exit {
    let voice = seat.voice;
    let mut table = voice.list(&shown.heads());
    if args.header && voice.form == Form::Text && !voice.out_is_terminal {
        let cells = shown.heads().into_iter().map(Cell::new).collect();
        table.row(Row { json: serde_json::Value::Null, id: None, cells });
    }
    for at in rows {
        let Some(joined) = gathered.joined(at) else { continue };
        let json = if voice.form == Form::Json { joined.json() } else { serde_json::Value::Null };
        let cells = if voice.form == Form::Text { shown.cells(&joined, gathered.model.now) } else { Vec::new() };
        table.row(Row { json, id: Some(at.id.show()), cells });
    }
    if rows.is_empty() && voice.err_is_terminal && voice.out_is_terminal {
        output::complain("no task is like that");
    }
    table.end()
}

/// What must be known beside the result, and the exit code it makes.
pub fn told(gathered: &Gathered) -> Exit {
    for note in &gathered.notes {
        output::complain(&format!("atc: {note}"));
    }
    for (what, fault) in &gathered.faults {
        // Most say themselves of what they are.
        let says_so = fault.what.as_str().contains(what.as_str());
        let fault = fault.clone().once();
        output::complain(&if says_so { format!("atc: {fault}") } else { format!("atc: {what}: {fault}") });
    }
    match gathered.faults.iter().map(|(_, fault)| Exit::from(fault)).reduce(Exit::worse) {
        None => Exit::Done,
        Some(Exit::Authentication) => Exit::Authentication,
        Some(_) => Exit::Failed,
    }
}

/// How old what is printed is.
fn tell_age(gathered: &Gathered) {
    let world = &gathered.model.world;
    let oldest = gathered.model.settings.repos.iter().map(|repo| {
        let source = crate::domain::Source::Tasks(repo.clone());
        world.freshness.get(&source).and_then(|freshness: &Freshness| freshness.good_at)
    });
    if world.tasks.is_empty() {
        return output::complain(
            "atc: nothing of these repositories is kept on this machine: the console and `atc watch` keep it; nothing was asked",
        );
    }
    match oldest.min() {
        Some(Some(at)) => {
            let age = match age::coarse(gathered.model.now - at) {
                now if now == "now" => "just now".to_owned(),
                age => format!("{age} ago or later"),
            };
            output::complain(&format!("atc: as it was {age}; nothing was asked"));
        }
        Some(None) => {
            output::complain("atc: as earlier runs saw it, some of it never as a whole list; nothing was asked");
        }
        None => output::complain("atc: nothing is kept on this machine yet; nothing was asked"),
    }
}

/// The word for a fault that ends a verb before it has anything to print.
pub fn cached_needs_a_cache() -> Fault {
    Fault::new(FaultKind::Unsupported, "nothing is kept on this machine: cache = false", "leave --cached out")
}
