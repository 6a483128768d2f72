//! `f`: a comment to the agent on the task's pull request, or a new task on its branch. In the reviews a comment on the
//! pull request is written in the same place.

pub(super) mod draft;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{actions, compose, dialog, reviews};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent};
use crate::console::state::Model;
use crate::console::state::compose::editor::{Editor, LeftOut};
use crate::console::state::compose::follow_up::{About, FollowUp, To};
use crate::console::state::compose::{CommentOn, Draft};
use crate::console::state::detail;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::followed::Followed;
use crate::console::state::world::{Known, PullOf};
use crate::domain::follow_up::{Comment, Earlier, LONGEST, MENTION, Step, Told};
use crate::domain::{Pull, PullState, PullTarget, TaskId};
use crate::text::{Safe, Untrusted, width};

/// What happened longer ago is no news by itself; what was answered is.
const OLD: TimeDelta = TimeDelta::minutes(2);

/// The pull request a comment on goes to the agent: one that is open.
pub(super) fn open_pull<'a>(model: &'a Model, known: &Known) -> Option<&'a Pull> {
    match model.world.pull_of(&known.task) {
        Some(PullOf::Known(pull)) if matches!(pull.state, PullState::Open | PullState::Draft) => Some(pull),
        _ => None,
    }
}

/// Opens the text for a task whose pull request is this one, with what was kept of it.
pub(super) fn open(model: &mut Model, known: &Known, number: u64) {
    let kept = draft::of_place(model, &known.task.at.repo, number, Some(known.task.at.id.raw()));
    begin_of_task(model, known, number, kept);
}

fn begin_of_task(model: &mut Model, known: &Known, number: u64, kept: Option<Draft>) {
    let task = known.task.at.clone();
    let unknown = |followed: &Followed| matches!(followed.steps.last(), Some((_, Step::Unknown(_))));
    let maybe_written = model.world.followed.get(&task.id).is_some_and(|all| all.iter().any(unknown));
    let asks = known.question(model.now).map(|question| Safe::new(format!("“{}”", detail::opening(question))));
    let branch = known.task.head_ref().map(|head| head.raw_for_wire().to_owned());
    begin(model, (About::Task(task), number), (known.task.name.show_line(), branch), kept);
    if let Some(follow) = &mut model.compose.follow_up {
        follow.maybe_written |= maybe_written;
        follow.asks = asks;
    }
}

/// Opens the text of a comment on a pull request, with what was kept of it.
pub(super) fn on_pull(model: &mut Model, target: PullTarget, title: Safe) {
    let (number, kept) = (target.number, draft::of_place(model, &target.at.repo, target.number, None));
    begin(model, (About::Pull(target), number), (title, None), kept);
}

fn begin(
    model: &mut Model,
    (about, number): (About, u64),
    (name, branch): (Safe, Option<String>),
    kept: Option<Draft>,
) {
    let goes_on = kept.is_some();
    let Draft { id, prompt, maybe_started: maybe_written, comment, .. } = kept.unwrap_or_else(|| Draft {
        id: model.compose.new_id(model.now),
        prompt: if about.task().is_some() { format!("{MENTION} ") } else { String::new() },
        ..Draft::default()
    });
    let CommentOn { sent, rewritten, .. } = comment.map(|on| *on).unwrap_or_default();
    let mut editor = Editor::prompt(&prompt);
    editor.to_end();
    let (to, fault, asks) = (To::Comment, None, None);
    let follow =
        FollowUp { id, about, name, asks, number, branch, to, editor, fault, maybe_written, sent, rewritten, goes_on };
    model.compose.follow_up = Some(Box::new(follow));
    model.dirty = true;
}

/// A key that is none of its intents is typed.
pub fn key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    change(model, effects, |editor, (columns, rows)| {
        let _ = editor.key(chord, columns, rows);
    });
}

pub fn paste(model: &mut Model, text: &Untrusted, effects: &mut Vec<Effect>) {
    let mut left_out = LeftOut::default();
    change(model, effects, |editor, _| left_out = editor.insert(text.raw_for_wire()));
    compose::tell_left_out(model, left_out);
}

/// What is typed is kept at once.
fn change(model: &mut Model, effects: &mut Vec<Effect>, change: impl FnOnce(&mut Editor, (usize, usize))) {
    let Some(follow) = &mut model.compose.follow_up else { return };
    let (columns, rows) = follow.text_size(follow.area(&model.place));
    let before = follow.editor.text();
    change(&mut follow.editor, (columns, rows));
    follow.editor.keep_in_sight(columns, rows);
    follow.fault = None;
    model.dirty = true;
    if follow.editor.text() != before {
        follow.goes_on = false;
        follow.rewritten = follow.sent.is_some();
        draft::keep(follow, effects);
    }
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let Some(follow) = &mut model.compose.follow_up else { return false };
    match intent {
        Intent::NextChoice if follow.branch.is_some() => {
            follow.to = if follow.to == To::Comment { To::NewTask } else { To::Comment };
            follow.fault = None;
        }
        Intent::NextChoice => {}
        Intent::Start => send(model, effects),
        Intent::Back => close(model),
        _ => return false,
    }
    model.dirty = true;
    true
}

/// What was written stays as a draft.
fn close(model: &mut Model) {
    let Some(follow) = model.compose.follow_up.take() else { return };
    if !follow.says_nothing() {
        model.compose.push_draft(follow.to_draft());
        model.notes.say(model.now, false, "kept as a draft: it goes on here, or from the compose pane");
    }
}

