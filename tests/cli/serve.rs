//! `atc demo --serve`: a server for other clients, on this machine alone, until a signal ends it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{atc, command, one_line, run};

pub struct Served {
    child: Child,
    pub address: String,
    _home: tempfile::TempDir,
}

impl Served {
    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child =
            command(home.path(), &["demo", "--serve", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address, _home: home }
    }

    /// The status and the body.
    pub fn ask(&self, path: &str, token: Option<&str>) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nuser-agent: x\r\n{token}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    fn ended_by(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_whoever_has_a_token_and_ends_on_a_signal() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let served = Served::start();
        let (status, body) = served.ask("/agents/repos/acme/api/tasks", Some("anything"));
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("\"tasks\""), "{body}");
        assert_eq!(served.ask("/agents/repos/acme/api/tasks", None).0, 401);
        assert_eq!(served.ended_by(signal), Some(code));
    }
}

#[test]
fn it_serves_this_machine_alone() {
    let home = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:1", "[::]:1", "192.168.0.1:1", "example.com:80"] {
        let run = atc(home.path(), &["demo", "--serve", address]);
        assert!(run.code == 2 && run.err.contains("127.0.0.1"), "{address}: {}", run.err);
    }
}

#[test]
fn a_port_in_use_is_one_line() {
    let (served, home) = (Served::start(), tempfile::tempdir().unwrap());
    let run = run(&mut command(home.path(), &["demo", "--serve", &served.address]));
    assert_eq!(run.code, 1);
    one_line(&run.err, &[&served.address, "choose another port"]);
}
