//! What is read of one pull request alone, when the operator stays on it: its files and whose they are, whether an agent
//! may merge it, its diff.

use super::codeowners::{Codeowners, Ownership};
use crate::text::Untrusted;

/// A file that it changes. Source: GET `/repos/{owner}/{repo}/pulls/{number}/files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    pub path: Untrusted,
    /// Its name before, where it was renamed.
    pub before: Option<Untrusted>,
    pub change: Change,
    pub added: u64,
    pub removed: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    Modified,
    Renamed,
    Copied,
    /// Its mode, not its text.
    Changed,
    Unknown(Untrusted),
}

impl Change {
    pub fn parse(word: &str) -> Self {
        match word {
            "added" => Self::Added,
            "removed" => Self::Removed,
            "modified" => Self::Modified,
            "renamed" => Self::Renamed,
            "copied" => Self::Copied,
            "changed" => Self::Changed,
            other => Self::Unknown(other.into()),
        }
    }

    /// One letter, as git has it.
    pub fn letter(&self) -> &'static str {
        match self {
            Self::Added => "A",
            Self::Removed => "D",
            Self::Modified => "M",
            Self::Renamed => "R",
            Self::Copied => "C",
            Self::Changed => "T",
            Self::Unknown(_) => "?",
        }
    }
}

/// The files, in the service's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedFiles {
    pub files: Vec<ChangedFile>,
    /// The service has more than it tells, or than is read.
    pub more: bool,
}

/// The owners file of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersFile {
    /// Where it lies.
    pub path: &'static str,
    pub rules: Codeowners,
}

/// An agent was told to merge it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentMerge {
    /// What it may do, in the service's words.
    pub allowed: Vec<Untrusted>,
}

/// All of it. Each part on its own: one that cannot be read takes none of the others away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullLook {
    /// The head commit it was read at.
    pub head: Option<Untrusted>,
    pub files: Result<ChangedFiles, super::Fault>,
    /// `Ok(None)`: the branch has no owners file.
    pub owners: Result<Option<Owners>, super::Fault>,
    /// `None`: off, or nobody can tell.
    pub agent_merge: Option<AgentMerge>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    pub path: &'static str,
    pub ownership: Ownership,
    /// Lines of the file that are no rule, and so hold for nothing.
    pub skipped: u32,
}

impl Owners {
    /// Whose these files are.
    pub fn of(file: &OwnersFile, files: &ChangedFiles) -> Self {
        let paths = files.files.iter().map(|file| file.path.raw_for_match());
        Self { path: file.path, ownership: file.rules.ownership(paths), skipped: file.rules.skipped }
    }
}

/// The diff as the service makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullDiff {
    pub text: Untrusted,
    /// It goes on beyond what was taken.
    pub cut: bool,
}
