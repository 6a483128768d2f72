//! What a JSON object holds, said once: a table of fields writes the value and its JSON Schema, so that neither can say
//! what the other does not.
//!
//! Every field of a table is always there; what is not known is `null`.

use serde_json::{Map, Value, json};

/// One field of an object made of a `T`.
#[derive(Debug)]
pub struct Field<T: 'static> {
    pub name: &'static str,
    pub is: Is,
    /// One sentence for the schema.
    pub doc: &'static str,
    pub of: fn(&T) -> Value,
}

/// What a value is.
#[derive(Debug)]
pub enum Is {
    Text,
    /// RFC 3339, in UTC.
    Time,
    /// Not negative.
    Whole,
    Number,
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An object of another table: its schema.
    Object(fn() -> Value),
    List(&'static Is),
    /// An object with names of its own, and these values.
    Named(&'static Is),
    /// Whatever somebody else says it is.
    Any,
    /// Or `null`.
    Maybe(&'static Is),
}

impl Is {
    pub fn schema(&self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::Whole => json!({ "type": "integer", "minimum": 0 }),
            Self::Number => json!({ "type": "number" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::OneOf(words) => json!({ "type": "string", "enum": words }),
            Self::Object(schema) => schema(),
            Self::List(of) => json!({ "type": "array", "items": of.schema() }),
            Self::Named(of) => json!({ "type": "object", "additionalProperties": of.schema() }),
            Self::Any => json!({}),
            Self::Maybe(of) => json!({ "anyOf": [of.schema(), { "type": "null" }] }),
        }
    }
}

pub fn write<T>(fields: &[Field<T>], from: &T) -> Value {
    let all = fields.iter().map(|field| (field.name.to_owned(), (field.of)(from)));
    Value::Object(all.collect::<Map<_, _>>())
}

/// An object with these fields, all of them and no others.
pub fn schema<T>(fields: &[Field<T>]) -> Value {
    let properties = fields.iter().map(|field| {
        let mut schema = field.is.schema();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), field.doc.into());
        }
        (field.name.to_owned(), schema)
    });
    let properties: Map<_, _> = properties.collect();
    let required: Vec<&str> = fields.iter().map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
