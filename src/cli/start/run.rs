//! Carrying it out.

use super::args::StartArgs;
use super::once::Once;
use super::order::{usage, work};
use super::send::send;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::domain::{Fault, RepoName};

pub async fn run(args: &StartArgs, desk: &Desk) -> Result<Exit, Fault> {
    let repos = repos(desk)?;
    let work = work(args, desk)?;
    let orders = repos.iter().map(|repo| work.order(repo, &args.with)).collect::<Result<Vec<_>, _>>()?;
    send(desk, orders, &args.how, Once::of(&args.once).as_ref()).await
}

/// Those typed; else the only one there is.
fn repos(desk: &Desk) -> Result<Vec<RepoName>, Fault> {
    let next = "say which with --repo OWNER/NAME; several make a task each";
    match (desk.typed.as_slice(), desk.repos.as_slice()) {
        ([], [only]) => Ok(vec![only.clone()]),
        ([], []) => Err(usage("there is no repository to start a task in", next)),
        ([], _) => Err(usage("several repositories are configured", next)),
        (typed, _) => Ok(typed.to_vec()),
    }
}
