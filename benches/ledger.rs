//! The ledger at a million rows: opening it, appending to it, and what is asked of it.
//!
//! `cargo bench --bench ledger` prints the times; the bytes on disk per row are printed first. `ATC_ROWS` gives another
//! number of rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::path::Path;

use atc::domain::Instant;
use atc::ledger::sqlite::Sqlite;
use atc::ledger::{Action, Counter, Intent, Kind, Ledger, Outcome, Seen, Span, Wanted};
use chrono::TimeDelta;
use criterion::{Criterion, criterion_group, criterion_main};
use uuid::Uuid;

/// Of each task six rows: queued, running, its pull request opened and looked at, done, merged.
const OF_A_TASK: usize = 6;
/// One task in so many was started from here.
const STARTS: u64 = 100;
/// And so many in the last hour.
const LATELY: u64 = 100;

fn rows() -> u64 {
    std::env::var("ATC_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000)
}

fn at(task: u64, minute: i64) -> Instant {
    Instant::from_timestamp(1_750_000_000, 0).unwrap() + TimeDelta::minutes(i64::try_from(task).unwrap() * 2 + minute)
}

fn intent(n: u64) -> Intent {
    let repo = format!("acme/service-{}", n % 40).parse().unwrap();
    Intent {
        who: "mona".into(),
        host: "github.com".into(),
        token_kind: "oauth".into(),
        request: "{\"prompt\":\"…\"}".into(),
        prompt_hash: Some([u8::try_from(n % 250).unwrap(); 32]),
        template: Some("bugfix".into()),
        template_hash: Some([1; 32]),
        login: Some("mona".into()),
        machine: Some("desk".into()),
        prompt: Some("The retry test fails one time in six. Find out why and mend it. ".repeat(5)),
        model: Some("gpt-5.4".into()),
        ..Intent::new(Uuid::from_u128(n.into()), at(n, 0), Action::Start, repo)
    }
}

fn life(n: u64) -> [Seen; OF_A_TASK] {
    let look = |kind, became: &str, minute| Seen {
        host: "github.com".into(),
        repo: format!("acme/service-{}", n % 40).parse().unwrap(),
        task: format!("{n:08x}-5c3e-4b1f-9d55-0a7c2f{n:06x}"),
        kind,
        at: at(n, minute),
        since: None,
        touched: Some(at(n, minute)),
        begun: Some(at(n, 0)),
        became: became.into(),
        reason: None,
        nano_credits: (became == "completed").then_some(1_200_000_000),
        premium_requests: None,
        model: Some("claude-sonnet-4.6".into()),
        session: Some(format!("{n:08x}-0000-4b1f-9d55-0a7c2f{n:06x}")),
        run: Some(n),
        pull: None,
    };
    [
        look(Kind::State, "queued", 0),
        look(Kind::State, "in_progress", 1),
        look(Kind::Pull, "draft", 5),
        look(Kind::Review, "none", 5),
        look(Kind::State, "completed", 20),
        look(Kind::Pull, "merged", 90),
    ]
}

fn fill(file: &Path) -> u64 {
    let ledger = Sqlite::open(file).unwrap();
    let tasks = rows() / OF_A_TASK as u64;
    for first in (0..tasks).step_by(1000) {
        let looks: Vec<Seen> = (first..(first + 1000).min(tasks)).flat_map(life).collect();
        ledger.observe(&looks).unwrap();
        for n in (first..(first + 1000).min(tasks)).step_by(usize::try_from(STARTS).unwrap()) {
            ledger.claim(&intent(n)).unwrap();
            ledger.record(Uuid::from_u128(n.into()), at(n, 1), &Outcome::Confirmed(life(n)[0].task.clone())).unwrap();
        }
    }
    for n in 0..LATELY {
        start(&ledger, tasks, n);
    }
    tasks
}

/// One more after all the others, and what came of it.
fn start(ledger: &Sqlite, tasks: u64, n: u64) {
    let id = Uuid::from_u128(u128::from(u64::MAX) + 1 + u128::from(n));
    ledger.claim(&Intent { id, ..intent(tasks) }).unwrap();
    ledger.record(id, at(tasks, 1), &Outcome::Rejected("422".into())).unwrap();
}

fn ledger(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    let tasks = fill(&file);
    let ledger = Sqlite::open(&file).unwrap();
    let all = ledger.lines(&Span::default(), 1).unwrap()[0].row;
    println!("{all} rows, {} bytes a row", std::fs::metadata(&file).unwrap().len() / all);

    let mut group = c.benchmark_group("ledger");
    group.sample_size(10);
    group.bench_function("open", |b| b.iter(|| black_box(Sqlite::open(&file).unwrap())));
    group.bench_function("newest page of 200", |b| b.iter(|| ledger.lines(&Span::default(), 200).unwrap()));
    let middle = Span { before: Some(all / 2), ..Span::default() };
    group.bench_function("page of 200 in the middle", |b| b.iter(|| ledger.lines(&middle, 200).unwrap()));
    let task = Span { task: Some(life(tasks / 2)[0].task.clone()), ..Span::default() };
    group.bench_function("history of a task", |b| b.iter(|| ledger.lines(&task, 200).unwrap()));
    let hour = Wanted::starts(at(tasks, -60));
    group.bench_function("starts of the last hour", |b| b.iter(|| ledger.number(&hour).unwrap()));
    let prompt = Wanted { prompt_hash: Some([7; 32]), ..Wanted::default() };
    group.bench_function("starts of a prompt", |b| b.iter(|| ledger.number(&prompt).unwrap()));
    group.bench_function("unresolved", |b| b.iter(|| ledger.unresolved().unwrap()));
    group.bench_function("statistics over everything", |b| {
        b.iter(|| {
            let mut counter = Counter::default();
            let mut span = Span { oldest_first: true, ..Span::default() };
            loop {
                let lines = ledger.lines(&span, 1000).unwrap();
                for line in &lines {
                    counter.take(line);
                }
                match lines.last() {
                    Some(last) if lines.len() == 1000 => span.after = Some(last.row),
                    _ => break,
                }
            }
            black_box(counter.finish(None, None))
        });
    });
    group.bench_function("verify", |b| b.iter(|| ledger.verify().unwrap()));
    // Last: what is written stays, and what is asked above would take longer for each row that is measured here.
    let mut next = LATELY;
    group.bench_function("claim and record, durable", |b| {
        b.iter(|| {
            start(&ledger, tasks, next);
            next += 1;
        });
    });
    let mut fresh = tasks;
    group.bench_function("observe 100 changes, durable", |b| {
        b.iter(|| {
            fresh += 1;
            let looks: Vec<Seen> = (0..100).map(|n| life(fresh * 1000 + n)[0].clone()).collect();
            assert_eq!(ledger.observe(&looks).unwrap(), 100);
        });
    });
    let known: Vec<Seen> = (0..100).map(|n| life(n * 7)[4].clone()).collect();
    group.bench_function("observe 100 looks that are no news", |b| b.iter(|| ledger.observe(&known).unwrap()));
    group.finish();
}

criterion_group!(benches, ledger);
criterion_main!(benches);
