//! Strangers' words made safe to show.
//!
//! Every string that came from outside is an [`Untrusted`]. It has no `Display` and turns into nothing a
//! terminal, a file name or a shell would act on, except through the ways out here: [`Safe`] for one line of
//! plain text, [`StyledLine`] for text whose colours are kept, and [`sink`] for the places
//! outside the cell grid, which are stricter.

mod clean;
mod escape;
pub mod near;
pub mod redact;
mod reveal;
pub mod safe;
pub mod signs;
pub mod sink;
pub mod style;
pub mod typed;
pub mod untrusted;
pub mod width;

pub use safe::Safe;
pub use style::{Colour, Sgr, StyledLine};
pub use untrusted::Untrusted;
