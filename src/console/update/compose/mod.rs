//! The compose pane: choose a template, fill it, edit the prompt, start.

mod form;
mod list;
mod say;
mod start;
#[cfg(test)]
mod tests;

pub use form::{edited, intent, key, paste};
pub use list::{agents, drafts, look, open, templates};
pub use start::{asked_pull, confirmed, started};
