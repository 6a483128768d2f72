//! What was typed, pasted or piped in, before anybody is asked.

use std::io::{self, BufRead, Read};

use crate::domain::{Fault, FaultKind, RepoName};

/// Nobody means more tasks than this at once.
const MOST: usize = 1000;
/// A line longer than this is no id.
const LONGEST: usize = 2000;
/// A beginning shorter than this says too little.
pub(super) const SHORTEST: usize = 4;

/// One task, as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Its id, or how it begins; and where it is, where that was said.
    Task { repo: Option<RepoName>, id: String },
    /// The number of a pull request.
    Pull { repo: RepoName, number: u64 },
    /// The number of an issue.
    Issue { repo: RepoName, number: u64 },
}

fn wrong(what: impl AsRef<str>, next: &str) -> Fault {
    Fault::new(FaultKind::Invalid, what, next)
}

const WAYS: &str = "give a task's id or its beginning, OWNER/NAME#PULL or an address from the browser";

/// The words of the command line; `-` among them stands for the lines of the standard input.
pub fn read(words: &[String]) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    for word in words {
        if word == "-" { lines(io::stdin().lock(), &mut all)? } else { all.push(word.clone()) }
    }
    if all.len() > MOST {
        return Err(wrong(format!("{} tasks are more than {MOST}", all.len()), "give fewer at a time"));
    }
    Ok(all)
}

/// One id a line. Blank lines and those that begin with `#` and no number are left out.
pub(super) fn lines(input: impl Read, all: &mut Vec<String>) -> Result<(), Fault> {
    let most = (MOST * 100) as u64;
    let mut input = io::BufReader::new(input.take(most));
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read
            .map_err(|error| wrong(format!("the standard input cannot be read: {error}"), "give the ids as words"))?
            == 0
        {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        let comment =
            text.strip_prefix('#').is_some_and(|rest| rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_digit()));
        if !text.is_empty() && !comment {
            all.push(text.to_owned());
        }
        if all.len() > MOST {
            return Err(wrong(format!("more than {MOST} tasks are on the standard input"), "give fewer at a time"));
        }
    }
}

/// `web`: the host of addresses. `repos`: what `#12` alone may mean.
pub fn parse(text: &str, web: &str, repos: &[RepoName]) -> Result<Which, Fault> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(wrong("that is far too long for a task", WAYS));
    }
    if let Some((_, rest)) = text.split_once("://") {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !text.starts_with("https://") || !host.eq_ignore_ascii_case(web) {
            return Err(wrong(format!("{text} is no address of {web}"), "give one of the configured host"));
        }
        return of_path(path).ok_or_else(|| wrong(format!("there is no task behind {text}"), WAYS));
    }
    if let Some((repo, number)) = text.split_once('#') {
        let number = number.parse().map_err(|_| wrong(format!("{text} names no pull request"), WAYS))?;
        let repo = match (repo, repos) {
            ("", [only]) => only.clone(),
            ("", _) => return Err(wrong(format!("{text}: of which repository?"), "give it as OWNER/NAME#NUMBER")),
            (repo, _) => repo.parse().map_err(|error| wrong(format!("{text}: {error}"), WAYS))?,
        };
        return Ok(Which::Pull { repo, number });
    }
    if text.chars().count() < SHORTEST {
        return Err(wrong(format!("“{text}” is too short to find a task by"), "give at least 4 characters of its id"));
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
        return Err(wrong(format!("“{text}” is no task's id"), WAYS));
    }
    Ok(Which::Task { repo: None, id: text.to_owned() })
}

