//! A program on a real pseudo terminal, and an emulator that shows what a person would see.
//!
//! ```text
//! test ─send─> pty ─> program ─bytes─> reader thread ─> vt100 (the screen), raw bytes ─> wait(…)
//! ```
//!
//! Every wait is for something to be seen, twenty seconds at most; what is promised in less is measured by [`promised`].

use std::ffi::OsString;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};

pub const ATC: &str = env!("CARGO_BIN_EXE_atc");
/// A machine may be slow and have other things to do.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// A slow line takes its bytes in so many steps a second.
const STEPS: usize = 50;

/// What to start, on what terminal.
pub struct Spec {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub env: Vec<(String, String)>,
    pub rows: u16,
    pub cols: u16,
    pub stdin: Option<Stdio>,
    pub stderr: Option<Stdio>,
    /// A home that outlives the terminal; else it has its own.
    pub home: Option<PathBuf>,
    /// The line takes so many bytes a second.
    pub rate: Option<usize>,
}

impl Spec {
    pub fn new(program: impl Into<OsString>, args: &[&str]) -> Self {
        let (args, env) = (args.iter().map(OsString::from).collect(), Vec::new());
        let (program, rows, cols) = (program.into(), 24, 80);
        Self { program, args, env, rows, cols, stdin: None, stderr: None, home: None, rate: None }
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
    }

    /// The console on its demo world.
    pub fn demo() -> Self {
        Self::new(ATC, &["demo"])
    }

    /// The same world, in which next to nothing happens.
    pub fn still() -> Self {
        Self::new(ATC, &["demo", "--speed", "0.01"])
    }

    /// A saved log: nothing happens at all.
    pub fn log(file: &Path) -> Self {
        Self::new(ATC, &["open", file.to_str().unwrap()])
    }

    /// Sets a variable; nothing else is in the environment but a home, the path and what a terminal sets.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self
    }

    pub fn size(mut self, rows: u16, cols: u16) -> Self {
        (self.rows, self.cols) = (rows, cols);
        self
    }

    pub fn start(self) -> Term {
        Term::spawn(self)
    }
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
    /// The reader leaves the bytes where they are: a terminal that was stopped.
    stopped: bool,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

pub struct Term {
    pty: Option<Arc<pty_process::blocking::Pty>>,
    child: Child,
    shared: Shared,
    /// The modes of the terminal before the program started.
    before: Termios,
    pub home: PathBuf,
    _dir: tempfile::TempDir,
}

