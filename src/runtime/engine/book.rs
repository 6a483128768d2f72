//! Reads the ledger for its pane, off the loop.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::desk::Desk;
use crate::console::event::Op;
use crate::console::ledger::{Ask, Charts, Day, News, Row, Told, Wish};
use crate::console::state::tone::Tone;
use crate::domain::{Fault, FaultKind, TaskId, TaskRef};
use crate::ledger::sift::Sift;
use crate::ledger::words::{self, Mood};
use crate::ledger::{Counter, Ledger, Line, Said, Span, Stats, Wanted, table};
use crate::text::Safe;

/// Lines told at once, and read at once to find them.
const PAGE: usize = 200;
const READ: usize = 1000;
/// Lines looked through for one page: then what was found is told, and the rest asked for anew.
const ENOUGH: usize = 50_000;
/// Unresolved actions told first.
const UNRESOLVED: usize = 200;
/// Days that are drawn at most.
const MOST_DAYS: u64 = 365;

pub(super) fn read(desk: &Desk, ledger: Arc<dyn Ledger>, wish: Wish) {
    let desk = desk.clone();
    tokio::spawn(async move {
        let Wish { id, ask } = wish;
        let told = tokio::task::spawn_blocking(move || answer(&*ledger, ask)).await;
        let broke = |_| Err(Fault::new(FaultKind::Local, "the ledger call broke off", "look at the journal"));
        let told = told.unwrap_or_else(broke);
        desk.op(Op::Ledger(News { id, told })).await;
    });
}

fn answer(ledger: &dyn Ledger, ask: Ask) -> Result<Told, Fault> {
    let parse = |query: &str| {
        Sift::parse(query).map_err(|what| Fault::new(FaultKind::Invalid, what, "correct the query with /"))
    };
    match ask {
        Ask::Page { query, task, before } => page(ledger, &parse(&query)?, task, before),
        Ask::Charts { query } => Ok(Told::Charts(Box::new(charts(ledger, &parse(&query)?)?))),
    }
}

fn page(ledger: &dyn Ledger, sift: &Sift, task: Option<TaskRef>, before: Option<u64>) -> Result<Told, Fault> {
    let mut rows = Vec::new();
    if before.is_none() && task.is_none() {
        let open = ledger.find(&Wanted { unresolved: true, ..Wanted::default() }, UNRESOLVED)?;
        let lines = open.into_iter().map(|entry| {
            let intent = Box::new(entry.intent);
            let said = entry.outcome.map(|(at, outcome)| Said::Outcome(intent.clone(), at, outcome));
            Line { row: 0, said: said.unwrap_or(Said::Intent(intent)) }
        });
        rows.extend(lines.filter(|line| sift.holds(line)).map(|line| row(&line, true)));
    }
    // A history is read from its beginning; ids are one repository's own.
    let repo = task.as_ref().map(|task| task.repo.clone());
    let task = task.map(|task| task.id.raw().to_owned());
    let mut span = Span { before, repo, task, ..Span::default() };
    let first = rows.len();
    for _ in 0..ENOUGH / READ {
        let lines = ledger.lines(&span, READ)?;
        let all = lines.len() < READ;
        for line in lines {
            span.before = Some(line.row);
            if sift.holds(&line) {
                rows.push(row(&line, false));
            }
            if rows.len() - first >= PAGE {
                return Ok(Told::Page { rows, more: span.before });
            }
        }
        if all {
            return Ok(Told::Page { rows, more: None });
        }
    }
    Ok(Told::Page { rows, more: span.before })
}

fn row(line: &Line, unresolved: bool) -> Row {
    let repo = line.repo().clone();
    Row {
        at: line.at(),
        unresolved,
        title: words::title(line),
        tone: match words::mood(line) {
            Mood::Plain => Tone::Plain,
            Mood::Good => Tone::Good,
            Mood::Bad => Tone::Bad,
            Mood::Open => Tone::Warn,
        },
        task: line.task().map(|task| TaskRef { repo: repo.clone(), id: TaskId::new(task) }),
        repo,
        detail: words::detail(line),
    }
}

fn charts(ledger: &dyn Ledger, sift: &Sift) -> Result<Charts, Fault> {
    let mut counter = Counter::default();
    let mut span = Span { oldest_first: true, ..Span::default() };
    loop {
        let lines = ledger.lines(&span, READ)?;
        lines.iter().filter(|line| sift.holds(line)).for_each(|line| counter.take(line));
        match lines.last() {
            Some(last) if lines.len() == READ => span.after = Some(last.row),
            _ => break,
        }
    }
    let stats = counter.finish(None, None);
    Ok(Charts { days: days(&stats), table: table::text(&stats).lines().map(Safe::new).collect() })
}

/// Day by day to the newest, those without a start too.
fn days(stats: &Stats) -> Vec<Day> {
    let [_, _, _, by_day] = &stats.by;
    let known: std::collections::BTreeMap<NaiveDate, _> =
        by_day.iter().filter_map(|(name, row)| Some((name.as_ref()?.parse().ok()?, row))).collect();
    let (Some((first, _)), Some((last, _))) = (known.first_key_value(), known.last_key_value()) else {
        return Vec::new();
    };
    let first = last.checked_sub_days(Days::new(MOST_DAYS - 1)).map_or(*first, |earliest| earliest.max(*first));
    let days = first.iter_days().take_while(|day| day <= last);
    days.map(|day| {
        let name = Safe::new(day.to_string());
        known.get(&day).map_or_else(
            || Day { name: name.clone(), ..Day::default() },
            |row| Day { name: name.clone(), started: row.started, finished: row.finished, failed: row.failed },
        )
    })
    .collect()
}
