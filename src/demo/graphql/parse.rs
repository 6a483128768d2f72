//! Tokens to a document.

use super::ast::{
    Argument, Directive, Document, Field, Fragment, Input, Kind, Operation, Selection, Spot, TypeRef, Variable,
};
use super::lex::{Token, lex};

/// Deeper nesting is refused rather than followed.
const DEEPEST: usize = 60;

#[derive(Debug)]
pub struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, Spot)>>,
    spot: Spot,
    depth: usize,
}

/// What could not be read, as GitHub words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFault {
    pub message: String,
    pub spot: Spot,
}

type Parsed<T> = Result<T, ParseFault>;

pub fn document(text: &str) -> Parsed<Document> {
    let mut parser = Parser::new(text)?;
    let mut document = Document::default();
    while let Some(token) = parser.peek().cloned() {
        let spot = parser.here();
        match token {
            Token::Punct('{') => {
                let selections = parser.selections()?;
                let operation = Operation { kind: Kind::Query, name: None, variables: Vec::new(), selections, spot };
                document.operations.push(operation);
            }
            Token::Name(word) if word == "query" || word == "mutation" => {
                parser.bump();
                document
                    .operations
                    .push(parser.operation(if word == "query" { Kind::Query } else { Kind::Mutation }, spot)?);
            }
            Token::Name(word) if word == "fragment" => {
                parser.bump();
                document.fragments.push(parser.fragment(spot)?);
            }
            _ => return Err(parser.unexpected()),
        }
    }
    if document.operations.is_empty() { Err(parser.unexpected()) } else { Ok(document) }
}

impl Parser {
    pub fn new(text: &str) -> Parsed<Self> {
        let tokens = lex(text).map_err(|(spot, found)| ParseFault {
            message: format!("Parse error on {found:?} (error) at [{}, {}]", spot.line, spot.column),
            spot,
        })?;
        Ok(Self { tokens: tokens.into_iter().peekable(), spot: Spot { line: 1, column: 1 }, depth: 0 })
    }

    pub fn peek(&mut self) -> Option<&Token> {
        self.tokens.peek().map(|(token, _)| token)
    }

    fn here(&mut self) -> Spot {
        let last = self.spot;
        self.tokens.peek().map_or(last, |(_, spot)| *spot)
    }

    pub fn bump(&mut self) -> Option<Token> {
        let (token, spot) = self.tokens.next()?;
        self.spot = spot;
        Some(token)
    }

    pub fn unexpected(&mut self) -> ParseFault {
        let spot = self.here();
        let message = match self.peek() {
            None => "Unexpected end of document".to_owned(),
            Some(token) => {
                let shown = match token {
                    Token::Name(name) => format!("\"{name}\" (IDENTIFIER)"),
                    Token::Int(number) => format!("\"{number}\" (INT)"),
                    Token::Float(number) => format!("\"{number}\" (FLOAT)"),
                    Token::Text(text) => format!("{text:?} (STRING)"),
                    Token::Punct('{') => "\"{\" (LCURLY)".to_owned(),
                    Token::Punct('}') => "\"}\" (RCURLY)".to_owned(),
                    Token::Punct('(') => "\"(\" (LPAREN)".to_owned(),
                    Token::Punct(')') => "\")\" (RPAREN)".to_owned(),
                    Token::Punct(other) => format!("\"{other}\""),
                };
                format!("Parse error on {shown} at [{}, {}]", spot.line, spot.column)
            }
        };
        ParseFault { message, spot }
    }

    pub fn eat(&mut self, punct: char) -> bool {
        let found = self.peek() == Some(&Token::Punct(punct));
        if found {
            self.bump();
        }
        found
    }

