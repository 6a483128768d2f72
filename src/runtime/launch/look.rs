//! The verbs that read: what each is given to work with.
//!
//! ```text
//! schema, completions, man ──> said, and done: no configuration, no file
//! complete ──────────────────> configuration, cache, templates
//! list --cached ─────────────> configuration, cache
//! all else ──────────────────> the same, and a Desk: token, provider, ledger
//! ```

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;

use super::begin::{self, Setting, runtime};
use super::screen::{self, Shown};
use super::{headless, looks, service};
use crate::cli::complete::{self, script};
use crate::cli::desk::Stop;
use crate::cli::look::{LookVerb, schema};
use crate::cli::voice::Voice;
use crate::cli::{self, Desk, Exit, config_verbs, man, output};
use crate::config::{self, Paths};
use crate::domain::capability::ReadOnly;
use crate::domain::{Fault, FaultKind};
use crate::ledger::memory::Memory;
use crate::ledger::{self, Ledger};
use crate::provider::github::Host;
use crate::runtime::cache;
use crate::runtime::clock::Clock;
use crate::runtime::engine::diagnose::Bench;
use crate::runtime::kept::Kept;
use crate::runtime::look::offered::{Here, Offered};
use crate::runtime::look::{Seat, list, logs, reviews, view, watch as watching};
use crate::runtime::rules::Rulebook;
use crate::text::Safe;

pub fn run(verb: &LookVerb, options: &cli::Options) -> Result<u8, Fault> {
    let exit = match verb {
        LookVerb::Schema { verb } => match schema::of(verb) {
            Some(schema) => output::json(&schema),
            None => Exit::Usage,
        },
        LookVerb::Completions { shell } => output::say(script(*shell)),
        LookVerb::Man => output::say(&man::page(&cli::args::definition())),
        LookVerb::Complete { words } => complete(words, options),
        _ => {
            return match verb.as_ledger() {
                Some(verb) => {
                    cli::ledger_verbs::run(&verb, options, Clock::system().now(), looks::speak).map(Exit::code)
                }
                None => reading(verb, options),
            };
        }
    };
    Ok(exit.code())
}

fn reading(verb: &LookVerb, options: &cli::Options) -> Result<u8, Fault> {
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage.code());
        }
    };
    let typed = options.arguments.iter().any(|argument| argument.key == "repos");
    let looks = verb.looks();
    let clock = Clock::system();
    // A verb does without a journal that cannot be written.
    let notes = begin::observed(&paths, &loaded, &clock)?;
    let setting = Setting { loaded, paths, clock, notes, unseen: None };
    let seat = seat(&setting, headless::voice(&looks, &setting.loaded.config, &setting.paths))?;
    let runtime = runtime()?;
    let code = runtime.block_on(async {
        let (stop, heard) = watch::channel(false);
        if let LookVerb::List(args) = verb
            && args.cached
        {
            if seat.cache.is_none() {
                return Err(list::cached_needs_a_cache());
            }
            return Box::pin(headless::carry_out(list::run(args, seat, None), &stop, None)).await;
        }
        let (config, paths) = (setting.loaded.config.clone(), setting.paths.clone());
        let stays = match verb {
            LookVerb::Watch(args) => !args.once,
            LookVerb::Logs(args) => args.follow,
            _ => false,
        };
        let ledger = ledger_of(verb, &paths.ledger(&config));
        let desk = headless::desk((&looks, stays), config, paths, ledger, typed, Stop::new(heard)).await?;
        Box::pin(headless::carry_out(carry_out(verb, seat, &desk), &stop, None)).await
    });
    // A question that nobody answers any more must not keep the program.
    runtime.shutdown_background();
    code
}

/// Who only looks reads the ledger there is, and makes none. What `watch` sees is written down.
fn ledger_of(verb: &LookVerb, file: &Path) -> Arc<dyn Ledger> {
    if file.exists() || matches!(verb, LookVerb::Watch(_)) { ledger::open(file) } else { Arc::new(Memory::new()) }
}

async fn carry_out(verb: &LookVerb, seat: Seat, desk: &Desk) -> Result<Exit, Fault> {
    match verb {
        LookVerb::List(args) => list::run(args, seat, Some(desk)).await,
        LookVerb::View(args) => view::run(args, seat, desk).await,
        LookVerb::Logs(args) => logs::run(args, seat, desk).await,
        LookVerb::Reviews(args) => reviews::run(args, seat, desk).await,
        LookVerb::Watch(args) => watching::run(args, seat, desk).await,
        _ => Err(Fault::new(FaultKind::Unsupported, "this verb asks nothing", "give it as it stands in the help")),
    }
}

fn seat(setting: &Setting, voice: Voice) -> Result<Seat, Fault> {
    let config = &setting.loaded.config;
    let host = Host::resolve(Some(&config.host), config.api_url.as_deref())?;
    let shown = Shown {
        host: Safe::new(host.web()),
        token_kind: Safe::default(),
        repos: service::repos(config, host.web()),
        read_only: Some(ReadOnly::asked_for()),
    };
    let api = host.address().to_owned();
    Ok(Seat {
        settings: screen::settings(setting, shown),
        cache: config.cache.then(|| cache::Place { file: setting.paths.cache(), api }),
        bench: Bench {
            kept: Kept::new(&setting.paths.state_dir, config.keep_logs_mb),
            rules: Rulebook::new(screen::rules(setting)),
        },
        diagnose: config.diagnose,
        now: setting.clock.as_now(),
        voice,
        pace: service::pace(setting),
    })
}

/// Never fails: where nothing is known nothing is offered.
fn complete(words: &[String], options: &cli::Options) -> Exit {
    let here = Paths::find().ok().and_then(|paths| {
        let loaded = config::load(&options.sources(), &paths).ok()?;
        let setting = Setting { loaded, paths, clock: Clock::system(), notes: Vec::new(), unseen: None };
        let seat = seat(&setting, Voice::of(&cli::voice::Looks::default(), config::Switch::Off, None)).ok()?;
        let directory = std::env::current_dir().ok();
        Some(Here { seat, config: setting.loaded.config, paths: setting.paths, directory })
    });
    let found = complete::complete(&cli::args::definition(), words, &Offered(here));
    match output::bytes(found.lines().as_bytes()) {
        Ok(_) => Exit::Done,
        Err(exit) => exit,
    }
}
