//! Gives people and repositories other names, the same one everywhere in a recording. Done when the recording is whole,
//! so that a name is known before the first line it stands in.
//!
//! Replaced are: `owner/name` wherever it stands, logins as words wherever they stand, repositories' own names where a
//! field says that it is one, mail addresses. What else gives somebody away in a text stays: nobody but a reader can tell.

use std::collections::{BTreeMap, HashMap};

use regex::{Captures, Regex};
use serde_json::Value;

use super::form::{End, Head, Line};

/// Services' accounts, by which the console tells an agent from a person.
const KEPT: [&str; 6] = ["copilot", "github-actions", "ghost", "web-flow", "github", "dependabot"];
/// A login that is also a word of the service is only replaced where it can be nothing else.
const WORDS: [&str; 33] = [
    "actions",
    "agent",
    "agents",
    "api",
    "bot",
    "branch",
    "cancelled",
    "closed",
    "completed",
    "copilot",
    "failed",
    "failure",
    "github",
    "graphql",
    "issue",
    "issues",
    "logs",
    "main",
    "master",
    "merged",
    "open",
    "orgs",
    "pull",
    "pulls",
    "queued",
    "repo",
    "repos",
    "runs",
    "success",
    "task",
    "tasks",
    "test",
    "user",
];
/// Fields that hold a login and nothing else.
const LOGINS: [&str; 5] = ["login", "owner", "actor", "creator", "user"];
/// Fields that hold a repository's own name, beside others that hold anything.
const REPO_NAMES: [&str; 3] = ["name", "repo", "repository"];

#[derive(Debug, Default)]
struct Names {
    /// Lower-case login to its new name; repositories' owners first.
    logins: BTreeMap<String, String>,
    /// Lower-case own name of a repository to its new one.
    repos: BTreeMap<String, String>,
    owners: usize,
    users: usize,
}

/// The recording with other names, and how many there were.
pub fn replace(text: &str) -> (String, usize) {
    let mut names = Names::default();
    for line in text.lines() {
        names.learn(line);
    }
    let count = names.logins.len() + names.repos.len();
    let Some(patterns) = Patterns::new(&names) else { return (String::new(), 0) };
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        // A line that is none of ours is not passed on: nobody knows what stands in it.
        if let Some(line) = renamed(line, &names, &patterns) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    (out, count)
}

fn renamed(line: &str, names: &Names, patterns: &Patterns) -> Option<String> {
    if let Ok(mut head) = serde_json::from_str::<Head>(line) {
        head.repos.iter_mut().for_each(|repo| *repo = patterns.text(repo, names));
        return serde_json::to_string(&head).ok();
    }
    if let Ok(mut line) = serde_json::from_str::<Line>(line) {
        line.ask = patterns.text(&line.ask, names);
        patterns.value(&mut line.variables, names, "");
        for (_, header) in &mut line.headers {
            patterns.value(header, names, "");
        }
        line.text = match serde_json::from_str::<Value>(&line.text) {
            Ok(mut body) if body.is_object() || body.is_array() => {
                patterns.value(&mut body, names, "");
                body.to_string()
            }
            _ => patterns.text(&line.text, names),
        };
        return serde_json::to_string(&line).ok();
    }
    serde_json::from_str::<End>(line).ok().and_then(|end| serde_json::to_string(&end).ok())
}

