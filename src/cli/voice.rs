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
use crate::domain::look::{self, Brush};
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

/// How a result is meant; always also in a word. The theme says how that looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
    /// Not decided, or somebody's turn.
    Open,
    /// As the console has it.
    Of(look::Tone),
}

impl From<Tone> for look::Tone {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Plain,
            Tone::Good => Self::Good,
            Tone::Bad => Self::Bad,
            Tone::Open => Self::Warn,
            Tone::Of(tone) => tone,
        }
    }
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
    /// What is painted with. `None`: nothing is.
    pub brush: Option<Brush>,
}

impl Voice {
    /// `brush`: what the terminal can be painted with, as the options have it; `None`: it has no colours, or none are
    /// wished. By itself nothing is painted that goes elsewhere than to a terminal.
    pub fn of(looks: &Looks, colour: Switch, brush: Option<Brush>) -> Self {
        let form = match looks {
            Looks { json: true, .. } => Form::Json,
            Looks { quiet: true, .. } => Form::Ids,
            _ => Form::Text,
        };
        let out_is_terminal = io::stdout().is_terminal();
        Self {
            form,
            out_is_terminal,
            err_is_terminal: io::stderr().is_terminal(),
            in_is_terminal: io::stdin().is_terminal(),
            brush: brush.filter(|_| out_is_terminal || colour == Switch::On),
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

    /// Results to come, under these headings. Each is printed when it is there.
    pub fn table(self, heads: &[&'static str]) -> Table {
        Table { voice: self, heads: heads.to_vec(), rows: Vec::new(), held: None, exit: Exit::Done }
    }

    /// Rows that are there already: nobody waits for a single one, and they go out in few writes.
    pub fn list(self, heads: &[&'static str]) -> Table {
        Table { held: Some(String::new()), ..self.table(heads) }
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
    /// Lines that go out together.
    held: Option<String>,
    exit: Exit,
}

/// Bytes of lines that go out together.
const TOGETHER: usize = 1 << 15;

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

    /// What cannot be printed is told once: the next line could not be either. Of what was done each line goes to the error
    /// output then: a task that was started must not be lost for a full disk.
    fn print(&mut self, line: &str) {
        if self.exit != Exit::Done {
            if self.held.is_none() {
                output::complain(line);
            }
            return;
        }
        if let Some(held) = &mut self.held {
            held.push_str(line);
            held.push('\n');
            if held.len() >= TOGETHER {
                self.let_go();
            }
        } else {
            self.exit = self.exit.worse(output::line(line));
            if self.exit != Exit::Done {
                output::complain(line);
            }
        }
    }

    fn let_go(&mut self) {
        let Some(held) = &mut self.held else { return };
        if let Err(exit) = output::text(held) {
            self.exit = self.exit.worse(exit);
        }
        held.clear();
    }

    /// Prints what is left. What could not be printed is the exit code.
    pub fn end(mut self) -> Exit {
        self.columns();
        self.let_go();
        self.exit
    }

    /// Prints what waited for the width of its columns.
    fn columns(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return;
        }
        let heads: Vec<Cell> = self.heads.iter().map(|head| Cell::toned(head, Tone::Of(look::Tone::Dim))).collect();
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
                line.push_str(&self.voice.paint(&cell.text, cell.tone));
                if !last {
                    // What only fills the column is not painted: a reversed or underlined tone ends with its word.
                    line.push_str(&" ".repeat(width.saturating_sub(width::width(&cell.text)) + 2));
                }
            }
            self.print(&line);
        }
    }
}

impl Voice {
    /// `text` must be safe already.
    pub fn paint(self, text: &str, tone: impl Into<look::Tone>) -> String {
        self.brush.map_or_else(|| text.to_owned(), |brush| brush.tone(text, tone.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::look::{Depth, Palette};

    #[test]
    fn words_are_painted_by_the_theme_and_only_with_a_brush() {
        let bare =
            Voice { form: Form::Text, out_is_terminal: true, err_is_terminal: true, in_is_terminal: true, brush: None };
        assert_eq!(bare.paint("done", Tone::Good), "done");
        let painted = |depth| Voice { brush: Some(Brush::new(&Palette::default(), depth)), ..bare };
        assert_eq!(painted(Depth::Sixteen).paint("done", Tone::Good), "\u{1b}[32mdone\u{1b}[0m");
        assert_eq!(painted(Depth::Sixteen).paint("failed", look::Tone::BadStrong), "\u{1b}[1;91mfailed\u{1b}[0m");
    }
}
