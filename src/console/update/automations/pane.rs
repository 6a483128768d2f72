//! The automations pane: opened, moved in, asked for something else, left. Its page and its calendar are beside.
//!
//! ```text
//! told, query, view, sort, the clock ──> due ──settle──> rows, page, calendar ──> what is looked at, told if it changed
//! ```

use super::{acts, calendar, page};
use crate::console::automations::{Sight, Wish};
use crate::console::effect::Effect;
use crate::console::keys::{Context, Intent};
use crate::console::state::Model;
use crate::console::state::automations::page::Page;
use crate::console::state::automations::pane::{AutomationsPane, Habits, list_rows};
use crate::console::state::automations::rows::{self, nearest};
use crate::console::state::line::LineKind;
use crate::console::state::trail::{At, Spot};
use crate::console::state::views::{Look, all, step as following};
use crate::console::update::scroll::rows_by;
use crate::console::update::{actions, line, trail};
use crate::domain::automation::query::{Automations, Query};
use crate::domain::automation::{Column, Group, Order};
use crate::domain::listing::Named as _;
use crate::domain::{AutomationRef, TaskId};
use crate::text::Safe;

/// As it was left.
pub fn open(model: &mut Model) {
    let focus = model.place.focus;
    // Whatever stands over the panes goes, this one with its habits among it.
    actions::focus(model, focus);
    let mut pane = AutomationsPane::of(model.place.automating.habits.clone());
    (pane.query, pane.wrong) = Query::parse_while_typing(&pane.habits.text);
    model.place.automations = Some(Box::new(pane));
    model.dirty = true;
}

/// What the operator made of it is kept for the next time.
pub fn close(model: &mut Model) {
    let Some(pane) = model.place.automations.take() else { return };
    let selected = pane.selected.filter(|_| pane.settled);
    model.place.automating.habits = Habits { selected, ..pane.habits };
    model.dirty = true;
}

/// `:automations [QUERY]`.
pub fn command(model: &mut Model, arguments: &[&str], _: &mut Vec<Effect>) -> Result<(), String> {
    let text = arguments.join(" ");
    Query::parse(&text).map_err(|wrong| wrong.what)?;
    open(model);
    // Over the view that leaves none out, where there is one.
    if let Some(all) = all(&model.settings.automation_views) {
        set_view(model, all);
    }
    filter(model, text);
    Ok(())
}

/// Opens the page of one, over the list. False: it is not known.
pub fn show(model: &mut Model, at: &AutomationRef) -> bool {
    if !model.world.automations.known.contains_key(at) {
        return false;
    }
    if model.place.automations.is_none() {
        open(model);
    }
    trail::leap(model);
    if let Some(pane) = &mut model.place.automations {
        // Where the query would not let it through, it is on its page all the same.
        pane.selected = Some(at.clone());
        (pane.settled, pane.due) = (true, true);
        pane.page = Some(Page::of(at.clone()));
    }
    model.dirty = true;
    true
}

/// Back to a place in them. False: it is gone.
pub fn go(model: &mut Model, spot: &Spot) -> bool {
    open(model);
    if let Some(pane) = &mut model.place.automations {
        pane.selected = spot.automation.clone().or(pane.selected.take());
        pane.settled |= pane.selected.is_some();
    }
    match &spot.at {
        At::Automations { view, query } => {
            let of = |known: &crate::domain::automation::SavedView| known.word() == *view;
            if let Some(view) = model.settings.automation_views.iter().position(of) {
                set_view(model, view);
            }
            filter(model, query.clone());
        }
        At::Calendar => calendar::open(model),
        At::Automation(at) => {
            if !show(model, at) {
                close(model);
                return false;
            }
            let page = model.place.automations.as_mut().and_then(|pane| pane.page.as_mut());
            if let Some(page) = page {
                page.cursor = spot.top;
            }
        }
        _ => return false,
    }
    true
}

/// The automation that started a task.
pub fn of_task(model: &mut Model) {
    let Some(task) = model.selected().map(|known| known.task.at.id.clone()) else {
        return model.notes.say(model.now, true, "no task is selected");
    };
    match started_by(model, &task) {
        Some(at) if show(model, &at) => {}
        Some(at) => {
            let text = format!("automation {} started it; it is not known here", at.id.show());
            model.notes.say(model.now, true, text);
        }
        None => model.notes.say(model.now, false, "no automation is known to have started this task"),
    }
    model.dirty = true;
}

/// The one it names itself, else the one whose runs have it.
pub fn started_by(model: &Model, task: &TaskId) -> Option<AutomationRef> {
    let known = model.world.tasks.get(task)?;
    let repo = &known.task.at.repo;
    let named = known.task.automation.clone().map(|id| AutomationRef { repo: repo.clone(), id });
    named.or_else(|| {
        let all = model.world.automations.known.iter().filter(|(at, _)| at.repo == *repo);
        let mut with = all
            .filter(|(_, one)| one.track.as_ref().is_some_and(|track| track.tasks.iter().any(|run| run.id == *task)));
        with.next().map(|(at, _)| at.clone())
    })
}

