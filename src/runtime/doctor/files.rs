//! Files: where they are, who may read them, whether what is in them will do. Blocking.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use crate::config::policy::{PolicyFile, load};
use crate::config::theme::Themes;
use crate::config::{Loaded, Paths};
use crate::domain::Instant;
use crate::domain::capability::{
    Answer, CACHE_FILE, CONFIG_FILE, JOURNAL, LEDGER_CHAIN, LEDGER_FILE, POLICY_FILE, Row, STATE_FOLDER, THEMES,
};
use crate::domain::policy::Whence;
use crate::ledger::{Chain, Ledger};

/// A longer ledger is not walked in passing.
const QUICK: u64 = 64 << 20;

/// Where to look.
#[derive(Clone, Debug)]
pub struct Here {
    pub config_file: PathBuf,
    pub state_dir: PathBuf,
    pub ledger: PathBuf,
    pub journal: PathBuf,
    /// `None`: nothing is kept.
    pub cache: Option<PathBuf>,
    pub policy: PolicyFile,
    /// Where themes are, and which one is chosen.
    pub themes: (Themes, String),
    /// Nothing is to be changed from here: what only changes need may be missing.
    pub looks_only: bool,
}

impl Here {
    pub fn new(loaded: &Loaded, paths: &Paths) -> Self {
        let config = &loaded.config;
        Self {
            config_file: loaded.file.clone(),
            state_dir: paths.state_dir.clone(),
            ledger: paths.ledger(config),
            journal: paths.journal(),
            cache: config.cache.then(|| paths.cache()),
            policy: PolicyFile::find(config, paths),
            themes: (Themes::new(paths.themes()), config.ui.theme.clone()),
            looks_only: config.looks_only(),
        }
    }
}

/// Everything but the ledger itself.
pub fn rows(here: &Here, at: Instant) -> Vec<Row> {
    let file = |topic, path: &Path| {
        let (answer, words) = about(path);
        Row::new(topic, answer, words, at).because(path.display().to_string())
    };
    let cache = match &here.cache {
        Some(path) => file(&CACHE_FILE, path),
        None => Row::new(&CACHE_FILE, Answer::No, "switched off", at).because("cache = false"),
    };
    vec![
        file(&CONFIG_FILE, &here.config_file),
        policy(here, at),
        themes(here, at),
        state_folder(here, at),
        cache,
        file(&JOURNAL, &here.journal),
    ]
}

/// There or not, how large, who may read it.
fn about(path: &Path) -> (Answer, String) {
    match fs::symlink_metadata(path) {
        Ok(meta) => (Answer::Yes, format!("{} KiB{}", meta.len().div_ceil(1024), mode(&meta))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Answer::No, "not there".to_owned()),
        Err(error) => (Answer::Unknown, error.kind().to_string()),
    }
}

