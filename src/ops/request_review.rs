//! Ask people and teams for a review. The service takes all of the names or none.

use serde_json::json;

use super::context::Context;
use super::on_pull::{intent, once, read};
use crate::domain::{Fault, FaultKind, PullOrder};
use crate::ledger::port::Action;
use crate::provider::port::Call;
use crate::text::Safe;

pub(super) async fn request(
    context: &Context,
    order: &PullOrder,
    people: &[String],
    teams: &[String],
) -> Result<Safe, Fault> {
    let target = &order.target;
    let body = json!({ "reviewers": people, "team_reviewers": teams }).to_string();
    let intent = intent(context, order.id, Action::RequestReview, target, body).await;
    let names = &people.iter().chain(teams).cloned().collect::<Vec<_>>().join(", ");
    let send = async {
        context.provider.ask_review(&target.at.repo, target.number, people, teams).await.map_err(no_collaborator)?;
        Ok(format!("asked {names}"))
    };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let Some(pull) = read(context, target).await? else { return Ok(None) };
            let asked = |wanted: &String| {
                pull.standing.asked.iter().any(|asked| {
                    let name = asked.name.raw_for_match();
                    // A team stands there as `org/team`.
                    let last = name.rsplit('/').next().unwrap_or(name);
                    last.eq_ignore_ascii_case(wanted)
                })
            };
            Ok(people.iter().chain(teams).all(asked).then(|| format!("{names} asked")))
        })
    };
    once(context, intent, send, look).await?;
    Ok(Safe::new(format!("asked {names} to review {}", target.name())))
}

/// 422 is what the service says to a name that may not review here.
fn no_collaborator(fault: Fault) -> Fault {
    if fault.kind != FaultKind::Invalid {
        return fault;
    }
    let next = "name collaborators of the repository, not its author; nobody was asked, as one name spoils all";
    Fault::new(fault.kind, fault.what, next)
}