/// Sets what is asked for besides the view. While it is being typed, what its last value begins with is enough.
pub fn filter(model: &mut Model, text: String) {
    let open = model.line.as_ref().is_some_and(|line| line.kind == LineKind::AutomationFilter);
    let Some(pane) = &mut model.place.automations else { return };
    if pane.habits.text != text || pane.query.is_open() != open {
        (pane.query, pane.wrong) = Query::parse_as(&text, open);
        pane.habits.text = text;
        // A row that is filtered away has no neighbours worth a look: the first that fits is.
        (pane.index, pane.due) = (0, true);
        model.dirty = true;
    }
}

pub fn set_view(model: &mut Model, view: usize) {
    let Some(pane) = &mut model.place.automations else { return };
    let there = model.settings.automation_views.len();
    if view >= there {
        return model.notes.say(model.now, true, format!("there are only {there} views here"));
    }
    // A tab leads back to the list.
    (pane.page, pane.calendar) = (None, None);
    if pane.habits.views.show(view, &mut pane.selected) {
        (pane.top, pane.due, pane.habits.turned) = (0, true, true);
    }
    model.dirty = true;
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, context: Context, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    if let Intent::View(n) = intent {
        set_view(model, usize::from(n).saturating_sub(1));
        model.dirty = true;
        return true;
    }
    let taken = match context {
        Context::Automations | Context::Automation if is_order(intent) => acts::intent(model, intent, effects),
        Context::Automation => page::intent(model, intent, effects),
        Context::Calendar => calendar::intent(model, intent),
        _ => list(model, intent, effects),
    };
    model.dirty |= taken;
    taken
}

/// It is about what is done to one, or to a new one.
fn is_order(intent: Intent) -> bool {
    matches!(intent, Intent::Switch | Intent::RunNow | Intent::Edit | Intent::New | Intent::Delete)
}

fn list(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = model.place.panes().body.map_or(1, list_rows).max(2) - 1;
    match intent {
        Intent::NextGroup => group(model, true),
        Intent::PreviousGroup => group(model, false),
        Intent::Enter | Intent::Detail => enter(model),
        Intent::Calendar => calendar::open(model),
        Intent::Filter => line::open(model, LineKind::AutomationFilter),
        Intent::NextView => step_view(model, true),
        Intent::PreviousView => step_view(model, false),
        Intent::SortNext => turn(model, |look| {
            look.order = Order { by: following(Column::all(), look.order.by, true), reversed: false };
        }),
        Intent::SortReverse => turn(model, |look| look.order.reversed = !look.order.reversed),
        Intent::GroupNext => regroup(model),
        Intent::Open => page::give(model, Effect::Open, "opening", effects),
        Intent::Copy => page::give(model, Effect::Copy, "copied", effects),
        Intent::Automations => close(model),
        Intent::Back => back(model),
        moved => match rows_by(moved, page) {
            Some(by) => step(model, by),
            None => return false,
        },
    }
    true
}

/// What is typed goes first.
fn back(model: &mut Model) {
    if model.place.automations.as_ref().is_some_and(|pane| !pane.habits.text.is_empty()) {
        filter(model, String::new());
    } else {
        close(model);
    }
}

/// Moves the cursor; headings are stepped over.
pub fn step(model: &mut Model, by: isize) {
    let Some(pane) = &mut model.place.automations else { return };
    let to = pane.index.saturating_add_signed(by);
    // From the first one up the heading above comes into sight.
    if by < 0 && nearest(pane, to, false) >= pane.index {
        pane.top = 0;
    }
    select(pane, to);
    model.dirty = true;
}

fn select(pane: &mut AutomationsPane, index: usize) {
    pane.settled = true;
    pane.index = nearest(pane, index, index >= pane.index);
    pane.selected = pane.chosen().map(|entry| entry.at.clone());
}

fn group(model: &mut Model, forward: bool) {
    let Some(pane) = &mut model.place.automations else { return };
    let is_heading = |row: &usize| matches!(pane.rows.get(*row), Some(rows::Row::Heading(_)));
    let found = if forward {
        (pane.index + 1..pane.rows.len()).find(is_heading)
    } else {
        (0..pane.index.saturating_sub(1)).rev().find(is_heading)
    };
    match found {
        Some(heading) => select(pane, heading + 1),
        None if pane.rows.iter().any(|row| matches!(row, rows::Row::Heading(_))) => {}
        None => {
            let text = model.filled("there are no groups — {automations.group-next} puts rows together");
            model.notes.say(model.now, false, text);
        }
    }
}

fn enter(model: &mut Model) {
    let at = model.place.automations.as_ref().and_then(|pane| pane.selected.clone());
    if !at.is_some_and(|at| show(model, &at)) {
        model.notes.say(model.now, false, "there is no automation under the cursor");
    }
}

