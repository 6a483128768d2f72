//! A stand for answers that are there already: the same three listeners as the demo, with somebody else's words.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

use super::http::Service;

const BODY_MOST: usize = 4 * 1024 * 1024;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    pub service: Service,
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    pub if_none_match: Option<String>,
    pub body: Vec<u8>,
}

/// What is said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Where the listeners are: base addresses without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    pub api: String,
    pub copilot: String,
    pub blobs: String,
}

/// Finds the words, and when they may be said.
pub type Speaker = Arc<dyn Fn(&Question, &Addresses) -> (Said, Instant) + Send + Sync>;

/// A running stand. It stops when this is dropped.
#[derive(Debug)]
pub struct Stand {
    addresses: Arc<Addresses>,
    held: Arc<AtomicUsize>,
    _running: watch::Sender<()>,
}

struct Site {
    service: Service,
    addresses: Arc<Addresses>,
    speaker: Speaker,
    held: Arc<AtomicUsize>,
}

impl Stand {
    /// Runs on the current tokio runtime, on this machine alone.
    pub async fn start(speaker: Speaker) -> io::Result<Self> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut listeners = Vec::new();
        for service in [Service::Api, Service::Copilot, Service::Blobs] {
            listeners.push((service, TcpListener::bind(free).await?));
        }
        let address = |wanted: Service| {
            let found = listeners.iter().find(|(service, _)| *service == wanted);
            found.map_or_else(|| Ok(free), |(_, listener)| listener.local_addr()).map(|addr| format!("http://{addr}"))
        };
        let addresses = Arc::new(Addresses {
            api: address(Service::Api)?,
            copilot: address(Service::Copilot)?,
            blobs: address(Service::Blobs)?,
        });
        let (running, watching) = watch::channel(());
        let held = Arc::new(AtomicUsize::new(0));
        for (service, listener) in listeners {
            let (addresses, speaker, held) = (Arc::clone(&addresses), Arc::clone(&speaker), Arc::clone(&held));
            let site = Site { service, addresses, speaker, held };
            let app = Router::new().fallback(answer).with_state(Arc::new(site));
            let mut watching = watching.clone();
            // `changed` fails when the stand is dropped: that is the sign to stop.
            let stop = async move { while watching.changed().await.is_ok() {} };
            let serving = axum::serve(listener, app).with_graceful_shutdown(stop);
            tokio::spawn(async move { serving.await.ok() });
        }
        Ok(Self { addresses, held, _running: running })
    }

    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Questions whose words are found and not to be said yet.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

/// One of the questions that wait for their time. Whoever asked may hang up first.
struct Held<'a>(&'a AtomicUsize);

impl<'a> Held<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer(State(site): State<Arc<Site>>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MOST).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let if_none_match = parts.headers.get("if-none-match").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let question = Question { service: site.service, method: parts.method.to_string(), target, if_none_match, body };
    let (said, at) = (site.speaker)(&question, &site.addresses);
    if at > Instant::now() {
        let held = Held::new(&site.held);
        tokio::time::sleep_until(at).await;
        drop(held);
    }
    let mut response = Response::new(Body::from(said.body));
    *response.status_mut() = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in said.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
