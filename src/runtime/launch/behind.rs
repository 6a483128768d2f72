//! The loop's hands: the engine, the draft keeper and what is read from disk once the first picture stands.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::cli::template::Shelf;
use crate::cli::{here, output};
use crate::console::Effect;
use crate::console::doctor::{News, Wish};
use crate::console::event::{Checkout, Event, Local, Op, What};
use crate::domain::{Fault, FaultKind, Now, RepoName};
use crate::ledger::Ledger;
use crate::ops;
use crate::ops::cancel::Patience;
use crate::provider::Provider;
use crate::runtime::app::{Effects, Ready};
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

/// A service that takes longer to be there is waited for in words.
const SLOW: Duration = Duration::from_millis(300);

/// How the ledger is opened: after the first picture and beside the loop, because that touches the disk.
pub type OpenLedger = Box<dyn FnOnce() -> Arc<dyn Ledger> + Send>;
/// The service. It may still have to be asked for a token.
pub type Coming = BoxFuture<'static, Result<Arc<dyn Provider>, Fault>>;

/// What the engine is made of.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Parts {
    pub provider: Coming,
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

/// Does nothing before [`Effects::begin`], and asks the service nothing before there is a token: what is wished for until
/// then is done then. What only concerns this machine does not wait for the service.
#[expect(missing_debug_implementations, reason = "it holds a function")]
#[derive(Default)]
pub struct Behind {
    parts: Option<Parts>,
    coming: Option<JoinHandle<Result<AtWork, Fault>>>,
    /// Why nothing will come.
    fault: Option<Fault>,
    /// Wished for before there was anybody to do it.
    early: Vec<Effect>,
    paused: bool,
    at_work: Option<AtWork>,
    cache: Cache,
    drafts: Option<Keeper>,
    notifier: Option<Notifier>,
    read_marks: Option<ReadMarks>,
    seat: Option<seat::Keeper>,
}

/// What needs the service.
struct AtWork {
    engine: Engine,
    shelf: Watch,
    web: Option<String>,
    desk: Desk,
    /// For looking into what can be done here.
    examiner: (ops::Context, Option<doctor::Local>),
}

impl Behind {
    pub fn new(parts: Parts) -> Self {
        Self { parts: Some(parts), ..Self::default() }
    }

    /// Every draft is on disk when this returns, or it was said that it is not, and the cache too, unless the disk is very slow. A fault: the service was
    /// never asked, and why.
    pub async fn finish(self) -> Result<(), Fault> {
        let at_work = match self.coming {
            Some(coming) if coming.is_finished() => coming.await.ok().and_then(Result::ok),
            Some(coming) => {
                coming.abort();
                None
            }
            None => self.at_work,
        };
        if let Some(AtWork { engine, .. }) = at_work {
            engine.finish().await;
        }
        self.cache.finish().await;
        if let Some(notifier) = self.notifier {
            notifier.finish().await;
        }
        if let Some(keeper) = self.drafts
            && let Err(fault) = keeper.finish().await
        {
            output::fail(&fault);
        }
        if let Some(seat) = self.seat {
            seat.finish().await;
        }
        self.fault.map_or(Ok(()), Err)
    }

    fn do_early(&mut self) {
        for effect in std::mem::take(&mut self.early) {
            self.perform(effect);
        }
    }
}

impl Effects for Behind {
    fn begin(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        self.cache = parts.cache.clone();
        let (events, now) = (&parts.events, &parts.now);
        let (plan, state_dir) = &parts.notify;
        let outlet = notify::Events { events: events.clone(), now: Arc::clone(now) };
        let notifier = Notifier::spawn(plan.clone(), state_dir.as_deref(), Arc::clone(now), Arc::new(outlet));
        self.notifier = Some(notifier);
        let marks = ReadMarks::new(state_dir.as_deref(), events.clone(), Arc::clone(now));
        marks.keep(Vec::new());
        self.read_marks = Some(marks);
        self.drafts = parts.drafts.clone().map(|drafts| Keeper::spawn(drafts, events.clone(), Arc::clone(now)));
        self.seat = Some(seat::Keeper::spawn(parts.seat.clone(), events.clone(), Arc::clone(now)));
        self.coming = Some(tokio::spawn(begun(parts)));
        self.do_early();
    }

    async fn ready(&mut self) -> Ready {
        let Some(coming) = &mut self.coming else { return std::future::pending().await };
        let came = coming.await;
        self.coming = None;
        match came {
            Ok(Ok(mut at_work)) => {
                let kind = at_work.desk.provider.authority().token_kind;
                if self.paused {
                    at_work.engine.pause(true);
                }
                self.at_work = Some(at_work);
                self.do_early();
                Ready::With(kind)
            }
            Ok(Err(fault)) => {
                self.fault = Some(fault);
                Ready::Never
            }
            // It panicked, and the console ends by that.
            Err(_) => std::future::pending().await,
        }
    }

