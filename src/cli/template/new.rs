//! `new`: a template to begin from. A file that is there is never written over.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::verbs::{Answer, Printed};
use crate::cli::exit::Exit;
use crate::domain::{Fault, FaultKind};
use crate::template::{Template, starter};

pub(super) fn new(id: &str, title: Option<&str>, folder: &Path) -> Answer {
    let title = title.map_or_else(|| starter::title_of(id), str::to_owned);
    let text = starter::text(id, &title);
    if let Err(fault) = Template::parse("new", &text) {
        return Answer::refused(format!("{}: {}", id, fault.what), "choose another name");
    }
    match write(folder, id, &text) {
        Ok(path) => Answer {
            out: Printed::Text(format!("{} is written: say there what is to be done", path.display())),
            exit: Exit::Done,
            complaint: None,
        },
        Err(fault) => Answer { out: Printed::Nothing, exit: Exit::from(&fault), complaint: Some(fault.to_string()) },
    }
}

fn write(folder: &Path, id: &str, text: &str) -> Result<PathBuf, Fault> {
    let path = folder.join(format!("{id}.md"));
    let made =
        fs::create_dir_all(folder).and_then(|()| fs::OpenOptions::new().write(true).create_new(true).open(&path));
    let mut file = made.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            let what = format!("{} is there already", path.display());
            return Fault::new(FaultKind::Local, what, "choose another name, or edit that file");
        }
        let what = format!("{} cannot be written: {error}", path.display());
        Fault::new(FaultKind::Local, what, "check the folder and who owns it")
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a template would only be in the way.
        let _ = fs::remove_file(&path);
        Fault::new(FaultKind::Local, format!("{} cannot be written: {error}", path.display()), "make room on the disk")
    })?;
    Ok(path)
}
