//! A demo world in this process, and the real program as its client: no terminal, no environment but what is put there.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use atc::demo::{Faults, Options, Recorded, SEED, Server};
use atc::runtime::clock::Clock;
use regex::Regex;
use serde_json::Value;

use crate::program::{self, Run};

/// In this world much is under way; what is asked here is not whether more may be.
const POLICY: &str = "[all]\nactive = 90\nstarts_per_hour = 90\nstarts_per_day = 90\n\
                      [everywhere]\nactive = 90\nopen_pulls = 900\nstarts_per_hour = 90\n";

pub struct World {
    server: Server,
    _runtime: tokio::runtime::Runtime,
    pub home: tempfile::TempDir,
}

impl World {
    /// So many times faster than the clock.
    pub fn at(speed: f64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let bind = "127.0.0.1:0".parse().unwrap();
        let options = Options { bind, speed, seed: SEED, now: Clock::system().as_now() };
        let server = runtime.block_on(Server::start(options)).unwrap();
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("policy.toml"), POLICY).unwrap();
        Self { server, _runtime: runtime, home }
    }

    pub fn policy(&self, text: &str) {
        std::fs::write(self.home.path().join("policy.toml"), text).unwrap();
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.addr())
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program::command(self.home.path(), args);
        for (name, value) in self.env() {
            command.env(name, value);
        }
        command
    }

    pub fn env(&self) -> [(&'static str, String); 3] {
        let policy = self.home.path().join("policy.toml").to_str().unwrap().to_owned();
        [("ATC_TOKEN", "demo".to_owned()), ("ATC_API_URL", self.url()), ("ATC_POLICY_FILE", policy)]
    }

    pub fn run(&self, args: &[&str]) -> Run {
        program::run(&mut self.command(args))
    }

    pub fn with_input(&self, args: &[&str], input: &str) -> Run {
        let file = self.file("input", input);
        program::run(self.command(args).stdin(Stdio::from(std::fs::File::open(file).unwrap())))
    }

    /// A task that was started, by its id.
    pub fn started(&self, prompt: &str) -> String {
        let run = self.run(&["start", "--repo", "acme/api", "--again", "-q", prompt]);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        run.out.trim().to_owned()
    }

    /// The task as the service has it.
    pub fn task(&self, id: &str) -> Value {
        self.get(&format!("/agents/repos/acme/api/tasks/{id}"))
    }

    pub fn get(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(self.server.addr()).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nuser-agent: x\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Trouble on order.
    pub fn faults(&self) -> &Faults {
        self.server.faults()
    }

    /// A task of the demo's cast, by its name.
    pub fn cast(&self, repo: &str, name: &str) -> String {
        let list = self.get(&format!("/agents/repos/{repo}/tasks?per_page=100"));
        let all = list["tasks"].as_array().unwrap();
        all.iter().find(|task| task["name"] == name).expect(name)["id"].as_str().unwrap().to_owned()
    }

    /// Every request that changes something.
    pub fn written(&self) -> Vec<Recorded> {
        let all = self.server.requests().into_iter();
        all.filter(|request| request.method != "GET" && request.path != "/graphql").collect()
    }

    /// How often something of this path was asked for.
    pub fn asked_of(&self, path: &str) -> usize {
        self.server.requests().iter().filter(|request| request.method == "GET" && request.path.ends_with(path)).count()
    }

    /// How often something whose path has this was asked for.
    pub fn asked_within(&self, part: &str) -> usize {
        self.server.requests().iter().filter(|request| request.method == "GET" && request.path.contains(part)).count()
    }

    pub fn asked(&self) -> usize {
        self.server.requests().len()
    }

    pub fn asked_without_token(&self) -> usize {
        self.server.requests().iter().filter(|request| request.header("authorization").is_none()).count()
    }
}

/// Waits for something to be so, ten seconds at most.
pub fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let since = std::time::Instant::now();
    while !so() {
        assert!(since.elapsed().as_secs() < 10, "never: {what}");
        std::thread::yield_now();
    }
}

/// One JSON object a line.
pub fn objects(text: &str) -> Vec<Value> {
    assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "plain ASCII: {text:?}");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Without what differs from one run to the next.
pub fn plain(text: &str) -> String {
    let replaced = [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
        (r"127\.0\.0\.1:\d+", "ADDRESS"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)", "TIME"),
        (r"\b\d{9,}\b", "RUN"),
        (r"\b\d+ of \d+\b", "N of N"),
        (r"\b\d+ s ago", "N s ago"),
        (r"atc/\d+\.\d+\.\d+", "atc/VERSION"),
    ];
    replaced.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    })
}
