//! `owner/name`, checked once so that it can stand in a path, on a screen and in a file unescaped.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// A repository's full name. Only characters GitHub allows in names; never `.` or `..`.
///
/// It is shown and written as it was given, but GitHub's names are one whatever their case: two that differ in nothing
/// else are equal, and no limit, list or set takes them for two repositories.
#[derive(Clone)]
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

impl RepoName {
    fn folded(&self) -> impl Iterator<Item = u8> {
        self.full.bytes().map(|byte| byte.to_ascii_lowercase())
    }
}

impl PartialEq for RepoName {
    fn eq(&self, other: &Self) -> bool {
        self.full.eq_ignore_ascii_case(&other.full)
    }
}

impl Eq for RepoName {}

impl Hash for RepoName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|byte| state.write_u8(byte));
        // As of any text: what follows is not taken for a part of it.
        state.write_u8(0xff);
    }
}

impl Ord for RepoName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl PartialOrd for RepoName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
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
    fn names_that_differ_in_case_alone_are_one_repository_and_each_is_shown_as_it_was_given() {
        let typed = ["acme/api", "ACME/api", "Acme/API"].map(|text| text.parse::<RepoName>().unwrap());
        let set: std::collections::HashSet<RepoName> = typed.iter().cloned().collect();
        let tree: std::collections::BTreeSet<RepoName> = typed.iter().cloned().collect();
        assert_eq!((set.len(), tree.len()), (1, 1));
        assert_eq!(typed.map(|repo| repo.to_string()), ["acme/api", "ACME/api", "Acme/API"]);
        let [billing, web]: [RepoName; 2] = ["acme/Billing", "ACME/web"].map(|text| text.parse().unwrap());
        assert!(billing < web, "in order, case does not count either");
        assert_ne!(billing, web);
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
