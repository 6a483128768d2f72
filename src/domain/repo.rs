//! `owner/name`, checked once so that it can stand in a path, on a screen and in a file unescaped.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A repository's full name. Only characters GitHub allows in names; never `.` or `..`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoName {
    full: Arc<str>,
    slash: u16,
}

/// Why a text is not a repository name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotARepoName;

impl fmt::Display for NotARepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a repository is written owner/name, with letters, digits, `-`, `_` and `.`")
    }
}

impl std::error::Error for NotARepoName {}

impl RepoName {
    pub fn owner(&self) -> &str {
        self.full.get(..usize::from(self.slash)).unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.full.get(usize::from(self.slash) + 1..).unwrap_or_default()
    }

    pub fn as_str(&self) -> &str {
        &self.full
    }

    /// The two segments, checked; for callers that have them apart.
    pub fn from_parts(owner: &str, name: &str) -> Result<Self, NotARepoName> {
        if segment(owner) && segment(name) {
            let slash = u16::try_from(owner.len()).map_err(|_| NotARepoName)?;
            Ok(Self { full: format!("{owner}/{name}").into(), slash })
        } else {
            Err(NotARepoName)
        }
    }
}

fn segment(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=100).contains(&text.len()) && text != "." && text != ".." && text.chars().all(allowed)
}

impl FromStr for RepoName {
    type Err = NotARepoName;

    fn from_str(text: &str) -> Result<Self, NotARepoName> {
        let (owner, name) = text.split_once('/').ok_or(NotARepoName)?;
        Self::from_parts(owner, name)
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.full)
    }
}

impl fmt::Debug for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

impl serde::Serialize for RepoName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.full)
    }
}

impl<'de> serde::Deserialize<'de> for RepoName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_back_its_two_parts() {
        let repo: RepoName = "acme/billing.js".parse().unwrap();
        assert_eq!((repo.owner(), repo.name(), repo.as_str()), ("acme", "billing.js", "acme/billing.js"));
    }

    #[test]
    fn what_could_reach_another_path_is_not_a_name() {
        for bad in [
            "",
            "a",
            "a/",
            "/b",
            "a/b/c",
            "../x",
            "a/..",
            "a/.",
            "a/%2e%2e",
            "a/b?c",
            "a/b#c",
            "a\u{202e}/b",
            "a b/c",
            "a/b\n",
        ] {
            assert_eq!(bad.parse::<RepoName>(), Err(NotARepoName), "{bad:?}");
        }
    }
}
