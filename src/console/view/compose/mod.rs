//! The compose pane: the list one starts from; then fields, prompt, verdict and request.

mod fields;
mod foot;
mod list;
mod pane;
mod plan;
mod prompt;
mod repos;
#[cfg(test)]
mod tests;
mod words;

pub use pane::draw;
