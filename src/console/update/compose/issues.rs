//! The list of open issues: opening it, keys in it, and what comes of what was asked for.

use crate::console::effect::Effect;
use crate::console::issue::{News, Wish};
use crate::console::keys::{Chord, Intent};
use crate::console::state::Model;
use crate::console::state::compose::editor::Did;
use crate::console::state::compose::{Asked, Draft, Form, IssueList, layout};
use crate::console::state::place::Pane;
use crate::console::update::actions;
use crate::domain::{IssueRef, RepoName};
use crate::text::Untrusted;

use super::assign;
use super::say::say;

/// Rows a page key moves by.
const PAGE: usize = 10;

/// `:issue`, `:issue owner/name`, `:issue 412`, `:issue owner/name#412`.
pub fn command(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let here = here(model);
    let (list, form) = match arguments {
        [] => (Some(here.ok_or("no repository is watched: `:issue owner/name` names one")?), None),
        [one] => match (one.parse::<RepoName>(), IssueRef::parse(one, here.as_ref())) {
            (_, Some(at)) => (None, Some(at)),
            (Ok(repo), None) => (Some(repo), None),
            (Err(_), None) => return Err("write: issue [owner/name] [number], such as issue acme/api#412".to_owned()),
        },
        _ => return Err("write: issue [owner/name] [number], such as issue acme/api#412".to_owned()),
    };
    if model.compose.sending.is_some() {
        return Err("a start is on its way: its answer comes first".to_owned());
    }
    actions::focus(model, Pane::Compose);
    super::list::open(model, None, effects);
    match (list, form) {
        (Some(repo), _) => open(model, repo, effects),
        (None, Some(at)) => assign::open(model, at, Untrusted::default(), &Draft::default(), effects),
        (None, None) => {}
    }
    Ok(())
}

/// The key in the list of templates.
pub(super) fn open_here(model: &mut Model, effects: &mut Vec<Effect>) {
    match here(model) {
        Some(repo) => open(model, repo, effects),
        None => say(model, true, "no repository is watched: add one with `:repo add owner/name`"),
    }
}

/// The repository of the selected task, else the first that is watched.
fn here(model: &Model) -> Option<RepoName> {
    let selected = model.selected().map(|known| known.task.at.repo.clone());
    selected.or_else(|| model.settings.repos.first().cloned())
}

fn open(model: &mut Model, repo: RepoName, effects: &mut Vec<Effect>) {
    want_list(model, &repo, effects);
    model.compose.issues.list = Some(IssueList::new(repo));
    model.dirty = true;
}

fn want_list(model: &mut Model, repo: &RepoName, effects: &mut Vec<Effect>) {
    if model.compose.issues.lists.entry(repo.clone()).or_default().wants(model.now) {
        effects.push(Effect::Issue(Wish::List(repo.clone())));
    }
}

/// An intent in the list. False: not one of the list's.
pub(super) fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    match intent {
        Intent::Down => step(model, 1),
        Intent::Up => step(model, -1),
        Intent::PageDown => step(model, PAGE.cast_signed()),
        Intent::PageUp => step(model, -PAGE.cast_signed()),
        Intent::Enter => choose(model, effects),
        Intent::NextChoice => turn(model, true, effects),
        Intent::PreviousChoice => turn(model, false, effects),
        Intent::Refresh => again(model, effects),
        Intent::Open => in_browser(model, effects),
        Intent::Back => model.compose.issues.list = None,
        _ => return false,
    }
    model.dirty = true;
    true
}

fn step(model: &mut Model, by: isize) {
    let side = &model.compose.issues;
    let Some(list) = &side.list else { return };
    let rows = side.rows();
    let to = list.at(&rows).saturating_add_signed(by).min(rows.len().saturating_sub(1));
    let chosen = rows.get(to).map(|issue| issue.at.number);
    if let Some(list) = &mut model.compose.issues.list {
        list.chosen = chosen;
    }
}

/// A wheel step moves the cursor.
pub(super) fn wheel(model: &mut Model, by: isize) {
    step(model, by);
    model.dirty = true;
}

