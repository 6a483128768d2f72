//! What a task is sorted by, as one number: comparing two rows costs one comparison, whatever the column.

use std::cmp::Ordering;

use chrono::TimeDelta;

use crate::console::state::queue::Place;
use crate::console::state::tasks::{Slot, Tasks};
use crate::console::state::world::{Known, PullOf, World};
use crate::domain::{Column, Instant, Order};

/// Values are below this, what is not known is above: it comes last whichever way the list is turned.
const UNKNOWN: u128 = 1 << 120;

/// A task's place in an order at a moment.
pub fn place(world: &World, order: Order, slot: Slot, known: &Known, now: Instant) -> Place {
    let key = match value(world, order.by, known, now) {
        Some(value) if order.reversed => UNKNOWN - 1 - value,
        Some(value) => value,
        None => UNKNOWN,
    };
    Place { key, created: known.task.created_at.timestamp_micros(), slot }
}

/// How two places stand to each other. Ties keep their order both ways, the newest first, so that turning the sort round
/// moves nothing it need not.
pub fn compare(tasks: &Tasks, order: Order, a: &Place, b: &Place) -> Ordering {
    let rest = || {
        // To look a task up costs more than all the rest: only where its name decides.
        let texts = match order.by {
            Column::Name => {
                let name = |place: &Place| tasks.at(place.slot).map(first_line);
                name(a).cmp(&name(b))
            }
            _ => Ordering::Equal,
        };
        let texts = if order.reversed { texts.reverse() } else { texts };
        texts.then_with(|| b.created.cmp(&a.created)).then_with(|| {
            let id = |place: &Place| tasks.at(place.slot).map(|known| &known.task.at.id);
            id(a).cmp(&id(b))
        })
    };
    a.key.cmp(&b.key).then_with(rest)
}

/// Sorts all places: by the key's upper half, those alike by its lower half, then by what follows of the name, then the
/// newest first. Only a number and a place's index are moved about.
pub fn sort(tasks: &Tasks, order: Order, places: &mut [Place]) {
    let names = (order.by == Column::Name).then(|| Names::of(tasks, places));
    let sorter = Sorter { tasks, order, places, names };
    let mut turns: Vec<Turn> = (0..).take(places.len()).map(|at| Turn { piece: 0, at }).collect();
    sorter.sort(&mut turns, 0);
    let sorted: Vec<Place> = turns.iter().filter_map(|turn| places.get(turn.at as usize)).copied().collect();
    for (to, from) in places.iter_mut().zip(sorted) {
        *to = from;
    }
}

/// Bytes of a text in a key.
const PIECE: usize = 15;
/// Names that are alike for longer are compared whole.
const MOST_ALIKE: usize = 128;

/// A place while it is sorted: what it is compared by at present, and its index.
#[derive(Clone, Copy)]
struct Turn {
    piece: u64,
    at: u32,
}

struct Sorter<'a> {
    tasks: &'a Tasks,
    order: Order,
    places: &'a [Place],
    names: Option<Names>,
}

impl Sorter<'_> {
    /// Sorts what is alike in all pieces before this one.
    fn sort(&self, turns: &mut [Turn], piece: usize) {
        if turns.len() < 2 {
            return;
        }
        for turn in &mut *turns {
            turn.piece = self.piece(turn.at as usize, piece);
        }
        turns.sort_unstable_by_key(|turn| turn.piece);
        for alike in turns.chunk_by_mut(|a, b| a.piece == b.piece) {
            if piece < self.last_piece() {
                self.sort(alike, piece + 1);
            } else if alike.len() > 1 {
                let place = |turn: &Turn| self.places.get(turn.at as usize);
                alike.sort_unstable_by(|a, b| match (place(a), place(b)) {
                    (Some(a), Some(b)) => compare(self.tasks, self.order, a, b),
                    (a, b) => a.is_some().cmp(&b.is_some()),
                });
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "halves of a number")]
    fn piece(&self, at: usize, piece: usize) -> u64 {
        let Some(place) = self.places.get(at) else { return 0 };
        match (piece, &self.names) {
            (0, _) => (place.key >> 64) as u64,
            (1, _) => place.key as u64,
            (_, None) => u64::MAX - (place.created.cast_unsigned() ^ 1 << 63),
            (_, Some(names)) => {
                let piece = names.piece(at, (piece - 2) * 8);
                if self.order.reversed { u64::MAX - piece } else { piece }
            }
        }
    }

    /// After it whole places are compared.
    fn last_piece(&self) -> usize {
        self.names.as_ref().map_or(2, |names| 1 + names.longest.div_ceil(8))
    }
}

/// What follows of the names after what is in the keys, side by side: to look up each where it lies costs more than all
/// the rest.
struct Names {
    text: Vec<u8>,
    /// Where each begins, and where the last ends.
    begins: Vec<u32>,
    longest: usize,
}

impl Names {
    fn of(tasks: &Tasks, places: &[Place]) -> Self {
        let at = |text: &Vec<u8>| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let mut names = Self { text: Vec::new(), begins: vec![0], longest: 0 };
        for place in places {
            let name = tasks.at(place.slot).map(first_line).unwrap_or_default().as_bytes();
            let rest = name.get(PIECE..name.len().min(MOST_ALIKE)).unwrap_or_default();
            names.text.extend_from_slice(rest);
            names.begins.push(at(&names.text));
            names.longest = names.longest.max(rest.len());
        }
        names
    }

    /// The eight bytes from `from` on.
    fn piece(&self, at: usize, from: usize) -> u64 {
        let edge = |at: usize| self.begins.get(at).map_or(0, |begin| *begin as usize);
        let name = self.text.get(edge(at)..edge(at + 1)).unwrap_or_default();
        let rest = name.get(from..).unwrap_or_default();
        let mut piece = [0; 8];
        for (to, from) in piece.iter_mut().zip(rest) {
            *to = *from;
        }
        u64::from_be_bytes(piece)
    }
}

