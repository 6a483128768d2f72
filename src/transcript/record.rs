//! One record of a session log, read leniently: a field of the wrong type is a field that is not there.
//!
//! Well-formed records, that is nearly all, are read straight into borrowed fields. Only one that does not fit is read
//! again as loose JSON.

use std::borrow::Cow;
use std::fmt;

use chrono::DateTime;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use serde_json::Value;

use super::outline::Tokens;
use crate::domain::{Instant, instant};

/// A string that borrows from the record where it holds no escapes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Read)
    }
}

/// Source: one `data:` line of GET `/agents/sessions/{id}/logs`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(default)]
    pub(super) created: Option<i64>,
    #[serde(borrow, default)]
    pub(super) model: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) object: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) choices: Vec<Choice<'a>>,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice<'a> {
    #[serde(borrow, default)]
    pub(super) delta: Delta<'a>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) role: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) content: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) reasoning_text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Call<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(default)]
    pub(super) index: Option<i64>,
    #[serde(borrow, default)]
    pub(super) function: Function<'a>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Function<'a> {
    #[serde(borrow, default)]
    pub(super) name: Option<Text<'a>>,
    /// JSON in a string, or what should have been that.
    #[serde(borrow, default)]
    pub(super) arguments: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    pub(super) prompt_tokens: Option<u64>,
    #[serde(default)]
    pub(super) completion_tokens: Option<u64>,
    #[serde(default)]
    pub(super) prompt_tokens_details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Details {
    #[serde(default)]
    pub(super) cached_tokens: Option<u64>,
}

impl Usage {
    fn loose(value: &Value) -> Self {
        let count = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
        let details = value.get("prompt_tokens_details");
        Self {
            prompt_tokens: count(value, "prompt_tokens"),
            completion_tokens: count(value, "completion_tokens"),
            prompt_tokens_details: details.map(|details| Details { cached_tokens: count(details, "cached_tokens") }),
        }
    }

    pub(super) fn tokens(&self) -> Tokens {
        let cached = self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
        Tokens {
            input: self.prompt_tokens.unwrap_or(0),
            cached: cached.unwrap_or(0),
            output: self.completion_tokens.unwrap_or(0),
        }
    }
}

impl<'a> Record<'a> {
    /// `None`: not a JSON object at all.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        // A struct would be read from a list, too.
        let object = json.trim_start().starts_with('{');
        object.then(|| serde_json::from_str(json).ok().or_else(|| Self::loose(json))).flatten()
    }

    fn loose(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).or_else(|_| serde_json::from_str(&mend_surrogates(json))).ok()?;
        let object = value.as_object()?;
        Some(Self {
            id: text(object.get("id")),
            created: object.get("created").and_then(number),
            object: text(object.get("object")),
            choices: list(object.get("choices")).map(Choice::loose).collect(),
            usage: object.get("usage").map(Usage::loose),
            model: text(object.get("model")),
        })
    }

    /// Other objects than chat chunks are none of ours.
    pub(super) fn is_chunk(&self) -> bool {
        self.object.as_ref().is_none_or(|object| object.0 == "chat.completion.chunk")
    }

    /// Unix seconds, or milliseconds when it is too large for seconds.
    pub(super) fn at(&self) -> Option<Instant> {
        let at = match self.created? {
            ..=0 => None,
            seconds @ 1..=100_000_000_000 => DateTime::from_timestamp(seconds, 0),
            millis => DateTime::from_timestamp_millis(millis),
        };
        at.and_then(instant::believable)
    }
}

impl Choice<'_> {
    fn loose(value: &Value) -> Self {
        let delta = value.get("delta");
        let field = |name: &str| delta.and_then(|d| d.get(name));
        let calls = field("tool_calls").filter(|calls| !calls.is_null());
        let delta = Delta {
            role: text(field("role")),
            content: text(field("content")),
            reasoning_text: text(field("reasoning_text")),
            tool_calls: calls.map(|calls| match calls {
                Value::Array(calls) => calls.iter().map(Call::loose).collect(),
                // Not a list: shown as it came.
                other => vec![Call::loose(other)],
            }),
        };
        Self { delta, finish_reason: text(value.get("finish_reason")) }
    }
}

