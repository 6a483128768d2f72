//! What following a log costs: from a record that came to the bytes for the terminal, at any length of the log.
//!
//! `cargo bench --bench follow` prints the table of the README: the bytes beyond the text of the line, and the time for
//! update, drawing and painting.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench makes its own data and reads the clock"
)]

use std::time::{Duration, Instant as Stopwatch};

use atc::console::Model;
use atc::console::event::{Event, Net, News, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::layout::Size;
use atc::console::state::place::Pane;
use atc::console::state::settings::Settings;
use atc::console::update::update;
use atc::console::view::{Theme, draw};
use atc::domain::{Instant, Session, SessionId, Source, State, Task, TaskId, TaskRef};
use atc::runtime::terminal::Painter;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[path = "../tests/screens/talk.rs"]
mod talk;

use talk::{news, record};

const LENGTHS: [usize; 3] = [1_000, 10_000, 100_000];
const SCREENS: [(u16, u16); 2] = [(80, 24), (160, 45)];
const ROUNDS: usize = 400;
/// What the agent says in one line.
const LINE: &str = "The clock is read once per attempt; I'll hand it in: n=";

fn now() -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn task() -> Task {
    let session = Session {
        beyond: atc::domain::SessionBeyond::default(),
        id: SessionId::new("s"),
        state: State::InProgress,
        name: None,
        prompt: None,
        model: None,
        head_ref: None,
        base_ref: None,
        created_at: now(),
        updated_at: None,
        completed_at: None,
        usage: None,
        error: None,
        run: None,
    };
    Task {
        beyond: atc::domain::Beyond::default(),
        at: TaskRef { repo: "acme/api".parse().unwrap(), id: TaskId::new("t") },
        name: "Fix flaky retry test in scheduler".into(),
        state: State::InProgress,
        created_at: now(),
        updated_at: None,
        archived_at: None,
        creator: None,
        custom_agent: None,
        automation: None,
        session_count: None,
        artifacts: Vec::new(),
        html_url: None,
        sessions: Some(vec![session]),
    }
}

fn said(n: usize) -> Vec<u8> {
    record(n, now().timestamp() + i64::try_from(n).unwrap(), &format!("{LINE}{n:06}"))
}

struct Desk {
    model: Model,
    painter: Painter,
    buffer: Buffer,
    theme: Theme,
    records: usize,
    generation: u64,
}

impl Desk {
    fn new(screen: (u16, u16), length: usize) -> Self {
        let buffer = Buffer::empty(Rect::new(0, 0, screen.0, screen.1));
        let settings = Settings { repos: vec!["acme/api".parse().unwrap()], ..Settings::default() };
        let model = Model::new(now(), settings);
        let mut desk =
            Self { model, painter: Painter::new(true), buffer, theme: Theme::default(), records: 0, generation: 0 };
        desk.happen(What::Resize(Size { width: screen.0, height: screen.1 }));
        let repo = "acme/api".parse().unwrap();
        desk.good(Source::Tasks(repo), News::Tasks { tasks: vec![task()], unreadable: 0 });
        desk.happen(What::Key(Chord::plain(Key::Char('l'))));
        desk.model.place.focus = Pane::Log;
        desk.model.place.zoomed = true;
        desk.model.queue.selected = Some(TaskId::new("t"));
        desk.happen(What::Wake);
        desk.append(length);
        desk.paint();
        assert_eq!(desk.model.log.shown.as_ref().unwrap().transcript.entries().len(), length);
        desk
    }

    fn happen(&mut self, what: What) {
        update(&mut self.model, Event { at: now(), what });
    }

    fn good(&mut self, source: Source, news: News) {
        self.generation += 1;
        self.happen(What::Net(Net { source, generation: self.generation, next_try: None, result: Ok(news) }));
    }

    fn append(&mut self, records: usize) {
        let first = self.records == 0;
        let bytes = (self.records..self.records + records).flat_map(said).collect();
        self.records += records;
        let session = SessionId::new("s");
        let news = news(&session, first, bytes);
        self.good(Source::Log(session), News::Log(news));
    }

    fn key(&mut self, key: char) {
        self.happen(What::Key(Chord::plain(Key::Char(key))));
    }

    /// The bytes of the frame.
    fn paint(&mut self) -> usize {
        let cursor = draw(&self.model, &self.theme, &mut self.buffer);
        self.model.dirty = false;
        let mut out = Vec::new();
        self.painter.frame(&self.buffer, cursor, &mut out);
        out.len()
    }
}

/// Most bytes, and the times, of an action done again and again. `before` is not counted.
fn measure(desk: &mut Desk, before: impl Fn(&mut Desk), action: impl Fn(&mut Desk)) -> (usize, Vec<Duration>) {
    let (mut most, mut times) = (0, Vec::with_capacity(ROUNDS));
    // The first sets the scroll region, which stays set.
    action(desk);
    for _ in 0..ROUNDS {
        before(desk);
        desk.paint();
        let start = Stopwatch::now();
        action(desk);
        let bytes = desk.paint();
        times.push(start.elapsed());
        most = most.max(bytes);
    }
    times.sort();
    (most, times)
}

fn row(name: &str, length: usize, (bytes, times): &(usize, Vec<Duration>)) -> String {
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1e6;
    format!("| {name} | {length} | {bytes} | {:.0} | {:.0} |", at(50), at(99))
}

fn main() {
    for screen in SCREENS {
        println!("\n{}×{}, log alone on the screen\n", screen.0, screen.1);
        println!("| | entries before | bytes, most | p50 µs | p99 µs |\n|---|---:|---:|---:|---:|");
        for length in LENGTHS {
            let mut desk = Desk::new(screen, length);
            let text = LINE.len() + 6;
            let (most, times) = measure(&mut desk, |_| {}, |desk| desk.append(1));
            println!("{}", row(&format!("append a line of {text}"), length, &(most, times)));
            let mut desk = Desk::new(screen, length);
            println!("{}", row("one row up", length, &measure(&mut desk, |_| {}, |desk| desk.key('k'))));
            let jump = measure(&mut desk, |desk| desk.key('g'), |desk| desk.key('G'));
            println!("{}", row("from the first line to the last", length, &jump));
            let burst = measure(&mut Desk::new(screen, length), |_| {}, |desk| desk.append(20));
            println!("{}", row("append 20 lines at once", length, &burst));
        }
    }
}
