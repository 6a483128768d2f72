//! The footer: the keys that make sense now.

use super::{Chord, Context, Intent, Key};
use crate::console::state::Model;
use crate::console::state::compose::follow_up::To;
use crate::console::state::dialog::Dialog;
use crate::console::state::list::List;
use crate::console::state::queue::kind;
use crate::console::state::tasks::Slot;
use crate::console::state::world::Known;
use crate::domain::blocked::Whom;
use crate::domain::capability::Answer;
use crate::domain::{CancelPhase, Condition, PullState, Source, State};

/// What the footer shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footer {
    /// Keys and their words: what can be done, most useful first, then the way out, then all the others.
    pub keys: Vec<(String, &'static str)>,
    /// How many of the last stay where there is not room for all.
    pub stay: usize,
    /// They follow keys that were begun.
    pub follows: bool,
}

/// The five or six keys that make sense for what is under the cursor. None of them does nothing here; the way out of a
/// screen stands at the same place everywhere.
pub fn footer(context: Context, model: &Model) -> Footer {
    if !model.prefix().is_empty() {
        return Footer { keys: following(context, model), stay: 1, follows: true };
    }
    let wanted = wanted(context, model);
    let mut keys: Vec<_> = wanted
        .iter()
        .copied()
        .filter(|i| *i != Intent::Back && !(model.settings.read_only && i.writes()))
        .filter(|i| *i != Intent::Withdraw || may_withdraw(model))
        .filter(|i| *i != Intent::NextChoice || context != Context::FollowUp || may_choose(model))
        .filter(|i| *i != Intent::Cancel || context == Context::Templates || may_cancel(context, model))
        .filter(|i| *i != Intent::Preset || has_presets(model))
        .filter(|i| *i != Intent::Follow || !model.log.shown.as_ref().is_some_and(|shown| shown.complete))
        .filter(|i| does_something(context, model, *i))
        .filter_map(|intent| key_of(context, model, intent))
        .take(6)
        .collect();
    if context == Context::FollowUp
        && let Some((_, word)) = keys.first_mut().filter(|_| goes_to_the_form(model))
    {
        *word = "to the form";
    }
    if context == Context::Log
        && let Some(at) = key_of(context, model, Intent::Follow)
        && let Some((_, word)) = keys.iter_mut().find(|key| **key == at)
        && model.log.shown.as_ref().is_some_and(|shown| shown.reader.follow)
    {
        *word = "pause";
    }
    if context == Context::Cancels
        && let Some(at) = key_of(context, model, Intent::Cancel)
        && let Some((_, word)) = keys.iter_mut().find(|key| **key == at)
        && !may_force(model)
    {
        *word = "again";
    }
    let acts = keys.len();
    if wanted.contains(&Intent::Back) {
        keys.extend(key_of(context, model, Intent::Back));
    }
    if !context.takes_text() && !matches!(context, Context::Dialog | Context::Help | Context::Tour) {
        keys.extend(key_of(Context::Global, model, Intent::Help));
    }
    let stay = keys.len() - acts;
    Footer { keys, stay, follows: false }
}

