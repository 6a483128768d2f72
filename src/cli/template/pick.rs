//! One template and its values, as they are named on the command line.

use std::path::{Path, PathBuf};

use super::check::counted;
use super::shelf::{self, Shelf};
use crate::domain::{Fault, FaultKind};
use crate::template::{FieldFault, Template, Values};

fn wrong(what: impl AsRef<str>, next: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Invalid, what, next)
}

/// By id, or by the path of its file.
pub fn find(name: &str, places: &[PathBuf]) -> Result<Template, Fault> {
    let Shelf { templates, faults } = shelf::load(places);
    if let Some(template) = templates.iter().find(|template| template.id == name) {
        return Ok(template.clone());
    }
    let path = Path::new(name);
    if path.is_file() {
        let broken =
            |fault: crate::template::TemplateFault| Fault::new(FaultKind::Local, fault.to_string(), "mend that line");
        return shelf::read(path).map_err(broken);
    }
    let ids: Vec<&str> = templates.iter().map(|template| template.id.as_str()).collect();
    let broken = if faults.is_empty() {
        String::new()
    } else {
        format!(" ({} broken, see `atc template lint`)", counted(faults.len(), "file"))
    };
    let what = format!("there is no template and no file {name}{broken}");
    Err(wrong(what, format!("give one of {}, or a file", ids.join(", "))))
}

/// The preset's values, and over them those given one by one.
pub fn values(template: &Template, vars: &[(String, String)], preset: Option<&str>) -> Result<Values, Fault> {
    let mut values = Values::new();
    if let Some(name) = preset {
        let Some(preset) = template.presets.get(name) else {
            let names: Vec<&str> = template.presets.keys().map(String::as_str).collect();
            let next = if names.is_empty() { "leave it out".to_owned() } else { format!("give {}", names.join(", ")) };
            return Err(wrong(format!("{} has no preset {name}", template.id), next));
        };
        values.extend(preset.clone());
    }
    values.extend(vars.iter().cloned());
    Ok(values)
}

pub fn faults_line(faults: &[FieldFault]) -> String {
    let one = |fault: &FieldFault| match &fault.field {
        Some(field) => format!("{field} {}", fault.what),
        None => fault.what.clone(),
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}