/// What is behind the host. What follows the thing itself (`/files`, `?x`, `#y`) says nothing about which it is.
fn of_path(path: &str) -> Option<Which> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["copilot", "tasks", id, ..] | ["copilot", "agents", "tasks", id, ..] => {
            Some(Which::Task { repo: None, id: decoded(id)? })
        }
        [owner, name, "agents" | "copilot", "tasks", id, ..] => {
            Some(Which::Task { repo: Some(RepoName::from_parts(owner, name).ok()?), id: decoded(id)? })
        }
        [owner, name, kind @ ("pull" | "issues"), number, ..] => {
            let repo = RepoName::from_parts(owner, name).ok()?;
            let number = number.parse().ok()?;
            Some(if *kind == "pull" { Which::Pull { repo, number } } else { Which::Issue { repo, number } })
        }
        _ => None,
    }
}

/// `%41` is `A`. What is encoded wrongly is no id.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    let id = String::from_utf8(bytes).ok()?;
    (!id.is_empty() && !id.contains(|c: char| c.is_control() || c == '/')).then_some(id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn repo(name: &str) -> RepoName {
        name.parse().unwrap()
    }

    fn of(text: &str) -> Result<Which, Fault> {
        parse(text, "github.com", &[repo("acme/api")])
    }

    #[test]
    fn a_task_is_named_in_every_way_a_person_has_it_at_hand() {
        let task = |repo: Option<&str>, id: &str| Which::Task { repo: repo.map(self::repo), id: id.into() };
        let pull = |name, number| Which::Pull { repo: repo(name), number };
        for (text, which) in [
            ("1a2b", task(None, "1a2b")),
            (" 1a2b3c4d-0000 ", task(None, "1a2b3c4d-0000")),
            ("https://github.com/acme/web/agents/tasks/1a2b?x=1#y", task(Some("acme/web"), "1a2b")),
            ("https://GitHub.com/acme/web/copilot/tasks/a%2Db/", task(Some("acme/web"), "a-b")),
            ("https://github.com/copilot/tasks/1a2b", task(None, "1a2b")),
            ("https://github.com/acme/web/pull/12/files", pull("acme/web", 12)),
            ("acme/web#12", pull("acme/web", 12)),
            ("#12", pull("acme/api", 12)),
            ("https://github.com/acme/web/issues/7", Which::Issue { repo: repo("acme/web"), number: 7 }),
        ] {
            assert_eq!(of(text).unwrap(), which, "{text}");
        }
    }

    #[test]
    fn what_names_nothing_is_told_with_the_ways_there_are() {
        for text in [
            "",
            "1a2",
            "a b c d",
            "https://github.com.evil/acme/web/pull/1",
            "https://user@github.com/acme/web/pull/1",
            "http://github.com/acme/web/pull/1",
            "https://github.com/acme/web",
            "https://github.com/acme/web/pull/x",
            "https://github.com/acme/web/agents/tasks/%",
            "https://github.com/acme/web/agents/tasks/%2F",
            "acme/web#x",
            "web#1",
            "acme/web",
        ] {
            let fault = of(text).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Invalid, "{text}");
            assert!(!fault.next_step.is_empty());
        }
        let several = parse("#12", "github.com", &[repo("a/b"), repo("c/d")]).unwrap_err();
        assert!(several.what.contains("of which repository"), "{several}");
    }

    #[test]
    fn lines_are_ids_without_blanks_and_comments() {
        let mut all = Vec::new();
        lines(&b"# stuck since noon\n\n  1a2b3c \r\n#12\n#\nacme/web#3\nlast"[..], &mut all).unwrap();
        assert_eq!(all, ["1a2b3c", "#12", "acme/web#3", "last"]);
        let many = "1a2b\n".repeat(MOST + 1);
        assert!(lines(many.as_bytes(), &mut Vec::new()).is_err());
        lines("1a2b\n".repeat(MOST).as_bytes(), &mut Vec::new()).unwrap();
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}", path in "(https://github.com/)?[a-z/%#?0-9]{0,60}") {
            let _ = of(&text);
            let _ = of(&path);
            let mut all = Vec::new();
            let _ = lines(text.as_bytes(), &mut all);
        }
    }
}
