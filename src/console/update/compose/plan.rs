//! The plan table: rows weighed, taken in and left out, sent, and what becomes of each.

use uuid::Uuid;

use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::compose::plan::{PlanPane, Row, Stage, Standing};
use crate::console::state::compose::{Form, known_duplicates, layout};
use crate::console::state::place::Pane;
use crate::console::update::{actions, net, queue, scroll};
use crate::domain::plan::{Plan, PlanNews, Turn, Weighed};
use crate::domain::policy::Case;
use crate::domain::start::Order;
use crate::domain::{Fault, RepoName, Task};
use crate::text::Safe;

use super::say::say;
use super::{plan_ask, start};

/// Repositories asked about at the same time.
const AT_ONCE: usize = 4;

/// The form's prompt for each of its repositories: the table, or why there is none.
pub(super) fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(draft) = model.compose.form.as_ref().map(|form| form.id) else { return };
    if let Some(plan) = model.compose.plan.as_mut().filter(|plan| plan.is_running() || plan.id.is_some()) {
        if plan.draft == draft {
            plan.shown = true;
            model.dirty = true;
            return;
        }
        if plan.is_running() {
            return say(model, true, "another plan is under way: its last row comes first; :plan shows it");
        }
    }
    // What was sent in part stays as it was sent, whatever its template says by now.
    let sent = model.compose.form.as_ref().is_some_and(|form| form.plan.is_some());
    if !sent && !start::is_ready(model) {
        return;
    }
    let Some(form) = &model.compose.form else { return };
    if form.request().is_some_and(|request| request.head_ref.is_some()) {
        let why = "a head branch is one repository's own: clear it, or choose one repository";
        return say(model, true, &format!("not started: {why}"));
    }
    let before = model.compose.plan.take().filter(|plan| plan.draft == draft);
    let Some(plan) = of_form(form, before.as_deref()) else { return };
    let sent = plan.id;
    model.compose.plan = Some(Box::new(plan));
    model.dirty = true;
    match sent {
        // What is left of it is weighed when that is known.
        Some(id) => effects.push(Effect::LookPlan(id)),
        None => weigh_all(model, false),
    }
}

/// The table of a form; what was said of its rows by hand in the one before stays.
fn of_form(form: &Form, before: Option<&PlanPane>) -> Option<PlanPane> {
    let request = form.request()?;
    let stamp = form.stamp();
    let order = Order {
        template: stamp.as_ref().map(|stamp| stamp.id.clone()),
        template_hash: stamp.as_ref().map(|stamp| stamp.hash),
        ticket: stamp.and_then(|stamp| stamp.ticket),
        not_before: form.not_before,
        ..Order::new(Uuid::nil(), request)
    };
    let row = |repo: &RepoName| {
        let was = before.and_then(|plan| plan.rows.iter().find(|row| row.repo == *repo));
        let (own_base, choice) = was.map_or((false, None), |row| (row.own_base, row.choice));
        Row { own_base, choice, ..Row::new(repo.clone()) }
    };
    let title = form.template.as_ref().map_or("prompt without a template", |template| template.title.as_str());
    Some(PlanPane {
        shown: true,
        id: form.plan,
        draft: form.id,
        title: Safe::new(title),
        order,
        only: form.template.as_ref().map(|template| template.repos.clone()).unwrap_or_default(),
        rows: form.repos.iter().map(row).collect(),
        cursor: before.map_or(0, |plan| plan.cursor),
        top: 0,
        stage: if form.plan.is_some() { Stage::Looking } else { Stage::Planned },
        to_ask: std::collections::VecDeque::new(),
        holds: None,
        ended_by: None,
    })
}

