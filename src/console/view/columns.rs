//! Which columns of a list have room beside a name, and where they stand. What there is, what it is worth and how wide it
//! is good is each list's own business.
//!
//! ```text
//! name, as wide as what is left      one   two   three │
//!                                    └ from the right end, with a blank before each
//! ```

/// A column behind the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell<C> {
    pub column: C,
    /// From the left end of the row.
    pub x: u16,
    pub width: u16,
}

/// The room of a row while its columns are chosen, the most important first.
#[derive(Debug)]
pub struct Room<C> {
    /// What is left for the name.
    pub spare: u16,
    chosen: Vec<(C, u16)>,
}

impl<C: Copy + PartialEq> Room<C> {
    pub fn new(spare: u16) -> Self {
        Self { spare, chosen: Vec::new() }
    }

    /// The first of these widths that leaves the name more than so much.
    pub fn fits(&self, widths: impl IntoIterator<Item = u16>, name: u16) -> Option<u16> {
        widths.into_iter().find(|width| self.spare > name + width)
    }

    /// Sets a column of this width and its blank aside.
    pub fn take(&mut self, column: C, width: u16) {
        self.spare = self.spare.saturating_sub(width + 1);
        self.chosen.push((column, width));
    }

    pub fn has(&self, column: C) -> bool {
        self.chosen.iter().any(|(other, _)| *other == column)
    }

    /// Makes a chosen column wider by so much at the cost of the name.
    pub fn widen(&mut self, column: C, by: u16) {
        if let Some((_, width)) = self.chosen.iter_mut().find(|(other, _)| *other == column) {
            *width += by;
            self.spare = self.spare.saturating_sub(by);
        }
    }

    /// The other way round.
    pub fn narrow(&mut self, column: C, by: u16) {
        if let Some((_, width)) = self.chosen.iter_mut().find(|(other, _)| *other == column) {
            *width = width.saturating_sub(by);
            self.spare += by;
        }
    }

    /// Where the chosen ones stand. `order`: from left to right; `end`: what lies behind the last. They are counted from
    /// there, so that what is left over stays behind the name.
    pub fn place(&self, order: &[C], end: u16) -> Vec<Cell<C>> {
        let mut x = end;
        let chosen = |column: &C| self.chosen.iter().find(|(other, _)| other == column);
        let cell = |(column, width): &(C, u16)| {
            x = x.saturating_sub(width + 1);
            Cell { column: *column, x, width: *width }
        };
        order.iter().rev().filter_map(chosen).map(cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_left_out_and_the_rest_stands_at_the_right_end() {
        let mut room = Room::new(40);
        for (column, widths) in [('a', vec![10]), ('b', vec![30, 9]), ('c', vec![12])] {
            if let Some(width) = room.fits(widths, 10) {
                room.take(column, width);
            }
        }
        assert!(room.has('a') && room.has('b') && !room.has('c'));
        assert_eq!(room.spare, 40 - 11 - 10);
        room.widen('a', 3);
        room.widen('c', 3);
        assert_eq!(room.spare, 16);
        room.narrow('b', 2);
        assert_eq!(room.spare, 18);
        let cell = |column, x, width| Cell { column, x, width };
        assert_eq!(room.place(&['b', 'c', 'a'], 50), [cell('a', 36, 13), cell('b', 28, 7)]);
    }
}
