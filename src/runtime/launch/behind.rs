//! The loop's hands: the engine, the draft keeper and what is read from disk once the first picture stands.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::cli::here;
use crate::cli::template::Shelf;
use crate::console::Effect;
use crate::console::doctor::{News, Wish};
use crate::console::event::{Checkout, Event, Local, Op, What};
use crate::domain::{Fault, FaultKind, Now, RepoName};
use crate::ledger::Ledger;
use crate::ops;
use crate::ops::cancel::Patience;
use crate::provider::Provider;
use crate::runtime::app::Effects;
use crate::runtime::cache::Cache;
use crate::runtime::doctor;
use crate::runtime::drafts::{Drafts, Keeper, sent};
use crate::runtime::engine::desk::Desk;
use crate::runtime::engine::diagnose::Bench;
use crate::runtime::engine::{Engine, Pace};
use crate::runtime::kept::Kept;
use crate::runtime::notify::{self, Notifier, ReadMarks};
use crate::runtime::rules::{Rulebook, RulesFile};
use crate::runtime::seat;
use crate::runtime::templates::Watch;

use crate::text::Safe;

/// Patterns take milliseconds of a processor to be made, and the first answers want it more.
const RULES_AFTER: Duration = Duration::from_millis(100);

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
    /// The host that checkouts of these repositories come from; `None`: there are no checkouts of them.
    pub web: Option<String>,
    /// `None`: drafts are not kept.
    pub drafts: Option<Drafts>,
    /// What is kept for the next start.
    pub cache: Cache,
    /// `None`: finished logs are not kept.
    pub kept: Option<Kept>,
    /// What logs are diagnosed by besides the shipped rules.
    pub rules: RulesFile,
    /// Logs of tasks that ended badly are read though nobody opens them.
    pub diagnose: bool,
    /// Nothing is stopped by a rule, either.
    pub read_only: bool,
    /// What of this machine `:doctor` looks at. `None`: nothing.
    pub local: Option<doctor::Local>,
    pub notes: Vec<Fault>,
    /// Who is told of what becomes of tasks, and where that is remembered.
    pub notify: (notify::Plan, Option<PathBuf>),
    /// Where typed lines and the sizes of panes are kept.
    pub seat: seat::Files,
}

/// Does nothing before [`Effects::begin`]: what is wished for until then is done then.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Behind {
    parts: Option<Parts>,
    /// Wished for before the beginning.
    early: Vec<Effect>,
    engine: Option<Engine>,
    drafts: Option<Keeper>,
    shelf: Option<Watch>,
    web: Option<String>,
    desk: Option<Desk>,
    cache: Cache,
    /// For looking into what can be done here.
    examiner: Option<(ops::Context, Option<doctor::Local>)>,
    notifier: Option<Notifier>,
    read_marks: Option<ReadMarks>,
    seat: Option<seat::Keeper>,
}

impl Behind {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Some(parts),
            early: Vec::new(),
            engine: None,
            drafts: None,
            shelf: None,
            web: None,
            desk: None,
            cache: Cache::default(),
            examiner: None,
            notifier: None,
            read_marks: None,
            seat: None,
        }
    }

    /// Every draft is on disk when this returns, and the cache too, unless the disk is very slow.
    pub async fn finish(self) {
        if let Some(engine) = self.engine {
            engine.finish().await;
        }
        self.cache.finish().await;
        if let Some(notifier) = self.notifier {
            notifier.finish().await;
        }
        if let Some(keeper) = self.drafts {
            keeper.finish().await;
        }
        if let Some(seat) = self.seat {
            seat.finish().await;
        }
    }
}

