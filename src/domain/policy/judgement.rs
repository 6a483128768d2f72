//! What was found, rule by rule, and the one word that follows from it.

use chrono::TimeDelta;

use super::judge::Stage;
use super::key::Key;
use super::rule::Policy;
use crate::domain::{StartRequest, TaskId};
use crate::text::Safe;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Allowed,
    /// Allowed with a typed reason.
    NeedsReason,
    Refused,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NeedsReason => "needs_reason",
            Self::Refused => "refused",
        }
    }
}

/// How a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    Fine,
    /// Not asked for yet; decided when it is sent.
    Later,
    NeedsReason,
    Refuses,
}

/// What one key of one rule says to this start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `None`: the policy itself.
    pub key: Option<Key>,
    /// About all repositories together.
    pub in_all: bool,
    pub rule: Safe,
    /// With the number that decided: `2 of 3 active`.
    pub says: Safe,
    pub grade: Grade,
}

/// Work with the same prompt or ticket that may still go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// `None`: whether it was started is not known.
    pub task: Option<TaskId>,
    /// `None`: it was not started from here.
    pub age: Option<TimeDelta>,
    /// The same ticket; else the same prompt.
    pub by_ticket: bool,
    /// It is seen to be open; else nobody knows whether it still is.
    pub seen_open: bool,
}

impl std::fmt::Display for Duplicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.by_ticket { "the same ticket" } else { "the same prompt" };
        match &self.task {
            Some(task) => write!(f, "{what} is task {}", task.show())?,
            None => write!(f, "{what} may have been started")?,
        }
        if let Some(age) = self.age {
            write!(f, ", {} ago", ago(age))?;
        }
        f.write_str(if self.seen_open { ", still open" } else { ", perhaps still open" })
    }
}

fn ago(age: TimeDelta) -> String {
    match age.num_minutes() {
        ..1 => format!("{} s", age.num_seconds().max(0)),
        minutes @ 1..120 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    }
}

/// The outcome of judging one request. Only one made at the gate can become a grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub(super) stage: Stage,
    pub(super) request: StartRequest,
    pub(super) policy_hash: Option<[u8; 32]>,
    /// The most specific rule for the repository.
    pub(super) rule: Safe,
    pub(super) findings: Vec<Finding>,
    pub(super) duplicates: Vec<Duplicate>,
}

impl Judgement {
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| verdict_of(finding.grade)).max().unwrap_or(Verdict::Allowed)
    }

    pub fn request(&self) -> &StartRequest {
        &self.request
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Must be shown and confirmed before a start.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    pub fn policy_hash(&self) -> Option<[u8; 32]> {
        self.policy_hash
    }

    /// The rule that decided: of a refusal the one that refuses, else the most specific one.
    pub fn rule(&self) -> &Safe {
        let deciding = self.deciding().next();
        deciding.map_or(&self.rule, |finding| &finding.rule)
    }

    /// What stands in the way.
    fn deciding(&self) -> impl Iterator<Item = &Finding> {
        let verdict = self.verdict();
        self.findings.iter().filter(move |finding| verdict != Verdict::Allowed && verdict_of(finding.grade) == verdict)
    }

    /// The verdict with rule and numbers, in one line.
    pub fn line(&self) -> Safe {
        let place = |finding: &Finding| if finding.in_all { " in all" } else { "" };
        let said = |finding: &Finding| format!("{}{}", finding.says, place(finding));
        let with_rule = |finding: &Finding| format!("{} (rule `{}`)", said(finding), finding.rule);
        let list = |findings: Vec<String>| findings.join(", ");
        let later: Vec<&str> = self.later().collect();
        let mut line = match self.verdict() {
            Verdict::Refused => format!("refused: {}", list(self.deciding().map(with_rule).collect())),
            Verdict::NeedsReason => format!("needs a reason: {}", list(self.deciding().map(with_rule).collect())),
            Verdict::Allowed => {
                // What `all` says is said to be about all.
                let of_all = |finding: &Finding| finding.in_all && finding.rule.as_str() == Policy::ALL;
                let another = |finding: &Finding| finding.rule != self.rule && !of_all(finding);
                let named = |finding| if another(finding) { with_rule(finding) } else { said(finding) };
                let fine: Vec<String> = self.findings.iter().filter(|f| f.grade == Grade::Fine).map(named).collect();
                let word = if later.is_empty() { "allowed" } else { "so far allowed" };
                let colon = if fine.is_empty() { "" } else { ": " };
                format!("{word} by rule `{}`{colon}{}", self.rule, list(fine))
            }
        };
        if !later.is_empty() {
            line.push_str(&format!("; checked when it is sent: {}", later.join(", ")));
        }
        Safe::new(line)
    }

    /// What is not known yet and will be asked for when it is sent.
    fn later(&self) -> impl Iterator<Item = &'static str> {
        let mut words: Vec<&str> = self
            .findings
            .iter()
            .filter(|finding| finding.grade == Grade::Later)
            .filter_map(|finding| Some(finding.key?.counted()))
            .collect();
        words.dedup();
        words.into_iter()
    }
}

fn verdict_of(grade: Grade) -> Verdict {
    match grade {
        Grade::Fine | Grade::Later => Verdict::Allowed,
        Grade::NeedsReason => Verdict::NeedsReason,
        Grade::Refuses => Verdict::Refused,
    }
}
