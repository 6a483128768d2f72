//! What the values of every subject are made of, for the subjects that are not here.

pub use super::amount::{COUNT, CREDITS, PERCENT};
pub use super::complete::typable;
pub use super::fuzzy::Fuzzy;
pub use super::lex::Item;
pub use super::name::Name;
pub use super::near::plain;
pub use super::qualifier::{markdown_table, markdown_words};
pub use super::read::{RepoAsked, login, name, new_word, no_word, organization, repo};
pub use super::time::{Ages, When};
