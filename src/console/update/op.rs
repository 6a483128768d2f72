//! News of what the operator asked for.

use super::{cancel, compose, net, queue};
use crate::console::effect::Effect;
use crate::console::event::Op;
use crate::console::state::Model;
use crate::console::state::place::Pane;

pub fn news(model: &mut Model, op: Op, effects: &mut Vec<Effect>) {
    match op {
        Op::Cancel(progress) => cancel::progress(model, progress),
        Op::Started { request, result } => {
            model.dirty = true;
            if let Ok(task) = &result {
                let id = task.at.id.clone();
                net::merge_task(model, (**task).clone());
                if let Some(known) = model.world.tasks.get_mut(&id) {
                    known.changed = false;
                }
                queue::rebuild(model);
                queue::reveal(model, &id);
            }
            compose::started(model, request, &result, effects);
        }
        Op::Note { bad, text } => {
            model.notes.say(model.now, bad, text);
            model.dirty = true;
        }
        Op::Agents { repo, result } => {
            compose::agents(model, &repo, result);
            model.dirty |= model.place.focus == Pane::Compose;
        }
        Op::Budget(budget) => {
            model.dirty |= model.world.budget != budget;
            model.world.budget = budget;
        }
    }
}
