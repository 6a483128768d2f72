//! The help's lines: what the screen is for, its keys and where they lead, then all keys, commands and signs.

use super::Model;
use super::keys::{Context, Intent};
use super::state::condition::look;
use super::state::tone::wrap;
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
    /// Keys, and what they do.
    Row(Safe, Safe),
    Text(Safe),
    Blank,
}

/// First the screen the help was opened on, and where it leads; then everything else.
pub fn lines(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    let here = model.screen();
    let groups = docs::groups(&model.settings.keymap, model.settings.read_only);
    let is_here = |group: &&docs::Group| group.context == here;
    about(&mut lines, model, here);
    for group in groups.iter().filter(is_here) {
        keys(&mut lines, model, group);
    }
    next(&mut lines, model, here);
    for group in groups.iter().filter(|group| !is_here(group)) {
        heading(&mut lines, group.context.title());
        keys(&mut lines, model, group);
    }
    commands(&mut lines, model);
    signs(&mut lines);
    lines
}

/// What the screen is for.
fn about(lines: &mut Vec<Line>, model: &Model, here: Context) {
    heading(lines, here.title());
    let columns = usize::from(model.place.size.width.saturating_sub(3)).min(110);
    lines.extend(wrap(&Safe::new(here.about()), columns).into_iter().map(Line::Text));
    lines.push(Line::Blank);
}

fn keys(lines: &mut Vec<Line>, model: &Model, group: &docs::Group) {
    for (keys, what) in &group.rows {
        keys_of(lines, keys, what);
    }
    let note = group.context.note(&model.key(group.context, Intent::Open));
    lines.extend(note.map(|note| row("", &note)));
}

fn next(lines: &mut Vec<Line>, model: &Model, here: Context) {
    let keymap = &model.settings.keymap;
    let wanted = here.leads_to().iter().filter(|intent| !(model.settings.read_only && intent.writes()));
    let rows: Vec<Line> =
        wanted.filter_map(|intent| keymap.row_of(here, *intent)).map(|r| row(&r.keys.to_string(), r.help)).collect();
    if !rows.is_empty() {
        heading(lines, "Where to go next");
        lines.extend(rows);
    }
}

fn commands(lines: &mut Vec<Line>, model: &Model) {
    heading(lines, "Commands, after :");
    for command in COMMANDS.iter().filter(|c| !(model.settings.read_only && c.writes())) {
        let usage = command.usage();
        if usage.len() < usize::from(KEYS) {
            lines.push(row(&usage, command.help));
        } else {
            lines.push(row(command.name, &format!("{} — {usage}", command.help)));
        }
    }
    for (name, words) in &model.settings.aliases {
        lines.push(row(name, &format!("stands for :{words}")));
    }
}

fn signs(lines: &mut Vec<Line>) {
    heading(lines, "Signs");
    let ours = [Condition::Cancelling, Condition::Orphaned];
    for condition in State::KNOWN.iter().map(Condition::State).chain(ours) {
        lines.push(row(&format!("{} {}", look(&condition).0, condition.word()), meaning(&condition)));
    }
    lines.push(row("▲", "stuck: it should move and does not; the detail says why"));
    lines.push(row("≠", "task, session, run and pull request disagree"));
    lines.push(row("↻", "an automation started it; the detail says which"));
    lines.push(row("•", "before the sign: marked; behind the word: changed since you last looked at it"));
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
