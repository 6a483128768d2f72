//! Starts and stops the demo: three listeners on loopback, one world behind them.
//!
//! ```text
//! api      REST and GraphQL                   ──discovery──> copilot   session logs
//!    └─ 302 of a job log ──> blobs            (other ports: a client that sends its token along is caught)
//! ```

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, Request as HttpRequest, State};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::domain::{Now, RepoName};

use super::budget::Budget;
use super::faults::Faults;
use super::gate::{self, Site};
use super::http::Service;
use super::record::{Record, Recorded};
use super::wire::{CuttableListener, Scissors};
use super::world::{Tick, World, WorldClock};

/// Any bearer is accepted; this one says what it is.
pub const TOKEN: &str = "demo-token";

/// The world everybody meets who names no other.
pub const SEED: u64 = 1;

/// How to run the demo.
pub struct Options {
    /// A loopback address; port 0 takes a free one.
    pub bind: SocketAddr,
    /// 1 is real time.
    pub speed: f64,
    /// The same seed gives the same world.
    pub seed: u64,
    pub now: Now,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bind, speed, seed, now: _ } = self;
        f.debug_struct("Options").field("bind", bind).field("speed", speed).field("seed", seed).finish_non_exhaustive()
    }
}

/// A running demo. It stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    copilot: SocketAddr,
    blobs: SocketAddr,
    repos: Vec<RepoName>,
    record: Record,
    faults: Faults,
    site: Arc<Site>,
    _running: watch::Sender<()>,
}

impl Server {
    /// Runs on the current tokio runtime.
    ///
    /// # Errors
    /// The address is not a loopback address or cannot be bound.
    pub async fn start(options: Options) -> io::Result<Self> {
        let Options { bind, speed, seed, now } = options;
        if !bind.ip().is_loopback() {
            let why = format!("the demo only serves loopback addresses, {bind} is none: use 127.0.0.1:{}", bind.port());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let origin = now();
        let world = World::open(seed, WorldClock::new(origin, speed)).map_err(io::Error::other)?;
        let repos = world.repos.iter().map(|repo| repo.name.clone()).collect();
        let api = TcpListener::bind(bind).await?;
        let copilot = TcpListener::bind((bind.ip(), 0)).await?;
        let blobs = TcpListener::bind((bind.ip(), 0)).await?;
        let (addr, copilot_addr, blobs_addr) = (api.local_addr()?, copilot.local_addr()?, blobs.local_addr()?);
        let (running, watching) = watch::channel(());
        let (record, faults) = (Record::default(), Faults::default());
        let site = Arc::new(Site {
            world: Mutex::new(world),
            budget: Mutex::new(Budget::default()),
            now,
            answered: AtomicU64::new(0),
            api: format!("http://{addr}"),
            copilot: format!("http://{copilot_addr}"),
            blobs: format!("http://{blobs_addr}"),
            record: record.clone(),
            faults: faults.clone(),
        });
        for (listener, service) in [(api, Service::Api), (copilot, Service::Copilot), (blobs, Service::Blobs)] {
            serve(listener, service, Arc::clone(&site), watching.clone());
        }
        Ok(Self { addr, copilot: copilot_addr, blobs: blobs_addr, repos, record, faults, site, _running: running })
    }

    /// Where REST and GraphQL are served.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the session logs are served; clients learn it through GraphQL.
    pub fn copilot_addr(&self) -> SocketAddr {
        self.copilot
    }

    /// Where job logs lie.
    pub fn blobs_addr(&self) -> SocketAddr {
        self.blobs
    }

    /// The repositories of this world.
    pub fn repos(&self) -> &[RepoName] {
        &self.repos
    }

    /// The requests so far, oldest first; only the newest few thousand are kept.
    pub fn requests(&self) -> Vec<Recorded> {
        self.record.all()
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Archives a repository: it can be read, and nothing of it changes any more.
    pub fn archive(&self, repo: &RepoName) {
        let mut world = self.world();
        world.repos.iter_mut().filter(|known| known.name == *repo).for_each(|known| known.archived = true);
    }

    /// Gives a repository a longer past: so many ended tasks, a minute apart, the newest so many hours ago (two at least).
    ///
    /// # Errors
    /// What the demo's own files lack, in words.
    pub fn add_past(&self, repo: &RepoName, count: u32, hours: u32) -> Result<(), String> {
        let mut world = self.world();
        let index = world.repos.iter().position(|known| known.name == *repo).ok_or("no such repository")?;
        world.add_past(index, count, Tick::from(hours) * 3_600_000)
    }

    /// The service finds that a task, ended or not, has failed.
    pub fn fail_task(&self, id: &str) {
        self.world().fail_task(id);
    }

    /// Takes a task out of the lists, as somebody does who archives it.
    pub fn archive_task(&self, id: &str) {
        self.world().archive_task(id);
    }

    /// As it is now.
    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        let mut world = self.site.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.advance((self.site.now)());
        world
    }
}

fn serve(listener: TcpListener, service: Service, site: Arc<Site>, mut watching: watch::Receiver<()>) {
    let app = Router::new().fallback(answer).with_state((service, site));
    let make = app.into_make_service_with_connect_info::<Scissors>();
    // `changed` fails when the server handle is dropped: that is the sign to stop.
    let stop = async move { while watching.changed().await.is_ok() {} };
    let serving = axum::serve(CuttableListener(listener), make).with_graceful_shutdown(stop);
    tokio::spawn(async move { serving.await.ok() });
}

async fn answer(
    State((service, site)): State<(Service, Arc<Site>)>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: HttpRequest,
) -> Response {
    gate::answer(service, &site, &scissors, request).await
}
