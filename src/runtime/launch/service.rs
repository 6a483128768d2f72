//! The console on GitHub: token, provider, engine.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt as _;

use super::begin::{Setting, runtime};
use super::behind::{Behind, Coming, OpenLedger, Parts};
use super::screen::{self, Shown};
use crate::cli::{origin, template};
use crate::config::{Config, CopilotApi, Switch, policy};
use crate::console::state::settings::Settings;
use crate::console::{Model, update};
use crate::domain::capability::ReadOnly;
use crate::domain::policy::Policy;
use crate::domain::{Fault, FaultKind, Instant, RepoName};
use crate::ledger;
use crate::ops::{self, cancel::Patience};
use crate::provider::Provider;
use crate::provider::github::{self, GitHub, Host, Roots, token};
use crate::provider::port::Authority;
use crate::runtime::cache::{self, Cache};
use crate::runtime::clock::Clock;
use crate::runtime::doctor::{Env, Here, Local};
use crate::runtime::drafts::Drafts;
use crate::runtime::engine::Pace;
use crate::runtime::kept::Kept;
use crate::runtime::notify;
use crate::runtime::seat;
use crate::text::Safe;

/// All the authorities of the world are a quarter of this.
const MAX_CA_FILE: u64 = 1 << 20;

/// `atc`: the console on the configured host.
pub fn console(setting: Setting) -> Result<u8, Fault> {
    let target = target(&setting)?;
    let config = &setting.loaded.config;
    let at_hand = at_hand(config, &target.host)?;
    let was_here = config.cache && setting.paths.cache().is_file();
    // First of all, and on a thread of its own: what the last run kept is to be in the first picture. Who has no token leaves
    // nothing behind.
    let ahead = (at_hand.is_some() || was_here).then(|| target.cache(&setting));
    let runtime = runtime()?;
    let service = match at_hand {
        Some(found) => {
            Service::there(Arc::new(GitHub::new(options(config, &target.host, &setting.clock)?(found.token))?))
        }
        // `gh` takes its time, and whoever was here before has something to look at meanwhile.
        None if was_here => Service::to_come(&setting, &runtime, target.host.clone())?,
        None => Service::there(Arc::new(GitHub::new(with_token(&setting, &runtime, &target.host)?)?)),
    };
    let shelf = Shelf::of(&setting, ahead.unwrap_or_else(|| target.cache(&setting)));
    let web = vec![target.host.web().to_owned()];
    runtime.block_on(run(setting, service, shelf, target.repos, web, StandIn::default()))
}

/// The service, and what is known of it before it is there.
#[expect(missing_debug_implementations, reason = "it holds a future")]
pub struct Service {
    provider: Coming,
    authority: Authority,
    read_only: Option<ReadOnly>,
}

impl Service {
    /// One that can be asked at once.
    pub fn there(provider: Arc<dyn Provider>) -> Self {
        let (authority, read_only) = (provider.authority(), provider.read_only());
        Self { provider: std::future::ready(Ok(provider)).boxed(), authority, read_only }
    }

    /// GitHub, while `gh` is asked for the token.
    fn to_come(setting: &Setting, runtime: &tokio::runtime::Runtime, host: Host) -> Result<Self, Fault> {
        let config = setting.loaded.config.clone();
        let options = options(&config, &host, &setting.clock)?;
        let authority = Authority { host: host.shown(), token_kind: Safe::new("unknown") };
        let read_only = github::closed(&host, config.looks_only(), config.read_only == Switch::Off);
        let found = runtime.spawn(async move { found_token(&config, &host).await });
        let provider = async move {
            let lost =
                |error: tokio::task::JoinError| Fault::new(FaultKind::Local, error.to_string(), "start atc again");
            let found = found.await.map_err(lost)??;
            Ok(Arc::new(GitHub::new(options(found.token))?) as Arc<dyn Provider>)
        };
        Ok(Self { provider: provider.boxed(), authority, read_only })
    }
}

/// What is looked at.
pub(super) struct Target {
    pub host: Host,
    pub repos: Vec<RepoName>,
}

pub(super) fn target(setting: &Setting) -> Result<Target, Fault> {
    let config = &setting.loaded.config;
    let host = Host::resolve(Some(&config.host), config.api_url.as_deref())?;
    let repos = repos(config, host.web());
    Ok(Target { host, repos })
}

impl Target {
    /// What is kept of these repositories is read at once.
    fn cache(&self, setting: &Setting) -> Cache {
        if !setting.loaded.config.cache {
            return Cache::default();
        }
        let api = self.host.address().to_owned();
        let place = cache::Place { file: setting.paths.cache(), api };
        Cache::start(place, setting.clock.as_now()).ahead(self.repos.clone())
    }
}

