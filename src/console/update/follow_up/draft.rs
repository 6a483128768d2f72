//! The draft of a comment: kept with every key, found again at its place or in the list, forgotten once it is there.
//!
//! ```text
//! key ──keep──> on disk ──esc──> in the list ──its place again, or enter──> text
//!                  └── nothing in it: forgotten
//! yes ──sent──> in the list, on its way ──written──> forgotten
//!                  ├──refused──> unsent, as before
//!                  └──lost──> may be there ──found later──> forgotten
//! ```

use uuid::Uuid;

use super::begin;
use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::compose::follow_up::{About, FollowUp};
use crate::console::state::compose::{CommentOn, Draft};
use crate::console::update::{actions, reviews};
use crate::domain::follow_up::Step;
use crate::domain::{Fault, FaultKind, PullTarget, RepoName, TaskId};

/// What became of one that was sent.
#[derive(Clone, Copy, PartialEq)]
enum Became {
    There,
    Refused,
    Unknown,
}

/// The draft on disk is what is written now.
pub(super) fn keep(follow: &FollowUp, effects: &mut Vec<Effect>) {
    let nothing = follow.says_nothing();
    effects.push(if nothing { Effect::DropDraft(follow.id) } else { Effect::KeepDraft(Box::new(follow.to_draft())) });
}

/// Takes what was kept for this place, the newest of it. What is on its way is not written a second time.
pub(super) fn of_place(model: &mut Model, repo: &RepoName, number: u64, task: Option<&str>) -> Option<Draft> {
    let is_here = |draft: &Draft| {
        let on = draft.comment.as_ref().filter(|on| on.number == number && on.task.as_deref() == task);
        on.is_some() && draft.repo.as_ref() == Some(repo) && !draft.is_on_its_way()
    };
    model.compose.take_draft(is_here)
}

/// Goes on with what was kept, chosen from the list. Where it cannot go on it stays there.
pub fn take_up(model: &mut Model, draft: Draft) {
    if model.settings.read_only {
        return actions::refuse(model);
    }
    if let Err(why) = go_on(model, draft) {
        model.notes.say(model.now, true, why);
        model.dirty = true;
    }
}

fn go_on(model: &mut Model, draft: Draft) -> Result<(), String> {
    let (Some(on), Some(repo)) = (draft.comment.as_deref(), draft.repo.as_ref()) else { return Ok(()) };
    if draft.is_on_its_way() {
        return Err("it is being sent: its answer comes first".to_owned());
    }
    let (id, place) = (draft.id, format!("{repo}#{}", on.number));
    let closed = format!("{place} is not open: a comment on it is read by nobody");
    if let Some(task) = &on.task {
        let known = model.world.tasks.get(&TaskId::new(task.clone())).cloned();
        let known = known.ok_or_else(|| format!("the task of {place} is not known here: watch its repository"))?;
        let number = super::open_pull(model, &known).map(|pull| pull.number);
        let number = number.filter(|number| *number == on.number).ok_or(closed)?;
        super::begin_of_task(model, &known, number, Some(draft));
    } else {
        let pulls = model.world.pulls.values().flatten();
        let pull = pulls.into_iter().find(|pull| pull.repo == *repo && pull.number == on.number);
        let pull = pull.ok_or_else(|| format!("{place} is not known here: watch its repository"))?;
        if let Some(why) = reviews::act::refused(model, pull) {
            return Err(format!("{place}: {why}"));
        }
        let (target, title) = (PullTarget::of(pull), pull.title.show_line());
        let number = target.number;
        begin(model, (About::Pull(target), number), (title, None), Some(draft));
    }
    model.compose.take_draft(|draft| draft.id == id);
    Ok(())
}

/// What stands in the open text is about to be sent under this id: kept until it is known to be there.
pub fn sent(model: &mut Model, id: Uuid, effects: &mut Vec<Effect>) {
    let Some(mut follow) = model.compose.follow_up.take() else { return };
    (follow.sent, follow.rewritten, follow.maybe_written) = (Some(id), false, false);
    let draft = follow.to_draft();
    model.compose.push_draft(draft.clone());
    effects.push(Effect::KeepDraft(Box::new(draft)));
}

/// What became of a comment on a pull request.
pub fn answered<T>(model: &mut Model, id: Uuid, result: &Result<T, Fault>, effects: &mut Vec<Effect>) {
    let became = match result {
        Ok(_) => Became::There,
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => Became::Unknown,
        Err(_) => Became::Refused,
    };
    settle(model, id, became, effects);
}

/// How far a comment to the agent came.
pub fn told(model: &mut Model, id: Uuid, step: &Step, effects: &mut Vec<Effect>) {
    let became = match step {
        Step::Sending => return,
        Step::Unknown(_) => Became::Unknown,
        Step::Refused(_) => Became::Refused,
        Step::Written | Step::Began | Step::Answered(_) | Step::Finished | Step::Failed => Became::There,
    };
    settle(model, id, became, effects);
}

/// Something that was sent under this id was found to be there.
pub fn found(model: &mut Model, id: Uuid, effects: &mut Vec<Effect>) {
    settle(model, id, Became::There, effects);
}

fn settle(model: &mut Model, id: Uuid, became: Became, effects: &mut Vec<Effect>) {
    if let Some(follow) = model.compose.follow_up.as_mut().filter(|follow| follow.sent == Some(id)) {
        // It is open again, so its answer was lost; what was made of it since is another text.
        match became {
            Became::There if !follow.rewritten => {
                effects.push(Effect::DropDraft(follow.id));
                model.compose.follow_up = None;
            }
            Became::There | Became::Refused => {
                (follow.sent, follow.rewritten, follow.maybe_written) = (None, false, false);
                keep(follow, effects);
            }
            Became::Unknown => {}
        }
        model.dirty = true;
    }
    let is_it = |draft: &Draft| draft.sent_as() == Some(id);
    let forgets = |draft: &Draft| is_it(draft) && draft.comment.as_ref().is_some_and(|on| !on.rewritten);
    if became == Became::There
        && let Some(draft) = model.compose.take_draft(forgets)
    {
        effects.push(Effect::DropDraft(draft.id));
        model.dirty = true;
    }
    let Some(draft) = model.compose.drafts.iter_mut().find(|draft| is_it(draft)) else { return };
    draft.maybe_started = became == Became::Unknown;
    if became != Became::Unknown {
        draft.comment.as_deref_mut().map(CommentOn::settle);
    }
    effects.push(Effect::KeepDraft(Box::new(draft.clone())));
    model.dirty = true;
}
