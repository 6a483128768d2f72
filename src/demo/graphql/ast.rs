//! What a query looks like once it has been read.

/// Line and column, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Document {
    pub operations: Vec<Operation>,
    pub fragments: Vec<Fragment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Query,
    Mutation,
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub kind: Kind,
    pub name: Option<String>,
    pub variables: Vec<Variable>,
    pub selections: Vec<Selection>,
    pub spot: Spot,
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub kind: TypeRef,
    pub default: Option<Input>,
    pub spot: Spot,
}

#[derive(Clone, Debug)]
pub struct Fragment {
    pub name: String,
    pub on: String,
    pub selections: Vec<Selection>,
    pub spot: Spot,
}

#[derive(Clone, Debug)]
pub enum Selection {
    Field(Field),
    Inline { on: Option<String>, directives: Vec<Directive>, selections: Vec<Selection>, spot: Spot },
    Spread { name: String, directives: Vec<Directive>, spot: Spot },
}

#[derive(Clone, Debug)]
pub struct Field {
    pub alias: Option<String>,
    pub name: String,
    pub arguments: Vec<Argument>,
    pub directives: Vec<Directive>,
    pub selections: Vec<Selection>,
    pub spot: Spot,
}

impl Field {
    /// The key of the field in the answer.
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Clone, Debug)]
pub struct Argument {
    pub name: String,
    pub value: Input,
    pub spot: Spot,
}

/// `@include(if: …)` and `@skip(if: …)`.
#[derive(Clone, Debug)]
pub struct Directive {
    pub name: String,
    pub arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Variable(String),
    Int(i64),
    Float(f64),
    Text(String),
    Bool(bool),
    Null,
    Enum(String),
    List(Vec<Input>),
    Object(Vec<(String, Input)>),
}

/// A type as it is written: `[ID!]!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeRef {
    Named(String),
    List(Box<TypeRef>),
    NonNull(Box<TypeRef>),
}

impl TypeRef {
    /// The name inside all brackets.
    pub fn base(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List(inner) | Self::NonNull(inner) => inner.base(),
        }
    }

    pub fn is_required(&self) -> bool {
        matches!(self, Self::NonNull(_))
    }
}

impl std::fmt::Display for TypeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::List(inner) => write!(f, "[{inner}]"),
            Self::NonNull(inner) => write!(f, "{inner}!"),
        }
    }
}
