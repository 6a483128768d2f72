//! The compose pane: choose a template, fill it, edit the prompt, start.

mod form;
mod list;
mod plan;
mod plan_ask;
mod repos;
mod say;
mod start;
#[cfg(test)]
mod tests;

pub use form::{click, edited, intent, key, paste, wheel};
pub use list::{agents, drafts, look, open, templates};
pub use plan::{
    confirmed as plan_confirmed, known as plan_known, news as plan_news, row_settled as plan_settled, settle,
    show as show_plan, weighed,
};
pub use start::{asked_pull, confirmed, started};
