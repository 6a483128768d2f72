//! Lines typed before: walked through with the arrows, looked for backwards, remembered.

use super::{line, offers};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent, Key};
use crate::console::state::Model;
use crate::console::state::history::{Seek, Which, may_be_kept};
use crate::console::state::line::{Line, LineKind};

/// Which lines belong to one that is being typed.
fn which(line: &Line) -> Option<Which> {
    match line.kind {
        LineKind::Command => Some(Which::Commands),
        LineKind::QueueFilter => Some(Which::Queries),
        LineKind::AutomationFilter => Some(Which::Automations),
        _ => None,
    }
}

/// A line was accepted.
pub fn remember(model: &mut Model, which: Which, typed: &str, effects: &mut Vec<Effect>) {
    model.place.history.add(which, typed.trim());
    if may_be_kept(typed) && model.settings.keep_lines > 0 {
        effects.push(Effect::KeepLine(which, typed.trim().to_owned()));
    }
}

/// What was kept by earlier runs and other consoles, oldest first.
pub fn recall(model: &mut Model, kept: Vec<(Which, String)>) {
    model.place.history.recall(kept);
}

/// The next older line that begins like what was typed, or the newer.
pub fn step(model: &mut Model, older: bool) {
    let Some(line) = &mut model.line else { return };
    let Some(which) = which(line) else { return };
    if line.back == 0 {
        // A line that was opened with something in it and not touched asks for all.
        line.stem = if line.text == line.before { String::new() } else { line.text.clone() };
    }
    let found = model.place.history.step(which, &line.stem, line.back, older);
    let Some((back, text)) = found else { return };
    let text = if back == 0 { line.stem.clone() } else { text.to_owned() };
    put(model, text, back);
}

fn put(model: &mut Model, text: String, back: usize) {
    let Some(line) = &mut model.line else { return };
    line.set(text);
    line.back = back;
    line::typed(model);
    offers::close(model);
}

/// Begins to look backwards. False: this line has none before it.
pub fn begin(model: &mut Model) -> bool {
    let Some(line) = model.line.as_mut().filter(|line| which(line).is_some()) else { return false };
    line.seek = Some(Seek { before: line.text.clone(), ..Seek::default() });
    offers::close(model);
    true
}

/// A key while looking backwards. False: nobody is, or the key ends it and is a key of the line.
pub fn seeking(model: &mut Model, chord: Chord, intent: Option<Intent>) -> bool {
    let Some(line) = model.line.as_mut() else { return false };
    let Some(which) = which(line) else { return false };
    let Some(seek) = &mut line.seek else { return false };
    let mut from = 0;
    match (intent, chord.key) {
        (Some(Intent::Back), _) => {
            let before = std::mem::take(&mut seek.before);
            line.seek = None;
            put(model, before, 0);
            return true;
        }
        (Some(Intent::SearchMode), _) => from = seek.back,
        (None, Key::Char(c)) if !chord.ctrl && !chord.alt => seek.text.push(c),
        (None, Key::Backspace) => drop(seek.text.pop()),
        // Everything else takes what was found: enter runs it, an arrow goes on from there.
        _ => {
            line.seek = None;
            return false;
        }
    }
    let (text, back) = (seek.text.clone(), seek.back);
    let found = if text.is_empty() { None } else { model.place.history.seek(which, &text, from) };
    let found = found.map(|(back, line)| (back, line.to_owned()));
    if let Some(seek) = model.line.as_mut().and_then(|line| line.seek.as_mut()) {
        seek.failed = found.is_none() && !text.is_empty();
        seek.back = found.as_ref().map_or(back, |(back, _)| *back);
    }
    if let Some((back, text)) = found {
        put(model, text, back);
    }
    true
}
