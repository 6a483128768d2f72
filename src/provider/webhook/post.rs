//! The port over HTTP.
//!
//! The signature is `X-Atc-Signature: sha256=` and the HMAC-SHA256 of the body in hexadecimal; `X-Atc-Event` is the kind
//! and `X-Atc-Delivery` the message's id. No redirect is followed, no answer's body is read, no error tells the address.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::{Client, StatusCode, Url, header};
use tokio::sync::OnceCell;

use super::hmac::{hex, hmac};
use super::port::{Delivery, Refused, Secret, Webhook};
use crate::text::Safe;

/// One attempt, from the first packet to the answer's head.
const WITHIN: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// A receiver cannot make us wait longer than this.
const LONGEST: Duration = Duration::from_mins(10);

/// Posts to one address.
#[derive(Debug)]
pub struct Poster {
    url: Url,
    secret: Secret,
    client: OnceCell<Client>,
}

impl Poster {
    /// `Err`: why this address is not posted to.
    pub fn new(address: &str, secret: Secret) -> Result<Self, Safe> {
        let wrong = |why: &str| Safe::new(format!("the address of the webhook {why}"));
        let url = Url::parse(address).map_err(|_| wrong("is none"))?;
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if is_loopback => {}
            _ => return Err(wrong("is not https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a user name or password"));
        }
        Ok(Self { url, secret, client: OnceCell::new() })
    }

    async fn client(&self) -> Result<&Client, reqwest::Error> {
        let is_local = self.url.scheme() == "http";
        let build = || async move {
            // Certificates are read: not on the thread of the loop.
            let built = tokio::task::spawn_blocking(move || client(is_local)).await;
            built.unwrap_or_else(|_| client(is_local))
        };
        self.client.get_or_try_init(build).await
    }

    async fn send(&self, delivery: &Delivery) -> Result<(), Refused> {
        let later = |error: reqwest::Error| Refused::ForNow(fault(&error.without_url()), None);
        let signature = format!("sha256={}", hex(&hmac(self.secret.bytes(), &delivery.body)));
        let request = self
            .client()
            .await
            .map_err(later)?
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("X-Atc-Signature", signature)
            .header("X-Atc-Event", &delivery.event)
            .header("X-Atc-Delivery", &delivery.id)
            .body(delivery.body.clone());
        let answer = request.send().await.map_err(later)?;
        let status = answer.status();
        let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let wait = wait.map(|seconds| Duration::from_secs(seconds).min(LONGEST));
        let said = Safe::new(format!("the webhook answered {}", status.as_u16()));
        match status {
            status if status.is_success() => Ok(()),
            status if status.is_redirection() => {
                Err(Refused::ForGood(Safe::new(format!("{said}: redirects are not followed"))))
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(Refused::ForNow(said, wait))
            }
            status if status.is_server_error() => Err(Refused::ForNow(said, wait)),
            _ => Err(Refused::ForGood(said)),
        }
    }
}

impl Webhook for Poster {
    fn post<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), Refused>> {
        self.send(delivery).boxed()
    }
}

/// What went wrong, without the address.
fn fault(error: &reqwest::Error) -> Safe {
    Safe::new(match () {
        () if error.is_timeout() => "the webhook did not answer in time",
        () if error.is_connect() => "the webhook cannot be reached",
        () => "the webhook broke off",
    })
}

fn client(is_local: bool) -> Result<Client, reqwest::Error> {
    // reqwest panics without a provider; an error here only says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = || {
        Client::builder()
            .user_agent(concat!("atc/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
    };
    if is_local {
        return settings().tls_certs_only([]).no_proxy().build();
    }
    settings().https_only(true).build().or_else(|_| {
        // A host without a CA store: the certificates this program was built with.
        let built_in = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let built_in = built_in.filter_map(|der| reqwest::Certificate::from_der(der).ok());
        settings().https_only(true).tls_certs_only(built_in).build()
    })
}
