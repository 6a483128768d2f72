//! How long, as it is typed: `90s`, `15m`, `2h`, `1d`, `1w`.

use chrono::TimeDelta;

/// Longer than that is a mistake.
const MOST: i64 = 366 * 24 * 60 * 60;

pub fn span(text: &str) -> Result<TimeDelta, String> {
    let seconds = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60), ("w", 7 * 24 * 60 * 60)];
    let found = seconds.into_iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?.parse::<u32>().ok()?;
        i64::from(number).checked_mul(seconds)
    });
    match found {
        Some(seconds @ 1..=MOST) => Ok(TimeDelta::seconds(seconds)),
        _ => Err("a time is written 90s, 15m, 2h, 1d or 1w, at most a year".to_owned()),
    }
}

/// The same in words that [`span`] understands, in the largest unit that is exact.
pub fn show(span: TimeDelta) -> String {
    let seconds = span.num_seconds();
    let units = [("w", 7 * 24 * 60 * 60), ("d", 24 * 60 * 60), ("h", 60 * 60), ("m", 60)];
    let whole = units.into_iter().find(|(_, unit)| seconds >= *unit && seconds % unit == 0);
    whole.map_or_else(|| format!("{seconds}s"), |(word, unit)| format!("{}{word}", seconds / unit))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_span_has_a_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86_400), ("1w", 604_800)] {
            assert_eq!(span(text).unwrap().num_seconds(), seconds);
        }
        for wrong in ["", "1", "d", "-1d", "0s", "1.5h", "9999w", "4294967295w", "1 d"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_shown_is_understood() {
        for text in ["90s", "15m", "2h", "36h", "1d", "3w"] {
            assert_eq!(show(span(text).unwrap()), text);
        }
    }
}
