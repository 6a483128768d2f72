//! Rust files as tokens: enough to find paths, items and sizes, with comments and literals out of the way.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
    pub tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub line: usize,
    /// A word, `::`, or a single sign. A literal is `""`.
    pub text: String,
    /// Inside `#[cfg(test)]`, or in a file that is only there for tests.
    pub test: bool,
}

/// A path as it is written, with groups taken apart: `use a::{b, c::d}` is `a::b` and `a::c::d`.
#[derive(Debug, PartialEq)]
pub struct Found {
    pub line: usize,
    pub segments: Vec<String>,
    /// Inline modules round it.
    pub depth: usize,
    pub test: bool,
}

/// The repository.
pub fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// Every Rust file below these folders, in order.
pub fn read_all(folders: &[&str]) -> Vec<Source> {
    let root = &root();
    let mut files = Vec::new();
    for folder in folders {
        walk(&root.join(folder), &mut files);
    }
    files.sort();
    let mut sources: Vec<_> = files
        .iter()
        .map(|file| {
            let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            Source::new(&path, &fs::read_to_string(file).unwrap())
        })
        .collect();
    let test_files: Vec<_> = sources.iter().flat_map(Source::test_modules).collect();
    for source in &mut sources {
        let name = source.path.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
        if source.path.starts_with("tests/")
            || test_files.iter().any(|test| name == *test || name.starts_with(&format!("{test}/")))
        {
            source.tokens.iter_mut().for_each(|token| token.test = true);
        }
    }
    sources
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let mut tokens = tokens(text);
        mark_tests(&mut tokens);
        Self { path: path.to_owned(), text: text.to_owned(), tokens }
    }

    /// Lines with code on them.
    pub fn code_lines(&self) -> usize {
        lines_of(&self.tokens)
    }

    /// The file's own module, as segments.
    pub fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let inner =
            if inner == "mod" || inner == "lib" || inner == "main" { "" } else { inner.trim_end_matches("/mod") };
        inner.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn test_modules(&self) -> Vec<String> {
        let folder = match self.path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => self.path.trim_end_matches(".rs").to_owned(),
        };
        let windows = self.tokens.windows(3);
        let external = windows.filter(|w| w[0].test && w[0].text == "mod" && w[2].text == ";");
        external.map(|w| format!("{folder}/{}", w[1].text)).collect()
    }

    /// Every path of two segments and more.
    pub fn paths(&self) -> Vec<Found> {
        let mut found = Vec::new();
        // Braces that are open, and which of them belong to a module.
        let mut modules: Vec<bool> = Vec::new();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            match token.text.as_str() {
                "{" => modules.push(at >= 2 && self.tokens[at - 2].text == "mod"),
                "}" => {
                    modules.pop();
                }
                text if is_word(text) && (at == 0 || self.tokens[at - 1].text != "::") => {
                    let depth = modules.iter().filter(|module| **module).count();
                    let mut segments = Vec::new();
                    at = self.path_at(at, &mut segments, depth, &mut found);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        found
    }

    /// Reads one path, groups included; gives the place after it.
    fn path_at(&self, mut at: usize, before: &mut Vec<String>, depth: usize, found: &mut Vec<Found>) -> usize {
        let text = |at: usize| self.tokens.get(at).map_or("", |token| token.text.as_str());
        let start = at;
        let from = before.len();
        while is_word(text(at)) || text(at) == "*" {
            before.push(text(at).to_owned());
            at += 1;
            if text(at) != "::" {
                break;
            }
            at += 1;
            if text(at) == "{" {
                at += 1;
                while text(at) != "}" && at < self.tokens.len() {
                    let next = self.path_at(at, before, depth, found);
                    at = if next == at { at + 1 } else { next };
                }
                before.truncate(from);
                return at + 1;
            }
        }
        if before.len() > 1 && at > start {
            let token = &self.tokens[start];
            found.push(Found { line: token.line, segments: before.clone(), depth, test: token.test });
        }
        before.truncate(from);
        at
    }

    /// Name, first line and length in code lines of every function with a body.
    pub fn functions(&self) -> Vec<(String, usize, usize)> {
        let mut all = Vec::new();
        for (at, pair) in self.tokens.windows(2).enumerate() {
            if pair[0].text != "fn" || !is_word(&pair[1].text) {
                continue;
            }
            let end = item_end(&self.tokens, at);
            if self.tokens[end].text == "}" {
                all.push((pair[1].text.clone(), pair[0].line, lines_of(&self.tokens[at..=end])));
            }
        }
        all
    }

    /// The items at the top of the file: their words up to a `{` or `;`, without attributes.
    pub fn items(&self) -> Vec<(usize, Vec<&str>)> {
        let mut items = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            if self.tokens[at].text == "#" {
                at = closing(&self.tokens, at + 1 + usize::from(self.tokens[at + 1].text == "!")) + 1;
                continue;
            }
            let end = item_end(&self.tokens, at);
            let head = self.tokens[at..=end].iter().map(|token| token.text.as_str());
            items.push((self.tokens[at].line, head.take_while(|text| !matches!(*text, "{" | ";")).collect()));
            at = end + 1;
        }
        items
    }
}

