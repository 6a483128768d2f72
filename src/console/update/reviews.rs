//! The reviews: grouped by whom they wait on; one as a page, its diff, its failed check's log.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::scroll::rows_by;
use super::{actions, line, log, queue};
use crate::console::effect::Effect;
use crate::console::keys::{Context, Intent};
use crate::console::reviews::{LookAt, News, Wish};
use crate::console::state::layout::Put;
use crate::console::state::line::LineKind;
use crate::console::state::place::Pane;
use crate::console::state::reviews::diff::{DiffPane, Doc, Search, State};
use crate::console::state::reviews::{Heading, Key, Page, Row, over};
use crate::console::state::world::{Known, PullOf};
use crate::console::state::{Model, detail};
use crate::domain::blocked::Whom;
use crate::domain::{Pull, PullTarget, RepoName, ReviewDecision};
use crate::text::Safe;

pub mod act;

/// Rebuilds rows, counts and selection from the world.
pub fn rebuild(model: &mut Model) {
    model.reviews.due = false;
    // What only the runs of an automation brought stands with the automation: what is counted here does not hang on
    // whether somebody looked there.
    let elsewhere = |key: &Key| model.world.of_runs.contains(key) && model.world.tasks.naming(key).is_empty();
    let known = model.world.pulls.iter().filter(|(key, _)| !elsewhere(key));
    let known = known.filter_map(|(key, pull)| Some((key, pull.as_ref()?)));
    let mut known: Vec<(&Key, &Pull, Option<Whom>)> =
        known.map(|(key, pull)| (key, pull, model.blocked(pull).map(|on| on.whom))).collect();
    known.sort_by_key(|(key, pull, whom)| {
        let newest = if whom.is_some() { None } else { Some(Reverse(pull.updated_at)) };
        (whom.is_none(), *whom, newest, pull.created_at, *key)
    });
    let open = known.iter().filter(|(.., whom)| whom.is_some()).count();
    let waiting = known.iter().filter(|(.., whom)| whom.is_some_and(Whom::is_here)).count();
    let digits = known.iter().map(|(_, p, _)| p.number.checked_ilog10().unwrap_or(0) as usize + 1).max().unwrap_or(1);
    let reviewed = |pull: &Pull| matches!(pull.review, ReviewDecision::Approved | ReviewDecision::ChangesRequested);
    let mut unreviewed: HashMap<RepoName, usize> = HashMap::new();
    for (_, pull, _) in known.iter().filter(|(_, pull, _)| pull.is_open() && !reviewed(pull)) {
        *unreviewed.entry(pull.repo.clone()).or_default() += 1;
    }
    let mut counts: HashMap<Option<Whom>, usize> = HashMap::new();
    for (.., whom) in &known {
        *counts.entry(*whom).or_default() += 1;
    }
    let headed = model.reviews_headed();
    let mut rows = Vec::with_capacity(known.len() + counts.len());
    let mut group = None;
    for (key, _, whom) in &known {
        if headed && group != Some(*whom) {
            let count = counts.get(whom).copied().unwrap_or(0);
            rows.push(Row::Heading(Heading { whom: *whom, count }));
            group = Some(*whom);
        }
        rows.push(Row::Pull((*key).clone()));
    }
    let here = model.place.focus == Pane::Reviews && !model.reviews.chosen && !is_filling(model);
    let reviews = &mut model.reviews;
    reviews.unreviewed = unreviewed;
    (reviews.open, reviews.waiting, reviews.digits, reviews.headed) = (open, waiting, digits, headed);
    reviews.chosen |= here;
    if !reviews.chosen {
        reviews.selected = None;
        reviews.index = 0;
    }
    let found = reviews.selected.as_ref().and_then(|key| rows.iter().position(|row| row.key() == Some(key)));
    let index = found.unwrap_or_else(|| nearest(&rows, reviews.index, true));
    if reviews.top > 0 && index != reviews.index {
        reviews.top = (reviews.top + index).saturating_sub(reviews.index);
    }
    reviews.index = index;
    reviews.selected = rows.get(index).and_then(Row::key).cloned();
    reviews.rows = rows;
    model.dirty = true;
}

