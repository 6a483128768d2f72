//! What would have to be done so that repositories hold exactly what a set of files says.
//!
//! ```text
//! files ─┬─ the id, else the name, is there ─┬─ all of it is so ─> unchanged
//! there ─┘        │                          └─ it differs ──────> change, pinned to the revision that was compared
//!                 ├─ it is not there ────────────────────────────> create
//!                 └─ it cannot be said which is meant, or it never changes ─> conflict: then nothing at all is done
//! there, without a file ─────────────────────────────────────────> delete where pruning is asked for, else left alone
//! ```

use super::definition::{Change, Definition, IMMUTABLE};
use super::file::Written;
use super::item::Automation;
use super::order::{Act, Pinned};
use crate::domain::{AutomationId, RepoName};
use crate::text::{Safe, Untrusted};

/// One file, as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Its name, for people.
    pub file: Safe,
    pub says: Written,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Create(Definition),
    Change(Pinned, Definition, Vec<Change>),
    Delete(Pinned),
    Unchanged(AutomationId),
    /// It has no file, and nobody asked for it to go.
    LeftAlone(AutomationId),
    Conflict(Safe),
}

impl Step {
    /// The word in exports. Never change one.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Change(..) => "change",
            Self::Delete(_) => "delete",
            Self::Unchanged(_) => "unchanged",
            Self::LeftAlone(_) => "left_alone",
            Self::Conflict(_) => "conflict",
        }
    }

    /// What is to be done about it. `None`: nothing.
    pub fn act(&self) -> Option<Act> {
        match self {
            Self::Create(definition) => Some(Act::Create(definition.clone())),
            Self::Change(pinned, wanted, _) => Some(Act::Edit(pinned.clone(), wanted.clone())),
            Self::Delete(pinned) => Some(Act::Delete(pinned.clone())),
            Self::Unchanged(_) | Self::LeftAlone(_) | Self::Conflict(_) => None,
        }
    }
}

/// A step, and what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub repo: RepoName,
    pub name: Untrusted,
    /// `None`: there is no file.
    pub file: Option<Safe>,
    pub step: Step,
}

/// The steps: first the files in their order, then what has none. `there`: all automations of these repositories, with
/// their details.
pub fn plan(wanted: &[Wanted], there: &[Automation], prune: bool) -> Vec<Planned> {
    let mut meant: Vec<&Automation> = Vec::new();
    let mut plan: Vec<Planned> = Vec::new();
    for one in wanted {
        let step = match find(one, wanted, there) {
            Err(why) => Step::Conflict(Safe::new(why)),
            Ok(None) => create(&one.says.definition),
            Ok(Some(now)) => {
                meant.push(now);
                change(&one.says.definition, now)
            }
        };
        let name = one.says.definition.name();
        plan.push(Planned { repo: one.says.repo.clone(), name, file: Some(one.file.clone()), step });
    }
    for now in there.iter().filter(|now| !meant.iter().any(|meant| meant.at == now.at)) {
        let step = match Pinned::of(now) {
            Some(pinned) if prune => Step::Delete(pinned),
            _ => Step::LeftAlone(now.at.id.clone()),
        };
        plan.push(Planned { repo: now.at.repo.clone(), name: now.name.clone(), file: None, step });
    }
    plan
}

/// The automation a file is about; `None`: it is still to be made.
fn find<'a>(one: &Wanted, all: &[Wanted], there: &'a [Automation]) -> Result<Option<&'a Automation>, String> {
    let (repo, name) = (&one.says.repo, one.says.definition.name());
    let here = || there.iter().filter(|now| now.at.repo == *repo);
    let twin = all.iter().find(|other| {
        let says = &other.says;
        other.file != one.file
            && says.repo == *repo
            && ((says.id.is_some() && says.id == one.says.id) || says.definition.name() == name)
    });
    if let Some(twin) = twin {
        return Err(format!("{} is about the same automation", twin.file));
    }
    if let Some(id) = &one.says.id {
        let found = here().find(|now| now.at.id == *id);
        let gone = || format!("{repo} has no automation {}: take the id out to create it", id.show());
        return found.map(Some).ok_or_else(gone);
    }
    let mut named = here().filter(|now| now.name == name);
    match (named.next(), named.next()) {
        (Some(_), Some(_)) => Err(format!("{repo} has several automations of this name: give the id of one")),
        (found, _) => Ok(found),
    }
}

fn create(definition: &Definition) -> Step {
    if definition.prompt().is_empty() {
        return Step::Conflict(Safe::new("it is to be created and has no prompt"));
    }
    Step::Create(definition.clone())
}

fn change(wanted: &Definition, now: &Automation) -> Step {
    let Some(pinned) = Pinned::of(now) else {
        return Step::Conflict(Safe::new("what it says now could not be read"));
    };
    let changes = wanted.changes_from(&pinned.seen);
    if changes.is_empty() {
        return Step::Unchanged(now.at.id.clone());
    }
    match changes.iter().find(|change| IMMUTABLE.contains(&change.field)) {
        Some(change) => Step::Conflict(Safe::new(format!("{} never changes ({})", change.field, change.words()))),
        None => Step::Change(pinned, wanted.clone(), changes),
    }
}