/// The name in lower case.
fn first_line(known: &Known) -> &str {
    known.hay.split('\n').next().unwrap_or_default()
}

fn value(world: &World, column: Column, known: &Known, now: Instant) -> Option<u128> {
    let task = &known.task;
    match column {
        Column::State => {
            let rank = u128::from(known.condition(now).rank());
            Some(rank << 64 | newest_first(minute(known.condition_since(now))))
        }
        Column::Name => Some(text(first_line(known))),
        Column::Repo => Some(text(task.at.repo.as_str())),
        // The newest pull, the most sessions and the dearest first.
        Column::Pull => pull(world, known).map(|pull| most_first(pull.number)),
        Column::Checks => pull(world, known).map(|pull| {
            let checks = pull.checks.as_ref();
            let rank = checks.map_or(5, |c| match c {
                c if c.failed > 0 => 0,
                c if c.needs_approval > 0 => 1,
                c if c.pending > 0 => 2,
                c if c.unclear().is_some() => 3,
                _ => 4,
            });
            rank << 64 | most_first(checks.map_or(0, |c| u64::from(c.failed)))
        }),
        Column::Sessions => known.sessions().map(most_first),
        Column::Agent => task.custom_agent.as_ref().map(|agent| lower(agent.raw_for_match())),
        Column::Model => task.latest_session()?.model_name().map(|model| lower(model.raw_for_match())),
        Column::Creator => world.login(task).map(|login| lower(login.raw_for_match())),
        Column::Cost => {
            let cost = task.cost()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a price, only to sort by")]
            let requests = (cost.premium_requests.max(0.0) * 100.0) as u32;
            let credits = u64::try_from(cost.nano_credits).unwrap_or(u64::MAX);
            Some(most_first(credits) << 32 | u128::from(u32::MAX - requests))
        }
        Column::InState => Some(newest_first(minute(known.condition_since(now)))),
        Column::Updated => Some(newest_first(task.touched_at())),
        Column::Age => Some(newest_first(task.created_at)),
    }
}

fn pull<'a>(world: &'a World, known: &Known) -> Option<&'a crate::domain::Pull> {
    match world.pull_of(&known.task) {
        Some(PullOf::Known(pull)) => Some(pull),
        _ => None,
    }
}

/// The first bytes of a text, in its own order.
fn text(text: &str) -> u128 {
    bytes(text.as_bytes())
}

/// The same of the text in lower case.
fn lower(whole: &str) -> u128 {
    if !whole.is_ascii() {
        return text(&whole.to_lowercase());
    }
    let mut first = [0; PIECE];
    for (to, from) in first.iter_mut().zip(whole.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    bytes(&first)
}

fn bytes(bytes: &[u8]) -> u128 {
    let mut first = [0; PIECE + 1];
    for (to, from) in first.iter_mut().skip(1).zip(bytes) {
        *to = *from;
    }
    u128::from_be_bytes(first)
}

fn most_first(number: u64) -> u128 {
    u128::from(u64::MAX - number)
}

fn newest_first(at: Instant) -> u128 {
    // Shifted, so that times before 1970 keep their order, too.
    most_first(at.timestamp_micros().cast_unsigned() ^ 1 << 63)
}

/// The whole minute: a time the service touches again within it moves no row.
fn minute(at: Instant) -> Instant {
    at - TimeDelta::seconds(at.timestamp().rem_euclid(60))
        - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_times_keep_their_order_as_numbers() {
        assert!(text("") < text("a") && text("a") < text("ab") && text("ab") < text("b"));
        assert!(text("\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}") < UNKNOWN);
        assert_eq!((lower("Mona"), lower("ÉMILE"), lower("")), (text("mona"), text("émile"), text("")));
        let at = |seconds| Instant::UNIX_EPOCH + TimeDelta::seconds(seconds);
        assert!(newest_first(at(5)) < newest_first(at(0)) && newest_first(at(0)) < newest_first(at(-5)));
        assert!(most_first(0) << 32 < UNKNOWN);
    }

    #[test]
    fn names_are_sorted_piece_by_piece_as_they_are_whole() {
        use crate::domain::Task;
        let mut tasks = Tasks::default();
        let long =
            "the very same beginning of a name, again and again and again, for longer than any key is, ".repeat(3);
        for n in 0..600_i64 {
            let name = match n % 4 {
                0 => "short".to_owned(),
                1 => format!("fix flaky retry test in module {}", n * 7919 % 101),
                2 => format!("{long}{}", n * 31 % 17),
                _ => format!("fix flaky retry test in module {}\0{n}", n % 3),
            };
            let task = Task {
                name: name.as_str().into(),
                created_at: Instant::UNIX_EPOCH + TimeDelta::seconds(n % 50),
                ..Task::queued(&format!("t{n:03}"))
            };
            tasks.insert(Known::new(task, format!("{name}\nacme/api").into()));
        }
        let world = World { tasks, ..World::default() };
        for reversed in [false, true] {
            let order = Order { by: Column::Name, reversed };
            let all =
                || world.tasks.iter().map(|(slot, k)| place(&world, order, slot, k, Instant::UNIX_EPOCH)).collect();
            let (mut pieces, mut whole): (Vec<Place>, Vec<Place>) = (all(), all());
            sort(&world.tasks, order, &mut pieces);
            whole.sort_by(|a, b| compare(&world.tasks, order, a, b));
            assert!(pieces == whole, "reversed: {reversed}");
        }
    }
}