/// By what is under the cursor, in the order of their use; the way out anywhere among them.
fn wanted(context: Context, model: &Model) -> Vec<Intent> {
    match context {
        Context::Queue => queue(model),
        Context::Detail => task(model, vec![Intent::Back, Intent::Enter]),
        Context::Log if model.place.log_only => {
            vec![Intent::Fold, Intent::Filter, Intent::Sift, Intent::NextError, Intent::Outline, Intent::Quit]
        }
        Context::Log if model.log.shown.as_ref().is_some_and(|shown| shown.outline) => {
            vec![Intent::Back, Intent::Outline, Intent::NextTurn, Intent::Sift, Intent::Filter]
        }
        Context::Log => [Intent::Back, Intent::Fold, Intent::Follow, Intent::Filter, Intent::NextError]
            .into_iter()
            .chain([Intent::Cancel, Intent::Sift, Intent::Outline])
            .collect(),
        Context::List if matches!(model.log.list, Some(List::Sources(_))) => {
            vec![Intent::Enter, Intent::Automatic, Intent::Back]
        }
        Context::List => vec![Intent::Enter, Intent::Back],
        Context::Record => vec![Intent::Back, Intent::Copy, Intent::PageDown],
        Context::Ledger => {
            vec![Intent::Back, Intent::Enter, Intent::Filter, Intent::Stats, Intent::Detail, Intent::Copy]
        }
        Context::Cancels => {
            vec![Intent::Enter, Intent::Cancel, Intent::Withdraw, Intent::Copy, Intent::Back]
        }
        Context::FollowUp => vec![Intent::Start, Intent::NextChoice, Intent::Back],
        Context::Doctor => vec![Intent::Back, Intent::NextError, Intent::Refresh, Intent::Copy],
        Context::Inbox => vec![Intent::Enter, Intent::Mark, Intent::MarkAll, Intent::Detail, Intent::Back],
        Context::Automations => automations(model),
        Context::Automation => [Intent::Back, Intent::RunNow, Intent::Edit, Intent::Switch]
            .into_iter()
            .chain([Intent::NextEntry, Intent::Enter, Intent::Calendar, Intent::Open])
            .collect(),
        Context::Calendar => vec![Intent::Enter, Intent::NextView, Intent::NextGroup, Intent::Back],
        Context::Found => vec![Intent::Enter, Intent::Copy, Intent::Back],
        Context::Wall => vec![Intent::Enter, Intent::Detail, Intent::Cancel, Intent::Open, Intent::Back],
        Context::Reviews if model.reviews.selected.is_some() => {
            let mut keys = vec![Intent::Enter, Intent::Diff];
            keys.extend(review(model));
            keys.extend([Intent::Log, Intent::Open, Intent::Copy, Intent::Back]);
            keys
        }
        Context::Pull => {
            let mut keys = vec![Intent::Back, Intent::Diff];
            keys.extend(review(model));
            keys.extend([Intent::Log, Intent::Open]);
            keys
        }
        Context::Diff => {
            vec![Intent::Back, Intent::NextFile, Intent::Filter, Intent::NextHit, Intent::Approve, Intent::Comment]
        }
        Context::Reviews => vec![Intent::Back, Intent::Refresh, Intent::Compose],
        Context::Templates if model.compose.cursor < model.compose.drafts.len() => {
            vec![Intent::Enter, Intent::Issues, Intent::Cancel, Intent::Back]
        }
        Context::Templates => vec![Intent::Enter, Intent::Issues, Intent::New, Intent::Back],
        Context::Issues => vec![Intent::Enter, Intent::NextChoice, Intent::Open, Intent::Refresh, Intent::Back],
        // Over the form only the request is moved through.
        Context::Form if model.compose.form.as_ref().is_some_and(|form| form.preview.is_some()) => {
            vec![Intent::Start, Intent::Back]
        }
        Context::AutomationForm
            if model.world.automations.desk.form.as_ref().is_some_and(|form| form.preview.is_some()) =>
        {
            vec![Intent::Start, Intent::Back]
        }
        Context::Form => {
            vec![Intent::NextField, Intent::Start, Intent::Editor, Intent::Preset, Intent::Preview, Intent::Back]
        }
        Context::AutomationForm => {
            vec![Intent::NextField, Intent::Start, Intent::Editor, Intent::NextChoice, Intent::Preview, Intent::Back]
        }
        Context::Repos => vec![Intent::Mark, Intent::MarkAll, Intent::Accept, Intent::Back],
        Context::Plan => plan(model),
        // Where something is typed no letter answers, and nothing but what was typed leads to Yes.
        Context::Dialog => match model.dialog.as_ref().filter(|dialog| dialog.types()) {
            Some(dialog) if dialog.is_earnest() => vec![Intent::No, Intent::Accept],
            Some(_) => vec![Intent::No],
            None => vec![Intent::No, Intent::Yes, Intent::NextChoice, Intent::Accept],
        },
        Context::Help => vec![Intent::PageDown, Intent::Back],
        Context::Line | Context::Palette => vec![Intent::Accept, Intent::Back],
        Context::Tour => vec![Intent::NextChoice, Intent::PreviousChoice, Intent::Back],
        Context::Global => vec![Intent::Quit],
    }
}

