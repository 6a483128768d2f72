//! L-01 to L-06, L-17 to L-23, L-46, L-48: how it ends.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{ATC, PATIENCE, Spec, Term, process, processes, promised, selected};

/// From a signal to the end.
const AT_ONCE: Duration = Duration::from_millis(500);

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
    promised(AT_ONCE, || {
        let mut t = Spec::demo().start();
        t.console();
        let start = Instant::now();
        t.signal(signal);
        t.exit();
        let took = start.elapsed();
        t.restored(code);
        took
    });
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
    promised(Duration::from_secs(1), || {
        let t = Spec::demo().start();
        t.console();
        let start = Instant::now();
        assert_eq!(t.close().code(), Some(129));
        start.elapsed()
    });
}

/// The console as the child of a shell that does with SIGHUP as it is told.
fn under_a_shell(on_hang_up: &str) -> (Term, i32) {
    let t = Spec::new("sh", &["-c", &format!("trap {on_hang_up} HUP; \"$0\" demo; exit $?"), ATC]).start();
    t.console();
    let shell = t.pid().as_raw_nonzero().get();
    let child = processes().into_iter().find(|p| p.parent == shell).map_or(0, |p| p.id);
    (t, child)
}

/// Waits until a process has nothing to do: what it still does of its start is no part of its end.
fn at_rest(t: &Term, id: i32) {
    let used = || process(id).map(|p| p.used);
    let start = Instant::now();
    let mut before = used();
    loop {
        t.within(Duration::from_millis(150), |_| false);
        let now = used();
        if now == before || start.elapsed() > PATIENCE {
            return;
        }
        before = now;
    }
}

#[test]
fn l19_a_closed_terminal_ends_it_without_a_signal() {
    // The shell is the session's leader and the only one to be told; it keeps that to itself, or sees to it that nobody
    // in it hears.
    for on_hang_up in [":", "''"] {
        promised(Duration::from_secs(1), || {
            let (t, console) = under_a_shell(on_hang_up);
            at_rest(&t, console);
            let start = Instant::now();
            let watched = std::thread::spawn(move || {
                let used = |p: Option<crate::harness::Process>| p.filter(|p| p.state != 'Z').map(|p| p.used);
                let before = used(process(console)).unwrap_or_default();
                let mut last = before;
                while let Some(now) = used(process(console)).filter(|_| start.elapsed() < PATIENCE) {
                    last = now;
                    std::thread::yield_now();
                }
                last.saturating_sub(before)
            });
            let status = t.close();
            let took = start.elapsed();
            assert_eq!(status.code(), Some(129), "signal {:?}", status.signal());
            // Spinning on a dead terminal would show here as on the clock.
            let used = watched.join().unwrap();
            if used > Duration::from_millis(100) { PATIENCE } else { took }
        });
    }
}

/// A program in an environment that says nothing of the machine's own: no configuration, no variables of atc.
fn alone(program: &str, home: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).env("TERM", "xterm");
    command
}

#[test]
fn l20_a_pipe_instead_of_a_terminal_gets_no_escapes_and_a_hint() {
    let home = tempfile::tempdir().unwrap();
    let run = alone(ATC, home.path()).arg("demo").stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty(), "{:?}", String::from_utf8_lossy(&run.stdout));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("terminal") && !said.contains('\x1b'), "{said:?}");
}

/// A reader that went away is no fault, and nobody's panic.
#[test]
fn l20_a_reader_that_goes_away_is_no_failure() {
    for command in ["--help", "template list", "--version"] {
        let line = format!("{{ \"$0\" {command}; echo code=$? >&2; }} | head -c 1 >/dev/null");
        let home = tempfile::tempdir().unwrap();
        let run = alone("sh", home.path()).args(["-c", &line, ATC]).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains("code=0") || said.contains("code=141"), "{command}: {said}");
        assert!(!said.contains("panicked"), "{command}: {said}");
    }
}

