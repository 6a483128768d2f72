//! When a log has to be looked at again without anybody asking: more of a search to do, an age that changes.

use chrono::TimeDelta;

use crate::console::state::Model;
use crate::console::state::log::{LogPane, Shown};
use crate::domain::{Instant, age};

/// Time has come for the next piece of what is being looked for.
pub fn work(model: &mut Model) {
    let LogPane { shown, beside, .. } = &mut *model.log;
    for shown in shown.iter_mut().chain(beside).filter(|shown| shown.big.is_none()) {
        if shown.reader.is_busy(shown.transcript.entries()) {
            shown.reader.work(&shown.transcript, model.now);
            model.dirty = true;
        }
    }
}

/// When what the log shows will read differently by itself (its source's age, a pending call's clock).
pub fn next_wake(model: &Model) -> Option<Instant> {
    let wall = model.log.wall.iter().flat_map(|wall| &wall.tiles);
    let panes = model.log.shown.iter().chain(&model.log.beside).filter(|_| model.log.wall.is_none());
    panes.chain(wall).filter_map(|shown| wake(model, shown)).min()
}

fn wake(model: &Model, shown: &Shown) -> Option<Instant> {
    if let Some(big) = &shown.big {
        return big.told_at().filter(|at| *at > model.now);
    }
    if shown.reader.is_busy(shown.transcript.entries()) {
        return Some(model.now + TimeDelta::milliseconds(1));
    }
    if shown.complete {
        return None;
    }
    let entries = shown.transcript.entries();
    let pending = shown.reader.rows.iter().filter(|row| row.at.row == 0).filter_map(|row| {
        let entry = entries.get(row.at.entry).filter(|entry| entry.kind.is_pending())?;
        Some(age::next_change(entry.at?, model.now))
    });
    let good = shown.good_at(&model.world);
    let aged = good.map(|at| age::next_change(at, model.now));
    let stale = good.map(|at| at + model.settings.stale_after + TimeDelta::seconds(1)).filter(|at| *at > model.now);
    let clock = shown.deadline_from(&model.world, &model.settings).map(|from| age::next_change(from, model.now));
    pending.chain(aged).chain(stale).chain(clock).min()
}
