//! Issues: what work is asked for in, outside this program. Read only; what is done with one is in `assign`.

use std::fmt;

use super::{Instant, RepoName};
use crate::text::Untrusted;

/// An issue's place: `acme/api#412`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssueRef {
    pub repo: RepoName,
    pub number: u64,
}

impl IssueRef {
    /// `412` or `#412` of this repository, `owner/name#412`, or an address that ends in `owner/name/issues/412`.
    pub fn parse(text: &str, here: Option<&RepoName>) -> Option<Self> {
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
        if let Some(address) = text.strip_prefix("https://") {
            let mut parts = address.split(['?', '#']).next()?.trim_end_matches('/').rsplit('/');
            let (digits, word, name, owner) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let repo = RepoName::from_parts(owner, name).ok().filter(|_| word == "issues" && parts.next().is_some())?;
            return Some(Self { repo, number: number(digits)? });
        }
        let (repo, digits) = match text.split_once('#') {
            Some((repo, digits)) if !repo.is_empty() => (repo.parse().ok()?, digits),
            Some((_, digits)) => (here?.clone(), digits),
            None => (here?.clone(), text),
        };
        Some(Self { repo, number: number(digits)? })
    }
}

impl fmt::Display for IssueRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repo, self.number)
    }
}

/// Source: GET `/repos/{owner}/{repo}/issues` and its single answers; never a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub at: IssueRef,
    pub title: Untrusted,
    /// Empty where nothing was written.
    pub body: Untrusted,
    /// `false`: it is closed.
    pub open: bool,
    pub labels: Vec<Untrusted>,
    pub assignees: Vec<Assignee>,
    pub author: Option<Untrusted>,
    pub created_at: Option<Instant>,
    pub html_url: Option<Untrusted>,
}

/// Somebody in charge of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee {
    pub login: Untrusted,
    /// It is the coding agent, under whichever of its names.
    pub agent: bool,
}

impl Issue {
    /// The agent is among those in charge.
    pub fn has_agent(&self) -> bool {
        self.assignees.iter().any(|one| one.agent)
    }
}

/// The open issues of a repository, the one that changed last first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    pub issues: Vec<Issue>,
    /// Entries that could not be read at all; the others are still here.
    pub unreadable: u32,
    /// There are more than are read for one question.
    pub more: bool,
}

/// The branches of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    pub names: Vec<Untrusted>,
    /// There are more than are read for one question.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_issue_is_named_by_number_by_place_or_by_address() {
        let here: RepoName = "acme/api".parse().unwrap();
        let named = |text: &str| IssueRef::parse(text, Some(&here)).map(|at| at.to_string());
        for text in ["412", "#412", "acme/api#412", "https://github.com/acme/api/issues/412?q=1#issuecomment-3"] {
            assert_eq!(named(text).as_deref(), Some("acme/api#412"), "{text}");
        }
        let wrong = [
            "",
            "#",
            "0",
            "-1",
            "x",
            "acme#1",
            "a/b/c#1",
            "https://x/1",
            "https://acme/api/issues/1",
            "https://github.com/acme/api/pull/1",
            "99999999999999999999999",
        ];
        for text in wrong {
            assert_eq!(named(text), None, "{text}");
        }
        assert_eq!(IssueRef::parse("412", None), None, "of which repository?");
    }
}
