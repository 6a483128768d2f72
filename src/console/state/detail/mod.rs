//! All that is known of one task, as lines: four of them under the queue, or the whole to scroll through.
//!
//! | file | what |
//! |---|---|
//! | `compact` | the four lines of a task, and those of a pull request |
//! | `full` | the whole |
//! | `sides` | task, session, run and pull request, each with its source and its age |
//! | `found` | what its log was found to say, and what it tells of the run |
//! | `alerts` | what an operator must know first, with its evidence |
//! | `pull` | one pull request as a page |
//! | `page` | lines being filled, each with a label |
//! | `pieces` | the words they share |

mod alerts;
mod compact;
mod found;
mod full;
mod page;
mod pieces;
mod pull;
mod sides;

pub use compact::{compact, compact_pull};
pub use full::full;
pub use pieces::{base_ref, duration, opening, took};
pub use pull::{load_tone, page as pull_page, page_status};