/// The service as it is configured, once the token is found.
pub(super) fn with_token(
    setting: &Setting,
    runtime: &tokio::runtime::Runtime,
    host: &Host,
) -> Result<github::Options, Fault> {
    let config = &setting.loaded.config;
    let found = runtime.block_on(found_token(config, host))?;
    Ok(options(config, host, &setting.clock)?(found.token))
}

/// Looks into the environment and the configuration for a token.
pub(super) fn at_hand(config: &Config, host: &Host) -> Result<Option<token::Found>, Fault> {
    let places = token::Places::new(config.token_file.as_deref(), &|name| std::env::var(name).ok());
    token::at_hand(host, &places).inspect(|found| found.iter().for_each(tell))
}

async fn found_token(config: &Config, host: &Host) -> Result<token::Found, Fault> {
    let places = token::Places::new(config.token_file.as_deref(), &|name| std::env::var(name).ok());
    token::discover(host, &places).await.inspect(tell)
}

fn tell(found: &token::Found) {
    tracing::info!(source = %found.source, "token found");
}

/// The service as it is configured, for a verb without a screen. `stays`: it goes on asking, as the console does.
pub async fn client(config: &Config, clock: &Clock, stays: bool) -> Result<GitHub, Fault> {
    let host = Host::resolve(Some(&config.host), config.api_url.as_deref())?;
    let found = found_token(config, &host).await?;
    let options = options(config, &host, clock)?(found.token);
    GitHub::new(github::Options { asks_once: !stays, ..options })
}

/// The configured repositories, else that of the checkout atc was started in.
pub fn repos(config: &Config, web_host: &str) -> Vec<RepoName> {
    if !config.repos.is_empty() {
        return config.repos.clone();
    }
    let here = std::env::current_dir().ok();
    here.and_then(|here| origin::repo_of_checkout(&here, web_host)).into_iter().collect()
}

/// What is wrong with the configuration is found before there is a token.
fn options(
    config: &Config,
    host: &Host,
    clock: &Clock,
) -> Result<impl FnOnce(token::Token) -> github::Options + Send + use<>, Fault> {
    let roots = config.ca_file.as_deref().map_or(Ok(Roots::default()), roots)?;
    let copilot_api = match config.copilot_api {
        CopilotApi::Auto => github::CopilotApi::Auto,
        CopilotApi::Off => github::CopilotApi::Off,
    };
    let extra_headers = config.extra_headers.0.clone().into_iter().collect();
    let (read_only, trusts_host) = (config.looks_only(), config.read_only == Switch::Off);
    let (host, now) = (host.clone(), clock.as_now());
    Ok(move |token| {
        let mut options = github::Options::new(host, token, now);
        (options.copilot_api, options.extra_headers) = (copilot_api, extra_headers);
        (options.read_only, options.trusts_host) = (read_only, trusts_host);
        options.network.roots = roots;
        options
    })
}

/// Read at the start: a certificate that cannot be used is told before the first picture, not at every request.
fn roots(file: &Path) -> Result<Roots, Fault> {
    let mut pem = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MAX_CA_FILE + 1).read_to_end(&mut pem));
    let roots = match read {
        Err(error) => Err(error.to_string()),
        Ok(_) if pem.len() as u64 > MAX_CA_FILE => Err("it is far too large".to_owned()),
        Ok(_) => Roots::from_pem(&pem),
    };
    roots.map_err(|why| {
        let what = format!("the certificates of ca_file, {}, cannot be read: {why}", file.display());
        Fault::new(FaultKind::Local, what, "give a file of PEM certificates, or leave the option out")
    })
}

/// What is kept on disk, and where.
#[expect(missing_debug_implementations, reason = "it holds a function")]
pub struct Shelf {
    pub ledger: OpenLedger,
    /// What is kept for the next start.
    pub cache: Cache,
    /// What was read and told is remembered here. `None`: not at all.
    pub state_dir: Option<PathBuf>,
    /// What may be started where no policy file says so.
    pub policy: Policy,
    /// What of this machine `:doctor` looks at.
    pub local: Option<Local>,
}

impl Shelf {
    /// Of the console on the configured host.
    pub(super) fn of(setting: &Setting, cache: Cache) -> Self {
        let here = Here::new(&setting.loaded, &setting.paths);
        let local = Local { here, env: Env::here(), has_ledger: true };
        let ledger_file = setting.paths.ledger(&setting.loaded.config);
        Self {
            ledger: Box::new(move || ledger::open(&ledger_file)),
            cache,
            state_dir: Some(setting.paths.state_dir.clone()),
            policy: Policy::default(),
            local: Some(local),
        }
    }
}

