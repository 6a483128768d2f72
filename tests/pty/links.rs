//! L-43 to L-45: between us and the operator's eyes there is tmux, mosh or a slow line. The first two are run where they
//! are installed, by hand or by night.

use std::io::BufRead;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{ATC, Spec, selected};

/// Bytes a second of 9,600 bit/s: a start bit and a stop bit go with each byte.
const SERIAL: usize = 960;

#[test]
fn l45_on_a_line_of_9600_bit_a_picture_is_small_and_a_key_shows_at_once() {
    let mut spec = Spec::still();
    spec.rate = Some(SERIAL);
    let t = spec.start();
    t.demo();
    t.settled(Duration::from_secs(1));
    // A picture from nothing.
    let before = t.raw().len();
    t.answers_within(Duration::from_secs(15));
    t.settled(Duration::from_secs(1));
    let whole = t.raw().len() - before;
    assert!(whole <= 6 * 1024, "{whole} bytes");
    t.send("g");
    t.wait("the first task selected", selected);
    t.settled(Duration::from_secs(1));
    let mut took: Vec<Duration> = (0..9)
        .map(|_| {
            let at = t.wait("a selected task", selected);
            let start = Instant::now();
            t.send("\x1b[B");
            t.wait("the next task selected", |screen| (selected(screen)? == at + 1).then_some(()));
            let took = start.elapsed();
            t.settled(Duration::from_millis(500));
            took
        })
        .collect();
    took.sort_unstable();
    assert!(took[4] <= Duration::from_millis(300), "{took:?}");
    t.send("q");
    t.restored(0);
}

#[test]
fn l45_what_a_slow_line_cannot_take_is_left_out_and_a_still_screen_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.log");
    let lines: Vec<String> = (0..4000).map(|n| format!("2026-11-20T12:00:00.0Z step {n} of many")).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let mut spec = Spec::log(&file);
    spec.rate = Some(SERIAL);
    let t = spec.start();
    t.text("step 3999");
    t.settled(Duration::from_secs(1));
    let clock = || t.screen().contents().lines().next().unwrap_or_default().to_owned();
    let before = loop {
        let (before, at) = (t.raw().len(), clock());
        t.within(Duration::from_secs(2), |_| false);
        // Once a minute the clock is what changed.
        if clock() == at {
            assert_eq!(t.raw().len(), before, "nothing changed, nothing is written");
            break before;
        }
    };
    // Four hundred keys that each move the whole screen, in half a second.
    t.send("g");
    for _ in 0..400 {
        t.send("\x1b[6~");
    }
    t.send("G");
    t.wait("the end again", |screen| screen.contents().contains("step 3999").then_some(()));
    t.settled(Duration::from_secs(1));
    let moved = t.raw().len() - before;
    assert!(moved < 100 * 1024, "{moved} bytes for 400 pages");
    t.send("q");
    t.restored(0);
}

fn there(program: &str) -> bool {
    Command::new(program).arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Where its server listens, whatever whoever runs the tests has set: the name of a socket must be short.
const SOCKETS: &str = "/tmp";

struct Tmux(String);

impl Tmux {
    fn run(&self, args: &[&str]) -> String {
        let mut tmux = Command::new("tmux");
        tmux.args(["-L", &self.0]).args(args).env("TMUX_TMPDIR", SOCKETS).env_remove("TMUX");
        let run = tmux.output().unwrap();
        String::from_utf8_lossy(&run.stdout).trim().to_owned()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

#[test]
fn l43_under_tmux_it_starts_resizes_takes_a_paste_outlives_a_detach_and_leaves_the_pane_as_it_was() {
    if !there("tmux") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tmux = Tmux(format!("atc-test-{}", std::process::id()));
    let inside = format!("'{ATC}' demo --speed 0.01; echo code=$?; exec cat");
    let args = ["-L", &tmux.0, "-f", "/dev/null", "new-session", "-s", "atc", &inside];
    let attach = || {
        let args = ["-L", &tmux.0, "attach", "-t", "atc"];
        Spec::new("tmux", &args).env("TMUX_TMPDIR", SOCKETS).env("SHELL", "/bin/sh").size(40, 120).start()
    };
    let t = Spec::new("tmux", &args).env("TMUX_TMPDIR", SOCKETS).env("SHELL", "/bin/sh").start();
    t.demo();
    t.resize(40, 120);
    t.wait("more rows", |screen| {
        screen.rows(0, 120).skip(30).any(|row| !row.trim().is_empty() && !row.contains("[atc]")).then_some(())
    });
    tmux.run(&["set-buffer", "q:quit\rq"]);
    tmux.run(&["paste-buffer", "-p", "-t", "atc"]);
    t.text("a paste is no command");
    let forged = folder.path().join("paste");
    std::fs::write(&forged, "one\x1b[201~q\r:quit\r").unwrap();
    tmux.run(&["load-buffer", forged.to_str().unwrap()]);
    tmux.run(&["paste-buffer", "-p", "-t", "atc"]);
    tmux.run(&["detach-client"]);
    t.end();
    let t = attach();
    t.demo();
    let mode = || tmux.run(&["display", "-p", "-t", "atc", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"]);
    assert!(mode().starts_with("1 1"), "{}", mode());
    // What was pasted goes on being text for a moment, and the question of the paste is none.
    t.settled(Duration::from_millis(300));
    t.send("q");
    t.text("code=0");
    assert_eq!(mode(), "0 0 1", "the pane is as it was");
}

/// `mosh-server` on this machine and the client on our terminal; no network beyond loopback.
#[test]
#[ignore = "by night: it needs mosh, and UDP on loopback"]
fn l44_over_mosh_it_starts_resizes_and_leaves_the_terminal_as_it_was() {
    let mut server = Command::new("mosh-server")
        .args(["new", "-i", "127.0.0.1", "-c", "256", "-l", "LANG=C.UTF-8", "--"])
        .args(["sh", "-c", "\"$0\" demo --speed 0.01; echo code=$?; read end", ATC])
        .env("LC_ALL", "C.UTF-8")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("mosh is installed");
    let mut said = std::io::BufReader::new(server.stdout.take().unwrap()).lines();
    let line = said.find_map(|line| Some(line.ok()?.strip_prefix("MOSH CONNECT ")?.to_owned())).unwrap();
    let (port, key) = line.split_once(' ').unwrap();
    let t = Spec::new("mosh-client", &["127.0.0.1", port]).env("MOSH_KEY", key).start();
    t.demo();
    t.resize(40, 120);
    t.wait("more rows", |screen| screen.rows(0, 120).skip(30).any(|row| !row.trim().is_empty()).then_some(()));
    t.send("?");
    t.text("Keys");
    t.send("\x1b");
    t.send("q");
    t.text("code=0");
    t.send("\n");
    let _ = server.wait();
    assert_eq!(t.end().0.code(), Some(0));
}
