//! Takes out of an answer what nobody else is to know: secrets by their looks, what stands behind a name that says it is
//! one, and the queries of addresses that let whoever has them in. JSON is scrubbed text by text, so that it stays JSON.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Regex};
use serde_json::Value;

use crate::template::lint;
use crate::text::redact::redact;

const MASK: &str = "[redacted]";

/// What was taken out so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Texts in which there was a secret.
    pub secrets: usize,
    /// Addresses whose query was a key.
    pub addresses: usize,
    /// Bodies that are no text, and so could not be looked through.
    pub bodies: usize,
    /// Headers that are not kept.
    pub headers: usize,
}

struct Patterns {
    /// An address with a query.
    address: Regex,
    /// A part of a query that is a key.
    key: Regex,
    /// `NAME = value` where the name says what the value is.
    named: Regex,
    private_key: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static PATTERNS: OnceLock<Option<Patterns>> = OnceLock::new();
    let make = || -> Result<Patterns, regex::Error> {
        Ok(Patterns {
            address: Regex::new(r#"(https?://[^\s"'<>?#\\]+)\?[^\s"'<>\\)]+"#)?,
            key: Regex::new(
                r"(?i)[?&](?:amp;)?(?:sig|signature|se|skoid|jwt|token|access_token|authorization_request|code|key|x-amz-[a-z-]+|x-goog-[a-z-]+)=",
            )?,
            named: Regex::new(
                r#"(?i)\b([a-z0-9_-]*(?:secret|token|passwd|password|api_?key|access_?key|credential)[a-z0-9_-]*)(["']?\s*[=:]\s*["']?)([^\s"',;&\\{}\[\]()]{6,})"#,
            )?,
            private_key: Regex::new(
                r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
            )?,
        })
    };
    PATTERNS.get_or_init(|| make().ok()).as_ref()
}

/// A text without secrets. What has none comes back as it is.
pub fn text(text: &str, counts: &mut Counts) -> String {
    let Some(patterns) = patterns() else { return MASK.to_owned() };
    let keyless = patterns.address.replace_all(text, |found: &Captures<'_>| {
        let (whole, address) = (found.get(0).map_or("", |m| m.as_str()), found.get(1).map_or("", |m| m.as_str()));
        if patterns.key.is_match(whole) {
            counts.addresses += 1;
            format!("{address}?{MASK}")
        } else {
            whole.to_owned()
        }
    });
    let masked = patterns.private_key.replace_all(&keyless, MASK);
    let masked = redact(&lint::mask_secrets(&masked, MASK));
    let masked = patterns.named.replace_all(&masked, |found: &Captures<'_>| {
        let part = |n: usize| found.get(n).map_or("", |m| m.as_str());
        let (name, between, value) = (part(1), part(2), part(3));
        // A count is no secret, nor is what was masked already.
        let counted = name.to_ascii_lowercase().ends_with("tokens") || value.bytes().all(is_count);
        let harmless = counted || value.starts_with('*');
        if harmless { format!("{name}{between}{value}") } else { format!("{name}{between}{MASK}") }
    });
    if masked != keyless {
        counts.secrets += 1;
    }
    masked.into_owned()
}

