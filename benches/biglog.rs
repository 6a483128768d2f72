//! A log of any size: `cargo bench --bench biglog`. `ATC_BENCH_MB` is the size of the log that is made (100).
//!
//! Every rate stands beside the least the machine needs for the same bytes in the same run: reading them, counting
//! newlines, finding a text with memmem; and beside `rg -c` and `grep -c` where they are installed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a bench prints, reads the clock and may stop"
)]

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use atc::runtime::biglog::LogFile;
use atc::transcript::Format;
use atc::transcript::index::{self, Index, Where};
use atc::transcript::search::{self, Hits, Pattern};
use atc::transcript::source::Bytes;
use atc::transcript::window::{Plan, Spot};

const NEEDLE: &str = "NEEDLE-7f3a";
/// A tenth of the records hold it.
const COMMON: &str = "Handler thread";

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let megabytes = std::env::var("ATC_BENCH_MB").ok().and_then(|mb| mb.parse().ok());
    let megabytes = if is_test { 5 } else { megabytes.unwrap_or(100) };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.log");
    write_log(&path, megabytes * 1_000_000);
    let file = LogFile::open(&path, 1).unwrap().unwrap();
    assert_eq!(file.format, Format::SessionLog);
    println!("{} bytes of session-log records", file.len);
    let index = counting(&file);
    windows(&file, &index);
    searches(&file, &path);
}

/// Records as the service sends them: texts, and commands with their output, a blank line after each.
fn write_log(path: &Path, len: usize) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let (mut written, mut n, mut seed) = (0, 0u64, 7u64);
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let words = ["queue", "session", "retry", "build", "parser", "token", "timeout", "branch", "review", "config"];
    while written < len {
        let mut text = String::new();
        for _ in 0..random() % 400 {
            text.push_str(words[usize::try_from(random() % 10).unwrap()]);
            text.push_str(if random() % 12 == 0 { "\n    " } else { " " });
        }
        if n % 10 == 3 {
            text.push_str(COMMON);
        }
        let frame = |delta: serde_json::Value| {
            let record = serde_json::json!({"id": format!("chatcmpl-{n:016x}"), "created": 1_757_412_000 + n, "model": "m",
                "object": "chat.completion.chunk", "choices": [{"index": 0, "finish_reason": "", "delta": delta}]});
            format!("data: {record}\n\n")
        };
        let tool = serde_json::json!([{"id": format!("call_{n}"), "type": "function", "index": 0,
            "function": {"name": "bash", "arguments": r#"{"command":"cargo test --all","description":"Run the tests"}"#}}]);
        let records = if n.is_multiple_of(3) {
            frame(serde_json::json!({"role": "assistant", "content": text}))
        } else {
            let call = frame(serde_json::json!({"role": "assistant", "content": "", "tool_calls": tool}));
            let output = format!("{text}\n<exited with exit code 0>");
            call + &frame(serde_json::json!({"content": output, "tool_calls": tool}))
        };
        written += out.write(records.as_bytes()).unwrap();
        n += 1;
    }
    let last = serde_json::json!({"id": "last", "object": "chat.completion.chunk", "choices":
        [{"delta": {"role": "assistant", "content": format!("All done. {NEEDLE}")}}]});
    out.write_all(format!("data: {last}\n").as_bytes()).unwrap();
}

/// The median of some runs in milliseconds, and what the last one gave.
fn timed<T>(runs: usize, mut run: impl FnMut() -> T) -> (f64, T) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..runs {
        let start = Instant::now();
        last = Some(black_box(run()));
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], last.unwrap())
}

fn say(what: &str, len: u64, milliseconds: f64) {
    println!("{what:<44} {milliseconds:>9.2} ms {:>9.0} MB/s", len as f64 / 1e3 / milliseconds);
}

/// Reads everything once and gives each piece to `each`: the least any of this can take.
fn floor(file: &LogFile, mut each: impl FnMut(&[u8]) -> u64) -> u64 {
    let mut buffer = vec![0; 256 * 1024];
    let (mut at, mut sum) = (0, 0);
    while let Ok(read @ 1..) = file.bytes.read_at(at, &mut buffer) {
        sum += each(&buffer[..read]);
        at += read as u64;
    }
    sum
}

fn counting(file: &LogFile) -> Index {
    let count = || {
        let mut index = Index::default();
        index::count(&*file.bytes, 0, file.len, 512, |counted| {
            index.take(&counted);
            ControlFlow::Continue(())
        })
        .unwrap();
        index
    };
    let (least, newlines) = timed(5, || floor(file, |piece| memchr::memchr_iter(b'\n', piece).count() as u64));
    let (ours, index) = timed(5, count);
    assert_eq!(index.newlines(), newlines);
    say("newlines, memchr (floor)", file.len, least);
    say("index of the whole", file.len, ours);
    index
}

fn windows(file: &LogFile, index: &Index) {
    let last = index.lines();
    for number in [10, last / 4, last / 2, last - 10] {
        let (took, window) = timed(15, || {
            let Where::In { block, newlines } = index.find(number, file.len) else { panic!("line {number}") };
            file.read(Plan::new(Spot::Line { block, newlines }, 45)).unwrap()
        });
        let bytes = window.frame.range.end - window.frame.range.start;
        let entries = window.transcript.entries().len();
        println!("window at line {number:<29} {took:>9.2} ms  ({entries} entries of {} KB)", bytes / 1000);
    }
    let (took, _) = timed(15, || file.read(Plan::new(Spot::End, 45)).unwrap());
    println!("{:<44} {took:>9.2} ms", "window at the end");
}

fn searches(file: &LogFile, path: &Path) {
    for (words, runs) in [(NEEDLE, 5), ("needle-7f3a", 5), (COMMON, 3), ("/All d[aeiou]ne", 3)] {
        let pattern = Pattern::new(words).unwrap();
        let (ours, hits) = timed(runs, || {
            let mut hits = Hits::default();
            search::scan(
                &*file.bytes,
                (file.format, file.len),
                &pattern,
                0,
                || false,
                |found| {
                    hits.add(&found);
                    ControlFlow::Continue(())
                },
            )
            .unwrap();
            hits.total()
        });
        if !words.starts_with('/') {
            let finder = memchr::memmem::Finder::new(words);
            let (least, _) = timed(runs, || floor(file, |piece| finder.find_iter(piece).count() as u64));
            say(&format!("“{words}”, memmem (floor)"), file.len, least);
        }
        say(&format!("“{words}”, {hits} hits"), file.len, ours);
        for program in ["rg", "grep"] {
            other(program, words, path, runs);
        }
    }
}

/// The same with another program, where it is installed.
fn other(program: &str, words: &str, path: &Path, runs: usize) {
    let mut options = vec!["-c"];
    if !words.contains(char::is_uppercase) {
        options.push("-i");
    }
    let regex = words.strip_prefix('/');
    options.push(if regex.is_some() { "-e" } else { "-Fe" });
    let run = || Command::new(program).args(&options).arg(regex.unwrap_or(words)).arg(path).output();
    if run().is_err() {
        return println!("{program} is not installed");
    }
    let (took, output) = timed(runs, run);
    let count = String::from_utf8_lossy(&output.unwrap().stdout).trim().to_owned();
    println!("{:<44} {took:>9.2} ms  ({count} lines)", format!("“{words}”, {program} -c"));
}
