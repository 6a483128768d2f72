//! `lint`: what is to be said about templates, file by file and line by line.

use super::shelf::Shelf;
use super::verbs::{Answer, Printed};
use crate::cli::exit::Exit;
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::template::{Severity, Template, TemplateFault, lint};

/// One thing to be said.
#[derive(Debug)]
struct Row {
    file: String,
    line: Option<u32>,
    severity: Severity,
    code: &'static str,
    reason: String,
}

pub(super) fn lint_all(shelf: &Shelf, as_json: bool) -> Answer {
    let mut rows: Vec<Row> = shelf.faults.iter().map(broken).collect();
    rows.extend(shelf.templates.iter().flat_map(findings));
    rows.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let count = |severity| rows.iter().filter(|row| row.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let looked_at = shelf.templates.len() + shelf.faults.len();
    let out = if as_json {
        Printed::Json(write(LINT, &Found { files: looked_at, errors, warnings, rows }))
    } else {
        let mut lines: Vec<String> = rows.iter().map(as_line).collect();
        if errors == 0 {
            let and = if warnings == 0 { String::new() } else { format!(", {}", counted(warnings, "warning")) };
            lines.push(format!("{}: nothing wrong{and}", counted(looked_at, "template")));
        }
        Printed::Text(lines.join("\n"))
    };
    let complaint = (errors > 0).then(|| {
        let found = format!("{} and {}", counted(errors, "error"), counted(warnings, "warning"));
        format!("{found} in {} — mend the lines named above", counted(looked_at, "template"))
    });
    Answer { out, exit: if errors > 0 { Exit::Failed } else { Exit::Done }, complaint }
}

fn broken(fault: &TemplateFault) -> Row {
    let reason = fault.what.clone();
    Row { file: fault.origin.clone(), line: fault.line, severity: Severity::Error, code: "broken", reason }
}

fn findings(template: &Template) -> Vec<Row> {
    let row = |finding: lint::Finding| Row {
        file: name(template).to_owned(),
        line: Some(finding.line(template)),
        severity: finding.severity,
        code: finding.code,
        reason: finding.message,
    };
    lint::lint(template).into_iter().map(row).collect()
}

/// The shipped ones have no file: their id stands for it.
fn name(template: &Template) -> &str {
    if template.origin == "shipped" { &template.id } else { &template.origin }
}

fn as_line(row: &Row) -> String {
    let place = row.line.map_or_else(|| row.file.clone(), |line| format!("{}:{line}", row.file));
    format!("{place}: {}: {} ({})", row.severity.word(), row.reason, row.code)
}

/// All there is to say.
#[derive(Debug)]
pub struct Found {
    files: usize,
    errors: usize,
    warnings: usize,
    rows: Vec<Row>,
}

/// The object of `atc template lint --json`.
pub const LINT: &[Field<Found>] = &[
    field!("files", Is::Whole, "How many were looked at.", |f| f.files.into()),
    field!("errors", Is::Whole, "How many errors there are.", |f| f.errors.into()),
    field!("warnings", Is::Whole, "How many warnings there are.", |f| f.warnings.into()),
    field!("findings", Is::List(&Is::Object(|| schema(FINDING))), "What there is to say, by file and line.", |f| {
        f.rows.iter().map(|row| write(FINDING, row)).collect()
    }),
];

const FINDING: &[Field<Row>] = &[
    field!("file", Is::Text, "The file; of a shipped template its id.", |r| r.file.clone().into()),
    field!("line", Is::Maybe(&Is::Whole), "Its line.", |r| r.line.into()),
    field!("severity", Is::OneOf(&["warning", "error"]), "How grave it is.", |r| r.severity.word().into()),
    field!("code", Is::Text, "Its code; broken: it cannot be read.", |r| r.code.into()),
    field!("reason", Is::Text, "What it is.", |r| r.reason.clone().into()),
];

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
