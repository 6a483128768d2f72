//! What the console and the runtime say to each other about issues, and about the branches a form can name.

use uuid::Uuid;

use crate::domain::assign::{AssignOrder, Looked, Work};
use crate::domain::policy::Fact;
use crate::domain::{Branches, Fault, IssueRef, Issues, RepoName};

/// Something to be read, or the one thing to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// The open issues of a repository, and whether the agent can be assigned there.
    List(RepoName),
    /// One issue, and what there is of the agent's work on it.
    Look(IssueRef),
    Branches(RepoName),
    Assign(Box<AssignOrder>),
}

#[derive(Debug)]
pub enum News {
    List {
        repo: RepoName,
        result: Result<Issues, Fault>,
        enabled: Fact<bool>,
    },
    Looked {
        at: IssueRef,
        result: Result<Box<Looked>, Fault>,
    },
    Branches {
        repo: RepoName,
        result: Result<Branches, Fault>,
    },
    /// The answer to an assignment.
    Assigned {
        request: Uuid,
        result: Result<IssueRef, Fault>,
    },
    /// What was seen of the work of an assigned agent.
    Work {
        issue: IssueRef,
        work: Box<Work>,
    },
}
