//! Create an automation. One of the same name and prompt that is there already is told before anything is sent.

use sha2::{Digest, Sha256};

use super::way::{Done, No, once, pass, since, stands};
use crate::domain::automation::Listed;
use crate::domain::policy::Judgement;
use crate::domain::{Automation, AutomationOrder, Fault, FaultKind, Instant, RepoName};
use crate::ops::context::Context;
use crate::provider::port::{Acted, Call};
use crate::text::Untrusted;

pub(super) async fn create(
    context: &Context,
    order: &AutomationOrder,
    judged: &mut Option<Judgement>,
) -> Result<Done, No> {
    let name = order.name();
    if name.is_empty() || order.as_request().prompt.trim().is_empty() {
        let what = "nothing was sent: an automation needs a name and a prompt";
        return Err(Fault::new(FaultKind::Refused, what, "give both").into());
    }
    if let Some(there) = named(context, &order.repo, &name).await?.first() {
        let what = format!("nothing was sent: {} has an automation “{}” already", order.repo, there.name.show_line());
        let next = format!("change that one ({}), or give another name", there.at.id.show());
        return Err(Fault::new(FaultKind::Refused, what, next).into());
    }
    let (grant, intent) = pass(context, order, judged).await?;
    let hash = intent.prompt_hash;
    let look = || -> Call<'_, Option<Acted>> {
        Box::pin(async {
            let found = find(context, &order.repo, &name, hash, intent.at).await?;
            Ok(found.map(|found| Acted::Stands(Box::new(found))))
        })
    };
    let acted = once(context, order, &grant, look).await?;
    stands(context, order, acted).await
}

/// Those of a name. Not to know them is not to have none.
async fn named(context: &Context, repo: &RepoName, name: &Untrusted) -> Result<Vec<Automation>, Fault> {
    match context.automations()?.of_repo(repo).await? {
        Listed::Here { automations, .. } => Ok(automations.into_iter().filter(|one| one.name == *name).collect()),
        Listed::NotHere => Err(not_here(repo)),
    }
}

pub(super) fn not_here(repo: &RepoName) -> Fault {
    let what = format!("automations are not available in {repo}, or not to this account");
    Fault::new(
        FaultKind::Unsupported,
        what,
        "wait until the service offers them there; start tasks yourself until then",
    )
}

/// One of this name and prompt, made since then. Never by its name alone.
pub(super) async fn find(
    context: &Context,
    repo: &RepoName,
    name: &Untrusted,
    prompt_hash: Option<[u8; 32]>,
    claimed: Instant,
) -> Result<Option<Automation>, Fault> {
    for candidate in named(context, repo, name).await?.into_iter().filter(|one| since(one.created_at, claimed)) {
        let one = context.automations()?.one(&candidate.at).await?;
        let hash = one.prompt().map(|prompt| <[u8; 32]>::from(Sha256::digest(prompt.raw_for_hash())));
        if hash.is_some() && hash == prompt_hash {
            return Ok(Some(one));
        }
    }
    Ok(None)
}
