//! Which host is which, and what only looks like one.

use atc::domain::FaultKind;
use atc::provider::github::Host;
use atc::provider::github::host::HostClass;

use crate::support::kind;

#[test]
fn github_and_its_tenants_are_known_by_their_exact_names() {
    for (name, web, class) in [
        (None, "github.com", HostClass::GitHub),
        (Some("github.com"), "github.com", HostClass::GitHub),
        (Some("GitHub.COM"), "github.com", HostClass::GitHub),
        (Some("octocorp.ghe.com"), "octocorp.ghe.com", HostClass::GitHub),
        (Some("OctoCorp.ghe.com"), "octocorp.ghe.com", HostClass::GitHub),
    ] {
        let host = Host::resolve(name, None).unwrap();
        assert_eq!((host.web(), host.class()), (web, class));
        assert_eq!(host.shown().as_str(), web);
    }
}

#[test]
fn what_only_looks_like_github_is_refused() {
    for name in [
        "github.com.evil",
        "evilgithub.com",
        "github.com@evil",
        "evil@github.com",
        "github.com:444",
        "github.com.",
        "xn--gthub-n4a.com",
        "user:pw@github.com",
        "[::1]",
        "127.0.0.1",
        "github%2ecom",
        "git\thub.com",
        "github.com/",
        "https://github.com",
        "",
        " github.com",
        "ghe.com",
        ".ghe.com",
        "a.b.ghe.com",
        "api.ghe.com",
        "-a.ghe.com",
        "evilghe.com",
        "octo.ghe.com.evil",
        "octo_corp.ghe.com",
        "github.example.com",
        "ｇithub.com",
    ] {
        assert_eq!(kind(Host::resolve(Some(name), None)), FaultKind::Unsupported, "{name:?}");
    }
}

#[test]
fn plain_http_is_for_this_machine_by_number_alone() {
    for base in ["http://127.0.0.1:4010", "http://127.9.9.9/", "http://[::1]:4010/api", "https://proxy.example:8443/gh"]
    {
        Host::resolve(None, Some(base)).unwrap();
    }
    for base in [
        "http://localhost:4010",
        "http://localhost.evil",
        "http://127.0.0.1.evil",
        "http://127.0.0.1.evil.example:80",
        "http://api.github.com",
        "http://10.0.0.1",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "http://127.1",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://0177.0.0.1",
        "http://127.0.0.1@evil.example",
        "http://evil.example#127.0.0.1",
        "http://127.0.0.1\t.evil",
        "http://127.0.0.1\\.evil",
        "http:127.0.0.1.evil",
        "https://user@api.github.com",
        "https://api.github.com?x=y",
        "https://api.github.com./",
        "ftp://127.0.0.1",
        "127.0.0.1:4010",
        "",
        "//127.0.0.1",
        "file:///x",
        "https://",
    ] {
        assert_eq!(kind(Host::resolve(None, Some(base))), FaultKind::Refused, "{base:?}");
    }
}

#[test]
fn a_foreign_api_address_is_not_github() {
    let class = |base| Host::resolve(None, Some(base)).unwrap().class();
    assert_eq!(class("https://api.octocorp.ghe.com"), HostClass::GitHub);
    assert_eq!(class("http://127.0.0.1:4010"), HostClass::GitHub);
    assert_eq!(class("https://ghes.example/api/v3"), HostClass::Other);
    assert_eq!(class("https://api.github.com.evil"), HostClass::Other);
    assert_eq!(class("https://evilghe.com"), HostClass::Other);
}
