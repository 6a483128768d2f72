//! The file's text, and everything that is wrong in it.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{FIELDS, Field, find};
use crate::config::given::{Given, Raw, Wrong, clip};
use crate::config::rows::WrongAt;
use crate::config::text::nearest;
use crate::domain::RepoPattern;
use crate::domain::policy::{Policy, Rule, Says};

pub(super) const ALL: &str = Policy::ALL;
pub(super) const EVERYWHERE: &str = "everywhere";
pub(super) const RULE: &str = "rule";

/// Names that mean something else.
const TAKEN: [&str; 3] = [ALL, EVERYWHERE, Policy::DEFAULTS];
const LONGEST_ID: usize = 40;

/// The policy a text says, on top of the defaults.
pub(super) fn read(text: &str) -> Result<Policy, Vec<WrongAt>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let wrong = |error: &toml::de::Error| WrongAt {
            byte: error.span().map_or(0, |span| span.start),
            key: String::new(),
            what: error.message().to_owned(),
        };
        return Err(errors.iter().map(wrong).collect());
    }
    let mut reader = Reader { policy: Policy::default(), wrong: Vec::new() };
    reader.top(table.get_ref());
    if reader.wrong.is_empty() {
        return Ok(reader.policy);
    }
    reader.wrong.sort_by_key(|wrong| wrong.byte);
    Err(reader.wrong)
}

type Table<'a> = DeTable<'a>;

struct Reader {
    policy: Policy,
    wrong: Vec<WrongAt>,
}

fn given<'a>(value: &'a Spanned<DeValue<'a>>) -> Given<'a> {
    let nowhere = std::path::Path::new("");
    Given { raw: Raw::Toml(value.get_ref()), base: nowhere, home: nowhere }
}

impl Reader {
    fn wrong(&mut self, byte: usize, key: &str, what: impl Into<String>) {
        self.wrong.push(WrongAt { byte, key: key.to_owned(), what: what.into() });
    }

    fn top(&mut self, table: &Table<'_>) {
        for (name, value) in table {
            let at = value.span().start;
            match (name.get_ref().as_ref(), value.get_ref()) {
                (ALL, DeValue::Table(table)) => {
                    let says = self.says(ALL, table, &[], |field| field.in_all);
                    self.policy.all.insert(0, Rule::everywhere(ALL, says));
                }
                (EVERYWHERE, DeValue::Table(table)) => {
                    let says = self.says(EVERYWHERE, table, &[], |_| true);
                    self.policy.everywhere.insert(0, Rule::everywhere(EVERYWHERE, says));
                }
                (RULE, DeValue::Array(rules)) => {
                    for rule in rules {
                        match rule.get_ref() {
                            DeValue::Table(table) => self.rule(rule.span().start, table),
                            _ => self.wrong(rule.span().start, RULE, "must be tables only: write [[rule]] before each"),
                        }
                    }
                }
                (RULE, _) => self.wrong(at, RULE, "must be one table or more: write [[rule]] before each"),
                (key @ (ALL | EVERYWHERE), _) => self.wrong(at, key, format!("is a section: write [{key}]")),
                (key, _) => {
                    let near = nearest(key, [ALL, EVERYWHERE, RULE].into_iter());
                    let hint = near.map_or_else(
                        || "there are [all], [everywhere] and [[rule]]".to_owned(),
                        |meant| format!("did you mean {meant}?"),
                    );
                    self.wrong(name.span().start, &clip(key), format!("there is no such section; {hint}"));
                }
            }
        }
    }

