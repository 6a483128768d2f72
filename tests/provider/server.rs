//! A server that does exactly what a test tells it to, down to the socket, and remembers what it was asked.

#![allow(dead_code, reason = "two test programs share this file, and neither uses all of it")]

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path with query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub at: tokio::time::Instant,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// Query pairs, decoded.
    pub fn query(&self) -> Vec<(String, String)> {
        let url = reqwest::Url::parse(&format!("http://x{}", self.target)).unwrap();
        url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the server does with a request, step by step; then it closes the connection.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// A byte at a time.
    Trickle(Vec<u8>, Duration),
    /// So many bytes at a time.
    Slices(Vec<u8>, usize, Duration),
    /// The same bytes, for as long as the client listens.
    Flood(Vec<u8>),
    Stall,
    Reset,
    /// Keep the connection for another request instead of closing it.
    Stay,
}

#[derive(Clone, Debug)]
pub struct Reply(pub Vec<Step>);

/// An ordinary answer to be refined.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer { status, headers: Vec::new(), body: body.into() }
}

pub fn json(status: u16, body: &Value) -> Answer {
    answer(status, body.to_string()).with("content-type", "application/json; charset=utf-8")
}

impl Answer {
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn head(&self) -> String {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let first = std::iter::once(format!("HTTP/1.1 {} X", self.status));
        first.chain(lines).collect::<Vec<_>>().join("\r\n") + "\r\n"
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let length =
            if answer.status == 304 { String::new() } else { format!("content-length: {}\r\n", answer.body.len()) };
        let mut bytes = format!("{}{length}connection: close\r\n\r\n", answer.head()).into_bytes();
        bytes.extend(answer.body);
        Self(vec![Step::Send(bytes)])
    }
}

/// A connection, plain or under TLS.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {
    /// The next close is a reset.
    fn will_reset(&self) -> std::io::Result<()>;
}

impl Wire for TcpStream {
    fn will_reset(&self) -> std::io::Result<()> {
        self.set_zero_linger()
    }
}

/// What stands between the door and the requests: a handshake. `None`: nobody came through.
pub type Entered = Pin<Box<dyn Future<Output = Option<Box<dyn Wire>>> + Send>>;

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    written: Arc<AtomicU64>,
}

impl Server {
    /// `script`: what to do with the n-th request, counted from zero.
    pub async fn start<R: Into<Reply>>(script: impl Fn(&Seen, usize) -> R + Send + Sync + 'static) -> Self {
        Self::behind(|stream| Box::pin(async { Some(Box::new(stream) as Box<dyn Wire>) }), script).await
    }

    pub async fn behind<R: Into<Reply>>(
        door: impl Fn(TcpStream) -> Entered + Send + Sync + 'static,
        script: impl Fn(&Seen, usize) -> R + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, written) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU64::new(0)));
        let (log, count, script, door) = (seen.clone(), written.clone(), Arc::new(script), Arc::new(door));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, count, script, door) = (log.clone(), count.clone(), script.clone(), door.clone());
                tokio::spawn(async move {
                    let Some(mut stream) = door(stream).await else { return };
                    while let Some(request) = read(&mut *stream).await {
                        let nth = {
                            let mut log: std::sync::MutexGuard<'_, Vec<Seen>> = log.lock().unwrap();
                            log.push(request.clone());
                            log.len() - 1
                        };
                        let reply: Reply = (*script)(&request, nth).into();
                        if !matches!(act(&mut *stream, reply, &count).await, Ok(true)) {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, seen, written }
    }

    /// Bytes that were written to sockets; some of them may still be in the system's hands.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The one request there was.
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:#?}");
        seen[0].clone()
    }

    pub fn count(&self) -> usize {
        self.seen().len()
    }
}

async fn read(stream: &mut dyn Wire) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            break;
        }
    }
    let body = String::from_utf8_lossy(&bytes[end..]).into_owned();
    Some(Seen { method, target, headers, body, at: tokio::time::Instant::now() })
}

/// Whether the connection stays open for another request.
async fn act(stream: &mut dyn Wire, reply: Reply, count: &AtomicU64) -> std::io::Result<bool> {
    for step in reply.0 {
        match step {
            Step::Send(bytes) => write(stream, &bytes, count).await?,
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Trickle(bytes, every) => slices(stream, &bytes, (1, every), count).await?,
            Step::Slices(bytes, size, every) => slices(stream, &bytes, (size, every), count).await?,
            Step::Flood(bytes) => loop {
                write(stream, &bytes, count).await?;
            },
            Step::Stall => std::future::pending::<()>().await,
            Step::Reset => {
                stream.will_reset()?;
                return Ok(false);
            }
            Step::Stay => {
                stream.flush().await?;
                return Ok(true);
            }
        }
    }
    stream.flush().await?;
    stream.shutdown().await?;
    Ok(false)
}

async fn slices(
    stream: &mut dyn Wire,
    bytes: &[u8],
    (size, every): (usize, Duration),
    count: &AtomicU64,
) -> std::io::Result<()> {
    for slice in bytes.chunks(size) {
        write(stream, slice, count).await?;
        stream.flush().await?;
        if every.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(every).await;
        }
    }
    Ok(())
}

async fn write(stream: &mut dyn Wire, bytes: &[u8], count: &AtomicU64) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    Ok(())
}
