//! The `:` commands. Any clear beginning of a name will do; what is wrong is said in the line.

use std::collections::HashSet;

use super::{actions, big, compose, doctor, found, inbox, ledger, line, queue, record, theme, wall};
use crate::console::biglog::Wish;
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::rawlog;
use crate::console::state::Model;
use crate::console::state::place::Pane;
use crate::domain::{Column, Group, Order, Query, RepoName, SavedView, Source};
use crate::transcript::export::{self, Shape};

/// A command: its name, how it is written, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub name: &'static str,
    pub usage: &'static str,
    pub help: &'static str,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    Intent(Intent),
    With(With),
    /// The same of one that may lead to a request that changes something.
    Writing(With),
}

const fn plain(name: &'static str, intent: Intent, help: &'static str) -> Command {
    Command { name, usage: name, help, run: Run::Intent(intent) }
}

const GROUP: &str = "group repo|state|creator|agent|day|none|next|previous";

type With = fn(&mut Model, &[&str], &mut Vec<Effect>) -> Result<(), String>;

const fn with(name: &'static str, usage: &'static str, run: With, help: &'static str) -> Command {
    Command { name, usage, help, run: Run::With(run) }
}

pub const COMMANDS: &[Command] = &[
    plain("quit", Intent::Quit, "leave"),
    with("repo", "repo add|remove|only owner/name", repo, "change which repositories are watched"),
    with("view", "view [save|drop] NAME", view, "show a view, keep the query as one, or drop one"),
    plain("queue", Intent::Queue, "go to the queue"),
    plain("log", Intent::Log, "go to the log"),
    plain("reviews", Intent::Reviews, "go to the reviews"),
    plain("compose", Intent::Compose, "write a new task"),
    plain("new", Intent::Compose, "write a new task"),
    plain("plan", Intent::Plan, "the rows of a prompt for several repositories, and how far they are"),
    with("here", "here [head]", here, "write a task for the checkout atc was started in; head: go on on its branch"),
    Command {
        name: "issue",
        usage: "issue [REPO|#412]",
        help: "start from an issue: choose one, or name it",
        run: Run::Writing(compose::issue_command),
    },
    with("filter", "filter QUERY", filter, "show the rows a query holds for; nothing: show all"),
    with("sort", "sort COLUMN [reverse]", sort, "order the queue"),
    with("group", GROUP, group, "put rows that share something together, or go to the next group"),
    with("mark", "mark all|none|range", mark, "choose tasks for one action together"),
    plain("refresh", Intent::Refresh, "ask every source now"),
    with("budget", "budget", budget, "what watching costs: requests, the limit, and how much slower it goes"),
    plain("open", Intent::Open, "open in the browser"),
    plain("copy", Intent::Copy, "copy the address"),
    plain("branch", Intent::CopyBranch, "copy the branch name"),
    plain("detail", Intent::Detail, "everything about the selected task"),
    plain("cancel", Intent::Cancel, "cancel the running session (asks)"),
    plain("cancels", Intent::Cancels, "the cancels, and what became of each"),
    plain("retry", Intent::Retry, "compose with the same prompt"),
    plain("follow-up", Intent::FollowUp, "a comment to the agent, or a new task on the same branch"),
    plain("zoom", Intent::Zoom, "give the pane the whole screen, or take it back"),
    with("layout", "layout columns|rows", layout, "panes side by side or stacked"),
    plain("help", Intent::Help, "all keys and commands"),
    with("line", "line NUMBER|PERCENT%", to_line, "go to a line of a large file; the number alone will do"),
    with("grep", "grep TEXT|/REGEX", found::open, "look through all logs kept here"),
    plain("inbox", Intent::Inbox, "what waits for you"),
    with("notify", "notify test", inbox::notify, "send one of each notification, and say what came of it"),
    with("ledger", "ledger [QUERY]", ledger::command, "what was done from here, and what became of it"),
    with("doctor", "doctor", doctor::command, "what this token can do here, what not, and why"),
    with("wall", "wall [all]", wall::open, "the last lines of everything that runs in this view, or in any"),
    with("save", "save FILE [text|markdown|raw]", save, "write the log to a new file"),
    with("theme", "theme [NAME]", theme::command, "paint with another theme; nothing: say which it is"),
    with("mouse", "mouse on|off", mouse, "take the mouse, or leave it to the terminal"),
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
}

/// Runs a command. The error says what was wrong, for the line.
pub fn run(model: &mut Model, text: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((name, arguments)) = words.split_first() else { return Ok(()) };
    if arguments.is_empty() && name.starts_with(|c: char| c.is_ascii_digit()) {
        return big::jump(model, name);
    }
    let command = find(name)?;
    match command.run {
        Run::With(_) | Run::Writing(_)
            if model.place.log_only && !["mouse", "line", "save", "theme"].contains(&command.name) =>
        {
            Err("a saved log is all that is open here".to_owned())
        }
        Run::Writing(_) if model.settings.read_only => Err(actions::read_only_words(model)),
        Run::With(run) | Run::Writing(run) => run(model, arguments, effects),
        Run::Intent(_) if !arguments.is_empty() => Err(format!("“{}” takes nothing after it", command.name)),
        Run::Intent(intent) => {
            actions::run(model, intent, effects);
            Ok(())
        }
    }
}

