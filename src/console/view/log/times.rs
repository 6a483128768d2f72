//! What the margin tells of when an entry was written: eight columns, whatever is told.

use chrono::TimeDelta;

use super::clock;
use crate::console::state::Model;
use crate::console::state::log::{Shown, Times};
use crate::domain::Instant;
use crate::text::{Safe, width};
use crate::transcript::Entry;

const COLUMNS: usize = 8;

/// `index`: which entry it is. Empty: not known.
pub(super) fn told(model: &Model, shown: &Shown, entry: &Entry, index: usize) -> Safe {
    let Some(at) = entry.at else { return Safe::default() };
    let text = match model.log.times {
        Times::Clock => return clock(model, at, "%H:%M:%S"),
        Times::Since => shown.began_at().map(|began| since(at - began)),
        Times::Gap => before(shown, index).map(|before| gap(at - before)),
    };
    Safe::new(width::pad_left(&text.unwrap_or_default(), COLUMNS))
}

/// When the nearest entry above it that tells was written.
fn before(shown: &Shown, index: usize) -> Option<Instant> {
    let entries = shown.transcript.entries();
    let above = std::iter::successors(shown.reader.above_entry(index), |at| shown.reader.above_entry(*at));
    above.take(LOOK_BACK).find_map(|at| entries.get(at)?.at)
}

/// Entries above in which a time is looked for.
const LOOK_BACK: usize = 64;

/// `+12:03`, `+1:02:03`, `+2d 03h`. A clock that went back is told as it went.
fn since(took: TimeDelta) -> String {
    let sign = if took < TimeDelta::zero() { '-' } else { '+' };
    let seconds = took.num_seconds().abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{sign}{minutes}:{rest:02}"),
        1..10 => format!("{sign}{hours}:{minutes:02}:{rest:02}"),
        10..48 => format!("{sign}{hours}h {minutes:02}m"),
        48..24_000 => format!("{sign}{}d {:02}h", hours / 24, hours % 24),
        _ => format!("{sign}{}d", (hours / 24).min(99_999)),
    }
}

/// `3.2s`, `41s`, `2m 05s`, `1h 02m`.
fn gap(took: TimeDelta) -> String {
    let sign = if took < TimeDelta::zero() { "-" } else { "" };
    let millis = took.num_milliseconds().abs();
    let seconds = millis / 1000;
    match seconds {
        ..10 if millis % 1000 != 0 => format!("{sign}{seconds}.{}s", millis % 1000 / 100),
        ..60 => format!("{sign}{seconds}s"),
        60..3600 => format!("{sign}{}m {:02}s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{sign}{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{sign}{}d", (seconds / 86_400).min(99_999)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_fits_its_columns_however_long_it_took() {
        for seconds in [0, 9, 59, 60, 723, 3599, 3600, 35_999, 36_000, 172_799, 172_800, 90_000_000, i64::MAX / 2000] {
            for took in [TimeDelta::seconds(seconds), TimeDelta::seconds(-seconds), TimeDelta::milliseconds(seconds)] {
                for text in [since(took), gap(took)] {
                    assert!(width::width(&text) <= COLUMNS, "{text}");
                }
            }
        }
    }

    #[test]
    fn times_read_as_a_clock_and_gaps_as_a_length() {
        let told = |millis| (since(TimeDelta::milliseconds(millis)), gap(TimeDelta::milliseconds(millis)));
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(told(723_000), text("+12:03", "12m 03s"));
        assert_eq!(told(3200), text("+0:03", "3.2s"));
        assert_eq!(told(3_723_000), text("+1:02:03", "1h 02m"));
        assert_eq!(told(-3200), text("-0:03", "-3.2s"));
        assert_eq!(told(200_000_000), text("+2d 07h", "2d"));
    }
}
