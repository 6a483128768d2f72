//! Key-fuzz: an operator who hits any key, on a terminal of any size, with a service that answers anything in any order.
//!
//! ```text
//! seed ─> throws ─> a thousand steps: keys, words, pastes, mouse, sizes, answers (late, twice, wrong), time
//!                         └─ after every step: what must hold, and a picture that is painted as on a real terminal
//! ```
//!
//! A trace that fails says its seed and step; `ATC_FUZZ_SEED=<seed> cargo test --test screens fuzz` walks it again.
#![cfg(unix)]

mod answers;
mod automations;
mod governing;
mod unasked;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use atc::console::event::{Event, Mouse, MouseKind, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::dialog::{Ask, Dialog};
use atc::console::state::layout::Size;
use atc::console::state::settings::Settings;
use atc::console::update::update;
use atc::console::view::{Drawn, Theme, draw, redraw};
use atc::console::{Effect, Model};
use atc::runtime::terminal::Painter;
use atc::text::width;
use chrono::TimeDelta;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::dice::Dice;
use crate::world::{Console, settings};
use answers::{KINDS, answer, kind};
use unasked::unasked;

const STEPS: usize = 1000;
/// What is dear is looked at once in so many steps; of a trace that is walked again, after every one.
const NOW_AND_THEN: usize = 20;

/// What leads somewhere: a monkey alone would seldom get there.
const WAYS: [&str; 51] = [
    "Tx",
    "TD",
    "TR",
    "Te",
    "T\re",
    "Tn",
    "T",
    "nga",
    "n\r",
    "nG\r",
    "x",
    "f",
    "o",
    "?",
    "p\r",
    "l",
    "L",
    "Q",
    "D",
    "/retry\r",
    ":ledger\r",
    ":doctor\r",
    ":inbox\r",
    ":issue acme/api\r",
    ":grep fix\r",
    ":wall\r",
    ":budget\r",
    "K",
    "A",
    "I",
    "lv",
    "ls",
    ":templates\r",
    "*x",
    "*o",
    "pd",
    "pA",
    "pc",
    "pr",
    "lt",
    "lR",
    "l/fix\r",
    "d",
    "z",
    ":notify test\r",
    "T",
    "Tj\r]\r",
    "TC",
    "TCw]\r",
    "T/state:on\r",
    "Tss2b}",
];

struct Trace {
    console: Console,
    dice: Dice,
    theme: Theme,
    /// What was asked for and not answered; some of it was, and is answered again.
    asked: Vec<Effect>,
    generation: u64,
    painter: Painter,
    terminal: vt100::Parser,
    shown: Option<(u16, u16)>,
    /// The last picture.
    last: Buffer,
    /// The terminal was somebody else's meanwhile.
    redraw: bool,
    kinds: BTreeSet<usize>,
    wrote: usize,
    /// Pictures of which only a part was drawn.
    in_part: usize,
    looks_every: usize,
}

impl Trace {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let looks_only = dice.once_in(3);
        let settings = Settings { read_only: looks_only, mouse: true, ascii: dice.once_in(4), ..settings() };
        let theme = if settings.ascii { Theme::default().in_ascii() } else { Theme::default() };
        let mut console = Console::with(settings, 100, 30);
        console.fill();
        Self {
            console,
            dice,
            theme,
            asked: Vec::new(),
            generation: 1000,
            painter: Painter::new(true),
            terminal: terminal(1, 1),
            shown: None,
            last: Buffer::default(),
            redraw: true,
            kinds: BTreeSet::new(),
            wrote: 0,
            in_part: 0,
            looks_every: if asked_for().is_some() { 1 } else { NOW_AND_THEN },
        }
    }

    fn size(&mut self) -> Size {
        let dice = &mut self.dice;
        let (width, height) = match dice.below(10) {
            0 => (dice.size(3), dice.size(3)),
            1 => (dice.size(220), dice.size(4)),
            2 => (dice.size(4), dice.size(70)),
            3 => (dice.size(220), dice.size(70)),
            _ => (40 + dice.size(80), 10 + dice.size(30)),
        };
        Size { width, height }
    }

    fn wait(&mut self, millis: i64) {
        self.console.at += TimeDelta::milliseconds(millis);
        // As the loop does it: what is due comes before anything else.
        if self.console.wake().is_some_and(|wake| wake <= self.console.at) {
            self.happen(What::Wake);
        }
    }

