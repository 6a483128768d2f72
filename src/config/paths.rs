//! Where the program's own files are, and that only their owner can read them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::schema::Config;
use crate::domain::{Fault, FaultKind};

/// The directories of this user. On Linux they follow `XDG_CONFIG_HOME`, `XDG_STATE_HOME`, `XDG_DATA_HOME`
/// and `XDG_CACHE_HOME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub home: PathBuf,
    /// `config.toml` and the operator's templates.
    pub config_dir: PathBuf,
    /// The ledger, the journal, drafts, kept logs: what happened here.
    pub state_dir: PathBuf,
    /// What can be fetched or made again.
    pub data_dir: PathBuf,
    /// What may be deleted at any time.
    pub cache_dir: PathBuf,
}

impl Paths {
    /// Asks the environment, then the user database. Nothing is made yet.
    pub fn find() -> Result<Self, Fault> {
        let no_home = || {
            Fault::new(FaultKind::Local, "this user has no home directory", "set HOME to a directory you may write to")
        };
        let base = BaseDirs::new().ok_or_else(no_home)?;
        let dirs = ProjectDirs::from("", "", "atc").ok_or_else(no_home)?;
        if !base.home_dir().is_absolute() {
            // The ledger would be another one in every directory atc is started in.
            let what = format!("HOME is {}, which is no full path", base.home_dir().display());
            return Err(Fault::new(FaultKind::Local, what, "set HOME to a directory that begins with /"));
        }
        Ok(Self {
            home: base.home_dir().to_path_buf(),
            config_dir: dirs.config_dir().to_path_buf(),
            state_dir: dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_path_buf(),
            data_dir: dirs.data_dir().to_path_buf(),
            cache_dir: dirs.cache_dir().to_path_buf(),
        })
    }

    pub fn config_file(&self) -> PathBuf {
        self.config_dir.join("config.toml")
    }

    pub fn journal(&self) -> PathBuf {
        self.state_dir.join("atc.log")
    }

    pub fn ledger(&self, config: &Config) -> PathBuf {
        config.ledger.clone().unwrap_or_else(|| self.state_dir.join("ledger.db"))
    }

    pub fn cache(&self) -> PathBuf {
        self.cache_dir.join("cache.db")
    }

    pub fn diagnosis(&self, config: &Config) -> PathBuf {
        config.diagnosis_file.clone().unwrap_or_else(|| self.config_dir.join("diagnosis.toml"))
    }

    pub fn policy(&self, config: &Config) -> PathBuf {
        config.policy_file.clone().unwrap_or_else(|| self.config_dir.join("policy.toml"))
    }

    pub fn templates(&self, config: &Config) -> PathBuf {
        config.templates_dir.clone().unwrap_or_else(|| self.config_dir.join("templates"))
    }

    pub fn themes(&self) -> PathBuf {
        self.config_dir.join("themes")
    }

    /// Makes the state directory, or makes sure of it.
    pub fn make_state_dir(&self) -> Result<(), Fault> {
        make_private(&self.state_dir)
    }
}

/// A directory that only its owner can enter, with its parents. One that is there already is closed to others.
pub fn make_private(dir: &Path) -> Result<(), Fault> {
    make(dir).and_then(|()| close_to_others(dir)).map_err(|error| {
        Fault::new(
            FaultKind::Local,
            format!("could not make the directory {}: {error}", dir.display()),
            "check the path and who owns it, or set XDG_STATE_HOME and XDG_CONFIG_HOME to places you may write to",
        )
    })
}

#[cfg(unix)]
fn make(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(unix)]
fn close_to_others(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(dir)?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_private_directory_is_closed_to_others_even_when_it_was_open() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("a/b/atc");
        let mode = |dir: &Path| fs::metadata(dir).unwrap().permissions().mode() & 0o777;
        make_private(&dir).unwrap();
        assert_eq!((mode(&dir), mode(dir.parent().unwrap())), (0o700, 0o700));
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        make_private(&dir).unwrap();
        assert_eq!(mode(&dir), 0o700);
    }

    #[test]
    fn a_file_in_the_way_is_a_fault_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for dir in [file.clone(), file.join("atc")] {
            let fault = make_private(&dir).unwrap_err();
            assert!(fault.kind == FaultKind::Local && fault.what.contains("file"), "{fault}");
        }
    }
}
