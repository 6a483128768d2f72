//! The one table of commands: names, what may follow each, what it does. Completion, help, palette, the README and what
//! is said of a wrong command come from it. A command that is not here does not exist.

use std::fmt::Write;

use super::acts;
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::update::{automations, compose, doctor, found, inbox, ledger, theme, tour, wall};

/// A command: its name, what may follow it, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub name: &'static str,
    pub params: &'static [Param],
    pub help: &'static str,
    pub(super) run: Run,
}

/// Something that may follow a name, or must.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// What stands for it where the command is explained.
    pub label: &'static str,
    pub kind: Kind,
    pub optional: bool,
}

/// What an argument is: what it can be completed with follows from this, and never from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Word(&'static [&'static str]),
    Repo,
    Task,
    Pull,
    Template,
    View,
    Column,
    Group,
    Theme,
    /// Conditions as after `/`: states, repositories, people, agents, branches.
    Query,
    /// The same of automations.
    Automations,
    /// Anything: a name, a file, a number.
    Text,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    Intent(Intent),
    With(With),
    /// The same of one that may lead to a request that changes something.
    Writing(With),
}

pub(super) type With = fn(&mut Model, &[&str], &mut Vec<Effect>) -> Result<(), String>;

const fn plain(name: &'static str, intent: Intent, help: &'static str) -> Command {
    Command { name, params: &[], help, run: Run::Intent(intent) }
}

const fn with(name: &'static str, params: &'static [Param], run: With, help: &'static str) -> Command {
    Command { name, params, help, run: Run::With(run) }
}

const fn writing(name: &'static str, params: &'static [Param], run: With, help: &'static str) -> Command {
    Command { name, params, help, run: Run::Writing(run) }
}

const fn must(label: &'static str, kind: Kind) -> Param {
    Param { label, kind, optional: false }
}

const fn may(label: &'static str, kind: Kind) -> Param {
    Param { label, kind, optional: true }
}

const fn word(words: &'static [&'static str]) -> Param {
    must("", Kind::Word(words))
}

const fn maybe(words: &'static [&'static str]) -> Param {
    may("", Kind::Word(words))
}

pub const COMMANDS: &[Command] = &[
    plain("quit", Intent::Quit, "leave"),
    with(
        "repo",
        &[word(&["add", "remove", "only"]), must("owner/name", Kind::Repo)],
        acts::repo,
        "change which repositories are watched",
    ),
    with(
        "view",
        &[maybe(&["save", "drop"]), must("NAME", Kind::View)],
        acts::view,
        "show a view, keep the query as one, or drop one",
    ),
    with("task", &[must("TITLE|ID", Kind::Task)], acts::task, "go to a task, wherever it is listed"),
    with("pull", &[must("[owner/name]#N", Kind::Pull)], acts::pull, "go to the page of a pull request"),
    plain("queue", Intent::Queue, "go to the queue"),
    plain("log", Intent::Log, "go to the log"),
    plain("reviews", Intent::Reviews, "go to the reviews"),
    plain("compose", Intent::Compose, "write a new task"),
    writing("new", &[may("TEMPLATE", Kind::Template)], acts::new, "write a new task, with a template or without"),
    plain("plan", Intent::Plan, "the rows of a prompt for several repositories, and how far they are"),
    with(
        "here",
        &[maybe(&["head"])],
        acts::here,
        "write a task for the checkout atc was started in; head: go on on its branch",
    ),
    writing(
        "issue",
        &[may("REPO|#412", Kind::Repo)],
        compose::issue_command,
        "start from an issue: choose one, or name it",
    ),
    with("filter", &[may("QUERY", Kind::Query)], acts::filter, "show the rows a query holds for; nothing: show all"),
    with("sort", &[must("COLUMN", Kind::Column), maybe(&["reverse"])], acts::sort, "order the queue"),
    with(
        "group",
        &[must("repo|state|creator|agent|day|none|next|previous", Kind::Group)],
        acts::group,
        "put rows that share something together, or go to the next group",
    ),
    with("mark", &[word(&["all", "none", "range"])], acts::mark, "choose tasks for one action together"),
    plain("refresh", Intent::Refresh, "ask every source now"),
    with("budget", &[], acts::budget, "what watching costs: requests, the limit, and how much slower it goes"),
    plain("open", Intent::Open, "open in the browser"),
    plain("copy", Intent::Copy, "copy the address"),
    plain("branch", Intent::CopyBranch, "copy the branch name"),
    plain("detail", Intent::Detail, "everything about the selected task"),
    plain("cancel", Intent::Cancel, "cancel the running session (asks)"),
    plain("cancels", Intent::Cancels, "the cancels, and what became of each"),
    plain("retry", Intent::Retry, "compose with the same prompt"),
    plain("follow-up", Intent::FollowUp, "a comment to the agent, or a new task on the same branch"),
    plain("palette", Intent::Palette, "go to anything by some of its letters"),
    plain("back", Intent::GoBack, "back to the place you were at before"),
    plain("forward", Intent::GoForward, "forward again to where you came back from"),
    plain("zoom", Intent::Zoom, "give the pane the whole screen, or take it back"),
    with(
        "layout",
        &[word(&["columns", "rows", "reset"])],
        acts::layout,
        "panes side by side or stacked; reset: sizes, zoom and order as at first",
    ),
    plain("help", Intent::Help, "this screen, all keys and commands"),
    with("tour", &[], tour::open, "a walk round this screen in a minute"),
    with("history", &[word(&["clear"])], acts::history, "forget every line that was typed here, on disk as well"),
    with(
        "line",
        &[must("NUMBER|PERCENT%", Kind::Text)],
        acts::to_line,
        "go to a line of a large file; the number alone will do",
    ),
    with("grep", &[must("TEXT|/REGEX", Kind::Text)], found::open, "look through all logs kept here"),
    plain("inbox", Intent::Inbox, "what waits for you"),
    with(
        "automations",
        &[may("QUERY", Kind::Automations)],
        automations::pane::command,
        "what starts tasks by itself; with a query only those it holds for",
    ),
    writing(
        "automation",
        &[word(&["run", "on", "off", "edit", "new", "delete"])],
        acts::automation,
        "run the automation under the cursor, switch it, change it, delete it (asks), or write a new one",
    ),
    with("calendar", &[maybe(&["day", "week"])], automations::calendar::command, "the coming runs of all automations"),
    with("notify", &[word(&["test"])], inbox::notify, "send one of each notification, and say what came of it"),
    with("ledger", &[may("QUERY", Kind::Text)], ledger::command, "what was done from here, and what became of it"),
    with("doctor", &[], doctor::command, "what this token can do here, what not, and why"),
    with("wall", &[maybe(&["all"])], wall::open, "the last lines of everything that runs in this view, or in any"),
    with(
        "save",
        &[must("FILE", Kind::Text), maybe(&["text", "markdown", "raw"])],
        acts::save,
        "write the log to a new file",
    ),
    with("theme", &[may("NAME", Kind::Theme)], theme::command, "paint with another theme; nothing: say which it is"),
    with("mouse", &[word(&["on", "off"])], acts::mouse, "take the mouse, or leave it to the terminal"),
];