impl Names {
    fn learn(&mut self, line: &str) {
        if let Ok(head) = serde_json::from_str::<Head>(line) {
            head.repos.iter().for_each(|repo| self.slug(repo));
        } else if let Ok(line) = serde_json::from_str::<Line>(line) {
            let mut parts = line.ask.split(['/', '?']).skip(1);
            if parts.next() == Some("repos")
                && let (Some(owner), Some(name)) = (parts.next(), parts.next())
            {
                self.slug(&format!("{owner}/{name}"));
            }
            if let Ok(body) = serde_json::from_str::<Value>(&line.text) {
                self.walk(&body);
            }
        }
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|item| self.walk(item)),
            Value::Object(map) => {
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("full_name" | "nameWithOwner", Value::String(slug)) => self.slug(slug),
                        ("login", Value::String(login)) => self.login(login, false),
                        _ => self.walk(value),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn slug(&mut self, slug: &str) {
        let Some((owner, name)) = slug.split_once('/').filter(|(owner, name)| fit(owner) && fit(name)) else { return };
        self.login(owner, true);
        let next = self.repos.len() + 1;
        self.repos.entry(name.to_ascii_lowercase()).or_insert_with(|| format!("repo-{next}"));
    }

    fn login(&mut self, login: &str, owns: bool) {
        let lower = login.to_ascii_lowercase();
        if !fit(login)
            || KEPT.contains(&lower.as_str())
            || lower.starts_with("copilot")
            || self.logins.contains_key(&lower)
        {
            return;
        }
        let new = if owns {
            self.owners += 1;
            format!("owner-{}", self.owners)
        } else {
            self.users += 1;
            format!("user-{}", self.users)
        };
        self.logins.insert(lower, new);
    }
}

/// As names are: a bot's, with its brackets, is none.
fn fit(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

struct Patterns {
    slug: Regex,
    /// None: there is no login that may be taken for one wherever it stands.
    login: Option<Regex>,
    mail: Regex,
    by_slug: HashMap<String, String>,
}

impl Patterns {
    fn new(names: &Names) -> Option<Self> {
        let any_of = |words: Vec<&String>| {
            let mut words: Vec<String> = words.into_iter().map(|word| regex::escape(word)).collect();
            // The longest first: of two names that begin alike the longer one is meant.
            words.sort_by_key(|word| (std::cmp::Reverse(word.len()), word.clone()));
            words.join("|")
        };
        let plain: Vec<&String> =
            names.logins.keys().filter(|name| name.len() > 2 && !WORDS.contains(&name.as_str())).collect();
        let login =
            if plain.is_empty() { None } else { Some(Regex::new(&format!(r"(?i)\b(?:{})\b", any_of(plain))).ok()?) };
        let mut by_slug = HashMap::new();
        for (owner, new_owner) in &names.logins {
            for (name, new_name) in &names.repos {
                by_slug.insert(format!("{owner}/{name}"), format!("{new_owner}/{new_name}"));
            }
        }
        let (owners, repos) = (any_of(names.logins.keys().collect()), any_of(names.repos.keys().collect()));
        let slug = if owners.is_empty() || repos.is_empty() {
            r"[^\s\S]".to_owned()
        } else {
            format!(r"(?i)\b({owners})(/|%2f)({repos})\b")
        };
        let mail = Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").ok()?;
        Some(Self { slug: Regex::new(&slug).ok()?, login, mail, by_slug })
    }

    fn text(&self, text: &str, names: &Names) -> String {
        let text = self.mail.replace_all(text, "someone@example.invalid");
        let text = self.slug.replace_all(&text, |found: &Captures<'_>| {
            let part = |n: usize| found.get(n).map_or("", |m| m.as_str());
            let known = self.by_slug.get(&format!("{}/{}", part(1), part(3)).to_ascii_lowercase());
            known.map_or_else(|| part(0).to_owned(), |new| new.replace('/', part(2)))
        });
        let Some(login) = &self.login else { return text.into_owned() };
        let renamed = login.replace_all(&text, |found: &Captures<'_>| {
            let name = found.get(0).map_or("", |m| m.as_str());
            names.logins.get(&name.to_ascii_lowercase()).cloned().unwrap_or_else(|| name.to_owned())
        });
        renamed.into_owned()
    }

    fn value(&self, value: &mut Value, names: &Names, key: &str) {
        match value {
            Value::String(text) => {
                let lower = text.to_ascii_lowercase();
                let whole = match key {
                    key if LOGINS.contains(&key) => names.logins.get(&lower),
                    key if REPO_NAMES.contains(&key) => names.repos.get(&lower),
                    _ => None,
                };
                *text = whole.cloned().unwrap_or_else(|| self.text(text, names));
            }
            Value::Array(list) => list.iter_mut().for_each(|item| self.value(item, names, key)),
            Value::Object(map) => map.iter_mut().for_each(|(key, item)| self.value(item, names, key)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn line(ask: &str, text: &str) -> String {
        let line = Line {
            door: "api".into(),
            origin: "https://api.github.com".into(),
            method: "GET".into(),
            ask: ask.into(),
            status: 200,
            text: text.into(),
            ..Line::default()
        };
        serde_json::to_string(&line).unwrap()
    }

    #[test]
    fn a_name_is_replaced_everywhere_by_the_same_other_one_also_before_it_was_told() {
        let head = r#"{"atc_recording":1,"program":"0","started":"2026-01-01T00:00:00Z","host":"github.com","repos":["Acme/billing"]}"#;
        let early = line("/logs", "fix by octavia for acme/billing, see mail a.b@acme.example");
        let late = line(
            "/repos/acme/billing/pulls?head=acme:fix",
            r#"{"login":"Octavia","n":1,"name":"billing","state":"open","body":"@octavia at ACME"}"#,
        );
        let (text, count) = replace(&format!("{head}\n{early}\n{late}\n"));
        for name in ["octavia", "acme", "billing"] {
            assert!(!text.to_lowercase().contains(name), "{name} in {text}");
        }
        assert_eq!(count, 3);
        let lines: Vec<Line> = text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0].text, "fix by user-1 for owner-1/repo-1, see mail someone@example.invalid");
        assert_eq!(lines[1].ask, "/repos/owner-1/repo-1/pulls?head=owner-1:fix");
        assert_eq!(
            lines[1].text,
            r#"{"login":"user-1","n":1,"name":"repo-1","state":"open","body":"@user-1 at owner-1"}"#
        );
    }

    #[test]
    fn an_agent_keeps_its_name_and_a_word_of_the_service_its_meaning() {
        let body = r#"[{"login":"Copilot"},{"login":"dependabot[bot]"},{"login":"completed"},{"state":"completed"}]"#;
        let (text, _) = replace(&line("/x", body));
        let line: Line = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(
            line.text,
            r#"[{"login":"Copilot"},{"login":"dependabot[bot]"},{"login":"user-1"},{"state":"completed"}]"#
        );
    }
}
