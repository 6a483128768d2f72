//! Proxies are named by the environment, which a process reads once: these run in a process of their own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use atc::provider::Provider as _;
use atc::provider::github::{GitHub, Host, Options, Token};
use atc::provider::port::TaskQuery;

use crate::tls::NAME;

/// A proxy that answers every connection with this and counts them.
fn proxy(reply: &'static str) -> (u16, std::thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        let mut asked = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4096];
            let taken = stream.read(&mut bytes).unwrap();
            if bytes[..taken].starts_with(b"END") {
                return asked;
            }
            assert!(bytes[..taken].starts_with(b"CONNECT "), "only tunnels are asked for");
            assert!(!String::from_utf8_lossy(&bytes[..taken]).contains("gho_"), "the token is not the proxy's");
            asked += 1;
            let _ = stream.write_all(reply.as_bytes());
        }
        asked
    });
    (port, serving)
}

#[test]
fn a_proxy_that_wants_a_password_is_named_and_nothing_is_sent_past_it() {
    let reply = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n";
    let (port, serving) = proxy(reply);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["proxy::as_a_child_behind_a_proxy", "--exact", "--ignored", "--nocapture"]);
    for name in ["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "REQUEST_METHOD"] {
        child.env_remove(name);
    }
    let output = child.env("HTTPS_PROXY", format!("http://mona:hunter2@127.0.0.1:{port}")).output().unwrap();
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap().write_all(b"END").unwrap();
    let (said, asked) = (String::from_utf8_lossy(&output.stdout), serving.join().unwrap());
    assert!(output.status.success(), "{said}");
    assert_eq!(asked, 3 + 1, "a read three times, a write once:\n{said}");
    for words in ["list: Offline", "start: Offline", "proxy"] {
        assert!(said.contains(words), "{words} is missing:\n{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
#[ignore = "started by the test above"]
async fn as_a_child_behind_a_proxy() {
    let host = Host::resolve(None, Some(&format!("https://{NAME}"))).unwrap();
    let now = std::sync::Arc::new(crate::bench::noon);
    let options = Options::new(host, Token::new("gho_x", "a test").unwrap(), now);
    let github = GitHub::new(Options { trusts_host: true, ..options }).unwrap();
    let fault = github.tasks(&TaskQuery::default()).await.unwrap_err();
    println!("list: {:?} {fault}", fault.kind);
    let fault = github.start(&crate::writes::grant("x")).await.unwrap_err();
    println!("start: {:?} {fault}", fault.kind);
}
