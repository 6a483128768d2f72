//! The help's lines: what the screen is for, its keys and where they lead, then all keys, commands and signs.

use super::Model;
use super::keys::{Context, Intent};
use super::state::compose::EDITING;
use super::state::condition::look;
use super::state::tone::wrap;
use super::update::command::COMMANDS;
use crate::domain::Condition;
use crate::domain::State;
use crate::keys::docs;
use crate::text::{Safe, width};

/// Columns of the keys and the blanks behind them, on a screen so wide.
pub fn keys_columns(screen: u16) -> u16 {
    if screen < 60 { 14 } else { 22 }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Heading(Safe),
    /// Keys, and what they do; without keys it goes on from the line above.
    Row(Safe, Safe),
    Text(Safe),
    Blank,
}

/// First the screen the help was opened on, and where it leads; then everything else. Nothing of it is cut: what has no
/// room beside its keys goes on below.
pub fn lines(model: &Model) -> Vec<Line> {
    let screen = model.place.size.width;
    let keys = usize::from(keys_columns(screen));
    let mut page = Page { lines: Vec::new(), keys, columns: usize::from(screen).saturating_sub(keys + 3).max(1) };
    let here = model.screen();
    let groups = docs::groups(&model.settings.keymap, model.settings.read_only);
    let is_here = |group: &&docs::Group| group.context == here;
    page.about(model, here);
    for group in groups.iter().filter(is_here) {
        page.group(model, group);
    }
    if here.takes_text() {
        page.heading("While you type");
        for (keys, what) in EDITING {
            page.row(keys, what);
        }
    }
    page.next(model, here);
    for group in groups.iter().filter(|group| !is_here(group)) {
        let elsewhere = group.context == Context::Global && here.takes_text();
        page.heading(if elsewhere { "Everywhere no text is typed" } else { group.context.title() });
        page.group(model, group);
    }
    page.commands(model);
    page.signs();
    page.lines
}

/// The lines so far, and the columns there are for keys and for what they do.
struct Page {
    lines: Vec<Line>,
    keys: usize,
    columns: usize,
}

impl Page {
    /// What the screen is for.
    fn about(&mut self, model: &Model, here: Context) {
        self.heading(here.title());
        let columns = usize::from(model.place.size.width.saturating_sub(3)).min(110);
        self.lines.extend(wrap(&Safe::new(here.about()), columns).into_iter().map(Line::Text));
        self.lines.push(Line::Blank);
    }

    fn group(&mut self, model: &Model, group: &docs::Group) {
        for (keys, what) in &group.rows {
            self.keys(keys, what);
        }
        if let Some(note) = group.context.note(&model.key(group.context, Intent::Open)) {
            self.row("", &note);
        }
    }

    fn next(&mut self, model: &Model, here: Context) {
        let keymap = &model.settings.keymap;
        let wanted = here.leads_to().iter().filter(|intent| !(model.settings.read_only && intent.writes()));
        let rows: Vec<_> = wanted.filter_map(|intent| keymap.row_of(here, *intent)).collect();
        if rows.is_empty() {
            return;
        }
        self.heading("Where to go next");
        for row in rows {
            self.row(&row.keys.to_string(), row.help);
        }
    }

    fn commands(&mut self, model: &Model) {
        self.heading("Commands, after :");
        for command in COMMANDS.iter().filter(|c| !(model.settings.read_only && c.writes())) {
            let usage = command.usage();
            if usage.len() < self.keys {
                self.row(&usage, command.help);
            } else {
                self.row(command.name, &format!("{} — {usage}", command.help));
            }
        }
        for (name, words) in &model.settings.aliases {
            self.row(name, &format!("stands for :{words}"));
        }
    }

    fn signs(&mut self) {
        self.heading("Signs");
        let ours = [Condition::Cancelling, Condition::Orphaned];
        for condition in State::KNOWN.iter().map(Condition::State).chain(ours) {
            self.row(&format!("{} {}", look(&condition).0, condition.word()), meaning(&condition));
        }
        self.row("▲", "stuck: it should move and does not; the detail says why");
        self.row("≠", "task, session, run and pull request disagree");
        self.row("∴", "its log was found to say why, or what to look at; the log begins with it");
        self.row("↻", "an automation started it; the detail says which");
        self.row("•", "before the sign: marked; behind the word: changed since you last looked at it");
    }

    /// As many keys as there is room for beside their meaning, the others below.
    fn keys(&mut self, keys: &[String], what: &str) {
        // Keys that have a blank inside need more than one between them.
        let between = if keys.iter().any(|key| key.contains(' ')) { ", " } else { " " };
        let mut rows: Vec<String> = Vec::new();
        for key in keys {
            match rows.last_mut() {
                Some(last) if width::width(last) + between.len() + width::width(key) < self.keys => {
                    last.push_str(between);
                    last.push_str(key);
                }
                _ => rows.push(key.clone()),
            }
        }
        self.beside(&rows, what);
    }

    fn row(&mut self, keys: &str, what: &str) {
        self.beside(&[keys.to_owned()], what);
    }

    /// The keys line by line, and beside them what they do in as many lines as it takes.
    fn beside(&mut self, keys: &[String], what: &str) {
        let what = wrap(&Safe::new(what), self.columns);
        for n in 0..keys.len().max(what.len()) {
            let keys = keys.get(n).map_or_else(|| Safe::new(""), Safe::new);
            self.lines.push(Line::Row(keys, what.get(n).cloned().unwrap_or_else(|| Safe::new(""))));
        }
    }

    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::Blank);
        }
        self.lines.push(Line::Heading(Safe::new(text)));
    }
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
