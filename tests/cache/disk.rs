//! What a file may be, and what a disk may do.

use std::fs::{self, Permissions};
use std::io::BufReader;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use atc::console::event::News;
use atc::domain::{FaultKind, Instant, Source, UserId, Viewer};
use atc::runtime::cache::file::{parts, remove};
use atc::runtime::cache::store::{Keep, Store};
use atc::runtime::cache::{Cache, Place};

use crate::child::{said, writer};
use crate::make::{API, TODAY, file, keep, kept, open, repo, task, viewer};

fn sql(file: &Path, statement: &str) {
    rusqlite::Connection::open(file).unwrap().execute_batch(statement).unwrap();
}

#[test]
fn the_cache_is_for_its_owner_alone() {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let mut store = open(&file);
    keep(&mut store, [1]);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    for part in parts(&file) {
        assert_eq!(mode(&part), 0o600, "{}", part.display());
    }
    drop(store);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(kept(&open(&file)), [1]);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn a_link_in_place_of_the_file_is_left_alone_and_so_is_what_it_leads_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    fs::create_dir(file.parent().unwrap()).unwrap();
    let target = folder.path().join("elsewhere");
    symlink(&target, &file).unwrap();
    Store::open(&file, API).unwrap_err();
    assert!(!target.exists());
    fs::write(&target, "mine").unwrap();
    let fault = Store::open(&file, API).unwrap_err();
    assert!(fault.what.contains("cache.db") && !fault.next_step.is_empty());
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    // Deleting takes the link away, not what it leads to.
    assert!(remove(&file).unwrap());
    assert!(target.exists() && fs::symlink_metadata(&file).is_err());
}

#[test]
fn the_file_of_a_newer_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    keep(&mut open(&file), [1]);
    sql(&file, "ALTER TABLE tasks ADD COLUMN mood TEXT; PRAGMA user_version = 99");
    let before = fs::read(&file).unwrap();
    let fault = Store::open(&file, API).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unsupported);
    assert!(fault.what.contains("newer atc") && fault.what.contains("99"), "{fault}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn what_is_older_foreign_torn_or_empty_begins_anew() {
    type Damage = fn(&Path);
    let damage: [(&str, Damage); 6] = [
        ("an older layout", |file| sql(file, "PRAGMA user_version = 0")),
        ("another program's", |file| sql(file, "PRAGMA application_id = 5")),
        ("text", |file| {
            fs::write(file, "a letter to somebody, long enough to be taken for a header of a database").unwrap();
        }),
        ("half a header", |file| fs::write(file, "SQLite format").unwrap()),
        ("nothing", |file| fs::write(file, "").unwrap()),
        ("without its tables", |file| sql(file, "DROP TABLE tasks")),
    ];
    for (what, damage) in damage {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        keep(&mut open(&file), [1]);
        damage(&file);
        let works = |store: &mut Store| store.write(&[viewer(), Keep::Tasks(vec![task(2)])], TODAY).is_ok();
        let mut store = Store::open(&file, API).unwrap();
        // What is missing inside may only show when it is used.
        if !works(&mut store) {
            store = Store::anew(&file, API).unwrap();
            assert!(works(&mut store), "{what}");
        }
        assert_eq!(kept(&store), [2], "{what}");
    }
}

/// Opens whatever is there and uses it: any answer will do, a panic will not.
fn use_it(file: &Path) -> Option<Vec<u64>> {
    let mut store = Store::open(file, API).ok()?;
    let mut found = Vec::new();
    let _ = store.known(TODAY);
    let _ = store.pulls(&repo(), |_, _| {});
    let read = store.tasks(&repo(), |read| {
        found.extend(read.task.at.id.raw().parse::<u64>());
        true
    });
    let _ = store.write(&[viewer(), Keep::Tasks(vec![task(1)])], TODAY);
    let _ = store.trim(TODAY);
    read.ok().map(|_| found)
}

/// All that stands on the disk for the cache.
fn bytes(file: &Path) -> Vec<u8> {
    parts(file).iter().flat_map(|part| fs::read(part).unwrap_or_default()).collect()
}

#[test]
fn of_what_was_kept_for_another_viewer_no_byte_is_left_beside_the_file_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let mut store = open(&file);
    keep(&mut store, 0..200);
    let stands = || memchr::memmem::find(&bytes(&file), b"which does what it says").is_some();
    assert!(stands());
    let other = Viewer { id: UserId(8), login: "hubot".into() };
    store.write(&[Keep::Viewer(other)], TODAY).unwrap();
    assert!(!stands(), "while the console runs");
}

