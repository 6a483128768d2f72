//! The file format: TOML front matter between two `+++` lines, then the prompt body.
//!
//! Everything that can be wrong with a file is found here, once, with its line: a [`Template`] in hand renders or
//! says which value is at fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use sha2::{Digest, Sha256};
use toml::Spanned;

use super::front::{Front, KindFront, Scalar, VariableFront};
use super::{render, value};
use crate::domain::{RepoName, RepoPattern};

/// A prompt template, read and checked. Written by the operator's team, in git or in the config directory, or shipped.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// File stem unless the front matter says otherwise.
    pub id: String,
    pub title: String,
    pub description: String,
    pub variables: Vec<Variable>,
    /// Named sets of values.
    pub presets: BTreeMap<String, BTreeMap<String, String>>,
    pub model: Option<String>,
    pub custom_agent: Option<String>,
    pub base_ref: Option<String>,
    /// Default true: the agent opens a draft pull request.
    pub create_pull_request: bool,
    /// Words the team sorts its templates and their tasks by. The service takes none with a task.
    pub labels: Vec<String>,
    /// Where it may be used; empty: everywhere.
    pub repos: Vec<RepoPattern>,
    /// What it is for in another system, in the body's own language: `OPS-7`, `{{ issue }}`.
    pub ticket: Option<String>,
    /// The front matter as it stands in the file, from its second line on.
    pub head: String,
    /// The prompt, unrendered.
    pub body: String,
    /// The line of the file the body starts on.
    pub body_line: u32,
    /// Where it came from, for the screen: `shipped` or a path.
    pub origin: String,
    /// The origin of the template of this id that this one took the place of.
    pub replaces: Option<String>,
    /// SHA-256 of the file as it was read: two prompts of one hash were made by the same template.
    pub hash: [u8; 32],
}

#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    pub kind: VariableKind,
    pub help: String,
    pub default: Option<String>,
    pub required: bool,
    /// A regular expression the whole value must match.
    pub pattern: Option<String>,
    /// The file's line that names it.
    pub line: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableKind {
    String,
    Text,
    Integer,
    Bool,
    Choice(Vec<String>),
    Repo,
    Branch,
    Issue,
    File,
}

impl VariableKind {
    /// The file's word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Bool => "bool",
            Self::Choice(_) => "choice",
            Self::Repo => "repo",
            Self::Branch => "branch",
            Self::Issue => "issue",
            Self::File => "file",
        }
    }
}

/// A template file that cannot be used: it never stops the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    pub origin: String,
    pub line: Option<u32>,
    pub what: String,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.origin, self.what),
            None => write!(f, "{}: {}", self.origin, self.what),
        }
    }
}

impl std::error::Error for TemplateFault {}

/// More than this is no prompt.
const MAX_BYTES: usize = 256 * 1024;

/// Words minijinja keeps for itself: a variable of that name could never be written in a body.
const RESERVED: [&str; 21] = [
    "true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else", "elif", "endif",
    "for", "endfor", "loop", "self", "set", "with",
];

/// A fault on the way, placed in the front matter or in the file.
struct Wrong {
    line: Option<u32>,
    what: String,
}

impl Wrong {
    fn at(line: u32, what: impl Into<String>) -> Self {
        Self { line: Some(line), what: what.into() }
    }
}

impl Template {
    /// Reads one file. `origin` is its path, or `shipped`; without an `id` in the front matter its file stem is the id.
    pub fn parse(origin: &str, text: &str) -> Result<Self, TemplateFault> {
        read(origin, text).map_err(|wrong| TemplateFault {
            origin: origin.to_owned(),
            line: wrong.line,
            what: wrong.what,
        })
    }

    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// The value each variable has before anybody typed anything.
    pub fn defaults(&self) -> BTreeMap<String, String> {
        self.variables.iter().map(|v| (v.name.clone(), v.default.clone().unwrap_or_default())).collect()
    }

    /// May it be used in this repository?
    pub fn allows(&self, repo: &RepoName) -> bool {
        self.repos.is_empty() || self.repos.iter().any(|pattern| pattern.matches(repo))
    }