/// `:plan`: the table as it was left; of what was not sent yet, as the form is now.
pub fn show(model: &mut Model, effects: &mut Vec<Effect>) {
    let none = model.filled("there is no plan: {form.repos} in the compose form chooses several repositories");
    let Some((draft, sent)) = model.compose.plan.as_ref().map(|plan| (plan.draft, plan.id.is_some())) else {
        return say(model, false, &none);
    };
    let form = model.compose.form.as_ref().filter(|form| form.id == draft);
    let form = form.map(|form| !form.repos.is_empty());
    let kept = model.compose.drafts.iter().any(|kept| kept.id == draft);
    if !sent && form != Some(true) && (form.is_some() || !kept) {
        // Its prompt went another way, or was thrown away.
        model.compose.plan = None;
        return say(model, false, &none);
    }
    model.compose.picker = None;
    actions::focus(model, Pane::Compose);
    if !sent && form.is_some() {
        return open(model, effects);
    }
    if let Some(plan) = &mut model.compose.plan {
        plan.shown = true;
    }
}

/// An intent in the table. False: not one of its own.
pub(super) fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = rows_in_sight(model).max(2) - 1;
    let Some(plan) = &mut model.compose.plan else { return false };
    let last = plan.rows.len().saturating_sub(1);
    match intent {
        Intent::Mark => mark(model),
        Intent::MarkAll => mark_all(model),
        Intent::DefaultBase => default_base(model),
        Intent::Refresh => again(model, effects),
        Intent::Start => plan_ask::ask(model),
        Intent::Stop => stop(model, effects),
        Intent::Enter => enter(model),
        Intent::Repos => repos(model),
        Intent::Back => back(model),
        moved => match scroll::through(moved, plan.cursor, page, last) {
            Some(row) => plan.cursor = row,
            None => return false,
        },
    }
    model.dirty = true;
    true
}

/// Rows of the table that are seen at once.
fn rows_in_sight(model: &Model) -> usize {
    layout::plan(layout::pane(model)).0.body_rows().saturating_sub(1)
}

/// While the plan runs nothing of it changes.
pub(super) const UNDER_WAY: &str = "the plan is under way: {plan.stop} stops it after this row";

fn frozen(model: &mut Model) -> bool {
    let stage = model.compose.plan.as_ref().map(|plan| plan.stage);
    match stage {
        Some(Stage::Running { .. }) => {
            let text = model.filled(UNDER_WAY);
            say(model, false, &text);
        }
        Some(Stage::Looking) => say(model, false, "what was sent of it is being read from the ledger"),
        _ => return false,
    }
    true
}

/// Takes the row in, or leaves it out.
fn mark(model: &mut Model) {
    if frozen(model) {
        return;
    }
    let Some(plan) = &mut model.compose.plan else { return };
    let Some(row) = plan.rows.get_mut(plan.cursor) else { return };
    let why_not = match (&row.turn, &row.weighed) {
        (Some(Turn::Started(_)), _) => Some(model.settings.keymap.fill("it has its task: {plan.enter} goes there")),
        (_, Some((weighed, _))) if row.before() == Standing::Refused => Some(weighed.line.to_string()),
        _ => None,
    };
    if let Some(why_not) = why_not {
        return say(model, true, &why_not);
    }
    row.choice = Some(!row.is_in());
    let twice = row.choice == Some(true) && row.before() == Standing::Duplicate;
    let repo = row.repo.clone();
    plan.cursor = (plan.cursor + 1).min(plan.rows.len().saturating_sub(1));
    if twice {
        say(model, true, &format!("{repo} is sent although the same work may be under way there"));
    }
}

/// Takes in every row that may go without a second thought; where they all are, leaves all out.
fn mark_all(model: &mut Model) {
    if frozen(model) {
        return;
    }
    let Some(plan) = &mut model.compose.plan else { return };
    let plain = |row: &Row| {
        let sent = matches!(row.turn, Some(Turn::Started(_) | Turn::Unknown(_)));
        !sent && !matches!(row.before(), Standing::Refused | Standing::Duplicate)
    };
    let all_in = plan.rows.iter().filter(|row| plain(row)).all(Row::is_in);
    for row in &mut plan.rows {
        if plain(row) || (all_in && row.is_in()) {
            row.choice = Some(!all_in);
        }
    }
}

