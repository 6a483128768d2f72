//! What a query is asked about: one task with what was joined to it.

use crate::domain::stuck::Stuck;
use crate::domain::{Condition, Instant, Pull, Task, UserId};
use crate::text::Untrusted;

/// One task as a query sees it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub task: &'a Task,
    /// What its row says its state is.
    pub condition: Condition<'a>,
    pub stuck: Option<Stuck>,
    /// The creator's login, where it is known.
    pub login: Option<&'a Untrusted>,
    /// Its newest pull request, where it is known.
    pub pull: Option<&'a Pull>,
    /// Whose token this is, where it is known: `@me`.
    pub viewer: Option<UserId>,
    /// Something visible changed since the operator last looked at it.
    pub changed: bool,
    /// The operator marked it.
    pub marked: bool,
    /// Task, session, run and pull request do not agree.
    pub disagrees: bool,
    /// Name, repository, agent and login in lower case, each on its line: what free words are looked for in.
    pub hay: &'a str,
    pub now: Instant,
}
