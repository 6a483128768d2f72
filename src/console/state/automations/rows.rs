//! The automations as rows: what a row says is put into words once, when something was told, and not for every picture.

use super::pane::{AutomationsPane, Count};
use super::{Known, sort};
use crate::console::state::Model;
use crate::console::state::tone::Tone;
use crate::domain::automation::query::{Facts, Query, hay};
use crate::domain::automation::{self, Period, Switch, total_spending};
use crate::domain::{Automation, AutomationRef, Cost, Instant, RepoName};
use crate::text::{Safe, Untrusted};

/// One automation, as a row says it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: AutomationRef,
    pub name: Safe,
    pub triggers: Safe,
    /// Computed. `None`: it is off, has no schedule, or that does not tell enough.
    pub next: Option<Instant>,
    pub spent: [Spent; 3],
    /// The worst of all its limits.
    pub strain: Strain,
    /// How much there is to be said about it.
    pub pointed_out: usize,
    /// What free words of a query are looked for in.
    hay: String,
}

/// What it cost in a time, and how near that is to the limit of such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    pub nano: Amount,
    pub strain: Strain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Nobody has asked yet.
    Unread,
    /// The service did not say.
    Untold,
    Nano(u64),
}

impl Amount {
    pub fn nano(self) -> Option<u64> {
        match self {
            Self::Nano(nano) => Some(nano),
            Self::Unread | Self::Untold => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strain {
    #[default]
    None,
    /// Four fifths of it are used.
    Near,
    Reached,
}

impl Strain {
    pub fn of(used: u64, limit: u64) -> Self {
        let (used, limit) = (u128::from(used), u128::from(limit));
        match () {
            () if used >= limit => Self::Reached,
            () if used * 5 >= limit * 4 => Self::Near,
            () => Self::None,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Heading(Group),
    /// Its place among the entries.
    One(usize),
    /// Something that is to be said of a list.
    Note(Tone, Safe),
}

/// The automations of a repository that the query lets through.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub repo: RepoName,
    pub count: usize,
    pub off: usize,
    pub pointed_out: usize,
    pub totals: Totals,
}

/// What several cost together, in 24 hours, 7 days and 30 days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    pub costs: [Option<Cost>; 3],
    /// What some of them cost was not read, or not told.
    pub is_part: bool,
}

/// Rebuilds entries, rows, counts and selection from what is known.
pub fn rebuild(model: &mut Model) {
    let Some(mut pane) = model.place.automations.take() else { return };
    pane.due = false;
    pane.revision = Some(model.world.automations.revision);
    pane.entries = entries(model);
    let views: Vec<&Query> = model.settings.automation_views.iter().map(|view| &view.query).collect();
    let asked: Vec<&Query> = views.iter().copied().chain([&pane.query]).collect();
    pane.recheck_at = recheck_at(model, &pane.entries, &asked);
    let answers = |query: &Query| answers(model, &pane.entries, query);
    let of_views: Vec<Vec<Answer>> = views.into_iter().map(answers).collect();
    let typed = answers(&pane.query);
    let of_all = of_views.get(pane.habits.views.at).into_iter().flatten().zip(&typed).enumerate();
    let (mut shown, mut unknown) = (Vec::new(), Vec::new());
    for (at, (view, typed)) in of_all {
        match view.min(typed) {
            Answer::Yes => shown.push(at),
            Answer::Unknown => unknown.extend(pane.entries.get(at).filter(|entry| is_unread(model, entry))),
            Answer::No => {}
        }
    }
    pane.counts = of_views.iter().map(|answers| count(answers)).collect();
    pane.unknown = unknown.into_iter().map(|entry| entry.at.clone()).collect();
    let grouped = model.automations_by_repo(&pane);
    sort::sort(pane.habits.views.order(), grouped, &mut shown, |at| {
        let entry = pane.entries.get(at)?;
        Some((entry, model.world.automations.known.get(&entry.at)?))
    });
    pane.totals = totals(model, &pane, &shown);
    let mut rows = Vec::with_capacity(shown.len() + 8);
    if grouped {
        for group in shown.chunk_by(|a, b| repo_of(&pane, *a) == repo_of(&pane, *b)) {
            let repo = group.first().and_then(|first| repo_of(&pane, *first));
            rows.extend(repo.map(|repo| heading(model, &pane, repo, group)));
            rows.extend(group.iter().copied().map(Row::One));
        }
    } else {
        rows.extend(shown.into_iter().map(Row::One));
    }
    if !rows.is_empty() {
        rows.extend(notes(model).into_iter().map(|(tone, text)| Row::Note(tone, text)));
    }
    pane.rows = rows;
    find_again(&mut pane);
    model.place.automations = Some(pane);
    model.dirty = true;
}

/// The cursor stays with its automation, else with its row.
fn find_again(pane: &mut AutomationsPane) {
    if !pane.settled {
        (pane.selected, pane.index, pane.top) = (None, 0, 0);
    }
    let at = |row: usize| pane.entry_at(row).map(|entry| &entry.at);
    let found = pane.selected.as_ref().and_then(|one| (0..pane.rows.len()).find(|row| at(*row) == Some(one)));
    let index = found.unwrap_or_else(|| nearest(pane, pane.index, true));
    let selected = at(index).cloned();
    if pane.top > 0 && index != pane.index {
        pane.top = (pane.top + index).saturating_sub(pane.index);
    }
    pane.index = index;
    // One that a list does not name just now may come back: until then the cursor is on its neighbour.
    pane.selected = selected;
}

/// The row of an automation at or after an index, or before it where there is none.
pub fn nearest(pane: &AutomationsPane, index: usize, forward: bool) -> usize {
    let index = index.min(pane.rows.len().saturating_sub(1));
    let is_one = |at: &usize| pane.entry_at(*at).is_some();
    let after = || (index..pane.rows.len()).find(is_one);
    let before = || (0..=index).rev().find(is_one);
    let found = if forward { after().or_else(before) } else { before().or_else(after) };
    found.unwrap_or(0)
}

fn repo_of(pane: &AutomationsPane, entry: usize) -> Option<&RepoName> {
    pane.entries.get(entry).map(|entry| &entry.at.repo)
}

/// Those of the watched repositories.
pub fn watched(model: &Model) -> impl Iterator<Item = &Known> {
    let repos = &model.settings.repos;
    model.world.automations.known.values().filter(|known| repos.contains(&known.automation.at.repo))
}

fn entries(model: &Model) -> Vec<Entry> {
    watched(model).map(|known| entry(model, &known.automation)).collect()
}

fn entry(model: &Model, one: &Automation) -> Entry {
    let all = &model.world.automations;
    let spent = [Period::Day, Period::Week, Period::Month].map(|period| spent(one, &period));
    Entry {
        at: one.at.clone(),
        name: one.name.show_line(),
        triggers: triggers(model, one),
        next: one.next_run(model.now),
        strain: worst(one).max(spent.iter().map(|spent| spent.strain).max().unwrap_or_default()),
        spent,
        pointed_out: all.concerns(&one.at).len() + all.violations(&one.at).len(),
        hay: hay(one, login(one)),
    }
}

fn login(one: &Automation) -> Option<&Untrusted> {
    one.creator.as_ref()?.login.as_ref()
}

/// All its triggers in words.
pub fn triggers(model: &Model, one: &Automation) -> Safe {
    let Some(triggers) = &one.triggers else { return Safe::new("not told") };
    if triggers.is_empty() {
        return Safe::new("by hand");
    }
    let words = triggers.iter().map(|trigger| match trigger.schedule() {
        Some(schedule) => schedule.words_here(model.now, &model.settings.zone),
        None => trigger.words(),
    });
    Safe::new(words.map(|words| words.to_string()).collect::<Vec<_>>().join("; "))
}

fn spent(one: &Automation, period: &Period) -> Spent {
    let said = |spending: &automation::Spending| match period {
        Period::Day => spending.day,
        Period::Week => spending.week,
        Period::Month => spending.month,
        Period::Unknown(_) => None,
    };
    let nano = match &one.detail {
        None => Amount::Unread,
        Some(detail) => detail.spending.as_ref().and_then(said).map_or(Amount::Untold, Amount::Nano),
    };
    let of_status = one.limits.iter().flatten().filter(|limit| limit.period == *period).map(strain_of).max();
    // Where only the limit itself is told, what was spent says how near it is.
    let set = one.detail.iter().flat_map(|detail| detail.limits.iter().flatten());
    let of_set = set
        .filter(|limit| limit.period == *period)
        .filter_map(|limit| Some(Strain::of(nano.nano()?, limit.limit)))
        .max();
    Spent { nano, strain: of_status.or(of_set).unwrap_or_default() }
}

pub fn strain_of(status: &automation::LimitStatus) -> Strain {
    let counted = status.used.zip(status.limit).map(|(used, limit)| Strain::of(used, limit));
    if status.reached { Strain::Reached } else { counted.unwrap_or_default() }
}

fn worst(one: &Automation) -> Strain {
    let told = one.detail.as_ref().and_then(|detail| detail.limit_reached) == Some(true);
    let of_status = one.limits.iter().flatten().map(strain_of).max().unwrap_or_default();
    if told { Strain::Reached } else { of_status }
}

/// What a query says of an automation. What two of them say together is the least of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    No,
    /// Something it asks about was not read yet, and nothing else rules the automation out.
    Unknown,
    Yes,
}

/// One for each of the entries.
fn answers(model: &Model, entries: &[Entry], query: &Query) -> Vec<Answer> {
    let (needs, of_lists) = (query.needs(), query.of_lists());
    let answer = |asked: Facts<'_>| {
        let is_missing = (needs.detail && asked.automation.detail.is_none())
            || (needs.track && asked.track.is_none())
            || (needs.findings && asked.findings.is_none());
        match query.matches(&asked) {
            true => Answer::Yes,
            false if is_missing && of_lists.matches(&asked) => Answer::Unknown,
            false => Answer::No,
        }
    };
    entries.iter().map(|entry| facts_of(model, entry).map_or(Answer::No, answer)).collect()
}

/// More can be learnt of it by asking the service.
fn is_unread(model: &Model, entry: &Entry) -> bool {
    let known = model.world.automations.known.get(&entry.at);
    known.is_some_and(|known| known.automation.detail.is_none() || known.track.is_none())
}

fn count(answers: &[Answer]) -> Count {
    let held = answers.iter().filter(|answer| **answer == Answer::Yes).count();
    Count { held, is_least: answers.contains(&Answer::Unknown) }
}

fn facts_of<'a>(model: &'a Model, entry: &'a Entry) -> Option<Facts<'a>> {
    Some(facts(model, model.world.automations.known.get(&entry.at)?, entry))
}

/// What a query is asked about.
fn facts<'a>(model: &'a Model, known: &'a Known, entry: &'a Entry) -> Facts<'a> {
    let (one, all) = (&known.automation, &model.world.automations);
    // Held against it is what the policy can be held against: the detail tells it.
    let is_held = one.detail.is_some() && all.policy.as_ref().is_some_and(|in_force| in_force.policy.is_ok());
    Facts {
        automation: one,
        login: login(one),
        viewer: model.world.viewer.as_ref().map(|viewer| viewer.id),
        next: entry.next,
        track: known.track.as_ref(),
        concerns: all.concerns(&entry.at),
        findings: is_held.then(|| all.violations(&entry.at)),
        hay: &entry.hay,
        now: model.now,
    }
}

