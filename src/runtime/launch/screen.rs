//! The terminal, the loop and what they start with.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::begin::{Setting, runtime};
use super::looks;
use crate::config::{Background, Config, Layout, Switch};
use crate::console::biglog::{News, Told};
use crate::console::event::{Event, Local, What};
use crate::console::state::settings::Settings;
use crate::console::view::Theme;
use crate::console::{Effect, Model, update};
use crate::domain::capability::ReadOnly;
use crate::domain::{Fault, FaultKind, OwnTasks, RepoName};
use crate::runtime::app::{self, App, Effects, Ready};
use crate::runtime::biglog::{self, Begun, Hands};
use crate::runtime::cache::Cache;
use crate::runtime::external::{self, Desktop};
use crate::runtime::rules::RulesFile;
use crate::runtime::signals::Signal;
use crate::runtime::terminal::clipboard::Way;
use crate::runtime::terminal::{Outside, Tty, Unseen, links};
use crate::runtime::themes::Watch;
use crate::runtime::tmux::Tmux;
use crate::runtime::{hangup, input, signals};
use crate::text::{Safe, Untrusted};

/// Room for a burst of news while a picture is drawn.
const EVENTS: usize = 256;

/// What is shown of the service.
#[derive(Clone, Debug)]
pub struct Shown {
    pub host: Safe,
    pub token_kind: Safe,
    pub repos: Vec<RepoName>,
    pub read_only: Option<ReadOnly>,
}

pub fn channel() -> (mpsc::Sender<Event>, mpsc::Receiver<Event>) {
    mpsc::channel(EVENTS)
}

pub fn settings(setting: &Setting, shown: Shown) -> Settings {
    let config = &setting.loaded.config;
    Settings {
        repos: shown.repos,
        own_tasks: own_tasks(config),
        automations: config.automations,
        host: shown.host,
        token_kind: shown.token_kind,
        ascii: looks::ascii(config),
        look: looks::look(config, &looks::themes(setting)),
        zone: setting.clock.zone(),
        // Two missed polls of the slowest pace, and a little.
        stale_after: TimeDelta::seconds(i64::from(config.poll.idle_seconds) * 2 + 30),
        ends: None,
        stuck: setting.loaded.thresholds(),
        limited_for: TimeDelta::minutes(config.retry.limited_minutes.into()),
        cancel_batch_max: usize::try_from(setting.loaded.config.cancel.batch_max).unwrap_or(1),
        read_only: shown.read_only.is_some(),
        why_read_only: shown.read_only,
        mouse: config.ui.mouse,
        columns: config.ui.layout == Layout::Columns,
        keep_lines: usize::try_from(config.ui.history).unwrap_or(0),
        aliases: config.aliases.clone(),
        keymap: setting.loaded.keymap.clone(),
        views: config.views.clone(),
        automation_views: config.automation_views.clone(),
        notify: config.notify.rules.clone(),
        transitions: false,
    }
}

/// Where the operator's own rules for logs are.
pub fn rules(setting: &Setting) -> RulesFile {
    let config = &setting.loaded.config;
    RulesFile { path: Some(setting.paths.diagnosis(config)), named: config.diagnosis_file.is_some() }
}

/// What the option `own_tasks` means.
pub fn own_tasks(config: &Config) -> OwnTasks {
    match config.own_tasks {
        Switch::Auto => OwnTasks::Auto,
        Switch::On => OwnTasks::Always,
        Switch::Off => OwnTasks::Never,
    }
}

/// The first picture waits for so long for what the last run kept: less than anybody sees, and a slow disk holds up nothing.
const KEPT_WITHIN: Duration = Duration::from_millis(12);

/// Runs the loop on the real terminal until its end. `model` is given what the configuration says of looks, and what `cache`
/// has read ahead.
pub async fn run<E: Effects>(
    setting: &Setting,
    mut model: Model,
    channel: (mpsc::Sender<Event>, mpsc::Receiver<Event>),
    hosts: Vec<String>,
    cache: &Cache,
    effects: &mut E,
) -> Result<u8, Fault> {
    let local = |what: &str, error: std::io::Error| {
        Fault::new(FaultKind::Local, format!("{what}: {error}"), "run atc in a terminal of its own")
    };
    let config = &setting.loaded.config;
    if !model.place.columns_chosen {
        model.place.columns = model.settings.columns;
    }
    let (to_loop, signals) = signals::channel();
    signals::listen(&to_loop).map_err(|error| local("signals cannot be listened to", error))?;
    let (sender, events) = channel;
    let look = &model.settings.look;
    let themes = Watch::new(looks::themes(setting), &config.ui.theme, look, sender.clone(), setting.clock.as_now());
    if let Some(time) = setting.unseen {
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            let _ = to_loop.send(Signal::End(0)).await;
        });
        let effects = Themed { effects, themes };
        let app = app(setting, model, Unseen::default(), effects, (events, signals), hosts);
        // Whoever holds this end may still have something to say: without it the loop would be deaf.
        let _events = sender;
        return Ok(Box::pin(app::run(app)).await.code());
    }
    hangup::watch(to_loop).map_err(|error| local("the terminal cannot be watched", error))?;
    let held = model.settings.keymap.held();
    let keys =
        input::start(sender, setting.clock.as_now(), held).map_err(|error| local("keys cannot be read", error))?;
    let screen = Tty::enter(keys).map_err(|error| local("the terminal cannot be used", error))?;
    let mut screen = through(screen, config.ui.hyperlinks);
    if config.ui.background == Background::Auto {
        screen.follow_ground();
    }
    if let Ok(Some(kept)) = timeout(KEPT_WITHIN, cache.first()).await {
        let what = What::Local(Local::Remembered(Box::new(kept)));
        for effect in update::update(&mut model, Event { at: setting.clock.now(), what }) {
            effects.perform(effect);
        }
    }
    let app = app(setting, model, screen, Themed { effects, themes }, (events, signals), hosts);
    // On the heap: the loop holds the whole screen, and what waits for it would be as large.
    Ok(Box::pin(app::run(app)).await.code())
}

