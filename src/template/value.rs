//! What a variable's value may be. One place for the form, the file's defaults and presets, and the render.

use minijinja::Value;
use regex::{Regex, RegexBuilder};

use super::{Variable, VariableKind};

/// The value as the template sees it, or what is wrong with it, to be read after the variable's name.
///
/// An empty value of a variable that is not required is an empty text, false in a condition, whatever the kind.
pub fn check(variable: &Variable, text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return match (&variable.kind, variable.required) {
            (_, true) => Err("is required".to_owned()),
            (VariableKind::Bool, false) => Ok(Value::from(false)),
            (_, false) => Ok(Value::from("")),
        };
    }
    if variable.kind != VariableKind::Text && text.chars().any(char::is_control) {
        return Err("must be one line".to_owned());
    }
    let value = match &variable.kind {
        VariableKind::String | VariableKind::Text => Value::from(text),
        VariableKind::Integer => {
            Value::from(text.trim().parse::<i64>().map_err(|_| "must be a whole number".to_owned())?)
        }
        VariableKind::Bool => match text.trim() {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => return Err("must be true or false".to_owned()),
        },
        VariableKind::Choice(choices) if choices.iter().any(|choice| choice == text) => Value::from(text),
        VariableKind::Choice(choices) => return Err(format!("must be one of {}", choices.join(", "))),
        VariableKind::Repo if text.parse::<crate::domain::RepoName>().is_ok() => Value::from(text),
        VariableKind::Repo => return Err("must be a repository, owner/name".to_owned()),
        VariableKind::Branch => match branch_fault(text) {
            Some(what) => return Err(what.to_owned()),
            None => Value::from(text),
        },
        VariableKind::Issue if is_issue(text) => Value::from(text),
        VariableKind::Issue => return Err("must be 123, #123, owner/name#123 or an https address".to_owned()),
        VariableKind::File => match file_fault(text) {
            Some(what) => return Err(what.to_owned()),
            None => Value::from(text),
        },
    };
    match &variable.pattern {
        Some(pattern_text) if !pattern(pattern_text)?.is_match(text) => Err(format!("must match {pattern_text}")),
        _ => Ok(value),
    }
}

/// A pattern that must match the whole value. Bounded, so that a file cannot make the console slow.
pub fn pattern(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(1 << 20)
        .build()
        .map_err(|_| "`pattern` is not a regular expression".to_owned())
}

/// Why git would not take this as a branch name.
pub fn branch_fault(text: &str) -> Option<&'static str> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    if text.is_empty() || text.chars().any(odd) || text.contains("..") || text.contains("@{") || text == "@" {
        return Some("is not a branch name: no spaces, no `..` and none of ~ ^ : ? * [ \\");
    }
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.strip_suffix(".lock").is_some();
    if text.starts_with('-') || text.ends_with('.') || text.split('/').any(bad_part) {
        return Some("is not a branch name: a part is empty, starts with `.` or `-`, or ends in `.` or `.lock`");
    }
    None
}

fn is_issue(text: &str) -> bool {
    let number = |digits: &str| (1..=10).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if let Some(address) = text.strip_prefix("https://") {
        return !address.is_empty() && !address.chars().any(char::is_whitespace);
    }
    match text.split_once('#') {
        None => number(text),
        Some(("", digits)) => number(digits),
        Some((repo, digits)) => repo.parse::<crate::domain::RepoName>().is_ok() && number(digits),
    }
}

fn file_fault(text: &str) -> Option<&'static str> {
    if text.starts_with('/') || text.starts_with('~') || text.contains('\\') {
        return Some("must be a path inside the repository, with `/`");
    }
    text.split('/').any(|part| part == "..").then_some("must not leave the repository by `..`")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn variable(kind: VariableKind) -> Variable {
        Variable { name: "x".into(), kind, help: String::new(), default: None, required: false, pattern: None, line: 1 }
    }

    #[test]
    fn each_kind_takes_its_own_values_and_refuses_the_others() {
        let choice = || VariableKind::Choice(vec!["minor".into(), "major".into()]);
        for (kind, good, bad) in [
            (VariableKind::String, vec!["a", "{{ b }}", "日本"], vec!["a\nb", "a\u{1b}b"]),
            (VariableKind::Text, vec!["a\nb"], vec![]),
            (VariableKind::Integer, vec!["0", "-7", " 12 "], vec!["1.5", "many", "99999999999999999999"]),
            (VariableKind::Bool, vec!["true", "false"], vec!["yes", "True", "1"]),
            (choice(), vec!["minor", "major"], vec!["patch", "Minor"]),
            (VariableKind::Repo, vec!["acme/api"], vec!["acme", "acme/api/x", "/api", "a b/c"]),
            (
                VariableKind::Branch,
                vec!["main", "release/4.12", "a-b_c"],
                vec!["a b", "a..b", "-x", "/a", "a/", "a//b", "x.lock", ".x", "a:b", "@", "x."],
            ),
            (
                VariableKind::Issue,
                vec!["12", "#12", "acme/api#12", "https://github.com/acme/api/issues/12"],
                vec!["twelve", "#", "acme#12", "http://x/1", "https://", "https://a b"],
            ),
            (VariableKind::File, vec!["src/main.rs", "a"], vec!["/etc/passwd", "../x", "a/../../x", "~/x", "a\\b"]),
        ] {
            let variable = variable(kind);
            for text in good {
                assert!(check(&variable, text).is_ok(), "{:?} should take {text:?}", variable.kind);
            }
            for text in bad {
                assert!(check(&variable, text).is_err(), "{:?} should refuse {text:?}", variable.kind);
            }
        }
    }

    #[test]
    fn an_empty_value_is_refused_only_where_one_is_required() {
        for kind in [VariableKind::String, VariableKind::Integer, VariableKind::Bool, VariableKind::Issue] {
            let optional = variable(kind);
            assert!(!check(&optional, "").unwrap().is_true());
            let required = Variable { required: true, ..optional };
            assert_eq!(check(&required, " \n").unwrap_err(), "is required");
        }
    }

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        let v = Variable { pattern: Some("a|b+".into()), ..variable(VariableKind::String) };
        assert!(check(&v, "a").is_ok() && check(&v, "bbb").is_ok());
        assert!(check(&v, "ab").is_err() && check(&v, "xbb").is_err());
    }
}
