//! The rows: those of the view that pass the query, in the order, under headings where they are grouped. Nothing is
//! looked at for this but what was found out before.

use crate::console::state::marks::Marks;
use crate::console::state::queue::{Entry, Heading, QueuePane, Row, Tally};
use crate::console::state::tasks::Slot;
use crate::text::Safe;

#[derive(Default)]
pub struct Listing {
    pub rows: Vec<Row>,
    pub headings: Vec<Heading>,
    pub marked: usize,
}

pub fn list(queue: &QueuePane, marks: &Marks) -> Listing {
    let bit = 1 << queue.views.at;
    let entries = &queue.roster.entries;
    let listed = queue.roster.order.iter().filter_map(|place| {
        let entry = entries.get(place.slot.index()).filter(|e| e.passes && e.views & bit != 0)?;
        Some((place.slot, entry))
    });
    if queue.roster.groups.by.is_some() {
        return grouped(queue, marks, listed);
    }
    let mut listing = Listing::default();
    let any = marks.count() > 0;
    let listed = listed.inspect(|(slot, _)| listing.marked += usize::from(any && marks.has(*slot)));
    listing.rows = listed.map(|(slot, _)| Row::Task(slot)).collect();
    listing
}

/// What is listed of one group.
#[derive(Clone, Default)]
struct Inside {
    count: usize,
    tally: Tally,
    /// Where its next row goes.
    next: usize,
}

fn grouped<'a>(queue: &QueuePane, marks: &Marks, listed: impl Iterator<Item = (Slot, &'a Entry)>) -> Listing {
    let names = queue.roster.groups.names();
    let mut groups = vec![Inside::default(); names.len()];
    let mut listing = Listing::default();
    let mut tasks: Vec<(Slot, u32)> = Vec::with_capacity(queue.rows.len());
    for (slot, entry) in listed {
        let Some(inside) = groups.get_mut(entry.group as usize) else { continue };
        tasks.push((slot, entry.group));
        let marked = usize::from(marks.has(slot));
        listing.marked += marked;
        inside.count += 1;
        inside.tally.count(entry.kinds);
        inside.tally.marked += marked;
    }
    let mut named: Vec<_> = names.iter().zip(&mut groups).filter(|(_, inside)| inside.count > 0).collect();
    named.sort_by_key(|(name, _)| *name);
    listing.rows = vec![Row::Heading(0); tasks.len() + named.len()];
    let mut at = 0;
    for (name, inside) in named {
        if let Some(row) = listing.rows.get_mut(at) {
            *row = Row::Heading(listing.headings.len());
        }
        let heading = Heading { title: Safe::new(&name.title), count: inside.count, inside: inside.tally };
        listing.headings.push(heading);
        inside.next = at + 1;
        at = inside.next + inside.count;
    }
    for (slot, group) in tasks {
        let Some(inside) = groups.get_mut(group as usize) else { continue };
        if let Some(row) = listing.rows.get_mut(inside.next) {
            *row = Row::Task(slot);
        }
        inside.next += 1;
    }
    listing
}
