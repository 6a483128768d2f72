//! One console on one demo server. Time is tokio's, paused: it moves only when nothing is under way on the sockets, and
//! then in small steps, so that neither a timeout fires early nor a test waits.

use std::sync::Arc;
use std::time::Duration;

use atc::console::Model;
use atc::console::event::{Event, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::settings::Settings;
use atc::console::view::Theme;
use atc::demo::{self, Server};
use atc::domain::Instant;
use atc::domain::policy::{InForce, Policy};
use atc::ledger::memory::Memory;
use atc::ops::cancel::Patience;
use atc::provider::Provider;
use atc::provider::github::{GitHub, Host, Options, Token};
use atc::runtime::app::{self, App, Exit};
use atc::runtime::cache::{Cache, Place};
use atc::runtime::clock::Clock;
use atc::runtime::engine::Pace;
use atc::runtime::external::Desktop;
use atc::runtime::launch::behind::{Behind, Parts};
use atc::runtime::signals::Signal;
use atc::runtime::terminal::Paper;
use atc::text::Safe;
use chrono::TimeDelta;
use tokio::sync::mpsc;

/// Long after which a wish is not going to come true.
const PATIENCE: Duration = Duration::from_mins(10);
const STEP: Duration = Duration::from_millis(50);
/// Of a kind that any server takes, and a word that is nowhere else.
pub const TOKEN: &str = "gho_demo";

pub struct Flow {
    pub server: Server,
    pub provider: Arc<GitHub>,
    pub paper: Paper,
    pub ledger: Arc<Memory>,
    pub clock: Clock,
    events: mpsc::Sender<Event>,
    signals: mpsc::Sender<Signal>,
    running: tokio::task::JoinHandle<Exit>,
    stand: Option<Arc<demo::Stand>>,
    exact: bool,
    /// While this lives tokio does not move the paused clock by itself.
    _still: std::sync::mpsc::SyncSender<()>,
}

pub fn noon() -> Instant {
    chrono::DateTime::from_timestamp(1_795_176_000, 0).unwrap()
}

/// What a flow starts with.
pub struct Setup {
    pub width: u16,
    pub height: u16,
    pub speed: f64,
    pub read_only: bool,
    pub copilot_api: atc::provider::github::CopilotApi,
    /// Where what is learned is kept. `None`: nowhere.
    pub cache: Option<std::path::PathBuf>,
    /// How long after noon it starts.
    pub after: TimeDelta,
    /// Every request waits for ever.
    pub hangs: bool,
    /// Logs that nobody opened are read where a task ended badly.
    pub diagnose: bool,
    pub gate: atc::ops::Gate,
    /// What an earlier run left.
    pub ledger: Option<Arc<Memory>>,
    /// The service goes on from there.
    pub server: Option<Server>,
    pub token: &'static str,
    /// Who is told of what.
    pub notify: Vec<atc::domain::transition::Rule>,
    /// Where it is remembered what was told and read.
    pub state_dir: Option<std::path::PathBuf>,
    /// Hears every answer of the service.
    pub tap: Option<Arc<dyn atc::provider::Tap>>,
    /// Asked instead of the demo.
    pub provider: Option<Arc<GitHub>>,
    /// What the provider asks, where it holds answers back until their time.
    pub stand: Option<Arc<demo::Stand>>,
    /// Time never moves on while anything is under way. See [`exactly`].
    pub exact: bool,
    /// Watched instead of the demo's.
    pub repos: Option<Vec<atc::domain::RepoName>>,
    /// Links are drawn.
    pub linked: bool,
    /// Where typed lines and the sizes of panes are kept.
    pub seat: Option<std::path::PathBuf>,
    pub aliases: Vec<(&'static str, &'static str)>,
}

impl Default for Setup {
    fn default() -> Self {
        let copilot_api = atc::provider::github::CopilotApi::Auto;
        Self {
            width: 160,
            height: 45,
            speed: 1.0,
            read_only: false,
            copilot_api,
            cache: None,
            after: TimeDelta::zero(),
            hangs: false,
            diagnose: true,
            gate: atc::ops::Gate::holding(InForce::of(roomy())),
            ledger: None,
            server: None,
            token: TOKEN,
            notify: Vec::new(),
            state_dir: None,
            tap: None,
            provider: None,
            stand: None,
            exact: false,
            repos: None,
            linked: false,
            seat: None,
            aliases: Vec::new(),
        }
    }
}

/// A test that sees the same each time it runs. Beside what keeps the time still there is one thread for work that blocks: a
/// step that has waited for its turn there has waited for all that was to be done.
pub fn exactly<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).max_blocking_threads(2);
    runtime.build().unwrap().block_on(test)
}