/// Lists, or pull requests that tasks name, were not read yet. While they come in the cursor stands on the first row,
/// whichever came first, unless a key was pressed there.
fn is_filling(model: &Model) -> bool {
    let is_coming = |known: &Known| matches!(model.world.pull_of(&known.task), Some(PullOf::Loading));
    !queue::all_read(model) || model.world.tasks.values().any(is_coming)
}

/// The row of a pull request at or after an index, or before it where there is none.
fn nearest(rows: &[Row], index: usize, forward: bool) -> usize {
    let index = index.min(rows.len().saturating_sub(1));
    let is_pull = |at: &usize| rows.get(*at).is_some_and(|row| row.key().is_some());
    let after = || (index..rows.len()).find(is_pull);
    let before = || (0..=index).rev().find(is_pull);
    let found = if forward { after().or_else(before) } else { before().or_else(after) };
    found.unwrap_or(0)
}

/// Puts the selection on a row; a heading is stepped over.
pub fn select(model: &mut Model, index: usize) {
    let reviews = &mut model.reviews;
    reviews.chosen = true;
    let index = nearest(&reviews.rows, index, index >= reviews.index);
    let selected = reviews.rows.get(index).and_then(Row::key).cloned();
    if reviews.selected != selected {
        reviews.selected = selected;
        reviews.index = index;
        reviews.moved = true;
    }
}

/// Puts the selection on this one. False: it is not among them.
pub fn reveal(model: &mut Model, key: &Key) -> bool {
    let found = model.reviews.rows.iter().position(|row| row.key() == Some(key));
    found.map(|index| select(model, index)).is_some()
}

/// A key in the list, on the page or in the diff. False: not one of their own.
pub fn intent(model: &mut Model, context: Context, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    model.reviews.chosen |= !matches!(intent, Intent::Back | Intent::Reviews);
    if context != Context::Reviews && moved(model, context, intent) {
        return true;
    }
    match (context, intent) {
        (Context::Reviews, Intent::Enter) => open(model),
        (Context::Reviews, Intent::Refresh | Intent::Back | Intent::Reviews) => return false,
        (_, Intent::Refresh) => {
            // What is read of this one alone is read anew, too.
            (model.reviews.looking, model.reviews.look) = (None, None);
            effects.push(Effect::Reviews(Wish::Look(None)));
            effects.push(Effect::Refresh);
            model.notes.say(model.now, false, "asking every source …");
        }
        (_, Intent::Back | Intent::Reviews) => close(model, intent == Intent::Reviews),
        (_, Intent::Log) => {
            let page = model.reviews.page.as_ref().map(|page| page.key.clone());
            model.reviews.selected = page.or(model.reviews.selected.take());
            actions::run(model, Intent::Enter, effects);
        }
        (Context::Diff, Intent::Diff) => close(model, false),
        (_, Intent::Diff) => diff(model, effects),
        (_, Intent::CheckLog) => check_log(model, effects),
        (Context::Diff, Intent::Filter) => line::open(model, LineKind::DiffSearch),
        _ => return act::intent(model, intent),
    }
    model.dirty = true;
    true
}

/// Opens the page of this one.
pub fn show(model: &mut Model, key: &Key) {
    reveal(model, key);
    model.reviews.diff = None;
    model.reviews.page = Some(Page { key: key.clone(), top: 0, said: None });
    model.dirty = true;
}

/// Opens the page of the pull request under the cursor.
fn open(model: &mut Model) {
    match model.reviews.selected.clone() {
        Some(key) => model.reviews.page = Some(Page { key, top: 0, said: None }),
        None => model.notes.say(model.now, true, "no pull request is selected"),
    }
}

/// The diff goes first, then the page; or both.
fn close(model: &mut Model, both: bool) {
    if model.reviews.diff.take().is_none() || both {
        model.reviews.page = None;
    }
}

/// Opens the diff of the page, or of the pull request under the cursor.
pub fn open_diff(model: &mut Model, effects: &mut Vec<Effect>) {
    diff(model, effects);
}

fn diff(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(target) = model.reviewed_pull().map(PullTarget::of) else {
        return model.notes.say(model.now, true, "no pull request is selected");
    };
    model.reviews.diff = Some(Box::new(DiffPane::new(target.clone())));
    effects.push(Effect::Reviews(Wish::Diff(target)));
}

