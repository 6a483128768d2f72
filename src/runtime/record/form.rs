//! The lines of a recording, and how large one may be.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::provider::tap::Door;

/// What this program writes, and the newest it reads.
pub const VERSION: u32 = 1;
/// A recording ends here unless more is asked for.
pub const USUAL_MB: u64 = 64;
pub const MOST_MB: u64 = 512;
/// No line is longer: a body with its frame.
pub const LINE: u64 = 48 << 20;
/// Nobody records so many.
pub const ANSWERS: usize = 1_000_000;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format.
    pub atc_recording: u32,
    /// Of the program that wrote it.
    pub program: String,
    /// RFC 3339, with milliseconds.
    pub started: String,
    /// The web host.
    pub host: String,
    /// The beginning of such tokens; empty for one of no known kind.
    #[serde(default)]
    pub token_kind: String,
    pub repos: Vec<String>,
    #[serde(default)]
    pub anonymous: bool,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it came: milliseconds since the start.
    pub ms: u64,
    /// How many of them after its question.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub took: u64,
    /// `api`, `copilot` or `storage`.
    pub door: String,
    pub origin: String,
    pub method: String,
    /// Path and query.
    pub ask: String,
    /// Of a query document: a mark of its text, and its variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub variables: Value,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub headers: Map<String, Value>,
    /// The body is that of an earlier answer (counted from 0), and what follows after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<usize>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Why the body is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_nothing(ms: &u64) -> bool {
    *ms == 0
}

impl Line {
    /// When its question was asked: milliseconds since the start.
    pub fn asked(&self) -> u64 {
        self.ms.saturating_sub(self.took)
    }
}

/// The last line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub end: bool,
    pub answers: usize,
    /// The file was full before the end.
    #[serde(default)]
    pub full: bool,
}

/// Headers that mean something to a reader; all others stay where they are.
pub const HEADERS: [&str; 23] = [
    "content-type",
    "date",
    "deprecation",
    "etag",
    "github-authentication-token-expiration",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "sunset",
    "x-accepted-github-permissions",
    "x-accepted-oauth-scopes",
    "x-github-api-version-selected",
    "x-github-media-type",
    "x-github-request-id",
    "x-github-sso",
    "x-oauth-scopes",
    "x-poll-interval",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-resource",
    "x-ratelimit-used",
];

pub fn door_word(door: Door) -> &'static str {
    match door {
        Door::Api => "api",
        Door::Copilot => "copilot",
        Door::Storage => "storage",
    }
}

pub fn door(word: &str) -> Option<Door> {
    [Door::Api, Door::Copilot, Door::Storage].into_iter().find(|door| door_word(*door) == word)
}