/// A key that acts on a row makes no sense in a list without one.
fn does_something(context: Context, model: &Model, intent: Intent) -> bool {
    let empty = match context {
        Context::Log => {
            model.log.shown.as_ref().is_none_or(|log| log.big.is_none() && log.transcript.entries().is_empty())
        }
        Context::Cancels => model.world.cancels.all.is_empty(),
        Context::Found => model.log.found.as_ref().is_none_or(|found| found.lines.is_empty()),
        Context::Wall => model.log.wall.as_ref().is_none_or(|wall| wall.tasks.is_empty()),
        Context::Inbox => model.place.inbox.entries.is_empty(),
        // What the lines come to has no line under the cursor.
        Context::Ledger => {
            model.place.ledger.pane.as_ref().is_none_or(|pane| pane.charts.is_some() || pane.rows.is_empty())
        }
        Context::Doctor if intent == Intent::NextError => model.place.doctor.matrix.count(Answer::No) == 0,
        Context::Doctor => model.place.doctor.matrix.is_empty(),
        _ => false,
    };
    match intent {
        Intent::Refresh | Intent::Stats | Intent::Quit => true,
        // A filter brings other lines; a search needs some.
        Intent::Filter => !empty || context != Context::Log,
        _ => !empty,
    }
}

/// By how far the plan is, and whether the row has its task.
fn plan(model: &Model) -> Vec<Intent> {
    let Some(plan) = model.compose.shown_plan() else { return vec![Intent::Back] };
    let task = plan.selected().and_then(|row| row.task()).map(|_| Intent::Enter);
    if plan.is_running() {
        return task.into_iter().chain([Intent::Stop, Intent::Back]).collect();
    }
    let rest = [Intent::Start, Intent::Mark, Intent::Refresh, Intent::Repos, Intent::Back];
    let rest = rest.into_iter().filter(|intent| match intent {
        Intent::Start | Intent::Mark | Intent::Refresh => !plan.is_done(),
        Intent::Repos => plan.id.is_none(),
        _ => true,
    });
    task.into_iter().chain(rest).collect()
}

/// What makes sense for the automation under the cursor.
fn automations(model: &Model) -> Vec<Intent> {
    if model.automation().is_none() {
        return vec![Intent::Back, Intent::NextView, Intent::Filter, Intent::Calendar];
    }
    vec![
        Intent::Enter,
        Intent::RunNow,
        Intent::Edit,
        Intent::Switch,
        Intent::Filter,
        Intent::Calendar,
        Intent::NextView,
        Intent::SortNext,
        Intent::Back,
    ]
}

fn queue(model: &Model) -> Vec<Intent> {
    if model.selected().is_none() {
        let mut keys = vec![Intent::Compose, Intent::NextView, Intent::Refresh, Intent::Command];
        if !model.queue.typed.text.is_empty() {
            keys.insert(0, Intent::Back);
        }
        return keys;
    }
    if model.queue.tally().marked > 0 {
        return [
            Intent::Cancel,
            Intent::Copy,
            Intent::Mark,
            Intent::MarkRange,
            Intent::UnmarkAll,
            Intent::MarkAll,
            Intent::Open,
        ]
        .into();
    }
    let mut keys = task(model, vec![Intent::Enter]);
    // Where a list could not be read it can be asked for sooner than it is by itself.
    let failed = |list: &Source| model.world.freshness.get(list).is_some_and(|list| list.fault.is_some());
    keys.extend(model.lists().iter().any(failed).then_some(Intent::Refresh));
    keys.extend([Intent::Compose, Intent::Filter]);
    keys
}

/// The run of the cancel under the cursor did not obey.
fn may_force(model: &Model) -> bool {
    let entry = model.place.cancels.as_ref().and_then(|pane| model.world.cancels.listed().nth(pane.cursor));
    entry.is_some_and(|entry| entry.phase() == Some(&CancelPhase::Stubborn))
}

/// The cancel under the cursor waits for its run.
fn may_withdraw(model: &Model) -> bool {
    let entry = model.place.cancels.as_ref().and_then(|pane| model.world.cancels.listed().nth(pane.cursor));
    entry.is_some_and(|entry| entry.phase() == Some(&CancelPhase::Waiting))
}

/// The template of the form has some.
fn has_presets(model: &Model) -> bool {
    let template = model.compose.form.as_ref().and_then(|form| form.template.as_ref());
    template.is_some_and(|template| !template.presets.is_empty())
}

