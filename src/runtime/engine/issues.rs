//! Issues and branches for the compose pane: reads what is wished for, carries out an assignment, and looks for its work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::desk::Desk;
use super::{poller, settler};
use crate::console::event::Op;
use crate::console::issue::{News, Wish};
use crate::domain::assign::AssignOrder;
use crate::domain::policy::Fact;
use crate::domain::{Branches, Fault, FaultKind, RepoName};
use crate::ops;
use crate::provider::port::{Fetched, Validator};

/// Lists of branches with the proof that they are as they were.
type Shelf = Arc<Mutex<HashMap<RepoName, (Branches, Validator)>>>;

/// Who is told what came of an assignment.
pub struct After {
    pub wishes: mpsc::Sender<poller::Wish>,
    pub settler: settler::Call,
}

#[derive(Clone, Debug, Default)]
pub struct IssueDesk {
    branches: Shelf,
}

impl IssueDesk {
    pub fn perform(&self, desk: &Desk, context: &ops::Context, after: After, wish: Wish) {
        let (desk, context, this) = (desk.clone(), context.clone(), self.clone());
        tokio::spawn(async move {
            match wish {
                Wish::List(repo) => list(&desk, repo).await,
                Wish::Look(at) => {
                    let result = ops::assign::look(&context, &at).await.map(Box::new);
                    desk.op(Op::Issue(News::Looked { at, result })).await;
                }
                Wish::Branches(repo) => {
                    let result = this.branches(&desk, &repo).await;
                    desk.op(Op::Issue(News::Branches { repo, result })).await;
                }
                Wish::Assign(order) => assign(&desk, &context, &after, *order).await,
            }
        });
    }

    async fn branches(&self, desk: &Desk, repo: &RepoName) -> Result<Branches, Fault> {
        let shelf = || self.branches.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shelf().get(repo).cloned();
        let proof = known.as_ref().map(|(_, proof)| proof.clone());
        match (desk.provider.branches(repo, proof).await?, known) {
            (Fetched::Same, known) => Ok(known.map(|(branches, _)| branches).unwrap_or_default()),
            (Fetched::New { value, validator }, _) => {
                match validator {
                    Some(proof) => drop(shelf().insert(repo.clone(), (value.clone(), proof))),
                    None => drop(shelf().remove(repo)),
                }
                Ok(value)
            }
        }
    }
}

async fn list(desk: &Desk, repo: RepoName) {
    let (result, can) = tokio::join!(desk.provider.issues(&repo), desk.provider.agent_assignable(&repo));
    let enabled = can.map_or_else(|fault| Fact::Unknown(fault.what), Fact::Known);
    desk.op(Op::Issue(News::List { repo, result, enabled })).await;
}

async fn assign(desk: &Desk, context: &ops::Context, After { wishes, settler }: &After, order: AssignOrder) {
    let ops::assign::Answer { result, facts, policy, .. } = ops::assign::assign(context, &order).await;
    if let Some(policy) = policy {
        // First what it was judged by, so that a refusal is not read beside older numbers.
        let repo = order.assignment.issue.repo.clone();
        desk.op(Op::Weighed { repo, facts: Box::new(facts), policy }).await;
    }
    let issue = order.assignment.issue;
    match result {
        Err(fault) => {
            if fault.kind == FaultKind::UnknownOutcome {
                settler.look();
            }
            desk.op(Op::Issue(News::Assigned { request: order.id, result: Err(fault) })).await;
        }
        Ok(assigned) => {
            desk.op(Op::Issue(News::Assigned { request: order.id, result: Ok(issue.clone()) })).await;
            let work = assigned.work(context).await;
            if let Some(task) = &work.task {
                let _ = wishes.send(poller::Wish::Look(task.at.clone())).await;
            }
            desk.op(Op::Issue(News::Work { issue, work: Box::new(work) })).await;
        }
    }
}
