//! What the console and the runtime say to each other about automations, beyond what the poller tells of them.

use std::sync::Arc;

use crate::domain::automation::{Offered, OfferedTrigger, Revision, ToolGroup};
use crate::domain::policy::{InForce, Judgement};
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, RepoName, Task};
use crate::text::Safe;

#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// What of them the operator looks at. `None`: at none, and only their lists are read, seldom.
    Look(Option<Sight>),
    /// The policy, for what it says of automations.
    Policy,
    /// What the service offers in a repository to build one from.
    Offers(RepoName),
    /// What the gate would say to an order. Nothing is sent.
    Judge(Box<AutomationOrder>),
    Act(Box<AutomationOrder>),
}

/// What of the automations is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// From top to bottom.
    pub rows: Vec<AutomationRef>,
    /// The one under the cursor or on its page: looked at closely.
    pub chosen: Option<AutomationRef>,
}

#[derive(Debug)]
pub enum News {
    Policy(Arc<InForce>),
    Offers(RepoName, Result<Box<Offers>, Fault>),
    Judged(Box<AutomationOrder>, Box<Judgement>),
    /// What became of an order.
    Acted {
        order: Box<AutomationOrder>,
        result: Result<Became, NotDone>,
    },
    /// What was looked for after a run was accepted. `None`: no task of it was seen in that time.
    Ran {
        order: Box<AutomationOrder>,
        task: Option<Box<Task>>,
    },
}

/// What an automation of a repository can be built from.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    pub triggers: Offered<OfferedTrigger>,
    pub tools: Offered<ToolGroup>,
}

#[derive(Debug)]
pub enum Became {
    /// It is there, as it is now.
    Stands(Box<Automation>),
    /// The run was accepted: its task is being looked for.
    Accepted,
    Deleted,
}

/// Why nothing is known to have been done.
#[derive(Debug)]
pub struct NotDone {
    pub fault: Fault,
    /// What the gate found; `None`: it did not come to a judgement.
    pub judged: Option<Box<Judgement>>,
    /// It was edited since it was shown: as it is now.
    pub edited: Option<Box<Automation>>,
}

impl NotDone {
    /// The revision it has now, for a text.
    pub fn revision(&self) -> Option<Safe> {
        self.edited.as_ref()?.revision().map(Revision::show)
    }
}
