//! `atc record`: the console on the configured host with a tap in its client, or the same without a screen.

use std::sync::Arc;

use super::begin::{Setting, runtime, with_screen};
use super::service::{self, Service, Shelf, StandIn, Target};
use crate::cli::{self, Exit, config_verbs, output};
use crate::config::{self, Paths};
use crate::domain::Fault;
use crate::provider::github::GitHub;
use crate::runtime::cache::Cache;
use crate::runtime::clock::Clock;
use crate::runtime::record::Recorder;
use crate::runtime::record::tape::Plan;

pub fn run(asked: &cli::Record, options: &cli::Options) -> Result<u8, Fault> {
    let Some(time) = asked.headless else {
        return with_screen(options, |setting| console(setting, asked));
    };
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage.code());
        }
    };
    let unseen = Some(time.to_std().unwrap_or_default());
    let mut setting = Setting { loaded, paths, clock: Clock::system(), notes: Vec::new(), unseen };
    // Nobody is there to see what a rule does, or to be told.
    setting.loaded.config.read_only = config::Switch::On;
    setting.loaded.config.notify = config::Notify::default();
    console(setting, asked)
}

fn console(setting: Setting, asked: &cli::Record) -> Result<u8, Fault> {
    let runtime = runtime()?;
    let Target { host, repos } = service::target(&setting)?;
    let web = host.web().to_owned();
    let mut options = service::with_token(&setting, &runtime, &host)?;
    // What is known from an earlier run would not be asked for, and so would not be in the recording.
    let shelf = Shelf::of(&setting, Cache::default());
    let plan = Plan {
        file: asked.file.clone(),
        host: web.clone(),
        token_kind: options.token.kind().prefix().unwrap_or_default(),
        repos: repos.clone(),
        anonymous: asked.anonymous,
        cap: asked.max_mb << 20,
    };
    let recorder = Recorder::start(plan, setting.clock.as_now())?;
    options.tap = Some(recorder.clone());
    let provider = Arc::new(GitHub::new(options)?);
    let ended =
        runtime.block_on(service::run(setting, Service::there(provider), shelf, repos, vec![web], StandIn::default()));
    output::say(&recorder.finish().words(&asked.file));
    ended
}
