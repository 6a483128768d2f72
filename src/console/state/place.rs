//! Where the operator is: which pane has the keys, what is zoomed, what covers it.

use super::layout::Size;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    #[default]
    Queue,
    Log,
    Reviews,
    Compose,
}

#[derive(Clone, Debug, Default)]
pub struct Place {
    pub size: Size,
    pub focus: Pane,
    /// The focused pane has the whole body.
    pub zoomed: bool,
    /// The full detail of the selected task covers the body; the value is its scroll offset in rows.
    pub detail: Option<usize>,
    /// The help covers the body; scroll offset in rows.
    pub help: Option<usize>,
    /// Side by side instead of stacked, from 160 columns on.
    pub columns: bool,
    /// Rows added to the queue (or taken from it) in the dashboard.
    pub queue_extra: i16,
    /// A log file stands alone: `atc open`.
    pub log_only: bool,
}

impl Place {
    /// Where the panes stand at the present size, focus and zoom.
    pub fn panes(&self) -> super::layout::Panes {
        super::layout::Panes::default()
    }
}
