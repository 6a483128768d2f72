//! Which lines a typed query is about: the queue's way of writing one, over what a line of the ledger has.
//!
//! `repo:acme/api who:mona is:failed -template:bugfix flaky`: every term must hold; `-` turns one round; a comma gives a
//! choice; a word without a name is looked for in everything the line says.

use super::line::Line;
use super::words;

/// What can be asked for, and of what.
pub const NAMES: [(&str, &str); 9] = [
    ("repo", "repository, or a part of it"),
    ("task", "id of a task"),
    ("who", "user, or login at the service"),
    ("template", "id of the template"),
    ("model", "model, or a part of it"),
    ("ticket", "ticket"),
    ("action", "start, assign, cancel, force_cancel, comment, mark_ready"),
    ("is", "what the line says: start, failed, confirmed, unknown, merged …"),
    ("rule", "rule of the policy that allowed it"),
];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sift {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    name: Option<&'static str>,
    /// In lower case; one of them must hold.
    values: Vec<String>,
    not: bool,
}

impl Sift {
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split_whitespace().map(Term::parse).collect::<Result<_, _>>().map(|terms| Self { terms })
    }

    pub fn holds(&self, line: &Line) -> bool {
        self.terms.iter().all(|term| term.holds(line) != term.not)
    }
}

impl Term {
    fn parse(word: &str) -> Result<Self, String> {
        let (not, word) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
        let lower = word.to_lowercase();
        let Some((name, values)) = lower.split_once(':') else {
            return Ok(Self { name: None, values: vec![lower], not });
        };
        let known = NAMES.iter().find(|(known, _)| *known == name).map(|(known, _)| *known);
        let values: Vec<String> = values.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
        match known {
            Some(_) if values.is_empty() => Err(format!("what is “{name}:” to be?")),
            Some(name) => Ok(Self { name: Some(name), values, not }),
            None => {
                let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
                Err(format!("the ledger knows no “{name}:”; there are {}", names.join(", ")))
            }
        }
    }

    fn holds(&self, line: &Line) -> bool {
        let intent = line.intent();
        let is = |text: Option<&str>| {
            let text = text.map(str::to_lowercase);
            text.is_some_and(|text| self.values.contains(&text))
        };
        let has = |text: Option<&str>| {
            let text = text.map(str::to_lowercase);
            text.is_some_and(|text| self.values.iter().any(|value| text.contains(value)))
        };
        let Some(name) = self.name else {
            let everything = [words::title(line), words::detail(line)];
            return has(Some(line.repo().as_str()))
                || has(line.task())
                || everything.iter().any(|text| has(Some(text.as_str())));
        };
        match name {
            "repo" => has(Some(line.repo().as_str())),
            "task" => is(line.task()),
            "who" => intent.is_some_and(|intent| is(Some(&intent.who)) || is(intent.login.as_deref())),
            "template" => is(intent.and_then(|intent| intent.template.as_deref())),
            "model" => has(line.model()),
            "ticket" => is(intent.and_then(|intent| intent.ticket.as_deref())),
            "action" => is(intent.map(|intent| intent.action.word())),
            "rule" => has(intent.and_then(|intent| intent.granted.as_ref()).map(|granted| &*granted.rule)),
            _ => has(Some(words::title(line).as_str())),
        }
    }
}
