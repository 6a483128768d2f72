//! The compose pane: choose a template, fill it, edit the prompt, start.

mod assign;
mod form;
mod issues;
mod list;
mod plan;
mod plan_ask;
mod repos;
mod say;
mod start;
#[cfg(test)]
mod tests;

pub use assign::confirmed as assign_confirmed;
pub use form::{click, edited, intent, key, paste, tell as tell_left_out, type_into, wheel};
pub use issues::{command as issue_command, news as issue_news};
pub use list::{agents, drafts, drafts_kept, forgotten, look, open, open_template, templates};
pub use plan::{
    confirmed as plan_confirmed, known as plan_known, news as plan_news, row_settled as plan_settled, settle,
    show as show_plan, weighed,
};
pub use start::{asked_pull, confirmed, started};
