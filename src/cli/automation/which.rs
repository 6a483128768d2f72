//! Which automation is meant, and reading it.

use super::args::Which;
use crate::cli::desk::Desk;
use crate::cli::look::args::{query_with, view_called};
use crate::domain::automation::Listed;
use crate::domain::automation::query::Query;
use crate::domain::{Automation, AutomationRef, Fault, FaultKind, RepoName};
use crate::ops::automate;
use crate::ops::automate::gather::{Depth, Survey, Whose};
use crate::ops::automate::seek::seek;
use crate::text::Untrusted;

/// A beginning shorter than this says too little.
const SHORTEST: usize = 4;

/// The repositories asked about; without any there is nothing to ask.
pub fn repos(desk: &Desk) -> Result<&[RepoName], Fault> {
    if desk.repos.is_empty() {
        let what = "there is no repository to look at";
        return Err(Fault::new(FaultKind::Invalid, what, "say which with --repo OWNER/NAME"));
    }
    Ok(&desk.repos)
}

/// What they must be: all that the view asks, and all that was typed.
pub fn query(desk: &Desk, which: &Which) -> Result<Query, Fault> {
    let view = view_called(which.view.as_deref(), &desk.config.automation_views)?;
    query_with(view, &which.query)
}

/// The automations a query holds of, looked into as deeply as `depth` says.
pub async fn sought(desk: &Desk, which: &Which, depth: Depth) -> Result<Survey, Fault> {
    let query = query(desk, which)?;
    seek(&desk.context, Whose::Repos(repos(desk)?), &query, depth).await
}

/// The same of those the viewer created. Repositories that were typed say which of them.
pub async fn sought_of_viewer(desk: &Desk, which: &Which, depth: Depth) -> Result<Survey, Fault> {
    let query = query(desk, which)?;
    seek(&desk.context, Whose::Viewer(&desk.typed), &query, depth).await
}

/// All that the lists tell. A list that cannot be read fails: what is meant may be in it.
async fn listed(desk: &Desk) -> Result<Vec<Automation>, Fault> {
    let automations = desk.context.automations()?;
    let mut all = Vec::new();
    let mut here = false;
    for repo in repos(desk)? {
        if let Listed::Here { automations, .. } = automations.of_repo(repo).await? {
            here = true;
            all.extend(automations);
        }
    }
    if !here {
        return Err(not_here());
    }
    Ok(all)
}

pub fn not_here() -> Fault {
    let what = "automations are not available here: this account or these repositories do not have them yet";
    Fault::new(FaultKind::Unsupported, what, "wait until the service offers them, or name another repository")
}

/// By id, by name, or by the beginning of the id, with all that can be learnt of each.
pub async fn find(desk: &Desk, words: &[String]) -> Result<Vec<Automation>, Fault> {
    let all = listed(desk).await?;
    let mut meant: Vec<AutomationRef> = Vec::new();
    for word in words {
        let at = pick(word, &all)?;
        if !meant.contains(&at) {
            meant.push(at);
        }
    }
    let mut found = Vec::with_capacity(meant.len());
    for at in meant {
        found.push(automate::look(&desk.context, &at).await?);
    }
    Ok(found)
}

pub async fn find_one(desk: &Desk, word: &str) -> Result<Automation, Fault> {
    let mut found = find(desk, &[word.to_owned()]).await?;
    found.pop().ok_or_else(not_here)
}

fn pick(word: &str, all: &[Automation]) -> Result<AutomationRef, Fault> {
    let ways: [&dyn Fn(&Automation) -> bool; 3] =
        [&|one| one.at.id.raw() == word, &|one| one.name.raw_for_match() == word, &|one| {
            word.len() >= SHORTEST && one.at.id.raw().starts_with(word)
        }];
    let shown = Untrusted::from(word).show_line();
    for way in ways {
        let found: Vec<&Automation> = all.iter().filter(|one| way(one)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one.at.clone()),
            several => {
                let names: Vec<String> =
                    several.iter().map(|one| format!("{} in {}", one.at.id.show(), one.at.repo)).collect();
                let what = format!("`{shown}` may be any of {}", names.join(", "));
                return Err(Fault::new(FaultKind::Invalid, what, "give its whole id, or one --repo"));
            }
        }
    }
    let what = format!("there is no automation `{shown}` in the repositories asked");
    Err(Fault::new(
        FaultKind::NotFound,
        what,
        "`atc automation list` names them; another repository is given with --repo",
    ))
}
