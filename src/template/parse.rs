//! The file format.

use std::collections::BTreeMap;

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
    /// The prompt, unrendered.
    pub body: String,
    /// Where it came from, for the screen: `shipped` or a path.
    pub origin: String,
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
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableKind {
    String,
    Text,
    Integer,
    Bool,
    Choice(Vec<String>),
    Branch,
    Issue,
    File,
}

/// A template file that cannot be used: it never stops the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    pub origin: String,
    pub line: Option<u32>,
    pub what: String,
}
