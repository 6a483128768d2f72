//! Forms to the web host, before there is a token: nothing of the API client's state, and never a header that counts.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use super::connect::Clients;
use super::network::Network;
use super::options::Limits;
use crate::domain::{Fault, FaultKind};

/// No answer to a form is near this long.
const CAP: usize = 64 << 10;

#[derive(Debug)]
pub struct Web {
    clients: Clients,
    patience: Duration,
}

impl Web {
    pub fn new(limits: Limits) -> Self {
        Self { patience: limits.attempt, clients: Clients::new(limits, Network::default()) }
    }

    /// Status and body, whatever they are. The fields are in the body, so that no journal of addresses has them.
    pub async fn post(&self, url: Url, fields: &[(&str, &str)]) -> Result<(u16, Vec<u8>), Fault> {
        let late = |_| {
            let next = "check the network if it lasts";
            Fault::new(FaultKind::Timeout, "the sign-in did not answer in time", next)
        };
        tokio::time::timeout(self.patience, self.exchange(url, fields)).await.map_err(late)?.map_err(offline)
    }

    async fn exchange(&self, url: Url, fields: &[(&str, &str)]) -> Result<(u16, Vec<u8>), reqwest::Error> {
        let mut form = url.clone();
        form.query_pairs_mut().clear().extend_pairs(fields);
        let body = form.query().unwrap_or_default().to_owned();
        let post = self.clients.ours(&url).await?.post(url).body(body);
        let post = post.header(ACCEPT, "application/json").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut response = post.send().await?;
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await? {
            if body.len() + bytes.len() > CAP {
                // More than an answer can be: what is left makes no sense, and is judged so.
                body.clear();
                break;
            }
            body.extend_from_slice(&bytes);
        }
        Ok((response.status().as_u16(), body))
    }
}

fn offline(error: reqwest::Error) -> Fault {
    let timeout = error.is_timeout();
    let kind = if timeout { FaultKind::Timeout } else { FaultKind::Offline };
    let what = format!("the sign-in could not be reached: {}", super::failure::causes(&error.without_url()));
    Fault::new(kind, what, "check the network, the proxy variables and the host")
}
