//! Which instants can be meant, and adding to one.

use chrono::{Datelike, TimeDelta};

use super::Instant;

/// `None`: no time anybody means. A year of more than four digits cannot be written down as every program reads it.
pub fn believable(at: Instant) -> Option<Instant> {
    Some(at).filter(|at| (0..=9999).contains(&at.year()))
}

/// So much later, and never later than there is a time for: what was kept of a service may say anything.
pub fn after(at: Instant, by: TimeDelta) -> Instant {
    at.checked_add_signed(by).unwrap_or(Instant::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_four_digits_by_the_time_of_the_world() {
        let at = |text: &str| text.parse::<Instant>().ok().and_then(believable).is_some();
        assert!(at("9999-12-31T23:59:59.999999999Z") && at("0000-01-01T00:00:00Z"));
        assert!(!at("9999-12-31T23:59:59-01:00") && !at("+10000-01-01T00:00:00Z") && !at("-0001-12-31T23:59:59Z"));
    }

    #[test]
    fn nothing_is_later_than_the_last_instant() {
        let last = Instant::MAX_UTC;
        assert_eq!(after(last, TimeDelta::seconds(1)), last);
        assert_eq!(after(Instant::UNIX_EPOCH, TimeDelta::seconds(1)).timestamp(), 1);
    }
}