fn is_count(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// Every text of a JSON value. Names of fields are the service's, and stay.
pub fn json(value: &mut Value, counts: &mut Counts) -> bool {
    match value {
        Value::String(words) => {
            let clean = text(words, counts);
            let changed = clean != *words;
            *words = clean;
            changed
        }
        Value::Array(list) => list.iter_mut().map(|item| json(item, counts)).filter(|changed| *changed).count() > 0,
        Value::Object(map) => {
            // To the last one, whichever was changed.
            map.values_mut().map(|item| json(item, counts)).filter(|changed| *changed).count() > 0
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A body as text; an error says why it cannot be one.
pub fn body(bytes: &[u8], counts: &mut Counts) -> Result<String, String> {
    let archive = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x1f\x8b") || bytes.contains(&0);
    if archive {
        counts.bodies += 1;
        return Err(format!("{} bytes that are no text", bytes.len()));
    }
    let words = String::from_utf8_lossy(bytes);
    if words.trim_start().starts_with(['{', '['])
        && let Ok(mut value) = serde_json::from_str::<Value>(&words)
    {
        return Ok(if json(&mut value, counts) { value.to_string() } else { words.into_owned() });
    }
    Ok(text(&words, counts))
}

/// A query without what is a key in it.
pub fn query(query: &str) -> Cow<'_, str> {
    let is_key = patterns().is_none_or(|patterns| patterns.key.is_match(&format!("?{query}")));
    if is_key { Cow::Borrowed("") } else { Cow::Borrowed(query) }
}

/// An address it points to: behind another host's door the query is the key.
pub fn location(value: &str, own: bool, counts: &mut Counts) -> String {
    match value.split_once('?') {
        Some((address, _)) if !own => {
            counts.addresses += 1;
            address.to_owned()
        }
        _ => text(value, counts),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn clean(raw: &str) -> String {
        text(raw, &mut Counts::default())
    }

    #[test]
    fn no_kind_of_secret_is_left_in_a_text() {
        for raw in [
            "token ghp_CANARYCANARYCANARYCANARY0123456789",
            "glpat-CANARYCANARYCANARY1234",
            "AKIACANARYCANARY1234",
            "Authorization: Bearer CANARY.CANARY.CANARY.CANARY",
            "xoxb-CANARY-CANARYCANARY",
            "https://me:CANARY@proxy/x",
            "https://x.blob.core.windows.net/a/b?sv=2024&sig=CANARY%3D",
            "see https://private.example/img.png?jwt=eyJCANARY for more",
            "https://s3.example/k?X-Amz-Signature=CANARY&a=b",
            "DB_PASSWORD=CANARY_x9",
            "client_secret: 'CANARY_x9'",
            "{\"api_key\": \"CANARY_x9\"}",
            "-----BEGIN RSA PRIVATE KEY-----\nCANARY\nCANARY\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nCANARY that breaks off",
        ] {
            let mut counts = Counts::default();
            let shown = text(raw, &mut counts);
            assert!(!shown.contains("CANARY"), "{raw} became {shown}");
            assert!(counts.secrets + counts.addresses > 0, "{raw}");
            assert_eq!(clean(&shown), shown);
        }
    }

    #[test]
    fn what_is_no_secret_stays_to_the_byte() {
        for raw in [
            "",
            "total_tokens: 123456",
            r#"data: {"usage":{"cached_tokens":1193750,"total_tokens":1936300}},"id":"x"}"#,
            "max_tokens=unlimited",
            "https://api.github.com/repos/a/b/pulls?state=all&page=2",
            "password: ***",
            "the token of acme",
        ] {
            assert_eq!(clean(raw), raw);
        }
        let body = br#"{ "n": 12345678901234567890, "spaced" :  "as it was" }"#;
        assert_eq!(super::body(body, &mut Counts::default()).unwrap().as_bytes(), body);
    }

    #[test]
    fn json_with_a_secret_stays_json_and_an_archive_is_left_out() {
        let mut counts = Counts::default();
        let body = br#"{"a":["-----BEGIN PRIVATE KEY-----\nCANARY"],"b":1}"#;
        let shown = super::body(body, &mut counts).unwrap();
        assert_eq!(shown, r#"{"a":["[redacted]"],"b":1}"#);
        assert!(super::body(b"PK\x03\x04CANARY", &mut counts).is_err());
        assert_eq!((counts.secrets, counts.bodies), (1, 1));
    }

    #[test]
    fn an_address_of_another_host_loses_its_query() {
        let mut counts = Counts::default();
        assert_eq!(location("https://x.example/log?anything=1", false, &mut counts), "https://x.example/log");
        assert_eq!(location("https://api.github.com/x?page=2", true, &mut counts), "https://api.github.com/x?page=2");
        assert_eq!(query("sv=1&sig=abc"), "");
        assert_eq!(query("state=all&page=2"), "state=all&page=2");
    }
}
