//! What work cost. AI credits arrive in nano units and are divided once, after the sum.

use std::fmt;
use std::iter::Sum;

/// Source: `usage` of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Usage {
    /// Nano AI credits.
    AiCredits(u64),
    /// Requests, possibly fractional.
    PremiumRequests(f64),
}

/// A sum of usages of both kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Nano AI credits.
    pub nano_credits: u128,
    pub premium_requests: f64,
}

impl Cost {
    pub fn is_zero(&self) -> bool {
        self.nano_credits == 0 && self.premium_requests <= 0.0
    }

    /// AI credits with one decimal: rounded half up, in whole arithmetic.
    pub fn credits_tenths(&self) -> u128 {
        (self.nano_credits + 50_000_000) / 100_000_000
    }
}

impl FromIterator<Usage> for Cost {
    fn from_iter<I: IntoIterator<Item = Usage>>(usages: I) -> Self {
        usages.into_iter().fold(Self::default(), |mut cost, usage| {
            match usage {
                Usage::AiCredits(nano) => cost.nano_credits += u128::from(nano),
                Usage::PremiumRequests(n) => cost.premium_requests += n,
            }
            cost
        })
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |a, b| Self {
            nano_credits: a.nano_credits + b.nano_credits,
            premium_requests: a.premium_requests + b.premium_requests,
        })
    }
}

/// `3.4 cr`, `2 pr`, or both with a plus.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.credits_tenths();
        let credits = (self.nano_credits > 0).then(|| format!("{}.{} cr", tenths / 10, tenths % 10));
        let premium = (self.premium_requests > 0.0).then(|| {
            let text = format!("{:.2}", self.premium_requests);
            format!("{} pr", text.trim_end_matches('0').trim_end_matches('.'))
        });
        let text = match (credits, premium) {
            (Some(c), Some(p)) => format!("{c} + {p}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "0.0 cr".to_owned(),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_summed_in_nano_units_and_divided_once() {
        let cost: Cost = [Usage::AiCredits(40_000_000), Usage::AiCredits(40_000_000)].into_iter().collect();
        assert_eq!(cost.to_string(), "0.1 cr");
        let cost: Cost = [Usage::AiCredits(43_380_350_000)].into_iter().collect();
        assert_eq!(cost.to_string(), "43.4 cr");
    }

    #[test]
    fn premium_requests_keep_their_fraction_and_stand_beside_credits() {
        let cost: Cost = [Usage::PremiumRequests(1.0), Usage::PremiumRequests(0.33), Usage::AiCredits(1_200_000_000)]
            .into_iter()
            .collect();
        assert_eq!(cost.to_string(), "1.2 cr + 1.33 pr");
    }
}
