//! The help's lines: keys by context, commands, signs.

use super::Model;
use super::keys::Intent;
use super::state::condition::look;
use super::update::command::COMMANDS;
use crate::domain::Condition;
use crate::domain::State;
use crate::keys::docs;
use crate::text::{Safe, width};

/// Columns of the keys and the blanks behind them.
pub const KEYS: u16 = 22;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Heading(Safe),
    Row(Safe, Safe),
    Blank,
}

pub fn lines(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in docs::groups(&model.settings.keymap, model.settings.read_only) {
        heading(&mut lines, group.context.title());
        for (keys, what) in &group.rows {
            keys_of(&mut lines, keys, what);
        }
        let note = group.context.note(&model.key(group.context, Intent::Open));
        lines.extend(note.map(|note| row("", &note)));
    }
    heading(&mut lines, "Commands, after :");
    for command in COMMANDS.iter().filter(|c| !(model.settings.read_only && c.writes())) {
        if command.usage.len() < usize::from(KEYS) {
            lines.push(row(command.usage, command.help));
        } else {
            lines.push(row(command.name, &format!("{} — {}", command.help, command.usage)));
        }
    }
    heading(&mut lines, "Signs");
    let ours = [Condition::Cancelling, Condition::Orphaned];
    for condition in State::KNOWN.iter().map(Condition::State).chain(ours) {
        lines.push(row(&format!("{} {}", look(&condition).0, condition.word()), meaning(&condition)));
    }
    lines.push(row("▲", "stuck: it should move and does not; the detail says why"));
    lines.push(row("≠", "task, session, run and pull request disagree"));
    lines.push(row("•", "before the sign: marked; behind the word: changed since you last looked at it"));
    lines
}

/// As many keys as there is room for beside their meaning, the others below.
fn keys_of(lines: &mut Vec<Line>, keys: &[String], what: &str) {
    // Keys that have a blank inside need more than one between them.
    let between = if keys.iter().any(|key| key.contains(' ')) { ", " } else { " " };
    let mut rows: Vec<String> = Vec::new();
    for key in keys {
        match rows.last_mut() {
            Some(last) if width::width(last) + between.len() + width::width(key) < usize::from(KEYS) => {
                last.push_str(between);
                last.push_str(key);
            }
            _ => rows.push(key.clone()),
        }
    }
    let whats = std::iter::once(what).chain(std::iter::repeat(""));
    lines.extend(rows.iter().zip(whats).map(|(keys, what)| row(keys, what)));
}

fn meaning(condition: &Condition<'_>) -> &'static str {
    match condition {
        Condition::State(State::Queued) => "waits for a runner",
        Condition::State(State::InProgress) => "the agent works",
        Condition::State(State::WaitingForUser) => "the agent waits for your answer",
        Condition::State(State::Idle) => "nothing to do, may go on",
        Condition::State(State::Completed) => "ended, ready for review",
        Condition::State(State::Failed) => "ended with an error",
        Condition::State(State::TimedOut) => "stopped at the time limit",
        Condition::State(State::Cancelled) => "stopped by somebody",
        Condition::State(State::Unknown(_)) => "the service's own word",
        Condition::Cancelling => "a cancel was requested and is not proved yet",
        Condition::Orphaned => "its run is gone, the task still says it works",
    }
}

fn heading(lines: &mut Vec<Line>, text: &str) {
    if !lines.is_empty() {
        lines.push(Line::Blank);
    }
    lines.push(Line::Heading(Safe::new(text)));
}

fn row(keys: &str, what: &str) -> Line {
    Line::Row(Safe::new(keys), Safe::new(what))
}
