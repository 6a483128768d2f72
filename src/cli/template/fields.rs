//! Templates as programs read them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shelf::Shelf;
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::template::{Finding, Rendered, Template, TemplateFault, Variable, VariableKind};

const TEXTS: Is = Is::Named(&Is::Text);

/// The object of `atc template list --json`.
pub const LIST: &[Field<Shelf>] = &[
    field!("templates", Is::List(&Is::Object(|| schema(TEMPLATE))), "Those that can be used.", |s| {
        s.templates.iter().map(|one| write(TEMPLATE, one)).collect()
    }),
    field!("broken", Is::List(&Is::Object(|| schema(BROKEN))), "Files that cannot be read.", |s| {
        s.faults.iter().map(|one| write(BROKEN, one)).collect()
    }),
];

const BROKEN: &[Field<TemplateFault>] = &[
    field!("file", Is::Text, "The file.", |f| f.origin.clone().into()),
    field!("line", Is::Maybe(&Is::Whole), "Its line.", |f| f.line.into()),
    field!("reason", Is::Text, "What is wrong.", |f| f.what.clone().into()),
];

const TEMPLATE: &[Field<Template>] = &[
    field!("id", Is::Text, "Its id.", |t| t.id.clone().into()),
    field!("title", Is::Text, "Its title.", |t| t.title.clone().into()),
    field!("description", Is::Text, "What it is for.", |t| t.description.clone().into()),
    field!("origin", Is::Text, "Its file, or shipped.", |t| t.origin.clone().into()),
    field!("replaces", Is::Maybe(&Is::Text), "The one of the same id that it takes the place of.", |t| t
        .replaces
        .clone()
        .into()),
    field!("hash", Is::Text, "SHA-256 of its file.", |t| t.hash_text().into()),
    field!("variables", Is::List(&Is::Object(|| schema(VARIABLE))), "What it asks for.", |t| {
        t.variables.iter().map(|one| write(VARIABLE, one)).collect()
    }),
    field!("presets", Is::Named(&TEXTS), "Named sets of values.", |t| {
        t.presets.iter().map(|(name, values)| (name.clone(), texts(values))).collect()
    }),
    field!("model", Is::Maybe(&Is::Text), "The model it asks for.", |t| t.model.clone().into()),
    field!("custom_agent", Is::Maybe(&Is::Text), "The custom agent it asks for.", |t| t.custom_agent.clone().into()),
    field!("base_ref", Is::Maybe(&Is::Text), "The branch it starts from.", |t| t.base_ref.clone().into()),
    field!("create_pull_request", Is::Flag, "A pull request is asked for.", |t| t.create_pull_request.into()),
    field!("labels", Is::List(&Is::Text), "Words it is sorted by.", |t| t.labels.clone().into()),
    field!("repos", Is::List(&Is::Text), "Where it may be used; none: everywhere.", |t| {
        t.repos.iter().map(|repo| Value::from(repo.to_string())).collect()
    }),
    field!("ticket", Is::Maybe(&Is::Text), "What the work is for, in the body's language.", |t| t
        .ticket
        .clone()
        .into()),
];

const VARIABLE: &[Field<Variable>] = &[
    field!("name", Is::Text, "Its name.", |v| v.name.clone().into()),
    field!("kind", Is::Text, "What it holds.", |v| v.kind.word().into()),
    field!("help", Is::Text, "What it is.", |v| v.help.clone().into()),
    field!("default", Is::Maybe(&Is::Text), "Its value where none is given.", |v| v.default.clone().into()),
    field!("required", Is::Flag, "It must be given.", |v| v.required.into()),
    field!("pattern", Is::Maybe(&Is::Text), "A regular expression it must match.", |v| v.pattern.clone().into()),
    field!("choices", Is::Maybe(&Is::List(&Is::Text)), "What it may be, where that is fixed.", |v| match &v.kind {
        VariableKind::Choice(choices) => choices.clone().into(),
        _ => Value::Null,
    }),
];

/// A template with its values filled in.
#[derive(Debug)]
pub struct Filled {
    pub template: Template,
    pub values: BTreeMap<String, String>,
    pub made: Rendered,
    pub ticket: Option<String>,
    pub findings: Vec<Finding>,
}

/// The object of `atc template render --json`.
pub const RENDERED: &[Field<Filled>] = &[
    field!("id", Is::Text, "The template's id.", |f| f.template.id.clone().into()),
    field!("origin", Is::Text, "Its file, or shipped.", |f| f.template.origin.clone().into()),
    field!("hash", Is::Text, "SHA-256 of its file.", |f| f.template.hash_text().into()),
    field!("values", TEXTS, "The values it was filled with.", |f| texts(&f.values)),
    field!("prompt", Is::Text, "The prompt.", |f| f.made.prompt.clone().into()),
    field!("model", Is::Maybe(&Is::Text), "The model it asks for.", |f| f.template.model.clone().into()),
    field!("custom_agent", Is::Maybe(&Is::Text), "The custom agent it asks for.", |f| {
        f.template.custom_agent.clone().into()
    }),
    field!("base_ref", Is::Maybe(&Is::Text), "The branch it starts from.", |f| f.template.base_ref.clone().into()),
    field!("create_pull_request", Is::Flag, "A pull request is asked for.", |f| f.template.create_pull_request.into()),
    field!("labels", Is::List(&Is::Text), "Words it is sorted by.", |f| f.template.labels.clone().into()),
    field!("ticket", Is::Maybe(&Is::Text), "What the work is for.", |f| f.ticket.clone().into()),
    field!("findings", Is::List(&Is::Object(|| schema(FINDING))), "What is to be said of the prompt.", |f| {
        f.findings.iter().map(|one| write(FINDING, one)).collect()
    }),
];

const FINDING: &[Field<Finding>] = &[
    field!("severity", Is::OneOf(&["warning", "error"]), "How grave it is.", |f| f.severity.word().into()),
    field!("code", Is::Text, "Its code.", |f| f.code.into()),
    field!("reason", Is::Text, "What it is.", |f| f.message.clone().into()),
];

fn texts(values: &BTreeMap<String, String>) -> Value {
    values.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}
