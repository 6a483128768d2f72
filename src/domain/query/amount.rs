//! Amounts in a query: `>10`, `<=0.5`, `1..5`, `3`.

use std::ops::Range;

/// How amounts of a kind are written.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Decimal places that are kept: `1` is ten to the power of this.
    places: usize,
    /// A bare number is as exact as the screen: so much below it and so much above still are that number.
    below: u128,
    above: u128,
    examples: &'static str,
}

/// Credits in nano units, shown rounded to tenths.
pub const CREDITS: Scale = Scale { places: 9, below: 50_000_000, above: 50_000_000, examples: ">10, <=0.5 or 1..5" };

/// Whole percent.
pub const PERCENT: Scale = Scale { places: 0, below: 0, above: 1, examples: "<50, >=90 or 50..80" };

pub const COUNT: Scale = Scale { places: 0, below: 0, above: 1, examples: ">1, 3 or 2..5" };

/// Digits before the point that anything real stays below.
const DIGITS: usize = 15;

impl Scale {
    /// From the first amount that is meant up to the first that no longer is.
    pub fn read(&self, text: &str) -> Result<Range<u128>, String> {
        if let Some((from, to)) = text.split_once("..") {
            let from = if from == "*" { 0 } else { self.number(from)? };
            let to = if to == "*" { u128::MAX } else { self.number(to)? + 1 };
            return if from < to { Ok(from..to) } else { Err("the range ends before it begins".to_owned()) };
        }
        let bound = |sign: &str| text.strip_prefix(sign).map(|number| self.number(number));
        if let Some(number) = bound(">=") {
            Ok(number?..u128::MAX)
        } else if let Some(number) = bound("<=") {
            Ok(0..number? + 1)
        } else if let Some(number) = bound(">") {
            Ok(number? + 1..u128::MAX)
        } else if let Some(number) = bound("<") {
            Ok(0..number?)
        } else {
            let number = self.number(text)?;
            Ok(number.saturating_sub(self.below)..number + self.above)
        }
    }

    fn number(&self, text: &str) -> Result<u128, String> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let good = digits(whole)
            && digits(part)
            && (1..=DIGITS).contains(&whole.len())
            && part.len() <= self.places
            && !text.ends_with('.');
        // Digits only, and fewer than 39 of them.
        let number = format!("{whole}{part:0<places$}", places = self.places).parse().ok();
        number.filter(|_| good).ok_or_else(|| format!("an amount is written such as {}", self.examples))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const CREDIT: u128 = 1_000_000_000;

    #[test]
    fn an_amount_is_a_range() {
        for (text, range) in [
            (">10", 10 * CREDIT + 1..u128::MAX),
            (">=10", 10 * CREDIT..u128::MAX),
            ("<0.5", 0..CREDIT / 2),
            ("<=0.5", 0..CREDIT / 2 + 1),
            ("1..5", CREDIT..5 * CREDIT + 1),
            ("*..5", 0..5 * CREDIT + 1),
            ("5..*", 5 * CREDIT..u128::MAX),
            ("3.4", 3_350_000_000..3_450_000_000),
            ("0", 0..50_000_000),
        ] {
            assert_eq!(CREDITS.read(text), Ok(range), "{text}");
        }
        assert_eq!(COUNT.read("2"), Ok(2..3));
        assert_eq!(COUNT.read(">1"), Ok(2..u128::MAX));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_examples() {
        for text in ["", ">", "x", "-1", "1.", ".5", "1..", "..", "5..1", "1e3", "1,5", "9999999999999999", "٣", ">>1"]
        {
            assert!(CREDITS.read(text).is_err(), "{text}");
        }
        assert!(COUNT.read("1.5").unwrap_err().contains(">1"));
    }
}
