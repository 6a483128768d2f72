//! The compose pane: the list one starts from; then fields, prompt, verdict and request.

mod fields;
pub mod follow_up;
mod foot;
mod list;
mod pane;
mod prompt;
#[cfg(test)]
mod tests;
mod words;

pub use pane::draw;
