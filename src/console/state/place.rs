//! Where the operator is: which pane has the keys, what is zoomed, what covers it.

use super::layout::Size;
use crate::console::keys::{Chord, Context};
use crate::domain::Instant;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    #[default]
    Queue,
    Log,
    Reviews,
    Compose,
}

impl Pane {
    pub const ALL: [Self; 4] = [Self::Queue, Self::Log, Self::Reviews, Self::Compose];

    pub fn title(self) -> &'static str {
        match self {
            Self::Queue => "Queue",
            Self::Log => "Log",
            Self::Reviews => "Reviews",
            Self::Compose => "Compose",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Place {
    pub size: Size,
    pub focus: Pane,
    /// The focused pane has the whole body.
    pub zoomed: bool,
    /// The ledger, where it is open, covers the body.
    pub ledger: super::ledger::Ledger,
    /// The automations, where they are open, cover the body.
    pub automations: Option<Box<super::automations::pane::AutomationsPane>>,
    /// What is kept of them while they are closed.
    pub automating: Box<super::automations::pane::Kept>,
    /// The cancels, where they are open, cover the body.
    pub cancels: Option<super::cancels::CancelsPane>,
    /// The same for what can be done here.
    pub doctor: super::doctor::Doctor,
    /// What waits for the operator; where it is open, it covers the body.
    pub inbox: Box<super::inbox::Inbox>,
    /// The full detail of the selected task covers the body; the value is its scroll offset in rows.
    pub detail: Option<usize>,
    /// The help covers the body; scroll offset in rows.
    pub help: Option<usize>,
    /// Side by side instead of stacked, from 160 columns on.
    pub columns: bool,
    /// Rows added to the queue (or taken from it) in the dashboard.
    pub queue_extra: i16,
    /// The same for the reviews.
    pub reviews_extra: i16,
    /// A log file stands alone: `atc open`.
    pub log_only: bool,
    /// `columns` is what the operator chose, not the configuration.
    pub columns_chosen: bool,
    /// How the panes stood when that was last told on.
    pub seat: super::seat::Seat,
    /// Lines typed after `:`, and after `/` in the queue and among the automations.
    pub history: super::history::History,
    /// The places visited.
    pub trail: Box<super::trail::Trail>,
    /// Going to anything; where it is open, it has the keys.
    pub palette: Option<Box<super::palette::Palette>>,
    pub tour: Box<super::tour::Tour>,
    /// Keys pressed that are the beginning of something longer, and where they were.
    pub prefix: Option<(Context, Vec<Chord>)>,
    /// Where and when the last click was that may become a double one: column and row.
    pub clicked: Option<(Instant, u16, u16)>,
    /// When a key was last pressed that a question did not hear.
    pub unheard_at: Option<Instant>,
    /// When the screen as it is will read differently by itself: set at the end of every update.
    pub wake: Option<Instant>,
    /// Until then nothing in the picture reads differently; some of it may read old a little longer.
    pub holds_until: Option<Instant>,
    /// That time is over, and no picture was drawn since.
    pub aged: bool,
    /// The header says something else than in the picture before, and nothing besides does.
    pub header_moved: bool,
}