    fn rule(&mut self, at: usize, table: &Table<'_>) {
        let id = self.value(table, at, "id", |given| {
            let id = given.text("a name")?;
            match id {
                _ if id.trim() != id || id.chars().count() > LONGEST_ID => {
                    Err(format!("must be a name of at most {LONGEST_ID} characters, without blanks at its ends"))
                }
                _ if id.chars().any(|c| c.is_control() || c == '`') => Err("must be a plain name".to_owned()),
                _ if TAKEN.contains(&id) => Err(format!("`{id}` is the name of another part of the policy")),
                _ => Ok(id.to_owned()),
            }
        });
        let repos = self.value(table, at, "repos", |given| {
            let texts = given.list("a list of owner/name, with `*` for any part of either")?;
            if texts.is_empty() {
                return Err("must name one repository or more".to_owned());
            }
            let pattern = |text: &str| {
                text.parse::<RepoPattern>().map_err(|error| format!("`{}` is no repository: {error}", clip(text)))
            };
            texts.into_iter().map(pattern).collect::<Result<Vec<_>, _>>()
        });
        let says = self.says(RULE, table, &["id", "repos"], |_| true);
        if table.keys().all(|name| matches!(name.get_ref().as_ref(), "id" | "repos")) {
            self.wrong(at, RULE, "says nothing: give it at least one limit");
        }
        let (Some(id), Some(repos)) = (id, repos) else { return };
        let place = |table: &Table<'_>, key: &str| entry(table, key).map_or(at, |value| value.span().start);
        if self.policy.rules.iter().any(|rule| rule.id == id) {
            self.wrong(place(table, "id"), "rule.id", format!("there is a rule `{id}` already"));
        }
        let twice = self.policy.rules.iter().find_map(|rule| {
            let pattern = rule.repos.iter().find(|pattern| repos.contains(pattern))?;
            Some(format!("{pattern} is in the rule `{}` already: which of the two holds?", rule.id))
        });
        if let Some(twice) = twice {
            self.wrong(place(table, "repos"), "rule.repos", twice);
        }
        self.policy.rules.push(Rule { id, repos, says });
    }

    /// A key every rule must have.
    fn value<T>(
        &mut self,
        table: &Table<'_>,
        at: usize,
        name: &str,
        read: impl FnOnce(Given<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let key = format!("{RULE}.{name}");
        let Some(value) = entry(table, name) else {
            self.wrong(at, &key, "is missing: every rule has one");
            return None;
        };
        match read(given(value)) {
            Ok(value) => Some(value),
            Err(what) => {
                self.wrong(value.span().start, &key, what);
                None
            }
        }
    }

    /// What a table says. `more`: keys that are read elsewhere; `may`: which fields may stand here.
    fn says(&mut self, section: &str, table: &Table<'_>, more: &[&str], may: fn(&Field) -> bool) -> Says {
        let mut says = Says::default();
        for (name, at, value) in flat(table) {
            if more.contains(&name.as_str()) {
                continue;
            }
            let found = name.as_str();
            let key = format!("{section}.{}", clip(found));
            match find(found).filter(|field| may(field)) {
                Some(field) => {
                    if let Err(what) = (field.set)(&mut says, given(value)) {
                        self.wrong(value.span().start, &key, what);
                    }
                }
                None if find(found).is_some() => {
                    let what = "can be said of a repository only: put it under [everywhere] or a [[rule]]";
                    self.wrong(at, &key, what);
                }
                None => {
                    let names =
                        || FIELDS.iter().filter(|field| may(field)).map(|field| field.name).chain(more.iter().copied());
                    let hint = nearest(found, names()).map_or_else(
                        || format!("there are {}", names().collect::<Vec<_>>().join(", ")),
                        |meant| format!("did you mean {meant}?"),
                    );
                    self.wrong(at, &key, format!("there is no such key; {hint}"));
                }
            }
        }
        says
    }
}

/// The keys with where they stand; those of a section in the table as `section.key`.
fn flat<'a>(table: &'a Table<'a>) -> Vec<(String, usize, &'a Spanned<DeValue<'a>>)> {
    let mut all = Vec::new();
    for (name, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) => {
                let of_it = |(key, value): (&'a Spanned<_>, _)| {
                    (format!("{}.{}", name.get_ref(), key.get_ref()), key.span().start, value)
                };
                all.extend(inner.iter().map(of_it));
            }
            _ => all.push((name.get_ref().to_string(), name.span().start, value)),
        }
    }
    all
}

fn entry<'a>(table: &'a Table<'a>, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
    table.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|(_, value)| value)
}
