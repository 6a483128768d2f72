//! The automations as they are looked at: over the panes, where they are open.
//!
//! ```text
//! list ──enter──> page ──enter──> the log of a run
//!   └──C──> calendar ──enter──> page        (esc goes back the same way)
//! ```

use super::Known;
use crate::console::state::Model;
use crate::domain::AutomationRef;

#[derive(Clone, Debug, Default)]
pub struct AutomationsPane {
    /// The one under the cursor.
    pub selected: Option<AutomationRef>,
    /// One of them as a page, over list and calendar.
    pub page: Option<Page>,
    /// The coming runs, over the list.
    pub calendar: Option<Calendar>,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub at: AutomationRef,
}

#[derive(Clone, Debug, Default)]
pub struct Calendar {}

impl Model {
    /// The automation of the page, else the one under the cursor of the list.
    pub fn automation(&self) -> Option<&Known> {
        let pane = self.place.automations.as_ref()?;
        let at = pane.page.as_ref().map(|page| &page.at).or(pane.selected.as_ref())?;
        self.world.automations.known.get(at)
    }
}
