//! The record behind an entry: asked for, shown in place of the log, copied, left.

use super::scroll::rows_by;
use crate::console::biglog;
use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::rawlog::{Bytes, News, Wish};
use crate::console::state::Model;
use crate::console::state::big::Step;
use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::record::Record;
use crate::transcript::raw::Place;

/// Asks for the record of the entry under the cursor.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    model.dirty = true;
    model.log.openings += 1;
    let request = model.log.openings;
    let bytes = bytes_of(model);
    let Some(shown) = &mut model.log.shown else { return };
    let format = shown.transcript.format();
    let Some(entry) = shown.transcript.entries().get(shown.reader.cursor).cloned() else {
        return model.notes.say(model.now, false, "there is no entry here yet");
    };
    let place = match &shown.big {
        Some(big) => Place::at(&entry, format, big.frame.lines_of(shown.reader.cursor, entry.id)),
        None => Place::of(&entry, format),
    };
    let effect = match bytes {
        _ if shown.file.is_some() => Some(Effect::BigLog(biglog::Wish::Lines { request, place })),
        Some(bytes) => Some(Effect::RawLog(Box::new(bytes), Wish::Lines { request, place })),
        None => None,
    };
    if effect.is_none() {
        model.notes.say(model.now, false, "nothing of the log has been read yet");
    } else {
        shown.reader.pause();
        shown.record = Some(Box::new(Record::asked(request, entry, format)));
    }
    effects.extend(effect);
}

/// The log on the screen, for reading its bytes. `None`: it is none of a session, or nothing of it was read yet.
pub(super) fn bytes_of(model: &Model) -> Option<Bytes> {
    let shown = model.log.shown.as_ref()?;
    let known = shown.task.as_ref().and_then(|id| model.world.tasks.get(id));
    Some(Bytes {
        task: known.map(|known| known.task.clone()),
        log: shown.wish()?,
        origin: shown.origin?,
        format: shown.transcript.format(),
        complete: shown.complete,
    })
}

/// The lines that were asked for; dropped when nobody waits for them any more.
pub fn news(model: &mut Model, news: News) {
    let Some(shown) = &mut model.log.shown else { return };
    shown.cost.received += news.received;
    let Some(record) = shown.record.as_mut().filter(|record| record.request == news.request) else { return };
    record.take(news.result);
    model.dirty = true;
}

/// A key while a record is shown. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let pane = model.place.panes().log.map(|pane| model.log.halves(pane).0);
    let Some(shown) = &mut model.log.shown else { return false };
    let area = pane.map(|pane| shown.record_area(pane)).unwrap_or_default();
    let Some(record) = &mut shown.record else { return false };
    let page = usize::from(area.height).saturating_sub(1).max(1);
    match intent {
        Intent::Back => shown.record = None,
        Intent::Copy => copy(model, effects),
        moved => match rows_by(moved, page) {
            Some(by) => record.scroll(by, area),
            None => return false,
        },
    }
    model.dirty = true;
    true
}

fn copy(model: &mut Model, effects: &mut Vec<Effect>) {
    let record = model.log.shown.as_ref().and_then(|shown| shown.record.as_ref());
    match record.and_then(|record| record.records()) {
        Some(text) => {
            model.notes.say(model.now, false, "copied the record as it came");
            effects.push(Effect::Copy(text.into()));
        }
        None => model.notes.say(model.now, false, "there is nothing here to copy"),
    }
}

/// A wheel step over a record. False: none is shown.
pub(super) fn wheel(model: &mut Model, pane: Area, step: Option<Step>) -> bool {
    let Some(shown) = &mut model.log.shown else { return false };
    let area = shown.record_area(pane);
    let Some(record) = &mut shown.record else { return false };
    let rows = |rows: usize| isize::try_from(rows).unwrap_or(1);
    match step {
        Some(Step::Up(by)) => record.scroll(-rows(by), area),
        Some(Step::Down(by)) => record.scroll(rows(by), area),
        _ => {}
    }
    model.dirty = true;
    true
}

/// Ends every update.
pub(super) fn settle(shown: &mut Shown, pane: Area) {
    let area = shown.record_area(pane);
    if let Some(record) = &mut shown.record {
        record.settle(area);
    }
}
