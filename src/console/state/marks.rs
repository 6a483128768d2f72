//! Which places are marked: a bit for each, so that fifty thousand marks are as many bits and no task is opened for one.

use super::tasks::Slot;

const BITS: usize = u64::BITS as usize;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    words: Vec<u64>,
    count: usize,
}

impl Marks {
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn has(&self, slot: Slot) -> bool {
        self.words.get(slot.index() / BITS).is_some_and(|word| word & bit(slot) != 0)
    }

    /// True: it was not so before.
    pub fn set(&mut self, slot: Slot, marked: bool) -> bool {
        if self.has(slot) == marked {
            return false;
        }
        let at = slot.index() / BITS;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word ^= bit(slot);
        }
        self.count = if marked { self.count + 1 } else { self.count - 1 };
        true
    }

    /// In the order of the places, which is no order of the screen.
    pub fn iter(&self) -> impl Iterator<Item = Slot> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let set = move |n: &usize| word >> n & 1 != 0;
            (0..BITS).filter(set).filter_map(move |n| Slot::at(at * BITS + n))
        })
    }
}

fn bit(slot: Slot) -> u64 {
    1 << (slot.index() % BITS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_mark_is_set_and_taken_away_once_and_counted() {
        let mut marks = Marks::default();
        let [first, last, far] = [0, 63, 64_000].map(|n| Slot::at(n).unwrap());
        assert!(marks.set(far, true) && marks.set(first, true) && marks.set(last, true));
        assert!(!marks.set(far, true), "it is marked already");
        assert!(!marks.set(Slot::at(1).unwrap(), false), "it was not marked");
        assert_eq!((marks.count(), marks.iter().collect::<Vec<_>>()), (3, vec![first, last, far]));
        assert!(marks.set(last, false) && !marks.has(last) && marks.has(far));
        assert_eq!(marks.count(), 2);
    }
}
