//! What `atc list` costs at fleet size: the real program against a server on loopback that holds 5,000 tasks.
//!
//! `cargo bench --bench verbs` prints the table of the README: the median time and the largest resident memory of a run.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench makes its own data and reads the clock"
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Stopwatch};

const TASKS: usize = 5_000;
const PAGE: usize = 100;
const RUNS: usize = 9;

/// A page of the list, as the service writes it.
fn page(number: usize, address: &str) -> (String, String) {
    let mut body = String::from("{\"tasks\":[");
    for n in (number - 1) * PAGE..number * PAGE {
        let state = ["completed", "completed", "completed", "failed", "in_progress", "queued"][n % 6];
        let comma = if n % PAGE == 0 { "" } else { "," };
        write!(
            body,
            "{comma}{{\"id\":\"{n:08x}-1111-4222-8333-444444444444\",\"name\":\"Fix the flaky test number {n} of the \
             scheduler\",\"state\":\"{state}\",\"created_at\":\"2026-11-01T00:00:00Z\",\"updated_at\":\
             \"2026-11-{:02}T{:02}:{:02}:00Z\",\"creator\":{{\"id\":{}}},\"session_count\":1,\"artifacts\":[{{\
             \"provider\":\"github\",\"type\":\"branch\",\"data\":{{\"head_ref\":\"copilot/fix-{n}\",\"base_ref\":\
             \"main\"}}}}],\"html_url\":\"https://github.com/acme/api/agents/tasks/{n:08x}\"}}",
            20 - n / 300,
            23 - n % 300 / 60 % 24,
            59 - n % 60,
            n % 50
        )
        .unwrap();
    }
    body.push_str("]}");
    let next = if number * PAGE < TASKS {
        format!(
            "link: <http://{address}/agents/repos/acme/api/tasks?per_page={PAGE}&page={}>; rel=\"next\"\r\n",
            number + 1
        )
    } else {
        String::new()
    };
    (body, next)
}

fn answer(stream: TcpStream, address: &str) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        let number =
            first.split(['?', '&', ' ']).find_map(|part| part.strip_prefix("page=")?.parse().ok()).unwrap_or(1);
        let (body, next) = page(number, address);
        // In one write: a body that waits for the head's acknowledgement would be measured with it.
        let whole = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{next}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(whole.as_bytes()).is_err() {
            return;
        }
    }
}

/// Time, largest resident memory in KiB, lines printed.
fn run(home: &std::path::Path, address: &str, args: &[&str]) -> (Duration, u64, usize) {
    let start = Stopwatch::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_atc"));
    command.args(["--repo", "acme/api", "list"]).args(args).env_clear().env("HOME", home).current_dir(home);
    command.env("ATC_TOKEN", "bench").env("ATC_API_URL", format!("http://{address}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    // The kernel only ever raises it: what is read last is the largest.
    let watch = std::thread::spawn(move || {
        let mut largest = 0;
        while let Ok(text) = std::fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(kib) = line.and_then(|line| line.split_whitespace().next()?.parse().ok()) else { break };
            largest = kib;
            std::thread::sleep(Duration::from_micros(500));
        }
        largest
    });
    let mut out = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    assert!(child.wait().unwrap().success());
    let time = start.elapsed();
    (time, watch.join().unwrap(), String::from_utf8_lossy(&out).lines().count())
}

fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let to = address.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let to = to.clone();
            std::thread::spawn(move || answer(stream, &to));
        }
    });
    let home = std::env::temp_dir().join(format!("atc-bench-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    println!("| of {TASKS} tasks | lines | median | largest memory |\n|---|---|---|---|");
    for args in [&["-q"][..], &[], &["--json"], &["state:failed", "--sort", "-updated"]] {
        let mut runs: Vec<_> = (0..RUNS).map(|_| run(&home, &address, args)).collect();
        runs.sort_by_key(|(time, ..)| *time);
        let (time, _, lines) = runs[RUNS / 2];
        let memory = runs.iter().map(|(_, memory, _)| *memory).max().unwrap();
        let verb = std::iter::once("atc list").chain(args.iter().copied()).collect::<Vec<_>>().join(" ");
        println!("| `{verb}` | {lines} | {:.0} ms | {:.1} MiB |", time.as_secs_f64() * 1e3, memory as f64 / 1024.0);
    }
    std::fs::remove_dir_all(&home).unwrap();
}
