//! What a screen costs in bytes: every kind of change, on a small terminal and on a large one, each within its budget.
//! The table of the README is made here: `ATC_UPDATE_DOCS=1 cargo test --test screens bytes` writes it anew.

use std::fmt::Write as _;

use atc::console::event::{BudgetNews, News, Op, What};
use atc::console::keys::Key;
use atc::console::view::links::{self, Link};
use atc::console::view::{Theme, draw};
use atc::domain::{SessionId, Source, State, Task};
use atc::runtime::terminal::Painter;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::keep;
use crate::talk::{news, record};
use crate::world::{Console, repo, settings, task, with_session};

const SCREENS: [(u16, u16); 2] = [(80, 24), (160, 45)];
/// What the agent says in one line.
const LINE: &str = "The clock is read once per attempt; I hand it in from outside";
const TASKS: usize = 200;

/// A console with a terminal that counts.
struct Wire {
    console: Console,
    painter: Painter,
    buffer: Buffer,
    records: usize,
    /// The terminal understands links: numbers, names and addresses are some.
    linked: bool,
    /// How many the last picture had.
    links: usize,
}

impl Wire {
    fn new((width, height): (u16, u16)) -> Self {
        let settings = atc::console::state::settings::Settings { repos: vec![repo("api"), repo("web")], ..settings() };
        let console = Console::with(settings, width, height);
        let buffer = Buffer::empty(Rect::new(0, 0, width, height));
        Self { console, painter: Painter::new(true), buffer, records: 0, linked: false, links: 0 }
    }

    /// The queue alone, with two hundred tasks.
    fn queue(screen: (u16, u16)) -> Self {
        let mut wire = Self::new(screen);
        wire.tasks((0..TASKS).map(|n| one(n, 0)).collect());
        wire.console.happen(What::Op(Op::Budget(BudgetNews { spent: 212, allowed: 1000, ..BudgetNews::default() })));
        wire.console.keys("Qg");
        if wire.console.model.place.may_zoom() {
            wire.console.keys("z");
        }
        wire.paint();
        wire
    }

    /// The same on a terminal that understands links.
    fn linked(screen: (u16, u16)) -> Self {
        let mut wire = Self { linked: true, ..Self::new(screen) };
        wire.console.fill();
        wire.console.keys("Qg");
        if wire.console.model.place.may_zoom() {
            wire.console.keys("z");
        }
        wire.paint();
        assert!(wire.links > 1, "a row has one, and the detail has one");
        wire
    }

    /// Those of the picture that was just drawn.
    fn found(&self) -> Vec<Link> {
        let mut found = Vec::new();
        if self.linked {
            links::find(&self.console.model, &["github.com".to_owned()], &self.buffer, &mut found);
        }
        found
    }

    /// The dashboard where there is room for one.
    fn dashboard(screen: (u16, u16)) -> Self {
        let mut wire = Self::queue(screen);
        if wire.console.model.place.may_zoom() {
            wire.console.keys("z");
        }
        wire.paint();
        wire
    }

    /// The log of the selected task, with as many lines as need scrolling.
    fn log(screen: (u16, u16)) -> Self {
        let mut wire = Self::queue(screen);
        wire.console.keys("l");
        wire.say(200);
        wire.console.keys("G");
        wire.paint();
        wire
    }

    /// A list that stands alone: what waits for the operator.
    fn inbox(screen: (u16, u16)) -> Self {
        let mut wire = Self::queue(screen);
        wire.tasks((0..12).map(|n| one(n, 1)).collect());
        wire.key('I');
        wire.paint();
        wire
    }

    fn key(&mut self, key: char) {
        self.press(Key::Char(key));
    }

    fn press(&mut self, key: Key) {
        self.console.press(key);
    }

    /// How many tasks are in sight.
    fn rows(&self) -> usize {
        self.console.model.place.panes().queue.expect("the queue").body_rows()
    }

    fn tasks(&mut self, tasks: Vec<Task>) {
        self.console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    }

    fn say(&mut self, lines: usize) {
        let first = self.records == 0;
        let selected = self.console.model.queue.selected.clone().expect("a task");
        let session = SessionId::new(format!("s-{}", selected.raw()));
        let bytes = (self.records..self.records + lines).flat_map(said).collect();
        self.records += lines;
        let news = news(&session, first, bytes);
        self.console.good(Source::Log(session), News::Log(news));
    }

    /// The bytes that bring the terminal to the present picture.
    fn paint(&mut self) -> usize {
        let cursor = draw(&self.console.model, &Theme::default(), &mut self.buffer);
        self.console.model.dirty = false;
        let mut out = Vec::new();
        let links = self.found();
        self.links = links.len();
        self.painter.linked(&self.buffer, &links, cursor, &mut out);
        out.len()
    }

    /// The most bytes of something done so many times.
    fn most(&mut self, times: usize, mut act: impl FnMut(&mut Self, usize)) -> usize {
        (0..times)
            .map(|n| {
                act(self, n);
                self.paint()
            })
            .max()
            .expect("once at least")
    }
}

/// A running task of its own name; another turn is other news of the same task.
fn one(n: usize, turn: usize) -> Task {
    let state = if turn == 0 { State::InProgress } else { State::WaitingForUser };
    let minutes = i64::try_from(n).expect("small") + 2;
    let name = format!("Fix flaky retry test {n:03} in the scheduler");
    with_session(task(&format!("t{n:03}"), "api", &name, state, minutes, 0), "The retry test fails one time in six.")
}

fn said(n: usize) -> Vec<u8> {
    let second = crate::world::now().timestamp() + i64::try_from(n).expect("small");
    record(n, second, &format!("{LINE} {n:04}"))
}

