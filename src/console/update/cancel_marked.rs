//! Cancelling what is marked: one question that counts and lists, one answer, one result for each.

use super::cancel::{refusal, target};
use super::{dialog, queue};
use crate::console::state::Model;
use crate::console::state::detail::duration;
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::world::Known;
use crate::domain::cancel::MOST_AT_ONCE;
use crate::domain::{CancelPhase, CancelTarget};
use crate::text::Safe;

/// From so many on the answer is typed.
const TYPED_FROM: usize = 6;
/// So many are listed by name.
const LISTED: usize = 8;

/// Asks before the sessions of the marked tasks are cancelled; says why not where there is nothing to cancel.
pub fn ask(model: &mut Model) {
    match question(model) {
        Ok(question) => dialog::open(model, question),
        Err(why_not) => model.notes.say(model.now, true, why_not),
    }
    model.dirty = true;
}

fn question(model: &Model) -> Result<Dialog, String> {
    let marked: Vec<&Known> = queue::marked(model).collect();
    // Forcing is a second question of its own, asked for one task at a time.
    let is_stubborn = |known: &Known| known.cancel.as_ref().is_some_and(|c| c.phase == CancelPhase::Stubborn);
    let (can, cannot): (Vec<&Known>, Vec<&Known>) =
        marked.into_iter().partition(|known| refusal(model, known).is_none() && !is_stubborn(known));
    if can.is_empty() {
        return Err(format!("none of the {} marked tasks has a session to cancel", cannot.len()));
    }
    let most = model.settings.cancel_batch_max.min(MOST_AT_ONCE);
    if can.len() > most {
        return Err(format!("{} marked sessions are at work; at most {most} are cancelled at once", can.len()));
    }
    let targets: Vec<CancelTarget> = can.iter().map(|known| target(known, false)).collect();
    let count = targets.len();
    let sessions = if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") };
    let yes = if count == 1 { "Yes, cancel it" } else { "Yes, cancel them" };
    let body = body(model, &can, cannot.len());
    let dialog = Dialog::new(model.now, format!("Cancel {sessions}?"), body, yes, Ask::Cancel(targets));
    Ok(Dialog { word: (count >= TYPED_FROM).then(|| word(&can)), ..dialog })
}

fn body(model: &Model, can: &[&Known], cannot: usize) -> Vec<Safe> {
    let line = |known: &&Known| {
        let task = &known.task;
        let age = duration(model.now - known.condition_since(model.now));
        Safe::new(format!("{}  {}   {} for {age}", task.at.repo, task.name.show_line(), task.state.word()))
    };
    let listed = if can.len() > LISTED { LISTED - 1 } else { LISTED };
    let mut body: Vec<Safe> = can.iter().take(listed).map(line).collect();
    if can.len() > listed {
        body.push(Safe::new(format!("and {} more", can.len() - listed)));
    }
    let shown: std::collections::HashSet<&str> = model.listed().map(|known| known.task.at.id.raw()).collect();
    let hidden = can.iter().filter(|known| !shown.contains(known.task.at.id.raw())).count();
    if hidden > 0 {
        body.push(Safe::new(format!("{hidden} of them are marked but not listed now")));
    }
    if cannot > 0 {
        body.push(Safe::new(format!("{cannot} more are marked and left alone: nothing of them can be cancelled now")));
    }
    body.push(Safe::new("One a second; commits already pushed stay; each ends on its own row."));
    body
}

/// What must be typed: the repository where there is one, else how many.
fn word(can: &[&Known]) -> Safe {
    let first = can.first().map(|known| &known.task.at.repo);
    let one = first.filter(|repo| can.iter().all(|known| known.task.at.repo == **repo));
    one.map_or_else(|| Safe::new(can.len().to_string()), |repo| Safe::new(repo.as_str()))
}
