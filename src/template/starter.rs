//! A template to begin from: every part there, nothing to be complained about.

/// The text of a new file.
pub fn text(id: &str, title: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let (id, title) = (quoted(id), quoted(title));
    format!(
        r#"+++
id = {id}
title = {title}
description = "What it is for, in a sentence."
# Where it may be used, what its tasks are sorted by, what they are for:
# repos = ["acme/*"]
# labels = ["maintenance"]
# ticket = "{{{{ issue }}}}"
# The request: each can be changed in the form.
# model = ""
# custom_agent = ""
# base_ref = "main"
# create_pull_request = true

[[variables]]
name = "summary"
kind = "string" # string, text, integer, bool, choice, repo, branch, issue or file
required = true
help = "what is to be true in the end, in a sentence"

[[variables]]
name = "command"
kind = "string"
default = "cargo test"
required = true
help = "proves the work"

[presets.node]
command = "npm test"
+++
# Goal

{{{{ summary }}}}

# Non-goals

- Do not change public interfaces, dependencies or formatting, unless the goal asks for it.

# Validation

- `{{{{ command }}}}` passes. Show its last lines.

# Pull request

- Title: what changes, in a few words.
- Sections: *Change* and *Proof* (commands and results).
"#
    )
}

/// `fix-login` becomes `Fix login`.
pub fn title_of(id: &str) -> String {
    let words = id.replace(['-', '_', '.'], " ");
    let mut letters = words.trim().chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::template::{Template, lint};

    #[test]
    fn a_new_template_is_well_formed_and_without_findings_whatever_its_title() {
        for title in ["Fix login", "Say \"hi\" \\ now", "日本"] {
            let template = Template::parse("new", &text("fix-login", title)).unwrap();
            assert_eq!((template.id.as_str(), template.title.as_str()), ("fix-login", title));
            assert_eq!(lint::lint(&template), []);
        }
    }

    #[test]
    fn an_id_makes_a_title() {
        for (id, title) in [("fix-login", "Fix login"), ("élan_vital", "Élan vital"), ("", "")] {
            assert_eq!(title_of(id), title);
        }
    }
}