/// What happens, what it may cost on each of the two screens, and what it costs.
struct Row {
    what: &'static str,
    budget: [usize; 2],
    cost: fn((u16, u16)) -> usize,
}

const ROWS: &[Row] = &[
    Row {
        what: "the first whole picture",
        budget: [4_600, 13_000],
        cost: |screen| {
            let mut wire = Wire::dashboard(screen);
            wire.painter.invalidate();
            wire.paint()
        },
    },
    Row {
        what: "a minute in which nothing reads differently",
        budget: [0, 0],
        cost: |screen| {
            let mut wire = Wire::dashboard(screen);
            wire.most(59, |wire, _| wire.console.wait(TimeDelta::seconds(1)))
        },
    },
    Row {
        what: "a poll that brings nothing new",
        budget: [0, 0],
        cost: |screen| {
            let mut wire = Wire::dashboard(screen);
            wire.most(5, |wire, _| wire.tasks((0..TASKS).map(|n| one(n, 0)).collect()))
        },
    },
    Row {
        what: "the minute turns: the clock and every age",
        budget: [270, 650],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.most(1, |wire, _| wire.console.wait(TimeDelta::seconds(60)))
        },
    },
    Row {
        what: "the selection moves in a list",
        budget: [30, 30],
        cost: |screen| {
            let mut wire = Wire::inbox(screen);
            wire.most(8, |wire, n| wire.key(if n % 2 == 0 { 'j' } else { 'k' }))
        },
    },
    Row {
        what: "the selection moves, and its detail with it",
        budget: [170, 170],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.most(8, |wire, n| wire.key(if n % 2 == 0 { 'j' } else { 'k' }))
        },
    },
    Row {
        what: "the same where numbers, names and addresses are links",
        budget: [390, 430],
        cost: |screen| {
            let mut wire = Wire::linked(screen);
            wire.most(8, |wire, n| wire.key(if n % 2 == 0 { 'j' } else { 'k' }))
        },
    },
    Row {
        what: "a picture with links, painted again",
        budget: [0, 0],
        cost: |screen| Wire::linked(screen).most(3, |_, _| {}),
    },
    Row {
        what: "the list scrolls by a row, and its detail changes",
        budget: [200, 230],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            let rows = wire.rows();
            wire.most(rows - 1, |wire, _| wire.key('j'));
            wire.most(8, |wire, _| wire.key('j'))
        },
    },
    Row {
        what: "the list goes on by a page",
        budget: [60 * 13 + 200, 60 * 36 + 200],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.most(3, |wire, _| wire.press(Key::PageDown))
        },
    },
    Row {
        what: "a character typed into the query",
        budget: [360, 620],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.key('/');
            wire.paint();
            let typed: Vec<char> = "retry".chars().collect();
            wire.most(typed.len(), |wire, n| wire.key(typed[n]))
        },
    },
    Row {
        what: "the first characters of a command, with what they may become",
        budget: [500, 750],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.key(':');
            wire.paint();
            let typed: Vec<char> = "layout".chars().collect();
            wire.most(typed.len(), |wire, n| wire.key(typed[n]))
        },
    },
    Row {
        what: "a character typed into a command that can become nothing",
        budget: [30, 30],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            // The second takes the completions away.
            wire.console.keys(":zz");
            wire.paint();
            let typed: Vec<char> = "zzzzz".chars().collect();
            wire.most(typed.len(), |wire, n| wire.key(typed[n]))
        },
    },
    Row {
        what: "a task changes its state",
        budget: [240, 320],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.most(1, |wire, _| wire.tasks(vec![one(5, 1)]))
        },
    },
    Row {
        what: "a line of 66 appended to a followed log",
        budget: [66 + 25, 66 + 25],
        cost: |screen| {
            let mut wire = Wire::log(screen);
            // The first sets the scroll region, which stays.
            wire.say(1);
            wire.paint();
            wire.most(50, |wire, _| wire.say(1))
        },
    },
    Row {
        what: "a thousand lines appended at once",
        budget: [1_600, 1_600],
        cost: |screen| {
            let mut wire = Wire::log(screen);
            wire.most(1, |wire, _| wire.say(1_000))
        },
    },
    Row {
        what: "the log goes up by a row",
        budget: [170, 170],
        cost: |screen| {
            let mut wire = Wire::log(screen);
            // The first says that following has paused.
            wire.key('k');
            wire.paint();
            wire.most(8, |wire, _| wire.key('k'))
        },
    },
    Row {
        what: "a question is asked",
        budget: [1_000, 1_000],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.most(1, |wire, _| wire.key('x'))
        },
    },
    Row {
        what: "the help opens",
        budget: [2_000, 5_000],
        cost: |screen| {
            let mut wire = Wire::queue(screen);
            wire.most(1, |wire, _| wire.key('?'))
        },
    },
];

#[test]
fn every_change_stays_within_its_bytes() {
    let mut table = String::from("| what happens | 80×24 | 160×45 |\n|---|---:|---:|\n");
    let mut over = Vec::new();
    for row in ROWS {
        let cost = SCREENS.map(row.cost);
        for ((cost, budget), screen) in cost.iter().zip(row.budget).zip(SCREENS) {
            if *cost > budget {
                over.push(format!("{} at {screen:?}: {cost} bytes of {budget}", row.what));
            }
        }
        writeln!(table, "| {} | {} | {} |", row.what, cost[0], cost[1]).expect("a string");
    }
    println!("{table}");
    assert!(over.is_empty(), "{over:#?}");
    keep::part("bytes", &table);
}
