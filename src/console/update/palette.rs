//! `ctrl+k`: what is found by what is typed, and the way there.

use super::views::Viewed as _;
use super::{actions, automations, command, compose, line, trail};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent};
use crate::console::state::Model;
use crate::console::state::line::LineKind;
use crate::console::state::palette::score::Needle;
use crate::console::state::palette::{MOST, Palette, Row, To};
use crate::console::state::trail::Spot;
use crate::domain::automation::query::Automations;
use crate::template::shipped;
use crate::text::{Safe, Untrusted};

mod find;

pub fn open(model: &mut Model) {
    if model.place.log_only {
        return;
    }
    if model.compose.templates.is_empty() {
        model.compose.templates = shipped();
    }
    let rows = visited(model);
    let palette = Palette { found: rows.len(), rows, ..Palette::default() };
    model.place.palette = Some(Box::new(palette));
    model.dirty = true;
}

pub fn key(model: &mut Model, chord: Chord, intent: Option<Intent>, effects: &mut Vec<Effect>) {
    model.dirty = true;
    let page = Palette::area(&model.place).body_rows().max(2) - 1;
    let Some(palette) = &mut model.place.palette else { return };
    let last = palette.rows.len().saturating_sub(1);
    match intent {
        Some(Intent::Quit) => return actions::leave(effects),
        Some(Intent::Suspend) => return effects.push(Effect::Suspend),
        Some(Intent::Redraw) => return effects.push(Effect::Redraw),
        Some(Intent::Back | Intent::Palette) => return model.place.palette = None,
        Some(Intent::Accept) => return accept(model, effects),
        Some(Intent::Down) => palette.cursor = if palette.cursor >= last { 0 } else { palette.cursor + 1 },
        Some(Intent::Up) => palette.cursor = palette.cursor.checked_sub(1).unwrap_or(last),
        Some(Intent::PageDown) => palette.cursor = (palette.cursor + page).min(last),
        Some(Intent::PageUp) => palette.cursor = palette.cursor.saturating_sub(page),
        _ => {
            if palette.line.edit(chord) {
                look(model);
            }
        }
    }
    settle(model);
}

pub fn paste(model: &mut Model, text: &Untrusted) {
    let Some(palette) = &mut model.place.palette else { return };
    palette.line.insert(text.show_line().as_str());
    model.dirty = true;
    look(model);
    settle(model);
}

/// A click takes the row under the pointer, and closes the palette anywhere else. False: it is not open.
pub fn click(model: &mut Model, column: u16, row: u16, effects: &mut Vec<Effect>) -> bool {
    let area = Palette::area(&model.place);
    let Some(palette) = &mut model.place.palette else { return false };
    model.dirty = true;
    let below = row.checked_sub(area.y + 1).filter(|_| area.contains(column, row));
    let at = below.map(|below| palette.top + usize::from(below)).filter(|at| *at < palette.rows.len());
    match at {
        Some(at) => {
            palette.cursor = at;
            accept(model, effects);
        }
        None if area.contains(column, row) => {}
        None => model.place.palette = None,
    }
    true
}

/// A wheel step. False: it is not open.
pub fn wheel(model: &mut Model, by: isize) -> bool {
    let Some(palette) = &mut model.place.palette else { return false };
    palette.cursor = palette.cursor.saturating_add_signed(by.signum());
    model.dirty = true;
    settle(model);
    true
}

/// The cursor stays on a row, whatever the size became.
pub(super) fn settle(model: &mut Model) {
    let area = Palette::area(&model.place);
    if let Some(palette) = &mut model.place.palette {
        palette.settle(area);
    }
}

/// What is typed is something else: the list is made anew.
fn look(model: &mut Model) {
    let Some(mut palette) = model.place.palette.take() else { return };
    let text = palette.line.text.trim().to_owned();
    if !text.is_empty() && palette.narrowed.as_ref().is_some_and(|narrowed| narrowed.by == text) {
        // A blank says nothing yet.
        model.place.palette = Some(palette);
        return;
    }
    let needle = Needle::new(&text);
    (palette.cursor, palette.top) = (0, 0);
    if needle.is_empty() {
        palette.narrowed = None;
        palette.rows = visited(model);
        palette.found = palette.rows.len();
    } else {
        (palette.rows, palette.found, palette.narrowed) = find::best(model, &needle, &text, palette.narrowed.take());
    }
    model.place.palette = Some(palette);
}

