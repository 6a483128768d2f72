//! Where things are on the screen, as numbers. Update needs them for paging, view for drawing; both ask here.

use super::place::{Pane, Place};
use crate::console::keys::Intent;

/// Columns and rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    pub fn bottom(self) -> u16 {
        self.y.saturating_add(self.height)
    }

    pub fn right(self) -> u16 {
        self.x.saturating_add(self.width)
    }

    pub fn contains(self, column: u16, row: u16) -> bool {
        (self.x..self.right()).contains(&column) && (self.y..self.bottom()).contains(&row)
    }

    /// Rows under the title rule.
    pub fn body_rows(self) -> usize {
        usize::from(self.height.saturating_sub(1))
    }

    /// The first `rows` rows, and what is left under them.
    fn split_top(self, rows: u16) -> (Self, Self) {
        let rows = rows.min(self.height);
        let top = Self { height: rows, ..self };
        (top, Self { y: self.y.saturating_add(rows), height: self.height - rows, ..self })
    }
}

/// Where in its pane a line is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    Top,
    Middle,
    Bottom,
}

impl Put {
    pub fn of(intent: Intent) -> Option<Self> {
        match intent {
            Intent::LineToTop => Some(Self::Top),
            Intent::CenterLine => Some(Self::Middle),
            Intent::LineToBottom => Some(Self::Bottom),
            _ => None,
        }
    }

    /// How many rows are to be above what is put there, which has so many itself.
    pub fn rows_above(self, height: usize, rows: usize) -> usize {
        let spare = height.saturating_sub(rows);
        match self {
            Self::Top => 0,
            Self::Middle => spare / 2,
            Self::Bottom => spare,
        }
    }
}

/// Where each part stands. `None`: not on the screen. A pane's area includes its title rule (the first row).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panes {
    pub header: Option<Area>,
    pub tabs: Option<Area>,
    pub queue: Option<Area>,
    pub detail: Option<Area>,
    pub log: Option<Area>,
    pub reviews: Option<Area>,
    pub compose: Option<Area>,
    pub footer: Option<Area>,
    /// All between header or tabs and footer: what help and the full detail cover.
    pub body: Option<Area>,
}

impl Panes {
    /// Those that are there.
    pub fn all(&self) -> impl Iterator<Item = Area> {
        let Self { header, tabs, queue, detail, log, reviews, compose, footer, body: _ } = *self;
        [header, tabs, queue, detail, log, reviews, compose, footer].into_iter().flatten()
    }
}

/// Below this there is nothing but a line that says so.
pub const MIN: Size = Size { width: 40, height: 10 };
/// From this many rows on queue, log and reviews stand together.
pub const DASHBOARD_ROWS: u16 = 30;
/// From this many rows on the dashboard has the detail of the selected task, too.
const DASHBOARD_DETAIL_ROWS: u16 = 40;
/// From this many columns on panes may stand side by side.
pub const COLUMNS_FROM: u16 = 160;
/// The compact detail: a rule and four lines.
pub const DETAIL_ROWS: u16 = 5;
/// From this many rows on a list, alone on the screen, has the detail of its selected row under it.
const LIST_DETAIL_ROWS: u16 = 20;
/// No pane of the dashboard gets lower than a rule and two lines.
const PANE_MIN: u16 = 3;

impl Place {
    pub fn too_small(&self) -> bool {
        self.size.width < MIN.width || self.size.height < MIN.height
    }

    /// Several panes stand together.
    pub fn is_dashboard(&self) -> bool {
        self.may_zoom() && !self.zoomed
    }

    /// There are other panes beside this one, or would be.
    pub fn may_zoom(&self) -> bool {
        self.size.height >= DASHBOARD_ROWS && !self.log_only && self.focus != Pane::Compose
    }

    /// Where the panes stand at the present size, focus and zoom.
    pub fn panes(&self) -> Panes {
        if self.too_small() {
            return Panes::default();
        }
        let screen = Area { x: 0, y: 0, width: self.size.width, height: self.size.height };
        let (header, rest) = screen.split_top(1);
        let (body, footer) = rest.split_top(rest.height - 1);
        let mut panes = Panes { header: Some(header), footer: Some(footer), body: Some(body), ..Panes::default() };
        if self.log_only {
            panes.log = Some(body);
            return panes;
        }
        let (tabs, body) = body.split_top(1);
        panes.tabs = Some(tabs);
        panes.body = Some(body);
        if self.is_dashboard() {
            self.dashboard(&mut panes, body);
        } else {
            self.single(&mut panes, body);
        }
        panes
    }

    fn single(&self, panes: &mut Panes, body: Area) {
        match self.focus {
            Pane::Queue if self.size.height >= LIST_DETAIL_ROWS => {
                let (queue, detail) = body.split_top(body.height - DETAIL_ROWS);
                panes.queue = Some(queue);
                panes.detail = Some(detail);
            }
            Pane::Reviews if self.size.height >= LIST_DETAIL_ROWS => {
                let (reviews, detail) = body.split_top(body.height - DETAIL_ROWS);
                panes.reviews = Some(reviews);
                panes.detail = Some(detail);
            }
            Pane::Queue => panes.queue = Some(body),
            Pane::Log => panes.log = Some(body),
            Pane::Reviews => panes.reviews = Some(body),
            Pane::Compose => panes.compose = Some(body),
        }
    }

