//! What the rule says of a log of which only a window is held.

use super::Word;
use crate::console::state::big::{Big, Hunt};
use crate::console::state::log::Shown;
use crate::console::view::theme::Tone;
use crate::domain::Instant;
use crate::text::Safe;

pub(super) fn words(shown: &Shown, big: &Big, now: Instant) -> Vec<Word> {
    let mut words = Vec::new();
    if big.told_at().is_some_and(|at| at <= now) {
        words.push((8, Tone::Dim, Safe::new("reading …")));
    }
    if let Some(hunt) = &big.search {
        words.push(hits(big, hunt));
    }
    words.push((8, Tone::Dim, Safe::new(format!("file, {}", size(big.len)))));
    words.push(match (shown.reader.follow, shown.reader.unseen) {
        (true, _) => (5, Tone::Dim, Safe::new("following")),
        (false, 0) => (6, Tone::Warn, Safe::new("paused")),
        (false, new) => (6, Tone::Warn, Safe::new(format!("paused, {} new lines", grouped(new as u64)))),
    });
    words.push((7, Tone::Dim, Safe::new(place(shown, big))));
    let broken = shown.transcript.stats().broken;
    if broken > 0 {
        words.push((2, Tone::Warn, Safe::new(format!("{broken} unreadable near"))));
    }
    words
}

/// Which line the cursor is on and how many there are; what has not been counted yet is `~`.
fn place(shown: &Shown, big: &Big) -> String {
    let id = shown.transcript.entries().get(shown.reader.cursor).map_or(0, |entry| entry.id);
    let percent = if shown.reader.follow { 100 } else { big.percent(id) };
    let number = |n: Option<u64>| n.map_or_else(|| "~".to_owned(), grouped);
    let line = number(big.frame.line_number(&big.index, id));
    format!("line {line}/{} {percent}%", number(big.lines()))
}

fn hits(big: &Big, hunt: &Hunt) -> Word {
    let total = hunt.hits.total();
    let text = match hunt.rank() {
        Some(rank) => return (7, Tone::Plain, Safe::new(format!("hit {}/{}", grouped(rank), grouped(total)))),
        None if hunt.done && total == 0 => return (7, Tone::Warn, Safe::new("no hit")),
        None if hunt.done => format!("{} hits", grouped(total)),
        None => format!("{} hits, {}%", grouped(total), big.percent(hunt.passed)),
    };
    (7, Tone::Plain, Safe::new(text))
}

fn size(bytes: u64) -> String {
    let megabytes = bytes / 1_000_000;
    match megabytes {
        0..10_000 => format!("{megabytes} MB"),
        _ => format!("{} GB", megabytes / 1000),
    }
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{grouped, size};

    #[test]
    fn large_numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([4_300_000, 999_999_999, 12_000_000_000].map(size), ["4 MB", "999 MB", "12 GB"]);
    }
}