/// The row starts at its repository's default branch, or at the form's base again.
fn default_base(model: &mut Model) {
    if frozen(model) {
        return;
    }
    let Some(plan) = &mut model.compose.plan else { return };
    if plan.order.request.base_ref.is_none() {
        return say(model, false, "the form names no base: every row starts at its repository's default branch");
    }
    let cursor = plan.cursor;
    let Some(row) = plan.rows.get_mut(cursor).filter(|row| row.task().is_none()) else { return };
    row.own_base = !row.own_base;
    weigh(model, cursor);
}

/// Asks for every verdict anew; where the ledger could not be read, reads it again.
fn again(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(plan) = &mut model.compose.plan else { return };
    match (plan.stage, plan.id) {
        (Stage::Running { .. }, _) => {
            frozen(model);
        }
        // Also of rows that may have started: they are looked for again.
        (_, Some(id)) => {
            plan.stage = Stage::Looking;
            plan.ended_by = None;
            effects.push(Effect::LookPlan(id));
        }
        (_, None) => weigh_all(model, true),
    }
}

fn stop(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(plan) = &mut model.compose.plan else { return };
    match (plan.stage, plan.id) {
        (Stage::Running { stopping: false }, Some(id)) => {
            plan.stage = Stage::Running { stopping: true };
            effects.push(Effect::StopPlan(id));
            say(model, false, "it stops after the row that is on its way; the rest can be sent later");
        }
        (Stage::Running { .. }, _) => say(model, false, "it stops after the row that is on its way"),
        _ => say(model, false, "nothing is under way"),
    }
}

fn enter(model: &mut Model) {
    let Some(row) = model.compose.plan.as_ref().and_then(|plan| plan.selected()) else { return };
    match row.task().cloned() {
        Some(task) if model.world.tasks.get(&task.id).is_some() => {
            actions::focus(model, Pane::Queue);
            queue::reveal(model, &task.id);
        }
        Some(task) => {
            let add = format!("its task is not seen yet: is {0} watched? :repo add {0}", task.repo);
            say(model, false, &add);
        }
        None => say(model, false, "no task was started by this row"),
    }
}

/// Another set of repositories, while nothing was sent.
fn repos(model: &mut Model) {
    if frozen(model) {
        return;
    }
    super::repos::open(model);
}

fn back(model: &mut Model) {
    let Some(plan) = &mut model.compose.plan else { return };
    if plan.is_running() {
        let (over, all) = plan.progress();
        model.place.focus = Pane::Queue;
        return say(model, false, &format!("plan {over}/{all} goes on; :plan brings it back"));
    }
    plan.shown = false;
    if model.compose.form.is_none() {
        model.place.focus = Pane::Queue;
    }
}

/// A click puts the cursor on a row; a second one goes to its task.
pub(super) fn click(model: &mut Model, row: usize) -> bool {
    let Some(plan) = &mut model.compose.plan else { return false };
    let index = plan.top + row;
    if index >= plan.rows.len() {
        return false;
    }
    plan.cursor = index;
    model.dirty = true;
    plan.selected().is_some_and(|row| row.task().is_some())
}

/// Judges every row that has no task, by what is known; what is not known, or all of it where it is wanted `anew`, is
/// asked for.
fn weigh_all(model: &mut Model, anew: bool) {
    let now = model.now;
    let Some(plan) = &mut model.compose.plan else { return };
    let mut wanted = Vec::new();
    for row in plan.rows.iter_mut().filter(|row| row.task().is_none()) {
        if anew || model.compose.gate.is_old(&row.repo, now) {
            row.weighed = None;
            wanted.push(row.repo.clone());
        }
    }
    plan.to_ask = wanted.into();
    for index in 0..plan.rows.len() {
        weigh(model, index);
    }
}