    /// The hash as it is written down.
    pub fn hash_text(&self) -> String {
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
        self.hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

fn read(origin: &str, text: &str) -> Result<Template, Wrong> {
    if text.len() > MAX_BYTES {
        let what = format!("the file is larger than {} KiB", MAX_BYTES / 1024);
        return Err(Wrong { line: None, what });
    }
    let hash = Sha256::digest(text.as_bytes()).into();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let (head, body) = halves(&text)?;
    let front: Front = toml::from_str(head).map_err(|error| {
        let line = error.span().map(|span| line_in_head(head, &span));
        Wrong { line, what: one_line(error.message()) }
    })?;

    let at = |span: Range<usize>| line_in_head(head, &span);
    let id = id_of(origin, front.id.as_ref())
        .map_err(|what| Wrong::at(front.id.as_ref().map_or(1, |id| at(id.span())), what))?;
    if front.title.get_ref().trim().is_empty() {
        return Err(Wrong::at(at(front.title.span()), "`title` is empty"));
    }
    if let Some(base) = &front.base_ref
        && let Some(what) = value::branch_fault(base.get_ref())
    {
        return Err(Wrong::at(at(base.span()), format!("`base_ref` {what}")));
    }
    let variables = variables(front.variables, &at)?;
    let presets = presets(front.presets, &variables, &at)?;
    let repos = repos(front.repos, &at)?;
    let labels = labels(front.labels, &at)?;
    if let Some(ticket) = &front.ticket {
        render::syntax(ticket.get_ref())
            .map_err(|(_, what)| Wrong::at(at(ticket.span()), format!("`ticket`: {what}")))?;
    }

    let head_lines = u32::try_from(head.matches('\n').count()).unwrap_or(u32::MAX);
    let body_line = head_lines.saturating_add(3);
    if body.trim().is_empty() {
        return Err(Wrong::at(body_line, "the prompt after the front matter is empty"));
    }
    render::syntax(body).map_err(|(line, what)| Wrong::at(body_line.saturating_add(line.saturating_sub(1)), what))?;
    Ok(Template {
        id,
        title: front.title.into_inner(),
        description: front.description,
        variables,
        presets,
        model: front.model.filter(|text| !text.is_empty()),
        custom_agent: front.custom_agent.filter(|text| !text.is_empty()),
        base_ref: front.base_ref.map(Spanned::into_inner),
        create_pull_request: front.create_pull_request.unwrap_or(true),
        labels,
        repos,
        ticket: front.ticket.map(Spanned::into_inner).filter(|text| !text.trim().is_empty()),
        head: head.to_owned(),
        body: body.to_owned(),
        body_line,
        origin: origin.to_owned(),
        replaces: None,
        hash,
    })
}

/// Front matter without its `+++` lines (each of its lines ends in a line feed), and the body.
fn halves(text: &str) -> Result<(&str, &str), Wrong> {
    let fence = |line: &str| line.trim_end() == "+++";
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if !fence(first) {
        return Err(Wrong::at(1, "a template starts with a line `+++`, then its front matter"));
    }
    let start = first.len();
    let mut end = start;
    for line in lines {
        if fence(line) {
            let head = text.get(start..end).unwrap_or_default();
            let body = text.get(end + line.len()..).unwrap_or_default();
            return Ok((head, body));
        }
        end += line.len();
    }
    Err(Wrong::at(1, "the front matter is not closed by a second line `+++`"))
}

/// The file's line of a place in the front matter, which starts on line 2.
fn line_in_head(head: &str, span: &Range<usize>) -> u32 {
    let before = head.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(2)
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn id_of(origin: &str, given: Option<&Spanned<String>>) -> Result<String, String> {
    let stem = || {
        let name = origin.rsplit(['/', '\\']).next().unwrap_or(origin);
        name.strip_suffix(".md").unwrap_or(name).to_owned()
    };
    let id = given.map_or_else(stem, |id| id.get_ref().clone());
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&id.len()) && id.chars().all(allowed) && !id.starts_with('.') {
        Ok(id)
    } else {
        Err("the id must be 1 to 64 letters, digits, `-`, `_` or `.`; set it with `id = \"…\"`".to_owned())
    }
}

fn variables(fronts: Vec<VariableFront>, at: &impl Fn(Range<usize>) -> u32) -> Result<Vec<Variable>, Wrong> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::with_capacity(fronts.len());
    for front in fronts {
        let line = at(front.name.span());
        let variable = variable(front, at)?;
        if !seen.insert(variable.name.clone()) {
            return Err(Wrong::at(line, format!("the variable `{}` is there twice", variable.name)));
        }
        out.push(variable);
    }
    Ok(out)
}

fn variable(front: VariableFront, at: &impl Fn(Range<usize>) -> u32) -> Result<Variable, Wrong> {
    let line = at(front.name.span());
    let name = front.name.into_inner();
    let wrong = |line: u32, what: &str| Wrong::at(line, format!("variable `{name}`: {what}"));
    let mut letters = name.chars();
    let good_start = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if !good_start || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') || name.len() > 40 {
        return Err(Wrong::at(line, "a variable's name is 1 to 40 letters, digits and `_`, not a digit first"));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(wrong(line, "the template language keeps this name for itself"));
    }
    let choices_line = front.choices.as_ref().map_or(line, |choices| at(choices.span()));
    let kind = match (front.kind, front.choices.map(Spanned::into_inner)) {
        (KindFront::Choice, Some(choices)) => {
            let distinct: BTreeSet<&String> = choices.iter().collect();
            if choices.is_empty() || distinct.len() < choices.len() || choices.iter().any(|c| c.trim().is_empty()) {
                return Err(wrong(choices_line, "`choices` must be different texts, at least one, none of them empty"));
            }
            VariableKind::Choice(choices)
        }
        (KindFront::Choice, None) => return Err(wrong(line, "a choice needs `choices = [\"…\", …]`")),
        (_, Some(_)) => return Err(wrong(choices_line, "only kind = \"choice\" has `choices`")),
        (KindFront::String, None) => VariableKind::String,
        (KindFront::Text, None) => VariableKind::Text,
        (KindFront::Integer, None) => VariableKind::Integer,
        (KindFront::Bool, None) => VariableKind::Bool,
        (KindFront::Repo, None) => VariableKind::Repo,
        (KindFront::Branch, None) => VariableKind::Branch,
        (KindFront::Issue, None) => VariableKind::Issue,
        (KindFront::File, None) => VariableKind::File,
    };
    if let Some(pattern) = &front.pattern
        && let Err(what) = value::pattern(pattern.get_ref())
    {
        return Err(wrong(at(pattern.span()), &what));
    }
    let default = front.default.map(|Scalar(text)| text);
    let pattern = front.pattern.map(Spanned::into_inner);
    let variable = Variable { name, kind, help: front.help, default, required: front.required, pattern, line };
    match &variable.default {
        Some(default) if !default.is_empty() => value::check(&variable, default)
            .map_err(|what| Wrong::at(line, format!("variable `{}`: its default {what}", variable.name)))
            .map(|_| ())?,
        _ => {}
    }
    Ok(variable)
}

