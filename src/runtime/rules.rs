//! What logs are diagnosed by: the shipped rules and those of a file of the operator's own.
//!
//! Off the loop and after the first picture: patterns take milliseconds to be made. A file that cannot be read is a fault
//! of its own and never stops the shipped rules.

use std::io::{ErrorKind, Read};
use std::path::PathBuf;

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

/// All rules that can be used, made ready, and what is wrong with the others.
pub fn load(file: &RulesFile) -> Rules {
    let rules = Rules::shipped();
    let Some(path) = &file.path else { return rules.ready() };
    let name = path.display().to_string();
    let rules = match read(path) {
        Ok(text) => rules.with_file(&name, &text),
        Err(Missing::NotThere) if !file.named => rules,
        Err(Missing::NotThere) => rules.with_fault(&name, "there is no such file"),
        Err(Missing::Unreadable(why)) => rules.with_fault(&name, &why),
    };
    rules.ready()
}

/// Notes in the journal what cannot be used.
pub fn note_faults(rules: &Rules) {
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
        ErrorKind::NotFound => Missing::NotThere,
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
}