impl Command {
    /// It may lead to a request that changes something.
    pub fn writes(&self) -> bool {
        match self.run {
            Run::Intent(intent) => intent.writes(),
            Run::Writing(_) => true,
            Run::With(_) => false,
        }
    }

    /// What it does by a key as well.
    pub fn intent(&self) -> Option<Intent> {
        match self.run {
            Run::Intent(intent) => Some(intent),
            Run::With(_) | Run::Writing(_) => None,
        }
    }

    /// Nothing is done by the name alone.
    pub fn wants_more(&self) -> bool {
        self.params.iter().any(|param| !param.optional)
    }

    /// As it is written: `view [save|drop] NAME`.
    pub fn usage(&self) -> String {
        let mut out = self.name.to_owned();
        for param in self.params {
            let label = match param.kind {
                Kind::Word(words) => words.join("|"),
                _ => param.label.to_owned(),
            };
            let _ = if param.optional { write!(out, " [{label}]") } else { write!(out, " {label}") };
        }
        out
    }

    /// What the next word may be, behind these.
    pub fn next(&self, given: &[&str]) -> Vec<Kind> {
        let mut reached = vec![0];
        for word in given {
            let mut behind = Vec::new();
            for from in reached {
                for (at, param) in self.params.iter().enumerate().skip(from) {
                    let takes = match param.kind {
                        Kind::Word(words) => words.contains(word),
                        _ => true,
                    };
                    if takes && !behind.contains(&(at + 1)) {
                        behind.push(at + 1);
                    }
                    if !param.optional || (takes && matches!(param.kind, Kind::Word(_))) {
                        break;
                    }
                }
            }
            reached = behind;
        }
        let mut kinds = Vec::new();
        for from in reached {
            for param in self.params.iter().skip(from) {
                if !kinds.contains(&param.kind) {
                    kinds.push(param.kind);
                }
                if !param.optional {
                    break;
                }
            }
        }
        kinds
    }

    /// Its last argument goes to the end of the line, blanks and all.
    pub fn takes_rest(&self, given: usize) -> bool {
        let last = self.params.len().checked_sub(1);
        last.is_some_and(|last| {
            let rest = |param: &Param| matches!(param.kind, Kind::Query | Kind::Automations | Kind::Task);
            given >= last && self.params.last().is_some_and(rest)
        })
    }
}

/// The README's table of commands.
pub fn markdown_table() -> String {
    let mut out = String::from("| command | what it does |\n|---|---|\n");
    for command in COMMANDS {
        let _ = writeln!(out, "| `:{}` | {} |", command.usage().replace('|', "\\|"), command.help);
    }
    out
}