#[cfg(unix)]
fn mode(meta: &fs::Metadata) -> String {
    format!(", mode {:04o}", std::os::unix::fs::MetadataExt::mode(meta) & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> String {
    String::new()
}

#[cfg(unix)]
fn is_open_to_others(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(meta) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

fn state_folder(here: &Here, at: Instant) -> Row {
    let path = &here.state_dir;
    let shown = path.display();
    let row = |answer, words: String| Row::new(&STATE_FOLDER, answer, words, at).because(shown.to_string());
    match fs::metadata(path) {
        Ok(meta) if !meta.is_dir() => row(Answer::No, "it is no folder".to_owned()).next(format!("move {shown} away")),
        Ok(meta) if is_open_to_others(&meta) => {
            row(Answer::No, format!("others may look into it{}", mode(&meta))).next(format!("run `chmod 700 {shown}`"))
        }
        Ok(meta) => row(Answer::Yes, mode(&meta).trim_start_matches(", ").to_owned()),
        Err(error) if is_missing(&error) => match unmakeable(path) {
            None => row(Answer::Unknown, "not there yet; the console makes it".to_owned()),
            Some(above) => {
                let next = format!("see who owns {}, or set XDG_STATE_HOME to a folder of yours", above.display());
                let row = row(Answer::No, "not there, and it cannot be made".to_owned()).next(next);
                if here.looks_only { row } else { row.needed() }
            }
        },
        Err(error) => row(Answer::No, error.kind().to_string()).next(format!("see who owns {shown}")),
    }
}

/// There is nothing, or something that is no folder is above it.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// The folder, or the file, that keeps this one from being made.
fn unmakeable(path: &Path) -> Option<&Path> {
    let above = path.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok())?;
    let may = Access::WRITE_OK | Access::EXEC_OK;
    (!above.is_dir() || rustix::fs::access(above, may).is_err()).then_some(above)
}

fn policy(here: &Here, at: Instant) -> Row {
    let in_force = load(&here.policy);
    let path = here.policy.path.display().to_string();
    let row = match (&in_force.policy, &in_force.whence) {
        (Ok(_), Whence::Defaults { .. }) => Row::new(&POLICY_FILE, Answer::Yes, "no file: the documented defaults", at),
        (Ok(policy), Whence::File { .. }) => {
            let (count, hash) = (policy.rules.len(), in_force.hash.map(|hash| short(&hash)).unwrap_or_default());
            let s = if count == 1 { "" } else { "s" };
            Row::new(&POLICY_FILE, Answer::Yes, format!("{count} rule{s}, SHA-256 {hash}…"), at)
        }
        (Err(broken), _) => {
            let first = broken.problems.first().map(ToString::to_string).unwrap_or_default();
            Row::new(&POLICY_FILE, Answer::No, format!("nothing may start: {first}"), at)
                .next("correct it; `atc policy check` names everything that is wrong")
        }
    };
    let row = row.because(path);
    if here.looks_only { row } else { row.needed() }
}

/// The theme that is chosen and all of the operator's own.
fn themes(here: &Here, at: Instant) -> Row {
    let (themes, chosen) = &here.themes;
    let found = themes.check(chosen);
    let row = match (found.problems.as_slice(), found.warnings.as_slice()) {
        ([first, ..], _) => Row::new(&THEMES, Answer::No, first.to_string(), at)
            .next("correct it; `atc config check` names everything that is wrong"),
        ([], [first, ..]) => Row::new(&THEMES, Answer::Yes, format!("{chosen}; {first}"), at)
            .next("choose colours further apart; `atc config check` names them all"),
        ([], []) => {
            let own = match themes.own().len() {
                0 => "the shipped ones".to_owned(),
                n => format!("{n} of your own"),
            };
            Row::new(&THEMES, Answer::Yes, format!("{chosen}; {own}"), at)
        }
    };
    row.because(themes.folder.display().to_string())
}

fn short(hash: &[u8]) -> String {
    hash.iter().take(4).fold(String::new(), |out, byte| format!("{out}{byte:02x}"))
}

/// The ledger: whether it can be written, and whether it is whole. `None`: there is none yet.
pub fn ledger_rows(here: &Here, ledger: Option<&dyn Ledger>, at: Instant) -> Vec<Row> {
    let path = here.ledger.display().to_string();
    let needed = |row: Row| if here.looks_only { row } else { row.needed() };
    let Some(ledger) = ledger else {
        let row = Row::new(&LEDGER_FILE, Answer::Unknown, "not there yet; the console makes it", at).because(path);
        return vec![needed(row)];
    };
    let meta = fs::metadata(&here.ledger);
    let size = meta.as_ref().map_or(0, fs::Metadata::len);
    let writable = match ledger.writable() {
        Ok(()) => {
            let words = meta.map(|meta| format!("{} KiB{}", size.div_ceil(1024), mode(&meta)));
            Row::new(&LEDGER_FILE, Answer::Yes, words.unwrap_or_else(|_| "in memory".to_owned()), at)
        }
        Err(fault) => {
            let words = format!("nothing can be recorded, so nothing is sent: {}", fault.what);
            Row::new(&LEDGER_FILE, Answer::No, words, at).next(fault.next_step)
        }
    };
    vec![needed(writable.because(&path)), chain(ledger, size, at).because(path)]
}

fn chain(ledger: &dyn Ledger, size: u64, at: Instant) -> Row {
    let row = |answer, words: String| Row::new(&LEDGER_CHAIN, answer, words, at);
    if size > QUICK {
        let words = format!("{} MiB: too long to walk in passing", size >> 20);
        return row(Answer::Unknown, words).next("run `atc ledger verify`");
    }
    match ledger.verify() {
        Ok(Chain::Intact { rows, .. }) => row(Answer::Yes, format!("{rows} rows")),
        Ok(Chain::Broken { row: number, why }) => row(Answer::No, format!("from row {number} on: {why}"))
            .next("keep a copy of the file; what stands after that row cannot be trusted"),
        Err(fault) => row(Answer::Unknown, fault.what.to_string()).next(fault.next_step),
    }
}
