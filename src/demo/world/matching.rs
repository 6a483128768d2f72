//! Whether what happened is what a trigger waits for: labels, states, paths, words.

use serde_json::Value;

use super::automation::{Automation, words};
use super::core::{AGENT_LOGIN, World};
use super::firings::Happening;
use super::script::Tool;

/// What it is about in words for the agent, when a trigger waits for it.
pub fn happening(world: &World, automation: &Automation, happening: Happening<'_>) -> Option<String> {
    match happening {
        Happening::Issue { index, kind, label } => {
            let issue = world.issues.get(index).filter(|issue| issue.repo == automation.repo)?;
            let config = automation.trigger("issues").filter(|config| words(config, "types").any(|one| one == kind))?;
            let mut labels = words(config, "labels").peekable();
            let met = labels.peek().is_none()
                || labels.any(|wanted| {
                    label.map_or_else(|| issue.labels.iter().any(|has| has == wanted), |new| new == wanted)
                });
            let author = world.person(issue.user).map_or("", |person| person.login.as_str());
            let text = Text { title: &issue.title, body: &issue.body, author, labels: &issue.labels };
            let assigned =
                |login: &str| world.person_named(login).is_some_and(|person| issue.assignees.contains(&person.id));
            let mut assignees = words(config, "assignees").peekable();
            let in_charge = assignees.peek().is_none() || assignees.any(assigned);
            let about = format!("Issue #{} was {kind}: {}", issue.number, issue.title);
            (met && in_charge && text.meets(config)).then_some(about)
        }
        Happening::Review { pull, state } => {
            let found = world.pulls.get(pull).filter(|pull| pull.repo == automation.repo && !pull.automated)?;
            let config = automation.trigger("pull_request_review")?;
            let mut states = words(config, "states").peekable();
            let met = states.peek().is_none() || states.any(|wanted| wanted.eq_ignore_ascii_case(state));
            let about = format!(
                "A review of pull request #{} was submitted: {}.",
                found.number,
                state.to_lowercase().replace('_', " ")
            );
            met.then_some(about)
        }
    }
}

/// Whether a pull request is one that the settings speak of.
pub fn pull(world: &World, index: usize, config: &Value) -> bool {
    let Some(view) = world.view(index) else { return false };
    let text = Text { title: &view.title, body: &view.body, author: AGENT_LOGIN, labels: &[] };
    let paths: Vec<&str> = words(config, "paths").collect();
    let touched = || {
        let sessions = world.tasks.iter().filter(|task| task.pull == Some(index)).flat_map(|task| &task.sessions);
        let calls = sessions.flat_map(|session| {
            let calls = session.script.turns.iter().flat_map(|turn| &turn.calls);
            calls.map(move |call| (session, &call.tool))
        });
        let files = calls.filter_map(|(session, tool)| match tool {
            Tool::Edit { path, .. } | Tool::Create { path } => Some(session.fill.apply(path)),
            _ => None,
        });
        files.into_iter().any(|file| is_among(file.trim_start_matches('/'), &paths))
    };
    words(config, "labels").next().is_none() && text.meets(config) && (paths.is_empty() || touched())
}

/// As in a gitignore file: the last pattern that fits decides, `!` takes out again.
fn is_among(file: &str, patterns: &[&str]) -> bool {
    let decides = patterns.iter().rev().find(|pattern| fits(pattern.trim_start_matches('!'), file));
    decides.is_some_and(|pattern| !pattern.starts_with('!'))
}

fn fits(pattern: &str, file: &str) -> bool {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    let pattern = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
    let parts: Vec<&str> = file.split('/').collect();
    let wanted: Vec<&str> = pattern.split('/').collect();
    if anchored {
        path_fits(&wanted, &parts)
    } else {
        (0..parts.len()).any(|from| parts.get(from..).is_some_and(|rest| path_fits(&wanted, rest)))
    }
}

/// A pattern that ends before the path does fits the folder, and so all that is in it.
fn path_fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], _) => true,
        (["**"], rest) => !rest.is_empty(),
        (["**", tail @ ..], rest) => {
            (0..=rest.len()).any(|from| rest.get(from..).is_some_and(|rest| path_fits(tail, rest)))
        }
        ([_, ..], []) => false,
        ([first, tail @ ..], [part, rest @ ..]) => {
            name_fits(first.as_bytes(), part.as_bytes()) && path_fits(tail, rest)
        }
    }
}

fn name_fits(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', tail @ ..], _) => {
            name_fits(tail, name) || name.split_first().is_some_and(|(_, rest)| name_fits(pattern, rest))
        }
        ([b'?', tail @ ..], [_, rest @ ..]) => name_fits(tail, rest),
        ([wanted, tail @ ..], [found, rest @ ..]) => wanted == found && name_fits(tail, rest),
        _ => false,
    }
}

struct Text<'a> {
    title: &'a str,
    body: &'a str,
    author: &'a str,
    labels: &'a [String],
}

impl Text<'_> {
    /// Every term of `query` must be met, and `body_substring` stand in the body. Qualifiers nobody here knows are met.
    fn meets(&self, config: &Value) -> bool {
        let text = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default();
        self.body.contains(text("body_substring")) && text("query").split_whitespace().all(|term| self.meets_term(term))
    }

    fn meets_term(&self, term: &str) -> bool {
        let (wanted, term) = term.strip_prefix('-').map_or((true, term), |rest| (false, rest));
        let met = match term.split_once(':') {
            Some(("label", name)) => self.labels.iter().any(|label| label == name.trim_matches('"')),
            Some(("author", login)) => login.trim_start_matches("app/").eq_ignore_ascii_case(self.author),
            Some(_) => return true,
            None => {
                let word = term.trim_matches('"').to_lowercase();
                self.title.to_lowercase().contains(&word) || self.body.to_lowercase().contains(&word)
            }
        };
        met == wanted
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_patterns_of_a_gitignore_file_and_the_last_that_fits_decides() {
        let db = ["src/main/resources/db/**", "!src/main/resources/db/seed/**"];
        assert!(is_among("src/main/resources/db/V118__index.sql", &db));
        assert!(!is_among("src/main/resources/db/seed/people.sql", &db));
        assert!(!is_among("docs/db/V1.sql", &db));
        assert!(is_among("a/b/c.rs", &["*.rs"]) && is_among("a/b/c.rs", &["b/"]) && !is_among("a/b.rs", &["/b.rs"]));
        assert!(is_among("a/x/y/b.md", &["a/**/b.md"]) && is_among("a/b.md", &["a/**/b.md"]));
        assert!(!is_among("a", &[]) && !is_among("abc", &["a?"]) && is_among("ab", &["a?"]));
    }

    #[test]
    fn every_term_of_a_query_must_be_met() {
        let labels = ["bug".to_owned()];
        let text = Text { title: "Login fails", body: "Since Monday, on Safari.", author: "mona", labels: &labels };
        let meets = |query: &str, inside: &str| text.meets(&json!({ "query": query, "body_substring": inside }));
        assert!(meets("", "") && meets("login label:bug", "Safari") && meets("is:open author:mona -label:docs", ""));
        assert!(!meets("logout", "") && !meets("-login", "") && !meets("label:docs", "") && !meets("", "Firefox"));
    }
}
