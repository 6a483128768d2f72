//! Which repositories something is said of: one name, or names with `*` for any part.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::RepoName;

/// `acme/api`, `acme/*`, `*/web-*`. GitHub's names are one whatever their case, so it is kept in lower case.
///
/// In order, the most specific comes first: a whole name, then a whole owner, then the one that spells out more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepoPattern(Box<str>);

/// Why a text says nothing of repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotARepoPattern;

impl fmt::Display for NotARepoPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("repositories are written owner/name, with `*` for any part of either")
    }
}

impl std::error::Error for NotARepoPattern {}

impl FromStr for RepoPattern {
    type Err = NotARepoPattern;

    fn from_str(text: &str) -> Result<Self, NotARepoPattern> {
        let (owner, name) = text.split_once('/').ok_or(NotARepoPattern)?;
        // A star can stand for nothing, so what is left beside it need not be a name by itself.
        let filled =
            |part: &str| if part.contains('*') { format!("a{}", part.replace('*', "")) } else { part.to_owned() };
        RepoName::from_parts(&filled(owner), &filled(name)).map_err(|_| NotARepoPattern)?;
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for RepoPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl RepoPattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, repo: &RepoName) -> bool {
        let (owner, name) = self.parts();
        glob(owner.as_bytes(), repo.owner().as_bytes()) && glob(name.as_bytes(), repo.name().as_bytes())
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_once('/').unwrap_or_default()
    }

    /// The most specific first.
    fn order(&self) -> (bool, bool, std::cmp::Reverse<usize>, &str) {
        let (owner, _) = self.parts();
        let spelt = self.0.bytes().filter(|b| *b != b'*').count();
        (self.0.contains('*'), owner.contains('*'), std::cmp::Reverse(spelt), &self.0)
    }
}

impl Ord for RepoPattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for RepoPattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `*` is any number of characters. Goes back to the last star only, so that no pattern takes long.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), text.get(t)) {
            (Some(b'*'), _) => {
                star = Some((p + 1, t));
                p += 1;
            }
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => (p, t) = (p + 1, t + 1),
            _ => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, t) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_star_stands_for_any_part_of_owner_or_name_but_never_for_the_slash() {
        for (pattern, repo, expected) in [
            ("acme/api", "acme/api", true),
            ("Acme/API", "acme/api", true),
            ("acme/api", "acme/api2", false),
            ("acme/*", "acme/api", true),
            ("acme/*", "acme2/api", false),
            ("*/api", "acme/api", true),
            ("*/*", "acme/api", true),
            ("acme/web-*", "acme/web-", true),
            ("acme/web-*", "acme/Web-shop", true),
            ("acme/*-web-*", "acme/a-web-b-web-c", true),
            ("acme/*web", "acme/web-webb", false),
        ] {
            let repo: RepoName = repo.parse().unwrap();
            assert_eq!(pattern.parse::<RepoPattern>().unwrap().matches(&repo), expected, "{pattern} {repo}");
        }
    }

    #[test]
    fn what_names_no_repository_is_no_pattern() {
        for text in ["", "*", "acme", "acme/", "/api", "acme/a/b", "acme/a b", "acme/[ab]", "acme/..", "acme/\u{1b}"] {
            assert_eq!(text.parse::<RepoPattern>(), Err(NotARepoPattern), "{text:?}");
        }
    }

    #[test]
    fn the_most_specific_comes_first() {
        let mut all: Vec<RepoPattern> = ["*/*", "acme/*", "*/api", "acme/api", "acme/web-*", "ac*/api-long-name"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        all.sort();
        let all: Vec<&str> = all.iter().map(RepoPattern::as_str).collect();
        assert_eq!(all, ["acme/api", "acme/web-*", "acme/*", "ac*/api-long-name", "*/api", "*/*"]);
    }

    #[test]
    fn many_stars_do_not_take_long() {
        let pattern: RepoPattern = format!("acme/{}b", "a*".repeat(49)).parse().unwrap();
        assert!(!pattern.matches(&format!("acme/{}", "a".repeat(100)).parse().unwrap()));
    }
}
