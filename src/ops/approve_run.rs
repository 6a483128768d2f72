//! Let the workflow runs of a pull request start that wait for a person: those of the commit that was seen, and no others.
//! Each has an intent of its own, and one that is refused takes nothing from the next.

use uuid::Uuid;

use super::context::Context;
use super::on_pull::{intent, once, short};
use crate::domain::{Conclusion, Fault, FaultKind, PullOrder, Run};
use crate::ledger::port::Action;
use crate::provider::port::Call;
use crate::text::Safe;

pub(super) async fn approve_runs(context: &Context, order: &PullOrder) -> Result<Safe, Fault> {
    let target = &order.target;
    let refused = |what: String, next: &str| Fault::new(FaultKind::Refused, format!("nothing was sent: {what}"), next);
    let Some(head) = &target.head else {
        return Err(refused(format!("the commit of {} is not known", target.name()), "refresh, and look at it again"));
    };
    let runs = context.provider.waiting_runs(&target.at.repo, head).await?;
    if runs.is_empty() {
        let what = format!("no workflow of {} waits at {}", target.name(), short(Some(head)));
        return Err(refused(what, "refresh: somebody else may have let it run"));
    }
    let (mut started, mut first_fault) = (0_usize, None);
    for (nth, run) in runs.iter().enumerate() {
        // The order's own id is the first run's.
        let id = if nth == 0 { order.id } else { Uuid::new_v4() };
        match approve_run(context, order, id, run).await {
            Ok(_) => started += 1,
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    let all = runs.len();
    match first_fault {
        None => Ok(Safe::new(format!("let {} run of {}", count(started), target.name()))),
        Some(fault) if started == 0 => Err(fault),
        Some(fault) => {
            let what =
                format!("{started} of {all} workflows of {} run; one did not start: {}", target.name(), fault.what);
            Err(Fault::new(fault.kind, what, &*fault.next_step))
        }
    }
}

fn count(runs: usize) -> String {
    if runs == 1 { "one workflow".to_owned() } else { format!("{runs} workflows") }
}

async fn approve_run(context: &Context, order: &PullOrder, id: Uuid, run: &Run) -> Result<String, Fault> {
    let target = &order.target;
    let mut intent = intent(context, id, Action::ApproveRun, target, format!("run {}", run.id)).await;
    intent.run = Some(run.id.0);
    let send = async {
        context.provider.let_run(&target.at.repo, run.id).await?;
        Ok(format!("run {}", run.id))
    };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let now = context.provider.run(&target.at.repo, run.id).await?;
            let started = now.conclusion != Some(Conclusion::ActionRequired);
            Ok(started.then(|| format!("run {} does not wait any more", run.id)))
        })
    };
    once(context, intent, send, look).await
}
