//! Reading a log of which only a window is held: what is needed to go from one window to the next without the text
//! moving under the reader's eyes.

use super::sweep::Sweep;
use super::{Reader, Search, Spot};
use crate::console::state::layout::Put;
use crate::transcript::Entry;
use crate::transcript::search::Pattern;

impl Reader {
    /// Rows above and below what is in sight, as far as they are held; not counted beyond `most`.
    pub fn spare(&mut self, entries: &[Entry], most: usize) -> (usize, usize) {
        let top = self.top;
        let mut above = top.row;
        let mut index = top.entry;
        while above < most && index > 0 {
            index -= 1;
            above += self.height(entries, index);
        }
        let bottom = self.below(entries, top, usize::from(self.sheet.height));
        let mut below = 0;
        let mut at = bottom;
        while below < most && at.entry < entries.len() {
            below += self.height(entries, at.entry).saturating_sub(at.row);
            at = Spot { entry: at.entry + 1, row: 0 };
        }
        (above.min(most), below.min(most))
    }

    /// The first and the last entry in sight.
    pub fn in_sight(&mut self, entries: &[Entry]) -> (usize, usize) {
        let last = entries.len().saturating_sub(1);
        let height = usize::from(self.sheet.height).max(1);
        let bottom = self.below(entries, self.top, height - 1);
        (self.top.entry.min(last), bottom.entry.min(last))
    }

    /// The window `old` was left for `new`: the same rows of the same entries stay in sight.
    pub fn rebase(&mut self, old: &[Entry], new: &[Entry]) {
        let moved = |index: usize| {
            let id = old.get(index).map(|entry| entry.id)?;
            Some(new.binary_search_by_key(&id, |entry| entry.id))
        };
        let top = moved(self.top.entry);
        let row = if matches!(top, Some(Ok(_))) { self.top.row } else { 0 };
        self.top = Spot { entry: top.map_or(0, either), row };
        self.cursor = moved(self.cursor).map_or(0, either);
        if let Some(search) = &mut self.search {
            search.at = search.at.and_then(|hit| moved(hit)?.ok());
            search.hold(search.at.into_iter().collect());
        }
        let same = |entry: &Entry| {
            let before = old.binary_search_by_key(&entry.id, |entry| entry.id).ok();
            before.and_then(|index| old.get(index)) == Some(entry)
        };
        let kept: std::collections::HashSet<u64> = new.iter().filter(|e| same(e)).map(|e| e.id).collect();
        self.laid.retain(|id, _| kept.contains(id));
        self.laid_rows = self.laid.values().map(|rows| rows.len()).sum();
        self.stale = true;
    }

    /// Puts a row of an entry at the top and the cursor on the entry. `is_last`: the log ends with what is held.
    pub fn begin_at(&mut self, entries: &[Entry], at: Spot, is_last: bool) {
        self.pause();
        self.top = if is_last { at.min(self.last_page(entries)) } else { at };
        self.cursor = at.entry;
        self.clamp(entries);
    }

    /// The row on the screen the entry under the cursor begins on; 0 where that is above it.
    pub fn cursor_row(&self) -> usize {
        self.rows.iter().position(|row| row.at.entry == self.cursor).unwrap_or(0)
    }

    /// Puts the entry under the cursor so many rows down the screen. `is_last`: the log ends with what is held, and no room
    /// is wasted under it.
    pub fn put_cursor(&mut self, entries: &[Entry], rows: usize, is_last: bool) {
        let top = self.above(entries, Spot { entry: self.cursor, row: 0 }, rows);
        self.pause();
        self.top = if is_last { top.min(self.last_page(entries)) } else { top };
    }

    /// How many rows are above the entry under the cursor once it is put there, whole if it fits.
    pub fn rows_above(&mut self, entries: &[Entry], put: Put) -> usize {
        let height = usize::from(self.sheet.height).max(1);
        let rows = self.height(entries, self.cursor).min(height);
        put.rows_above(height, rows)
    }

    /// Where the reader is: the entry at the top and the row of it.
    pub fn top(&self) -> Spot {
        self.top
    }

    /// What is held ends here, the log does not: no following.
    pub fn hold(&mut self, entries: &[Entry]) {
        let end = self.last_page(entries);
        self.pause();
        self.go(entries, end);
    }

    /// Marks a pattern wherever it is in sight; where it is else, others know.
    pub fn mark(&mut self, pattern: Option<&Pattern>) {
        let origin = (self.top, self.follow);
        let pattern = pattern.filter(|pattern| pattern.is_text()).cloned();
        self.search = pattern.map(|pattern| Box::new(Search::new(pattern, Sweep::ended(Vec::new()), origin, true)));
        self.stale = true;
    }

    /// Puts the cursor on an entry that holds what is marked: on its first row that does, or coming from below on its last.
    pub fn stand(&mut self, entries: &[Entry], index: usize, forward: bool) {
        let Some(search) = &mut self.search else { return self.show(entries, index) };
        search.hold(vec![index]);
        let row = if forward { None } else { self.hit_rows(entries, index).last().copied() };
        self.jump(entries, index, row);
    }

    /// To the next row of the same entry that holds what is marked. False: there is none.
    pub fn next_row(&mut self, entries: &[Entry], forward: bool) -> bool {
        let Some((Some(current), row)) = self.search.as_ref().map(|search| (search.at, search.row)) else {
            return false;
        };
        let rows = self.hit_rows(entries, current);
        let other = if forward { rows.iter().find(|r| **r > row) } else { rows.iter().rev().find(|r| **r < row) };
        match other {
            Some(row) => self.jump(entries, current, Some(*row)),
            None => return false,
        }
        true
    }

    /// The row of the hit the reader stands at.
    pub fn hit(&self) -> Option<Spot> {
        let search = self.search.as_ref()?;
        Some(Spot { entry: search.at?, row: search.row })
    }
}

fn either(found: Result<usize, usize>) -> usize {
    found.unwrap_or_else(|next| next)
}
