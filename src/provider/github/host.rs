//! Which GitHub this is: github.com or a data-residency tenant, and the addresses that follow from it.
//!
//! A host is compared whole, lower-cased and exact; nothing that merely looks like one (`github.com.evil`,
//! `github.com@evil`, a trailing dot, a port) passes. Not for credentials: see `token`.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::domain::{Fault, FaultKind};
use crate::text::{Safe, Untrusted};

const GITHUB: &str = "github.com";
const COPILOT: &str = "githubcopilot.com";

/// Which variables a token may come from: one for a foreign server is never github.com's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostClass {
    /// github.com and `*.ghe.com`.
    GitHub,
    /// An API address of the operator's choice that is neither GitHub's nor this machine.
    Other,
}

/// One GitHub and where its doors are.
#[derive(Clone, PartialEq, Eq)]
pub struct Host {
    web: String,
    api: Url,
    overridden: bool,
}

impl Host {
    /// `name`: the web host, github.com when absent. `api`: another base address for every request.
    pub fn resolve(name: Option<&str>, api: Option<&str>) -> Result<Self, Fault> {
        let host = Self::named(name.unwrap_or(GITHUB))?;
        match api {
            None => Ok(host),
            Some(base) => Ok(Self { api: base_address(base)?, overridden: true, ..host }),
        }
    }

    fn named(name: &str) -> Result<Self, Fault> {
        let web = name.to_ascii_lowercase();
        let tenant = web.strip_suffix(".ghe.com").filter(|sub| is_label(sub));
        let base = if web == GITHUB {
            format!("https://api.{GITHUB}/")
        } else if let Some(sub) = tenant {
            format!("https://api.{sub}.ghe.com/")
        } else {
            return Err(not_a_host(name));
        };
        let api = Url::parse(&base).map_err(|_| not_a_host(name))?;
        Ok(Self { web, api, overridden: false })
    }

    /// The host a person sees in a browser, and the one `gh` knows.
    pub fn web(&self) -> &str {
        &self.web
    }

    /// Where the API is: the API host's name, with the port where one was given.
    pub fn shown(&self) -> Safe {
        if self.overridden { authority(&self.api) } else { Safe::new(&self.web) }
    }

    pub fn class(&self) -> HostClass {
        let api = self.api.host_str().unwrap_or_default();
        let known = api == "api.github.com" || api.ends_with(".ghe.com");
        if known || is_loopback(&self.api) { HostClass::GitHub } else { HostClass::Other }
    }

    /// The name to ask `gh` for: that of the GitHub whose API is asked, so that no token goes to another one's. An address
    /// on this machine is a name of its own, for which `gh` mostly has none.
    pub fn login_host(&self) -> &str {
        let api = self.api.host_str().filter(|_| self.overridden).unwrap_or(&self.web);
        let web = api.strip_prefix("api.").filter(|web| *web == GITHUB || web.ends_with(".ghe.com"));
        web.unwrap_or(api)
    }

    /// Whether GitHub's session log service may be at this address: at Copilot's own domain, or at that of this tenant or
    /// server. An answer does not send the token anywhere else.
    pub(super) fn is_copilot(&self, url: &Url) -> bool {
        let within = |domain: &str| {
            let sub = url.host_str().and_then(|host| host.strip_suffix(domain));
            sub.is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
        };
        within(COPILOT) || (self.login_host() != GITHUB && within(self.login_host()))
    }

    /// The API's address, for telling what was learned from one service from what was learned from another.
    pub fn address(&self) -> &str {
        self.api.as_str()
    }

    /// Ends in a slash.
    pub(super) fn api(&self) -> &Url {
        &self.api
    }

    pub(super) fn graphql(&self) -> Url {
        let mut url = self.api.clone();
        url.set_path(&format!("{}graphql", self.api.path()));
        url
    }

    /// Where people sign in; a server of the tests or the demo is its own web host, of any other API address none is known.
    pub(super) fn sign_in(&self) -> Option<Url> {
        if self.overridden {
            return is_loopback(&self.api).then(|| self.api.clone());
        }
        Url::parse(&format!("https://{}/", self.web)).ok()
    }

    pub(super) fn is_github_dot_com(&self) -> bool {
        self.web == GITHUB && !self.overridden
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.shown())
    }
}

/// Same scheme, host and port: the only place the token may go.
pub(super) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str().is_some()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
        && !has_user(a)
        && !has_user(b)
}

pub(super) fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The address is literally this machine: 127.0.0.0/8 or `[::1]`. A name never is, `localhost` included.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Host and port for a sentence.
pub(super) fn authority(url: &Url) -> Safe {
    let host = url.host_str().unwrap_or("?");
    Safe::new(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text != "api"
}

fn base_address(text: &str) -> Result<Url, Fault> {
    let refuse = |why: &str| {
        let shown = Untrusted::from(crate::text::redact::redact(text)).show_line();
        Fault::new(
            FaultKind::Refused,
            format!("the API address {shown} {why}"),
            "give an https address, or http with 127.0.0.1 or [::1], such as http://127.0.0.1:4010",
        )
    };
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(refuse("has a character that does not belong in an address"));
    }
    let mut url = Url::parse(text).map_err(|_| refuse("is not an address"))?;
    if has_user(&url) || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("has more than scheme, host, port and path"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) && literal_loopback(text) => {}
        "http" => return Err(refuse("would send the token in the clear to another machine")),
        _ => return Err(refuse("is not https")),
    }
    if url.host_str().is_none_or(|host| host.is_empty() || host.ends_with('.')) {
        return Err(refuse("has no proper host"));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// As written, not as parsed: `127.1`, `0x7f.1` and `2130706433` also parse to this machine, and nobody means them.
fn literal_loopback(text: &str) -> bool {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    if let Some(rest) = host.strip_prefix("[::1]") {
        return rest.is_empty() || rest.starts_with(':');
    }
    let name = host.split(':').next().unwrap_or_default();
    name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

fn not_a_host(name: &str) -> Fault {
    let shown = Untrusted::from(name).show_line();
    Fault::new(
        FaultKind::Unsupported,
        format!(
            "{shown} is neither github.com nor a SUBDOMAIN.ghe.com host; GitHub Enterprise Server has no agent tasks"
        ),
        "leave the host out for github.com, or give your tenant's web host such as octocorp.ghe.com",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn session_logs_are_at_copilot_s_domain_or_at_that_of_the_tenant_or_server() {
        let github = Host::resolve(None, None).unwrap();
        let tenant = Host::resolve(Some("octocorp.ghe.com"), None).unwrap();
        let by_address = Host::resolve(None, Some("https://api.octocorp.ghe.com")).unwrap();
        let server = Host::resolve(None, Some("https://ghes.example/api/v3")).unwrap();
        let table = [
            ("https://api.individual.githubcopilot.com/", [true, true, true, true]),
            ("https://githubcopilot.com/", [true, true, true, true]),
            ("https://copilot-api.octocorp.ghe.com/", [false, true, true, false]),
            ("https://copilot-api.othercorp.ghe.com/", [false, false, false, false]),
            ("https://copilot.ghes.example/", [false, false, false, true]),
            ("https://api.github.com/", [false, false, false, false]),
            ("https://evilgithubcopilot.com/", [false, false, false, false]),
            ("https://githubcopilot.com.evil.example/", [false, false, false, false]),
        ];
        for (address, expected) in table {
            let url = Url::parse(address).unwrap();
            let told = [&github, &tenant, &by_address, &server].map(|host| host.is_copilot(&url));
            assert_eq!(told, expected, "{address}");
        }
    }
}
