//! One console on one misbehaving service: the real client, engine, ledger and model over real sockets.
//!
//! Time is tokio's, paused, and moved in small steps while the sockets are given every chance to deliver first, so that
//! no timeout fires early and no test waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use atc::console::event::{Event, Net, News, Op, What};
use atc::console::keys::Chord;
use atc::console::state::layout::Size;
use atc::console::state::settings::Settings;
use atc::console::update::update;
use atc::console::{Effect, Model};
use atc::domain::{CancelProgress, Fault, Instant, RepoName, Source, Task};
use atc::ledger::memory::Memory;
use atc::ops::{self, cancel::Patience};
use atc::provider::Provider as _;
use atc::provider::github::{GitHub, Host, Limits, Network, Options, Token};
use atc::runtime::cache::Cache;
use atc::runtime::engine::desk::Desk;
use atc::runtime::engine::{Engine, Pace};
use atc::text::Safe;
use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::Instant as Tick;

use crate::cases::How;
use crate::server::{Reply, Seen, Server};
use crate::service::Service;
use crate::{draw, names, tls};

/// While a request is in flight, and while none is.
const STEP: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_millis(500);
const TOKEN: &str = "gho_CANARYq7Zt2Lw9XbVn4KsRd8Hp";

pub fn noon() -> Instant {
    chrono::DateTime::from_timestamp(1_795_176_000, 0).unwrap()
}

pub fn repo() -> RepoName {
    "acme/billing".parse().unwrap()
}

/// Which requests are in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    List,
    Detail,
    Log,
    Create,
    Cancel,
    /// The list of automations. Not among the columns of the table: what is true of one list is of the other.
    Automations,
}

impl Call {
    const EVERY: [Self; 6] = [Self::List, Self::Detail, Self::Log, Self::Create, Self::Cancel, Self::Automations];
    pub const ALL: [Self; 5] = [Self::List, Self::Detail, Self::Log, Self::Create, Self::Cancel];

    pub fn is_this(self, seen: &Seen) -> bool {
        let path = seen.path();
        let get = seen.method == "GET";
        let tasks = path.starts_with("/agents/repos/");
        match self {
            Self::List => get && tasks && path.ends_with("/tasks"),
            Self::Detail => get && tasks && path.contains("/tasks/"),
            Self::Automations => get && path.ends_with("/automations"),
            Self::Log => path.ends_with("/logs"),
            Self::Create => !get && tasks,
            Self::Cancel => !get && path.ends_with("/cancel"),
        }
    }
}

/// What the service and the way to it look at.
#[derive(Debug, Default)]
pub struct Trouble {
    on: AtomicBool,
    /// The call in trouble, by its place in [`Call::EVERY`]; anything else: all are.
    call: AtomicUsize,
    spoilt: AtomicUsize,
}

impl Trouble {
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::SeqCst)
    }

    fn hits(&self, seen: &Seen) -> bool {
        let call = Call::EVERY.get(self.call.load(Ordering::SeqCst));
        self.is_on() && call.is_none_or(|call| call.is_this(seen))
    }
}

/// An answer, or a failure, as the console was told of it.
#[derive(Debug)]
pub struct Told {
    pub at: Tick,
    pub source: Source,
    pub fault: Option<Fault>,
    pub next_try: Option<Instant>,
    /// The screen right after it.
    pub screen: String,
    /// New bytes of a log, and whether they replace what was there.
    pub log: Option<(bool, Vec<u8>)>,
}

pub struct Bench {
    pub service: Arc<Service>,
    pub server: Server,
    pub github: Arc<GitHub>,
    pub ledger: Arc<Memory>,
    pub model: Model,
    pub told: Vec<Told>,
    /// Of this source the screens are kept.
    pub focus: Option<Source>,
    /// Each with the screen right after it.
    pub started: Vec<(Tick, Result<Task, Fault>, String)>,
    pub cancels: Vec<(Tick, CancelProgress, String)>,
    trouble: Arc<Trouble>,
    /// Starts and cancels that have not come to their end.
    underway: usize,
    skew: Arc<AtomicI64>,
    now: atc::domain::Now,
    engine: Engine,
    events: mpsc::Receiver<Event>,
    /// While this lives tokio does not move the paused clock by itself.
    _still: std::sync::mpsc::SyncSender<()>,
}

impl Bench {
    pub async fn new(how: How) -> Self {
        Self::with(how, limits()).await
    }