#[tokio::test]
async fn a_console_that_ends_leaves_one_file_for_the_next_start_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let place = Place { file: file.clone(), api: API.to_owned() };
    let cache = Cache::start(place, Arc::new(|| Instant::from_timestamp(TODAY * 86_400, 0).unwrap()));
    cache.belongs_to(&Viewer { id: UserId(7), login: "mona".into() }).await;
    cache.keep(&Source::Tasks(repo()), &News::Task(Box::new(task(1))), Instant::default());
    cache.finish().await;
    let left: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "cache.db" || name == "cache.lock"), "{left:?}");
    assert_eq!(kept(&Store::open(&file, API).unwrap()), [1]);
}

#[test]
fn a_file_torn_at_any_length_opens_as_empty_or_as_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(&folder);
    keep(&mut open(&good), 0..200);
    let whole = fs::read(&good).unwrap();
    for length in (0..whole.len()).step_by(509) {
        let torn = folder.path().join(format!("{length}.db"));
        fs::write(&torn, &whole[..length]).unwrap();
        if let Some(found) = use_it(&torn) {
            assert!(found.iter().all(|n| *n < 200), "{length}: {found:?}");
        }
        let _ = parts(&torn).map(|part| drop(fs::remove_file(part)));
    }
}

#[test]
fn a_byte_changed_anywhere_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(&folder);
    keep(&mut open(&good), 0..60);
    let whole = fs::read(&good).unwrap();
    let flipped = folder.path().join("flipped.db");
    // Every byte of the header, and a spread of the rest.
    for at in (0..120).chain((120..whole.len()).step_by(331)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        fs::write(&flipped, &bytes).unwrap();
        let _ = use_it(&flipped);
        let _ = parts(&flipped).map(|part| drop(fs::remove_file(part)));
    }
}

#[test]
fn a_log_torn_at_any_length_gives_a_state_that_once_was() {
    let folder = tempfile::tempdir().unwrap();
    let live = file(&folder);
    let mut store = open(&live);
    for n in 0..12 {
        keep(&mut store, [n]);
    }
    let [log, _, _] = parts(&live);
    let (file, whole) = (fs::read(&live).unwrap(), fs::read(&log).unwrap());
    assert!(whole.len() > 10_000);
    for length in (0..whole.len()).step_by(1021) {
        let torn = folder.path().join(format!("{length}.db"));
        let [torn_log, ..] = parts(&torn);
        fs::write(&torn, &file).unwrap();
        fs::write(&torn_log, &whole[..length]).unwrap();
        let found = kept(&open(&torn));
        assert_eq!(found, (0..found.len() as u64).collect::<Vec<_>>(), "the first so many, at {length}");
    }
}

#[test]
fn places_that_cannot_be_written_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("a-file");
    fs::write(&in_the_way, "").unwrap();
    let lasso = folder.path().join("lasso");
    symlink(&lasso, &lasso).unwrap();
    let a_folder = folder.path().join("dir").join("cache.db");
    fs::create_dir_all(&a_folder).unwrap();
    for place in
        [in_the_way.join("cache.db"), lasso.join("cache.db"), a_folder, Path::new("/proc/atc/cache.db").to_owned()]
    {
        let fault = Store::open(&place, API).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local, "{fault}");
        assert!(fault.next_step.contains("cache = false"), "{fault}");
    }
    assert!(in_the_way.is_file());
}

/// A file system that takes no more: the child may write files up to a size, and the write that goes beyond fails as it
/// does on a full disk. One round for each of many sizes, so that the failure meets every kind of write.
#[test]
fn a_full_disk_ends_the_writing_and_keeps_what_was_written() {
    let mut rounds = 0;
    for blocks in (0..400).step_by(16) {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!(r#"trap "" XFSZ; ulimit -f {blocks}; exec "$0" "$@""#)]);
        shell.arg(std::env::current_exe().unwrap());
        let mut child = writer(&mut shell, &file, 0);
        let written: Vec<u64> =
            said(BufReader::new(child.stdout.take().unwrap()), "kept").map(|n| n.parse().unwrap()).collect();
        assert_eq!(child.wait().unwrap().code(), Some(0), "it ends in order");
        rounds += usize::from(!written.is_empty());
        let mut store = open(&file);
        let there = kept(&store);
        assert!(written.iter().all(|n| there.contains(n)), "{blocks}: {there:?} {written:?}");
        // With room again it goes on.
        keep(&mut store, [1_000_000]);
    }
    assert!(rounds > 5, "the limits were too tight to write anything");
}