    fn step(&mut self) {
        // Mostly as fast as fingers; sometimes as after a lunch break.
        let pause = *self.dice.pick(&[1, 40, 120, 300, 300, 2000, 70_000]);
        self.wait(pause);
        let now = self.console.at;
        match self.dice.below(40) {
            0..=13 => {
                let chord = self.dice.chord();
                self.happen(What::Key(chord));
            }
            14..=17 => {
                let way = *self.dice.pick(&WAYS);
                for c in way.chars() {
                    let key = if c == '\r' { Key::Enter } else { Key::Char(c) };
                    self.wait(50);
                    self.happen(What::Key(Chord::plain(key)));
                }
            }
            18 => {
                let words = self.dice.words();
                for c in words.chars().filter(|c| !c.is_control()).take(30) {
                    self.happen(What::Key(Chord::char(c)));
                }
            }
            19 => {
                let text = self.dice.words();
                self.happen(What::Paste(text.into()));
            }
            20 | 21 => {
                let kind = *self.dice.pick(&[MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown]);
                let (column, row) = (self.dice.size(230), self.dice.size(75));
                self.happen(What::Mouse(Mouse { kind, column, row }));
            }
            22 => {
                let size = self.size();
                self.happen(What::Resize(size));
            }
            23 => {
                let on = self.dice.once_in(2);
                self.happen(What::Focus(on));
            }
            24 | 25 => self.happen(What::Wake),
            26 => {
                // Suspended and back: the terminal was somebody else's.
                self.painter.invalidate();
                self.terminal.process(b"\x1b[?1049l$ fg\r\n\x1b[?1049h");
                self.redraw = true;
                let size = self.console.model.place.size;
                self.happen(What::Resize(size));
            }
            27..=33 => self.hear(),
            _ => {
                self.generation += 1;
                let late = if self.dice.once_in(8) { self.generation / 2 } else { self.generation };
                let what = unasked(&mut self.dice, now, late);
                self.happen(what);
            }
        }
        if self.console.model.dialog.is_some() && self.dice.once_in(3) {
            self.means_it();
        }
    }

    /// Something that was asked for comes, in any order, and sometimes it comes again later.
    fn hear(&mut self) {
        if self.asked.is_empty() {
            return;
        }
        let n = self.dice.below(self.asked.len());
        let effect = if self.dice.once_in(4) { self.asked[n].clone() } else { self.asked.swap_remove(n) };
        self.generation += 1;
        if let Some(what) = answer(&mut self.dice, &effect, self.console.at, self.generation) {
            self.happen(what);
        }
    }

    /// Reads the question, waits, types what it asks for and says yes.
    fn means_it(&mut self) {
        let Some(dialog) = self.console.model.dialog.clone() else { return };
        let word = dialog.word.as_ref().map(ToString::to_string);
        let typed = word.or_else(|| dialog.reason.then(|| "the release waits for it".to_owned()));
        for c in typed.iter().flat_map(|typed| typed.chars()) {
            self.wait(300);
            self.happen(What::Key(Chord::char(c)));
        }
        self.wait(300);
        let key = if typed.is_some() { Key::Enter } else { Key::Char('y') };
        self.happen(What::Key(Chord::plain(key)));
    }

    fn happen(&mut self, what: What) {
        self.kinds.insert(kind(&what));
        let by_hand = matches!(what, What::Key(_) | What::Mouse(_));
        let before = self.console.model.dialog.clone();
        let read_only = self.console.model.settings.read_only;
        let at = self.console.at;
        let effects = update(&mut self.console.model, Event { at, what });
        let after = &self.console.model.dialog;
        if let (Some(before), Some(after)) = (&before, after)
            && before.opened_at == after.opened_at
            && before.title == after.title
        {
            assert_eq!(pinned(before), pinned(after), "a question changed under the operator's eyes");
        }
        for effect in effects.iter().filter(|effect| effect.writes()) {
            assert!(!read_only, "{effect:?} where nothing may be changed");
            let Some(asked) = before.as_ref().filter(|_| by_hand && after.is_none()) else {
                panic!("{effect:?} without a yes");
            };
            assert!(asked.is_earnest() && is_what_was_asked(&asked.ask, effect), "{effect:?} is not {:?}", asked.ask);
            self.wrote += 1;
        }
        assert!(effects.len() <= 64, "{} effects of one event", effects.len());
        for effect in effects {
            // A service that is asked for ever and answers nothing must not be what grows.
            if self.asked.len() >= 64 {
                self.asked.remove(0);
            }
            self.asked.push(effect);
        }
    }

