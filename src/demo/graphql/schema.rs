//! The schema, read from its own language.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::ast::TypeRef;
use super::lex::Token;
use super::parse::{ParseFault, Parser};

const TEXT: &str = include_str!("../../../assets/demo/schema.graphql");

#[derive(Clone, Debug, Default)]
pub struct Schema(BTreeMap<String, Type>);

#[derive(Clone, Debug)]
pub struct Type {
    pub shape: Shape,
    pub fields: BTreeMap<String, FieldType>,
    /// The interfaces an object implements, or the members of a union.
    pub related: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Object,
    Interface,
    Union,
    Input,
    /// Scalars and enums.
    Leaf,
}

#[derive(Clone, Debug)]
pub struct FieldType {
    pub kind: TypeRef,
    pub arguments: BTreeMap<String, TypeRef>,
}

impl Schema {
    /// The demo's schema; empty if its file cannot be read, which a test rules out.
    pub fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::parse(TEXT).unwrap_or_default())
    }

    fn parse(text: &str) -> Result<Self, ParseFault> {
        let mut parser = Parser::new(text)?;
        let mut types = BTreeMap::new();
        while parser.peek().is_some() {
            let word = parser.name()?;
            let name = parser.name()?;
            let read = match word.as_str() {
                "scalar" => leaf(),
                "enum" => {
                    parser.expect('{')?;
                    while !parser.eat('}') {
                        parser.name()?;
                    }
                    leaf()
                }
                "union" => {
                    parser.expect('=')?;
                    Type { shape: Shape::Union, fields: BTreeMap::new(), related: listed(&mut parser, '|')? }
                }
                "type" => object(&mut parser, Shape::Object)?,
                "interface" => object(&mut parser, Shape::Interface)?,
                "input" => object(&mut parser, Shape::Input)?,
                _ => return Err(parser.unexpected()),
            };
            types.insert(name, read);
        }
        Ok(Self(types))
    }

    pub fn find(&self, name: &str) -> Option<&Type> {
        self.0.get(name)
    }

    /// Whether an object of type `name` may stand where `wanted` is asked for.
    pub fn is_a(&self, name: &str, wanted: &str) -> bool {
        let implements = |kind: &Type| kind.related.iter().any(|other| other == wanted);
        name == wanted
            || self.find(name).is_some_and(implements)
            || self
                .find(wanted)
                .is_some_and(|kind| kind.shape == Shape::Union && kind.related.iter().any(|member| member == name))
    }
}

fn leaf() -> Type {
    Type { shape: Shape::Leaf, fields: BTreeMap::new(), related: Vec::new() }
}

fn listed(parser: &mut Parser, separator: char) -> Result<Vec<String>, ParseFault> {
    let mut out = vec![parser.name()?];
    while parser.eat(separator) {
        out.push(parser.name()?);
    }
    Ok(out)
}

fn object(parser: &mut Parser, shape: Shape) -> Result<Type, ParseFault> {
    let implements = matches!(parser.peek(), Some(Token::Name(word)) if word == "implements");
    let related = if implements {
        parser.bump();
        listed(parser, '&')?
    } else {
        Vec::new()
    };
    parser.expect('{')?;
    let mut fields = BTreeMap::new();
    while !parser.eat('}') {
        let name = parser.name()?;
        let mut arguments = BTreeMap::new();
        if parser.eat('(') {
            while !parser.eat(')') {
                let argument = parser.name()?;
                parser.expect(':')?;
                arguments.insert(argument, parser.type_ref()?);
            }
        }
        parser.expect(':')?;
        fields.insert(name, FieldType { kind: parser.type_ref()?, arguments });
    }
    Ok(Type { shape, fields, related })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_schema_is_readable_and_names_no_type_it_does_not_have() {
        let schema = Schema::parse(TEXT).unwrap();
        for (name, kind) in &schema.0 {
            for (field, found) in &kind.fields {
                let mut named = vec![found.kind.base()];
                named.extend(found.arguments.values().map(TypeRef::base));
                for one in named {
                    assert!(schema.find(one).is_some(), "{name}.{field}: {one}");
                }
            }
            assert!(kind.related.iter().all(|other| schema.find(other).is_some()), "{name}");
        }
        assert!(schema.is_a("PullRequest", "Node") && schema.is_a("Bot", "RequestedReviewer"));
        assert!(!schema.is_a("Commit", "Actor"));
    }
}
