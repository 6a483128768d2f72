//! The compose pane: the list one starts from; then fields, prompt, verdict and request.

pub(super) mod fields;
pub mod follow_up;
mod foot;
mod issues;
mod list;
mod pane;
mod plan;
pub(super) mod prompt;
mod repos;
#[cfg(test)]
mod tests;
pub(super) mod words;

pub use pane::draw;