    pub fn expect(&mut self, punct: char) -> Parsed<()> {
        if self.eat(punct) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub fn name(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(Token::Name(name)) => {
                let name = name.clone();
                self.bump();
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn operation(&mut self, kind: Kind, spot: Spot) -> Parsed<Operation> {
        let name = if matches!(self.peek(), Some(Token::Name(_))) { Some(self.name()?) } else { None };
        let mut variables = Vec::new();
        if self.eat('(') {
            while !self.eat(')') {
                let spot = self.here();
                self.expect('$')?;
                let name = self.name()?;
                self.expect(':')?;
                let kind = self.type_ref()?;
                let default = if self.eat('=') { Some(self.input()?) } else { None };
                variables.push(Variable { name, kind, default, spot });
            }
        }
        Ok(Operation { kind, name, variables, selections: self.selections()?, spot })
    }

    fn fragment(&mut self, spot: Spot) -> Parsed<Fragment> {
        let name = self.name()?;
        if self.name()? != "on" {
            return Err(self.unexpected());
        }
        Ok(Fragment { name, on: self.name()?, selections: self.selections()?, spot })
    }

    pub fn type_ref(&mut self) -> Parsed<TypeRef> {
        let kind = if self.eat('[') {
            let inner = self.type_ref()?;
            self.expect(']')?;
            TypeRef::List(Box::new(inner))
        } else {
            TypeRef::Named(self.name()?)
        };
        Ok(if self.eat('!') { TypeRef::NonNull(Box::new(kind)) } else { kind })
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(ParseFault { message: "This query is nested too deeply".to_owned(), spot: self.here() });
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    fn selections(&mut self) -> Parsed<Vec<Selection>> {
        self.deeper(|parser| {
            parser.expect('{')?;
            let mut out = Vec::new();
            while !parser.eat('}') {
                out.push(parser.selection()?);
            }
            if out.is_empty() { Err(parser.unexpected()) } else { Ok(out) }
        })
    }

    fn selection(&mut self) -> Parsed<Selection> {
        let spot = self.here();
        if !self.eat('…') {
            return self.field(spot).map(Selection::Field);
        }
        let on = match self.peek() {
            Some(Token::Name(word)) if word == "on" => {
                self.bump();
                Some(self.name()?)
            }
            Some(Token::Name(_)) => {
                let name = self.name()?;
                return Ok(Selection::Spread { name, directives: self.directives()?, spot });
            }
            _ => None,
        };
        Ok(Selection::Inline { on, directives: self.directives()?, selections: self.selections()?, spot })
    }

    fn field(&mut self, spot: Spot) -> Parsed<Field> {
        let first = self.name()?;
        let (alias, name) = if self.eat(':') { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let selections = if self.peek() == Some(&Token::Punct('{')) { self.selections()? } else { Vec::new() };
        Ok(Field { alias, name, arguments, directives, selections, spot })
    }

    fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        let mut out = Vec::new();
        if self.eat('(') {
            while !self.eat(')') {
                let spot = self.here();
                let name = self.name()?;
                self.expect(':')?;
                out.push(Argument { name, value: self.input()?, spot });
            }
        }
        Ok(out)
    }

    fn directives(&mut self) -> Parsed<Vec<Directive>> {
        let mut out = Vec::new();
        while self.eat('@') {
            out.push(Directive { name: self.name()?, arguments: self.arguments()? });
        }
        Ok(out)
    }

    fn input(&mut self) -> Parsed<Input> {
        self.deeper(|parser| {
            let Some(token) = parser.peek().cloned() else { return Err(parser.unexpected()) };
            let value = match token {
                Token::Int(number) => Input::Int(number),
                Token::Float(number) => Input::Float(number),
                Token::Text(text) => Input::Text(text),
                Token::Name(word) => match word.as_str() {
                    "true" => Input::Bool(true),
                    "false" => Input::Bool(false),
                    "null" => Input::Null,
                    _ => Input::Enum(word),
                },
                Token::Punct('$') => {
                    parser.bump();
                    return parser.name().map(Input::Variable);
                }
                Token::Punct('[') => {
                    parser.bump();
                    let mut items = Vec::new();
                    while !parser.eat(']') {
                        items.push(parser.input()?);
                    }
                    return Ok(Input::List(items));
                }
                Token::Punct('{') => {
                    parser.bump();
                    let mut pairs = Vec::new();
                    while !parser.eat('}') {
                        let name = parser.name()?;
                        parser.expect(':')?;
                        pairs.push((name, parser.input()?));
                    }
                    return Ok(Input::Object(pairs));
                }
                Token::Punct(_) => return Err(parser.unexpected()),
            };
            parser.bump();
            Ok(value)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn a_query_with_all_its_parts_is_read() {
        let text = "# c\nquery Q($ids:[ID!]!, $n: Int = 5){ one: nodes(ids:$ids){ __typename ... on PullRequest @include(if: true) { id } ...Rest } }\nfragment Rest on Node { id }";
        let document = document(text).unwrap();
        let operation = &document.operations[0];
        assert_eq!(operation.variables[0].kind.to_string(), "[ID!]!");
        assert_eq!(operation.variables[1].default, Some(Input::Int(5)));
        let Selection::Field(field) = &operation.selections[0] else { panic!("no field") };
        assert_eq!((field.key(), field.name.as_str(), field.selections.len()), ("one", "nodes", 3));
        assert_eq!(document.fragments[0].on, "Node");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let fault = |text: &str| document(text).unwrap_err().message;
        assert_eq!(fault("{ viewer { } }"), "Parse error on \"}\" (RCURLY) at [1, 14]");
        assert_eq!(fault("{ viewer"), "Unexpected end of document");
        assert_eq!(fault(""), "Unexpected end of document");
        assert!(fault(&"{a".repeat(500)).contains("too deeply"));
        assert!(fault("{ a(x: ?) }").starts_with("Parse error"));
    }
}
