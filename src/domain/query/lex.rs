//! A query's text cut into pieces: where each term begins and ends, and which parts of it are quoted.
//!
//! ```text
//! piece = { "-" } ( "~" value | qualifier ":" value { "," value } | value )
//! value = '"' … '"' | characters up to a blank, and in a qualifier up to a comma
//! ```
//!
//! A quote counts as one only where a value begins. What the values mean is not known here.

use std::borrow::Cow;
use std::ops::Range;

use super::qualifier::find;
use super::subject::Subject;

#[derive(Debug)]
pub struct Piece<'a> {
    pub at: Range<usize>,
    /// An odd number of minus signs stands before it.
    pub not: bool,
    pub body: Body<'a>,
}

#[derive(Debug)]
pub enum Body<'a> {
    Text(Item<'a>),
    Fuzzy(Item<'a>),
    Qualified {
        name: &'a str,
        name_at: Range<usize>,
        /// At least one, which may be empty.
        items: Vec<Item<'a>>,
    },
}

#[derive(Debug)]
pub struct Item<'a> {
    /// With its quotes.
    pub at: Range<usize>,
    pub text: Cow<'a, str>,
    pub quoted: bool,
    /// The closing quote is missing.
    pub open: bool,
    /// What stands behind the closing quote without a blank.
    pub stray: Option<Range<usize>>,
}

/// A word of the subject's table is always a qualifier.
pub fn pieces<S: Subject>(text: &str) -> Vec<Piece<'_>> {
    let mut reader = Reader { text, at: 0, is_known: |name| find::<S>(name).is_some() };
    let mut pieces = Vec::new();
    loop {
        reader.run(|c| !c.is_whitespace());
        if reader.rest().is_empty() {
            return pieces;
        }
        pieces.push(reader.piece());
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    is_known: fn(&str) -> bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    /// Everything up to a character that ends it.
    fn run(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = rest.find(ends).and_then(|end| rest.get(..end)).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn piece(&mut self) -> Piece<'a> {
        let start = self.at;
        let mut not = false;
        while self.eat('-') {
            not = !not;
        }
        let body = if self.eat('~') {
            Body::Fuzzy(self.item(false))
        } else if let Some(name) = self.qualifier() {
            let name_at = self.at..self.at + name.len();
            self.at = name_at.end + 1;
            let mut items = vec![self.item(true)];
            while self.eat(',') {
                items.push(self.item(true));
            }
            Body::Qualified { name, name_at, items }
        } else {
            Body::Text(self.item(false))
        };
        Piece { at: start..self.at, not, body }
    }

    /// The name before a colon, if a qualifier is meant. `fix: bug`, an address and `std::fs` are text, but a word that
    /// is a qualifier always is one.
    fn qualifier(&self) -> Option<&'a str> {
        let rest = self.rest();
        let (name, behind) =
            rest.split_at_checked(rest.find(|c: char| !c.is_ascii_alphabetic() && !matches!(c, '-' | '_'))?)?;
        let behind = behind.strip_prefix(':')?;
        let text = behind.is_empty() || behind.starts_with([':', '/']) || behind.starts_with(char::is_whitespace);
        let known = (self.is_known)(name);
        (known || (!text && name.starts_with(|c: char| c.is_ascii_alphabetic()))).then_some(name)
    }

    fn item(&mut self, of_list: bool) -> Item<'a> {
        let start = self.at;
        let ends = |c: char| c.is_whitespace() || (of_list && c == ',');
        if !self.eat('"') {
            let text = Cow::Borrowed(self.run(ends));
            return Item { at: start..self.at, text, quoted: false, open: false, stray: None };
        }
        let (text, open) = self.quoted();
        let closed = self.at;
        let stray = (!self.run(ends).is_empty()).then_some(closed..self.at);
        Item { at: start..closed, text: Cow::Owned(text), quoted: true, open, stray }
    }

    /// Behind an opening quote: up to the closing one. `\"` and `\\` stand for the characters themselves.
    fn quoted(&mut self) -> (String, bool) {
        let mut text = String::new();
        loop {
            text.push_str(self.run(|c| matches!(c, '"' | '\\')));
            if self.eat('"') {
                return (text, false);
            }
            if !self.eat('\\') {
                return (text, true);
            }
            match self.rest().chars().next() {
                Some(c @ ('"' | '\\')) => {
                    text.push(c);
                    self.at += 1;
                }
                _ => text.push('\\'),
            }
        }
    }
}

/// A value as it must be written to be read as nothing but itself.
pub fn quote(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '[' | ']' | '#');
    if value.chars().all(plain) && !value.is_empty() {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