fn here(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let go_on = match arguments {
        [] => false,
        ["head"] => true,
        _ => return Err("here [head]".to_owned()),
    };
    if model.settings.read_only {
        return Err("read-only: nothing is started".to_owned());
    }
    effects.push(Effect::LookHere { go_on });
    model.notes.say(model.now, false, "looking at the checkout");
    Ok(())
}

fn find(name: &str) -> Result<&'static Command, String> {
    pick(name, COMMANDS.iter().map(|c| (c.name, c)), "command").map_err(|e| format!("{e} (:help lists all)"))
}

/// The one thing whose name is this, or begins like this and no other does.
pub(super) fn pick<'a, T>(name: &str, all: impl Iterator<Item = (&'a str, T)>, what: &str) -> Result<T, String> {
    let mut near: Vec<(&str, T)> = Vec::new();
    for (full, value) in all {
        if full == name {
            return Ok(value);
        }
        if full.starts_with(name) {
            near.push((full, value));
        }
    }
    if near.len() > 1 {
        let names: Vec<_> = near.iter().map(|(n, _)| *n).collect();
        return Err(format!("“{name}” could be {}", names.join(", ")));
    }
    near.pop().map(|(_, value)| value).ok_or_else(|| format!("no {what} “{name}”"))
}

/// The command line with its last word completed as far as it is clear. `None`: nothing to complete.
pub fn complete(model: &Model, text: &str) -> Option<String> {
    let (before, word) = text.rfind(' ').and_then(|at| text.split_at_checked(at + 1)).unwrap_or(("", text));
    let all = match before.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] if word.is_empty() => return None,
        [] => COMMANDS.iter().map(|c| c.name.to_owned()).collect(),
        [name, given @ ..] => words(model, find(name).ok()?.name, given),
    };
    let names: Vec<String> = all.into_iter().filter(|n| n.starts_with(word)).collect();
    let first = names.first()?;
    if names.len() == 1 {
        return Some(format!("{before}{first} "));
    }
    let common = (0..=first.len()).rev().find_map(|n| {
        let start = first.get(..n)?;
        names.iter().all(|name| name.starts_with(start)).then_some(start)
    })?;
    (common.len() > word.len()).then(|| format!("{before}{common}"))
}

/// The words that may follow a command and these others.
fn words(model: &Model, command: &str, given: &[&str]) -> Vec<String> {
    let views = |from: usize| model.settings.views.iter().skip(from).map(SavedView::word);
    let fixed: Vec<&str> = match (command, given.len()) {
        ("view", 0) => return views(0).chain(["save", "drop"].map(str::to_owned)).collect(),
        ("view", 1) if given == ["drop"] => return views(model.queue.given).collect(),
        ("group", 0) => Group::ALL.map(Group::word).into_iter().chain(["none", "next", "previous"]).collect(),
        ("mark", 0) => vec!["all", "none", "range"],
        ("sort", 0) => Column::ALL.map(Column::word).to_vec(),
        ("sort", 1) => vec!["reverse"],
        ("layout", 0) => vec!["columns", "rows"],
        ("theme", 0) => return theme::names(model),
        ("mouse", 0) => vec!["on", "off"],
        ("save", 1) => Shape::WORDS.map(|(word, _)| word).to_vec(),
        ("repo", 0) => vec!["add", "remove", "only"],
        ("issue", 0) => return model.settings.repos.iter().map(ToString::to_string).collect(),
        _ => vec![],
    };
    fixed.into_iter().map(str::to_owned).collect()
}

fn one<'a>(arguments: &[&'a str], usage: &str) -> Result<&'a str, String> {
    match arguments {
        [one] => Ok(one),
        _ => Err(format!("write: {usage}")),
    }
}

fn repo(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let [verb, name] = arguments else { return Err("write: repo add|remove|only owner/name".to_owned()) };
    let name: RepoName = name.parse().map_err(|e: crate::domain::repo::NotARepoName| e.to_string())?;
    let mut repos = model.settings.repos.clone();
    match pick(verb, ["add", "remove", "only"].into_iter().map(|v| (v, v)), "repo command")? {
        "add" if repos.contains(&name) => return Err(format!("{name} is already watched")),
        "add" => repos.push(name),
        "remove" if !repos.contains(&name) => return Err(format!("{name} is not watched")),
        "remove" => repos.retain(|r| *r != name),
        _ => repos = vec![name],
    }
    model.settings.repos.clone_from(&repos);
    forget(model, &repos);
    effects.push(Effect::Watch(repos));
    model.queue.due = true;
    model.reviews.due = true;
    model.dirty = true;
    Ok(())
}