/// What is to be said of a provider that stands in for a service.
#[derive(Clone, Debug, Default)]
pub struct StandIn {
    /// What the header calls it. `None`: by its own name.
    pub host: Option<Safe>,
    /// Why nothing can be changed, where nobody asked for that.
    pub closed: Option<ReadOnly>,
    /// Nothing happens in it any more from then on.
    pub ends: Option<Instant>,
}

/// The console on a provider, until its end.
pub async fn run(
    setting: Setting,
    Service { provider, authority, read_only }: Service,
    shelf: Shelf,
    repos: Vec<RepoName>,
    hosts: Vec<String>,
    stand_in: StandIn,
) -> Result<u8, Fault> {
    let config = &setting.loaded.config;
    let shown = Shown {
        host: stand_in.host.unwrap_or(authority.host),
        token_kind: authority.token_kind,
        repos: repos.clone(),
        read_only: stand_in.closed.or(read_only),
    };
    let channel = screen::channel();
    // What is typed in the demo is about a world that is gone at the next start.
    let lines = if shelf.state_dir.is_some() { usize::try_from(config.ui.history).unwrap_or(0) } else { 0 };
    let seat = seat::Files::new(&setting.paths.state_dir, lines, config.cache);
    let parts = Parts {
        provider,
        now: setting.clock.as_now(),
        events: channel.0.clone(),
        ledger: shelf.ledger,
        who: who(),
        gate: gate(&setting, shelf.policy),
        pace: pace(&setting),
        patience: Patience {
            session_limit: TimeDelta::minutes(config.stuck.session_limit_minutes.into()),
            run: TimeDelta::seconds(config.cancel.force_after_seconds.into()),
            find: TimeDelta::minutes(config.cancel.wait_minutes.into()),
            ..Patience::default()
        },
        repos,
        template_folders: template::places(config, &setting.paths, std::env::current_dir().ok().as_deref()),
        web: hosts.first().cloned(),
        drafts: Some(Drafts::new(&setting.paths.state_dir)),
        cache: shelf.cache.clone(),
        kept: Kept::new(&setting.paths.state_dir, config.keep_logs_mb),
        rules: screen::rules(&setting),
        diagnose: config.diagnose,
        read_only: config.looks_only(),
        local: shelf.local,
        notes: setting.notes.clone(),
        notify: (notify::Plan::new(&config.notify, setting.clock.zone()), shelf.state_dir),
        seat: seat.clone(),
    };
    let settings = Settings { ends: stand_in.ends, ..screen::settings(&setting, shown) };
    let mut model = Model::new(setting.clock.now(), settings);
    update::seat::take(&mut model, seat.seat());
    let mut behind = Behind::new(parts);
    let code = screen::run(&setting, model, channel, hosts, &shelf.cache, &mut behind).await;
    behind.finish().await?;
    code
}

/// The policy file is read anew at every start: what holds is what stands there then.
fn gate(setting: &Setting, otherwise: Policy) -> ops::Gate {
    let file = policy::PolicyFile::find(&setting.loaded.config, &setting.paths);
    ops::Gate::new(Arc::new(move || policy::load_or(&file, &otherwise)))
}

pub(super) fn pace(setting: &Setting) -> Pace {
    let config = &setting.loaded.config;
    let poll = &config.poll;
    Pace {
        active: Duration::from_secs(poll.active_seconds.into()),
        idle: Duration::from_secs(poll.idle_seconds.into()),
        slowest: Duration::from_secs(poll.slowest_seconds.into()),
        whole_sweep: Duration::from_secs(u64::from(poll.whole_sweep_minutes) * 60),
        away: poll.away_factor,
        share: poll.budget_share,
        unchanged: poll.unchanged_weight,
        own_tasks: screen::own_tasks(config),
        automations: config.automations,
        // A replay starts when its recording did, and so asks when that asked.
        apart: setting.clock.now().timestamp().unsigned_abs(),
        ..Pace::default()
    }
}

/// The user and the name of this machine, for the ledger.
pub fn who() -> String {
    let user = std::env::var("USER").unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()));
    // The kernel says so where it can be asked; elsewhere the shell may.
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::env::var("HOSTNAME"));
    match machine.as_deref().map(str::trim) {
        Ok(machine) if !machine.is_empty() => format!("{}@{machine}", user.replace('@', "-")),
        _ => user,
    }
}
