//! What changed, drawn into the picture before. A key that moves a cursor costs its own panes, not the whole screen.

use ratatui::buffer::{Buffer, Cell};

use super::{Theme, draw, parts, safe};
use crate::console::keys::Context;
use crate::console::state::Model;
use crate::console::state::layout::Area;

/// A picture, and what may differ in it from the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Where the text cursor belongs, if anywhere.
    pub cursor: Option<(u16, u16)>,
    /// The rows that were drawn. `None`: all.
    pub rows: Option<Vec<bool>>,
}

/// Draws what the picture before does not show, or all of it. `holds_last`: the buffer holds that picture.
pub fn redraw(model: &Model, theme: &Theme, buffer: &mut Buffer, holds_last: bool) -> Drawn {
    if !holds_last || model.dirty || model.place.aged || !is_plain(model) {
        return Drawn { cursor: draw(model, theme, buffer), rows: None };
    }
    let rows = stale(model, buffer.area.height);
    let width = usize::from(buffer.area.width).max(1);
    for (row, _) in buffer.content.chunks_mut(width).zip(&rows).filter(|(_, stale)| **stale) {
        row.iter_mut().for_each(Cell::reset);
    }
    let drawn = |area: &Area| rows.get(usize::from(area.y)) == Some(&true);
    let cursor = parts(model, theme, &model.place.panes().filter(drawn), buffer);
    if theme.ascii {
        safe::to_ascii(buffer);
    }
    debug_assert!(is_whole(model, theme, buffer, cursor), "{}", missed(model, theme, buffer));
    Drawn { cursor, rows: Some(rows) }
}

/// Nothing stands over the panes, and nothing is typed.
fn is_plain(model: &Model) -> bool {
    matches!(model.context(), Context::Queue | Context::Log | Context::Reviews)
        && !model.place.too_small()
        && model.place.panes().compose.is_none()
}

/// The rows in which something changed, and with them those of the panes beside: a row is drawn whole.
fn stale(model: &Model, height: u16) -> Vec<bool> {
    let panes = model.place.panes();
    let changed = [
        (model.place.header_moved, [panes.header, None]),
        (model.queue.moved, [panes.queue, panes.detail]),
        (model.log.moved, [panes.log, None]),
        (model.reviews.moved, [panes.reviews, panes.detail]),
    ];
    let changed = changed.into_iter().filter(|(moved, _)| *moved).flat_map(|(_, areas)| areas);
    let mut rows = vec![false; usize::from(height)];
    let span = |area: Area| usize::from(area.y.min(height))..usize::from(area.bottom().min(height));
    // The footer tells what can be done with what the cursor is on.
    let mut next = changed.chain([panes.footer]).flatten().collect::<Vec<_>>();
    while let Some(area) = next.pop() {
        rows.get_mut(span(area)).unwrap_or_default().fill(true);
        next.extend(panes.all().find(|area| {
            let rows = rows.get(span(*area)).unwrap_or_default();
            rows.contains(&true) && rows.contains(&false)
        }));
    }
    rows
}

fn is_whole(model: &Model, theme: &Theme, buffer: &Buffer, cursor: Option<(u16, u16)>) -> bool {
    let mut whole = Buffer::empty(buffer.area);
    draw(model, theme, &mut whole) == cursor && whole == *buffer
}

/// The first row in which drawing all of it shows something else.
fn missed(model: &Model, theme: &Theme, buffer: &Buffer) -> String {
    let mut whole = Buffer::empty(buffer.area);
    draw(model, theme, &mut whole);
    let width = usize::from(buffer.area.width).max(1);
    let text = |row: &[Cell]| row.iter().map(Cell::symbol).collect::<String>();
    let rows = whole.content.chunks(width).zip(buffer.content.chunks(width)).enumerate();
    let differs = rows.into_iter().find(|(_, (whole, drawn))| whole != drawn);
    differs.map_or_else(String::new, |(y, (whole, drawn))| {
        format!("row {y}: {:?} drawn, {:?} is so", text(drawn), text(whole))
    })
}
