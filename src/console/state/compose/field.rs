//! One field of the form.

use super::editor::Editor;
use crate::template::{Variable, VariableKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldId {
    Repo,
    /// One of the template's own.
    Variable(String),
    BaseRef,
    HeadRef,
    Model,
    CustomAgent,
    CreatePull,
    /// Of a form that knows its fields otherwise.
    Other,
}

#[derive(Debug)]
pub struct Field {
    pub id: FieldId,
    pub label: String,
    /// Shown while the field has the keys.
    pub help: String,
    /// The kind of value, in the template file's words.
    pub kind: &'static str,
    /// What an empty value means.
    pub empty: &'static str,
    pub required: bool,
    pub control: Control,
    /// Read after the label.
    pub fault: Option<String>,
}

#[derive(Debug)]
pub enum Control {
    /// `at` is `None` while nothing is chosen.
    Choice {
        choices: Vec<String>,
        at: Option<usize>,
    },
    Toggle(bool),
    /// One line.
    Line(Editor),
    /// Several lines.
    Area(Editor),
    /// Any number of them; `at` is under the cursor.
    Several {
        choices: Vec<(String, bool)>,
        at: usize,
    },
    /// Shown, and left as it is.
    Fixed(String),
}

impl Field {
    pub fn of_variable(variable: &Variable) -> Self {
        let control = match &variable.kind {
            VariableKind::Choice(choices) => Control::Choice { choices: choices.clone(), at: None },
            VariableKind::Bool => Control::Toggle(false),
            VariableKind::Text => Control::Area(Editor::prompt("")),
            _ => Control::Line(Editor::line("")),
        };
        let mut field = Self {
            id: FieldId::Variable(variable.name.clone()),
            label: variable.name.replace('_', " "),
            help: variable.help.clone(),
            kind: variable.kind.word(),
            empty: "",
            required: variable.required,
            control,
            fault: None,
        };
        field.set(variable.default.as_deref().unwrap_or_default());
        field
    }

    pub fn value(&self) -> String {
        match &self.control {
            Control::Choice { choices, at } => at.and_then(|at| choices.get(at)).cloned().unwrap_or_default(),
            Control::Toggle(on) => on.to_string(),
            Control::Line(editor) => editor.text().trim().to_owned(),
            Control::Area(editor) => editor.text(),
            Control::Several { choices, .. } => {
                let chosen: Vec<&str> = choices.iter().filter(|(_, on)| *on).map(|(name, _)| name.as_str()).collect();
                chosen.join("\n")
            }
            Control::Fixed(text) => text.clone(),
        }
    }

    pub fn set(&mut self, value: &str) {
        match &mut self.control {
            Control::Choice { choices, at } => *at = choices.iter().position(|choice| choice == value),
            Control::Toggle(on) => *on = value == "true",
            Control::Line(editor) | Control::Area(editor) => {
                editor.set(value);
            }
            Control::Several { choices, .. } => {
                for (_, on) in choices.iter_mut() {
                    *on = false;
                }
                for wanted in value.lines() {
                    match choices.iter_mut().find(|(name, _)| name == wanted) {
                        Some((_, on)) => *on = true,
                        // One that is no longer offered stays to be seen.
                        None => choices.push((wanted.to_owned(), true)),
                    }
                }
            }
            Control::Fixed(_) => {}
        }
    }

    /// Takes what is under the cursor in, or leaves it out. False: nothing can be.
    pub fn toggle(&mut self) -> bool {
        let Control::Several { choices, at } = &mut self.control else { return false };
        let under_cursor = choices.get_mut(*at);
        under_cursor.map(|(_, on)| *on = !*on).is_some()
    }

    pub fn editor(&self) -> Option<&Editor> {
        match &self.control {
            Control::Line(editor) | Control::Area(editor) => Some(editor),
            _ => None,
        }
    }

    /// Another choice. `suggestions`: what a free text can be set to by the same keys; after the last it is empty again.
    pub fn turn(&mut self, forward: bool, suggestions: &[String]) -> bool {
        match &mut self.control {
            Control::Toggle(on) => *on = !*on,
            Control::Choice { choices, at } => {
                // A required choice has no way back to nothing.
                let none = usize::from(!self.required);
                let count = choices.len() + none;
                if count == 0 {
                    return false;
                }
                let now = at.map_or(choices.len(), |at| at);
                let next = match (at.is_none(), forward) {
                    (true, true) => 0,
                    (true, false) => choices.len().saturating_sub(1),
                    (false, true) => (now + 1) % count,
                    (false, false) => (now + count - 1) % count,
                };
                *at = (next < choices.len()).then_some(next);
            }
            Control::Line(editor) if !suggestions.is_empty() => {
                let now = editor.text();
                let last = suggestions.len() - 1;
                let next = match suggestions.iter().position(|s| *s == now) {
                    Some(at) if forward => (at < last).then_some(at + 1),
                    Some(at) => at.checked_sub(1),
                    // What is typed already is completed, where it begins one of them.
                    None if !now.is_empty() && suggestions.iter().any(|s| s.starts_with(&now)) => {
                        suggestions.iter().position(|s| s.starts_with(&now))
                    }
                    None => Some(if forward { 0 } else { last }),
                };
                editor.set(next.and_then(|next| suggestions.get(next)).map_or("", String::as_str));
            }
            Control::Several { choices, at } => {
                let count = choices.len().max(1);
                *at = (*at + if forward { 1 } else { count - 1 }) % count;
            }
            Control::Line(_) | Control::Area(_) | Control::Fixed(_) => return false,
        }
        true
    }

    /// The next choice that starts with a letter.
    pub fn choose_by_letter(&mut self, letter: char) -> bool {
        let Control::Choice { choices, at } = &mut self.control else { return false };
        let starts = |choice: &String| {
            let name = choice.rsplit('/').next().unwrap_or(choice);
            name.chars().next().is_some_and(|c| c.to_lowercase().eq(letter.to_lowercase()))
        };
        let after = at.map_or(0, |at| at + 1);
        let order = (after..choices.len()).chain(0..after.min(choices.len()));
        let found = order.into_iter().find(|index| choices.get(*index).is_some_and(starts));
        *at = found.or(*at);
        found.is_some()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn choice(required: bool) -> Field {
        let kind = VariableKind::Choice(vec!["acme/api".into(), "acme/billing".into(), "acme/app".into()]);
        let (name, help) = ("c".into(), String::new());
        Field::of_variable(&Variable { name, kind, help, default: None, required, pattern: None, line: 1 })
    }

    #[test]
    fn choices_go_round_and_only_an_optional_one_goes_back_to_nothing() {
        let mut field = choice(true);
        let turned: Vec<String> = (0..4)
            .map(|_| {
                field.turn(true, &[]);
                field.value()
            })
            .collect();
        assert_eq!(turned, ["acme/api", "acme/billing", "acme/app", "acme/api"]);
        let mut field = choice(false);
        field.turn(false, &[]);
        assert_eq!(field.value(), "acme/app");
        field.turn(true, &[]);
        assert_eq!(field.value(), "");
        field.turn(true, &[]);
        assert_eq!(field.value(), "acme/api");
    }

    #[test]
    fn a_letter_goes_to_the_next_name_that_starts_with_it() {
        let mut field = choice(true);
        for (letter, value) in [('a', "acme/api"), ('a', "acme/app"), ('a', "acme/api"), ('B', "acme/billing")] {
            assert!(field.choose_by_letter(letter));
            assert_eq!(field.value(), value);
        }
        assert!(!field.choose_by_letter('z'));
        assert_eq!(field.value(), "acme/billing");
    }

    #[test]
    fn suggestions_go_through_to_empty_and_from_any_text() {
        let mut field = choice(false);
        field.control = Control::Line(Editor::line("my own"));
        let suggestions = ["a".to_owned(), "b".to_owned()];
        let mut seen = Vec::new();
        for _ in 0..4 {
            assert!(field.turn(true, &suggestions));
            seen.push(field.value());
        }
        assert_eq!(seen, ["a", "b", "", "a"]);
        field.turn(false, &suggestions);
        assert_eq!(field.value(), "");
        assert!(!field.turn(true, &[]), "nothing is suggested, nothing changes");
    }
}
