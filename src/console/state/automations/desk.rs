//! What is asked for, under way and known beside the automations themselves: what the service offers, orders, what is written.

use std::collections::HashMap;

use uuid::Uuid;

use super::form::{AutomationForm, Waits};
use crate::console::automations::Offers;
use crate::console::keys::Context;
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, Instant, RepoName};
use crate::text::Safe;

#[derive(Debug, Default)]
pub struct ActDesk {
    offers: HashMap<RepoName, Offering>,
    /// The order whose verdict is waited for before it is asked about.
    pub asking: Option<Box<Asking>>,
    /// Orders on their way; of a run, until its task was looked for. `None`: what it is about is still to be made.
    pub acting: Vec<(Uuid, Option<AutomationRef>)>,
    /// One that was edited since it was shown, with the order that was not carried out: to be put before the operator.
    pub edited: Option<Box<(AutomationOrder, Automation)>>,
    /// What came of the newest order of each.
    pub said: HashMap<AutomationRef, Said>,
    /// The one being written, over whatever is shown.
    pub form: Option<Box<AutomationForm>>,
}

#[derive(Debug)]
pub struct Asking {
    pub order: AutomationOrder,
    /// Where the key was pressed: who has gone elsewhere is not asked.
    pub from: Context,
}

/// The last word about an automation's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub at: Instant,
    pub bad: bool,
    pub text: Safe,
}

#[derive(Debug)]
enum Offering {
    UnderWay,
    Known(Box<Offers>),
    Failed(Fault),
}

impl ActDesk {
    /// They are to be asked for now; from here on they are under way.
    pub fn wants_offers(&mut self, repo: &RepoName) -> bool {
        let wanted = matches!(self.offers.get(repo), None | Some(Offering::Failed(_)));
        if wanted {
            self.offers.insert(repo.clone(), Offering::UnderWay);
        }
        wanted
    }

    pub fn learn_offers(&mut self, repo: RepoName, result: Result<Box<Offers>, Fault>) {
        self.offers.insert(repo, result.map_or_else(Offering::Failed, Offering::Known));
    }

    pub fn offers(&self, repo: &RepoName) -> Option<&Offers> {
        match self.offers.get(repo) {
            Some(Offering::Known(offers)) => Some(offers),
            _ => None,
        }
    }

    /// Why they are not known, and whether that is because they are on their way.
    pub fn no_offers(&self, repo: &RepoName) -> Option<Option<&Fault>> {
        match self.offers.get(repo) {
            Some(Offering::Known(_)) => None,
            Some(Offering::Failed(fault)) => Some(Some(fault)),
            Some(Offering::UnderWay) | None => Some(None),
        }
    }

    pub fn is_acting(&self, at: &AutomationRef) -> bool {
        self.acting.iter().any(|(_, of)| of.as_ref() == Some(at))
    }

    /// The order is over. False: none was under way by this id.
    pub fn over(&mut self, id: Uuid) -> bool {
        let before = self.acting.len();
        self.acting.retain(|(acting, _)| *acting != id);
        self.acting.len() != before
    }

    /// The form that was sent under this id.
    pub fn sent_form(&mut self, id: Uuid) -> Option<&mut AutomationForm> {
        self.form.as_deref_mut().filter(|form| form.waits == Some(Waits::Answer(id)))
    }
}
