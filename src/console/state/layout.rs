//! Where things are on the screen, as numbers. Update needs them for paging, view for drawing; both ask here.

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
}
