//! Ways to spoil an answer, down to its bytes.

use std::sync::OnceLock;
use std::time::Duration;

use crate::server::{Answer, Reply, Step};

/// How a server misbehaves: the honest answer in, what goes over the wire out. `nth`: spoilt requests before this one.
pub type Spoil = fn(Answer, usize) -> Reply;

/// The whole answer as bytes.
pub fn whole(answer: Answer) -> Vec<u8> {
    let Reply(steps) = Reply::from(answer);
    match steps.into_iter().next() {
        Some(Step::Send(bytes)) => bytes,
        _ => Vec::new(),
    }
}

/// Status line and headers with these in place of a length, up to and with the blank line.
pub fn head(answer: &Answer, extra: &str) -> String {
    format!("{}{extra}\r\n", answer.head())
}

pub fn bytes(bytes: impl Into<Vec<u8>>) -> Reply {
    Reply(vec![Step::Send(bytes.into())])
}

pub fn then(bytes: impl Into<Vec<u8>>, last: Step) -> Reply {
    Reply(vec![Step::Send(bytes.into()), last])
}

/// The honest status with another body.
pub fn body(answer: Answer, body: impl Into<Vec<u8>>) -> Reply {
    Answer { body: body.into(), ..answer }.into()
}

/// The honest answer changed as a text.
pub fn edit(answer: Answer, change: impl Fn(&str) -> String) -> Reply {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    body(answer, change(&text))
}

pub fn status(status: u16) -> Answer {
    let body = serde_json::json!({"message": "no", "documentation_url": "https://docs.github.com"});
    crate::server::json(status, &body)
}

pub fn said(status: u16, message: &str) -> Answer {
    crate::server::json(status, &serde_json::json!({ "message": message }))
}

pub fn gzip(answer: Answer, packed: Vec<u8>) -> Reply {
    Answer { body: packed, ..answer }.with("content-encoding", "gzip").into()
}

pub fn slices(bytes: Vec<u8>, size: usize, millis: u64) -> Reply {
    Reply(vec![Step::Slices(bytes, size, Duration::from_millis(millis))])
}

/// 400 MB of zeros in 2.5 MB of gzip: a deflate stream of one block that repeats 258 zeros in 13 bits each.
pub fn bomb() -> Vec<u8> {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        let head = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
        let zeros = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
        // After the head and one more group the groups repeat every 8 × 13 bits, that is every 13 bytes.
        let bits: Vec<u8> = head.into_iter().chain(std::iter::repeat_n(zeros, 17).flatten()).collect();
        let packed: Vec<u8> =
            bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |all, (at, bit)| all | bit << at)).collect();
        out.extend(&packed[..2]);
        for _ in 0..400_000_000 / 258 / 8 {
            out.extend(&packed[2..15]);
        }
        out.extend([0; 10]);
        out
    })
    .clone()
}