impl Effects for Behind {
    fn begin(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        self.cache = parts.cache;
        let cache = self.cache.clone();
        let ledger = (parts.ledger)();
        let mut notes = parts.notes;
        notes.extend(ledger.writable().err());
        let (opened, found_in) = (Arc::clone(&ledger), Arc::clone(&ledger));
        let context = ops::Context {
            provider: parts.provider.clone(),
            ledger,
            now: parts.now.clone(),
            who: parts.who,
            gate: parts.gate,
        };
        self.examiner = Some((context.clone(), parts.local));
        let desk = Desk { provider: parts.provider, now: parts.now, events: parts.events, cache };
        let rules = Rulebook::new(parts.rules);
        let bench = Bench { kept: parts.kept.clone(), rules: rules.clone() };
        let bench = Some(bench).filter(|_| parts.diagnose);
        let mut engine = Engine::spawn_diagnosing(desk.clone(), context, parts.pace, parts.patience, parts.kept, bench);
        if !parts.read_only {
            engine.obey_rules();
        }
        engine.perform(Effect::Watch(parts.repos));
        engine.look_for_answers();
        self.engine = Some(engine);
        let (plan, state_dir) = parts.notify;
        let outlet = notify::Events { events: desk.events.clone(), now: Arc::clone(&desk.now) };
        self.notifier = Some(Notifier::spawn(plan, state_dir.as_deref(), Arc::clone(&desk.now), Arc::new(outlet)));
        let marks = ReadMarks::new(state_dir.as_deref(), desk.events.clone(), Arc::clone(&desk.now));
        marks.keep(Vec::new());
        self.read_marks = Some(marks);
        tokio::spawn(notify::watch_unresolved(desk.clone(), opened));
        self.drafts = parts.drafts.clone().map(Keeper::spawn);
        self.seat = Some(seat::Keeper::spawn(parts.seat, desk.events.clone(), Arc::clone(&desk.now)));
        let shelf = Watch::new(parts.template_folders);
        tokio::spawn(read_disk(desk.clone(), shelf.clone(), parts.drafts.map(|drafts| (drafts, found_in)), notes));
        self.shelf = Some(shelf);
        self.web = parts.web;
        self.desk = Some(desk.clone());
        tokio::spawn(async move {
            tokio::time::sleep(RULES_AFTER).await;
            read_rules(desk.events, desk.now, rules).await;
        });
        for effect in std::mem::take(&mut self.early) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        if self.parts.is_some() {
            return self.early.push(effect);
        }
        match (&effect, &self.notifier) {
            (Effect::Focus(focused), Some(notifier)) => notifier.focus(*focused),
            (Effect::TestNotify, Some(notifier)) => notifier.test(),
            _ => {}
        }
        match (effect, &self.drafts, &mut self.engine) {
            (Effect::Notify(notices), ..) => {
                if let Some(notifier) = &self.notifier {
                    notifier.tell(notices);
                }
            }
            (Effect::KeepRead(marks), ..) => {
                if let Some(kept) = &self.read_marks {
                    kept.keep(marks);
                }
            }
            (effect @ (Effect::KeepLine(..) | Effect::ForgetLines | Effect::KeepSeat(_)), ..) => {
                if let Some(seat) = &mut self.seat {
                    match effect {
                        Effect::KeepLine(which, text) => seat.line(which, text),
                        Effect::KeepSeat(panes) => seat.seat(panes),
                        _ => seat.forget(),
                    }
                }
            }
            (Effect::KeepDraft(draft), Some(keeper), _) => keeper.keep(*draft),
            (Effect::DropDraft(id), Some(keeper), _) => keeper.forget(id),
            (Effect::LookForTemplates, ..) => {
                if let (Some(shelf), Some(desk)) = (&self.shelf, &self.desk) {
                    tokio::spawn(look(desk.clone(), shelf.clone()));
                }
            }
            (Effect::LookHere { go_on }, ..) => {
                if let Some(desk) = &self.desk {
                    tokio::spawn(look_here(desk.clone(), self.web.clone(), go_on));
                }
            }
            (Effect::Examine(wish), ..) => {
                if let (Some((context, local)), Some(desk)) = (&self.examiner, &self.desk) {
                    tokio::spawn(examine(context.clone(), local.clone(), desk.clone(), wish));
                }
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
pub async fn read_rules(events: mpsc::Sender<Event>, now: Now, rules: Rulebook) {
    let Ok(rules) = tokio::task::spawn_blocking(move || rules.rules()).await else { return };
    let _ = events.send(Event { at: now(), what: What::Local(Local::Rules(rules)) }).await;
}

async fn read_disk(desk: Desk, shelf: Watch, drafts: Option<(Drafts, Arc<dyn Ledger>)>, notes: Vec<Fault>) {
    for fault in notes {
        desk.op(Op::Note { bad: true, text: Safe::new(fault.to_string()) }).await;
    }
    look(desk.clone(), shelf).await;
    let Some((drafts, ledger)) = drafts else { return };
    let read = tokio::task::spawn_blocking(move || sent::settled(&drafts, &*ledger));
    let drafts = read.await.unwrap_or_default();
    if !drafts.is_empty() {
        desk.send(What::Local(Local::Drafts(drafts))).await;
    }
}

/// Tells the console of the checkout the program was started in.
async fn look_here(desk: Desk, web: Option<String>, go_on: bool) {
    let look = async {
        let no = |what: &str, next: &str| Fault::new(FaultKind::Local, what, next);
        let web = web.ok_or_else(|| no("this world has no checkouts", "choose the repository in the form"))?;
        let directory =
            std::env::current_dir().map_err(|_| no("the current directory is gone", "start atc in a checkout"))?;
        here::look(&*desk.provider, &directory, &web, go_on).await
    };
    let found = look.await.map(|here| {
        let here::Here { repo, base, head, unseen } = here;
        Checkout { repo, base_ref: base, head_ref: head, unseen }
    });
    desk.op(Op::Here(found)).await;
}

/// Tells the console row by row what can be done here.
async fn examine(context: ops::Context, local: Option<doctor::Local>, desk: Desk, wish: Wish) {
    let (tell, mut told) = mpsc::channel(8);
    let hear = async {
        while let Some(news) = told.recv().await {
            desk.op(Op::Examined(News { id: wish.id, told: doctor::into_console(news) })).await;
        }
    };
    tokio::join!(doctor::examine(&context, local, doctor::About { repos: &wish.repos, anew: wish.anew }, tell), hear);
}

/// Tells the console of the templates, unless they are those it knows.
async fn look(desk: Desk, shelf: Watch) {
    let news = tokio::task::spawn_blocking(move || shelf.news()).await.ok().flatten();
    if let Some(Shelf { templates, faults }) = news {
        desk.send(What::Local(Local::Templates { templates, faults })).await;
    }
}