fn visited(model: &Model) -> Vec<Row> {
    let row = |spot: &Spot| {
        let (kind, name) = spot.words(model);
        Row {
            to: To::Spot(Box::new(spot.clone())),
            kind,
            name,
            places: Vec::new(),
            more: spot.repo(model).map(|repo| Safe::new(repo.as_str())).unwrap_or_default(),
            key: String::new(),
        }
    };
    model.place.trail.recent().map(row).take(MOST).collect()
}

/// The way to what is under the cursor.
fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(to) = model.palette().and_then(|palette| Some(palette.selected()?.to.clone())) else { return };
    model.place.palette = None;
    let gone = !go(model, to, effects);
    if gone {
        model.notes.say(model.now, true, "it is not known here any more");
    }
}

/// False: it is gone.
fn go(model: &mut Model, to: To, effects: &mut Vec<Effect>) -> bool {
    match to {
        To::Spot(spot) => {
            trail::leap(model);
            return trail::go(model, &spot, effects);
        }
        To::Command(name) => run(model, name, effects),
        To::Alias(name) => run(model, &name, effects),
        To::Task(id) => return command::to_task(model, &id),
        To::Pull(key) => return command::to_pull(model, &key),
        To::Automation(at) => return automations::pane::show(model, &at),
        To::Repo(repo) => {
            trail::leap(model);
            // Where a view asks for nothing, all that the repository has is listed.
            let all = model.settings.views.iter().position(|view| view.query.text().is_empty());
            actions::view(model, all.unwrap_or(model.queue.views.at));
            line::filter(model, format!("repo:{repo}"));
        }
        To::Template(id) => return compose::open_template(model, &id, effects).is_ok(),
        To::View(word) => {
            let Some(view) = model.settings.views.iter().position(|view| view.word() == word) else { return false };
            actions::view(model, view);
        }
        To::AutomationView(word) => {
            let of = |view: &crate::domain::automation::SavedView| view.word() == word;
            let Some(view) = model.settings.automation_views.iter().position(of) else { return false };
            Automations::show(model, view);
        }
    }
    true
}

/// What needs more words is gone on with in the line.
fn run(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let wants_more = command::COMMANDS.iter().any(|known| known.name == name && known.wants_more());
    let said = if wants_more { Err(String::new()) } else { command::run(model, name, effects) };
    if let Err(fault) = said {
        line::open(model, LineKind::Command);
        if let Some(line) = &mut model.line {
            line.set(format!("{name} "));
            line.fault = Some(fault).filter(|fault| !fault.is_empty());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use chrono::TimeDelta;

    use super::*;
    use crate::console::event::{Event, What};
    use crate::console::keys::Key;
    use crate::console::state::layout::Size;
    use crate::console::state::settings::Settings;
    use crate::console::update::{net, update};
    use crate::domain::{Instant, Task};

    const VERBS: [&str; 6] = ["Fix", "Bump", "Migrate", "Document", "Remove", "Rename"];
    const THINGS: [&str; 7] =
        ["flaky retry test", "billing export", "axum", "audit log", "search index", "cache", "docs"];

    /// A world of so many tasks, each touched a second after the one before.
    fn world(tasks: usize) -> Model {
        let mut model = Model::new(Instant::UNIX_EPOCH + TimeDelta::days(9000), Settings::default());
        model.place.size = Size { width: 160, height: 45 };
        for n in 0..tasks {
            let name = format!("{} the {} of service {n}", VERBS[n % VERBS.len()], THINGS[n % THINGS.len()]);
            let at = Instant::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(n).unwrap());
            let queued = Task::queued(&format!("t{n}"));
            net::merge_task(&mut model, Task { name: name.into(), created_at: at, updated_at: Some(at), ..queued });
        }
        model
    }

    fn press(model: &mut Model, chord: Chord) {
        update(model, Event { at: model.now, what: What::Key(chord) });
    }

    fn names(model: &Model) -> Vec<String> {
        model.palette().unwrap().rows.iter().map(|row| row.name.to_string()).collect()
    }

    #[test]
    fn equals_come_newest_first_and_the_same_letters_give_the_same_list() {
        let mut model = world(400);
        press(&mut model, Chord::ctrl('k'));
        for c in "bump axum".chars() {
            press(&mut model, Chord::char(c));
        }
        let first = names(&model);
        let numbers: Vec<usize> =
            first.iter().filter_map(|name| name.strip_prefix("Bump the axum of service ")?.parse().ok()).collect();
        assert!(numbers.len() > 5 && numbers.is_sorted_by(|a, b| a > b), "{first:?}");
        press(&mut model, Chord::plain(Key::Backspace));
        press(&mut model, Chord::char('m'));
        assert_eq!(names(&model), first);
    }
}
