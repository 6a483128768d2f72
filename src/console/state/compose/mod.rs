//! The compose pane: a template, its fields, the prompt, the request.
//!
//! ```text
//! list ──choose──> form ──ctrl+s──> dialog ──yes──> sending ──confirmed──> gone, task selected in the queue
//!  ^                │ ^                                 ├──refused──> form, with the fault and the next step
//!  └── esc: draft ──┘ └────────────── no ───────────────└──unknown──> form, never sent again by itself
//!
//! form ──ctrl+f──> repositories ──several──> the table of a plan (see [`plan`])
//! list ──i──> open issues ──enter──> form about one ──ctrl+s──> dialog ──yes──> sending ──assigned──> gone, its task is
//!                                                                                  └── else as above   looked for
//! ```
//!
//! The prompt follows the fields until it is edited by hand; from then on it is the operator's own.

mod agents;
pub mod clean;
pub mod diff;
mod draft;
pub mod editor;
mod field;
pub mod follow_up;
mod form;
mod gate;
pub mod issues;
pub mod layout;
mod pane;
mod picker;
pub mod plan;
mod subject;
pub mod wrap;

pub use agents::Agents;
pub use draft::{CommentOn, Draft};
pub use editor::{EDITING, UNDO};
pub use field::{Control, Field, FieldId};
pub use form::{Form, Verdict};
pub use gate::{GateSide, known_duplicates};
pub use issues::{Asked, IssueList, IssueSide};
pub use pane::{ComposePane, Row};
pub use picker::Picker;
pub use subject::Subject;