fn repos(fronts: Vec<Spanned<String>>, at: &impl Fn(Range<usize>) -> u32) -> Result<Vec<RepoPattern>, Wrong> {
    let one = |front: Spanned<String>| {
        let line = at(front.span());
        let pattern = front.get_ref().parse();
        pattern.map_err(|error| Wrong::at(line, format!("`repos`: {error}")))
    };
    fronts.into_iter().map(one).collect()
}

fn labels(fronts: Vec<Spanned<String>>, at: &impl Fn(Range<usize>) -> u32) -> Result<Vec<String>, Wrong> {
    let mut out: Vec<String> = Vec::with_capacity(fronts.len());
    for front in fronts {
        let line = at(front.span());
        let label = front.into_inner();
        let too_long = label.chars().count() > 50;
        if label.trim().is_empty() || too_long || label.chars().any(char::is_control) || out.contains(&label) {
            return Err(Wrong::at(line, "`labels` are different texts of one line, 1 to 50 characters"));
        }
        out.push(label);
    }
    Ok(out)
}

fn presets(
    fronts: BTreeMap<String, BTreeMap<Spanned<String>, Scalar>>,
    variables: &[Variable],
    at: &impl Fn(Range<usize>) -> u32,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Wrong> {
    let mut out = BTreeMap::new();
    for (preset, values) in fronts {
        let mut checked = BTreeMap::new();
        for (name, Scalar(text)) in values {
            let line = at(name.span());
            let name = name.into_inner();
            let Some(variable) = variables.iter().find(|variable| variable.name == name) else {
                return Err(Wrong::at(line, format!("preset `{preset}`: there is no variable `{name}`")));
            };
            value::check(variable, &text)
                .map_err(|what| Wrong::at(line, format!("preset `{preset}`: `{name}` {what}")))?;
            checked.insert(name, text);
        }
        out.insert(preset, checked);
    }
    Ok(out)
}
