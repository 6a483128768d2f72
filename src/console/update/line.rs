//! The `:` and `/` line: typing, history, completion, acceptance.

use super::{actions, command, log, offers, reviews};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent, Key};
use crate::console::state::Model;
use crate::console::state::line::{Line, LineKind};
use crate::console::state::queue::Typed;
use crate::domain::Query;
use crate::text::Untrusted;
use crate::transcript::Mode;

/// Commands kept for the arrow keys.
const HISTORY: usize = 100;

pub fn open(model: &mut Model, kind: LineKind) {
    let text = if kind == LineKind::QueueFilter { model.queue.typed.text.clone() } else { String::new() };
    model.line = Some(Line::new(kind, text));
    model.dirty = true;
}

pub fn key(model: &mut Model, chord: Chord, intent: Option<Intent>, effects: &mut Vec<Effect>) {
    model.dirty = true;
    match intent {
        Some(Intent::Quit) => actions::leave(effects),
        Some(Intent::Suspend) => effects.push(Effect::Suspend),
        Some(Intent::Redraw) => effects.push(Effect::Redraw),
        Some(Intent::Accept) => accept(model, effects),
        Some(Intent::Back) if offers::close(model) => {}
        Some(Intent::Back) => give_up(model),
        Some(Intent::Up) => history(model, true),
        Some(Intent::Down) => history(model, false),
        Some(Intent::NextChoice) => complete(model, true),
        Some(Intent::PreviousChoice) => complete(model, false),
        Some(Intent::Take) if offers::take(model) => {}
        Some(Intent::SaveView) => save_view(model),
        Some(Intent::SearchMode) => search_mode(model),
        Some(Intent::OnlyHits) => only_hits(model),
        _ => edit(model, chord),
    }
}

pub fn paste(model: &mut Model, text: &Untrusted) {
    let Some(line) = &mut model.line else { return };
    line.insert(text.show_line().as_str());
    model.dirty = true;
    typed(model);
}

fn edit(model: &mut Model, chord: Chord) {
    let Some(line) = &mut model.line else { return };
    let before = (line.text.clone(), line.cursor);
    match (chord.key, chord.ctrl, chord.alt) {
        (Key::Char(c), false, false) => line.insert(c.encode_utf8(&mut [0; 4])),
        (Key::Backspace, _, _) if line.text.is_empty() => return give_up(model),
        (Key::Backspace, false, false) => line.backspace(),
        (Key::Backspace, _, _) | (Key::Char('w'), true, _) => line.backspace_word(),
        (Key::Char('u'), true, _) => line.set(""),
        (Key::Delete, _, _) => line.delete(),
        (Key::Left, _, _) => line.left(),
        (Key::Right, _, _) => line.right(),
        (Key::Home, _, _) | (Key::Char('a'), true, _) => line.cursor = 0,
        (Key::End, _, _) | (Key::Char('e'), true, _) => line.cursor = line.text.len(),
        _ => {}
    }
    if line.text != before.0 {
        line.back = 0;
        typed(model);
    } else if line.cursor != before.1 {
        offers::close(model);
    }
}

/// The text is another one: filter and search follow every key, and what may stand at the cursor is offered.
fn typed(model: &mut Model) {
    follow(model);
    offers::renew(model);
}

/// What the line is about follows its text.
pub(super) fn follow(model: &mut Model) {
    let Some(line) = &model.line else { return };
    let text = line.text.clone();
    let wrong = match line.kind {
        LineKind::Command | LineKind::Comment | LineKind::Reviewers => None,
        LineKind::DiffSearch => {
            reviews::search(model, &text);
            None
        }
        LineKind::QueueFilter => {
            filter(model, text);
            None
        }
        LineKind::LogSearch => log::search(model, &text, false),
        LineKind::LogFilter => log::facets::typed(model, &text),
    };
    if let Some(line) = &mut model.line {
        line.wrong = wrong;
    }
}

/// Sets the queue's filter.
pub fn filter(model: &mut Model, text: String) {
    if model.queue.typed.text != text {
        let (query, wrong) = Query::parse_while_typing(&text);
        model.queue.typed = Typed { text, query, wrong };
        // A row that is filtered away has no neighbours worth a look: the best match is the first.
        model.queue.index = 0;
        model.queue.requery = true;
        model.dirty = true;
    }
}

fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(line) = model.line.take() else { return };
    match line.kind {
        LineKind::QueueFilter => match &model.queue.typed.wrong {
            Some(wrong) => {
                let fault = Some(wrong.to_string());
                model.line = Some(Line { fault, offers: None, ..line });
            }
            None => remember(&mut model.place.queries, line.text.trim().to_owned()),
        },
        LineKind::LogSearch | LineKind::LogFilter => accept_in_log(model, line),
        LineKind::DiffSearch => {}
        LineKind::Comment | LineKind::Reviewers => {
            if let Err(fault) = reviews::act::written(model, line.kind, &line.text) {
                model.line = Some(Line { fault: Some(fault), ..line });
            }
        }
        LineKind::Command => {
            let text = line.text.trim().to_owned();
            if text.is_empty() {
                return;
            }
            match command::run(model, &text, effects) {
                Ok(()) => remember(&mut model.place.commands, text),
                Err(fault) => model.line = Some(Line { fault: Some(fault), ..line }),
            }
        }
    }
}

/// What is wrong keeps the line open.
fn accept_in_log(model: &mut Model, line: Line) {
    let wrong = match line.kind {
        LineKind::LogFilter => log::facets::typed(model, &line.text),
        _ => log::search(model, &line.text, true),
    };
    if wrong.is_some() {
        model.line = Some(Line { wrong, offers: None, ..line });
    } else {
        log::facets::close(model);
    }
}

/// Reads what is searched for the other way: as a text, or as a regular expression. It stays so for searches to come.
fn search_mode(model: &mut Model) {
    if model.line.as_ref().is_some_and(|line| line.kind == LineKind::LogSearch) {
        model.log.mode = match model.log.mode {
            Mode::Literal => Mode::Regex,
            Mode::Regex => Mode::Literal,
        };
        typed(model);
    }
}

/// What is searched for becomes the filter, and stays what is searched for.
fn only_hits(model: &mut Model) {
    let Some(line) = model.line.take_if(|line| line.kind == LineKind::LogSearch) else { return };
    let wrong = log::search(model, &line.text, true).or_else(|| log::facets::only_hits(model, &line.text).err());
    if wrong.is_some() {
        model.line = Some(Line { wrong, ..line });
    }
}

fn give_up(model: &mut Model) {
    let Some(line) = model.line.take() else { return };
    match line.kind {
        LineKind::Command => {}
        LineKind::Comment | LineKind::Reviewers => model.reviews.writing = None,
        LineKind::DiffSearch => reviews::search(model, ""),
        LineKind::QueueFilter => filter(model, line.before),
        LineKind::LogSearch => drop(log::search(model, "", false)),
        LineKind::LogFilter => {
            log::facets::typed(model, &line.before);
            log::facets::close(model);
        }
    }
}

fn remember(history: &mut Vec<String>, text: String) {
    if text.is_empty() {
        return;
    }
    history.retain(|old| *old != text);
    history.push(text);
    let extra = history.len().saturating_sub(HISTORY);
    history.drain(..extra);
}

fn history(model: &mut Model, older: bool) {
    let Some(line) = &mut model.line else { return };
    let history = match line.kind {
        LineKind::Command => &model.place.commands,
        LineKind::QueueFilter => &model.place.queries,
        _ => return,
    };
    let back = if older { (line.back + 1).min(history.len()) } else { line.back.saturating_sub(1) };
    let text = history.len().checked_sub(back).and_then(|at| history.get(at)).cloned().unwrap_or_default();
    if back != line.back {
        line.set(text);
        line.back = back;
        typed(model);
        offers::close(model);
    }
}

/// The query goes on as a command that wants a name for it.
fn save_view(model: &mut Model) {
    if model.line.as_ref().is_some_and(|line| line.kind == LineKind::QueueFilter) {
        model.line = Some(Line::new(LineKind::Command, "view save "));
    }
}

/// Completes the query at the cursor, or the last word of the command, as far as it is clear.
fn complete(model: &mut Model, forward: bool) {
    let offered = |line: &Line| matches!(line.kind, LineKind::QueueFilter | LineKind::LogFilter);
    if model.line.as_ref().is_some_and(offered) {
        return offers::choose(model, forward);
    }
    let Some(line) = model.line.as_ref().filter(|l| forward && l.kind == LineKind::Command) else { return };
    let text = line.text.clone();
    let Some(whole) = command::complete(model, &text) else { return };
    if let Some(line) = &mut model.line {
        line.set(whole);
    }
}
