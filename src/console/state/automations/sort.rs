//! By what the rows are sorted. What is not known comes last, whichever way round.

use std::cmp::Ordering;

use super::Known;
use super::rows::Entry;
use crate::domain::automation::{Column, Order, Owner, Scope, Switch};
use crate::domain::{AutomationRef, RepoName};
use crate::text::{Safe, Untrusted};

/// What a row is compared by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i128),
    Text(String),
}

/// Puts the places of entries in order. `grouped`: those of a repository stay together.
pub fn sort<'a>(
    order: Order,
    grouped: bool,
    shown: &mut [usize],
    of: impl Fn(usize) -> Option<(&'a Entry, &'a Known)>,
) {
    shown.sort_by_cached_key(|at| {
        let Some((entry, known)) = of(*at) else { return Place::default() };
        Place {
            repo: grouped.then(|| entry.at.repo.clone()),
            key: key(order.by, entry, known),
            reversed: order.reversed,
            name: low(&entry.name),
            at: Some(entry.at.clone()),
        }
    });
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    repo: Option<RepoName>,
    /// `None`: not known.
    key: Option<Key>,
    reversed: bool,
    name: String,
    at: Option<AutomationRef>,
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let by = match (&self.key, &other.key) {
            (Some(a), Some(b)) if self.reversed => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        let same = || self.name.cmp(&other.name).then_with(|| self.at.cmp(&other.at));
        self.repo.cmp(&other.repo).then(by).then_with(same)
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn low(name: &Safe) -> String {
    name.to_lowercase()
}

fn key(by: Column, entry: &Entry, known: &Known) -> Option<Key> {
    let one = &known.automation;
    let track = known.track.as_ref();
    // The most comes first.
    let most = |number: i128| Key::Number(-number);
    let text = |text: &Untrusted| text.show_line().to_lowercase();
    Some(match by {
        Column::Name => Key::Text(low(&entry.name)),
        Column::Next => Key::Number(entry.next?.timestamp_millis().into()),
        Column::CostDay | Column::CostWeek | Column::CostMonth => {
            most(entry.spent.get(by.period()?)?.nano.nano()?.into())
        }
        Column::Success => Key::Number(i128::try_from(track?.success_percent()?).ok()?),
        Column::Runs => most(known.runs.iter().map(|run| run.created_at).max()?.timestamp_millis().into()),
        Column::Pulls => {
            let pulls = track?.pulls;
            most((i128::from(pulls.unreviewed) << 32) + i128::from(pulls.opened))
        }
        Column::State => Key::Number(match &one.switch {
            Switch::Off(off) if off.reason.is_some() => 0,
            Switch::On => 1,
            Switch::Off(_) => 2,
            Switch::Untold => return None,
        }),
        Column::Repo => Key::Text(entry.at.repo.as_str().to_lowercase()),
        Column::Triggers => Key::Text(entry.triggers.to_lowercase()),
        Column::Writes => match one.write_scope.as_ref()? {
            Scope::Repository => Key::Number(0),
            Scope::Trigger => Key::Number(1),
            Scope::Unknown(word) => Key::Text(text(word)),
        },
        Column::Owner => {
            let login = one.creator.as_ref().and_then(|person| person.login.as_ref()).map(text);
            let kind = one.owner.as_ref().map(Owner::word);
            if login.is_none() && kind.is_none() {
                return None;
            }
            Key::Text(format!("{} {}", kind.unwrap_or_default(), login.unwrap_or_default()))
        }
        Column::Model => Key::Text(one.model.as_ref().map_or_else(|| "automatic".to_owned(), text)),
    })
}
