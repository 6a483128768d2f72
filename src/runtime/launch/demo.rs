//! `atc demo`: the embedded server, and the console on it through the same client as GitHub.

use std::net::SocketAddr;
use std::sync::Arc;

use super::begin::{Setting, runtime};
use super::behind::OpenLedger;
use super::service::{self, Service, Shelf, StandIn};
use crate::cli::{self, output};
use crate::demo::{self, Server};
use crate::domain::policy::{Policy, Rule, Says};
use crate::domain::{Fault, FaultKind, Now};
use crate::ledger::memory::Memory;
use crate::provider::github::{self, GitHub, Host, token::Token};
use crate::runtime::cache::Cache;
use crate::runtime::clock::Clock;
use crate::runtime::signals;
use crate::text::Safe;

fn options(demo: &cli::Demo, bind: SocketAddr, now: Now) -> demo::Options {
    demo::Options { bind, speed: demo.speed, seed: demo.seed.unwrap_or(demo::SEED), now }
}

/// In this world a dozen of the viewer's tasks are at work, and some of them are to be started by whoever looks round.
fn policy() -> Policy {
    let says = Says { active: Some(20), ..Says::default() };
    let mut policy = Policy::default();
    policy.all.insert(0, Rule::everywhere("demo", says));
    policy
}

fn not_served(address: SocketAddr, error: &std::io::Error) -> Fault {
    let what = format!("the demo server cannot listen on {address}: {error}");
    Fault::new(FaultKind::Local, what, "choose another port, such as --serve 127.0.0.1:0")
}

/// The console on a world of its own. What is done there is not GitHub's: its ledger is kept in memory.
pub fn console(mut setting: Setting, demo: &cli::Demo) -> Result<u8, Fault> {
    // Nobody shares this server's limit.
    setting.loaded.config.poll.budget_share = 1.0;
    // Its logs are made anew each time.
    setting.loaded.config.keep_logs_mb = 0;
    runtime()?.block_on(async {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::start(options(demo, anywhere, setting.clock.as_now()))
            .await
            .map_err(|error| not_served(anywhere, &error))?;
        let host = Host::resolve(None, Some(&format!("http://{}", server.addr())))?;
        let token = Token::new(demo::TOKEN, "the demo")?;
        let mut options = github::Options::new(host, token, setting.clock.as_now());
        options.read_only = setting.loaded.config.looks_only();
        let provider = Arc::new(GitHub::new(options)?);
        let ledger: OpenLedger = Box::new(|| Arc::new(Memory::new()));
        // The addresses of this world look like GitHub's and lead nowhere there: none is opened.
        let hosts = Vec::new();
        // This world begins anew at every start: nothing of it is worth keeping.
        let shelf = Shelf { ledger, cache: Cache::default(), state_dir: None, policy: policy(), local: None };
        let repos = server.repos().to_vec();
        let stand_in = StandIn { host: Some(Safe::new("demo")), ..StandIn::default() };
        Box::pin(service::run(setting, Service::there(provider), shelf, repos, hosts, stand_in)).await
    })
}

/// Only the server, for other clients, until a signal ends it.
pub fn serve(demo: &cli::Demo, address: SocketAddr) -> Result<u8, Fault> {
    runtime()?.block_on(async {
        let (to_us, mut signals) = signals::channel();
        signals::listen(&to_us).map_err(|error| not_served(address, &error))?;
        let server = Server::start(options(demo, address, Clock::system().as_now()))
            .await
            .map_err(|error| not_served(address, &error))?;
        output::say(&format!(
            "The demo serves GitHub's API on http://{0}\n\
             Any token will do: ATC_TOKEN=demo atc --api-url http://{0} --repo acme/api\n\
             Ctrl-C ends it.",
            server.addr()
        ));
        while let Some(signal) = signals.recv().await {
            if let signals::Signal::End(code) = signal {
                return Ok(code);
            }
        }
        Ok(0)
    })
}
