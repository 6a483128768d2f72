//! The loop's hands: the engine, the draft keeper and what is read from disk once the first picture stands.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::console::Effect;
use crate::console::event::{Event, Local, Op, What};
use crate::console::state::compose::Draft;
use crate::domain::{Fault, Now, RepoName};
use crate::ledger::Ledger;
use crate::ops;
use crate::ops::cancel::Patience;
use crate::provider::Provider;
use crate::runtime::app::Effects;
use crate::runtime::cache::{self, Cache};
use crate::runtime::drafts::Drafts;
use crate::runtime::engine::desk::Desk;
use crate::runtime::engine::diagnose::Bench;
use crate::runtime::engine::{Engine, Pace};
use crate::runtime::kept::Kept;
use crate::runtime::rules::{self, RulesFile};
use crate::runtime::templates;
use crate::text::Safe;

/// How the ledger is opened: after the first picture, because that touches the disk.
pub type OpenLedger = Box<dyn FnOnce() -> Arc<dyn Ledger> + Send>;

/// What the engine is made of.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Parts {
    pub provider: Arc<dyn Provider>,
    pub now: Now,
    pub events: mpsc::Sender<Event>,
    pub ledger: OpenLedger,
    pub who: String,
    /// Under which policy tasks are started.
    pub gate: ops::Gate,
    pub pace: Pace,
    pub patience: Patience,
    pub repos: Vec<RepoName>,
    pub template_folders: Vec<PathBuf>,
    /// `None`: drafts are not kept.
    pub drafts: Option<Drafts>,
    /// `None`: nothing is kept for the next start.
    pub cache: Option<cache::Place>,
    /// `None`: finished logs are not kept.
    pub kept: Option<Kept>,
    /// What logs are diagnosed by besides the shipped rules.
    pub rules: RulesFile,
    /// Logs of tasks that ended badly are read though nobody opens them.
    pub diagnose: bool,
    pub notes: Vec<Fault>,
}

/// Does nothing before [`Effects::begin`].
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Behind {
    parts: Option<Parts>,
    engine: Option<Engine>,
    draft: Option<(watch::Sender<Option<Draft>>, tokio::task::JoinHandle<()>)>,
    cache: Cache,
}

impl Behind {
    pub fn new(parts: Parts) -> Self {
        Self { parts: Some(parts), engine: None, draft: None, cache: Cache::default() }
    }

    /// The last draft is on disk when this returns, and the cache too, unless the disk is very slow.
    pub async fn finish(self) {
        if let Some(engine) = self.engine {
            engine.finish().await;
        }
        self.cache.finish().await;
        if let Some((newest, writer)) = self.draft {
            drop(newest);
            let _ = writer.await;
        }
    }
}

impl Effects for Behind {
    fn begin(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        let ledger = (parts.ledger)();
        let mut notes = parts.notes;
        notes.extend(ledger.writable().err());
        let context = ops::Context {
            provider: parts.provider.clone(),
            ledger,
            now: parts.now.clone(),
            who: parts.who,
            gate: parts.gate,
        };
        self.cache = parts.cache.map(|place| Cache::start(place, parts.now.clone())).unwrap_or_default();
        let cache = self.cache.clone();
        let desk = Desk { provider: parts.provider, now: parts.now, events: parts.events, cache };
        let bench = Bench { kept: parts.kept.clone(), rules: parts.rules.clone() };
        let bench = Some(bench).filter(|_| parts.diagnose);
        let mut engine = Engine::spawn_diagnosing(desk.clone(), context, parts.pace, parts.patience, parts.kept, bench);
        engine.perform(Effect::Watch(parts.repos));
        self.engine = Some(engine);
        let kept = parts.drafts.clone();
        self.draft = parts.drafts.map(Drafts::keeper);
        tokio::spawn(read_disk(desk.clone(), parts.template_folders, kept, notes));
        tokio::spawn(read_rules(desk.events, desk.now, parts.rules));
    }

    fn perform(&mut self, effect: Effect) {
        match (effect, &mut self.draft, &mut self.engine) {
            (Effect::KeepDraft(draft), Some((newest, _)), _) => {
                newest.send_replace(draft.map(|draft| *draft));
            }
            (effect, _, Some(engine)) => engine.perform(effect),
            _ => {}
        }
    }

    fn pause(&mut self, paused: bool) {
        if let Some(engine) = &mut self.engine {
            engine.pause(paused);
        }
    }
}

/// Tells the console what logs are diagnosed by.
pub async fn read_rules(events: mpsc::Sender<Event>, now: Now, file: RulesFile) {
    let Ok(rules) = tokio::task::spawn_blocking(move || rules::load(&file)).await else { return };
    rules::note_faults(&rules);
    let what = What::Local(Local::Rules(Arc::new(rules)));
    let _ = events.send(Event { at: now(), what }).await;
}

async fn read_disk(desk: Desk, folders: Vec<PathBuf>, drafts: Option<Drafts>, notes: Vec<Fault>) {
    for fault in notes {
        desk.op(Op::Note { bad: true, text: Safe::new(fault.to_string()) }).await;
    }
    let read = tokio::task::spawn_blocking(move || (templates::load(&folders), drafts.and_then(|d| d.read()))).await;
    let Ok(((templates, faults), draft)) = read else { return };
    desk.send(What::Local(Local::Templates { templates, faults })).await;
    if let Some(draft) = draft {
        desk.send(What::Local(Local::Draft(Box::new(draft)))).await;
    }
}
