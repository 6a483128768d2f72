//! How a verb without a screen speaks, the same for all of them.
//!
//! ```text
//!                 a terminal                     anything else
//! results         aligned, with a heading        tab-separated, as each is known   ┐ the standard
//!   --json        one JSON object a line         the same, never with colour       ├ output
//!   --quiet       ids alone, one a line          the same                          ┘
//! progress        on the error output            nothing
//! what went wrong on the error output, always
//! ```
//!
//! Nobody is asked anything without a terminal: there the question is refused and the flag that answers it is named.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Args;
use serde_json::Value;

use super::exit::Exit;
use super::output;
use crate::config::Switch;
use crate::domain::{Fault, FaultKind};
use crate::ledger::export::ascii;
use crate::text::{Safe, width};

/// What every verb can be told of its output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Looks {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Only ids, one a line
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Json,
    Ids,
}

/// How a result is meant; always also in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
    Open,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub text: Safe,
    pub tone: Tone,
}

impl Cell {
    pub fn new(text: impl AsRef<str>) -> Self {
        Self { text: Safe::new(text), tone: Tone::Plain }
    }

    pub fn toned(text: impl AsRef<str>, tone: Tone) -> Self {
        Self { text: Safe::new(text), tone }
    }
}

/// One result, in every form it may be asked for in.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub json: Value,
    /// What `--quiet` prints; nothing where there is no id.
    pub id: Option<Safe>,
    pub cells: Vec<Cell>,
}

/// Where the words go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    pub form: Form,
    pub out_is_terminal: bool,
    pub err_is_terminal: bool,
    pub in_is_terminal: bool,
    pub colour: bool,
}

impl Voice {
    pub fn of(looks: &Looks, colour: Switch) -> Self {
        let form = match looks {
            Looks { json: true, .. } => Form::Json,
            Looks { quiet: true, .. } => Form::Ids,
            _ => Form::Text,
        };
        let out_is_terminal = io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let colour = match colour {
            Switch::On => true,
            Switch::Off => false,
            Switch::Auto => out_is_terminal && !plain && !dumb,
        };
        Self {
            form,
            out_is_terminal,
            err_is_terminal: io::stderr().is_terminal(),
            in_is_terminal: io::stdin().is_terminal(),
            colour,
        }
    }

    /// How far it is. Only for somebody who looks on.
    pub fn progress(&self, text: &str) {
        if self.err_is_terminal && self.form != Form::Ids {
            output::complain(text);
        }
    }

    /// Somebody is there to answer a question.
    pub fn can_ask(&self) -> bool {
        self.in_is_terminal && self.err_is_terminal
    }

    /// Asks on the error output. Only a clear yes is one: an empty line and the end of the input are no.
    pub async fn yes(&self, question: &str) -> bool {
        let answer = self.answer(&format!("{question} [y/N]")).await.unwrap_or_default();
        ["y", "yes"].contains(&answer.to_ascii_lowercase().as_str())
    }

    /// One line of an answer; `None`: nobody is there, or the input has ended.
    pub async fn answer(&self, question: &str) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        let question = Safe::new(question);
        let read = tokio::task::spawn_blocking(move || {
            let mut err = io::stderr().lock();
            write!(err, "{question} ").and_then(|()| err.flush()).ok()?;
            drop(err);
            let mut line = String::new();
            let read = io::stdin().lock().read_line(&mut line).ok()?;
            (read > 0).then(|| line.trim().to_owned())
        });
        read.await.ok().flatten()
    }

    /// Results to come, under these headings.
    pub fn table(self, heads: &[&'static str]) -> Table {
        Table { voice: self, heads: heads.to_vec(), rows: Vec::new(), exit: Exit::Done }
    }
}

/// That nobody can be asked: what is missing, and the flag that says it.
pub fn unasked(what: impl AsRef<str>, flag: &str) -> Fault {
    Fault::new(FaultKind::Refused, what, format!("nothing was sent; give {flag} if that is wanted"))
}

/// Prints results as they come, or, where columns are to be aligned, all of them at the end.
#[derive(Debug)]
pub struct Table {
    voice: Voice,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    exit: Exit,
}

impl Table {
    pub fn row(&mut self, row: Row) {
        let voice = self.voice;
        match voice.form {
            Form::Json => self.print(&ascii(&row.json.to_string())),
            Form::Ids => {
                if let Some(id) = &row.id {
                    self.print(id);
                }
            }
            Form::Text if voice.out_is_terminal => self.rows.push(row),
            Form::Text => {
                let cells: Vec<String> = row.cells.iter().map(|cell| voice.paint(&cell.text, cell.tone)).collect();
                self.print(&cells.join("\t"));
            }
        }
    }

    fn print(&mut self, line: &str) {
        let said = output::line(line);
        self.exit = self.exit.worse(said);
    }

    /// Prints what is left. What could not be printed is the exit code.
    pub fn end(mut self) -> Exit {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return self.exit;
        }
        let heads: Vec<Cell> = self.heads.iter().map(Cell::new).collect();
        let all: Vec<&[Cell]> =
            std::iter::once(heads.as_slice()).chain(rows.iter().map(|row| row.cells.as_slice())).collect();
        let columns = all.iter().map(|cells| cells.len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| all.iter().filter_map(|cells| cells.get(column)).map(|c| width::width(&c.text)).max())
            .map(Option::unwrap_or_default)
            .collect();
        for cells in all {
            let mut line = String::new();
            for (place, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                let last = place + 1 == cells.len();
                let text = if last { cell.text.to_string() } else { width::pad_right(&cell.text, *width) };
                line.push_str(&self.voice.paint(&text, cell.tone));
                if !last {
                    line.push_str("  ");
                }
            }
            self.print(&line);
        }
        self.exit
    }
}

impl Voice {
    /// `text` must be safe already.
    fn paint(self, text: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Bad => 31,
            Tone::Open => 33,
            Tone::Plain => return text.to_owned(),
        };
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
