//! What the queue costs at fleet size: from a key or an answer to the frame drawn into a buffer.
//!
//! `cargo bench --bench queue` prints criterion's figures and then the table of the README: the median and the 99th
//! percentile of each action, and the memory one task takes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "a bench makes its own data and reads the clock"
)]

mod fleet;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use atc::console::Model;
use atc::console::event::{Event, Net, News, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::layout::Size;
use atc::console::state::settings::Settings;
use atc::console::update::update;
use atc::console::view::{Theme, draw};
use atc::domain::{Source, Task};
use criterion::{BenchmarkId, Criterion};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use fleet::{REPOS, now, pull, repo, task};

const SIZES: [usize; 2] = [5_000, 50_000];
const SCREEN: (u16, u16) = (160, 45);

/// A console with so many tasks, every hundredth pull request open.
struct Console {
    model: Model,
    buffer: Buffer,
    generation: u64,
}

impl Console {
    fn new(tasks: usize) -> Self {
        let settings = Settings { repos: (0..REPOS).map(repo).collect(), ..Settings::default() };
        let mut model = Model::new(now(), settings);
        model.place.size = Size { width: SCREEN.0, height: SCREEN.1 };
        let mut console = Self { model, buffer: Buffer::empty(Rect::new(0, 0, SCREEN.0, SCREEN.1)), generation: 0 };
        for of in 0..REPOS {
            let mine: Vec<Task> = (of..tasks).step_by(REPOS).map(|n| task(n, 0)).collect();
            console.net(Source::Tasks(repo(of)), News::Tasks { tasks: mine, unreadable: 0 });
        }
        let pulls = (0..tasks).step_by(100).map(pull).collect();
        console.net(Source::Pulls, News::Pulls(pulls));
        console
    }

    fn happen(&mut self, what: What) {
        black_box(update(&mut self.model, Event { at: now(), what }));
        self.buffer.reset();
        draw(&self.model, &Theme::default(), &mut self.buffer);
        self.model.dirty = false;
    }

    fn net(&mut self, source: Source, news: News) {
        self.generation += 1;
        let net = Net { source, generation: self.generation, next_try: None, result: Ok(news) };
        self.happen(What::Net(net));
    }

    fn key(&mut self, key: Key) {
        self.happen(What::Key(Chord::plain(key)));
    }
}

/// One action: prepares the event outside the watch, then measures it to the end of the frame.
type Action = fn(&mut Console, usize) -> Duration;

fn watch(run: impl FnOnce()) -> Duration {
    let begun = Stopwatch::now();
    run();
    begun.elapsed()
}

const ACTIONS: [(&str, Action); 9] = [
    ("selection moves a row", |c, n| watch(|| c.key(if n / 200 % 2 == 0 { Key::Down } else { Key::Up }))),
    ("a page down", |c, n| watch(|| c.key(if n / 50 % 2 == 0 { Key::PageDown } else { Key::PageUp }))),
    ("a key typed into the query", |c, n| {
        const TYPED: &str = "fix state:failed -docs ~modul";
        let at = n % (TYPED.len() + 1);
        if at == 0 {
            c.key(Key::Esc);
            c.key(Key::Char('/'));
        }
        match TYPED.chars().nth(at) {
            Some(key) => watch(|| c.key(Key::Char(key))),
            None => watch(|| c.key(Key::Esc)),
        }
    }),
    ("a key typed into the palette", |c, n| {
        const TYPED: &str = "fixmodulbill";
        let at = n % (TYPED.len() + 1);
        if at == 0 {
            c.key(Key::Esc);
            c.happen(What::Key(Chord::ctrl('k')));
        }
        match TYPED.chars().nth(at) {
            Some(key) => watch(|| c.key(Key::Char(key))),
            None => watch(|| c.key(Key::Esc)),
        }
    }),
    ("sorted by another column", |c, _| watch(|| c.key(Key::Char('s')))),
    ("grouped another way", |c, _| watch(|| c.key(Key::Char('b')))),
    ("another view", |c, _| watch(|| c.key(Key::Char('v')))),
    ("a page of 100 changed tasks merged", |c, n| {
        let all = c.model.world.tasks.len();
        let tasks = (0..100).map(|i| task((n * 100 + i) * REPOS % all, n % 30 + 1)).collect();
        watch(|| c.net(Source::Tasks(repo(0)), News::Tasks { tasks, unreadable: 0 }))
    }),
    ("everything listed marked", |c, _| watch(|| c.key(Key::Char('*')))),
];

fn main() {
    let before = resident();
    let held = Console::new(SIZES[1]);
    let per_task = resident().saturating_sub(before) / SIZES[1];
    let each = size_of_val(held.model.world.tasks.values().next().unwrap());
    drop(held);

    let mut criterion = Criterion::default().configure_from_args().sample_size(30);
    let mut spent: BTreeMap<(usize, usize), Vec<Duration>> = BTreeMap::new();
    for tasks in SIZES {
        for (row, (name, action)) in ACTIONS.into_iter().enumerate() {
            let mut console = Console::new(tasks);
            let mut n = 0;
            let all = spent.entry((row, tasks)).or_default();
            criterion.bench_with_input(BenchmarkId::new(name, tasks), &tasks, |b, _| {
                b.iter_custom(|times| {
                    (0..times)
                        .map(|_| {
                            let spent = action(&mut console, n);
                            n += 1;
                            all.push(spent);
                            spent
                        })
                        .sum()
                });
            });
        }
    }
    criterion.final_summary();

    println!(
        "\n| update and draw, {}×{} | 5,000 tasks: median · p99 | 50,000 tasks: median · p99 |",
        SCREEN.0, SCREEN.1
    );
    println!("|---|---|---|");
    for (row, (name, _)) in ACTIONS.iter().enumerate() {
        let cell = |tasks| spent.get_mut(&(row, tasks)).map(|all| figures(all)).unwrap_or_default();
        let [few, many] = SIZES.map(cell);
        println!("| {name} | {few} | {many} |");
    }
    println!("\nOne task takes {per_task} bytes in all, {each} of them in its own place.");
}

fn figures(all: &mut [Duration]) -> String {
    all.sort_unstable();
    let at = |share: usize| all.get((all.len() * share / 100).min(all.len().saturating_sub(1))).copied();
    match (at(50), at(99)) {
        (Some(half), Some(most)) => {
            format!("{:.2} · {:.2} ms", half.as_secs_f64() * 1000.0, most.as_secs_f64() * 1000.0)
        }
        _ => "not run".to_owned(),
    }
}

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) * 4096
}
