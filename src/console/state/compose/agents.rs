//! What is known of a repository's custom agents.

use crate::domain::Fault;
use crate::domain::agents::CustomAgent;

#[derive(Clone, Debug, PartialEq)]
pub enum Agents {
    Asked,
    Known(Vec<CustomAgent>),
    Failed(Fault),
}
