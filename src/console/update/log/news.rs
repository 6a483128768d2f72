//! What was read of a log: taken in, judged, and the reader kept where it was in time.

use std::sync::Arc;

use super::{diagnosis, jump};
use crate::console::event::{LogLook, LogNews, LogOrigin};
use crate::console::state::Model;
use crate::console::state::log::Shown;
use crate::console::state::place::Pane;
use crate::domain::{Instant, SessionId, SourceChoice};
use crate::text::Safe;
use crate::transcript::{Entry, Facet, Format, Pattern, Rules, Transcript};

/// New bytes of the log; ignored when they are of another session or another source than the one shown.
pub fn news(model: &mut Model, news: LogNews) {
    let now = model.now;
    let rules = model.log.rules.clone();
    let Some(shown) = shown_of(model, &news.session, news.choice) else { return };
    if shown.fetched_at.is_none() && !news.reset && !news.bytes.is_empty() {
        // The end of what was read for an opening before this one.
        return;
    }
    shown.cost.looks += 1;
    shown.cost.received += news.received;
    shown.cost.parsed += news.bytes.len() as u64;
    // Where the source changed by itself, the reader keeps its place in time as well as that is possible.
    let moved = shown.origin.is_some_and(|origin| origin.source() != news.origin.source());
    if moved && !shown.reader.follow && shown.land.is_none() {
        shown.land = time_at(shown);
    }
    if news.reset || news.format != shown.transcript.format() {
        shown.cost.anew += u64::from(shown.fetched_at.is_some());
        shown.transcript = Transcript::new(news.format);
        shown.reader.restart();
        diagnosis::judge(shown, rules.as_ref());
    }
    shown.origin = Some(news.origin);
    shown.because = news.because;
    shown.tried = news.tried;
    shown.fetched_at = Some(now);
    shown.complete = news.complete;
    absorb(shown, &news.bytes);
    if !shown.transcript.entries().is_empty()
        && let Some(at) = shown.land.take()
    {
        land(shown, at);
    }
    if let Some(seek) = shown.seek.take_if(|_| !shown.transcript.entries().is_empty()) {
        shown.reader.search(shown.transcript.entries(), Pattern::new(&seek), true);
    }
    model.log.moved = true;
}

/// A look that brought nothing new.
pub fn same(model: &mut Model, look: &LogLook) {
    let listed = model.log.list.is_some();
    let Some(shown) = shown_of(model, &look.session, look.choice) else { return };
    shown.cost.looks += 1;
    shown.cost.same += 1;
    shown.cost.proved += u64::from(look.received == 0);
    shown.cost.received += look.received;
    // What looking costs is told in the list of the sources.
    model.dirty |= listed;
}

fn shown_of<'a>(model: &'a mut Model, session: &SessionId, choice: SourceChoice) -> Option<&'a mut Shown> {
    model.log.of(session).filter(|shown| shown.choice == choice)
}

fn absorb(shown: &mut Shown, bytes: &[u8]) {
    let mut change = shown.transcript.absorb(bytes);
    if shown.complete {
        let last = shown.transcript.finish();
        change.added += last.added;
        change.updated.extend(last.updated);
    }
    shown.reader.grew(&shown.transcript, &change);
    shown.judged.absorb(&shown.transcript, &change);
}

/// The time of the entry under the cursor, or of the nearest before it that has one.
pub(super) fn time_at(shown: &Shown) -> Option<Instant> {
    let before = shown.transcript.entries().get(..=shown.reader.cursor)?;
    before.iter().rev().find_map(|entry| entry.at)
}

/// Puts the reader at the entry nearest in time to this.
fn land(shown: &mut Shown, at: Instant) {
    let entries = shown.transcript.entries();
    let away = |entry: &Entry| entry.at.map(|time| (time - at).abs());
    let nearest = entries.iter().enumerate().filter_map(|(index, entry)| Some((away(entry)?, index))).min();
    if let Some((_, index)) = nearest {
        shown.reader.show(entries, index);
    }
}

/// A log opened from disk: `atc open`.
pub fn open_file(model: &mut Model, name: Safe, format: Format, bytes: &[u8]) {
    let mut shown = Shown::new(None, None);
    shown.file = Some(name);
    shown.origin = Some(LogOrigin::File);
    shown.transcript = Transcript::new(format);
    shown.complete = true;
    diagnosis::judge(&mut shown, model.log.rules.as_ref());
    absorb(&mut shown, bytes);
    model.log.shown = Some(shown);
    model.dirty = true;
}

/// The log of a check, in place of the selected task's until it is left.
pub(in crate::console::update) fn lend(model: &mut Model, name: Safe, bytes: &[u8]) {
    (model.log.split, model.log.beside) = (None, None);
    open_file(model, name, Format::JobLog, bytes);
    model.log.lent = true;
    model.place.focus = Pane::Log;
    if let Some(shown) = &mut model.log.shown {
        shown.origin = Some(LogOrigin::JobLog);
        // Why it failed stands at the first error, where there is one.
        jump::to(&mut shown.reader, &shown.transcript, Facet::Error, true);
    }
}

/// More of a file that is held whole.
pub(in crate::console::update) fn more(shown: &mut Shown, rules: Option<&Arc<Rules>>, bytes: &[u8], replaced: bool) {
    if replaced {
        shown.transcript = Transcript::new(shown.transcript.format());
        shown.reader.restart();
        diagnosis::judge(shown, rules);
    }
    shown.complete = false;
    absorb(shown, bytes);
}