/// Judges one row by what is known of its repository, unless that is being asked for.
fn weigh(model: &mut Model, index: usize) {
    let Some(mut plan) = model.compose.plan.take() else { return };
    let order = plan.rows.get(index).map(|row| plan.order_of(row));
    if let (Some(order), Some(row)) = (order, plan.rows.get_mut(index)) {
        let template = order.template.as_deref();
        if let Some(elsewhere) = Weighed::elsewhere(template.unwrap_or_default(), &plan.only, &row.repo) {
            // No answer changes that.
            plan.to_ask.retain(|repo| *repo != row.repo);
            row.weighed = Some((elsewhere, model.now));
        } else if !plan.to_ask.contains(&row.repo) {
            let gate = &model.compose.gate;
            row.default_branch = gate.default_branch(&row.repo).map(Safe::new);
            let case = Case { request: &order.request, template, ticket: order.ticket.as_deref() };
            row.weighed = gate.judge_told(&case).map(|(judged, at)| {
                let mut weighed = Weighed::of(&judged);
                weighed.duplicates.extend(known_duplicates(&model.world, &order.request, &weighed.duplicates));
                (weighed, at)
            });
        }
    }
    model.compose.plan = Some(plan);
}

/// What the policy needs to know of a repository is here.
pub fn weighed(model: &mut Model, repo: &RepoName) {
    let index = model.compose.plan.as_ref().and_then(|plan| plan.rows.iter().position(|row| row.repo == *repo));
    if let (Some(index), Some(plan)) = (index, &mut model.compose.plan) {
        plan.to_ask.retain(|asked| asked != repo);
        weigh(model, index);
    }
}

/// What every update ends with: a few more questions on their way, the cursor in sight.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let area = layout::pane(model);
    if let Some(picker) = &mut model.compose.picker {
        picker.settle(area.body_rows().saturating_sub(1));
    }
    let height = rows_in_sight(model);
    let Some(plan) = &mut model.compose.plan else { return };
    plan.settle(height);
    let gate = &mut model.compose.gate;
    while gate.under_way() < AT_ONCE {
        let Some(repo) = plan.to_ask.pop_front() else { break };
        if gate.ask(&repo) {
            effects.push(Effect::Weigh(repo));
        }
    }
}

/// The question was answered with Yes: the one place a plan leaves the console.
pub fn confirmed(model: &mut Model, sent: Box<Plan>, effects: &mut Vec<Effect>) {
    if frozen(model) {
        return;
    }
    let Some(plan) = &mut model.compose.plan else { return };
    plan.id = Some(sent.id);
    plan.stage = Stage::Running { stopping: false };
    plan.to_ask.clear();
    (plan.holds, plan.ended_by) = (None, None);
    for row in &mut plan.rows {
        row.in_run = sent.orders.iter().any(|order| order.request.repo == row.repo);
        if row.in_run {
            row.turn = None;
        }
    }
    let draft = plan.draft;
    // Kept before anything is sent: if this program ends now, it is still known what belongs together.
    let form = model.compose.form.as_mut().filter(|form| form.id == draft);
    let kept = match form {
        Some(form) => {
            (form.plan, form.touched, form.fault) = (Some(sent.id), true, None);
            Some(form.to_draft())
        }
        None => model.compose.drafts.iter_mut().find(|kept| kept.id == draft).map(|kept| {
            kept.plan = Some(sent.id);
            kept.clone()
        }),
    };
    effects.extend(kept.map(|kept| Effect::KeepDraft(Box::new(kept))));
    effects.push(Effect::Plan(sent));
    model.dirty = true;
}