/// What gets through to the terminal. tmux is asked, and nobody waits for it: the first picture may be there before.
fn through(screen: Tty, hyperlinks: Switch) -> Tty {
    let outside = move |tmux: Option<&Tmux>| Outside {
        links: match hyperlinks {
            Switch::On => true,
            Switch::Off => false,
            Switch::Auto => links::Env::here(tmux.map(|tmux| tmux.features.clone())).has_links(),
        },
        clipboard: Way::here(tmux),
    };
    let screen = screen.with(outside(None));
    if !Tmux::is_here() {
        return screen;
    }
    let (tell, answer) = oneshot::channel();
    tokio::spawn(async move {
        if let Some(tmux) = Tmux::ask().await {
            let _ = tell.send(outside(Some(&tmux)));
        }
    });
    screen.with_answer(answer)
}

fn app<S, E: Effects>(
    setting: &Setting,
    model: Model,
    screen: S,
    effects: Themed<E>,
    (events, signals): (mpsc::Receiver<Event>, mpsc::Receiver<Signal>),
    hosts: Vec<String>,
) -> App<S, Themed<E>> {
    App {
        theme: Theme::of(&model.settings),
        model,
        screen,
        effects,
        events,
        signals,
        clock: setting.clock,
        desktop: Desktop::here(),
        hosts,
        editor: external::editor(),
        folder: setting.paths.state_dir.clone(),
    }
}

/// Themes are read here, whatever is done behind the screen.
struct Themed<E> {
    effects: E,
    themes: Watch,
}

impl<E: Effects> Effects for Themed<E> {
    fn begin(&mut self) {
        self.themes.begin();
        self.effects.begin();
    }

    fn ready(&mut self) -> impl Future<Output = Ready> {
        self.effects.ready()
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Theme(name) => self.themes.choose(name),
            effect => {
                if let Effect::Focus(true) = effect {
                    self.themes.look();
                }
                self.effects.perform(effect);
            }
        }
    }

    fn pause(&mut self, paused: bool) {
        self.effects.pause(paused);
    }
}

/// `atc open FILE`: a saved log in the log pane, no server, no engine.
pub fn open(setting: Setting, file: &Path) -> Result<u8, Fault> {
    let name = Untrusted::from_bytes(file.file_name().unwrap_or(file.as_os_str()).as_encoded_bytes()).show_line();
    let begun = biglog::begin(file).map_err(|error| {
        let what = format!("{} cannot be read: {error}", file.display());
        Fault::new(FaultKind::Local, what, "give the path of a saved session log or Actions job log")
    })?;
    let shown = Shown {
        host: Safe::new("file"),
        token_kind: Safe::default(),
        repos: Vec::new(),
        read_only: Some(ReadOnly::asked_for()),
    };
    let mut model = Model::new(setting.clock.now(), settings(&setting, shown));
    model.place.log_only = true;
    let channel = channel();
    let teller = biglog::Teller::new(channel.0.clone(), setting.clock.as_now());
    let mut hands = Hands::new(file.to_owned(), name.clone(), &begun, teller).diagnosing(rules(&setting));
    let local = match begun {
        Begun::Whole { format, bytes, .. } => Local::LogFile { name, format, bytes },
        Begun::Window { file, window } => {
            let told = Told::Opened { name, format: file.format, len: file.len, window };
            Local::BigLog(News { log: file.log, what: told })
        }
    };
    // The log is there before the first picture is drawn.
    let event = Event { at: setting.clock.now(), what: What::Local(local) };
    let runtime = runtime()?;
    let entered = runtime.enter();
    for effect in update::update(&mut model, event) {
        hands.perform(effect);
    }
    drop(entered);
    runtime.block_on(run(&setting, model, channel, Vec::new(), &Cache::default(), &mut hands))
}