fn totals(model: &Model, pane: &AutomationsPane, shown: &[usize]) -> Totals {
    let known = shown.iter().filter_map(|at| model.world.automations.known.get(&pane.entries.get(*at)?.at));
    let told: Vec<_> = known.map(|known| known.automation.spending()).collect();
    Totals { is_part: told.iter().any(Option::is_none), costs: total_spending(told.into_iter().flatten()) }
}

/// Its row has a sign that says to look at it.
fn has_sign(entry: &Entry) -> bool {
    entry.pointed_out > 0 || matches!(entry.strain, Strain::Near | Strain::Reached)
}

fn heading(model: &Model, pane: &AutomationsPane, repo: &RepoName, group: &[usize]) -> Row {
    let entries = || group.iter().filter_map(|at| pane.entries.get(*at));
    let is_off = |entry: &&Entry| {
        let known = model.world.automations.known.get(&entry.at);
        known.is_some_and(|known| matches!(known.automation.switch, Switch::Off(_)))
    };
    Row::Heading(Group {
        repo: repo.clone(),
        count: group.len(),
        off: entries().filter(is_off).count(),
        pointed_out: entries().filter(|entry| has_sign(entry)).count(),
        totals: totals(model, pane, group),
    })
}

/// When the next of the computed runs has come, and when a query that asks for a time gives another answer.
fn recheck_at(model: &Model, entries: &[Entry], queries: &[&Query]) -> Option<Instant> {
    let runs = entries.iter().filter_map(|entry| entry.next);
    let timed: Vec<_> = queries.iter().filter(|query| query.is_timed()).collect();
    let answers = entries
        .iter()
        .filter(|_| !timed.is_empty())
        .flat_map(|entry| timed.iter().filter_map(move |query| query.next_change(&facts_of(model, entry)?)));
    runs.chain(answers).filter(|at| *at > model.now).min()
}

/// What is to be said of the lists beside their rows: where there are none to have, what could not be read, what is left
/// out.
pub fn notes(model: &Model) -> Vec<(Tone, Safe)> {
    let told = |repo: &RepoName| model.world.automations.lists.get(repo).copied().unwrap_or_default();
    let repos = &model.settings.repos;
    let mut notes = Vec::new();
    for repo in repos {
        let list = told(repo);
        if list.unreadable > 0 {
            let n = list.unreadable;
            let what = if n == 1 { "one entry" } else { "entries" };
            let count = if n == 1 { String::new() } else { format!("{n} ") };
            notes.push((Tone::Warn, Safe::new(format!("{repo}: {count}{what} could not be read"))));
        }
        if list.more {
            notes.push((Tone::Warn, Safe::new(format!("{repo}: there are more than were read"))));
        }
    }
    let none: Vec<&str> = repos.iter().filter(|repo| told(repo).not_here).map(RepoName::as_str).collect();
    if !none.is_empty() {
        notes.push((Tone::Dim, Safe::new(format!("{NOT_HERE}: {}", none.join(", ")))));
    }
    notes
}

pub const NOT_HERE: &str = "this account or repository does not have automations yet";
