//! Carrying it out.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use chrono::SecondsFormat;

use super::args::{About, Format, LedgerVerb};
use super::lines::{VERIFIED, Verified};
use super::{named, stats};
use crate::cli::args::Options;
use crate::cli::exit::Exit;
use crate::cli::look::shape::write;
use crate::cli::voice::{Looks, Voice};
use crate::cli::{config_verbs, output};
use crate::config::{self, Config, Paths};
use crate::domain::look::Brush;
use crate::domain::{Fault, FaultKind, Instant, RepoName};
use crate::ledger::{self, Chain, Entry, Ledger, Line, Said, Span, Wanted, export, words};
use crate::text::{Safe, Untrusted, width};

/// Lines read at once: what is held in memory, however long the ledger is.
const PAGE: usize = 1000;
/// Unresolved actions looked through for those of some repositories.
const MOST_OPEN: usize = 100_000;

/// Why nothing more is printed.
#[derive(Debug)]
pub(super) enum Stop {
    Fault(Fault),
    Output(io::Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// `brush`: what the terminal can be painted with under a configuration.
pub fn run(
    verb: &LedgerVerb,
    options: &Options,
    now: Instant,
    brush: impl Fn(&Config, &Paths) -> Option<Brush>,
) -> Result<Exit, Fault> {
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage);
        }
    };
    // Only what was typed here narrows the question; the configured repositories are what the console watches.
    let typed = options.arguments.iter().any(|argument| argument.key == "repos");
    let repos = if typed { loaded.config.repos.clone() } else { Vec::new() };
    let colour = loaded.config.ui.colour;
    let voice = Voice::of(&Looks::default(), colour, brush(&loaded.config, &paths));
    let ledger = open(&paths.ledger(&loaded.config))?;
    // What another program reads is as it was written down.
    let is_export = matches!(verb, LedgerVerb::Export { .. });
    let mut out = output::Out::new(BufWriter::new(io::stdout().lock()), is_export);
    let done =
        carry_out(&*ledger, verb, &repos, (now, voice.brush, voice.out_is_terminal), &mut out).and_then(|exit| {
            out.flush()?;
            Ok(exit)
        });
    match done {
        Ok(exit) => Ok(exit),
        // Nobody reads any more: all that was wanted is said.
        Err(Stop::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(Stop::Output(error)) => Err(Fault::new(
            FaultKind::Local,
            format!("this could not be printed: {error}"),
            "look where the output goes",
        )),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

fn open(file: &Path) -> Result<Arc<dyn Ledger>, Fault> {
    if !file.exists() {
        let what = format!("there is no ledger {} yet", file.display());
        return Err(Fault::new(
            FaultKind::NotFound,
            what,
            "it is made by the first console or the first verb that changes something; `atc config path` says where it is looked for",
        ));
    }
    Ok(ledger::open(file))
}

pub(super) fn carry_out(
    ledger: &dyn Ledger,
    verb: &LedgerVerb,
    repos: &[RepoName],
    (now, brush, is_terminal): (Instant, Option<Brush>, bool),
    out: &mut impl Write,
) -> Result<Exit, Stop> {
    let span = |about: &About| span(ledger, about, repos, now);
    match verb {
        LedgerVerb::List { about, limit, unresolved, json } => {
            list(ledger, &span(about)?, repos, (*limit, *unresolved, Form::of(*json, is_terminal)), out)?;
        }
        LedgerVerb::Show { id, json } => show(ledger, id, repos, Form::of(*json, is_terminal), out)?,
        LedgerVerb::Verify { json } => return verify(ledger, *json, out),
        LedgerVerb::Export { format, about } => {
            let span = span(about)?;
            if *format == Format::Csv {
                writeln!(out, "{}", export::csv_heading())?;
            }
            each(ledger, span, |line| {
                if !is_of(line, repos) {
                    return Ok(());
                }
                let text = if *format == Format::Csv { export::csv(line) } else { export::json(line) };
                Ok(writeln!(out, "{text}")?)
            })?;
        }
        LedgerVerb::Reconcile(_) => {
            let what = "this verb asks the service";
            return Err(Fault::new(FaultKind::Unsupported, what, "give it as it stands in the help").into());
        }
        LedgerVerb::Stats { about, json } => stats::print(ledger, about, repos, now, (*json, brush, is_terminal), out)?,
    }
    Ok(Exit::Done)
}

fn span(ledger: &dyn Ledger, about: &About, repos: &[RepoName], now: Instant) -> Result<Span, Stop> {
    Ok(Span {
        since: about.since.map(|since| since.at(now)),
        until: about.until.map(|until| until.at(now)),
        task: named::given(ledger, about.task.as_ref(), repos)?,
        ..Span::default()
    })
}

pub(super) fn is_of(line: &Line, repos: &[RepoName]) -> bool {
    repos.is_empty() || repos.contains(line.repo())
}

/// Every line of the span, oldest first, page by page.
pub(super) fn each(
    ledger: &dyn Ledger,
    span: Span,
    mut take: impl FnMut(&Line) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut span = Span { oldest_first: true, ..span };
    loop {
        let page = ledger.lines(&span, PAGE)?;
        for line in &page {
            take(line)?;
        }
        match page.last() {
            Some(last) if page.len() == PAGE => span.after = Some(last.row),
            _ => return Ok(()),
        }
    }
}

fn list(
    ledger: &dyn Ledger,
    span: &Span,
    repos: &[RepoName],
    (limit, only_unresolved, form): (usize, bool, Form),
    out: &mut impl Write,
) -> Result<(), Stop> {
    let mut left = limit;
    if form != Form::Json || only_unresolved {
        let wanted = Wanted {
            since: span.since,
            until: span.until,
            task: span.task.clone(),
            unresolved: true,
            ..Wanted::default()
        };
        let most = if repos.is_empty() { limit } else { MOST_OPEN };
        let open = ledger.find(&wanted, most)?;
        let open = open.iter().filter(|entry| repos.is_empty() || repos.contains(&entry.intent.repo));
        for entry in open.take(limit) {
            let line = Line { row: 0, said: unresolved(entry) };
            print(&line, form, true, out)?;
            left -= 1;
        }
    }
    if only_unresolved {
        return Ok(());
    }
    let mut span = span.clone();
    while left > 0 {
        let page = ledger.lines(&span, PAGE)?;
        for line in page.iter().filter(|line| is_of(line, repos)).take(left) {
            print(line, form, false, out)?;
            left -= 1;
        }
        match page.last() {
            Some(last) if page.len() == PAGE => span.before = Some(last.row),
            _ => break,
        }
    }
    Ok(())
}

fn unresolved(entry: &Entry) -> Said {
    match &entry.outcome {
        Some((at, outcome)) => Said::Outcome(Box::new(entry.intent.clone()), *at, outcome.clone()),
        None => Said::Intent(Box::new(entry.intent.clone())),
    }
}

/// How lines are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In columns, for whoever reads it.
    Columns,
    /// Between tabs and whole, for another program.
    Tabs,
    Json,
}

impl Form {
    fn of(json: bool, is_terminal: bool) -> Self {
        match (json, is_terminal) {
            (true, _) => Self::Json,
            (false, true) => Self::Columns,
            (false, false) => Self::Tabs,
        }
    }
}

fn print(line: &Line, form: Form, is_open: bool, out: &mut impl Write) -> Result<(), Stop> {
    let at = line.at().to_rfc3339_opts(SecondsFormat::Secs, true);
    let title = words::title(line);
    let title = if is_open { Safe::new(format!("{title} (unresolved)")) } else { title };
    let task = line.task().map(|task| Untrusted::from(task).show_line()).unwrap_or_default();
    let (repo, detail) = (Safe::new(line.repo().as_str()), words::detail(line));
    let row = if line.row == 0 { String::new() } else { line.row.to_string() };
    let pad = |text: &Safe, columns: usize| width::pad_right(&width::cut_end(text, columns), columns);
    let text = match form {
        Form::Json => export::json(line),
        Form::Tabs => {
            let action = line.intent().map(|intent| intent.id.to_string()).unwrap_or_default();
            [&row, &at, title.as_str(), repo.as_str(), task.as_str(), &action, detail.as_str()].join("\t")
        }
        Form::Columns => {
            let text = format!("{row:>7}  {at}  {}  {}  {}  {detail}", pad(&title, 28), pad(&repo, 28), pad(&task, 36));
            text.trim_end().to_owned()
        }
    };
    Ok(writeln!(out, "{text}")?)
}

/// By an action's id: of that action. By whatever names a task: of the task.
fn show(ledger: &dyn Ledger, word: &str, repos: &[RepoName], form: Form, out: &mut impl Write) -> Result<(), Stop> {
    let task = match named::task(ledger, word, repos) {
        Ok(task) => task,
        Err(nothing) => return show_action(ledger, word, form, out)?.then_some(()).ok_or(nothing),
    };
    each(ledger, Span { task: Some(task), ..Span::default() }, |line| print(line, form, false, out))
}

/// `false`: there is no such action.
fn show_action(ledger: &dyn Ledger, word: &str, form: Form, out: &mut impl Write) -> Result<bool, Stop> {
    let Ok(action) = word.parse::<uuid::Uuid>() else { return Ok(false) };
    let mut found = false;
    each(ledger, Span::default(), |line| {
        if line.intent().is_some_and(|intent| intent.id == action) {
            found = true;
            print(line, form, false, out)?;
        }
        Ok(())
    })?;
    Ok(found)
}

fn verify(ledger: &dyn Ledger, json: bool, out: &mut impl Write) -> Result<Exit, Stop> {
    let chain = ledger.verify()?;
    let starts = match &chain {
        Chain::Intact { .. } => Some(ledger.number(&Wanted { starting: true, ..Wanted::default() })?),
        Chain::Broken { .. } => None,
    };
    let (exit, text) = match &chain {
        Chain::Intact { rows, head } => {
            let (head, starts) = (export::hex(*head), starts.unwrap_or_default());
            (Exit::Done, format!("intact: {rows} rows, {starts} starts among them\nlast hash: {head}"))
        }
        Chain::Broken { row, why } => (Exit::Failed, format!("broken at row {row}: {why}")),
    };
    if json {
        writeln!(out, "{}", export::ascii(&write(VERIFIED, &Verified { chain, starts }).to_string()))?;
    } else {
        writeln!(out, "{text}")?;
    }
    if exit != Exit::Done {
        output::complain("atc: the ledger is not whole: keep a copy of the file, and trust nothing from that row on");
    }
    Ok(exit)
}
