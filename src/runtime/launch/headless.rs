//! A verb without a screen: configuration, token, provider, ledger, gate and clock, handed to it as a [`Desk`]; and the
//! signals. The first breaks off what only waits, and soon after a verb that has begun no change: it may be reading from a
//! service that does not answer. What was begun is carried to its end. The second ends the program where it stands.
//!
//! ```text
//! verb ─ config ─ read-only and it writes? ──yes──> refused, nothing was read or sent
//!                       └──no──> token ─ provider ─ ledger ─ cache ─> Desk ─> the verb ─> exit code
//!                                               INT, TERM ─> Stop ─┘ (128 + the signal's number)
//! ```

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::begin::{self, runtime};
use super::claims::Claims;
use super::{looks, service};
use crate::cli::desk::{Edit, Nothing, Remembered, Stop};
use crate::cli::voice::{Looks, Voice};
use crate::cli::{self, Desk, Exit, HeadlessVerb, config_verbs, output};
use crate::config::policy::{PolicyFile, load};
use crate::config::{self, Config, Paths};
use crate::domain::{Diagnosed, Fault, FaultKind, PullId, RepoName, TaskRef};
use crate::ledger::{self, Ledger};
use crate::ops::{self, cancel::Patience};
use crate::provider::github::Host;
use crate::runtime::cache::store::Store;
use crate::runtime::clock::Clock;
use crate::runtime::external;

pub fn run(verb: &HeadlessVerb, options: &cli::Options) -> Result<u8, Fault> {
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage.code());
        }
    };
    if loaded.config.looks_only() && verb.writes() {
        return Err(Fault::new(FaultKind::Refused, "nothing was sent: read-only is on", "leave read_only out to act"));
    }
    // A verb does without a journal that cannot be written.
    drop(begin::observed(&paths, &loaded, &Clock::system())?);
    let typed = options.arguments.iter().any(|argument| argument.key == "repos");
    let runtime = runtime()?;
    let code = runtime.block_on(async {
        let (stop, heard) = watch::channel(false);
        let ledger = ledger::open(&paths.ledger(&loaded.config));
        let mut desk = desk((verb.looks(), false), loaded.config, paths, ledger, typed, Stop::new(heard)).await?;
        let claims = Claims::default();
        desk.context.ledger = claims.heard(desk.context.ledger);
        Box::pin(carry_out(verb.run(&desk), &stop, Some(&claims))).await
    });
    // A question that nobody answers any more must not keep the program.
    runtime.shutdown_background();
    code
}

/// Everything the verb works with. `stays`: it goes on asking until it is stopped.
pub(super) async fn desk(
    (looks, stays): (&Looks, bool),
    config: Config,
    paths: Paths,
    ledger: Arc<dyn Ledger>,
    typed: bool,
    stop: Stop,
) -> Result<Desk, Fault> {
    let clock = Clock::system();
    let host = Host::resolve(Some(&config.host), config.api_url.as_deref())?;
    let web = host.web().to_owned();
    let repos = service::repos(&config, &web);
    let provider = Arc::new(service::client(&config, &clock, stays).await?);
    let policy = PolicyFile::find(&config, &paths);
    Ok(Desk {
        context: ops::Context {
            provider,
            ledger,
            now: clock.as_now(),
            who: service::who(),
            gate: ops::Gate::new(Arc::new(move || load(&policy))),
        },
        voice: voice(looks, &config, &paths),
        typed: if typed { config.repos.clone() } else { Vec::new() },
        repos,
        web,
        zone: clock.zone(),
        remembered: remembered(&config, &paths, host.address()),
        // Nobody watches a run that is not there yet: that is said, and can be tried again.
        patience: Patience {
            find: TimeDelta::zero(),
            run: TimeDelta::seconds(config.cancel.force_after_seconds.into()),
            session_limit: TimeDelta::minutes(config.stuck.session_limit_minutes.into()),
            ..Patience::default()
        },
        edit: edit(paths.state_dir.clone()),
        stop,
        config,
        paths,
    })
}

/// How a verb speaks under these options.
pub(super) fn voice(looks: &Looks, config: &Config, paths: &Paths) -> Voice {
    Voice::of(looks, config.ui.colour, looks::speak(config, paths))
}

/// The editor of the console, on a private file that goes with it.
fn edit(folder: PathBuf) -> Edit {
    Arc::new(move |text| {
        let folder = folder.clone();
        async move { external::Editing::start(&external::editor(), &text, &folder)?.finished().await }.boxed()
    })
}

/// How long a verb that only reads may take to say what it knows, once it was told to end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs a verb to its end, or to the second signal, or, with `claims`, to the first if nothing was begun.
pub(super) async fn carry_out(
    work: impl Future<Output = Result<Exit, Fault>>,
    stop: &watch::Sender<bool>,
    claims: Option<&Claims>,
) -> Result<u8, Fault> {
    let deaf = |error| Fault::new(FaultKind::Local, format!("signals cannot be listened to: {error}"), "try again");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(deaf)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
    // A line that dropped ends nothing in the middle.
    let mut hang_up = signal(SignalKind::hangup()).map_err(deaf)?;
    tokio::pin!(work);
    let last_words = tokio::time::sleep(LAST_WORDS);
    tokio::pin!(last_words);
    let mut ended_by = None;
    // Once the time is up what was begun goes on, and is not asked again.
    let mut asked = false;
    loop {
        let code = tokio::select! {
            done = &mut work => return match (done, ended_by) {
                (Ok(_), Some(code)) => Ok(code),
                (Err(fault), Some(code)) => {
                    output::fail(&fault);
                    Ok(code)
                }
                (done, None) => done.map(Exit::code),
            },
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
            _ = hang_up.recv() => 129,
            () = &mut last_words, if ended_by.is_some() && !asked => {
                asked = true;
                match ended_by {
                    Some(code) if claims.is_some_and(Claims::close) => {
                        output::complain("atc: interrupted before anything was begun");
                        return Ok(code);
                    }
                    _ => continue,
                }
            }
        };
        if ended_by.replace(code).is_some() {
            return Ok(code);
        }
        last_words.as_mut().reset(tokio::time::Instant::now() + LAST_WORDS);
        stop.send_replace(true);
    }
}

/// The cache, where there is one already: a verb makes none.
fn remembered(config: &Config, paths: &Paths, api: &str) -> Arc<dyn Remembered> {
    let file = paths.cache();
    if !config.cache || !file.is_file() {
        return Arc::new(Nothing);
    }
    match Store::open(&file, api) {
        Ok(store) => Arc::new(Shelved(Mutex::new(store))),
        Err(_) => Arc::new(Nothing),
    }
}

struct Shelved(Mutex<Store>);

impl Remembered for Shelved {
    fn tasks(&self, beginning: &str) -> Vec<TaskRef> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).beginning(beginning).unwrap_or_default()
    }

    fn pull(&self, repo: &RepoName, number: u64) -> Option<PullId> {
        let mut found = None;
        let store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = store.pulls(repo, |at, pull| {
            if pull.number == number {
                found = Some(at.id);
            }
        });
        read.ok().and(found)
    }

    fn diagnosed(&self, task: &TaskRef) -> Option<Diagnosed> {
        let mut found = None;
        let store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = store.tasks(&task.repo, |kept| {
            let is_it = kept.task.at.id == task.id;
            if is_it {
                found = kept.diagnosed;
            }
            !is_it
        });
        read.ok().and(found)
    }
}
