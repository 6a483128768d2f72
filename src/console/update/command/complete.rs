//! What a command line can go on with: names first, then what the command takes. Only what is known here is offered.

use super::{COMMANDS, Command, Kind, aliases, find};
use crate::console::state::Model;
use crate::console::state::world::Known;
use crate::console::update::{offers, theme, views};
use crate::domain::query::{Completion, Completions};
use crate::domain::{Column, Group};
use crate::template::shipped;
use crate::text::width;

/// More are nobody's list to choose from.
const MOST: usize = 50;

/// `cursor`: bytes of the text before it.
pub fn complete(model: &Model, text: &str, cursor: usize) -> Completions {
    let typed = text.get(..cursor).unwrap_or(text);
    let start = typed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let end = text.get(cursor..).and_then(|rest| rest.find(char::is_whitespace)).map_or(text.len(), |at| cursor + at);
    let word = typed.get(start..).unwrap_or_default();
    let before = typed.get(..start).unwrap_or_default();
    let Some(first) = before.split_whitespace().next() else {
        return Completions { replace: start..end, all: names(model, word) };
    };
    // What an alias stands for decides what may follow it.
    let whole = aliases::expand(&model.settings.aliases, before);
    let words: Vec<&str> = whole.split_whitespace().collect();
    let Some((command, given)) = words.split_first().and_then(|(name, given)| Some((find(name).ok()?, given))) else {
        return Completions { replace: start..end, all: Vec::new() };
    };
    let is_alias = model.settings.aliases.contains_key(first);
    let kinds = command.next(given);
    if kinds.contains(&Kind::Query)
        || kinds.contains(&Kind::Automations)
        || (command.takes_rest(given.len()) && !is_alias)
    {
        let name_end = text.find(first).map_or(0, |at| at + first.len());
        let rest = name_end + text.get(name_end..cursor).map_or(0, |gap| gap.len() - gap.trim_start().len());
        return to_the_end(model, command, text, cursor, rest);
    }
    let mut all = Vec::new();
    for kind in kinds {
        all.extend(values(model, kind, command, given));
    }
    Completions { replace: start..end, all: fitting(all, word) }
}

/// The argument is all that follows the name, blanks and all.
fn to_the_end(model: &Model, command: &Command, text: &str, cursor: usize, from: usize) -> Completions {
    let rest = text.get(from..).unwrap_or_default();
    let at = cursor.saturating_sub(from);
    let query = match command.params.last().map(|param| param.kind) {
        Some(Kind::Query) => Some(offers::of_query(model, rest, at)),
        Some(Kind::Automations) => Some(offers::of_automations(model, rest, at)),
        _ => None,
    };
    if let Some(found) = query {
        return Completions { replace: found.replace.start + from..found.replace.end + from, all: found.all };
    }
    Completions { replace: from..text.len(), all: tasks(model, rest.get(..at).unwrap_or(rest).trim()) }
}

fn names(model: &Model, word: &str) -> Vec<Completion> {
    let named = COMMANDS.iter().filter(|command| !(model.settings.read_only && command.writes()));
    let commands = named.map(|command| {
        let blank = if command.params.is_empty() { "" } else { " " };
        (format!("{}{blank}", command.name), command.help.to_owned())
    });
    let aliases = model.settings.aliases.iter().map(|(name, words)| (name.clone(), format!("stands for :{words}")));
    let all = aliases.chain(commands).filter(|(insert, _)| insert.trim_end() != word);
    fitting(all.map(|(insert, hint)| Completion { insert, hint }).collect(), word)
}

/// Those that begin like the word; where none does, those that hold it.
fn fitting(all: Vec<Completion>, word: &str) -> Vec<Completion> {
    let word = word.to_lowercase();
    let begins = |offer: &Completion| offer.insert.to_lowercase().starts_with(&word);
    let holds = |offer: &Completion| {
        word.len() > 1 && [&offer.insert, &offer.hint].iter().any(|text| text.to_lowercase().contains(&word))
    };
    let begun: Vec<_> = all.iter().filter(|offer| begins(offer)).take(MOST).cloned().collect();
    if begun.is_empty() { all.into_iter().filter(holds).take(MOST).collect() } else { begun }
}

fn plain(words: impl IntoIterator<Item = impl ToString>) -> Vec<Completion> {
    words.into_iter().map(|word| Completion { insert: word.to_string(), hint: String::new() }).collect()
}

fn values(model: &Model, kind: Kind, command: &Command, given: &[&str]) -> Vec<Completion> {
    match kind {
        Kind::Word(words) => plain(words),
        Kind::Repo if given == ["add"] => Vec::new(),
        Kind::Repo => plain(&model.settings.repos),
        Kind::Column => plain(Column::ALL.iter().map(|column| column.word())),
        Kind::Group => plain(Group::ALL.map(Group::word).into_iter().chain(["none", "next", "previous"])),
        Kind::View if given == ["save"] => Vec::new(),
        // Only what was saved while running can be dropped.
        Kind::View => {
            let offered = views::offered(model, given == ["drop"]).into_iter();
            offered.map(|(insert, hint)| Completion { insert, hint }).collect()
        }
        Kind::Template => templates(model),
        Kind::Theme => plain(theme::names(model)),
        Kind::Pull => pulls(model),
        Kind::Task | Kind::Query | Kind::Automations | Kind::Text => {
            let _ = command;
            Vec::new()
        }
    }
}

fn templates(model: &Model) -> Vec<Completion> {
    let offer = |template: &crate::template::Template| Completion {
        insert: template.id.clone(),
        hint: crate::text::Safe::new(&template.title).to_string(),
    };
    match model.compose.templates.as_slice() {
        [] => shipped().iter().map(offer).collect(),
        known => known.iter().map(offer).collect(),
    }
}

fn pulls(model: &Model) -> Vec<Completion> {
    let mut known: Vec<_> = model.world.pulls.values().flatten().collect();
    known.sort_by_key(|pull| (std::cmp::Reverse(pull.updated_at), pull.number));
    let offer = |pull: &crate::domain::Pull| Completion {
        insert: format!("{}#{}", pull.repo, pull.number),
        hint: pull.title.show_line().to_string(),
    };
    known.into_iter().map(offer).collect()
}

/// By the words of a title or the beginning of an id, the newest first. The id is what is inserted: titles come twice.
fn tasks(model: &Model, text: &str) -> Vec<Completion> {
    let wanted = text.to_lowercase();
    let fits = |known: &&Known| known.hay.contains(wanted.as_str()) || known.task.at.id.raw().starts_with(text);
    let mut found: Vec<&Known> = model.world.tasks.values().filter(fits).collect();
    let newest = |known: &&Known| (std::cmp::Reverse(known.task.touched_at()), known.task.at.id.clone());
    if found.len() > MOST {
        found.select_nth_unstable_by_key(MOST, newest);
        found.truncate(MOST);
    }
    found.sort_by_key(newest);
    let offer = |known: &Known| Completion {
        insert: crate::text::Safe::new(known.task.at.id.raw()).to_string(),
        hint: format!("{} · {}", width::cut_end(&known.task.name.show_line(), 60), known.task.at.repo),
    };
    found.into_iter().map(offer).collect()
}
