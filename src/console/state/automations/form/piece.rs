//! One field of the form, and what it stands for.

use serde_json::Value;

use super::credits;
use crate::console::state::compose::{Control, Field, FieldId};
use crate::domain::automation::Definition;
use crate::text::Safe;

/// What a field stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Repo,
    Template,
    /// One of the template's own.
    Variable(String),
    /// A field of the automation, by the service's name.
    Said(&'static str),
    /// Whether a trigger sets it off.
    Trigger(String),
    /// A field of a trigger.
    OfTrigger(String, String),
    /// What it may spend in a period.
    Limit(String),
    /// Whether it may use a tool.
    Tool(String),
    // Of a run
    Event,
    Kind,
    Conclusion,
    Resource,
    /// Shown, and left as it is.
    Shown(String),
}

impl Part {
    /// By which a draft names it. Where words change, what a draft of before says of it has no place any more.
    pub(super) fn words(&self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Repo => &["repository"],
            Self::Template => &["template"],
            Self::Variable(name) => &["variable", name],
            Self::Said(name) => &["field", name],
            Self::Trigger(id) => &["trigger", id],
            Self::OfTrigger(id, field) => &["trigger", id, field],
            Self::Limit(period) => &["limit", period],
            Self::Tool(id) => &["tool", id],
            Self::Event => &["event"],
            Self::Kind => &["type"],
            Self::Conclusion => &["conclusion"],
            Self::Resource => &["resource"],
            Self::Shown(name) => &["shown", name],
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// What a value looks like to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Whole,
    /// One text a line.
    List,
    Flag,
}

#[derive(Debug)]
pub struct Piece {
    pub part: Part,
    pub field: Field,
    pub shape: Shape,
    /// As it read at first.
    pub first: String,
    /// Stands above it.
    pub heading: Option<Safe>,
    /// Somebody else changed it as well: it reads so there now.
    pub also: Option<String>,
}

impl Piece {
    pub fn new(part: Part, label: impl AsRef<str>, shape: Shape, control: Control) -> Self {
        let field = Field {
            id: FieldId::Other,
            label: Safe::new(label).to_string(),
            help: String::new(),
            kind: "",
            empty: "",
            required: false,
            control,
            fault: None,
        };
        let first = field.value();
        Self { part, field, shape, first, heading: None, also: None }
    }

    pub fn of(part: Part, field: Field) -> Self {
        let first = field.value();
        Self { part, field, shape: Shape::Text, first, heading: None, also: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        self.field.help = Safe::new(help).to_string();
        self
    }

    #[must_use]
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.field.kind = kind;
        self
    }

    #[must_use]
    pub fn empty(mut self, empty: &'static str) -> Self {
        self.field.empty = empty;
        self
    }

    #[must_use]
    pub fn required(mut self, required: bool) -> Self {
        self.field.required = required;
        self
    }

    #[must_use]
    pub fn under(mut self, heading: impl AsRef<str>) -> Self {
        self.heading = Some(Safe::new(heading));
        self
    }

    pub fn is_changed(&self) -> bool {
        self.field.value() != self.first
    }

    /// Takes over what was typed into the piece that stood for the same.
    pub(super) fn carry(&mut self, old: &Self) {
        self.also.clone_from(&old.also);
        // Its editor has what can be undone, and the place in the text.
        if old.is_changed() && self.field.value() != old.field.value() {
            self.field.set(&old.field.value());
        }
        if let (Control::Several { at, choices }, Control::Several { at: before, .. }) =
            (&mut self.field.control, &old.field.control)
        {
            *at = (*before).min(choices.len().saturating_sub(1));
        }
    }

    /// As the service takes it. `None`: it says nothing.
    pub fn wire(&self) -> Option<Value> {
        let value = self.field.value();
        match self.shape {
            Shape::List => {
                let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
                let all: Vec<Value> = lines.map(Value::from).collect();
                (!all.is_empty()).then_some(Value::Array(all))
            }
            _ if value.trim().is_empty() => None,
            Shape::Text => Some(value.into()),
            Shape::Whole => whole(&value).map(Value::from),
            Shape::Flag => Some((value == "yes" || value == "true").into()),
        }
    }

    /// What is wrong with it, read after its label.
    pub(super) fn wrong(&self, base: &Definition) -> Option<String> {
        let value = self.field.value();
        if !self.is_changed() {
            return None;
        }
        match &self.part {
            Part::Said(field) if value.trim().is_empty() && *field != "description" && base.get(field).is_some() => {
                (self.shape != Shape::List)
                    .then(|| "cannot be emptied: the service is told a value, or nothing at all".to_owned())
            }
            Part::Limit(_) if !value.trim().is_empty() && credits::nano(&value).is_none() => {
                Some("is no number of credits: such as 50 or 2.5".to_owned())
            }
            Part::Resource if !value.starts_with("https://") && !value.starts_with("http://") => {
                Some("is no address: it begins with https://".to_owned())
            }
            _ if self.shape == Shape::Whole && !value.trim().is_empty() && whole(&value).is_none() => {
                Some("is no whole number".to_owned())
            }
            _ => None,
        }
    }
}

/// The number a choice begins with: `1 Monday`.
fn whole(text: &str) -> Option<i64> {
    text.trim().split(' ').next()?.parse().ok()
}
