//! What every operation needs: the two ports, the clock, and who asks.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::gate::Gate;
use crate::domain::{Fault, FaultKind, Instant, Now, RepoName, Task};
use crate::ledger::Ledger;
use crate::ledger::port::{Action, Entry, Intent, Outcome};
use crate::provider::Provider;
use crate::provider::port::Automations;

/// So long an action waits to hear whose token it is sent with.
const ASKED_FOR: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub struct Context {
    pub provider: Arc<dyn Provider>,
    pub ledger: Arc<dyn Ledger>,
    pub now: Now,
    /// The user of this machine, for the ledger: `mona`, or `mona@desk-7`.
    pub who: String,
    /// Every start passes it.
    pub gate: Gate,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("provider", &self.provider)
            .field("ledger", &self.ledger)
            .finish_non_exhaustive()
    }
}

impl Context {
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// The service's automations, where it has such a thing at all.
    pub fn automations(&self) -> Result<&dyn Automations, Fault> {
        self.provider.automations().ok_or_else(|| {
            Fault::new(FaultKind::Unsupported, "this service has no automations", "start tasks yourself instead")
        })
    }

    /// The intent of an action about to be taken. On whose authority the token acts stands in it: what nobody asked yet is
    /// asked now, because between the claim and the request nothing may be. Where there is no answer the action does not
    /// fail for it, and the intent says that it is not known.
    pub async fn intent(&self, id: Uuid, action: Action, repo: &RepoName, request: String) -> Intent {
        let login = self.login().await;
        let authority = self.provider.authority();
        let (who, machine) = self.who.split_once('@').map_or((&*self.who, None), |(who, at)| (who, Some(at)));
        Intent {
            who: who.to_owned(),
            host: authority.host.to_string(),
            token_kind: authority.token_kind.to_string(),
            request,
            login,
            machine: machine.map(str::to_owned),
            ..Intent::new(id, self.now(), action, repo.clone())
        }
    }

    /// The login the token belongs to, asked for where nobody asked yet. `None`: it was not told.
    pub(super) async fn login(&self) -> Option<String> {
        let viewer = match self.provider.known_viewer() {
            Some(viewer) => viewer,
            None => match tokio::time::timeout(ASKED_FOR, self.provider.viewer()).await {
                Ok(Ok(viewer)) => viewer,
                Ok(Err(fault)) => {
                    tracing::warn!(%fault, "whose token it is was not told: the ledger does not say who acts");
                    return None;
                }
                Err(_) => {
                    tracing::warn!("whose token it is was not told in time: the ledger does not say who acts");
                    return None;
                }
            },
        };
        Some(viewer.login.raw_for_match().to_owned())
    }

    /// Durable when it returns. An error means: do not act.
    pub async fn claim(&self, intent: Intent) -> Result<(), Fault> {
        self.blocking(move |ledger| ledger.claim(&intent)).await.map_err(|fault| unclaimed(&fault))
    }

    /// [`Ledger::claim_once`]: `Some` is who was first, and then nothing may be sent.
    pub async fn claim_once(&self, intent: Intent, since: Instant) -> Result<Option<Entry>, Fault> {
        self.blocking(move |ledger| ledger.claim_once(&intent, since)).await.map_err(|fault| unclaimed(&fault))
    }

    /// A failure to record an outcome does not undo what happened: the intent stays open and is reconciled later.
    pub async fn record(&self, intent: Uuid, outcome: Outcome) {
        let at = self.now();
        match self.blocking(move |ledger| ledger.record(intent, at, &outcome)).await {
            Ok(()) => {}
            // Two may look for the same, and what was found first stands.
            Err(fault) if fault.kind == FaultKind::Conflict => {
                tracing::debug!(%intent, "its outcome is recorded already");
            }
            Err(fault) => tracing::error!(%intent, fault = %fault, "the outcome could not be recorded"),
        }
    }

    /// A start became this task: known to the gate, and on record.
    pub(super) async fn started(&self, intent: Uuid, task: &Task) {
        self.gate.confirmed(intent, &task.at.id);
        self.record(intent, Outcome::Confirmed(task.at.id.raw().to_owned())).await;
    }

    pub async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Ledger) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let ledger = Arc::clone(&self.ledger);
        tokio::task::spawn_blocking(move || call(&*ledger))
            .await
            .unwrap_or_else(|_| Err(Fault::new(FaultKind::Local, "the ledger call broke off", "look at the journal")))
    }
}

pub(super) fn unclaimed(fault: &Fault) -> Fault {
    let what = format!("nothing was sent: the ledger could not record the intent ({})", fault.what);
    Fault::new(FaultKind::Refused, what, &*fault.next_step)
}