/// More than the terminal takes up: every Ctrl-L is a whole picture.
fn fill(t: &Term) {
    for _ in 0..300 {
        t.send("\x0c");
        t.within(Duration::from_millis(5), |_| false);
    }
}

#[test]
fn l21_a_terminal_that_stopped_reading_does_not_keep_it_from_ending() {
    for held in [false, cfg!(target_os = "linux")] {
        promised(AT_ONCE, || {
            let mut t = Spec::demo().size(60, 200).start();
            t.console();
            #[cfg(target_os = "linux")]
            if held {
                t.hold(true);
            }
            t.stop_reading(!held);
            fill(&t);
            let start = Instant::now();
            t.signal(Signal::TERM);
            assert_eq!(t.exit().code(), Some(143));
            let took = start.elapsed();
            t.same_modes();
            t.nobody_left();
            took
        });
    }
}

#[test]
fn l21_what_is_typed_while_the_terminal_reads_nothing_is_not_lost_and_pictures_are_not_queued() {
    let t = Spec::still().size(60, 200).start();
    t.demo();
    t.send("g");
    let first = selected(&t.settled(Duration::from_millis(500))).expect("a selected task");
    t.stop_reading(true);
    fill(&t);
    let shown = t.raw().len();
    for _ in 0..5 {
        t.send("\x1b[B");
    }
    t.stop_reading(false);
    t.wait("the fifth task from there selected", |screen| (selected(screen)? == first + 5).then_some(()));
    // Hundreds of pictures were asked for, of 40 kB each. What comes now is what lay in the kernel, and the last.
    let late = t.raw().len() - shown;
    assert!(late < 512 * 1024, "{late} bytes");
    t.send("\x03");
    t.restored(0);
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
    let home = tempfile::tempdir().unwrap();
    let run = alone("setsid", home.path()).args(["-w", ATC, "demo"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("terminal"));
}

/// An error before the first picture: the terminal is not touched, and it is said what went wrong and what to do.
#[test]
fn l17_an_error_is_told_on_a_terminal_that_was_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("config.toml");
    std::fs::write(&broken, "ascii = ").unwrap();
    let broken = broken.to_str().unwrap();
    let nowhere = folder.path().join("nowhere");
    for (args, code, words) in [
        (&["demo", "--config", broken][..], 2, "config.toml"),
        (&["open", nowhere.to_str().unwrap()], 1, "nowhere"),
        (&["--repo", "acme/api", "--token-file", nowhere.to_str().unwrap()], 4, "token"),
    ] {
        let mut t = Spec::new(ATC, args).start();
        t.exit();
        t.text(words);
        assert!(!t.raw().contains(&0x1b), "{args:?}: {:?}", String::from_utf8_lossy(&t.raw()));
        t.restored(code);
    }
}

/// What was written before the alternate screen was left for the last time.
fn before_the_end(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw).into_owned();
    let end = text.rfind("\x1b[?1049l").expect("the alternate screen was left");
    text[..end].to_owned()
}

#[test]
fn whatever_ends_it_a_link_that_may_be_open_is_closed_and_where_there_are_none_nothing_is_said_of_them() {
    const CLOSE: &str = "\x1b]8;;\x1b\\";
    for (links, closes) in [("true", true), ("false", false)] {
        for end in ["q", "TERM", "KILL"] {
            let t = Spec::still().env("ATC_UI_HYPERLINKS", links).start();
            t.console();
            match end {
                "q" => t.send("q"),
                "TERM" => t.signal(Signal::TERM),
                _ => {
                    t.warden();
                    t.signal(Signal::KILL);
                }
            }
            t.bytes("the end", |raw| raw.rfind("\x1b[?1049l").map(|_| ()));
            let said = before_the_end(&t.raw());
            let last = said.rfind("\x1b[?2026l").unwrap_or(0);
            assert_eq!(said[..last].ends_with(CLOSE), closes, "{end}: {:?}", &said[last.saturating_sub(40)..]);
            assert!(closes || !said.contains("\x1b]8;"), "{end}");
        }
    }
}