impl Term {
    fn spawn(spec: Spec) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(spec.rows, spec.cols)).unwrap();
        let before = tcgetattr(&pty).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let home = spec.home.unwrap_or_else(|| dir.path().to_owned());
        let mut command = pty_process::blocking::Command::new(&spec.program)
            .args(&spec.args)
            .env_clear()
            .env("HOME", &home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(spec.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&home);
        if let Some(stdin) = spec.stdin {
            command = command.stdin(stdin);
        }
        if let Some(stderr) = spec.stderr {
            command = command.stderr(stderr);
        }
        let child = command.spawn(pts).unwrap();
        let parser = vt100::Parser::new(at_least_one(spec.rows), at_least_one(spec.cols), 0);
        let seen = Seen { parser, raw: Vec::new(), ended: false, stopped: false };
        let shared: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let pty = Arc::new(pty);
        let (reading, to) = (Arc::downgrade(&pty), Arc::clone(&shared));
        let at_once = spec.rate.map_or(8192, |rate| (rate / STEPS).clamp(1, 8192));
        std::thread::spawn(move || {
            let mut bytes = vec![0; at_once];
            loop {
                drop(to.1.wait_while(to.0.lock().unwrap(), |seen| seen.stopped && !seen.ended).unwrap());
                // Nobody holds the terminal any more: nothing is left to be read.
                let read = reading.upgrade().map_or(Ok(0), |pty| (&*pty).read(&mut bytes));
                let mut seen = to.0.lock().unwrap();
                match read {
                    Ok(n) if n > 0 => {
                        seen.parser.process(&bytes[..n]);
                        seen.raw.extend_from_slice(&bytes[..n]);
                    }
                    _ => seen.ended = true,
                }
                to.1.notify_all();
                if seen.ended {
                    break;
                }
                if spec.rate.is_some() {
                    let step = Duration::from_secs(1) / u32::try_from(STEPS).unwrap();
                    drop(to.1.wait_timeout_while(seen, step, |seen| !seen.ended).unwrap());
                }
            }
        });
        Self { pty: Some(pty), child, shared, before, home, _dir: dir }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.0.lock().unwrap()
    }

    pub fn screen(&self) -> vt100::Screen {
        self.seen().parser.screen().clone()
    }

    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    fn wait_seen<R>(
        &self,
        what: &str,
        patience: Duration,
        mut look: impl FnMut(&Seen) -> Option<R>,
    ) -> Result<R, String> {
        let start = Instant::now();
        let mut seen = self.seen();
        loop {
            if let Some(found) = look(&seen) {
                return Ok(found);
            }
            let left = patience.saturating_sub(start.elapsed());
            if left.is_zero() || seen.ended {
                let screen = seen.parser.screen().contents();
                return Err(format!(
                    "did not see {what}{}; the screen:\n{screen}",
                    if seen.ended { " before the end" } else { "" }
                ));
            }
            seen = self.shared.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until the screen shows it.
    pub fn wait<R>(&self, what: &str, mut look: impl FnMut(&vt100::Screen) -> Option<R>) -> R {
        self.wait_seen(what, PATIENCE, |seen| look(seen.parser.screen())).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Whether the screen comes to show it within this time.
    pub fn within(&self, patience: Duration, look: impl Fn(&vt100::Screen) -> bool) -> bool {
        self.wait_seen("it", patience, |seen| look(seen.parser.screen()).then_some(())).is_ok()
    }

    /// Waits until it is among all that was ever written, where the screen may show it no longer.
    pub fn bytes<R>(&self, what: &str, mut look: impl FnMut(&str) -> Option<R>) -> R {
        self.wait_seen(what, PATIENCE, |seen| look(&String::from_utf8_lossy(&seen.raw)))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn text(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text).then_some(()));
    }

    /// Waits until the whole of the demo is listed: its tasks and, where they are counted, its pull requests. There may be more
    /// than it begins with: its automations go by the clock, one of them at every full hour.
    pub fn demo(&self) {
        let least = |screen: &str, before: &str, least: usize| {
            let mut behind = screen.split(before).skip(1);
            behind.all(|rest| {
                let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
                digits.parse().is_ok_and(|count: usize| count >= least)
            }) && screen.contains(before)
        };
        self.wait("all of the demo", |screen| {
            let screen = screen.contents();
            let pulls = !screen.contains("── Reviews") || least(&screen, "Reviews · ", 25);
            (least(&screen, "  6 All ", 42) && pulls).then_some(())
        });
    }

    /// Waits until the console stands on the alternate screen.
    pub fn console(&self) {
        self.wait("the console", |s| (s.alternate_screen() && s.contents().contains("atc")).then_some(()));
    }

    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        // The program may be gone: then the wait that follows says so.
        let _ = self.pty.as_deref().map(|mut pty| pty.write_all(bytes.as_ref()));
    }

    /// As a finger does: not so soon after what came before that it can only be a text.
    pub fn press(&self, key: impl AsRef<[u8]>) {
        self.within(Duration::from_millis(5), |_| false);
        self.send(key);
    }

    pub fn resize(&self, rows: u16, cols: u16) {
        let mut seen = self.seen();
        seen.parser.screen_mut().set_size(at_least_one(rows), at_least_one(cols));
        self.pty.as_ref().unwrap().resize(pty_process::Size::new(rows, cols)).unwrap();
    }

    /// The console still answers: Ctrl-L has it paint everything anew.
    pub fn answers(&self) {
        self.answers_within(Duration::from_millis(300));
    }

    /// The same where a key may be swallowed once: asked again after `gap`.
    pub fn answers_within(&self, gap: Duration) {
        let paints = |raw: &[u8]| raw.windows(4).filter(|w| w == b"\x1b[2J").count();
        let before = paints(&self.raw());
        let start = Instant::now();
        loop {
            self.send("\x0c");
            let painted = self.wait_seen("a repaint", gap, |seen| (paints(&seen.raw) > before).then_some(()));
            match painted {
                Ok(()) => return,
                Err(error) => assert!(start.elapsed() < PATIENCE * 2 && !self.seen().ended, "{error}"),
            }
        }
    }

    /// Stops or goes on reading what the program writes.
    pub fn stop_reading(&self, stop: bool) {
        self.seen().stopped = stop;
        self.shared.1.notify_all();
    }

    /// Closes the terminal under the program and gives how it ended.
    pub fn close(mut self) -> ExitStatus {
        self.seen().stopped = false;
        // The reader holds it only while it reads, and a read ends when something is written.
        let pty = self.pty.take().unwrap();
        let mut pty = pty;
        loop {
            match Arc::try_unwrap(pty) {
                Ok(last) => {
                    drop(last);
                    break;
                }
                Err(shared) => {
                    pty = shared;
                    self.seen().stopped = true;
                    // Makes the program write, so that the read returns and the reader stops at the stop sign.
                    let _ = (&*pty).write_all(b"\x0c");
                    std::thread::yield_now();
                }
            }
        }
        self.exit()
    }

    /// Waits for the program's end, and until all it wrote was read: what is on the screen now is its last word.
    pub fn exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "the program did not end; the screen:\n{}", self.screen().contents());
            std::thread::yield_now();
        };
        // What it left running may hold the terminal open: then what is read by now has to do.
        let _ = self.wait_seen("the last bytes", PATIENCE, |seen| (seen.ended || seen.stopped).then_some(()));
        status
    }

    /// Waits for the end; gives how it ended, the last screen and all bytes.
    pub fn end(mut self) -> (ExitStatus, vt100::Screen, Vec<u8>) {
        let status = self.exit();
        (status, self.screen(), self.raw())
    }

    /// The oracle: ended with this code, the terminal is as it was and no process is left.
    pub fn restored(self, code: i32) {
        let (status, screen) = self.given_back();
        assert_eq!(status.code(), Some(code), "signal {:?}; last screen:\n{}", status.signal(), screen.contents());
    }

    /// The same of a program that could not end by itself: this signal ended it.
    pub fn restored_after(self, signal: Signal) {
        let (status, screen) = self.given_back();
        assert_eq!(status.signal(), Some(signal.as_raw()), "{status}; last screen:\n{}", screen.contents());
    }

    fn given_back(mut self) -> (ExitStatus, vt100::Screen) {
        let status = self.exit();
        assert_restored(&self.screen(), &self.raw());
        self.same_modes();
        self.nobody_left();
        (status, self.screen())
    }

    /// Every process that was started on this terminal is gone.
    pub fn nobody_left(&self) {
        let session = self.pid().as_raw_nonzero().get();
        let left = || -> Vec<i32> {
            let ours = |p: &Process| p.session == session && p.state != 'Z';
            processes().into_iter().filter(ours).map(|p| p.id).collect()
        };
        let start = Instant::now();
        while !left().is_empty() {
            assert!(start.elapsed() < PATIENCE, "processes are left: {:?}", left());
            std::thread::yield_now();
        }
    }

    /// The child that gives the terminal back should the program die, once there is one.
    #[cfg(target_os = "linux")]
    pub fn warden(&self) -> i32 {
        let me = self.pid().as_raw_nonzero().get();
        let start = Instant::now();
        loop {
            if let Some(child) = processes().iter().find(|p| p.parent == me && p.name == "sh") {
                return child.id;
            }
            assert!(start.elapsed() < PATIENCE, "nobody watches over the terminal");
            std::thread::yield_now();
        }
    }

    /// Waits until nothing is written for so long, and gives what stands there.
    pub fn settled(&self, time: Duration) -> vt100::Screen {
        let start = Instant::now();
        let mut before = self.raw().len();
        loop {
            self.within(time, |_| false);
            let now = self.raw().len();
            if now == before {
                return self.screen();
            }
            before = now;
            assert!(start.elapsed() < PATIENCE * 3, "it never stops writing");
        }
    }

    /// What is on the screen is what a picture painted from nothing shows. For screens that stand still: only the clock in
    /// the first row may move, and then nothing is compared.
    pub fn same_as_fresh(&self, still: Duration, gap: Duration) {
        let before = self.settled(still);
        self.answers_within(gap);
        let after = self.settled(still);
        let (rows, cols) = after.size();
        let top = |screen: &vt100::Screen| screen.rows(0, cols.get()).next();
        if top(&before) != top(&after) {
            return;
        }
        for row in 0..rows.get() {
            for col in 0..cols.get() {
                assert_eq!(before.cell(row, col), after.cell(row, col), "row {row} column {col}");
            }
        }
        assert_eq!(before.hide_cursor(), after.hide_cursor());
    }

    /// Ctrl-S: the terminal takes nothing any more, though somebody would read it. Ctrl-Q with `false`.
    #[cfg(target_os = "linux")]
    pub fn hold(&self, hold: bool) {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let no_control = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).unwrap();
        let line = options.read(true).write(true).custom_flags(no_control);
        // What the program has open is for itself alone, so its terminal is found by its number.
        let terminal = process(self.pid().as_raw_nonzero().get()).unwrap().terminal;
        let line = line.open(format!("/dev/pts/{terminal}")).unwrap();
        let action = if hold { rustix::termios::Action::OOff } else { rustix::termios::Action::OOn };
        rustix::termios::tcflow(line, action).unwrap();
    }

    pub fn same_modes(&self) {
        let now = tcgetattr(self.pty.as_deref().unwrap()).unwrap();
        assert_eq!(modes(&now), modes(&self.before), "the line discipline is not as it was");
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        let mut seen = self.shared.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.ended = true;
        drop(seen);
        self.shared.1.notify_all();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn modes(t: &Termios) -> impl PartialEq + std::fmt::Debug {
    let codes = format!("{:?}", t.special_codes);
    (t.input_modes, t.output_modes, t.control_modes, t.local_modes, codes, t.input_speed(), t.output_speed())
}

/// What was promised to take no longer than this did not, in one of five tries: a machine that does other things at the
/// time may take longer, a program that cannot never takes less.
pub fn promised(limit: Duration, mut attempt: impl FnMut() -> Duration) {
    let mut took = Vec::new();
    for _ in 0..5 {
        took.push(attempt());
        if took.last() <= Some(&limit) {
            return;
        }
    }
    panic!("at most {limit:?} is promised; it took {took:?}");
}

/// What the kernel says of a process.
pub struct Process {
    pub id: i32,
    pub name: String,
    pub state: char,
    pub parent: i32,
    pub session: i32,
    /// The number of its pseudo-terminal, where it has one.
    pub terminal: u64,
    /// The processor's time it has used.
    pub used: Duration,
}

/// Nothing where there is no `/proc`.
pub fn process(id: i32) -> Option<Process> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (name, fields) = stat.split_once('(')?.1.rsplit_once(") ")?;
    let (name, fields) = (name.to_owned(), fields.split(' ').collect::<Vec<&str>>());
    let number = |n: usize| fields.get(n)?.parse::<u64>().ok();
    let id_of = |n: usize| i32::try_from(number(n)?).ok();
    // Counted in hundredths of a second, whatever the kernel's own tick is.
    let used = Duration::from_millis((number(11)? + number(12)?) * 10);
    let device = number(4)?;
    let terminal = device & 0xff | device >> 12 & 0xf_ff00;
    let state = fields.first()?.chars().next()?;
    Some(Process { id, name, state, parent: id_of(1)?, session: id_of(3)?, terminal, used })
}

