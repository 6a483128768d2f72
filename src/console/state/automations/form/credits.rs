//! AI credits as they are typed, and the nano credits the service counts in. Exact both ways.

const NANO: u64 = 1_000_000_000;
const DIGITS: usize = 9;

/// `2.5` as nano credits. `None`: it is no number, has more places than there are, or is nothing.
pub fn nano(text: &str) -> Option<u64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) || part.len() > DIGITS {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u64 = format!("{part:0<DIGITS$}").parse().ok()?;
    whole.checked_mul(NANO)?.checked_add(part).filter(|nano| *nano > 0)
}

/// Nano credits as they are typed: nothing is rounded away.
pub fn typed(nano: u64) -> String {
    let (whole, part) = (nano / NANO, nano % NANO);
    if part == 0 { whole.to_string() } else { format!("{whole}.{part:0>DIGITS$}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_amount_is_none() {
        for text in ["", ".", "x", "-1", "1e3", "1.2.3", "0", "0.0", "1.0000000001", "99999999999999999999", "1,5"] {
            assert_eq!(nano(text), None, "{text}");
        }
        assert_eq!((nano(" 2.5 "), nano(".5")), (Some(2_500_000_000), Some(500_000_000)));
    }

    proptest! {
        #[test]
        fn an_amount_survives_being_shown(amount in 1_u64..) {
            prop_assert_eq!(nano(&typed(amount)), Some(amount));
        }
    }
}
