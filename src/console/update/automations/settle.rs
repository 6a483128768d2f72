//! What every update ends with, of automations: what changed of them is looked through, and the policy is asked for once
//! there is something to hold against it.

use crate::console::automations::Wish;
use crate::console::effect::Effect;
use crate::console::state::Model;

/// Before rows and inbox are made.
pub fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let automations = &mut model.world.automations;
    model.place.inbox.due |= std::mem::take(&mut automations.changed);
    // Tasks may be asked for by the name of what started them.
    model.queue.due |= std::mem::take(&mut automations.renamed);
    let is_held = |known: &crate::console::state::automations::Known| known.automation.detail.is_some();
    if !automations.policy_asked && automations.known.values().any(is_held) {
        automations.policy_asked = true;
        effects.push(Effect::Automations(Wish::Policy));
    }
}
