//! How fast a session log becomes entries, beside what `serde_json` takes to read the same records into typed values.
//!
//! `cargo bench --bench transcript` prints both rates and their ratio, measured in turns so that what else the machine
//! does falls on both; then the bytes held for a log, and the cost of one more record on logs of three sizes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "transcript/log.rs"]
mod log;

use std::hint::black_box;
use std::time::{Duration, Instant};

use atc::transcript::{Diagnosis, Format, Rules, Transcript};
use criterion::{Criterion, Throughput, criterion_group};
use serde::Deserialize;

const MEGABYTE: usize = 1 << 20;

/// What a program would write that wants nothing but the records.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Record {
    id: String,
    created: i64,
    model: String,
    object: String,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Choice {
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Delta {
    role: Option<String>,
    content: Option<String>,
    reasoning_text: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Call {
    id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    index: i64,
    function: Function,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Function {
    name: String,
    arguments: String,
}

#[derive(Deserialize)]
#[expect(dead_code, clippy::struct_field_names, reason = "read to be measured, by the names of the wire")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

fn typed(log: &str) -> Vec<Record> {
    let records = log.lines().filter_map(|line| line.strip_prefix("data: "));
    records.map(|record| serde_json::from_str(record).expect("a record")).collect()
}

fn decoded(format: Format, log: &str) -> Transcript {
    let mut transcript = Transcript::new(format);
    transcript.absorb(log.as_bytes());
    transcript.finish();
    transcript
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    drop(black_box(work()));
    start.elapsed()
}

/// A job log of lines of the usual length.
fn job_log(lines: usize) -> String {
    let line =
        |n: usize| format!("2026-06-26T12:24:44.{n:07}Z   Downloading crate-{n} v1.{n}.0 from the registry (ok)\n");
    (0..lines).fold(String::new(), |log, n| log + &line(n))
}

#[expect(clippy::cast_precision_loss, reason = "rates are shown with three digits")]
fn rate(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / took.as_secs_f64() / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "ratios are shown with two digits")]
fn report() {
    let log = log::session(8 * MEGABYTE);
    let (mut theirs, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..60 {
        theirs = theirs.min(timed(|| typed(&log)));
        ours = ours.min(timed(|| decoded(Format::SessionLog, &log)));
    }
    let records = log.matches("data: ").count();
    println!("session log: {} bytes, {records} records of {} bytes", log.len(), log.len() / records);
    println!("serde_json, typed and owned: {:.0} MB/s", rate(log.len(), theirs));
    println!("entries, facets and outline: {:.0} MB/s", rate(log.len(), ours));
    println!("ratio: {:.2}", theirs.as_secs_f64() / ours.as_secs_f64());
    let job = job_log(100_000);
    for (name, format, log) in [("session", Format::SessionLog, &log), ("job", Format::JobLog, &job)] {
        let held = decoded(format, log).held();
        println!("held for a {name} log: {:.2} bytes a byte", held as f64 / log.len() as f64);
    }
}

fn decode(criterion: &mut Criterion) {
    let log = log::session(4 * MEGABYTE);
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(log.len() as u64)).sample_size(30);
    group.bench_function("serde_json typed", |bench| bench.iter(|| typed(black_box(&log))));
    group.bench_function("entries", |bench| bench.iter(|| decoded(Format::SessionLog, black_box(&log))));
    group.finish();
}

/// One more turn on a log that is there already, with its diagnosis.
fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append a turn");
    let rules = Rules::shipped();
    for megabytes in [1, 10, 100] {
        let mut writer = log::Writer::new();
        let mut transcript = Transcript::new(Format::SessionLog);
        let mut read = 0;
        while read < megabytes * MEGABYTE {
            writer.turn();
            read += writer.text.len();
            transcript.absorb(writer.text.as_bytes());
            writer.text.clear();
        }
        let mut diagnosis = Diagnosis::default();
        group.bench_function(format!("to {megabytes} MB"), |bench| {
            bench.iter_custom(|turns| {
                let mut took = Duration::ZERO;
                for _ in 0..turns {
                    writer.text.clear();
                    writer.turn();
                    took += timed(|| {
                        let change = transcript.absorb(writer.text.as_bytes());
                        diagnosis.absorb(&rules, &transcript, &change);
                    });
                }
                took
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decode, append);

fn main() {
    report();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