    /// What must hold after every step.
    fn holds(&mut self, step: usize) {
        let model = &self.console.model;
        selection_is_in_its_list(model);
        if let Some(note) = &model.notes.current {
            assert!(note.until <= self.console.at + TimeDelta::hours(1), "a note that stays: {note:?}");
            assert!(width::width(&note.text) <= 4096, "a note of {} bytes", note.text.len());
        }
        if let Some(wake) = self.console.wake() {
            assert!(wake > self.console.at, "a deadline that is past");
        }
        // As the loop does it: where nothing changed nothing is drawn. Now and then it is looked at whether that is so.
        let looks = step.is_multiple_of(self.looks_every);
        let changed = model.asks_for_a_picture() || self.redraw;
        // What nobody woke it for yet may read old for a few seconds.
        if !changed && (!looks || model.place.aged) {
            return;
        }
        // As the loop does it, too: what changed is drawn into the last picture.
        let (picture, drawn) = if changed {
            let mut picture = std::mem::take(&mut self.last);
            let area = area(model);
            let holds_last = picture.area == area && !self.redraw;
            picture.resize(area);
            let drawn = redraw(model, &self.theme, &mut picture, holds_last);
            (picture, drawn)
        } else {
            let (picture, cursor) = picture_of(model, &self.theme);
            (picture, Drawn { cursor, rows: None })
        };
        self.in_part += usize::from(drawn.rows.is_some());
        let cursor = drawn.cursor;
        if looks {
            let (again, cursor_again) = picture_of(model, &self.theme);
            assert!(picture == again && cursor == cursor_again, "drawn twice it is not the same picture");
            for cell in &picture.content {
                let symbol = cell.symbol();
                assert!(!symbol.is_empty() && !symbol.chars().any(char::is_control), "{symbol:?}");
            }
        }
        self.paint(&picture, &drawn, changed, looks);
        self.last = picture;
        self.console.model.drawn();
        self.redraw = false;
    }

    /// The picture on a terminal that has shown all those before it.
    fn paint(&mut self, picture: &Buffer, drawn: &Drawn, changed: bool, looks: bool) {
        let cursor = drawn.cursor;
        let (width, height) = (picture.area.width, picture.area.height);
        // The emulator that judges leaves out what stands for a byte that is no text.
        let beyond_the_judge = picture.content.iter().any(|cell| cell.symbol().contains('\u{fffd}'));
        if width == 0 || height == 0 || beyond_the_judge {
            self.shown = None;
            self.painter.invalidate();
            return;
        }
        let changed = changed || self.shown != Some((width, height));
        if self.shown != Some((width, height)) {
            self.terminal = terminal(width, height);
            self.painter.invalidate();
            self.shown = Some((width, height));
        }
        let fresh = looks.then(|| {
            let (mut bytes, mut screen) = (Vec::new(), terminal(width, height));
            Painter::new(false).frame(picture, cursor, &mut bytes);
            screen.process(&bytes);
            // Of what is bold and dim at once it knows only what it was told last.
            let both = |cell: &ratatui::buffer::Cell| cell.modifier.contains(Modifier::BOLD | Modifier::DIM);
            (screen, picture.content.iter().map(both).collect::<Vec<bool>>())
        });
        let mut bytes = Vec::new();
        if changed {
            self.painter.drawn(picture, drawn, &[], &mut bytes);
            self.terminal.process(&bytes);
        }
        let Some((fresh, both)) = fresh else { return };
        let (fresh, shown) = (fresh.screen(), self.terminal.screen());
        let rows = |screen: &vt100::Screen| screen.rows(0, width).collect::<Vec<_>>().join("\n");
        for row in 0..height {
            for column in 0..width {
                if both[usize::from(row) * usize::from(width) + usize::from(column)] {
                    continue;
                }
                let (a, b) = (seen(shown, row, column), seen(fresh, row, column));
                assert_eq!(
                    a,
                    b,
                    "row {row} column {column} is not what a fresh picture shows; shown:\n{}\nfresh:\n{}\nlast bytes: {:?}",
                    rows(shown),
                    rows(fresh),
                    String::from_utf8_lossy(&bytes)
                );
            }
        }
        assert_eq!((shown.hide_cursor(), fresh.hide_cursor()), (cursor.is_none(), cursor.is_none()));
    }
}

fn area(model: &Model) -> Rect {
    let Size { width, height } = model.place.size;
    Rect::new(0, 0, width, height)
}

fn picture_of(model: &Model, theme: &Theme) -> (Buffer, Option<(u16, u16)>) {
    let mut buffer = Buffer::empty(area(model));
    let cursor = draw(model, theme, &mut buffer);
    (buffer, cursor)
}

fn terminal(width: u16, height: u16) -> vt100::Parser {
    vt100::Parser::new(NonZeroU16::new(height).unwrap(), NonZeroU16::new(width).unwrap(), 0)
}

