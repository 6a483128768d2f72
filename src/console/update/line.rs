//! The `:` and `/` line: typing, history, completion, acceptance.

use super::{actions, automations, command, history, log, offers, reviews};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent, Key};
use crate::console::state::Model;
use crate::console::state::history::Which;
use crate::console::state::line::{Line, LineKind, Stood};
use crate::console::state::queue::Typed;
use crate::domain::Query;
use crate::domain::automation::query;
use crate::domain::query::Wrong;
use crate::text::Untrusted;
use crate::transcript::Mode;

pub fn open(model: &mut Model, kind: LineKind) {
    let text = match (kind, &model.place.automations) {
        (LineKind::QueueFilter, _) => model.queue.typed.text.clone(),
        (LineKind::AutomationFilter, Some(pane)) => pane.habits.text.clone(),
        _ => String::new(),
    };
    let (wrong, stood) = (wrong_with_query(model, kind), stood(model, kind));
    model.line = Some(Line { wrong, stood, ..Line::new(kind, text) });
    model.dirty = true;
}

/// Where the cursor of the list stands that is about to be filtered.
fn stood(model: &Model, kind: LineKind) -> Stood {
    let queue = &model.queue;
    match (kind, &model.place.automations) {
        (LineKind::QueueFilter, _) => {
            Stood { task: queue.selected.clone(), index: queue.index, top: queue.top, ..Stood::default() }
        }
        (LineKind::AutomationFilter, Some(pane)) => {
            Stood { automation: pane.selected.clone(), index: pane.index, top: pane.top, ..Stood::default() }
        }
        _ => Stood::default(),
    }
}

/// The filter was only tried: the cursor stands again where it stood, as long as that is there.
fn stand_again(model: &mut Model, stood: Stood) {
    if stood.task.is_some() {
        let queue = &mut model.queue;
        (queue.selected, queue.index, queue.top) = (stood.task, stood.index, stood.top);
        // Its row may have moved meanwhile, also where no query was tried.
        queue.relist = true;
    }
    if let (Some(pane), Some(automation)) = (&mut model.place.automations, stood.automation) {
        (pane.selected, pane.index, pane.top) = (Some(automation), stood.index, stood.top);
        pane.due = true;
    }
}

