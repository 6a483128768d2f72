//! Prompt templates from disk: the shipped ones, those of the config directory, those of the checkout.
//!
//! A later place replaces an earlier one's template of the same id, and the template says so. Within one folder an id
//! is there once. A file that cannot be read is a fault of its own and never stops the others.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::origin;
use crate::config::{Config, Paths};
use crate::template::{self, Template, TemplateFault};

/// Where a checkout has its templates, from its root.
pub const IN_CHECKOUT: &str = ".atc/templates";

const LARGEST: u64 = 256 * 1024;
const MOST_FILES: usize = 500;

/// Everything that could be read, in the order of titles, and what could not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    pub templates: Vec<Template>,
    pub faults: Vec<TemplateFault>,
}

/// The folders, the later the stronger. `here`: the current directory.
pub fn places(config: &Config, paths: &Paths, here: Option<&Path>) -> Vec<PathBuf> {
    let checkout = here.and_then(origin::checkout).map(|root| root.join(IN_CHECKOUT));
    std::iter::once(paths.templates(config)).chain(checkout).collect()
}

/// The shipped templates and those of these folders.
pub fn load(folders: &[PathBuf]) -> Shelf {
    let mut shelf = Shelf { templates: template::shipped(), faults: Vec::new() };
    for folder in folders {
        add_folder(&mut shelf, folder);
    }
    shelf.templates.sort_by(|a, b| a.title.cmp(&b.title).then_with(|| a.id.cmp(&b.id)));
    shelf
}

fn add_folder(shelf: &mut Shelf, folder: &Path) {
    let mut here: Vec<Template> = Vec::new();
    for path in files(folder, &mut shelf.faults) {
        match read(&path) {
            Ok(template) => match here.iter().find(|other| other.id == template.id) {
                Some(other) => {
                    let what = format!("the id `{}` is that of {} already", template.id, other.origin);
                    shelf.faults.push(TemplateFault { origin: template.origin, line: None, what });
                }
                None => here.push(template),
            },
            Err(fault) => shelf.faults.push(fault),
        }
    }
    for mut template in here {
        if let Some(at) = shelf.templates.iter().position(|known| known.id == template.id) {
            let known = shelf.templates.remove(at);
            template.replaces = Some(known.origin);
        }
        shelf.templates.push(template);
    }
}

/// The folder's template files in name order. A folder that is not there holds none.
pub(super) fn files(folder: &Path, faults: &mut Vec<TemplateFault>) -> Vec<PathBuf> {
    let mut fault = |what: String| {
        faults.push(TemplateFault { origin: folder.display().to_string(), line: None, what });
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            fault(format!("the folder cannot be read: {error}"));
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    if paths.len() > MOST_FILES {
        fault(format!("more than {MOST_FILES} templates: the last {} are left out", paths.len() - MOST_FILES));
        paths.truncate(MOST_FILES);
    }
    paths
}

/// One template.
pub(super) fn read(path: &Path) -> Result<Template, TemplateFault> {
    let origin = path.display().to_string();
    let fault = |what: String| TemplateFault { origin: origin.clone(), line: None, what };
    Template::parse(&origin, &text(path).map_err(fault)?)
}

fn text(path: &Path) -> Result<String, String> {
    // A pipe would be waited for.
    if !path.metadata().map_err(|error| error.to_string())?.is_file() {
        return Err("this is not a file".to_owned());
    }
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err(format!("larger than {} KiB", LARGEST / 1024));
    }
    Ok(text)
}