    pub async fn with(how: How, limits: Limits) -> Self {
        let (still, until) = std::sync::mpsc::sync_channel::<()>(0);
        tokio::task::spawn_blocking(move || {
            let _ = until.recv();
        });
        let (service, trouble) = (Arc::new(Service::new()), Arc::new(Trouble::default()));
        let server = serve(how, &service, &trouble).await;
        let (base, network) = match how {
            How::Spoil(_) => (server.base(), Network { direct: true, ..Network::default() }),
            How::Line(line) => {
                let port = server.address.port();
                let resolver = names::Names::new(line, trouble.clone(), port).await;
                let network = Network { roots: tls::roots(), names: Some(Arc::new(resolver)), direct: true };
                (format!("https://{}:{port}", tls::NAME), network)
            }
        };
        service.is_at(base.clone());
        let skew = Arc::new(AtomicI64::new(0));
        let (began, by) = (Tick::now(), skew.clone());
        let now: atc::domain::Now =
            Arc::new(move || noon() + began.elapsed() + TimeDelta::seconds(by.load(Ordering::SeqCst)));
        let host = Host::resolve(None, Some(&base)).unwrap();
        let options = Options::new(host, Token::new(TOKEN, "a test").unwrap(), now.clone());
        let github = Arc::new(GitHub::new(Options { network, limits, trusts_host: true, ..options }).unwrap());
        // Builds the client while the clock stands still.
        github.viewer().await.unwrap();
        let ledger = Arc::new(Memory::new());
        let (sender, events) = mpsc::channel(1024);
        let desk = Desk { provider: github.clone(), now: now.clone(), events: sender, cache: Cache::default() };
        let context = ops::Context {
            provider: github.clone(),
            ledger: ledger.clone(),
            now: now.clone(),
            who: "operator".into(),
            gate: open_gate(),
        };
        let engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
        let mut bench = Self {
            model: Model::new(now(), settings()),
            service,
            server,
            github,
            ledger,
            told: Vec::new(),
            focus: None,
            underway: 0,
            started: Vec::new(),
            cancels: Vec::new(),
            trouble,
            skew,
            now,
            engine,
            events,
            _still: still,
        };
        bench.happen(What::Resize(Size { width: 200, height: 40 }));
        bench
    }

    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// Moves the local clock, not the time that passes.
    pub fn set_clock(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::SeqCst);
    }

    /// From now on this call, or everything, is in trouble.
    pub fn trouble(&self, call: Option<Call>) {
        let place = call.and_then(|call| Call::EVERY.iter().position(|one| *one == call)).unwrap_or(usize::MAX);
        self.trouble.call.store(place, Ordering::SeqCst);
        self.trouble.on.store(true, Ordering::SeqCst);
    }

    pub fn peace(&self) {
        self.trouble.on.store(false, Ordering::SeqCst);
    }

    pub fn watch(&mut self) {
        self.engine.perform(Effect::Watch(vec![repo()]));
    }

    pub fn perform(&mut self, effect: Effect) {
        self.underway += usize::from(matches!(effect, Effect::Start(_) | Effect::Cancel(_)));
        self.engine.perform(effect);
    }

    pub fn key(&mut self, key: char) {
        self.happen(What::Key(Chord::char(key)));
    }

    pub fn screen(&self) -> String {
        draw::text(&self.model)
    }

    pub fn of<'a>(&'a self, source: &'a Source) -> impl DoubleEndedIterator<Item = &'a Told> {
        self.told.iter().filter(move |told| told.source == *source)
    }

    /// Requests of a call that reached the server since then.
    pub fn seen(&self, call: Call, since: Tick) -> usize {
        self.server.seen().iter().filter(|seen| seen.at >= since && call.is_this(seen)).count()
    }

    fn happen(&mut self, what: What) {
        let at = self.now();
        self.take(Event { at, what });
    }

    fn take(&mut self, event: Event) {
        let note = note(&event.what);
        for effect in update(&mut self.model, event) {
            self.engine.perform(effect);
        }
        let (at, mut screen) = (Tick::now(), String::new());
        let is_end = |note: &Note| match note {
            Note::Started(_) => true,
            Note::Cancel(progress) => progress.phase.is_final(),
            Note::Net(..) => false,
        };
        let looked_at = |note: &Note| !matches!(note, Note::Net(source, ..) if self.focus.as_ref() != Some(source));
        if note.as_ref().is_some_and(looked_at) {
            screen = self.screen();
        }
        self.underway -= usize::from(note.as_ref().is_some_and(is_end));
        match note {
            None => {}
            Some(Note::Net(source, fault, next_try, log)) => {
                self.told.push(Told { at, source, fault, next_try, screen, log });
            }
            Some(Note::Started(result)) => self.started.push((at, result, screen)),
            Some(Note::Cancel(progress)) => self.cancels.push((at, progress, screen)),
        }
    }

    /// Lets everything that can happen now happen, then moves the clock.
    async fn step(&mut self) {
        for _ in 0..4 {
            for _ in 0..6 {
                tokio::task::yield_now().await;
            }
            while let Ok(event) = self.events.try_recv() {
                self.take(event);
            }
        }
        if self.model.place.wake.is_some_and(|at| at <= self.now()) {
            self.happen(What::Wake);
        }
        let busy = self.github.budget().in_flight > 0;
        if !busy && self.underway > 0 {
            // The ledger is written on a thread of its own: what waits there goes first.
            let _ = tokio::task::spawn_blocking(|| ()).await;
            for _ in 0..6 {
                tokio::task::yield_now().await;
            }
        }
        let busy = busy || self.github.budget().in_flight > 0;
        if busy {
            // The other end of a socket is in the kernel's hands, which has a time of its own.
            std::thread::yield_now();
        }
        tokio::time::advance(if busy { STEP } else { IDLE }).await;
    }

    pub async fn pass(&mut self, time: Duration) {
        let end = Tick::now() + time;
        while Tick::now() < end {
            self.step().await;
        }
    }

    /// Whether the wish came true within the time.
    pub async fn until(&mut self, within: Duration, wish: impl Fn(&Self) -> bool) -> bool {
        let end = Tick::now() + within;
        while !wish(self) {
            if Tick::now() > end {
                return false;
            }
            self.step().await;
        }
        true
    }
}

