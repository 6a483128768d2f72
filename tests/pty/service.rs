//! L-47 and the ledger's part of the oracle: the console on a service, with a ledger on disk. Whatever ends it, the ledger
//! is whole and says what was sent and what is known of it.
//!
//! ```text
//! console ─HTTP─> wire ─> the demo's server
//!                  └─ a request that changes something goes no further: its answer never comes
//! ```

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use atc::demo::{Options, SEED, Server};
use atc::runtime::clock::Clock;
use rustix::process::Signal;

use crate::harness::{ATC, PATIENCE, Spec, promised};
use crate::outside::opens_the_form;

pub struct World {
    server: Server,
    _runtime: tokio::runtime::Runtime,
    pub home: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options =
            Options { bind: ([127, 0, 0, 1], 0).into(), speed: 0.01, seed: SEED, now: Clock::system().as_now() };
        let server = runtime.block_on(Server::start(options)).unwrap();
        let home = tempfile::tempdir().unwrap();
        let policy = "[all]\nactive = 90\nstarts_per_hour = 90\nstarts_per_day = 90\n[everywhere]\nactive = 90\n\
                      open_pulls = 900\nstarts_per_hour = 90\n";
        std::fs::write(home.path().join("policy.toml"), policy).unwrap();
        Self { server, _runtime: runtime, home }
    }

    /// How many requests there were.
    pub fn asked(&self) -> usize {
        self.server.requests().len()
    }

    pub fn console(&self) -> Spec {
        self.console_over(self.server.addr())
    }

    fn console_over(&self, address: SocketAddr) -> Spec {
        let policy = self.home.path().join("policy.toml");
        let mut spec = Spec::new(ATC, &["--repo", "acme/api"])
            .env("ATC_TOKEN", "demo")
            .env("ATC_API_URL", &format!("http://{address}"))
            .env("ATC_POLICY_FILE", policy.to_str().unwrap());
        spec.home = Some(self.home.path().to_owned());
        spec
    }

    fn ledger(&self, args: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(ATC);
        command.arg("ledger").args(args).env_clear().env("HOME", self.home.path());
        let run = command.output().unwrap();
        let said = [run.stdout, run.stderr].concat();
        (run.status.code(), String::from_utf8(said).unwrap())
    }

    /// The ledger is whole, whatever ended the one who wrote it.
    fn ledger_is_whole(&self) {
        let (code, said) = self.ledger(&["verify"]);
        assert_eq!(code, Some(0), "{said}");
    }
}

/// Passes on what comes, but holds every request that starts a task; counts those.
fn holding_starts(to: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, held) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&held);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (server, count) = (TcpStream::connect(to).unwrap(), Arc::clone(&count));
            let (mut back_from, mut back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut back_from, &mut back_to);
                let _ = back_to.shutdown(Shutdown::Both);
            });
            std::thread::spawn(move || pass_on(client, server, &count));
        }
    });
    (address, held)
}

fn pass_on(mut client: TcpStream, mut server: TcpStream, held: &AtomicUsize) {
    let mut bytes = [0; 16 * 1024];
    let mut holds = false;
    while let Ok(n @ 1..) = client.read(&mut bytes) {
        if bytes[..n].starts_with(b"POST /agents/") {
            holds = true;
            held.fetch_add(1, Ordering::SeqCst);
        }
        if !holds && server.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

fn ends_whole(signal: Signal) {
    let world = World::new();
    // Something stands in it: the start of a task, from before.
    let policy = world.home.path().join("policy.toml");
    let run = Command::new(ATC)
        .args(["start", "--repo", "acme/api", "--again", "-q", "Fix the parser"])
        .env_clear()
        .env("HOME", world.home.path())
        .env("ATC_TOKEN", "demo")
        .env("ATC_API_URL", format!("http://{}", world.server.addr()))
        .env("ATC_POLICY_FILE", policy)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let t = world.console().start();
    t.text("All 1");
    t.warden();
    t.signal(signal);
    match signal {
        Signal::KILL => t.restored_after(signal),
        other => t.restored(128 + other.as_raw()),
    }
    world.ledger_is_whole();
}

#[test]
fn every_end_leaves_the_ledger_whole() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::KILL] {
        ends_whole(signal);
    }
}

#[test]
fn l47_a_start_that_a_signal_cut_off_is_in_the_ledger_as_not_known() {
    promised(Duration::from_millis(500), || {
        let world = World::new();
        let (address, held) = holding_starts(world.server.addr());
        let mut t = world.console_over(address).size(45, 160).start();
        t.text("All 1");
        opens_the_form(&t);
        t.send("\x1b[200~Fix the parser\x1b[201~");
        t.text("ready to start");
        t.send("\x13");
        t.text("Start a task in acme/api");
        let start = Instant::now();
        while held.load(Ordering::SeqCst) == 0 {
            assert!(start.elapsed() < PATIENCE, "nothing was sent:\n{}", t.screen().contents());
            // A yes that comes before the question can have been read is not heard.
            t.send("y");
            t.within(Duration::from_millis(400), |_| held.load(Ordering::SeqCst) > 0);
        }
        let start = Instant::now();
        t.signal(Signal::TERM);
        t.exit();
        let took = start.elapsed();
        t.restored(143);
        world.ledger_is_whole();
        assert_eq!(held.load(Ordering::SeqCst), 1, "sent once");
        let (code, said) = world.ledger(&["list", "--unresolved", "--json"]);
        assert_eq!(code, Some(0), "{said}");
        let rows: Vec<&str> =
            said.lines().filter(|line| line.contains("create_task") || line.contains("start")).collect();
        assert_eq!(rows.len(), 1, "{said}");
        took
    });
}
