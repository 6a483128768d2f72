//! The arguments of a tool call: a JSON object inside a string, its texts borrowed where they hold no escapes.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::record::Text;
use crate::text::Untrusted;

#[derive(Debug, Default)]
pub(super) struct Arguments<'a> {
    /// In the order they came.
    fields: Vec<(Text<'a>, Field<'a>)>,
    json: &'a str,
}

#[derive(Debug)]
enum Field<'a> {
    Text(Cow<'a, str>),
    Other(Value),
}

impl<'a> Arguments<'a> {
    /// `None`: not a JSON object. Nothing at all is an object without fields.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        let trimmed = json.trim_start();
        if trimmed.is_empty() {
            return Some(Self::default());
        }
        let fields: Fields<'a> = serde_json::from_str(json).ok()?;
        Some(Self { fields: fields.0, json })
    }

    fn field(&self, name: &str) -> Option<&Field<'a>> {
        // Of a name that came twice the last counts, as everywhere in JSON.
        self.fields.iter().rev().find(|(key, _)| key.0 == name).map(|(_, field)| field)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some_and(|field| !matches!(field, Field::Other(Value::Null)))
    }

    pub(super) fn peek(&self, name: &str) -> &str {
        match self.field(name) {
            Some(Field::Text(text)) => text,
            _ => "",
        }
    }

    pub(super) fn list(&self, name: &str) -> Option<&[Value]> {
        match self.field(name) {
            Some(Field::Other(Value::Array(list))) => Some(list),
            _ => None,
        }
    }

    /// The first of these that is there, as text; else nothing. It is taken out.
    pub(super) fn optional(&mut self, names: &[&str]) -> Option<Untrusted> {
        names.iter().find_map(|name| {
            let at = self.fields.iter().rposition(|(key, _)| key.0 == *name)?;
            match self.fields.swap_remove(at).1 {
                Field::Other(Value::Null) => None,
                Field::Text(text) => Some(text.into_owned().into()),
                Field::Other(other) => Some(other.to_string().into()),
            }
        })
    }

    pub(super) fn text(&mut self, names: &[&str]) -> Untrusted {
        self.optional(names).unwrap_or_default()
    }

    /// All of them as they are shown: on one line.
    pub(super) fn whole(&self) -> Untrusted {
        match serde_json::from_str::<Value>(self.json) {
            Ok(Value::Object(fields)) if fields.is_empty() => Untrusted::default(),
            Ok(value) => value.to_string().into(),
            Err(_) => self.json.into(),
        }
    }
}

#[derive(Debug)]
struct Fields<'a>(Vec<(Text<'a>, Field<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(4);
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Field<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Field::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Field::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Field::Other(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Field::Other(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Field::Other(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Field::Other(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Field::Other(value.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                Value::deserialize(SeqAccessDeserializer::new(list)).map(Field::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map)).map(Field::Other)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn values_of_every_type_are_read_and_shown() {
        let json = r#"{"a":"x\ny","b":null,"c":[1,-1],"d":{"e":true},"f":1.5,"a2":"plain"}"#;
        let mut read = Arguments::read(json).unwrap();
        assert_eq!((read.peek("a"), read.peek("c"), read.has("b"), read.has("d")), ("x\ny", "", false, true));
        assert_eq!(read.list("c").map(<[Value]>::len), Some(2));
        assert_eq!(read.whole().raw_for_match(), json);
        for (name, text) in [("d", "{\"e\":true}"), ("f", "1.5"), ("a2", "plain"), ("c", "[1,-1]")] {
            assert_eq!(read.optional(&["none", name]).unwrap().raw_for_match(), text);
        }
        assert_eq!(read.optional(&["b", "a2"]), None, "what was taken is gone");
    }

    #[test]
    fn of_a_name_that_came_twice_the_last_counts() {
        assert_eq!(Arguments::read(r#"{"path":"one","path":"two"}"#).unwrap().peek("path"), "two");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["[]", "3", "\"text\"", "{\"a\":", "{\"a\":1} more", "null"] {
            assert!(Arguments::read(json).is_none(), "{json}");
        }
        assert!(Arguments::read(" ").unwrap().whole().is_empty());
        assert!(Arguments::read("{}").unwrap().whole().is_empty());
    }
}
