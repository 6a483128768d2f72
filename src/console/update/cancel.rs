//! Cancelling: the question, and the life-cycle that follows.

use super::{cancels, dialog, doctor, queue};
use crate::console::effect::Effect;
use crate::console::keys::Context;
use crate::console::state::Model;
use crate::console::state::batch::Batch;
use crate::console::state::detail::duration;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::trust::clock_seconds;
use crate::console::state::world::Known;
use crate::domain::Condition;
use crate::domain::cancel::Matched;
use crate::domain::capability::ACTIONS_WRITE;
use crate::domain::{CancelPhase, CancelProgress, CancelTarget, FaultKind, Run, TaskId};
use crate::text::Safe;

/// Asks before the selected task's session is cancelled; says why not where there is nothing to cancel.
pub fn ask(model: &mut Model) {
    match model.queue.selected.clone() {
        Some(id) => ask_about(model, &id),
        None => model.notes.say(model.now, true, "no task is selected"),
    }
}

/// The same for a task that need not be under the queue's cursor.
pub(super) fn ask_about(model: &mut Model, id: &TaskId) {
    let Some(known) = model.world.tasks.get(id) else {
        return model.notes.say(model.now, true, "the task is not among those that are watched");
    };
    match question(model, known) {
        Ok(dialog) => dialog::open(model, dialog),
        Err(why_not) => model.notes.say(model.now, true, why_not),
    }
    model.dirty = true;
}

/// Why a task has nothing that could be cancelled now.
pub(super) fn refusal(model: &Model, known: &Known) -> Option<String> {
    if !known.task.state.is_active() {
        return Some(format!("nothing to cancel: the task is {}", known.task.state.word()));
    }
    if let Some(run) = known.rested_run() {
        return Some(format!("nothing to cancel: run {} has ended, and an idle session does nothing", run.id));
    }
    if known.condition(model.now) == Condition::Orphaned {
        return Some(
            "its run is already gone: there is nothing left to cancel, the task has to free itself".to_owned(),
        );
    }
    let waits = known.cancel.as_ref().is_some_and(|cancel| cancel.phase == CancelPhase::Waiting);
    let unheard = known.cancel.as_ref().is_some_and(|cancel| cancel.phase == CancelPhase::Unheard);
    let under_way = if unheard {
        "no answer to its cancel came: whether it arrived is being looked at; if it did not, it can be cancelled again"
    } else if waits {
        "it waits for its run to be cancelled; {queue.cancels} lists the cancels, {cancels.withdraw} there takes it back"
    } else if model.screen() == Context::Queue {
        "already being cancelled; the detail shows how far it is, {queue.cancels} all cancels"
    } else {
        "already being cancelled; the detail shows how far it is"
    };
    known.is_cancelling().then(|| model.filled(under_way))
}

fn question(model: &Model, known: &Known) -> Result<Dialog, String> {
    if let Some(why_not) = refusal(model, known) {
        return Err(why_not);
    }
    let task = &known.task;
    let force = known.cancel.as_ref().is_some_and(|c| c.phase == CancelPhase::Stubborn);
    let age = duration(model.now - known.condition_since(model.now));
    let mut body =
        vec![Safe::new(format!("{}  {}   {} for {age}", task.at.repo, task.name.show_line(), task.state.word()))];
    body.push(Safe::new(run_line(known)));
    if let Some(why) = doctor::why_off(model, &[&ACTIONS_WRITE], &task.at.repo) {
        body.push(Safe::new(why));
    }
    if force {
        let asked = known.cancel_steps.iter().find(|(_, phase)| *phase == CancelPhase::Requested);
        let asked = asked.map_or(String::new(), |(at, _)| format!(" at {}", clock_seconds(&model.settings, *at)));
        body.push(Safe::new(format!(
            "Cancel was requested{asked} and the run is still in progress. Force-cancel skips its clean-up steps."
        )));
    }
    let (title, yes) =
        if force { ("Force-cancel this run?", "Yes, force it") } else { ("Cancel this session?", "Yes, cancel it") };
    Ok(Dialog::new(model.now, title, body, yes, Ask::Cancel(vec![target(known, force)])))
}

/// Pinned now, whatever moves on the screen afterwards. A run is only named here when the service named it; one found
/// by branch is looked for again when it is cancelled.
pub(super) fn target(known: &Known, force: bool) -> CancelTarget {
    let task = &known.task;
    let session = task.latest_session();
    let joined = known.run.as_ref().filter(|j| j.matched == Some(Matched::BySession));
    let run = session.and_then(|s| s.run).or_else(|| joined.and_then(|j| Some(j.run.as_ref()?.id)));
    CancelTarget {
        task: task.at.clone(),
        session: session.map(|s| s.id.clone()),
        run,
        branch: task.head_ref().cloned(),
        since: session.map_or(task.created_at, |s| s.created_at),
        force,
    }
}

fn run_line(known: &Known) -> String {
    let stay = "commits already pushed stay";
    let named = known.task.latest_session().and_then(|s| s.run);
    let joined = known.run.as_ref().and_then(|j| Some((j.run.as_ref()?, j.matched)));
    match (named, joined) {
        (Some(id), _) => format!("run {id} (named by the session); {stay}"),
        (None, Some((run, Some(Matched::BySession)))) => format!("run {} (named by the session); {stay}", run.id),
        (None, Some((run, _))) if !Run::is_completed(run) => format!("run {} (found by its branch); {stay}", run.id),
        _ => match known.task.head_ref() {
            Some(branch) => format!("its run is looked for on branch {}; {stay}", branch.show_line()),
            None => format!("its run is not known yet: without one nothing is cancelled; {stay}"),
        },
    }
}

