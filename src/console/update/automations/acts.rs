//! What was asked for beside the poller: what the service offers, what the gate would say, what became of an order.

use crate::console::automations::News;
use crate::console::state::Model;

pub fn news(model: &mut Model, news: News) {
    if let News::Policy(policy) = news {
        model.world.automations.hold_to(policy);
    }
}
