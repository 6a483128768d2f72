//! One value on its way into an option: out of a TOML file, or the text of an environment variable or argument.
//!
//! Every way has the same types and limits; what goes wrong is said in words that fit all of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::schema::Switch;

/// Why a value does not fit.
pub type Wrong = String;

/// A value not read yet.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub raw: Raw<'a>,
    /// What a relative path counts from; empty: the current directory.
    pub base: &'a Path,
    /// What `~/` stands for.
    pub home: &'a Path,
}

#[derive(Clone, Copy, Debug)]
pub enum Raw<'a> {
    Toml(&'a DeValue<'a>),
    Text(&'a str),
}

impl<'a> Given<'a> {
    fn expected<T>(self, what: &str) -> Result<T, Wrong> {
        let found = match self.raw {
            Raw::Text(text) => named(text),
            Raw::Toml(DeValue::String(text)) => named(text),
            Raw::Toml(DeValue::Integer(number)) => number.to_string(),
            Raw::Toml(DeValue::Float(number)) => number.as_str().to_owned(),
            Raw::Toml(DeValue::Boolean(flag)) => flag.to_string(),
            Raw::Toml(DeValue::Datetime(_)) => "a date".to_owned(),
            Raw::Toml(DeValue::Array(_)) => "a list".to_owned(),
            Raw::Toml(DeValue::Table(_)) => "a table".to_owned(),
        };
        Err(format!("must be {what}, not {found}"))
    }

    /// A text that is not empty.
    pub fn text(self, what: &str) -> Result<&'a str, Wrong> {
        match self.raw {
            Raw::Toml(DeValue::String(text)) if !text.is_empty() => Ok(text),
            Raw::Text(text) if !text.is_empty() => Ok(text),
            _ => self.expected(what),
        }
    }

    /// A text, empty or not.
    pub fn string(self, what: &str) -> Result<&'a str, Wrong> {
        match self.raw {
            Raw::Toml(DeValue::String(text)) => Ok(text),
            Raw::Text(text) => Ok(text),
            Raw::Toml(_) => self.expected(what),
        }
    }

    /// An array of texts; outside a file, words separated by commas or blanks.
    pub fn list(self, what: &str) -> Result<Vec<&'a str>, Wrong> {
        match self.raw {
            Raw::Text(text) => {
                let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
                let words: Vec<_> = words.collect();
                if words.is_empty() { self.expected(what) } else { Ok(words) }
            }
            Raw::Toml(DeValue::Array(items)) => {
                let text = |item: &'a toml::Spanned<DeValue<'a>>| item.get_ref().as_str();
                items.iter().map(text).collect::<Option<_>>().map_or_else(|| self.expected(what), Ok)
            }
            Raw::Toml(_) => self.expected(what),
        }
    }

    pub fn whole(self, range: RangeInclusive<u32>) -> Result<u32, Wrong> {
        let number = match self.raw {
            Raw::Toml(DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            Raw::Text(text) => text.trim().parse::<i64>().ok(),
            Raw::Toml(_) => None,
        };
        let fits = number.and_then(|number| u32::try_from(number).ok()).filter(|number| range.contains(number));
        fits.map_or_else(|| self.expected(&format!("a whole number from {} to {}", range.start(), range.end())), Ok)
    }

    /// Above 0, at most 1.
    pub fn share(self) -> Result<f64, Wrong> {
        let number = match self.raw {
            Raw::Toml(DeValue::Float(number)) => number.as_str().parse::<f64>().ok(),
            Raw::Toml(DeValue::Integer(number)) => number.as_str().parse::<f64>().ok(),
            Raw::Text(text) => text.trim().parse().ok(),
            Raw::Toml(_) => None,
        };
        let fits = number.filter(|share| *share > 0.0 && *share <= 1.0);
        fits.map_or_else(|| self.expected("a number above 0 and at most 1"), Ok)
    }

    pub fn flag(self) -> Result<bool, Wrong> {
        match self.raw {
            Raw::Toml(DeValue::Boolean(flag)) => Ok(*flag),
            Raw::Text(text) => parse_flag(text).map_or_else(|| self.expected("true or false"), Ok),
            Raw::Toml(_) => self.expected("true or false"),
        }
    }

    pub fn switch(self) -> Result<Switch, Wrong> {
        let on = |flag| if flag { Switch::On } else { Switch::Off };
        match self.raw {
            Raw::Toml(DeValue::Boolean(flag)) => Ok(on(*flag)),
            Raw::Toml(DeValue::String(text)) if text == "auto" => Ok(Switch::Auto),
            Raw::Text("auto") => Ok(Switch::Auto),
            Raw::Text(text) if parse_flag(text).is_some() => Ok(on(parse_flag(text) == Some(true))),
            _ => self.expected("\"auto\", true or false"),
        }
    }

    pub fn word<T: Copy>(self, words: &[(&str, T)]) -> Result<T, Wrong> {
        let all: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let what = all.join(" or ");
        let text = self.text(&what)?;
        words.iter().find(|(word, _)| *word == text).map_or_else(|| self.expected(&what), |(_, value)| Ok(*value))
    }

    /// `~/` is the home directory; a relative path in a file counts from the file's folder.
    pub fn path(self) -> Result<PathBuf, Wrong> {
        let text = self.text("a path")?;
        if text.contains('\0') {
            return self.expected("a path");
        }
        Ok(match text.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            None => self.base.join(text),
        })
    }

    /// A table of texts; outside a file, `Name: value` lines.
    pub fn table(self) -> Result<BTreeMap<String, String>, Wrong> {
        let what = "a table of texts";
        match self.raw {
            Raw::Toml(DeValue::Table(table)) => {
                let pair = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
                    let key: &std::borrow::Cow<'_, str> = key.get_ref();
                    Some((key.to_string(), value.get_ref().as_str()?.to_owned()))
                };
                table.iter().map(pair).collect::<Option<_>>().map_or_else(|| Err(format!("must be {what}")), Ok)
            }
            Raw::Text(text) => {
                let pair = |line: &str| {
                    let (name, value) = line.split_once(':')?;
                    Some((name.trim().to_owned(), value.trim().to_owned()))
                };
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                lines.map(pair).collect::<Option<_>>().ok_or_else(|| "must be lines of `Name: value`".to_owned())
            }
            Raw::Toml(_) => self.expected(what),
        }
    }
}

fn parse_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn named(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("`{}`", clip(text)) }
}

/// So much of a wrong value that it is recognised.
pub(super) fn clip(text: &str) -> String {
    crate::text::width::cut_end(text, 60)
}