/// What is written can go to more than one place.
fn may_choose(model: &Model) -> bool {
    model.compose.follow_up.as_ref().is_some_and(|follow| follow.branch.is_some())
}

/// What is written becomes the prompt of a new task.
fn goes_to_the_form(model: &Model) -> bool {
    model.compose.follow_up.as_ref().is_some_and(|follow| follow.to == To::NewTask)
}

/// Something is at work of what the key would cancel: in the queue the marked tasks where there are some.
fn may_cancel(context: Context, model: &Model) -> bool {
    if context == Context::Cancels {
        let entry = model.place.cancels.as_ref().and_then(|pane| model.world.cancels.listed().nth(pane.cursor));
        let known = entry.and_then(|entry| model.world.tasks.get(&entry.task.id));
        return known.is_some_and(|known| {
            known.task.state.is_active() && !known.is_cancelling() && known.rested_run().is_none()
        });
    }
    if context == Context::Queue && model.queue.tally().marked > 0 {
        let entry = |slot: Slot| model.queue.roster.entries.get(slot.index());
        let is_active = |slot: Slot| entry(slot).is_some_and(|entry| entry.kinds & kind::ACTIVE != 0);
        return model.world.tasks.marks().iter().any(is_active);
    }
    let ours = |known: &Known| matches!(known.condition(model.now), Condition::Cancelling | Condition::Orphaned);
    model.selected().is_some_and(|known| known.task.state.is_active() && !ours(known) && known.rested_run().is_none())
}

/// What makes sense for the pull request that is looked at, by whom it waits on.
fn review(model: &Model) -> Vec<Intent> {
    let Some(pull) = model.reviewed_pull() else { return Vec::new() };
    let Some(on) = model.blocked(pull) else { return Vec::new() };
    let draft = (pull.state == PullState::Draft).then_some(Intent::MarkReady);
    let mut keys = match on.whom {
        Whom::Me => vec![Intent::Approve],
        Whom::Approval => vec![Intent::ApproveRuns],
        Whom::Checks => vec![Intent::CheckLog],
        Whom::Nobody => vec![Intent::RequestReview, Intent::Approve],
        Whom::Agent | Whom::Conflict | Whom::Reviewer | Whom::Ready | Whom::Unknown => Vec::new(),
    };
    keys.extend(draft);
    keys.push(Intent::Comment);
    keys
}

/// What can be done about the selected task, by its state.
fn task(model: &Model, mut keys: Vec<Intent>) -> Vec<Intent> {
    let Some(known) = model.selected() else { return keys };
    match known.condition(model.now) {
        Condition::State(State::WaitingForUser | State::Idle) => keys.extend([Intent::FollowUp, Intent::Cancel]),
        Condition::State(state) if state.is_active() => keys.push(Intent::Cancel),
        Condition::State(State::Failed | State::TimedOut | State::Cancelled) => {
            keys.extend([Intent::Retry, Intent::FollowUp]);
        }
        Condition::State(_) => keys.push(Intent::FollowUp),
        Condition::Cancelling | Condition::Orphaned => keys.push(Intent::Detail),
    }
    keys.extend([Intent::Open, Intent::Copy]);
    keys
}

/// What can follow the keys that were pressed.
fn following(context: Context, model: &Model) -> Vec<(String, &'static str)> {
    let pressed = model.prefix();
    let begun: Vec<_> = pressed.iter().map(ToString::to_string).collect();
    let mut keys = vec![(begun.join(" "), "…")];
    keys.extend(model.settings.keymap.following(context, pressed, model.settings.read_only));
    keys.push((Chord::plain(Key::Esc).to_string(), "drop it"));
    keys
}

/// The first key of an intent, with its footer word.
fn key_of(context: Context, model: &Model, intent: Intent) -> Option<(String, &'static str)> {
    let keymap = &model.settings.keymap;
    let row = keymap.row_of(context, intent)?;
    let words = (!row.footer.is_empty()).then_some(row.footer)?;
    let typing = context == Context::Dialog && model.dialog.as_ref().is_some_and(Dialog::types);
    let row = if typing { keymap.row_beside_text(context, intent)? } else { row };
    Some((row.keys.to_string(), words))
}
