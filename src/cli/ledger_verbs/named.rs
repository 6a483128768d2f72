//! Which task of the ledger is meant by `--task`, or by the word of `show`: what the ledger tells is enough, nobody is
//! asked.

use std::collections::BTreeSet;

use super::read::{Stop, each, is_of};
use crate::cli::which::{Which, parse};
use crate::domain::{Fault, FaultKind, RepoName};
use crate::ledger::{Ledger, Line, Said, Span};
use crate::text::Untrusted;

/// Candidates that are named.
const MOST_NAMED: usize = 10;

/// The task's whole id. A word that no line is about is said, and so is one that may mean several.
pub(super) fn task(ledger: &dyn Ledger, word: &str, repos: &[RepoName]) -> Result<String, Stop> {
    if is_there(ledger, word)? {
        return Ok(word.to_owned());
    }
    // Addresses of whichever service: the ledger may hold several.
    let web = word.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    let found = match parse(word, web, repos) {
        Ok(Which::Task { repo: Some(repo), id }) => begun(ledger, &id, &[repo])?,
        Ok(Which::Task { id, .. }) => begun(ledger, &id, repos)?,
        Ok(Which::Pull { repo, number }) => of_pull(ledger, &repo, number)?.into_iter().collect(),
        Ok(Which::Issue { .. }) => BTreeSet::new(),
        Err(fault) => {
            let Fault { what, next_step, .. } = nothing_of(word);
            return Err(Fault::new(FaultKind::NotFound, format!("{what}: {}", fault.what), next_step).into());
        }
    };
    let mut all = found.iter();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(ambiguous(word, &found).into()),
        (None, _) => Err(nothing_of(word).into()),
    }
}

/// The same where one is given.
pub(super) fn given(ledger: &dyn Ledger, word: Option<&String>, repos: &[RepoName]) -> Result<Option<String>, Stop> {
    word.map(|word| task(ledger, word, repos)).transpose()
}

pub(super) fn nothing_of(word: &str) -> Fault {
    let what = format!("the ledger has nothing of {}", Untrusted::from(word).show_line());
    Fault::new(FaultKind::NotFound, what, "`atc ledger list` shows ids")
}

fn is_there(ledger: &dyn Ledger, id: &str) -> Result<bool, Fault> {
    let of_it = Span { task: Some(id.to_owned()), ..Span::default() };
    Ok(!ledger.lines(&of_it, 1)?.is_empty())
}

/// Every task whose id begins so; the one whose id it is, alone. `repos`: of these; none: of all.
fn begun(ledger: &dyn Ledger, id: &str, repos: &[RepoName]) -> Result<BTreeSet<String>, Stop> {
    let mut found = BTreeSet::new();
    each(ledger, Span::default(), |line| {
        if !is_of(line, repos) {
            return Ok(());
        }
        found.extend(line.task().filter(|task| task.starts_with(id)).map(str::to_owned));
        Ok(())
    })?;
    Ok(if found.contains(id) { BTreeSet::from([id.to_owned()]) } else { found })
}

/// The newest task of which this pull request was seen, or something done to it.
fn of_pull(ledger: &dyn Ledger, repo: &RepoName, number: u64) -> Result<Option<String>, Stop> {
    let mut found = None;
    each(ledger, Span { repo: Some(repo.clone()), ..Span::default() }, |line| {
        if let Some(task) = line.task().filter(|_| pull(line) == Some(number)) {
            found = Some(task.to_owned());
        }
        Ok(())
    })?;
    Ok(found)
}

fn pull(line: &Line) -> Option<u64> {
    match &line.said {
        Said::Observed(observed) => observed.seen.pull,
        _ => line.intent()?.pull,
    }
}

fn ambiguous(word: &str, several: &BTreeSet<String>) -> Fault {
    let named: Vec<String> =
        several.iter().take(MOST_NAMED).map(|id| Untrusted::from(id.as_str()).show_line().to_string()).collect();
    let more = several.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = format!("{} could be {}{more}", Untrusted::from(word).show_line(), named.join(", "));
    Fault::new(FaultKind::Invalid, what, "give more of the id")
}
