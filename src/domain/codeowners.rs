//! Whose a file is: the rules of a `CODEOWNERS` file, as GitHub documents them.
//!
//! Patterns are those of gitignore with these differences: the last one that matches decides, even where it names no
//! owner; `!` and `[ ]` mean nothing, and a line with them is no rule; a space in a pattern is written `\ `; case counts.
//! A line with anything GitHub would not take for a rule is left out, and the others hold.
//!
//! | pattern | what it is for |
//! |---|---|
//! | `*` | every file |
//! | `*.rs`, `docs` | a file of that name in any folder; all that is in a folder of that name |
//! | `docs/`, `/docs/` | all that is in such a folder: anywhere, or at the top |
//! | `/docs/a.md`, `docs/a.md` | from the top on |
//! | `docs/*` | files that are in it, not in folders of it |
//! | `**/logs`, `docs/**`, `a/**/b` | any number of folders |

use std::collections::BTreeMap;

use crate::text::Untrusted;

/// GitHub takes no notice of a larger file.
pub const MOST_BYTES: usize = 3 << 20;

/// The rules in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codeowners {
    rules: Vec<Rule>,
    /// Lines that say something and are no rule.
    pub skipped: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    pattern: Pattern,
    owners: Vec<Untrusted>,
}

/// Whose some files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ownership {
    /// Each owner with the number of files, those with most first.
    pub owners: Vec<(Untrusted, u32)>,
    /// Files that are nobody's.
    pub nobodys: u32,
}

impl Codeowners {
    pub fn parse(text: &str) -> Self {
        let mut rules = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            match rule(line) {
                Ok(Some(rule)) => rules.rules.push(rule),
                Ok(None) => {}
                Err(NoRule) => rules.skipped += 1,
            }
        }
        rules
    }

    /// `None`: no rule is for it. An empty list: one is, and it names nobody.
    pub fn owners_of(&self, path: &str) -> Option<&[Untrusted]> {
        let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let last = self.rules.iter().rev().find(|rule| rule.pattern.matches(&path));
        last.map(|rule| rule.owners.as_slice())
    }

    pub fn ownership<'a>(&self, paths: impl Iterator<Item = &'a str>) -> Ownership {
        let mut files: BTreeMap<&str, u32> = BTreeMap::new();
        let mut nobodys = 0;
        for path in paths {
            match self.owners_of(path) {
                Some(owners) if !owners.is_empty() => {
                    for owner in owners {
                        *files.entry(owner.raw_for_match()).or_default() += 1;
                    }
                }
                _ => nobodys += 1,
            }
        }
        let mut owners: Vec<(Untrusted, u32)> =
            files.into_iter().map(|(owner, files)| (Untrusted::from(owner), files)).collect();
        owners.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
        Ownership { owners, nobodys }
    }
}

/// A line that is no rule.
struct NoRule;

/// The rule of a line; `None`: it is empty or a comment.
fn rule(line: &str) -> Result<Option<Rule>, NoRule> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (pattern, rest) = split_pattern(line);
    let pattern = Pattern::parse(pattern).ok_or(NoRule)?;
    let mut owners: Vec<Untrusted> = Vec::new();
    for word in rest.split_whitespace() {
        if word.starts_with('#') {
            break;
        }
        if !is_owner(word) {
            return Err(NoRule);
        }
        if !owners.iter().any(|owner| owner.raw_for_match() == word) {
            owners.push(word.into());
        }
    }
    Ok(Some(Rule { pattern, owners }))
}

/// Up to the first space that is not written `\ `.
fn split_pattern(line: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        if c.is_whitespace() && !escaped {
            return line.split_at(at);
        }
        escaped = c == '\\' && !escaped;
    }
    (line, "")
}

/// `@login`, `@org/team`, or the address of a mail.
fn is_owner(word: &str) -> bool {
    let name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match word.strip_prefix('@') {
        Some(who) => who.split_once('/').map_or_else(|| name(who), |(org, team)| name(org) && name(team)),
        None => word.split_once('@').is_some_and(|(who, host)| {
            !who.is_empty() && !host.contains('@') && host.contains('.') && host.split('.').all(name)
        }),
    }
}

/// A pattern, in parts between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    parts: Vec<Part>,
    /// A folder: it is for what is in it, never for a file of its name.
    folder: bool,
    /// Its end is a file, never a folder and what is in it.
    file: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any number of folders, also none.
    Folders,
    Name(Vec<Piece>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// `*`
    Any,
    /// `?`
    One,
    Char(char),
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        if text.starts_with('!') || text.starts_with("\\#") || text.contains("//") {
            return None;
        }
        let folder = text.ends_with('/');
        let body = text.strip_suffix('/').unwrap_or(text);
        // A slash anywhere but at the end ties it to the top.
        let tied = body.contains('/');
        let body = body.strip_prefix('/').unwrap_or(body);
        let words: Vec<&str> = body.split('/').collect();
        let mut parts = Vec::with_capacity(words.len() + 1);
        if !tied {
            parts.push(Part::Folders);
        }
        for word in &words {
            if *word == "**" {
                if parts.last() != Some(&Part::Folders) {
                    parts.push(Part::Folders);
                }
            } else {
                parts.push(Part::Name(pieces(word)?));
            }
        }
        // `docs/*`, but `*` alone is for everything.
        let file = tied && words.last() == Some(&"*") && !folder;
        Some(Self { parts, folder, file })
    }

    fn matches(&self, path: &[&str]) -> bool {
        fits(&self.parts, path, self)
    }
}

fn pieces(word: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if pieces.last() == Some(&Piece::Any) => {}
            '*' => pieces.push(Piece::Any),
            '?' => pieces.push(Piece::One),
            '\\' => pieces.push(Piece::Char(letters.next()?)),
            '[' | ']' => return None,
            other => pieces.push(Piece::Char(other)),
        }
    }
    (!pieces.is_empty()).then_some(pieces)
}

/// Parts against the folders and the name of a path.
fn fits(parts: &[Part], path: &[&str], pattern: &Pattern) -> bool {
    match (parts.split_first(), path.split_first()) {
        // What is left of the path lies in what the pattern named.
        (None, Some(_)) => !pattern.file,
        (None, None) => !pattern.folder,
        // `docs/**` is for what is in it, as `**` itself is for all.
        (Some((Part::Folders, [])), _) => path.len() > usize::from(pattern.folder),
        (Some((Part::Folders, rest)), _) => {
            (0..=path.len()).any(|skip| path.get(skip..).is_some_and(|path| fits(rest, path, pattern)))
        }
        (Some((Part::Name(name), rest)), Some((first, path))) => {
            let letters: Vec<char> = first.chars().collect();
            is_name(name, &letters) && fits(rest, path, pattern)
        }
        (Some((Part::Name(_), _)), None) => false,
    }
}

/// One name, by going back to the last `*` where it does not fit.
fn is_name(pieces: &[Piece], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match (pieces.get(p), name.get(n)) {
            (Some(Piece::Any), _) => {
                star = Some((p + 1, n));
                p += 1;
            }
            (Some(Piece::One), Some(_)) => (p, n) = (p + 1, n + 1),
            (Some(Piece::Char(a)), Some(b)) if a == b => (p, n) = (p + 1, n + 1),
            _ => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, n) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pieces.get(p..).unwrap_or_default().iter().all(|piece| *piece == Piece::Any)
}

#[cfg(test)]
mod tests;
