//! A log of which only a window is held: steps that leave it wait for another, searches and jumps go to the runtime.
//!
//! Nothing is read here. What is to be read is put among the wishes, which every update ends by sending.

use crate::console::biglog::{News, Told, Wish};
use crate::console::effect::Effect;
use crate::console::event::LogOrigin;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::big::{Asked, Big, Landing, Step, WAITING};
use crate::console::state::layout::Put;
use crate::console::state::log::Shown;
use crate::console::state::reader::{Reader, Spot as Place};
use crate::domain::Instant;
use crate::text::Safe;
use crate::transcript::index::{Counted, Where};
use crate::transcript::window::{Plan, Spot, Window};
use crate::transcript::{Facet, Format, Pattern, Transcript};

use super::log;

mod search;

/// Lines kept either side of what is in sight, for a screen whose height is not known yet.
const ROWS: usize = 60;

const REPLACED: &str = "the file was replaced: this is what it holds now";

/// A window of a log, and the reader in it.
struct Pane<'a> {
    big: &'a mut Big,
    reader: &'a mut Reader,
    transcript: &'a mut Transcript,
    complete: &'a mut bool,
}

fn pane(shown: &mut Shown) -> Option<Pane<'_>> {
    let Shown { big, reader, transcript, complete, .. } = shown;
    Some(Pane { big: big.as_deref_mut()?, reader, transcript, complete })
}

/// News of the log that is open. True: something changed on the screen.
pub fn news(model: &mut Model, news: News) -> bool {
    let now = model.now;
    let (log, what) = (news.log, news.what);
    let what = match what {
        Told::Opened { name, format, len, window } => {
            opened(model, log, name, (format, len), window);
            return true;
        }
        Told::Whole { name, format, bytes } => {
            log::open_file(model, name, format, &bytes);
            model.notes.say(now, false, REPLACED);
            return true;
        }
        what => what,
    };
    let Some(shown) = &mut model.log.shown else { return false };
    if let Told::More { bytes, anew } = &what {
        log::more(shown, model.log.rules.as_ref(), bytes, *anew);
        return true;
    }
    let Some(mut pane) = pane(shown).filter(|pane| pane.big.log == log) else { return false };
    let mut changed = true;
    let note = match what {
        Told::Window { request, result } => match result {
            Ok(window) => {
                pane.window(request, *window);
                None
            }
            Err(fault) => {
                pane.big.asked = None;
                pane.big.waiting.clear();
                pane.big.broken = true;
                Some((true, fault.to_string()))
            }
        },
        Told::Counted(counted) => {
            pane.counted(&counted);
            // One picture when all is counted, not one for every part of it.
            changed = pane.big.lines().is_some();
            None
        }
        Told::Found { search, found } => {
            pane.found(search, &found);
            // What was found is about to be shown.
            changed = pane.big.asked.is_none();
            None
        }
        Told::Hit { search, hit } => {
            let note = pane.hit(search, hit).map(|text| (false, model.settings.keymap.fill(text)));
            changed = pane.big.asked.is_none();
            note
        }
        Told::Grew { len, settled } => {
            // The size is told in whole megabytes.
            let told = |len: u64| len / 1_000_000;
            changed = !pane.reader.follow || told(len) != told(pane.big.len);
            pane.grew(len, settled);
            None
        }
        Told::Opened { .. } | Told::Whole { .. } | Told::More { .. } => None,
    };
    if let Some((bad, text)) = note {
        model.notes.say(now, bad, text);
        changed = true;
    }
    changed
}

fn opened(model: &mut Model, log: u64, name: Safe, (format, len): (Format, u64), window: Option<Box<Window>>) {
    let before = model.log.shown.as_ref().and_then(|shown| shown.big.as_ref()).is_some();
    let mut shown = Shown::new(None, None);
    shown.file = Some(name);
    shown.origin = Some(LogOrigin::File);
    shown.transcript = Transcript::new(format);
    shown.complete = true;
    let mut big = Big { log, len, settled: true, ..Big::default() };
    match window {
        Some(window) => {
            shown.complete = window.frame.sees_end;
            shown.transcript = window.transcript;
            big.frame = window.frame;
        }
        None => ask(&mut big, Spot::End, Landing::End, ROWS),
    }
    shown.big = Some(Box::new(big));
    model.log.shown = Some(shown);
    model.place.log_only = true;
    model.place.focus = crate::console::state::place::Pane::Log;
    if before {
        model.notes.say(model.now, false, REPLACED);
    }
}

