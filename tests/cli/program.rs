//! A run of the program without a terminal, in an environment that holds nothing but what a test puts there.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::harness::ATC;

pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A home of its own, no token, no `gh`: there is nothing on the path.
pub fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(ATC);
    command.args(args).env_clear().envs([("TERM", "xterm"), ("LANG", "C.UTF-8"), ("PATH", "/nonexistent")]);
    command.env("HOME", home).current_dir(home).stdin(Stdio::null());
    command
}

pub fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let run = Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) };
    for text in [&run.out, &run.err] {
        assert!(!text.contains('\x1b'), "an escape where there is no terminal: {text:?}");
        assert!(!text.contains("panicked"), "{text}");
    }
    run
}

pub fn atc(home: &Path, args: &[&str]) -> Run {
    run(&mut command(home, args))
}

/// Ended like this, with exactly one line, which holds all of these words.
pub fn one_line(text: &str, words: &[&str]) {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 1, "one line:\n{text}");
    for words in words {
        assert!(lines[0].contains(words), "{words:?} is missing: {text}");
    }
}