/// What belongs to repositories no longer watched leaves the world.
fn forget(model: &mut Model, kept: &[RepoName]) {
    let beyond = model.settings.reach_beyond();
    let world = &mut model.world;
    let viewer = world.viewer.as_ref().map(|viewer| viewer.id);
    world.tasks.retain(|known| kept.contains(&known.task.at.repo) || (beyond && known.task.is_of(viewer)));
    let of_tasks = world.tasks.values().map(|known| known.task.at.repo.clone());
    let shown: HashSet<RepoName> = kept.iter().cloned().chain(of_tasks).collect();
    world.pulls.retain(|(repo, _), _| shown.contains(repo));
    world.first_read.retain(|repo, _| shown.contains(repo));
    let gone = |source: &Source| matches!(source, Source::Tasks(repo) if !kept.contains(repo));
    world.freshness.retain(|source, _| !gone(source));
    world.unreadable.retain(|source, _| !gone(source));
    world.generations.retain(|source, _| !gone(source));
}

fn budget(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    if !arguments.is_empty() {
        return Err("“budget” takes nothing after it".to_owned());
    }
    model.notes.tell(model.now, model.budget_words());
    model.dirty = true;
    Ok(())
}

fn view(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    if let ["save", name @ ..] = arguments {
        return queue::save_view(model, &name.join(" "));
    }
    let words: Vec<String> = model.settings.views.iter().map(SavedView::word).collect();
    let find = |name: &str| pick(name, words.iter().map(String::as_str).zip(0..), "view");
    // A view may be called drop; with a name behind it the word is the verb.
    if let ["drop", name @ ..] = arguments
        && (!name.is_empty() || find("drop").is_err())
    {
        return match name {
            [] => Err("which view is dropped? view drop NAME".to_owned()),
            name => queue::drop_view(model, find(&name.join("-").to_lowercase())?),
        };
    }
    let view = find(one(arguments, "view NAME, one of the tabs, or view save|drop NAME")?)?;
    actions::focus(model, Pane::Queue);
    queue::set_view(model, view);
    Ok(())
}

fn filter(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let query = arguments.join(" ");
    Query::parse(&query).map_err(|wrong| wrong.what)?;
    actions::focus(model, Pane::Queue);
    line::filter(model, query);
    Ok(())
}

fn sort(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let (column, reversed) = match arguments {
        [column] => (column, false),
        [column, order] if "reverse".starts_with(order) => (column, true),
        _ => return Err("write: sort COLUMN [reverse]".to_owned()),
    };
    let column = pick(column, Column::ALL.into_iter().map(|c| (c.word(), c)), "column").map_err(|e| {
        let all: Vec<_> = Column::ALL.iter().map(|c| c.word()).collect();
        format!("{e}; there are {}", all.join(", "))
    })?;
    actions::focus(model, Pane::Queue);
    queue::set_sort(model, Order { by: column, reversed });
    Ok(())
}

fn group(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    enum To {
        Group(Option<Group>),
        Step(bool),
    }
    let name = one(arguments, GROUP)?;
    let groups = Group::ALL.into_iter().map(|g| (g.word(), To::Group(Some(g))));
    let others = [("none", To::Group(None)), ("next", To::Step(true)), ("previous", To::Step(false))];
    let to = pick(name, groups.chain(others), "group")?;
    actions::focus(model, Pane::Queue);
    match to {
        To::Group(group) => queue::set_group(model, group),
        To::Step(forward) => actions::group(model, forward),
    }
    Ok(())
}

fn mark(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let what = one(arguments, "mark all|none|range")?;
    match pick(what, ["all", "none", "range"].into_iter().map(|w| (w, w)), "way to mark")? {
        "none" => queue::unmark_all(model),
        "range" => queue::mark_range(model),
        _ => queue::mark_all(model),
    }
    actions::focus(model, Pane::Queue);
    Ok(())
}

fn layout(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let choice = one(arguments, "layout columns|rows")?;
    let columns = pick(choice, [("columns", true), ("rows", false)].into_iter(), "layout")?;
    actions::layout(model, Some(columns));
    Ok(())
}

fn to_line(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    big::jump(model, one(arguments, "line NUMBER|PERCENT%")?)
}

fn save(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let (to, shape) = match arguments {
        [to] => (*to, Shape::of_name(to)),
        [to, shape] => (*to, pick(shape, Shape::WORDS.into_iter(), "shape")?),
        _ => return Err("write: save FILE [text|markdown|raw]".to_owned()),
    };
    let shown = model.log.shown.as_ref().ok_or("no log is shown")?;
    let to = to.to_owned();
    effects.push(match shape {
        // A file is read again: of a large one only a part is held, and of none the bytes as they came.
        _ if shown.file.is_some() => Effect::BigLog(Wish::Save { to, shape }),
        Shape::Raw => {
            let bytes = record::bytes_of(model).ok_or("nothing of the log has been read yet")?;
            Effect::RawLog(Box::new(bytes), rawlog::Wish::Save { to })
        }
        shape => {
            let entries = shown.transcript.entries();
            Effect::Save { to, text: export::entries(entries, shape == Shape::Markdown).into() }
        }
    });
    Ok(())
}

fn mouse(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let on = match one(arguments, "mouse on|off")? {
        "on" => true,
        "off" => false,
        other => return Err(format!("“{other}” is neither on nor off")),
    };
    actions::mouse(model, on, effects);
    model.dirty = true;
    Ok(())
}
