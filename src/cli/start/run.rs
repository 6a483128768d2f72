//! Carrying it out.

use super::args::{Here, StartArgs, With};
use super::once::Once;
use super::order::{usage, work};
use super::send::{Rules, send};
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::voice::unasked;
use crate::cli::{here, output};
use crate::domain::{Fault, RepoName};

pub async fn run(args: &StartArgs, desk: &Desk) -> Result<Exit, Fault> {
    let work = work(&args.from, desk)?;
    let (repos, with) = match args.here {
        None => (repos(desk)?, args.with.clone()),
        Some(here) => match from_here(args, here, desk).await? {
            Some(found) => found,
            None => return Ok(Exit::Refused),
        },
    };
    let orders = repos.iter().map(|repo| work.order(repo, &with)).collect::<Result<Vec<_>, _>>()?;
    send(desk, orders, &args.how, &Rules { once: Once::of(&args.once), plan: args.plan }).await
}

/// Repository and branch of the checkout. What the agent will not see of it is told, and must be confirmed; `None`: it
/// was not.
async fn from_here(args: &StartArgs, how: Here, desk: &Desk) -> Result<Option<(Vec<RepoName>, With)>, Fault> {
    let directory = std::env::current_dir()
        .map_err(|error| usage(format!("the current directory cannot be read: {error}"), "go into a checkout"))?;
    let found = here::look(&*desk.context.provider, &directory, &desk.web, how == Here::Head).await?;
    if desk.typed.iter().any(|typed| *typed != found.repo) {
        return Err(usage(format!("this is a checkout of {}", found.repo), "leave --repo or --here out"));
    }
    if let Some(unseen) = &found.unseen {
        output::complain(&format!("atc: {unseen}"));
        if !args.how.yes && !args.how.dry_run {
            if !desk.voice.can_ask() {
                return Err(unasked("not all of the work here is pushed", "--yes"));
            }
            if !desk.yes("Go on?").await {
                output::complain("atc: nothing was sent");
                return Ok(None);
            }
        }
    }
    let mut with = args.with.clone();
    with.choice.base = with.choice.base.or(found.base);
    with.head = with.head.or(found.head);
    Ok(Some((vec![found.repo], with)))
}

/// Those typed; else the only one there is.
fn repos(desk: &Desk) -> Result<Vec<RepoName>, Fault> {
    let next = "say which with --repo OWNER/NAME; several make a task each";
    match (desk.typed.as_slice(), desk.repos.as_slice()) {
        ([], [only]) => Ok(vec![only.clone()]),
        ([], []) => Err(usage("there is no repository to start a task in", next)),
        ([], _) => Err(usage("several repositories are configured", next)),
        (typed, _) => {
            let mut each: Vec<RepoName> = Vec::new();
            for repo in typed {
                if !each.contains(repo) {
                    each.push(repo.clone());
                }
            }
            Ok(each)
        }
    }
}
