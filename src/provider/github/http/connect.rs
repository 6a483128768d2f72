//! Builds the reqwest clients, on first use: reading the system's certificates takes milliseconds.
//!
//! There are two. `Ours` goes to the API and may be given the token; `Plain` follows links to other hosts and has no
//! way to be given a header at all.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Client, Response, Url};
use tokio::sync::OnceCell;

use super::options::Limits;

#[derive(Debug)]
pub struct Clients {
    ours: OnceCell<Client>,
    plain: OnceCell<Plain>,
    limits: Limits,
    loopback: bool,
}

impl Clients {
    /// `loopback`: the API is on this machine, so no proxy may come between.
    pub fn new(limits: Limits, loopback: bool) -> Self {
        Self { ours: OnceCell::new(), plain: OnceCell::new(), limits, loopback }
    }

    pub async fn ours(&self) -> Result<&Client, reqwest::Error> {
        self.ours.get_or_try_init(|| self.build()).await
    }

    pub async fn plain(&self) -> Result<&Plain, reqwest::Error> {
        self.plain.get_or_try_init(|| async { self.build().await.map(Plain) }).await
    }

    async fn build(&self) -> Result<Client, reqwest::Error> {
        let (limits, loopback) = (self.limits.clone(), self.loopback);
        match tokio::task::spawn_blocking(move || build(&limits, loopback)).await {
            Ok(client) => client,
            // The runtime is going down; building here then costs nobody anything.
            Err(_) => build(&self.limits, self.loopback),
        }
    }
}

/// Follows a link out of the API: an address in, an answer out, no header of ours.
#[derive(Debug)]
pub struct Plain(Client);

impl Plain {
    pub async fn get(&self, url: Url) -> Result<Response, reqwest::Error> {
        self.0.get(url).send().await
    }
}

fn build(limits: &Limits, loopback: bool) -> Result<Client, reqwest::Error> {
    // reqwest panics without a provider; an error here only says that there is one already.
    let _ = Arc::new(rustls::crypto::ring::default_provider()).as_ref().clone().install_default();
    settings(limits, loopback).build().or_else(|_| {
        // A host without a CA store: the certificates this program was built with.
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let roots = roots.filter_map(|der| reqwest::Certificate::from_der(der).ok());
        settings(limits, loopback).tls_certs_only(roots).build()
    })
}

fn settings(limits: &Limits, loopback: bool) -> reqwest::ClientBuilder {
    let builder = Client::builder()
        .user_agent(concat!("atc/", env!("CARGO_PKG_VERSION")))
        .default_headers(HeaderMap::new())
        .connect_timeout(limits.connect)
        .read_timeout(limits.read)
        .pool_idle_timeout(std::time::Duration::from_secs(55))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .gzip(true);
    if loopback { builder.no_proxy() } else { builder }
}