/// The log of the first failed check that has one, those that are required first.
fn check_log(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(pull) = model.reviewed_pull() else {
        return model.notes.say(model.now, true, "no pull request is selected");
    };
    let failed = pull.standing.failed();
    let Some((job, check)) = failed.iter().find_map(|check| Some((check.job?, check.name.clone()))) else {
        let why = failed.first().map_or_else(
            || "no check of it has failed".to_owned(),
            |check| format!("{} is no Actions job: its log is at its own service", check.name.show_line()),
        );
        return model.notes.say(model.now, true, why);
    };
    let of = PullTarget::of(pull);
    model.notes.say(model.now, false, format!("reading the log of {} …", check.show_line()));
    effects.push(Effect::Reviews(Wish::CheckLog { of, job, check }));
}

/// Moves the page or the diff. False: not a movement.
fn moved(model: &mut Model, context: Context, intent: Intent) -> bool {
    let page = over(model).body_rows().max(2) - 1;
    if let Some(by) = rows_by(intent, page) {
        scroll(model, by);
        return true;
    }
    match intent {
        Intent::NextFile | Intent::PreviousFile if context == Context::Diff => {
            file(model, intent == Intent::NextFile);
            true
        }
        Intent::NextHit | Intent::PreviousHit if context == Context::Diff => {
            hit(model, intent == Intent::NextHit);
            true
        }
        other => {
            let put = Put::of(other).filter(|_| context == Context::Diff);
            put.is_some_and(|put| line_to(model, put))
        }
    }
}

/// Puts the line last found there. True: also where there is none, which is said.
fn line_to(model: &mut Model, put: Put) -> bool {
    let height = over(model).body_rows();
    let Some(diff) = &mut model.reviews.diff else { return false };
    let found = diff.search.as_ref().and_then(|search| search.hits.get(search.at?));
    let Some(line) = found else {
        let text = model.filled("there is no line to move: {diff.filter} finds one");
        model.notes.say(model.now, false, text);
        return true;
    };
    diff.top = line.saturating_sub(put.rows_above(height, 1));
    clamp(model);
    model.dirty = true;
    true
}

/// Scrolls what is over the panes.
pub fn scroll(model: &mut Model, by: isize) {
    let top = match (&mut model.reviews.diff, &mut model.reviews.page) {
        (Some(diff), _) => &mut diff.top,
        (None, Some(page)) => &mut page.top,
        (None, None) => return,
    };
    let before = *top;
    *top = top.saturating_add_signed(by);
    clamp(model);
    let now = model.reviews.diff.as_ref().map(|diff| diff.top).or(model.reviews.page.as_ref().map(|page| page.top));
    model.dirty |= now != Some(before);
}

/// Neither is scrolled past its end.
fn clamp(model: &mut Model) {
    let area = over(model);
    let rows = area.body_rows();
    let lines = model
        .reviews
        .page
        .as_ref()
        .and_then(|page| model.world.pulls.get(&page.key)?.as_ref())
        .map_or(0, |pull| detail::pull_page(model, pull, area.width).len());
    if let Some(page) = &mut model.reviews.page {
        page.top = page.top.min(lines.saturating_sub(rows));
    }
    if let Some(diff) = &mut model.reviews.diff {
        let lines = diff.doc().map_or(0, Doc::len);
        diff.top = diff.top.min(lines.saturating_sub(rows));
    }
}

fn file(model: &mut Model, forward: bool) {
    let Some(diff) = &mut model.reviews.diff else { return };
    let top = diff.top;
    let Some(doc) = diff.doc() else { return };
    let mut lines = doc.files.iter().map(|file| file.line);
    let to = if forward { lines.find(|line| *line > top) } else { lines.rev().find(|line| *line < top) };
    if let Some(line) = to {
        diff.top = line;
    } else {
        let text = if forward { "this is the last file" } else { "this is the first file" };
        model.notes.say(model.now, false, text);
    }
    // The last files of a diff may be too short to come to stand at the top.
    clamp(model);
    model.dirty = true;
}

