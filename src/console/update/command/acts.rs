//! What the commands do that do more than a key does.

use std::collections::HashSet;

use super::{misused, pick};
use crate::console::biglog::Wish;
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::rawlog;
use crate::console::state::Model;
use crate::console::state::place::Pane;
use crate::console::update::{actions, automations, big, compose, line, queue, record, reviews, seat, trail, views};
use crate::domain::{Column, Group, Order, PullId, Query, RepoName, Source, TaskId};
use crate::transcript::export::{self, Shape};

pub(super) fn here(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let go_on = match arguments {
        [] => false,
        ["head"] => true,
        _ => return Err(misused()),
    };
    if model.settings.read_only {
        return Err("read-only: nothing is started".to_owned());
    }
    effects.push(Effect::LookHere { go_on });
    model.notes.say(model.now, false, "looking at the checkout");
    Ok(())
}

/// Of the automation under the cursor, or on its page.
pub(super) fn automation(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let is_on = model.automation().map(|known| known.automation.switch.is_on());
    let intent = match (one(arguments)?, is_on) {
        ("new", _) => Intent::New,
        (_, None) => return Err("no automation is under the cursor: `:automations` lists them".to_owned()),
        ("on", Some(true)) => return Err("it is on already".to_owned()),
        ("off", Some(false)) => return Err("it is off already".to_owned()),
        ("on" | "off", _) => Intent::Switch,
        ("run", _) => Intent::RunNow,
        ("edit", _) => Intent::Edit,
        ("delete", _) => Intent::Delete,
        _ => return Err(misused()),
    };
    automations::intent(model, intent, effects);
    Ok(())
}

fn one<'a>(arguments: &[&'a str]) -> Result<&'a str, String> {
    match arguments {
        [one] => Ok(one),
        _ => Err(misused()),
    }
}

pub(super) fn repo(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let [verb, name] = arguments else { return Err(misused()) };
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
    world.automations.keep(kept);
    let gone = |source: &Source| match source {
        Source::Tasks(repo) | Source::Automations(repo) => !kept.contains(repo),
        Source::Automation(at) | Source::AutomationRuns(at) => !kept.contains(&at.repo),
        _ => false,
    };
    world.freshness.retain(|source, _| !gone(source));
    world.unreadable.retain(|source, _| !gone(source));
    world.generations.retain(|source, _| !gone(source));
}

#[expect(clippy::unnecessary_wraps, reason = "as the table has it")]
pub(super) fn budget(model: &mut Model, _: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    model.notes.tell(model.now, model.budget_words());
    model.dirty = true;
    Ok(())
}

/// `:view [save|drop] NAME`.
pub(super) fn view(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    views::command(model, arguments)
}

pub(super) fn filter(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let query = arguments.join(" ");
    Query::parse(&query).map_err(|wrong| wrong.what)?;
    actions::focus(model, Pane::Queue);
    line::filter(model, query);
    Ok(())
}

pub(super) fn sort(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let (column, reversed) = match arguments {
        [column] => (column, false),
        [column, order] if "reverse".starts_with(order) => (column, true),
        _ => return Err(misused()),
    };
    let column = pick(column, Column::ALL.into_iter().map(|c| (c.word(), c)), "column").map_err(|e| {
        let all: Vec<_> = Column::ALL.iter().map(|c| c.word()).collect();
        format!("{e}; there are {}", all.join(", "))
    })?;
    actions::focus(model, Pane::Queue);
    queue::set_sort(model, Order { by: column, reversed });
    Ok(())
}

pub(super) fn group(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    enum To {
        Group(Option<Group>),
        Step(bool),
    }
    let name = one(arguments)?;
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

pub(super) fn mark(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let what = one(arguments)?;
    match pick(what, ["all", "none", "range"].into_iter().map(|w| (w, w)), "way to mark")? {
        "none" => queue::unmark_all(model),
        "range" => queue::mark_range(model),
        _ => queue::mark_all(model),
    }
    actions::focus(model, Pane::Queue);
    Ok(())
}

pub(super) fn to_line(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    big::jump(model, one(arguments)?)
}

pub(super) fn save(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let (to, shape) = match arguments {
        [to] => (*to, Shape::of_name(to)),
        [to, shape] => (*to, pick(shape, Shape::WORDS.into_iter(), "shape")?),
        _ => return Err(misused()),
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
            if entries.is_empty() {
                return Err("nothing of the log has been read yet".to_owned());
            }
            Effect::Save { to, text: export::entries(entries, shape == Shape::Markdown).into() }
        }
    });
    Ok(())
}