fn ask(big: &mut Big, spot: Spot, landing: Landing, rows: usize) {
    let request = big.number();
    let plan = Plan { settled: big.settled, ..Plan::new(spot, rows) };
    big.wishes.retain(|wish| !matches!(wish, Wish::Window { .. }));
    big.wishes.push(Wish::Window { request, plan });
    big.asked = Some(Asked { request, landing, round: None, since: None });
    big.broken = false;
}

/// A step in a log of this kind. False: it is not one.
pub fn step(model: &mut Model, step: Step) -> bool {
    let Some(mut pane) = model.log.shown.as_mut().and_then(pane) else { return false };
    let before = pane.looks();
    let note = pane.step(step, None);
    model.dirty |= note.is_some() || pane.looks() != before;
    if let Some(text) = note {
        let text = model.filled(text);
        model.notes.say(model.now, false, text);
    }
    true
}

/// The `/` line changed or was accepted. False: the log is held whole.
pub fn search(model: &mut Model, pattern: Option<Pattern>, accepted: bool) -> bool {
    let Some(mut pane) = model.log.shown.as_mut().and_then(pane) else { return false };
    pane.search(pattern, accepted);
    model.dirty = true;
    true
}

/// Goes to a line by its number, or so many percent down.
pub fn jump(model: &mut Model, to: &str) -> Result<(), String> {
    let Some(pane) = model.log.shown.as_mut().and_then(pane) else {
        let text = "only the lines of a large file are numbered; {global.top}, {global.bottom} and {log.filter} find the way here";
        return Err(model.filled(text));
    };
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("“{to}” is neither a line nor a percentage"));
    let rows = pane.rows();
    match to.strip_suffix('%') {
        Some(percent) => {
            let percent = number(percent)?.min(100);
            let at = u64::try_from(u128::from(pane.big.len) * u128::from(percent) / 100).unwrap_or(pane.big.len);
            ask(pane.big, Spot::Bytes(at, at), Landing::Line(0), rows);
        }
        None => match pane.big.index.find(number(to)?.max(1), pane.big.len) {
            Where::In { block, newlines } => ask(pane.big, Spot::Line { block, newlines }, Landing::Line(0), rows),
            Where::Unknown => return Err("that line is not counted yet: a moment".to_owned()),
            Where::Behind => return Err(format!("the log has {} lines", pane.big.index.lines())),
        },
    }
    model.dirty = true;
    Ok(())
}

/// Ends every update: asks for the next window before the reader needs it, and sends what is wished for.
pub fn settle(shown: &mut Shown, now: Instant, effects: &mut Vec<Effect>) {
    let Some(mut pane) = pane(shown) else { return };
    pane.look_ahead();
    if let Some(asked) = &mut pane.big.asked {
        asked.since.get_or_insert(now);
    }
    effects.extend(pane.big.wishes.drain(..).map(Effect::BigLog));
}

