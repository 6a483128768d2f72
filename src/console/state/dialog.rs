//! A question before something that cannot be taken back. The answer is No unless it is given on purpose.

use crate::domain::{CancelTarget, Instant, StartRequest};
use crate::text::Safe;

#[derive(Clone, Debug)]
pub struct Dialog {
    pub opened_at: Instant,
    pub title: Safe,
    /// What is about to happen, to what, and how old that is.
    pub body: Vec<Safe>,
    /// The words of the Yes button.
    pub yes: Safe,
    pub ask: Ask,
    /// The button under the cursor is Yes.
    pub on_yes: bool,
}

/// What Yes does. The target is pinned here, whatever moves on the screen.
#[derive(Clone, Debug)]
pub enum Ask {
    Cancel(CancelTarget),
    Start { request: StartRequest, template: Option<String> },
    Quit,
}
