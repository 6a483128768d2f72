//! What may happen, in one list of words: those of `atc watch`, of its metrics, of the rules of notifications and of their
//! messages. What it became is a word beside it.

use crate::domain::State;
use crate::text::{Safe, Untrusted};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    TaskNew,
    TaskState,
    TaskGone,
    TaskStuck,
    TaskOrphaned,
    DiagnosisFound,
    PullNew,
    PullState,
    PullReview,
    PullChecks,
    PullWorkflows,
    ActionUnresolved,
}

/// Its word, what it may become, what it is.
type Row = (Kind, &'static str, &'static [&'static str], &'static str);

const ROWS: [Row; 12] = [
    (Kind::TaskNew, "task.new", &[], "a task that was not there; it became: its state"),
    (Kind::TaskState, "task.state", &[], "its state is another one; it became: the service's word"),
    (Kind::TaskGone, "task.gone", &["gone"], "the service knows it no more"),
    (Kind::TaskStuck, "task.stuck", &["stuck"], "it should move and does not"),
    (Kind::TaskOrphaned, "task.orphaned", &["orphaned"], "its run is gone, and it still says that it works"),
    (Kind::DiagnosisFound, "diagnosis.found", &[], "its log says why it went wrong; it became: the rule's id"),
    (Kind::PullNew, "pull.new", &["draft", "open"], "it has a pull request"),
    (Kind::PullState, "pull.state", &["draft", "open", "closed", "merged"], "the pull request's state"),
    (
        Kind::PullReview,
        "pull.review",
        &["none", "review_required", "approved", "changes_requested"],
        "what its reviews come to",
    ),
    (
        Kind::PullChecks,
        "pull.checks",
        &["none", "pending", "needs_approval", "passing", "failing"],
        "what its checks come to",
    ),
    (Kind::PullWorkflows, "pull.workflows", &["needs_approval"], "workflows wait for somebody to let them run"),
    (
        Kind::ActionUnresolved,
        "action.unresolved",
        &[],
        "something was done from here, and nobody knows what became of it",
    ),
];

impl Kind {
    #[expect(clippy::indexing_slicing, reason = "at compile time, where an index out of bounds is an error")]
    pub const ALL: [Self; 12] = {
        let mut all = [Self::TaskNew; 12];
        let mut at = 0;
        while at < 12 {
            all[at] = ROWS[at].0;
            at += 1;
        }
        all
    };

    /// Their words, in the order of [`Kind::ALL`].
    #[expect(clippy::indexing_slicing, reason = "at compile time, where an index out of bounds is an error")]
    pub const WORDS: [&'static str; 12] = {
        let mut all = [""; 12];
        let mut at = 0;
        while at < 12 {
            all[at] = ROWS[at].1;
            at += 1;
        }
        all
    };

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.0 == self).unwrap_or(&ROWS[0])
    }

    /// The word programs, the configuration and metrics know it by. Never change one.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    pub fn parse(word: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.1 == word).map(|row| row.0)
    }

    /// What it may become, where that is fixed.
    pub fn becomes(self) -> &'static [&'static str] {
        self.row().2
    }

    /// What it is, for whoever chooses one.
    pub fn doc(self) -> &'static str {
        self.row().3
    }

    /// What of a task it is about: of one aspect the newest transition counts, an older one is overtaken by it.
    pub fn aspect(self) -> &'static str {
        match self {
            Self::PullNew => Self::PullState.word(),
            Self::TaskGone => Self::TaskState.word(),
            other => other.word(),
        }
    }

    /// What a person reads of it.
    pub fn says(self, became: &Untrusted) -> Safe {
        let word = became.raw_for_match();
        Safe::new(match (self, word) {
            (Self::TaskState, _) => return State::parse(word).word(),
            (Self::TaskNew, _) => "new task".to_owned(),
            (Self::TaskGone, _) => "gone".to_owned(),
            (Self::TaskStuck, _) => "stuck".to_owned(),
            (Self::TaskOrphaned, _) => "orphaned".to_owned(),
            (Self::DiagnosisFound, _) => "diagnosed".to_owned(),
            (Self::PullNew, _) => "pull request opened".to_owned(),
            (Self::PullState, "open") => "ready for review".to_owned(),
            (Self::PullState | Self::PullReview, _) => became.show_line().replace('_', " "),
            (Self::PullChecks, "failing") => "checks failed".to_owned(),
            (Self::PullChecks, "passing") => "checks passed".to_owned(),
            (Self::PullChecks, _) => format!("checks {}", became.show_line().replace('_', " ")),
            (Self::PullWorkflows, _) => "workflows wait for approval".to_owned(),
            (Self::ActionUnresolved, _) => "outcome unknown".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own_that_is_read_back() {
        for (kind, word) in Kind::ALL.into_iter().zip(Kind::WORDS) {
            assert_eq!((kind.word(), Kind::parse(word)), (word, Some(kind)));
            assert!(word.contains('.') && !kind.doc().is_empty());
        }
        assert_eq!(Kind::parse("checks_red"), None, "that is a rule's short word, no kind");
    }
}
