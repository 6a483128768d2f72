//! A test program started once more as a child, to be killed while it writes: what it is told, and what it says.
//!
//! The tests of the cache use it, too.

use std::fmt::Display;
use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The file the child writes to, and the number it begins with.
pub const WRITE_HERE: &str = "ATC_TEST_WRITE_HERE";
pub const WRITE_FROM: &str = "ATC_TEST_WRITE_FROM";

/// This test program again, running only `crash::write_until_killed`. Its first words come from the test harness.
pub fn writer(program: &mut Command, file: &Path, from: impl Display) -> Child {
    program
        .args(["crash::write_until_killed", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(WRITE_HERE, file)
        .env(WRITE_FROM, from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The lines after `word` that were written whole.
pub fn said(lines: impl BufRead, word: &str) -> impl Iterator<Item = String> {
    let word = format!("{word} ");
    lines
        .split(b'\n')
        .map_while(Result::ok)
        .filter_map(move |line| String::from_utf8_lossy(&line).split_once(&word).map(|(_, rest)| rest.to_owned()))
}