/// Yes was said.
pub fn confirmed(model: &mut Model, targets: Vec<CancelTarget>, effects: &mut Vec<Effect>) {
    for target in &targets {
        let progress = CancelProgress {
            runs: target.run.into_iter().collect(),
            ..CancelProgress::new(target.task.clone(), CancelPhase::Looking, model.now)
        };
        model.world.cancels.begin(cancels::begun(model, &progress, target.force));
        take(model, progress);
    }
    let several = targets.len() > 1;
    let tasks = targets.iter().map(|target| target.task.id.clone()).collect();
    model.queue.batch = several.then_some(Batch { tasks });
    effects.push(Effect::Cancel(targets));
}

/// How far the batch is that a task belongs to; what is done with is unmarked, what went wrong stays marked.
fn of_batch(model: &mut Model, id: &TaskId) -> bool {
    let Some(batch) = model.queue.batch.take_if(|batch| batch.tasks.contains(id)) else { return false };
    let standing = batch.standing(&model.world);
    model.notes.say(model.now, standing.failed() > 0, standing.says());
    let is_done = |known: &Known| known.cancel.as_ref().is_some_and(|c| c.phase == CancelPhase::Ended);
    if let Some(slot) = model.world.tasks.slot(id).filter(|slot| model.world.tasks.at(*slot).is_some_and(is_done)) {
        queue::set_mark(model, slot, false);
    }
    if standing.under_way() > 0 {
        model.queue.batch = Some(batch);
    }
    true
}

/// One step further, or the end.
pub fn progress(model: &mut Model, progress: CancelProgress) {
    let name = cancels::name(model, &progress.task);
    let note = match &progress.phase {
        CancelPhase::Looking | CancelPhase::Requested | CancelPhase::RunEnded => None,
        CancelPhase::Unheard if progress.taken_up => None,
        CancelPhase::Unheard => {
            let why = progress.lost().map_or("no answer came", Safe::as_str);
            Some((true, format!("the cancel of “{name}”: {why}; its run is watched")))
        }
        CancelPhase::Waiting => {
            let back = model.filled("{queue.cancels}, then {cancels.withdraw} takes that back");
            Some((false, format!("no run of “{name}” yet: it is cancelled as soon as there is one — {back}")))
        }
        CancelPhase::Withdrawn => Some((false, format!("the cancel of “{name}” was taken back, nothing was sent"))),
        CancelPhase::RunsOn(run) => {
            let again = model.filled("press {queue.cancel} to cancel again");
            Some((true, format!("“{name}” works on in run {run}: what was cancelled ended — {again}")))
        }
        CancelPhase::Ended => Some((false, format!("its session has ended: {name}"))),
        CancelPhase::Orphaned { .. } => Some((
            true,
            format!("orphaned: the run of “{name}” is gone, the task still says it works — it frees itself"),
        )),
        CancelPhase::Stubborn => {
            let force = model.filled("press {queue.cancel} to force it");
            Some((true, format!("“{name}” still runs although its cancel was sent — {force}")))
        }
        CancelPhase::NotFindable => {
            Some((true, format!("no run of “{name}” was found for long, nothing was cancelled — try again")))
        }
        CancelPhase::Refused(fault) => Some((true, format!("not cancelled: {fault}"))),
        CancelPhase::Unverified(fault) if fault.kind == FaultKind::UnknownOutcome => {
            Some((true, format!("“{name}”: {fault}")))
        }
        CancelPhase::Unverified(fault) => {
            Some((true, format!("the cancel of “{name}” was sent, what came of it cannot be read: {fault}")))
        }
    };
    let id = progress.task.id.clone();
    take(model, progress);
    if !of_batch(model, &id)
        && let Some((bad, text)) = note
    {
        model.notes.say(model.now, bad, text);
    }
}

fn take(model: &mut Model, progress: CancelProgress) {
    model.dirty = true;
    let name = cancels::name(model, &progress.task);
    model.world.cancels.step(&progress, || name);
    let selected = model.queue.selected.as_ref() == Some(&progress.task.id);
    let Some(known) = model.world.tasks.get_mut(&progress.task.id) else { return };
    let is_new_try = known.cancel.as_ref().is_some_and(|c| c.phase.is_final() && c.phase != progress.phase)
        && matches!(progress.phase, CancelPhase::Looking);
    if is_new_try {
        known.cancel_steps.clear();
    }
    if known.cancel_steps.last().map(|(_, phase)| phase) != Some(&progress.phase) {
        known.cancel_steps.push((progress.at, progress.phase.clone()));
    }
    known.changed |= !selected;
    known.cancel = Some(Box::new(progress));
}

/// A task that was not known before may be one whose cancel was taken up.
pub(super) fn attach(model: &mut Model, id: &TaskId) {
    let Some(entry) = model.world.cancels.of(id) else { return };
    let (steps, progress) = (entry.steps.clone(), entry.progress.clone());
    if let Some(known) = model.world.tasks.get_mut(id) {
        known.cancel_steps = steps;
        known.cancel = progress.map(Box::new);
    }
}