pub fn key(model: &mut Model, chord: Chord, intent: Option<Intent>, effects: &mut Vec<Effect>) {
    model.dirty = true;
    if history::seeking(model, chord, intent) {
        return;
    }
    match intent {
        Some(Intent::Quit) => actions::leave(effects),
        Some(Intent::Suspend) => effects.push(Effect::Suspend),
        Some(Intent::Redraw) => effects.push(Effect::Redraw),
        Some(Intent::Accept) => accept(model, effects),
        Some(Intent::Back) if offers::dismiss(model) => {}
        Some(Intent::Back) => give_up(model),
        Some(Intent::Up) => history::step(model, true),
        Some(Intent::Down) => history::step(model, false),
        Some(Intent::NextChoice) => complete(model, true),
        Some(Intent::PreviousChoice) => complete(model, false),
        Some(Intent::Take) if offers::take(model) => {}
        Some(Intent::SaveView) => save_view(model),
        Some(Intent::SearchMode) if history::begin(model) => {}
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
    if chord.key == Key::Backspace && line.text.is_empty() {
        return give_up(model);
    }
    let before = line.cursor;
    if line.edit(chord) {
        line.back = 0;
        typed(model);
    } else if line.cursor != before {
        offers::close(model);
    }
}

/// The text is another one: filter and search follow every key, and what may stand at the cursor is offered.
pub(super) fn typed(model: &mut Model) {
    follow(model);
    offers::renew(model);
}

/// What the line is about follows its text.
pub(super) fn follow(model: &mut Model) {
    let Some(line) = &model.line else { return };
    let (kind, text) = (line.kind, line.text.clone());
    let wrong = match kind {
        LineKind::Command | LineKind::Reviewers => None,
        LineKind::DiffSearch => {
            reviews::search(model, &text);
            None
        }
        LineKind::QueueFilter => {
            filter(model, text);
            wrong_with_query(model, kind)
        }
        LineKind::AutomationFilter => {
            automations::pane::filter(model, text);
            wrong_with_query(model, kind)
        }
        LineKind::LogSearch => log::search(model, &text, false),
        LineKind::LogFilter => log::facets::typed(model, &text),
    };
    if let Some(line) = &mut model.line {
        line.wrong = wrong;
    }
}

/// What is wrong with the query that a list is filtered by.
fn wrong_with_query(model: &Model, kind: LineKind) -> Option<Wrong> {
    match kind {
        LineKind::QueueFilter => model.queue.typed.wrong.clone(),
        LineKind::AutomationFilter => model.place.automations.as_ref()?.wrong.clone(),
        _ => None,
    }
}

/// Sets the queue's filter. While it is being typed, what its last value begins with is enough.
pub fn filter(model: &mut Model, text: String) {
    let open = model.line.as_ref().is_some_and(|line| line.kind == LineKind::QueueFilter);
    if model.queue.typed.text != text || model.queue.typed.query.is_open() != open {
        let (query, wrong) = Query::parse_as(&text, open);
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
        LineKind::QueueFilter | LineKind::AutomationFilter => accept_query(model, line, effects),
        LineKind::LogSearch | LineKind::LogFilter => accept_in_log(model, line),
        LineKind::DiffSearch => {}
        LineKind::Reviewers => {
            if let Err(fault) = reviews::act::written(model, &line.text) {
                model.line = Some(Line { fault: Some(fault), ..line });
            }
        }
        LineKind::Command => {
            let text = line.text.trim().to_owned();
            if text.is_empty() {
                return;
            }
            match command::run(model, &text, effects) {
                // What was just forgotten is not remembered by its own name.
                Ok(()) if effects.contains(&Effect::ForgetLines) => {}
                Ok(()) => history::remember(model, Which::Commands, &line.text, effects),
                Err(fault) => model.line = Some(Line { fault: Some(fault), offers: None, ..line }),
            }
        }
    }
}

/// Every word of it is whole now. What is wrong keeps the line open, and the list as it is.
fn accept_query(model: &mut Model, line: Line, effects: &mut Vec<Effect>) {
    let of_automations = line.kind == LineKind::AutomationFilter;
    let wrong = if of_automations {
        query::Query::parse(&line.text).err().or_else(|| offers::unfinished_of_automations(model, &line.text))
    } else {
        Query::parse(&line.text).err().or_else(|| offers::unfinished(model, &line.text))
    };
    if wrong.is_some() {
        model.line = Some(Line { wrong, offers: None, ..line });
    } else if of_automations {
        automations::pane::filter(model, line.text.clone());
        history::remember(model, Which::Automations, &line.text, effects);
    } else {
        filter(model, line.text.clone());
        history::remember(model, Which::Queries, &line.text, effects);
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
        LineKind::Reviewers => model.reviews.writing = None,
        LineKind::DiffSearch => reviews::search(model, ""),
        LineKind::QueueFilter => {
            filter(model, line.before);
            stand_again(model, line.stood);
        }
        LineKind::AutomationFilter => {
            automations::pane::filter(model, line.before);
            stand_again(model, line.stood);
        }
        LineKind::LogSearch => drop(log::search(model, "", false)),
        LineKind::LogFilter => {
            log::facets::typed(model, &line.before);
            log::facets::close(model);
        }
    }
}

/// The query goes on as a command that wants a name for it.
fn save_view(model: &mut Model) {
    let is_query = |line: &Line| matches!(line.kind, LineKind::QueueFilter | LineKind::AutomationFilter);
    if model.line.as_ref().is_some_and(is_query) {
        model.line = Some(Line::new(LineKind::Command, "view save "));
        filter(model, model.queue.typed.text.clone());
        if let Some(asked) = model.place.automations.as_ref().map(|pane| pane.habits.text.clone()) {
            automations::pane::filter(model, asked);
        }
    }
}

/// Completes the query or the command at the cursor.
fn complete(model: &mut Model, forward: bool) {
    let offered = |line: &Line| {
        matches!(
            line.kind,
            LineKind::QueueFilter | LineKind::AutomationFilter | LineKind::LogFilter | LineKind::Command
        )
    };
    if model.line.as_ref().is_some_and(offered) {
        offers::choose(model, forward);
    }
}
