//! What a person waits for: from a key to the last byte of its picture, on a real pseudo terminal, with 50,000 tasks
//! loaded and a log being followed; and what the program costs at start and at rest.
//!
//! ```text
//! this program ─┬─ pty ──> itself with --console: the real loop, input and painter, over a model with 50,000 tasks
//!               ├─ pty ──> itself with --stock: the least a list costs with what ratatui brings, for comparison
//!               └─ pty ──> atc, on the demo server: start, memory, and half a minute of nothing
//! ```
//!
//! `cargo bench --profile release --bench latency` prints the two tables of the README.

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
    use std::num::NonZeroU16;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant as Stopwatch};

    use atc::console::Effect;
    use atc::console::Model;
    use atc::console::event::{Event, Net, News, What};
    use atc::console::keys::{Chord, Key};
    use atc::console::state::layout::Size;
    use atc::console::state::settings::Settings;
    use atc::console::update::update;
    use atc::console::view::{Theme, redraw};
    use atc::domain::{SessionId, Source, Task};
    use atc::runtime::app::{self, App, Effects};
    use atc::runtime::clock::Clock;
    use atc::runtime::external::Desktop;
    use atc::runtime::terminal::{Painter, Tty};
    use atc::runtime::{input, signals};
    use ratatui::backend::{Backend, CrosstermBackend};
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::widgets::{List, ListState};
    use ratatui::{Terminal, TerminalOptions, Viewport};

    use super::fleet::{REPOS, pull, repo, task};
    use super::talk::{news, record};

    const TASKS: usize = 50_000;
    const COLUMNS: u16 = 160;
    const ROWS: u16 = 45;
    const KEYS: usize = 400;
    /// A line of the followed log comes so often.
    const LINES: Duration = Duration::from_millis(40);
    const LINE: &str = "The clock is read once per attempt; I hand it in from outside";
    const REST: Duration = Duration::from_secs(30);
    const STARTS: usize = 9;
    /// What has not come by then will not come.
    const PATIENCE: Duration = Duration::from_secs(20);

    pub fn main() {
        let mut arguments = std::env::args();
        match arguments.find(|argument| argument.starts_with("--")).as_deref() {
            Some("--console") => return console(),
            Some("--stock") => return stock(),
            Some("--keys") => return pressed(arguments.next().unwrap().parse().unwrap()),
            Some("--stock-keys") => return pressed_stock(arguments.next().unwrap().parse().unwrap()),
            Some("--test") => return,
            _ => {}
        }
        keys();
        instructions();
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

    /// A queue of 50,000 tasks over the log of one, that stays whatever is selected.
    fn model() -> Model {
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
        model
    }

    /// The real loop over a model that was filled beforehand.
    fn console() {
        let model = model();
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

    /// So many keys that move the selection by a row, each with its picture and the bytes of that, and nothing else: what
    /// is counted under callgrind.
    fn pressed(keys: usize) {
        let (mut model, theme, mut painter) = (model(), Theme::default(), Painter::new(true));
        let (mut buffer, mut bytes) = (Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS)), Vec::new());
        for n in 0..=keys {
            press(&mut model, if n % 6 < 3 { 'k' } else { 'j' });
            let drawn = redraw(&model, &theme, &mut buffer, n > 0);
            painter.drawn(&buffer, &drawn, &[], &mut bytes);
            model.drawn();
            bytes.clear();
        }
    }

    /// The same of the stock list.
    fn pressed_stock(keys: usize) {
        let mut list = Stock::new();
        let viewport = Viewport::Fixed(Rect::new(0, 0, COLUMNS, ROWS));
        let sink = CrosstermBackend::new(std::io::sink());
        let mut terminal = Terminal::with_options(sink, TerminalOptions { viewport }).unwrap();
        for n in 0..=keys {
            if n % 6 < 3 {
                list.state.select_next();
            } else {
                list.state.select_previous();
            }
            list.draw(&mut terminal);
        }
    }

    /// As many lines in a list, as ratatui brings it.
    struct Stock {
        lines: Vec<String>,
        state: ListState,
    }

    impl Stock {
        fn new() -> Self {
            let lines = (0..TASKS).map(|n| format!("acme/service-{:02} {n}", n % REPOS)).collect();
            Self { lines, state: ListState::default().with_selected(Some(0)) }
        }

        fn draw<B: Backend<Error = std::io::Error>>(&mut self, terminal: &mut Terminal<B>) {
            let Self { lines, state } = self;
            let sight = state.offset()..(state.offset() + usize::from(ROWS) * 2).min(TASKS);
            terminal
                .draw(|frame| {
                    // Only what may be in sight: to make all of them each time would measure that.
                    let mut near = ListState::default().with_selected(state.selected().map(|at| at - sight.start));
                    let list = List::new(lines[sight.clone()].iter().map(String::as_str)).highlight_symbol("▌");
                    frame.render_stateful_widget(list, frame.area(), &mut near);
                    *state.offset_mut() = sight.start + near.offset();
                })
                .unwrap();
        }
    }

    /// With ratatui's own terminal and crossterm's own events.
    fn stock() {
        let (mut terminal, mut list) = (ratatui::init(), Stock::new());
        loop {
            list.draw(&mut terminal);
            match crossterm::event::read().unwrap() {
                crossterm::event::Event::Key(key) if key.code == crossterm::event::KeyCode::Char('j') => {
                    list.state.select_next();
                }
                crossterm::event::Event::Key(key) if key.code == crossterm::event::KeyCode::Char('k') => {
                    list.state.select_previous();
                }
                crossterm::event::Event::Key(_) => return ratatui::restore(),
                _ => {}
            }
        }
    }

    // The one that measures.

    /// A program on a pseudo terminal, and the moments at which it wrote.
    struct Term {
        pty: std::sync::Arc<pty_process::blocking::Pty>,
        child: Child,
        written: Receiver<(Stopwatch, Vec<u8>)>,
        begun: Stopwatch,
        screen: vt100::Parser,
        /// Begun and not yet ended: pictures that are to be shown at once.
        held: usize,
        /// The last bytes, of which the next may make such a mark.
        tail: Vec<u8>,
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
            Self {
                pty,
                child,
                written,
                begun,
                screen: vt100::Parser::new(at_least_one(ROWS), at_least_one(COLUMNS), 0),
                held: 0,
                tail: Vec::new(),
            }
        }

        fn send(&self, keys: &str) {
            (&*self.pty).write_all(keys.as_bytes()).unwrap();
        }

        /// Takes what was written next; when it came.
        fn next(&mut self) -> Stopwatch {
            let Ok((at, bytes)) = self.written.recv_timeout(PATIENCE) else {
                panic!("nothing more came; the screen:\n{}", self.screen.screen().contents())
            };
            self.take(&bytes);
            at
        }

        fn take(&mut self, bytes: &[u8]) {
            self.screen.process(bytes);
            let bytes = [self.tail.as_slice(), bytes].concat();
            let count = |mark: &[u8]| bytes.windows(mark.len()).filter(|part| *part == mark).count();
            self.held = (self.held + count(b"\x1b[?2026h")).saturating_sub(count(b"\x1b[?2026l"));
            self.tail = bytes[bytes.len().saturating_sub(b"\x1b[?2026h".len() - 1)..].to_vec();
        }

        /// Takes what lies there; how many bytes that was.
        fn catch_up(&mut self) -> usize {
            let lies: Vec<u8> = self.written.try_iter().flat_map(|(_, bytes)| bytes).collect();
            self.take(&lies);
            lies.len()
        }

        /// When the last byte of the first picture came of which this is true.
        fn until(&mut self, shows: impl Fn(&vt100::Screen) -> bool) -> Stopwatch {
            let end = Stopwatch::now() + PATIENCE;
            loop {
                let at = self.next();
                assert!(at < end, "it never came; the screen:\n{}", self.screen.screen().contents());
                if self.held == 0 && shows(self.screen.screen()) {
                    return at;
                }
            }
        }

        fn shows(&mut self, text: &str) -> Stopwatch {
            self.until(|screen| screen.contents().contains(text))
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

    /// Whether the second picture is that of a key.
    type Changed = fn(&vt100::Screen, &vt100::Screen) -> bool;

    fn at_least_one(cells: u16) -> NonZeroU16 {
        NonZeroU16::new(cells).unwrap()
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
        let mut stock = Term::start(&me, &["--stock"], home.path());
        stock.shows("acme/service-07");
        let mut term = Term::start(&me, &["--console"], home.path());
        term.shows(LINE);
        let held = term.status("VmRSS") as f64 / 1024.0;
        // `changed`: what only the picture of this key changes, not that of a line of the log.
        let measure = |term: &mut Term, what: &str, keys: &[&str], changed: Changed| {
            let mut times: Vec<f64> = (0..KEYS)
                .map(|n| {
                    std::thread::sleep(Duration::from_micros(3_000 + (n as u64 * 7_919) % 40_000));
                    term.catch_up();
                    let before = term.screen.screen().clone();
                    let begun = Stopwatch::now();
                    term.send(keys[n % keys.len()]);
                    (term.until(|now| changed(&before, now)) - begun).as_secs_f64() * 1e3
                })
                .collect();
            println!("| {what} | {:.2} ms | {:.2} ms |", at(&mut times, 50), at(&mut times, 99));
        };
        let moved: Changed = |a, b| marked(a) != marked(b);
        let down = ["j", "j", "j", "k", "k", "k"];
        measure(&mut stock, "*stock ratatui, a list alone: the selection moves a row*", &down, moved);
        stock.end();
        // It stands in the last row in sight: from there the way without scrolling is up.
        let up = ["k", "k", "k", "j", "j", "j"];
        measure(&mut term, "the selection moves a row", &up, moved);
        measure(&mut term, "a page of the queue", &["\u{1b}[6~", "\u{1b}[6~", "\u{1b}[5~", "\u{1b}[5~"], |a, b| {
            names(a) != names(b)
        });
        term.send("/");
        term.until(|screen| !screen.hide_cursor());
        measure(&mut term, "a letter of a query, typed or taken back", &["m", "o", "\u{7f}", "\u{7f}"], |a, b| {
            a.cursor_position() != b.cursor_position()
        });
        println!("\n{held:.0} MiB resident with {TASKS} tasks");
        term.end();
    }

    /// What a key costs wherever it runs: a run of valgrind with keys less one without.
    fn instructions() {
        const COUNTED: u32 = 300;
        let me = std::env::current_exe().unwrap();
        let run = |what: &str, keys: u32| {
            let mut valgrind = Command::new("valgrind");
            valgrind
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(&me)
                .args([what, &keys.to_string()]);
            let said = String::from_utf8(valgrind.stdin(Stdio::null()).output().ok()?.stderr).ok()?;
            let count = said.lines().find_map(|line| line.split_once("Collected :"))?.1;
            count.trim().parse::<u64>().ok()
        };
        let key = |what| Some((run(what, COUNTED)? - run(what, 0)?) as f64 / f64::from(COUNTED) / 1e6);
        match (key("--keys"), key("--stock-keys")) {
            (Some(ours), Some(stock)) => println!(
                "\nA key that moves the selection there is {ours:.2} million instructions, and {stock:.2} million in the \
                 stock list."
            ),
            _ => println!("\nvalgrind is not here: instructions are not counted."),
        }
    }

    fn rows(screen: &vt100::Screen) -> impl Iterator<Item = String> {
        screen.rows(0, COLUMNS)
    }

    /// The rows with a marker: the log keeps its own while that of the queue moves.
    fn marked(screen: &vt100::Screen) -> Vec<usize> {
        rows(screen).enumerate().filter(|(_, row)| row.starts_with('▌')).map(|(at, _)| at).collect()
    }

    /// The names of the tasks in sight.
    fn names(screen: &vt100::Screen) -> Vec<String> {
        rows(screen).filter(|row| row.contains("acme/")).collect()
    }

    struct Start {
        first: f64,
        whole: f64,
        memory: f64,
    }

    fn start(arguments: &[&str], home: &Path, sign: &str) -> Start {
        let mut term = Term::start(Path::new(env!("CARGO_BIN_EXE_atc")), arguments, home);
        let first = term.shows("Queue");
        let whole = if term.screen.screen().contents().contains(sign) { first } else { term.shows(sign) };
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
        let mut term = Term::start(Path::new(env!("CARGO_BIN_EXE_atc")), &watch, home.path());
        term.shows("Migrate");
        std::thread::sleep(Duration::from_secs(5));
        term.catch_up();
        let (before, woken) = term.spent();
        std::thread::sleep(REST);
        let (after, woken_after) = term.spent();
        let bytes = term.catch_up();
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