pub fn processes() -> Vec<Process> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?)).collect()
}

fn at_least_one(n: u16) -> NonZeroU16 {
    // An emulator of a giant screen would take a giant's memory; the program has its own bound.
    NonZeroU16::new(n.clamp(1, 1000)).unwrap()
}

/// Every mode that was turned on is off again, the cursor is shown, the keyboard and the title are popped.
pub fn assert_restored(screen: &vt100::Screen, raw: &[u8]) {
    assert!(!screen.alternate_screen(), "the alternate screen was not left");
    assert!(!screen.hide_cursor(), "the cursor is hidden");
    assert!(!screen.bracketed_paste(), "bracketed paste is on");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is on");
    let text = String::from_utf8_lossy(raw);
    let mut on: Vec<&str> = Vec::new();
    for sequence in text.split("\x1b[?").skip(1) {
        let Some(end) = sequence.find(|c: char| !c.is_ascii_digit() && c != ';') else { continue };
        let (mode, rest) = sequence.split_at(end);
        match rest.chars().next() {
            Some('h') => on.push(mode),
            Some('l') => on.retain(|known| *known != mode),
            _ => {}
        }
    }
    on.retain(|mode| *mode != "25");
    assert!(on.is_empty(), "modes left on: {on:?}");
    let count = |what: &str| text.matches(what).count();
    assert_eq!(count("\x1b[>5u"), count("\x1b[<u"), "the keyboard's mode was not popped");
    assert_eq!(count("\x1b[22;0t"), count("\x1b[23;0t"), "the title was not popped");
    let last = text.rfind("\x1b[?1049l").map_or("", |at| &text[at..]);
    assert!(!last.contains("\x1b[?1049h"), "something was drawn after the terminal was left: {last:?}");
}

/// The row that is selected, counted from the top.
pub fn selected(screen: &vt100::Screen) -> Option<usize> {
    screen.rows(0, screen.size().1.get()).position(|row| row.starts_with('▌'))
}

/// All files below a folder.
pub fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files
}
