//! `atc doctor`: what can be done here, without a screen. A ledger is read where there is one, and made nowhere.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::begin::{self, runtime};
use super::service;
use crate::cli::{self, Exit, config_verbs, doctor as verb, output};
use crate::config::policy::{PolicyFile, load};
use crate::config::{self, Loaded, Paths};
use crate::domain::Fault;
use crate::domain::capability::{ACCEPTED, Answer, Matrix, Row};
use crate::ledger::memory::Memory;
use crate::ledger::{self, Ledger};
use crate::ops;
use crate::ops::capabilities::News;
use crate::provider::Provider;
use crate::provider::github::Host;
use crate::runtime::clock::Clock;
use crate::runtime::doctor::{About, Env, Here, Local, examine};

pub fn run(doctor: cli::Doctor, options: &cli::Options) -> Result<u8, Fault> {
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage.code());
        }
    };
    // It leaves nothing behind where there was nothing.
    if paths.state_dir.is_dir() {
        drop(begin::observed(&paths, &loaded, &Clock::system())?);
    }
    let report = runtime()?.block_on(report(&loaded, &paths))?;
    tracing::info!(works = report.exit() == Exit::Done, "the doctor looked");
    Ok(verb::print(doctor, &report).code())
}

async fn report(loaded: &Loaded, paths: &Paths) -> Result<verb::Report, Fault> {
    let (config, clock) = (&loaded.config, Clock::system());
    let host = Host::resolve(Some(&config.host), config.api_url.as_deref())?;
    let local = local(loaded, paths);
    let mut report = verb::Report {
        host: host.shown(),
        token_kind: None,
        at: clock.now(),
        read_only: None,
        matrix: Matrix::default(),
        not_asked: Vec::new(),
    };
    let provider: Arc<dyn Provider> = match service::client(config, &clock, false).await {
        Ok(provider) => Arc::new(provider),
        Err(fault) => {
            let row = Row::new(&ACCEPTED, Answer::No, &fault.what, report.at).next(&fault.next_step);
            report.matrix.take(row.needed());
            return Ok(offline(local, report).await);
        }
    };
    let authority = provider.authority();
    report.token_kind = Some(authority.token_kind);
    let ledger: Arc<dyn Ledger> =
        if local.has_ledger { ledger::open(&local.here.ledger) } else { Arc::new(Memory::new()) };
    let policy = PolicyFile::find(config, paths);
    let context = ops::Context {
        provider: Arc::clone(&provider),
        ledger,
        now: clock.as_now(),
        who: service::who(),
        gate: ops::Gate::new(Arc::new(move || load(&policy))),
    };
    let repos = service::repos(config, host.web());
    let (tell, mut told) = mpsc::channel(8);
    let hear = async {
        while let Some(news) = told.recv().await {
            match news {
                News::Rows(rows) => rows.into_iter().for_each(|row| report.matrix.take(row)),
                News::Done { not_asked } => report.not_asked = not_asked,
                News::Asking { .. } => {}
            }
        }
    };
    tokio::join!(examine(&context, Some(local), About { repos: &repos, anew: false }, tell), hear);
    report.read_only = provider.read_only();
    Ok(report)
}

/// Without a token only this machine can be asked.
async fn offline(local: Local, mut report: verb::Report) -> verb::Report {
    let at = report.at;
    let look = move || {
        let ledger = local.has_ledger.then(|| ledger::open(&local.here.ledger));
        local.rows(ledger.as_deref(), at)
    };
    let rows = tokio::task::spawn_blocking(look).await;
    for row in rows.unwrap_or_default() {
        report.matrix.take(row);
    }
    report
}

fn local(loaded: &Loaded, paths: &Paths) -> Local {
    let here = Here::new(loaded, paths);
    Local { has_ledger: here.ledger.exists(), here, env: Env::here() }
}
