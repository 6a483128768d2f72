//! The facets of a log side by side, with their keys and counts: which there are and where each stands in its row.

use super::Shown;
use crate::console::state::layout::Area;
use crate::console::state::tone::{Tone, Words};
use crate::text::width;
use crate::transcript::Facet;

/// The facets that have a key, the first being 1.
pub const KEYS: [Facet; 9] = [
    Facet::Command,
    Facet::File,
    Facet::Tests,
    Facet::Reasoning,
    Facet::Progress,
    Facet::Error,
    Facet::Words,
    Facet::User,
    Facet::Call,
];

/// One facet in the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key; 0: everything.
    pub key: u8,
    pub area: Area,
    pub words: Words,
}

/// Behind the last where others have no room and this has; their keys are heard all the same.
const CUT: &str = "  …";
/// Columns between two of them.
const GAP: u16 = 2;

/// What stands in the row. Where room is short those without an entry go first, then the last; the one in force stays.
pub fn bar(shown: &Shown, area: Area) -> Vec<Item> {
    let mut all: Vec<(u8, usize, Words)> = (1..).zip(KEYS).map(|(key, facet)| told(shown, key, facet)).collect();
    if let Some(filter) = shown.reader.filter() {
        let all_of_them = KEYS.into_iter().all(|facet| !filter.is_just(facet));
        let tone = if all_of_them { Tone::Accent } else { Tone::Dim };
        all.push((0, usize::MAX, Words::one(tone, "0 all")));
    }
    let wide =
        |all: &[(u8, usize, Words)]| all.iter().map(|(_, _, words)| words.width() + usize::from(GAP)).sum::<usize>();
    let free = |(key, count, _): &(u8, usize, Words)| *key != 0 && *count == 0;
    let (mut cut, columns) = (false, usize::from(area.width));
    while wide(&all) > columns {
        let in_force =
            |key: u8| shown.reader.filter().is_some_and(|f| key > 0 && of_key(key).is_some_and(|k| f.is_just(k)));
        let can_go = |item: &(u8, usize, Words)| item.0 != 0 && !in_force(item.0);
        let least = all.iter().rposition(|item| free(item) && can_go(item)).or_else(|| all.iter().rposition(can_go));
        match least {
            Some(at) => drop(all.remove(at)),
            None => break,
        }
        cut = true;
    }
    cut &= wide(&all) + width::width(CUT) <= columns;
    if let Some((.., words)) = all.last_mut().filter(|_| cut) {
        words.push(Tone::Dim, CUT);
    }
    let mut x = area.x.saturating_add(1);
    all.into_iter()
        .map(|(key, _, words)| {
            let width = u16::try_from(words.width()).unwrap_or(u16::MAX).min(area.right().saturating_sub(x));
            let item = Item { key, area: Area { x, width, ..area }, words };
            x = x.saturating_add(width).saturating_add(GAP);
            item
        })
        .collect()
}

/// The facet of a key.
pub fn of_key(key: u8) -> Option<Facet> {
    KEYS.get(usize::from(key).checked_sub(1)?).copied()
}

fn told(shown: &Shown, key: u8, facet: Facet) -> (u8, usize, Words) {
    let facets = shown.transcript.facets();
    let count = facets.count(facet);
    let in_force = shown.reader.filter().is_some_and(|filter| filter.is_just(facet));
    let (sign, word) = match (in_force, count) {
        (true, _) => (Tone::AccentStrong, Tone::AccentStrong),
        (false, 0) => (Tone::Dim, Tone::Dim),
        (false, _) => (Tone::Accent, Tone::Plain),
    };
    // Who follows is told of what went wrong; numbers that count up with every line would only flicker.
    let follows = shown.reader.follow && !shown.complete;
    let number = if follows && !matches!(facet, Facet::Tests | Facet::Error) && count > 0 {
        String::new()
    } else {
        format!(" {count}")
    };
    let mut words = Words::one(sign, key.to_string()).with(word, format!(" {}{number}", facet.word()));
    let red = if facet == Facet::Tests { facets.tests().iter().filter(|(_, run)| run.is_red()).count() } else { 0 };
    if red > 0 {
        words.push(Tone::Bad, format!(" ✗{red}"));
    }
    (key, count, words)
}
