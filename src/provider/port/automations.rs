//! The part of the port about automations, on its own: a service may have none.
//!
//! Reads are repeated on a passing fault, the one write is not. It takes a grant, and only a judgement makes one.

use super::{Call, TaskPage, Validator};
use crate::domain::automation::{Accepted, Listed, Offered, OfferedTrigger, ToolGroup};
use crate::domain::policy::AutomationGrant;
use crate::domain::{Automation, AutomationRef, RepoName};
use crate::provider::port::Fetched;

/// What came of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Acted {
    /// It was created or changed: as it is now, with its detail.
    Stands(Box<Automation>),
    /// A run of it was accepted. That is not a task.
    Accepted(Accepted),
    Deleted,
}

pub trait Automations: Send + Sync {
    /// Those of a repository, without their prompts; the newest thousand, and whether there are more. What is there all the
    /// time is in it once, however the list moves while it is read.
    fn of_repo(&self, repo: &RepoName) -> Call<'_, Listed>;
    /// Those the viewer created, in all repositories that can be read.
    fn mine(&self) -> Call<'_, Listed>;
    /// One with its detail. A fault of kind `NotFound`: it is gone, or there are no automations here.
    fn one(&self, at: &AutomationRef) -> Call<'_, Automation>;
    /// The tasks it started, newest first, each once; each names it. The newest three hundred: `next` is where the others
    /// are.
    fn tasks_of(&self, at: &AutomationRef, known: Option<Validator>) -> Call<'_, Fetched<TaskPage>>;
    fn tools(&self, repo: &RepoName) -> Call<'_, Offered<ToolGroup>>;
    fn triggers(&self, repo: &RepoName) -> Call<'_, Offered<OfferedTrigger>>;
    /// Whether the repository lets only who may write set automations off. `None`: it does not say.
    fn requires_write(&self, repo: &RepoName) -> Call<'_, Option<bool>>;
    /// One request, as the granted order says, never repeated. `Conflict`: it was edited since it was seen.
    /// `UnknownOutcome`: it may have happened.
    fn act(&self, grant: &AutomationGrant) -> Call<'_, Acted>;
}
