//! Signing in by a code: the two calls over the wire. The states are tested where they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use atc::domain::{FaultKind, Now};
use atc::provider::github::device::Step;
use atc::provider::github::{Host, SignIn};
use serde_json::json;

use crate::server::{Answer, Reply, Seen, Server, Step as Do, json as reply};
use crate::support::{kind, now, short, time};

fn sign_in(server: &Server, now: Now) -> SignIn {
    let host = Host::resolve(None, Some(&server.base())).unwrap();
    SignIn::new(&host, Some("Iv1.0123456789abcdef"), now, short()).unwrap()
}

fn code(seen: &Seen) -> Answer {
    let address = format!("http://{}/login/device", seen.header("host").unwrap());
    let body = json!({"device_code": "3584d83530557fdd1f46af8289938c8ef79f9dc5", "user_code": "WDJB-MJHT",
        "verification_uri": address, "expires_in": 900, "interval": 5});
    reply(200, &body)
}

fn fields(seen: &Seen) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://x/?{}", seen.body)).unwrap();
    url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
}

#[tokio::test]
async fn a_sign_in_asks_for_a_code_and_then_until_it_was_entered() {
    let server = Server::start(|seen, nth| match nth {
        0 => code(seen),
        1 => reply(200, &json!({"error": "authorization_pending"})),
        2 => reply(400, &json!({"error": "slow_down", "interval": 10})),
        3 => reply(503, &json!({})),
        _ => reply(200, &json!({"access_token": "gho_CANARYq7Zt2Lw9", "token_type": "bearer", "scope": "repo"})),
    })
    .await;
    let sign_in = sign_in(&server, now());
    let mut grant = sign_in.begin().await.unwrap();
    assert_eq!(grant.user_code.raw_for_match(), "WDJB-MJHT");
    assert_eq!((grant.interval().as_secs(), grant.expires_at), (5, time("2026-11-06T09:04:37Z")));
    let mut waits = Vec::new();
    let token = loop {
        match sign_in.poll(&mut grant).await {
            Step::Wait(wait) => waits.push(wait.as_secs()),
            Step::Done(token) => break token,
            Step::Failed(fault) => panic!("{fault}"),
        }
    };
    assert_eq!((token.kind().word(), waits), ("oauth", vec![5, 10, 15]));
    let seen = server.seen();
    let places: Vec<_> = seen.iter().map(|seen| (seen.method.as_str(), seen.target.as_str())).collect();
    assert_eq!(places[..2], [("POST", "/login/device/code"), ("POST", "/login/oauth/access_token")]);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(fields(&seen[0]), [pair("client_id", "Iv1.0123456789abcdef"), pair("scope", "repo")]);
    assert_eq!(
        fields(&seen[1]),
        [
            pair("client_id", "Iv1.0123456789abcdef"),
            pair("device_code", "3584d83530557fdd1f46af8289938c8ef79f9dc5"),
            pair("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ]
    );
    for seen in &seen {
        assert_eq!(seen.header("accept"), Some("application/json"));
        assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(seen.header("authorization"), None);
        assert!(!seen.body.contains("secret"), "there is no client secret");
    }
}

#[tokio::test]
async fn without_a_client_id_there_is_no_sign_in_and_a_foreign_api_has_none() {
    let github = Host::resolve(None, None).unwrap();
    let foreign = Host::resolve(None, Some("https://ghes.example/api/v3")).unwrap();
    assert_eq!(kind(SignIn::new(&github, None, now(), short())), FaultKind::Unsupported);
    assert_eq!(kind(SignIn::new(&github, Some(""), now(), short())), FaultKind::Unsupported);
    assert_eq!(kind(SignIn::new(&github, Some("a b"), now(), short())), FaultKind::Invalid);
    assert_eq!(kind(SignIn::new(&foreign, Some("Iv1.x"), now(), short())), FaultKind::Unsupported);
    for (name, shown) in [("github.com", "SignIn(github.com)"), ("octocorp.ghe.com", "SignIn(octocorp.ghe.com)")] {
        let host = Host::resolve(Some(name), None).unwrap();
        assert_eq!(format!("{:?}", SignIn::new(&host, Some("Iv1.x"), now(), short()).unwrap()), shown);
    }
}

#[tokio::test]
async fn an_expired_code_is_not_asked_for_again_and_a_silence_is_waited_out() {
    let server = Server::start(|seen, nth| {
        let silent = Reply(vec![Do::Reset]);
        if nth == 0 { Reply::from(code(seen)) } else { silent }
    })
    .await;
    let passed = Arc::new(AtomicI64::new(0));
    let hand = Arc::clone(&passed);
    let clock: Now =
        Arc::new(move || time("2026-11-06T08:49:37Z") + chrono::TimeDelta::seconds(hand.load(Ordering::SeqCst)));
    let sign_in = sign_in(&server, clock);
    let mut grant = sign_in.begin().await.unwrap();
    let Step::Wait(wait) = sign_in.poll(&mut grant).await else { panic!() };
    assert_eq!(wait.as_secs(), 10);
    let sent = server.count();
    passed.store(900, Ordering::SeqCst);
    let Step::Failed(fault) = sign_in.poll(&mut grant).await else { panic!() };
    assert_eq!((fault.kind, server.count()), (FaultKind::Authentication, sent));
}

#[tokio::test]
async fn a_sign_in_that_leads_elsewhere_or_moves_is_refused() {
    let server = Server::start(|_, nth| match nth {
        0 => reply(
            200,
            &json!({"device_code": "x", "user_code": "y", "verification_uri": "https://evil.example/device"}),
        ),
        1 => reply(307, &json!({})).with("location", "https://evil.example/"),
        _ => reply(404, &json!({"error": "device_flow_disabled"})),
    })
    .await;
    let sign_in = sign_in(&server, now());
    assert_eq!(kind(sign_in.begin().await), FaultKind::Unreadable);
    assert_eq!(kind(sign_in.begin().await), FaultKind::Unreadable);
    assert_eq!(kind(sign_in.begin().await), FaultKind::Unsupported);
    assert_eq!(server.count(), 3);
}
