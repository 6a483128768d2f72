//! Files and folders for the operator alone: 0700 and 0600 whatever the umask says, and never through a symlink. The memory
//! of this process is for itself alone.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// From now on no core file is written of this process, which holds a token, and where the system can no other program of
/// the same user may look into its memory. Programs it starts are as they would be without it, but for their core files.
pub fn memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let maximum = getrlimit(Resource::Core).maximum;
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
}

/// Makes the folder (0700) where it is missing, and takes away what others may do in it where it is ours.
pub fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let found = std::fs::symlink_metadata(path)?;
    if !found.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is not a folder", path.display())));
    }
    if found.mode() & 0o777 != 0o700 && found.uid() == rustix::process::geteuid().as_raw() {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Opens for appending, makes it (0600) where it is missing. A symlink is refused.
pub fn append(path: &Path) -> io::Result<File> {
    let file = options().append(true).create(true).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// A new file (0600). One that is there already, or a symlink, is refused.
pub fn create(path: &Path) -> io::Result<File> {
    let file = options().write(true).create_new(true).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Opens a file for reading. A symlink is refused, and so is what is no file: a pipe would be waited for.
pub fn read(path: &Path) -> io::Result<File> {
    let file = options().read(true).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is not a file", path.display())));
    }
    Ok(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn folders_and_files_are_for_the_operator_alone() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("a/state");
        folder(&state).unwrap();
        assert_eq!(mode(&state), 0o700);
        append(&state.join("log")).unwrap();
        create(&state.join("new")).unwrap();
        assert_eq!((mode(&state.join("log")), mode(&state.join("new"))), (0o600, 0o600));
    }

    #[test]
    fn a_folder_others_could_read_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        std::fs::create_dir(&state).unwrap();
        std::fs::set_permissions(&state, Permissions::from_mode(0o777)).unwrap();
        folder(&state).unwrap();
        assert_eq!(mode(&state), 0o700);
    }

    #[test]
    fn a_symlink_in_the_place_of_a_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        std::fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        append(&link).unwrap_err();
        create(&link).unwrap_err();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "kept");
    }
}
