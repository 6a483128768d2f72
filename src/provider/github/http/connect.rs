//! Builds the reqwest clients, on first use and off the loop.
//!
//! `ours` goes to the API and may be given the token; `Plain` follows links to other hosts and has no way to be given
//! a header at all. Each comes in two kinds: plain http is only ever spoken to this machine, so that kind knows no
//! proxy and reads no certificates, which would take most of the time to the first answer of a local server.

use std::sync::Arc;

use reqwest::{Client, Response, Url};
use tokio::sync::OnceCell;

use super::network::Network;
use super::options::Limits;

/// The name we go by.
pub const AGENT: &str = concat!("atc/", env!("CARGO_PKG_VERSION"));

#[derive(Debug)]
pub struct Clients {
    limits: Limits,
    network: Network,
    ours: Pair,
    plain: Pair,
}

#[derive(Debug, Default)]
struct Pair {
    https: OnceCell<Client>,
    http: OnceCell<Client>,
}

impl Clients {
    pub fn new(limits: Limits, network: Network) -> Self {
        Self { limits, network, ours: Pair::default(), plain: Pair::default() }
    }

    /// For addresses the token belongs to.
    pub async fn ours(&self, url: &Url) -> Result<&Client, reqwest::Error> {
        self.of(&self.ours, url).await
    }

    /// For addresses of others.
    pub async fn plain(&self, url: &Url) -> Result<Plain<'_>, reqwest::Error> {
        self.of(&self.plain, url).await.map(Plain)
    }

    async fn of<'a>(&self, pair: &'a Pair, url: &Url) -> Result<&'a Client, reqwest::Error> {
        if url.scheme() == "http" {
            return pair
                .http
                .get_or_try_init(|| async { settings(&self.limits).tls_certs_only([]).no_proxy().build() })
                .await;
        }
        let build = || async {
            let (limits, network) = (self.limits.clone(), self.network.clone());
            match tokio::task::spawn_blocking(move || https(&limits, &network)).await {
                Ok(client) => client,
                // The runtime is going down; building here then costs nobody anything.
                Err(_) => https(&self.limits, &self.network),
            }
        };
        pair.https.get_or_try_init(build).await
    }
}

/// Follows a link out of the API: an address in, an answer out, no header of ours.
#[derive(Debug)]
pub struct Plain<'a>(&'a Client);

impl Plain<'_> {
    pub async fn get(&self, url: Url) -> Result<Response, reqwest::Error> {
        self.0.get(url).send().await
    }
}

fn https(limits: &Limits, network: &Network) -> Result<Client, reqwest::Error> {
    let builder = || {
        let mut builder = settings(limits);
        if network.direct {
            builder = builder.no_proxy();
        }
        match &network.names {
            Some(names) => builder.dns_resolver(Arc::clone(names)),
            None => builder,
        }
    };
    match builder().build() {
        Ok(client) if network.roots.is_empty() => Ok(client),
        Ok(_) => builder().tls_certs_merge(network.roots.iter()).build(),
        Err(_) => {
            // A host without a CA store: the certificates this program was built with.
            let built_in = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
            let built_in = built_in.filter_map(|der| reqwest::Certificate::from_der(der).ok());
            builder().tls_certs_only(built_in.chain(network.roots.iter())).build()
        }
    }
}

fn settings(limits: &Limits) -> reqwest::ClientBuilder {
    // reqwest panics without a provider; an error here only says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(AGENT)
        .connect_timeout(limits.connect)
        .read_timeout(limits.read)
        .pool_idle_timeout(std::time::Duration::from_secs(55))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .gzip(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_for_https_can_be_built_on_any_host() {
        assert!(https(&Limits::default(), &Network::default()).is_ok());
    }
}
