//! The table of cases: what goes wrong, and what must come of it for each call.

use atc::domain::FaultKind;
use serde_json::{Value, json};

use crate::names::Line;
use crate::server::{Answer, Reply, Step, answer};
use crate::spoil::{self, Spoil, bytes, edit, gzip, head, slices, status, then, whole};

use FaultKind::{
    Authentication, Conflict, Gone, Invalid, NotFound, Offline, Permission, RateLimited, Server, Timeout, TooLarge,
    Unreadable,
};

#[derive(Clone, Copy)]
pub enum How {
    Spoil(Spoil),
    /// Before the first byte of HTTP.
    Line(Line),
}

/// What must come of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Fine,
    /// Of this kind, after so many requests; zero: they cannot be counted at the server.
    Fault(FaultKind, usize),
    /// Another source serves, and it is said why.
    Fallback,
    /// The fault cannot meet this call.
    Skip,
}

/// What must come of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    Fine,
    /// Nobody can tell from the answer.
    Unknown,
    Refused(FaultKind),
    /// It never left this machine.
    Unsent(FaultKind),
    Skip,
}

#[derive(Clone, Copy)]
pub struct Case {
    pub id: &'static str,
    pub name: &'static str,
    pub how: How,
    pub list: Want,
    pub detail: Want,
    pub log: Want,
    pub create: Post,
    pub cancel: Post,
}

impl Case {
    const fn new(id: &'static str, name: &'static str, how: How, read: Want, post: Post) -> Self {
        Self { id, name, how, list: read, detail: read, log: read, create: post, cancel: post }
    }

    const fn spoilt(id: &'static str, name: &'static str, spoil: Spoil, read: Want, post: Post) -> Self {
        Self::new(id, name, How::Spoil(spoil), read, post)
    }

    /// Where nothing gets through at all, one source may be held back for what the others met; that says what it was, too.
    pub fn is_told_as(&self, kind: FaultKind, found: FaultKind) -> bool {
        found == kind || (matches!(self.how, How::Line(_)) && found == FaultKind::HeldBack)
    }

    const fn detail(self, detail: Want) -> Self {
        Self { detail, ..self }
    }

    const fn log(self, log: Want) -> Self {
        Self { log, ..self }
    }

    const fn create(self, create: Post) -> Self {
        Self { create, ..self }
    }

    const fn cancel(self, cancel: Post) -> Self {
        Self { cancel, ..self }
    }

    /// Only a list can be so.
    const fn list_only(self) -> Self {
        Self { detail: Want::Skip, log: Want::Skip, create: Post::Skip, cancel: Post::Skip, ..self }
    }
}

const fn line(id: &'static str, name: &'static str, line: Line, kind: FaultKind) -> Case {
    Case::new(id, name, How::Line(line), Want::Fault(kind, 0), Post::Unsent(kind))
}

/// No answer that can be told from another.
const fn torn(id: &'static str, name: &'static str, spoil: Spoil, kind: FaultKind, tries: usize) -> Case {
    Case::spoilt(id, name, spoil, Want::Fault(kind, tries), Post::Unknown)
}

/// The head arrives, the body does not. A 202 says all by itself.
const fn body_torn(id: &'static str, name: &'static str, spoil: Spoil, kind: FaultKind, tries: usize) -> Case {
    torn(id, name, spoil, kind, tries).cancel(Post::Fine)
}

/// A whole answer that is not what it should be. A log is no JSON, so there nothing is wrong with it.
const fn content(id: &'static str, name: &'static str, spoil: Spoil) -> Case {
    body_torn(id, name, spoil, Unreadable, 1).log(Want::Skip)
}

const fn fine(id: &'static str, name: &'static str, spoil: Spoil) -> Case {
    Case::spoilt(id, name, spoil, Want::Fine, Post::Fine)
}

/// A status that says no.
const fn refused(id: &'static str, name: &'static str, spoil: Spoil, kind: FaultKind) -> Case {
    Case::spoilt(id, name, spoil, Want::Fault(kind, 1), Post::Refused(kind))
}