/// Goes to the next hit, and round.
fn hit(model: &mut Model, forward: bool) {
    let Some(diff) = &mut model.reviews.diff else { return };
    model.dirty = true;
    let top = diff.top;
    let Some(Search { hits, at, .. }) = diff.search.as_mut().filter(|search| !search.hits.is_empty()) else {
        let text = model.filled("nothing found: {diff.filter} searches the diff");
        return model.notes.say(model.now, false, text);
    };
    let last = hits.len() - 1;
    let to = match (*at, forward) {
        (Some(at), true) => {
            if at == last {
                0
            } else {
                at + 1
            }
        }
        (Some(0), false) => last,
        (Some(at), false) => at - 1,
        (None, true) => hits.iter().position(|line| *line >= top).unwrap_or(0),
        (None, false) => hits.iter().rposition(|line| *line < top).unwrap_or(last),
    };
    *at = Some(to);
    if let Some(line) = hits.get(to) {
        // With a little of what stands before it.
        diff.top = line.saturating_sub(2);
    }
    clamp(model);
}

/// The `/` line over the diff changed, or was accepted.
pub fn search(model: &mut Model, text: &str) {
    let Some(diff) = &mut model.reviews.diff else { return };
    let hits = diff.doc().map(|doc| doc.find(text)).unwrap_or_default();
    diff.search = (!text.is_empty()).then(|| Search { text: text.to_owned(), hits, at: None });
    model.dirty = true;
    if diff.search.as_ref().is_some_and(|search| !search.hits.is_empty()) {
        hit(model, true);
    }
}

/// What was read, or done.
pub fn news(model: &mut Model, news: News, effects: &mut Vec<Effect>) {
    model.dirty = true;
    match news {
        News::Policy(policy) => model.reviews.policy = Some(policy),
        News::Look(target, look) => {
            let key = (target.at.repo.clone(), target.at.id);
            if look.agent_merge.is_some() {
                model.reviews.agent_merges.insert(key, look.head.clone());
            } else {
                model.reviews.agent_merges.remove(&key);
            }
            model.reviews.look = Some((target, look));
        }
        News::Diff(target, result) => {
            let Some(diff) = model.reviews.diff.as_mut().filter(|diff| diff.target == target) else { return };
            diff.state = match result {
                Ok(found) => State::There(Box::new(Doc::read(&found))),
                Err(fault) => State::Failed(fault),
            };
        }
        News::CheckLog { of, check, log: Ok(Some(bytes)) } => {
            // Who has gone elsewhere meanwhile is not called back.
            if model.place.focus == Pane::Reviews {
                let name = Safe::new(format!("{} of {}", check.show_line(), of.name()));
                log::lend(model, name, &bytes);
            }
        }
        News::CheckLog { check, log: Ok(None), .. } => {
            let text = format!("{} has no log yet: its job has not ended", check.show_line());
            model.notes.say(model.now, true, text);
        }
        News::CheckLog { log: Err(fault), .. } => model.notes.say(model.now, true, fault.to_string()),
        News::Acted { order, result } => act::done(model, &order, result, effects),
    }
}

/// Ends every update: rows anew where the room for headings changed, what is gone is closed, what the cursor rests on is
/// read.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let page = model.reviews.page.as_ref();
    if page.is_some_and(|page| !matches!(model.world.pulls.get(&page.key), Some(Some(_)))) {
        (model.reviews.page, model.reviews.diff) = (None, None);
        model.notes.say(model.now, true, "the pull request is gone, or not visible to this token any more");
        model.dirty = true;
    }
    if model.reviews.is_over() {
        clamp(model);
    }
    if !model.reviews.policy_asked && !model.reviews.rows.is_empty() {
        model.reviews.policy_asked = true;
        effects.push(Effect::Reviews(Wish::Policy));
    }
    let wanted = (model.place.focus == Pane::Reviews)
        .then(|| model.reviewed_pull())
        .flatten()
        .filter(|pull| pull.is_open())
        .map(|pull| LookAt { target: PullTarget::of(pull), base: pull.base_ref.clone() });
    if model.reviews.looking != wanted {
        model.reviews.looking.clone_from(&wanted);
        effects.push(Effect::Reviews(Wish::Look(wanted)));
    }
}