    fn dashboard(&self, panes: &mut Panes, body: Area) {
        let detail = if self.size.height >= DASHBOARD_DETAIL_ROWS { DETAIL_ROWS } else { 0 };
        let reviews = wanted(body.height / 5, self.reviews_extra, body.height - detail - 2 * PANE_MIN);
        let upper_rows = body.height - reviews;
        let (upper, lower) = body.split_top(upper_rows);
        panes.reviews = Some(lower);
        if self.columns && self.size.width >= COLUMNS_FROM {
            // One column between the two stays empty.
            let left = Area { width: upper.width / 2, ..upper };
            let x = left.right() + 1;
            panes.log = Some(Area { x, width: upper.right() - x, ..upper });
            let (queue, rest) = left.split_top(left.height - detail);
            panes.queue = Some(queue);
            panes.detail = (detail > 0).then_some(rest);
        } else {
            let queue = wanted(body.height / 3, self.queue_extra, upper_rows - detail - PANE_MIN);
            let (queue, rest) = upper.split_top(queue);
            let (under, log) = rest.split_top(detail);
            panes.queue = Some(queue);
            panes.detail = (detail > 0).then_some(under);
            panes.log = Some(log);
        }
    }

    /// The lower part of the screen, above the footer: where a question is asked and a long note is read.
    pub fn over(&self, rows: u16) -> Area {
        let height = self.size.height.saturating_sub(1);
        let rows = rows.min(height.saturating_sub(1));
        Area { x: 0, y: height - rows, width: self.size.width, height: rows }
    }
}

/// The usual share plus what the operator added, within the possible.
fn wanted(share: u16, extra: i16, most: u16) -> u16 {
    share.saturating_add_signed(extra).clamp(PANE_MIN, most.max(PANE_MIN))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    fn places() -> Vec<Place> {
        let mut all = Vec::new();
        for focus in [Pane::Queue, Pane::Log, Pane::Reviews, Pane::Compose] {
            for (zoomed, columns, log_only) in
                [(false, false, false), (true, false, false), (false, true, false), (false, false, true)]
            {
                for extra in [-100, 0, 3, 100] {
                    all.push(Place {
                        focus,
                        zoomed,
                        columns,
                        log_only,
                        queue_extra: extra,
                        reviews_extra: -extra,
                        ..Place::default()
                    });
                }
            }
        }
        all
    }

    fn areas(p: &Panes) -> Vec<Area> {
        [p.header, p.tabs, p.queue, p.detail, p.log, p.reviews, p.compose, p.footer].into_iter().flatten().collect()
    }

    #[test]
    fn parts_never_overlap_and_never_leave_the_screen_at_any_size() {
        for mut place in places() {
            for width in 1..=200 {
                for height in 1..=80 {
                    place.size = Size { width, height };
                    let areas = areas(&place.panes());
                    for (i, a) in areas.iter().enumerate() {
                        assert!(a.right() <= width && a.bottom() <= height, "{a:?} leaves {width}×{height}");
                        assert!(a.width > 0 && a.height > 0, "{a:?} is nothing at {width}×{height}");
                        for b in areas.get(i + 1..).unwrap() {
                            let apart = a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
                            assert!(apart, "{a:?} and {b:?} at {width}×{height} {place:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn stacked_parts_leave_no_row_unused() {
        for mut place in places() {
            place.columns = false;
            for height in MIN.height..=80 {
                place.size = Size { width: 100, height };
                let used: u16 = areas(&place.panes()).iter().map(|a| a.height).sum();
                assert_eq!(used, height, "{place:?}");
            }
        }
    }

    #[test]
    fn the_size_decides_what_stands_together() {
        let at = |width, height| Place { size: Size { width, height }, ..Place::default() }.panes();
        assert_eq!(at(39, 40), Panes::default());
        assert_eq!(at(40, 9), Panes::default());
        assert!(at(80, 24).tabs.is_some() && at(80, 24).detail.is_some() && at(80, 24).log.is_none());
        assert!(at(80, 19).detail.is_none());
        let dashboard = at(80, 30);
        assert!(dashboard.tabs.is_some() && dashboard.log.is_some() && dashboard.reviews.is_some());
        assert!(dashboard.detail.is_none() && at(80, 40).detail.is_some());
    }

    #[test]
    fn panes_stand_side_by_side_only_by_choice_and_where_there_is_room() {
        let at = |width, columns| Place { size: Size { width, height: 45 }, columns, ..Place::default() }.panes();
        assert_eq!(at(160, false).log.unwrap().x, 0);
        assert_eq!(at(159, true).log.unwrap().x, 0);
        assert!(at(160, true).log.unwrap().x > 0);
    }
}
