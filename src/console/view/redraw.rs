//! What changed, drawn into the picture before. A key that moves a cursor costs its own panes, not the whole screen.

use ratatui::buffer::{Buffer, Cell};

use super::{Theme, draw, parts, queue, safe};
use crate::console::keys::Context;
use crate::console::state::Model;
use crate::console::state::layout::{Area, Panes};

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
    let (panes, cursor_rows) = stale(model);
    let areas = || panes.all().chain(cursor_rows.iter().copied());
    areas().for_each(|area| safe::clear(buffer, area));
    // In the order of the whole picture: where a low screen has the last line over a row, it is the line that is seen.
    if let Some(queue) = model.place.panes().queue.filter(|_| !cursor_rows.is_empty()) {
        queue::cursor(model, theme, queue, buffer);
    }
    let cursor = parts(model, theme, &panes, buffer);
    if theme.ascii {
        safe::to_ascii(buffer);
    }
    debug_assert!(is_whole(model, theme, buffer, cursor), "{}", missed(model, theme, buffer));
    let mut rows = vec![false; usize::from(buffer.area.height)];
    for area in areas() {
        rows.get_mut(usize::from(area.y)..usize::from(area.bottom())).unwrap_or_default().fill(true);
    }
    Drawn { cursor, rows: Some(rows) }
}

/// Nothing stands over the panes, and nothing is typed.
fn is_plain(model: &Model) -> bool {
    matches!(model.context(), Context::Queue | Context::Log | Context::Reviews)
        && !model.place.too_small()
        && model.place.panes().compose.is_none()
}

/// The panes in which something changed, and of the queue, where it is not one of them, the rows.
fn stale(model: &Model) -> (Panes, Vec<Area>) {
    let all = model.place.panes();
    let (queue, log, reviews) = (model.queue.moved, model.log.moved, model.reviews.moved);
    let rows = all.queue.filter(|_| queue).and_then(|area| queue::left_and_reached(model, area));
    let panes = Panes {
        header: all.header.filter(|_| model.place.header_moved),
        queue: all.queue.filter(|_| queue && rows.is_none()),
        detail: all.detail.filter(|_| queue || reviews),
        log: all.log.filter(|_| log),
        reviews: all.reviews.filter(|_| reviews),
        // It tells what can be done with what the cursor is on.
        footer: all.footer,
        tabs: None,
        compose: None,
        body: all.body,
    };
    (panes, rows.into_iter().flatten().collect())
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