/// Everything a reader sees of a cell.
fn seen(screen: &vt100::Screen, row: u16, column: u16) -> (String, String) {
    let cell = screen.cell(row, column).unwrap();
    let text = if cell.is_wide_continuation() { "half" } else { cell.contents() };
    let blank = text.trim().is_empty() && !cell.inverse() && !cell.underline();
    let style = if blank {
        format!("{:?}", cell.bgcolor())
    } else {
        format!("{:?} {:?} {} {} {}", cell.fgcolor(), cell.bgcolor(), cell.bold(), cell.dim(), cell.inverse())
    };
    (if blank { String::new() } else { text.to_owned() }, style)
}

fn selection_is_in_its_list(model: &Model) {
    let queue = &model.queue;
    match &queue.selected {
        Some(id) => {
            let row = queue.rows.get(queue.index).and_then(|row| model.known_at(*row));
            assert_eq!(row.map(|known| &known.task.at.id), Some(id), "the selection is a row of the queue");
        }
        None => assert!(queue.rows.is_empty(), "rows without a selection"),
    }
    if let Some(area) = model.place.panes().queue {
        let shown = queue.top..queue.top + area.body_rows().max(1);
        assert!(queue.rows.is_empty() || shown.contains(&queue.index), "{} outside {shown:?}", queue.index);
    }
}

/// What of a question may not change while it stands.
fn pinned(dialog: &Dialog) -> String {
    format!("{:?} {:?} {:?} {:?} {:?}", dialog.body, dialog.yes, dialog.word, dialog.reason, dialog.ask)
}

/// What is done is what was asked about, but for its id and the reason that was typed.
fn is_what_was_asked(ask: &Ask, effect: &Effect) -> bool {
    match (ask, effect) {
        (Ask::Cancel(asked), Effect::Cancel(done)) => asked == done,
        (Ask::Start(asked), Effect::Start(done)) => asked.request == done.request,
        (Ask::Pull(asked), Effect::Reviews(atc::console::reviews::Wish::Act(done))) => {
            asked.target == done.target && asked.act == done.act
        }
        (Ask::Plan { plan, .. }, Effect::Plan(done)) => {
            plan.orders.iter().map(|order| &order.request).eq(done.orders.iter().map(|order| &order.request))
        }
        (Ask::Assign(asked), Effect::Issue(atc::console::issue::Wish::Assign(done))) => {
            asked.assignment == done.assignment
        }
        (Ask::Automation(asked), Effect::Automations(atc::console::automations::Wish::Act(done))) => {
            (&asked.repo, &asked.act) == (&done.repo, &done.act)
        }
        (Ask::FollowUp(asked), Effect::FollowUp(done)) => (&asked.task, &asked.text) == (&done.task, &done.text),
        _ => false,
    }
}

#[derive(Default)]
struct Walked {
    kinds: BTreeSet<usize>,
    wrote: usize,
    in_part: usize,
}

/// Walks one trace. What fails in it is told with its seed.
fn walk(seed: u64, walked: &mut Walked) {
    let at = Cell::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut trace = Trace::new(seed);
        for step in 0..STEPS {
            at.set(step);
            trace.step();
            trace.holds(step);
        }
        // Everything there was to know is a few dozen tasks: more than this is something that is never let go.
        let size = format!("{:?}", trace.console.model).len();
        assert!(size <= 24 << 20, "the console holds {size} bytes in words");
        walked.kinds.append(&mut trace.kinds);
        walked.wrote += trace.wrote;
        walked.in_part += trace.in_part;
    }));
    if let Err(cause) = result {
        #[expect(clippy::print_stderr, reason = "the seed must not be lost")]
        let () = eprintln!("seed {seed} failed at step {}; ATC_FUZZ_SEED={seed} walks it again", at.get());
        resume_unwind(cause);
    }
}

fn asked_for() -> Option<u64> {
    std::env::var("ATC_FUZZ_SEED").ok()?.parse().ok()
}

/// The seed that is asked for, or these.
fn seeds(count: u64) -> Vec<u64> {
    asked_for().map_or_else(|| (0..count).collect(), |seed| vec![seed])
}

#[test]
fn whatever_is_pressed_and_answered_the_console_holds() {
    let mut walked = Walked::default();
    let seeds = seeds(12);
    for seed in &seeds {
        walk(*seed, &mut walked);
    }
    if seeds.len() > 1 {
        let missing: Vec<usize> = (0..KINDS).filter(|kind| !walked.kinds.contains(kind)).collect();
        assert!(missing.is_empty(), "these kinds of events never came up: {missing:?}");
        assert!(walked.wrote > 0, "no yes was ever given");
        assert!(walked.in_part > 0, "no picture was ever drawn in part");
    }
}

#[test]
#[ignore = "by night: a hundred times as many"]
fn whatever_is_pressed_and_answered_the_console_holds_all_night() {
    for seed in seeds(1200) {
        walk(seed, &mut Walked::default());
    }
}