pub const CONNECTION: &[Case] = &[
    line("H-01", "connection refused", Line::Refused, Offline),
    line("H-02", "the name does not resolve", Line::NoName, Offline),
    Case::new("H-03", "the name takes 3 s to resolve", How::Line(Line::SlowName), Want::Fine, Post::Fine),
    line("H-03", "the name never resolves", Line::NoAnswerForName, Timeout),
    line("H-04", "SYN black hole", Line::BlackHole, Timeout),
    torn("H-05", "reset before a byte", |_, _| Reply(vec![Step::Reset]), Offline, 3),
    torn("H-05", "closed without a byte", |_, _| Reply(vec![]), Offline, 3),
    torn("H-06", "reset in the head", |_, _| then("HTTP/1.1 200 OK\r\ncont", Step::Reset), Offline, 3),
    body_torn("H-07", "reset in the body", |a, _| half(a, Step::Reset), Offline, 3),
    fine("H-08", "a kept connection is closed", kept).create(Post::Unknown).cancel(Post::Unknown),
    line("H-09", "certificate expired", Line::Expired, Offline),
    line("H-10", "certificate self-signed", Line::SelfSigned, Offline),
    line("H-11", "certificate of another name", Line::OtherName, Offline),
    line("H-12", "TLS handshake stalls", Line::HandshakeStall, Timeout),
    Case::new("H-14", "IPv6 swallows all, IPv4 works", How::Line(Line::SixBroken), Want::Fine, Post::Fine),
];

pub const TIMING: &[Case] = &[
    torn("H-15", "black hole after the request", |_, _| Reply(vec![Step::Stall]), Timeout, 2),
    torn("H-16", "head at 2 bytes/s", |a, _| slices(whole(a), 1, 500), Timeout, 2),
    body_torn("H-17", "body at 2 bytes/s", |a, _| slow_body(a, 1, 500), Timeout, 2),
    body_torn("H-18", "stall at 99 %", |a, _| all_but_one(a), Timeout, 2),
    fine("H-19", "latency 1 to 5 s", late),
    fine("H-20", "1 kB/s, a short answer", |a, _| slices(whole(a), 100, 100)),
    body_torn("H-20", "1 kB/s, a long answer", |a, _| slow_body(long(a), 100, 100), Timeout, 2),
    fine("H-21", "a byte at a time", |a, _| slices(whole(a), 1, 0)),
];

pub const FRAMING: &[Case] = &[
    body_torn("H-22", "less than Content-Length", |a, _| measured(a, 50), Offline, 3),
    fine("H-23", "more than Content-Length", |a, _| bytes([whole(a), b"more".to_vec()].concat())),
    body_torn("H-24", "chunks break off", |a, _| chunked(a, "ffff\r\n{\"tas"), Offline, 3),
    body_torn("H-25", "a chunk without a length", |a, _| chunked(a, "zz\r\n{}"), Unreadable, 3),
    fine("H-26", "length and chunks together", both_lengths),
    body_torn("H-27", "gzip that is none", |a, _| gzip(a, b"\x1f\x8b not gzip at all".to_vec()), Unreadable, 3),
    body_torn("H-28", "gzip bomb, 400 MB", |a, _| gzip(a, spoil::bomb()), TooLarge, 1),
    body_torn("H-29", "400 MB announced", |a, _| bytes(head(&a, "content-length: 400000000\r\n")), TooLarge, 1),
    body_torn("H-29", "400 MB unannounced", |a, _| then(head(&a, ""), Step::Flood(vec![b' '; 65_536])), TooLarge, 1),
    torn("H-30", "500 headers", |a, _| bytes(head(&a, &"x-one: y\r\n".repeat(500))), Offline, 3),
    torn("H-31", "a header of 600 kB", |a, _| bytes(head(&a, &format!("x: {}\r\n", "y".repeat(600_000)))), Offline, 3),
    torn("H-32", "garbage for a status line", |_, _| bytes("HELLO WORLD\r\n\r\n"), Offline, 3),
    torn("H-32", "TLS bytes on a plain port", |_, _| bytes(b"\x15\x03\x01\x00\x02\x02\x28".to_vec()), Offline, 3),
    torn("H-33", "flood of early hints", |_, _| slices(HINT.repeat(2_000).into(), HINT.len() * 10, 100), Timeout, 2),
    fine("H-33", "one early hint", |a, _| bytes([HINT.as_bytes().to_vec(), whole(a)].concat())),
    fine("H-34", "100 Continue unasked", |a, _| bytes([b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), whole(a)].concat())),
    torn("H-34", "100 Continue and no more", |_, _| bytes("HTTP/1.1 100 Continue\r\n\r\n"), Offline, 3),
];