/// The program's own, but for sizes: what is too large is so at any size, and a small one costs the tests less.
fn limits() -> Limits {
    Limits { json_bytes: 1 << 20, log_bytes: 2 << 20, ..Limits::default() }
}

async fn serve(how: How, service: &Arc<Service>, trouble: &Arc<Trouble>) -> Server {
    let (service, state) = (service.clone(), trouble.clone());
    match how {
        How::Spoil(spoil) => {
            Server::start(move |seen, _| {
                let honest = service.honest(seen);
                if !state.hits(seen) {
                    return Reply::from(honest);
                }
                let nth = state.spoilt.fetch_add(1, Ordering::SeqCst);
                spoil(honest, nth)
            })
            .await
        }
        How::Line(line) => {
            Server::behind(
                move |stream| tls::enter(stream, line, state.is_on()),
                move |seen, _| Reply::from(service.honest(seen)),
            )
            .await
        }
    }
}

enum Note {
    Net(Source, Option<Fault>, Option<Instant>, Option<(bool, Vec<u8>)>),
    Started(Result<Task, Fault>),
    Cancel(CancelProgress),
}

fn note(what: &What) -> Option<Note> {
    match what {
        What::Net(Net { source, next_try, result, .. }) => {
            let log = match result {
                Ok(News::Log(news)) => Some((news.reset, news.bytes.clone())),
                _ => None,
            };
            Some(Note::Net(source.clone(), result.as_ref().err().cloned(), *next_try, log))
        }
        What::Op(Op::Started { result, .. }) => {
            Some(Note::Started(result.as_ref().map(|task| (**task).clone()).map_err(Clone::clone)))
        }
        What::Op(Op::Cancel(progress)) => Some(Note::Cancel(progress.clone())),
        _ => None,
    }
}

fn settings() -> Settings {
    Settings {
        repos: vec![repo()],
        token_kind: Safe::new("oauth"),
        stale_after: TimeDelta::seconds(150),
        ..Settings::default()
    }
}

/// No eight bytes of the token's secret part.
pub fn shows_token(text: &str) -> bool {
    let secret = TOKEN.strip_prefix("gho_").unwrap().as_bytes();
    secret.windows(8).any(|part| text.contains(std::str::from_utf8(part).unwrap()))
}

/// A gate that holds nobody back: what is tried here is the service.
fn open_gate() -> ops::Gate {
    ops::Gate::holding(atc::domain::policy::InForce::of(atc::domain::policy::Policy::unlimited()))
}