    fn perform(&mut self, effect: Effect) {
        if self.parts.is_some() {
            return self.early.push(effect);
        }
        match (effect, &self.drafts) {
            (Effect::Notify(notices), _) => {
                if let Some(notifier) = &self.notifier {
                    notifier.tell(notices);
                }
            }
            (Effect::TestNotify, _) => {
                if let Some(notifier) = &self.notifier {
                    notifier.test();
                }
            }
            (Effect::KeepRead(marks), _) => {
                if let Some(kept) = &self.read_marks {
                    kept.keep(marks);
                }
            }
            (effect @ (Effect::KeepLine(..) | Effect::ForgetLines | Effect::KeepSeat(_)), _) => {
                if let Some(seat) = &mut self.seat {
                    match effect {
                        Effect::KeepLine(which, text) => seat.line(which, text),
                        Effect::KeepSeat(panes) => seat.seat(panes),
                        _ => seat.forget(),
                    }
                }
            }
            (Effect::KeepDraft(draft), Some(keeper)) => keeper.keep(*draft),
            (Effect::DropDraft(id), Some(keeper)) => keeper.forget(id),
            (effect, _) => {
                if let (Effect::Focus(focused), Some(notifier)) = (&effect, &self.notifier) {
                    notifier.focus(*focused);
                }
                match &mut self.at_work {
                    Some(at_work) => at_work.perform(effect),
                    None => self.early.push(effect),
                }
            }
        }
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        if let Some(AtWork { engine, .. }) = &mut self.at_work {
            engine.pause(paused);
        }
    }
}

impl AtWork {
    fn perform(&mut self, effect: Effect) {
        let desk = || self.desk.clone();
        match effect {
            Effect::LookForTemplates => drop(tokio::spawn(look(desk(), self.shelf.clone()))),
            Effect::LookHere { go_on } => drop(tokio::spawn(look_here(desk(), self.web.clone(), go_on))),
            Effect::Examine(wish) => {
                let (context, local) = self.examiner.clone();
                tokio::spawn(examine(context, local, desk(), wish));
            }
            effect => self.engine.perform(effect),
        }
    }
}

/// Whoever waits for long is told for what.
async fn told_if_slow(
    mut provider: Coming,
    events: &mpsc::Sender<Event>,
    now: &Now,
) -> Result<Arc<dyn Provider>, Fault> {
    if let Ok(provider) = timeout(SLOW, &mut provider).await {
        return provider;
    }
    let text = Safe::new("`gh` is still being asked for the token: nothing is read before it answers");
    let _ = events.send(Event { at: now(), what: What::Op(Op::Note { bad: false, text }) }).await;
    provider.await
}

/// Waits for the service and for the ledger, and sets to work.
async fn begun(parts: Parts) -> Result<AtWork, Fault> {
    let provider = told_if_slow(parts.provider, &parts.events, &parts.now);
    let (provider, ledger) = tokio::join!(provider, tokio::task::spawn_blocking(parts.ledger));
    let provider = provider?;
    let ledger = ledger.map_err(|error| Fault::new(FaultKind::Local, error.to_string(), "start atc again"))?;
    let mut notes = parts.notes;
    notes.extend(ledger.writable().err());
    let (opened, found_in) = (Arc::clone(&ledger), Arc::clone(&ledger));
    let context =
        ops::Context { provider: provider.clone(), ledger, now: parts.now.clone(), who: parts.who, gate: parts.gate };
    let examiner = (context.clone(), parts.local);
    let desk = Desk { provider, now: parts.now, events: parts.events, cache: parts.cache };
    let rules = Rulebook::new(parts.rules);
    let bench = Bench { kept: parts.kept.clone(), rules: rules.clone() };
    let bench = Some(bench).filter(|_| parts.diagnose);
    let mut engine = Engine::spawn_diagnosing(desk.clone(), context, parts.pace, parts.patience, parts.kept, bench);
    if !parts.read_only {
        engine.obey_rules();
    }
    engine.perform(Effect::Watch(parts.repos));
    engine.look_for_answers();
    tokio::spawn(notify::watch_unresolved(desk.clone(), opened));
    let shelf = Watch::new(parts.template_folders);
    tokio::spawn(read_disk(desk.clone(), shelf.clone(), parts.drafts.map(|drafts| (drafts, found_in)), notes));
    let (events, now) = (desk.events.clone(), desk.now.clone());
    tokio::spawn(async move {
        tokio::time::sleep(RULES_AFTER).await;
        read_rules(events, now, rules).await;
    });
    Ok(AtWork { engine, shelf, web: parts.web, desk, examiner })
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
