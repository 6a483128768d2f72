//! What the ledger's verbs print for programs, as schemas. A line's own fields are the ledger's table.

use serde_json::{Map, Value, json};

use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is};
use crate::ledger::columns::{COLUMNS, Holds};
use crate::ledger::{Chain, export};

/// The schema of a line. What is not known of it is left out.
pub fn line_schema() -> Value {
    let property = |column: &crate::ledger::columns::Column| {
        let mut schema = match column.holds {
            Holds::Text => Is::Text,
            Holds::Time => Is::Time,
            Holds::Whole => Is::Whole,
            Holds::Number => Is::Number,
        }
        .schema();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), column.doc.into());
        }
        (column.name.to_owned(), schema)
    };
    let properties: Map<_, _> = COLUMNS.iter().map(property).collect();
    let required: Vec<&str> = COLUMNS.iter().filter(|column| column.always).map(|column| column.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// What a walk through the chain found.
#[derive(Debug)]
pub struct Verified {
    pub chain: Chain,
    pub starts: Option<u64>,
}

/// The object of `atc ledger verify --json`.
pub const VERIFIED: &[Field<Verified>] = &[
    field!("intact", Is::Flag, "Nothing was changed, removed or inserted.", |v| {
        matches!(v.chain, Chain::Intact { .. }).into()
    }),
    field!("rows", Is::Maybe(&Is::Whole), "How many rows there are.", |v| match v.chain {
        Chain::Intact { rows, .. } => rows.into(),
        Chain::Broken { .. } => Value::Null,
    }),
    field!("starts", Is::Maybe(&Is::Whole), "How many of them are starts.", |v| v.starts.into()),
    field!("head", Is::Maybe(&Is::Text), "The last hash: what a later look can be compared with.", |v| match v.chain {
        Chain::Intact { head, .. } => export::hex(head).into(),
        Chain::Broken { .. } => Value::Null,
    }),
    field!("row", Is::Maybe(&Is::Whole), "The first row that is not what was written.", |v| match v.chain {
        Chain::Intact { .. } => Value::Null,
        Chain::Broken { row, .. } => row.into(),
    }),
    field!("why", Is::Maybe(&Is::Text), "What is wrong with it.", |v| match &v.chain {
        Chain::Intact { .. } => Value::Null,
        Chain::Broken { why, .. } => why.as_str().into(),
    }),
];
