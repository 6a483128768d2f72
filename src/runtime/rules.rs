//! What logs are diagnosed by: the shipped rules and those of a file of the operator's own.
//!
//! Off the loop and after the first picture: a file is read, and its patterns are compiled to tell whether they can be. One
//! that cannot be read is a fault of its own and never stops the shipped rules. Whoever works for long keeps a
//! [`Rulebook`]: it follows the file, and while that is broken it goes by what it said last.

use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::text::Safe;
use crate::transcript::Rules;

const LARGEST: u64 = 256 * 1024;

/// The operator's own file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesFile {
    /// `None`: there is no such place.
    pub path: Option<PathBuf>,
    /// It was asked for by name: that it is missing is a fault.
    pub named: bool,
}

/// All rules that can be used, and what is wrong with the others.
pub fn load(file: &RulesFile) -> Rules {
    let rules = Rules::shipped();
    let Some(path) = &file.path else { return rules };
    let name = path.display().to_string();
    match read(path) {
        Ok(text) => rules.with_file(&name, &text),
        Err(Missing::NotThere) if !file.named => rules,
        Err(Missing::NotThere) => rules.with_fault(&name, "there is no such file"),
        Err(Missing::Unreadable(why)) => rules.with_fault(&name, &why),
    }
}

/// The rules as the file has them now; while it is broken, as it had them last.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    file: RulesFile,
    read: Arc<Mutex<Option<Page>>>,
}

#[derive(Debug)]
struct Page {
    /// Of the file these were read from; `None`: there was none.
    stamp: Option<Stamp>,
    rules: Arc<Rules>,
    /// What is wrong with the file as it is now.
    wrong: Option<Safe>,
}

/// Another file, or the same written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Rulebook {
    pub fn new(file: RulesFile) -> Self {
        Self { file, read: Arc::default() }
    }

    /// What counts now. Blocks: the file is read where it is another than before.
    pub fn rules(&self) -> Arc<Rules> {
        self.now().0
    }

    /// What is wrong with the file as it is now, and by which rules it is gone on. Blocks.
    pub fn wrong(&self) -> Option<Safe> {
        self.now().1
    }

    fn now(&self) -> (Arc<Rules>, Option<Safe>) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = self.file.path.as_deref().and_then(stamp);
        let page = match read.take() {
            Some(page) if page.stamp == stamp => page,
            before => turned(load(&self.file), stamp, before),
        };
        let now = (Arc::clone(&page.rules), page.wrong.clone());
        *read = Some(page);
        now
    }
}

fn turned(new: Rules, stamp: Option<Stamp>, before: Option<Page>) -> Page {
    note_faults(&new);
    let Some(first) = new.faults().first() else { return Page { stamp, rules: Arc::new(new), wrong: None } };
    let place = format!("{}:{}: {}", first.file.show_line(), first.line, first.reason.show_line());
    // Rules that were good go on, whatever became of their file.
    let (rules, which) = match before {
        Some(before) => (before.rules, "the rules read last"),
        None => (Arc::new(new), "the other rules"),
    };
    Page { stamp, rules, wrong: Some(Safe::new(format!("{place}; {which} are gone on with"))) }
}

fn stamp(path: &std::path::Path) -> Option<Stamp> {
    let meta = std::fs::metadata(path).ok()?;
    Some(Stamp { inode: meta.ino(), bytes: meta.len(), changed: (meta.ctime(), meta.ctime_nsec()) })
}

/// Notes in the journal what cannot be used.
fn note_faults(rules: &Rules) {
    for fault in rules.faults() {
        let (file, reason) = (fault.file.show_line(), fault.reason.show_line());
        tracing::warn!(file = file.as_str(), line = fault.line, reason = reason.as_str(), "a rule cannot be used");
    }
}

enum Missing {
    NotThere,
    Unreadable(String),
}

