//! What was asked for beside the poller: what the service offers, what the gate would say, what became of an order.

use crate::console::automations::News;
use crate::console::state::Model;

pub fn news(model: &mut Model, news: News) {
    model.world.automations.revision += 1;
    if let News::Policy(policy) = news {
        model.world.automations.policy = Some(policy);
        model.dirty = true;
    }
}
