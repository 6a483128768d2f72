//! Searching a log of which only a window is held: the runtime looks, the reader is put where something was found.

use super::{Pane, ask};
use crate::console::biglog::Wish;
use crate::console::state::big::{Hunt, Landing, Sought};
use crate::console::update::log::jump;
use crate::text::Untrusted;
use crate::transcript::Facet;
use crate::transcript::search::{Found, Hit, Hits, Pattern};
use crate::transcript::window::Spot;

impl Pane<'_> {
    pub(super) fn search(&mut self, pattern: Option<Pattern>, accepted: bool) {
        let same = |hunt: &&mut Hunt| Some(&hunt.pattern) == pattern.as_ref() && !hunt.accepted;
        if let Some(hunt) = self.big.search.as_mut().filter(same) {
            hunt.accepted = accepted;
            return;
        }
        let running = self.big.search.take().filter(|hunt| !hunt.accepted);
        let origin = running.map_or_else(|| self.here(), |hunt| hunt.origin);
        self.big.wishes.retain(|wish| !matches!(wish, Wish::Search { .. } | Wish::Next { .. }));
        let Some(pattern) = pattern else {
            self.reader.mark(None);
            self.big.wishes.push(Wish::EndSearch);
            return self.back_to(origin);
        };
        self.reader.mark(Some(&pattern));
        let id = self.big.number();
        let from = if origin.2 { 0 } else { origin.0 };
        self.big.wishes.push(Wish::Search { search: id, pattern: Box::new(pattern.clone()), from });
        self.big.search = Some(Hunt {
            id,
            pattern,
            hits: Hits::default(),
            passed: 0,
            done: false,
            current: None,
            origin,
            accepted,
            left: None,
        });
    }

    fn here(&self) -> (u64, usize, bool) {
        let top = self.reader.top();
        let id = self.transcript.entries().get(top.entry).map_or(0, |entry| entry.id);
        (id, top.row, self.reader.follow)
    }

    fn back_to(&mut self, (offset, row, follow): (u64, usize, bool)) {
        if self.here() == (offset, row, follow) {
            return;
        }
        let rows = self.rows();
        match follow {
            true if self.big.is_last() => self.reader.resume(),
            true => ask(self.big, Spot::End, Landing::End, rows),
            false => ask(self.big, Spot::Bytes(offset, offset), Landing::Line(row), rows),
        }
    }

    pub(super) fn found(&mut self, search: u64, found: &Found) {
        let Some(hunt) = self.big.search.as_mut().filter(|hunt| hunt.id == search) else { return };
        hunt.hits.add(found);
        hunt.passed = found.passed;
        hunt.done = found.done;
        if let Some(first) = found.first {
            self.land(first, true);
        } else if found.done && hunt.hits.total() == 0 {
            let origin = hunt.origin;
            self.back_to(origin);
        }
    }

    /// Puts the reader at a hit, by way of another window where it must be.
    pub(super) fn land(&mut self, hit: Hit, forward: bool) {
        if let Some(hunt) = &mut self.big.search {
            hunt.current = Some(hit);
        }
        if self.big.frame.range.contains(&hit.offset) {
            let held = self.holding(hit.offset);
            let entry = if forward { held.first() } else { held.last() };
            let entry = entry.copied().unwrap_or_else(|| self.big.frame.entry_at(hit.offset));
            self.reader.stand(self.transcript.entries(), entry, forward);
        } else {
            let rows = self.rows();
            ask(self.big, Spot::Bytes(hit.offset, hit.offset), Landing::Hit(hit, forward), rows);
        }
    }

    /// The entries that the line at `offset` made, as far as what is looked for is in them.
    fn holding(&self, offset: u64) -> Vec<usize> {
        let pattern = self.big.search.as_ref().map(|hunt| &hunt.pattern);
        let entries = self.transcript.entries();
        let first = entries.partition_point(|entry| entry.id < offset);
        let made = entries.iter().enumerate().skip(first).zip(offset..).take_while(|((_, entry), id)| entry.id == *id);
        let holds = |text: &&Untrusted| pattern.is_some_and(|pattern| pattern.is_in(text.raw_for_match()));
        made.filter(|((_, entry), _)| entry.kind.texts().iter().any(holds)).map(|((index, _), _)| index).collect()
    }

    pub(super) fn next_hit(&mut self, forward: bool) -> Option<&'static str> {
        let Some(hunt) = &self.big.search else { return Some(super::super::log::NOTHING_FOUND) };
        if hunt.done && hunt.hits.total() == 0 {
            return Some(super::super::log::NOTHING_FOUND);
        }
        if self.reader.next_row(self.transcript.entries(), forward) {
            return None;
        }
        let from = hunt.current.map_or(self.here().0, |hit| hit.offset);
        // One line may have made several entries that hold it.
        let here = self.reader.hit().map_or(0, |at| at.entry);
        let held = self.holding(from);
        let other = if forward { held.iter().find(|e| **e > here) } else { held.iter().rev().find(|e| **e < here) };
        if let Some(entry) = other.filter(|_| held.contains(&here)) {
            self.reader.stand(self.transcript.entries(), *entry, forward);
            return None;
        }
        if let Some(hunt) = &mut self.big.search {
            hunt.left = Some(from);
        }
        self.go_on(from, forward);
        None
    }

    /// Asks for the hit behind or before the one at `from`.
    fn go_on(&mut self, from: u64, forward: bool) {
        let Some(hunt) = &self.big.search else { return };
        let (search, pattern) = (hunt.id, Box::new(hunt.pattern.clone()));
        let from = if forward { hunt.hits.hint(from + 1) } else { hunt.hits.hint_before(from) };
        self.big.wishes.retain(|wish| !matches!(wish, Wish::Next { .. }));
        self.big.wishes.push(Wish::Next { search, pattern, from, forward });
        self.big.forward = forward;
    }

    pub(super) fn hit(&mut self, search: u64, hit: Option<Hit>) -> Option<&'static str> {
        let forward = self.big.forward;
        let Some(hunt) = self.big.search.as_mut().filter(|hunt| hunt.id == search) else {
            return self.sought(search, hit);
        };
        let Some(hit) = hit else { return Some("nothing found") };
        // A call and its result are lines of their own and one entry: that one was left.
        let left = hunt.left.filter(|left| *left != hit.offset);
        hunt.current = Some(hit);
        let same = self.big.frame.range.contains(&hit.offset)
            && self.reader.hit().is_some_and(|at| at.entry == self.big.frame.entry_at(hit.offset));
        if left.is_some() && same {
            self.go_on(hit.offset, forward);
        } else {
            self.land(hit, forward);
        }
        None
    }

    /// The scan for an entry of a kind came to its end. It went round it, the reader does not.
    fn sought(&mut self, search: u64, hit: Option<Hit>) -> Option<&'static str> {
        let Sought { from, none, .. } = self.big.sought.take_if(|sought| sought.id == search)?;
        let rows = self.rows();
        match hit {
            Some(hit) if (hit.offset >= from) == self.big.forward => {
                ask(self.big, Spot::Bytes(hit.offset, hit.offset), Landing::Line(0), rows);
                None
            }
            _ => Some(none),
        }
    }

    /// To the next entry of a kind, or to the next turn: within what is held at once, else by a scan.
    pub(super) fn next_of(&mut self, facet: Option<Facet>, forward: bool) -> Option<&'static str> {
        let followed = self.reader.follow;
        let held = match facet {
            Some(facet) => jump::to(self.reader, self.transcript, facet, forward),
            None => self.turn(forward),
        };
        if held.is_none() {
            self.stay_within(followed);
            return None;
        }
        if (forward && self.big.is_last()) || (!forward && self.big.is_first()) {
            return held;
        }
        let range = &self.big.frame.range;
        let from = if forward { range.end } else { range.start };
        let search = self.big.number();
        self.big.sought = Some(Sought { id: search, from, none: held.unwrap_or_default() });
        self.big.forward = forward;
        let pattern = Box::new(facet.map_or_else(Pattern::turns, Pattern::facet));
        self.big.wishes.push(Wish::Next { search, pattern, from, forward });
        None
    }

    /// To a turn that begins within what is held.
    fn turn(&mut self, forward: bool) -> Option<&'static str> {
        let turns = self.transcript.outline().turns();
        let cursor = self.reader.cursor;
        let mut starts = turns.iter().map(|turn| turn.first);
        let next = if forward { starts.find(|at| *at > cursor) } else { starts.take_while(|at| *at < cursor).last() };
        // What stands first in a window may have begun before it.
        match next.filter(|at| *at > 0 || self.big.is_first()) {
            Some(start) => {
                self.reader.put_on_top(self.transcript.entries(), start);
                None
            }
            None if forward => Some("no turn further down"),
            None => Some("no turn further up"),
        }
    }
}
