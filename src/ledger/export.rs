//! Lines for other programs: JSON lines that lose nothing, and CSV that a spreadsheet can be given.
//!
//! Both are safe to look at in a terminal. JSON is written in ASCII alone, everything else spelled `\uXXXX`. In CSV
//! texts are cleaned and on one line, and none is taken for a formula.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::columns::COLUMNS;
use super::line::Line;
use crate::text::Untrusted;

/// One object in one line, without what is not known.
pub fn json(line: &Line) -> String {
    ascii(&Value::Object(fields(line)).to_string())
}

/// JSON with everything outside printable ASCII spelled out. It means the same.
pub fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if matches!(c, ' '..='~') {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

pub fn csv_heading() -> String {
    COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(",")
}

/// One record. A text is quoted and on one line.
pub fn csv(line: &Line) -> String {
    let fields = fields(line);
    let cells = COLUMNS.iter().map(|column| match fields.get(column.name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => cell(text),
        Some(other) => other.to_string(),
    });
    cells.collect::<Vec<_>>().join(",")
}

/// A spreadsheet takes what begins like this for a formula and may run it; an apostrophe before it makes it text.
fn cell(text: &str) -> String {
    let shown = Untrusted::from(text).show_line();
    let is_formula =
        shown.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
            || text.starts_with(['\t', '\r', '\n']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", shown.replace('"', "\"\""))
}

fn fields(line: &Line) -> Map<String, Value> {
    COLUMNS.iter().filter_map(|column| Some((column.name.to_owned(), (column.of)(line)?))).collect()
}

pub fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