pub const CONTENT: &[Case] = &[
    content("H-35", "empty 200", |a, _| spoil::body(a, "")).log(Want::Fine),
    torn("H-36", "a web page with 200", |_, _| page(), Unreadable, 1),
    content("H-37", "JSON breaks off", |a, _| edit(a, |text| text[..text.len() / 2].to_owned())),
    content("H-38", "another root", |a, _| spoil::body(a, "[]")),
    content("H-39", "no tasks key", |a, _| spoil::body(a, "{\"total_active_count\":0}")),
    content("H-40", "JSON 200,000 deep", |a, _| spoil::body(a, deep())),
    content("H-41", "invalid UTF-8", |a, _| spoil::body(a, b"{\"tasks\":[],\"id\":\"\xff\xfe\"}".to_vec()))
        .log(Want::Fine),
    fine("H-42", "byte order mark", |a, _| edit(a, |text| format!("\u{feff}{text}"))),
    fine("H-43", "duplicate keys", |a, _| edit(a, |text| text.replacen('{', "{\"tasks\":5,\"id\":9,\"state\":0,", 1)))
        .log(Want::Skip),
    fine("H-44", "ids beyond 64 bits", |a, _| edit(a, |text| text.replace("{\"id\":7}", "{\"id\":9e30}")))
        .log(Want::Skip),
    fine("H-45", "unknown states", |a, _| edit(a, unknown_words)).log(Want::Skip),
    fine("H-46", "nulls everywhere", |a, _| edit(a, nulls)).log(Want::Skip),
    fine("H-47", "one bad item in 100", |a, _| edit(a, one_bad)).list_only(),
    torn("H-48", "plain-text error", |_, _| answer(500, "Oops").into(), Server, 3),
];

pub const STATUS: &[Case] = &[
    refused("H-49", "401", |_, _| status(401).into(), Authentication).log(Want::Fallback),
    refused("H-50", "403, permission", |_, _| spoil::said(403, FORBIDDEN).into(), Permission).log(Want::Fallback),
    refused("H-51", "403, secondary limit", |_, _| spoil::said(403, SECONDARY).into(), RateLimited),
    refused("H-52", "403, nothing remaining", |_, _| spent(200).into(), RateLimited),
    refused("H-53", "429, 30 s", |_, _| limit("30").into(), RateLimited),
    refused("H-54", "429, until a date", |_, _| limit(&http_date(90)).with("date", http_date(0)).into(), RateLimited),
    refused("H-55", "429, garbage", |_, _| limit("soon").into(), RateLimited),
    refused("H-55", "429, negative", |_, _| limit("-7").into(), RateLimited),
    refused("H-55", "429, 1e12 s", |_, _| limit("1000000000000").into(), RateLimited),
    fine("H-56", "404 for the API version", |a, nth| if nth == 0 { status(404).into() } else { a.into() }).list_only(),
    Case {
        list: Want::Fault(Permission, 2),
        ..refused("H-57", "404, the repository is gone", |_, _| status(404).into(), Permission)
            .detail(Want::Fault(NotFound, 1))
            .log(Want::Fine)
    },
    refused("H-58", "409", |_, _| status(409).into(), Conflict),
    Case { list: Want::Fault(Gone, 2), ..refused("H-59", "410", |_, _| status(410).into(), Gone) },
    refused("H-59", "451", |_, _| status(451).into(), Gone),
    refused("H-60", "422", |_, _| status(422).into(), Invalid),
    fine("H-61", "two 503, then well", |a, nth| if nth < 2 { status(503).into() } else { a.into() })
        .create(Post::Unknown)
        .cancel(Post::Unknown),
    torn("H-62", "500 for ever", |_, _| status(500).into(), Server, 3),
    torn("H-62", "502 for ever", |_, _| answer(502, "<html>Bad gateway</html>").into(), Server, 3),
    fine("H-63", "304 to what was asked", |a, _| a.with("etag", "\"v1\"").into()).list_only(),
    torn("H-63", "304 unasked", |_, _| answer(304, "").into(), Unreadable, 1),
    Case::spoilt(
        "H-64",
        "redirects in a circle",
        |_, _| answer(307, "").with("location", "?again").into(),
        Want::Fault(Unreadable, 6),
        Post::Refused(Invalid),
    ),
];

pub fn all() -> impl Iterator<Item = &'static Case> {
    [CONNECTION, TIMING, FRAMING, CONTENT, STATUS].into_iter().flatten()
}

