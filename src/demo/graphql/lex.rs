//! Text to tokens; the same for queries and for the schema.

use super::ast::Spot;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Name(String),
    Int(i64),
    Float(f64),
    Text(String),
    /// One of `! $ ( ) : = @ [ ] { | } &`, or `...` as `…`.
    Punct(char),
}

/// # Errors
/// The place of a character that means nothing here.
pub fn lex(text: &str) -> Result<Vec<(Token, Spot)>, (Spot, String)> {
    let mut lexer = Lexer { rest: text.chars().peekable(), spot: Spot { line: 1, column: 1 } };
    let mut tokens = Vec::new();
    while let Some(next) = lexer.next_token()? {
        tokens.push(next);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    spot: Spot,
}

type Lexed = Result<Option<(Token, Spot)>, (Spot, String)>;

impl Lexer<'_> {
    fn bump(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.spot = Spot { line: self.spot.line + 1, column: 1 };
        } else {
            self.spot.column += 1;
        }
        Some(c)
    }

    fn take_while(&mut self, take: impl Fn(char) -> bool) -> String {
        let mut out = String::new();
        while let Some(c) = self.rest.peek().copied().filter(|c| take(*c)) {
            out.push(c);
            self.bump();
        }
        out
    }

    fn next_token(&mut self) -> Lexed {
        loop {
            self.take_while(|c| c.is_whitespace() || c == ',' || c == '\u{feff}');
            if self.rest.peek() != Some(&'#') {
                break;
            }
            self.take_while(|c| c != '\n');
        }
        let spot = self.spot;
        let Some(c) = self.rest.peek().copied() else { return Ok(None) };
        let token = match c {
            'a'..='z' | 'A'..='Z' | '_' => Token::Name(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')),
            '0'..='9' | '-' => {
                let number = self.take_while(|c| c.is_ascii_digit() || "-+.eE".contains(c));
                let parsed = number.parse().map(Token::Int).ok();
                let parsed = parsed.or_else(|| number.parse().map(Token::Float).ok());
                parsed.ok_or((spot, number))?
            }
            '"' => Token::Text(self.text().ok_or((spot, "\"".to_owned()))?),
            '.' => {
                let dots = self.take_while(|c| c == '.');
                if dots != "..." {
                    return Err((spot, dots));
                }
                Token::Punct('…')
            }
            '!' | '$' | '(' | ')' | ':' | '=' | '@' | '[' | ']' | '{' | '|' | '}' | '&' => {
                self.bump();
                Token::Punct(c)
            }
            other => return Err((spot, other.to_string())),
        };
        Ok(Some((token, spot)))
    }

    /// A string in one or in three quotes; `None` when it does not end.
    fn text(&mut self) -> Option<String> {
        self.bump();
        if self.rest.peek() == Some(&'"') {
            self.bump();
            if self.rest.peek() != Some(&'"') {
                return Some(String::new());
            }
            self.bump();
            return self.block();
        }
        let mut out = String::new();
        loop {
            match self.bump()? {
                '"' => return Some(out),
                '\n' => return None,
                '\\' => out.push(self.escape()?),
                c => out.push(c),
            }
        }
    }

    fn block(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            out.push(self.bump()?);
            if let Some(done) = out.strip_suffix("\"\"\"") {
                return Some(done.trim().to_owned());
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.bump()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let hex: String = (0..4).map_while(|_| self.bump()).collect();
                char::from_u32(u32::from_str_radix(&hex, 16).ok()?).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            c @ ('"' | '\\' | '/') => c,
            _ => return None,
        })
    }
}
