//! The token goes to the service and nowhere else: no file, no screen, no word, however talkative the journal.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use crate::harness::{ATC, Spec, files_under};
use crate::serve::Served;

const TOKEN: &str = "ghp_CANARY0123456789abcdefABCDEF";

#[test]
fn the_token_is_in_no_file_and_in_nothing_that_was_written() {
    let served = Served::start();
    let address = format!("http://{}", served.address);
    let args = ["--repo", "acme/api", "--api-url", &address, "--log-level", "trace"];
    let mut t = Spec::new(ATC, &args).env("ATC_TOKEN", TOKEN).size(45, 160).start();
    t.text("Fix flaky retry test in scheduler");
    t.text("live (Copilot API)");
    for key in ["d", "\x1b[27u", "p", "n", "\r"] {
        t.press(key);
        t.answers();
    }
    t.text("its full name, as the test runner prints it");
    t.send("\x03");
    assert_eq!(t.exit().code(), Some(0));
    assert!(!String::from_utf8_lossy(&t.raw()).contains("CANARY"), "the token is on the screen");
    let files = files_under(&t.home);
    let journal = files.iter().find(|file| file.ends_with("atc.log")).expect("a journal");
    assert!(
        std::fs::read_to_string(journal).unwrap().contains("/agents/repos/acme/api/tasks"),
        "it tells what was asked"
    );
    assert!(files.iter().any(|file| file.ends_with("ledger.db")), "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("CANARY"), "the token is in {}", file.display());
    }
}

/// Whether this program leaves a core file when it is aborted, where core files are allowed.
fn leaves_a_core(program: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("ulimit -c unlimited 2>/dev/null; {program}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("ATC_TOKEN", TOKEN).env("HOME", folder.path()).current_dir(folder.path());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    // The first words are said by a program that runs.
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut [0; 3]).unwrap();
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(6));
    status.core_dumped()
}

#[test]
fn a_program_that_is_aborted_leaves_no_core_file_with_the_token_in_it() {
    // Where the system writes none of anything there is nothing to see.
    if leaves_a_core("echo run; exec sleep 600") {
        assert!(!leaves_a_core(&format!("exec {ATC} demo --serve 127.0.0.1:0")));
    }
}
