//! What a person waits for: from a key to the last byte of its picture, on a real pseudo terminal, with 50,000 tasks
//! loaded and a log being followed; and what the program costs at start and at rest.
//!
//! ```text
//! this program ── pty ──> itself with --console: the real loop, input and painter, over a model with 50,000 tasks
//!              └─ pty ──> atc, on the demo server: start, memory, and half a minute of nothing
//! ```
//!
//! `cargo bench --bench latency` prints the two tables of the README.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "a bench makes its own data and reads the clock"
)]

#[cfg(unix)]
mod fleet;
#[cfg(unix)]
#[path = "../tests/screens/talk.rs"]
mod talk;

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod unix {
    use std::io::{Read, Write};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::time::{Duration, Instant as Stopwatch};

    use atc::console::Effect;
    use atc::console::Model;
    use atc::console::event::{Event, Net, News, What};
    use atc::console::keys::{Chord, Key};
    use atc::console::state::layout::Size;
    use atc::console::state::settings::Settings;
    use atc::console::update::update;
    use atc::console::view::Theme;
    use atc::domain::{SessionId, Source, Task};
    use atc::runtime::app::{self, App, Effects};
    use atc::runtime::clock::Clock;
    use atc::runtime::external::Desktop;
    use atc::runtime::terminal::Tty;
    use atc::runtime::{input, signals};

    use super::fleet::{REPOS, pull, repo, task};
    use super::talk::{news, record};

    const TASKS: usize = 50_000;
    const COLUMNS: u16 = 160;
    const ROWS: u16 = 45;
    const KEYS: usize = 400;
    /// A line of the followed log comes so often.
    const LINES: Duration = Duration::from_millis(40);
    const LINE: &str = "The clock is read once per attempt; I hand it in from outside";
    /// Nothing more of a picture comes after so long.
    const QUIET: Duration = Duration::from_millis(2);
    const REST: Duration = Duration::from_secs(30);
    const STARTS: usize = 9;

    pub fn main() {
        let mut arguments = std::env::args();
        if arguments.any(|argument| argument == "--console") {
            return console();
        }
        if std::env::args().any(|argument| argument == "--test") {
            return;
        }
        keys();
        costs();
    }

    // The console that is measured.

    struct Still;

    impl Effects for Still {
        fn perform(&mut self, _: Effect) {}
    }

    fn net(model: &mut Model, source: Source, generation: u64, news: News) {
        let net = Net { source, generation, next_try: None, result: Ok(news) };
        update(model, Event { at: super::fleet::now(), what: What::Net(net) });
    }

    fn press(model: &mut Model, key: char) {
        update(model, Event { at: super::fleet::now(), what: What::Key(Chord::plain(Key::Char(key))) });
    }

    fn session() -> SessionId {
        task(0, 0).sessions.unwrap()[0].id.clone()
    }

    fn lines(from: usize, count: usize) -> News {
        let said = |n: usize| record(n, super::fleet::now().timestamp() + n as i64, &format!("{LINE} {n:06}"));
        News::Log(news(&session(), from == 0, (from..from + count).flat_map(said).collect()))
    }

    /// The real loop over a model that was filled beforehand.
    fn console() {
        let settings = Settings { repos: (0..REPOS).map(repo).collect(), ..Settings::default() };
        let mut model = Model::new(super::fleet::now(), settings);
        model.place.size = Size { width: COLUMNS, height: ROWS };
        for of in 0..REPOS {
            let tasks: Vec<Task> = (of..TASKS).step_by(REPOS).map(|n| task(n, 0)).collect();
            net(&mut model, Source::Tasks(repo(of)), of as u64 + 1, News::Tasks { tasks, unreadable: 0 });
        }
        net(&mut model, Source::Pulls, 1, News::Pulls((0..TASKS).step_by(100).map(pull).collect()));
        model.queue.selected = Some(task(0, 0).at.id);
        press(&mut model, 'l');
        net(&mut model, Source::Log(session()), 1, lines(0, 1_000));
        // The lower half of the log stays with this session, whatever is selected.
        press(&mut model, '|');
        press(&mut model, 'Q');
        assert!(model.log.beside.is_some() && model.place.is_dashboard());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (sender, events) = tokio::sync::mpsc::channel(256);
            let (to_loop, signals) = signals::channel();
            signals::listen(&to_loop).unwrap();
            let clock = Clock::system();
            let screen = Tty::enter(input::start(sender.clone(), clock.as_now(), String::new()).unwrap()).unwrap();
            tokio::spawn(async move {
                for n in 1_000.. {
                    tokio::time::sleep(LINES).await;
                    let net = Net {
                        source: Source::Log(session()),
                        generation: n as u64,
                        next_try: None,
                        result: Ok(lines(n, 1)),
                    };
                    if sender.send(Event { at: super::fleet::now(), what: What::Net(net) }).await.is_err() {
                        return;
                    }
                }
            });
            let app = App {
                model,
                theme: Theme::default(),
                screen,
                effects: Still,
                events,
                signals,
                clock,
                desktop: Desktop::here(),
                hosts: Vec::new(),
                editor: Vec::new(),
                folder: std::env::temp_dir(),
            };
            Box::pin(app::run(app)).await;
        });
    }

    // The one that measures.

    /// A program on a pseudo terminal, and the moments at which it wrote.
    struct Term {
        pty: std::sync::Arc<pty_process::blocking::Pty>,
        child: Child,
        written: Receiver<(Stopwatch, Vec<u8>)>,
        begun: Stopwatch,
    }

    impl Term {
        fn start(program: &Path, arguments: &[&str], home: &Path) -> Self {
            let (pty, pts) = pty_process::blocking::open().unwrap();
            pty.resize(pty_process::Size::new(ROWS, COLUMNS)).unwrap();
            let begun = Stopwatch::now();
            let child = pty_process::blocking::Command::new(program)
                .args(arguments)
                .env_clear()
                .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("ATC_TOKEN", "bench")])
                .env("HOME", home)
                .current_dir(home)
                .spawn(pts)
                .unwrap();
            let pty = std::sync::Arc::new(pty);
            let (reading, (tell, written)) = (std::sync::Arc::clone(&pty), channel());
            std::thread::spawn(move || {
                let mut bytes = vec![0; 1 << 16];
                while let Ok(n @ 1..) = (&*reading).read(&mut bytes) {
                    if tell.send((Stopwatch::now(), bytes[..n].to_vec())).is_err() {
                        return;
                    }
                }
            });
            Self { pty, child, written, begun }
        }

        fn send(&self, keys: &str) {
            (&*self.pty).write_all(keys.as_bytes()).unwrap();
        }

        /// What comes until `text` was among it and nothing came for `QUIET`, and when the last of it came.
        fn until(&self, text: &str) -> (Stopwatch, Vec<u8>) {
            let (mut all, mut last, patience) = (Vec::new(), Stopwatch::now(), Duration::from_mins(1));
            loop {
                let seen = all.windows(text.len()).any(|part| part == text.as_bytes());
                match self.written.recv_timeout(if seen { QUIET } else { patience }) {
                    Ok((at, bytes)) => {
                        last = at;
                        all.extend(bytes);
                    }
                    Err(RecvTimeoutError::Timeout) if seen => return (last, all),
                    Err(error) => panic!("{error} while waiting for {text}: {}", String::from_utf8_lossy(&all)),
                }
            }
        }

        fn proc(&self, file: &str) -> String {
            std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
        }

        /// A figure of /proc/…/status.
        fn status(&self, name: &str) -> u64 {
            let status = self.proc("status");
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
        }

        /// Time on a processor and times it was woken, of all threads.
        fn spent(&self) -> (Duration, u64) {
            let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
            threads.flatten().fold((Duration::ZERO, 0), |(time, woken), thread| {
                let read = |file| std::fs::read_to_string(thread.path().join(file)).unwrap_or_default();
                let nanos = read("schedstat").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
                let status = read("status");
                let own = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
                (time + Duration::from_nanos(nanos), woken + own.and_then(|n| n.trim().parse().ok()).unwrap_or(0))
            })
        }

        fn end(mut self) {
            self.send("\u{3}");
            let _ = self.child.wait();
        }
    }

    fn at(all: &mut [f64], percent: usize) -> f64 {
        all.sort_by(f64::total_cmp);
        all[(all.len() * percent / 100).min(all.len() - 1)]
    }

    fn keys() {
        let home = tempfile::tempdir().unwrap();
        let me = std::env::current_exe().unwrap();
        println!(
            "\n| from the key to the last byte of its picture, {COLUMNS}×{ROWS}, {TASKS} tasks, a log followed | p50 | p99 |"
        );
        println!("|---|---:|---:|");
        let term = Term::start(&me, &["--console"], home.path());
        term.until(LINE);
        let held = term.status("VmRSS") as f64 / 1024.0;
        // What only a picture of this key has.
        let measure = |what: &str, keys: &[&str], sign: &str| {
            let mut times: Vec<f64> = (0..KEYS)
                .map(|n| {
                    std::thread::sleep(Duration::from_micros(3_000 + (n as u64 * 7_919) % 40_000));
                    while term.written.try_recv().is_ok() {}
                    let begun = Stopwatch::now();
                    term.send(keys[n % keys.len()]);
                    (term.until(sign).0 - begun).as_secs_f64() * 1e3
                })
                .collect();
            println!("| {what} | {:.2} ms | {:.2} ms |", at(&mut times, 50), at(&mut times, 99));
        };
        measure("the selection moves a row", &["j", "j", "j", "k", "k", "k"], "▌");
        measure("a page down", &["\u{1b}[6~", "\u{1b}[6~", "\u{1b}[5~", "\u{1b}[5~"], "▌");
        term.send("/");
        term.until("?25h");
        measure("a character typed into the query", &["m", "o", "\u{7f}", "\u{7f}"], "\u{1b}[");
        println!("\n{held:.0} MiB resident with {TASKS} tasks");
        term.end();
    }

    struct Start {
        first: f64,
        whole: f64,
        memory: f64,
    }

    fn start(arguments: &[&str], home: &Path, sign: &str) -> Start {
        let term = Term::start(Path::new(env!("CARGO_BIN_EXE_atc")), arguments, home);
        let (first, mut all) = term.written.recv_timeout(Duration::from_mins(1)).unwrap();
        let mut whole = first;
        while !all.windows(sign.len()).any(|part| part == sign.as_bytes()) {
            let (at, bytes) = term.written.recv_timeout(Duration::from_mins(1)).unwrap();
            whole = at;
            all.extend(bytes);
        }
        std::thread::sleep(Duration::from_millis(1_500));
        let ms = |at: Stopwatch| (at - term.begun).as_secs_f64() * 1e3;
        let start = Start { first: ms(first), whole: ms(whole), memory: term.status("VmRSS") as f64 / 1024.0 };
        term.end();
        start
    }

    fn costs() {
        let home = tempfile::tempdir().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_atc"))
            .args(["demo", "--serve", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .env("HOME", home.path())
            .spawn()
            .unwrap();
        let mut said = std::io::BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        std::io::BufRead::read_line(&mut said, &mut line).unwrap();
        let api = line.split_whitespace().last().unwrap().to_owned();
        let watch = ["--api-url", &api, "--repo", "acme/api", "--repo", "acme/web", "--repo", "acme/billing"];
        println!(
            "\n| {COLUMNS}×{ROWS}, median of {STARTS} | first picture | with its data | resident |\n|---|---:|---:|---:|"
        );
        let row = |what: &str, arguments: &[&str]| {
            let mut all: Vec<Start> = (0..=STARTS).map(|_| start(arguments, home.path(), "Migrate")).skip(1).collect();
            let mut median = |of: fn(&Start) -> f64| {
                all.sort_by(|a, b| of(a).total_cmp(&of(b)));
                of(&all[all.len() / 2])
            };
            let (first, whole, memory) = (median(|s| s.first), median(|s| s.whole), median(|s| s.memory));
            println!("| {what} | {first:.1} ms | {whole:.1} ms | {memory:.1} MiB |");
        };
        row("`atc demo`: the server in the same process", &["demo"]);
        row("`atc`, with what the last run kept", &watch);
        let term = Term::start(Path::new(env!("CARGO_BIN_EXE_atc")), &watch, home.path());
        term.until("Migrate");
        std::thread::sleep(Duration::from_secs(5));
        while term.written.try_recv().is_ok() {}
        let (before, woken) = term.spent();
        std::thread::sleep(REST);
        let (after, woken_after) = term.spent();
        let bytes: usize = term.written.try_iter().map(|(_, bytes)| bytes.len()).sum();
        println!(
            "\n{} s watching the demo at work: {:.1} ms on a processor, woken {} times, {bytes} bytes",
            REST.as_secs(),
            after.checked_sub(before).unwrap().as_secs_f64() * 1e3,
            woken_after - woken
        );
        term.end();
        server.kill().unwrap();
        server.wait().unwrap();
    }
}
