//! What reading a page of a list of tasks costs: the client's own question, answered by a service on loopback that has
//! nothing to do but to send what it holds. `cargo bench --profile release --bench page` prints
//! the README's table.
//!
//! Sending, waiting and receiving are the same whether a page is read or was read before, and so are taken off.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench makes its own data and reads the clock"
)]

use std::hash::BuildHasher as _;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant as Stopwatch};

use atc::domain::Instant;
use atc::provider::Provider as _;
use atc::provider::github::{GitHub, Host, Options, Token};
use atc::provider::port::{Fetched, TaskQuery};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::{self, Runtime};

const ROUNDS: usize = 400;

/// A task as a list gives it, of the size they have.
fn task(n: usize) -> Value {
    let pull = json!({
        "provider": "github",
        "type": "github_resource",
        "data": {"id": 1_900_000_000 + n, "type": "pull", "global_id": format!("PR_kwDOAA{n:08}")},
    });
    json!({
        "id": format!("{n:08x}-1111-2222-3333-444444444444"),
        "url": format!("https://api.github.com/agents/repos/acme/billing/tasks/{n:08x}-1111-2222-3333-444444444444"),
        "html_url": format!("https://github.com/acme/billing/tasks/{n:08x}-1111-2222-3333-444444444444"),
        "name": format!("Fix the flaky retry test in module {n} and say what was changed"),
        "creator": {"id": 1000 + n % 7},
        "creator_type": "user",
        "user_collaborators": [],
        "owner": {"id": 9919},
        "repository": {"id": 4_211_337},
        "state": if n < 3 { "in_progress" } else { "completed" },
        "session_count": 1 + n % 3,
        "artifacts": [pull],
        "archived_at": null,
        "created_at": "2026-11-05T10:00:00Z",
        "updated_at": "2026-11-05T10:20:00Z",
    })
}

fn page(tasks: usize) -> Vec<u8> {
    let tasks: Vec<Value> = (0..tasks).map(task).collect();
    json!({"total_active_count": 3, "total_archived_count": 0, "tasks": tasks}).to_string().into_bytes()
}

/// Answers every request on a connection with the page.
fn serve(stream: TcpStream, page: &[u8]) {
    let mut sender = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", page.len());
    let answer = [head.as_bytes(), page].concat();
    while lines.next().is_some() {
        lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
        sender.write_all(&answer).unwrap();
    }
}

/// The fields that are read, by their names on the wire.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Plain {
    id: String,
    state: String,
    created_at: DateTime<Utc>,
    updated_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    name: Option<String>,
    html_url: Option<String>,
    creator: Option<Id>,
    creator_type: Option<String>,
    owner: Option<Id>,
    repository: Option<Id>,
    session_count: Option<u32>,
    artifacts: Vec<Produced>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Id {
    id: u64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Produced {
    r#type: String,
    data: Pull,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Pull {
    id: u64,
    global_id: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Plainly {
    tasks: Vec<Plain>,
}

fn client(address: &str) -> GitHub {
    let host = Host::resolve(None, Some(address)).unwrap();
    let token = Token::new("ghp_0123456789abcdefghij", "the bench").unwrap();
    GitHub::new(Options::new(host, token, std::sync::Arc::new(|| Instant::UNIX_EPOCH))).unwrap()
}

/// The quickest of many: what else the machine does is not meant.
fn quickest(runtime: &Runtime, github: &GitHub, query: &TaskQuery) -> Duration {
    let once = || {
        let start = Stopwatch::now();
        let answer = runtime.block_on(github.tasks(query)).unwrap();
        let took = start.elapsed();
        assert_eq!(matches!(answer, Fetched::Same), query.validator.is_some());
        took
    };
    (0..ROUNDS).map(|_| once()).min().unwrap()
}

fn timed<T>(work: impl Fn() -> T) -> Duration {
    let once = || {
        let start = Stopwatch::now();
        drop(black_box(work()));
        start.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap()
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let page = page(100);
        for stream in listener.incoming().map_while(Result::ok) {
            serve(stream, &page);
        }
    });
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let github = client(&address);
    let query = TaskQuery { repo: Some("acme/billing".parse().unwrap()), per_page: Some(100), ..TaskQuery::default() };
    let Fetched::New { validator, .. } = runtime.block_on(github.tasks(&query)).unwrap() else { unreachable!() };
    let full = quickest(&runtime, &github, &query);
    let same = quickest(&runtime, &github, &TaskQuery { validator, ..query });
    let body = page(100);
    let value = timed(|| serde_json::from_slice::<Value>(black_box(&body)).unwrap());
    let typed = timed(|| serde_json::from_slice::<Plainly>(black_box(&body)).unwrap());
    let hasher = foldhash::quality::RandomState::default();
    let marked = timed(|| hasher.hash_one(black_box(&body)));
    let micros = |time: Duration| format!("{:.0} µs", time.as_secs_f64() * 1e6);
    println!("| a page of 100 tasks, {} bytes | |", body.len());
    println!("|---|---:|");
    println!("| asked for and received, found to be the one read before | {} |", micros(same));
    println!("| of that, to find it | {} |", micros(marked));
    println!("| read as tasks, besides | {} |", micros(full.saturating_sub(same)));
    println!("| *read by serde_json: typed, as a value* | {}, {} |", micros(typed), micros(value));
}