const HINT: &str = "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";
const FORBIDDEN: &str = "Resource not accessible by personal access token";
const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/// The head, the announced length, half of the body.
fn half(answer: Answer, last: Step) -> Reply {
    let said = format!("content-length: {}\r\n", answer.body.len() + 100);
    then([head(&answer, &said).into_bytes(), answer.body[..answer.body.len() / 2].to_vec()].concat(), last)
}

fn all_but_one(answer: Answer) -> Reply {
    let said = format!("content-length: {}\r\n", answer.body.len() + 1);
    then([head(&answer, &said).into_bytes(), answer.body.clone()].concat(), Step::Stall)
}

fn measured(answer: Answer, more: usize) -> Reply {
    let said = format!("content-length: {}\r\n", answer.body.len() + more);
    bytes([head(&answer, &said).into_bytes(), answer.body.clone()].concat())
}

fn chunked(answer: Answer, chunks: &str) -> Reply {
    bytes(head(&answer, "transfer-encoding: chunked\r\n") + chunks)
}

fn both_lengths(answer: Answer, _: usize) -> Reply {
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", answer.body.len(), String::from_utf8(answer.body.clone()).unwrap());
    bytes(head(&answer, "content-length: 5\r\ntransfer-encoding: chunked\r\n") + &chunk)
}

fn slow_body(answer: Answer, size: usize, millis: u64) -> Reply {
    let said = head(&answer, &format!("content-length: {}\r\n", answer.body.len()));
    let Reply(mut steps) = slices(answer.body, size, millis);
    steps.insert(0, Step::Send(said.into()));
    Reply(steps)
}

fn long(answer: Answer) -> Answer {
    Answer { body: [answer.body.clone(), b"\n".repeat(60_000)].concat(), ..answer }
}

fn late(answer: Answer, nth: usize) -> Reply {
    let Reply(mut steps) = Reply::from(answer);
    steps.insert(0, Step::Wait(std::time::Duration::from_secs([1, 5, 3][nth % 3])));
    Reply(steps)
}

/// A read is answered on a connection that stays; whatever comes next on it finds it closed.
fn kept(answer: Answer, nth: usize) -> Reply {
    if answer.status != 200 || nth % 2 == 1 {
        return Reply(vec![]);
    }
    let said = head(&answer, &format!("content-length: {}\r\n", answer.body.len()));
    then([said.into_bytes(), answer.body].concat(), Step::Stay)
}

fn page() -> Reply {
    answer(200, "<html>Welcome to the hotel</html>").with("content-type", "text/html").into()
}

fn deep() -> String {
    format!("{{\"tasks\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000))
}

fn unknown_words(text: &str) -> String {
    text.replace("\"in_progress\"", "\"future_value_x\"").replace("\"queued\"", "\"future_value_x\"")
}

/// All but what is required.
fn nulls(text: &str) -> String {
    fn empty(value: &mut Value) {
        for (key, value) in value.as_object_mut().into_iter().flatten() {
            match value {
                Value::Array(items) if key == "tasks" || key == "sessions" => items.iter_mut().for_each(empty),
                _ if ["id", "state", "created_at"].contains(&key.as_str()) => {}
                _ => *value = Value::Null,
            }
        }
    }
    let mut value: Value = serde_json::from_str(text).unwrap();
    empty(&mut value);
    value.to_string()
}

fn one_bad(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    let row = value["tasks"][0].clone();
    let mut rows: Vec<Value> = (0..99).map(|n| json!({"id": format!("t{}", n + 1), "name": row["name"], "state": row["state"], "created_at": row["created_at"], "updated_at": row["updated_at"]})).collect();
    rows.insert(40, json!({"id": 5, "state": [], "created_at": "yesterday"}));
    value["tasks"] = rows.into();
    value.to_string()
}

fn limit(retry_after: &str) -> Answer {
    spoil::said(429, SECONDARY).with("retry-after", retry_after)
}

/// The hourly budget is used up, and renewed so many seconds after noon.
fn spent(seconds: i64) -> Answer {
    let reset = crate::bench::noon().timestamp() + seconds;
    spoil::said(403, "API rate limit exceeded for user ID 7.")
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-limit", "5000")
        .with("x-ratelimit-reset", reset.to_string())
}

pub fn http_date(seconds: i64) -> String {
    (crate::bench::noon() + chrono::TimeDelta::seconds(seconds)).to_rfc2822().replace("+0000", "GMT")
}
