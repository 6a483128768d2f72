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

/// Sorts all places. Names are copied side by side first, because to look up each where it lies costs more than all the
/// rest; those that begin alike are sorted by what follows, a piece at a time.
pub fn sort(tasks: &Tasks, order: Order, places: &mut [Place]) {
    if order.by != Column::Name {
        return places.sort_unstable_by(|a, b| compare(tasks, order, a, b));
    }
    let mut names = Names { text: Vec::new(), reversed: order.reversed };
    let named = |place: &Place| Named { piece: place.key, name: names.add(tasks, place), place: *place };
    let mut named: Vec<Named> = places.iter().map(named).collect();
    names.sort(&mut named, &|a, b| compare(tasks, order, a, b));
    for (to, from) in places.iter_mut().zip(named) {
        *to = from.place;
    }
}

/// Bytes of a text in a key.
const PIECE: usize = 15;
/// Names that are alike for longer are compared whole.
const MOST_ALIKE: usize = 8 * PIECE;

/// The names of many places, as far as they are sorted by pieces.
struct Names {
    text: Vec<u8>,
    reversed: bool,
}

#[derive(Clone, Copy)]
struct Named {
    /// What it is sorted by at present.
    piece: u128,
    /// What of its name follows that: from where to where in the text.
    name: (u32, u32),
    place: Place,
}

impl Names {
    /// What follows the piece that is in the place's key.
    fn add(&mut self, tasks: &Tasks, place: &Place) -> (u32, u32) {
        let name = tasks.at(place.slot).map(first_line).unwrap_or_default().as_bytes();
        let begun = self.text.len();
        self.text.extend(name.iter().take(MOST_ALIKE).skip(PIECE));
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (at(begun), at(self.text.len()))
    }

    /// Sorts what is the same up to the present piece; the rest by comparing whole.
    fn sort(&self, named: &mut [Named], whole: &impl Fn(&Place, &Place) -> Ordering) {
        named.sort_unstable_by_key(|named| named.piece);
        for alike in named.chunk_by_mut(|a, b| a.piece == b.piece).filter(|alike| alike.len() > 1) {
            if alike.iter().any(|named| named.name.0 < named.name.1) {
                for named in alike.iter_mut() {
                    self.next_piece(named);
                }
                self.sort(alike, whole);
            } else {
                alike.sort_unstable_by(|a, b| whole(&a.place, &b.place));
            }
        }
    }

    fn next_piece(&self, named: &mut Named) {
        let (from, to) = named.name;
        let rest = self.text.get(from as usize..to as usize).unwrap_or_default();
        let piece = bytes(rest);
        named.piece = if self.reversed { u128::MAX - piece } else { piece };
        named.name.0 = to.min(from.saturating_add(PIECE as u32));
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
            let rank = checks.map_or(4, |c| match c {
                c if c.failed > 0 => 0,
                c if c.needs_approval > 0 => 1,
                c if c.pending > 0 => 2,
                _ => 3,
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
