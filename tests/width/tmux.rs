//! The second emulator: tmux, where it is installed. Its own tables and rules for what joins, in C.
//!
//! What a pane shows is told without columns, so the terminal itself counts: in every row as many columns are deleted as we
//! believe stand before the mark, and then the mark must be the first thing in the row and the last.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::corpus::{BEHIND, COLUMNS, Drawn, ROWS, careless, changed_pages, pages};

/// A server of its own, ended with the test.
struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    /// `None`: there is no tmux here.
    fn start() -> Option<Self> {
        let tmux = Self { folder: tempfile::tempdir().unwrap() };
        Command::new("tmux").arg("-V").output().is_ok_and(|output| output.status.success()).then_some(tmux)
    }

    fn run(&self, args: &[&str]) -> Output {
        let socket = self.folder.path().join("socket");
        let mut command = Command::new("tmux");
        command.arg("-u").arg("-S").arg(socket).args(["-f", "/dev/null"]).args(args);
        command.env_remove("TMUX").env("LC_ALL", "C.UTF-8").env("TERM", "xterm-256color").env("SHELL", "/bin/sh");
        command.output().unwrap()
    }

    /// What a new pane shows after these bytes, row by row.
    fn shows(&self, name: &str, bytes: &[u8]) -> Vec<String> {
        const END: &str = "that is all";
        let file = self.folder.path().join(name);
        let mut all = bytes.to_vec();
        all.extend_from_slice(format!("\x1b[r\x1b[m\x1b[{ROWS};1H\x1b[2K{END}").as_bytes());
        std::fs::write(&file, all).unwrap();
        let (columns, rows) = (COLUMNS.to_string(), ROWS.to_string());
        let show = format!("stty raw -echo; cat {}; exec sleep 100", quoted(&file));
        let made = self.run(&["new-session", "-d", "-s", name, "-x", &columns, "-y", &rows, &show]);
        assert!(made.status.success(), "{made:?}");
        self.run(&["set-option", "-g", "status", "off"]);
        let start = Instant::now();
        loop {
            let captured = self.run(&["capture-pane", "-p", "-t", name]).stdout;
            let text = String::from_utf8_lossy(&captured).into_owned();
            if text.lines().any(|line| line == END) {
                return text.lines().map(|line| line.trim_end().to_owned()).collect();
            }
            assert!(start.elapsed() < Duration::from_secs(20), "tmux did not show all of it: {text}");
            std::thread::yield_now();
        }
    }

    /// Of each string what stands from the mark on.
    fn behind_marks(&self, name: &str, bytes: &[u8], drawn: &[Drawn]) -> Vec<String> {
        let mut all = bytes.to_vec();
        all.extend_from_slice(b"\x1b[m");
        for one in drawn {
            all.extend_from_slice(format!("\x1b[{};1H\x1b[{}P", one.y + 1, one.mark).as_bytes());
        }
        let rows = self.shows(name, &all);
        drawn.iter().map(|one| rows.get(usize::from(one.y)).cloned().unwrap_or_default()).collect()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[test]
fn behind_every_string_the_mark_stands_where_we_believe_in_tmux_too() {
    let Some(tmux) = Tmux::start() else {
        eprintln!("no tmux here: the second emulator was not asked");
        return;
    };
    let mut careless_off = 0;
    for (n, (bytes, drawn)) in pages().iter().enumerate() {
        for (one, found) in drawn.iter().zip(tmux.behind_marks(&format!("page{n}"), bytes, drawn)) {
            assert_eq!(found, ">", "{:?} in row {} of page {n}", one.text, one.y);
        }
        let without = tmux.behind_marks(&format!("careless{n}"), &careless(drawn), drawn);
        careless_off += without.iter().filter(|found| *found != ">").count();
    }
    for (n, (bytes, drawn)) in changed_pages().iter().enumerate() {
        for (one, found) in drawn.iter().zip(tmux.behind_marks(&format!("changed{n}"), bytes, drawn)) {
            assert_eq!(found, BEHIND, "{:?} in row {} of changed page {n}", one.text, one.y);
        }
    }
    assert!(careless_off > 0, "tmux measures every string as we do: the corpus proves nothing");
}