fn lines_of(tokens: &[Token]) -> usize {
    let mut lines: Vec<_> = tokens.iter().map(|token| token.line).collect();
    lines.dedup();
    lines.len()
}

pub fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The place of the bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

/// Where the item ends that starts here: at its `;` or at the brace that closes its body. The groups of a `use` are no body.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let is_use = tokens[start..]
        .iter()
        .take(6)
        .map_while(|t| matches!(t.text.as_str(), "pub" | "(" | "crate" | "super" | "in" | ")" | "use").then_some(t))
        .any(|t| t.text == "use");
    let mut at = start;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            ";" => return at,
            "{" if !is_use => return closing(tokens, at),
            "(" | "[" | "{" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
    tokens.len() - 1
}

/// Marks what follows `#[cfg(test)]` and its like, up to the end of the item.
fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at + 1 < tokens.len() {
        if tokens[at].text == "#" && tokens[at + 1].text == "[" {
            let end = closing(tokens, at + 1);
            let words: Vec<_> = tokens[at + 2..end].iter().map(|token| token.text.as_str()).collect();
            if words.first() == Some(&"cfg") && words.contains(&"test") && !words.contains(&"not") {
                let mut item = end + 1;
                while tokens.get(item).is_some_and(|token| token.text == "#") {
                    item = closing(tokens, item + 1) + 1;
                }
                let last = item_end(tokens, item);
                tokens[at..=last].iter_mut().for_each(|token| token.test = true);
                at = last;
            } else {
                at = end;
            }
        }
        at += 1;
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = token_end(&chars, at);
        let word: String = chars[at..end].iter().collect();
        let first = chars[at];
        let kept = match first {
            _ if word.starts_with("//") || word.starts_with("/*") || first.is_whitespace() => None,
            '"' | '\'' => Some("\"\"".to_owned()),
            _ if is_word(&word) && word.ends_with(['"', '#']) => Some("\"\"".to_owned()),
            _ => Some(word.clone()),
        };
        tokens.extend(kept.map(|text| Token { line, text, test: false }));
        line += word.matches('\n').count();
        at = end;
    }
    tokens
}

/// Where the token that starts here ends: a comment, a literal, a word, `::` or one sign.
fn token_end(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    if starts("//") {
        return (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len());
    }
    if starts("/*") {
        return comment_end(chars, at);
    }
    if starts("::") {
        return at + 2;
    }
    match chars[at] {
        '"' => string_end(chars, at),
        '\'' => quote_end(chars, at),
        c if c.is_alphanumeric() || c == '_' => {
            let mut end = at;
            while chars.get(end).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                end += 1;
            }
            let word: String = chars[at..end].iter().collect();
            match (word.as_str(), chars.get(end)) {
                ("b" | "c", Some('"')) => string_end(chars, end),
                ("b", Some('\'')) => quote_end(chars, end),
                ("r" | "br" | "cr", Some('"' | '#')) => raw_end(chars, end).unwrap_or(end),
                _ => end,
            }
        }
        _ => at + 1,
    }
}

fn comment_end(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string_end(chars: &[char], open: usize) -> usize {
    let mut at = open + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// `r"…"` and `r#"…"#`; `None` for a raw word such as `r#type`.
fn raw_end(chars: &[char], from: usize) -> Option<usize> {
    let hashes = chars[from..].iter().take_while(|c| **c == '#').count();
    if chars.get(from + hashes) != Some(&'"') {
        return None;
    }
    let mut at = from + hashes + 1;
    while at < chars.len() {
        if chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(at)
}

/// A character literal, or only the tick of a lifetime.
fn quote_end(chars: &[char], open: usize) -> usize {
    if chars.get(open + 1) == Some(&'\\') {
        let rest = chars[open + 3..].iter().position(|c| *c == '\'');
        return rest.map_or(chars.len(), |rest| open + 3 + rest + 1);
    }
    if chars.get(open + 2) == Some(&'\'') { open + 3 } else { open + 1 }
}
