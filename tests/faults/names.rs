//! Names and the way to an address, without a network: who answers for a name, and what waits at the address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::bench::Trouble;

/// What is wrong before the first byte of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Refused,
    NoName,
    SlowName,
    NoAnswerForName,
    BlackHole,
    Expired,
    SelfSigned,
    OtherName,
    HandshakeStall,
    /// The first address is IPv6 and swallows everything, the second works.
    SixBroken,
}

const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// On this machine, and nobody listens.
const NOBODY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
/// On this machine, and somebody listens who never accepts.
const HOLE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 10);

/// A resolver that knows one name.
pub struct Names {
    line: Line,
    trouble: Arc<Trouble>,
    /// Listeners that take no more connections, and the connections that fill them.
    _full: Vec<(TcpListener, Vec<TcpStream>)>,
}

impl Names {
    pub async fn new(line: Line, trouble: Arc<Trouble>, port: u16) -> Self {
        let full = match line {
            Line::BlackHole => vec![full(SocketAddr::from((HOLE, port))).await.unwrap()],
            // Where there is no IPv6 the address is out of reach instead, which is as broken.
            Line::SixBroken => full(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok().into_iter().collect(),
            _ => Vec::new(),
        };
        Self { line, trouble, _full: full }
    }
}

/// A listener whose queue is full: what knocks further gets no answer at all.
async fn full(at: SocketAddr) -> std::io::Result<(TcpListener, Vec<TcpStream>)> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(at)?;
    let listener = socket.listen(1)?;
    let mut waiting = Vec::new();
    // The clock is paused and nothing moves it, so the patience must be counted in turns.
    while let Some(stream) = connected_soon(at).await {
        waiting.push(stream?);
    }
    Ok((listener, waiting))
}

async fn connected_soon(at: SocketAddr) -> Option<std::io::Result<TcpStream>> {
    let mut connecting = Box::pin(TcpStream::connect(at));
    for _ in 0..1_000 {
        tokio::select! {
            biased;
            stream = &mut connecting => return Some(stream),
            () = tokio::task::yield_now() => std::thread::yield_now(),
        }
    }
    None
}

impl Resolve for Names {
    fn resolve(&self, _name: Name) -> Resolving {
        let line = if self.trouble.is_on() { Some(self.line) } else { None };
        let home = IpAddr::from(HOME);
        Box::pin(async move {
            let found = match line {
                Some(Line::Refused) => vec![NOBODY.into()],
                Some(Line::BlackHole) => vec![HOLE.into()],
                Some(Line::NoName) => return Err(std::io::Error::other("no such name").into()),
                Some(Line::SlowName) => {
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    vec![home]
                }
                Some(Line::NoAnswerForName) => std::future::pending().await,
                Some(Line::SixBroken) => vec![Ipv6Addr::LOCALHOST.into(), home],
                _ => vec![home],
            };
            Ok(Box::new(found.into_iter().map(|ip: IpAddr| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
