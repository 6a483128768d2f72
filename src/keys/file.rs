//! Sections of a file: `[keys.queue]` with lines such as `"ctrl+x k" = "back"`.

use toml::de::{DeTable, DeValue};

use super::chord::Keys;
use super::intent::{Context, Intent};
use super::parse;
use super::rules;
use super::table::TABLE;

/// What takes a key's meaning away.
pub const NOTHING: &str = "none";

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub context: Context,
    pub keys: Keys,
    /// `None`: nothing.
    pub intent: Option<Intent>,
    /// Where it stands in the file.
    pub byte: usize,
}

/// A line that says nothing that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub byte: usize,
    /// The keys before it: `keys.queue`.
    pub key: String,
    pub what: String,
    /// A word that is not known, and the words of which one may have been meant.
    pub word: Option<(String, Vec<String>)>,
}

/// A whole file that has nothing else in it: a preset.
pub fn read_text(text: &str) -> (Vec<Change>, Vec<Unread>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut changes = Vec::new();
    let mut unread: Vec<_> = errors
        .iter()
        .map(|error| Unread {
            byte: error.span().map_or(0, |span| span.start),
            key: String::new(),
            what: error.message().to_owned(),
            word: None,
        })
        .collect();
    for (name, value) in table.get_ref() {
        let found: &str = name.get_ref();
        match value.get_ref() {
            DeValue::Table(sections) if found == "keys" => {
                for (name, value) in sections {
                    section(name.get_ref(), name.span().start, value.get_ref(), &mut changes, &mut unread);
                }
            }
            _ => unread.push(Unread {
                byte: name.span().start,
                key: found.to_owned(),
                what: "is no section of keys".to_owned(),
                word: None,
            }),
        }
    }
    changes.sort_by_key(|change| change.byte);
    (changes, unread)
}

/// The lines of one section. `at`: where its name stands.
pub fn section(name: &str, at: usize, value: &DeValue<'_>, changes: &mut Vec<Change>, unread: &mut Vec<Unread>) {
    let key = format!("keys.{name}");
    let mut wrong = |byte, key: String, what: String, word| unread.push(Unread { byte, key, what, word });
    let Some((context, _)) = TABLE.iter().find(|(context, _)| context.is_called(name)) else {
        let all = TABLE.iter().map(|(context, _)| context.word()).collect();
        return wrong(at, key, "there is no such place for keys".to_owned(), Some((name.to_owned(), all)));
    };
    let DeValue::Table(lines) = value else {
        return wrong(at, key.clone(), format!("is a section: write [{key}]"), None);
    };
    for (name, value) in lines {
        let (at, value_at) = (name.span().start, value.span().start);
        let line = format!("{key}.\"{}\"", name.get_ref());
        let keys = match parse::keys(name.get_ref()) {
            Ok(keys) => keys,
            Err(what) => {
                wrong(at, line, what, None);
                continue;
            }
        };
        let intent = match value.get_ref() {
            DeValue::String(word) if word == NOTHING => None,
            DeValue::String(word) => {
                let Some(intent) = rules::bindable(*context).find(|intent| intent.is_called(word)) else {
                    let all = rules::bindable(*context).map(Intent::word).chain([NOTHING.to_owned()]).collect();
                    wrong(value_at, line, rules::not_here(*context, word), Some((word.to_string(), all)));
                    continue;
                };
                Some(intent)
            }
            _ => {
                wrong(value_at, line, format!("must be what the key does, as a text, or \"{NOTHING}\""), None);
                continue;
            }
        };
        changes.push(Change { context: *context, keys, intent, byte: at });
    }
    changes.sort_by_key(|change| change.byte);
}

/// The lines as a file would hold them.
pub fn write(changes: &[Change]) -> String {
    let mut out: Vec<String> = Vec::new();
    for (context, _) in TABLE {
        let mut own = changes.iter().filter(|change| change.context == context).peekable();
        if own.peek().is_none() {
            continue;
        }
        out.push(format!("[keys.{}]", context.word()));
        out.extend(own.map(|Change { keys, intent, .. }| {
            let word = intent.map_or_else(|| NOTHING.to_owned(), Intent::word);
            format!("{} = \"{word}\"", toml::Value::String(keys.to_string()))
        }));
    }
    out.join("\n")
}
