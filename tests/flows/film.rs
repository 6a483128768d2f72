//! A walk over the demo as an asciicast: the bytes of the real painter, at the times of the demo's own clock.
//! `ATC_UPDATE_DOCS=1 cargo test --test flows film` takes it anew.

use std::num::NonZeroU16;
use std::time::Duration;

use atc::console::keys::{Chord, Key};

use crate::harness::{Flow, noon};
use crate::picture::asset;

const SIZE: (u16, u16) = (110, 40);
/// An operator's fingers.
const TYPED: Duration = Duration::from_millis(150);
const LARGEST: usize = 200 << 10;

/// What each part of the walk ends with.
const PARTS: [&str; 6] = ["following", "retry", "Cancel this session?", "session ended", "ready to start", "waits on"];

struct Film {
    flow: Flow,
    seen: usize,
    lines: Vec<String>,
}

impl Film {
    async fn start() -> Self {
        let flow = Flow::start(SIZE.0, SIZE.1).await;
        let head = serde_json::json!({
            "version": 2, "width": SIZE.0, "height": SIZE.1, "timestamp": noon().timestamp(), "idle_time_limit": 1.5,
            "title": "atc demo: watch, read, stop, start, review", "env": { "TERM": "xterm-256color" },
        });
        Self { flow, seen: 0, lines: vec![head.to_string()] }
    }

    /// What was written since, at the time it is now.
    fn take(&mut self) {
        let sheet = self.flow.paper.sheet();
        let new = sheet.bytes[self.seen..].to_vec();
        self.seen = sheet.bytes.len();
        drop(sheet);
        if !new.is_empty() {
            let time = (self.flow.clock.now() - noon()).as_seconds_f64();
            let text = String::from_utf8(new).unwrap();
            self.lines.push(format!("[{time:.3}, \"o\", {}]", serde_json::Value::String(text)));
        }
    }

    async fn pass(&mut self, time: Duration) {
        let end = self.flow.clock.now() + time;
        while self.flow.clock.now() < end {
            self.flow.pass(Duration::from_millis(50)).await;
            self.take();
        }
    }

    async fn key(&mut self, chord: Chord) {
        self.flow.key(chord).await;
        self.take();
        self.pass(TYPED).await;
    }

    async fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(Chord::char(c)).await;
        }
    }

    async fn until(&mut self, words: &str) {
        for _ in 0..6000 {
            if self.flow.text().contains(words) {
                return self.pass(Duration::from_millis(1200)).await;
            }
            self.pass(Duration::from_millis(50)).await;
        }
        panic!("{words} never came:\n{}", self.flow.text());
    }
}

async fn walk() -> String {
    let mut film = Film::start().await;
    let [following, found, question, ended, ready, reviews] = PARTS;
    film.until("All 4").await;
    film.keys("Q/flaky retry").await;
    film.key(Chord::plain(Key::Enter)).await;
    film.keys("g").await;
    film.until(following).await;
    film.pass(Duration::from_secs(8)).await;
    film.key(Chord::plain(Key::Enter)).await;
    film.keys("/retry").await;
    film.key(Chord::plain(Key::Enter)).await;
    film.until(found).await;
    film.key(Chord::plain(Key::Esc)).await;
    film.keys("Qx").await;
    film.until(question).await;
    film.keys("y").await;
    film.until(ended).await;
    film.keys("n").await;
    film.until("Fix a flaky test").await;
    film.key(Chord::plain(Key::Enter)).await;
    film.until("Prompt").await;
    film.keys("scheduler::retry").await;
    film.until(ready).await;
    film.key(Chord::plain(Key::Esc)).await;
    film.key(Chord::plain(Key::Esc)).await;
    film.keys("p").await;
    film.until(reviews).await;
    film.pass(Duration::from_secs(2)).await;
    film.lines.join("\n") + "\n"
}

/// Plays a film in a terminal and looks for the parts, in their order.
fn play(film: &str) {
    let mut lines = film.lines();
    let head: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(head["version"], 2);
    let size = |name: &str| NonZeroU16::new(u16::try_from(head[name].as_u64().unwrap()).unwrap()).unwrap();
    let mut terminal = vt100::Parser::new(size("height"), size("width"), 0);
    let mut parts = PARTS.iter().peekable();
    let mut last = 0.0;
    for line in lines {
        let (time, kind, text): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert!(time >= last && kind == "o", "{line}");
        last = time;
        terminal.process(text.as_bytes());
        while parts.next_if(|part| terminal.screen().contents().contains(**part)).is_some() {}
    }
    let left: Vec<_> = parts.collect();
    assert!(left.is_empty(), "the film does not come to {left:?}:\n{}", terminal.screen().contents());
}

#[tokio::test(start_paused = true)]
async fn the_film_of_the_demo_shows_what_it_is_to_show() {
    let film = walk().await;
    play(&film);
    assert!(film.len() <= LARGEST, "{} bytes", film.len());
    if std::env::var_os("ATC_UPDATE_DOCS").is_some() {
        std::fs::write(asset("demo.cast"), &film).unwrap();
    }
    play(&std::fs::read_to_string(asset("demo.cast")).unwrap());
}
