//! What the screen looks like, as data: what a text means ([`Tone`]), how that is painted ([`Paint`], [`Ink`]), all of it
//! together ([`Palette`]), and what a terminal can show of it ([`Depth`], [`Ground`]).
//!
//! ```text
//! theme file ──config──> Palette ──reduced to the Depth, once──> console/view paints each Tone by it
//! ```

mod brush;
mod ink;
mod paint;
mod palette;
mod terminal;
mod tone;

pub use brush::Brush;
pub use ink::{Ink, Rgb};
pub use paint::{Marks, Paint};
pub use palette::Palette;
pub use terminal::{Depth, Ground};
pub use tone::Tone;
