//! The hands on real files, on tokio's clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::file::{WHOLE, begin};
use super::*;
use crate::domain::Instant;
use crate::transcript::export::Shape;
use crate::transcript::search::{Hits, Pattern};
use crate::transcript::window::Spot;

struct Desk {
    hands: Hands,
    events: mpsc::Receiver<Event>,
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn line(n: usize) -> String {
    format!("2026-09-09T10:00:00.0000000Z line {n} of the log\n")
}

fn large() -> String {
    (0..110_000).map(line).collect()
}

fn append(path: &Path, text: &str) {
    std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

impl Desk {
    fn new(text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("job.log");
        std::fs::write(&path, text).unwrap();
        let (send, events) = mpsc::channel(256);
        let teller = Teller::new(send, Arc::new(|| Instant::UNIX_EPOCH));
        let mut hands = Hands::new(path.clone(), Safe::new("job.log"), &begin(&path).unwrap(), teller);
        hands.begin();
        Self { hands, events, _dir: dir, path }
    }

    async fn told(&mut self) -> (u64, Told) {
        let event = tokio::time::timeout(Duration::from_mins(1), self.events.recv()).await.expect("news").unwrap();
        match event.what {
            What::Local(Local::BigLog(News { log, what })) => (log, what),
            other => panic!("{other:?}"),
        }
    }

    /// The next news that is not a count of lines.
    async fn next(&mut self) -> (u64, Told) {
        loop {
            let told = self.told().await;
            if !matches!(told.1, Told::Counted(_)) {
                return told;
            }
        }
    }

    async fn note(&mut self) -> (bool, String) {
        loop {
            let event = tokio::time::timeout(Duration::from_mins(1), self.events.recv()).await.expect("note").unwrap();
            if let What::Op(Op::Note { bad, text }) = event.what {
                return (bad, text.to_string());
            }
        }
    }

    fn wish(&mut self, wish: Wish) {
        self.hands.perform(Effect::BigLog(wish));
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_log_is_counted_and_searched_and_read_where_it_is_wanted() {
    let text = large();
    let mut desk = Desk::new(&text);
    let mut lines = 0;
    loop {
        if let (1, Told::Counted(counted)) = desk.told().await {
            lines += counted.newlines.iter().sum::<u32>();
            if counted.passed == text.len() as u64 {
                break;
            }
        }
    }
    assert_eq!(lines, 110_000);
    desk.wish(Wish::Window { request: 7, plan: Plan::new(Spot::End, 20) });
    let (1, Told::Window { request: 7, result: Ok(window) }) = desk.next().await else { panic!("no window") };
    assert_eq!(window.frame.range.end, text.len() as u64);
    let pattern = Box::new(Pattern::new("line 1099").unwrap());
    desk.wish(Wish::Search { search: 8, pattern: pattern.clone(), from: 0 });
    let mut hits = Hits::default();
    while let (_, Told::Found { search: 8, found }) = desk.next().await {
        hits.add(&found);
        if found.done {
            break;
        }
    }
    assert_eq!(hits.total(), 111);
    desk.wish(Wish::Next { search: 8, pattern, from: text.len() as u64, forward: false });
    let (_, Told::Hit { search: 8, hit: Some(hit) }) = desk.next().await else { panic!("no hit") };
    assert_eq!(hit.offset, (text.len() - line(109_999).len()) as u64);
}

#[tokio::test(start_paused = true)]
async fn what_is_appended_is_told_and_counted() {
    let text = large();
    let mut desk = Desk::new(&text);
    append(&desk.path.clone(), &line(110_000));
    let (1, Told::Grew { len, settled: false }) = desk.next().await else { panic!("not told") };
    assert_eq!(len, (text.len() + line(110_000).len()) as u64);
    loop {
        if let (_, Told::Counted(counted)) = desk.told().await
            && counted.passed == len
        {
            break;
        }
    }
    // A moment later it has not grown further.
    let (1, Told::Grew { settled: true, .. }) = desk.next().await else { panic!("not settled") };
}

#[tokio::test(start_paused = true)]
async fn a_file_that_shrank_is_opened_anew() {
    let mut desk = Desk::new(&large());
    let text: String = large().chars().take(usize::try_from(WHOLE).unwrap() + 10).collect();
    std::fs::write(&desk.path, &text).unwrap();
    let (2, Told::Opened { len, .. }) = desk.next().await else { panic!("not opened") };
    assert_eq!(len, text.len() as u64);
    std::fs::write(&desk.path, "short\n").unwrap();
    let (3, Told::Whole { bytes, .. }) = desk.next().await else { panic!("not held whole") };
    assert_eq!(bytes, b"short\n");
}

#[tokio::test(start_paused = true)]
async fn a_small_log_grows_by_its_tail_until_it_is_large() {
    let mut desk = Desk::new("one\nhalf");
    let path = desk.path.clone();
    append(&path, " a line\n");
    let (1, Told::More { bytes, anew: true }) = desk.next().await else { panic!("half a line is read anew") };
    assert_eq!(bytes, b"one\nhalf a line\n");
    append(&path, "three\n");
    let (1, Told::More { bytes, anew: false }) = desk.next().await else { panic!("only the tail") };
    assert_eq!(bytes, b"three\n");
    append(&path, &large());
    let (1, Told::Opened { len, .. }) = desk.next().await else { panic!("large now") };
    assert_eq!(len, std::fs::metadata(&path).unwrap().len());
}

#[tokio::test(start_paused = true)]
async fn a_log_is_saved_once_and_never_over_another_file() {
    let text = large();
    let mut desk = Desk::new(&text);
    let to = desk.path.with_file_name("copy.log");
    let wish = Wish::Save { to: to.to_string_lossy().into_owned(), shape: Shape::Raw };
    desk.wish(wish.clone());
    let (bad, said) = desk.note().await;
    assert!(!bad && said.contains("saved"), "{said}");
    assert_eq!(std::fs::read_to_string(&to).unwrap(), text);
    desk.wish(wish);
    let (bad, said) = desk.note().await;
    assert!(bad && said.contains("is there already"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_new_search_ends_the_old_one() {
    let mut desk = Desk::new(&large());
    for search in 1..=20 {
        let pattern = Box::new(Pattern::new("line").unwrap());
        desk.wish(Wish::Search { search, pattern, from: 0 });
    }
    let mut done = Vec::new();
    loop {
        if let (_, Told::Found { search, found }) = desk.next().await
            && found.done
        {
            done.push(search);
            if search == 20 {
                break;
            }
        }
    }
    assert_eq!(done, [20]);
}