fn send(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(follow) = &mut model.compose.follow_up else { return };
    let text = follow.editor.text();
    match (follow.about.clone(), follow.to) {
        (About::Pull(target), _) => {
            follow.fault = unfit(&text);
            if follow.fault.is_none() {
                reviews::act::comment(model, target, text.trim().to_owned());
            }
        }
        (About::Task(task), To::Comment) => {
            follow.fault = Comment::fault(&text);
            if follow.fault.is_none() {
                let comment = Comment { id: Uuid::nil(), task, number: follow.number, text };
                ask(model, comment);
            }
        }
        (About::Task(task), To::NewTask) => to_new_task(model, &task.id, effects),
    }
}

/// What was written becomes the prompt of a task on the same branch. It is a draft of one thing or of the other.
fn to_new_task(model: &mut Model, task: &TaskId, effects: &mut Vec<Effect>) {
    let Some(follow) = model.compose.follow_up.take() else { return };
    model.compose.push_draft(follow.to_draft());
    let Some(known) = model.world.tasks.get(task) else {
        return model.notes.say(model.now, true, "its task is not known any more");
    };
    let Some(on_its_branch) = actions::on_its_branch(known) else { return };
    actions::compose_with(model, Some(Draft { prompt: follow.as_prompt(), ..on_its_branch }), effects);
    // A start that is on its way stands in front of any other.
    if model.compose.sending.is_none()
        && let Some(form) = &mut model.compose.form
    {
        form.touched = true;
        effects.push(Effect::KeepDraft(Box::new(form.to_draft())));
        model.compose.take_draft(|draft| draft.id == follow.id);
        effects.push(Effect::DropDraft(follow.id));
    }
}

/// Why it is no comment.
fn unfit(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("an empty comment is none")
    } else if text.chars().count() > LONGEST {
        Some("the text is longer than GitHub takes in a comment")
    } else {
        None
    }
}

fn ask(model: &mut Model, comment: Comment) {
    let at = format!("{}#{}", comment.task.repo, comment.number);
    let mut body = vec![Safe::new(format!(
        "It asks the agent to go on, and everybody who follows {at} is notified. It cannot be taken back from here."
    ))];
    let lines = comment.text.lines().filter(|line| !line.trim().is_empty());
    body.extend(lines.take(4).map(|line| Safe::new(format!("  {}", width::cut_end(line, 72)))));
    let title = format!("Write this comment on {at}?");
    let question = Dialog::new(model.now, title, body, "Yes, write it", Ask::FollowUp(Box::new(comment)));
    dialog::open(model, question);
}

/// Yes was said.
pub fn confirmed(model: &mut Model, comment: Comment, effects: &mut Vec<Effect>) {
    draft::sent(model, comment.id, effects);
    let all = model.world.followed.entry(comment.task.id.clone()).or_default();
    all.push(Followed { comment: comment.clone(), at: model.now, steps: vec![(model.now, Step::Sending)] });
    effects.push(Effect::FollowUp(Box::new(comment)));
    model.dirty = true;
}

/// An earlier run wrote it. It stands under its task again, among what was written since.
pub fn earlier(model: &mut Model, earlier: Earlier, effects: &mut Vec<Effect>) {
    let Earlier { comment, at, known } = earlier;
    draft::told(model, comment.id, &known.1, effects);
    let all = model.world.followed.entry(comment.task.id.clone()).or_default();
    if all.iter().any(|followed| followed.comment.id == comment.id) {
        return;
    }
    all.push(Followed { comment, at, steps: vec![known] });
    all.sort_by_key(|followed| followed.at);
    model.dirty = true;
}

/// What came of it.
pub fn told(model: &mut Model, told: Told, effects: &mut Vec<Effect>) {
    let Told { comment, task, at, step } = told;
    draft::told(model, comment, &step, effects);
    let Some(all) = model.world.followed.get_mut(&task.id) else { return };
    let Some(followed) = all.iter_mut().find(|followed| followed.comment.id == comment) else { return };
    let is_same = |told: &Step| *told == step;
    if followed.steps.last().is_some_and(|(_, last)| is_same(last)) {
        return;
    }
    // Two may find out that it was written, and by then its story may have gone on.
    if step == Step::Written && followed.steps.iter().any(|(_, told)| is_same(told)) {
        return;
    }
    let number = followed.comment.number;
    followed.steps.push((at, step.clone()));
    model.dirty = true;
    let place = format!("{}#{number}", task.repo);
    let is_old = model.now - at > OLD;
    let note = match &step {
        Step::Sending | Step::Finished => None,
        // An earlier run wrote it, and this one only found it.
        Step::Written | Step::Began if is_old => None,
        Step::Written => {
            Some((false, format!("written on {place}; what the agent does about it stands in the detail")))
        }
        Step::Unknown(fault) => Some((true, format!("the comment on {place} may have been written: {fault}"))),
        Step::Refused(fault) => Some((true, format!("not written on {place}: {fault}"))),
        Step::Began => Some((false, format!("the agent has begun to work on what was written on {place}"))),
        Step::Answered(_) => Some((false, format!("the agent answered on {place}"))),
        Step::Failed => Some((true, format!("the agent's work on what was written on {place} failed"))),
    };
    let selected = model.queue.selected.as_ref() == Some(&task.id);
    if let Some(known) = model.world.tasks.get_mut(&task.id) {
        known.changed |= !selected && matches!(step, Step::Answered(_) | Step::Failed);
    }
    if let Some((bad, text)) = note {
        model.notes.say(model.now, bad, text);
    }
}
