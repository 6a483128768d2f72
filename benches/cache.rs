//! The cache at fleet size: reading 50,000 tasks, taking them up in the console, drawing them, keeping a page of 100.
//!
//! `cargo bench --bench cache` prints the times; the bytes on disk per task are printed first.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, clippy::cast_precision_loss, missing_docs)]

use std::hint::black_box;
use std::path::Path;

use atc::console::Model;
use atc::console::event::{Event, Local, Remembered, What};
use atc::console::state::layout::Size;
use atc::console::state::settings::Settings;
use atc::console::update::update;
use atc::console::view::{self, Theme};
use atc::domain::{
    Artifact, Instant, NodeId, Person, PullId, RepoName, Session, SessionId, Source, State, Task, TaskId, TaskRef,
    Usage, UserId, Viewer,
};
use atc::runtime::cache::file::parts;
use atc::runtime::cache::store::{Keep, Store};
use chrono::TimeDelta;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const TASKS: u64 = 50_000;
/// As the keeper tells them.
const PART: usize = 1000;
const TODAY: i64 = 20_000;

fn now() -> Instant {
    Instant::from_timestamp(1_795_176_000, 0).unwrap()
}

fn repo() -> RepoName {
    "acme/billing".parse().unwrap()
}

/// An ended task as the service describes one, with a prompt of some 300 characters.
fn task(n: u64) -> Task {
    let at = now() - TimeDelta::minutes(i64::try_from(n).unwrap());
    let id = format!("{n:08x}-5c3e-4b1f-9d55-0a7c2f{n:06x}");
    let session = Session {
        beyond: atc::domain::SessionBeyond::default(),
        id: SessionId::new(format!("{n:08x}-0000-4b1f-9d55-0a7c2f{n:06x}")),
        state: State::Completed,
        name: Some(format!("Fix flaky retry test {n} in the scheduler").into()),
        prompt: Some("The retry test fails one time in six. Find out why and mend it. ".repeat(5).into()),
        model: Some("sweagent-capi:claude-sonnet-4.6".into()),
        head_ref: Some(format!("copilot/fix-flaky-retry-test-{n}").into()),
        base_ref: Some("main".into()),
        created_at: at,
        updated_at: Some(at),
        completed_at: Some(at),
        usage: Some(Usage::AiCredits(1_200_000_000)),
        error: None,
        run: None,
    };
    Task {
        beyond: atc::domain::Beyond::default(),
        at: TaskRef { repo: repo(), id: TaskId::new(id.clone()) },
        name: format!("Fix flaky retry test {n} in the scheduler").into(),
        state: State::Completed,
        created_at: at,
        updated_at: Some(at),
        archived_at: None,
        creator: Some(Person { id: UserId(n % 200), login: None }),
        custom_agent: None,
        automation: None,
        session_count: Some(1),
        artifacts: vec![Artifact::Pull {
            id: PullId(n),
            node: Some(NodeId::new(format!("PR_kwDOABCD{n:x}"))),
            state: None,
        }],
        html_url: Some(format!("https://github.com/acme/billing/agents/tasks/{id}").into()),
        sessions: Some(vec![session]),
    }
}

fn fill(file: &Path) -> Store {
    let mut store = Store::open(file, "https://api.github.com/").unwrap();
    store.write(&[Keep::Viewer(Viewer { id: UserId(7), login: "mona".into() })], TODAY).unwrap();
    let all: Vec<Task> = (0..TASKS).map(task).collect();
    for page in all.chunks(100) {
        store.write(&[Keep::Tasks(page.to_vec())], TODAY).unwrap();
    }
    store
}

fn read(store: &Store) -> Vec<Remembered> {
    let mut parts = vec![Remembered { good_at: vec![(Source::Tasks(repo()), now())], ..Remembered::default() }];
    let take = |remembered| {
        if parts.last().is_some_and(|part: &Remembered| part.tasks.len() >= PART) {
            parts.push(Remembered::default());
        }
        parts.last_mut().unwrap().tasks.push(remembered);
        true
    };
    assert_eq!(store.tasks(&repo(), take).unwrap(), 0);
    parts
}

fn console() -> Model {
    let settings = Settings { repos: vec![repo()], ..Settings::default() };
    let mut model = Model::new(now(), settings);
    let size = Size { width: 120, height: 40 };
    update(&mut model, Event { at: now(), what: What::Resize(size) });
    model
}

fn take(model: &mut Model, part: Remembered) {
    update(model, Event { at: now(), what: What::Local(Local::Remembered(Box::new(part))) });
}

fn cache(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let mut store = fill(&file);
    let bytes: u64 = parts(&file).iter().map(|part| std::fs::metadata(part).unwrap().len()).sum();
    println!("{:.0} bytes on disk per task, log included", bytes as f64 / TASKS as f64);

    let mut group = c.benchmark_group("cache");
    group.sample_size(10);
    group.bench_function("read 50,000 tasks", |b| b.iter(|| black_box(read(&store))));
    let all = read(&store);
    group.bench_function("take up and draw 50,000 tasks", |b| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
        b.iter_batched(
            || (console(), all.clone()),
            |(mut model, all)| {
                for part in all {
                    take(&mut model, part);
                }
                view::draw(&model, &Theme::default(), &mut buffer);
                model
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("the first part of 1,000, taken up and drawn", |b| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
        b.iter_batched(
            || (console(), all[0].clone()),
            |(mut model, part)| {
                take(&mut model, part);
                view::draw(&model, &Theme::default(), &mut buffer);
                model
            },
            BatchSize::PerIteration,
        );
    });
    let before_the_last = || {
        let mut model = console();
        for part in &all[..all.len() - 1] {
            take(&mut model, part.clone());
        }
        model
    };
    group.bench_function("the fiftieth part of 1,000", |b| {
        b.iter_batched(
            || (before_the_last(), all[all.len() - 1].clone()),
            |(mut model, part)| {
                take(&mut model, part);
                model
            },
            BatchSize::PerIteration,
        );
    });
    group.sample_size(50);
    let mut round = 0;
    group.bench_function("keep a page of 100 that changed", |b| {
        b.iter_batched(
            || {
                round += 1;
                let changed = |n| Task { updated_at: Some(now() + TimeDelta::seconds(round)), ..task(n) };
                [Keep::Tasks((0..100).map(changed).collect())]
            },
            |page| store.write(&page, TODAY).unwrap(),
            BatchSize::PerIteration,
        );
    });
    let page = [Keep::Tasks((200..300).map(task).collect())];
    group.bench_function("keep a page of 100 that says the same", |b| b.iter(|| store.write(&page, TODAY).unwrap()));
    group.finish();
}

criterion_group!(benches, cache);
criterion_main!(benches);
