//! Several cancels asked for by one answer: how far they are, told in one sentence instead of one note each.

use super::world::World;
use crate::domain::{CancelPhase, TaskId};

/// The tasks of one answer, in the order they are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub tasks: Vec<TaskId>,
}

/// How many are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub all: usize,
    pub ended: usize,
    pub orphaned: usize,
    pub stubborn: usize,
    pub not_found: usize,
    pub refused: usize,
    /// Asked for, and then nothing could be read of it.
    pub unverified: usize,
    /// Their run ended, and another works in its place.
    pub run_on: usize,
    pub withdrawn: usize,
    /// Under way, but without a run so far.
    pub waiting: usize,
}

impl Standing {
    pub fn under_way(&self) -> usize {
        self.all - self.ended - self.withdrawn - self.failed()
    }

    /// Those that want another look.
    pub fn failed(&self) -> usize {
        self.orphaned + self.stubborn + self.not_found + self.refused + self.unverified + self.run_on
    }

    /// `cancelling 5: 3 ended, 1 refused, 1 under way`.
    pub fn says(&self) -> String {
        let parts = [
            (self.ended, "ended"),
            (self.orphaned, "orphaned"),
            (self.stubborn, "still running"),
            (self.not_found, "without a run"),
            (self.refused, "refused"),
            (self.unverified, "unverified"),
            (self.run_on, "run on"),
            (self.withdrawn, "withdrawn"),
            (self.waiting, "waiting for a run"),
            (self.under_way() - self.waiting, "under way"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let verb = if self.under_way() > 0 { "cancelling" } else { "cancelled" };
        format!("{verb} {}: {}", self.all, parts.join(", "))
    }
}

impl Batch {
    pub fn standing(&self, world: &World) -> Standing {
        let mut standing = Standing { all: self.tasks.len(), ..Standing::default() };
        for phase in self.tasks.iter().filter_map(|id| Some(&world.tasks.get(id)?.cancel.as_ref()?.phase)) {
            match phase {
                CancelPhase::Looking | CancelPhase::Requested | CancelPhase::Unheard | CancelPhase::RunEnded => {}
                CancelPhase::Waiting => standing.waiting += 1,
                CancelPhase::RunsOn(_) => standing.run_on += 1,
                CancelPhase::Withdrawn => standing.withdrawn += 1,
                CancelPhase::Ended => standing.ended += 1,
                CancelPhase::Orphaned { .. } => standing.orphaned += 1,
                CancelPhase::Stubborn => standing.stubborn += 1,
                CancelPhase::NotFindable => standing.not_found += 1,
                CancelPhase::Refused(_) => standing.refused += 1,
                CancelPhase::Unverified(_) => standing.unverified += 1,
            }
        }
        standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_says_in_one_sentence_how_far_it_is() {
        let standing = Standing { all: 5, ended: 3, refused: 1, ..Standing::default() };
        assert_eq!(standing.says(), "cancelling 5: 3 ended, 1 refused, 1 under way");
        assert_eq!(Standing { all: 2, ended: 2, ..Standing::default() }.says(), "cancelled 2: 2 ended");
    }
}
