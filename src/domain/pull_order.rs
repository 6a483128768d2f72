//! What an operator may have done to a pull request. There is no merge among it: that stays a person's act at the service.

use uuid::Uuid;

use super::{Pull, PullRef};
use crate::text::Untrusted;

/// The pull request that was on the screen when the question was asked, whatever moves meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullTarget {
    pub at: PullRef,
    pub number: u64,
    /// The commit that was seen. `None`: not known; then nothing that speaks for a commit may be done.
    pub head: Option<Untrusted>,
}

impl PullTarget {
    pub fn of(pull: &Pull) -> Self {
        Self { at: pull.at(), number: pull.number, head: pull.standing.head.clone() }
    }

    /// `acme/api#12`.
    pub fn name(&self) -> String {
        format!("{}#{}", self.at.repo, self.number)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullAct {
    Comment(String),
    /// People by login, teams by the part of their name behind the organisation.
    RequestReview {
        people: Vec<String>,
        teams: Vec<String>,
    },
    MarkReady,
    /// Lets the workflow runs start that wait for a person.
    ApproveRuns,
    Approve,
    Close,
}

impl PullAct {
    /// It says something about a commit, so it must be the one that was seen.
    pub fn is_about_a_commit(&self) -> bool {
        matches!(self, Self::MarkReady | Self::ApproveRuns | Self::Approve | Self::Close)
    }

    /// What has been done with it.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Comment(_) => "the comment is there",
            Self::RequestReview { .. } => "the review was asked for",
            Self::MarkReady => "it is no draft any more",
            Self::ApproveRuns => "its workflow waits no more",
            Self::Approve => "it is approved",
            Self::Close => "it is closed",
        }
    }

    /// As the rest of a sentence: `could not …`.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Comment(_) => "comment",
            Self::RequestReview { .. } => "ask for a review",
            Self::MarkReady => "mark it ready",
            Self::ApproveRuns => "let its workflows run",
            Self::Approve => "approve it",
            Self::Close => "close it",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullOrder {
    /// Of the intent in the ledger.
    pub id: Uuid,
    pub target: PullTarget,
    pub act: PullAct,
}

/// Names typed for a review: `mona @okafor acme/platform`. `Err`: the name that cannot be one.
pub fn reviewers(text: &str) -> Result<PullAct, String> {
    let (mut people, mut teams) = (Vec::new(), Vec::new());
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let name = word.strip_prefix('@').unwrap_or(word);
        let fits = |name: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                && !name.starts_with('-')
        };
        match name.split_once('/') {
            Some((org, team)) if fits(org) && fits(team) => teams.push(team.to_owned()),
            None if fits(name) => people.push(name.to_owned()),
            _ => return Err(format!("“{word}” is neither a login nor org/team")),
        }
    }
    if people.is_empty() && teams.is_empty() {
        return Err("name somebody: a login, or org/team".to_owned());
    }
    Ok(PullAct::RequestReview { people, teams })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn people_and_teams_are_told_apart_and_what_is_neither_is_named() {
        let act = reviewers(" mona, @okafor  acme/platform ").unwrap();
        let people = vec!["mona".to_owned(), "okafor".to_owned()];
        assert_eq!(act, PullAct::RequestReview { people, teams: vec!["platform".to_owned()] });
        for (text, wrong) in [("a/b/c", "a/b/c"), ("mo na!", "na!"), ("/x", "/x"), ("-rf", "-rf")] {
            assert!(reviewers(text).unwrap_err().contains(wrong), "{text}");
        }
        assert!(reviewers(" , ").is_err());
    }
}
