//! A transcript as a file: plain text, markdown, or the records as they came.
//!
//! Text and markdown hold nothing that acts on a terminal: what would is spelled or counted as on the screen. Raw is raw.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::ControlFlow;

use super::decode::Format;
use super::diff::{Diff, Mark};
use super::entry::{EditVerb, Entry, Kind};
use super::source::{self, Bytes};
use super::window::{self, Plan, Spot};
use crate::text::{Safe, Untrusted};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Markdown,
    /// The records as they came.
    Raw,
}

impl Shape {
    pub const WORDS: [(&'static str, Self); 3] =
        [("text", Self::Text), ("markdown", Self::Markdown), ("raw", Self::Raw)];

    /// What a file of this name should hold: markdown for `.md`, else text.
    pub fn of_name(name: &str) -> Self {
        let is_markdown = [".md", ".markdown"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        if is_markdown { Self::Markdown } else { Self::Text }
    }
}

/// Entries as text or markdown.
pub fn entries(entries: &[Entry], markdown: bool) -> String {
    let mut out = String::new();
    for entry in entries {
        add(&mut out, entry, markdown);
    }
    out
}

/// A whole log of `len` bytes, however large, with a window of it in memory. `stop`: it is not wanted any more.
pub fn log(
    bytes: &(impl Bytes + ?Sized),
    (format, len): (Format, u64),
    shape: Shape,
    to: &mut impl Write,
    stop: impl Fn() -> bool,
) -> io::Result<()> {
    if shape == Shape::Raw {
        let written = source::runs(bytes, 0, len, |run| {
            if stop() {
                return ControlFlow::Break(Err(interrupted()));
            }
            let copied = if run.is_head { copy(bytes, run.offset, run.end, to) } else { to.write_all(run.bytes) };
            copied.map_or_else(|error| ControlFlow::Break(Err(error)), ControlFlow::Continue)
        })?;
        return written.unwrap_or(Ok(()));
    }
    let mut at = 0;
    while at < len {
        if stop() {
            return Err(interrupted());
        }
        let plan = Plan { lines: 0, ..Plan::new(Spot::Bytes(at, at), 0) };
        let window = window::read(bytes, format, len, plan)?;
        let all = window.transcript.entries();
        let new = all.partition_point(|entry| entry.id < at);
        to.write_all(entries(all.get(new..).unwrap_or_default(), shape == Shape::Markdown).as_bytes())?;
        // Behind the end of what was read there is nothing any more: the file shrank.
        if window.frame.range.end <= at {
            break;
        }
        at = window.frame.range.end;
    }
    Ok(())
}

fn interrupted() -> io::Error {
    io::Error::new(io::ErrorKind::Interrupted, "not wanted any more")
}

fn copy(bytes: &(impl Bytes + ?Sized), start: u64, end: u64, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut at = start;
    while at < end {
        let most = buffer.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
        let read = bytes.read_at(at, buffer.get_mut(..most).unwrap_or_default())?;
        if read == 0 {
            break;
        }
        to.write_all(buffer.get(..read).unwrap_or_default())?;
        at += read as u64;
    }
    Ok(())
}

fn add(out: &mut String, entry: &Entry, markdown: bool) {
    if let Kind::Line(text) = &entry.kind {
        // A line of a job log is a line of text; its colours stay behind.
        let when = entry.at.map(|at| at.format("%Y-%m-%dT%H:%M:%SZ ").to_string()).unwrap_or_default();
        for line in text.show_log() {
            let _ = writeln!(
                out,
                "{when}{}{}",
                line.runs.iter().map(|(_, text)| text.as_str()).collect::<String>(),
                line.marker()
            );
        }
        return;
    }
    let when = entry.at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string());
    let (word, what) = heading(entry);
    let mark = if markdown { "### " } else { "── " };
    let when = when.map(|when| format!("{when}  ")).unwrap_or_default();
    let _ = writeln!(out, "{mark}{}", format!("{when}{word} {what}").trim_end());
    for (kind, text) in bodies(entry) {
        body(out, text, kind, markdown);
    }
    if let Kind::Edit(edit) = &entry.kind
        && !edit.diff.is_empty()
    {
        diff(out, &edit.diff, markdown);
    }
    out.push('\n');
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    /// Markdown of the agent's own.
    Words,
    /// Anything else: its line breaks and spaces mean something.
    Block,
}

fn heading(entry: &Entry) -> (String, Safe) {
    let word = match &entry.kind {
        Kind::Text(_) => "agent",
        Kind::User(_) => "user",
        Kind::Reasoning(_) => "reasoning",
        Kind::Setup { name, .. } => return ("setup".to_owned(), name.show_line()),
        Kind::Command(command) => {
            let exit = command.exit.map(|code| format!(" (exit {code})")).unwrap_or_default();
            return (
                format!("command{exit}"),
                command.description.as_ref().map(Untrusted::show_line).unwrap_or_default(),
            );
        }
        Kind::View { path, .. } => return ("view".to_owned(), path.show_line()),
        Kind::Edit(edit) => {
            let verb = match edit.verb {
                EditVerb::Create => "create",
                EditVerb::Edit => "edit",
                EditVerb::Patch => "patch",
            };
            let counts = format!("{} +{} -{}", edit.path.show_line(), edit.diff.added, edit.diff.removed);
            return (verb.to_owned(), Safe::new(counts));
        }
        Kind::Search { query, .. } => return ("search".to_owned(), query.show_line()),
        Kind::Progress { title, .. } => return ("progress".to_owned(), title.show_line()),
        Kind::Tool { name, title: "", .. } => return ("call".to_owned(), name.show_line()),
        Kind::Tool { title, .. } => title,
        Kind::Error(_) => "error",
        Kind::PullSummary { title, .. } => return ("pull request".to_owned(), title.show_line()),
        Kind::Line(_) => "",
        Kind::Broken(_) => "unreadable record",
    };
    (word.to_owned(), Safe::default())
}

fn bodies(entry: &Entry) -> Vec<(Body, &Untrusted)> {
    let block = |text| (Body::Block, text);
    match &entry.kind {
        Kind::Text(text) | Kind::Reasoning(text) | Kind::User(text) => vec![(Body::Words, text)],
        Kind::Error(text) | Kind::Broken(text) | Kind::Line(text) => vec![block(text)],
        Kind::Command(command) => std::iter::once(&command.command).chain(&command.output).map(block).collect(),
        Kind::Setup { output, .. } | Kind::View { output, .. } | Kind::Search { output, .. } => {
            output.iter().map(block).collect()
        }
        Kind::Edit(edit) => edit.said.iter().map(block).collect(),
        Kind::Progress { body, output, .. } => {
            std::iter::once((Body::Words, body)).chain(output.iter().map(block)).collect()
        }
        Kind::Tool { input, output, .. } => std::iter::once(input).chain(output).map(block).collect(),
        Kind::PullSummary { body, .. } => vec![(Body::Words, body)],
    }
}

fn body(out: &mut String, text: &Untrusted, kind: Body, markdown: bool) {
    if text.raw_for_match().trim().is_empty() {
        return;
    }
    let lines = text.show_block();
    match (markdown, kind) {
        (true, Body::Words) => out.push('\n'),
        (true, Body::Block) => {
            let fence = fence(&lines);
            let _ = writeln!(out, "\n{fence}");
            for line in &lines {
                let _ = writeln!(out, "{line}");
            }
            let _ = writeln!(out, "{fence}");
            return;
        }
        (false, _) => {}
    }
    for line in &lines {
        let _ = writeln!(out, "{line}");
    }
}

/// Longer than any fence in the text: nothing in it ends the block.
fn fence(lines: &[Safe]) -> String {
    let longest = lines.iter().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

fn diff(out: &mut String, diff: &Diff, markdown: bool) {
    let shown: Vec<Safe> = diff
        .lines()
        .map(|(mark, line)| {
            let sign = match mark {
                Mark::Hunk => "",
                Mark::Context => " ",
                Mark::Added => "+",
                Mark::Removed => "-",
            };
            Safe::new(format!("{sign}{}", line.show_line()))
        })
        .collect();
    let fence = fence(&shown);
    if markdown {
        let _ = writeln!(out, "\n{fence}diff");
    }
    for line in &shown {
        let _ = writeln!(out, "{line}");
    }
    if markdown {
        let _ = writeln!(out, "{fence}");
    }
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
