//! The terminal: its modes, and the way from cells to bytes.
//!
//! ```text
//!            enter                       leave
//! shell's ─────────> ours (raw, alternate screen, mouse, paste, focus, title) ─────────> shell's
//!                     │  ▲                 quit, signal, panic, error, Ctrl-Z, $EDITOR
//!                     ▼  │ frame
//!        view ─cells─> Painter ─bytes─> one write in a thread of its own
//! ```
//!
//! * [`check()`] says whether there is a terminal to work on at all.
//! * [`guard`] owns the modes: entering and leaving are symmetric, can be repeated and work from everywhere. A sleeping
//!   child, the warden, gives the terminal back when the program is killed or aborts.
//! * [`painter`] turns two pictures into the fewest bytes; [`pen`] keeps the colours, [`scroll`] finds scrolled panes,
//!   [`glyphs`] knows what a row of cells really shows, [`links`] which of it are links and where those are understood.
//! * [`Screen`] is the terminal as the loop sees it: [`Tty`] is the real one, [`Unseen`] none at all, [`Paper`] the one of the
//!   tests.

pub mod check;
pub mod clipboard;
pub mod colours;
pub mod glyphs;
pub mod guard;
pub mod links;
pub mod painter;
pub mod paper;
pub mod pen;
pub mod screen;
pub mod scroll;
pub mod tty;
pub mod unseen;
mod warden;

pub use check::check;
pub use painter::Painter;
pub use paper::Paper;
pub use screen::Screen;
pub use tty::{Outside, Tty};
pub use unseen::Unseen;
