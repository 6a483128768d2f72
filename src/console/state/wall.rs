//! The wall: the last lines of many logs at once, for a screen nobody types at.
//!
//! A tile keeps its place while its task is there. One that ended stays until its place is needed: what happened last is
//! what a wall is looked at for.

use super::layout::Area;
use super::log::Shown;
use crate::domain::TaskId;

/// Most tiles on one screen: each is a log that is followed.
pub const MOST: usize = 16;
/// A rule and three lines.
const LEAST_ROWS: u16 = 4;
/// From this many columns on tiles may stand side by side.
const COLUMNS_FROM: u16 = 160;

#[derive(Debug, Default)]
pub struct Wall {
    /// Every task of the wall, in the order of their places.
    pub tasks: Vec<TaskId>,
    /// The logs of the tasks on this screen, in order.
    pub tiles: Vec<Shown>,
    /// Which of all tasks the cursor is on.
    pub cursor: usize,
    /// The task the cursor goes to as soon as it is there.
    pub wanted: Option<TaskId>,
    /// Not only what the queue's present view lists.
    pub all: bool,
}

impl Wall {
    /// Where the tiles of a screen stand: under the wall's own rule. As many as there are tasks for, or as fit.
    pub fn areas(body: Area, tasks: usize) -> Vec<Area> {
        let room = Area { y: body.y.saturating_add(1), height: body.height.saturating_sub(1), ..body };
        let fit = usize::from(room.height / LEAST_ROWS);
        let columns: u16 = if tasks > fit && room.width >= COLUMNS_FROM { 2 } else { 1 };
        let count = tasks.min(fit * usize::from(columns)).min(MOST);
        let rows = count.div_ceil(usize::from(columns)).max(1);
        (0..count)
            .map(|n| {
                let (column, row) = (n / rows, n % rows);
                let share = |n: usize, of: u16, parts: usize| u16::try_from(usize::from(of) * n / parts).unwrap_or(of);
                let (y, end) = (share(row, room.height, rows), share(row + 1, room.height, rows));
                let width = if columns == 2 { room.width / 2 } else { room.width };
                // One column between the two stays empty.
                let x = if column == 0 { 0 } else { width + 1 };
                let width = if column == 0 { width } else { room.width - x };
                Area { x: room.x + x, y: room.y + y, width, height: end - y }
            })
            .collect()
    }

    /// Tasks on one screen.
    pub fn capacity(body: Area, tasks: usize) -> usize {
        Self::areas(body, tasks).len().max(1)
    }

    /// The tasks on this screen: those of the cursor's page.
    pub fn page(&self, body: Area) -> &[TaskId] {
        let capacity = Self::capacity(body, self.tasks.len());
        let start = self.cursor / capacity * capacity;
        let end = (start + capacity).min(self.tasks.len());
        self.tasks.get(start..end).unwrap_or_default()
    }

    pub fn selected(&self) -> Option<&TaskId> {
        self.tasks.get(self.cursor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn tiles_never_overlap_never_leave_the_screen_and_stacked_ones_fill_it() {
        for width in [40, 80, 160, 200] {
            for height in 2..80 {
                let body = Area { x: 0, y: 2, width, height };
                for tasks in 0..40 {
                    let areas = Wall::areas(body, tasks);
                    assert!(areas.len() <= tasks.min(MOST));
                    for (i, a) in areas.iter().enumerate() {
                        assert!(a.y > body.y && a.bottom() <= body.bottom() && a.right() <= body.right(), "{a:?}");
                        assert!(a.height >= LEAST_ROWS, "{a:?}");
                        for b in &areas[i + 1..] {
                            let apart = a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
                            assert!(apart, "{a:?} {b:?}");
                        }
                    }
                    if areas.iter().all(|a| a.width == width) && !areas.is_empty() {
                        assert_eq!(areas.iter().map(|a| a.height).sum::<u16>(), height - 1);
                    }
                }
            }
        }
    }

    #[test]
    fn every_task_is_on_some_page() {
        let body = Area { x: 0, y: 0, width: 80, height: 22 };
        let mut wall = Wall { tasks: (0..13).map(|n| TaskId::new(n.to_string())).collect(), ..Wall::default() };
        let mut seen = Vec::new();
        while wall.cursor < wall.tasks.len() {
            let page = wall.page(body).to_vec();
            assert!(!page.is_empty());
            wall.cursor += page.len();
            seen.extend(page);
        }
        assert_eq!(seen, wall.tasks);
    }
}
