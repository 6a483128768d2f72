//! What a prompt must have to be worth sending: a goal, what is not asked for, commands that prove the work, and how
//! the pull request should read. Findings are advice; nothing is refused here.

use std::sync::OnceLock;

use regex::Regex;

use super::render::{self, placeholder};
use super::{Template, Variable};
use crate::domain::start::PROMPT_WARN_CHARS;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// What is made of it is not worth sending, or must not be sent.
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One piece of advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// Stable, for filters and tests: `no-goal`, `secret`…
    pub code: &'static str,
    pub message: String,
    pub at: Where,
}

impl Finding {
    fn error(code: &'static str, message: String, at: Where) -> Self {
        Self { severity: Severity::Error, code, message, at }
    }

    fn warning(code: &'static str, message: String, at: Where) -> Self {
        Self { severity: Severity::Warning, code, message, at }
    }

    /// The line of the template's file it is about: where the prompt begins, for what is missing in it.
    pub fn line(&self, template: &Template) -> u32 {
        match &self.at {
            Where::Line(line) => *line,
            Where::Variable(name) => template.variable(name).map_or(template.body_line, |variable| variable.line),
            Where::Whole => template.body_line,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// A line of the file, or of the prompt when a prompt was looked at.
    Line(u32),
    Variable(String),
    /// Something is missing or too much as a whole.
    Whole,
}

/// The code of what looks like a token or a key.
pub const SECRET: &str = "secret";

/// A part every prompt should have.
struct Part {
    code: &'static str,
    /// What the headings that open it say, in small letters.
    words: &'static [&'static str],
    missing: &'static str,
}

const PARTS: [Part; 4] = [
    Part {
        code: "no-goal",
        words: &["goal", "objective", "outcome"],
        missing: "no heading `Goal`: say what is to be true in the end",
    },
    Part {
        code: "no-non-goals",
        words: &["non-goal", "non goal", "not in scope", "out of scope"],
        missing: "no heading `Non-goals`: say what must stay as it is",
    },
    Part {
        code: "no-validation",
        words: &["validation", "validate", "verification", "how to check"],
        missing: "no heading `Validation`: name the commands that prove the work",
    },
    Part {
        code: "no-pr-format",
        words: &["pull request", "pr format", "pr description"],
        missing: "no heading `Pull request`: say how its title and text should read",
    },
];

/// Everything to be said about a template file.
pub fn lint(template: &Template) -> Vec<Finding> {
    let mut findings = parts(&template.body, template.body_line.saturating_sub(1));
    let mut used = render::names_used(&template.body);
    used.extend(template.ticket.iter().flat_map(|ticket| render::names_used(ticket)));
    used.sort_unstable();
    used.dedup();
    for name in used.iter().filter(|name| template.variable(name).is_none()) {
        let at = line_with(template, name).map_or(Where::Whole, Where::Line);
        findings.push(Finding::error("undefined-variable", format!("`{name}` is used but is no variable"), at));
    }
    for Variable { name, .. } in template.variables.iter().filter(|variable| !used.contains(&variable.name)) {
        let message = format!("the variable `{name}` is not used in the prompt");
        findings.push(Finding::warning("unused-variable", message, Where::Variable(name.clone())));
    }
    findings.extend(secrets(&template.head, 1));
    findings.extend(secrets(&template.body, template.body_line.saturating_sub(1)));
    let (rendered, _) = render::preview(template, &template.defaults());
    findings.extend(length(rendered.as_deref().unwrap_or(&template.body)));
    findings
}

/// What is to be said about a prompt as it would be sent. `whole`: it stands for itself, so that its parts are looked
/// for; a follow-up on running work need not say everything again.
pub fn prompt(text: &str, whole: bool) -> Vec<Finding> {
    let mut findings = if whole { parts(text, 0) } else { Vec::new() };
    findings.extend(secrets(text, 0));
    findings.extend(length(text));
    findings
}

/// Placeholders of a template's variables that nobody filled.
pub fn unfilled<'a>(template: &'a Template, prompt: &str) -> Vec<&'a str> {
    let names = template.variables.iter().map(|variable| variable.name.as_str());
    names.filter(|name| prompt.contains(&placeholder(name))).collect()
}

/// The text of a heading: `## Goal`, `**Goal**`, `Goal:` alone on its line.
fn heading(line: &str) -> Option<String> {
    let line = line.trim();
    let text = if let Some(rest) = line.strip_prefix('#') {
        rest.trim_start_matches('#').strip_prefix(' ')?
    } else if let Some(rest) = line.strip_prefix("**") {
        rest.strip_suffix("**").or_else(|| rest.strip_suffix("**:"))?
    } else {
        line.strip_suffix(':').filter(|text| !text.is_empty() && text.split_whitespace().count() <= 4)?
    };
    Some(text.trim_matches(|c: char| c == ':' || c.is_whitespace()).to_lowercase())
}

