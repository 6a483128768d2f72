//! Reading the file. Whatever is wrong with it closes the gate; only that it is not there leaves the defaults.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::read::read;
use crate::config::problem::Problem;
use crate::config::{Config, Paths};
use crate::domain::policy::{Broken, InForce, Policy, Whence};
use crate::text::Safe;

/// A larger file is no policy.
const LARGEST: u64 = 256 * 1024;
/// A screen of problems is enough to begin with.
const MOST_PROBLEMS: usize = 100;

/// Where the policy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    pub path: PathBuf,
    /// It was asked for by name: that it is not there closes the gate.
    pub named: bool,
}

impl PolicyFile {
    pub fn find(config: &Config, paths: &Paths) -> Self {
        Self { path: paths.policy(config), named: config.policy_file.is_some() }
    }
}

/// Reads the file as it is now.
pub fn load(file: &PolicyFile) -> InForce {
    load_or(file, &Policy::default())
}

/// The same with a policy of the caller's own where there is no file.
pub fn load_or(file: &PolicyFile, otherwise: &Policy) -> InForce {
    let path = Safe::new(file.path.display().to_string());
    match bytes(&file.path) {
        Ok(Some(bytes)) => InForce {
            policy: parse(&file.path, &bytes),
            whence: Whence::File { path },
            hash: Some(Sha256::digest(&bytes).into()),
        },
        Ok(None) if !file.named => {
            InForce { policy: Ok(otherwise.clone()), whence: Whence::Defaults { looked_at: path }, hash: None }
        }
        Ok(None) => closed(path, vec![Problem::new(place(&file.path), Some("policy_file"), "there is no such file")]),
        Err(why) => closed(path, vec![Problem::new(place(&file.path), None, why)]),
    }
}

fn closed(path: Safe, problems: Vec<Problem>) -> InForce {
    InForce { policy: Err(broken(problems)), whence: Whence::File { path }, hash: None }
}

fn place(path: &Path) -> String {
    path.display().to_string()
}

fn broken(problems: Vec<Problem>) -> Broken {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    let mut problems: Vec<Safe> =
        problems.into_iter().take(MOST_PROBLEMS).map(|problem| Safe::new(problem.to_string())).collect();
    if more > 0 {
        problems.push(Safe::new(format!("and {more} more")));
    }
    Broken { problems }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Policy, Broken> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = error.valid_up_to();
        let text = String::from_utf8_lossy(bytes.get(..good).unwrap_or_default()).into_owned();
        broken(vec![Problem::at(path, &text, text.len(), None, "is not UTF-8 text")])
    })?;
    read(text).map_err(|wrong| {
        let problem = |wrong: crate::config::rows::WrongAt| {
            Problem::at(path, text, wrong.byte, Some(wrong.key.as_str()).filter(|key| !key.is_empty()), wrong.what)
        };
        broken(wrong.into_iter().map(problem).collect())
    })
}

/// `None`: there is nothing of this name. A link that leads nowhere is something.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(_) => {}
    }
    // What is no file may never end, or wait for a writer already when it is opened.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("is larger than {} KiB", LARGEST / 1024));
    }
    Ok(Some(bytes))
}
