//! The compose pane: choose a template, fill it, edit the prompt, start.

mod assign;
mod form;
mod issues;
mod list;
mod say;
mod start;
#[cfg(test)]
mod tests;

pub use assign::confirmed as assign_confirmed;
pub use form::{edited, intent, key, paste};
pub use issues::{command as issue_command, news as issue_news};
pub use list::{agents, drafts, look, open, templates};
pub use start::{asked_pull, confirmed, started};