/// Which parts are missing or empty. `before`: lines of the file before the text.
fn parts(text: &str, before: u32) -> Vec<Finding> {
    let lines: Vec<&str> = text.lines().collect();
    let mut in_fence = false;
    let mut headings: Vec<(usize, String)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        in_fence ^= line.trim_start().starts_with("```");
        if !in_fence && let Some(text) = heading(line) {
            headings.push((index, text));
        }
    }
    let mut findings = Vec::new();
    for part in &PARTS {
        let opens = |text: &str| part.words.iter().any(|word| text.starts_with(word) || text.ends_with(word));
        // "non-goals" ends like "goals": the goal is the heading that is not its opposite.
        let opposite = |text: &str| part.code == "no-goal" && text.starts_with("non");
        let singular = |text: &str| text.trim_end_matches('s').to_owned();
        let Some(position) = headings.iter().position(|(_, text)| opens(&singular(text)) && !opposite(text)) else {
            findings.push(Finding::error(part.code, part.missing.to_owned(), Where::Whole));
            continue;
        };
        let Some((start, title)) = headings.get(position) else { continue };
        let end = headings.get(position + 1).map_or(lines.len(), |(index, _)| *index);
        let content = lines.get(start + 1..end).unwrap_or_default();
        let at = Where::Line(before.saturating_add(u32::try_from(start + 1).unwrap_or(u32::MAX)));
        if content.iter().all(|line| line.trim().is_empty()) {
            findings.push(Finding::error(part.code, format!("nothing stands under `{title}`"), at));
        } else if part.code == "no-validation" && !content.iter().any(|line| line.contains('`')) {
            let message = "no command under the validation heading: write commands between backticks".to_owned();
            findings.push(Finding::error(part.code, message, at));
        }
    }
    findings
}

/// What looks like a token or a key. The text itself is never repeated.
fn secrets(text: &str, before: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some((kind, _)) = patterns().iter().find(|(_, pattern)| pattern.is_match(line)) {
            let at = Where::Line(before.saturating_add(u32::try_from(index + 1).unwrap_or(u32::MAX)));
            let message = format!("this looks like {kind}: never put a secret into a prompt");
            findings.push(Finding::error(SECRET, message, at));
        }
    }
    findings
}

/// The text with everything in it that looks like a token or a key replaced.
pub fn mask_secrets(text: &str, mask: &str) -> String {
    let masked = |text: String, (_, pattern): &(&str, Regex)| match pattern.replace_all(&text, mask) {
        std::borrow::Cow::Owned(masked) => masked,
        std::borrow::Cow::Borrowed(_) => text,
    };
    patterns().iter().fold(text.to_owned(), masked)
}

fn patterns() -> &'static [(&'static str, Regex)] {
    static PATTERNS: OnceLock<Vec<(&'static str, Regex)>> = OnceLock::new();
    const SOURCES: [(&str, &str); 10] = [
        ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9_.-]{16,}|github_pat_[A-Za-z0-9_]{16,})"),
        ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{16,}"),
        ("an AWS key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
        ("an npm token", r"\bnpm_[A-Za-z0-9]{30,}"),
        ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
        ("a Google key", r"\bAIza[A-Za-z0-9_-]{30,}"),
        ("an API key", r"\bsk-[A-Za-z0-9_-]{20,}"),
        ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
        ("a bearer token", r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{24,}"),
    ];
    PATTERNS.get_or_init(|| {
        SOURCES.iter().filter_map(|(kind, source)| Regex::new(source).ok().map(|regex| (*kind, regex))).collect()
    })
}

fn length(text: &str) -> Option<Finding> {
    let chars = text.chars().count();
    if chars >= PROMPT_WARN_CHARS {
        let message = format!("{chars} characters: the service may cut the prompt from {PROMPT_WARN_CHARS} on");
        return Some(Finding::error("long", message, Where::Whole));
    }
    let message = format!("{chars} characters, near the {PROMPT_WARN_CHARS} from which the service may cut");
    (chars * 10 >= PROMPT_WARN_CHARS * 9).then(|| Finding::warning("long", message, Where::Whole))
}

/// The file's line the name is first used on.
fn line_with(template: &Template, name: &str) -> Option<u32> {
    let word = Regex::new(&format!(r"\{{[{{%][^}}]*\b{}\b", regex::escape(name))).ok()?;
    let of = |text: &str, first: u32| {
        let index = text.lines().position(|line| word.is_match(line))?;
        Some(first.saturating_add(u32::try_from(index).ok()?))
    };
    of(&template.body, template.body_line).or_else(|| of(&template.head, 2))
}