pub(super) fn mouse(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let on = match one(arguments)? {
        "on" => true,
        "off" => false,
        other => return Err(format!("“{other}” is neither on nor off")),
    };
    actions::mouse(model, on, effects);
    model.dirty = true;
    Ok(())
}

/// `:layout columns|rows|reset`.
pub(super) fn layout(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let choice = one(arguments)?;
    match pick(choice, [("columns", Some(true)), ("rows", Some(false)), ("reset", None)].into_iter(), "layout")? {
        Some(columns) => actions::layout(model, Some(columns)),
        None => seat::reset(model),
    }
    Ok(())
}

/// `:history clear`.
pub(super) fn history(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    pick(one(arguments)?, [("clear", ())].into_iter(), "thing to do with it")?;
    model.place.history.clear();
    effects.push(Effect::ForgetLines);
    model.notes.say(model.now, false, "every line that was typed is forgotten");
    model.dirty = true;
    Ok(())
}

/// `:new [TEMPLATE]`.
pub(super) fn new(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    match arguments {
        [] => actions::run(model, crate::console::keys::Intent::Compose, effects),
        [id] => compose::open_template(model, id, effects)?,
        _ => return Err(misused()),
    }
    Ok(())
}

/// `:task TITLE|ID`: an id or a title, or the beginning of one that no other has.
pub(super) fn task(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    if arguments.is_empty() {
        return Err(misused());
    }
    let id = named(model, &arguments.join(" "))?;
    to_task(model, &id);
    Ok(())
}

/// Puts the queue's cursor on a task that is known.
pub fn to_task(model: &mut Model, id: &TaskId) -> bool {
    trail::leap(model);
    let known = queue::reveal(model, id);
    if known {
        actions::focus(model, Pane::Queue);
    }
    known
}

fn named(model: &Model, text: &str) -> Result<TaskId, String> {
    let exact = TaskId::new(text);
    if model.world.tasks.contains_key(&exact) {
        return Ok(exact);
    }
    let wanted = text.to_lowercase();
    let (mut same, mut begun) = (Vec::new(), Vec::new());
    for known in model.world.tasks.values() {
        let id = &known.task.at.id;
        let name = known.task.name.show_line().to_lowercase();
        if name == wanted {
            same.push(id);
        } else if name.starts_with(&wanted) || (text.len() >= 4 && id.raw().starts_with(text)) {
            begun.push(id);
        }
    }
    let found = if same.is_empty() { begun } else { same };
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(format!("no task is called, or begins, “{text}”")),
        several => Err(format!("{} tasks begin so: type more, or an id", several.len())),
    }
}

/// `:pull [owner/name]#N`.
pub(super) fn pull(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let text = one(arguments)?;
    let (repo, number) = text.rsplit_once('#').unwrap_or(("", text));
    let number: u64 = number.parse().map_err(|_| misused())?;
    let is_it = |pull: &&crate::domain::Pull| {
        pull.number == number && (repo.is_empty() || pull.repo.as_str().eq_ignore_ascii_case(repo))
    };
    let found: Vec<_> = model.world.pulls.values().flatten().filter(is_it).map(|p| (p.repo.clone(), p.id)).collect();
    match found.as_slice() {
        [key] => {
            let key = key.clone();
            to_pull(model, &key);
            Ok(())
        }
        [] => Err(format!("no pull request {text} is known here")),
        _ => Err(format!("#{number} is in several repositories: write owner/name#{number}")),
    }
}

/// Opens the page of a pull request that is known.
pub fn to_pull(model: &mut Model, key: &(RepoName, PullId)) -> bool {
    if !matches!(model.world.pulls.get(key), Some(Some(_))) {
        return false;
    }
    trail::leap(model);
    actions::focus(model, Pane::Reviews);
    reviews::show(model, key);
    true
}