fn step_view(model: &mut Model, forward: bool) {
    if let Some(view) = model.place.automations.as_ref().map(|pane| pane.habits.views.next(forward)) {
        set_view(model, view);
    }
}

/// Looks at the view in another way.
fn turn(model: &mut Model, change: impl FnOnce(&mut Look<Automations>)) {
    let Some(pane) = &mut model.place.automations else { return };
    pane.habits.views.turn(change);
    (pane.due, pane.habits.turned) = (true, true);
}

fn regroup(model: &mut Model) {
    let Some(pane) = &model.place.automations else { return };
    let group = if model.automations_by_repo(pane) { Group::None } else { Group::Repo };
    turn(model, |look| look.group = Some(group));
}

/// A click puts the cursor on a row; a second one opens what is there. `row`: below the title.
pub fn click(model: &mut Model, row: usize) -> bool {
    let Some(body) = model.place.panes().body else { return false };
    let Some(pane) = &mut model.place.automations else { return false };
    model.dirty = true;
    if let Some(page) = &mut pane.page {
        let line = page.top + row;
        if line >= page.lines.len() {
            return false;
        }
        page.cursor = line;
        return page.selected().is_some();
    }
    if let Some(calendar) = &mut pane.calendar {
        return calendar::click(calendar, row, body);
    }
    // Under the title stand the heads of the columns.
    let index = row.checked_sub(1).filter(|row| *row < list_rows(body)).map(|row| pane.top + row);
    let Some(index) = index.filter(|index| pane.entry_at(*index).is_some()) else { return false };
    select(pane, index);
    true
}

/// A wheel step: the cursor goes along.
pub fn wheel(model: &mut Model, by: isize) {
    let Some(pane) = &mut model.place.automations else { return };
    model.dirty = true;
    if let Some(page) = &mut pane.page {
        page.cursor = page.cursor.saturating_add_signed(by);
    } else if let Some(calendar) = &mut pane.calendar {
        calendar.select(calendar.index.saturating_add_signed(by));
    } else {
        step(model, by);
    }
}

/// Called at the end of every update: rows made anew if due, the cursor in view, and the runtime told what is looked at.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let revision = model.world.automations.revision;
    let now = model.now;
    let Some(pane) = &model.place.automations else { return look_away(model, effects) };
    let time_has_come = pane.recheck_at.is_some_and(|at| at <= now);
    if pane.due || pane.revision != Some(revision) || time_has_come {
        rows::rebuild(model);
    }
    page::settle(model);
    calendar::settle(model);
    let body = model.place.panes().body;
    if let (Some(body), Some(pane)) = (body, &mut model.place.automations) {
        in_view(pane, list_rows(body));
    }
    if !model.world.automations.policy_asked {
        model.world.automations.policy_asked = true;
        effects.push(Effect::Automations(Wish::Policy));
    }
    look(model, effects);
}

fn in_view(pane: &mut AutomationsPane, height: usize) {
    let height = height.max(1);
    let least = (pane.index + 1).saturating_sub(height);
    pane.top = pane.top.min(pane.rows.len().saturating_sub(height)).clamp(least, pane.index.max(least));
    // The heading of the group whose first row the cursor is on is seen, too.
    let above = pane.top.checked_sub(1).filter(|_| pane.top == pane.index && height > 1);
    if let Some(above) = above.filter(|above| matches!(pane.rows.get(*above), Some(rows::Row::Heading(_)))) {
        pane.top = above;
    }
}

/// Nothing of them is on the screen any more.
fn look_away(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.place.automating.looking.take().is_some() {
        effects.push(Effect::Automations(Wish::Look(None)));
    }
}

/// What is on the screen: of a page the one it is about, of the list its rows and what may become some, of the calendar
/// the one under the cursor.
fn look(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(pane) = &model.place.automations else { return };
    let height = model.place.panes().body.map_or(0, list_rows);
    let sight = match (&pane.page, &pane.calendar) {
        (Some(page), _) => Sight { rows: Vec::new(), chosen: Some(page.at.clone()) },
        (None, Some(calendar)) => {
            Sight { rows: Vec::new(), chosen: calendar.selected().map(|run| run.automation.clone()) }
        }
        (None, None) => Sight {
            // Where rows are left, those follow that may belong there: else nobody would ever learn whether they do.
            rows: (pane.top..(pane.top + height).min(pane.rows.len()))
                .filter_map(|row| Some(pane.entry_at(row)?.at.clone()))
                .chain(pane.unknown.iter().cloned())
                .take(height)
                .collect(),
            chosen: pane.selected.clone(),
        },
    };
    if model.place.automating.looking.as_ref() != Some(&sight) {
        model.place.automating.looking = Some(sight.clone());
        effects.push(Effect::Automations(Wish::Look(Some(sight))));
    }
}

/// A text of what is selected, for the clipboard where no address is known.
pub(super) fn named(model: &Model) -> Option<Safe> {
    let known = model.automation()?;
    Some(Safe::new(format!("{} {}", known.automation.at.repo, known.automation.at.id.show())))
}
