//! Which host and which address the console may be pointed at. The transport checks again before every request; this
//! says it early, with the place where it was written.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::given::{Wrong, clip};

/// `github.com` or a tenant `SUBDOMAIN.ghe.com`, in lower case.
pub(super) fn host(text: &str) -> Result<String, Wrong> {
    let host = text.to_ascii_lowercase();
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    if host == "github.com" || host.strip_suffix(".ghe.com").is_some_and(label) {
        Ok(host)
    } else {
        Err(format!(
            "must be github.com or a tenant SUBDOMAIN.ghe.com, not `{}` (GitHub Enterprise Server has no agent tasks)",
            clip(text)
        ))
    }
}

/// `https://…`, or `http://` to a loopback address written as numbers; without the slash at the end.
pub(super) fn api(text: &str) -> Result<String, Wrong> {
    let wrong = |why: &str| Err(format!("{why}: `{}`", clip(text)));
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '?' | '#' | '\\')) {
        return wrong("must be an address without blanks, `?`, `#` and `\\`");
    }
    let (rest, plain) = match (strip_prefix(text, "https://"), strip_prefix(text, "http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return wrong("must begin with https://"),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must not hold a user name or password".to_owned());
    }
    let Some(host) = host_of(authority) else { return wrong("must name a host") };
    if plain && !is_loopback(host) {
        return wrong("plain http is only for a loopback address such as http://127.0.0.1:4010");
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// The same with a query, which the address of a webhook may have.
pub(super) fn hook(text: &str) -> Result<String, Wrong> {
    let (address, query) = text.split_once('?').map_or((text, None), |(address, query)| (address, Some(query)));
    // What is wrong with it is said without it: it may hold a secret.
    let hidden = |wrong: Wrong| wrong.split(": `").next().unwrap_or_default().to_owned();
    let slash = if address.ends_with('/') { "/" } else { "" };
    let address = api(address).map_err(hidden)?;
    match query {
        None => Ok(format!("{address}{slash}")),
        Some(query) if query.chars().all(|c| c.is_ascii_graphic() && c != '#') => {
            Ok(format!("{address}{slash}?{query}"))
        }
        Some(_) => Err("must be an address without blanks and `#`".to_owned()),
    }
}

/// Scheme and host of an address, for showing.
pub(super) fn shown(address: &str) -> String {
    let end = address.match_indices(['/', '?']).nth(2).map_or(address.len(), |(at, _)| at);
    let host = address.get(..end).unwrap_or_default();
    if end == address.len() { host.to_owned() } else { format!("{host}/…") }
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`, if it can be one.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':')?)),
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let fits = if authority.starts_with('[') { host.parse::<Ipv6Addr>().is_ok() } else { host.chars().all(name) };
    (fits && !host.is_empty()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_github_or_a_tenant_and_nothing_that_looks_like_one() {
        for (text, expected) in
            [("github.com", "github.com"), ("GitHub.COM", "github.com"), ("acme.ghe.com", "acme.ghe.com")]
        {
            assert_eq!(host(text).as_deref(), Ok(expected));
        }
        for bad in [
            "github.com.evil",
            "evilgithub.com",
            "github.com@evil",
            "github.com:444",
            "github.com.",
            "https://github.com",
            "a.b.ghe.com",
            ".ghe.com",
            "-a.ghe.com",
            "ghe.com",
            "acme.ghe.com/x",
            "git.acme.example",
            "gïthub.com",
            "a\tb.ghe.com",
            "",
        ] {
            assert!(host(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_https_or_a_loopback_address() {
        for good in [
            "https://api.github.com",
            "https://api.acme.ghe.com:8443/api",
            "http://127.0.0.1:4010",
            "http://127.9.9.9",
            "http://[::1]:80",
        ] {
            assert_eq!(api(good).as_deref(), Ok(good));
        }
        assert_eq!(api("HTTPS://api.github.com/").as_deref(), Ok("HTTPS://api.github.com"));
        for bad in [
            "",
            "api.github.com",
            "ftp://x",
            "https://",
            "https:///path",
            "https://a@b",
            "https://a:b@c",
            "https://a b",
            "https://a?x",
            "https://a#x",
            "https://a\\@b",
            "https://a:99999",
            "https://a:",
            "https://[::1",
            "https://[x]",
            "https://ex%61mple.com",
            "http://localhost",
            "http://localhost.evil",
            "http://127.0.0.1.evil",
            "http://10.0.0.1",
            "http://[::2]",
            "http://127.0.0.1@evil",
            "http://0x7f.1",
            "https://a\n",
        ] {
            assert!(api(bad).is_err(), "{bad:?}");
        }
    }
}
