//! `atc policy explain`: the gate's own facts, for somebody who only wants to know.

use std::sync::Arc;

use super::begin::{self, runtime};
use super::service;
use crate::cli::{self, Exit, config_verbs, output, policy_verbs};
use crate::config::policy::{PolicyFile, load};
use crate::config::{self, Paths};
use crate::domain::Fault;
use crate::domain::start::Order;
use crate::ledger;
use crate::ops;
use crate::runtime::clock::Clock;

pub fn explain(explain: &cli::Explain, options: &cli::Options) -> Result<u8, Fault> {
    let paths = Paths::find()?;
    let loaded = match config::load(&options.sources(), &paths) {
        Ok(loaded) => loaded,
        Err(invalid) => {
            output::complain(&config_verbs::problems(&invalid));
            return Ok(Exit::Usage.code());
        }
    };
    let request = policy_verbs::request(explain)?;
    let file = PolicyFile::find(&loaded.config, &paths);
    if explain.offline {
        let report = policy_verbs::explained(explain, &request, &load(&file), &crate::domain::policy::Facts::default());
        return Ok(policy_verbs::print(&report).code());
    }
    let clock = Clock::system();
    // A verb does without a journal that cannot be written.
    drop(begin::observed(&paths, &loaded, &clock)?);
    let (policy, judged) = runtime()?.block_on(async {
        let context = ops::Context {
            provider: Arc::new(service::client(&loaded.config, &clock, false).await?),
            ledger: ledger::open(&paths.ledger(&loaded.config)),
            now: clock.as_now(),
            who: service::who(),
            gate: ops::Gate::new(Arc::new(move || load(&file))),
        };
        let mut order = Order::new(uuid::Uuid::new_v4(), request);
        order.template.clone_from(&explain.template);
        order.ticket.clone_from(&explain.ticket);
        Ok::<_, Fault>(ops::start::explain(&context, &order).await)
    })?;
    tracing::info!(repo = %judged.request().repo, verdict = %judged.line(), "a start was judged, not sent");
    Ok(policy_verbs::print(&policy_verbs::told(explain, &policy, &judged)).code())
}
