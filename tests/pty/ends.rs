//! L-01 to L-06, L-17 to L-23, L-46, L-48: how it ends.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{ATC, Spec};

#[test]
fn l01_q_quits() {
    let t = Spec::demo().start();
    t.console();
    t.send("q");
    t.restored(0);
}

#[test]
fn l02_ctrl_c_quits() {
    let t = Spec::demo().start();
    t.console();
    t.send("\x03");
    t.restored(0);
}

fn ends_on(signal: Signal, code: i32) {
    let t = Spec::demo().start();
    t.console();
    let start = Instant::now();
    t.signal(signal);
    t.restored(code);
    // Half a second is promised; a busy machine gets as much again.
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
}

#[test]
fn l03_sigint_ends_in_order() {
    ends_on(Signal::INT, 130);
}

#[test]
fn l04_sigterm_ends_in_order() {
    ends_on(Signal::TERM, 143);
}

#[test]
fn l05_sighup_ends_in_order() {
    ends_on(Signal::HUP, 129);
}

#[test]
fn l06_sigquit_ends_in_order() {
    ends_on(Signal::QUIT, 131);
}

#[test]
fn l46_two_sigterms_are_one() {
    let t = Spec::demo().start();
    t.console();
    t.signal(Signal::TERM);
    t.signal(Signal::TERM);
    t.restored(143);
}

#[test]
fn l48_signals_of_no_concern_are_ignored() {
    let t = Spec::demo().start();
    t.console();
    t.signal(Signal::USR1);
    t.signal(Signal::USR2);
    #[cfg(target_os = "linux")]
    t.signal(Signal::POWER);
    t.answers();
    t.send("q");
    t.restored(0);
}

#[test]
fn l18_a_closed_terminal_ends_it() {
    let t = Spec::demo().start();
    t.console();
    assert_eq!(t.close().code(), Some(129));
}

#[test]
fn l19_a_closed_terminal_ends_it_without_a_signal() {
    // The shell is the session's leader and the only one to be told; it keeps that to itself.
    let t = Spec::new("sh", &["-c", "trap : HUP; \"$0\" demo; exit $?", ATC]).start();
    t.console();
    let status = t.close();
    assert_eq!(status.code(), Some(129), "signal {:?}", status.signal());
}

#[test]
fn l20_a_pipe_instead_of_a_terminal_gets_no_escapes_and_a_hint() {
    let run = Command::new(ATC).arg("demo").env("TERM", "xterm").stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty(), "{:?}", String::from_utf8_lossy(&run.stdout));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("terminal") && !said.contains('\x1b'), "{said:?}");
}

#[test]
fn l21_a_terminal_that_stopped_reading_does_not_keep_it_from_ending() {
    let mut t = Spec::demo().size(60, 200).start();
    t.console();
    t.stop_reading(true);
    let start = Instant::now();
    // More than the terminal takes up: every Ctrl-L is a whole picture.
    while start.elapsed() < Duration::from_millis(1500) {
        t.send("\x0c");
        std::thread::yield_now();
    }
    let start = Instant::now();
    t.signal(Signal::TERM);
    assert_eq!(t.exit().code(), Some(143));
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
    t.same_modes();
}

#[test]
fn l22_without_standard_input_keys_come_from_the_terminal() {
    let mut spec = Spec::demo();
    spec.stdin = Some(Stdio::null());
    let t = spec.start();
    t.console();
    t.send("q");
    t.restored(0);
}

#[test]
fn l23_without_any_terminal_it_says_so() {
    // A session of its own has no terminal to fall back to.
    let run =
        Command::new("setsid").args(["-w", ATC, "demo"]).env("TERM", "xterm").stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("terminal"));
}
