//! The webhook: what arrives, and what never leaves.

use atc::provider::webhook::hmac::{hex, hmac};
use atc::provider::webhook::{Delivery, Poster, Refused, Secret, Webhook};

use crate::server::{Server, answer};

const SECRET: &str = "CANARYq7Zt2Lw9XbVn4KsRd8Hp";
const CODES: [u16; 5] = [301, 302, 303, 307, 308];

fn delivery() -> Delivery {
    Delivery { id: "0123abcd".to_owned(), event: "state".to_owned(), body: br#"{"version":1,"title":"x"}"#.to_vec() }
}

fn poster(server: &Server, path: &str) -> Poster {
    Poster::new(&format!("{}{path}", server.base()), Secret::new(SECRET).unwrap()).unwrap()
}

#[tokio::test]
async fn what_arrives_is_signed_over_every_byte_and_holds_no_token() {
    let server = Server::start(|_, _| answer(204, "")).await;
    poster(&server, "/hook?key=1").post(&delivery()).await.unwrap();
    let seen = server.only();
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/hook?key=1"));
    assert_eq!(seen.body.as_bytes(), delivery().body);
    let expected = format!("sha256={}", hex(&hmac(SECRET.as_bytes(), seen.body.as_bytes())));
    assert_eq!(seen.header("x-atc-signature"), Some(expected.as_str()));
    assert_eq!(seen.header("x-atc-event"), Some("state"));
    assert_eq!(seen.header("x-atc-delivery"), Some("0123abcd"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("authorization"), None);
    let other = hex(&hmac(SECRET.as_bytes(), b"{}"));
    assert!(!expected.ends_with(&other), "another body has another signature");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let other = Server::start(|_, _| answer(200, "")).await;
    for code in CODES {
        let to = other.base();
        let server = Server::start(move |_, _| answer(code, "").with("location", to.clone())).await;
        let refused = poster(&server, "/").post(&delivery()).await.unwrap_err();
        assert!(matches!(&refused, Refused::ForGood(why) if why.contains("redirects are not followed")), "{refused:?}");
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_never_will() {
    for (code, for_now) in [
        (200, None),
        (202, None),
        (400, Some(false)),
        (401, Some(false)),
        (404, Some(false)),
        (410, Some(false)),
        (408, Some(true)),
        (429, Some(true)),
        (500, Some(true)),
        (503, Some(true)),
    ] {
        let server = Server::start(move |_, _| answer(code, "").with("retry-after", "7")).await;
        let result = poster(&server, "/s3cret-path").post(&delivery()).await;
        let found = result.as_ref().err().map(|refused| matches!(refused, Refused::ForNow(..)));
        assert_eq!(found, for_now, "{code}");
        if let Err(Refused::ForNow(_, wait)) = &result {
            assert_eq!(*wait, Some(std::time::Duration::from_secs(7)), "{code}");
        }
        let shown = format!("{result:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("CANARY"), "{shown}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_may_come_back_and_its_address_stays_ours() {
    let server = Server::start(|_, _| answer(200, "")).await;
    let address = format!("{}/s3cret-path", server.base());
    drop(server);
    let poster = Poster::new(&address, Secret::new(SECRET).unwrap()).unwrap();
    if let Err(refused) = poster.post(&delivery()).await {
        assert!(matches!(refused, Refused::ForNow(..)));
        assert!(!refused.why().contains("s3cret"), "{}", refused.why());
    }
    assert!(!format!("{poster:?}").contains("CANARY"));
}

#[test]
fn nothing_but_https_or_a_loopback_literal_is_posted_to() {
    let secret = || Secret::new(SECRET).unwrap();
    for bad in
        ["http://hooks.example/x", "http://localhost/", "http://10.0.0.1/", "ftp://127.0.0.1/", "https://a:b@h/", "x"]
    {
        assert!(Poster::new(bad, secret()).is_err(), "{bad}");
    }
    for good in ["https://hooks.example/x?y=z", "http://127.0.0.1:9/", "http://[::1]:9/"] {
        assert!(Poster::new(good, secret()).is_ok(), "{good}");
    }
    assert!(Secret::new("too short").is_none());
}