/// A click puts the cursor on a row. `row`: of the pane, the first one under its rule. False: there is none.
pub(super) fn click(model: &mut Model, row: usize) -> bool {
    let side = &model.compose.issues;
    let Some(list) = &side.list else { return false };
    let shown = side.shown(list, layout::pane(model));
    let below = (row + 1).checked_sub(shown.above).filter(|row| *row < shown.room);
    let chosen = below.and_then(|row| side.rows().get(shown.top + row).map(|issue| issue.at.number));
    if let Some(list) = model.compose.issues.list.as_mut().filter(|_| chosen.is_some()) {
        list.chosen = chosen;
        model.dirty = true;
    }
    chosen.is_some()
}

/// A key that means nothing here is typed into the filter.
pub(super) fn key(model: &mut Model, chord: Chord) {
    if let Some(list) = &mut model.compose.issues.list
        && list.filter.key(chord, usize::MAX, 1) == Did::Edited
    {
        // Another filter starts at its first row.
        list.chosen = None;
    }
    model.dirty = true;
}

pub(super) fn paste(model: &mut Model, text: &Untrusted) {
    if let Some(list) = &mut model.compose.issues.list {
        list.filter.insert(text.raw_for_match());
        list.chosen = None;
    }
    model.dirty = true;
}

fn choose(model: &mut Model, effects: &mut Vec<Effect>) {
    let side = &model.compose.issues;
    let Some(list) = &side.list else { return };
    let rows = side.rows();
    let chosen = rows.get(list.at(&rows)).map(|issue| (issue.at.clone(), issue.title.clone()));
    match chosen.or_else(|| list.typed_number().map(|at| (at, Untrusted::default()))) {
        Some((at, title)) => assign::open(model, at, title, &Draft::default(), effects),
        None => say(model, false, "there is no issue under the cursor: a number opens any"),
    }
}

/// The list of another watched repository.
fn turn(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    let Some(list) = &model.compose.issues.list else { return };
    let repos = &model.settings.repos;
    let step = if forward { 1 } else { repos.len().saturating_sub(1) };
    let to = match repos.iter().position(|repo| *repo == list.repo) {
        Some(at) => repos.get((at + step) % repos.len()),
        None => repos.first(),
    };
    if let Some(repo) = to.cloned() {
        open(model, repo, effects);
    }
}

fn again(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(repo) = model.compose.issues.list.as_ref().map(|list| list.repo.clone()) else { return };
    let asked = model.compose.issues.lists.entry(repo.clone()).or_default();
    if !asked.under_way {
        asked.under_way = true;
        effects.push(Effect::Issue(Wish::List(repo)));
    }
}

fn in_browser(model: &mut Model, effects: &mut Vec<Effect>) {
    let side = &model.compose.issues;
    let rows = side.rows();
    let at = side.list.as_ref().map_or(0, |list| list.at(&rows));
    match rows.get(at).and_then(|issue| issue.html_url.clone()) {
        Some(url) => {
            say(model, false, &format!("opening {}", url.show_line()));
            effects.push(Effect::Open(url));
        }
        None => say(model, true, "no address is known here"),
    }
}

/// What the field in use is completed from, where that is not known or old.
pub(super) fn want_choices(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(form) = &model.compose.form else { return };
    let (Some(field), Some(repo)) = (form.focused(), form.repo()) else { return };
    match field.kind {
        "issue" => want_list(model, &repo, effects),
        "branch" if model.compose.issues.branches.entry(repo.clone()).or_default().wants(model.now) => {
            effects.push(Effect::Issue(Wish::Branches(repo)));
        }
        _ => {}
    }
}

pub fn news(model: &mut Model, news: News, effects: &mut Vec<Effect>) {
    let now = model.now;
    let side = &mut model.compose.issues;
    match news {
        News::List { repo, result, enabled } => {
            side.lists.entry(repo.clone()).or_default().learn(now, result);
            side.enabled.insert(repo, enabled);
        }
        News::Branches { repo, result } => side.branches.entry(repo).or_default().learn(now, result),
        News::Looked { at, result } => {
            let subject = model.compose.form.as_mut().and_then(Form::subject_mut).filter(|subject| subject.at == at);
            if let Some(subject) = subject {
                if let Ok(looked) = &result {
                    subject.title = looked.issue.title.clone();
                }
                Asked::learn(&mut subject.looked, now, result.map(|looked| *looked));
                model.compose.refresh_form();
            }
        }
        News::Assigned { request, result } => assign::answered(model, request, result, effects),
        News::Work { issue, work } => assign::work(model, &issue, *work),
    }
    model.dirty |= model.place.focus == Pane::Compose;
}
