//! `f`: a comment to the agent on the task's pull request, or a new task on its branch. In the reviews a comment on the
//! pull request is written in the same place.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{actions, dialog, reviews};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent};
use crate::console::state::Model;
use crate::console::state::compose::Draft;
use crate::console::state::compose::editor::Editor;
use crate::console::state::compose::follow_up::{About, FollowUp, To};
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::followed::Followed;
use crate::console::state::world::{Known, PullOf};
use crate::domain::follow_up::{Comment, Earlier, LONGEST, MENTION, Step, Told};
use crate::domain::{Pull, PullState, PullTarget};
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

/// Opens the text for a task whose pull request is this one.
pub(super) fn open(model: &mut Model, known: &Known, number: u64) {
    let task = known.task.at.clone();
    let kept = model.compose.follow_texts.get(&task.id).cloned();
    let text = kept.unwrap_or_else(|| format!("{MENTION} "));
    let mut editor = Editor::prompt(&text);
    editor.to_end();
    let unknown = |followed: &Followed| matches!(followed.steps.last(), Some((_, Step::Unknown(_))));
    let maybe_written = model.world.followed.get(&task.id).is_some_and(|all| all.iter().any(unknown));
    model.compose.follow_up = Some(Box::new(FollowUp {
        name: known.task.name.show_line(),
        branch: known.task.head_ref().map(|head| head.raw_for_wire().to_owned()),
        about: About::Task(task),
        number,
        to: To::Comment,
        editor,
        fault: None,
        maybe_written,
    }));
    model.dirty = true;
}

/// Opens the text of a comment on a pull request.
pub(super) fn on_pull(model: &mut Model, target: PullTarget, title: Safe) {
    let key = (target.at.repo.clone(), target.at.id);
    let (text, maybe_written) = model.compose.comment_texts.get(&key).cloned().unwrap_or_default();
    let mut editor = Editor::prompt(&text);
    editor.to_end();
    model.compose.follow_up = Some(Box::new(FollowUp {
        name: title,
        branch: None,
        number: target.number,
        about: About::Pull(target),
        to: To::Comment,
        editor,
        fault: None,
        maybe_written,
    }));
    model.dirty = true;
}

/// A key that is none of its intents is typed.
pub fn key(model: &mut Model, chord: Chord) {
    let (columns, rows) = FollowUp::text_size(FollowUp::area(&model.place));
    let Some(follow) = &mut model.compose.follow_up else { return };
    follow.editor.key(chord, columns, rows);
    follow.editor.keep_in_sight(columns, rows);
    follow.fault = None;
    model.dirty = true;
}

pub fn paste(model: &mut Model, text: &Untrusted) {
    let (columns, rows) = FollowUp::text_size(FollowUp::area(&model.place));
    let Some(follow) = &mut model.compose.follow_up else { return };
    follow.editor.insert(text.raw_for_wire());
    follow.editor.keep_in_sight(columns, rows);
    follow.fault = None;
    model.dirty = true;
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

/// What was written stays for the task.
fn close(model: &mut Model) {
    let Some(follow) = model.compose.follow_up.take() else { return };
    let text = follow.editor.text();
    match follow.about {
        About::Task(task) if text.trim() == MENTION => drop(model.compose.follow_texts.remove(&task.id)),
        About::Task(task) => drop(model.compose.follow_texts.insert(task.id, text)),
        About::Pull(target) => {
            let key = (target.at.repo, target.at.id);
            if text.trim().is_empty() {
                model.compose.comment_texts.remove(&key);
            } else {
                model.compose.comment_texts.insert(key, (text, follow.maybe_written));
            }
        }
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
        (About::Task(task), To::NewTask) => {
            let prompt = follow.as_prompt();
            let id = task.id;
            close(model);
            let Some(known) = model.world.tasks.get(&id) else {
                return model.notes.say(model.now, true, "its task is not known any more");
            };
            let Some(draft) = actions::on_its_branch(known) else { return };
            actions::compose_with(model, Some(Draft { prompt, ..draft }), effects);
        }
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
    model.compose.follow_up = None;
    // Kept until it is known to be written.
    model.compose.follow_texts.insert(comment.task.id.clone(), comment.text.clone());
    let all = model.world.followed.entry(comment.task.id.clone()).or_default();
    all.push(Followed { comment: comment.clone(), at: model.now, steps: vec![(model.now, Step::Sending)] });
    effects.push(Effect::FollowUp(Box::new(comment)));
    model.dirty = true;
}

/// An earlier run wrote it. It stands under its task again, among what was written since.
pub fn earlier(model: &mut Model, earlier: Earlier) {
    let Earlier { comment, at, known } = earlier;
    let all = model.world.followed.entry(comment.task.id.clone()).or_default();
    if all.iter().any(|followed| followed.comment.id == comment.id) {
        return;
    }
    all.push(Followed { comment, at, steps: vec![known] });
    all.sort_by_key(|followed| followed.at);
    model.dirty = true;
}

/// What came of it.
pub fn told(model: &mut Model, told: Told) {
    let Told { comment, task, at, step } = told;
    let Some(all) = model.world.followed.get_mut(&task.id) else { return };
    let Some(followed) = all.iter_mut().find(|followed| followed.comment.id == comment) else { return };
    if followed.steps.last().map(|(_, last)| last) == Some(&step) {
        return;
    }
    let number = followed.comment.number;
    followed.steps.push((at, step.clone()));
    model.dirty = true;
    let place = format!("{}#{number}", task.repo);
    if step == Step::Written {
        model.compose.follow_texts.remove(&task.id);
    }
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
