//! The automations as they are looked at: over the panes, where they are open.

use super::Known;
use crate::console::state::Model;
use crate::domain::AutomationRef;

#[derive(Clone, Debug, Default)]
pub struct AutomationsPane {
    /// The one under the cursor.
    pub selected: Option<AutomationRef>,
}

impl Model {
    /// The automation under the cursor of its pane, or on its page.
    pub fn automation(&self) -> Option<&Known> {
        let pane = self.place.automations.as_ref()?;
        self.world.automations.known.get(pane.selected.as_ref()?)
    }
}