impl Call<'_> {
    fn loose(value: &Value) -> Self {
        let function = value.get("function");
        let arguments = function.and_then(|f| f.get("arguments"));
        let raw = function.is_none_or(|f| !f.is_object());
        Self {
            id: text(value.get("id")),
            kind: text(value.get("type")),
            index: value.get("index").and_then(number),
            function: Function {
                name: text(function.and_then(|f| f.get("name"))),
                arguments: if raw { Some(owned(value.to_string())) } else { arguments.and_then(any_text) },
            },
        }
    }
}

fn owned<'a>(text: String) -> Text<'a> {
    Text(Cow::Owned(text))
}

fn text<'a>(value: Option<&Value>) -> Option<Text<'a>> {
    value.and_then(Value::as_str).map(|text| owned(text.to_owned()))
}

/// A string as it is, anything else as JSON.
fn any_text<'a>(value: &Value) -> Option<Text<'a>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(owned(text.clone())),
        other => Some(owned(other.to_string())),
    }
}

fn number(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "a time or an index with a fraction loses the fraction")]
    let whole = |float: f64| float as i64;
    value.as_i64().or_else(|| value.as_f64().map(whole)).or_else(|| value.as_str()?.trim().parse().ok())
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// Half a surrogate pair is no character, and JSON readers refuse the whole text for it: it becomes U+FFFD.
fn mend_surrogates(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let unit = |from: usize| {
            let hex = escape.get(from..from + 6)?.strip_prefix("\\u")?;
            u32::from_str_radix(hex, 16).ok()
        };
        let taken = match (unit(0), unit(6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            // The backslash and what it escapes, so that `\\u` is not taken for an escape.
            _ => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (kept, after) = escape.split_at_checked(taken).unwrap_or((escape, ""));
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_or_milliseconds_by_its_size() {
        let at = |created| Record { created: Some(created), ..Record::default() }.at().map(|at| at.timestamp_millis());
        assert_eq!(at(1_757_413_024_352), Some(1_757_413_024_352));
        assert_eq!(at(1_757_413_049), Some(1_757_413_049_000));
        assert_eq!((at(0), at(-5), at(i64::MAX)), (None, None, None));
        assert_eq!(at(253_402_300_800_000), None, "a time beyond year 9999");
    }

    #[test]
    fn fields_of_the_wrong_type_do_not_lose_the_others() {
        let json = r#"{"id":7,"created":"1757413049","object":"chat.completion.chunk","usage":"none","choices":[
            {"delta":{"role":[],"content":"kept","tool_calls":{"odd":true}},"finish_reason":3},{"delta":null},5]}"#;
        let record = Record::read(json).unwrap_or_default();
        assert_eq!(record.created, Some(1_757_413_049));
        let first = record.choices.first().map(|c| &c.delta);
        assert_eq!(first.and_then(|d| d.content.as_ref()).map(|t| &*t.0), Some("kept"));
        let raw = first.and_then(|d| d.tool_calls.as_ref()?.first()?.function.arguments.as_ref()).map(|t| &*t.0);
        assert_eq!(raw, Some(r#"{"odd":true}"#));
    }

    #[test]
    fn half_a_surrogate_pair_costs_one_character() {
        let json = r#"{"choices":[{"delta":{"content":"a\ud800b\udc00c \ud83d\ude00 \\ud800 \n"}}]}"#;
        let record = Record::read(json).unwrap_or_default();
        let content = record.choices.first().and_then(|c| c.delta.content.as_ref()).map(|t| t.0.to_string());
        assert_eq!(content.as_deref(), Some("a\u{fffd}b\u{fffd}c 😀 \\ud800 \n"));
    }

    #[test]
    fn a_text_without_escapes_is_not_copied() {
        let record = Record::read(r#"{"choices":[{"delta":{"content":"plain"}}]}"#).unwrap_or_default();
        let content = record.choices.into_iter().next().and_then(|c| c.delta.content);
        assert!(matches!(content, Some(Text(Cow::Borrowed("plain")))));
    }

    #[test]
    fn what_is_no_object_is_no_record() {
        for json in ["", "[]", "3", "null", "{\"id\":", "\"text\""] {
            assert!(Record::read(json).is_none(), "{json}");
        }
    }
}