/// A row moved on, or all is over.
pub fn news(model: &mut Model, id: Uuid, news: PlanNews, effects: &mut Vec<Effect>) {
    model.dirty = true;
    let mut plan = model.compose.plan.as_mut().filter(|plan| plan.id == Some(id));
    match news {
        PlanNews::Row { repo, turn, task } => {
            let mut pull_asked = false;
            if let Some(plan) = &mut plan {
                plan.holds = None;
                let request = &plan.order.request;
                pull_asked = request.create_pull_request && request.head_ref.is_none();
                if let Some(row) = plan.row_mut(&repo) {
                    row.turn = Some(turn);
                }
            }
            if let Some(task) = task {
                started(model, *task, pull_asked);
            }
        }
        PlanNews::Holds { until, why } => {
            if let Some(plan) = plan {
                plan.holds = Some((until, why));
            }
        }
        PlanNews::Ended { why } => {
            let Some(plan) = plan else { return };
            plan.stage = Stage::Ended;
            plan.holds = None;
            plan.ended_by = why;
            ended(model, effects);
        }
    }
}

/// The new task is in the queue at once; the cursor stays where it is.
fn started(model: &mut Model, task: Task, pull_asked: bool) {
    let id = task.at.id.clone();
    net::merge_task(model, task);
    if let Some(known) = model.world.tasks.get_mut(&id) {
        known.evidence.pull_asked = pull_asked;
    }
    queue::rebuild(model);
}

fn ended(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(plan) = &model.compose.plan else { return };
    let because = plan.ended_by.as_ref().map(|why| format!(" — {why}")).unwrap_or_default();
    let started = plan.rows.iter().filter(|row| row.in_run && row.task().is_some()).count();
    let bad = started < plan.progress().1;
    let text = format!("plan: {}{because}", plan.counts());
    if !forget_if_done(model, effects) {
        weigh_all(model, true);
    }
    say(model, bad, &text);
}

/// A plan whose rows are all tasks needs no draft.
fn forget_if_done(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let Some(draft) = model.compose.plan.as_ref().filter(|plan| plan.is_done()).map(|plan| plan.draft) else {
        return false;
    };
    model.compose.drafts.retain(|kept| kept.id != draft);
    if model.compose.form.as_ref().is_some_and(|form| form.id == draft) {
        model.compose.form = None;
        model.compose.cursor = 0;
    }
    effects.push(Effect::DropDraft(draft));
    true
}

/// A start that may have happened did: is it a row's?
pub fn row_settled(model: &mut Model, task: &Task, effects: &mut Vec<Effect>) {
    let Some(plan) = &mut model.compose.plan else { return };
    let prompts = task.sessions.iter().flatten().filter_map(|session| session.prompt.as_ref());
    let is_ours = prompts.into_iter().any(|prompt| prompt.raw_for_match() == plan.order.request.prompt);
    let row = plan.row_mut(&task.at.repo).filter(|row| is_ours && matches!(row.turn, Some(Turn::Unknown(_))));
    if let Some(row) = row {
        row.turn = Some(Turn::Started(task.at.clone()));
        forget_if_done(model, effects);
        model.dirty = true;
    }
}

/// What the ledger knows of a plan that was sent before.
pub fn known(model: &mut Model, id: Uuid, told: Result<Vec<(RepoName, Turn)>, Fault>, effects: &mut Vec<Effect>) {
    let Some(plan) = model.compose.plan.as_mut().filter(|plan| plan.id == Some(id) && plan.stage == Stage::Looking)
    else {
        return;
    };
    model.dirty = true;
    match told {
        Ok(turns) => {
            plan.stage = Stage::Ended;
            for (repo, turn) in turns {
                match plan.row_mut(&repo) {
                    Some(row) => row.turn = Some(turn),
                    None => plan.rows.push(Row { turn: Some(turn), ..Row::new(repo) }),
                }
            }
            if !forget_if_done(model, effects) {
                weigh_all(model, true);
            }
        }
        Err(fault) => {
            plan.ended_by = Some(Safe::new(fault.to_string()));
            let again = model.filled("{plan.refresh} tries again");
            say(model, true, &format!("what was sent of the plan cannot be read: {fault}; {again}"));
        }
    }
}
