//! Prompt templates from disk: the shipped ones, those beside the config, those of a folder named in the config.
//!
//! A later template replaces an earlier one of the same id. A file that cannot be read is a fault of its own and never
//! stops the others.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::template::{self, Template, TemplateFault};

const LARGEST: u64 = 256 * 1024;
const MOST_FILES: usize = 500;

/// Everything that could be read, and what could not.
pub fn load(folders: &[PathBuf]) -> (Vec<Template>, Vec<TemplateFault>) {
    let (mut templates, mut faults) = (template::shipped(), Vec::new());
    for folder in folders {
        for path in files(folder, &mut faults) {
            let origin = path.display().to_string();
            match read(&path) {
                Ok(text) => match Template::parse(&origin, &text) {
                    Ok(template) => {
                        templates.retain(|known| known.id != template.id);
                        templates.push(template);
                    }
                    Err(fault) => faults.push(fault),
                },
                Err(what) => faults.push(TemplateFault { origin, line: None, what }),
            }
        }
    }
    templates.sort_by(|a, b| a.title.cmp(&b.title));
    (templates, faults)
}

/// The folder's template files in name order. A folder that is not there holds none.
fn files(folder: &Path, faults: &mut Vec<TemplateFault>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let what = format!("the folder cannot be read: {error}");
            faults.push(TemplateFault { origin: folder.display().to_string(), line: None, what });
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    paths.truncate(MOST_FILES);
    paths
}

fn read(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST {
        return Err(format!("larger than {} KiB", LARGEST / 1024));
    }
    Ok(text)
}