/// The defaults, with room for the demo's own world, where the viewer has more at work than they allow.
pub fn roomy() -> Policy {
    let mut policy = Policy::default();
    policy.all[0].says.active = Some(20);
    policy
}

impl Flow {
    pub async fn start(width: u16, height: u16) -> Self {
        Self::with(Setup { width, height, ..Setup::default() }).await
    }

    pub async fn with(setup: Setup) -> Self {
        let (still, until) = std::sync::mpsc::sync_channel::<()>(0);
        tokio::task::spawn_blocking(move || {
            let _ = until.recv();
        });
        let clock = Clock::virtual_from(noon() + setup.after);
        let options = demo::Options {
            bind: ([127, 0, 0, 1], 0).into(),
            speed: setup.speed,
            seed: demo::SEED,
            now: clock.as_now(),
        };
        let server = match setup.server {
            Some(server) => server,
            None => Server::start(options).await.unwrap(),
        };
        if setup.hangs {
            server.faults().add(demo::Fault::on("/**").delay(Duration::from_hours(24)));
        }
        let host = Host::resolve(None, Some(&format!("http://{}", server.addr()))).unwrap();
        let mut options = Options::new(host, Token::new(setup.token, "a test").unwrap(), clock.as_now());
        options.read_only = setup.read_only;
        options.copilot_api = setup.copilot_api;
        options.tap = setup.tap;
        let provider = setup.provider.unwrap_or_else(|| Arc::new(GitHub::new(options).unwrap()));
        let watched = setup.repos.unwrap_or_else(|| server.repos().to_vec());
        let ledger = setup.ledger.unwrap_or_default();
        let (events, received) = mpsc::channel(256);
        let (signals, heard) = mpsc::channel(16);
        let kept = Arc::clone(&ledger);
        let seat = setup.seat.map(|dir| atc::runtime::seat::Files::new(&dir, 100, true)).unwrap_or_default();
        let place = setup.cache.map(|file| Place { file, api: "the demo of these tests".to_owned() });
        let cache = place.map(|place| Cache::start(place, clock.as_now())).unwrap_or_default();
        let parts = Parts {
            provider: Box::pin(std::future::ready(Ok(provider.clone() as Arc<dyn atc::provider::Provider>))),
            now: clock.as_now(),
            events: events.clone(),
            ledger: Box::new(move || kept),
            who: "operator".into(),
            gate: setup.gate,
            pace: Pace::default(),
            patience: Patience::default(),
            repos: watched.clone(),
            template_folders: Vec::new(),
            web: None,
            drafts: None,
            cache,
            kept: None,
            rules: atc::runtime::rules::RulesFile::default(),
            diagnose: setup.diagnose,
            read_only: setup.read_only,
            local: None,
            notes: Vec::new(),
            notify: (
                atc::runtime::notify::Plan::new(&atc::config::Notify::default(), atc::domain::Zone::utc()),
                setup.state_dir,
            ),
            seat: seat.clone(),
        };
        let settings = Settings {
            repos: watched,
            own_tasks: atc::domain::OwnTasks::Auto,
            host: Safe::new("demo"),
            token_kind: provider.authority().token_kind,
            stale_after: TimeDelta::seconds(150),
            read_only: setup.read_only,
            notify: setup.notify,
            aliases: setup.aliases.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect(),
            ..Settings::default()
        };
        let mut model = Model::new(clock.now(), settings);
        atc::console::update::seat::take(&mut model, seat.seat());
        let paper = Paper::new(setup.width, setup.height);
        paper.sheet().linked = setup.linked;
        let screen = paper.clone();
        let running = tokio::spawn(async move {
            let mut behind = Behind::new(parts);
            let app = App {
                model,
                theme: Theme::default(),
                screen,
                effects: &mut behind,
                events: received,
                signals: heard,
                clock,
                desktop: Desktop::default(),
                hosts: vec!["github.com".to_owned()],
                editor: Vec::new(),
                folder: std::env::temp_dir(),
            };
            let exit = app::run(app).await;
            behind.finish().await.unwrap();
            exit
        });
        let Setup { stand, exact, .. } = setup;
        Self { server, provider, paper, ledger, clock, events, signals, running, stand, exact, _still: still }
    }

