//! How much of a body without end is taken before it is refused.

use atc::domain::FaultKind;
use atc::provider::Provider as _;
use atc::provider::github::{GitHub, Host, Network, Options, Token};
use atc::provider::port::TaskQuery;

use crate::server::{Reply, Server, Step, answer};
use crate::spoil::{bomb, gzip, head, then};

/// What the system may hold of a connection that nobody reads from.
const IN_THE_SYSTEM: u64 = 16 << 20;
const CAP: u64 = 8 << 20;

fn github(server: &Server) -> GitHub {
    let host = Host::resolve(None, Some(&server.base())).unwrap();
    let now = std::sync::Arc::new(crate::bench::noon);
    let options = Options::new(host, Token::new("gho_x", "a test").unwrap(), now);
    GitHub::new(Options { network: Network { direct: true, ..Network::default() }, ..options }).unwrap()
}

async fn refused(reply: Reply) -> u64 {
    let server = Server::start(move |_, _| reply.clone()).await;
    let fault = github(&server).tasks(&TaskQuery::default()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::TooLarge, "{fault}");
    assert!(fault.what.contains("8 MiB"), "{fault}");
    server.written()
}

fn endless() -> Reply {
    then(head(&answer(200, ""), ""), Step::Flood(vec![b' '; 65_536]))
}

#[tokio::test]
async fn a_body_without_end_is_read_up_to_the_cap_and_no_further() {
    let taken = refused(endless()).await;
    assert!((CAP..CAP + IN_THE_SYSTEM).contains(&taken), "{taken} bytes");
    assert!(
        refused(Reply(vec![Step::Send(head(&answer(200, ""), "content-length: 400000000\r\n").into())])).await < 1_000
    );
}

/// `cargo test --test faults -- --ignored peak` in a process that does nothing else.
#[tokio::test]
#[ignore = "measures the whole process: run it alone"]
async fn the_peak_memory_of_400_mb_stays_below_96_mib() {
    let before = high_water();
    for reply in [endless(), gzip(answer(200, ""), bomb())] {
        refused(reply).await;
    }
    let after = high_water();
    println!("high water: {before} KiB before, {after} KiB after");
    assert!(after < 96 << 10, "{after} KiB");
}

/// The most memory this process ever held, in KiB.
fn high_water() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