fn read(path: &std::path::Path) -> Result<String, Missing> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Missing::NotThere,
        _ => Missing::Unreadable(format!("the file cannot be read: {error}")),
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    // What is no file may never end.
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(Missing::Unreadable("this is no file".to_owned()));
    }
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > LARGEST {
        return Err(Missing::Unreadable(format!("larger than {} KiB", LARGEST / 1024)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn loaded(write: impl FnOnce(&std::path::Path), named: bool) -> Rules {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("diagnosis.toml");
        write(&path);
        load(&RulesFile { path: Some(path), named })
    }

    fn shipped() -> usize {
        Rules::shipped().rules().len()
    }

    #[test]
    fn a_file_that_is_not_there_is_a_fault_only_where_it_was_named() {
        assert_eq!(loaded(|_| {}, false).faults(), []);
        let named = loaded(|_| {}, true);
        assert_eq!((named.rules().len(), named.faults().len()), (shipped(), 1));
    }

    #[test]
    fn own_rules_come_to_the_shipped_ones_and_tell_themselves_from_them() {
        let rule =
            "[[rule]]\nid = \"tag\"\ntitle = \"No tag\"\nseverity = \"warning\"\nnext = \"ask\"\nabsent = '<done>'\n";
        let own = loaded(|path| std::fs::write(path, rule).unwrap(), false);
        assert_eq!((own.rules().len(), own.faults().len()), (shipped() + 1, 0));
        assert_ne!(own.mark(), Rules::shipped().mark());
    }

    #[test]
    fn whatever_the_file_is_the_shipped_rules_serve() {
        let write = |bytes: Vec<u8>| move |path: &std::path::Path| std::fs::write(path, bytes).unwrap();
        for rules in [
            loaded(|path| std::fs::create_dir(path).unwrap(), false),
            loaded(write(vec![0xff; 10]), false),
            loaded(write(vec![b'#'; 300 * 1024]), false),
            loaded(write(b"[[rule]]\nid = 3\n".to_vec()), false),
            loaded(write("[[rule]]\n".repeat(10_000).into_bytes()), false),
        ] {
            assert_eq!(rules.rules().len(), shipped());
            assert!((1..=201).contains(&rules.faults().len()), "{}", rules.faults().len());
        }
    }

    const GOOD: &str =
        "[[rule]]\nid = \"tag\"\ntitle = \"No tag\"\nseverity = \"warning\"\nnext = \"ask\"\nabsent = '<done>'\n";

    #[test]
    fn a_rulebook_follows_its_file_and_goes_by_its_last_good_words_while_it_is_broken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("diagnosis.toml");
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        let book = Rulebook::new(RulesFile { path: Some(path.clone()), named: false });
        assert_eq!((book.rules().rules().len(), book.wrong()), (shipped(), None));
        write(GOOD);
        let good = book.rules();
        assert_eq!((good.rules().len(), book.wrong()), (shipped() + 1, None));
        assert!(Arc::ptr_eq(&good, &book.clone().rules()), "what did not change is not read again");
        write("[[rule]]\nid = 3\n");
        assert_eq!(book.rules().mark(), good.mark());
        let said = book.wrong().unwrap();
        assert!(said.contains("diagnosis.toml:") && said.contains("read last"), "{said}");
        write(&GOOD.replace("tag", "label"));
        assert_ne!(book.rules().mark(), good.mark());
        assert_eq!(book.wrong(), None);
        std::fs::remove_file(&path).unwrap();
        assert_eq!((book.rules().rules().len(), book.wrong()), (shipped(), None), "no file is no fault");
    }

    #[test]
    fn a_rulebook_that_is_broken_from_the_start_goes_by_what_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("diagnosis.toml");
        std::fs::write(&path, format!("{GOOD}[[rule]]\nid = 3\n")).unwrap();
        let book = Rulebook::new(RulesFile { path: Some(path), named: false });
        assert!(book.wrong().unwrap().contains("the other rules"));
        assert!(book.rules().rules().len() >= shipped());
    }
}