impl Pane<'_> {
    fn rows(&self) -> usize {
        self.reader.page() + 1
    }

    /// What the screen shows of where the reader is, besides the rows.
    fn looks(&self) -> (Place, usize, bool, usize, Option<Place>) {
        let reader = &self.reader;
        (reader.top(), reader.cursor, reader.follow, reader.unseen, reader.hit())
    }

    /// Does a step, or lets it wait for the window it needs. `tried`: a window round these entries has just come.
    fn step(&mut self, step: Step, tried: Option<(u64, u64)>) -> Option<&'static str> {
        self.big.broken = false;
        // What was asked for before comes first.
        let on_the_way = self.big.asked.is_some_and(|asked| asked.landing != Landing::Stay);
        let spare = self.spare(step);
        if on_the_way || !self.big.waiting.is_empty() {
            self.wait(step);
            return None;
        }
        let Some(held) = spare else { return self.take(step) };
        let entries = self.transcript.entries();
        let rest = match step {
            Step::Up(rows) => {
                self.reader.up(entries, held);
                Step::Up(rows.saturating_sub(held))
            }
            Step::Down(rows) => {
                self.reader.down(entries, held);
                self.reader.hold(entries);
                Step::Down(rows.saturating_sub(held))
            }
            key @ Step::Key(_) => key,
        };
        if held > 0 || tried != Some(self.in_sight()) {
            self.wait(rest);
        } else {
            self.leap(matches!(step, Step::Up(_) | Step::Key(Intent::PreviousEntry)));
        }
        None
    }

    /// Another window round the same would hold the same: an entry reaches further than any window. On to what is beyond.
    fn leap(&mut self, up: bool) {
        let range = &self.big.frame.range;
        let at = if up { range.start.saturating_sub(1) } else { range.end };
        let rows = self.rows();
        ask(self.big, Spot::Bytes(at, at), Landing::Line(0), rows);
    }

    fn wait(&mut self, step: Step) {
        if self.big.waiting.len() < WAITING {
            self.big.waiting.push_back(step);
        }
        if self.big.asked.is_none() {
            self.ask_round(Landing::Stay);
        }
    }

    /// How much of a step what is held allows: rows or entries. `None`: all of it.
    fn spare(&mut self, step: Step) -> Option<usize> {
        let entries = self.transcript.entries();
        let (up, wanted) = match step {
            Step::Up(rows) => (true, rows),
            Step::Down(rows) => (false, rows),
            Step::Key(Intent::PreviousEntry) => (true, 1),
            Step::Key(Intent::NextEntry) => (false, 1),
            Step::Key(_) => return None,
        };
        if (up && self.big.is_first()) || (!up && self.big.is_last()) {
            return None;
        }
        let held = match step {
            Step::Key(_) if up => self.reader.cursor,
            Step::Key(_) => entries.len().saturating_sub(self.reader.cursor + 1),
            _ => {
                let (above, below) = self.reader.spare(entries, wanted);
                if up { above } else { below }
            }
        };
        (held < wanted).then_some(held)
    }

    fn take(&mut self, step: Step) -> Option<&'static str> {
        let entries = self.transcript.entries();
        let followed = self.reader.follow;
        let rows = self.rows();
        match step {
            Step::Up(rows) => self.reader.up(entries, rows),
            Step::Down(rows) => {
                self.reader.down(entries, rows);
                if self.reader.follow && !followed && !self.big.is_last() {
                    self.reader.hold(entries);
                }
            }
            Step::Key(Intent::Top) if !self.big.is_first() => ask(self.big, Spot::Start, Landing::Top, rows),
            Step::Key(Intent::Follow) if followed => self.reader.pause(),
            Step::Key(Intent::Bottom | Intent::Follow) if !self.big.is_last() => {
                ask(self.big, Spot::End, Landing::End, rows);
            }
            Step::Key(Intent::FoldAll) => self.fold_all(),
            Step::Key(intent @ (Intent::NextHit | Intent::PreviousHit)) => {
                return self.next_hit(intent == Intent::NextHit);
            }
            Step::Key(intent @ (Intent::NextError | Intent::PreviousError)) => {
                return self.next_of(Some(Facet::Error), intent == Intent::NextError);
            }
            Step::Key(Intent::Next(facet)) => return self.next_of(Some(facet), true),
            Step::Key(Intent::Previous(facet)) => return self.next_of(Some(facet), false),
            Step::Key(intent @ (Intent::NextTurn | Intent::PreviousTurn)) => {
                return self.next_of(None, intent == Intent::NextTurn);
            }
            Step::Key(Intent::CenterLine) => self.put(Put::Middle),
            Step::Key(Intent::LineToTop) => self.put(Put::Top),
            Step::Key(Intent::LineToBottom) => self.put(Put::Bottom),
            Step::Key(intent) => {
                log::step(self.reader, entries, intent);
                self.stay_within(followed);
            }
        }
        None
    }

    /// Following is for the end of the log, not for the end of what is held.
    fn stay_within(&mut self, followed: bool) {
        if self.reader.follow && !followed && !self.big.is_last() {
            self.reader.pause();
        }
    }

    /// The entry under the cursor keeps its row, even where there is not enough held above it for that.
    fn fold_all(&mut self) {
        let row = self.reader.cursor_row();
        let entries = self.transcript.entries();
        self.reader.fold_all(entries);
        let (above, _) = self.reader.spare(entries, 1);
        if !self.reader.follow && above == 0 && !self.big.is_first() {
            self.ask_round(Landing::Cursor(row));
        }
    }

    /// Puts the entry under the cursor there, even where there is not enough held above it for that.
    fn put(&mut self, put: Put) {
        let entries = self.transcript.entries();
        let is_last = self.big.is_last();
        if entries.is_empty() || (self.reader.follow && !is_last) {
            return;
        }
        let row = self.reader.rows_above(entries, put);
        self.reader.put(entries, put, is_last);
        let (above, _) = self.reader.spare(entries, 1);
        if above == 0 && row > 0 && !self.big.is_first() {
            self.ask_round(Landing::Cursor(row));
        }
    }

    /// The first and the last entry in sight.
    fn in_sight(&mut self) -> (u64, u64) {
        let entries = self.transcript.entries();
        let (first, last) = self.reader.in_sight(entries);
        let id = |index: usize| entries.get(index).map_or(self.big.frame.range.start, |entry| entry.id);
        (id(first), id(last))
    }

    fn ask_round(&mut self, landing: Landing) {
        let (first, last) = self.in_sight();
        let rows = self.rows();
        ask(self.big, Spot::Bytes(first, last), landing, rows);
        if let Some(asked) = &mut self.big.asked {
            asked.round = Some((first, last));
        }
    }

    /// Asks for a window round what is in sight when less than a page is left on one side.
    fn look_ahead(&mut self) {
        if self.big.asked.is_some() || self.big.broken || (self.big.is_first() && self.big.is_last()) {
            return;
        }
        if self.reader.follow {
            // It grew and the end is somewhere else, or a tall screen has room for more.
            let here = self.in_sight();
            let has_room = !self.big.is_first() && self.reader.rows.len() < self.rows();
            if !self.big.is_last() || (has_room && self.big.ahead_of != Some(here)) {
                self.big.ahead_of = Some(here);
                let rows = self.rows();
                ask(self.big, Spot::End, Landing::End, rows);
            }
            return;
        }
        let page = self.reader.page();
        let entries = self.transcript.entries();
        let (above, below) = self.reader.spare(entries, page);
        if (above >= page || self.big.is_first()) && (below >= page || self.big.is_last()) {
            return;
        }
        let here = self.in_sight();
        // However little came the last time, the same would come again.
        if self.big.ahead_of != Some(here) {
            self.big.ahead_of = Some(here);
            self.ask_round(Landing::Stay);
        }
    }

    fn window(&mut self, request: u64, window: Window) {
        let Some(asked) = self.big.asked.take_if(|asked| asked.request == request) else { return };
        let Window { transcript, frame } = window;
        let (first, last) = self.in_sight();
        let stays = asked.landing == Landing::Stay && !self.transcript.entries().is_empty();
        if stays && !(frame.range.contains(&first) && frame.range.contains(&last)) {
            // The reader went on in the old window meanwhile, further than the new one reaches.
            return self.ask_round(Landing::Stay);
        }
        let old = std::mem::replace(self.transcript, transcript);
        let entries = self.transcript.entries();
        self.reader.rebase(old.entries(), entries);
        // A call without a result has none only where the end was seen.
        *self.complete = frame.sees_end;
        self.big.frame = frame;
        let found = self.big.frame.entry_at(self.big.frame.found);
        match asked.landing {
            Landing::Stay => {}
            Landing::Top => self.reader.to_top(entries),
            Landing::End => self.reader.resume(),
            Landing::Line(row) => {
                let is_last = self.big.is_last();
                self.reader.begin_at(entries, Place { entry: found, row }, is_last);
            }
            Landing::Cursor(row) => self.reader.put_cursor(entries, row, self.big.is_last()),
            Landing::Hit(hit, forward) => self.land(hit, forward),
        }
        let mut steps = std::mem::take(&mut self.big.waiting);
        let tried = asked.round;
        while let Some(step) = steps.pop_front() {
            // Notes of steps that waited would come too late to mean anything.
            let _ = self.step(step, tried);
            if !self.big.waiting.is_empty() {
                break;
            }
        }
        self.big.waiting.extend(steps);
    }

    fn counted(&mut self, counted: &Counted) {
        let before = self.big.index.lines();
        self.big.index.take(counted);
        if self.big.grown && !self.reader.follow {
            let new = self.big.index.lines().saturating_sub(before);
            self.reader.unseen += usize::try_from(new).unwrap_or(usize::MAX);
        }
    }

    fn grew(&mut self, len: u64, settled: bool) {
        self.big.grown |= len > self.big.len && self.big.index.passed() >= self.big.len;
        self.big.broken = false;
        let was_half = !self.big.settled;
        (self.big.len, self.big.settled) = (len, settled);
        // What was held back as half a line is taken for a whole one.
        if self.reader.follow && settled && was_half {
            let rows = self.rows();
            ask(self.big, Spot::End, Landing::End, rows);
        }
    }
}

#[cfg(test)]
mod tests;