    /// Lets everything that can happen now happen, then moves the clock one step.
    async fn step(&self, by: Duration) {
        self.settle().await;
        tokio::time::advance(by).await;
    }

    /// Lets everything that can happen now happen.
    pub async fn settle(&self) {
        let held = || self.stand.as_ref().map_or(0, |stand| u32::try_from(stand.held()).unwrap());
        let mut quiet = 0;
        for _ in 0..if self.exact { 10_000 } else { 40 } {
            for _ in 0..70 {
                tokio::task::yield_now().await;
            }
            if self.exact {
                tokio::task::spawn_blocking(|| ()).await.unwrap();
            }
            quiet = if self.provider.budget().in_flight == held() { quiet + 1 } else { 0 };
            if quiet > 2 {
                break;
            }
        }
        assert!(!self.exact || quiet > 2, "something never came to an end");
    }

    pub async fn pass(&self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::Instant::now() < end {
            self.step(STEP).await;
        }
    }

    pub fn text(&self) -> String {
        self.paper.text()
    }

    /// The screen once `wish` holds of it.
    #[track_caller]
    pub fn until<'a>(&'a self, what: &'a str, wish: impl Fn(&str) -> bool + 'a) -> impl Future<Output = String> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let end = tokio::time::Instant::now() + PATIENCE;
            loop {
                let text = self.text();
                if wish(&text) {
                    return text;
                }
                assert!(tokio::time::Instant::now() < end, "{caller}: {what} never came:\n{text}");
                self.step(STEP).await;
            }
        }
    }

    #[track_caller]
    pub fn sees<'a>(&'a self, words: &'a str) -> impl Future<Output = String> + 'a {
        self.until(words, move |text| text.contains(words))
    }

    pub async fn key(&self, chord: Chord) {
        self.events.send(Event { at: self.clock.now(), what: What::Key(chord) }).await.unwrap();
        self.step(Duration::from_millis(40)).await;
    }

    /// Everything at once, faster than anything can be drawn.
    pub async fn burst(&self, all: Vec<What>) {
        for what in all {
            self.events.send(Event { at: self.clock.now(), what }).await.unwrap();
        }
        self.step(Duration::from_millis(40)).await;
    }

    /// Types each character as a key of its own.
    pub async fn keys(&self, keys: &str) {
        for c in keys.chars() {
            self.key(Chord::char(c)).await;
        }
    }

    pub async fn press(&self, key: Key) {
        self.key(Chord::plain(key)).await;
    }

    /// Filters the queue so that the named task is its first row, and selects it.
    pub async fn select(&self, name: &str) {
        self.sees("All 4").await;
        self.keys("Q/").await;
        self.keys(name).await;
        self.press(Key::Enter).await;
        self.keys("g").await;
        // The evidence of what is wrong with it may take the end of its name.
        let begins: String = name.chars().take(16).collect();
        self.until(name, |text| text.lines().any(|line| line.starts_with('▌') && line.contains(&begins))).await;
    }

    /// The queue's row of a task.
    pub fn row(&self, name: &str) -> String {
        let text = self.text();
        let row = text.lines().find(|line| !line.starts_with("──") && line.contains(name));
        row.unwrap_or_else(|| panic!("no row for {name}:\n{text}")).to_owned()
    }

    pub async fn quit(self) -> Exit {
        let quit = Event { at: self.clock.now(), what: What::Key(Chord::char('q')) };
        self.events.send(quit).await.unwrap();
        // For a moment it may still be a part of a text.
        self.step(STEP).await;
        self.running.await.unwrap()
    }

    /// The console is gone from one moment to the next; what is left is its service, its ledger and how late it is.
    pub fn broken_off(self) -> Setup {
        self.running.abort();
        let after = self.clock.now() - noon();
        Setup { server: Some(self.server), ledger: Some(self.ledger), after, ..Setup::default() }
    }

    pub async fn signal(self, signal: Signal) -> Exit {
        self.signals.send(signal).await.unwrap();
        self.running.await.unwrap()
    }

    /// Requests the server saw so far, by method and a part of the path.
    pub fn requests(&self, method: &str, part: &str) -> usize {
        let of = |r: &&demo::Recorded| r.method == method && r.path.contains(part);
        self.server.requests().iter().filter(of).count()
    }
}
