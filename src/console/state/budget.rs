//! What watching costs, in words: for the header and for whoever asks.

use super::Model;
use super::trust::clock;

impl Model {
    /// Everything there is to say of it, for `:budget`.
    pub fn budget_words(&self) -> String {
        let budget = &self.world.budget;
        if budget.allowed == 0 {
            return "nothing was asked yet".to_owned();
        }
        let more = &budget.more;
        let mut words = vec![format!("{} of {} requests in the last hour", budget.spent, budget.allowed)];
        if let Some(remaining) = budget.remaining {
            let reset = budget.reset_at.map(|at| format!(" until {}", clock(&self.settings, at))).unwrap_or_default();
            words.push(format!("{remaining} of the token's limit left for everybody{reset}"));
        }
        words.push(if more.stretch > 1.0 {
            format!("intervals ×{:.1} to stay inside", more.stretch)
        } else {
            "intervals as configured".to_owned()
        });
        words.push(format!("{} sent in all, {} unchanged (304, free)", more.sent, more.unchanged));
        words.push(format!("{} in flight", more.in_flight));
        words.join(" · ")
    }
}
