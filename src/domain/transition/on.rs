//! What a rule of notifications is about: a kind, or a kind that became something. A state alone is short for a task that
//! came into it; the other short words are kept for what is most often wanted.

use super::{Kind, Turn};
use crate::domain::State;

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct On {
    pub kind: Kind,
    /// `None`: whatever it becomes.
    pub became: Option<String>,
}

/// Short words beside the states.
const SHORT: [(&str, Kind, Option<&str>); 15] = [
    ("new", Kind::TaskNew, None),
    ("state", Kind::TaskState, None),
    ("stuck", Kind::TaskStuck, None),
    ("orphaned", Kind::TaskOrphaned, None),
    ("diagnosis", Kind::DiagnosisFound, None),
    ("pull", Kind::PullNew, None),
    ("ready", Kind::PullState, Some("open")),
    ("merged", Kind::PullState, Some("merged")),
    ("closed", Kind::PullState, Some("closed")),
    ("approved", Kind::PullReview, Some("approved")),
    ("changes_requested", Kind::PullReview, Some("changes_requested")),
    ("checks_red", Kind::PullChecks, Some("failing")),
    ("checks_green", Kind::PullChecks, Some("passing")),
    ("workflow_approval", Kind::PullWorkflows, None),
    ("unresolved", Kind::ActionUnresolved, None),
];

/// What nobody is told of becomes nothing a rule could be about.
fn can_be_told(kind: Kind, became: &str) -> bool {
    match kind {
        Kind::TaskGone => false,
        Kind::PullState => became != "draft",
        Kind::PullReview => matches!(became, "approved" | "changes_requested"),
        Kind::PullChecks => matches!(became, "passing" | "failing"),
        _ => true,
    }
}

impl On {
    /// `KIND`, `KIND=WHAT`, a state, or a short word.
    pub fn parse(word: &str) -> Option<Self> {
        if let Some((_, kind, became)) = SHORT.iter().find(|(short, ..)| *short == word) {
            return Some(Self { kind: *kind, became: became.map(str::to_owned) });
        }
        if State::KNOWN.iter().any(|state| state.wire() == word) {
            return Some(Self { kind: Kind::TaskState, became: Some(word.to_owned()) });
        }
        let (kind, became) = word.split_once('=').map_or((word, None), |(kind, became)| (kind, Some(became)));
        let kind = Kind::parse(kind).filter(|kind| *kind != Kind::TaskGone)?;
        let fixed = |became: &str| match kind {
            Kind::TaskState => State::KNOWN.iter().any(|state| state.wire() == became),
            Kind::DiagnosisFound => !became.is_empty(),
            _ => kind.becomes().contains(&became) && can_be_told(kind, became),
        };
        became.is_none_or(fixed).then(|| Self { kind, became: became.map(str::to_owned) })
    }

    /// As it is written: short where there is a short word for it.
    pub fn word(&self) -> String {
        let became = self.became.as_deref();
        let short = SHORT.iter().find(|(_, kind, what)| *kind == self.kind && *what == became && what.is_some());
        match (short, became) {
            (Some((short, ..)), _) => (*short).to_owned(),
            (None, Some(state)) if self.kind == Kind::TaskState => state.to_owned(),
            (None, Some(became)) => format!("{}={became}", self.kind.word()),
            (None, None) => self.kind.word().to_owned(),
        }
    }

    /// Every word there is: the kinds, the states, and the short words.
    pub fn words() -> Vec<String> {
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::TaskGone).map(|kind| kind.word().to_owned());
        let states = State::KNOWN.iter().map(|state| state.wire().to_owned());
        kinds.chain(states).chain(SHORT.iter().map(|(short, ..)| (*short).to_owned())).collect()
    }

    pub(super) fn holds(&self, turn: &Turn) -> bool {
        self.kind == turn.kind && self.became.as_deref().is_none_or(|became| turn.became.raw_for_match() == became)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_word_means_what_its_own_writing_means() {
        for word in On::words() {
            let on = On::parse(&word).unwrap();
            assert_eq!(On::parse(&on.word()), Some(on), "{word}");
        }
    }

    #[test]
    fn a_short_word_is_a_kind_and_what_it_became() {
        for (short, whole) in [
            ("failed", "task.state=failed"),
            ("checks_red", "pull.checks=failing"),
            ("merged", "pull.state=merged"),
            ("ready", "pull.state=open"),
            ("pull", "pull.new"),
            ("stuck", "task.stuck"),
        ] {
            assert_eq!(On::parse(short), On::parse(whole), "{short}");
            assert!(On::parse(short).is_some(), "{short}");
        }
    }

    #[test]
    fn what_nobody_is_told_of_is_no_word() {
        for word in ["task.gone", "pull.checks=pending", "pull.state=draft", "task.state=fine", "task", "pull.checks="]
        {
            assert_eq!(On::parse(word), None, "{word}");
        }
    }
}
