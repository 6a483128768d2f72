//! `lint`: what is to be said about templates, file by file and line by line.

use serde_json::json;

use super::shelf::Shelf;
use super::verbs::{Answer, Printed};
use crate::cli::exit::Exit;
use crate::template::{Severity, Template, TemplateFault, lint};

/// One thing to be said.
struct Row<'a> {
    file: &'a str,
    line: Option<u32>,
    severity: Severity,
    code: &'static str,
    reason: String,
}

pub(super) fn lint_all(shelf: &Shelf, as_json: bool) -> Answer {
    let mut rows: Vec<Row<'_>> = shelf.faults.iter().map(broken).collect();
    rows.extend(shelf.templates.iter().flat_map(findings));
    rows.sort_by(|a, b| (a.file, a.line).cmp(&(b.file, b.line)));
    let count = |severity| rows.iter().filter(|row| row.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let looked_at = shelf.templates.len() + shelf.faults.len();
    let out = if as_json {
        let findings: Vec<_> = rows.iter().map(as_value).collect();
        let all = json!({ "files": looked_at, "errors": errors, "warnings": warnings, "findings": findings });
        Printed::Json(all)
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

fn broken(fault: &TemplateFault) -> Row<'_> {
    let reason = fault.what.clone();
    Row { file: &fault.origin, line: fault.line, severity: Severity::Error, code: "broken", reason }
}

fn findings(template: &Template) -> Vec<Row<'_>> {
    let row = |finding: lint::Finding| Row {
        file: name(template),
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

fn as_line(row: &Row<'_>) -> String {
    let place = row.line.map_or_else(|| row.file.to_owned(), |line| format!("{}:{line}", row.file));
    format!("{place}: {}: {} ({})", row.severity.word(), row.reason, row.code)
}

fn as_value(row: &Row<'_>) -> serde_json::Value {
    json!({
        "file": row.file,
        "line": row.line,
        "severity": row.severity.word(),
        "code": row.code,
        "reason": row.reason,
    })
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
